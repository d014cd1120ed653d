"""What a clerk typed is given back, unsaved, when the session or the CSRF token changed in another tab."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.conf import settings as portal_settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from deposits.models import LevyOrder
from parties import sessions
from parties.models import User
from tests.world import PASSWORD, World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("captcha_passed")]

TYPED = {"move": "save", "contact_name": "王小明"}
HERE = {"origin": "http://testserver"}
LIMIT = dt.timedelta(minutes=31)


@pytest.fixture
def order(world: World) -> LevyOrder:
    return world.issue()


@pytest.fixture
def browser(world: World) -> Client:
    """A browser in which the clerk has signed in through the page."""
    browser = Client()
    sign_in(browser)
    return browser


def sign_in(browser: Client, account: str = "clerk", password: str = PASSWORD) -> Any:
    form = {"username": account, "password": password, "captcha": "PASSED"}
    token = browser.cookies[portal_settings.CSRF_COOKIE_NAME].value if browser.handler.enforce_csrf_checks else ""
    return browser.post(reverse("sign-in"), form | {"csrfmiddlewaretoken": token})


def url_of(order: LevyOrder) -> str:
    return f"/deposits/{order.levy_number}/"


def press_save(browser: Client, order: LevyOrder, **more: str) -> Any:
    return browser.post(url_of(order), {"version": order.version, **TYPED, **more})


def is_given_back(browser: Client, order: LevyOrder) -> bool:
    page = browser.get(url_of(order)).content.decode()
    assert LevyOrder.objects.get().contact_name == ""
    return 'value="王小明"' in page


@pytest.mark.parametrize("live", [False, True])
def test_a_session_that_ended_in_another_tab_loses_nothing_that_is_typed_here(
    browser: Client, order: LevyOrder, live: bool
) -> None:
    with time_machine.travel(timezone.now() + LIMIT):
        browser.get(reverse("password"), headers={"X-Live": "1"} if live else {})
        assert press_save(browser, order).headers["Location"].startswith(reverse("sign-in"))
        sign_in(browser)
        assert is_given_back(browser, order)
        assert not is_given_back(browser, order)


def test_who_was_signed_out_is_known_no_longer_than_a_session_may_last(
    browser: Client, order: LevyOrder, settings: Settings
) -> None:
    with time_machine.travel(timezone.now() + LIMIT, tick=False) as clock:
        browser.get(reverse("password"))
        clock.shift(settings.SESSION_ABSOLUTE_SECONDS)
        press_save(browser, order)
        sign_in(browser)
        assert not is_given_back(browser, order)


@pytest.mark.parametrize("another_tab", [False, True])
def test_a_password_that_was_changed_elsewhere_loses_nothing_that_is_typed_here(
    browser: Client, world: World, order: LevyOrder, another_tab: bool
) -> None:
    world.clerk.set_password("quite-another-battery")
    world.clerk.save()
    if another_tab:
        browser.get(reverse("password"))
    press_save(browser, order)
    assert b'class="note info"' in browser.get(reverse("sign-in")).content
    sign_in(browser, password="quite-another-battery")
    assert is_given_back(browser, order)


def test_a_user_who_was_disabled_meanwhile_has_it_again_when_enabled(
    browser: Client, world: World, order: LevyOrder
) -> None:
    User.objects.filter(pk=world.clerk.pk).update(is_active=False)
    browser.get(reverse("password"))
    press_save(browser, order)
    User.objects.filter(pk=world.clerk.pk).update(is_active=True)
    sign_in(browser)
    assert is_given_back(browser, order)


def test_nobody_else_is_given_it(browser: Client, order: LevyOrder) -> None:
    with time_machine.travel(timezone.now() + LIMIT):
        browser.get(reverse("password"))
        press_save(browser, order)
        sign_in(browser, "colleague")
        assert not is_given_back(browser, order)


def test_nothing_is_kept_of_who_was_never_signed_in_here(order: LevyOrder) -> None:
    browser = Client()
    press_save(browser, order)
    assert sessions.INTERRUPTED not in browser.session


def test_no_password_and_no_other_form_is_ever_kept(browser: Client, order: LevyOrder) -> None:
    with time_machine.travel(timezone.now() + LIMIT):
        browser.post(reverse("password"), {"old_password": PASSWORD})
        press_save(browser, order)
        browser.post(reverse("password"), {"old_password": PASSWORD})
        browser.post(reverse("sign-in"), {"username": "clerk", "password": PASSWORD, "captcha": "wrong"})
        browser.post(reverse("sign-out"))
        assert PASSWORD not in str(dict(browser.session))
        sign_in(browser)
        assert is_given_back(browser, order)


def test_a_page_that_looks_by_itself_does_not_take_what_the_clerk_is_given(browser: Client, order: LevyOrder) -> None:
    with time_machine.travel(timezone.now() + LIMIT):
        press_save(browser, order)
        sign_in(browser)
        assert 'value="王小明"' not in browser.get(url_of(order), headers={"X-Live": "1"}).content.decode()
        assert is_given_back(browser, order)


# ---- a stale token


@pytest.fixture
def strict(world: World) -> Client:
    """The clerk's browser before a portal that checks tokens; `stale` is the one of the page before signing in again."""
    browser = Client(enforce_csrf_checks=True)
    browser.get(reverse("sign-in"))
    sign_in(browser)
    return browser


