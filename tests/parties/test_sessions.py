"""The limits of a seat, what is cached, the language, and changing the password."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from parties.models import User
from tests.parties.conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("captcha_passed")]

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
NEW_PASSWORD = "quite-another-battery"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(dt.datetime(2026, 5, 1, 1, 0, tzinfo=dt.UTC), tick=False) as travelled:
        yield travelled


@pytest.fixture
def seat(clock: time_machine.Traveller, clerk: User) -> Client:
    """The clerk, signed in through the page at nine in the morning."""
    return signed_in_browser()


def signed_in_browser() -> Client:
    seat = Client()
    seat.post(reverse("sign-in"), {"username": "clerk", "password": PASSWORD, "captcha": "PASSED"})
    return seat


def open_page(seat: Client, **headers: str) -> int:
    return seat.get(reverse("password"), headers=headers).status_code


def test_a_session_ends_after_30_minutes_without_activity(seat: Client, clock: time_machine.Traveller) -> None:
    key = seat.session.session_key
    clock.shift(29 * MINUTE)
    assert open_page(seat) == 200
    clock.shift(29 * MINUTE)
    assert open_page(seat) == 200
    clock.shift(30 * MINUTE)
    assert open_page(seat) == 302
    assert not seat.session.exists(str(key))


def test_the_sign_in_page_says_once_why_the_session_ended(seat: Client, clock: time_machine.Traveller) -> None:
    clock.shift(30 * MINUTE)
    assert b'class="note info"' in seat.get(reverse("password"), follow=True).content
    assert b'class="note info"' not in seat.get(reverse("sign-in")).content


def test_the_sign_in_page_says_the_limits_that_are_set(
    seat: Client, clock: time_machine.Traveller, settings: Settings
) -> None:
    settings.SESSION_IDLE_SECONDS, settings.SESSION_ABSOLUTE_SECONDS = 7 * 60, 3 * 3600
    seat.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    clock.shift(7 * MINUTE)
    assert "nothing was done for 7 minutes" in seat.get(reverse("password"), follow=True).content.decode()
    seat = signed_in_browser()
    seat.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    clock.shift(3 * HOUR)
    assert "lasts 3 hours at most" in seat.get(reverse("password"), follow=True).content.decode()


def test_a_session_ends_after_12_hours_in_spite_of_activity(seat: Client, clock: time_machine.Traveller) -> None:
    for _time in range(35):
        clock.shift(20 * MINUTE)
        assert open_page(seat) == 200
    clock.shift(20 * MINUTE)
    assert open_page(seat) == 302


def test_signing_in_again_begins_12_hours_anew(seat: Client, clock: time_machine.Traveller) -> None:
    for _time in range(30):
        clock.shift(20 * MINUTE)
        open_page(seat)
    seat.post(reverse("sign-out"))
    seat.post(reverse("sign-in"), {"username": "clerk", "password": PASSWORD, "captcha": "PASSED"})
    for _time in range(30):
        clock.shift(20 * MINUTE)
        assert open_page(seat) == 200


def test_what_a_page_asks_on_its_own_is_no_activity(seat: Client, clock: time_machine.Traveller) -> None:
    for _time in range(29):
        clock.shift(MINUTE)
        assert open_page(seat, **{"x-live": "1"}) == 200
    clock.shift(MINUTE)
    assert open_page(seat, **{"x-live": "1"}) == 401
    assert open_page(seat, **{"x-live": "1"}) == 401
    assert open_page(seat) == 302
    assert open_page(seat, **{"x-live": "1"}) == 401


def test_activity_is_noted_at_most_once_a_minute(seat: Client, clock: time_machine.Traveller) -> None:
    open_page(seat)
    before = seat.session.items()
    clock.shift(59)
    open_page(seat)
    assert dict(seat.session.items()) == dict(before)
    clock.shift(1)
    open_page(seat)
    assert dict(seat.session.items()) != dict(before)


def test_a_session_does_not_revive_with_an_account_that_was_disabled(seat: Client, clerk: User) -> None:
    User.objects.filter(pk=clerk.pk).update(is_active=False)
    assert open_page(seat) == 302
    User.objects.filter(pk=clerk.pk).update(is_active=True)
    assert open_page(seat) == 302


def test_pages_of_signed_in_users_are_not_stored(seat: Client) -> None:
    assert "no-store" in seat.get(reverse("password"))["Cache-Control"]
    assert "no-store" in seat.post(reverse("sign-out"))["Cache-Control"]
    assert "no-store" in seat.get(reverse("sign-in"))["Cache-Control"]


def test_the_language_is_chinese_whatever_the_browser_prefers(client: Client) -> None:
    response = client.get(reverse("sign-in"), headers={"accept-language": "en,fr;q=0.9"})
    assert response["Content-Language"] == "zh-hans"
    assert '<html lang="zh-hans">' in response.content.decode()


def test_a_chosen_language_is_kept_in_a_cookie(client: Client, settings: Settings) -> None:
    chosen = client.post(reverse("language"), {"language": "en", "next": reverse("sign-in")})
    assert chosen["Location"] == reverse("sign-in")
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    page = client.get(reverse("sign-in")).content.decode()
    assert '<html lang="en">' in page
    assert "Enter user name, password and captcha" in page
    client.post(reverse("language"), {"language": "zh-hans", "next": reverse("sign-in")})
    assert client.get(reverse("sign-in"))["Content-Language"] == "zh-hans"


@pytest.mark.parametrize("cookie", ["fr", "xx", "../../etc", ""])
def test_a_language_that_the_portal_does_not_speak_is_ignored(client: Client, settings: Settings, cookie: str) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = cookie
    assert client.get(reverse("sign-in"))["Content-Language"] == "zh-hans"


def test_choosing_a_language_takes_a_post_and_does_not_lead_elsewhere(client: Client) -> None:
    assert client.get(reverse("language"), {"language": "en"}).status_code == 405
    sent = client.post(reverse("language"), {"language": "en", "next": "https://evil.example/"})
    assert sent["Location"] == "/"


def change_password(seat: Client, old: str, new: str, again: str = "") -> str:
    form = {"old_password": old, "new_password1": new, "new_password2": again or new}
    return seat.post(reverse("password"), form, follow=True).content.decode()


def test_changing_the_password_ends_the_other_sessions_and_not_this_one(seat: Client, clerk: User) -> None:
    other = signed_in_browser()
    page = change_password(seat, PASSWORD, NEW_PASSWORD)
    assert "-error" not in page
    clerk.refresh_from_db()
    assert clerk.check_password(NEW_PASSWORD)
    assert open_page(seat) == 200
    assert open_page(other) == 302


def test_a_changed_password_is_confirmed_once(seat: Client) -> None:
    seat.post(reverse("language"), {"language": "en"})
    said = "Your password is changed."
    assert said in change_password(seat, PASSWORD, NEW_PASSWORD)
    assert said not in seat.get(reverse("password")).content.decode()


@pytest.mark.parametrize(
    ("old", "new", "again", "field"),
    [
        ("wrong-password", NEW_PASSWORD, "", "old_password"),
        (PASSWORD, "tr0ub4dor", "", "new_password2"),
        (PASSWORD, "password123456", "something-else", "new_password2"),
        (PASSWORD, "qwertyuiop", "", "new_password2"),
    ],
)
def test_what_is_wrong_with_a_password_stands_beside_its_field(
    seat: Client, clerk: User, old: str, new: str, again: str, field: str
) -> None:
    page = change_password(seat, old, new, again)
    assert f'id="id_{field}_error"' in page
    assert new not in page
    clerk.refresh_from_db()
    assert clerk.check_password(PASSWORD)
