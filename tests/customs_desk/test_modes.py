"""Automatic and by hand, on hold, after a restart, over settings that make no sense."""

from datetime import datetime
from pathlib import Path

import pytest

from simulators.customs_desk import Desk, DeskError
from simulators.customs_desk.records import SHANGHAI
from tests.customs_desk.folders import ACCEPTED, APPROVED, LOADED, SENT, UNIT, Clock, box, declare, issue, run, told


def test_in_manual_mode_nothing_is_answered_until_told(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    desk.configure(mode="manual")
    inner = declare(desk, tmp_path, issue(desk))
    run(desk, clock, 60)
    assert told(tmp_path) == []
    while desk.take_usual_step(inner):
        pass
    assert told(tmp_path) == [ACCEPTED, SENT, LOADED, APPROVED]
    assert [kind for kind, _, _ in told(tmp_path, UNIT)] == ["GRT202", "GRT231", "GRT232"]


def test_an_attempt_on_hold_is_left_alone_by_the_automatic_mode(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    inner = declare(desk, tmp_path, issue(desk))
    desk.hold(inner)
    run(desk, clock, 60)
    assert told(tmp_path) == []
    desk.hold(inner, False)
    run(desk, clock, 1)
    assert told(tmp_path) == [ACCEPTED]


def test_an_early_decision_stands_and_later_lower_answers_are_still_sent(desk: Desk, tmp_path: Path) -> None:
    inner = declare(desk, tmp_path, issue(desk))
    for answer in ("approve", "loaded", "accept", "return"):
        desk.answer(inner, answer)
    assert [result for _, result, _ in told(tmp_path)] == ["1", "Y", "0", "3"]
    assert desk.store.attempt(inner).state == "approved"


def test_a_restart_goes_on_where_the_desk_stopped(tmp_path: Path, clock: Clock) -> None:
    with Desk(tmp_path, clock) as desk:
        desk.configure(step_delay=5)
        number = issue(desk)
        declare(desk, tmp_path, number)
        run(desk, clock, 5)
        assert told(tmp_path) == [ACCEPTED]
    with Desk(tmp_path, clock) as desk:
        run(desk, clock, 4)
        assert told(tmp_path) == [ACCEPTED]
        run(desk, clock, 11)
        assert told(tmp_path) == [ACCEPTED, SENT, LOADED, APPROVED]
        assert issue(desk) == "ZS0100202600002"


def test_the_clock_of_the_desk_is_that_of_shanghai(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        number = issue(desk)
        assert desk.store.order(number).levy_date == datetime.now(SHANGHAI).date()


def test_settings_that_make_no_sense_are_refused(desk: Desk) -> None:
    for changes in ({"mode": "off"}, {"step_delay": -1}, {"delay": float("nan")}):
        with pytest.raises(DeskError):
            desk.configure(**changes)
    with pytest.raises(DeskError):
        desk.answer("unknown", "accept")
    with pytest.raises(DeskError):
        desk.send_payment("010026000001")
    with pytest.raises(DeskError):
        desk.send_payment(desk.send_notice(issue(desk)), result="2")


def test_a_file_remembered_before_a_crash_is_only_moved_afterwards(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    number = issue(desk)
    inner = declare(desk, tmp_path, number)
    name = f"GRT101_{inner}_t-1.zip"
    (box(tmp_path, "SentBox") / name).rename(box(tmp_path, "OutBox") / name)
    desk.collect()
    run(desk, clock, 3)
    assert told(tmp_path) == [ACCEPTED]
    assert not list(box(tmp_path, "OutBox").iterdir())


def test_an_answer_that_could_not_be_written_is_written_later(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    inner = declare(desk, tmp_path, issue(desk))
    box(tmp_path, "InBox").touch()
    with pytest.raises(FileExistsError):
        desk.answer(inner, "accept")
    box(tmp_path, "InBox").unlink()
    run(desk, clock, 1)
    assert told(tmp_path) == [ACCEPTED]


def test_a_folder_that_is_no_units_is_left_alone(desk: Desk, tmp_path: Path) -> None:
    folder = box(tmp_path, "OutBox", "someone")
    folder.mkdir(parents=True)
    (folder / "any.zip").write_bytes(b"")
    assert desk.collect() == []
    assert [file.name for file in folder.iterdir()] == ["any.zip"]
