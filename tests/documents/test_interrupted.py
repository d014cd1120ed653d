"""A session that ends while a clerk types loses nothing of it."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _captcha_passes(settings: Any) -> None:
    settings.CAPTCHA_TEST_MODE = True


def sign_in(browser: Client, account: str, then: str) -> None:
    browser.post(f"/sign-in?next={then}", {"username": account, "password": PASSWORD, "captcha": "PASSED"})


def send_after_the_session_ended(world: World, browser: Client, url: str, version: int) -> None:
    """Sign in, be away for an hour, and press 暂存."""
    sign_in(browser, "clerk", url)
    browser.get(url)
    with time_machine.travel(timezone.now() + dt.timedelta(hours=1), tick=True):
        answer = browser.post(url, {"version": version, "move": "save", "contact_name": "王小明"})
        assert answer.headers["Location"].startswith("/sign-in")
        sign_in(browser, "clerk", url)


def test_what_was_sent_is_there_again_after_signing_in(world: World) -> None:
    order, browser = world.issue(), Client()
    url = f"/deposits/{order.levy_number}/"
    send_after_the_session_ended(world, browser, url, order.version)

    page = browser.get(url).content.decode()

    assert 'value="王小明"' in page
    assert "尚未保存" in page
    assert world.fresh(order).contact_name == ""
    assert 'value="王小明"' not in browser.get(url).content.decode()


def test_a_colleague_who_signs_in_instead_does_not_see_it(world: World) -> None:
    order, browser = world.issue(), Client()
    url = f"/deposits/{order.levy_number}/"
    send_after_the_session_ended(world, browser, url, order.version)
    browser.post("/sign-out")

    sign_in(browser, "colleague", url)

    assert 'value="王小明"' not in browser.get(url).content.decode()


def test_both_versions_are_shown_when_a_colleague_saved_meanwhile(world: World) -> None:
    order, browser = world.issue(), Client()
    url, version = f"/deposits/{order.levy_number}/", order.version
    world.fill(order, world.colleague)
    send_after_the_session_ended(world, browser, url, version)

    answer = browser.get(url)

    assert answer.status_code == 409
    assert 'value="王小明"' in answer.content.decode()


def test_a_page_that_looks_again_is_sent_only_what_changed(world: World) -> None:
    order, browser = world.issue(), world.browser(world.clerk)
    url = f"/deposits/{order.levy_number}/"
    mark = browser.get(url).headers["ETag"]

    same = browser.get(url, headers={"X-Live": "1", "If-None-Match": mark})
    world.fill(order)
    changed = browser.get(url, headers={"X-Live": "1", "If-None-Match": mark})

    assert (same.status_code, changed.status_code) == (304, 200)
