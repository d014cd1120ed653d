"""Who may begin a general guarantee, a copy and a change, and for which unit (DOMAIN 9)."""

from typing import Any

import pytest

from documents.models import SigningRequest
from general_guarantee.models import GeneralGuarantee
from parties.models import Delegation
from tests.documents.hostile import given_back
from tests.documents.orders import OTHER_UNIT, UNIT, fresh, post, url_of, with_roles
from tests.documents.people import DELEGATED, ENDED, MOVED, NOT_FOUND, OK, PEOPLE, REFUSED, SIGN_IN, Scene, outcome
from tests.documents.test_grey_fields import error_beside
from tests.general_guarantee.forms import (
    CHANGED,
    LIST,
    NEW,
    NEW_CHANGE,
    begin,
    fields_of,
    new_change,
    send_new,
    stored,
)
from tests.general_guarantee.guarantees import BY_CASH, BY_LETTER, approved, change_in, guarantee_in
from tests.world import UNITS, World

pytestmark = pytest.mark.django_db

NOT_YOURS = "您无权代理该单位：该单位未委托贵单位办理。"
ABSENT = "D80100202699999"


def outcomes(seen: int, **others: int) -> dict[str, int | str]:
    """Return the outcome for all who may enter, and what differs; agents that nobody delegated to see nothing."""
    named = {name.replace("_", " "): value for name, value in others.items()}
    hidden = {"anonymous": SIGN_IN, "administrator": NOT_FOUND, "named agent": NOT_FOUND}
    return dict.fromkeys(PEOPLE, seen) | named | hidden


# Beginning a change of a guarantee that the ended agent has declared: who may not is led to the list, with the reason.
CHANGE = {
    "GET": outcomes(OK, declares_only=MOVED, reads_only=MOVED, ended_agent=MOVED),
    "POST": outcomes(MOVED),
}
COPY = {
    "GET": outcomes(OK),
    "POST": outcomes(MOVED, declares_only=REFUSED, reads_only=REFUSED, ended_agent=REFUSED),
}
MAY_NOT = ("declares only", "reads only", "ended agent")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(("url", "table"), [(f"{NEW_CHANGE}?of=", CHANGE), (f"{NEW}?from=", COPY)])
def test_what_is_begun_from_a_guarantee_answers_each_person_as_the_table_says(
    scene: Scene, url: str, table: dict[str, dict[str, Any]], method: str
) -> None:
    typed = CHANGED if table is CHANGE else {**BY_LETTER, "guaranteed_code": UNIT}
    for person, expected in table[method].items():
        own = approved(guaranteed_code=OTHER_UNIT if person == "stranger" else UNIT, declarant_code=ENDED)
        foreign = approved(guaranteed_code=UNIT if person == "stranger" else OTHER_UNIT)
        browser, before = scene.browser(person), stored()
        if person == "stranger" and table is COPY:
            typed = {**typed, "guaranteed_code": OTHER_UNIT}
        for number, wanted in ((own.guarantee_number, expected), (foreign.guarantee_number, 404), (ABSENT, 404)):
            wanted = SIGN_IN if person == "anonymous" else wanted
            answer: Any = browser.get(url + number) if method == "GET" else send_new(browser, typed, to=url + number)
            assert outcome(answer) == wanted, (person, number == own.guarantee_number)
        begun = stored() != before
        assert begun is (method == "POST" and expected == MOVED and person not in MAY_NOT), person


def test_an_agent_begins_one_for_the_unit_that_delegated_to_it(world: World) -> None:
    browser, before = world.browser(world.agent), stored()
    refused = send_new(browser, BY_LETTER)
    page = refused.content.decode()
    assert (refused.status_code, error_beside(page, "guaranteed_code")) == (422, NOT_YOURS)
    assert stored() == before
    assert all(given_back(page, name) == BY_LETTER[name] for name in ("guaranteed_code", "letter_number", "amount"))

    world.delegate()
    guarantee = begin(browser, BY_LETTER)
    assert (guarantee.guaranteed_code, guarantee.input_code) == (UNIT, "1101919107")
    assert world.browser(world.clerk).get(url_of(guarantee)).status_code == 200


@pytest.mark.parametrize("days", [(-30, -1), (1, 30)])
def test_an_agent_whose_delegation_is_not_in_force_begins_none(world: World, days: tuple[int, int]) -> None:
    world.delegate(days=days)
    answer = send_new(world.browser(world.agent), BY_LETTER)
    assert error_beside(answer.content.decode(), "guaranteed_code") == NOT_YOURS
    assert not GeneralGuarantee.objects.exists()


def test_when_the_delegation_ends_the_agents_own_draft_is_out_of_its_reach(world: World) -> None:
    world.delegate()
    browser = world.browser(world.agent)
    draft = begin(browser, BY_LETTER)
    Delegation.objects.all().delete()
    assert browser.get(url_of(draft)).status_code == post(browser, draft, **BY_LETTER).status_code == 404


