"""What an administrator sees of documents: everything, with its history, and nothing that can be changed by hand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from documents.display import plain
from documents.kind import kind_of
from documents.models import Attempt, CustomsDistrict, Document, Event, Payment, PaymentMode, PaymentNotice, Receipt
from documents.money import format_amount
from documents.moves import Move
from documents.receipts import words


class ReadOnlyAdmin(admin.ModelAdmin):
    """Statuses change by moves only, and history never."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DocumentAdmin(ReadOnlyAdmin):
    """A document of any kind, with its history, receipts and attempts below."""

    list_filter = ("data_status", "guarantee_status")
    readonly_fields = ("history", "receipts", "attempts", "money")
    date_hierarchy = "created_at"

    @admin.display(description=_("History"))
    def history(self, document: Document) -> str:
        moves = kind_of(document).moves
        rows = (
            (_time(e.at), _label(moves, e.move), e.get_was_display() or "-", e.get_now_display(), e.by, e.note)
            for e in Event.of(document)
        )
        return format_html_join("", "<div>{} · {} · {} → {} · {} · {}</div>", rows) or "-"

    @admin.display(description=_("Receipts"))
    def receipts(self, document: Document) -> str:
        rows = ((_time(r.at), r.message_type, words(r)) for r in Receipt.of(document))
        return format_html_join("", "<div>{} · {} · {}</div>", rows) or "-"

    @admin.display(description=_("Attempts"))
    def attempts(self, document: Document) -> str:
        rows = ((a.internal_no, a.declared_by, a.certificate_number, _method(a)) for a in Attempt.of(document))
        return format_html_join("", "<div>{} · {} · {} · {}</div>", rows) or "-"

    @admin.display(description=_("Payment notices and payments"))
    def money(self, document: Document) -> str:
        rows = [(n.number, format_amount(n.amount), plain(n.pay_deadline), "") for n in PaymentNotice.of(document)]
        rows += [
            (
                p.notice_number,
                format_amount(p.amount),
                p.receipt_number,
                str(_("Received") if p.received else _("Taken back")),
            )
            for p in Payment.of(document)
        ]
        return format_html_join("", "<div>{} · {} · {} · {}</div>", rows) or "-"


def _time(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S")


def _label(moves: Mapping[str, Move], name: str) -> str:
    return str(moves[name].label) if name in moves else str(_("Issued by customs"))


def _method(attempt: Attempt) -> str:
    legacy = f" ({_('legacy')})" if attempt.signed_by_legacy_method else ""
    return attempt.signature_method + legacy


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("at", "pre_entry_number", "round", "attempt", "move", "was", "now", "by")
    list_filter = ("move",)
    search_fields = ("pre_entry_number", "by")


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    list_display = ("at", "pre_entry_number", "round", "attempt", "message_type", "verdict", "effective")
    list_filter = ("message_type", "verdict")
    search_fields = ("pre_entry_number",)


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ("internal_no", "declarant_code", "declared_by", "declared_at", "signature_method", "verdict")
    search_fields = ("internal_no", "certificate_number")


@admin.register(PaymentNotice)
class PaymentNoticeAdmin(ReadOnlyAdmin):
    list_display = ("number", "pre_entry_number", "amount", "issued_on", "pay_deadline")
    search_fields = ("number", "pre_entry_number")


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    list_display = ("notice_number", "receipt_number", "amount", "paid_on", "received", "reported_at")
    list_filter = ("received",)
    search_fields = ("notice_number", "receipt_number", "pre_entry_number")


@admin.register(CustomsDistrict)
class CustomsDistrictAdmin(admin.ModelAdmin):
    list_display = ("code", "name")
    search_fields = ("code", "name")


@admin.register(PaymentMode)
class PaymentModeAdmin(admin.ModelAdmin):
    list_display = ("code", "name", "english_name")
