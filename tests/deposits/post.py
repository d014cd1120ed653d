"""Lays the files of tests/customs/messages into the folders, and tells what came of them.

They tell of the order ZS0100202600071 of 1111510001, which names 1101919107 as agent, and answer the first attempt of its
filing 202600000000000071.
"""

import io
import re
import zipfile
from typing import Any

from customs import exchange
from customs.models import InboxMessage, OutboxMessage
from customs.transports.folder import UnitFolder
from deposits.models import LevyOrder
from documents.models import Event, Payment, PaymentNotice, Receipt
from tests.customs.samples import AGENT, GUARANTEED, sample

# In the order in which customs sends them; each way is one story.
APPROVED = ("answer_accepted", "GRT200_sent", "GRT200_loaded", "GRT201_review", "GRT201_approved")
PAID = ("GRT231_notice", "GRT232_received")


class Post:
    """Lays files into the InBox that the message names, and lets the worker work."""

    def __init__(self) -> None:
        self.count = 0

    def lay(self, raw: bytes, like: str, *, suffix: str = ".xml") -> InboxMessage:
        self.count += 1
        name = f"Receipt_{self.count:03}{suffix}"
        unit = GUARANTEED if GUARANTEED.encode() + b"</receiver_id>" in sample(like) else AGENT
        (UnitFolder(exchange.root(), unit).box("InBox") / name).write_bytes(raw)
        exchange.run_once()
        return InboxMessage.objects.get(file_name=name)

    def all(self, *files: str) -> None:
        for name in files:
            self.lay(sample(name), name)


def order() -> LevyOrder:
    return LevyOrder.objects.get()


def state() -> tuple[str, str]:
    return order().data_status, order().guarantee_status


def everything() -> dict[str, Any]:
    """All that a message could have an effect on."""
    return {
        "orders": list(LevyOrder.objects.values()),
        "events": Event.objects.count(),
        "receipts": Receipt.objects.count(),
        "notices": list(PaymentNotice.objects.values()),
        "payments": list(Payment.objects.values()),
        "outbox": list(OutboxMessage.objects.values_list("internal_no", "state")),
    }


def of(message: InboxMessage) -> tuple[str, bool]:
    return message.state, message.alert


def as_zip(*entries: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


def check_refused(post: Post, raw: bytes, like: str, said: str, suffix: str = ".xml") -> None:
    """No effect, the reason in quarantine with an alert, and the file set aside."""
    before = everything()

    message = post.lay(raw, like, suffix=suffix)

    assert of(message) == ("quarantined", True)
    assert re.search(said, message.reason), message.reason
    assert everything() == before
    inbox = UnitFolder(exchange.root(), message.folder_unit).box("InBox")
    assert (inbox / "cannot_parse" / message.file_name).is_file()
