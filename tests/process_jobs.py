"""Real processes of the portal on a real database, started by tests/processes.py: one forked child for each job.

A child may wait at a gate for the others, die at the n-th step of its work, or work without one of the protections.
The product knows nothing of this.
"""

import importlib
import json
import os
import select
import shutil
import signal
import sys
import traceback
import zipfile
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from customs import exchange, inbox, outbox
from customs.models import InboxMessage, OutboxMessage
from customs.transports import folder
from deposits.kind import LEVY_ORDER
from deposits.models import LevyOrder
from documents import declaring, perform, signing
from documents.models import Attempt, Event, Payment, PaymentNotice, Receipt, SigningRequest
from documents.perform import Refused, Stale
from parties.models import User
from simulators.virtual_card.issue import create_authority
from tests.documents.letters import UNIT, Letters, deliver
from tests.general_guarantee import crash_stage
from tests.world import World

HANDS = 10
WAIT_AT_GATE = 30
Job = dict[str, Any]


# ---- the server, and its children


def serve() -> None:
    """Read jobs from stdin, one line of JSON each; answer each with exit status and result of its children."""
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)


def run(job: Job) -> list[dict[str, Any]]:
    gate, ready = Gate(), Gate()
    children = [fork(job, number, gate, ready) for number in range(job.get("workers", 1))]
    os.close(ready.enter)
    ready.wait_for(len(children))
    os.close(gate.enter)
    answers = [child.join() for child in children]
    for end in (gate.leave, ready.leave):
        os.close(end)
    return answers


class Gate:
    """A pipe: who waits reads from it, and goes on when nobody holds the other end any more."""

    def __init__(self) -> None:
        self.leave, self.enter = os.pipe()

    def wait_for(self, count: int) -> None:
        seen = 0
        while seen < count and select.select([self.leave], [], [], WAIT_AT_GATE)[0]:
            came = os.read(self.leave, count)
            if not came:
                return
            seen += len(came)


class Child:
    def __init__(self, pid: int, results: int) -> None:
        self.pid, self.results = pid, results

    def join(self) -> dict[str, Any]:
        with os.fdopen(self.results, "rb") as pipe:
            said = pipe.read()
        exit_status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return {"exit": exit_status, "result": json.loads(said) if said else None}


def fork(job: Job, number: int, gate: Gate, ready: Gate) -> Child:
    leave, enter = os.pipe()
    pid = os.fork()
    if pid:
        os.close(enter)
        return Child(pid, leave)
    try:
        os.close(leave)
        os.close(gate.enter)
        work_in_child(job | {"number": number}, gate, ready, enter)
        status = 0
    except BaseException:  # noqa: BLE001 - a child must never go on as a second server
        traceback.print_exc()
        status = 1
    os._exit(status)


def work_in_child(job: Job, gate: Gate, ready: Gate, results: int) -> None:
    connections.databases["default"].update(job["database"])
    if connection.vendor == "postgresql":
        # Each child is one thread. More for each of fifty children would be more than the server takes.
        connections.databases["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 1}
    settings.CUSTOMS_EXCHANGE_ROOT = Path(job["root"]) / "exchange"
    settings.PRINT_CACHE = Path(job["root"]) / "prints"
    settings.EKEY_TRUSTED_CAS = Path(job["trusted"])
    settings.SIGNING_REQUEST_SECONDS = 24 * 3600
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    if job.get("workers", 1) == 1:
        # A dead worker's lease is over at once, so that the test need not wait for it.
        outbox.LEASE = inbox.LEASE = timedelta(milliseconds=1)
    for name in job.get("without", ()):
        WITHOUT[name]()
    points = Points(job.get("die_at"))
    if "gate" in job:
        wait_at_gate(*job["gate"], gate, ready)
    if "die_at" in job or job["do"] in job.get("counted", ()):
        points.watch()
    result = JOBS[job["do"]](job)
    connections.close_all()
    os.write(ready.enter, b"x")
    answer = {"said": result, "points": points.passed, "commits": points.commits, "written": points.written}
    os.write(results, json.dumps(answer).encode())
    os.close(results)


def wait_at_gate(module_name: str, name: str, gate: Gate, ready: Gate) -> None:
    """The first call of the step waits until all children are there."""
    module = importlib.import_module(module_name)
    step, calls = getattr(module, name), []

    def gated(*args: Any, **kwargs: Any) -> Any:
        if not calls:
            calls.append(name)
            os.write(ready.enter, b"x")
            os.read(gate.leave, 1)
        return step(*args, **kwargs)

    setattr(module, name, gated)


class Points:
    """Counts the boundaries of every SQL statement, commit and file operation; kills the process at the wanted one."""

    FILES = ("read_arrival", "write_temporary", "rename_into_place", "set_aside")

    def __init__(self, deadly: int | None) -> None:
        self.deadly, self.passed, self.commits = deadly, 0, 0
        self.written: list[str] = []  # the statements of transactions that write, without savepoints

    def watch(self) -> None:
        connection.ensure_connection()
        connection.execute_wrappers.append(self.around_statement)
        connection._commit = self.around_commit(connection._commit)
        for name in self.FILES:
            setattr(folder, name, self.around(getattr(folder, name)))

    def around_statement(self, execute: Any, sql: str, *args: Any) -> Any:
        if connection.in_atomic_block and not sql.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            self.written.append(sql)
        return self.around(execute)(sql, *args)

    def around_commit(self, commit: Any) -> Any:
        def counting() -> None:
            self.commits += 1
            self.around(commit)()

        return counting

    def around(self, step: Any) -> Any:
        def stepping(*args: Any, **kwargs: Any) -> Any:
            self.passes()
            result = step(*args, **kwargs)
            self.passes()
            return result

        return stepping

    def passes(self) -> None:
        self.passed += 1
        if self.passed == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)


