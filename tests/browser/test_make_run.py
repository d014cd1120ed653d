"""What `make run` promises: two copies side by side, a stop that leaves nothing, a second start on the same data."""

import signal
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import DocumentPage, sign_in
from tests.browser.running import RunningPortal


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory, portal: RunningPortal) -> Iterator[RunningPortal]:
    """A second portal beside the first, on SQLite, whose customs answers by itself."""
    second = RunningPortal(tmp_path_factory.mktemp("copy") / "var", CUSTOMS_DESK="auto")
    second.start()
    yield second
    assert second.stop(signal.SIGINT) == 0


def test_what_is_printed_says_how_to_get_in(copy: RunningPortal) -> None:
    assert set(copy.passwords) == {"clerk", "agent", "stranger", "admin"}
    assert copy.pin == "88888888"
    assert copy.desk_url == f"http://127.0.0.1:{copy.desk_port}/"
    for address in (copy.desk_url, copy.card_url):
        with urllib.request.urlopen(address, timeout=10) as page:
            assert page.status == 200


def test_two_copies_do_not_know_each_other(portal: RunningPortal, copy: RunningPortal, page: Page) -> None:
    """One browser can be signed in to both: their cookies differ."""
    for running in (portal, copy):
        page.goto(f"{running.url}sign-in")
        sign_in(page, "clerk", running.passwords["clerk"])
        expect(page.get_by_role("button", name="退出")).to_be_visible()
    page.goto(portal.url)
    expect(page.get_by_role("button", name="退出")).to_be_visible()


def test_customs_that_answers_by_itself_leads_to_approval_and_the_notice(page: Page, copy: RunningPortal) -> None:
    page.goto(f"{copy.url}sign-in")
    sign_in(page, "clerk", copy.passwords["clerk"])
    expect(page.get_by_role("button", name="退出")).to_be_visible()
    page.goto(f"{copy.url}deposits/?unit=1111510001&business_number=C010026A0490")
    link = page.get_by_role("rowheader").get_by_role("link")
    order = DocumentPage(page, link.inner_text())
    link.click()
    order.declare(copy.pin)
    expect(order.status).to_have_text("海关审批通过", timeout=30_000)
    expect(page.get_by_role("link", name="打印缴款通知书")).to_be_visible()


def test_a_stop_leaves_nothing_and_the_second_start_has_the_data(copy: RunningPortal) -> None:
    before = set((copy.var / "exchange").rglob("GRT101*.zip"))
    assert before
    assert copy.stop(signal.SIGTERM) == 0
    copy.start()
    assert set((copy.var / "exchange").rglob("GRT101*.zip")) == before
