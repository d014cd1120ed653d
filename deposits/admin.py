from django.contrib import admin

from deposits.models import LevyOrder
from documents.admin import DocumentAdmin


@admin.register(LevyOrder)
class LevyOrderAdmin(DocumentAdmin):
    list_display = (
        "levy_number",
        "pre_entry_number",
        "guaranteed_code",
        "guaranteed_name",
        "amount",
        "data_status",
        "guarantee_status",
    )
    search_fields = ("levy_number", "pre_entry_number", "guaranteed_code", "business_number")
