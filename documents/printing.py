"""What the portal prints: forms and payment notices as A4 pages (DOMAIN 6).

A print is described by plain values, `FormPrint` or `NoticePrint`, and made by `pdf`. It is in the language of the
user who asks for it, and it is never more than the enterprise's own: the foot says so, and no seal is ever drawn.
"""

import re
from collections.abc import Iterator
from ctypes import CDLL
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.template.loader import render_to_string
from django.utils import dateformat, timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.barcode import code128_path
from documents.capital import capital
from documents.kept_prints import kept

NOT_APPROVED = gettext_lazy("Not approved by customs")
COLUMNS = 3
# Stands for a character that the fonts do not have: it would vanish otherwise.
UNKNOWN = "〓"
# Beyond these a print takes seconds; lists go to Excel.
MOST_TEXTS, LONGEST_TEXT, MOST_CHARACTERS = 800, 4000, 30_000
# What a PDF needs of the machine, and the Debian package that has it. Without the last, a page takes ten seconds.
SHARED_LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
# Base 32 without the look-alikes 0 O 1 I.
CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

Text = str | Promise


class PrintTooLarge(ValueError):
    """There is more to print than a print may hold."""


@dataclass(frozen=True)
class PrintCell:
    """A label, which may have a line break of its own, and its value; `span` counts the grid's columns they take."""

    label: Text
    value: Text = ""
    span: int = 1

    @property
    def value_columns(self) -> int:
        """Return how many of the table's columns the value takes: label and value make one of the grid."""
        return 2 * self.span - 1


@dataclass(frozen=True)
class PrintGroup:
    """Rows of the grid under a caption. Raises ValueError for a row that is wider than the grid."""

    caption: Text
    rows: tuple[tuple[PrintCell, ...], ...]

    def __post_init__(self) -> None:
        if any(self._width(row) > COLUMNS for row in self.rows):
            raise ValueError(f"a row has more than {COLUMNS} columns")

    @staticmethod
    def _width(row: tuple[PrintCell, ...]) -> int:
        return sum(cell.span for cell in row)

    @property
    def filled_rows(self) -> list[tuple[tuple[PrintCell, ...], int]]:
        """Return each row with the number of the table's columns that it leaves empty at its end."""
        return [(row, 2 * (COLUMNS - self._width(row))) for row in self.rows]


@dataclass(frozen=True)
class FormPrint:
    """A form as it stands on the screen: three columns of labels and values.

    `watermark` is NOT_APPROVED as long as customs has not approved the document.
    """

    template: ClassVar[str] = "documents/print.html"

    title: Text
    number: str
    date_line: Text
    groups: tuple[PrintGroup, ...]
    watermark: Text = ""


@dataclass(frozen=True)
class Account:
    """Who pays or is paid, and where."""

    name: str
    bank: str
    account: str


@dataclass(frozen=True)
class NoticePrint:
    """海关保证金缴款通知书: what is to be paid, by whom, to whom and until when. `amount` is in yuan.

    `facts` say what it is paid for, two in a row.
    """

    template: ClassVar[str] = "documents/payment_notice.html"

    number: str
    issued: date
    facts: tuple[tuple[PrintCell, PrintCell], ...]
    guaranteed: str
    matter: Text
    payer: Account
    payee: Account
    amount: Decimal
    payment_mode: Text
    deadline: date | None
    watermark: Text = ""

    @property
    def title(self) -> str:
        return _("Payment Notice of Customs Guarantee")

    @property
    def figures(self) -> str:
        """Return the amount with at least two decimals: on a payment document nothing can be added behind them."""
        decimals = max(2, -int(self.amount.normalize().as_tuple().exponent))
        return f"¥{self.amount:,.{decimals}f}"

    @property
    def words(self) -> str:
        return capital(self.amount)

    @property
    def issued_date(self) -> str:
        return long_date(self.issued)

    @property
    def deadline_date(self) -> str:
        return long_date(self.deadline) if self.deadline else ""


Sheet = FormPrint | NoticePrint


def pdf(sheet: Sheet, *, made_by: str, made_at: datetime) -> bytes:
    """Return `sheet` as PDF.

    The same sheet printed again by the same person is the same file, with the time at which it was made first.
    Raises PrintTooLarge.
    """
    _limit(sheet)
    sheet, made_by = _shown(sheet), _shown(made_by)
    return kept(_edition() + html(sheet, made_by, made_at=""), lambda: _made(sheet, made_by, made_at))


