"""Whatever comes, in whatever order and however often: the amounts add up and are what a model of a few lines says."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from customs.models import InboxMessage
from general_guarantee import ledger
from general_guarantee.models import LedgerRow
from tests.documents.letters import Letters, deliver
from tests.documents.test_any_order import undone
from tests.general_guarantee.letters import sums
from tests.general_guarantee.play import FIRST, Play, serial_of
from tests.general_guarantee.reference import Pots
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]
FEW = settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), stateful_step_count=20
)
MANY = settings(FEW, max_examples=300, derandomize=False, stateful_step_count=50)

# So few moments that many things happen in one second, and some before the guarantee was set up.
MOMENTS = st.integers(-2, 12).map(lambda step: FIRST + step * dt.timedelta(hours=9))
DAYS = st.none() | st.integers(-2, 6).map(lambda day: (FIRST + dt.timedelta(days=day)).date())
AMOUNTS = st.integers(1, 700_00).map(lambda cents: Decimal(cents) / 100)
PARTS = st.sampled_from([Decimal(0), Decimal("0.00001"), Decimal(200), Decimal(700)])
FIGURES = st.builds(sums, PARTS, PARTS, PARTS, PARTS)
APPROVED_FIGURES = st.builds(sums, st.sampled_from([Decimal(1), Decimal(900)]), PARTS, PARTS, PARTS)


# ---- whatever clerks and customs do


class Life(RuleBasedStateMachine):
    """Clerks and customs act on one general guarantee as they like."""

    world: World

    @initialize(early=st.lists(st.tuples(FIGURES, MOMENTS), max_size=2))
    def set_up(self, early: list[tuple[Pots, dt.datetime]]) -> None:
        self.savepoint = transaction.savepoint()
        self.play = Play(self.world)
        self.sent: list[bytes] = []
        for figures, at in early:
            self.deliver(self.play.letters.figures(figures, at=at))  # parked
        first = self.play.approve_set_up()
        for (figures, at), raw in zip(early, list(self.sent), strict=True):
            self.play.model.tell(at, serial_of(raw), figures)
        self.deliver(first)

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            transaction.savepoint_rollback(self.savepoint)

    def deliver(self, raw: bytes) -> None:
        self.sent.append(raw)
        deliver(raw)

    @rule(amount=AMOUNTS)
    def a_levy_order_is_declared(self, amount: Decimal) -> None:
        self.play.declare(self.play.order(amount))

    @precondition(lambda self: self.again())
    @rule()
    def one_is_declared_again(self) -> None:
        self.play.declare(self.again()[0])

    def again(self) -> list[Letters]:
        """Orders that came back and are not cancelled."""
        play = self.play
        ended = ("return", "load_failed")
        return [each for each in play.orders if play.last_answer(each) in ended and each.pre not in play.cancelled]

    @precondition(lambda self: self.declared())
    @rule(pick=st.integers(0, 9), answer=st.sampled_from(["approve", "approve", "return", "load_failed"]), at=MOMENTS)
    def customs_answers(self, pick: int, answer: str, at: dt.datetime) -> None:
        orders = self.declared()
        self.deliver(self.play.answer(orders[pick % len(orders)], answer, at))

    def declared(self) -> list[Letters]:
        return [each for each in self.play.orders if self.play.answers[each.pre]]

    @precondition(lambda self: self.play.orders)
    @rule(pick=st.integers(0, 9), at=MOMENTS)
    def customs_cancels(self, pick: int, at: dt.datetime) -> None:
        self.deliver(self.play.cancel(self.play.orders[pick % len(self.play.orders)], at))

    @rule(amount=AMOUNTS, at=MOMENTS, number=st.integers(1, 3))
    def a_refund_is_approved(self, amount: Decimal, at: dt.datetime, number: int) -> None:
        """With the same number: once more the same."""
        self.play.refund(amount, at, number)

    @rule(figures=FIGURES, at=MOMENTS)
    def customs_tells_figures(self, figures: Pots, at: dt.datetime) -> None:
        self.deliver(self.play.figures(figures, at))

    @precondition(lambda self: "" not in self.play.changes and self.play.now().guarantee_status != "refunded")
    @rule(amount=st.sampled_from([Decimal(900), Decimal(2000)]))
    def a_change_is_declared(self, amount: Decimal) -> None:
        now = self.play.now()
        taken = (now.amount or 0) - now.usable_amount + now.reserved_amount
        self.play.declare_change(max(amount, taken))

    @precondition(lambda self: "" in self.play.changes)
    @rule(figures=APPROVED_FIGURES, at=MOMENTS)
    def customs_approves_the_change(self, figures: Pots, at: dt.datetime) -> None:
        self.deliver(self.play.answer_change("approve", figures, at))

    @rule(pick=st.integers(0, 99))
    def a_message_comes_again(self, pick: int) -> None:
        assert deliver(self.sent[pick % len(self.sent)]).state == "duplicate"

    @rule(days=st.tuples(DAYS, DAYS))
    def somebody_reads_the_ledger(self, days: tuple[dt.date | None, dt.date | None]) -> None:
        first, last = days
        if first and last and first > last:
            first, last = last, first
        self.play.check_period(first, last)

    @invariant()
    def the_amounts_add_up_and_are_those_of_the_model(self) -> None:
        self.play.check()


def test_clerks_and_customs_act_as_they_like(world: World) -> None:
    Life.world = world
    run_state_machine_as_test(Life, settings=FEW)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_clerks_and_customs_act_as_they_like_many_times(world: World) -> None:
    Life.world = world
    run_state_machine_as_test(Life, settings=MANY)


# ---- the same messages in any order of arrival


class Story:
    """Three levy orders, a change and customs' figures; what customs says of them lies in `messages`, to be delivered."""

    def __init__(self, world: World, data: st.DataObject) -> None:
        self.play = Play(world)
        deliver(self.play.approve_set_up())
        at = data.draw(st.lists(MOMENTS, min_size=11, max_size=11), label="when")
        orders = [self.play.order(amount) for amount in (Decimal(400), Decimal(300), Decimal("299.99"))]
        for order in orders:
            self.play.declare(order)
        self.play.declare_change(Decimal(2000))
        told = [self.play.letters.figures(data.draw(FIGURES), at=each) for each in at[:2]]
        changed = self.play.letters.decision("approve", data.draw(APPROVED_FIGURES), at=at[2], round=1)
        decided = [
            order.answer(data.draw(st.sampled_from(["approve", "return"])), at=each)
            for order, each in zip(orders, at[3:6], strict=True)
        ]
        failed = [orders[0].answer("load_failed", at=at[6])]
        cancelled = [order.cancellation(at=each) for order, each in zip(orders[1:], at[7:9], strict=True)]
        self.messages = [*told, changed, *decided, *failed, *data.draw(st.sampled_from([cancelled, cancelled[:1], []]))]

    def facts(self) -> dict[str, Any]:
        """All that must not depend on the order of arrival."""
        now = self.play.now()
        moved = LedgerRow.objects.filter(movement__in=["draw", "release"])
        return {
            "sums": [now.amount, now.usable_amount, now.used_amount, now.refunded_amount, now.locked_amount],
            "held": now.reserved_amount,
            "status": (now.guarantee_status, now.shown_status, now.shown_round),
            "moved": sorted(moved.values_list("movement", "pre_entry_number", "attempt", "amount", "at")),
        }


