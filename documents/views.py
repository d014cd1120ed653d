"""The pages that every document kind shares. A view fetches through the door, makes one call, and answers."""

import logging
from typing import Any

from django.contrib import messages
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotModified,
    HttpResponseRedirect,
    JsonResponse,
    QueryDict,
)
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from customs.signature import SignatureWrong
from documents import access, check, declaring, prints, signing
from documents.display import status_badge
from documents.forms import DocumentForm, log_forged_fields
from documents.kind import Kind
from documents.listing import listing, units_to_search
from documents.models import Document, Event
from documents.payments import notice_in_force
from documents.perform import Refused, Stale, refusal
from documents.printing import PrintTooLarge
from documents.receipts import receipts_of
from documents.search import SearchForm
from documents.sheet import Button, Comparison, conflict_of, live_mark, receipt_line, sheet_of
from documents.unit_lookup import facts_of_unit
from parties.ekeys import CardRefused
from parties.models import User
from parties.sessions import interrupted_form

Answer = HttpResponse | HttpResponseRedirect

security = logging.getLogger("security")


def document_of(request: HttpRequest, kind: Kind, number: str) -> tuple[User, Document]:
    """Fetch the document that the number in the URL means, or answer that there is none."""
    user: Any = request.user
    return user, access.get_document(user, kind, number)


@require_safe
def list_(request: HttpRequest, kind: Kind) -> Answer:
    """The list; with `open` it leads to what the toolbar's button asks for, so that it works without JavaScript."""
    user: Any = request.user
    if "open" in request.GET:
        return _open_selected(request, kind, user)
    units = units_to_search(kind, user)
    search = SearchForm(kind, units.choices(access.unit_code(user)), request.GET)
    page = listing(kind, user, units, search, request.GET)
    context = {"kind": kind, "title": kind.list_label, "search": search, "listing": page, "toolbar": _toolbar(kind)}
    return render(request, "documents/list.html", context)


def _toolbar(kind: Kind) -> list[Button]:
    return [
        Button("view", _("View / print"), "print"),
        Button("confirm", kind.edit_label, "pencil"),
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
    document = access.get_document(user, kind, chosen[0])
    pages = {"view": "sheet", "confirm": "sheet", "receipts": "receipts", "payment-notice": "payment-notice"}
    url = kind.url(document, pages.get(request.GET["open"], "sheet"))
    return redirect(url + "?view=1" if request.GET["open"] == "view" else url)


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


@require_safe
def receipts(request: HttpRequest, kind: Kind, number: str) -> Answer:
    """查看回执: the latest receipt and, below it, all earlier ones."""
    _user, document = document_of(request, kind, number)
    lines = [receipt_line(receipt, document) for receipt in receipts_of(document)]
    context = {
        "kind": kind,
        "title": _("Receipts of customs"),
        "number": kind.number_of(document),
        "status": status_badge(document.data_status),
        "latest": lines[0] if lines else None,
        "earlier": lines[1:],
        "back_url": kind.url(document),
    }
    return render(request, "documents/receipts.html", context)


@require_safe
def print_(request: HttpRequest, kind: Kind, number: str) -> Answer:
    """打印: the form as PDF, in any status."""
    user, document = document_of(request, kind, number)
    try:
        return _pdf(prints.form_pdf(kind, document, user), kind.number_of(document))
    except PrintTooLarge as problem:
        messages.error(request, str(problem))
        return redirect(kind.url(document))


@require_safe
def payment_notice(request: HttpRequest, kind: Kind, number: str) -> Answer:
    """打印缴款通知书: the notice in force as PDF."""
    user, document = document_of(request, kind, number)
    notice = notice_in_force(document)
    if notice is None:
        messages.warning(request, _("There is no payment notice."))
        return redirect(kind.url(document))
    return _pdf(prints.notice_pdf(kind, document, notice, user), notice.number)


def _pdf(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@require_safe
def look_up_unit(request: HttpRequest) -> JsonResponse:
    """取新: what is known of the unit with the code that was typed."""
    return JsonResponse(facts_of_unit(request.GET.get("code", "")))
