"""Signing in with user name and password (QUALITY, Safety 7)."""

import datetime as dt
import re
from typing import Any
from unittest import mock

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import MD5PasswordHasher
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from parties import captcha, ekeys
from parties.models import Unit, User
from parties.sign_in import client_address
from tests.parties.conftest import PASSWORD, Authority

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("captcha_passed")]


def attempt(browser: Client, username: str = "clerk", password: str = PASSWORD, **more: str) -> Any:
    form = {"username": username, "password": password, "captcha": "PASSED", **more}
    return browser.post(reverse("sign-in"), form)


def fail(browser: Client, times: int, username: str = "clerk") -> Any:
    for _time in range(times):
        response = attempt(browser, username, "wrong-password")
    return response


def is_signed_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def test_every_page_leads_to_the_sign_in_page_and_back(client: Client, clerk: User) -> None:
    asked = client.get(reverse("password"))
    assert asked.status_code == 302
    assert asked["Location"] == f"{reverse('sign-in')}?next={reverse('password')}"
    assert f'name="next" value="{reverse("password")}"' in client.get(asked["Location"]).content.decode()
    assert attempt(client, next=reverse("password"))["Location"] == reverse("password")
    assert is_signed_in(client)


def test_a_clerk_goes_to_the_first_page_and_an_administrator_to_the_admin(
    client: Client, clerk: User, administrator: User
) -> None:
    assert attempt(client)["Location"] == "/deposits/"
    client.post(reverse("sign-out"))
    assert attempt(client, "administrator")["Location"] == reverse("admin:index")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "\x00//evil.example",
        "",
    ],
)
def test_next_is_not_followed_to_another_place(client: Client, clerk: User, elsewhere: str) -> None:
    assert attempt(client, next=elsewhere)["Location"] == "/deposits/"


def test_who_is_signed_in_already_goes_on(desk: Client) -> None:
    assert desk.get(reverse("sign-in"))["Location"] == "/deposits/"
    assert desk.get(reverse("sign-in"), {"next": "/password"})["Location"] == "/password"
    assert desk.get(reverse("sign-in"), {"next": "//evil.example"})["Location"] == "/deposits/"


def test_the_session_key_is_renewed_on_signing_in(client: Client, clerk: User) -> None:
    client.get(reverse("captcha"))
    before = client.session.session_key
    attempt(client)
    after = client.session.session_key
    assert after != before
    assert captcha.ANSWER not in client.session


def test_a_wrong_password_an_unknown_name_and_a_disabled_account_have_the_same_answer(
    client: Client, clerk: User, agent: User
) -> None:
    User.objects.filter(pk=agent.pk).update(is_active=False)
    pages = [
        attempt(client, "clerk", "wrong-password"),
        attempt(client, "nobody", "wrong-password"),
        attempt(client, "agent", PASSWORD),
    ]
    texts = {re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page.content.decode()) for page in pages}
    assert len({text.replace("clerk", "?").replace("nobody", "?").replace("agent", "?") for text in texts}) == 1
    assert {page.status_code for page in pages} == {200}
    assert not is_signed_in(client)


@pytest.mark.parametrize("username", ["clerk", "nobody"])
def test_a_password_is_hashed_once_whether_the_name_is_known_or_not(client: Client, clerk: User, username: str) -> None:
    with mock.patch.object(MD5PasswordHasher, "encode", autospec=True, side_effect=MD5PasswordHasher.encode) as encode:
        attempt(client, username, "wrong-password")
    assert encode.call_count == 1


def test_a_wrong_captcha_is_refused_before_the_password_is_looked_at(client: Client, clerk: User) -> None:
    with mock.patch("parties.views.sign_in_with_password") as looked_at:
        for _time in range(12):
            attempt(client, captcha="wrong")
    looked_at.assert_not_called()
    assert not AccessAttempt.objects.exists()
    attempt(client)
    assert is_signed_in(client)


def test_the_user_name_stays_and_the_password_does_not(client: Client, clerk: User) -> None:
    page = attempt(client, "clerk", "wrong-password").content.decode()
    assert 'value="clerk"' in page
    assert "wrong-password" not in page


def test_an_empty_form_says_what_is_missing(client: Client) -> None:
    page = client.post(reverse("sign-in"), {}).content.decode()
    assert all(f'id="{name}-error"' in page for name in ("username", "password", "captcha"))


@pytest.mark.parametrize(
    "odd", ["\x00", "a" * 200_000, "<script>alert(1)</script>", "ｃｌｅｒｋ\u202e", "{{ 7|add:7 }}"]
)
def test_hostile_input_is_given_back_harmless(client: Client, clerk: User, odd: str) -> None:
    for name in ("username", "password", "captcha", "next", "show", "shown"):
        response = attempt(client, **{"password": "wrong-password", name: odd})
        assert response.status_code == 200
        assert b"<script>alert" not in response.content


