"""Every page works without JavaScript; only the card's signature needs it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.customs import Customs
from tests.browser.guarantees import GuaranteePage
from tests.browser.pages import BY_CASH, DocumentPage, sign_in
from tests.browser.running import RunningPortal


@pytest.fixture
def plain(browser_of: Callable[..., Page]) -> Page:
    return browser_of("clerk", javascript=False)


def test_signing_in_and_out_works(new_context: Callable[..., BrowserContext], portal: RunningPortal) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/")
    sign_in(page, "clerk", "not-the-password")
    expect(page.get_by_role("alert")).to_be_visible()
    sign_in(page, "clerk", portal.passwords["clerk"])
    expect(page.get_by_role("heading", name="请先选择可查询被担保单位")).to_be_visible()
    page.get_by_role("button", name="退出").click()
    expect(page).to_have_url(re.compile("/sign-in"))


def test_a_row_is_found_chosen_and_opened(plain: Page, customs: Customs) -> None:
    number = customs.issue()
    plain.goto("/deposits/")
    plain.get_by_label("可查询被担保单位代码").select_option("1111510001")
    plain.get_by_label("征收单编号", exact=True).fill(number)
    plain.get_by_role("button", name="查询").click()
    plain.get_by_role("checkbox", name=f"选择 {number}").check()
    plain.get_by_role("button", name="确认", exact=True).click()
    expect(plain).to_have_url(re.compile(f"/deposits/{number}/$"))


def test_a_button_pressed_without_a_row_says_what_to_do(plain: Page) -> None:
    plain.goto("/deposits/?unit=1111510001")
    plain.get_by_role("button", name="查看回执").click()
    expect(plain.get_by_role("status")).to_contain_text("请选择一条记录。")


def test_saving_makes_the_conditional_fields_follow_the_choices(plain: Page, customs: Customs) -> None:
    order = DocumentPage(plain, customs.issue()).open()
    expect(order.cell("amount").locator(".capital")).to_contain_text("人民币壹万陆仟肆佰零玖元零贰分")
    expect(order.cell("payer_bank").locator("input[name]")).to_be_disabled()
    save(order, "担保类型", "担保方式", "企业联系人姓名")
    expect(order.field("企业联系人姓名")).to_have_value("王小明")
    expect(order.cell("payer_bank").locator("input[name]")).to_be_enabled()
    expect(order.cell("payer_bank").locator(".star")).to_be_visible()
    expect(order.cell("letter_number").locator("input[name]")).to_be_disabled()
    expect(order.cell("letter_number").locator(".star")).to_be_hidden()


def save(order: DocumentPage, *labels: str) -> None:
    """Fill in these fields and save."""
    order.fill({label: BY_CASH[label] for label in labels})
    order.page.get_by_role("button", name="暂存").click()
    confirm(order.page, "暂存成功")


def confirm(page: Page, done: str) -> None:
    """Close the dialog that says what is done."""
    expect(page.get_by_role("dialog", name=done)).to_be_visible()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_missing_fields_are_named_and_linked(plain: Page, customs: Customs) -> None:
    order = DocumentPage(plain, customs.issue()).open()
    order.field("电话号码").fill("010-60000000")
    plain.get_by_role("button", name="申报", exact=True).click()
    expect(order.strip).to_contain_text("3 处需要更正")
    order.strip.get_by_role("link", name="跳到该处").click()
    expect(order.field("担保类型")).to_be_focused()
    expect(order.field("电话号码")).to_have_value("010-60000000")


def test_the_check_page_shows_everything_and_says_what_signing_needs(plain: Page, customs: Customs) -> None:
    order = DocumentPage(plain, customs.issue()).open()
    save(order, "担保类型", "担保方式")
    order.fill(BY_CASH)
    order.check()
    expect(plain.get_by_role("main")).to_contain_text("3490000000000001")
    note = plain.locator("noscript .note")
    expect(note).to_be_visible()
    expect(note).to_contain_text("签名要与本机的卡客户端通信，需要启用 JavaScript")


def test_the_receipts_are_read(plain: Page, customs: Customs) -> None:
    plain.goto(f"/deposits/{customs.issue()}/receipts/")
    expect(plain.get_by_role("region", name="最新回执")).to_contain_text("海关签发")


def test_a_general_guarantee_is_begun_saved_and_deleted_on_a_page_that_asks(plain: Page) -> None:
    guarantee = GuaranteePage(plain).open()
    guarantee.fill({"担保方式": "1", "总担保金额": "1,234.50"})
    plain.get_by_role("button", name="暂存").click()
    confirm(plain, "暂存成功")
    number = plain.url.rstrip("/").split("/")[-1]
    expect(guarantee.field("总担保金额")).to_have_value("1,234.5")
    expect(guarantee.cell("payer_bank").locator("input[name]")).to_be_enabled()
    expect(guarantee.cell("letter_number").locator("input[name]")).to_be_disabled()
    plain.get_by_role("button", name="删除").click()
    expect(plain.get_by_role("heading", name="是否确认删除该数据？")).to_be_visible()
    expect(plain.get_by_role("main")).to_contain_text(number)
    plain.get_by_role("link", name="取消").click()
    expect(guarantee.status).to_have_text("暂存")
    plain.get_by_role("button", name="删除").click()
    plain.get_by_role("button", name="确定").click()
    confirm(plain, "删除成功")
    answer = plain.goto(f"/general-guarantee/{number}/")
    assert answer
    assert answer.status == 404


def test_a_change_is_begun_from_the_list(plain: Page) -> None:
    plain.goto("/general-guarantee/?unit=1111510001&number=D80100202600001")
    plain.get_by_role("checkbox", name="选择 D80100202600001").check()
    plain.get_by_role("button", name="变更登记").click()
    expect(plain.get_by_role("heading", name="总担保变更登记")).to_be_visible()
    expect(plain.get_by_label("保函编号")).to_have_value("BH2026000101")
