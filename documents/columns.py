"""The columns of a list, and how each draws its cells.

A page has some two hundred cells, so they are drawn here and not by the template, which would take longer than all the rest
of the request. What does not differ from row to row (heads, labels, badges, icons) is made once for each language.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from documents.display import EMPTY, Badge, days_left, guarantee_badge, label_of, plain, status_badge, value_text
from documents.kind import Kind
from documents.letters import ending
from documents.money import MoneyField
from documents.status import DataStatus, GuaranteeStatus


@dataclass(frozen=True)
class Column:
    """One column of a list; its label is the field's own unless it says another."""

    name: str
    label: str | Promise = ""
    kind: str = ""
    wide_only: bool = False


Draw = Callable[[Any, str], SafeString]


@dataclass(frozen=True)
class Table:
    """How a list is drawn in one language; a `draw` makes a table cell from a document and the document's URL."""

    classes: str
    heads: SafeString
    draw: tuple[Draw, ...]
    select: str

    def row(self, document: Any, number: str, url: str, actions: str) -> SafeString:
        """Return the row of `document`, of which `actions` says as JSON what the toolbar's buttons may do."""
        cells = "".join([draw(document, url) for draw in self.draw])
        return SafeString(
            f'<tr data-actions="{escape(actions)}"><td><label class="pick"><input type="checkbox" form="chosen"'
            f' name="selected" value="{escape(number)}" aria-label="{self.select} {escape(number)}"></label></td>{cells}</tr>\n'
        )


@cache
def fields_shown(kind: Kind) -> list[str]:
    """Return the fields that a row is made of: those of the columns, and those that say what may be done to the document."""
    columns = {column.name for column in kind.columns} | {kind.number, *_ASKED, *kind.asked_by_rows}
    return [field.name for field in kind.model._meta.concrete_fields if field.name in columns]


_ASKED = (
    "pre_entry_number",
    "round",
    "guaranteed_code",
    "named_agent_code",
    "data_status",
    "guarantee_status",
    "cancelled_on",
)


def table(kind: Kind) -> Table:
    """Return how the list of `kind` is drawn in the language of the request."""
    return _table(kind, get_language())


@cache
def _table(kind: Kind, _language: str | None) -> Table:
    return Table(
        " ".join(f"hide-{place}" for place, column in enumerate(kind.columns, 1) if column.wide_only),
        SafeString("".join([_head(kind, column) for column in kind.columns])),
        tuple(_drawer(kind, column) for column in kind.columns),
        escape(_("Select")),
    )


def _head(kind: Kind, column: Column) -> SafeString:
    """Return the head of a column; money stands at the right."""
    align = "right" if isinstance(_field(kind, column), MoneyField) else "left"
    return format_html('<th scope="col" class="{}">{}</th>', align, column.label or label_of(kind.model, column.name))


def _field(kind: Kind, column: Column) -> Any:
    return next((field for field in kind.model._meta.concrete_fields if field.name == column.name), None)


def _drawer(kind: Kind, column: Column) -> Draw:
    special = _SPECIAL.get(column.kind or column.name)
    if special:
        return special(column.name)
    field = _field(kind, column)
    if field.choices:
        cells = {value: _text_cell(str(label)) for value, label in field.choices} | {"": NOTHING}
        return lambda document, _url: cells[getattr(document, column.name)]
    if isinstance(field, MoneyField):
        return lambda document, _url: SafeString(f'<td class="money">{plain(getattr(document, column.name))}</td>')
    return lambda document, _url: _text_cell(plain(getattr(document, column.name)))


NOTHING = format_html('<td class="nothing">{}</td>', EMPTY)


def _text_cell(text: str) -> SafeString:
    return NOTHING if text == EMPTY else SafeString(f"<td>{escape(text)}</td>")


@cache
def _icon(name: str) -> SafeString:
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("icons.svg"), name)


def _badge_cell(kind: str, badge: Badge | None) -> SafeString:
    if badge is None:
        return NOTHING
    return format_html('<td><span class="{} {}">{}{}</span></td>', kind, badge.colour, _icon(badge.icon), badge.label)


def _link(name: str) -> Draw:
    def draw(document: Any, url: str) -> SafeString:
        number = getattr(document, name) or document.pre_entry_number
        return SafeString(f'<th scope="row"><a href="{escape(url)}">{escape(number)}</a></th>')

    return draw


def _deadline(name: str) -> Draw:
    def draw(document: Any, _url: str) -> SafeString:
        """Days left are shown only while something can still be done (LOOK 8)."""
        deadline = getattr(document, name)
        waits = document.data_status != DataStatus.APPROVED or document.guarantee_status == GuaranteeStatus.UNPAID
        left = days_left(deadline) if waits and not document.cancelled_on else None
        return SafeString(f'<td class="deadline">{plain(deadline)}{_days_left(left) if left else ""}</td>')

    return draw


@cache
def _days_left(left: Badge) -> SafeString:
    icon = _icon(left.icon) if left.icon else ""
    return format_html('<span class="left-days {}">{}{}</span>', left.colour, icon, left.label)


def _data_status(name: str) -> Draw:
    cells = {status.value: _badge_cell("badge", status_badge(status)) for status in DataStatus}
    return lambda document, _url: cells[getattr(document, name)]


def _guarantee_status(_name: str) -> Draw:
    cells = {status.value: _badge_cell("money-state", guarantee_badge(status)) for status in GuaranteeStatus}
    return lambda document, _url: cells[document.guarantee_status]


def _letter(name: str) -> Draw:
    def draw(document: Any, _url: str) -> SafeString:
        """A letter that ends soon says so."""
        badge = ending(document)
        label = escape(value_text(document, name))
        return SafeString(f"<td>{label}{_days_left(badge) if badge else ''}</td>")

    return draw


def _round(name: str) -> Draw:
    def draw(document: Any, _url: str) -> SafeString:
        """There is nothing to count before customs has approved the set-up (DOMAIN 8)."""
        approved = document.data_status == DataStatus.APPROVED
        return _text_cell(str(getattr(document, name)) if approved else EMPTY)

    return draw


def _has_notice(_name: str) -> Draw:
    yes = _text_cell(_("Yes"))
    return lambda document, _url: yes if document.notice_number else NOTHING


def _notice_number(_name: str) -> Draw:
    return lambda document, _url: _text_cell(document.notice_number or EMPTY)


def _receipt_number(_name: str) -> Draw:
    def draw(document: Any, _url: str) -> SafeString:
        """A receipt number only when paid (DOMAIN 8)."""
        paid = document.guarantee_status not in (GuaranteeStatus.NONE, GuaranteeStatus.UNPAID)
        return _text_cell((paid and document.paid_receipt) or EMPTY)

    return draw


_SPECIAL: dict[str, Callable[[str], Draw]] = {
    "link": _link,
    "deadline": _deadline,
    "data_status": _data_status,
    "letter": _letter,
    "round": _round,
    "guarantee_status": _guarantee_status,
    "has_notice": _has_notice,
    "notice_number": _notice_number,
    "receipt_number": _receipt_number,
}
