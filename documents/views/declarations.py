"""The check page, and the signature."""

import logging

from django.contrib import messages
from django.http import (
    HttpRequest,
)
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from customs.signature import SignatureWrong
from documents import check, declaring, signing
from documents.kind import Kind
from documents.models import Document
from documents.perform import Refused, Stale
from documents.views.common import Answer, document_of
from parties.ekeys import CardRefused
from parties.models import User

security = logging.getLogger("security")


@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest, kind: Kind, number: str) -> Answer:
    """The check page: every value, the legal statement, and the signature of the card."""
    user, document = document_of(request, kind, number)
    if request.method == "POST" and "signature" not in request.POST:
        return _freeze_again(request, kind, user, document)
    if request.method == "POST":
        return _take_signature(request, kind, user, document)
    return _render_check(request, kind, user, document)


def _render_check(
    request: HttpRequest, kind: Kind, user: User, document: Document, *, problem: str = "", status: int = 200
) -> Answer:
    page = check.check_of(kind, document, user, problem)
    return render(request, "documents/check.html", {"kind": kind, "title": page.title, "check": page}, status=status)


def _freeze_again(request: HttpRequest, kind: Kind, user: User, document: Document) -> Answer:
    try:
        signing.freeze(document, kind, user)
    except Refused as refused:
        return _render_check(request, kind, user, document, problem=str(refused), status=409)
    return redirect(kind.url(document, "declare"))


def _take_signature(request: HttpRequest, kind: Kind, user: User, document: Document) -> Answer:
    try:
        declaring.declare(kind, document, user, request.POST)
    except declaring.AlreadyDeclared:
        return redirect(kind.url(document))
    except (CardRefused, SignatureWrong, Refused) as problem:
        security.warning("a signature of %s for %s was refused: %s", user, document, problem.__cause__ or problem)
        return _render_check(request, kind, user, document, problem=str(problem), status=422)
    except Stale:
        problem_text = _("The document has changed since it was checked. Please check it again and sign.")
        user, document = document_of(request, kind, number=kind.number_of(document))
        return _render_check(request, kind, user, document, problem=problem_text, status=409)
    messages.success(request, _("Declared successfully"), extra_tags="dialog")
    return redirect(kind.url(document))
