"""What the views ask for when a clerk saves and declares."""

from django.http import QueryDict
from django.utils.translation import gettext as _

from documents import signing
from documents.access import actor_for
from documents.forms import DocumentForm
from documents.kind import Kind
from documents.models import Document, Event, SigningRequest
from documents.perform import Refused, Stale, perform
from documents.status import DataStatus
from parties.models import User


class AlreadyDeclared(Exception):
    """The same signature came twice; the first one counted."""


def save(kind: Kind, document: Document, user: User, form: DocumentForm) -> Event | None:
    """Store what was typed. Nothing is written when nothing differs and the status would stay.

    Raises Refused and Stale as `perform` does.
    """
    written = form.written()
    move, actor = kind.moves["save"], actor_for(user, document)
    same_status = move.steps.get(DataStatus(document.data_status)) == document.data_status
    if not written and same_status:
        return None
    if not document.input_code:
        written |= signing.entry_fields(user)
    return perform(document, move, by=actor, written=written)


def declare(kind: Kind, document: Document, user: User, posted: QueryDict) -> Event:
    """Declare with the signature that the card gave. Raises AlreadyDeclared for one that was taken before."""
    request = _request(document, user, posted.get("request_id", ""))
    if request.used_at:
        raise AlreadyDeclared
    try:
        return _declare(kind, document, user, request, posted)
    except (Refused, Stale):
        if SigningRequest.objects.filter(pk=request.pk, used_at=None).exists():
            raise
        raise AlreadyDeclared from None  # the same form, sent twice at once


def _declare(kind: Kind, document: Document, user: User, request: SigningRequest, posted: QueryDict) -> Event:
    if request.version == document.version and request != signing.open_request(document, user):
        raise Refused(
            _("What was frozen for signing is no longer valid: it lasts ten minutes. Please check it and sign again.")
        )
    return signing.declare(document, kind, user, request, posted.get("signature", ""), posted.get("certificate", ""))


def _request(document: Document, user: User, key: str) -> SigningRequest:
    is_key = key.isascii() and key.isdecimal() and len(key) < 18
    requests = SigningRequest.objects.filter(
        pre_entry_number=document.pre_entry_number, round=document.round, user=user, pk=key if is_key else 0
    )
    request = requests.first()
    if request is None:
        raise Refused(_("There is nothing to sign; please check the document again."))
    return request
