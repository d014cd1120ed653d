"""The ledger of a general guarantee: its amounts, and what moved them (DOMAIN 3; MESSAGES, *Numbers and matching*).

The balance is what customs' newest figures say, and after them every movement that was decided later. So it does not matter in
which order messages arrive, or how often: a movement that the figures hold already is recorded and moves nothing.

Every function that books takes the guarantee's row first, inside the caller's transaction: bookings on one guarantee follow
one another on every database.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import ExpressionWrapper, F, Q, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from customs.wire import Incoming
from documents.codes import GuaranteeMode
from documents.models import Document
from documents.money import MoneyField, format_amount
from documents.perform import Refused, Stale
from documents.status import GuaranteeStatus
from general_guarantee.models import GeneralGuarantee, LedgerRow, Movement, Reservation

NOTHING = Decimal(0)
# A message id ends with the sender's serial number (MESSAGES, *Receipts* 3).
SERIAL_DIGITS = 11
# A cash deposit can be drawn on only when it is paid; a letter counts as paid (DOMAIN 3).
DRAWABLE = (GuaranteeStatus.PAID, GuaranteeStatus.PARTLY_REFUNDED)
WAYS = {
    Movement.DRAW: ("usable", "used"),
    Movement.RELEASE: ("used", "usable"),
    Movement.REFUND: ("usable", "refunded"),
}


@dataclass(frozen=True)
class Balance:
    """The four sums of a general guarantee in yuan: together they are its amount, and none is ever below zero."""

    usable: Decimal = NOTHING
    used: Decimal = NOTHING
    refunded: Decimal = NOTHING
    locked: Decimal = NOTHING

    @property
    def total(self) -> Decimal:
        return self.usable + self.used + self.refunded + self.locked

    def after(self, row: LedgerRow) -> "Balance":
        """Return the balance after `row`. A movement takes no more than there is: customs' next figures tell the rest."""
        if row.movement == Movement.FIGURES:
            return Balance(row.usable, row.used, row.refunded, row.locked)
        if row.movement in (Movement.SET_UP, Movement.CHANGE):
            return replace(self, usable=max(self.usable + row.amount, NOTHING))
        source, target = WAYS[Movement(row.movement)]
        moved = row.amount - self.short_of(row)
        return replace(self, **{source: getattr(self, source) - moved, target: getattr(self, target) + moved})

    def short_of(self, row: LedgerRow) -> Decimal:
        """Return how much of `row` finds nothing to move."""
        if row.movement not in WAYS:
            return NOTHING
        there: Decimal = getattr(self, WAYS[Movement(row.movement)][0])
        return max(row.amount - there, NOTHING)


def in_order(rows: Iterable[LedgerRow]) -> list[LedgerRow]:
    """Return `rows` as they were decided; figures of the same moment hold what was decided in it.

    Customs' times are whole seconds. Within one the order is that of the filings, not that of arrival.
    """

    def place(row: LedgerRow) -> tuple[Any, ...]:
        filing = (row.pre_entry_number, row.round, row.attempt)
        return row.at, row.movement == Movement.FIGURES, row.reported_at, row.serial, filing, row.movement

    return sorted(rows, key=place)


def balances(rows: Iterable[LedgerRow]) -> Iterator[tuple[LedgerRow, Balance, Balance]]:
    """Yield each row with the balance before and after it, in the order of their decisions."""
    balance = Balance()
    for row in in_order(rows):
        before, balance = balance, balance.after(row)
        yield row, before, balance


def balance_at(guarantee: GeneralGuarantee, moment: datetime | None = None) -> Balance:
    """Return the balance at `moment`, by default after all that is known."""
    balance = Balance()
    for _row, _before, after in balances(_since_last_figures(guarantee, moment)):
        balance = after
    return balance


def _since_last_figures(guarantee: GeneralGuarantee, moment: datetime | None) -> QuerySet[LedgerRow]:
    rows = guarantee.ledger.filter(at__lte=moment) if moment else guarantee.ledger.all()
    figures = _last_figures(rows)
    return rows.filter(Q(at__gt=figures.at) | Q(pk=figures.pk)) if figures else rows


def _last_figures(rows: QuerySet[LedgerRow]) -> LedgerRow | None:
    return rows.filter(movement=Movement.FIGURES).order_by("-at", "-reported_at", "-serial").first()


# ---- what is booked


@transaction.atomic
def book(
    guarantee: GeneralGuarantee, movement: Movement, amount: Decimal, *, cause: Document, document: str, at: datetime
) -> Decimal:
    """Book a movement of `amount` yuan that `cause` brought about; the same one again changes nothing.

    Returns by how much more than before the movements go beyond what there is.
    """
    take(guarantee)
    row, is_new = LedgerRow.objects.get_or_create(
        guarantee=guarantee,
        movement=movement,
        pre_entry_number=cause.pre_entry_number,
        round=cause.round,
        attempt=cause.attempt,
        defaults={"amount": amount, "document": document, "at": at, "reported_at": at},
    )
    if is_new:
        _store_balance(guarantee)
    return _beyond(guarantee, row) if is_new else NOTHING


