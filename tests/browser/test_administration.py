"""What an administrator sees in Django admin, and a clerk does not."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.complaints import Complaints
from tests.browser.customs import Customs
from tests.browser.pages import sign_in
from tests.browser.running import RunningPortal


def test_the_administrator_is_led_to_the_administration(page: Page, portal: RunningPortal) -> None:
    page.goto("/admin/")
    sign_in(page, "admin", portal.passwords["admin"])
    expect(page).to_have_url(re.compile("/admin/$"))
    expect(page.get_by_role("link", name="单位", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("parties/unit/", "北京天竺示范加工有限公司"),
        ("parties/user/", "演示录入员甲"),
        ("parties/delegation/", "3122460003"),
        ("parties/ekey/", "8800000000003107"),
        ("documents/customsdistrict/", "0100"),
        ("documents/paymentmode/", "柜台支付"),
        ("deposits/levyorder/", "待确认"),
        ("documents/event/", "演示录入员甲"),
        ("documents/receipt/", "GRT201"),
        ("documents/attempt/", "rsa-sha1"),
        ("documents/paymentnotice/", "16409.02"),
        ("customs/outboxmessage/", "GRT101"),
        ("customs/inboxmessage/", "GRT202"),
    ],
)
def test_the_administrator_sees(browser_of: Callable[..., Page], address: str, shown: str) -> None:
    page = browser_of("admin")
    page.goto(f"/admin/{address}")
    table = page.locator("#result_list")
    expect(table).to_contain_text(shown)
    with page.expect_navigation() as opened:
        table.locator("tbody th a").first.click()
    assert opened.value is not None
    assert opened.value.status == 200


def test_a_levy_order_has_its_history_and_its_messages_have_their_text(
    browser_of: Callable[..., Page], customs: Customs
) -> None:
    number = customs.issue()
    page = browser_of("admin")
    page.goto(f"/admin/deposits/levyorder/?q={number}")
    page.get_by_role("link", name=number).click()
    expect(page.locator("#content")).to_contain_text("海关签发")
    page.goto("/admin/customs/inboxmessage/")
    page.locator("#result_list tbody th a").first.click()
    expect(page.locator("#content")).to_contain_text("GRT202")


def test_a_clerk_cannot_open_the_administration(clerk: Page, complaints: Complaints) -> None:
    complaints.expect("status of 403")
    for address in ("", "parties/user/", "deposits/levyorder/", "customs/inboxmessage/"):
        answer = clerk.goto(f"/admin/{address}")
        assert answer is not None
        assert answer.status == 403
        expect(clerk.get_by_text("演示录入员丙")).to_have_count(0)
