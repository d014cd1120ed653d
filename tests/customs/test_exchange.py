import errno
import io
import os
import signal
import threading
import zipfile
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.db.models.functions import Now

from customs import exchange, inbox, outbox
from customs.clock import in_time
from customs.models import InboxMessage, OutboxMessage, OutboxTry
from customs.transports import folder
from tests.customs.samples import AGENT, ATTEMPT, GUARANTEED, sample, with_id

ORDER = sample("GRT202_issued")
pytestmark = pytest.mark.usefixtures("db", "handler", "root")


def files(box):
    return sorted(path.name for path in box.iterdir() if path.is_file())


def move(unit, name, target):
    (unit.box("OutBox") / name).rename(unit.box(target) / name)


def test_a_queued_message_is_placed_as_a_zip_with_one_entry_of_its_name(declared, agent_folder):
    message = declared()
    exchange.run_once()
    (name,) = files(agent_folder.box("OutBox"))
    assert name == f"GRT101_{ATTEMPT}_t-1.zip"
    with zipfile.ZipFile(agent_folder.box("OutBox") / name) as archive:
        assert archive.namelist() == [f"GRT101_{ATTEMPT}_t-1.xml"]
        assert archive.read(archive.namelist()[0]) == bytes(message.content)
    message.refresh_from_db()
    assert message.state == "placed"


def test_a_placed_message_is_not_placed_again(declared, agent_folder):
    declared()
    for _time in range(3):
        exchange.run_once()
    assert len(files(agent_folder.box("OutBox"))) == 1
    assert outbox.tries_of(ATTEMPT) == 1


def test_a_file_in_sentbox_is_carried_and_stays_there(declared, agent_folder):
    message = declared()
    exchange.run_once()
    move(agent_folder, f"GRT101_{ATTEMPT}_t-1.zip", "SentBox")
    exchange.run_once()
    message.refresh_from_db()
    assert message.state == "carried"
    assert files(agent_folder.box("SentBox")) == [f"GRT101_{ATTEMPT}_t-1.zip"]
    assert files(agent_folder.box("OutBox")) == []


def test_a_file_in_failbox_is_tried_three_times_under_new_names_and_then_held(declared, agent_folder):
    message = declared()
    for number in (1, 2, 3):
        OutboxMessage.objects.update(next_try_at=Now())
        exchange.run_once()
        move(agent_folder, f"GRT101_{ATTEMPT}_t-{number}.zip", "FailBox")
        exchange.run_once()
    message.refresh_from_db()
    assert (message.state, message.alert, message.tries) == ("held", True, 3)
    contents = set()
    for name in files(agent_folder.box("FailBox")):
        with zipfile.ZipFile(agent_folder.box("FailBox") / name) as archive:
            contents.add(archive.read(archive.namelist()[0]))
    assert contents == {bytes(message.content)}


def test_a_message_whose_file_vanished_is_held_for_an_operator(declared, agent_folder):
    message = declared()
    exchange.run_once()
    (agent_folder.box("OutBox") / f"GRT101_{ATTEMPT}_t-1.zip").unlink()
    exchange.run_once()
    message.refresh_from_db()
    assert message.state == "placed"
    OutboxTry.objects.update(missing_since=in_time(-2 * exchange.VANISHED_AFTER))
    exchange.run_once()
    message.refresh_from_db()
    assert (message.state, message.alert) == ("held", True)


def test_a_file_that_was_only_on_its_way_is_not_missing(declared, agent_folder):
    declared()
    exchange.run_once()
    name = f"GRT101_{ATTEMPT}_t-1.zip"
    (agent_folder.box("OutBox") / name).rename(agent_folder.path / name)
    exchange.run_once()
    assert OutboxTry.objects.get().missing_since is not None
    (agent_folder.path / name).rename(agent_folder.box("OutBox") / name)
    exchange.run_once()
    assert OutboxTry.objects.get().missing_since is None


def test_while_a_share_is_away_nothing_counts_as_missing(declared, agent_folder, settings, tmp_path):
    declared()
    exchange.run_once()
    settings.CUSTOMS_EXCHANGE_ROOT = tmp_path / "away"
    exchange.run_once()
    assert OutboxTry.objects.get().missing_since is None


