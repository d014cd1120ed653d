"""The edges of the ledger: one second, late news, more than there is (MESSAGES, *Numbers and matching*)."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from customs.wire import Incoming
from deposits.draws import usable_general_guarantees
from deposits.kind import LEVY_ORDER
from deposits.models import LevyOrder
from documents.access import CUSTOMS, Actor
from documents.models import Payment
from documents.moves import Role
from documents.perform import Refused, Stale, perform
from general_guarantee import ledger
from general_guarantee.kind import GENERAL_GUARANTEE
from general_guarantee.ledger import Balance, balance_at
from general_guarantee.models import GeneralGuarantee, LedgerRow, Movement, Reservation
from general_guarantee.rules import settle
from tests.documents.orders import new_order, order_in
from tests.general_guarantee.guarantees import BY_CASH, UNIT, approved, fresh, guarantee_in

pytestmark = pytest.mark.django_db
SET_UP = dt.datetime(2026, 6, 1, 9, 0, tzinfo=dt.UTC)


def after(hours: float) -> dt.datetime:
    return SET_UP + dt.timedelta(hours=hours)


@pytest.fixture
def guarantee() -> GeneralGuarantee:
    return approved("1000", at=SET_UP)


def amounts(guarantee: GeneralGuarantee) -> tuple[int, ...]:
    now = fresh(guarantee)
    return tuple(int(each) for each in (now.usable_amount, now.used_amount, now.refunded_amount, now.locked_amount))


def tell(guarantee: GeneralGuarantee, usable: int, at: dt.datetime, *, sent: float = 0, serial: int = 1) -> bool:
    """Figures of customs: `usable`, and the rest of 1000 used."""
    report = Incoming("GRT212", sent_at=at + dt.timedelta(seconds=sent), message_id=f"CUS0000{serial:011}")
    figures = Balance(usable=Decimal(usable), used=Decimal(1000 - usable))
    return ledger.book_figures(guarantee, figures, cause=guarantee, document="x", at=at, report=report)


def book(guarantee: GeneralGuarantee, movement: Movement, amount: int, at: dt.datetime, filing: int = 1) -> Decimal:
    cause = new_order(pre_entry_number=f"2026{filing:014}", attempt=1)
    return ledger.book(guarantee, movement, Decimal(amount), cause=cause, document="ZS", at=at)


# ---- figures


def test_what_is_decided_in_the_second_of_the_figures_is_held_in_them(guarantee: GeneralGuarantee) -> None:
    tell(guarantee, 900, after(1))
    assert book(guarantee, Movement.DRAW, 100, after(1)) == 0
    assert amounts(guarantee) == (900, 100, 0, 0)

    book(guarantee, Movement.DRAW, 50, after(1) + dt.timedelta(seconds=1), filing=2)
    assert amounts(guarantee) == (850, 150, 0, 0)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_of_figures_of_one_second_those_that_were_written_last_count(
    guarantee: GeneralGuarantee, order: tuple[int, ...]
) -> None:
    told: tuple[dict[str, Any], ...] = (
        {"usable": 900, "serial": 9},
        {"usable": 800, "sent": 1, "serial": 3},
        {"usable": 700, "sent": 1, "serial": 4},
    )
    for place in order:
        tell(guarantee, at=after(1), **told[place])

    assert amounts(guarantee) == (700, 300, 0, 0)


def test_older_figures_and_the_same_again_change_nothing(guarantee: GeneralGuarantee) -> None:
    assert tell(guarantee, 900, after(2))
    rows = LedgerRow.objects.count()

    assert not tell(guarantee, 900, after(2))
    assert not tell(guarantee, 500, after(1))
    assert not tell(guarantee, 500, after(-1), sent=24 * 3600)

    assert amounts(guarantee) == (900, 100, 0, 0)
    assert LedgerRow.objects.count() == rows


def test_a_movement_that_comes_late_stands_in_the_past_and_moves_nothing_now(guarantee: GeneralGuarantee) -> None:
    tell(guarantee, 900, after(2))

    book(guarantee, Movement.DRAW, 100, after(1))

    assert amounts(guarantee) == (900, 100, 0, 0)
    assert balance_at(guarantee, after(1.5)) == Balance(usable=Decimal(900), used=Decimal(100))
    assert balance_at(guarantee, after(0.5)) == Balance(usable=Decimal(1000))
    assert balance_at(guarantee, after(-1)) == Balance()


# ---- movements


@pytest.mark.parametrize("movement", [Movement.DRAW, Movement.REFUND])
def test_a_movement_takes_no_more_than_there_is_and_says_what_was_missing(
    guarantee: GeneralGuarantee, movement: Movement
) -> None:
    assert book(guarantee, Movement.DRAW, 700, after(1)) == 0
    assert book(guarantee, movement, 400, after(2), filing=2) == 100
    assert amounts(guarantee)[0] == 0
    assert sum(amounts(guarantee)) == 1000


def test_a_release_gives_back_no_more_than_was_used(guarantee: GeneralGuarantee) -> None:
    book(guarantee, Movement.DRAW, 100, after(1))
    assert book(guarantee, Movement.RELEASE, 150, after(2)) == 50
    assert amounts(guarantee) == (1000, 0, 0, 0)


def test_a_late_draw_that_leaves_too_little_for_an_earlier_one_says_what_is_missing(
    guarantee: GeneralGuarantee,
) -> None:
    assert book(guarantee, Movement.DRAW, 700, after(2)) == 0
    assert book(guarantee, Movement.DRAW, 700, after(1), filing=2) == 400


def test_the_same_movement_again_is_booked_once(guarantee: GeneralGuarantee) -> None:
    for _time in range(2):
        book(guarantee, Movement.DRAW, 600, after(1))

    assert amounts(guarantee) == (400, 600, 0, 0)


@pytest.mark.parametrize("order", [("old", "new"), ("new", "old")])
def test_in_one_second_the_order_of_arrival_does_not_matter(
    guarantee: GeneralGuarantee, order: tuple[str, ...]
) -> None:
    """An order that used all of it is cancelled in the second in which another is approved."""
    book(guarantee, Movement.DRAW, 1000, after(1), filing=1)
    for which in order:
        if which == "old":
            book(guarantee, Movement.RELEASE, 1000, after(2), filing=1)
        else:
            book(guarantee, Movement.DRAW, 1000, after(2), filing=2)

    assert amounts(guarantee) == (0, 1000, 0, 0)


# ---- levy orders under it


def under(guarantee: GeneralGuarantee, amount: int = 600, status: str = "processing") -> LevyOrder:
    """A levy order as it stands when it was declared; its reservation is made."""
    order = order_in(
        status,
        guarantee_type="1",
        guarantee_mode="2",
        general_guarantee_number=guarantee.guarantee_number,
        amount=Decimal(amount),
        attempt=1,
    )
    ledger.reserve(guarantee.guarantee_number, order.amount, cause=order, document=order.levy_number)
    return order


def customs_makes(order: LevyOrder, move: str, at: dt.datetime, **written: Any) -> list[str]:
    alerts: list[str] = []
    perform(order, LEVY_ORDER.moves[move], by=CUSTOMS, at=at, note="原因", written=written, alerts=alerts)
    return alerts


def cancel(order: LevyOrder, at: dt.datetime) -> None:
    customs_makes(order, "cancel", at, cancelled_on=at.date(), cancel_reason="撤销")


def test_what_is_declared_is_held_and_nobody_else_can_take_it(guarantee: GeneralGuarantee) -> None:
    under(guarantee, 600)

    with pytest.raises(Refused, match="400 元.*600 元|400.*600"):
        under(guarantee, 600)

    assert fresh(guarantee).reserved_amount == 600
    assert Reservation.objects.count() == 1


def test_a_draw_beyond_what_there_is_is_seen_by_an_operator(guarantee: GeneralGuarantee) -> None:
    order = under(guarantee, 600)
    tell(guarantee, 100, after(1))

    [alert] = customs_makes(order, "approve", after(2))

    assert guarantee.guarantee_number in alert
    assert "500" in alert
    assert amounts(guarantee) == (0, 1000, 0, 0)


@pytest.mark.parametrize("cancelled", [1, 2, 3], ids=["before", "in the same second", "after"])
@pytest.mark.parametrize("first", ["cancel", "approve"])
def test_an_order_that_is_cancelled_has_nothing_in_the_end(
    guarantee: GeneralGuarantee, first: str, cancelled: float
) -> None:
    """Whenever customs cancelled it, and whichever of both messages comes first."""
    order = under(guarantee)
    if first == "cancel":
        cancel(order, after(cancelled))
        assert fresh(guarantee).reserved_amount == 0
        assert customs_makes(order, "approve", after(2)) == []
    else:
        customs_makes(order, "approve", after(2))
        cancel(order, after(cancelled))

    assert amounts(guarantee) == (1000, 0, 0, 0)
    assert fresh(guarantee).reserved_amount == 0
    assert balance_at(guarantee, after(4)) == Balance(usable=Decimal(1000))


def test_an_approval_after_a_failed_load_draws_what_is_not_held_any_more(guarantee: GeneralGuarantee) -> None:
    order = under(guarantee, 600)
    customs_makes(order, "fail_load", after(1))
    assert fresh(guarantee).reserved_amount == 0
    other = under(guarantee, 700)

    assert customs_makes(order, "approve", after(2)) == []

    assert amounts(guarantee) == (400, 600, 0, 0)
    assert fresh(guarantee).reserved_amount == 700
    [alert] = customs_makes(other, "approve", after(3))
    assert "300" in alert
    assert fresh(guarantee).reserved_amount == 0


def test_what_is_given_back_in_the_moment_of_the_refusal_is_tried_again(
    guarantee: GeneralGuarantee, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal has a reason; where none is left, the clerk is asked to check and sign once more."""
    first, why_not_usable = under(guarantee, 600), ledger.why_not_usable

    def given_back_meanwhile(*args: Any) -> str:
        ledger.give_back(first)
        return why_not_usable(*args)

    monkeypatch.setattr(ledger, "why_not_usable", given_back_meanwhile)
    with pytest.raises(Stale):
        under(guarantee, 600)
    under(guarantee, 600)

    assert fresh(guarantee).reserved_amount == 600
    assert Reservation.objects.count() == 1


