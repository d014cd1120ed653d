"""Messages to customs: queued in the transaction that declares, sent by the worker (exchange.py)."""

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from customs.clock import due, free, in_time
from customs.converters import SHANGHAI
from customs.models import Intervention, MessageCounter, OutboxMessage, OutboxTry

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
MAX_FAILURES = 3
RETRY_DELAY = timedelta(seconds=5)
WRITE_DELAYS = timedelta(seconds=5), timedelta(minutes=5)

State = OutboxMessage.State
Outcome = OutboxTry.Outcome
Failure = Callable[[OutboxMessage, object], None]
_failures: list[Failure] = []


class NotHeld(Exception):
    """Only a message that is held can be sent again or failed."""


class CannotFail(Exception):
    """The kernel does not let the message be given up; its text tells the operator why."""


def register_failure(callback: Failure) -> None:
    """`callback(message, by)` is called when an operator fails a message: the kernel moves the document to 申报失败.

    It runs in the transaction that fails the message; if it raises, nothing changes. Its refusal is CannotFail. `by` is
    the operator's user.
    """
    if callback not in _failures:
        _failures.append(callback)


def next_message_id(sender: str, receiver: str, now: datetime) -> str:
    """Sender, receiver, yyyyMMddHHmmss in Asia/Shanghai and 11 digits that never repeat (MESSAGES, Receipts 3)."""
    with transaction.atomic():
        if not MessageCounter.objects.filter(id=1).update(value=F("value") + 1):
            MessageCounter.objects.get_or_create(id=1)
            MessageCounter.objects.filter(id=1).update(value=F("value") + 1)
        number = MessageCounter.objects.get(id=1).value
    return f"{sender}{receiver}{now.astimezone(SHANGHAI):%Y%m%d%H%M%S}{number:011d}"


