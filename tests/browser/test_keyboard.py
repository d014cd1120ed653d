"""From signing in to a saved draft without a mouse (DOMAIN 5, *Keyboard*)."""

from playwright.sync_api import Page, expect

from tests.browser.customs import Customs
from tests.browser.pages import DocumentPage
from tests.browser.running import RunningPortal

MOST_TABS = 80


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
    tab_back_to_save(page)
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
    for _ in range(MOST_TABS):
        keys.press("Shift+Tab")
        if page.locator(":focus").inner_text().strip() == "确认":
            break
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


def tab_back_to_save(page: Page) -> None:
    for _ in range(MOST_TABS):
        page.keyboard.press("Shift+Tab")
        if page.locator(":focus").inner_text().strip() == "暂存":
            page.keyboard.press("Enter")
            return
    raise AssertionError("Shift+Tab never leads to 暂存")
