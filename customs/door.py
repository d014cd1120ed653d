"""The door of the inbox: what a stored file is, and whether it may be handled at all."""

import hashlib
import logging
import re

from django.conf import settings
from django.utils.translation import gettext as _

from customs import archives, wire
from customs.models import InboxMessage
from customs.safe_xml import MAX_BYTES

logger = logging.getLogger(__name__)

OVERSIZE_KEPT = 64 * 1024
_INTERNAL_NO = re.compile(r"([0-9]{18})-([0-9]+)-([0-9]+)")

State = InboxMessage.State


def examined(raw: bytes, folder_unit: str, file_name: str) -> InboxMessage:
    """The unsaved row of a file: RECEIVED with its identity, or QUARANTINED with the reason."""
    message = InboxMessage(
        content=raw if len(raw) <= MAX_BYTES else raw[:OVERSIZE_KEPT],
        sha256=hashlib.sha256(raw).hexdigest(),
        folder_unit=folder_unit,
        file_name=_printable(file_name),
    )
    _examine(message, raw)
    return message


def incoming(message: InboxMessage) -> wire.Incoming:
    """What the stored message says. Raises Unreadable."""
    return wire.read(archives.unpack(bytes(message.content), message.file_name))


def compare_with_twin(message: InboxMessage) -> None:
    """An identity is used once: the same bytes again are a duplicate, other bytes are refused."""
    twin = InboxMessage.objects.filter(identity=message.identity).first() if message.identity else None
    if twin is None:
        return
    if twin.sha256 == message.sha256:
        message.identity, message.state = None, State.DUPLICATE
    else:
        _refuse(message, _("The message id was used before with other content."))


def _examine(message: InboxMessage, raw: bytes) -> None:
    try:
        content = archives.unpack(raw, message.file_name)
        message.sha256 = hashlib.sha256(content).hexdigest()
        says = wire.read(content)
    except wire.Unreadable as reason:
        _refuse(message, str(reason))
    except Exception as error:  # stored first, whatever it is: a bug of ours must not lose it
        logger.exception("%s could not be read", message.file_name)
        _refuse(message, _("Reading failed: %(error)s") % {"error": repr(error)})
    else:
        _describe(message, says)
        _check_envelope(message, says)


def _describe(message: InboxMessage, says: wire.Incoming) -> None:
    message.message_id = says.message_id
    message.message_type = says.message_type
    message.sender, message.receiver = says.sender, says.receiver
    message.pre_entry_number, message.business_number = says.pre_entry_number, says.business_number
    message.round = says.round
    attempt = _INTERNAL_NO.fullmatch(says.internal_no)
    if attempt:
        message.pre_entry_number = attempt[1]
        message.round, message.attempt = int(attempt[2]), int(attempt[3])


def _check_envelope(message: InboxMessage, says: wire.Incoming) -> None:
    if says.message_id is None:
        message.identity = f"{message.folder_unit} {message.sha256}"
    elif says.sender != settings.CUSTOMS_RECEIVER:
        _refuse(message, _("The sender %(sender)s is not customs.") % {"sender": says.sender})
    elif says.receiver != message.folder_unit:
        values = {"receiver": says.receiver, "unit": message.folder_unit}
        _refuse(message, _("The receiver %(receiver)s is not the unit %(unit)s of the folder.") % values)
    else:
        message.identity = says.message_id


def _refuse(message: InboxMessage, reason: str) -> None:
    message.identity = None
    message.state, message.reason, message.alert = State.QUARANTINED, reason[:1000], True


def _printable(file_name: str) -> str:
    """File names are bytes on a disk; what is no text is kept as escapes."""
    return file_name.encode("utf-8", "backslashreplace").decode()[-255:]
