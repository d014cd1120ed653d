"""A general guarantee lives by messages: set up, paid, drawn on, changed (DOMAIN 3, 5.2, 5.3)."""

from decimal import Decimal

import pytest

from deposits.draws import usable_general_guarantees, why_not_drawn
from general_guarantee.models import LedgerRow
from tests.world import World

pytestmark = pytest.mark.django_db


def movements(guarantee: object) -> list[tuple[str, Decimal]]:
    return list(LedgerRow.objects.exclude(movement="figures").values_list("movement", "amount"))


def test_a_letter_is_set_up_drawn_on_released_and_changed(world: World) -> None:
    guarantee = world.decided(world.set_up("100000"))
    assert guarantee.guarantee_number.startswith("D80100")
    assert (guarantee.data_status, guarantee.guarantee_status) == ("approved", "paid")

    order = world.under_general(guarantee, "2000.00")
    inner = world.declare(order)
    held = world.fresh(guarantee)
    assert (held.usable_amount, held.reserved_amount) == (100000, 2000)

    world.send()
    world.answer(inner, "accept", "sent", "loaded", "approve")
    drawn = world.fresh(guarantee)
    assert (drawn.usable_amount, drawn.used_amount, drawn.reserved_amount) == (98000, 2000, 0)
    assert world.fresh(order).guarantee_status == "paid"

    world.desk.cancel(order.levy_number, at=world.tick())
    world.exchange()
    released = world.fresh(guarantee)
    assert (released.usable_amount, released.used_amount) == (100000, 0)

    change = world.change(released, amount=Decimal(150000), letter_number="BH2026000002")
    assert world.fresh(guarantee).shown_status == "draft"
    world.decided(change)
    changed = world.fresh(guarantee)
    assert (changed.amount, changed.usable_amount, changed.letter_number) == (150000, 150000, "BH2026000002")
    assert (changed.shown_status, changed.shown_round) == ("approved", 1)
    assert movements(changed) == [
        ("set_up", Decimal(100000)),
        ("draw", Decimal(2000)),
        ("release", Decimal(2000)),
        ("change", Decimal(50000)),
    ]


def test_a_cash_deposit_can_be_drawn_on_only_when_it_is_paid(world: World) -> None:
    guarantee = world.decided(world.set_up("100000", by_cash=True))
    assert guarantee.guarantee_status == "unpaid"
    order = world.under_general(guarantee)
    browser = world.browser(world.clerk)
    page = browser.post(f"/deposits/{order.levy_number}/", {"version": order.version, "move": "declare"})
    assert page.status_code == 422

    guarantee = world.paid(guarantee)
    assert guarantee.guarantee_status == "paid"
    world.decided(world.fresh(order))
    assert world.fresh(guarantee).used_amount == 2000


def test_a_returned_order_gives_back_what_it_held(world: World) -> None:
    guarantee = world.decided(world.set_up("100000"))
    order = world.under_general(guarantee)

    order = world.decided(order, "accept", "sent", "loaded", "return", reason="资料不全")

    assert order.data_status == "returned"
    assert world.fresh(guarantee).reserved_amount == 0
    assert world.fresh(guarantee).usable_amount == 100000


def test_figures_of_customs_win_and_the_difference_is_noted(world: World) -> None:
    guarantee = world.decided(world.set_up("100000"))

    world.desk.send_amounts(guarantee.guarantee_number, usable="90000", locked="10000", at=world.tick())
    world.exchange()

    corrected = world.fresh(guarantee)
    assert (corrected.usable_amount, corrected.locked_amount, corrected.amount) == (90000, 10000, 100000)


def test_a_guarantee_is_offered_only_to_an_order_that_it_can_carry(world: World) -> None:
    guarantee = world.decided(world.set_up("1000"))
    fits, too_big = world.issue("999.99"), world.issue("1000.01")

    assert usable_general_guarantees(fits) == [
        (guarantee.guarantee_number, "保函，可用 1,000 元，本单之后剩余 0.01 元")
    ]
    assert usable_general_guarantees(too_big) == []
    chosen = {"guarantee_type": "1", "general_guarantee_number": guarantee.guarantee_number}
    assert why_not_drawn(fits, chosen) == ""
    assert "1,000.01" in why_not_drawn(too_big, chosen)
