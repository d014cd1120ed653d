"""The list of a kind: its columns, its search, its pages (DOMAIN 5, *Rules of every screen*)."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from documents.access import Actor, actor_for, unit_code, visible_to
from documents.display import EMPTY, Badge, days_left, guarantee_badge, label_of, plain, status_badge, value_text
from documents.kind import Kind
from documents.models import Document, Payment, PaymentNotice, Receipt
from documents.money import MoneyField
from documents.perform import refusal
from documents.search import SearchForm
from documents.status import DataStatus, GuaranteeStatus
from parties.access import acts_for
from parties.models import User

PAGE_SIZE = 15
COUNTED = 1000  # beyond this the footer says so and pages go by cursor


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


@dataclass(slots=True)
class Row:
    number: str
    url: str
    amount: str
    actions: dict[str, str]
    cells: list[ListCell]

    @property
    def actions_json(self) -> str:
        return json.dumps(self.actions, ensure_ascii=False)


@dataclass(slots=True)
class Page:
    label: str
    url: str
    kind: str = "number"
    current: bool = False
    disabled: bool = False


@dataclass
class Listing:
    """What the list page shows. `state` is no_unit, none or rows."""

    state: str
    columns: list[Heading]
    parameters: list[tuple[str, str]]
    clear_url: str
    conditions: int = 0
    rows: list[Row] = field(default_factory=list)
    first: int = 0
    last: int = 0
    total: int = 0
    many: bool = False
    pages: list[Page] = field(default_factory=list)


def listing(kind: Kind, user: User, search: SearchForm, query: QueryDict) -> Listing:
    """Return the page of `kind` that `query` asks for; without a unit nothing is searched."""
    base = Listing("no_unit", _headings(kind), _parameters(query), kind.list_url(), search.condition_count())
    if not search.is_valid():
        return base
    unit = search.cleaned_data["unit"]
    acts = acts_for(user, unit)
    found = search.apply(_of_unit(kind, user, unit, acts))
    base.total = found.order_by()[: COUNTED + 1].count()
    base.many = base.total > COUNTED
    documents = _slice(base, found, query)
    base.state = "rows" if documents else "none"
    base.rows = [_row(kind, document, actor_for(user, document, acts=acts)) for document in documents]
    return base


def _of_unit(kind: Kind, user: User, code: str, acts: bool) -> QuerySet[Document]:
    """Return the unit's documents that exist for `user`; one who acts for the unit sees all of them."""
    documents = kind.documents().filter(guaranteed_code=code)
    return documents if acts else visible_to(user, documents)


def _slice(page: Listing, found: QuerySet[Document], query: QueryDict) -> list[Document]:
    """Cut the page out of `found`: by number up to the first thousand rows, by a cursor beyond."""
    cursor = query.get("after", "")
    if cursor.isdecimal() and cursor.isascii():
        rows = list(_annotated(found.filter(pre_entry_number__lt=cursor))[: PAGE_SIZE + 1])
        _number_cursor_pages(page, rows, query)
    else:
        number = _page_number(query, page.total)
        start = (number - 1) * PAGE_SIZE
        rows = list(_annotated(found)[start : start + PAGE_SIZE + 1])
        page.first, page.last = start + 1, start + min(len(rows), PAGE_SIZE)
        _number_pages(page, number, rows, query)
    return rows[:PAGE_SIZE]


def _annotated(documents: QuerySet[Document]) -> QuerySet[Any]:
    """Add what a list shows of notices, payments and receipts, read for the rows of the page only."""
    filing = {"pre_entry_number": OuterRef("pre_entry_number"), "round": OuterRef("round")}
    return documents.annotate(
        notice_number=Subquery(PaymentNotice.objects.filter(**filing).values("number")[:1]),
        paid_receipt=Subquery(
            Payment.objects.filter(**filing, received=True).exclude(receipt_number="").values("receipt_number")[:1]
        ),
        has_receipt=Exists(Receipt.objects.filter(**filing)),
    )


def _page_number(query: QueryDict, total: int) -> int:
    text = query.get("page", "1")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
    return max(1, min(number, _last_page(total)))