@pytest.mark.parametrize("code", [OTHER_UNIT, "9999510001", "1101919107"])
def test_a_draft_cannot_be_moved_to_a_unit_one_does_not_act_for(world: World, code: str) -> None:
    draft = begin(world.browser(world.clerk), BY_LETTER)
    for move in ("save", "declare"):
        answer = post(world.browser(world.clerk), draft, **{**BY_LETTER, "guaranteed_code": code, "move": move})
        page = answer.content.decode()
        assert (answer.status_code, error_beside(page, "guaranteed_code")) == (422, NOT_YOURS)
        assert given_back(page, "guaranteed_code") == code
    assert fresh(draft).version == 1


def test_an_agent_may_correct_the_unit_among_those_it_acts_for_and_the_credit_code_follows(world: World) -> None:
    for unit in (UNIT, OTHER_UNIT):
        world.delegate(unit=unit)
    world.units[OTHER_UNIT].credit_code = "91350100M000100Y43"
    world.units[OTHER_UNIT].save()
    draft = begin(world.browser(world.agent), BY_LETTER)
    typed = {**BY_LETTER, "guaranteed_code": OTHER_UNIT, "guaranteed_name": UNITS[OTHER_UNIT]}
    assert post(world.browser(world.agent), draft, **typed).status_code == 302
    assert (fresh(draft).guaranteed_code, fresh(draft).guaranteed_credit_code) == (OTHER_UNIT, "91350100M000100Y43")
    assert world.browser(world.clerk).get(url_of(draft)).status_code == 404


@pytest.mark.parametrize(("enter", "declare"), [(False, True), (False, False)])
def test_who_may_not_enter_finds_the_new_page_locked_and_loses_nothing_that_was_typed(
    world: World, *, enter: bool, declare: bool
) -> None:
    browser = world.browser(with_roles(world.clerk, enter=enter, declare=declare))
    page = browser.get(NEW).content.decode()
    assert all(field.grey for field in fields_of(page).values())
    assert "“暂存”" in page
    before = stored()
    for move in ("save", "declare", "delete"):
        answer = send_new(browser, BY_LETTER, move=move)
        assert answer.status_code == 409, move
        assert given_back(answer.content.decode(), "letter_number") == "BH2026000001"
    assert stored() == before


def test_who_may_only_declare_declares_no_copy_that_nobody_has_saved(world: World) -> None:
    earlier = guarantee_in(typed=BY_CASH)
    browser = world.browser(with_roles(world.clerk, enter=False, declare=True))
    before = stored()
    answer = send_new(browser, BY_CASH, to=f"{NEW}?from={earlier.pre_entry_number}", move="declare")
    assert answer.status_code == 409
    assert "“暂存”" in answer.content.decode()
    assert stored() == before
    assert not SigningRequest.objects.exists()


def test_who_may_only_enter_cannot_declare_from_the_new_page(world: World) -> None:
    browser = world.browser(with_roles(world.clerk, enter=True, declare=False))
    answer = send_new(browser, BY_LETTER, move="declare")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "“申报”" in page
    assert given_back(page, "amount") == "100,000.00"
    assert not GeneralGuarantee.objects.exists()


def test_the_list_leads_an_ended_agent_to_what_it_declared_and_not_to_a_change_that_others_began(scene: Scene) -> None:
    guarantee = approved(declarant_code=ENDED)
    clerk = scene.people["clerk"]
    assert clerk is not None
    change = change_in("draft", clerk, guarantee)
    agent, own = scene.browser("ended agent"), scene.browser("clerk")

    for browser, leads_to in ((agent, guarantee), (own, change)):
        page = browser.get(LIST, {"unit": UNIT}).content.decode()
        assert f'<a href="{url_of(leads_to)}">{guarantee.pre_entry_number}</a>' in page
        answer: Any = browser.get(LIST, {"open": "view", "selected": guarantee.guarantee_number})
        assert answer.headers["Location"] == f"{url_of(leads_to)}?view=1"
    assert agent.get(url_of(change)).status_code == 404
    refused: Any = agent.get(LIST, {"open": "change", "selected": guarantee.guarantee_number}, follow=True)
    assert "该单位的委托未生效或已结束，只能查看。" in refused.content.decode()
    assert f'href="{url_of(change)}"' not in agent.get(url_of(guarantee)).content.decode()
    assert f'href="{url_of(change)}"' in own.get(url_of(guarantee)).content.decode()


def test_a_delegated_agent_changes_the_guarantee_of_the_unit(scene: Scene) -> None:
    guarantee, browser = approved(), scene.browser("delegated agent")
    assert send_new(browser, CHANGED, to=new_change(guarantee)).status_code == 302
    assert fresh(guarantee).shown_round == 1
    agent = scene.people["delegated agent"]
    assert agent is not None
    assert agent.unit is not None
    assert agent.unit.code == DELEGATED
