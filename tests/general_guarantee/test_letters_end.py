"""Letters that end: announced in the list and on the sheet, 已失效 by themselves, and alive again by a change (DOMAIN 3)."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from customs import exchange
from documents.models import Event
from general_guarantee.expiry import expire_letters
from general_guarantee.ledger import usable_for
from tests.documents.orders import UNIT, fresh, post, url_of
from tests.documents.test_grey_fields import error_beside
from tests.general_guarantee.forms import LIST, new_change
from tests.general_guarantee.guarantees import BY_CASH, approved, guarantee_in
from tests.world import World

pytestmark = pytest.mark.django_db

LAST_DAY = dt.date(2027, 6, 30)
NOTED = "保函将于 20270630 到期，还有 {} 天。"
MARKS = [
    *((days, "") for days in (92, 91)),
    *((days, "grey") for days in (90, 61, 60, 31)),
    *((days, "amber") for days in (30, 16, 15, 8)),
    *((days, "red") for days in (7, 1, 0)),
]


def before_the_end(days: int) -> time_machine.travel:
    """Stand at noon of the day in China that is `days` before the letter's last one."""
    noon = dt.datetime.combine(LAST_DAY - dt.timedelta(days=days), dt.time(4), dt.UTC)
    return time_machine.travel(noon, tick=True)


def pages_of(world: World, guarantee: Any) -> tuple[str, str]:
    browser = world.browser(world.clerk)
    return tuple(browser.get(url).content.decode() for url in (f"{LIST}?unit={UNIT}", url_of(guarantee)))  # type: ignore[return-value]


@pytest.mark.parametrize(("days", "colour"), MARKS)
def test_a_letter_is_announced_the_louder_the_nearer_its_end(world: World, days: int, colour: str) -> None:
    guarantee = guarantee_in("approved", letter_valid_until=LAST_DAY)
    with before_the_end(days):
        rows, sheet = pages_of(world, guarantee)
    found = re.search(r'class="left-days (\w+)">(?:<svg.*?</svg>)?([^<]*)<', rows)
    assert (found and found.groups()) == ((colour, f"{days} 天后到期") if colour else None)
    assert (NOTED.format(days) in sheet) is bool(colour)
    extends = f"{new_change(guarantee)}&amp;extend=1"
    assert (f'href="{extends}"' in sheet) is bool(colour), "a button starts a change that is filled in"


@pytest.mark.parametrize(
    "values",
    [
        {"typed": BY_CASH},
        {"guarantee_status": "refunded"},
        {"guarantee_status": "cancelled", "customs_state": "7"},
    ],
)
def test_nothing_is_announced_where_no_letter_is_in_force(world: World, values: dict[str, Any]) -> None:
    guarantee = guarantee_in("approved", **{"letter_valid_until": LAST_DAY, **values})
    with before_the_end(5):
        rows, sheet = pages_of(world, guarantee)
        assert expire_letters() == 0
    assert "left-days" not in rows
    assert "天。" not in sheet


def test_on_its_last_day_a_letter_is_in_force_and_on_the_next_it_expires_once(world: World) -> None:
    guarantee = approved(letter_valid_until=LAST_DAY)
    with before_the_end(0):
        assert expire_letters() == 0
        assert usable_for(UNIT).exists()
    with before_the_end(-1):
        assert not usable_for(UNIT).exists(), "also before the portal has looked"
        assert [expire_letters() for _n in range(3)] == [1, 0, 0]
        rows, sheet = pages_of(world, guarantee)
    assert fresh(guarantee).guarantee_status == "expired"
    assert Event.of(guarantee).filter(move="expire").get().by == "portal"
    assert "已失效" in rows
    assert "left-days" not in rows
    assert "保函已于 20270630 到期，不可再占用。" in sheet
    assert f'href="{new_change(guarantee)}&amp;extend=1"' in sheet


def test_a_partly_refunded_letter_expires_once_too_also_where_customs_said_partly(world: World) -> None:
    for values in ({"customs_state": "3"}, {"refunded_amount": Decimal(10), "usable_amount": Decimal(99990)}):
        guarantee = guarantee_in("approved", letter_valid_until=LAST_DAY, guarantee_status="partly_refunded", **values)
        with before_the_end(-1):
            assert [expire_letters() for _n in range(2)] == [1, 0]
        assert fresh(guarantee).guarantee_status == "expired"


def test_the_worker_looks_for_letters_that_have_ended(world: World) -> None:
    guarantee = guarantee_in("approved", letter_valid_until=timezone.localdate() - dt.timedelta(days=1))
    exchange.do_chores()
    assert fresh(guarantee).guarantee_status == "expired"


def test_an_expired_letter_cannot_be_drawn_on(world: World) -> None:
    guarantee = world.decided(world.set_up(letter_valid_until=LAST_DAY))
    order = world.under_general(guarantee)
    with before_the_end(-1):
        expire_letters()
        browser = world.browser(world.clerk)
        typed = {"guarantee_type": "1", "contact_name": "王小明", "contact_phone": "010-60000000"}
        number = guarantee.guarantee_number
        answer = post(browser, order, move="declare", **typed, general_guarantee_number=number)
        page = answer.content.decode()
    assert answer.status_code == 422
    assert error_beside(page, "general_guarantee_number")
    assert fresh(guarantee).reserved_amount == 0


def test_a_change_with_a_later_validity_ends_the_expiry(world: World) -> None:
    ended = timezone.localdate() - dt.timedelta(days=1)
    guarantee = world.decided(world.set_up())
    type(guarantee).objects.filter(pk=guarantee.pk).update(letter_valid_until=ended)
    exchange.do_chores()
    assert fresh(guarantee).guarantee_status == "expired"

    later = timezone.localdate() + dt.timedelta(days=400)
    world.decided(world.change(fresh(guarantee), letter_valid_until=later))

    alive = fresh(guarantee)
    assert (alive.guarantee_status, alive.letter_valid_until) == ("paid", later)
    assert usable_for(UNIT).filter(pk=alive.pk).exists()
