"""Order does not matter: what customs says may come early, late, twice and in any encoding (MESSAGES, *guarantees* 3)."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
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

from customs.models import InboxMessage, OutboxMessage
from deposits.kind import LEVY_ORDER
from deposits.models import LevyOrder
from documents import inbound, reports, signing
from documents.access import actor_for
from documents.models import Event, Payment, PaymentNotice, Receipt
from documents.perform import Refused, Stale, perform
from tests.documents.letters import UNIT, Letters, deliver, soon
from tests.world import BY_CASH, BY_LETTER, UNITS, World

pytestmark = pytest.mark.django_db
FEW = settings(
    max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), stateful_step_count=20
)
MANY = settings(FEW, max_examples=300, derandomize=False)
RANKS = {"accept": 1, "sent": 2, "loaded": 3, "review": 3, "refuse": 4, "load_failed": 4, "approve": 5, "return": 5}
STATUS = {
    "accept": "accepted", "sent": "sent", "loaded": "received", "review": "received", "refuse": "failed",
    "load_failed": "failed", "approve": "approved", "return": "returned",
}  # fmt: skip
NEWER = "010026000502"


@contextmanager
def undone() -> Iterator[None]:
    """What is done inside is taken back: each example starts from the same world."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# ---- the dresses a message may wear


def plain(raw: bytes) -> bytes:
    return raw


def in_namespace(raw: bytes) -> bytes:
    root = b"<Package>" if b"<Package>" in raw else b"<CommonResponeMessage>"
    return raw.replace(root, root[:-1] + b' xmlns="http://www.chinaport.gov.cn/example">', 1)


def with_mark(raw: bytes) -> bytes:
    return b"\xef\xbb\xbf" + raw


def in_encoding(name: str) -> Any:
    def encoded(raw: bytes) -> bytes:
        return raw.decode().replace('encoding="UTF-8"', f'encoding="{name}"', 1).encode(name)

    return encoded


DRESSES = (plain, in_namespace, with_mark, in_encoding("GBK"), in_encoding("gb2312"))


# ---- the story, and its model of a few lines


@dataclass(frozen=True)
class Story:
    """What customs does with one order: how it decides, and what happens besides."""

    decision: str
    load_fails: bool
    taken_back: bool
    cancelled: bool
    at_once: bool  # all payments are reported in one second

    def money(self, letters: Letters) -> dict[str, bytes]:
        at = (soon(0 if self.at_once else second) for second in count())
        told = {
            "notice": letters.notice(deadline=dt.date(2026, 7, 1)),
            "newer notice": letters.notice(NEWER, "1500.00", day=9, deadline=dt.date(2026, 7, 9)),
            "first payment": letters.payment("1000.00", "R1", notice=NEWER, at=next(at)),
            "second payment": letters.payment("500.00", "R2", notice=NEWER, at=next(at)),
        }
        if self.taken_back:
            told["taken back"] = letters.payment("500.00", "R2", received=False, notice=NEWER, at=next(at))
            told["paid again"] = letters.payment("499.99", "R3", notice=NEWER, at=next(at))
        return told

    def answers(self, letters: Letters) -> dict[str, bytes]:
        load_failed = {"load_failed": letters.answer("load_failed")} if self.load_fails else {}
        return {
            "accept": letters.technical(accepted=True),
            "sent": letters.answer("sent"),
            "loaded": letters.answer("loaded"),
            "review": letters.answer("review"),
            **load_failed,
            self.decision: letters.answer(self.decision),
            **({"cancellation": letters.cancellation()} if self.cancelled else {}),
        }

    def end(self) -> tuple[str, str]:
        """The model: the decision is the status, the money that stands is the guarantee."""
        status = STATUS[self.decision]
        if self.cancelled:
            return status, "cancelled"
        return status, "" if status != "approved" else "unpaid" if self.taken_back else "paid"


STORIES = st.builds(Story, st.sampled_from(("approve", "return")), *[st.booleans()] * 4)


def new_order(letters: Letters) -> LevyOrder:
    deliver(letters.order())
    order = LevyOrder.objects.get(levy_number=letters.number)
    letters.pre = order.pre_entry_number
    return order


