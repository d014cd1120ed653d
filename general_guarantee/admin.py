from django.contrib import admin

from documents.admin import DocumentAdmin, ReadOnlyAdmin
from general_guarantee.models import GeneralGuarantee, GuaranteeChange, LedgerRow, Reservation


@admin.register(GeneralGuarantee)
class GeneralGuaranteeAdmin(DocumentAdmin):
    list_display = (
        "pre_entry_number",
        "guarantee_number",
        "guaranteed_code",
        "guaranteed_name",
        "amount",
        "usable_amount",
        "data_status",
        "guarantee_status",
    )
    search_fields = ("guarantee_number", "pre_entry_number", "guaranteed_code")


@admin.register(GuaranteeChange)
class GuaranteeChangeAdmin(DocumentAdmin):
    list_display = ("guarantee_number", "round", "guaranteed_code", "amount", "letter_valid_until", "data_status")
    search_fields = ("guarantee_number", "pre_entry_number", "guaranteed_code")


@admin.register(LedgerRow)
class LedgerRowAdmin(ReadOnlyAdmin):
    list_display = ("at", "guarantee", "movement", "document", "amount", "usable", "used", "refunded", "locked")
    list_filter = ("movement",)
    search_fields = ("guarantee__guarantee_number", "document")


@admin.register(Reservation)
class ReservationAdmin(ReadOnlyAdmin):
    list_display = ("made_at", "guarantee", "document", "amount")
    search_fields = ("guarantee__guarantee_number", "document")
