"""Codes that several document kinds share (DOMAIN 4). Tables that administrators may extend are models."""

from django.db.models import TextChoices
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from documents.models import CustomsDistrict, PaymentMode


class GuaranteeType(TextChoices):
    """担保类型."""

    GENERAL = "1", _("General guarantee")
    SINGLE = "2", _("Single guarantee")


class GuaranteeMode(TextChoices):
    """担保方式."""

    CASH = "1", _("Cash deposit")
    LETTER = "2", _("Letter of guarantee")


class GuaranteeNature(TextChoices):
    """保证金性质: refunded without or with interest (DOMAIN 3)."""

    RISK = "1", _("Risk deposit")
    RESTRICTED = "2", _("Restricted-goods deposit")


class BusinessLink(TextChoices):
    """业务环节."""

    LEDGER = "1", _("Ledger set-up or change")
    HANDBOOK = "2", _("Handbook set-up or change")
    CARRY_FORWARD = "3", _("Carrying forward of remaining material")
    OUTWARD = "4", _("Outward processing")
    CONSUMPTION = "5", _("Unit consumption")
    DOMESTIC_SALE = "6", _("Collective domestic sale")
    OTHER = "7", _("Other")


class Initiation(TextChoices):
    """发起方式."""

    BUSINESS = "1", _("Triggered by a business step")
    OFFICER = "2", _("Started by a customs officer")
    ENTERPRISE = "3", _("Started by the enterprise")


def payment_modes() -> list[tuple[str, str]]:
    """Return the choices of 支付方式 in the language of the user."""
    english = get_language() == "en"
    return [
        (mode.code, mode.english_name if english and mode.english_name else mode.name)
        for mode in PaymentMode.objects.all()
    ]


def districts() -> list[tuple[str, str]]:
    """Return the choices of 关区."""
    return list(CustomsDistrict.objects.values_list("code", "name"))


def district_name(code: str) -> str:
    return CustomsDistrict.objects.filter(code=code).values_list("name", flat=True).first() or ""
