"""The one page of a document: to read, to fill in, to save and to start declaring."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseNotModified, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from documents import access, declaring, signing
from documents.forms import DocumentForm, log_forged_fields
from documents.kind import Kind
from documents.models import Document, Event
from documents.perform import Refused, Stale, refusal
from documents.sheet import Comparison, conflict_of, live_mark, sheet_of
from documents.views.common import Answer, document_of
from parties.models import User
from parties.sessions import interrupted_form


@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest, kind: Kind, number: str) -> Answer:
    """The one page of a document: to read, to fill in, to save and to start declaring."""
    user, document = document_of(request, kind, number)
    if request.method == "POST":
        return _act(request, kind, user, document)
    mark = live_mark(document)
    if "X-Live" in request.headers and request.headers.get("If-None-Match") == mark:
        return HttpResponseNotModified()
    editing = "view" not in request.GET and not refusal(document, kind.moves["save"], access.actor_for(user, document))
    interrupted = interrupted_form(request)
    if interrupted is not None:
        return _give_back(request, kind, user, document, interrupted)
    answer = _render_sheet(request, kind, user, document, DocumentForm(kind, document, locked=not editing))
    answer.headers["ETag"] = mark
    return answer


def _give_back(request: HttpRequest, kind: Kind, user: User, document: Document, typed: QueryDict) -> Answer:
    """Show again what was sent when the session had just ended; nothing of it is saved yet."""
    messages.warning(request, _("The session had ended. What you typed is here again; it is not saved yet."))
    form = DocumentForm(kind, document, typed)
    if typed.get("version") != str(document.version):
        return _answer_conflict(request, kind, user, document, form)
    form.is_valid()
    return _render_sheet(request, kind, user, document, form)


def _render_sheet(
    request: HttpRequest,
    kind: Kind,
    user: User,
    document: Document,
    form: DocumentForm,
    *,
    status: int = 200,
    versions: Comparison | None = None,
) -> Answer:
    page = sheet_of(kind, document, access.actor_for(user, document), form, versions)
    context = {"kind": kind, "title": page.title, "sheet": page, "form": form, "document": document}
    return render(request, "documents/sheet.html", context, status=status)


def _act(request: HttpRequest, kind: Kind, user: User, document: Document) -> Answer:
    """Save, or save and go on to the check page. Whatever goes wrong gives the form back as it was typed."""
    declaring_now, actor = request.POST.get("move") == "declare", access.actor_for(user, document)
    locked = refusal(document, kind.moves["save"], actor)
    is_current = request.POST.get("version") == str(document.version)
    log_forged_fields(kind, document, user, request.POST, locked=bool(locked) and is_current)
    form = DocumentForm(kind, document, request.POST, strict=declaring_now)
    reason = refusal(document, kind.moves["declare"], actor) if declaring_now else locked
    if reason:
        return _refuse(request, kind, user, document, reason, form)
    if locked:  # who may only declare signs what a colleague has entered
        return _start_declaring(request, kind, user, document)
    if not is_current:
        return _answer_conflict(request, kind, user, document, form)
    if not form.is_valid():
        return _render_sheet(request, kind, user, document, form, status=422)
    try:
        declaring.save(kind, document, user, form)
    except Stale:
        user, document = document_of(request, kind, kind.number_of(document))
        return _answer_conflict(request, kind, user, document, DocumentForm(kind, document, request.POST))
    if declaring_now:
        return _start_declaring(request, kind, user, document)
    messages.success(request, _("Draft saved"), extra_tags="dialog")
    return redirect(kind.url(document))


def _start_declaring(request: HttpRequest, kind: Kind, user: User, document: Document) -> Answer:
    """Freeze what is stored, and lead to the check page."""
    try:
        signing.freeze(document, kind, user)
    except Refused as refused:
        return _refuse(request, kind, user, document, str(refused))
    return redirect(kind.url(document, "declare"))


def _answer_conflict(request: HttpRequest, kind: Kind, user: User, document: Document, form: DocumentForm) -> Answer:
    reason = refusal(document, kind.moves["save"], access.actor_for(user, document))
    if reason:
        return _refuse(request, kind, user, document, reason, form)
    form.is_valid()
    versions = conflict_of(document, form, list(Event.of(document)))
    return _render_sheet(request, kind, user, document, form, status=409, versions=versions)


def _refuse(
    request: HttpRequest, kind: Kind, user: User, document: Document, reason: str, typed: DocumentForm | None = None
) -> Answer:
    """Show the document as it is now, with the reason; what was typed stands beside it, where it can still be read."""
    messages.error(request, reason)
    document = access.get_document(user, kind, kind.number_of(document))
    locked = DocumentForm(kind, document, locked=True)
    versions = conflict_of(document, typed, list(Event.of(document))) if typed else None
    versions = versions if versions and versions.rows else None
    return _render_sheet(request, kind, user, document, locked, status=409, versions=versions)
