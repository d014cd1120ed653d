"""What is particular to general guarantees: when they count as paid, what customs' approval brings, what to warn of (DOMAIN 3, 5.2)."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.access import get_document, unit_code
from documents.codes import GuaranteeMode
from documents.kind import Findings, Text, kind_named
from documents.moves import Occasion
from documents.payments import is_paid
from documents.perform import Refused
from documents.status import DataStatus, GuaranteeStatus
from general_guarantee import ledger
from general_guarantee.models import GeneralGuarantee, Movement
from parties.access import units_for
from parties.codes import credit_code_problem, enterprise_code_warning
from parties.models import Unit, User

# grtStucd (MESSAGES): what customs says of the whole guarantee goes before what follows from the money.
SAID_BY_CUSTOMS = {
    "3": GuaranteeStatus.PARTLY_REFUNDED,
    "4": GuaranteeStatus.REFUNDED,
    "5": GuaranteeStatus.TRANSFERRED,
    "6": GuaranteeStatus.EXPIRED,
    "7": GuaranteeStatus.CANCELLED,
}
PAID_AT_CUSTOMS = "2"
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
    said = SAID_BY_CUSTOMS.get(guarantee.customs_state)
    if has_expired(guarantee) and said in (None, GuaranteeStatus.PARTLY_REFUNDED):
        return GuaranteeStatus.EXPIRED
    if said:
        return said
    if guarantee.refunded_amount:
        everything = guarantee.refunded_amount >= (guarantee.amount or 0)
        return GuaranteeStatus.REFUNDED if everything else GuaranteeStatus.PARTLY_REFUNDED
    by_letter = guarantee.guarantee_mode == GuaranteeMode.LETTER
    paid = by_letter or guarantee.customs_state == PAID_AT_CUSTOMS or is_paid(guarantee)
    return GuaranteeStatus.PAID if paid else GuaranteeStatus.UNPAID


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
    errors: dict[str, Text] = {}
    warnings = {name: text for name, text in _odd_codes(values).items() if text}
    until = values.get("letter_valid_until")
    if until and until <= timezone.localdate():
        errors["letter_valid_until"] = _("The letter must be valid beyond today.")
    return Findings(errors, warnings, _facts_of_unit(guarantee, values.get("guaranteed_code") or ""))


def _odd_codes(values: Mapping[str, Any]) -> dict[str, Text]:
    payer, credit_code = values.get("payer_code") or "", values.get("payer_credit_code") or ""
    return {
        "payer_code": enterprise_code_warning(payer) if payer else "",
        "payer_credit_code": credit_code_problem(credit_code),
    }


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
