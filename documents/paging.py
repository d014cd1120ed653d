"""The pages of a list: by number up to the first thousand rows, by a cursor beyond."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from documents.models import Document

PAGE_SIZE = 15
COUNTED = 1000  # the footer's count is exact up to here

Parameters = Sequence[tuple[str, str]]


@dataclass(slots=True)
class Page:
    """A link to a page: kind is number, gap, previous or next."""

    label: str
    url: str
    kind: str = "number"
    current: bool = False
    disabled: bool = False


def last_page(total: int) -> int:
    return max(1, -(-min(total, COUNTED) // PAGE_SIZE))


def page_number(text: str, total: int) -> int:
    """Return the page that `text` asks for; what is no page is the first, what lies beyond is the last."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
    return max(1, min(number, last_page(total)))


def cursor(text: str) -> str:
    """Return the pre-entry number after which the page begins, or '' for a page by number."""
    return text if text.isascii() and text.isdecimal() and len(text) <= 18 else ""


def numbered_pages(parameters: Parameters, number: int, total: int, rows: Sequence[Document]) -> list[Page]:
    """Return the links of page `number`; from the last counted page a cursor leads on. `rows` is one more than a page."""
    last = last_page(total)
    shown = sorted({1, last, *range(max(1, number - 2), min(last, number + 2) + 1)})
    pages = [_link(parameters, _("Previous page"), "previous", disabled=number == 1, page=number - 1)]
    for before, n in zip([0, *shown], shown, strict=False):
        if n - before > 1:
            pages.append(Page("…", "", "gap"))
        pages.append(_link(parameters, str(n), "number", current=n == number, page=n))
    if number == last and total > COUNTED and len(rows) > PAGE_SIZE:
        return [*pages, _after(parameters, rows)]
    return [*pages, _link(parameters, _("Next page"), "next", disabled=number == last, page=number + 1)]


def cursor_pages(parameters: Parameters, rows: Sequence[Document]) -> list[Page]:
    """Return the links of a page beyond the counted ones: back to the first, and on where there is more."""
    first = _link(parameters, "1", "number", page=1)
    return [first, _after(parameters, rows)] if len(rows) > PAGE_SIZE else [first]


def _after(parameters: Parameters, rows: Sequence[Document]) -> Page:
    return _link(parameters, _("Next page"), "next", after=rows[PAGE_SIZE - 1].pre_entry_number)


def _link(
    parameters: Parameters, label: str, kind: str, *, current: bool = False, disabled: bool = False, **where: object
) -> Page:
    return Page(label, "?" + urlencode([*parameters, *where.items()]), kind, current, disabled)
