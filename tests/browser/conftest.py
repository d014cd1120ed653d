"""A running portal for the whole session, people who are signed in to it, and customs behind its folders."""

import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.browser.card import Card
from tests.browser.complaints import Complaints
from tests.browser.customs import Customs
from tests.browser.pages import DocumentPage, sign_in
from tests.browser.running import RunningPortal, collect_static_files
from tests.browser.tour import main_pages

expect.set_options(timeout=15_000)
NewContext = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {
        "executable_path": shutil.which("chromium"),
        "args": [
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync",
        ],
    }  # fmt: skip


@pytest.fixture(scope="session")
def database() -> Iterator[dict[str, str]]:
    """The setting that gives a portal an empty database on the server of DATABASE_URL; none for SQLite."""
    server = os.environ.get("DATABASE_URL", "")
    if not server:
        yield {}
        return
    name = f"browser_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield {"DATABASE_URL": re.sub(r"/[^/?]*(\?|$)", rf"/{name}\1", server, count=1)}
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory, database: dict[str, str]) -> Iterator[RunningPortal]:
    collect_static_files()
    running = RunningPortal(tmp_path_factory.mktemp("portal") / "var", **database)
    running.start()
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def base_url(portal: RunningPortal) -> str:
    return portal.url


@pytest.fixture
def card(portal: RunningPortal) -> Iterator[Card]:
    """The card of the clerk, which can be told to misbehave and behaves again afterwards."""
    clerks = Card(portal.card_url, "clerk")
    yield clerks
    clerks.behave()


@pytest.fixture(scope="session")
def browser_context_args(base_url: str) -> dict[str, Any]:
    return {
        "base_url": base_url,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": {"width": 1440, "height": 900},
        "reduced_motion": "reduce",
    }


@pytest.fixture(autouse=True)
def complaints() -> Iterator[Complaints]:
    """What browsers complain of in the console; a test fails for what it did not expect."""
    heard = Complaints()
    yield heard
    assert heard.unexpected() == []


@pytest.fixture
def new_context(new_context: NewContext, complaints: Complaints) -> NewContext:
    def make(**options: Any) -> BrowserContext:
        context = new_context(**options)
        context.set_default_timeout(15_000)
        context.on("console", lambda message: complaints.hear(message))
        context.on("weberror", lambda error: complaints.add(f"{error.error}"))
        return context

    return make


@pytest.fixture(scope="session")
def session_of(browser: Browser, portal: RunningPortal, browser_context_args: dict[str, Any]) -> Callable[[str], Any]:
    """Return what a browser keeps of an account that signed in once; the tests of a session share it."""
    kept: dict[str, Any] = {}

    def state(account: str) -> Any:
        if account not in kept:
            context = browser.new_context(**browser_context_args)
            page = context.new_page()
            page.goto("/sign-in")
            sign_in(page, account, portal.passwords[account])
            expect(page.get_by_role("button", name="退出").or_(page.locator("#user-tools"))).to_be_visible()
            kept[account] = context.storage_state()
            context.close()
        return kept[account]

    return state


@pytest.fixture(scope="session")
def customs(playwright: Playwright, portal: RunningPortal, session_of: Callable[[str], Any]) -> Iterator[Customs]:
    administrator = playwright.request.new_context(base_url=portal.url, storage_state=session_of("admin"))
    played = Customs(portal, administrator)
    yield played
    played.desk.close()
    administrator.dispose()


@pytest.fixture
def browser_of(new_context: NewContext, session_of: Callable[[str], Any]) -> Callable[..., Page]:
    """Open a page in a browser of its own, in which the account is signed in."""

    def open_page(account: str, *, javascript: bool = True) -> Page:
        return new_context(storage_state=session_of(account), java_script_enabled=javascript).new_page()

    return open_page


@pytest.fixture
def clerk(browser_of: Callable[..., Page]) -> Page:
    return browser_of("clerk")


@pytest.fixture
def order(clerk: Page, customs: Customs) -> DocumentPage:
    """A levy order that customs has just issued, opened by the clerk."""
    return DocumentPage(clerk, customs.issue()).open()


@pytest.fixture(scope="session")
def addresses(
    browser: Browser, browser_context_args: dict[str, Any], session_of: Callable[[str], Any], customs: Customs
) -> Iterator[dict[str, str]]:
    """The clerk's main pages by a short name."""
    context = browser.new_context(storage_state=session_of("clerk"), **browser_context_args)
    yield main_pages(context.new_page(), customs)
    context.close()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    folder = Path(__file__).resolve().parents[2] / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