def test_what_can_be_drawn_is_said_in_yuan(guarantee: GeneralGuarantee) -> None:
    under(guarantee, 600)

    assert ledger.usable_for(UNIT).get().available == 400
    assert dict(usable_general_guarantees(new_order(amount=Decimal(401)))) == {}
    [(number, offer)] = usable_general_guarantees(new_order(amount=Decimal(400)))
    assert number == guarantee.guarantee_number
    assert "400" in str(offer)


def test_figures_of_nothing_at_all_are_taken(guarantee: GeneralGuarantee) -> None:
    report = Incoming("GRT212", sent_at=after(1))
    ledger.book_figures(guarantee, Balance(), cause=guarantee, document="x", at=after(1), report=report)

    assert amounts(guarantee) == (0, 0, 0, 0)
    assert fresh(guarantee).amount == 0


def test_a_draw_beyond_what_is_left_is_taken_as_soon_as_something_is_there(guarantee: GeneralGuarantee) -> None:
    book(guarantee, Movement.DRAW, 600, after(1))
    assert book(guarantee, Movement.DRAW, 700, after(2), filing=2) == 300

    book(guarantee, Movement.RELEASE, 700, after(3), filing=2)
    assert amounts(guarantee) == (400, 600, 0, 0), "what was drawn by the other order stays drawn"

    book(guarantee, Movement.DRAW, 700, after(4), filing=3)
    book(guarantee, Movement.CHANGE, 500, after(5), filing=4)
    assert amounts(guarantee) == (200, 1300, 0, 0)


