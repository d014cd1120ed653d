"""The change of a general guarantee by letter: when it may be begun, what it may change, what its approval does (DOMAIN 5.3)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.access import CUSTOMS, Actor, actor_for, get_document, visible_to
from documents.codes import GuaranteeMode
from documents.kind import Findings, Text, kind_named
from documents.listing import annotated
from documents.models import Document, Filing
from documents.money import format_amount
from documents.moves import Occasion, Role
from documents.perform import Refused, perform
from documents.secured import letter_problem
from documents.status import DataStatus, GuaranteeStatus
from general_guarantee import ledger
from general_guarantee.models import BUCKETS, CustomsState, GeneralGuarantee, GuaranteeChange, GuaranteePaper, Movement
from parties.models import User

DOCUMENT = {field.name for field in Document._meta.local_fields}
# What a change shows of its guarantee, as it was when the change was begun.
PAPER = (
    *(field.name for field in GuaranteePaper._meta.local_fields if field.name not in DOCUMENT),
    "guaranteed_code",
    "guaranteed_credit_code",
    "guaranteed_name",
    "guarantee_status",
    "remark",
)
OLD = {"letter_number": "old_letter_number", "letter_valid_until": "old_letter_valid_until", "amount": "old_amount"}
LONGER = timedelta(days=365)


def why_not_changed(guarantee: GeneralGuarantee, actor: Actor) -> str:
    """Return why 变更登记 is grey, or '': only an approved letter without an open change can be changed."""
    if not actor.roles & {Role.ENTER}:
        return actor.refusal or _("You do not have the role for “%(move)s”.") % {"move": _("Register a change")}
    if guarantee.guarantee_mode != GuaranteeMode.LETTER:
        return _("Only a letter of guarantee can be changed; this is a cash deposit.")
    if guarantee.data_status != DataStatus.APPROVED:
        return _("It can be changed once customs has approved it.")
    if reason := _why_over(guarantee):
        return reason
    if guarantee.change_status:
        return _("Change round %(round)s is open; it must be approved or deleted first.") % {
            "round": guarantee.open_round
        }
    return ""


def start(user: User, query: QueryDict) -> GuaranteeChange:
    """Return a new change of the guarantee that `of` names; with `extend` its validity is proposed a year longer.

    Raises Http404 for a guarantee the user may not see, Refused where none may be begun, with the one that is open, if any.
    """
    guarantee: Any = get_document(user, kind_named("general_guarantee"), query.get("of", ""))
    reason = why_not_changed(guarantee, actor_for(user, guarantee))
    if reason:
        raise Refused(reason, instead=open_changes(user, [guarantee]).get(guarantee.pre_entry_number))
    values = {name: getattr(guarantee, name) for name in PAPER} | _in_force(guarantee)
    change = GuaranteeChange(pre_entry_number=guarantee.pre_entry_number, round=_next_round(guarantee), **values)
    if "extend" in query:
        change.letter_valid_until = max(guarantee.letter_valid_until, timezone.localdate()) + LONGER
    return change


def _next_round(guarantee: GeneralGuarantee) -> int:
    """A round that was declared is used up; one that was only drafted is not."""
    used = Filing.objects.filter(pre_entry_number=guarantee.pre_entry_number).aggregate(last=Max("round"))["last"]
    return max(used or 0, guarantee.approved_round) + 1


def _in_force(guarantee: GeneralGuarantee) -> dict[str, Any]:
    return {old: getattr(guarantee, name) for name, old in OLD.items()} | {
        bucket: getattr(guarantee, bucket) for bucket in BUCKETS
    }


def guarantee_of(change: GuaranteeChange) -> GeneralGuarantee:
    return GeneralGuarantee.objects.get(pre_entry_number=change.pre_entry_number)


def not_closed(change: GuaranteeChange) -> str:
    """The guard of an open change: of a guarantee that customs has cancelled nothing can be edited any more (DOMAIN 3)."""
    return _why_over(change.guarantee)


def _why_over(guarantee: GeneralGuarantee) -> str:
    """Return why nothing of a guarantee can be edited any more, '' where it can."""
    if guarantee.guarantee_status == GuaranteeStatus.CANCELLED:
        return _("Customs has cancelled it; nothing can be changed any more.")
    if guarantee.guarantee_status in (GuaranteeStatus.REFUNDED, GuaranteeStatus.TRANSFERRED):
        return _("All of it was refunded or transferred; nothing can be changed any more.")
    return ""


def settle(change: GuaranteeChange) -> GuaranteeStatus:
    """A change has no money of its own: it shows the state of its guarantee when it was begun."""
    return GuaranteeStatus(change.guarantee_status)


def inspect(change: GuaranteeChange, values: Mapping[str, Any]) -> Findings:
    """Check what is changed against the guarantee as it is now (DOMAIN 5.3)."""
    guarantee = guarantee_of(change)
    new = {name: values.get(name, getattr(change, name)) for name in OLD}
    problems = {
        "amount": _amount_problem(guarantee, new["amount"]),
        "letter_valid_until": letter_problem(new["letter_valid_until"]),
    }
    errors: dict[str, Text] = {name: text for name, text in problems.items() if text and name in values}
    if not errors and not _differs(guarantee, new):
        errors |= dict.fromkeys(_first_open(values), _("Nothing differs from what is in force."))
    return Findings(errors, follows=_in_force(guarantee))


def _amount_problem(guarantee: GeneralGuarantee, amount: Any) -> str:
    bound = (guarantee.amount or 0) - guarantee.usable_amount + guarantee.reserved_amount
    if amount is None or amount >= bound:
        return ""
    return _("At least %(bound)s yuan: that much is used, refunded, locked or in flight.") % {
        "bound": format_amount(bound)
    }


def _first_open(values: Mapping[str, Any]) -> list[str]:
    return [name for name in OLD if name in values][:1]


def _differs(guarantee: GeneralGuarantee, new: Mapping[str, Any]) -> bool:
    return any(value != getattr(guarantee, name) for name, value in new.items())


# ---- effects


def check_amount(change: GuaranteeChange, _occasion: Occasion) -> None:
    """Look once more, with the guarantee held: others may have drawn on it since the change was checked. Raises Refused."""
    guarantee = guarantee_of(change)
    ledger.take(guarantee)
    guarantee.refresh_from_db()
    if problem := _amount_problem(guarantee, change.amount):
        raise Refused(problem)


def show_on_guarantee(change: GuaranteeChange, _occasion: Occasion) -> None:
    """Let the guarantee's row show the open change: its status and its round."""
    GeneralGuarantee.objects.filter(pre_entry_number=change.pre_entry_number).update(
        change_status=change.data_status, open_round=change.round, changed_at=timezone.now()
    )