def facts(order: LevyOrder) -> dict[str, Any]:
    """Everything that must not depend on the order of arrival."""
    fresh = LevyOrder.objects.get(pk=order.pk)
    return {
        "status": fresh.data_status,
        "guarantee": fresh.guarantee_status,
        "deadline": fresh.pay_deadline,
        "cancelled": fresh.cancelled_on,
        "payer": fresh.payer_account,
        "notices": sorted(PaymentNotice.of(fresh).values_list("number", "amount")),
        "payments": sorted(Payment.of(fresh).values_list("notice_number", "receipt_number", "amount", "received")),
        "outbox": list(OutboxMessage.objects.values_list("attempt", "state")),
        "receipts": Receipt.of(fresh).count(),
    }


def in_order(world: World, story: Story) -> dict[str, Any]:
    """The facts when all comes in order, once and plain."""
    with undone():
        letters = Letters()
        order = new_order(letters)
        world.declare(world.fill(order))
        for raw in (story.answers(letters) | story.money(letters)).values():
            deliver(raw)
        return facts(order)


def check_story(world: World, story: Story, data: st.DataObject) -> None:
    """Deliver all of `story` in an order that `data` draws, and compare with the story in order."""
    dress = st.sampled_from(DRESSES)
    wanted = in_order(world, story)
    with undone():
        letters = Letters()
        money = story.money(letters)
        early = data.draw(st.lists(st.sampled_from(sorted(money)), unique=True), label="before the order")
        for name in early:
            deliver(data.draw(dress)(money.pop(name)))
        order = new_order(letters)
        world.declare(world.fill(order))
        rest = money | story.answers(letters)
        for name in data.draw(st.permutations(sorted(rest)), label="after it"):
            raw = data.draw(dress)(rest[name])
            for _time in range(data.draw(st.integers(1, 2), label="times")):
                deliver(raw)

        now = facts(order)
        assert (now["status"], now["guarantee"]) == story.end()
        assert now == wanted
        assert not InboxMessage.objects.exclude(state__in=("handled", "logged", "duplicate")).exists()


def check_stories(world: World, how: settings) -> None:
    how(given(story=STORIES, data=st.data())(lambda story, data: check_story(world, story, data)))()


def test_any_order_of_arrival_ends_in_the_same_state(world: World) -> None:
    check_stories(world, FEW)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_any_order_of_arrival_ends_in_the_same_state_many_times(world: World) -> None:
    check_stories(world, MANY)


def test_a_portal_that_took_every_answer_as_news_would_be_found_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbound, "_is_news", lambda attempt, verdict: True)

    with pytest.raises(AssertionError):
        check_stories(world, settings(FEW, phases=[Phase.generate], report_multiple_bugs=False))


def test_a_portal_that_took_the_last_report_of_a_payment_would_be_found_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "_earlier_reports", lambda document, incoming: [])

    with pytest.raises(AssertionError):
        check_stories(world, settings(FEW, max_examples=100, phases=[Phase.generate], report_multiple_bugs=False))


@pytest.mark.parametrize("dress", DRESSES, ids=["plain", "namespace", "byte order mark", "GBK", "gb2312"])
def test_a_message_says_the_same_in_every_dress(world: World, dress: Any) -> None:
    letters = Letters()
    for raw in (letters.order(remark="示范"), letters.notice()):
        deliver(dress(raw))

    order = LevyOrder.objects.get()
    assert (order.guaranteed_name, order.customs_remark) == (UNITS[UNIT], "示范")
    assert PaymentNotice.objects.get().payer_name == UNITS[UNIT]


# ---- clerk and customs act as they like


