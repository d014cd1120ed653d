"""The URLs of a document kind: the same pattern for all of them."""

from functools import partial
from typing import Any

from django.urls import URLPattern, path, register_converter

from documents import views
from documents.kind import Kind
from parties.sessions import gives_back


class NumberConverter:
    """The number of a document: capital letters and digits, and the round of a change."""

    regex = "[0-9A-Z]{6,20}(-[0-9]{1,4})?"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(NumberConverter, "number")


def urls_of(kind: Kind) -> list[URLPattern]:
    """Return the list of `kind`, the page on which a clerk begins one where one may, and the pages of each document."""

    def page(view: Any) -> Any:
        return partial(view, kind=kind)

    begun = [path("new/", gives_back(page(views.new)), name="new")] if kind.start else []
    listed = [path("", page(views.list_), name="list")] if kind.columns else []
    notice = path("<number:number>/payment-notice/", page(views.payment_notice), name="payment-notice")
    paid = [notice] if kind.is_paid else []
    return [
        *listed,
        *begun,
        path("<number:number>/", gives_back(page(views.sheet)), name="sheet"),
        path("<number:number>/declare/", page(views.declare), name="declare"),
        path("<number:number>/print/", page(views.print_), name="print"),
        path("<number:number>/receipts/", page(views.receipts), name="receipts"),
        *paid,
    ]
