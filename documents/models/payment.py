"""Payment notices and payments of a filing (DOMAIN 3)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from documents.models.filing import OfFiling
from documents.money import MoneyField


class PaymentNotice(OfFiling):
    """缴款通知书 that customs issued for a guarantee; the newest one is in force."""

    number = models.CharField(_("Notice number"), max_length=12, unique=True)
    amount = MoneyField(_("Amount"))
    issued_on = models.DateField(_("Issued on"))
    pay_deadline = models.DateField(_("Payment deadline"), null=True)
    payer_name = models.CharField(_("Payer name"), max_length=70)
    payer_bank = models.CharField(_("Payer bank"), max_length=50, blank=True)
    payer_account = models.CharField(_("Payer account"), max_length=32, blank=True)
    payee_name = models.CharField(_("Payee name"), max_length=70)
    payee_bank = models.CharField(_("Payee bank"), max_length=50, blank=True)
    payee_account = models.CharField(_("Payee account"), max_length=32, blank=True)
    remark = models.CharField(_("Remark"), max_length=255, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("payment notice"), _("payment notices")
        ordering = ["-issued_on", "-number"]
        indexes = [models.Index(fields=["pre_entry_number", "round"])]

    def __str__(self) -> str:
        return self.number


class Payment(OfFiling):
    """What customs last reported about one payment: arrived, or taken back (result 0)."""

    notice_number = models.CharField(_("Notice number"), max_length=12)
    receipt_number = models.CharField(_("Receipt number"), max_length=20, blank=True)
    amount = MoneyField(_("Amount"))
    paid_on = models.DateField(_("Paid on"), null=True)
    received = models.BooleanField(_("Received"))
    reported_at = models.DateTimeField(_("Reported at"))
    remark = models.CharField(_("Remark"), max_length=255, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("payment"), _("payments")
        ordering = ["-reported_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pre_entry_number", "round", "notice_number", "receipt_number"],
                name="documents_payment_receipt",
            )
        ]

    def __str__(self) -> str:
        return f"{self.notice_number} {self.receipt_number}"
