"""N at once on one general guarantee, in real processes: as many go through as there is room for (QUALITY, Faults 3)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests import processes
from tests.processes import Stage, Theatre

JOBS = "tests.general_guarantee.race_jobs"
ROOM_FOR, EACH = 10, 100
TOGETHER = [JOBS, "together"]
only_postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    with processes.theatre(tmp_path_factory.mktemp("ledger"), JOBS) as opened:
        yield opened


@pytest.fixture
def stage(theatre: Theatre) -> Iterator[Stage]:
    with theatre.stage() as opened:
        yield opened


def check_sums(state: dict[str, Any], drawn: int, held: int) -> None:
    """What is kept beside the guarantee is what its ledger and its reservations say."""
    assert state["amounts"] == state["ledger"] == [EACH * (ROOM_FOR - drawn), EACH * drawn, 0, 0]
    assert state["total"] == EACH * ROOM_FOR
    assert state["reserved"] == EACH * held
    assert state["reservations"] == [EACH] * held
    assert state["draws"] == drawn


# ---- confirming


def check_as_many_as_there_is_room(stage: Stage, answers: list[Any], workers: int) -> None:
    through = min(workers, ROOM_FOR)
    assert [status for status, _words in answers].count(302) == through
    assert [answer for answer in answers if answer[0] != 302] == [[422, True]] * (workers - through)
    state = stage.do("state")
    assert state["declared"] == through
    check_sums(state, drawn=0, held=through)


@pytest.mark.parametrize("workers", [2, 50])
def test_of_many_confirmations_as_many_go_through_as_there_is_room_for(stage: Stage, workers: int) -> None:
    answers = stage.said("confirm", workers=workers, gate=["documents.signing", "declare"])

    check_as_many_as_there_is_room(stage, answers, workers)


@only_postgres
def test_a_portal_that_looks_first_and_takes_then_draws_too_much(stage: Stage) -> None:
    answers = stage.said("confirm", workers=20, gate=TOGETHER, without=["look_and_take_in_one"])

    with pytest.raises(AssertionError):
        check_as_many_as_there_is_room(stage, answers, 20)


# ---- changing


@pytest.mark.parametrize("workers", [2, 10, pytest.param(50, marks=pytest.mark.long)])
def test_of_many_changes_begun_at_once_one_is_begun(stage: Stage, workers: int) -> None:
    said = stage.said("begin_change", workers=workers, gate=TOGETHER)

    assert sorted(said) == ["begun", *["stale"] * (workers - 1)]
    state = stage.do("state")
    assert (state["changes"], state["open"]) == (1, "draft")


# ---- deciding


@pytest.mark.parametrize("orders", [4, pytest.param(ROOM_FOR, marks=pytest.mark.long)])
def test_draws_and_figures_at_once_end_in_the_same_balance(stage: Stage, orders: int) -> None:
    assert stage.said("confirm", workers=orders) == [[302, False]] * orders
    messages = stage.do("arrive")

    said = stage.said("handle_one", workers=2 * orders, gate=TOGETHER, messages=messages)

    assert None not in said, "no deadlock, and nobody crashed"
    assert set(stage.do("handle_rest")) <= {"handled", "logged"}
    check_sums(stage.do("state"), drawn=orders, held=0)