def test_figures_that_name_a_cancelled_order_and_are_lower_by_it_hold_its_release(guarantee: GeneralGuarantee) -> None:
    book(guarantee, Movement.DRAW, 300, after(1))
    order = LevyOrder(pre_entry_number="20260000000000001", attempt=1)
    named = {"cause": order, "document": "ZS0100202600001"}
    ledger.book_figures(guarantee, Balance(usable=Decimal(1000)), at=after(2), report=None, **named)

    ledger.book(guarantee, Movement.RELEASE, Decimal(300), at=after(2.01), **named)

    assert amounts(guarantee) == (1000, 0, 0, 0)


def test_of_a_cash_deposit_customs_newest_word_counts() -> None:
    deposit = guarantee_in("approved", typed=BY_CASH, customs_state="2", customs_state_at=after(1))
    assert settle(deposit) == "paid"
    taken_back = {"notice_number": "010026000001", "amount": Decimal(100), "received": False}

    Payment.objects.create(pre_entry_number=deposit.pre_entry_number, reported_at=after(2), **taken_back)

    assert settle(deposit) == "unpaid"


def test_a_draft_that_was_declared_meanwhile_is_not_deleted() -> None:
    draft = guarantee_in("draft")
    GeneralGuarantee.objects.filter(pk=draft.pk).update(data_status="processing", version=2)
    clerk = Actor("somebody", frozenset({Role.ENTER}))

    with pytest.raises(Stale):
        perform(draft, GENERAL_GUARANTEE.moves["delete"], by=clerk)

    assert fresh(draft).data_status == "processing"
