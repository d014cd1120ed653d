"""What people do on the pages, in the words of the screen."""

import re
from collections.abc import Mapping
from typing import Self

from playwright.sync_api import Locator, Page, expect

BY_CASH = {
    "担保类型": "2",
    "担保方式": "1",
    "企业联系人姓名": "王小明",
    "电话号码": "010-60000000",
    "支付方式": "1",
    "缴款单位名称": "北京天竺示范加工有限公司",
    "缴款单位开户银行": "中国银行北京示范支行",
    "缴款单位银行账号": "3490000000000001",
}
CHOICES = ("担保类型", "担保方式", "支付方式", "总担保编号", "主管关区")


def sign_in(page: Page, account: str, password: str, captcha: str = "PASSED") -> None:
    page.get_by_label("用户名").fill(account)
    page.get_by_label("密码").fill(password)
    page.get_by_label("验证码").fill(captcha)
    page.get_by_role("button", name="登录").click()


class DocumentPage:
    """The one page of a document, from the form to the signed declaration; a new one has no number before it is saved."""

    place = "/deposits/"

    def __init__(self, page: Page, number: str = "") -> None:
        self.page = page
        self.number = number
        self.status = page.locator("#sheet-state .badge")
        self.guarantee = page.locator("#sheet-state .money-state")
        self.strip = page.locator("#error-strip")

    @property
    def url(self) -> str:
        return f"{self.place}{self.number or 'new'}/"

    def open(self) -> Self:
        self.page.goto(self.url)
        return self

    def field(self, label: str) -> Locator:
        """The control of a field; the words of a locked one stand in another that has no label of its own."""
        labelled = self.page.locator("#document").get_by_label(re.compile(rf"^\*?{label}$"))
        return labelled.locator("visible=true").first

    def cell(self, name: str) -> Locator:
        return self.page.locator(f'[data-cell="{name}"]')

    def fill(self, values: Mapping[str, str]) -> None:
        for label, value in values.items():
            if label in CHOICES:
                self.field(label).select_option(value)
            else:
                self.field(label).fill(value)

    def save(self) -> None:
        self.page.get_by_role("button", name="暂存").click()
        done = self.page.get_by_role("dialog", name="暂存成功")
        expect(done).to_be_visible()
        self.page.keyboard.press("Enter")
        expect(done).to_be_hidden()
        self._read_number("")

    def check(self) -> None:
        """Go on to the check page: 申报 saves and freezes what will be signed."""
        self.page.get_by_role("button", name="申报", exact=True).click()
        self._read_number("declare/")

    def _read_number(self, page: str) -> None:
        """Expect to stand on a `page` of this document, and learn the number of one that was new."""
        address = re.compile(rf"{self.place}({self.number or '[0-9A-Z]{6,20}(?:-[0-9]+)?'})/{page}(?:[?].*)?$")
        expect(self.page).to_have_url(address)
        found = address.search(self.page.url)
        assert found
        self.number = found[1]

    def ask_card(self) -> Locator:
        """Open the dialog that has the card sign."""
        self.page.wait_for_load_state()
        self.page.get_by_role("button", name="签名并申报").first.click()
        dialog = self.page.get_by_role("dialog", name="电子钥匙签名")
        expect(dialog).to_be_visible()
        return dialog

    def sign(self, pin: str) -> None:
        dialog = self.ask_card()
        expect(dialog).to_have_attribute("data-state", "ready")  # Enter counts once the card has been read
        expect(dialog.get_by_label("卡密码")).to_be_focused()
        self.page.keyboard.type(pin)
        self.page.keyboard.press("Enter")
        self.expect_declared()

    def expect_declared(self) -> None:
        done = self.page.get_by_role("dialog", name="申报成功")
        expect(done).to_be_visible()
        self.page.keyboard.press("Enter")
        expect(done).to_be_hidden()

    def declare(self, pin: str, values: Mapping[str, str] = BY_CASH) -> None:
        """Fill the open form in, check it and have it signed."""
        self.fill(values)
        self.check()
        self.sign(pin)
