"""The tables through which alone the world outside is reached (MESSAGES, What the gateway guarantees)."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class MessageCounter(models.Model):
    """The 11 digits at the end of a message id: one counter for all units, never reset; gaps are allowed."""

    value = models.BigIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("message counter")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_message_counter")]

    def __str__(self) -> str:
        return str(self.value)


class OutboxMessage(models.Model):
    """One signed message to customs. `content` are the signed bytes and never change."""

    class State(models.TextChoices):
        QUEUED = "queued", _("to be sent")
        PLACED = "placed", _("placed in OutBox")
        CARRIED = "carried", _("carried by the client")
        HELD = "held", _("held for an operator")
        FAILED = "failed", _("given up by an operator")

    message_id = models.CharField(_("message id"), max_length=64, unique=True)
    internal_no = models.CharField(_("internal number"), max_length=30, unique=True)
    message_type = models.CharField(_("message type"), max_length=30)
    sender = models.CharField(_("sender"), max_length=10)
    receiver = models.CharField(_("receiver"), max_length=10)
    file_name = models.CharField(_("file name"), max_length=100)
    content = models.BinaryField(_("content"))
    sha256 = models.CharField("SHA-256", max_length=64)
    pre_entry_number = models.CharField(_("pre-entry number"), max_length=18)
    round = models.PositiveIntegerField(_("round"))
    attempt = models.PositiveIntegerField(_("attempt"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    reason = models.TextField(_("reason"), blank=True)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    failures = models.PositiveIntegerField(_("failed tries since the last send"), default=0)
    alert = models.BooleanField(_("alert"), default=False)
    created_at = models.DateTimeField(_("created"), db_default=Now())
    next_try_at = models.DateTimeField(_("next try"), db_default=Now())
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    carried_at = models.DateTimeField(_("carried"), null=True, blank=True)

    class Meta:
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pre_entry_number", "round", "attempt"], name="one_outgoing_message_per_attempt"
            ),
            models.CheckConstraint(
                condition=~Q(state="carried") | Q(carried_at__isnull=False), name="carried_has_its_time"
            ),
            models.CheckConstraint(condition=Q(failures__lte=F("tries")), name="failures_are_tries"),
        ]
        indexes = [
            models.Index(fields=["state", "id"], name="outbox_by_state"),
            models.Index(fields=["pre_entry_number", "state"], name="outbox_of_document"),
        ]

    def __str__(self) -> str:
        return f"{self.message_type} {self.internal_no}"


class OutboxTry(models.Model):
    """One try to send a message, committed before its file can appear in OutBox."""

    class Outcome(models.TextChoices):
        OPEN = "", _("under way")
        CARRIED = "carried", _("carried by the client")
        FAILED = "failed", _("found in FailBox")
        INTERRUPTED = "interrupted", _("interrupted, perhaps sent")
        NOT_WRITTEN = "not-written", _("could not be written")

    message = models.ForeignKey(OutboxMessage, models.PROTECT, related_name="tried", verbose_name=_("message"))
    number = models.PositiveIntegerField(_("number"))
    file_name = models.CharField(_("file name"), max_length=100)
    committed_at = models.DateTimeField(_("committed"), db_default=Now())
    placed_at = models.DateTimeField(_("placed"), null=True)
    missing_since = models.DateTimeField(_("missing since"), null=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, default=Outcome.OPEN, blank=True)
    outcome_at = models.DateTimeField(_("outcome at"), null=True)

    class Meta:
        verbose_name = _("try")
        verbose_name_plural = _("tries")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["message", "number"], name="one_try_per_number"),
            models.CheckConstraint(
                condition=Q(outcome="", outcome_at__isnull=True) | (~Q(outcome="") & Q(outcome_at__isnull=False)),
                name="outcome_has_its_time",
            ),
        ]
        indexes = [models.Index(fields=["outcome", "id"], name="outbox_tries_by_outcome")]

    def __str__(self) -> str:
        return self.file_name


class InboxMessage(models.Model):
    """One file from customs, kept as it came. Its state and the document change in one transaction."""

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        HANDLED = "handled", _("handled")
        LOGGED = "logged", _("kept, changed nothing")
        DUPLICATE = "duplicate", _("duplicate, ignored")
        PARKED = "parked", _("parked until its document arrives")
        QUARANTINED = "quarantined", _("quarantined")

    # Set when the message passed the door: its message id, or unit and SHA-256 of a technical answer, which has none.
    identity = models.CharField(max_length=100, unique=True, null=True, editable=False)
    content = models.BinaryField(_("content"))
    sha256 = models.CharField("SHA-256", max_length=64)
    message_id = models.CharField(_("message id"), max_length=64, null=True, blank=True)
    message_type = models.CharField(_("message type"), max_length=30, blank=True)
    folder_unit = models.CharField(_("folder of unit"), max_length=10)
    file_name = models.CharField(_("file name"), max_length=255)
    sender = models.CharField(_("sender"), max_length=10, blank=True)
    receiver = models.CharField(_("receiver"), max_length=10, blank=True)
    pre_entry_number = models.CharField(_("pre-entry number"), max_length=18, blank=True)
    business_number = models.CharField(_("business number"), max_length=32, blank=True)
    round = models.PositiveIntegerField(_("round"), null=True, blank=True)
    attempt = models.PositiveIntegerField(_("attempt"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.RECEIVED)
    reason = models.TextField(_("reason"), blank=True)
    alert = models.BooleanField(_("alert"), default=False)
    acknowledged_by = models.CharField(_("acknowledged by"), max_length=150, blank=True)
    replayed_by = models.CharField(_("replayed by"), max_length=150, blank=True)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    errors = models.PositiveIntegerField(_("errors"), default=0)
    received_at = models.DateTimeField(_("received"), db_default=Now())
    next_try_at = models.DateTimeField(_("next try"), db_default=Now())
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)
    parked_until = models.DateTimeField(_("parked, alerts at"), null=True, blank=True)

    class Meta:
        verbose_name = _("incoming message")
        verbose_name_plural = _("incoming messages")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["folder_unit", "file_name", "sha256"], name="a_file_is_stored_once"),
            models.CheckConstraint(
                condition=Q(state__in=["duplicate", "quarantined"]) | Q(identity__isnull=False),
                name="only_an_identified_message_is_handled",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["handled", "logged"]) | Q(handled_at__isnull=False),
                name="handled_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["parked", "quarantined"]) | ~Q(reason=""), name="set_aside_has_its_reason"
            ),
        ]
        indexes = [
            # Not partial: with bound parameters SQLite would not use them, and the worker looks twice a second.
            models.Index(fields=["state", "folder_unit", "id"], name="inbox_by_state"),
            models.Index(fields=["pre_entry_number", "round"], name="inbox_of_document"),
        ]

    def __str__(self) -> str:
        return f"{self.message_type or '?'} {self.file_name}"


class Intervention(models.Model):
    """What an operator did to a message. Append-only."""

    class Action(models.TextChoices):
        SEND_AGAIN = "send-again", _("sent again")
        FAIL = "fail", _("given up")
        REPLAY = "replay", _("replayed")
        ACKNOWLEDGE = "acknowledge", _("alert acknowledged")

    outgoing = models.ForeignKey(OutboxMessage, models.PROTECT, null=True, verbose_name=_("outgoing message"))
    incoming = models.ForeignKey(InboxMessage, models.PROTECT, null=True, verbose_name=_("incoming message"))
    action = models.CharField(_("action"), max_length=12, choices=Action)
    by = models.CharField(_("operator"), max_length=150)
    at = models.DateTimeField(_("time"), db_default=Now())

    class Meta:
        verbose_name = _("intervention")
        verbose_name_plural = _("interventions")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outgoing__isnull=True, incoming__isnull=False)
                | Q(outgoing__isnull=False, incoming__isnull=True),
                name="an_intervention_concerns_one_message",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.by}"
