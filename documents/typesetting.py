"""Typesetting: a page of HTML becomes a PDF with our own fonts and style, and nothing else is read or fetched.

WeasyPrint is heavy (import, fonts, style): import this module where a print is made, not where a print is described.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

STYLE = Path(settings.BASE_DIR) / "static" / "print" / "print.css"


class NoFetcher(URLFetcher):
    """Refuses every address: fonts and style are given by hand, and nothing that a user typed may be looked up."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        raise PermissionError("a print fetches nothing")


class Page(HTML):
    """A page that knows no style but ours: matching a browser's defaults too takes a sixth of the time."""

    style: CSS

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [self.style]


class Typesetter:
    """Fonts and style, loaded once for the process."""

    def __init__(self, fonts: Path, style: Path) -> None:
        with _fontconfig(fonts / "fonts.conf"):
            self.fonts = FontConfiguration()
        self.fetcher = NoFetcher()
        self.style = CSS(string=style.read_text("utf-8"), font_config=self.fonts, url_fetcher=self.fetcher)
        # Pango's font map is not made for two threads at once.
        self.lock = Lock()

    def pdf(self, html: str) -> bytes:
        """Return `html` as PDF. Embedded fonts hold what is used; the text can be selected and searched."""
        with self.lock:
            page = Page(string=html, url_fetcher=self.fetcher)
            page.style = self.style
            pdf: bytes = page.write_pdf(font_config=self.fonts)
            return pdf


@contextmanager
def _fontconfig(configuration: Path) -> Iterator[None]:
    """Let fontconfig read `configuration` instead of the machine's own; other programs started later see theirs."""
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(configuration)
    try:
        yield
    finally:
        del os.environ["FONTCONFIG_FILE"]
        if before is not None:
            os.environ["FONTCONFIG_FILE"] = before


@cache
def typesetter() -> Typesetter:
    """Return the process' typesetter."""
    return Typesetter(Path(settings.PRINT_FONTS), STYLE)
