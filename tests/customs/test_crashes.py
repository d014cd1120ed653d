"""kill -9 at every step boundary of outbox and inbox (QUALITY, Faults 1): lost 0, double effects 0, sent undeclared 0."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.db import connection

from customs.transports.folder import UnitFolder, ensure
from tests.customs.samples import AGENT, GUARANTEED, names, sample, with_id

KILLED = -9
BASE = Path(__file__).resolve().parents[2]

# The step boundaries: module, step, and the box to which the client moves what it finds.
SENDING = [
    ("customs.outbox", "claim", "SentBox"),
    ("customs.exchange", "write", "SentBox"),
    ("customs.transports.folder", "write_temporary", "SentBox"),
    ("customs.transports.folder", "rename_into_place", "SentBox"),
    ("customs.outbox", "mark_placed", "SentBox"),
    ("customs.outbox", "mark_carried", "SentBox"),
    ("customs.outbox", "mark_failed", "FailBox"),
]
RECEIVING = [
    ("customs.transports.folder", "read_arrival"),
    ("customs.inbox", "store"),
    ("customs.inbox", "_insert"),
    ("customs.exchange", "set_aside"),
    ("customs.inbox", "_claim"),
    ("customs.inbox", "handle"),
    ("customs.inbox", "_finish"),
]


class Workers:
    """The process that forks one child for each job, on one database and one exchange root."""

    def __init__(self, process, database, root):
        self.process, self.database, self.root = process, database, root

    def run(self, do, **job):
        job |= {"do": do, "database": self.database, "root": str(self.root)}
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def state(self):
        into = self.root / "state.json"
        assert self.run("dump", into=str(into)) == [0]
        return json.loads(into.read_text())


@pytest.fixture(scope="module")
def server():
    with subprocess.Popen(
        [sys.executable, "-m", "tests.customs.crash_worker"],
        cwd=BASE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        yield process
        process.stdin.close()
        process.wait(timeout=20)


@pytest.fixture(scope="module")
def template(server, tmp_path_factory):
    """An SQLite database with the tables of customs, copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    path = folder / "crash.sqlite3"
    assert Workers(server, {"NAME": str(path)}, folder).run("prepare") == [0]
    return path


@pytest.fixture
def workers(server, tmp_path, request):
    root = tmp_path / "exchange"
    ensure(root, [AGENT, GUARANTEED])
    if connection.vendor == "postgresql":
        request.getfixturevalue("transactional_db")
        keys = ("NAME", "USER", "PASSWORD", "HOST", "PORT")
        workers = Workers(server, {key: connection.settings_dict[key] for key in keys}, root)
        assert workers.run("clean") == [0]
        return workers
    path = tmp_path / "crash.sqlite3"
    shutil.copy(request.getfixturevalue("template"), path)
    return Workers(server, {"NAME": str(path)}, root)


def copies(root):
    """What reached the client: internal number -> contents of all copies, wherever they stand."""
    found = {}
    for path in UnitFolder(root, AGENT).path.rglob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            number = path.name.split("_")[1]
            found.setdefault(number, []).append(archive.read(archive.namelist()[0]).decode())
    return found


def check_sent(workers):
    """Nothing lost, nothing undeclared, every copy the same, and no more copies than tries were counted."""
    state = workers.state()
    declared = {f"2026{number:014d}-0-1": f"signed {number}" for number in range(len(state["outbox"]))}
    assert {row["internal_no"]: row["state"] for row in state["outbox"]} == dict.fromkeys(declared, "carried")
    sent = copies(workers.root)
    assert {number: set(contents) for number, contents in sent.items()} == {
        number: {content} for number, content in declared.items()
    }
    assert all(len(contents) <= state["tries"][number] for number, contents in sent.items())
    return state


def arrive(root):
    """One file of every kind for each unit, and one of them twice."""
    for name in names():
        unit = GUARANTEED if GUARANTEED.encode() + b"</receiver_id>" in sample(name) else AGENT
        (UnitFolder(root, unit).box("InBox") / f"Receipt_{name}.xml").write_bytes(sample(name))
    (UnitFolder(root, GUARANTEED).box("InBox") / "Receipt_copy.xml").write_bytes(sample("GRT202_issued"))
    return len(names())


