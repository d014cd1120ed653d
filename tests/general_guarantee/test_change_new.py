"""Beginning a change 变更登记: asked first, only where it is possible, and never twice (DOMAIN 5.3)."""

import datetime as dt
import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from documents import declaring
from general_guarantee.models import GeneralGuarantee, GuaranteeChange
from tests.documents.hostile import given_back
from tests.documents.orders import STATUSES, UNIT, fresh, post, url_of, with_roles
from tests.documents.test_conflicts import row_of
from tests.general_guarantee.forms import CHANGED, LIST, fields_of, new_change, send_new, stored
from tests.general_guarantee.guarantees import BY_CASH, approved, change_in, guarantee_in
from tests.world import World

pytestmark = pytest.mark.django_db

QUESTION = "是否确认变更该数据？"


def why_grey_on_sheet(browser: Client, guarantee: GeneralGuarantee) -> str:
    page = browser.get(url_of(guarantee)).content.decode()
    grey = re.search(
        r'disabled title="([^"]*)">(?:(?!</button>).)*</button><span [^>]*id="why-change"', page, re.DOTALL
    )
    assert bool(grey) is not (f'href="{new_change(guarantee)}" data-confirm="{QUESTION}"' in page)
    return unescape(grey[1]) if grey else ""


def why_grey_in_list(browser: Client, guarantee: GeneralGuarantee) -> str:
    page = browser.get(LIST, {"unit": UNIT}).content.decode()
    (row,) = [row for row in page.split("<tr ") if guarantee.pre_entry_number in row]
    actions = re.search(r'data-actions="([^"]*)"', row)
    assert actions
    return str(json.loads(unescape(actions[1]))["change"])


def said_by_server(browser: Client, url: str) -> str:
    answer: Any = browser.get(url, follow=True)
    assert answer.redirect_chain
    return str(unescape(answer.content.decode()))


def test_it_is_asked_before_on_the_list_and_on_the_sheet(world: World) -> None:
    guarantee, browser = approved(), world.browser(world.clerk)
    assert why_grey_on_sheet(browser, guarantee) == why_grey_in_list(browser, guarantee) == ""
    assert re.search(rf'value="change" data-confirm="{re.escape(QUESTION)}"', browser.get(LIST).content.decode())
    answer: Any = browser.get(LIST, {"open": "change", "selected": guarantee.guarantee_number})
    assert answer.headers["Location"] == new_change(guarantee)


def test_the_new_page_shows_what_is_in_force_and_stores_nothing(world: World) -> None:
    guarantee, browser = approved(payer_name="付款单位", remark="备注"), world.browser(world.clerk)
    before = stored()
    fields = fields_of(browser.get(new_change(guarantee)).content.decode())
    shown = ("guarantee_number", "payer_name", "remark", "letter_number", "letter_valid_until", "amount")
    expected = [guarantee.guarantee_number, "付款单位", "备注", "BH2026000001", "20991231", "100,000"]
    assert [fields[name].text for name in shown] == expected
    assert stored() == before, "a change is open from its first save"


@pytest.mark.parametrize("status", sorted({*STATUSES} - {"approved", "to_confirm"}))
def test_only_what_customs_has_approved_can_be_changed(world: World, status: str) -> None:
    assert_refused(world, guarantee_in(status), "海关审批通过后方可变更。")


def test_a_cash_deposit_cannot_be_changed(world: World) -> None:
    assert_refused(world, guarantee_in("approved", typed=BY_CASH), "只有保函可以变更，该总担保为保证金。")


def test_what_customs_has_cancelled_cannot_be_changed(world: World) -> None:
    cancelled = guarantee_in("approved", customs_state="7", guarantee_status="cancelled")
    assert_refused(world, cancelled, "海关已注销，不能再修改。")


