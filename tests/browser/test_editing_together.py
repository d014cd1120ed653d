"""What is typed is never lost: not to customs' messages, not to a colleague, not to an ended session."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.customs import Customs
from tests.browser.pages import DocumentPage
from tests.browser.running import RunningPortal


def test_a_colleagues_save_keeps_what_is_typed_and_saving_shows_both_versions(
    order: DocumentPage, browser_of: Callable[..., Page]
) -> None:
    colleagues = DocumentPage(browser_of("clerk"), order.number).open()
    order.field("企业联系人姓名").fill("甲键入")
    colleagues.field("企业联系人姓名").fill("乙保存")
    colleagues.field("备注").fill("乙的备注")
    colleagues.save()
    expect(order.page.locator("#stale-note")).to_contain_text("您正在填写的内容会保留")
    expect(order.field("企业联系人姓名")).to_have_value("甲键入")
    order.page.get_by_role("button", name="暂存").click()
    both = order.page.locator("#conflict")
    expect(both).to_contain_text("保存过本单")
    row = both.get_by_role("row").filter(has_text="企业联系人姓名")
    expect(row).to_contain_text("乙保存")
    expect(row).to_contain_text("甲键入")
    expect(order.field("企业联系人姓名")).to_have_value("甲键入")
    order.save()
    expect(order.open().field("企业联系人姓名")).to_have_value("甲键入")


def test_a_status_change_keeps_what_is_typed(
    order: DocumentPage, browser_of: Callable[..., Page], portal: RunningPortal, customs: Customs
) -> None:
    order.field("备注").fill("还没有保存")
    DocumentPage(browser_of("clerk"), order.number).open().declare(portal.pin)
    customs.answer(customs.collect(order.number), "accept", "sent", "loaded", "approve")
    expect(order.status).to_have_text("海关审批通过")
    expect(order.field("备注")).to_have_value("还没有保存")
    expect(order.page.locator("#stale-note")).to_be_visible()


def test_leaving_a_form_that_is_not_saved_asks_first(order: DocumentPage) -> None:
    asked: list[str] = []
    order.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    order.field("备注").fill("还没有保存")
    order.page.get_by_role("link", name="保证金确认").click(no_wait_after=True)
    expect(order.field("备注")).to_have_value("还没有保存")
    assert asked == ["beforeunload"]
