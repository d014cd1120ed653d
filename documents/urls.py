"""The URLs of a document kind: the same pattern for all of them."""

from functools import partial
from typing import Any

from django.urls import URLPattern, path, register_converter

from documents import views
from documents.kind import Kind
from parties.sessions import gives_back


class NumberConverter:
    """The number of a document: capital letters and digits."""

    regex = "[0-9A-Z]{6,20}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(NumberConverter, "number")


def urls_of(kind: Kind) -> list[URLPattern]:
    """Return list, sheet, declare, print, receipts and payment notice of `kind`."""

    def page(view: Any) -> Any:
        return partial(view, kind=kind)

    return [
        path("", page(views.list_), name="list"),
        path("<number:number>/", gives_back(page(views.sheet)), name="sheet"),
        path("<number:number>/declare/", page(views.declare), name="declare"),
        path("<number:number>/print/", page(views.print_), name="print"),
        path("<number:number>/receipts/", page(views.receipts), name="receipts"),
        path("<number:number>/payment-notice/", page(views.payment_notice), name="payment-notice"),
    ]
