"""Who is answered what by the pages that are of no document, and by the administration (QUALITY, Safety 1)."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from general_guarantee.ledger import reserve
from tests.documents.orders import snapshot
from tests.documents.people import (
    FORBIDDEN,
    INCOMPLETE,
    MOVED,
    NO_METHOD,
    NOT_FOUND,
    OK,
    PEOPLE,
    REFUSED,
    SIGN_IN,
    Outcome,
    Scene,
    ask,
    outcome,
    place_of,
)
from tests.documents.test_access import OF_DOCUMENT
from tests.general_guarantee.guarantees import approved

pytestmark = pytest.mark.django_db

NOBODY_ENTERS: Outcome = dict.fromkeys(["declares only", "reads only"], REFUSED)


def page(get: int, post: int, **others: int) -> dict[str, Outcome]:
    """Return a row for a page that is of no document: the same for everybody who is signed in."""
    named = {name.replace("_", " "): value for name, value in others.items()}
    return {
        "GET": dict.fromkeys(PEOPLE, get) | {"anonymous": SIGN_IN} | named,
        "POST": dict.fromkeys(PEOPLE, post) | {"anonymous": SIGN_IN} | named,
    }


PAGES: dict[str, dict[str, Outcome]] = {
    "": page(MOVED, MOVED),
    "sign-in": page(MOVED, MOVED, anonymous=OK),
    "sign-out": {
        "GET": dict.fromkeys(PEOPLE, NO_METHOD) | {"anonymous": SIGN_IN},
        "POST": dict.fromkeys(PEOPLE, SIGN_IN),
    },
    "captcha": page(OK, NO_METHOD, anonymous=OK) | {"POST": dict.fromkeys(PEOPLE, NO_METHOD)},
    "password": page(OK, OK),
    "language": {"GET": dict.fromkeys(PEOPLE, NO_METHOD), "POST": dict.fromkeys(PEOPLE, MOVED)},
    "units/": page(OK, NO_METHOD),
    "deposits/": page(OK, NO_METHOD),
    "general-guarantee/": page(OK, NO_METHOD),
    # An empty form has no unit; who may not enter is told so, and who has no unit is led to the list.
    "general-guarantee/new/": page(OK, INCOMPLETE, administrator=MOVED)
    | {"POST": dict.fromkeys(PEOPLE, INCOMPLETE) | NOBODY_ENTERS | {"anonymous": SIGN_IN, "administrator": MOVED}},
    # Without the guarantee that it would change, which `test_access_new` asks for.
    "general-guarantee/changes/new/": page(NOT_FOUND, NOT_FOUND),
    "admin/login/": {
        "GET": dict.fromkeys(PEOPLE, FORBIDDEN) | {"anonymous": SIGN_IN},
        "POST": dict.fromkeys(PEOPLE, NO_METHOD),
    },
}
# Django's administration, by what follows `admin/`: nobody passes who is not of the staff.
ADMIN = re.compile(
    r"admin/(|logout/|password_change/(done/)?|autocomplete/|jsi18n/|login/|r/.*"
    r"|(auth/group|parties/(unit|user|delegation|ekey)|customs/(outboxmessage|inboxmessage)"
    r"|documents/(event|receipt|attempt|payment|paymentnotice|customsdistrict|paymentmode)|deposits/levyorder"
    r"|general_guarantee/(generalguarantee|guaranteechange|ledgerrow|reservation))"
    r"/(add/|<path:object_id>/((history|delete|change)/)?|<id>/password/)?"
    r"|\^\(\?P<app_label>.*|\(\?P<url>\.\*\)\$)"
)


def routes(resolver: Any = None, prefix: str = "") -> Iterator[str]:
    """Yield every route of the URL configuration."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern, route)
        else:
            yield route


def test_every_url_has_a_row() -> None:
    known = set(OF_DOCUMENT) | set(PAGES)
    unknown = {route for route in routes() if route not in known and not ADMIN.fullmatch(route)}
    assert not unknown, f"URLs without a row in the table: {unknown}"
    assert known <= set(routes()), "rows without a URL"