class Life(RuleBasedStateMachine):
    """One levy order under the acts of a clerk and of customs; `self.status` and `self.answers` are the model."""

    world: World

    @initialize()
    def issue(self) -> None:
        self.savepoint = transaction.savepoint()
        self.letters = Letters()
        self.order = new_order(self.letters)
        self.first = self.order  # as a clerk saw it who went for lunch
        self.status, self.cancelled, self.version = "to_confirm", False, self.order.version
        self.answers: list[str] = []
        self.paid, self.filled = Decimal(0), False

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            transaction.savepoint_rollback(self.savepoint)

    def now(self) -> LevyOrder:
        return LevyOrder.objects.get(pk=self.order.pk)

    def editable(self) -> bool:
        return self.status in ("to_confirm", "draft", "failed", "returned") and not self.cancelled

    @rule(values=st.sampled_from((BY_CASH, BY_LETTER)))
    def save(self, values: dict[str, str]) -> None:
        if not self.editable():
            with pytest.raises(Refused):
                self.world.fill(self.now(), values=values)
            return
        self.world.fill(self.now(), values=values)
        self.filled, self.by_letter = True, values is BY_LETTER
        self.status = "draft" if self.status == "to_confirm" else self.status

    @precondition(lambda self: self.filled)
    @rule()
    def declare(self) -> None:
        if not self.editable():
            with pytest.raises(Refused):
                self.world.declare(self.now())
            return
        self.world.declare(self.now())
        self.status, self.signed_letter = "processing", self.by_letter
        self.answers.append("")

    @precondition(lambda self: self.editable() and self.filled)
    @rule()
    def sign_and_save_meanwhile(self) -> None:
        """A signature over what a colleague has changed since declares nothing."""
        order = self.now()
        request = signing.freeze(order, LEVY_ORDER, self.world.clerk)
        self.world.fill(self.now(), self.world.colleague, BY_LETTER if self.by_letter else BY_CASH)
        self.status = "draft" if self.status == "to_confirm" else self.status
        for seen in (order, self.now()):
            with pytest.raises(Stale):
                signing.declare(
                    seen, LEVY_ORDER, self.world.clerk, request, *self.world.sign(self.world.clerk, request)
                )

    @precondition(lambda self: self.first.version != self.now().version)
    @rule()
    def save_what_was_seen_before_lunch(self) -> None:
        with pytest.raises(Stale):
            perform(
                self.first,
                LEVY_ORDER.moves["save"],
                by=actor_for(self.world.clerk, self.first),
                written={"remark": "x"},
            )
        self.first = LevyOrder.objects.get(pk=self.order.pk)
        if self.first.data_status not in ("to_confirm", "draft", "failed", "returned") or self.cancelled:
            self.first = self.order

    @precondition(lambda self: self.answers)
    @rule(answer=st.sampled_from(sorted(RANKS)), back=st.integers(0, 1))
    def customs_answers(self, answer: str, back: int) -> None:
        attempt = max(len(self.answers) - back, 1)
        if answer in ("accept", "refuse"):
            deliver(self.letters.technical(accepted=answer == "accept", attempt=attempt))
        else:
            deliver(self.letters.answer(answer, attempt))
        newest = attempt == len(self.answers)
        if newest and RANKS[answer] > RANKS.get(self.answers[-1], 0):
            self.answers[-1], self.status = answer, STATUS[answer]

    @rule(cents=st.integers(1, 150_000))
    def customs_reports_a_payment(self, cents: int) -> None:
        amount = Decimal(cents) / 100
        self.paid += amount
        deliver(self.letters.notice())
        deliver(self.letters.payment(str(amount), f"R{next(self.letters.serials)}"))

    @precondition(lambda self: self.answers)
    @rule()
    def customs_cancels(self) -> None:
        deliver(self.letters.cancellation())
        self.cancelled = True

    def guarantee(self) -> str:
        if self.cancelled:
            return "cancelled"
        if self.status != "approved":
            return ""
        return "paid" if self.signed_letter or self.paid >= 2000 else "unpaid"

    @invariant()
    def the_document_is_as_the_model_says(self) -> None:
        order = self.now()
        assert (order.data_status, order.guarantee_status) == (self.status, self.guarantee())
        assert order.version >= self.version
        self.version = order.version

    @invariant()
    def each_declaring_has_one_message(self) -> None:
        sent = OutboxMessage.objects.filter(pre_entry_number=self.letters.pre).order_by("id")
        assert list(sent.values_list("attempt", flat=True)) == list(range(1, len(self.answers) + 1))

    @invariant()
    def the_history_replays_to_the_status(self) -> None:
        events = list(Event.of(self.order))
        assert [event.was for event in events[1:]] == [event.now for event in events[:-1]]
        assert [event.guarantee_was for event in events[1:]] == [event.guarantee_now for event in events[:-1]]
        assert (events[-1].now, events[-1].guarantee_now) == (self.status, self.guarantee())
        assert len(events) == self.version


def test_clerk_and_customs_act_as_they_like(world: World) -> None:
    Life.world = world
    run_state_machine_as_test(Life, settings=FEW)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_clerk_and_customs_act_as_they_like_many_times(world: World) -> None:
    Life.world = world
    run_state_machine_as_test(Life, settings=settings(MANY, stateful_step_count=50))
