"""The list of a kind: what is found for a unit, page by page (DOMAIN 5, *Rules of every screen*)."""

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.http import QueryDict
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from documents.access import Actor, actor_for, unit_code, visible_to
from documents.columns import Table, fields_shown, table
from documents.kind import Kind, kind_of
from documents.models import Document, Payment, PaymentNotice, Receipt
from documents.offers import Offer, offers_on
from documents.paging import COUNTED, PAGE_SIZE, Page, cursor, cursor_pages, numbered_pages, page_number
from documents.perform import refusal
from documents.prepared import Parameter, Prepared
from documents.search import SearchForm
from parties.access import units_for_which_acts
from parties.models import User

_JSON = json.JSONEncoder(ensure_ascii=False)


@dataclass
class Listing:
    """What the list page shows. `state` is no_unit, wrong (conditions), none or rows."""

    state: str
    table: Table
    parameters: list[tuple[str, str]]
    clear_url: str
    conditions: int = 0
    unit: str = ""
    rows: list[SafeString] = field(default_factory=list)
    first: int = 0
    last: int = 0
    total: int = 0
    many: bool = False
    pages: list[Page] = field(default_factory=list)


@dataclass(frozen=True)
class Units:
    """可查询被担保单位 by code: those the user acts for, and others that have documents which name the user's unit."""

    acted_for: dict[str, str]
    others: dict[str, str]

    def choices(self, first: str) -> list[tuple[str, str]]:
        """Return the choices of the search, `first` before all others."""
        units = self.acted_for | self.others
        return [(code, f"{code} {units[code]}") for code in sorted(units, key=lambda code: (code != first, code))]


def units_to_search(kind: Kind, user: User) -> Units:
    own = unit_code(user)
    acted_for = dict(_acted_for().rows(unit=user.unit_id, day=timezone.localdate()))
    if not own:
        return Units(acted_for, {})
    others = _concerned(kind.model).rows(own=own)
    return Units(acted_for, {code: name for code, name in others if code not in acted_for})


@cache
def _acted_for() -> Prepared:
    return Prepared(units_for_which_acts(Parameter("unit"), Parameter("day")).values_list("code", "name"))


@cache
def _concerned(model: type[Document]) -> Prepared:
    """The units with documents that name the unit `own` as agent, or that it declared for them."""
    own = Parameter("own")
    # Spelt as the partial indexes are, so that they serve: who only declares for itself has nothing to read here.
    named = Q(named_agent_code=own) & ~Q(named_agent_code="")
    declared = Q(declarant_code=own) & ~Q(declarant_code=F("guaranteed_code"))
    found = model._default_manager.filter(named | declared).order_by().values_list("guaranteed_code", "guaranteed_name")
    return Prepared(found.distinct())


def listing(kind: Kind, user: User, units: Units, search: SearchForm, query: QueryDict) -> Listing:
    """Return the page of `kind` that `query` asks for; without a unit nothing is searched."""
    base = Listing("no_unit", table(kind), search.parameters(), kind.list_url(), search.condition_count())
    if not search.is_valid():
        base.state = "wrong" if search.is_bound and "unit" not in search.errors else "no_unit"
        return base
    base.unit = unit = search.cleaned_data["unit"]
    acts = unit in units.acted_for
    found = search.apply(_of_unit(kind, user, unit, acts)).only(*fields_shown(kind))
    base.total = found.order_by()[: COUNTED + 1].count()
    base.many = base.total > COUNTED
    documents = _cut(base, found, query)
    base.state = "rows" if documents else "none"
    base.rows = _rows(kind, user, documents, acts)
    return base


def _of_unit(kind: Kind, user: User, code: str, acts: bool) -> QuerySet[Document]:
    """Return the unit's documents that exist for `user`; one who acts for the unit sees all of them."""
    documents = kind.documents().filter(guaranteed_code=code)
    return documents if acts else visible_to(user, documents)


def _cut(page: Listing, found: QuerySet[Document], query: QueryDict) -> list[Document]:
    """Cut the page out of `found`, and number the pages around it."""
    after = cursor(query.get("after", ""))
    if after:
        rows = list(annotated(found.filter(pre_entry_number__lt=after))[: PAGE_SIZE + 1])
        page.pages = cursor_pages(page.parameters, rows)
        return rows[:PAGE_SIZE]
    number = page_number(query.get("page", "1"), page.total)
    start = (number - 1) * PAGE_SIZE
    rows = list(annotated(found)[start : start + PAGE_SIZE + 1])
    page.first, page.last = start + 1, start + min(len(rows), PAGE_SIZE)
    page.pages = numbered_pages(page.parameters, number, page.total, rows)
    return rows[:PAGE_SIZE]


@cache
def _shown_besides(model: type[Document]) -> dict[str, RawSQL]:
    """What a list shows of notices, payments and receipts, read for the rows of the page only.

    The subqueries are compiled once: for each page that takes Django longer than the rest of the query.
    """
    filing = {"pre_entry_number": OuterRef("pre_entry_number"), "round": OuterRef("round")}
    arrived = Payment.objects.filter(**filing, received=True).exclude(receipt_number="")
    query = model._default_manager.annotate(
        notice_number=Subquery(PaymentNotice.objects.filter(**filing).values("number")[:1]),
        paid_receipt=Subquery(arrived.values("receipt_number")[:1]),
        has_receipt=Exists(Receipt.objects.filter(**filing)),
    ).query
    compiler, compiled = query.get_compiler(DEFAULT_DB_ALIAS), {}
    for name, shown in query.annotations.items():
        sql, values = compiler.compile(shown)
        compiled[name] = RawSQL(sql, values, shown.output_field)
    return compiled


def annotated(documents: QuerySet[Document]) -> QuerySet[Any]:
    return documents.annotate(**_shown_besides(documents.model))


def _rows(kind: Kind, user: User, documents: list[Document], acts: bool) -> list[SafeString]:
    draw, url, at_work = table(kind).row, kind.urls(), kind.open_filings(user, documents)
    offers = [offer for offer in offers_on(kind.name) if offer.on_list]

    def row(document: Any) -> SafeString:
        actor, open_filing = actor_for(user, document, acts=acts), at_work.get(document.pre_entry_number)
        actions = _actions(document, open_filing or document, actor, offers)
        leads_to = kind_of(open_filing).url(open_filing) if open_filing else url(document)
        return draw(document, kind.number_of(document), leads_to, _JSON.encode(actions))

    return [row(document) for document in documents]


def _actions(document: Any, at_work: Any, actor: Actor, offers: list[Offer]) -> dict[str, str]:
    """Return the toolbar's buttons for a row with the reason why one is grey ('' where it is not).

    What concerns the filing is asked of the one at work, which is the document itself unless a change of it is open.
    """
    return {
        "view": "",
        "confirm": refusal(at_work, kind_of(at_work).moves["save"], actor),
        **{offer.name: offer.refusal(document, actor) for offer in offers},
        "receipts": "" if at_work.has_receipt else _("Customs has not answered yet."),
        "payment-notice": "" if document.notice_number else _("There is no payment notice."),
    }