def test_a_full_disk_loses_nothing(declared, agent_folder, monkeypatch):
    message = declared()
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", lambda descriptor: (_ for _ in ()).throw(OSError(errno.ENOSPC, "No space left")))
        exchange.run_once()
    message.refresh_from_db()
    assert (message.state, message.failures) == ("queued", 0)
    assert "No space left" in message.reason
    assert files(agent_folder.box("OutBox")) == []
    OutboxMessage.objects.update(next_try_at=Now())
    exchange.run_once()
    assert files(agent_folder.box("OutBox")) == [f"GRT101_{ATTEMPT}_t-2.zip"]
    assert outbox.tries_of(ATTEMPT) == 1


def test_an_error_after_the_rename_leaves_the_message_placed(declared, agent_folder, monkeypatch):
    message = declared()
    real = folder.rename_into_place

    def renamed_then_failing(temporary):
        real(temporary)
        raise OSError("the share went away")

    monkeypatch.setattr(folder, "rename_into_place", renamed_then_failing)
    exchange.run_once()
    message.refresh_from_db()
    assert message.state == "placed"
    assert outbox.tries_of(ATTEMPT) == 1


def test_after_the_restore_of_an_older_database_the_same_file_is_not_placed_again(declared, agent_folder):
    message = declared()
    exchange.run_once()
    move(agent_folder, f"GRT101_{ATTEMPT}_t-1.zip", "SentBox")
    OutboxTry.objects.all().delete()
    OutboxMessage.objects.update(state="queued", tries=0)
    exchange.run_once()
    assert files(agent_folder.box("OutBox")) == []
    exchange.run_once()
    message.refresh_from_db()
    assert message.state == "carried"


def test_a_received_file_is_handled_and_moves_to_a_dated_folder(guaranteed_folder, handler):
    (guaranteed_folder.box("InBox") / "Receipt_1.xml").write_bytes(ORDER)
    exchange.run_once()
    assert len(handler.given) == 1
    assert files(guaranteed_folder.box("InBox")) == []
    (day,) = (guaranteed_folder.box("InBox") / "handled").iterdir()
    assert len(day.name) == 8
    assert files(day) == ["Receipt_1.xml"]


def test_an_unreadable_file_moves_to_cannot_parse(guaranteed_folder):
    (guaranteed_folder.box("InBox") / "Receipt_1.xml").write_bytes(b"<a>")
    exchange.run_once()
    assert files(guaranteed_folder.box("InBox") / "cannot_parse") == ["Receipt_1.xml"]
    assert InboxMessage.objects.get().alert


def test_two_files_of_one_name_are_both_kept(guaranteed_folder, handler):
    for content in (ORDER, with_id(ORDER, "7777")):
        (guaranteed_folder.box("InBox") / "Receipt_1.xml").write_bytes(content)
        exchange.run_once()
    (day,) = (guaranteed_folder.box("InBox") / "handled").iterdir()
    assert sorted(path.read_bytes() for path in day.iterdir()) == sorted([ORDER, with_id(ORDER, "7777")])
    assert len(handler.given) == 2


def test_temporary_files_links_and_other_folders_are_left_alone(guaranteed_folder, handler, root):
    box = guaranteed_folder.box("InBox")
    (box / "Receipt_1.xml.tmp").write_bytes(ORDER)
    (box / "notes.txt").write_bytes(ORDER)
    (box / "folder.xml").mkdir()
    (root / "target.xml").write_bytes(ORDER)
    (box / "link.xml").symlink_to(root / "target.xml")
    (root / "not-a-unit" / "Grt" / "InBox").mkdir(parents=True)
    (root / "not-a-unit" / "Grt" / "InBox" / "Receipt_1.xml").write_bytes(ORDER)
    exchange.run_once()
    assert not InboxMessage.objects.exists()
    assert handler.given == []


def test_a_file_that_is_still_being_written_waits(guaranteed_folder, monkeypatch):
    path = guaranteed_folder.box("InBox") / "Receipt_1.xml"
    path.write_bytes(ORDER[:100])
    real, looks = os.fstat, []

    def growing(descriptor):
        looks.append(descriptor)
        if len(looks) == 2:
            path.write_bytes(ORDER)
        return real(descriptor)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(os, "fstat", growing)
        assert folder.read_arrival(guaranteed_folder, "Receipt_1.xml") is None
    assert folder.read_arrival(guaranteed_folder, "Receipt_1.xml").raw == ORDER


