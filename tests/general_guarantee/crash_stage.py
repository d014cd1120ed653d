"""What the crash tests begin with of general guarantees, and what of them a crash must not change."""

from collections.abc import Callable
from itertools import count
from typing import Any

from deposits.models import LevyOrder
from general_guarantee.models import GeneralGuarantee, GuaranteeChange, LedgerRow, Reservation
from tests.documents.letters import Letters, deliver, soon
from tests.general_guarantee.letters import GuaranteeLetters, sums
from tests.world import UNDER_GENERAL, World

IN_FORCE, DECIDING = "D80100202600500", "D80100202600501"
SUMS = ("usable_amount", "used_amount", "refunded_amount", "locked_amount", "reserved_amount")


def prepare(world: World, serials: "count[int]", send: Callable[[], None]) -> dict[str, tuple[str, str]]:
    """One guarantee in force, with a draw and a change on the way; one that is on the way; one that waits in the outbox."""
    in_force, deciding = world.set_up("100000"), world.set_up("50000")
    world.declare(in_force)
    world.declare(deciding)
    letters = GuaranteeLetters(in_force.pre_entry_number, IN_FORCE, serials)
    send()
    deliver(letters.decision("approve", sums(100000), at=soon()))
    drawing = _draw(world, serials)
    world.declare(world.change(world.fresh(in_force), letter_number="BH2026000002"))
    send()
    world.declare(world.set_up("20000"))
    return {
        "in force": (IN_FORCE, in_force.pre_entry_number),
        "deciding": (DECIDING, deciding.pre_entry_number),
        "drawing": (drawing.levy_number, drawing.pre_entry_number),
    }


def _draw(world: World, serials: "count[int]") -> LevyOrder:
    written = Letters("ZS0100202600650", serials=serials)
    deliver(written.order())
    order = LevyOrder.objects.get(levy_number=written.number)
    world.declare(world.fill(order, values=UNDER_GENERAL | {"general_guarantee_number": IN_FORCE}))
    return order


def message(kind: str, number: str, pre: str, serials: "count[int]") -> bytes:
    """A message of each kind that has an effect on what `prepare` leaves."""
    letters = GuaranteeLetters(pre, number, serials)
    if kind == "GRT212":
        return letters.figures(sums(90000, 9000, 0, 1000), at=soon())
    if kind == "GRT211":
        return letters.decision("approve", sums(50000), at=soon())
    return letters.decision("approve", sums(100000), at=soon(), round=1, letter_number="BH2026000002")


def dump() -> dict[str, Any]:
    return {
        "guarantees": _rows(GeneralGuarantee, "pre_entry_number", "data_status", "version", "shown_status", *SUMS),
        "changes": _rows(GuaranteeChange, "pre_entry_number", "round", "data_status", "version"),
        "ledger": _rows(LedgerRow, "pre_entry_number", "round", "movement", "attempt", "amount", "usable", "used"),
        "reservations": _rows(Reservation, "pre_entry_number", "amount"),
    }


def _rows(model: Any, *names: str) -> list[list[str]]:
    return [[str(value) for value in row] for row in model.objects.order_by(*names).values_list(*names)]