@pytest.fixture
def stale(strict: Client) -> dict[str, str]:
    """A form whose token was right until the clerk signed in again in another tab."""
    token = strict.cookies[portal_settings.CSRF_COOKIE_NAME].value
    strict.post(reverse("sign-out"), {"csrfmiddlewaretoken": token})
    strict.get(reverse("sign-in"))
    sign_in(strict)
    assert strict.cookies[portal_settings.CSRF_COOKIE_NAME].value != token
    return {**TYPED, "csrfmiddlewaretoken": token}


@pytest.mark.parametrize("source", [HERE, {"referer": "http://testserver/deposits/"}])
def test_a_form_with_a_stale_token_is_given_back_unsaved(
    strict: Client, order: LevyOrder, stale: dict[str, str], source: dict[str, str]
) -> None:
    answer = strict.post(url_of(order), {"version": order.version, **stale}, headers=source)
    assert (answer.status_code, answer.headers["Location"]) == (303, url_of(order))
    assert stale["csrfmiddlewaretoken"] not in str(dict(strict.session))
    assert is_given_back(strict, order)
    assert not is_given_back(strict, order)


@pytest.mark.parametrize(
    "source",
    [
        {"origin": "https://evil.example"},
        {"origin": "https://testserver"},
        {"origin": "http://testserver:81"},
        {"origin": "http://testserver.evil.example"},
        {"origin": "null"},
        {"origin": "http://["},
        {"origin": "https://evil.example", "referer": "http://testserver/deposits/"},
        {"referer": "https://evil.example/?http://testserver/"},
        {"referer": "http://testserver@evil.example/"},
        {"referer": "http://["},
        {},
    ],
)
def test_a_form_of_another_site_is_refused_and_nothing_of_it_is_kept(
    strict: Client, order: LevyOrder, stale: dict[str, str], source: dict[str, str]
) -> None:
    answer = strict.post(url_of(order), {"version": order.version, **stale}, headers=source)
    assert answer.status_code == 403
    assert sessions.INTERRUPTED not in strict.session
    assert not is_given_back(strict, order)


def test_a_form_of_another_site_is_not_kept_when_the_session_has_just_ended(strict: Client, order: LevyOrder) -> None:
    with time_machine.travel(timezone.now() + LIMIT):
        answer = strict.post(url_of(order), TYPED, headers={"origin": "https://evil.example"})
        assert answer.status_code == 403
        assert sessions.INTERRUPTED not in strict.session


def test_a_form_without_any_token_is_refused(strict: Client, order: LevyOrder) -> None:
    assert strict.post(url_of(order), TYPED, headers=HERE).status_code == 403
    assert sessions.INTERRUPTED not in strict.session


def test_a_stale_token_signs_nothing_and_changes_no_password(
    strict: Client, order: LevyOrder, stale: dict[str, str]
) -> None:
    for url in (url_of(order) + "declare/", reverse("password"), reverse("sign-out")):
        assert strict.post(url, stale, headers=HERE).status_code == 403
    assert sessions.INTERRUPTED not in strict.session


def test_a_form_too_large_to_keep_is_refused(strict: Client, order: LevyOrder, stale: dict[str, str]) -> None:
    large = stale | {"remark": "a" * sessions.LARGEST_KEPT}
    assert strict.post(url_of(order), large, headers=HERE).status_code == 403
    assert sessions.INTERRUPTED not in strict.session
