"""`perform` is the only code that changes a status."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.access import Actor
from documents.kind import Kind, kind_of
from documents.models import Attempt, Document, Event, Filing, PreEntryCounter, SigningRequest
from documents.moves import Move, Occasion
from documents.status import DataStatus


class Refused(Exception):
    """The move is not allowed; the message says why, in the words of the grey button.

    `instead` is the document that stands in the way, where one does and the user may go on with it.
    """

    def __init__(self, reason: str, instead: Document | None = None) -> None:
        super().__init__(reason)
        self.instead = instead


class Stale(Exception):
    """Somebody else changed the document in the meantime."""


def refusal(document: Document, move: Move, by: Actor) -> str:
    """Return why `by` may not make `move` now, or '' when it is allowed."""
    if not move.roles & by.roles:
        return by.refusal or _("You do not have the role for “%(move)s”.") % {"move": move.label}
    if document.data_status not in move.steps:
        return _("“%(move)s” is not possible: the document is in status “%(status)s”.") % {
            "move": move.label,
            "status": DataStatus(document.data_status).label,
        }
    return next((str(reason) for guard in move.guards if (reason := guard(document))), "")


def perform(
    document: Document,
    move: Move,
    *,
    by: Actor,
    written: Mapping[str, Any] | None = None,
    carrying: object = None,
    note: str = "",
    at: datetime | None = None,
    alerts: list[str] | None = None,
) -> Event:
    """Make `move` on `document`: status, fields and effects, the event and what is sent, all in one transaction.

    `written` are field values stored in the same statement; `carrying` is handed to the effects of the move, which add to
    `alerts` what an operator must see. The document as it was read must still be the one in the database (compare-and-set
    on its version).

    Raises Refused when the table or a guard forbids it, Stale when the document has changed since it was read.
    """
    reason = refusal(document, move, by)
    if reason:
        raise Refused(reason)
    if move.needs_reason and not note:
        raise Refused(_("“%(move)s” needs a reason.") % {"move": move.label})
    was, guarantee_was = document.data_status, document.guarantee_status
    occasion = Occasion(at or timezone.now(), carrying, [] if alerts is None else alerts)
    with transaction.atomic():
        if move.deletes:
            _compare_and_delete(document)
        else:
            _compare_and_set(document, kind_of(document), move.steps[DataStatus(was)], written or {})
        for effect in move.effects:
            effect(document, occasion)
        return _record(document, move, by, was, guarantee_was, note, occasion.at)


def _compare_and_set(document: Document, kind: Kind, target: DataStatus, written: Mapping[str, Any]) -> None:
    after = {**written, "data_status": target}
    for name, value in after.items():
        setattr(document, name, value)
    after["guarantee_status"] = document.guarantee_status = kind.settle(document)
    _take(document, after)


def _take(document: Document, values: Mapping[str, Any]) -> None:
    """Write `values` if nobody has changed the document since it was read, and hold its row. Raises Stale."""
    as_read = type(document)._default_manager.filter(pk=document.pk, version=document.version)
    if not as_read.update(**values, version=F("version") + 1, changed_at=timezone.now()):
        raise Stale
    document.version += 1


def _compare_and_delete(document: Document) -> None:
    """Take the document away. A round that was declared stays used up, one that was only drafted does not (DOMAIN 5.3)."""
    _take(
        document, {}
    )  # a delete that cascades looks first and deletes after: the version is compared by the update alone
    type(document)._default_manager.filter(pk=document.pk).delete()
    SigningRequest.of(document).delete()
    Filing.of(document).update(form_key=None)
    if not Attempt.of(document).exists():
        Filing.of(document).delete()


def _record(document: Document, move: Move, by: Actor, was: str, guarantee_was: str, note: str, at: datetime) -> Event:
    return Event.objects.create(
        pre_entry_number=document.pre_entry_number,
        round=document.round,
        attempt=document.attempt,
        move=move.name,
        was=was,
        now=document.data_status,
        guarantee_was=guarantee_was,
        guarantee_now=document.guarantee_status,
        by=by.name,
        user=by.user,
        at=at,
        note=note,
    )


@transaction.atomic
def begin(
    document: Document, kind: Kind, *, by: Actor, move: str, at: datetime, note: str = "", form_key: UUID | None = None
) -> Document:
    """Store a new document with the first row of its history, and with a pre-entry number unless it has one.

    `form_key` names the form it was typed into: one form makes one document. Raises IntegrityError where the filing, or the
    form, has its document already.
    """
    document.pre_entry_number = document.pre_entry_number or PreEntryCounter.allot(timezone.localdate(at))
    document.save(force_insert=True)
    Filing.objects.create(
        pre_entry_number=document.pre_entry_number, round=document.round, kind=kind.name, form_key=form_key
    )
    Event.objects.create(
        pre_entry_number=document.pre_entry_number,
        round=document.round,
        move=move,
        now=document.data_status,
        by=by.name,
        user=by.user,
        at=at,
        note=note,
    )
    return document


def create(
    document: Document, kind: Kind, move: Move, *, by: Actor, written: Mapping[str, Any], form_key: UUID | None
) -> Document:
    """Store a document that a clerk begins with its first save: from then on it exists.

    Raises Refused when the table or a guard forbids it, Stale when the same form or a colleague has just begun it.
    """
    reason = refusal(document, move, by)
    if reason:
        raise Refused(reason)
    for name, value in written.items():
        setattr(document, name, value)
    occasion = Occasion(timezone.now())
    try:
        with transaction.atomic():
            begin(document, kind, by=by, move=move.name, at=occasion.at, form_key=form_key)
            for effect in move.effects:
                effect(document, occasion)
    except IntegrityError as error:
        document.pk = None
        raise Stale from error
    return document
