"""What the worker does, step by step. Each step leaves a state from which the next start goes on by itself.

Out: claim (commits the try number) → write `.tmp` → rename into OutBox → mark placed → find it in SentBox or FailBox.
In: read → store (commits the bytes) → set the file aside → claim → handle (commits the effect).
"""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from customs import archives, inbox, outbox
from customs.clock import in_time
from customs.models import InboxMessage, OutboxMessage, OutboxTry
from customs.transports import folder
from customs.transports.folder import Arrival, Box, UnitFolder

logger = logging.getLogger(__name__)

VANISHED_AFTER = timedelta(minutes=10)
BATCH = 200

Units = Callable[[], Iterable[str]]
Chore = Callable[[], object]
_units: list[Units] = []
_chores: list[Chore] = []


def register_units(units: Units) -> None:
    """`units()` gives the codes of the units whose folders must exist."""
    if units not in _units:
        _units.append(units)


def register_chore(chore: Chore) -> None:
    """`chore()` does what time brings about; each worker calls it every minute."""
    if chore not in _chores:
        _chores.append(chore)


def do_chores() -> None:
    """Do what time brings about. One that fails leaves the others to be done."""
    for chore in _chores:
        try:
            chore()
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("a chore failed")


def run_once(stopping: Callable[[], bool] = lambda: False) -> int:
    """One pass over everything there is to do; returns how many messages moved.

    Between two messages `stopping()` is asked. Raises OperationalError or InterfaceError while the database is away.
    """
    ensure_folders()
    moved = 0
    for step in (collect, send, receive, handle):
        if stopping():
            break
        moved += step(stopping)
    inbox.alert_overdue()
    return moved


def root() -> Path:
    return Path(settings.CUSTOMS_EXCHANGE_ROOT)


def ensure_folders() -> None:
    """Make the folders of the registered units; a share that is away is tried again in the next pass."""
    try:
        for units in _units:
            folder.ensure(root(), units())
    except OSError as error:
        logger.error("exchange folders cannot be made: %s", error)


# ---- out


def collect(stopping: Callable[[], bool]) -> int:
    """See what became of the files that were placed."""
    moved = 0
    waiting = [outbox.State.QUEUED, outbox.State.PLACED, outbox.State.HELD]
    for sent in open_tries().filter(message__state__in=waiting):
        if stopping():
            break
        moved += settle(sent)
    return moved


def open_tries() -> QuerySet[OutboxTry]:
    return (
        OutboxTry.objects.filter(outcome=outbox.Outcome.OPEN)
        .select_related("message")
        .defer("message__content")
        .order_by("id")
    )


def settle(sent: OutboxTry) -> bool:
    """Note where the file of one try stands now. True when its message moved on."""
    unit = UnitFolder(root(), sent.message.sender)
    if not unit.path.is_dir():
        return False
    match folder.look_for(unit, sent.file_name):
        case Box.OUT:
            note_placed(sent)
            return False
        case Box.SENT:
            return note_carried(sent)
        case Box.FAIL:
            return note_failed(sent)
    note_missing(sent)
    return False


def note_placed(sent: OutboxTry) -> None:
    """The file stands in OutBox: a crash may have come before this was noted."""
    outbox.mark_placed(sent)
    OutboxTry.objects.filter(id=sent.id, missing_since__isnull=False).update(missing_since=None)


def note_carried(sent: OutboxTry) -> bool:
    carried = outbox.mark_carried(sent)
    if carried:
        logger.info("%s carried by the client", sent.file_name)
    return carried


def note_failed(sent: OutboxTry) -> bool:
    failed = outbox.mark_failed(sent)
    if failed:
        logger.warning("%s could not be sent by the client", sent.file_name)
    return failed


def note_missing(sent: OutboxTry) -> None:
    """A placed file that is in no box for ten minutes by the database's clock is an operator's case."""
    placed = OutboxTry.objects.filter(id=sent.id, placed_at__isnull=False)
    placed.filter(missing_since=None).update(missing_since=Now())
    if placed.filter(missing_since__lt=in_time(-VANISHED_AFTER)).exists():
        outbox.mark_vanished(sent)


def send(stopping: Callable[[], bool]) -> int:
    """Place every due message in the OutBox of its sender."""
    moved = 0
    for message in outbox.due_messages()[:BATCH]:
        if stopping():
            break
        sent = outbox.claim(message)
        if sent is not None:
            moved += place(message, sent)
    return moved


def place(message: OutboxMessage, sent: OutboxTry) -> bool:
    """Write the file of a committed try. A disk that is full or away costs the try, not the message."""
    unit = UnitFolder(root(), message.sender)
    try:
        write(unit, message, sent)
    except OSError as error:
        logger.error("%s could not be written: %s", sent.file_name, error)
        if folder.look_for(unit, sent.file_name) is None:
            outbox.mark_not_written(sent, error)
            return False
    outbox.mark_placed(sent)
    logger.info("%s placed", sent.file_name)
    return True


def write(unit: UnitFolder, message: OutboxMessage, sent: OutboxTry) -> None:
    """Put the file of the try into OutBox, unless it stands in one of the boxes already."""
    folder.ensure(root(), [message.sender])
    data = archives.pack(f"{Path(sent.file_name).stem}.xml", bytes(message.content))
    if not folder.holds(unit, sent.file_name, data):
        folder.rename_into_place(folder.write_temporary(unit, sent.file_name, data))


# ---- in


def receive(stopping: Callable[[], bool]) -> int:
    """Store every file of every InBox, then set it aside."""
    moved = 0
    for unit in folder.unit_folders(root()):
        for name in _arrived(unit)[:BATCH]:
            if stopping():
                return moved
            moved += receive_file(unit, name)
    return moved


def receive_file(unit: UnitFolder, name: str) -> bool:
    """Store one file and set it aside. True when it was one."""
    try:
        arrival = folder.read_arrival(unit, name)
        if arrival is None:
            return False
        message = inbox.store(arrival.raw, unit.unit, name)
        logger.info("%s for %s stored: %s %s", message.file_name, unit.unit, message.state, message.reason)
        set_aside(arrival, message)
    except OSError as error:
        logger.error("%r cannot be read or moved: %s", name, error)
        return False
    return True


def set_aside(arrival: Arrival, message: InboxMessage) -> None:
    """What was stored leaves the InBox: to a dated folder, or to `cannot_parse` when it could not be read."""
    handled = f"handled/{timezone.localdate():%Y%m%d}"
    folder.set_aside(arrival, handled if message.message_type else "cannot_parse", message.sha256[:16])


def handle(stopping: Callable[[], bool]) -> int:
    """Handle what was received; then try the parked again, since what they wait for may have come."""
    moved = 0
    while not stopping() and (message := inbox.claim_next()) is not None:
        moved += inbox.handle(message)
    while moved and not stopping() and inbox.retry_parked():
        moved += 1
    return moved


def _arrived(unit: UnitFolder) -> list[str]:
    try:
        return folder.arrived_names(unit)
    except OSError as error:
        logger.error("the InBox of %s cannot be read: %s", unit.unit, error)
        return []