def leave_guarantee_as_it_was(change: GuaranteeChange, _occasion: Occasion) -> None:
    """The effect of `delete`: the change goes, the guarantee stays."""
    GeneralGuarantee.objects.filter(pre_entry_number=change.pre_entry_number).update(
        change_status="", open_round=0, changed_at=timezone.now()
    )


def apply(change: GuaranteeChange, occasion: Occasion) -> None:
    """The effect of `approve`: what customs approved comes into force."""
    guarantee = guarantee_of(change)
    figures = ledger.Balance(*(getattr(change, bucket) for bucket in BUCKETS))
    facts: dict[str, Any] = {"cause": change, "document": str(change), "at": occasion.at}
    ledger.take(guarantee)
    more = figures.total - ledger.balance_at(guarantee, occasion.at).total
    ledger.book(guarantee, Movement.CHANGE, more, **facts)
    ledger.book_figures(guarantee, figures, report=occasion.carrying, **facts)
    written = {
        "letter_number": change.letter_number,
        "letter_valid_until": change.letter_valid_until,
        "approved_round": change.round,
        "change_status": "",
        "open_round": 0,
        **({"customs_state": ""} if guarantee.customs_state == CustomsState.EXPIRED else {}),
    }
    perform(guarantee, kind_named("general_guarantee").moves["change"], by=CUSTOMS, at=occasion.at, written=written)


# ---- what the guarantee's list and sheet show of its change


def open_changes(user: User, guarantees: Sequence[GeneralGuarantee]) -> dict[str, GuaranteeChange]:
    """Return the open changes of `guarantees` that exist for `user` by pre-entry number, in one query."""
    changed = {each.pre_entry_number: each for each in guarantees if each.change_status}
    if not changed:
        return {}
    found = GuaranteeChange.objects.filter(pre_entry_number__in=changed).exclude(data_status=DataStatus.APPROVED)
    opened = {change.pre_entry_number: change for change in annotated(visible_to(user, found))}
    for number, change in opened.items():
        change.guarantee = changed[number]
    return opened


def changeable_fields() -> frozenset[str]:
    return frozenset(settings.GUARANTEE_CHANGE_FIELDS)
