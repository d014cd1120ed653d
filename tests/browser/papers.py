"""What the portal prints, as text."""

import io
import re

from playwright.sync_api import Page
from pypdf import PdfReader


def pdf_text(page: Page, url: str | None) -> str:
    """Return the text of the PDF at `url`, without the breaks that its lines have."""
    answer = page.request.get(url or "")
    assert answer.headers["content-type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.body())).pages
    return re.sub(r"\s", "", "".join(each.extract_text() for each in pages))
