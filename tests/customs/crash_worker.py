"""A worker that dies on request: started by test_crashes.py, one forked child for each job.

A job wraps one named step of the exchange so that the child kills itself with SIGKILL just before or after its n-th call. The product
knows nothing of this.
"""

import importlib
import json
import os
import signal
import sys
import traceback
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.models.functions import Now

from customs import exchange, inbox, outbox
from customs.models import InboxMessage, Intervention, MessageCounter, OutboxMessage, OutboxTry
from customs.transports import folder

AGENT = "1101919107"
MESSAGES = 3


def serve() -> None:
    """Read jobs from stdin, one line of JSON each; answer each with the exit status of its child."""
    for line in sys.stdin:
        job = json.loads(line)
        children = [fork(job) for _worker in range(job.get("workers", 1))]
        statuses = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        print(json.dumps(statuses), flush=True)


def fork(job: dict) -> int:
    child = os.fork()
    if child:
        return child
    try:
        connections.databases["default"].update(job["database"])
        settings.CUSTOMS_EXCHANGE_ROOT = Path(job["root"])
        settings.CUSTOMS_RECEIVER = "CUS0000"
        # A dead worker's lease is over at once, so that the test need not wait for it.
        if job.get("workers", 1) == 1:
            outbox.LEASE = inbox.LEASE = timedelta(milliseconds=1)
        inbox.register_handler(write_effect)
        exchange._units.clear()
        die_at(job.get("kill"))
        JOBS[job["do"]](job)
        connections.close_all()
        status = 0
    except BaseException:  # noqa: BLE001 - a child must never go on as a second server
        traceback.print_exc()
        status = 1
    os._exit(status)


def die_at(kill: list | None) -> None:
    if kill is None:
        return
    module_name, name, when, nth = kill
    module = importlib.import_module(module_name)
    step, calls = getattr(module, name), []

    def deadly(*args, **kwargs):
        calls.append(name)
        if when == "before" and len(calls) == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        result = step(*args, **kwargs)
        if when == "after" and len(calls) == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(module, name, deadly)


def write_effect(message, incoming):
    """The document's move: one row in the transaction of the message."""
    effect(message)
    return inbox.Handled(message.pre_entry_number, message.round, message.attempt, "moved")


def effect(message) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO crash_effects (identity) VALUES (%s)", [message.identity])


def prepare(job: dict) -> None:
    call_command("migrate", "customs", verbosity=0)
    clean(job)


def clean(job: dict) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS crash_effects (identity varchar(100))")
        cursor.execute("DELETE FROM crash_effects")
    for model in (Intervention, OutboxTry, OutboxMessage, InboxMessage, MessageCounter):
        model.objects.all().delete()


def send(job: dict) -> None:
    """Declare, send, let the client move the files to the wanted box, and look there."""
    declare_all(job.get("messages", MESSAGES))
    work(job)
    client(job["box"])
    work(job)


def declare_all(count: int) -> None:
    for number in range(count):
        with transaction.atomic():
            declare(number)
    try:
        with transaction.atomic():
            declare(99)
            raise KeyError("the declaration is rolled back")
    except KeyError:
        pass


def declare(number: int) -> None:
    pre_entry_number = f"2026{number:014d}"
    outbox.enqueue(
        message_id=f"{AGENT}CUS000020260901080000{number:011d}",
        internal_no=f"{pre_entry_number}-0-1",
        message_type="GRT101",
        sender=AGENT,
        file_name=f"GRT101_{pre_entry_number}-0-1.xml",
        content=f"signed {number}".encode(),
        pre_entry_number=pre_entry_number,
        round=0,
        attempt=1,
    )


def client(box: str) -> None:
    unit = folder.UnitFolder(exchange.root(), AGENT)
    for path in unit.box("OutBox").glob("*.zip"):
        path.rename(unit.box(box) / path.name)


def work(job: dict) -> None:
    for _pass in range(job.get("passes", 2)):
        exchange.run_once()


def recover(job: dict) -> None:
    """The next start: everything is due, the client works."""
    for _pass in range(2):
        OutboxMessage.objects.update(next_try_at=Now())
        work(job)
        client("SentBox")
        work(job)


def dump(job: dict) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity FROM crash_effects ORDER BY identity")
        effects = [row[0] for row in cursor.fetchall()]
    state = {
        "effects": effects,
        "inbox": list(InboxMessage.objects.order_by("id").values_list("identity", "state")),
        "outbox": list(OutboxMessage.objects.order_by("id").values("internal_no", "state", "tries")),
        "tries": {message.internal_no: outbox.tries_of(message.internal_no) for message in OutboxMessage.objects.all()},
    }
    Path(job["into"]).write_text(json.dumps(state))


def work_aside_first(job: dict) -> None:
    """Control: a worker that sets the file aside before it has stored it."""

    def receive_file(unit, name):
        arrival = folder.read_arrival(unit, name)
        folder.set_aside(arrival, "handled/20260901", "x")
        inbox.store(arrival.raw, unit.unit, name)
        return True

    exchange.receive_file = receive_file
    work(job)


def work_effect_first(job: dict) -> None:
    """Control: a worker that commits the effect before the state of the message."""

    def handle_in_two(message):
        effect(message)
        inbox._finish(message, inbox.Handled("", None, None, "moved"))
        InboxMessage.objects.filter(id=message.id).update(handled_at=Now())
        return True

    inbox.handle = handle_in_two
    work(job)


def send_marked_first(job: dict) -> None:
    """Control: a worker that notes the file as placed before it is written."""

    def place(message, sent):
        outbox.mark_placed(sent)
        exchange.write(folder.UnitFolder(exchange.root(), message.sender), message, sent)
        return True

    exchange.place = place
    send(job)


def work_without_claims(job: dict) -> None:
    """Control: workers that handle what they see without comparing-and-setting."""
    inbox._claim = lambda message: True
    inbox._change = lambda message, **changes: InboxMessage.objects.filter(id=message.id).update(**changes)
    work(job)


JOBS = {
    job.__name__: job
    for job in (
        prepare,
        clean,
        send,
        work,
        recover,
        dump,
        work_aside_first,
        work_effect_first,
        send_marked_first,
        work_without_claims,
    )
}

if __name__ == "__main__":
    serve()