@pytest.mark.parametrize("route", PAGES)
def test_a_page_answers_each_person_as_the_table_says(scene: Scene, route: str) -> None:
    for method in ("GET", "POST"):
        for person, expected in PAGES[route][method].items():
            assert outcome(ask(scene.browser(person), method, route, None)) == expected, (method, person)


@pytest.mark.parametrize("person", ["anonymous", "clerk", "stranger", "administrator"])
def test_no_url_answers_another_method_or_fails(scene: Scene, person: str) -> None:
    browser = scene.browser(person)
    for route in [*OF_DOCUMENT, *PAGES]:
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
            answer = ask(browser, method, route, scene.documents.get(place_of(route)))
            assert answer.status_code in (200, 302, 404, 405), (route, method)
            assert answer.status_code != 200 or method == "OPTIONS" or route in ("", "password"), (route, method)
    assert all(snapshot(document)[0]["version"] == 1 for document in scene.documents.values())


def admin_urls() -> list[str]:
    filled = {r"<path:object_id>": "1", r"<id>": "1", r"<path:content_type_id>": "1"}
    urls = []
    for route in routes():
        if not route.startswith("admin/") or route == "admin/login/" or "(?P" in route:
            continue
        for hole, value in filled.items():
            route = route.replace(hole, value)
        urls.append("/" + route)
    return [*urls, "/admin/deposits/", "/admin/general_guarantee/", "/admin/nowhere/"]


@pytest.mark.parametrize("person", ["anonymous", "clerk", "reads only"])
def test_the_administration_is_closed_to_everybody_but_its_staff(scene: Scene, person: str) -> None:
    browser = scene.browser(person)
    for url in admin_urls():
        if url == "/admin/logout/":
            continue  # signing out is open to everybody
        for method in ("GET", "POST"):
            answer = ask(browser, method, url[1:], None)
            location = answer.headers.get("Location", "")
            assert answer.status_code in (302, 405), (url, method)
            assert answer.status_code == 405 or location.startswith(("/admin/login/", "/sign-in")), (
                url,
                method,
                location,
            )


def test_an_administrator_reads_everything_and_no_page_of_the_administration_fails(scene: Scene) -> None:
    browser = scene.browser("administrator")
    for url in admin_urls():
        if "logout" not in url:
            assert browser.get(url).status_code in (200, 301, 302, 403, 404, 405), url
    for model, document in (
        ("deposits/levyorder", scene.order),
        ("general_guarantee/generalguarantee", scene.documents["general-guarantee/"]),
        ("general_guarantee/guaranteechange", scene.documents["general-guarantee/changes/"]),
    ):
        change = f"/admin/{model}/{document.pk}/change/"
        assert document.pre_entry_number in browser.get(change).content.decode()
        before = snapshot(document)
        assert browser.post(change, {"amount": "1", "data_status": "approved"}).status_code == 403
        assert browser.post(f"/admin/{model}/{document.pk}/delete/", {"post": "yes"}).status_code == 403
        assert browser.post(f"/admin/{model}/add/", {}).status_code == 403
        assert snapshot(document) == before


def test_an_administrator_reads_the_ledger_and_writes_nothing_into_it(scene: Scene) -> None:
    guarantee, browser = approved(), scene.browser("administrator")
    reserve(guarantee.guarantee_number, Decimal(2000), cause=scene.order, document=str(scene.order))
    for model, row in (("ledgerrow", guarantee.ledger.first()), ("reservation", guarantee.reservations.first())):
        assert row is not None
        page = f"/admin/general_guarantee/{model}/{row.pk}/"
        assert guarantee.guarantee_number in browser.get(page + "change/").content.decode()
        assert browser.post(page + "change/", {"amount": "1"}).status_code == 403
        assert browser.post(page + "delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    "url",
    [
        "/deposits/",
        "/deposits/ZS0100202600001/",
        "/deposits/ZS0100202600001/declare/",
        "/general-guarantee/new/",
        "/general-guarantee/D80100202600001/ledger/",
        "/general-guarantee/changes/D80100202600001-1/",
        "/units/",
        "/password",
    ],
)
def test_anonymous_is_sent_to_sign_in_and_comes_back(db: None, url: str) -> None:
    answer: Any = Client().get(url)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/sign-in?next={url}"
