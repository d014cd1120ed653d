"""The one page of a document: to begin, to read, to fill in, to save, to delete and to start declaring."""

from typing import Any
from uuid import uuid4

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
from documents.sheet import CONFIRM_DELETE, Comparison, conflict_of, live_mark, sheet_of
from documents.views.common import Answer, document_of, with_chosen_unit
from parties.models import User
from parties.sessions import interrupted_form


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, kind: Kind) -> Answer:
    """The page on which a clerk begins a document; it exists from its first save on."""
    user: Any = request.user
    assert kind.start is not None, "only such a kind has this page"
    begun = declaring.begun_with(kind, user, request.POST)
    if begun is not None:
        return _sent_again(request, kind, user, begun)
    try:
        document = kind.start(user, with_chosen_unit(request))
        for name, value in signing.entry_fields(user).items():
            setattr(document, name, value)
    except Refused as refused:
        return _not_begun(request, kind, user, refused)
    if request.method == "POST":
        return _act(request, kind, user, document)
    interrupted = interrupted_form(request)
    if interrupted is not None:
        return _give_back(request, kind, user, document, interrupted)
    locked = bool(refusal(document, kind.moves["save"], access.actor_for(user, document)))
    return _render_sheet(request, kind, user, document, DocumentForm(kind, document, user=user, locked=locked))


def _sent_again(request: HttpRequest, kind: Kind, user: User, begun: Document) -> Answer:
    """Go on with what this form has begun already: sent twice, or gone back to and sent with other values."""
    form = DocumentForm(kind, begun, request.POST, user=user)
    if not form.is_valid() or form.written():
        return _answer_conflict(request, kind, user, begun, form)
    declares = request.POST.get("move") == "declare" and signing.open_request(begun, user)
    return redirect(kind.url(begun, "declare") if declares else kind.url(begun))


def _not_begun(request: HttpRequest, kind: Kind, user: User, refused: Refused) -> Answer:
    """Lead to what stands in the way; what was typed here stands beside it."""
    typed = request.POST if request.method == "POST" else interrupted_form(request)
    document = refused.instead
    if document is not None and typed is not None:
        return _answer_conflict(request, kind, user, document, DocumentForm(kind, document, typed, user=user))
    messages.error(request, str(refused))
    return redirect(kind.url(document) if document else kind.list_url())


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
    answer = _render_sheet(request, kind, user, document, DocumentForm(kind, document, user=user, locked=not editing))
    answer.headers["ETag"] = mark
    return answer


def _give_back(request: HttpRequest, kind: Kind, user: User, document: Document, typed: QueryDict) -> Answer:
    """Show again what was sent when the session had just ended; nothing of it is saved yet."""
    messages.warning(request, _("The session had ended. What you typed is here again; it is not saved yet."))
    form = DocumentForm(kind, document, typed, user=user)
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
    key = declaring.form_key(form.data) or uuid4()
    context = {"kind": kind, "title": page.title, "sheet": page, "form": form, "document": document, "form_key": key}
    return render(request, "documents/sheet.html", context, status=status)


def _act(request: HttpRequest, kind: Kind, user: User, document: Document) -> Answer:
    """Save, or save and go on to the check page, or delete. Whatever goes wrong gives the form back as it was typed."""
    if request.POST.get("move") == "delete" and "delete" in kind.moves:
        return _delete(request, kind, user, document)
    declaring_now, actor = request.POST.get("move") == "declare", access.actor_for(user, document)
    locked = refusal(document, kind.moves["save"], actor)
    is_current = document.pk is None or request.POST.get("version") == str(document.version)
    log_forged_fields(kind, document, user, request.POST, locked=bool(locked) and is_current)
    form = DocumentForm(kind, document, request.POST, user=user, strict=declaring_now)
    reason = refusal(document, kind.moves["declare"], actor) if declaring_now else locked
    reason = reason or (locked if document.pk is None else "")  # what is not stored can be declared only by saving it
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
    except Refused as refused:
        return _refuse(request, kind, user, document, str(refused), form)
    except Stale:
        if document.pk is None:
            return _begun_meanwhile(request, kind, user, document, form)
        user, document = document_of(request, kind, kind.number_of(document))
        return _answer_conflict(request, kind, user, document, DocumentForm(kind, document, request.POST, user=user))
    if declaring_now:
        return _start_declaring(request, kind, user, document)
    messages.success(request, _("Draft saved"), extra_tags="dialog")
    return redirect(kind.url(document))


def _begun_meanwhile(request: HttpRequest, kind: Kind, user: User, document: Document, form: DocumentForm) -> Answer:
    """Lead to what the same form has begun, else to what somebody else has, with what was typed here beside it."""
    begun = declaring.begun_with(kind, user, request.POST)
    if begun is not None:
        return _sent_again(request, kind, user, begun)
    assert kind.start is not None, "only such a kind has this page"
    try:
        kind.start(user, request.GET)
    except Refused as refused:
        return _not_begun(request, kind, user, refused)
    messages.error(request, _("A colleague has just begun the same."))
    return _render_sheet(request, kind, user, document, form, status=409)


def _delete(request: HttpRequest, kind: Kind, user: User, document: Document) -> Answer:
    """Delete, once it is confirmed: the page asks in a dialog, and without JavaScript on a page of its own."""
    reason = refusal(document, kind.moves["delete"], access.actor_for(user, document))
    if reason or document.pk is None:
        return _refuse(request, kind, user, document, reason or _("It has not been saved yet."))
    if "confirmed" not in request.POST:
        context = {"kind": kind, "title": kind.moves["delete"].label, "question": CONFIRM_DELETE}
        facts = {"number": kind.number_of(document), "version": document.version, "back_url": kind.url(document)}
        return render(request, "documents/confirm.html", context | facts)
    if request.POST.get("version") != str(document.version):
        return _refuse(request, kind, user, document, _("The document has changed meanwhile; please look at it again."))
    try:
        declaring.delete(kind, document, user)
    except Stale:
        return _refuse(request, kind, user, document, _("The document has changed meanwhile; please look at it again."))
    messages.success(request, _("Deleted successfully"), extra_tags="dialog")
    return redirect(kind.list_url())


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
    if document.pk is None:
        form = typed or DocumentForm(kind, document, request.POST, user=user)
        return _render_sheet(request, kind, user, document, form, status=409)
    document = access.get_document(user, kind, kind.number_of(document))
    locked = DocumentForm(kind, document, user=user, locked=True)
    versions = conflict_of(document, typed, list(Event.of(document))) if typed else None
    versions = versions if versions and versions.rows else None
    return _render_sheet(request, kind, user, document, locked, status=409, versions=versions)
