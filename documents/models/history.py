"""The append-only history of a filing: the moves that were made, and what customs said."""

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from customs.models import InboxMessage
from documents.models.filing import OfFiling
from documents.status import DataStatus, GuaranteeStatus


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
