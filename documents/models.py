"""What every document kind shares: the document itself, its filings and attempts, and its append-only history.

History, receipts and messages belong to a filing, which is (pre-entry number, round): no generic foreign keys, so that a
change of a general guarantee, which keeps the guarantee's number, has a history of its own (MESSAGES, *Numbers and matching*).
"""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customs.models import InboxMessage
from documents.money import MoneyField
from documents.status import DataStatus, GuaranteeStatus


class Document(models.Model):
    """A form that is filed with customs. Each kind is a plain model of its own."""

    pre_entry_number = models.CharField(_("Pre-entry number"), max_length=18)
    round = models.PositiveSmallIntegerField(_("Change round"), default=0)
    attempt = models.PositiveSmallIntegerField(_("Attempt"), default=0)

    guaranteed_code = models.CharField(_("Guaranteed unit code"), max_length=10)
    guaranteed_credit_code = models.CharField(_("Guaranteed unit credit code"), max_length=18, blank=True)
    guaranteed_name = models.CharField(_("Guaranteed unit name"), max_length=70)
    named_agent_code = models.CharField(_("Agent named by customs"), max_length=10, blank=True)
    input_code = models.CharField(_("Entering unit code"), max_length=10, blank=True)
    input_credit_code = models.CharField(_("Entering unit credit code"), max_length=18, blank=True)
    input_name = models.CharField(_("Entering unit name"), max_length=70, blank=True)
    declarant_code = models.CharField(_("Declaring unit code"), max_length=10, blank=True)
    declarant_credit_code = models.CharField(_("Declaring unit credit code"), max_length=18, blank=True)
    declarant_name = models.CharField(_("Declaring unit name"), max_length=70, blank=True)
    declared_on = models.DateField(_("Declared on"), null=True, blank=True)
    remark = models.CharField(_("Remark"), max_length=255, blank=True)

    data_status = models.CharField(_("Data status"), max_length=10, choices=DataStatus, default=DataStatus.DRAFT)
    guarantee_status = models.CharField(
        _("Guarantee status"), max_length=15, choices=GuaranteeStatus, default=GuaranteeStatus.NONE, blank=True
    )
    cancelled_on = models.DateField(_("Cancelled on"), null=True, blank=True)
    cancel_reason = models.CharField(_("Reason of the cancellation"), max_length=255, blank=True)

    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("Created at"), auto_now_add=True)
    changed_at = models.DateTimeField(_("Changed at"), auto_now=True)

    class Meta:
        abstract = True
        ordering = ["-pre_entry_number", "-round"]
        constraints = [
            models.UniqueConstraint(fields=["pre_entry_number", "round"], name="%(app_label)s_%(class)s_filing"),
            models.CheckConstraint(
                condition=Q(data_status__in=DataStatus.values), name="%(app_label)s_%(class)s_data_status"
            ),
            models.CheckConstraint(
                condition=Q(guarantee_status__in=GuaranteeStatus.values),
                name="%(app_label)s_%(class)s_guarantee_status",
            ),
        ]
        # Every list names a unit and shows the newest first (DOMAIN 5).
        indexes = [
            models.Index("guaranteed_code", F("pre_entry_number").desc(), name="%(class)s_unit"),
            models.Index("guaranteed_code", "data_status", F("pre_entry_number").desc(), name="%(class)s_unit_status"),
            # Who files for others finds whose documents name it; who files for itself is not in them.
            models.Index(
                "named_agent_code", "guaranteed_code", name="%(class)s_named_agent", condition=~Q(named_agent_code="")
            ),
            models.Index(
                "declarant_code",
                "guaranteed_code",
                name="%(class)s_declared_for",
                condition=~Q(declarant_code=F("guaranteed_code")),
            ),
        ]

    def __str__(self) -> str:
        return self.pre_entry_number

    @property
    def internal_no(self) -> str:
        """企业内部编号 of the newest attempt, the idempotency key of its message."""
        return internal_number(self.pre_entry_number, self.round, self.attempt)


def internal_number(pre_entry_number: str, round: int, attempt: int) -> str:
    """Return EtpsInnerNo: `<pre-entry number>-<round>-<attempt>` (MESSAGES, *Numbers and matching*)."""
    return f"{pre_entry_number}-{round}-{attempt}"


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
    """Says which kind a filing is of, and keeps (number, round) unique over all kinds."""

    kind = models.CharField(_("Kind"), max_length=30)

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


class AppendOnlyError(Exception):
    """Somebody tried to change or delete a row of the history."""


class AppendOnly(OfFiling):
    """A row that is written once and never changed."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError(type(self).__name__)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(type(self).__name__)


class Event(AppendOnly):
    """One move that was made: what, from where to where, by whom, when."""

    move = models.CharField(_("Move"), max_length=20)
    attempt = models.PositiveSmallIntegerField(_("Attempt"), default=0)
    was = models.CharField(_("Data status before"), max_length=10, choices=DataStatus, blank=True)
    now = models.CharField(_("Data status after"), max_length=10, choices=DataStatus)
    guarantee_was = models.CharField(_("Guarantee status before"), max_length=15, choices=GuaranteeStatus, blank=True)
    guarantee_now = models.CharField(_("Guarantee status after"), max_length=15, choices=GuaranteeStatus, blank=True)
    by = models.CharField(_("By"), max_length=150)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("User"))
    at = models.DateTimeField(_("At"))
    note = models.TextField(_("Note"), blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("event"), _("events")
        ordering = ["id"]
        indexes = [models.Index(fields=["pre_entry_number", "round"])]

    def __str__(self) -> str:
        return f"{self.pre_entry_number} {self.move}"


class Receipt(AppendOnly):
    """One message of customs about a filing, in the words it came with. It may have changed nothing (`effective`)."""

    message = models.OneToOneField(InboxMessage, models.PROTECT, related_name="receipt")
    attempt = models.PositiveSmallIntegerField(_("Attempt"), default=0)
    message_type = models.CharField(_("Message type"), max_length=30)
    verdict = models.CharField(_("Verdict"), max_length=20, blank=True)
    note = models.TextField(_("Note"), blank=True)
    facts = models.JSONField(_("Facts"), default=dict, encoder=DjangoJSONEncoder)
    effective = models.BooleanField(_("Had an effect"), default=True)
    at = models.DateTimeField(_("At"))
    received_at = models.DateTimeField(_("Received at"))

    class Meta:
        verbose_name, verbose_name_plural = _("receipt"), _("receipts")
        ordering = ["-id"]  # the latest is the one that was received last (S1, 查看回执)
        indexes = [models.Index(fields=["pre_entry_number", "round"])]

    def __str__(self) -> str:
        return f"{self.pre_entry_number} {self.message_type} {self.verdict}"


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

    code = models.CharField(_("Code"), max_length=2, primary_key=True)
    name = models.CharField(_("Name"), max_length=30)
    english_name = models.CharField(_("English name"), max_length=30, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("payment mode"), _("payment modes")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code}　{self.name}"
