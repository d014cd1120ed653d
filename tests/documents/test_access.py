"""Who sees and does what: every URL × method × person × (own, foreign, absent) (DOMAIN 9; QUALITY, Safety 1).

The URLs are read from the URL configuration: one without a row here fails the test.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from deposits.models import LevyOrder
from documents.models import Attempt, PaymentNotice, SigningRequest
from parties.models import Unit, User
from tests.documents.orders import OTHER_UNIT, UNIT, fresh, order_in, snapshot
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db

NAMED, DELEGATED, ENDED = "1101919107", "1101919108", "1101919109"
METHODS = ["GET", "POST", "PUT", "DELETE"]
ABSENT = "ZS0100202699999"

# person: the answer for (own document, foreign one, absent one). 404 for foreign and absent is asserted for all.
PEOPLE = [
    "anonymous",
    "clerk",
    "enters only",
    "declares only",
    "reads only",
    "named agent",
    "delegated agent",
    "ended agent",
    "stranger",
    "administrator",
]
ACTING = {"clerk", "named agent", "delegated agent", "stranger"}  # enter and declare, each for its own document
READING = {"reads only", "ended agent"}
SIGN_IN, NOT_FOUND, NO_METHOD, OK, MOVED, REFUSED, FORBIDDEN = "sign-in", 404, 405, 200, 302, 409, 403

Outcome = dict[str, int | str]


def for_all(outcome: int, **others: int) -> Outcome:
    """Return the same outcome for everybody who sees the document; the administrator has no unit and sees none."""
    seen: Outcome = dict.fromkeys(PEOPLE, outcome)
    return (
        seen
        | {name.replace("_", " "): value for name, value in others.items()}
        | {"anonymous": SIGN_IN, "administrator": NOT_FOUND if outcome != NO_METHOD else NO_METHOD}
    )


# URL of a document: {method: {person: outcome on the own document}}. The document is a complete, returned order with a notice.
OF_DOCUMENT: dict[str, dict[str, Outcome]] = {
    "deposits/<number:number>/": {
        "GET": for_all(OK),
        # Saving without a change: for those who may enter.
        "POST": for_all(MOVED, declares_only=REFUSED, reads_only=REFUSED, ended_agent=REFUSED),
    },
    "deposits/<number:number>/declare/": {
        "GET": for_all(OK),
        # Freezing for the signature: for those who may declare.
        "POST": for_all(MOVED, enters_only=REFUSED, reads_only=REFUSED, ended_agent=REFUSED),
    },
    "deposits/<number:number>/print/": {"GET": for_all(OK), "POST": for_all(NO_METHOD)},
    "deposits/<number:number>/receipts/": {"GET": for_all(OK), "POST": for_all(NO_METHOD)},
    "deposits/<number:number>/payment-notice/": {"GET": for_all(OK), "POST": for_all(NO_METHOD)},
}


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
    "admin/login/": {
        "GET": dict.fromkeys(PEOPLE, FORBIDDEN) | {"anonymous": SIGN_IN},
        "POST": dict.fromkeys(PEOPLE, NO_METHOD),
    },
}
# Django's administration, by what follows `admin/`: nobody passes who is not of the staff.
ADMIN = re.compile(
    r"admin/(|logout/|password_change/(done/)?|autocomplete/|jsi18n/|login/|r/.*"
    r"|(auth/group|parties/(unit|user|delegation|ekey)|customs/(outboxmessage|inboxmessage)"
    r"|documents/(event|receipt|attempt|payment|paymentnotice|customsdistrict|paymentmode)|deposits/levyorder)"
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


@dataclass
class Scene:
    """One order that everybody has something to do with but the stranger, who has another."""

    world: World
    order: LevyOrder
    strangers: LevyOrder
    people: dict[str, User | None]

    def browser(self, person: str) -> Client:
        user = self.people[person]
        return self.world.browser(user) if user else Client()

    def own(self, person: str) -> LevyOrder:
        return self.strangers if person == "stranger" else self.order

    def foreign(self, person: str) -> LevyOrder:
        return self.order if person == "stranger" else self.strangers


def _agent(code: str, *, enter: bool = True, declare: bool = True) -> User:
    unit, _new = Unit.objects.get_or_create(code=code, defaults={"name": f"示范代理 {code}"})
    return User.objects.create_user(
        f"agent{code}", PASSWORD, name=code, unit=unit, may_enter=enter, may_declare=declare
    )


def _order(unit: str, **values: Any) -> LevyOrder:
    order = order_in("returned", guaranteed_code=unit, **values)
    PaymentNotice.objects.create(
        pre_entry_number=order.pre_entry_number,
        number=order.levy_number[3:],
        amount=Decimal(2000),
        payer_name="甲",
        payee_name="乙",
        issued_on=dt.date(2026, 1, 6),
        pay_deadline=None,
    )
    return order


@pytest.fixture
def scene(world: World) -> Scene:
    world.units |= {code: Unit.objects.create(code=code, name=f"示范代理 {code}") for code in (DELEGATED, ENDED)}
    world.delegate(agent=DELEGATED)
    world.delegate(agent=ENDED, days=(-30, -1))
    order = _order(UNIT, named_agent_code=NAMED, declarant_code=ENDED)
    clerk = {"unit": world.units[UNIT], "name": "示范"}
    people: dict[str, User | None] = {
        "anonymous": None,
        "clerk": world.clerk,
        "named agent": world.agent,
        "stranger": world.stranger,
        "enters only": User.objects.create_user("enters", may_enter=True, **clerk),
        "declares only": User.objects.create_user("declares", may_declare=True, **clerk),
        "reads only": User.objects.create_user("reads", **clerk),
        "delegated agent": _agent(DELEGATED),
        "ended agent": _agent(ENDED),
        "administrator": User.objects.create_superuser("boss", name="管理员"),
    }
    for user in people.values():
        if user and user.may_declare:
            _give_card(world, user)
    return Scene(world, order, _order(OTHER_UNIT), people)


def _give_card(world: World, user: User) -> None:
    """Bind a stand-in for a card, so that freezing depends on the role alone."""
    from parties.models import EKey

    now = timezone.now()
    EKey.objects.filter(user=user).delete()
    EKey.objects.create(
        user=user,
        card_number=f"8{user.pk:07}",
        certificate_number=f"{user.pk:08x}",
        certificate=b"",
        fingerprint=str(user.pk),
        subject="示范",
        valid_from=now,
        valid_to=now + dt.timedelta(days=1),
    )


def ask(browser: Client, method: str, route: str, order: LevyOrder | None, number: str = "") -> HttpResponse:
    url = "/" + route.replace("<number:number>", number or (order.levy_number if order else ABSENT))
    data = {}
    if method == "POST" and order is not None and route == "deposits/<number:number>/":
        data = {"version": fresh(order).version, "move": "save", **_stored(order)}
    answer: Any = (
        browser.generic(method, url) if method in ("PUT", "DELETE") else getattr(browser, method.lower())(url, data)
    )
    return answer


def _stored(order: LevyOrder) -> dict[str, str]:
    from deposits.grid import GRID

    return {name: str(getattr(order, name) or "") for name in GRID.open_names()}


def outcome(answer: HttpResponse) -> int | str:
    if answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in"):
        return SIGN_IN
    return answer.status_code


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("route", OF_DOCUMENT)
def test_a_document_answers_each_person_as_the_table_says(scene: Scene, route: str, method: str) -> None:
    for person, expected in OF_DOCUMENT[route][method].items():
        own = scene.own(person)
        before = snapshot(own)
        answer = ask(scene.browser(person), method, route, own)
        assert outcome(answer) == expected, (person, "own")
        if expected in (REFUSED, NOT_FOUND, NO_METHOD, SIGN_IN):
            assert snapshot(own) == before
        hidden = expected if expected in (SIGN_IN, NO_METHOD) else NOT_FOUND
        for what, number in (("foreign", scene.foreign(person).levy_number), ("absent", ABSENT)):
            assert outcome(ask(scene.browser(person), method, route, None, number)) == hidden, (person, what)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("route", OF_DOCUMENT)
def test_a_foreign_document_answers_exactly_like_an_absent_one(scene: Scene, route: str, method: str) -> None:
    before = snapshot(scene.order), snapshot(scene.strangers)
    for person in PEOPLE:
        foreign, browser = scene.foreign(person), scene.browser(person)
        for number, absent in ((foreign.levy_number, ABSENT), (foreign.pre_entry_number, "202600000099999999")):
            there, not_there = (ask(browser, method, route, None, asked) for asked in (number, absent))
            assert there.status_code == not_there.status_code, person
            assert told(there, number) == told(not_there, absent), person
    assert (snapshot(scene.order), snapshot(scene.strangers)) == before
    assert not SigningRequest.objects.exists()


def told(answer: HttpResponse, number: str) -> tuple[Any, ...]:
    """Return everything an answer says, but for the number that was asked for and the token of the form."""
    body = answer.content.decode("utf-8", "replace").replace(number, "NUMBER")
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", body)
    headers = {name: value.replace(number, "NUMBER") for name, value in answer.headers.items()}
    return answer.status_code, body, headers


@pytest.mark.parametrize("opened", ["view", "confirm", "receipts", "payment-notice", "anything"])
def test_a_selection_of_a_foreign_document_answers_like_an_absent_one(scene: Scene, opened: str) -> None:
    url = f"/deposits/?open={opened}&selected="
    for person in PEOPLE:
        foreign = scene.foreign(person).levy_number
        there, not_there = (scene.browser(person).get(url + number) for number in (foreign, ABSENT))
        assert told(there, foreign) == told(not_there, ABSENT), person


@pytest.mark.parametrize("unit", [UNIT, OTHER_UNIT, NAMED, DELEGATED, ENDED])
def test_the_list_shows_each_person_what_is_theirs_and_nothing_else(scene: Scene, unit: str) -> None:
    for person in PEOPLE:
        answer: Any = scene.browser(person).get("/deposits/", {"unit": unit})
        if person == "anonymous":
            assert outcome(answer) == SIGN_IN
            continue
        own, foreign = scene.own(person), scene.foreign(person)
        seen = person != "administrator" and unit == own.guaranteed_code
        assert (own.levy_number in answer.content.decode()) is seen, person
        assert foreign.levy_number not in answer.content.decode(), person


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
            answer: Any = browser.generic(method, "/" + route.replace("<number:number>", scene.order.levy_number))
            assert answer.status_code in (200, 302, 404, 405), (route, method)
            assert answer.status_code != 200 or method == "OPTIONS" or route in ("", "password"), (route, method)
    assert snapshot(scene.order)[0]["version"] == 1


def admin_urls() -> list[str]:
    filled = {r"<path:object_id>": "1", r"<id>": "1", r"<path:content_type_id>": "1"}
    urls = []
    for route in routes():
        if not route.startswith("admin/") or route == "admin/login/" or "(?P" in route:
            continue
        for hole, value in filled.items():
            route = route.replace(hole, value)
        urls.append("/" + route)
    return [*urls, "/admin/deposits/", "/admin/nowhere/"]


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
    change = f"/admin/deposits/levyorder/{scene.order.pk}/change/"
    assert scene.order.levy_number in browser.get(change).content.decode()
    before = snapshot(scene.order)
    assert browser.post(change, {"amount": "1", "data_status": "approved"}).status_code == 403
    assert browser.post(f"/admin/deposits/levyorder/{scene.order.pk}/delete/", {"post": "yes"}).status_code == 403
    assert browser.post("/admin/deposits/levyorder/add/", {}).status_code == 403
    assert snapshot(scene.order) == before


@pytest.mark.parametrize(
    "url", ["/deposits/", "/deposits/ZS0100202600001/", "/deposits/ZS0100202600001/declare/", "/units/", "/password"]
)
def test_anonymous_is_sent_to_sign_in_and_comes_back(db: None, url: str) -> None:
    answer: Any = Client().get(url)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/sign-in?next={url}"


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "another"}])
def test_a_disabled_user_loses_the_session_at_once(scene: Scene, change: dict[str, Any]) -> None:
    browser = scene.browser("clerk")
    assert browser.get("/deposits/").status_code == 200
    User.objects.filter(username="clerk").update(**change)
    before = snapshot(scene.order)

    assert outcome(ask(browser, "GET", "deposits/<number:number>/", scene.order)) == SIGN_IN
    assert outcome(ask(browser, "POST", "deposits/<number:number>/", scene.order)) == SIGN_IN
    assert snapshot(scene.order) == before
    User.objects.filter(username="clerk").update(is_active=True)
    assert outcome(browser.get("/deposits/")) == SIGN_IN, "it does not revive with the account"


@pytest.mark.parametrize("person", ["clerk", "named agent", "delegated agent", "ended agent"])
def test_users_of_a_unit_that_is_not_active_see_and_do_nothing(scene: Scene, person: str) -> None:
    user = scene.people[person]
    assert user is not None
    Unit.objects.filter(pk=user.unit_id).update(is_active=False)
    before = snapshot(scene.order)
    for route, methods in OF_DOCUMENT.items():
        for method in methods:
            if methods[method][person] != NO_METHOD:
                assert outcome(ask(scene.browser(person), method, route, scene.order)) == NOT_FOUND, (route, method)
    assert scene.order.levy_number not in scene.browser(person).get("/deposits/", {"unit": UNIT}).content.decode()
    assert snapshot(scene.order) == before


def test_an_agent_whose_delegation_ended_reads_what_it_declared_and_is_told_why_it_can_do_no_more(scene: Scene) -> None:
    browser = scene.browser("ended agent")
    other = _order(UNIT)
    text = browser.get(f"/deposits/{scene.order.levy_number}/").content.decode()
    assert "该单位的委托未生效或已结束，只能查看。" in text
    assert browser.get(f"/deposits/{other.levy_number}/").status_code == 404
    assert not Attempt.objects.exists()


@pytest.mark.parametrize(
    ("days", "sees"), [((0, 0), True), ((-5, 0), True), ((0, 5), True), ((1, 5), False), ((-5, -1), False)]
)
def test_a_delegation_holds_from_its_first_to_its_last_day(world: World, days: tuple[int, int], sees: bool) -> None:
    order = order_in()
    world.delegate(days=days)
    answer: Any = world.browser(world.agent).get(f"/deposits/{order.levy_number}/")
    assert (answer.status_code == 200) is sees


def test_a_document_is_found_by_its_pre_entry_number_too(scene: Scene) -> None:
    for person in PEOPLE[1:-1]:
        own = scene.own(person)
        assert scene.browser(person).get(f"/deposits/{own.pre_entry_number}/").status_code == 200, person
