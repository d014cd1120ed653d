"""Who may do what for whom: agents, delegations, strangers (DOMAIN 9)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.customs import Customs
from tests.browser.pages import DocumentPage
from tests.browser.running import RunningPortal

PAGES = ("", "?view=1", "declare/", "print/", "receipts/", "payment-notice/")
DELEGATING = "3122460003"


def test_the_agent_that_customs_named_does_the_whole_job_for_the_unit(
    browser_of: Callable[..., Page], customs: Customs, portal: RunningPortal
) -> None:
    order = DocumentPage(browser_of("agent"), customs.issue(unit="1111510001", agent="1101919107"))
    order.page.goto(f"/deposits/?unit=1111510001&number={order.number}")
    expect(order.page.get_by_role("row").filter(has_text=order.number)).to_contain_text("待确认")
    order.open().declare(portal.pin)
    customs.approve(order.number)
    expect(order.status).to_have_text("海关审批通过")
    expect(order.field("申报单位编码")).to_have_value("1101919107")
    expect(order.field("录入单位名称")).to_have_value("中国山货花卉进出口公司")
    expect(order.field("被担保单位编码")).to_have_value("1111510001")


def test_an_agent_with_a_delegation_finds_and_saves_the_units_orders(
    browser_of: Callable[..., Page], customs: Customs
) -> None:
    number = customs.issue(unit=DELEGATING)
    page = browser_of("agent")
    page.goto("/deposits/")
    page.get_by_label("可查询被担保单位代码").select_option(DELEGATING)
    page.get_by_role("button", name="查询").click()
    page.get_by_role("link", name=number).click()
    order = DocumentPage(page, number)
    order.field("企业联系人姓名").fill("王小明")
    order.save()
    expect(order.status).to_have_text("暂存")


@pytest.mark.parametrize("agent", ["", "1101919107"], ids=["no agent", "with an agent"])
def test_for_a_stranger_a_levy_order_does_not_exist(
    browser_of: Callable[..., Page], customs: Customs, agent: str
) -> None:
    number = customs.issue(agent=agent)
    page = browser_of("stranger")
    for end in PAGES:
        answer = page.goto(f"/deposits/{number}/{end}")
        assert answer is not None
        assert answer.status == 404
        expect(page.get_by_role("heading", name="没有这个页面")).to_be_visible()
        expect(page.get_by_text("1111510001")).to_be_hidden()
    page.goto("/deposits/?unit=1111510001")
    expect(page.get_by_text(number)).to_have_count(0)
    expect(page.get_by_label("可查询被担保单位代码").locator("option[value='1111510001']")).to_have_count(0)


def test_an_agent_without_a_name_on_the_order_or_a_delegation_is_a_stranger(
    browser_of: Callable[..., Page], customs: Customs
) -> None:
    number = customs.issue(unit="4403960002")
    answer = browser_of("agent").goto(f"/deposits/{number}/")
    assert answer is not None
    assert answer.status == 404
