"""What the desk does wrong on request, and what it does with files that are no declarations."""

from pathlib import Path

import pytest
from lxml import etree

from simulators.customs_desk import Desk, DeskError
from tests.customs_desk.folders import (
    ACCEPTED,
    CASH,
    LOADED,
    SENT,
    Clock,
    box,
    declaration,
    declare,
    issue,
    names,
    put,
    run,
    summary,
    told,
    zipped,
)


def test_every_answer_can_come_twice_with_the_same_bytes(desk: Desk, tmp_path: Path) -> None:
    desk.configure(duplicate=True)
    desk.answer(declare(desk, tmp_path, issue(desk)), "sent")
    first, second = (box(tmp_path, "InBox") / name for name in names(tmp_path))
    assert first.name != second.name
    assert first.read_bytes() == second.read_bytes()


def test_neighbouring_answers_can_change_places(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    inner = declare(desk, tmp_path, issue(desk))
    desk.configure(mode="manual", reorder=True)
    for answer in ("accept", "sent", "loaded"):
        desk.answer(inner, answer)
    assert told(tmp_path) == [SENT]
    run(desk, clock, 1)
    assert told(tmp_path) == [SENT, ACCEPTED]
    desk.configure(reorder=False)
    run(desk, clock, 1)
    assert told(tmp_path) == [SENT, ACCEPTED, LOADED]


def test_answers_can_be_late(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    inner = declare(desk, tmp_path, issue(desk))
    desk.configure(mode="manual", delay=10)
    desk.answer(inner, "accept")
    run(desk, clock, 9)
    assert (told(tmp_path), desk.unsent()) == ([], 1)
    run(desk, clock, 1)
    assert (told(tmp_path), desk.unsent()) == ([ACCEPTED], 0)


def test_the_next_answer_can_be_cut_short_once(desk: Desk, tmp_path: Path) -> None:
    inner = declare(desk, tmp_path, issue(desk))
    desk.configure(corrupt_next=True)
    cut, whole = desk.answer(inner, "sent").read_bytes(), desk.answer(inner, "loaded").read_bytes()
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(cut)
    assert summary(whole) == LOADED


def test_a_silent_desk_says_nothing_and_goes_on_afterwards(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    number = issue(desk)
    desk.configure(silent=True)
    inner = declare(desk, tmp_path, number)
    run(desk, clock, 60)
    with pytest.raises(DeskError, match="静默"):
        desk.answer(inner, "approve")
    assert told(tmp_path) == []
    desk.configure(silent=False)
    run(desk, clock, 1)
    assert told(tmp_path) == [ACCEPTED]


def test_the_client_can_fail_to_send(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    desk.configure(failbox=True)
    put(tmp_path, "GRT101_1_t-1.zip", zipped(declaration(issue(desk), 1, CASH)))
    assert desk.collect() == []
    run(desk, clock, 30)
    assert told(tmp_path) == []
    assert [file.name for file in box(tmp_path, "FailBox").iterdir()] == ["GRT101_1_t-1.zip"]


@pytest.mark.parametrize(
    "content",
    [
        b"no zip",
        b"x" * 1_000_001,
        zipped(b"<a/>", "a.txt"),
        zipped(b"not xml"),
        zipped(b"<Signature/>"),
        zipped(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
        zipped(b"<P><EnvelopInfo><message_type>GRT999</message_type></EnvelopInfo></P>"),
        zipped(b" " * 1_000_001),
        zipped(declaration("ZS0100202600001", 1, CASH).replace(b"GrtDpstHead", b"Head")),
        zipped(declaration("ZS0100202600001", 1, CASH).replace(b"EtpsInnerNo", b"InnerNo")),
    ],
    ids=["no zip", "long", "no xml", "malformed", "empty", "doctype", "type", "long inside", "no head", "no number"],
)
def test_a_file_that_is_no_declaration_goes_to_the_fail_box(desk: Desk, tmp_path: Path, content: bytes) -> None:
    put(tmp_path, "bad.zip", content)
    assert desk.collect() == []
    assert [file.name for file in box(tmp_path, "FailBox").iterdir()] == ["bad.zip"]