def test_a_file_that_another_worker_took_is_no_error(guaranteed_folder):
    assert folder.read_arrival(guaranteed_folder, "gone.xml") is None
    folder.set_aside(folder.Arrival(guaranteed_folder, "gone.xml", b""), "handled", "x")


def test_a_box_that_cannot_be_read_stops_no_other(guaranteed_folder, agent_folder, handler):
    agent_folder.box("InBox").rmdir()
    agent_folder.box("InBox").write_bytes(b"")
    (guaranteed_folder.box("InBox") / "Receipt_1.xml").write_bytes(ORDER)
    exchange.run_once()
    assert len(handler.given) == 1


def test_parked_messages_follow_what_they_waited_for(guaranteed_folder, monkeypatch):
    known = []

    def handle(message, incoming):
        if incoming.message_type != "GRT202" and not known:
            raise inbox.Park(incoming.business_number)
        known.append(incoming.message_type)
        return inbox.Handled(message.pre_entry_number, None, None, "moved")

    monkeypatch.setattr(inbox, "_handlers", [handle])
    (guaranteed_folder.box("InBox") / "Receipt_1.xml").write_bytes(sample("GRT231_notice"))
    exchange.run_once()
    assert InboxMessage.objects.get().state == "parked"
    (guaranteed_folder.box("InBox") / "Receipt_2.xml").write_bytes(ORDER)
    exchange.run_once()
    assert known == ["GRT202", "GRT231"]


def test_folders_of_registered_units_are_made(root):
    exchange.register_units(lambda: ["4403960002"])
    exchange.run_once()
    assert sorted(path.name for path in (root / "4403960002" / "Grt").iterdir()) == sorted(folder.BOXES)


def test_a_unit_code_is_never_a_path(root):
    with pytest.raises(ValueError, match="unit code"):
        folder.ensure(root, ["../../etc/x"])


def test_a_worker_that_is_to_stop_begins_nothing(declared, guaranteed_folder, agent_folder):
    declared()
    (guaranteed_folder.box("InBox") / "Receipt_1.xml").write_bytes(ORDER)
    exchange.run_once(lambda: True)
    assert files(agent_folder.box("OutBox")) == []
    assert not InboxMessage.objects.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_ends_cleanly_on_a_signal(monkeypatch, number):
    passes = []

    def one_pass(stopping):
        passes.append(stopping())
        os.kill(os.getpid(), number)
        return 0

    monkeypatch.setattr(exchange, "run_once", one_pass)
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    try:
        call_command("customs_exchange", interval=0.01)
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
    assert passes == [False]


@pytest.fixture
def passes(monkeypatch):
    """Passes that end as told; the command stops after the last. Gives the list of waits."""

    def plan(*errors):
        waits = []

        class Stop(threading.Event):
            def wait(self, timeout=None):
                waits.append(timeout)
                return True

        def one_pass(stopping):
            error = remaining.pop(0)
            if not remaining:
                stop.set()
            if error is not None:
                raise error
            return 0

        stop, remaining = Stop(), list(errors)
        monkeypatch.setattr(threading, "Event", lambda: stop)
        monkeypatch.setattr(exchange, "run_once", one_pass)
        monkeypatch.setattr("customs.management.commands.customs_exchange.connections.close_all", lambda: None)
        monkeypatch.setattr(signal, "signal", lambda number, handler: None)
        return waits

    return plan


def test_the_command_waits_while_the_database_is_away_and_says_so(passes, caplog):
    waits = passes(OperationalError("gone"), OperationalError("gone"), None)
    call_command("customs_exchange", interval=0.01)
    assert waits == [1.0, 2.0, 0.01]
    assert "the database is away" in caplog.text


def test_a_pass_that_fails_does_not_end_the_worker(passes, caplog):
    waits = passes(ZeroDivisionError("bug"), None, None)
    call_command("customs_exchange", interval=0.01)
    assert waits == [1.0, 0.01, 0.01]
    assert "ZeroDivisionError" in caplog.text


def test_the_next_pass_comes_after_the_interval(passes):
    waits = passes(None, None)
    call_command("customs_exchange", interval=0.25)
    assert waits == [0.25, 0.25]


def test_once_says_what_went_wrong(passes):
    passes(OperationalError("gone"))
    with pytest.raises(OperationalError):
        call_command("customs_exchange", once=True)


