"""What is particular to general guarantees: when they count as paid, what customs' approval brings, what to warn of (DOMAIN 3, 5.2)."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.access import get_document, unit_code
from documents.codes import GuaranteeMode
from documents.kind import Findings, kind_named
from documents.models import Payment
from documents.moves import Occasion
from documents.payments import is_paid
from documents.perform import Refused
from documents.secured import letter_problem, odd_payer
from documents.status import DataStatus, GuaranteeStatus
from general_guarantee import ledger
from general_guarantee.models import CustomsState, GeneralGuarantee, Movement
from parties.access import units_for
from parties.models import Unit, User

# What customs says of the whole guarantee, where that ends it.
OVER = {
    CustomsState.REFUNDED: GuaranteeStatus.REFUNDED,
    CustomsState.TRANSFERRED: GuaranteeStatus.TRANSFERRED,
    CustomsState.CANCELLED: GuaranteeStatus.CANCELLED,
}
# What a new guarantee takes over from an earlier one.
COPIED = (
    "guarantee_mode",
    "guaranteed_code",
    "guaranteed_credit_code",
    "guaranteed_name",
    "payer_code",
    "payer_credit_code",
    "payer_name",
    "payer_bank",
    "payer_account",
    "payment_mode",
    "district",
    "amount",
    "remark",
)


def settle(guarantee: GeneralGuarantee) -> GuaranteeStatus:
    """Return 担保状态: blank until approval; a letter counts as paid at once, as long as it is valid."""
    if guarantee.data_status != DataStatus.APPROVED:
        return GuaranteeStatus.NONE
    state = guarantee.customs_state
    if state in OVER:
        return OVER[CustomsState(state)]
    if state == CustomsState.EXPIRED or has_expired(guarantee):
        return GuaranteeStatus.EXPIRED
    if guarantee.refunded_amount and guarantee.refunded_amount >= (guarantee.amount or 0):
        return GuaranteeStatus.REFUNDED
    if guarantee.refunded_amount or state == CustomsState.PARTLY_REFUNDED:
        return GuaranteeStatus.PARTLY_REFUNDED
    return GuaranteeStatus.PAID if _is_paid(guarantee) else GuaranteeStatus.UNPAID


def _is_paid(guarantee: GeneralGuarantee) -> bool:
    """A letter counts as paid. Of cash customs' newest word counts: the state of the guarantee, or a payment since."""
    if guarantee.guarantee_mode == GuaranteeMode.LETTER:
        return True
    said_at = guarantee.customs_state_at
    later = Payment.of(guarantee).filter(reported_at__gt=said_at).exists() if said_at else True
    return is_paid(guarantee) if later else guarantee.customs_state == CustomsState.PAID


def has_expired(guarantee: GeneralGuarantee) -> bool:
    """Whether it is a letter whose last day is past."""
    last_day = guarantee.letter_valid_until
    return guarantee.guarantee_mode == GuaranteeMode.LETTER and last_day is not None and last_day < timezone.localdate()


def start(user: User, query: QueryDict) -> GeneralGuarantee:
    """Return a new guarantee: for the unit that is asked for, else the own one; or a copy of an earlier one.

    Raises Refused to a user who acts for no such unit, Http404 for an earlier one that the user may not see.
    """
    if "from" in query:
        earlier = get_document(user, kind_named("general_guarantee"), query.get("from", ""))
        return GeneralGuarantee(**{name: getattr(earlier, name) for name in COPIED})
    unit = _unit_to_start_for(user, query.get("unit", ""))
    return GeneralGuarantee(
        guaranteed_code=unit.code, guaranteed_credit_code=unit.credit_code, guaranteed_name=unit.name
    )


def _unit_to_start_for(user: User, code: str) -> Unit:
    units = {unit.code: unit for unit in units_for(user)}
    unit = units.get(code) or units.get(unit_code(user))
    if unit is None:
        raise Refused(_("Your account belongs to no unit that may file."))
    return unit


def inspect(guarantee: GeneralGuarantee, values: Mapping[str, Any]) -> Findings:
    """Judge what a clerk entered beyond the single field."""
    problem = letter_problem(values.get("letter_valid_until"))
    errors = {"letter_valid_until": problem} if problem else {}
    return Findings(errors, odd_payer(values), _facts_of_unit(guarantee, values.get("guaranteed_code") or ""))


def _facts_of_unit(guarantee: GeneralGuarantee, code: str) -> dict[str, Any]:
    """The credit code is grey: it follows from the unit's code."""
    if code == guarantee.guaranteed_code and guarantee.pk is not None:
        return {}
    unit = Unit.objects.filter(code=code).first()
    return {"guaranteed_credit_code": unit.credit_code if unit else ""}


def book_set_up(guarantee: GeneralGuarantee, occasion: Occasion) -> None:
    """Open the ledger with what customs approved: the effect of `approve`."""
    figures = ledger.Balance(
        guarantee.usable_amount, guarantee.used_amount, guarantee.refunded_amount, guarantee.locked_amount
    )
    facts: dict[str, Any] = {"cause": guarantee, "document": guarantee.guarantee_number, "at": occasion.at}
    ledger.book(guarantee, Movement.SET_UP, figures.total, **facts)
    ledger.book_figures(guarantee, figures, report=occasion.carrying, **facts)


def matter(_guarantee: GeneralGuarantee) -> str:
    """Return 事由 for the payment notice, where customs gave none."""
    return _("Set-up of a general guarantee by cash deposit.")
