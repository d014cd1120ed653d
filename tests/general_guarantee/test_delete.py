"""删除: asked first, also without JavaScript; where it is not possible, the reason (DOMAIN 2, 5.2)."""

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from documents.models import Attempt, Event, Filing, SigningRequest
from tests.documents.orders import STATUSES, fresh, order_in, post, snapshot, url_of, with_roles
from tests.documents.test_grey_buttons import grey_reason
from tests.general_guarantee.forms import LIST, begin, dialog, send_new, stored
from tests.general_guarantee.guarantees import BY_LETTER, approved, change_in, guarantee_in
from tests.world import World

pytestmark = pytest.mark.django_db

DELETABLE = ["draft", "failed", "returned"]
QUESTION = "是否确认删除该数据？"


def delete(browser: Client, document: Any, **more: str) -> HttpResponse:
    return post(browser, document, move="delete", confirmed="yes", **more)


def gone(document: Any) -> bool:
    return not type(document)._default_manager.filter(pk=document.pk).exists()


@pytest.mark.parametrize("status", DELETABLE)
def test_it_is_asked_on_a_page_of_its_own_and_done_when_confirmed(world: World, status: str) -> None:
    browser, guarantee = world.browser(world.clerk), guarantee_in(status)
    assert f'data-confirm="{QUESTION}"' in browser.get(url_of(guarantee)).content.decode()
    before = snapshot(guarantee)

    asked = post(browser, guarantee, move="delete")
    page = asked.content.decode()

    assert asked.status_code == 200
    assert QUESTION in page
    assert guarantee.pre_entry_number in page
    assert snapshot(guarantee) == before, "asking deletes nothing"
    form = page[page.index(f'<form method="post" action="{url_of(guarantee)}"') :]
    sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[: form.index("</form>")]))
    answer: Any = browser.post(url_of(guarantee), sent)
    assert answer.headers["Location"] == LIST
    assert dialog(browser.get(LIST).content.decode()) == "删除成功"
    assert gone(guarantee)
    assert browser.get(url_of(guarantee)).status_code == 404


@pytest.mark.parametrize("status", sorted({*STATUSES} - {*DELETABLE, "to_confirm"}))
def test_in_any_other_status_it_is_refused_with_the_reason_of_the_grey_button(world: World, status: str) -> None:
    browser = world.browser(world.clerk)
    for document in (guarantee_in(status), change_in(status, world.clerk, approved())):
        reason = grey_reason(browser.get(url_of(document)).content.decode(), "delete")
        assert reason is not None
        assert "“删除”" in reason
        before = snapshot(document)
        for sent in ({}, {"confirmed": "yes"}):
            answer = post(browser, document, move="delete", **sent)
            assert (answer.status_code, reason in answer.content.decode()) == (409, True)
        assert snapshot(document) == before


def test_its_history_stays_and_what_waited_for_a_signature_goes(world: World) -> None:
    browser = world.browser(world.clerk)
    guarantee = begin(browser, BY_LETTER, move="declare")
    assert SigningRequest.of(guarantee).exists()

    delete(browser, guarantee)

    assert list(Event.of(guarantee).values_list("move", "by")) == [("save", "示范clerk"), ("delete", "示范clerk")]
    assert not SigningRequest.of(guarantee).exists()
    assert not Filing.of(guarantee).exists()


def test_what_was_declared_keeps_its_attempts_and_its_number(world: World) -> None:
    guarantee = world.decided(world.set_up(), "accept", "sent", "loaded", "return", reason="资料不全")
    delete(world.browser(world.clerk), guarantee)
    assert gone(guarantee)
    assert Attempt.of(guarantee).count() == Filing.of(guarantee).count() == 1
    assert world.set_up().pre_entry_number > guarantee.pre_entry_number


def test_what_a_colleague_changed_meanwhile_is_not_deleted(world: World) -> None:
    guarantee = guarantee_in()
    seen = str(guarantee.version)
    post(world.browser(world.colleague), guarantee, **{**BY_LETTER, "remark": "同事"})

    answer = delete(world.browser(world.clerk), guarantee, version=seen)

    assert answer.status_code == 409
    assert "该数据刚刚已发生变化，请重新核对。" in answer.content.decode()
    assert fresh(guarantee).remark == "同事"


@pytest.mark.parametrize("version", ["", "0", "x", "\x00", "9" * 5000])
def test_a_version_that_is_none_deletes_nothing(world: World, version: str) -> None:
    guarantee = guarantee_in()
    assert delete(world.browser(world.clerk), guarantee, version=version).status_code == 409
    assert not gone(guarantee)


def test_deleting_twice_finds_nothing_the_second_time(world: World) -> None:
    guarantee, browser = guarantee_in(), world.browser(world.clerk)
    sent = {"version": "1", "move": "delete", "confirmed": "yes"}
    answers = [browser.post(url_of(guarantee), sent).status_code for _n in range(2)]
    assert answers == [302, 404]


def test_who_may_not_enter_does_not_delete(world: World) -> None:
    guarantee = guarantee_in()
    browser = world.browser(with_roles(world.clerk, enter=False, declare=True))
    assert delete(browser, guarantee).status_code == 409
    assert not gone(guarantee)


def test_what_is_not_saved_yet_cannot_be_deleted_and_is_given_back(world: World) -> None:
    browser, before = world.browser(world.clerk), stored()
    answer = send_new(browser, BY_LETTER, move="delete", confirmed="yes")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "BH2026000001" in page
    assert grey_reason(page, "delete") == "尚未暂存。"
    assert stored() == before


def test_a_levy_order_has_no_such_button_and_is_not_deleted_by_its_name(world: World) -> None:
    order, browser = order_in("draft"), world.browser(world.clerk)
    assert 'value="delete"' not in browser.get(url_of(order)).content.decode()
    delete(browser, order)
    assert not gone(order)
