"""Messages from customs: stored raw, examined at the door, handled in one transaction with their effect.

At-least-once on the way in becomes effectively-once here: the same message id with the same bytes is ignored, with
other bytes quarantined; a handled message is never handled again.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from customs import door, wire
from customs.clock import due, free, in_time
from customs.models import InboxMessage, Intervention

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
MAX_ERRORS = 5
PARKING_TIME = timedelta(hours=24)

State = InboxMessage.State


@dataclass(frozen=True)
class Handled:
    """What the handler made of a message. `alert` is what an operator must see, if anything."""

    pre_entry_number: str
    round: int | None
    attempt: int | None
    effect: Literal["moved", "logged"]
    alert: str = ""


class Park(Exception):
    """The message is about a number that is not known yet; its text says which."""


class Quarantine(Exception):
    """The message contradicts what is known; its text says how."""


class NotReplayable(Exception):
    """The message was handled or is a duplicate: handling it again would have a second effect."""


class _Overtaken(Exception):
    """Another worker has the message."""


Handler = Callable[[InboxMessage, wire.Incoming], Handled]
_handlers: list[Handler] = []


def register_handler(handler: Handler) -> None:
    """`handler(message, incoming)` moves the document, or raises Park or Quarantine.

    Whatever it raises, its effect is undone. `message.replayed_by` names the administrator who asked for the message
    to be handled again, if one did.
    """
    _handlers[:] = [handler]


def registered_handler() -> Handler:
    """The one handler. Raises ImproperlyConfigured while there is none."""
    if not _handlers:
        raise ImproperlyConfigured("no handler of incoming messages is registered (customs.inbox.register_handler)")
    return _handlers[0]


def store(raw: bytes, folder_unit: str, file_name: str) -> InboxMessage:
    """Keep one file from the InBox of `folder_unit` for ever, and say what it is: RECEIVED, DUPLICATE or QUARANTINED.

    The same file again (a crash came before it was moved away) gives the row it has. Beyond `safe_xml.MAX_BYTES` only
    the head is kept.
    """
    message = door.examined(raw, folder_unit, file_name)
    try:
        return _insert(message)
    except IntegrityError:
        # Another worker stored the same file or the same message meanwhile; now it can be seen.
        return _insert(message)


def claim_next() -> InboxMessage | None:
    """Lease the oldest due message; within the folder of a unit the order of arrival is kept. None: nothing to do."""
    received = InboxMessage.objects.filter(state=State.RECEIVED)
    earlier = received.filter(folder_unit=OuterRef("folder_unit"), id__lt=OuterRef("id"))
    for message in received.filter(due()).exclude(Exists(earlier)).defer("content").order_by("id")[:20]:
        if _claim(message):
            return message
    return None


def handle(message: InboxMessage) -> bool:
    """Handle a claimed message; state and effect are one transaction. True when a document moved.

    Raises OperationalError and InterfaceError (the database is away): the message stays and its lease runs out.
    """
    handler = registered_handler()
    try:
        with transaction.atomic():
            _change(message, handled_at=Now())
            handled = handler(message, door.incoming(message))
            _finish(message, handled)
            return handled.effect == "moved"
    except _Overtaken:
        logger.info("%s is in the hands of another worker", message)
    except Park as reason:
        _park(message, str(reason) or repr(reason))
    except (Quarantine, wire.Unreadable) as reason:
        _quarantine(message, str(reason) or repr(reason))
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # the next message must not suffer for this one
        logger.exception("%s could not be handled", message)
        _count_error(message, error)
    return False


def retry_parked() -> bool:
    """Try every parked message again: what they wait for may have arrived. True when one moved a document."""
    moved = False
    for message in InboxMessage.objects.filter(free(), state=State.PARKED).defer("content").order_by("id"):
        if _claim(message):
            moved = handle(message) or moved
    return moved


def alert_overdue() -> int:
    """Raise the alert of messages that have been parked for 24 hours; they stay parked. Returns how many."""
    overdue = InboxMessage.objects.filter(state=State.PARKED, parked_until__lte=Now(), alert=False, acknowledged_by="")
    raised = [message for message in overdue.defer("content") if overdue.filter(id=message.id).update(alert=True)]
    for message in raised:
        logger.error("%s has been parked for %s: %s", message, PARKING_TIME, message.reason)
    return len(raised)


def replay(message: InboxMessage, by: object) -> None:
    """Let the worker handle a quarantined, parked or logged message anew. Raises NotReplayable."""
    with transaction.atomic():
        fresh = InboxMessage.objects.get(id=message.id)
        if fresh.state not in (State.QUARANTINED, State.PARKED, State.LOGGED):
            raise NotReplayable(_("A message that was handled or is a duplicate is not handled again."))
        if fresh.identity is None:
            _admit_again(fresh)
        _change(
            fresh,
            state=State.RECEIVED,
            reason="",
            alert=False,
            acknowledged_by="",
            errors=0,
            next_try_at=Now(),
            replayed_by=str(by)[:150],
        )
        Intervention.objects.create(incoming=fresh, action=Intervention.Action.REPLAY, by=str(by)[:150])
    logger.info("%s replayed by %s", fresh, by)
    message.refresh_from_db()


def acknowledge(message: InboxMessage, by: object) -> None:
    """An operator has seen the alert."""
    with transaction.atomic():
        name = str(by)[:150]
        if InboxMessage.objects.filter(id=message.id, alert=True).update(alert=False, acknowledged_by=name):
            Intervention.objects.create(incoming=message, action=Intervention.Action.ACKNOWLEDGE, by=name)


def waiting() -> QuerySet[InboxMessage]:
    """Messages that an operator must see."""
    return InboxMessage.objects.filter(alert=True)


def _insert(message: InboxMessage) -> InboxMessage:
    with transaction.atomic():
        same_file = InboxMessage.objects.filter(
            folder_unit=message.folder_unit, file_name=message.file_name, sha256=message.sha256
        ).first()
        if same_file is not None:
            return same_file
        door.compare_with_twin(message)
        message.pk = None
        message.save(force_insert=True)
    if message.alert:
        logger.error("%s for %s is quarantined: %s", message, message.folder_unit, message.reason)
    return message


def _admit_again(message: InboxMessage) -> None:
    """Examine a message anew that was refused at the door. Raises NotReplayable with the reason if it still is."""
    again = door.examined(bytes(message.content), message.folder_unit, message.file_name)
    door.compare_with_twin(again)
    if again.identity is None:
        raise NotReplayable(again.reason or _("A message that was handled or is a duplicate is not handled again."))
    _change(
        message,
        identity=again.identity,
        message_id=again.message_id,
        message_type=again.message_type,
        sender=again.sender,
        receiver=again.receiver,
        pre_entry_number=again.pre_entry_number,
        business_number=again.business_number,
        round=again.round,
        attempt=again.attempt,
    )


def _claim(message: InboxMessage) -> bool:
    ours = InboxMessage.objects.filter(free(), id=message.id, state=message.state, tries=message.tries)
    if not ours.update(tries=F("tries") + 1, leased_until=in_time(LEASE)):
        return False
    message.tries += 1
    return True


def _change(message: InboxMessage, **changes: object) -> None:
    """Compare-and-set on state and try. Raises _Overtaken when another worker was first."""
    same = InboxMessage.objects.filter(id=message.id, state=message.state, tries=message.tries)
    if not same.update(**changes):
        raise _Overtaken


def _finish(message: InboxMessage, handled: Handled) -> None:
    state = State.HANDLED if handled.effect == "moved" else State.LOGGED
    _change(
        message,
        state=state,
        pre_entry_number=handled.pre_entry_number,
        round=handled.round,
        attempt=handled.attempt,
        reason=handled.alert,
        alert=bool(handled.alert),
        leased_until=None,
    )
    level = logging.ERROR if handled.alert else logging.INFO
    logger.log(level, "%s %s: %s %s", message, handled.pre_entry_number, state, handled.alert)


def _park(message: InboxMessage, reason: str) -> None:
    first_time = {} if message.state == State.PARKED else {"parked_until": in_time(PARKING_TIME)}
    _set_aside(message, state=State.PARKED, reason=reason, leased_until=None, **first_time)


def _quarantine(message: InboxMessage, reason: str) -> None:
    _set_aside(
        message, state=State.QUARANTINED, reason=reason[:1000], alert=True, acknowledged_by="", leased_until=None
    )


def _set_aside(message: InboxMessage, **changes: object) -> None:
    try:
        _change(message, **changes)
    except _Overtaken:
        return
    if message.state != changes["state"]:
        level = logging.ERROR if changes.get("alert") else logging.WARNING
        logger.log(level, "%s %s: %s", message, changes["state"], changes["reason"])


def _count_error(message: InboxMessage, error: Exception) -> None:
    if message.errors + 1 >= MAX_ERRORS:
        _quarantine(
            message, _("Handling failed %(times)s times: %(error)s") % {"times": MAX_ERRORS, "error": repr(error)}
        )
        return
    delay = timedelta(seconds=2**message.errors)
    try:
        _change(message, errors=F("errors") + 1, next_try_at=in_time(delay), leased_until=None)
    except _Overtaken:
        return
