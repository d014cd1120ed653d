from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GeneralGuaranteeConfig(AppConfig):
    name = "general_guarantee"
    verbose_name = _("General guarantees")

    def ready(self) -> None:
        from customs import exchange
        from general_guarantee.expiry import expire_letters

        import_module("general_guarantee.kind")  # registers the kinds
        exchange.register_chore(expire_letters)