def check_any_order(world: World, data: st.DataObject) -> None:
    with undone():
        story = Story(world, data)
        ends = []
        for label in ("one order of arrival", "another"):
            with undone():
                for raw in data.draw(st.permutations(story.messages), label=label):
                    for _time in range(data.draw(st.integers(1, 2), label="times")):
                        deliver(raw)
                assert not InboxMessage.objects.filter(state__in=("parked", "quarantined", "received")).exists()
                ends.append(story.facts())
        assert ends[0] == ends[1]


def check_orders(world: World, how: settings) -> None:
    how(given(data=st.data())(lambda data: check_any_order(world, data)))()


def test_any_order_of_arrival_ends_in_the_same_balance(world: World) -> None:
    check_orders(world, FEW)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_any_order_of_arrival_ends_in_the_same_balance_many_times(world: World) -> None:
    check_orders(world, MANY)


# ---- ledgers that would be found out


def only_to_find() -> settings:
    return settings(FEW, max_examples=60, phases=[Phase.generate], report_multiple_bugs=False)


def test_a_ledger_that_books_as_it_comes_would_be_found_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "in_order", lambda rows: sorted(rows, key=lambda row: row.pk))

    with pytest.raises(AssertionError):
        check_orders(world, only_to_find())


def test_a_ledger_that_moves_what_the_figures_hold_already_would_be_found_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "_recent", lambda guarantee, moment: guarantee.ledger.all())
    monkeypatch.setattr(
        ledger, "in_order", lambda rows: sorted(rows, key=lambda row: (row.movement != "figures", row.at))
    )
    Life.world = world

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Life, settings=only_to_find())
