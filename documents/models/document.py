"""The document itself: what every kind of form that is filed with customs has."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

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
            models.Index("guaranteed_code", "declared_on", name="%(class)s_unit_declared"),
            models.Index(
                "guaranteed_code", "guaranteed_credit_code", F("pre_entry_number").desc(), name="%(class)s_credit"
            ),
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

    def values(self) -> dict[str, Any]:
        """Return the value of every field that is stored, without those the database computes."""
        return {
            field.attname: getattr(self, field.attname) for field in self._meta.concrete_fields if not field.generated
        }

    @property
    def internal_no(self) -> str:
        """企业内部编号 of the newest attempt, the idempotency key of its message."""
        return internal_number(self.pre_entry_number, self.round, self.attempt)


def internal_number(pre_entry_number: str, round: int, attempt: int) -> str:
    """Return EtpsInnerNo: `<pre-entry number>-<round>-<attempt>` (MESSAGES, *Numbers and matching*)."""
    return f"{pre_entry_number}-{round}-{attempt}"
