"""Pictures of every main page, to be looked at: build/screenshots/<language>-<width>-<page>.png."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.guarantees import GuaranteePage
from tests.browser.languages import speak
from tests.browser.pages import BY_CASH, DocumentPage

SIZES = {1280: 720, 1440: 900, 1920: 1080}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_is_wider_than_its_window(
    clerk: Page, addresses: dict[str, str], screenshots: Path, language: str
) -> None:
    page = clerk
    speak(page, language)
    too_wide = []
    for name, address in addresses.items():
        page.goto(address)
        for width, height in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                too_wide.append(f"{width} {name}")
            page.screenshot(path=screenshots / f"{language}-{width}-{name}.png")
    assert too_wide == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_sign_in_page_fits_its_window(page: Page, screenshots: Path, language: str) -> None:
    speak(page, language)
    page.goto("/sign-in")
    for width, height in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        page.screenshot(path=screenshots / f"{language}-{width}-sign-in.png")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_signing_dialog_stands_whole_in_a_small_window(
    order: DocumentPage, screenshots: Path, language: str
) -> None:
    page = order.page
    page.set_viewport_size({"width": 1280, "height": 720})
    order.fill(BY_CASH)
    order.check()
    speak(page, language)
    page.reload()
    page.locator("[data-open-sign]").first.click()
    expect(page.locator("#pin")).to_be_focused()
    expect(page.locator("#sign-dialog .dialog-foot")).to_be_in_viewport(ratio=1)
    page.screenshot(path=screenshots / f"{language}-1280-sign-dialog.png")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_that_asks_before_deleting_fits_its_window(clerk: Page, screenshots: Path, language: str) -> None:
    guarantee = GuaranteePage(clerk).open()
    guarantee.save()
    speak(clerk, language)
    guarantee.open()
    clerk.locator("button[name=move][value=delete]").evaluate("button => button.form.requestSubmit(button)")
    expect(clerk.locator(".confirm")).to_be_visible()
    for width, height in SIZES.items():
        clerk.set_viewport_size({"width": width, "height": height})
        assert not clerk.evaluate("document.documentElement.scrollWidth > innerWidth")
        clerk.screenshot(path=screenshots / f"{language}-{width}-guarantee-confirm.png")
