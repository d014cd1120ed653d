"""What an administrator sees of documents: everything, with its history, and nothing that can be changed by hand."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from documents.models import Attempt, CustomsDistrict, Document, Event, PaymentMode, PaymentNotice, Receipt
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
    readonly_fields = ("history", "receipts", "attempts")
    date_hierarchy = "created_at"

    @admin.display(description=_("History"))
    def history(self, document: Document) -> str:
        rows = (
            (e.at.strftime("%Y-%m-%d %H:%M:%S"), e.move, e.was or "-", e.now, e.by, e.note) for e in Event.of(document)
        )
        return format_html_join("", "<div>{} · {} · {} → {} · {} · {}</div>", rows) or "-"

    @admin.display(description=_("Receipts"))
    def receipts(self, document: Document) -> str:
        rows = ((r.at.strftime("%Y-%m-%d %H:%M:%S"), r.message_type, words(r)) for r in Receipt.of(document))
        return format_html_join("", "<div>{} · {} · {}</div>", rows) or "-"

    @admin.display(description=_("Attempts"))
    def attempts(self, document: Document) -> str:
        rows = ((a.internal_no, a.declared_by, a.certificate_number, _method(a)) for a in Attempt.of(document))
        return format_html_join("", "<div>{} · {} · {} · {}</div>", rows) or "-"


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


@admin.register(CustomsDistrict)
class CustomsDistrictAdmin(admin.ModelAdmin):
    list_display = ("code", "name")
    search_fields = ("code", "name")


@admin.register(PaymentMode)
class PaymentModeAdmin(admin.ModelAdmin):
    list_display = ("code", "name", "english_name")
