"""The list of a kind, and the look-up of a unit."""

from typing import Any

from django.contrib import messages
from django.http import (
    HttpRequest,
    JsonResponse,
)
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from documents import access
from documents.kind import Kind, kind_of
from documents.listing import listing, units_to_search
from documents.models import Document
from documents.offers import Offer, offers_on
from documents.search import SearchForm
from documents.sheet import Button
from documents.unit_lookup import facts_of_unit
from documents.views.common import Answer, remember_unit
from parties.models import User


@require_safe
def list_(request: HttpRequest, kind: Kind) -> Answer:
    """The list; with `open` it leads to what the toolbar's button asks for, so that it works without JavaScript."""
    user: Any = request.user
    if "open" in request.GET:
        return _open_selected(request, kind, user)
    units = units_to_search(kind, user)
    search = SearchForm(kind, units.choices(access.unit_code(user)), request.GET)
    page = listing(kind, user, units, search, request.GET)
    remember_unit(request, page.unit)
    context = {"kind": kind, "title": kind.list_label, "search": search, "listing": page, "toolbar": _toolbar(kind)}
    return render(request, "documents/list.html", context)


def _toolbar(kind: Kind) -> list[Button]:
    return [
        Button("view", _("View / print"), "print"),
        Button("confirm", kind.edit_label, "pencil"),
        *(
            Button(offer.name, offer.label, offer.icon, confirm=offer.confirm)
            for offer in offers_on(kind.name)
            if offer.on_list
        ),
        Button("receipts", _("View receipts"), "tray"),
        Button("payment-notice", _("Print payment notice"), "yen"),
    ]


def _open_selected(request: HttpRequest, kind: Kind, user: User) -> Answer:
    chosen = request.GET.getlist("selected")
    if len(chosen) != 1:
        messages.warning(request, _("Please select one row."))
        query = request.GET.copy()
        for name in ("open", "selected"):
            query.pop(name, None)
        return redirect(f"{kind.list_url()}?{query.urlencode()}")
    document, button = access.get_document(user, kind, chosen[0]), request.GET["open"]
    offer = next((offer for offer in offers_on(kind.name) if offer.name == button), None)
    if offer:
        return _take_offer(request, kind, user, document, offer)
    if button == "payment-notice":
        return redirect(kind.url(document, "payment-notice"))
    at_work = kind.open_filings(user, [document]).get(document.pre_entry_number, document)
    url = kind_of(at_work).url(at_work, "receipts" if button == "receipts" else "sheet")
    return redirect(url + "?view=1" if button == "view" else url)


def _take_offer(request: HttpRequest, kind: Kind, user: User, document: Document, offer: Offer) -> Answer:
    reason = offer.refusal(document, access.actor_for(user, document))
    if reason:
        messages.warning(request, reason)
        return redirect(kind.url(document))
    return redirect(offer.url(document))


@require_safe
def look_up_unit(request: HttpRequest) -> JsonResponse:
    """取新: what is known of the unit with the code that was typed."""
    return JsonResponse(facts_of_unit(request.GET.get("code", "")))
