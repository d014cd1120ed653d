"""Every move × data status × role, against the table of the domain written out by hand (DOMAIN 2)."""

import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone, translation

from customs.models import OutboxMessage
from documents import signing
from documents.access import Actor
from documents.kind import Kind, kind_named, kinds
from documents.models import Attempt, Event
from documents.moves import Role
from documents.perform import Refused, perform, refusal
from tests.documents.orders import FILLED, STATUSES, fresh, order_in, post, snapshot, url_of, with_roles
from tests.world import BY_CASH, World

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
    "notice": ({"customs"}, {status: status for status in STATUSES}),
    "payment": ({"customs"}, {status: status for status in STATUSES}),
}
EXPECTED: dict[str, dict[str, tuple[set[str], dict[str, str]]]] = {
    # A levy order is never deleted; customs may cancel it in any status.
    "deposits": OF_CLERKS | OF_CUSTOMS | {"cancel": ({"customs"}, {status: status for status in STATUSES})},
}
MAKE = {"deposits": order_in}
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


def test_every_registered_kind_has_an_expectation() -> None:
    assert {kind.name: set(kind.moves) for kind in kinds()} == {name: set(moves) for name, moves in EXPECTED.items()}


@pytest.mark.parametrize(("kind_name", "move_name", "status"), CASES)
def test_a_move_is_allowed_exactly_where_the_domain_says(
    world: World, kind_name: str, move_name: str, status: str
) -> None:
    kind, (who, steps) = kind_named(kind_name), EXPECTED[kind_name][move_name]
    move = kind.moves[move_name]
    for person, roles in PEOPLE.items():
        document = MAKE[kind_name](status, **FILLED)
        allowed = bool(who & roles) and status in steps
        assert bool(refusal(document, move, actor(roles))) is not allowed, person
        if allowed:
            carrying = carried(world, kind, document, move_name)
            perform(document, move, by=actor(roles), note="原因", carrying=carrying)
            assert fresh(document).data_status == steps[status], person
            assert fresh(document).version == 2
            assert Event.of(document).last().move == move_name
        else:
            before = snapshot(document)
            with pytest.raises(Refused), transaction.atomic():
                perform(document, move, by=actor(roles), note="原因")
            assert snapshot(document) == before, person


@pytest.mark.parametrize("kind_name", EXPECTED)
@pytest.mark.parametrize("status", STATUSES)
def test_a_cancelled_document_can_be_neither_saved_nor_declared_but_customs_is_still_heard(
    kind_name: str, status: str
) -> None:
    kind = kind_named(kind_name)
    for move_name, (_who, steps) in EXPECTED[kind_name].items():
        document = MAKE[kind_name](status, cancelled_on=timezone.localdate(), cancel_reason="撤销")
        allowed = move_name not in OF_CLERKS and status in steps
        assert bool(refusal(document, kind.moves[move_name], actor(set(Role)))) is not allowed, move_name


@pytest.mark.parametrize("move_name", sorted(NEED_A_REASON))
def test_a_move_that_needs_a_reason_is_refused_without_one(move_name: str) -> None:
    document = order_in("processing")
    before = snapshot(document)

    with pytest.raises(Refused):
        perform(document, kind_named("deposits").moves[move_name], by=actor(set(Role)))

    assert snapshot(document) == before


def test_no_other_move_needs_a_reason() -> None:
    needing = {move.name for move in kind_named("deposits").moves.values() if move.needs_reason}
    assert needing == NEED_A_REASON


def grey_reason(page: str, move: str) -> str | None:
    """Return the title of the grey button of `move`; None when the button can be pressed."""
    grey = re.search(
        rf'<button[^>]* disabled title="([^"]*)">(?:(?!</button>).)*</button><span [^>]*id="why-{move}"',
        page,
        re.DOTALL,
    )
    pressable = f'name="move" value="{move}"' in page
    assert bool(grey) is not pressable, f"{move} must be either grey or pressable"
    return unescape(grey[1]) if grey else None


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    "person", ["clerk who enters", "clerk who declares", "clerk who does both", "clerk who may only read"]
)
def test_the_server_refuses_in_the_words_of_the_grey_button(world: World, person: str, language: str) -> None:
    roles = PEOPLE[person]
    clerk = with_roles(world.clerk, enter="enter" in roles, declare="declare" in roles)
    browser = world.browser(clerk)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    for status in STATUSES:
        for move, (who, steps) in OF_CLERKS.items():
            order = order_in(status)
            reason = grey_reason(browser.get(url_of(order)).content.decode(), move)
            assert (reason is None) is (bool(who & roles) and status in steps), (status, move)
            if reason is not None:
                _assert_refused_with(browser, order, move, reason)


def _assert_refused_with(browser: Client, order: Any, move: str, reason: str) -> None:
    before = snapshot(order)
    answer = post(browser, order, **{**BY_CASH, "move": move})
    assert answer.status_code == 409
    assert reason in unescape(answer.content.decode())
    assert snapshot(order) == before, f"a refused {move} must change nothing"


@pytest.mark.parametrize("move", ["save", "declare"])
def test_a_cancelled_order_is_refused_in_the_words_of_its_grey_button(world: World, move: str) -> None:
    browser = world.browser(world.clerk)
    order = order_in("draft", cancelled_on=timezone.localdate(), cancel_reason="撤销")

    reason = grey_reason(browser.get(url_of(order)).content.decode(), move)

    assert reason == "海关已注销，不能再修改。"
    _assert_refused_with(browser, order, move, reason)


def test_who_may_only_declare_declares_what_a_colleague_filled_in(world: World) -> None:
    order = order_in("draft")
    browser = world.browser(with_roles(world.clerk, enter=False, declare=True))

    answer = post(browser, order, move="declare")
    assert answer.headers.get("Location") == url_of(order, "declare/")
    request = signing.open_request(order, world.clerk)
    assert request is not None
    signature, certificate = world.sign(world.clerk, request)
    browser.post(
        url_of(order, "declare/"), {"request_id": request.pk, "signature": signature, "certificate": certificate}
    )

    assert fresh(order).data_status == "processing"
    assert Attempt.of(order).count() == OutboxMessage.objects.count() == 1


def test_who_may_only_declare_changes_no_field(world: World) -> None:
    order = order_in("draft")
    browser = world.browser(with_roles(world.clerk, enter=False, declare=True))
    before = snapshot(order)

    post(browser, order, move="declare", **{**BY_CASH, "contact_name": "另一人"})

    assert snapshot(order) == before


def test_an_unknown_move_changes_no_status(world: World) -> None:
    for move in ("approve", "cancel", "payment", "", "x" * 1000):
        order = order_in("draft")
        post(world.browser(world.clerk), order, **{**BY_CASH, "move": move})
        assert fresh(order).data_status == "draft"


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