def _last_page(total: int) -> int:
    return max(1, -(-min(total, COUNTED) // PAGE_SIZE))


def _number_pages(page: Listing, number: int, rows: Sequence[Document], query: QueryDict) -> None:
    last = _last_page(page.total)
    wanted = sorted({1, last, *range(max(1, number - 2), min(last, number + 2) + 1)})
    page.pages.append(_page_link(query, _("Previous page"), "previous", page=number - 1, disabled=number == 1))
    for before, n in zip([0, *wanted], wanted, strict=False):
        if n - before > 1:
            page.pages.append(Page("…", "", "gap"))
        page.pages.append(_page_link(query, str(n), "number", page=n, current=n == number))
    if number == last and page.many and len(rows) > PAGE_SIZE:
        page.pages.append(_page_link(query, _("Next page"), "next", after=rows[PAGE_SIZE - 1].pre_entry_number))
    else:
        page.pages.append(_page_link(query, _("Next page"), "next", page=number + 1, disabled=number == last))


def _number_cursor_pages(page: Listing, rows: Sequence[Document], query: QueryDict) -> None:
    page.pages.append(_page_link(query, "1", "number", page=1))
    if len(rows) > PAGE_SIZE:
        page.pages.append(_page_link(query, _("Next page"), "next", after=rows[PAGE_SIZE - 1].pre_entry_number))


def _page_link(
    query: QueryDict, label: str, kind: str, *, current: bool = False, disabled: bool = False, **where: object
) -> Page:
    return Page(label, "?" + urlencode([*_parameters(query), *where.items()]), kind, current, disabled)


def _parameters(query: QueryDict) -> list[tuple[str, str]]:
    return [(name, value) for name in SearchForm.base_fields if (value := query.get(name, ""))]


def _headings(kind: Kind) -> list[Heading]:
    return [
        Heading(
            column.name, _heading_label(kind, column), "right" if _is_money(kind, column) else "left", column.wide_only
        )
        for column in kind.columns
    ]


def _heading_label(kind: Kind, column: Column) -> str:
    return str(column.label) if column.label else label_of(kind.model(), column.name)


def _is_money(kind: Kind, column: Column) -> bool:
    return any(f.name == column.name and isinstance(f, MoneyField) for f in kind.model._meta.concrete_fields)


def _row(kind: Kind, document: Any, actor: Actor) -> Row:
    url = kind.url(document)
    cells = [_list_cell(kind, document, column, url) for column in kind.columns]
    return Row(
        kind.number_of(document), url, str(getattr(document, kind.amount)), _row_actions(kind, document, actor), cells
    )


def _row_actions(kind: Kind, document: Any, actor: Actor) -> dict[str, str]:
    """Return the toolbar's buttons for a row with the reason why one is grey ('' where it is not)."""
    return {
        "view": "",
        "confirm": refusal(document, kind.moves["save"], actor),
        "receipts": "" if document.has_receipt else _("Customs has not answered yet."),
        "payment-notice": "" if document.notice_number else _("There is no payment notice."),
    }


def _list_cell(kind: Kind, document: Any, column: Column, url: str) -> ListCell:
    drawn = _DRAWN.get(column.kind or column.name)
    if drawn:
        return drawn(document, column, url)
    if _is_money(kind, column):
        return ListCell("money", plain(getattr(document, column.name)))
    return ListCell("text", value_text(document, column.name))


def _link_cell(document: Any, column: Column, url: str) -> ListCell:
    return ListCell("link", getattr(document, column.name) or document.pre_entry_number, url)


def _deadline_cell(document: Any, column: Column, _url: str) -> ListCell:
    """Days left are shown only while something can still be done."""
    deadline = getattr(document, column.name)
    open_ = not document.cancelled_on and (
        document.data_status != DataStatus.APPROVED or document.guarantee_status == GuaranteeStatus.UNPAID
    )
    return ListCell("deadline", plain(deadline), small=days_left(deadline) if open_ else None)


def _status_cell(document: Any, _column: Column, _url: str) -> ListCell:
    return ListCell("status", "", badge=status_badge(document.data_status))


def _guarantee_cell(document: Any, _column: Column, _url: str) -> ListCell:
    badge = guarantee_badge(document.guarantee_status)
    return ListCell("guarantee", "" if badge else EMPTY, badge=badge)


def _has_notice_cell(document: Any, _column: Column, _url: str) -> ListCell:
    return ListCell("text", _("Yes") if document.notice_number else EMPTY)


def _notice_cell(document: Any, _column: Column, _url: str) -> ListCell:
    return ListCell("text", document.notice_number or EMPTY)


def _receipt_cell(document: Any, _column: Column, _url: str) -> ListCell:
    """A receipt number only when paid (DOMAIN 8)."""
    paid = document.guarantee_status not in (GuaranteeStatus.NONE, GuaranteeStatus.UNPAID)
    return ListCell("text", (paid and document.paid_receipt) or EMPTY)


_DRAWN: dict[str, Callable[[Any, Column, str], ListCell]] = {
    "link": _link_cell,
    "deadline": _deadline_cell,
    "data_status": _status_cell,
    "guarantee_status": _guarantee_cell,
    "has_notice": _has_notice_cell,
    "notice_number": _notice_cell,
    "receipt_number": _receipt_cell,
}


def units_to_search(kind: Kind, user: User, units: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the units of 可查询被担保单位: those the user acts for, and those whose documents name the user's unit."""
    own, found = unit_code(user), dict(units)
    if own:
        named = kind.documents().filter(named_agent_code=own) | kind.documents().filter(declarant_code=own)
        found |= {
            code: name
            for code, name in named.order_by().values_list("guaranteed_code", "guaranteed_name").distinct()
            if code not in found
        }
    return [
        (code, f"{code} {name}") for code, name in sorted(found.items(), key=lambda unit: (unit[0] != own, unit[0]))
    ]
