"""The language of a browser: what its cookie says, as after choosing it in the head bar."""

from urllib.parse import urlsplit

from playwright.sync_api import Page


def speak(page: Page, language: str) -> None:
    """Choose `language`, zh-hans or en, for what `page` opens from now on."""
    address = urlsplit(page.context.request.get("/sign-in").url)
    name, host = f"portal_language_{address.port}", address.hostname or ""
    page.context.add_cookies([{"name": name, "value": language, "domain": host, "path": "/"}])
