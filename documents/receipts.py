"""海关回执: every message of customs about a filing, kept and told in plain words."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from customs.models import InboxMessage
from customs.wire import Incoming, Verdict
from documents.display import Badge
from documents.models import Document, Receipt
from documents.money import format_amount

KEPT_FACTS = (
    "notice_number",
    "amount",
    "pay_deadline",
    "paid_amount",
    "paid_on",
    "receipt_number",
    "received",
    "cancelled_on",
)


def keep_receipt(
    document: Document,
    message: InboxMessage,
    incoming: Incoming,
    attempt: int,
    effective: bool,
    verdict: Verdict | None,
) -> Receipt:
    """Store what `message` said about `document`, once; it is kept also when it changed nothing.

    A message that an operator had handled again may have an effect the second time.
    """
    facts = {name: _plain(incoming.data[name]) for name in KEPT_FACTS if name in incoming.data}
    receipt, new = Receipt.objects.get_or_create(
        message=message,
        defaults={
            "pre_entry_number": document.pre_entry_number,
            "round": document.round,
            "attempt": attempt,
            "message_type": incoming.message_type,
            "verdict": verdict or "",
            "note": incoming.note,
            "facts": facts,
            "effective": effective,
            "at": incoming.decided_at or incoming.sent_at or message.received_at,
            "received_at": message.received_at,
        },
    )
    if not new and effective:
        Receipt.objects.filter(pk=receipt.pk).update(effective=True)
    return receipt


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return format_amount(value)
    return f"{value:%Y%m%d}" if isinstance(value, date) else value


def badge(receipt: Receipt) -> Badge:
    """Return the title of a receipt with its icon and colour."""
    if receipt.verdict:
        return _verdict_badges()[receipt.verdict]
    if receipt.message_type == "GRT232" and not receipt.facts.get("received"):
        return Badge(_("Payment taken back"), "warning", "red")
    return _report_badges().get(receipt.message_type, Badge(receipt.message_type, "tray", "ink"))


def _verdict_badges() -> dict[str, Badge]:
    return {
        Verdict.ACCEPTED: Badge(_("Declaration accepted"), "pie-2", "blue"),
        Verdict.REFUSED: Badge(_("Declaration failed"), "cross-circle", "red"),
        Verdict.SENT: Badge(_("Sent to customs"), "pie-3", "blue"),
        Verdict.LOADED: Badge(_("Received by customs"), "pie-4", "blue"),
        Verdict.LOAD_FAILED: Badge(_("Declaration failed"), "cross-circle", "red"),
        Verdict.REVIEW: Badge(_("Manual review"), "pie-4", "blue"),
        Verdict.APPROVED: Badge(_("Approved by customs"), "tick-circle", "green"),
        Verdict.RETURNED: Badge(_("Returned by customs"), "return", "red"),
    }


def _report_badges() -> dict[str, Badge]:
    return {
        "GRT202": Badge(_("Issued by customs"), "tray", "amber"),
        "GRT203": Badge(_("Cancelled by customs"), "barred", "ink"),
        "GRT231": Badge(_("Payment notice"), "print", "ink"),
        "GRT232": Badge(_("Payment received"), "yen", "green"),
    }


def words(receipt: Receipt) -> str:
    """Return what a receipt says, as a sentence a clerk understands."""
    said = _verdict_words(receipt) if receipt.verdict else _report_words(receipt)
    if not receipt.effective:
        said = _("%(said)s (It came late or twice and changed nothing.)") % {"said": said}
    return said


def _verdict_words(receipt: Receipt) -> str:
    facts = {"attempt": receipt.attempt, "note": receipt.note or _("no reason given")}
    return {
        Verdict.ACCEPTED: _("The data centre has taken declaration no. %(attempt)s."),
        Verdict.REFUSED: _("The data centre refused declaration no. %(attempt)s: %(note)s"),
        Verdict.SENT: _("Declaration no. %(attempt)s was forwarded to customs and waits to be loaded."),
        Verdict.LOADED: _("Customs has loaded declaration no. %(attempt)s and examines it."),
        Verdict.LOAD_FAILED: _("Customs could not load declaration no. %(attempt)s: %(note)s"),
        Verdict.REVIEW: _("Customs has handed declaration no. %(attempt)s to an officer for manual review."),
        Verdict.APPROVED: _("Customs has approved declaration no. %(attempt)s."),
        Verdict.RETURNED: _("Customs returned declaration no. %(attempt)s: %(note)s"),
    }[Verdict(receipt.verdict)] % facts


def _report_words(receipt: Receipt) -> str:
    facts = {"note": receipt.note or _("no reason given"), **receipt.facts}
    texts = {
        "GRT202": _("Customs issued it; the amount is %(amount)s yuan."),
        "GRT203": _("Customs cancelled it: %(note)s"),
        "GRT231": _("Payment notice %(notice_number)s: please pay %(amount)s yuan by %(pay_deadline)s.")
        if facts.get("pay_deadline")
        else _("Payment notice %(notice_number)s: please pay %(amount)s yuan; customs names no deadline."),
        "GRT232": _("Customs confirms that %(paid_amount)s yuan arrived; receipt number %(receipt_number)s."),
    }
    if receipt.message_type == "GRT232" and not facts.get("received"):
        return _("Customs reports that the payment of %(paid_amount)s yuan did not arrive: %(note)s") % facts
    return texts[receipt.message_type] % facts if receipt.message_type in texts else receipt.note


def receipts_of(document: Document) -> list[Receipt]:
    """Return all receipts, the latest first."""
    return list(Receipt.of(document))
