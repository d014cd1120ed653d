"""Who sees and does what: every URL × method × person × (own, foreign, absent) (DOMAIN 9; QUALITY, Safety 1).

The URLs are read from the URL configuration: one without a row here, or among the pages of `test_access_pages`, fails the test.
"""

from typing import Any

import pytest

from documents.kind import kind_of
from documents.models import SigningRequest
from tests.documents.orders import OTHER_UNIT, UNIT, snapshot
from tests.documents.people import (
    DELEGATED,
    ENDED,
    MOVED,
    NAMED,
    NO_METHOD,
    NOT_FOUND,
    OK,
    PEOPLE,
    REFUSED,
    SIGN_IN,
    Outcome,
    Scene,
    absent_like,
    ask,
    outcome,
    place_of,
    told,
)

pytestmark = pytest.mark.django_db

METHODS = ["GET", "POST", "PUT", "DELETE"]


def for_all(outcome: int, **others: int) -> Outcome:
    """Return the same outcome for everybody who sees the document; the administrator has no unit and sees none."""
    seen: Outcome = dict.fromkeys(PEOPLE, outcome)
    return (
        seen
        | {name.replace("_", " "): value for name, value in others.items()}
        | {"anonymous": SIGN_IN, "administrator": NOT_FOUND if outcome != NO_METHOD else NO_METHOD}
    )


def of_kind(place: str, *read: str, **others: int) -> dict[str, dict[str, Outcome]]:
    """Return the rows of a kind: its sheet, its check page, and the pages that are only `read`."""
    closed = dict.fromkeys(others, NO_METHOD)
    return {
        f"{place}<number:number>/": {
            "GET": for_all(OK, **others),
            # Saving without a change: for those who may enter.
            "POST": for_all(MOVED, declares_only=REFUSED, reads_only=REFUSED, ended_agent=REFUSED, **others),
        },
        f"{place}<number:number>/declare/": {
            "GET": for_all(OK, **others),
            # Freezing for the signature: for those who may declare.
            "POST": for_all(MOVED, enters_only=REFUSED, reads_only=REFUSED, ended_agent=REFUSED, **others),
        },
    } | {
        f"{place}<number:number>/{page}/": {"GET": for_all(OK, **others), "POST": for_all(NO_METHOD, **closed)}
        for page in read
    }


# URL of a document: {method: {person: outcome on the own document}}. The document is complete and returned, those that are
# paid with a notice. Customs names agents on levy orders only: of a general guarantee they see nothing.
OF_DOCUMENT = (
    of_kind("deposits/", "print", "receipts", "payment-notice")
    | of_kind("general-guarantee/", "print", "receipts", "payment-notice", named_agent=NOT_FOUND)
    # The ledger names what others have filed since the agent's delegation ended.
    | {
        "general-guarantee/<number:number>/ledger/": {
            "GET": for_all(OK, named_agent=NOT_FOUND, ended_agent=NOT_FOUND),
            "POST": for_all(NO_METHOD),
        }
    }
    | of_kind("general-guarantee/changes/", "print", "receipts", named_agent=NOT_FOUND)
)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("route", OF_DOCUMENT)
def test_a_document_answers_each_person_as_the_table_says(scene: Scene, route: str, method: str) -> None:
    place = place_of(route)
    for person, expected in OF_DOCUMENT[route][method].items():
        own = scene.own(person, place)
        before = snapshot(own)
        answer = ask(scene.browser(person), method, route, own)
        assert outcome(answer) == expected, (person, "own")
        if expected in (REFUSED, NOT_FOUND, NO_METHOD, SIGN_IN):
            assert snapshot(own) == before
        hidden = expected if expected in (SIGN_IN, NO_METHOD) else NOT_FOUND
        foreign = number_of(scene.foreign(person, place))
        for what, number in (("foreign", foreign), ("absent", absent_like(foreign))):
            assert outcome(ask(scene.browser(person), method, route, None, number)) == hidden, (person, what)


def number_of(document: Any) -> str:
    return kind_of(document).number_of(document)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("route", OF_DOCUMENT)
def test_a_foreign_document_answers_exactly_like_an_absent_one(scene: Scene, route: str, method: str) -> None:
    place = place_of(route)
    both = scene.documents[place], scene.strangers[place]
    before = [snapshot(each) for each in both]
    for person in PEOPLE:
        foreign, browser = scene.foreign(person, place), scene.browser(person)
        pre_entry = foreign.pre_entry_number + (f"-{foreign.round}" if foreign.round else "")
        for number in (number_of(foreign), pre_entry):
            absent = absent_like(number)
            there, not_there = (ask(browser, method, route, None, asked) for asked in (number, absent))
            assert there.status_code == not_there.status_code, person
            assert told(there, number) == told(not_there, absent), person
    assert [snapshot(each) for each in both] == before
    assert not SigningRequest.objects.exists()


@pytest.mark.parametrize("opened", ["view", "confirm", "change", "receipts", "payment-notice", "anything"])
@pytest.mark.parametrize("place", ["deposits/", "general-guarantee/"])
def test_a_selection_of_a_foreign_document_answers_like_an_absent_one(scene: Scene, place: str, opened: str) -> None:
    url = f"/{place}?open={opened}&selected="
    for person in PEOPLE:
        foreign = number_of(scene.foreign(person, place))
        absent = absent_like(foreign)
        there, not_there = (scene.browser(person).get(url + number) for number in (foreign, absent))
        assert told(there, foreign) == told(not_there, absent), person


@pytest.mark.parametrize("unit", [UNIT, OTHER_UNIT, NAMED, DELEGATED, ENDED])
@pytest.mark.parametrize(("place", "blind"), [("deposits/", set()), ("general-guarantee/", {"named agent"})])
def test_the_list_shows_each_person_what_is_theirs_and_nothing_else(
    scene: Scene, place: str, blind: set[str], unit: str
) -> None:
    for person in PEOPLE:
        answer: Any = scene.browser(person).get(f"/{place}", {"unit": unit})
        if person == "anonymous":
            assert outcome(answer) == SIGN_IN
            continue
        own, foreign = scene.own(person, place), scene.foreign(person, place)
        seen = person not in {"administrator", *blind} and unit == own.guaranteed_code
        assert (number_of(own) in answer.content.decode()) is seen, person
        assert number_of(foreign) not in answer.content.decode(), person