def _made(sheet: Sheet, made_by: str, made_at: datetime) -> bytes:
    from documents.typesetting import typesetter  # heavy: only a process that prints loads it

    return typesetter().pdf(html(sheet, made_by, timezone.localtime(made_at).strftime("%Y-%m-%d %H:%M")))


def html(sheet: Sheet, made_by: str, made_at: str) -> str:
    """Return the page that is typeset."""
    page, between, pages = re.split(r"\{page\}|\{pages\}", _("Page {page} of {pages}"))
    context = {
        "sheet": sheet,
        "barcode": _barcode(sheet.number),
        "made_by": made_by,
        "made_at": made_at,
        "code": verification_code(f"{made_by} {made_at} {sheet!r}"),
        "page_before": page,
        "page_between": between,
        "page_after": pages,
    }
    return render_to_string(sheet.template, context)


def verification_code(content: str) -> str:
    """Return XXXX-XXXX-XXXX: 60 bits of an HMAC-SHA256 over what is printed, under the portal's secret key."""
    digest = salted_hmac("documents.printing", content, algorithm="sha256").digest()
    bits = int.from_bytes(digest[:8]) >> 4
    letters = "".join(CODE_LETTERS[bits >> shift & 31] for shift in range(55, -1, -5))
    return "-".join(re.findall("....", letters))


def long_date(day: date) -> str:
    """Return `day` as a document writes it: 2018 年 06 月 15 日, in English 2018-06-15."""
    return dateformat.format(day, _("Y-m-d"))


def _barcode(number: str) -> dict[str, Any] | None:
    """Return the bar code of a number, none for one that is not there yet or that no bar code can hold."""
    if not (number and number.isascii() and number.isprintable()):
        return None
    path, width = code128_path(number)
    return {"path": path, "width": width}


def _texts(part: Any) -> Iterator[str]:
    """Yield every text of a sheet."""
    if isinstance(part, (str, Promise)):
        yield str(part)
    elif isinstance(part, tuple):
        for item in part:
            yield from _texts(item)
    elif is_dataclass(part):
        for field in fields(part):
            yield from _texts(getattr(part, field.name))


def _limit(sheet: Sheet) -> None:
    """Raise PrintTooLarge for a sheet that would take seconds to make."""
    lengths = [len(text) for text in _texts(sheet)]
    if len(lengths) > MOST_TEXTS or max(lengths) > LONGEST_TEXT or sum(lengths) > MOST_CHARACTERS:
        raise PrintTooLarge(_("There is more text than a print can hold."))


def _shown(part: Any) -> Any:
    """Return a sheet, or any part of it, in plain texts that the fonts can show."""
    if isinstance(part, (str, Promise)):
        return _visible(str(part))
    if isinstance(part, tuple):
        return tuple(map(_shown, part))
    if is_dataclass(part) and not isinstance(part, type):
        return replace(part, **{field.name: _shown(getattr(part, field.name)) for field in fields(part)})
    return part


def _visible(text: str) -> str:
    """Replace what the fonts lack, control characters and direction marks among it."""
    known = characters()
    if known.issuperset(text):
        return text
    return "".join(character if character in known else UNKNOWN for character in text.replace("\r\n", "\n"))


@cache
def characters() -> frozenset[str]:
    """Return what a print can show: the characters of the fonts, and the line break."""
    return frozenset((Path(settings.PRINT_FONTS) / "characters.txt").read_text("utf-8")) | {"\n"}


@cache
def _edition() -> str:
    """Return what decides how a print looks besides its page, as a hash."""
    style = Path(settings.BASE_DIR) / "static" / "print" / "print.css"
    parts = style.read_bytes(), (Path(settings.PRINT_FONTS) / "stamp").read_bytes(), version("weasyprint").encode()
    return sha256(b"\0".join(parts)).hexdigest()


def check_printing(**_kwargs: object) -> list[CheckMessage]:
    """System check: the fonts are built and the libraries are there. Without a font the typesetter would crash."""
    problems: list[CheckMessage] = []
    if not (Path(settings.PRINT_FONTS) / "stamp").exists():
        hint = "Run: python -m deploy.fonts"
        problems.append(Error("The fonts of the prints are not built.", hint=hint, id="documents.E101"))
    if missing := [package for library, package in SHARED_LIBRARIES.items() if not _loads(library)]:
        hint = f"Run: apt-get install {' '.join(missing)}"
        problems.append(Error("A library that prints need is missing.", hint=hint, id="documents.E102"))
    return problems


def _loads(library: str) -> bool:
    try:
        CDLL(library)
    except OSError:
        return False
    return True
