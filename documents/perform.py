"""`perform` is the only code that changes a status."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.access import Actor
from documents.kind import Kind, kind_of
from documents.models import Document, Event, Filing, PreEntryCounter
from documents.moves import Move
from documents.status import DataStatus


class Refused(Exception):
    """The move is not allowed; the message says why, in the words of the grey button."""


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
) -> Event:
    """Make `move` on `document`: status, fields and effects, the event and what is sent, all in one transaction.

    `written` are field values stored in the same statement; `carrying` is handed to the effects of the move. The document
    as it was read must still be the one in the database (compare-and-set on its version).

    Raises Refused when the table or a guard forbids it, Stale when the document has changed since it was read.
    """
    reason = refusal(document, move, by)
    if reason:
        raise Refused(reason)
    if move.needs_reason and not note:
        raise Refused(_("“%(move)s” needs a reason.") % {"move": move.label})
    kind = kind_of(document)
    was, guarantee_was = document.data_status, document.guarantee_status
    with transaction.atomic():
        _compare_and_set(document, kind, move.steps[DataStatus(was)], written or {})
        for effect in move.effects:
            effect(document, carrying)
        return _record(document, move, by, was, guarantee_was, note, at)


def _compare_and_set(document: Document, kind: Kind, target: DataStatus, written: Mapping[str, Any]) -> None:
    after = {**written, "data_status": target}
    for name, value in after.items():
        setattr(document, name, value)
    after["guarantee_status"] = document.guarantee_status = kind.settle(document)
    updated = (
        type(document)
        ._default_manager.filter(pk=document.pk, version=document.version)
        .update(**after, version=F("version") + 1, changed_at=timezone.now())
    )
    if not updated:
        raise Stale
    document.version += 1


def _record(
    document: Document, move: Move, by: Actor, was: str, guarantee_was: str, note: str, at: datetime | None
) -> Event:
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
        at=at or timezone.now(),
        note=note,
    )


@transaction.atomic
def begin(document: Document, kind: Kind, *, by: Actor, move: str, at: datetime, note: str = "") -> Document:
    """Store a new document with a pre-entry number of its own and the first row of its history."""
    document.pre_entry_number = PreEntryCounter.allot(timezone.localdate(at))
    document.save(force_insert=True)
    Filing.objects.create(pre_entry_number=document.pre_entry_number, round=document.round, kind=kind.name)
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
