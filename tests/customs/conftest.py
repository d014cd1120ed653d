"""The exchange alone: folders of its own, and a handler that writes down what it was given."""

import pytest
from django.db import transaction
from django.utils import translation

from customs import exchange, inbox, outbox, signature, wire
from customs.inbox import Handled
from customs.transports.folder import UnitFolder, ensure
from tests.customs.samples import AGENT, ATTEMPT, CONFIRMATION, ENVELOPE, GUARANTEED, PRE_ENTRY_NUMBER


@pytest.fixture(autouse=True)
def _reasons_in_english():
    """Reasons are written in the language of whoever writes them; the tests read the source's."""
    with translation.override("en"):
        yield


@pytest.fixture
def root(tmp_path, settings):
    settings.CUSTOMS_EXCHANGE_ROOT = tmp_path
    settings.CUSTOMS_RECEIVER = "CUS0000"
    ensure(tmp_path, [AGENT, GUARANTEED])
    return tmp_path


@pytest.fixture
def agent_folder(root):
    return UnitFolder(root, AGENT)


@pytest.fixture
def guaranteed_folder(root):
    return UnitFolder(root, GUARANTEED)


@pytest.fixture
def handler(monkeypatch):
    """A handler that moves a document for every message; `handler.raises` makes it raise instead."""

    class Recorder:
        def __init__(self):
            self.given = []
            self.raises = None
            self.effect = "moved"

        def __call__(self, message, incoming):
            self.given.append(incoming)
            if self.raises is not None:
                raise self.raises
            return Handled(message.pre_entry_number, message.round, message.attempt, self.effect)

    recorder = Recorder()
    monkeypatch.setattr(inbox, "_handlers", [recorder])
    monkeypatch.setattr(outbox, "_failures", [])
    monkeypatch.setattr(exchange, "_units", [])
    return recorder


@pytest.fixture
def declared(db):
    """Declare an attempt: returns a function that queues its signed message in one transaction."""

    def declare(attempt=1, pre_entry_number=PRE_ENTRY_NUMBER):
        internal_no = ATTEMPT.replace(PRE_ENTRY_NUMBER, pre_entry_number)[:-1] + str(attempt)
        package = wire.build("GRT101", CONFIRMATION | {"internal_no": internal_no}, ENVELOPE)
        content = signature.assemble(package, signature.signed_info(package, "rsa-sha1"), "AAAA", "012c14a9")
        with transaction.atomic():
            return outbox.enqueue(
                message_id=f"{ENVELOPE.message_id[:-13]}{pre_entry_number[-11:]}{attempt:02d}",
                internal_no=internal_no,
                message_type="GRT101",
                sender=AGENT,
                file_name=f"GRT101_{internal_no}.xml",
                content=content,
                pre_entry_number=pre_entry_number,
                round=0,
                attempt=attempt,
            )

    return declare