def test_ten_wrong_passwords_pause_signing_in_and_the_page_says_until_when(client: Client, clerk: User) -> None:
    with time_machine.travel(dt.datetime(2026, 5, 1, 1, 0, tzinfo=dt.UTC), tick=False):
        assert fail(client, 9).status_code == 200
        tenth = fail(client, 1)
        assert tenth.status_code == 429
        assert "09:15:00" in tenth.content.decode()
        assert 'value="clerk"' in tenth.content.decode()
        locked = attempt(client)
        assert locked.status_code == 429
        assert not is_signed_in(client)


def test_an_unknown_name_is_paused_alike(client: Client, clerk: User) -> None:
    assert fail(client, 9, "nobody").status_code == 200
    assert fail(client, 1, "nobody").status_code == 429
    assert attempt(client, "clerk")["Location"] == "/deposits/"


def test_no_pause_is_longer_than_15_minutes_whatever_is_tried_meanwhile(client: Client, clerk: User) -> None:
    begin = dt.datetime(2026, 5, 1, 1, 0, tzinfo=dt.UTC)
    with time_machine.travel(begin, tick=False) as clock:
        fail(client, 10)
        clock.shift(dt.timedelta(minutes=14))
        assert fail(client, 3).status_code == 429
        clock.shift(dt.timedelta(minutes=1, seconds=1))
        attempt(client)
        assert is_signed_in(client)


def test_while_paused_no_password_is_hashed(client: Client, clerk: User) -> None:
    fail(client, 10)
    with mock.patch("parties.sign_in.authenticate") as authenticate:
        attempt(client)
    authenticate.assert_not_called()


def test_guesses_at_the_same_time_are_counted_together(client: Client, clerk: User) -> None:
    def others_fail_meanwhile(request: HttpRequest, **credentials: str) -> object:
        hashing.stop()
        fail(Client(headers={"user-agent": "another"}), 10)
        return authenticate(request, **credentials)

    hashing = mock.patch("parties.sign_in.authenticate", others_fail_meanwhile)
    hashing.start()
    assert attempt(client).status_code == 429
    assert not is_signed_in(client)


def test_another_address_is_not_paused_and_another_browser_is(client: Client, clerk: User) -> None:
    fail(client, 10)
    assert attempt(Client(headers={"user-agent": "another"})).status_code == 429
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert attempt(elsewhere).status_code == 302


def test_signing_in_ends_the_count_of_failures(client: Client, clerk: User) -> None:
    fail(client, 9)
    attempt(client)
    client.post(reverse("sign-out"))
    assert fail(client, 9).status_code == 200


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "203.0.113.9", "198.51.100.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "198.51.100.1"),
        (1, "", "198.51.100.1"),
        (1, "no address", "198.51.100.1"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_the_address_is_the_one_our_own_proxies_saw(
    settings: Settings, proxies: int, forwarded: str, seen: str
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get("/", headers={"x-forwarded-for": forwarded}, REMOTE_ADDR="198.51.100.1")
    assert client_address(request) == seen


def test_a_request_over_a_local_socket_has_no_address() -> None:
    assert client_address(RequestFactory().get("/", REMOTE_ADDR="")) is None


def test_signing_out_takes_a_post(desk: Client) -> None:
    assert desk.get(reverse("sign-out")).status_code == 405
    assert is_signed_in(desk)
    key = desk.session.session_key
    assert desk.post(reverse("sign-out"))["Location"] == reverse("sign-in")
    assert not desk.session.exists(str(key))
    assert desk.get(reverse("password")).status_code == 302


def test_forms_of_another_site_are_refused(clerk: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert attempt(browser).status_code == 403
    assert browser.post(reverse("sign-out")).status_code == 403


def test_the_admin_signs_in_on_the_same_page(client: Client, administrator: User) -> None:
    asked = client.get(reverse("admin:index"), follow=True)
    assert asked.redirect_chain[-1][0] == f"{reverse('sign-in')}?next={reverse('admin:index')}"
    assert client.get(reverse("admin:login"))["Location"] == f"{reverse('sign-in')}?next={reverse('admin:index')}"
    assert client.post(reverse("admin:login"), {"username": "administrator", "password": PASSWORD}).status_code == 405


def test_a_clerk_is_not_let_into_the_admin_and_is_not_sent_in_circles(desk: Client) -> None:
    assert desk.get(reverse("admin:index"), follow=True).status_code == 403


def test_a_user_of_a_unit_who_is_staff_goes_to_the_first_page(client: Client, clerk: User, plant: Unit) -> None:
    User.objects.filter(pk=clerk.pk).update(is_staff=True)
    assert attempt(client)["Location"] == "/deposits/"


@pytest.mark.parametrize(("days", "told"), [(29, True), (31, False)])
def test_the_end_of_the_e_key_is_announced_on_signing_in(
    client: Client, administrator: User, trusted: Authority, days: int, told: bool
) -> None:
    ekeys.bind(administrator, trusted.issue(days=(-1, days)), "1", by=administrator)
    asked = attempt(client, "administrator", next=reverse("password"))
    page = client.get(asked["Location"]).content.decode()
    assert ('class="note warn"' in page) is told
    assert 'class="note warn"' not in client.get(reverse("password")).content.decode()