def test_one_pass_is_enough_with_once(declared, agent_folder, monkeypatch):
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)
    declared()
    call_command("customs_exchange", once=True)
    assert len(files(agent_folder.box("OutBox"))) == 1


def test_leases_go_by_the_clock_of_the_database(declared, time_machine_two_hours_ahead):
    message = declared()
    outbox.claim(message)
    assert not outbox.due_messages().exists()


@pytest.fixture
def time_machine_two_hours_ahead(monkeypatch):
    """The worker's host is two hours ahead; the database is not."""
    import django.utils.timezone

    real = django.utils.timezone.now
    monkeypatch.setattr(django.utils.timezone, "now", lambda: real() + timedelta(hours=2))


def test_the_zip_of_a_message_is_the_same_each_time():
    from customs import archives

    assert archives.pack("a.xml", b"x") == archives.pack("a.xml", b"x")
    assert zipfile.ZipFile(io.BytesIO(archives.pack("a.xml", b"x"))).namelist() == ["a.xml"]


def test_the_folders_of_all_units_are_watched(root):
    assert [unit.unit for unit in folder.unit_folders(root)] == [AGENT, GUARANTEED]
    assert list(folder.unit_folders(root / "absent")) == []


def test_a_share_that_is_away_does_not_stop_the_pass(monkeypatch, guaranteed_folder, handler, caplog):
    def away():
        raise OSError("share away")

    exchange.register_units(away)
    exchange.register_units(away)
    (guaranteed_folder.box("InBox") / "Receipt_1.xml").write_bytes(ORDER)
    assert exchange.run_once() == 2
    assert caplog.text.count("share away") == 1
    assert len(handler.given) == 1


def test_a_file_that_cannot_be_moved_is_stored_and_handled_once(guaranteed_folder, handler, monkeypatch):
    (guaranteed_folder.box("InBox") / "Receipt_1.xml").write_bytes(ORDER)
    with monkeypatch.context() as stuck:
        stuck.setattr(folder, "set_aside", lambda *args: (_ for _ in ()).throw(OSError("in use")))
        exchange.run_once()
        exchange.run_once()
    assert InboxMessage.objects.get().state == "handled"
    exchange.run_once()
    assert files(guaranteed_folder.box("InBox")) == []
    assert len(handler.given) == 1


def test_a_file_that_vanishes_between_two_looks_is_skipped(guaranteed_folder):
    assert exchange.receive_file(guaranteed_folder, "gone.xml") is False


def stop_after(calls):
    """A worker that is told to stop after so many questions."""
    answers = iter([False] * calls)
    return lambda: next(answers, True)


def test_a_worker_that_is_told_to_stop_finishes_the_message_at_hand(declared, guaranteed_folder, agent_folder):
    declared(1)
    declared(1, "202600000000000072")
    assert exchange.send(stop_after(1)) == 1
    exchange.send(stop_after(9))
    assert exchange.collect(stop_after(0)) == 0
    for name in ("Receipt_1.xml", "Receipt_2.xml"):
        (guaranteed_folder.box("InBox") / name).write_bytes(ORDER)
    assert exchange.receive(stop_after(1)) == 1
    assert len(files(guaranteed_folder.box("InBox"))) == 1


def test_a_message_that_another_worker_claims_meanwhile_is_left_to_it(declared, agent_folder, monkeypatch):
    declared()
    monkeypatch.setattr(outbox, "claim", lambda message: None)
    assert exchange.send(stop_after(9)) == 0
    assert files(agent_folder.box("OutBox")) == []


def test_what_another_worker_noted_meanwhile_is_not_noted_twice(declared, agent_folder):
    declared()
    exchange.run_once()
    sent = OutboxTry.objects.select_related("message").get()
    move(agent_folder, sent.file_name, "SentBox")
    assert exchange.settle(sent)
    assert not exchange.settle(sent)
    (agent_folder.box("SentBox") / sent.file_name).rename(agent_folder.box("FailBox") / sent.file_name)
    assert not exchange.settle(sent)


def test_a_carried_message_whose_file_is_gone_is_no_case_for_anybody(declared, agent_folder):
    message = declared()
    exchange.run_once()
    sent = OutboxTry.objects.get()
    outbox.mark_carried(sent)
    outbox.mark_vanished(sent)
    outbox.mark_not_written(sent, OSError("late"))
    message.refresh_from_db()
    assert (message.state, message.alert) == ("carried", False)
