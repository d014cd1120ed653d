"""What customs reports about a document by itself: a cancellation, a payment notice, a payment (MESSAGES, GRT203, 231, 232)."""

from collections.abc import Callable, Mapping
from typing import Any

from customs.inbox import Quarantine
from customs.wire import Incoming
from documents.access import CUSTOMS
from documents.kind import Kind
from documents.models import Document, Payment, PaymentNotice
from documents.payments import account_of
from documents.perform import perform

Outcome = tuple[bool, str]  # whether it changed anything, and what an operator must see
Report = Callable[[Kind, Document, Incoming], Outcome]

NOTICE_FIELDS = (
    "amount",
    "issued_on",
    "pay_deadline",
    "payer_name",
    "payer_bank",
    "payer_account",
    "payee_name",
    "payee_bank",
    "payee_account",
    "remark",
)


def _cancel(kind: Kind, document: Document, incoming: Incoming) -> Outcome:
    if document.cancelled_on:
        return False, ""
    reason = incoming.data["reason"] or "-"
    written = {"cancelled_on": incoming.data["cancelled_on"], "cancel_reason": reason}
    perform(document, kind.moves["cancel"], by=CUSTOMS, written=written, note=str(reason), at=incoming.sent_at)
    return True, ""


def _notice(kind: Kind, document: Document, incoming: Incoming) -> Outcome:
    values = {name: incoming.data[name] for name in NOTICE_FIELDS}
    number = str(incoming.data["notice_number"])
    known = PaymentNotice.objects.filter(number=number).first()
    if known:
        _refuse_other_notice(known, document, values)
        return False, ""
    notice = PaymentNotice.objects.create(
        number=number, pre_entry_number=document.pre_entry_number, round=document.round, **values
    )
    newest = PaymentNotice.of(document).first() == notice
    written = {"pay_deadline": notice.pay_deadline} if newest and notice.pay_deadline else {}
    perform(document, kind.moves["notice"], by=CUSTOMS, written=written, note=number, at=incoming.sent_at)
    return True, _surplus(document)


def _refuse_other_notice(known: PaymentNotice, document: Document, values: dict[str, Any]) -> None:
    if known.pre_entry_number != document.pre_entry_number:
        raise Quarantine(f"notice {known.number} was issued before for {known.pre_entry_number}")
    other = [name for name, value in values.items() if getattr(known, name) != value]
    if other:
        raise Quarantine(f"notice {known.number} was issued before with other values of: {', '.join(other)}")


def _payment(kind: Kind, document: Document, incoming: Incoming) -> Outcome:
    data: Mapping[str, Any] = incoming.data
    earlier = Payment.of(document).filter(notice_number=data["notice_number"])
    received = bool(data["received"])
    if received and earlier.filter(
        received=False, receipt_number__in=("", data["receipt_number"]), reported_at__gt=incoming.sent_at
    ):
        return False, ""  # it was taken back since
    if not received:
        same = earlier.filter(receipt_number=data["receipt_number"]) if data["receipt_number"] else earlier
        same.filter(reported_at__lte=incoming.sent_at).update(received=False, reported_at=incoming.sent_at)
    if not _store_payment(document, incoming, received):
        return False, ""
    perform(document, kind.moves["payment"], by=CUSTOMS, note=_payment_note(incoming), at=incoming.sent_at)
    return True, _surplus(document) if received else f"a payment of notice {data['notice_number']} was taken back"


def _store_payment(document: Document, incoming: Incoming, received: bool) -> bool:
    data: Mapping[str, Any] = incoming.data
    payment = Payment.of(document).filter(
        notice_number=data["notice_number"], receipt_number=data["receipt_number"]
    ).first() or Payment(
        pre_entry_number=document.pre_entry_number,
        round=document.round,
        notice_number=data["notice_number"],
        receipt_number=data["receipt_number"],
    )
    if payment.pk and incoming.sent_at and payment.reported_at > incoming.sent_at:
        return False
    payment.amount, payment.paid_on, payment.received = data["paid_amount"], data["paid_on"], received
    payment.reported_at, payment.remark = incoming.sent_at, data["remark"]
    payment.save()
    return True


def _payment_note(incoming: Incoming) -> str:
    return str(incoming.data["receipt_number"] or incoming.data["remark"] or incoming.data["notice_number"])


def _surplus(document: Document) -> str:
    account = account_of(document)
    return f"{account.surplus} yuan more than the notice asks were paid" if account.notice and account.surplus else ""


REPORTS: dict[str, Report] = {"GRT203": _cancel, "GRT231": _notice, "GRT232": _payment}
