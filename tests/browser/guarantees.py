"""General guarantees as clerks see them: what is filled in, the list, the page of one and of its change."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from playwright.sync_api import Locator, Page, expect

from tests.browser.customs import Customs
from tests.browser.pages import DocumentPage

LIST = "/general-guarantee/?unit=1111510001"
BY_CASH = {
    "担保方式": "1",
    "缴款单位名称": "北京天竺示范加工有限公司",
    "主管关区": "0100",
    "总担保金额": "100000",
    "支付方式": "1",
    "缴款单位开户银行": "中国银行北京示范支行",
    "缴款单位银行账号": "3490000000000001",
}


def day_from_now(days: int) -> str:
    return f"{date.today() + timedelta(days=days):%Y%m%d}"


def by_letter(amount: str = "100000", days: int = 400) -> dict[str, str]:
    """Return a complete set-up by a letter that is valid for `days` days."""
    both = {name: BY_CASH[name] for name in ("缴款单位名称", "主管关区")}
    letter = {"保函编号": "BH2026000201", "保函有效期": day_from_now(days)}
    return {"担保方式": "2", **both, "总担保金额": amount, **letter}


class GuaranteePage(DocumentPage):
    place = "/general-guarantee/"

    @property
    def amounts(self) -> Locator:
        return self.page.get_by_role("region", name="总担保金额")

    def set_up(self, customs: Customs, pin: str, values: Mapping[str, str]) -> "GuaranteePage":
        """Fill a new one in, declare it, let customs approve it, and open it under the number that customs gave."""
        self.open()
        self.declare(pin, values)
        self.number = customs.approve(self.number)
        expect(self.status).to_have_text("海关审批通过")
        return self.open()


class ChangePage(DocumentPage):
    place = "/general-guarantee/changes/"


def find(page: Page, number: str) -> Locator:
    """Look a guarantee up in the list by the number that customs gave; return its row."""
    page.goto(f"{LIST}&number={number}")
    row = page.get_by_role("row").filter(has_text=number)
    expect(row).to_be_visible()
    return row


def begin_change(page: Page, number: str) -> ChangePage:
    """Choose 变更登记 in the list, and confirm it."""
    find(page, number).get_by_role("checkbox").check()
    page.get_by_role("button", name="变更登记").click()
    page.get_by_role("dialog", name="是否确认变更该数据？").get_by_role("button", name="确定").click()
    expect(page).to_have_url(re.compile(f"/changes/new/[?]of={number}$"))
    return ChangePage(page)


def refusal(page: Page, button: str) -> str:
    """Return why `button` is grey."""
    disabled = page.get_by_role("button", name=button, exact=True)
    expect(disabled).to_be_disabled()
    expect(page.get_by_role("group", name=button, exact=True)).to_have_accessible_description(re.compile("."))
    return disabled.get_attribute("title") or ""
