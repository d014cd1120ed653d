"""From signing in to a saved draft, and to a signed declaration, without a mouse (DOMAIN 5, *Keyboard*)."""

import re

from playwright.sync_api import Page, expect

from tests.browser.customs import Customs
from tests.browser.guarantees import GuaranteePage
from tests.browser.pages import DocumentPage
from tests.browser.running import RunningPortal

MOST_TABS = 80
SET_UP = (
    ("担保方式", "1"),
    ("缴款单位编码", "1101919107"),
    ("主管关区", "0100"),
    ("总担保金额", "100000"),
    ("支付方式", "1"),
    ("缴款单位开户银行", "中国银行北京示范支行"),
    ("缴款单位银行账号", "3490000000000001"),
)


def tab_to(page: Page, words: str) -> None:
    """Press Tab until the focus is on what is called `words`, as one who listens to the page would."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and focused.and_(page.get_by_label(words).or_(page.get_by_text(words, exact=True))).count():
            return
    raise AssertionError(f"Tab never leads to {words}")


def test_a_clerk_saves_a_draft_without_a_mouse(page: Page, portal: RunningPortal, customs: Customs) -> None:
    number = customs.issue()
    keys = page.keyboard
    page.goto("/sign-in")
    keys.type("clerk")
    keys.press("Tab")
    keys.type(portal.passwords["clerk"])
    keys.press("Tab")
    keys.type("PASSED")
    keys.press("Enter")
    expect(page.get_by_role("button", name="退出")).to_be_visible()
    find_the_order(page, number)
    order = DocumentPage(page, number)
    expect(order.status).to_have_text("待确认")
    fill_by_keyboard(page)
    expect(order.field("缴款单位名称")).to_have_value("北京天竺示范加工有限公司")
    tab_back_to(page, "暂存")
    page.keyboard.press("Enter")
    done = page.get_by_role("dialog", name="暂存成功")
    expect(done).to_be_visible()
    keys.press("Enter")
    expect(done).to_be_hidden()
    expect(order.status).to_have_text("暂存")


def find_the_order(page: Page, number: str) -> None:
    keys = page.keyboard
    tab_to(page, "可查询被担保单位代码")
    keys.type("1111510001")
    tab_to(page, "征收单编号")
    keys.type(number)
    keys.press("Enter")
    expect(page.get_by_role("row").filter(has_text=number)).to_be_visible()
    tab_to(page, f"选择 {number}")
    keys.press("Space")
    expect(page.locator("#selection")).to_contain_text("已选 1 条")
    tab_back_to(page, "确认")
    keys.press("Enter")


def fill_by_keyboard(page: Page) -> None:
    keys = page.keyboard
    tab_to(page, "担保类型")
    keys.type("2")
    tab_to(page, "担保方式")
    keys.type("1")
    tab_to(page, "企业联系人姓名")
    keys.type("王小明")
    tab_to(page, "缴款单位编码")
    keys.type("1111510001")
    keys.press("Enter")


def tab_back_to(page: Page, words: str) -> None:
    for _ in range(MOST_TABS):
        page.keyboard.press("Shift+Tab")
        if page.locator(":focus").inner_text().strip() == words:
            return
    raise AssertionError(f"Shift+Tab never leads to {words}")


def test_a_clerk_sets_up_a_general_guarantee_without_a_mouse(clerk: Page, portal: RunningPortal) -> None:
    keys = clerk.keyboard
    clerk.goto("/")
    tab_to(clerk, "总担保设立登记")
    keys.press("Enter")
    expect(clerk.get_by_role("heading", name="总担保设立登记")).to_be_visible()
    guarantee = GuaranteePage(clerk)
    for label, typed in SET_UP:
        tab_to(clerk, label)
        keys.type(typed)
        if label == "缴款单位编码":
            keys.press("Enter")
            expect(guarantee.field("缴款单位名称")).to_have_value("中国山货花卉进出口公司")
    tab_back_to(clerk, "申报")
    keys.press("Enter")
    expect(clerk).to_have_url(re.compile("/declare/$"))
    tab_to(clerk, "签名并申报")
    keys.press("Enter")
    expect(clerk.get_by_role("dialog", name="电子钥匙签名").get_by_label("卡密码")).to_be_focused()
    keys.type(portal.pin)
    keys.press("Enter")
    guarantee.expect_declared()
    expect(guarantee.status).to_have_text(re.compile("数据正在处理|申报成功"))
