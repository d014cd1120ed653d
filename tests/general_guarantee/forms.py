"""The forms of general guarantees as a browser sends them, and what their pages show."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.test import Client

from documents.kind import kind_of
from documents.models import Document, Event, Filing
from general_guarantee.models import GeneralGuarantee, GuaranteeChange

LIST = "/general-guarantee/"
NEW = "/general-guarantee/new/"
NEW_CHANGE = "/general-guarantee/changes/new/"
# What a change lets a clerk fill in, as the sample change of the tests does.
CHANGED = {"letter_number": "BH2026000002", "letter_valid_until": "20991231", "amount": "150000"}


def send_new(browser: Client, typed: dict[str, str], *, to: str = NEW, **more: str) -> HttpResponse:
    """Send the form of a new page, as opened anew unless `more` has its form_key."""
    sent = {"version": "1", "form_key": str(uuid4()), "move": "save", **typed, **more}
    answer: Any = browser.post(to, sent)
    return answer


def begin(browser: Client, typed: dict[str, str], **more: str) -> GeneralGuarantee:
    """Save a new general guarantee."""
    answer = send_new(browser, typed, **more)
    assert answer.status_code == 302, answer.status_code
    return GeneralGuarantee.objects.latest("pk")


def new_change(guarantee: GeneralGuarantee) -> str:
    return f"{NEW_CHANGE}?of={guarantee.guarantee_number}"


def stored() -> tuple[Any, ...]:
    """Return everything that beginning or saving may write."""
    rows = [list(model.objects.order_by("pk").values()) for model in (GeneralGuarantee, GuaranteeChange)]
    return *rows, Filing.objects.count(), Event.objects.count()


def dialog(page: str) -> str:
    """Return the text of the dialog that a page opens with."""
    found = re.search(r"<dialog[^>]* open[^>]*>.*?<h2[^>]*>(.*?)</h2>", page, re.DOTALL)
    return unescape(re.sub("<[^>]*>", "", found[1])).strip() if found else ""


@dataclass(frozen=True)
class Field:
    """One field of the grid as the page draws it."""

    name: str
    label: str
    star: bool
    grey: bool
    text: str


def grid_of(page: str) -> list[list[Field]]:
    """Return the grid of a page, row by row; a star that a choice hides does not count."""
    rows = page.split('<div class="grid-row">')[1:]
    return [[_field(cell) for cell in row.split('<div class="cell')[1:]] for row in rows]


def fields_of(page: str) -> dict[str, Field]:
    return {field.name: field for row in grid_of(page) for field in row}


def _field(cell: str) -> Field:
    label = re.search(r"<label[^>]*>(.*?)</label>", cell, re.DOTALL)
    name = re.search(r'data-cell="(\w+)"', cell)
    assert label
    assert name
    grey = 'class="box grey' in cell or " locked" in cell
    text = re.sub("<[^>]*>", "", label[1])
    return Field(name[1], text.lstrip("*"), text.startswith("*") and not grey, grey, _shown_in(cell, grey=grey))


def _shown_in(cell: str, *, grey: bool) -> str:
    """Return what stands in the field; of one that is open, what it sends."""
    value = re.search(r'value="([^"]*)"' if grey else r'value="([^"]*)"(?: selected| id=)', cell)
    return unescape(value[1]) if value else ""


def number_of(document: Document) -> str:
    return kind_of(document).number_of(document)
