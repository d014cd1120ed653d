"""A guarantee's row while a change of it is open, and how rounds are counted (DOMAIN 5.3)."""

import json
import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customs.models import InboxMessage
from general_guarantee.models import GeneralGuarantee, GuaranteeChange, LedgerRow
from tests.documents.orders import UNIT, fresh, post, url_of
from tests.general_guarantee.forms import LIST
from tests.general_guarantee.guarantees import approved, change_in
from tests.world import World

pytestmark = pytest.mark.django_db

IN_FORCE = ("letter_number", "letter_valid_until", "amount", "usable_amount", "guarantee_status", "data_status")
# Columns of the list, in the order of DOMAIN 5.3.
AMOUNT, STATUS, MONEY, ROUND = 3, 4, 5, 8


def row_of(browser: Client, guarantee: GeneralGuarantee, **query: str) -> tuple[list[str], dict[str, str], str] | None:
    """Return the texts of a guarantee's row, why each button is grey, and where it leads; None where it is not shown."""
    page = browser.get(LIST, {"unit": UNIT, **query}).content.decode()
    row = next((row for row in page.split("<tr ")[1:] if guarantee.pre_entry_number in row), None)
    if row is None:
        return None
    cells = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)[1:]
    actions, url = re.search(r'data-actions="([^"]*)"', row), re.search(r'<a href="([^"]*)"', row)
    assert actions
    assert url
    texts = [unescape(re.sub("<[^>]*>", "", cell)) for cell in cells]
    return texts, json.loads(unescape(actions[1])), url[1]


def shown(browser: Client, guarantee: GeneralGuarantee) -> tuple[str, str, str, str]:
    row = row_of(browser, guarantee)
    assert row
    return row[0][AMOUNT], row[0][STATUS], row[0][MONEY], row[0][ROUND]


def values(guarantee: GeneralGuarantee) -> list[Any]:
    return [getattr(fresh(guarantee), name) for name in IN_FORCE]


LABELS = {
    "draft": "暂存",
    "processing": "数据正在处理",
    "accepted": "申报成功",
    "failed": "申报失败",
    "sent": "成功发送海关",
    "received": "海关接收成功",
    "returned": "海关退单",
}


@pytest.mark.parametrize(("status", "label"), LABELS.items())
def test_the_row_shows_the_status_of_the_open_change_its_round_and_the_amount_in_force(
    world: World, status: str, label: str
) -> None:
    guarantee, browser = approved(), world.browser(world.clerk)
    assert shown(browser, guarantee) == ("100,000", "海关审批通过", "已缴款", "0")
    change = change_in(status, world.clerk, guarantee)

    assert shown(browser, guarantee) == ("100,000", label, "已缴款", "1")
    assert row_of(browser, guarantee, status=status)
    assert row_of(browser, guarantee, status="approved") is None, "filters use the status shown"
    row = row_of(browser, guarantee)
    assert row
    assert row[2] == url_of(change)


def test_the_buttons_of_the_row_act_on_the_open_change(world: World) -> None:
    guarantee, browser = world.decided(world.set_up()), world.browser(world.clerk)
    before = row_of(browser, guarantee)
    assert before
    assert before[1]["confirm"] == "本单为“海关审批通过”，不能“暂存”。"
    assert before[1]["receipts"] == ""
    change = world.change(guarantee, amount=Decimal(150000))
    row = row_of(browser, guarantee)
    assert row
    assert row[1]["confirm"] == ""
    assert row[1]["receipts"] == "还没有收到海关回执。", "the change has none yet"
    pages = {"view": "?view=1", "confirm": "", "receipts": "receipts/"}
    for opened, page in pages.items():
        answer: Any = browser.get(LIST, {"open": opened, "selected": guarantee.guarantee_number})
        assert answer.headers["Location"] == url_of(change, page)
    world.decided(change, "accept", "sent", "loaded")
    row = row_of(browser, guarantee)
    assert row
    assert row[1]["receipts"] == ""
    assert "海关接收成功" in row[1]["confirm"]


def test_a_page_of_open_changes_asks_the_database_no_oftener_than_one_of_them(world: World) -> None:
    browser = world.browser(world.clerk)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            browser.get(LIST, {"unit": UNIT})
        return len(queries)

    change_in("draft", world.clerk, approved())
    asked()  # what is made once is made
    one = asked()
    for _n in range(4):
        change_in("draft", world.clerk, approved())
    assert asked() == one


