"""N at once on one document, in real processes: exactly one wins, the others are refused clearly (QUALITY, Faults 3)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests import processes
from tests.documents.letters import UNIT, Letters
from tests.processes import Stage, Theatre
from tests.world import BY_CASH

MANY = [2, 10, pytest.param(50, marks=pytest.mark.long)]
only_postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    with processes.theatre(tmp_path_factory.mktemp("races")) as opened:
        yield opened


@pytest.fixture
def stage(theatre: Theatre) -> Iterator[Stage]:
    with theatre.stage() as opened:
        yield opened


def number(stage: Stage, name: str = "filled") -> str:
    return str(stage.facts["numbers"][name][0])


def events(stage: Stage, move: str, name: str = "filled") -> int:
    pre = stage.facts["numbers"][name][1]
    return [event[:2] for event in stage.do("dump")["events"]].count([pre, move])


# ---- declaring


def declare_at_once(stage: Stage, workers: int, **job: Any) -> list[int]:
    """All have read the document and their request when the first may go on."""
    url = f"/deposits/{number(stage)}/declare/"
    return stage.said("post", url=url, workers=workers, gate=["documents.signing", "declare"], **job)


def check_declared_once(stage: Stage, answers: list[int], refused: int) -> None:
    state = stage.do("dump")
    assert sorted(answers) == [302, *[refused] * (len(answers) - 1)]
    assert [row[1:5] for row in state["orders"] if row[0] == number(stage)] == [["processing", "", 3, 1]]
    assert events(stage, "declare") == 1
    inner = f"{stage.facts['numbers']['filled'][1]}-0-1"
    assert [row[0] for row in state["outbox"]].count(inner) == 1
    assert [row[0] for row in state["attempts"]].count(inner) == 1


@pytest.mark.parametrize("workers", [2, 10])
def test_of_several_clerks_who_sign_one_document_one_declares(stage: Stage, workers: int) -> None:
    answers = declare_at_once(stage, workers, each=True)

    check_declared_once(stage, answers, refused=409)


@pytest.mark.parametrize("workers", MANY)
def test_the_same_signature_sent_several_times_at_once_declares_once_and_all_are_told_so(
    stage: Stage, workers: int
) -> None:
    answers = declare_at_once(stage, workers, each=False)

    check_declared_once(stage, answers, refused=302)


@only_postgres
@pytest.mark.parametrize("each", [True, False])
def test_without_its_protection_declaring_at_once_does_harm(stage: Stage, each: bool) -> None:
    answers = declare_at_once(stage, 10, each=each, without=["compare_and_set", "single_use"])

    with pytest.raises(AssertionError):
        check_declared_once(stage, answers, refused=409 if each else 302)


def test_declaring_is_one_commit_of_at_most_8_statements(stage: Stage) -> None:
    [answer] = stage.run("declare", order=number(stage), counted=["declare"])

    commits = answer["result"]["commits"]
    statements = answer["result"]["written"]
    assert commits == 1
    assert len(statements) <= 8, statements
    assert [sql.split()[0] for sql in statements if not sql.startswith("SELECT")] == [
        "UPDATE",
        "UPDATE",
        *["INSERT"] * 3,
    ]


# ---- saving


def save_at_once(stage: Stage, workers: int, **job: Any) -> list[int]:
    form = BY_CASH | {"version": stage.facts["version"], "move": "save"}
    gate = ["documents.declaring", "save"]
    return stage.said("post", url=f"/deposits/{number(stage)}/", form=form, workers=workers, gate=gate, **job)


def check_saved_once(stage: Stage, answers: list[int]) -> None:
    assert sorted(answers) == [302, *[409] * (len(answers) - 1)]
    assert [row[3] for row in stage.do("dump")["orders"] if row[0] == number(stage)] == [stage.facts["version"] + 1]
    assert events(stage, "save") == 2


@pytest.mark.parametrize("workers", [2, 10])
def test_of_several_clerks_who_save_one_document_one_saves_and_the_others_see_it(stage: Stage, workers: int) -> None:
    check_saved_once(stage, save_at_once(stage, workers, each=True))


def test_without_its_protection_saving_at_once_overwrites_silently(stage: Stage) -> None:
    answers = save_at_once(stage, 10, each=True, without=["compare_and_set"])

    with pytest.raises(AssertionError):
        check_saved_once(stage, answers)


# ---- the worker


def arrive(stage: Stage) -> int:
    """Customs' answers to one order and the money for another lie in the InBox; returns how many files."""
    about = {name: Letters(*stage.facts["numbers"][name]) for name in ("sent", "paying")}
    serials = about["sent"].serials = about["paying"].serials
    for _used in range(stage.facts["serial"]):
        next(serials)
    raws = [about["sent"].technical(accepted=True)]
    raws += [about["sent"].answer(answer) for answer in ("sent", "loaded", "approve")]
    raws += [about["paying"].payment("500.00", f"R{part}") for part in range(4)]
    folder = stage.root / "exchange" / UNIT / "Grt" / "InBox"
    for place, raw in enumerate(raws):
        (folder / f"Receipt_{place}.xml").write_bytes(raw)
    return len(raws)


def check_handled_once(stage: Stage, said: list[int], count: int) -> None:
    state = stage.do("dump")
    assert sum(said) == count
    assert all(row[1] in ("handled", "logged") and row[2:] == [False, 0] for row in state["inbox"])
    assert {row[0]: row[1:3] for row in state["orders"]} | {
        number(stage, "sent"): ["approved", "unpaid"],
        number(stage, "paying"): ["approved", "paid"],
    } == {row[0]: row[1:3] for row in state["orders"]}
    assert (events(stage, "approve", "sent"), events(stage, "payment", "paying")) == (1, 4)
    assert len({tuple(row) for row in state["receipts"]}) == len(state["receipts"])
    assert state["left"] == []


@pytest.mark.parametrize("workers", [2, 10])
def test_workers_on_one_inbox_handle_each_message_once(stage: Stage, workers: int) -> None:
    count = arrive(stage)

    said = stage.said("work", workers=workers, gate=["customs.inbox", "_claim"])
    said += stage.said("work")

    check_handled_once(stage, said, count)


def test_workers_without_claims_handle_a_message_more_than_once(stage: Stage) -> None:
    count = arrive(stage)

    said = stage.said("work", workers=10, gate=["customs.inbox", "_claim"], without=["claims"])
    said = [each or 0 for each in said]

    with pytest.raises(AssertionError):
        check_handled_once(stage, said, count)
