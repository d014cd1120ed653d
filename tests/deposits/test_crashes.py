"""kill -9 at every step boundary, with the documents in place (QUALITY, Faults 1): a crash and a restart are as no crash.

A boundary is before and after each SQL statement, each commit and each file operation of the worker.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests import processes
from tests.documents.letters import UNIT, Letters
from tests.general_guarantee import crash_stage
from tests.processes import KILLED, Stage, Theatre

FEW = 5
OF_ORDERS = ["CommonResponeMessage", "GRT200", "GRT201", "GRT202", "GRT203", "GRT231", "GRT232"]
# What is about a general guarantee, and the document of the stage that it is about.
OF_GUARANTEES = {"GRT201 draw": "drawing", "GRT211": "deciding", "GRT211 change": "in force", "GRT212": "in force"}
SENT = "GRT101 and GRT111"
ACTS = ["declare", SENT, *OF_ORDERS, *OF_GUARANTEES]


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    with processes.theatre(tmp_path_factory.mktemp("crashes")) as opened:
        yield opened


def letter(stage: Stage, kind: str) -> bytes:
    """A message of each kind that has an effect on the stage."""
    about = OF_GUARANTEES.get(kind, "paying" if kind == "GRT232" else "sent")
    order = Letters(*stage.facts["numbers"][about])
    for _used in range(stage.facts["serial"]):
        next(order.serials)
    if about in ("deciding", "in force"):
        return crash_stage.message(kind, order.number, order.pre, order.serials)
    new = Letters("ZS0100202600999", serials=order.serials)
    return {
        "CommonResponeMessage": lambda: order.technical(accepted=True),
        "GRT200": lambda: order.answer("loaded"),
        "GRT201": lambda: order.answer("approve"),
        "GRT201 draw": lambda: order.answer("approve"),
        "GRT202": lambda: new.order(),
        "GRT203": lambda: order.cancellation(),
        "GRT231": lambda: order.notice("010026000777"),
        "GRT232": lambda: order.payment(),
    }[kind]()


class Play:
    """One act of the portal, once undisturbed and then with a crash at one boundary after the other."""

    def __init__(self, theatre: Theatre, act: str, raw: bytes = b"", without: tuple[str, ...] = ()) -> None:
        self.theatre, self.act, self.raw, self.without = theatre, act, raw, without
        with theatre.stage() as stage:
            self.before = stage.do("dump")
            stage.do("recover")
            self.idle = stage.do("dump")
        with theatre.stage() as stage:
            [said] = self.start(stage, counted=[act])
            self.boundaries = said["result"]["points"]
            self.undisturbed = stage.do("dump")
            stage.do("recover")
            self.end = stage.do("dump")
        assert {state for _identity, state, *_rest in self.end["inbox"]} <= {"handled", "logged"}

    def start(self, stage: Stage, **job: Any) -> list[dict[str, Any]]:
        if self.raw:
            (stage.root / "exchange" / UNIT / "Grt" / "InBox" / "Receipt_1.xml").write_bytes(self.raw)
        return stage.run(self.act, order=stage.facts["numbers"]["filled"][0], without=self.without, **job)

    def crash_at(self, boundary: int) -> None:
        """Crash, restart, and compare with what would have been."""
        with self.theatre.stage() as stage:
            [crashed] = self.start(stage, die_at=boundary)
            assert crashed["exit"] == KILLED
            if self.act == "declare":
                self.press_again(stage)
            stage.do("recover")
            assert stage.do("dump") == self.end, f"crash at boundary {boundary} of {self.boundaries}"

    def press_again(self, stage: Stage) -> None:
        """Declared is all or nothing, and nothing is sent that is not; the clerk who saw no answer presses once more."""
        left = stage.do("dump")
        assert left in (self.before, self.undisturbed)
        stage.do("recover")
        assert stage.do("dump") == (self.idle if left == self.before else self.end)
        said = stage.do("declare_again", order=stage.facts["numbers"]["filled"][0])
        assert said == ("declared" if left == self.before else "AlreadyDeclared")

    def some(self, count: int) -> list[int]:
        """`count` boundaries from the first to the last."""
        step = max((self.boundaries - 1) / (count - 1), 1)
        return sorted({round(1 + place * step) for place in range(count) if 1 + place * step < self.boundaries + 0.5})

    def crash_everywhere(self) -> list[int]:
        return list(range(1, self.boundaries + 1))


def play_of(theatre: Theatre, kind: str, **options: Any) -> Play:
    if kind == "declare":
        return Play(theatre, "declare", **options)
    if kind == SENT:
        return Play(theatre, "work", **options)
    return Play(theatre, "work", letter(theatre.template, kind), **options)


@pytest.mark.parametrize("kind", ACTS)
def test_a_crash_here_and_there_loses_and_doubles_nothing(theatre: Theatre, kind: str) -> None:
    play = play_of(theatre, kind)
    for boundary in play.some(FEW):
        play.crash_at(boundary)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", ACTS)
def test_a_crash_at_every_boundary_loses_and_doubles_nothing(theatre: Theatre, kind: str) -> None:
    play = play_of(theatre, kind)
    for boundary in play.crash_everywhere():
        play.crash_at(boundary)


@pytest.mark.parametrize("kind", ["declare", "GRT201", "GRT201 draw", "GRT211 change"])
def test_without_transactions_the_same_crashes_do_harm(theatre: Theatre, kind: str) -> None:
    """The control: among the boundaries of the effect there is one that leaves half of it."""
    play = play_of(theatre, kind, without=("transactions",))

    def harmed(boundary: int) -> bool:
        try:
            play.crash_at(boundary)
        except AssertionError:
            return True
        return False

    assert any(harmed(boundary) for boundary in play.some(12))
