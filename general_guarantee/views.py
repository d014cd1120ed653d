"""The ledger of a general guarantee: every movement of a period, and the balance on any day."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from documents.access import actor_for
from documents.views.common import document_of
from general_guarantee.kind import GENERAL_GUARANTEE
from general_guarantee.statement import PeriodForm, statement


@require_safe
def ledger(request: HttpRequest, number: str) -> HttpResponse:
    """The ledger with the opening and the closing balance of the period that is asked for."""
    document: Any
    user, document = document_of(request, GENERAL_GUARANTEE, number)
    if actor_for(user, document).refusal:
        raise Http404  # it names what others have filed since
    form = PeriodForm(request.GET)
    context = {
        "title": _("Ledger %(number)s") % {"number": GENERAL_GUARANTEE.number_of(document)},
        "guarantee": document,
        "number": GENERAL_GUARANTEE.number_of(document),
        "form": form,
        "statement": statement(document, *form.period()),
        "back_url": GENERAL_GUARANTEE.url(document),
    }
    return render(request, "general_guarantee/ledger.html", context)