def check_received(workers, count):
    """Every message has exactly one effect, and its file left the InBox."""
    state = workers.state()
    handled = [identity for identity, message_state in state["inbox"] if message_state == "handled"]
    assert len(handled) == count
    assert sorted(handled) == state["effects"]
    assert [message_state for _identity, message_state in state["inbox"]].count("duplicate") == 1
    for unit in (AGENT, GUARANTEED):
        assert not [path for path in UnitFolder(workers.root, unit).box("InBox").iterdir() if path.is_file()]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("module", "step", "box"), SENDING)
@pytest.mark.parametrize("nth", [1, 3])
def test_a_worker_killed_while_sending_loses_and_invents_nothing(workers, module, step, box, when, nth):
    assert workers.run("send", box=box, kill=[module, step, when, nth]) == [KILLED]
    assert workers.run("recover") == [0]
    state = check_sent(workers)
    assert len(state["outbox"]) == 3


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("module", "step"), RECEIVING)
@pytest.mark.parametrize("nth", [1, 7])
def test_a_worker_killed_while_receiving_loses_and_doubles_nothing(workers, module, step, when, nth):
    count = arrive(workers.root)
    assert workers.run("work", kill=[module, step, when, nth]) == [KILLED]
    assert workers.run("work") == [0]
    check_received(workers, count)


def test_a_placed_file_is_not_placed_again_by_the_next_start(workers):
    kill = ["customs.outbox", "mark_placed", "before", 1]
    assert workers.run("send", box="SentBox", kill=kill) == [KILLED]
    assert workers.run("work") == [0]
    assert sorted(map(len, copies(workers.root).values())) == [1, 1, 1]
    assert all(row["tries"] == 1 for row in workers.state()["outbox"])


def test_a_worker_killed_again_and_again_still_ends_well(workers):
    count = arrive(workers.root)
    workers.run("send", box="SentBox", kill=["customs.outbox", "claim", "after", 1])
    for module, step in RECEIVING:
        workers.run("recover", kill=[module, step, "after", 2])
        workers.run("recover", kill=["customs.transports.folder", "rename_into_place", "after", 1])
    assert workers.run("recover") == [0]
    check_received(workers, count)
    check_sent(workers)


@pytest.mark.parametrize(
    ("careless", "kill"),
    [
        ("work_aside_first", ["customs.transports.folder", "set_aside", "after", 1]),
        ("work_effect_first", ["customs.inbox", "_finish", "before", 1]),
    ],
)
def test_the_same_crash_does_harm_to_a_careless_receiver(workers, careless, kill):
    """The control: without the protection this test sees what it looks for."""
    count = arrive(workers.root)
    assert workers.run(careless, kill=kill) == [KILLED]
    assert workers.run("work") == [0]
    with pytest.raises(AssertionError):
        check_received(workers, count)


def test_the_same_crash_does_harm_to_a_careless_sender(workers):
    kill = ["customs.outbox", "mark_placed", "after", 1]
    assert workers.run("send_marked_first", box="SentBox", kill=kill) == [KILLED]
    assert workers.run("recover") == [0]
    with pytest.raises(AssertionError):
        check_sent(workers)


def arrive_in_numbers(root, each=25):
    for number in range(each):
        for unit, name in ((GUARANTEED, "GRT202_issued"), (AGENT, "GRT200_loaded")):
            raw = with_id(sample(name), f"{number:04d}")
            (UnitFolder(root, unit).box("InBox") / f"Receipt_{number}.xml").write_bytes(raw)
    return 2 * each


def test_three_workers_at_once_handle_and_send_everything_once(workers):
    count = arrive_in_numbers(workers.root)
    assert workers.run("send", box="SentBox", messages=10) == [0]
    assert workers.run("work", workers=3, passes=4) == [0, 0, 0]
    assert workers.run("recover") == [0]
    state = check_sent(workers)
    assert all(row["tries"] == 1 for row in state["outbox"])
    assert len(state["effects"]) == len(set(state["effects"])) == count


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time: no race to lose")
def test_three_workers_without_claims_double_effects(workers):
    arrive_in_numbers(workers.root)
    workers.run("work_without_claims", workers=3, passes=4)
    effects = workers.state()["effects"]
    assert len(effects) > len(set(effects))