# ---- what each test starts from


def new_world(job: Job) -> World:
    """A world in a new database, with an authority that the portal trusts."""
    call_command("migrate", verbosity=0)
    shutil.rmtree(job["root"], ignore_errors=True)
    authority = create_authority("Test authority", key_size=2048)
    settings.EKEY_TRUSTED_CAS.mkdir(parents=True)
    (settings.EKEY_TRUSTED_CAS / "ca.pem").write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    return World(Path(job["root"]), authority)


def prepare(job: Job) -> dict[str, Any]:
    """One order of each sort that the tests begin with, in a new database."""
    world = new_world(job)
    hands = [world.clerk, *[world.person(f"clerk{number}", UNIT) for number in range(1, HANDS)]]
    letters = {
        name: Letters(f"ZS010020260060{digit}") for digit, name in enumerate(("filled", "sent", "paying", "queued"))
    }
    serials = letters["filled"].serials
    for written in letters.values():
        written.serials = serials
        deliver(written.order())
        written.pre = order_of(written).pre_entry_number
        world.fill(order_of(written))
    world.declare(order_of(letters["sent"]))
    world.declare(order_of(letters["paying"]))
    send()
    deliver(letters["paying"].answer("approve"))
    deliver(letters["paying"].notice())
    guarantees = crash_stage.prepare(world, serials, send)
    world.declare(order_of(letters["queued"]))
    world.desk.close()
    filled = order_of(letters["filled"])
    return {
        "numbers": {name: (written.number, written.pre) for name, written in letters.items()} | guarantees,
        "serial": next(serials),
        "hands": [freeze_and_sign(world, hand, filled) for hand in hands],
        "version": filled.version,
    }


def order_of(letters: Letters) -> LevyOrder:
    return LevyOrder.objects.get(levy_number=letters.number)


def freeze_and_sign(world: World, hand: User, order: LevyOrder) -> dict[str, Any]:
    request = signing.freeze(order, LEVY_ORDER, hand)
    signature, certificate = world.sign(hand, request)
    posted = {"request_id": request.pk, "signature": signature, "certificate": certificate}
    return {"account": hand.username, "posted": posted, "session": world.browser(hand).cookies[cookie()].value}


def cookie() -> str:
    return settings.SESSION_COOKIE_NAME


# ---- acts


def post(job: Job) -> int:
    """Send a form as one of the hands; returns the status of the answer."""
    hand = job["hands"][job["number"] if job["each"] else 0]
    client = Client(raise_request_exception=False)
    client.cookies[cookie()] = hand["session"]
    posted = hand["posted"] if job["url"].endswith("declare/") else job["form"] | {"contact_name": f"王{job['number']}"}
    return int(client.post(job["url"], posted, secure=True).status_code)


def declare(job: Job) -> None:
    hand = job["hands"][0]
    user = User.objects.get(username=hand["account"])
    order = LevyOrder.objects.get(levy_number=job["order"])
    posted = QueryDict(mutable=True)
    posted.update({name: str(value) for name, value in hand["posted"].items()})
    declaring.declare(LEVY_ORDER, order, user, posted)


