"""General guarantees in messages: what we tell customs, and what customs tells us (MESSAGES, GRT111, GRT211, GRT212)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from customs.inbox import Quarantine
from customs.wire import Incoming
from documents.access import CUSTOMS
from documents.kind import Kind, Outcome
from documents.money import format_amount
from documents.perform import perform
from documents.secured import FILED, GUARANTEED, PAYER
from general_guarantee import ledger
from general_guarantee.models import GeneralGuarantee, GuaranteeChange, GuaranteePaper

SET_UP, CHANGE = "1", "2"
DECLARED = (
    "pre_entry_number",
    "internal_no",
    "guarantee_number",
    "round",
    "guarantee_mode",
    "district",
    "amount",
    "letter_number",
    "letter_valid_until",
    "payment_mode",
    *GUARANTEED,
    *PAYER,
    *FILED,
)
FIGURES = ("amount", "usable_amount", "used_amount", "refunded_amount", "locked_amount")
SET_UP_ONLY = ("guarantee_number", "set_up_on", "pay_deadline", "payee_name", "payee_bank", "payee_account")


def set_up(guarantee: GeneralGuarantee) -> dict[str, Any]:
    """Return the values of a GRT111 message that sets up."""
    return _declared(guarantee) | {"declaration_type": SET_UP}


def change(changed: GuaranteeChange) -> dict[str, Any]:
    """Return the values of a GRT111 message that changes."""
    return _declared(changed) | {"declaration_type": CHANGE}


def _declared(paper: GuaranteePaper) -> dict[str, Any]:
    return {name: getattr(paper, name) for name in DECLARED}


def set_up_decided(guarantee: GeneralGuarantee, incoming: Incoming) -> dict[str, Any]:
    """Return what the approval of a set-up writes: number, date, deadline, payee and amounts.

    Raises Quarantine for a number that another guarantee has, and for figures that contradict each other.
    """
    number = incoming.data["guarantee_number"]
    if GeneralGuarantee.objects.filter(guarantee_number=number).exclude(pk=guarantee.pk).exists():
        raise Quarantine(_("Another general guarantee has the number %(number)s.") % {"number": number})
    _refuse_contradiction(incoming.data)
    return {**{name: incoming.data[name] for name in (*FIGURES, *SET_UP_ONLY)}, **_letter(incoming)}


def change_decided(_change: GuaranteeChange, incoming: Incoming) -> dict[str, Any]:
    """Return what the approval of a change writes into it. Raises Quarantine for figures that contradict each other."""
    _refuse_contradiction(incoming.data)
    return {**{name: incoming.data[name] for name in FIGURES}, **_letter(incoming)}


def _letter(incoming: Incoming) -> dict[str, Any]:
    """Return number and validity of the letter where customs says them; else those that were declared stand."""
    return {name: incoming.data[name] for name in ("letter_number", "letter_valid_until") if incoming.data[name]}


def amounts_reported(kind: Kind, guarantee: GeneralGuarantee, incoming: Incoming) -> Outcome:
    """Take in a GRT212: the amounts, and possibly the state, as customs had them at `changed_at`.

    Raises Quarantine for figures that contradict each other.
    """
    data: Mapping[str, Any] = incoming.data
    _refuse_contradiction(data)
    expected = ledger.balance_at(guarantee, data["changed_at"])
    figures = ledger.Balance(*(data[name] for name in FIGURES[1:]))
    counts = ledger.book_figures(
        guarantee,
        figures,
        cause=guarantee,
        document=data["related_number"] or guarantee.guarantee_number,
        at=data["changed_at"],
        report=incoming,
    )
    if not counts:
        return False, ""
    state = {"customs_state": data["guarantee_state"], "customs_state_at": data["changed_at"]}
    written = state if data["guarantee_state"] else {}
    note = _difference(expected, figures)
    perform(guarantee, kind.moves["figures"], by=CUSTOMS, at=data["changed_at"], written=written, note=note)
    return True, ""


def _refuse_contradiction(data: Mapping[str, Any]) -> None:
    total, parts = data["amount"], [data[name] for name in FIGURES[1:]]
    if total != sum(parts):
        facts = {"total": format_amount(total), "parts": " + ".join(map(format_amount, parts))}
        raise Quarantine(_("The amounts do not add up: %(total)s ≠ %(parts)s") % facts)


def _difference(ours: ledger.Balance, customs: ledger.Balance) -> str:
    """Return where customs' figures differ from ours, '' where they do not."""
    labels = {"usable": _("Usable amount"), "used": _("Used amount")}
    labels |= {"refunded": _("Refunded amount"), "locked": _("Locked amount")}
    differing = (
        f"{label} {format_amount(getattr(ours, name))} → {format_amount(getattr(customs, name))}"
        for name, label in labels.items()
        if getattr(ours, name) != getattr(customs, name)
    )
    return "；".join(differing)
