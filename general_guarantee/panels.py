"""What the sheet of a general guarantee shows besides its form: the amounts, the ending of its letter, its changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from documents.access import Actor
from documents.display import plain, status_badge
from documents.kind import Panel, kind_named
from documents.letters import days_until_end, ending
from documents.money import format_amount
from documents.notes import Note
from documents.status import DataStatus, GuaranteeStatus
from general_guarantee.changes import guarantee_of, why_not_changed
from general_guarantee.models import GeneralGuarantee, GuaranteeChange

# Whether a bar shows anything of a sum depends on its width: it is drawn as wide as this.
BAR_WIDTH = 1000


@dataclass(frozen=True)
class Share:
    """One part of the bar: its colour, its label and amount, and where it stands."""

    name: str
    label: str
    amount: str
    left: int
    width: int


@dataclass(frozen=True)
class Amounts:
    total: str
    shares: list[Share]
    reserved: str
    available: str
    as_of: datetime | None
    ledger_url: str


def amounts_panel(guarantee: GeneralGuarantee) -> list[Panel]:
    """Return the amounts of an approved guarantee, with a bar and the time they are as of."""
    if guarantee.data_status != DataStatus.APPROVED:
        return []
    content = Amounts(
        total=plain(guarantee.amount),
        shares=list(_shares(guarantee)),
        reserved=format_amount(guarantee.reserved_amount) if guarantee.reserved_amount else "",
        available=format_amount(max(guarantee.usable_amount - guarantee.reserved_amount, Decimal(0))),
        as_of=guarantee.amounts_as_of,
        ledger_url=reverse("general_guarantee:ledger", args=[guarantee.guarantee_number]),
    )
    return [Panel("general_guarantee/amounts.html", content)]


def _shares(guarantee: GeneralGuarantee) -> Iterator[Share]:
    free = max(guarantee.usable_amount - guarantee.reserved_amount, Decimal(0))
    sums = (
        ("used", _("Used"), guarantee.used_amount),
        ("locked", _("Locked"), guarantee.locked_amount),
        ("refunded", pgettext("amount", "Refunded"), guarantee.refunded_amount),
        ("reserved", _("In flight"), guarantee.usable_amount - free),
        ("usable", _("Usable"), free),
    )
    total, passed = guarantee.amount or Decimal(1), Decimal(0)
    for name, label, amount in sums:
        left, passed = passed, passed + amount
        start, end = (int(point * BAR_WIDTH / total) for point in (left, passed))
        if amount or name in ("used", "usable"):
            yield Share(name, label, format_amount(amount), start, end - start)


def change_panel(change: GuaranteeChange) -> list[Panel]:
    """Return the amounts of the guarantee that a change is of."""
    return amounts_panel(guarantee_of(change))


def guarantee_notes(guarantee: GeneralGuarantee, actor: Actor) -> list[Note]:
    """Return what is at work on the guarantee; who may only read it is not led to what others have begun."""
    return [*_about_change(guarantee, actor), *_about_letter(guarantee, actor)]


def _about_change(guarantee: GeneralGuarantee, actor: Actor) -> Iterator[Note]:
    if guarantee.change_status:
        facts = {"round": guarantee.open_round, "status": status_badge(guarantee.change_status).label}
        url = reverse("guarantee_change:sheet", args=[f"{guarantee.guarantee_number}-{guarantee.open_round}"])
        text = _("Change round %(round)s is open: %(status)s. What is shown here stays in force until then.") % facts
        yield Note("info", text, "" if actor.refusal else url, _("Show the change"))


def _about_letter(guarantee: GeneralGuarantee, actor: Actor) -> Iterator[Note]:
    if guarantee.guarantee_status == GuaranteeStatus.EXPIRED:
        text = _("The letter ended on %(date)s: it cannot be drawn on.") % {"date": plain(guarantee.letter_valid_until)}
        yield Note("error", text, *_extend(guarantee, actor))
    elif ending(guarantee):
        facts = {"date": plain(guarantee.letter_valid_until), "days": days_until_end(guarantee)}
        yield Note("warn", _("The letter ends on %(date)s, in %(days)s days.") % facts, *_extend(guarantee, actor))


def _extend(guarantee: GeneralGuarantee, actor: Actor) -> tuple[str, str]:
    """Return where a change begins that is filled in as far as possible, where one may be begun."""
    if why_not_changed(guarantee, actor):
        return "", ""
    query = urlencode({"of": guarantee.guarantee_number, "extend": "1"})
    return f"{reverse('guarantee_change:new')}?{query}", _("Extend it by a change")


def change_notes(change: GuaranteeChange, _actor: Actor) -> list[Note]:
    """Return where the guarantee is that the change is of."""
    url = kind_named("general_guarantee").url(guarantee_of(change))
    approved = change.data_status == DataStatus.APPROVED
    text = _("This change is in force.") if approved else _("Until customs approves it, the old values stay in force.")
    return [Note("info", text, url, _("Show the general guarantee"))]