def test_the_sheet_leads_to_the_open_change_and_back(world: World) -> None:
    guarantee, browser = approved(), world.browser(world.clerk)
    change = change_in("draft", world.clerk, guarantee)
    page = browser.get(url_of(guarantee)).content.decode()
    assert "第 1 次变更在办：暂存。审批通过前仍以本页内容为准。" in page
    assert f'href="{url_of(change)}"' in page
    assert f'href="{url_of(guarantee)}"' in browser.get(url_of(change)).content.decode()


def test_approval_applies_the_change(world: World) -> None:
    guarantee, browser = world.decided(world.set_up()), world.browser(world.clerk)
    change = world.change(guarantee, amount=Decimal(150000), letter_number="BH2")
    world.decided(change)
    assert values(guarantee)[0] == "BH2"
    assert shown(browser, guarantee) == ("150,000", "海关审批通过", "已缴款", "1")
    assert fresh(guarantee).usable_amount == 150000
    assert LedgerRow.objects.filter(movement="change").get().amount == 50000
    assert fresh(change).data_status == "approved"
    assert "该变更已生效。" in browser.get(url_of(change)).content.decode()


def test_a_returned_change_leaves_the_guarantee_as_it_was_and_can_be_declared_again(world: World) -> None:
    guarantee, browser = world.decided(world.set_up()), world.browser(world.clerk)
    before = values(guarantee)
    change = world.decided(
        world.change(guarantee, amount=Decimal(150000)), "accept", "sent", "loaded", "return", reason="保函有误"
    )
    assert values(guarantee) == before
    assert shown(browser, guarantee) == ("100,000", "海关退单", "已缴款", "1")
    assert "保函有误" in browser.get(url_of(change)).content.decode()
    world.decided(change)
    assert shown(browser, guarantee) == ("150,000", "海关审批通过", "已缴款", "1")


def test_a_deleted_change_leaves_the_guarantee_as_it_was(world: World) -> None:
    guarantee, browser = approved(), world.browser(world.clerk)
    before = values(guarantee)
    change = change_in("draft", world.clerk, guarantee)
    assert post(browser, change, move="delete", confirmed="yes").status_code == 302
    assert values(guarantee) == before
    assert shown(browser, guarantee) == ("100,000", "海关审批通过", "已缴款", "0")
    assert not GuaranteeChange.objects.exists()


def test_a_round_that_was_only_drafted_is_not_used_up_one_that_was_declared_is(world: World) -> None:
    guarantee, browser = world.decided(world.set_up()), world.browser(world.clerk)

    def delete(change: GuaranteeChange) -> None:
        assert post(browser, change, move="delete", confirmed="yes").status_code == 302

    drafted = world.change(guarantee, amount=Decimal(150000))
    delete(drafted)
    declared = world.change(fresh(guarantee), amount=Decimal(150000))
    assert (drafted.round, declared.round) == (1, 1)
    delete(world.decided(declared, "refuse"))
    assert shown(browser, guarantee)[3] == "0", "none is open and none was approved"
    third = world.change(fresh(guarantee), amount=Decimal(160000))
    assert third.round == 2
    world.decided(third)
    assert shown(browser, guarantee)[3] == "2"
    assert world.change(fresh(guarantee), amount=Decimal(170000)).round == 3


def test_a_late_answer_for_a_deleted_change_is_quarantined_and_changes_nothing(world: World) -> None:
    guarantee = world.decided(world.set_up())
    change = world.change(guarantee, amount=Decimal(150000))
    inner = world.declare(change)
    world.send()
    world.answer(inner, "refuse")
    assert post(world.browser(world.clerk), fresh(change), move="delete", confirmed="yes").status_code == 302
    before = values(guarantee), LedgerRow.objects.count()

    world.answer(inner, "approve")

    late = InboxMessage.objects.latest("pk")
    assert (late.state, late.alert) == ("quarantined", True)
    assert (values(guarantee), LedgerRow.objects.count()) == before
    assert fresh(guarantee).change_status == ""
    assert world.change(fresh(guarantee), amount=Decimal(160000)).round == 2
