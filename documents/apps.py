from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = _("Documents")

    def ready(self) -> None:
        from django.core import checks

        from customs import exchange, inbox, outbox
        from documents.inbound import fail_attempt, handle
        from documents.printing import check_printing
        from parties.access import unit_codes

        checks.register(check_printing)
        inbox.register_handler(handle)
        outbox.register_failure(fail_attempt)
        exchange.register_units(unit_codes)