def enqueue(
    *,
    message_id: str,
    internal_no: str,
    message_type: str,
    sender: str,
    file_name: str,
    content: bytes,
    pre_entry_number: str,
    round: int,
    attempt: int,
) -> OutboxMessage:
    """Queue a signed message. Must be called inside the transaction that declares: both are committed, or neither.

    Raises IntegrityError when the attempt or the message id was queued before.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a message is queued in the transaction that declares it")
    return OutboxMessage.objects.create(
        message_id=message_id,
        internal_no=internal_no,
        message_type=message_type,
        sender=sender,
        receiver=settings.CUSTOMS_RECEIVER,
        file_name=file_name,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        pre_entry_number=pre_entry_number,
        round=round,
        attempt=attempt,
    )


def tries_of(internal_no: str) -> int:
    """How often the attempt may have gone out; more than once, and a refusal as duplicate means that it had arrived."""
    tries = OutboxTry.objects.filter(message__internal_no=internal_no)
    return tries.exclude(outcome=Outcome.NOT_WRITTEN).count()


def send_again(message: OutboxMessage, by: object) -> None:
    """Queue a held message anew: same bytes, same message id, the next try number. Raises NotHeld."""
    with transaction.atomic():
        _leave_held(message, state=State.QUEUED, failures=0, next_try_at=Now(), reason="")
        _log(message, Intervention.Action.SEND_AGAIN, by)


def fail(message: OutboxMessage, by: object) -> None:
    """Give a held message up; the kernel is told first (lock order: document, then outbox).

    Raises NotHeld, also for one that customs has answered meanwhile, and CannotFail when the kernel refuses.
    """
    with transaction.atomic():
        if not _held(message).exists():
            raise _not_held()
        for callback in _failures:
            callback(message, by)
        _leave_held(message, state=State.FAILED)
        _log(message, Intervention.Action.FAIL, by)


def due_messages() -> QuerySet[OutboxMessage]:
    """Queued messages whose time has come, oldest first; an earlier queued one of the same document goes first."""
    queued = OutboxMessage.objects.filter(state=State.QUEUED)
    earlier = queued.filter(pre_entry_number=OuterRef("pre_entry_number"), id__lt=OuterRef("id"))
    return queued.filter(due()).exclude(Exists(earlier)).order_by("id")


def claim(message: OutboxMessage) -> OutboxTry | None:
    """Commit the next try of a due message and lease the message; None when another worker was first.

    A try that a crash left open has perhaps been sent: it stays counted, as interrupted.
    """
    with transaction.atomic():
        ours = OutboxMessage.objects.filter(free(), id=message.id, state=State.QUEUED, tries=message.tries)
        # Tries before their message, here as everywhere, or two workers wait for each other.
        message.tried.filter(outcome=Outcome.OPEN, placed_at=None).update(outcome=Outcome.INTERRUPTED, outcome_at=Now())
        if not ours.update(tries=F("tries") + 1, leased_until=in_time(LEASE)):
            transaction.set_rollback(True)
            return None
        number = message.tries + 1
        file_name = f"{message.message_type}_{message.internal_no}_t-{number}.zip"
        return OutboxTry.objects.create(message=message, number=number, file_name=file_name)


def mark_placed(sent: OutboxTry) -> None:
    """The file of the try stands in OutBox."""
    with transaction.atomic():
        if OutboxTry.objects.filter(id=sent.id, placed_at=None).update(placed_at=Now()):
            message = OutboxMessage.objects.filter(id=sent.message_id, state=State.QUEUED, tries=sent.number)
            message.update(state=State.PLACED, leased_until=None)


def mark_not_written(sent: OutboxTry, error: OSError) -> None:
    """The file could not be written (disk full, folder away): nothing went out; the waits grow."""
    first, longest = WRITE_DELAYS
    delay = min(first * 2 ** min(sent.number, 10), longest)
    with transaction.atomic():
        if _close(sent, Outcome.NOT_WRITTEN):
            message = OutboxMessage.objects.filter(id=sent.message_id, state=State.QUEUED, tries=sent.number)
            message.update(leased_until=None, next_try_at=in_time(delay), reason=str(error))


def mark_carried(sent: OutboxTry) -> bool:
    """The client moved the file to SentBox. False when that was known."""
    with transaction.atomic():
        if not _close(sent, Outcome.CARRIED):
            return False
        message = OutboxMessage.objects.filter(id=sent.message_id).exclude(state__in=[State.CARRIED, State.FAILED])
        message.update(state=State.CARRIED, carried_at=Now(), leased_until=None, alert=False, reason="")
        return True


def note_answered(internal_no: str) -> None:
    """Customs has answered the attempt: it arrived, whatever the client said. It is neither sent again nor held.

    To be called after the document was changed (lock order: document, then outbox).
    """
    on_its_way = OutboxMessage.objects.filter(
        internal_no=internal_no, state__in=[State.QUEUED, State.PLACED, State.HELD]
    )
    if on_its_way.update(state=State.CARRIED, carried_at=Now(), leased_until=None, alert=False, reason=""):
        logger.info("%s was answered before the client was seen to carry it", internal_no)


def note_restored() -> int:
    """Count, once, a try that was perhaps sent for every message that an older backup knows as not carried yet.

    It has number 0, before all that the restored tables know. Returns how many messages were given one.
    """
    unsure = OutboxMessage.objects.filter(state__in=[State.QUEUED, State.PLACED, State.HELD]).exclude(tried__number=0)
    with transaction.atomic():
        tries = [_try_before_restore(message) for message in unsure.defer("content")]
        return len(OutboxTry.objects.bulk_create(tries))


def mark_failed(sent: OutboxTry) -> bool:
    """The client moved the file to FailBox: try again a little later, hold after the third time. False when known."""
    with transaction.atomic():
        if not _close(sent, Outcome.FAILED):
            return False
        newest = OutboxMessage.objects.filter(id=sent.message_id, tries=sent.number).filter(
            state__in=[State.QUEUED, State.PLACED]
        )
        newest.update(
            state=State.QUEUED,
            failures=F("failures") + 1,
            next_try_at=in_time(RETRY_DELAY * sent.number),
            leased_until=None,
        )
        if newest.filter(failures__gte=MAX_FAILURES).update(
            state=State.HELD, alert=True, reason=_("The client could not send it three times.")
        ):
            logger.error("%s could not be sent three times; held for an operator", sent.file_name)
        return True


def mark_vanished(sent: OutboxTry) -> None:
    """The placed file is in none of the boxes: perhaps sent, perhaps not, so an operator decides."""
    with transaction.atomic():
        placed = OutboxMessage.objects.filter(id=sent.message_id, state=State.PLACED, tries=sent.number)
        if placed.update(state=State.HELD, alert=True, reason=_("The file vanished from OutBox.")):
            logger.error("%s vanished from OutBox; held for an operator", sent.file_name)


def _try_before_restore(message: OutboxMessage) -> OutboxTry:
    file_name = f"{message.message_type}_{message.internal_no}_t-0.zip"
    return OutboxTry(message=message, number=0, file_name=file_name, outcome=Outcome.INTERRUPTED, outcome_at=Now())


def _close(sent: OutboxTry, outcome: str) -> bool:
    still_open = OutboxTry.objects.filter(id=sent.id, outcome=Outcome.OPEN)
    return bool(still_open.update(outcome=outcome, outcome_at=Now()))


def _leave_held(message: OutboxMessage, **changes: object) -> None:
    if not _held(message).update(alert=False, **changes):
        raise _not_held()
    message.refresh_from_db()


def _held(message: OutboxMessage) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(id=message.id, state=State.HELD)


def _not_held() -> NotHeld:
    return NotHeld(_("Only a held message can be sent again or failed."))


def _log(message: OutboxMessage, action: str, by: object) -> None:
    Intervention.objects.create(outgoing=message, action=action, by=str(by)[:150])
    logger.info("%s %s by %s", message, action, by)
