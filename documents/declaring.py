"""What the views ask for when a clerk saves, declares and deletes."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from documents import signing
from documents.access import actor_for, visible_to
from documents.forms import DocumentForm
from documents.kind import Kind
from documents.models import Document, Event, Filing, SigningRequest
from documents.perform import Refused, Stale, create, perform
from documents.status import DataStatus
from parties.models import User


class AlreadyDeclared(Exception):
    """The same signature came twice; the first one counted."""


def save(kind: Kind, document: Document, user: User, form: DocumentForm) -> None:
    """Store what was typed, the first time as a new document. Nothing is written when nothing differs.

    Raises Refused and Stale as `perform` and `create` do.
    """
    written = form.written()
    move, actor = kind.moves["save"], actor_for(user, document)
    if document.pk is None:
        written |= signing.entry_fields(user)
        create(document, kind, move, by=actor, written=written, form_key=form_key(form.data))
        return
    same_status = move.steps.get(DataStatus(document.data_status)) == document.data_status
    if not written and same_status:
        return
    if not document.input_code:
        written |= signing.entry_fields(user)
    perform(document, move, by=actor, written=written)


def form_key(posted: Mapping[str, Any]) -> UUID | None:
    """Return the key of the form that was sent; None where it has none or what stands there is no key."""
    with suppress(ValueError):
        return UUID(str(posted.get("form_key", "")))
    return None


def begun_with(kind: Kind, user: User, posted: QueryDict) -> Document | None:
    """Return the document that the same form has begun already: it was sent twice."""
    key = form_key(posted)
    filing = Filing.objects.filter(form_key=key, kind=kind.name).first() if key else None
    if filing is None:
        return None
    return (
        visible_to(user, kind.documents()).filter(pre_entry_number=filing.pre_entry_number, round=filing.round).first()
    )


def delete(kind: Kind, document: Document, user: User) -> None:
    """Take the document away. Raises Refused and Stale as `perform` does."""
    perform(document, kind.moves["delete"], by=actor_for(user, document))


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
