"""Filings and their attempts: what was numbered, what was signed, and what waits for a signature.

A filing is (pre-entry number, round): no generic foreign keys, so that a change of a general guarantee, which keeps the
guarantee's number, has a history of its own (MESSAGES, *Numbers and matching*).
"""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from documents.models.document import Document


class PreEntryCounter(models.Model):
    """The one counter a year from which every kind takes its pre-entry numbers; gaps are allowed."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveBigIntegerField(default=0)

    @classmethod
    @transaction.atomic
    def allot(cls, on: date) -> str:
        """Return the next 预录入统一编号: year 4 + 14 digits."""
        cls.objects.get_or_create(year=on.year)
        cls.objects.filter(year=on.year).update(last=F("last") + 1)  # holds the row until the transaction ends
        last = cls.objects.values_list("last", flat=True).get(year=on.year)
        return f"{on.year:04}{last:014}"


class OfFiling(models.Model):
    """A row that belongs to a filing: (pre-entry number, round)."""

    pre_entry_number = models.CharField(_("Pre-entry number"), max_length=18)
    round = models.PositiveSmallIntegerField(_("Change round"), default=0)

    class Meta:
        abstract = True

    @classmethod
    def of(cls, document: Document) -> models.QuerySet[Any]:
        return cls._default_manager.filter(pre_entry_number=document.pre_entry_number, round=document.round)


class Filing(OfFiling):
    """Says which kind a filing is of, and keeps (number, round) unique over all kinds.

    `form_key` names the form in which a clerk began it: the same form, sent twice, begins nothing twice.
    """

    kind = models.CharField(_("Kind"), max_length=30)
    form_key = models.UUIDField(_("Form"), null=True, unique=True, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("filing"), _("filings")
        constraints = [models.UniqueConstraint(fields=["pre_entry_number", "round"], name="documents_filing_number")]

    def __str__(self) -> str:
        return f"{self.pre_entry_number}-{self.round}"

    @classmethod
    def of_number(cls, pre_entry_number: str, round: int) -> "Filing":
        return cls.objects.get(pre_entry_number=pre_entry_number, round=round)


class Attempt(OfFiling):
    """One declaring of a filing: what was signed, by whom and with which card, and the highest answer it had.

    `values` are the document's fields as they were signed. The signed message itself is the outbox message of the same
    internal number.
    """

    number = models.PositiveSmallIntegerField(_("Attempt"))
    internal_no = models.CharField(_("Internal number"), max_length=40, unique=True)
    declarant_code = models.CharField(_("Declaring unit code"), max_length=10)
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("Declared by"))
    declared_at = models.DateTimeField(_("Declared at"))
    values = models.JSONField(_("Values"), encoder=DjangoJSONEncoder)
    signature_method = models.CharField(_("Signature method"), max_length=20)
    certificate_number = models.CharField(_("Certificate number"), max_length=40)
    certificate = models.BinaryField(_("Certificate"))
    answer = models.PositiveSmallIntegerField(_("Rank of the highest answer"), default=0)
    verdict = models.CharField(_("Decision"), max_length=20, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("attempt"), _("attempts")
        ordering = ["pre_entry_number", "round", "number"]
        constraints = [
            models.UniqueConstraint(fields=["pre_entry_number", "round", "number"], name="documents_attempt_number")
        ]

    def __str__(self) -> str:
        return self.internal_no

    @property
    def signed_by_legacy_method(self) -> bool:
        """SHA-1 is accepted only because the cards in the field sign so (EKEY, *In the portal* 4)."""
        return self.signature_method == "rsa-sha1"


class SigningRequest(OfFiling):
    """A declaration frozen for signing: the exact bytes, the document's version, the user; single use, ten minutes."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    version = models.PositiveIntegerField()
    fields = models.JSONField(encoder=DjangoJSONEncoder)  # what declaring writes besides what the clerk filled in
    internal_no = models.CharField(max_length=40)
    message_id = models.CharField(max_length=60)
    package = models.BinaryField()
    signed_info = models.BinaryField()
    signature_method = models.CharField(max_length=20)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("signing request"), _("signing requests")
        indexes = [models.Index(fields=["pre_entry_number", "round", "user"])]

    def __str__(self) -> str:
        return self.internal_no
