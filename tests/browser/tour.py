"""The main pages of the portal, for what is asked of every one of them."""

from playwright.sync_api import Page

from tests.browser.customs import Customs
from tests.browser.pages import BY_CASH, DocumentPage

NO_UNIT = "/deposits/"
ROWS = "/deposits/?unit=1111510001"
NONE = f"{ROWS}&number=NONE"
# What lies beyond the last page is the last page.
LAST_PAGE = 9999


def numbers_by_status(page: Page) -> dict[str, str]:
    """Return the number of the oldest levy order in each data status: one of the demonstration, not of another test."""
    page.goto(NO_UNIT)
    statuses = page.locator("#search_status option:not([value=''])").evaluate_all("all => all.map((one) => one.value)")
    numbers = {}
    for status in statuses:
        page.goto(f"{ROWS}&status={status}&page={LAST_PAGE}")
        numbers[status] = page.locator("tbody th a").last.inner_text()
    return numbers


def main_pages(page: Page, customs: Customs) -> dict[str, str]:
    """Return the address of each main page by a short name; the check page is made ready in Chinese."""
    order = DocumentPage(page, customs.issue()).open()
    order.fill(BY_CASH)
    order.check()
    sheets = {f"sheet-{status}": f"/deposits/{number}/" for status, number in numbers_by_status(page).items()}
    return {
        "list-no-unit": NO_UNIT,
        "list": ROWS,
        "list-none": NONE,
        **sheets,
        "receipts": f"{sheets['sheet-approved']}receipts/",
        "check": f"{order.url}declare/",
        "password": "/password",
        "not-found": "/deposits/NOSUCHNUMBER/",
    }
