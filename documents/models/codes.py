"""Code tables that administrators may extend (DOMAIN 4)."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class CustomsDistrict(models.Model):
    """关区. Administrators import the table; the product ships the main districts."""

    code = models.CharField(_("Code"), max_length=4, primary_key=True)
    name = models.CharField(_("Name"), max_length=50)

    class Meta:
        verbose_name, verbose_name_plural = _("customs district"), _("customs districts")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code}　{self.name}"


class PaymentMode(models.Model):
    """支付方式; administrators may add to it (DOMAIN 4)."""

    code = models.CharField(_("Code"), max_length=2, primary_key=True, validators=[RegexValidator(r"^[0-9A-Z]{1,2}\Z")])
    name = models.CharField(_("Name"), max_length=30)
    english_name = models.CharField(_("English name"), max_length=30, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("payment mode"), _("payment modes")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code}　{self.name}"
