"""The columns of a list, and how each draws its cells.

What does not differ from row to row (labels, choices, whether a field holds money) is looked up once a page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from documents.display import EMPTY, Badge, days_left, guarantee_badge, label_of, plain, status_badge
from documents.kind import Kind
from documents.money import MoneyField
from documents.status import DataStatus, GuaranteeStatus


@dataclass(frozen=True)
class Column:
    """One column of a list; its label is the field's own unless it says another."""

    name: str
    label: str | Promise = ""
    kind: str = ""
    wide_only: bool = False


@dataclass(slots=True)
class Heading:
    name: str
    label: str
    align: str
    wide_only: bool


@dataclass(slots=True)
class ListCell:
    kind: str
    text: str
    url: str = ""
    badge: Badge | None = None
    small: Badge | None = None


Draw = Callable[[Any, str], ListCell]


def headings(kind: Kind) -> list[Heading]:
    """Return the heads of the columns; money stands at the right."""
    return [
        Heading(
            column.name,
            str(column.label or label_of(kind.model, column.name)),
            "right" if isinstance(_field(kind, column), MoneyField) else "left",
            column.wide_only,
        )
        for column in kind.columns
    ]


def drawers(kind: Kind) -> list[Draw]:
    """Return for each column what draws its cell from a document and the document's URL."""
    return [_drawer(kind, column) for column in kind.columns]


def _field(kind: Kind, column: Column) -> Any:
    return next((field for field in kind.model._meta.concrete_fields if field.name == column.name), None)


def _drawer(kind: Kind, column: Column) -> Draw:
    special = _SPECIAL.get(column.kind or column.name)
    if special:
        return special(column.name)
    field = _field(kind, column)
    if field.choices:
        labels = {value: str(label) for value, label in field.choices} | {"": EMPTY}
        return lambda document, _url: ListCell("text", labels[getattr(document, column.name)])
    cell_kind = "money" if isinstance(field, MoneyField) else "text"
    return lambda document, _url: ListCell(cell_kind, plain(getattr(document, column.name)))


def _link(name: str) -> Draw:
    return lambda document, url: ListCell("link", getattr(document, name) or document.pre_entry_number, url)


def _deadline(name: str) -> Draw:
    def draw(document: Any, _url: str) -> ListCell:
        """Days left are shown only while something can still be done (LOOK 8)."""
        deadline = getattr(document, name)
        waits = document.data_status != DataStatus.APPROVED or document.guarantee_status == GuaranteeStatus.UNPAID
        small = days_left(deadline) if waits and not document.cancelled_on else None
        return ListCell("deadline", plain(deadline), small=small)

    return draw


def _data_status(_name: str) -> Draw:
    badges = {status.value: status_badge(status) for status in DataStatus}
    return lambda document, _url: ListCell("status", "", badge=badges[document.data_status])


def _guarantee_status(_name: str) -> Draw:
    badges = {status.value: guarantee_badge(status) for status in GuaranteeStatus}

    def draw(document: Any, _url: str) -> ListCell:
        badge = badges[document.guarantee_status]
        return ListCell("guarantee", "" if badge else EMPTY, badge=badge)

    return draw


def _has_notice(_name: str) -> Draw:
    yes = _("Yes")
    return lambda document, _url: ListCell("text", yes if document.notice_number else EMPTY)


def _notice_number(_name: str) -> Draw:
    return lambda document, _url: ListCell("text", document.notice_number or EMPTY)


def _receipt_number(_name: str) -> Draw:
    def draw(document: Any, _url: str) -> ListCell:
        """A receipt number only when paid (DOMAIN 8)."""
        paid = document.guarantee_status not in (GuaranteeStatus.NONE, GuaranteeStatus.UNPAID)
        return ListCell("text", (paid and document.paid_receipt) or EMPTY)

    return draw


_SPECIAL: dict[str, Callable[[str], Draw]] = {
    "link": _link,
    "deadline": _deadline,
    "data_status": _data_status,
    "guarantee_status": _guarantee_status,
    "has_notice": _has_notice,
    "notice_number": _notice_number,
    "receipt_number": _receipt_number,
}
