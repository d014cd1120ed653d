"""A grey button says why, and the server refuses the same in the same words (DOMAIN 2)."""

import re
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from customs.models import OutboxMessage
from documents import signing
from documents.models import Attempt
from tests.documents.orders import STATUSES, fresh, order_in, post, snapshot, url_of, with_roles
from tests.documents.test_status_table import DELETE, EXPECTED, MAKE, OF_CLERKS, PEOPLE
from tests.world import BY_CASH, World

pytestmark = pytest.mark.django_db


def grey_reason(page: str, move: str) -> str | None:
    """Return the title of the grey button of `move`; None when the button can be pressed."""
    grey = re.search(
        rf'<button[^>]* disabled title="([^"]*)">(?:(?!</button>).)*</button><span [^>]*id="why-{move}"',
        page,
        re.DOTALL,
    )
    pressable = f'name="move" value="{move}"' in page
    assert bool(grey) is not pressable, f"{move} must be either grey or pressable"
    return unescape(grey[1]) if grey else None


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    "person", ["clerk who enters", "clerk who declares", "clerk who does both", "clerk who may only read"]
)
@pytest.mark.parametrize("kind_name", EXPECTED)
def test_the_server_refuses_in_the_words_of_the_grey_button(
    world: World, kind_name: str, person: str, language: str
) -> None:
    roles = PEOPLE[person]
    clerk = with_roles(world.clerk, enter="enter" in roles, declare="declare" in roles)
    browser = world.browser(clerk)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    buttons = {name: EXPECTED[kind_name][name] for name in (*OF_CLERKS, *DELETE) if name in EXPECTED[kind_name]}
    # Only what customs issues waits to be confirmed.
    for status in STATUSES if kind_name == "deposits" else sorted({*STATUSES} - {"to_confirm"}):
        document = MAKE[kind_name](world, status)
        for move, (who, steps) in buttons.items():
            reason = grey_reason(browser.get(url_of(document)).content.decode(), move)
            assert (reason is None) is (bool(who & roles) and status in steps), (status, move)
            if reason is not None:
                _assert_refused_with(browser, document, move, reason)


def _assert_refused_with(browser: Client, document: Any, move: str, reason: str) -> None:
    before = snapshot(document)
    answer = post(browser, document, **{**BY_CASH, "move": move, "confirmed": "yes"})
    assert answer.status_code == 409
    assert reason in unescape(answer.content.decode())
    assert snapshot(document) == before, f"a refused {move} must change nothing"


@pytest.mark.parametrize("move", ["save", "declare"])
def test_a_cancelled_order_is_refused_in_the_words_of_its_grey_button(world: World, move: str) -> None:
    browser = world.browser(world.clerk)
    order = order_in("draft", cancelled_on=timezone.localdate(), cancel_reason="撤销")

    reason = grey_reason(browser.get(url_of(order)).content.decode(), move)

    assert reason == "海关已注销，不能再修改。"
    _assert_refused_with(browser, order, move, reason)


def test_who_may_only_declare_declares_what_a_colleague_filled_in(world: World) -> None:
    order = order_in("draft")
    browser = world.browser(with_roles(world.clerk, enter=False, declare=True))

    answer = post(browser, order, move="declare")
    assert answer.headers.get("Location") == url_of(order, "declare/")
    request = signing.open_request(order, world.clerk)
    assert request is not None
    signature, certificate = world.sign(world.clerk, request)
    browser.post(
        url_of(order, "declare/"), {"request_id": request.pk, "signature": signature, "certificate": certificate}
    )

    assert fresh(order).data_status == "processing"
    assert Attempt.of(order).count() == OutboxMessage.objects.count() == 1


def test_who_may_only_declare_changes_no_field(world: World) -> None:
    order = order_in("draft")
    browser = world.browser(with_roles(world.clerk, enter=False, declare=True))
    before = snapshot(order)

    post(browser, order, move="declare", **{**BY_CASH, "contact_name": "另一人"})

    assert snapshot(order) == before


def test_an_unknown_move_changes_no_status(world: World) -> None:
    for move in ("approve", "cancel", "payment", "", "x" * 1000):
        order = order_in("draft")
        post(world.browser(world.clerk), order, **{**BY_CASH, "move": move})
        assert fresh(order).data_status == "draft"
