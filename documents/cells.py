"""The cells of the form grid, ready for the one flat template `portal/grid.html`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.forms import BoundField
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from documents.capital import capital
from documents.display import EMPTY, Badge, coded_text, guarantee_badge, label_parts, status_badge
from documents.fields import AmountField
from documents.grid import Fill, Place
from documents.kind import Kind
from documents.models import Document
from documents.money import MoneyField

if TYPE_CHECKING:
    from documents.forms import DocumentForm


@dataclass(slots=True)
class Cell:
    """One field of the grid as it is drawn: open with its input, or grey with its text."""

    name: str
    id: str
    label_parts: list[str]
    kind: str = "text"
    star: bool = False
    grey: bool = True
    span: int = 1
    value: str = ""
    badge: Badge | None = None
    field: BoundField | None = None
    error_short: str = ""
    error_full: str = ""
    warning_short: str = ""
    warning_full: str = ""
    locked_reason: str | Promise = ""
    when_json: str = ""
    lookup_url: str = ""
    lookup_fills: str = ""
    capital: str = ""
    suffix: str = ""

    @property
    def label(self) -> str:
        return "".join(self.label_parts)


@dataclass(slots=True)
class CellGroup:
    caption: str | Promise
    rows: list[list[Cell]]


def cell_groups(kind: Kind, document: Document, form: "DocumentForm") -> list[CellGroup]:
    """Return the grid of `document`; a field that is not in the form is grey."""
    values = _values(document, form)
    return [
        CellGroup(group.caption, [[_cell(kind, document, place, form, values) for place in row] for row in group.rows])
        for group in kind.grid.groups
    ]


def _values(document: Document, form: "DocumentForm") -> Mapping[str, Any]:
    return document.values() | {name: form[name].value() for name in form.fields}


def _cell(kind: Kind, document: Document, place: Place, form: "DocumentForm", values: Mapping[str, Any]) -> Cell:
    cell = Cell(place.name, f"id_{place.name}", label_parts(document, place.name), span=3 if place.wide else 1)
    if place.name in form.fields:
        _open(cell, place, form, values)
    else:
        _lock(cell, kind, document, place, values)
    return cell


def _lock(cell: Cell, kind: Kind, document: Document, place: Place, values: Mapping[str, Any]) -> None:
    text = coded_text(document, place.name)
    cell.value = "" if text == EMPTY else text
    if place.name == "data_status" and document.pk is None:
        cell.value = ""  # it has no status before its first save
    elif place.name == "data_status":
        cell.kind, cell.badge = "status", status_badge(document.data_status)
    elif place.name == "guarantee_status":
        cell.kind, cell.badge = "guarantee", guarantee_badge(document.guarantee_status)
    elif isinstance(document._meta.get_field(place.name), MoneyField):
        cell.kind, cell.suffix = "money", _("CNY")
        cell.capital = _in_words(values[place.name]) if place.name == kind.amount else ""
    if place.when is not None and not place.is_open(values):
        cell.locked_reason = place.otherwise


def _open(cell: Cell, place: Place, form: "DocumentForm", values: Mapping[str, Any]) -> None:
    field = form[place.name]
    cell.grey, cell.field, cell.kind = False, field, _kind_of_field(field)
    cell.value = str(field.value() or "")
    # Drawn also while a choice locks the field: the style sheet hides it as long as that lasts.
    cell.star = place.fill is Fill.MUST
    if place.when is not None:
        cell.when_json, cell.locked_reason = place.when.as_json(), place.otherwise
        cell.grey = not place.is_open(values)
    if place.look_up is not None:
        cell.kind, cell.lookup_url = "code", reverse("look-up-unit")
        cell.lookup_fills = json.dumps(dict(place.look_up.fills))
    _judge(cell, form)
    if cell.kind == "money":
        cell.suffix = _("CNY")
        cell.capital = _in_words((form.cleaned_data if form.is_bound else form.initial).get(place.name))


def _in_words(amount: Decimal | None) -> str:
    return "" if amount is None else capital(amount)


def _kind_of_field(field: BoundField) -> str:
    if hasattr(field.field, "choices"):
        return "choice"
    if isinstance(field.field, AmountField):
        return "money"
    return "date" if "Date" in type(field.field).__name__ else "text"


def _judge(cell: Cell, form: "DocumentForm") -> None:
    """Put the first error, else what there is to look at, into the cell: a short word inside, the sentence below."""
    for error in form.errors.as_data().get(cell.name, []):
        cell.error_full = " ".join(map(str, error.messages))
        cell.error_short = _short(error.code or "")
        return
    warning = form.findings.warnings.get(cell.name) or form.findings.errors.get(cell.name)
    if warning:
        cell.warning_full, cell.warning_short = str(warning), _("Check")


def _short(code: str) -> str:
    """Return at most six characters that say what is wrong (LOOK 6)."""
    return {
        "required": _("Missing"),
        "unseen": _("Unseen sign"),
        "max_length": _("Too long"),
        "invalid_choice": _("Not in list"),
        "invalid_date": _("Bad date"),
        "account": _("Digits only"),
        "decimals": _("2 decimals"),
        "too_large": _("Too large"),
        "not_positive": _("Above 0"),
        "unit": _("Not yours"),
        "spaces": _("No spaces"),
        "phone": _("Bad number"),
        "enterprise_code": _("Bad code"),
    }.get(code, _("Wrong"))
