"""One general guarantee at work: what is sent to the portal is told to the model too, and both are compared."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from customs.converters import SHANGHAI
from deposits.models import LevyOrder
from documents.money import format_amount
from documents.perform import Refused
from general_guarantee import ledger
from general_guarantee.ledger import balance_at
from general_guarantee.models import GeneralGuarantee, Movement, Reservation
from general_guarantee.statement import statement
from tests.documents.letters import Letters, deliver
from tests.general_guarantee.letters import GuaranteeLetters, sums
from tests.general_guarantee.reference import EMPTY, Pots, Reference
from tests.world import UNDER_GENERAL, World

ROOM = Decimal(1000)
FIRST = dt.datetime(2026, 6, 1, 9, 0, tzinfo=SHANGHAI)


class Play:
    """A general guarantee of 1000 yuan, levy orders under it, changes of it, and `model`, which hears of all."""

    def __init__(self, world: World) -> None:
        self.world, self.model = world, Reference()
        self.guarantee = world.set_up(str(ROOM))
        world.declare(self.guarantee)
        self.letters = GuaranteeLetters(self.guarantee.pre_entry_number)
        self.orders: list[Letters] = []
        self.answers: dict[str, list[str]] = {}
        self.cancelled: dict[str, dt.datetime] = {}
        self.changes: list[str] = []

    def approve_set_up(self) -> bytes:
        raw = self.letters.decision("approve", sums(ROOM), at=FIRST)
        self.model.tell(FIRST, serial_of(raw), sums(ROOM))
        return raw

    def now(self) -> GeneralGuarantee:
        return GeneralGuarantee.objects.get(pk=self.guarantee.pk)

    # ---- levy orders

    def order(self, amount: Decimal) -> Letters:
        """Customs issues a levy order, and a clerk secures it by the guarantee."""
        written = Letters(f"ZS01002026{len(self.orders):05}", amount=str(amount), serials=self.letters.serials)
        deliver(written.order(at=FIRST))
        order = LevyOrder.objects.get(levy_number=written.number)
        written.pre = order.pre_entry_number
        self.world.fill(order, values=UNDER_GENERAL | {"general_guarantee_number": self.letters.number})
        self.orders.append(written)
        self.answers[written.pre] = []
        return written

    def declare(self, written: Letters) -> None:
        """The clerk declares: refused where the model has not enough."""
        order, amount = LevyOrder.objects.get(levy_number=written.number), Decimal(written.amount)
        if self.model.available < amount:
            with pytest.raises(Refused, match="总担保编号"):
                self.world.declare(order)
            return
        self.world.declare(order)
        self.model.held[written.pre] = amount
        self.answers[written.pre].append("")

    def answer(self, written: Letters, answer: str, at: dt.datetime) -> bytes:
        """Tell the model of an answer to the newest attempt; returns the message."""
        answers, amount = self.answers[written.pre], Decimal(written.amount)
        first = answers[-1] not in ("approve", "return")
        if first:
            self.model.held.pop(written.pre, None)
            answers[-1] = answer
        if first and answer == "approve":
            self.model.move("draw", at, written.pre, amount, attempt=len(answers))
            self._release(written, at)
        return written.answer(answer, len(answers), at=at)

    def last_answer(self, written: Letters) -> str:
        return (self.answers[written.pre] or [""])[-1]

    def cancel(self, written: Letters, at: dt.datetime) -> bytes:
        self.model.held.pop(written.pre, None)
        self.cancelled.setdefault(written.pre, at)
        drawn = [at for (filing, *_what), (at, _amount) in self.model.moves.items() if filing == written.pre]
        if drawn:
            self._release(written, drawn[0])
        return written.cancellation(at=at)

    def _release(self, written: Letters, drawn: dt.datetime) -> None:
        """What customs cancelled is given back, but never before it was drawn."""
        if written.pre in self.cancelled:
            at, attempt = max(drawn, self.cancelled[written.pre]), len(self.answers[written.pre])
            self.model.move("release", at, written.pre, Decimal(written.amount), attempt=attempt)

    # ---- the guarantee

    def refund(self, amount: Decimal, at: dt.datetime, number: int) -> None:
        """An approved refund."""
        cause = LevyOrder(pre_entry_number=f"1999{number:014}", attempt=1)
        ledger.book(self.now(), Movement.REFUND, amount, cause=cause, document="refund", at=at)
        self.model.move("refund", at, cause.pre_entry_number, amount)

    def figures(self, figures: Pots, at: dt.datetime) -> bytes:
        """Customs' figures of `at`."""
        raw = self.letters.figures(figures, at=at)
        self.model.tell(at, serial_of(raw), figures)
        return raw

    def declare_change(self, amount: Decimal) -> None:
        """The clerk declares a change: always another validity, and perhaps another amount."""
        until = dt.date(2100, 1, 1) + dt.timedelta(days=len(self.changes))
        change = self.world.change(self.now(), amount=amount, letter_valid_until=until)
        self.world.declare(change)
        self.changes.append("")

    def answer_change(self, answer: str, figures: Pots, at: dt.datetime) -> bytes:
        """Customs decides on the open change; its approval has figures."""
        round, total = len(self.changes), sum(self.model.pots(at).values(), Decimal(0))
        raw = self.letters.decision(answer, figures, at=at, round=round)
        self.changes[-1] = answer
        if answer == "approve":
            difference = sum(figures.values(), Decimal(0)) - total
            self.model.move("change", at, self.guarantee.pre_entry_number, difference, round=round)
            self.model.tell(at, serial_of(raw), figures)
        return raw

    # ---- what must hold

    def check(self) -> None:
        now, pots = self.now(), self.model.pots()
        stored = sums(now.usable_amount, now.used_amount, now.refunded_amount, now.locked_amount)
        assert stored == pots
        assert min(stored.values()) >= 0
        assert now.amount == sum(stored.values())
        assert now.reserved_amount == sum(self.model.held.values())
        assert now.reserved_amount == sum(Reservation.objects.values_list("amount", flat=True))
        assert balance_at(now).total == now.amount

    def check_period(self, first: dt.date | None, last: dt.date | None) -> None:
        """The statement of a period opens and closes with what the model says of those days."""
        shown = statement(self.now(), first, last)
        assert _shown(shown.closing) == _formatted(self.model.pots(_end(last) if last else None))
        before = _end(first - dt.timedelta(days=1)) if first else dt.datetime(2000, 1, 1, tzinfo=SHANGHAI)
        assert _shown(shown.opening) == _formatted(self.model.pots(before))
        if last:
            that_day = balance_at(self.now(), _end(last))
            assert {name: getattr(that_day, name) for name in EMPTY} == self.model.pots(_end(last))


def _end(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.max))


def _shown(balance: Any) -> list[str]:
    return [balance.usable, balance.used, balance.refunded, balance.locked]


def _formatted(pots: Pots) -> list[str]:
    return [format_amount(pots[name]) for name in ("usable", "used", "refunded", "locked")]


def serial_of(raw: bytes) -> int:
    """The serial number at the end of the message's id."""
    return int(raw.partition(b"</message_id>")[0][-11:])