@pytest.mark.parametrize("status", ["draft", "processing", "received", "failed", "returned"])
def test_a_second_change_is_not_possible_while_one_is_open(world: World, status: str) -> None:
    guarantee = approved()
    change_in(status, world.clerk, guarantee)
    assert_refused(world, fresh(guarantee), "第 1 次变更尚未办结，须先审批通过或删除。")
    assert GuaranteeChange.objects.count() == 1


def test_who_may_not_enter_begins_none(world: World) -> None:
    with_roles(world.clerk, enter=False, declare=True)
    assert_refused(world, approved(), "您没有“变更登记”的权限。")


def assert_refused(world: World, guarantee: GeneralGuarantee, reason: str) -> None:
    """The grey buttons, the list without JavaScript and the new page say the same."""
    number = guarantee.guarantee_number or guarantee.pre_entry_number
    browser = world.browser(type(world.clerk).objects.get(pk=world.clerk.pk))
    before = stored()
    assert why_grey_in_list(browser, guarantee) == reason
    assert why_grey_on_sheet(browser, guarantee) == reason
    assert reason in said_by_server(browser, f"{LIST}?open=change&selected={number}")
    assert reason in said_by_server(browser, f"/general-guarantee/changes/new/?of={number}")
    send_new(browser, CHANGED, to=f"/general-guarantee/changes/new/?of={number}")
    assert stored() == before


def test_what_was_typed_stands_beside_the_change_that_a_colleague_began_meanwhile(world: World) -> None:
    guarantee, browser = approved(), world.browser(world.clerk)
    theirs = change_in("draft", world.colleague, guarantee)
    before = stored()

    answer = send_new(browser, {**CHANGED, "amount": "120,000"}, to=new_change(guarantee))
    page = answer.content.decode()

    assert answer.status_code == 409
    assert stored() == before
    assert row_of(page, "总担保金额") == ("150,000", "120,000")
    assert given_back(page, "letter_number") == "BH2026000002"
    assert f'id="document" method="post" action="{url_of(theirs)}"' in page
    assert post(browser, theirs, **{**CHANGED, "amount": "120,000"}).status_code == 302
    assert fresh(theirs).amount == 120000


def test_of_two_who_begin_one_in_the_same_moment_the_second_sees_both(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarantee, create = approved(), declaring.create

    def create_after_the_colleague(*args: Any, **options: Any) -> Any:
        monkeypatch.setattr(declaring, "create", create)
        change_in("draft", world.colleague, guarantee)
        return create(*args, **options)

    monkeypatch.setattr(declaring, "create", create_after_the_colleague)
    answer = send_new(world.browser(world.clerk), {**CHANGED, "amount": "120000"}, to=new_change(guarantee))

    assert answer.status_code == 409
    assert row_of(answer.content.decode(), "总担保金额") == ("150,000", "120000")
    assert GuaranteeChange.objects.get().amount == 150000


def test_the_same_form_sent_twice_begins_one_change(world: World) -> None:
    guarantee, browser = approved(), world.browser(world.clerk)
    sent = {"form_key": "0f6ad0a4-6f3c-4c1f-9d0e-0c6f4f1c7a11"}
    answers = [send_new(browser, CHANGED, to=new_change(guarantee), **sent) for _n in range(2)]
    change = GuaranteeChange.objects.get()
    assert [answer.headers["Location"] for answer in answers] == [url_of(change)] * 2


@pytest.mark.parametrize("days", [-10, 20])
def test_extending_proposes_a_validity_that_is_a_year_longer_and_nothing_else(world: World, days: int) -> None:
    today = timezone.localdate()
    until = today + dt.timedelta(days=days)
    guarantee = guarantee_in("approved", letter_valid_until=until)
    fields = fields_of(world.browser(world.clerk).get(new_change(guarantee) + "&extend=1").content.decode())
    proposed = max(until, today) + dt.timedelta(days=365)
    assert fields["letter_valid_until"].text == f"{proposed:%Y%m%d}"
    assert (fields["letter_number"].text, fields["amount"].text) == ("BH2026000001", "100,000")
