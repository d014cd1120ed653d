"""Grey is grey, for a general guarantee and its change: what the page does not offer has no effect, and is noted (DOMAIN 5.2, 5.3)."""

import logging
from typing import Any

import pytest

from documents.models import Document
from general_guarantee.models import GeneralGuarantee, GuaranteeChange
from tests.documents.orders import EDITABLE, STATUSES, fresh, post
from tests.documents.people import as_typed
from tests.documents.test_grey_fields import FORGED, noted
from tests.general_guarantee.forms import NEW, new_change, send_new
from tests.general_guarantee.guarantees import BY_LETTER, approved, change_in, guarantee_in
from tests.world import World

pytestmark = pytest.mark.django_db

FORGED_HERE = {
    **FORGED,
    **dict.fromkeys(("usable_amount", "used_amount", "refunded_amount", "locked_amount", "reserved_amount"), "5"),
    **dict.fromkeys(("old_amount", "approved_round", "open_round", "shown_round"), "5"),
    **dict.fromkeys(("set_up_on", "amounts_as_of", "old_letter_valid_until"), "20200101"),
    **dict.fromkeys(("change_status", "shown_status"), "returned"),
    "customs_state": "7",
}
SAVING = {"changed_at", "version"}
KINDS = {"general guarantee": GeneralGuarantee, "change": GuaranteeChange}


def make(world: World, what: str, status: str) -> Any:
    return guarantee_in(status) if what == "general guarantee" else change_in(status, world.clerk, approved())


def grey_of(model: type[Document], open_names: set[str]) -> list[str]:
    return sorted({field.name for field in model._meta.concrete_fields} - open_names - {"version"})


def forged(names: list[str]) -> dict[str, str]:
    return {name: FORGED_HERE.get(name, "FORGED9") for name in names}


def values(document: Any) -> dict[str, Any]:
    return {field.name: getattr(document, field.name) for field in document._meta.concrete_fields}


@pytest.mark.parametrize("what", KINDS)
@pytest.mark.parametrize("status", sorted({*STATUSES} - {"to_confirm"}))
def test_forging_grey_fields_has_no_effect_in_any_status_and_is_noted(
    world: World, what: str, status: str, caplog: pytest.LogCaptureFixture
) -> None:
    browser = world.browser(world.clerk)
    for move in ("save", "declare"):
        document = make(world, what, status)
        typed = as_typed(document)
        grey = grey_of(type(document), set(typed))
        before = values(document)
        caplog.clear()
        with caplog.at_level(logging.WARNING, "security"):
            answer = post(browser, document, move=move, **typed, **forged(grey))
        assert answer.status_code == (302 if status in EDITABLE else 409)
        changed = {name for name, value in values(fresh(document)).items() if value != before[name]}
        assert changed <= (SAVING if status in EDITABLE else set())
        (line,) = noted(caplog)
        # The log holds a thousand characters of names.
        assert all(f"'{name}'" in line for name in grey[:20])
        assert "clerk" in line


@pytest.mark.parametrize("what", KINDS)
def test_forging_grey_fields_of_a_new_page_begins_what_the_page_offers(
    world: World, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    base = approved(used_amount=0)
    url, typed = (NEW, BY_LETTER) if what == "general guarantee" else (new_change(base), as_typed(make_open(world)))
    grey = grey_of(KINDS[what], set(typed))
    browser = world.browser(world.clerk)
    with caplog.at_level(logging.WARNING, "security"):
        answer = send_new(browser, {**forged(grey), **typed}, to=url)
    assert answer.status_code == 302
    begun: Any = KINDS[what].objects.latest("pk")
    made_up = {"FORGED9", "approved", "4403960002", "5300"}
    assert not {str(value) for value in values(begun).values()} & made_up
    assert (begun.data_status, begun.version, begun.attempt, begun.used_amount) == ("draft", 1, 0, 0)
    assert begun.guarantee_status == ("" if what == "general guarantee" else base.guarantee_status)
    assert begun.round == (0 if what == "general guarantee" else 1)
    (line,) = noted(caplog)
    assert "'data_status'" in line
    assert ("a new general_guarantee" if what == "general guarantee" else f"{base}-1") in line


def make_open(world: World) -> GuaranteeChange:
    return change_in("draft", world.clerk, approved())


def test_an_honest_form_is_not_noted(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "security"):
        send_new(world.browser(world.clerk), BY_LETTER)
        post(world.browser(world.clerk), guarantee_in(), **BY_LETTER)
    assert noted(caplog) == []


def test_a_change_leaves_the_remark_and_the_payer_of_the_guarantee_as_they_are(world: World) -> None:
    change = make_open(world)
    typed = {**as_typed(change), "remark": "另一备注", "payer_name": "另一单位", "district": "5300"}
    assert post(world.browser(world.clerk), change, **typed).status_code == 302
    assert (fresh(change).remark, fresh(change).payer_name) == (change.remark, change.payer_name)
    assert fresh(change).version == 1
