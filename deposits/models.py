"""The levy order 保证金征收单: issued by customs, confirmed by the enterprise (DOMAIN 1, 5.1)."""

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from deposits.grid import GRID
from documents.codes import BusinessLink, GuaranteeNature, GuaranteeType, Initiation
from documents.formats import phone
from documents.models import Document
from documents.money import MoneyField
from documents.secured import Secured


class LevyOrder(Secured):
    """What customs levied is fixed; how it is secured and who pays is the enterprise's confirmation."""

    levy_number = models.CharField(_("Levy order number"), max_length=18, unique=True)
    serial_number = models.PositiveIntegerField(_("Serial number"), default=1)
    business_number = models.CharField(_("Business document number"), max_length=12, blank=True)
    business_end_date = models.DateField(_("Business end date"), null=True, blank=True)
    business_link = models.CharField(_("Business step"), max_length=1, choices=BusinessLink)
    initiation = models.CharField(_("Initiation"), max_length=1, choices=Initiation)
    district = models.CharField(_("Customs district in charge"), max_length=4)
    guarantee_nature = models.CharField(_("Nature of the deposit"), max_length=1, choices=GuaranteeNature)
    amount = MoneyField(_("Deposit amount"))
    levied_on = models.DateField(_("Levied on"))
    pay_deadline = models.DateField(_("Payment deadline"), null=True, blank=True)
    customs_remark = models.CharField(_("Remark of customs"), max_length=255, blank=True)

    guarantee_type = models.CharField(_("Guarantee type"), max_length=1, choices=GuaranteeType, blank=True)
    general_guarantee_number = models.CharField(_("General guarantee number"), max_length=18, blank=True)
    contact_name = models.CharField(_("Contact name"), max_length=50, blank=True)
    contact_phone = models.CharField(_("Telephone"), max_length=30, blank=True, validators=[phone])

    class Meta(Secured.Meta):
        abstract = False
        verbose_name, verbose_name_plural = _("levy order"), _("levy orders")
        indexes = [
            *Document.Meta.indexes,
            models.Index("guaranteed_code", "guarantee_mode", F("pre_entry_number").desc(), name="levyorder_mode"),
            models.Index("guaranteed_code", "business_number", F("pre_entry_number").desc(), name="levyorder_business"),
        ]
        constraints = [
            *Document.Meta.constraints,
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="deposits_levyorder_amount_above_zero"),
            GRID.complete_when_declared("deposits_levyorder_complete", nullable=("letter_valid_until",)),
        ]

    def __str__(self) -> str:
        return self.levy_number
