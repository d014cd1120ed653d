"""What customs reports about a guarantee of any kind by itself: a payment notice, a payment (MESSAGES, GRT231, GRT232)."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from customs import door
from customs.inbox import Quarantine
from customs.wire import Incoming
from documents.access import CUSTOMS
from documents.kind import Kind, Outcome, Report
from documents.models import Document, Payment, PaymentNotice, Receipt
from documents.money import format_amount
from documents.payments import account_of
from documents.perform import perform

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
    newest = PaymentNotice.of(document).exclude(pay_deadline=None).first() == notice
    written = {"pay_deadline": notice.pay_deadline} if newest else {}
    perform(document, kind.moves["notice"], by=CUSTOMS, written=written, note=number, at=incoming.sent_at)
    return True, _surplus(document)


def refuse_other_values(known: models.Model, values: Mapping[str, Any]) -> None:
    """Raise Quarantine when customs issues again, with other `values`, what is known already."""
    other = [name for name, value in values.items() if getattr(known, name) != value]
    if other:
        labels = _(", ").join(str(known._meta.get_field(name).verbose_name) for name in other)  # type: ignore[union-attr]
        raise Quarantine(
            _("%(number)s was issued before with other values: %(fields)s") % {"number": known, "fields": labels}
        )


def _refuse_other_notice(known: PaymentNotice, document: Document, values: dict[str, Any]) -> None:
    if known.pre_entry_number != document.pre_entry_number:
        raise Quarantine(_another_document(known))
    refuse_other_values(known, values)


def _another_document(notice: PaymentNotice) -> str:
    facts = {"number": notice.number, "document": notice.pre_entry_number}
    return _("Notice %(number)s was issued for another document, %(document)s.") % facts


def _payment(kind: Kind, document: Document, incoming: Incoming) -> Outcome:
    notice_number, received = incoming.data["notice_number"], bool(incoming.data["received"])
    notice = PaymentNotice.objects.filter(number=notice_number).first()
    if notice and notice.pre_entry_number != document.pre_entry_number:
        raise Quarantine(_another_document(notice))
    standing = _standing([*_earlier_reports(document, incoming), incoming])
    for report, arrived in standing.values():
        _store_payment(document, report, arrived)
    if standing[str(incoming.data["receipt_number"])] != (incoming, received):
        return False, ""  # customs said something else since
    perform(document, kind.moves["payment"], by=CUSTOMS, note=_payment_note(incoming), at=incoming.sent_at)
    taken_back = _("A payment of notice %(number)s was taken back.") % {"number": notice_number}
    return True, _surplus(document) if received else taken_back


def _earlier_reports(document: Document, incoming: Incoming) -> list[Incoming]:
    kept = Receipt.of(document).filter(message_type=incoming.message_type).select_related("message")
    reports = [door.incoming(receipt.message) for receipt in kept]
    return [report for report in reports if report.data["notice_number"] == incoming.data["notice_number"]]


def _standing(reports: list[Incoming]) -> dict[str, tuple[Incoming, bool]]:
    """Return what stands of each payment of a notice, by receipt number, after all that customs reported, in its order.

    One that is taken back without a receipt number takes back all before it.
    """
    standing: dict[str, tuple[Incoming, bool]] = {}
    for report in sorted(reports, key=lambda each: (each.sent_at, each.message_id)):
        number, received = str(report.data["receipt_number"]), bool(report.data["received"])
        if not (number or received):
            standing = {known: (payment, False) for known, (payment, _received) in standing.items()}
        standing[number] = report, received
    return standing


def _store_payment(document: Document, report: Incoming, received: bool) -> None:
    data: Mapping[str, Any] = report.data
    numbers = {name: data[name] for name in ("notice_number", "receipt_number")}
    payment = Payment.of(document).filter(**numbers).first() or Payment(
        pre_entry_number=document.pre_entry_number, round=document.round, **numbers
    )
    payment.amount, payment.paid_on, payment.received = data["paid_amount"], data["paid_on"], received
    payment.reported_at, payment.remark = report.sent_at, data["remark"]
    refuse_unfit(payment)
    payment.save()


def refuse_unfit(row: models.Model) -> None:
    """Raise Quarantine when a value of customs' is longer than, or a code other than, what can be kept."""
    fields = row._meta.concrete_fields
    empty = {field.name for field in fields if field.generated or getattr(row, field.attname) in (None, "")}
    try:
        row.clean_fields(exclude=empty)
    except ValidationError as error:
        said = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
        raise Quarantine(said) from error


def _payment_note(incoming: Incoming) -> str:
    return str(incoming.data["receipt_number"] or incoming.data["remark"] or incoming.data["notice_number"])


def _surplus(document: Document) -> str:
    account = account_of(document)
    more = _("%(surplus)s yuan more than the notice asks were paid.") % {"surplus": format_amount(account.surplus)}
    return more if account.notice and account.surplus else ""


REPORTS: dict[str, Report] = {"GRT231": _notice, "GRT232": _payment}
