"""The statement of a general guarantee: the movements of a period with its opening and closing balance."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.fields import TypedDateField
from documents.money import format_amount
from general_guarantee.ledger import Balance, balances
from general_guarantee.models import GeneralGuarantee, LedgerRow, Movement

SUMS = ("usable", "used", "refunded", "locked")


class PeriodForm(forms.Form):
    """From and to, both included; an empty end is open."""

    first = TypedDateField(label=gettext_lazy("From"), required=False)
    last = TypedDateField(label=gettext_lazy("To"), required=False)

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and first > last:
            self.add_error("last", _("The end lies before the beginning."))
        return self.cleaned_data

    def period(self) -> tuple[date | None, date | None]:
        """Return the period that is asked for; all of it where what was typed is no period."""
        if not self.is_valid():
            return None, None
        return self.cleaned_data["first"], self.cleaned_data["last"]


@dataclass(frozen=True)
class Sums:
    """A balance as it is shown."""

    total: str
    usable: str
    used: str
    refunded: str
    locked: str


@dataclass(frozen=True)
class Line:
    """One row of the ledger: what it did to each sum ('' where nothing), and what was usable after it."""

    at: datetime
    movement: str
    document: str
    amount: str
    effects: list[str]
    after: Sums
    beyond: str


@dataclass(frozen=True)
class Statement:
    opening: Sums
    lines: list[Line]
    closing: Sums
    first: date | None
    last: date | None


def statement(guarantee: GeneralGuarantee, first: date | None, last: date | None) -> Statement:
    """Return the ledger of `guarantee` from `first` to `last`, in the order of the decisions."""
    since, until = _start_of(first), _end_of(last)
    opening = closing = Balance()
    lines = []
    for row, before, after in balances(guarantee.ledger.all()):
        if since and row.at < since:
            opening = closing = after
        elif not until or row.at <= until:
            closing = after
            lines.append(_line(row, before, after))
    return Statement(_sums(opening), lines, _sums(closing), first, last)


def _start_of(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None


def _end_of(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.max)) if day else None


def _line(row: LedgerRow, before: Balance, after: Balance) -> Line:
    moved = [getattr(after, name) - getattr(before, name) for name in SUMS]
    amount = "" if row.movement == Movement.FIGURES else format_amount(row.amount)
    # Figures of customs may hold a movement already, and a movement may find less than it asks for.
    beyond = amount if max(map(abs, moved)) < abs(row.amount) else ""
    label = str(row.get_movement_display())
    return Line(
        timezone.localtime(row.at), label, row.document, amount, [_signed(m) for m in moved], _sums(after), beyond
    )


def _signed(amount: Decimal) -> str:
    if not amount:
        return ""
    return f"{'+' if amount > 0 else '−'}{format_amount(abs(amount))}"


def _sums(balance: Balance) -> Sums:
    return Sums(format_amount(balance.total), *(format_amount(getattr(balance, name)) for name in SUMS))
