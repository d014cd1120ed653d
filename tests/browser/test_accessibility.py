"""No page violates WCAG 2.2, levels A and AA, as far as axe can tell."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.customs import TO_APPROVAL, Customs
from tests.browser.guarantees import GuaranteePage, by_letter
from tests.browser.languages import speak
from tests.browser.pages import BY_CASH, DocumentPage
from tests.browser.running import RunningPortal
from tests.browser.tour import NO_UNIT, NONE, OF_GUARANTEES, ROWS, sheets_by_status

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}

DELETE = "button[name=move][value=delete]"


def violations(page: Page) -> list[str]:
    """Return what axe finds on the page as it stands: the rule, and where."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary'][:300]}" for rule in found for node in rule["nodes"]
    ]


@pytest.fixture(params=["zh-hans", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def reader(browser_of: Callable[..., Page], language: str) -> Page:
    page = browser_of("clerk")
    speak(page, language)
    return page


def test_the_sign_in_page(page: Page, language: str) -> None:
    speak(page, language)
    page.goto("/sign-in")
    assert violations(page) == []
    page.locator("#id_username").fill("clerk")
    page.locator("#id_password").fill("wrong")
    page.locator("#id_captcha").fill("0000")
    page.locator(".sign-in-button").click()
    expect(page.locator("#captcha-error")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("address", [NO_UNIT, ROWS, NONE], ids=["without a unit", "with rows", "with none"])
def test_the_list(reader: Page, address: str) -> None:
    reader.goto(address)
    assert violations(reader) == []


def test_the_list_with_a_row_chosen_and_a_menu_open(reader: Page) -> None:
    reader.goto(ROWS)
    reader.locator("tbody input[type=checkbox]").first.check()
    reader.locator("details.drop").first.locator("summary").click()
    assert violations(reader) == []


def test_a_sheet_in_each_status(reader: Page) -> None:
    found = {}
    for status, sheet in sheets_by_status(reader).items():
        reader.goto(sheet)
        found[status] = violations(reader)
    assert len(found) == 9
    assert {status: wrong for status, wrong in found.items() if wrong} == {}


def test_a_form_with_errors(reader: Page, customs: Customs) -> None:
    DocumentPage(reader, customs.issue()).open()
    reader.locator("button[name=move][value=declare]").click()
    expect(reader.locator(".say.error").first).to_be_visible()
    assert violations(reader) == []


def test_the_dialog_after_saving(reader: Page, customs: Customs) -> None:
    DocumentPage(reader, customs.issue()).open()
    reader.locator("button[name=move][value=save]").click()
    expect(reader.get_by_role("dialog")).to_be_visible()
    assert violations(reader) == []


def test_the_check_page_and_its_dialog(clerk: Page, language: str, customs: Customs) -> None:
    order = DocumentPage(clerk, customs.issue()).open()
    order.fill(BY_CASH)
    order.check()
    speak(clerk, language)
    clerk.goto(f"{order.url}declare/")
    assert violations(clerk) == []
    clerk.locator("[data-open-sign]").first.click()
    expect(clerk.locator("#pin")).to_be_focused()
    assert violations(clerk) == []


def test_the_receipts_the_password_page_and_a_page_that_is_not_there(reader: Page, customs: Customs) -> None:
    for address in (f"/deposits/{customs.issue()}/receipts/", "/password", "/deposits/NOSUCHNUMBER/"):
        reader.goto(address)
        assert violations(reader) == []


def test_the_pages_of_general_guarantees(reader: Page) -> None:
    found = {}
    for name, address in OF_GUARANTEES.items():
        reader.goto(address)
        found[name] = violations(reader)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_a_general_guarantee_in_each_status(
    clerk: Page, language: str, customs: Customs, portal: RunningPortal
) -> None:
    guarantee = GuaranteePage(clerk).open()
    guarantee.fill(by_letter())
    guarantee.check()
    guarantee.sign(portal.pin)
    inner = customs.collect(guarantee.number)
    speak(clerk, language)
    guarantee.open()
    found = {"declare": violations(clerk)}
    for answer in TO_APPROVAL:
        before = guarantee.status.inner_text()
        customs.answer(inner, answer)
        expect(guarantee.status).not_to_have_text(before)
        found[answer] = violations(clerk)
    assert {answer: wrong for answer, wrong in found.items() if wrong} == {}


def test_the_dialog_before_deleting_and_the_page_in_its_place(clerk: Page, language: str) -> None:
    guarantee = GuaranteePage(clerk).open()
    guarantee.save()
    speak(clerk, language)
    guarantee.open()
    clerk.locator(DELETE).click()
    expect(clerk.get_by_role("dialog")).to_be_visible()
    assert violations(clerk) == []
    guarantee.open()
    clerk.locator(DELETE).evaluate("button => button.form.requestSubmit(button)")
    expect(clerk.locator(".confirm")).to_be_visible()
    assert violations(clerk) == []