def declare_again(job: Job) -> str:
    """What the clerk does who saw no answer: presses the button once more."""
    try:
        declare(job)
    except (declaring.AlreadyDeclared, Stale, Refused) as refused:
        return type(refused).__name__
    return "declared"


def work(job: Job) -> int:
    """One pass of the worker; returns how many messages it handled."""
    handler, handled = inbox.registered_handler(), []

    def counting(message: InboxMessage, incoming: Any) -> Any:
        handled.append(message.pk)
        return handler(message, incoming)

    inbox.register_handler(counting)
    exchange.run_once()
    return len(handled)


def recover(job: Job) -> None:
    """The next start of the worker: everything is due, and the client works."""
    for _pass in range(2):
        OutboxMessage.objects.update(next_try_at=Now())
        InboxMessage.objects.update(next_try_at=Now())
        inbox.retry_parked()
        exchange.run_once()
        carry()
        exchange.run_once()


def send() -> None:
    """The worker sends, and the client carries."""
    exchange.run_once()
    carry()
    exchange.run_once()


def carry() -> None:
    """The client carries all that lies in OutBox."""
    unit = folder.UnitFolder(exchange.root(), UNIT)
    for path in unit.box("OutBox").glob("*.zip"):
        path.rename(unit.box("SentBox") / path.name)


def dump(job: Job) -> dict[str, Any]:
    """All that a crash or a race must not change. Tries and times may differ."""
    unit = folder.UnitFolder(exchange.root(), UNIT)
    return {
        "orders": rows(LevyOrder, "levy_number", "data_status", "guarantee_status", "version", "attempt", "contact_name"),
        "events": rows(Event, "pre_entry_number", "id", "move", "was", "now"),
        "attempts": rows(Attempt, "internal_no", "answer", "verdict"),
        "requests": SigningRequest.objects.exclude(used_at=None).count(),
        "notices": rows(PaymentNotice, "number", "pre_entry_number"),
        "payments": rows(Payment, "receipt_number", "received"),
        "receipts": rows(Receipt, "message__identity", "effective"),
        "outbox": rows(OutboxMessage, "internal_no", "message_id", "sha256", "state"),
        "inbox": rows(InboxMessage, "identity", "state", "alert", "errors"),
        "left": sorted(path.name for path in unit.box("InBox").iterdir() if path.is_file()),
        "carried": sorted({message for path in unit.path.rglob("*.zip") for message in messages_in(path)}),
        **crash_stage.dump(),
    }  # fmt: skip


def messages_in(path: Path) -> list[tuple[str, str]]:
    """The internal number in the name of a zip, and the message in it."""
    with zipfile.ZipFile(path) as archive:
        return [(path.name.partition("_t-")[0], archive.read(name).decode()) for name in archive.namelist()]


def rows(model: Any, *names: str) -> list[list[Any]]:
    found = [list(row) for row in model.objects.order_by(*names[:2]).values_list(*names)]
    return [row[:1] + row[2:] for row in found] if names[1] == "id" else found


# ---- the protections, to be taken away by the controls


def without_compare_and_set() -> None:
    def careless(document: Any, kind: Any, target: Any, written: Any) -> None:
        after = {**written, "data_status": target}
        for name, value in after.items():
            setattr(document, name, value)
        after["guarantee_status"] = document.guarantee_status = kind.settle(document)
        everyone = type(document).objects.filter(pk=document.pk)
        everyone.update(**after, version=F("version") + 1, changed_at=timezone.now())
        document.version += 1

    perform._compare_and_set = careless


def without_single_use() -> None:
    class Careless:
        class objects:
            @staticmethod
            def filter(pk: int, **_conditions: Any) -> Any:
                return SigningRequest.objects.filter(pk=pk)

        def __getattr__(self, name: str) -> Any:
            return getattr(SigningRequest, name)

    signing.SigningRequest = Careless()


def without_claims() -> None:
    inbox._claim = lambda message: True
    inbox._change = lambda message, **changes: InboxMessage.objects.filter(id=message.id).update(**changes)


def without_transactions() -> None:
    @contextmanager
    def atomic(*_args: Any, **_options: Any) -> Any:
        connection.ensure_connection()
        connection.in_atomic_block = True  # so that the outbox takes it for a transaction
        yield

    transaction.atomic = atomic


WITHOUT = {
    act.__name__.removeprefix("without_"): act
    for act in (without_compare_and_set, without_single_use, without_claims, without_transactions)
}
JOBS = {act.__name__: act for act in (prepare, post, declare, declare_again, work, recover, dump)}
