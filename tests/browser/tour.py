"""The main pages of the portal, for what is asked of every one of them."""

from playwright.sync_api import Page

from tests.browser.customs import Customs
from tests.browser.pages import BY_CASH, DocumentPage

NO_UNIT = "/deposits/"
ROWS = "/deposits/?unit=1111510001"
NONE = f"{ROWS}&number=NONE"
GUARANTEES = "/general-guarantee/?unit=1111510001"
# Of the demonstration: one that customs approved, and one of which a change is drafted.
LETTER = "/general-guarantee/D80100202600001/"
CHANGED = "/general-guarantee/D80100201800014/"
CHANGE = "/general-guarantee/changes/D80100201800014-1/"
OF_GUARANTEES = {
    "guarantees": GUARANTEES,
    "guarantees-no-unit": "/general-guarantee/",
    "guarantee-new": "/general-guarantee/new/",
    "guarantee-copy": "/general-guarantee/new/?from=D80100202600001",
    "guarantee-letter": LETTER,
    "guarantee-changed": CHANGED,
    "guarantee-ledger": f"{LETTER}ledger/",
    "change-new": "/general-guarantee/changes/new/?of=D80100202600001&extend=1",
    "change": CHANGE,
}


def sheets_by_status(page: Page, rows: str = ROWS) -> dict[str, str]:
    """Return the address of one document in each data status that the list `rows` has."""
    page.goto(rows)
    statuses = page.locator("#search_status option:not([value=''])").evaluate_all("all => all.map((one) => one.value)")
    sheets = {}
    for status in statuses:
        page.goto(f"{rows}&status={status}")
        found = page.locator("tbody th a")
        if found.count():
            sheets[status] = found.first.get_attribute("href") or ""
    return sheets


def main_pages(page: Page, customs: Customs) -> dict[str, str]:
    """Return the address of each main page by a short name; the check page is made ready in Chinese."""
    order = DocumentPage(page, customs.issue()).open()
    order.fill(BY_CASH)
    order.check()
    sheets = {f"sheet-{status}": sheet for status, sheet in sheets_by_status(page).items()}
    guarantees = {f"guarantee-{status}": sheet for status, sheet in sheets_by_status(page, GUARANTEES).items()}
    return {
        "list-no-unit": NO_UNIT,
        "list": ROWS,
        "list-none": NONE,
        **sheets,
        **OF_GUARANTEES,
        **guarantees,
        "receipts": f"{sheets['sheet-approved']}receipts/",
        "check": f"{order.url}declare/",
        "password": "/password",
        "not-found": "/deposits/NOSUCHNUMBER/",
    }
