"""What can be read and printed of a document: receipts, the form, the payment notice."""

from django.contrib import messages
from django.http import (
    HttpRequest,
    HttpResponse,
)
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from documents import prints
from documents.display import status_badge
from documents.kind import Kind
from documents.payments import notice_in_force
from documents.printing import PrintTooLarge
from documents.receipts import receipts_of
from documents.sheet import receipt_line
from documents.views.common import Answer, document_of


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
