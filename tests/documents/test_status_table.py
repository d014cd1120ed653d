"""Every move × data status × role, against the table of the domain written out by hand (DOMAIN 2)."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone, translation

from documents import signing
from documents.access import Actor
from documents.kind import Kind, kind_named, kinds
from documents.models import Event
from documents.moves import Role
from documents.perform import Refused, perform, refusal
from tests.documents.orders import FILLED, STATUSES, order_in, snapshot
from tests.general_guarantee.guarantees import approved, change_in, figures, guarantee_in, next_number
from tests.world import World

pytestmark = pytest.mark.django_db

PEOPLE: dict[str, set[str]] = {
    "clerk who enters": {"enter"},
    "clerk who declares": {"declare"},
    "clerk who does both": {"enter", "declare"},
    "clerk who may only read": set(),
    "customs and its data centre": {"customs", "data centre"},
    "customs": {"customs"},
    "the data centre": {"data centre"},
    "operator": {"operator"},
    "the portal": {"portal"},
}

# move: who, {from: to}. From DOMAIN 2 and, for late and early answers, MESSAGES, "Numbers and matching".
OF_CLERKS: dict[str, tuple[set[str], dict[str, str]]] = {
    "save": ({"enter"}, {"to_confirm": "draft", "draft": "draft", "failed": "failed", "returned": "returned"}),
    "declare": (
        {"declare"},
        {
            "to_confirm": "processing",
            "draft": "processing",
            "failed": "processing",
            "returned": "processing",
        },
    ),
}
OF_CUSTOMS: dict[str, tuple[set[str], dict[str, str]]] = {
    "accept": ({"data centre"}, {"processing": "accepted"}),
    "refuse": (
        {"data centre", "operator"},
        {
            "processing": "failed",
            "accepted": "failed",
            "sent": "failed",
            "received": "failed",
        },
    ),
    "mark_sent": ({"data centre"}, {"processing": "sent", "accepted": "sent"}),
    "load": ({"customs"}, {"processing": "received", "accepted": "received", "sent": "received"}),
    "fail_load": (
        {"customs"},
        {
            "processing": "failed",
            "accepted": "failed",
            "sent": "failed",
            "received": "failed",
        },
    ),
    "approve": (
        {"customs"},
        {
            "processing": "approved",
            "accepted": "approved",
            "sent": "approved",
            "received": "approved",
            "failed": "approved",
        },
    ),
    "return": (
        {"customs"},
        {
            "processing": "returned",
            "accepted": "returned",
            "sent": "returned",
            "received": "returned",
            "failed": "returned",
        },
    ),
}
OF_MONEY: dict[str, tuple[set[str], dict[str, str]]] = {
    "notice": ({"customs"}, {status: status for status in STATUSES}),
    "payment": ({"customs"}, {status: status for status in STATUSES}),
}
DELETE: dict[str, tuple[set[str], dict[str, str]]] = {
    "delete": ({"enter"}, {status: status for status in ("draft", "failed", "returned")}),
}
EXPECTED: dict[str, dict[str, tuple[set[str], dict[str, str]]]] = {
    # A levy order is never deleted; customs may cancel it in any status.
    "deposits": OF_CLERKS | OF_CUSTOMS | OF_MONEY | {"cancel": ({"customs"}, {status: status for status in STATUSES})},
    "general_guarantee": OF_CLERKS
    | DELETE
    | OF_CUSTOMS
    | OF_MONEY
    | {
        "figures": ({"customs"}, {"approved": "approved"}),
        "change": ({"customs"}, {"approved": "approved"}),
        "expire": ({"portal"}, {"approved": "approved"}),
    },
    # A change has no money of its own: neither notice nor payment.
    "guarantee_change": OF_CLERKS | DELETE | OF_CUSTOMS,
}
MAKE: dict[str, Callable[[World, str], Any]] = {
    "deposits": lambda world, status: order_in(status, **FILLED),
    "general_guarantee": lambda world, status: guarantee_in(status),
    "guarantee_change": lambda world, status: change_in(status, world.colleague, approved()),
}
CASES = [(kind, move, status) for kind, moves in EXPECTED.items() for move in moves for status in STATUSES]
NEED_A_REASON = {"refuse", "fail_load", "return", "cancel"}


def actor(roles: set[str], refusal_text: str = "") -> Actor:
    return Actor("somebody", frozenset(map(Role, roles)), None, refusal_text)


def carried(world: World, kind: Kind, document: Any, move: str) -> object:
    """Return what the move carries: a declaration is carried with its signature."""
    if move != "declare":
        return None
    request = signing.freeze(document, kind, world.clerk)
    card = world.cards["clerk"]
    bound = signing.bound_card(world.clerk)
    assert bound is not None
    return signing.Signed(request, b"<signed/>", card.certificate_der, bound, kind)


def written(kind: Kind, move: str) -> dict[str, Any]:
    """Return what customs writes with a move: a set-up is approved with number and amounts."""
    if (kind.name, move) != ("general_guarantee", "approve"):
        return {}
    return figures("100000") | {"guarantee_number": next_number()}


def test_every_registered_kind_has_an_expectation() -> None:
    assert {kind.name: set(kind.moves) for kind in kinds()} == {name: set(moves) for name, moves in EXPECTED.items()}


@pytest.mark.parametrize(("kind_name", "move_name", "status"), CASES)
def test_a_move_is_allowed_exactly_where_the_domain_says(
    world: World, kind_name: str, move_name: str, status: str
) -> None:
    kind, (who, steps) = kind_named(kind_name), EXPECTED[kind_name][move_name]
    move = kind.moves[move_name]
    for person, roles in PEOPLE.items():
        document = MAKE[kind_name](world, status)
        allowed = bool(who & roles) and status in steps
        assert bool(refusal(document, move, actor(roles))) is not allowed, person
        if allowed:
            carrying = carried(world, kind, document, move_name)
            facts = written(kind, move_name)
            perform(document, move, by=actor(roles), note="原因", carrying=carrying, written=facts)
            assert_made(document, move_name, steps[status])
        else:
            before = snapshot(document)
            with pytest.raises(Refused), transaction.atomic():
                perform(document, move, by=actor(roles), note="原因")
            assert snapshot(document) == before, person


def assert_made(document: Any, move: str, target: str) -> None:
    assert Event.of(document).last().move == move
    stored = type(document)._default_manager.filter(pk=document.pk).first()
    if move == "delete":
        assert stored is None
    else:
        assert (stored.data_status, stored.version) == (target, 2)


@pytest.mark.parametrize("status", STATUSES)
def test_a_cancelled_document_can_be_neither_saved_nor_declared_but_customs_is_still_heard(status: str) -> None:
    kind = kind_named("deposits")
    for move_name, (_who, steps) in EXPECTED["deposits"].items():
        document = order_in(status, cancelled_on=timezone.localdate(), cancel_reason="撤销")
        allowed = move_name not in OF_CLERKS and status in steps
        assert bool(refusal(document, kind.moves[move_name], actor(set(Role)))) is not allowed, move_name


@pytest.mark.parametrize("kind_name", EXPECTED)
def test_a_move_that_needs_a_reason_is_refused_without_one(world: World, kind_name: str) -> None:
    moves = kind_named(kind_name).moves
    for move_name in NEED_A_REASON & set(moves):
        document = MAKE[kind_name](world, "processing")
        before = snapshot(document)
        with pytest.raises(Refused):
            perform(document, moves[move_name], by=actor(set(Role)))
        assert snapshot(document) == before


@pytest.mark.parametrize("kind_name", EXPECTED)
def test_no_other_move_needs_a_reason(kind_name: str) -> None:
    moves = kind_named(kind_name).moves
    assert {move.name for move in moves.values() if move.needs_reason} == NEED_A_REASON & set(moves)


def test_the_diagram_in_the_documentation_is_what_the_tables_say(tmp_path: Path) -> None:
    call_command("status_diagram", check=True)


def test_the_diagram_shows_every_expected_step() -> None:
    with translation.override("zh-hans"):
        text = (Path(settings.BASE_DIR) / "docs" / "status.md").read_text("utf-8")
        for kind_name, moves in EXPECTED.items():
            labels: Mapping[str, Any] = kind_named(kind_name).moves
            for name, (_who, steps) in moves.items():
                for source, target in steps.items():
                    arrow = f"    {source} --> {target}: {labels[name].label}\n"
                    assert (arrow in text) is (source != target)