@transaction.atomic
def book_figures(
    guarantee: GeneralGuarantee,
    figures: Balance,
    *,
    cause: Document,
    document: str,
    at: datetime,
    report: Incoming | None,
) -> bool:
    """Take over the figures that customs had at `at`; older ones than the last change nothing. Returns whether they count.

    Of figures of one second the message that customs wrote last counts: its time, then its serial number.
    """
    take(guarantee)
    last = _last_figures(guarantee.ledger.all())
    reported_at = (report and report.sent_at) or at
    serial = ((report and report.message_id) or "")[-SERIAL_DIGITS:]
    if last and (at, reported_at, serial) <= (last.at, last.reported_at, last.serial):
        return False
    LedgerRow.objects.create(
        guarantee=guarantee,
        movement=Movement.FIGURES,
        pre_entry_number=cause.pre_entry_number,
        round=cause.round,
        attempt=cause.attempt,
        document=document,
        at=at,
        reported_at=reported_at,
        serial=serial,
        usable=figures.usable,
        used=figures.used,
        refunded=figures.refunded,
        locked=figures.locked,
    )
    _store_balance(guarantee)
    return True


def take(guarantee: GeneralGuarantee) -> None:
    """Hold the guarantee's row until the transaction ends: what is read after this is read by nobody else meanwhile."""
    GeneralGuarantee.objects.filter(pk=guarantee.pk).update(changed_at=timezone.now())


def _store_balance(guarantee: GeneralGuarantee) -> None:
    """Write the balance beside the guarantee, and into `guarantee` as the caller holds it."""
    balance = balance_at(guarantee)
    last = guarantee.ledger.order_by("-at").first()
    values = {
        "amount": balance.total,
        "usable_amount": balance.usable,
        "used_amount": balance.used,
        "refunded_amount": balance.refunded,
        "locked_amount": balance.locked,
        "amounts_as_of": last.at if last else None,
    }
    GeneralGuarantee.objects.filter(pk=guarantee.pk).update(**values)
    for name, value in values.items():
        setattr(guarantee, name, value)


def _beyond(guarantee: GeneralGuarantee, row: LedgerRow) -> Decimal:
    """Return how much less there is to move since `row`: it may come late, and leave too little for what was decided after it."""
    rows = list(_since_last_figures(guarantee, None))
    without = [each for each in rows if each.pk != row.pk]
    return max(_missing(rows) - _missing(without), NOTHING)


def _missing(rows: Iterable[LedgerRow]) -> Decimal:
    return sum((before.short_of(row) for row, before, _after in balances(rows)), NOTHING)


# ---- what is held in flight


def usable_for(unit_code: str) -> QuerySet[GeneralGuarantee]:
    """Return the general guarantees of a unit that can be drawn on today, with `available`: what is left to draw, in yuan."""
    # Without the wrapper Django takes the difference of two amounts for a plain integer.
    available = ExpressionWrapper(F("usable_amount") - F("reserved_amount"), output_field=MoneyField())
    return _drawable().filter(guaranteed_code=unit_code).annotate(available=available)


def _drawable() -> QuerySet[GeneralGuarantee]:
    valid = ~Q(guarantee_mode=GuaranteeMode.LETTER) | Q(letter_valid_until__gte=timezone.localdate())
    return GeneralGuarantee.objects.filter(valid, guarantee_status__in=DRAWABLE)


def reserve(guarantee_number: str, amount: Decimal, *, cause: Document, document: str) -> None:
    """Hold `amount` yuan of a general guarantee for a filing that is declared; however many do so at once, no more than is there.

    Raises Refused with what is left, Stale when somebody gave back in the moment of the refusal.
    """
    if not _hold(guarantee_number, amount, cause.guaranteed_code):
        reason = why_not_usable(guarantee_number, amount, cause.guaranteed_code)
        raise Refused(reason) if reason else Stale
    Reservation.objects.create(
        guarantee=GeneralGuarantee.objects.get(guarantee_number=guarantee_number),
        pre_entry_number=cause.pre_entry_number,
        round=cause.round,
        document=document,
        amount=amount,
        made_at=timezone.now(),
    )


def _hold(guarantee_number: str, amount: Decimal, unit_code: str) -> int:
    """Look and take in one statement."""
    return (
        _drawable()
        .filter(guarantee_number=guarantee_number, guaranteed_code=unit_code)
        .filter(usable_amount__gte=F("reserved_amount") + _money(amount))
        .update(reserved_amount=F("reserved_amount") + _money(amount), changed_at=timezone.now())
    )


def give_back(cause: Document) -> None:
    """End what a filing holds of a general guarantee, if anything."""
    for reservation in Reservation.of(cause):
        GeneralGuarantee.objects.filter(pk=reservation.guarantee_id).update(
            reserved_amount=F("reserved_amount") - _money(reservation.amount), changed_at=timezone.now()
        )
        reservation.delete()


def why_not_usable(guarantee_number: str, amount: Decimal, unit_code: str) -> str:
    """Return why `amount` yuan cannot be drawn on a general guarantee, or '' where it can."""
    guarantee = usable_for(unit_code).filter(guarantee_number=guarantee_number).first()
    if guarantee is None:
        return _("The general guarantee %(number)s cannot be drawn on: it is not paid, has expired or is closed.") % {
            "number": guarantee_number
        }
    available: Any = guarantee.available  # type: ignore[attr-defined]
    if available >= amount:
        return ""
    facts = {"number": guarantee_number, "available": format_amount(available), "amount": format_amount(amount)}
    return _("%(number)s has %(available)s yuan left; this takes %(amount)s yuan.") % facts


def _money(amount: Decimal) -> Value:
    return Value(amount, output_field=MoneyField())
