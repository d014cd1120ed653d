"""What ends access at once: a disabled user, a unit that is not active, a delegation that is over (DOMAIN 9)."""

from typing import Any

import pytest

from documents.models import Attempt
from parties.models import Unit, User
from tests.documents.orders import UNIT, order_in, snapshot
from tests.documents.people import NO_METHOD, NOT_FOUND, PEOPLE, SIGN_IN, Scene, ask, outcome, place_of
from tests.documents.test_access import OF_DOCUMENT
from tests.world import World

pytestmark = pytest.mark.django_db


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
        document = scene.documents[place_of(route)]
        for method in methods:
            if methods[method][person] != NO_METHOD:
                assert outcome(ask(scene.browser(person), method, route, document)) == NOT_FOUND, (route, method)
    assert scene.order.levy_number not in scene.browser(person).get("/deposits/", {"unit": UNIT}).content.decode()
    assert snapshot(scene.order) == before


def test_an_agent_whose_delegation_ended_reads_what_it_declared_and_is_told_why_it_can_do_no_more(scene: Scene) -> None:
    browser = scene.browser("ended agent")
    other = order_in("returned")
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
        change = scene.own(person, "general-guarantee/changes/")
        url = f"/general-guarantee/changes/{change.pre_entry_number}-{change.round}/"
        assert scene.browser(person).get(url).status_code == (404 if person == "named agent" else 200), person
