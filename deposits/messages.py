"""Levy orders in messages: what we tell customs, and what customs tells us (MESSAGES, *Our message set*)."""

from collections.abc import Mapping
from typing import Any

from customs.wire import Incoming
from deposits.models import LevyOrder
from documents.access import CUSTOMS
from documents.kind import Kind, Outcome
from documents.models import Document, PaymentNotice
from documents.perform import perform
from documents.reports import refuse_other_values
from documents.secured import FILED, GUARANTEED, PAYER
from documents.status import DataStatus

CONFIRMED = (
    "pre_entry_number",
    "internal_no",
    "levy_number",
    "round",
    "guarantee_type",
    "general_guarantee_number",
    "guarantee_mode",
    "letter_number",
    "letter_valid_until",
    "payment_mode",
    "contact_name",
    "contact_phone",
    *GUARANTEED,
    *PAYER,
    *FILED,
)
ISSUED = (
    "serial_number",
    "district",
    *GUARANTEED,
    "business_number",
    "business_end_date",
    "business_link",
    "initiation",
    "guarantee_nature",
    "amount",
    "levied_on",
    "payee_name",
    "payee_bank",
    "payee_account",
)


def confirmation(order: LevyOrder) -> dict[str, Any]:
    """Return the values of a GRT101 message."""
    return {name: getattr(order, name) for name in CONFIRMED}


def issued(incoming: Incoming, known: Document | None) -> LevyOrder:
    """Return the levy order that a GRT202 issues, not yet stored, or the one that stands already.

    Raises Quarantine when customs issues a number again with other values.
    """
    data: Mapping[str, Any] = incoming.data
    values = {name: data[name] for name in ISSUED}
    values |= {"named_agent_code": data["agent_code"], "customs_remark": data["remark"]}
    deadline = {"pay_deadline": data["pay_deadline"]}
    if isinstance(known, LevyOrder):
        # A notice may have set another deadline since.
        refuse_other_values(known, values if PaymentNotice.of(known).exists() else values | deadline)
        return known
    return LevyOrder(**values, **deadline, levy_number=data["levy_number"], data_status=DataStatus.TO_CONFIRM)


def cancelled(kind: Kind, order: LevyOrder, incoming: Incoming) -> Outcome:
    """Take in a GRT203: customs cancels the order, in whatever status it is."""
    if order.cancelled_on:
        return False, ""
    reason = str(incoming.data["reason"] or "-")
    written = {"cancelled_on": incoming.data["cancelled_on"], "cancel_reason": reason}
    perform(order, kind.moves["cancel"], by=CUSTOMS, written=written, note=reason, at=incoming.sent_at)
    return True, ""
