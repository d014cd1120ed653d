"""The general guarantee 总担保, its changes, and the ledger of its amounts (DOMAIN 1, 3, 5.2, 5.3)."""

from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from documents.models import AppendOnly, Document, OfFiling
from documents.money import MoneyField
from documents.secured import Secured
from documents.status import DataStatus, GuaranteeStatus
from general_guarantee.grid import CHANGEABLE, SET_UP, change_grid

NULLABLE = ("amount", "letter_valid_until")
BUCKETS = ("usable_amount", "used_amount", "refunded_amount", "locked_amount")


class GuaranteePaper(Secured):
    """What the set-up form of a general guarantee and the form of its change have in common: the whole paper."""

    guarantee_number = models.CharField(_("General guarantee number"), max_length=18, blank=True)
    district = models.CharField(_("Customs district in charge"), max_length=4, blank=True)
    amount = MoneyField(_("General guarantee amount"), null=True, blank=True)
    usable_amount = MoneyField(_("Usable amount"), default=0)
    used_amount = MoneyField(_("Used amount"), default=0)
    refunded_amount = MoneyField(_("Refunded amount"), default=0)
    locked_amount = MoneyField(_("Locked amount"), default=0)
    set_up_on = models.DateField(_("Set up on"), null=True, blank=True)
    pay_deadline = models.DateField(_("Payment deadline of the deposit"), null=True, blank=True)

    class Meta(Secured.Meta):
        abstract = True
        constraints = [
            *Document.Meta.constraints,
            # Of an approved one customs may report that nothing is left.
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gt=0) | Q(data_status=DataStatus.APPROVED, amount=0),
                name="%(app_label)s_%(class)s_amount_above_zero",
            ),
        ]


class CustomsState(models.TextChoices):
    """grtStucd: what customs says of the whole guarantee (MESSAGES)."""

    UNPAID = "1", GuaranteeStatus.UNPAID.label
    PAID = "2", GuaranteeStatus.PAID.label
    PARTLY_REFUNDED = "3", GuaranteeStatus.PARTLY_REFUNDED.label
    REFUNDED = "4", GuaranteeStatus.REFUNDED.label
    TRANSFERRED = "5", GuaranteeStatus.TRANSFERRED.label
    EXPIRED = "6", GuaranteeStatus.EXPIRED.label
    CANCELLED = "7", GuaranteeStatus.CANCELLED.label


class GeneralGuarantee(GuaranteePaper):
    """总担保: one sum that secures many levy orders, by cash deposit or by letter.

    Of an approved one the ledger keeps the amounts: they change in no other way. `reserved_amount` is what draws and refunds
    in flight hold beside the equation (DOMAIN 3). `change_status` and `open_round` are those of the open change.
    """

    reserved_amount = MoneyField(_("Reserved amount"), default=0)
    amounts_as_of = models.DateTimeField(_("Amounts as of"), null=True, blank=True)
    customs_state = models.CharField(_("State at customs"), max_length=1, choices=CustomsState, blank=True)
    customs_state_at = models.DateTimeField(_("State at customs as of"), null=True, blank=True)
    approved_round = models.PositiveSmallIntegerField(_("Last approved round"), default=0)
    open_round = models.PositiveSmallIntegerField(_("Round of the open change"), default=0)
    change_status = models.CharField(_("Data status of the change"), max_length=10, choices=DataStatus, blank=True)
    shown_status = models.GeneratedField(
        verbose_name=_("Data status"),
        expression=Case(When(change_status="", then=F("data_status")), default=F("change_status")),
        output_field=models.CharField(max_length=10, choices=DataStatus),
        db_persist=True,
    )
    shown_round = models.GeneratedField(
        verbose_name=_("Change round"),
        expression=Case(When(open_round=0, then=F("approved_round")), default=F("open_round")),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
    )

    class Meta(GuaranteePaper.Meta):
        abstract = False
        verbose_name, verbose_name_plural = _("general guarantee"), _("general guarantees")
        indexes = [
            *Document.Meta.indexes,
            models.Index("guaranteed_code", "guarantee_mode", F("pre_entry_number").desc(), name="guarantee_mode"),
            models.Index("guaranteed_code", "shown_status", F("pre_entry_number").desc(), name="guarantee_shown"),
            # Read by the daily look at letters that have expired.
            models.Index("letter_valid_until", name="guarantee_validity", condition=Q(guarantee_mode="2")),
        ]
        constraints = [
            *GuaranteePaper.Meta.constraints,
            SET_UP.complete_when_declared("general_guarantee_complete", NULLABLE),
            models.UniqueConstraint(
                fields=["guarantee_number"], condition=~Q(guarantee_number=""), name="general_guarantee_number"
            ),
            models.CheckConstraint(
                condition=Q(**{f"{bucket}__gte": 0 for bucket in (*BUCKETS, "reserved_amount")}),
                name="general_guarantee_no_amount_below_zero",
            ),
            models.CheckConstraint(
                condition=~Q(data_status=DataStatus.APPROVED)
                | Q(amount=F("usable_amount") + F("used_amount") + F("refunded_amount") + F("locked_amount")),
                name="general_guarantee_amounts_add_up",
            ),
        ]

    def __str__(self) -> str:
        return self.guarantee_number or self.pre_entry_number


class GuaranteeChange(GuaranteePaper):
    """总担保变更: new values for a guarantee by letter; those in force stay in force until customs approves (DOMAIN 5.3).

    It is filed under the guarantee's pre-entry number, with the change round. `old_*` are the values in force when it was last
    saved.
    """

    old_amount = MoneyField(_("Amount in force"), null=True, blank=True)
    old_letter_number = models.CharField(_("Letter number in force"), max_length=30, blank=True)
    old_letter_valid_until = models.DateField(_("Validity in force"), null=True, blank=True)

    class Meta(GuaranteePaper.Meta):
        abstract = False
        verbose_name, verbose_name_plural = _("change of a general guarantee"), _("changes of general guarantees")
        indexes = [*Document.Meta.indexes]
        constraints = [
            *GuaranteePaper.Meta.constraints,
            change_grid(CHANGEABLE).complete_when_declared("guarantee_change_complete", NULLABLE),
            models.UniqueConstraint(
                fields=["pre_entry_number"],
                condition=~Q(data_status=DataStatus.APPROVED),
                name="guarantee_change_one_open",
            ),
            models.CheckConstraint(condition=Q(round__gt=0), name="guarantee_change_round"),
        ]

    def __str__(self) -> str:
        return f"{self.guarantee_number}-{self.round}"

    @cached_property
    def guarantee(self) -> GeneralGuarantee:
        """The guarantee that it changes, as it was when it was first asked for."""
        return GeneralGuarantee.objects.get(pre_entry_number=self.pre_entry_number)


class Movement(models.TextChoices):
    """What moves the amounts of a general guarantee; `FIGURES` are customs' own, which always win."""

    SET_UP = "set_up", _("Set-up")
    DRAW = "draw", _("Draw")
    RELEASE = "release", _("Release")
    CHANGE = "change", _("Change")
    REFUND = "refund", _("Refund")
    FIGURES = "figures", _("Figures of customs")


class LedgerRow(AppendOnly):
    """One movement, or one set of figures of customs, with the filing and attempt that caused it.

    A movement has its `amount` in yuan; figures of customs have the four sums. What a row does to the balance follows from
    all rows in the order of their decisions (`ledger.balances`), so that they may arrive in any order.
    """

    guarantee = models.ForeignKey(
        GeneralGuarantee, models.PROTECT, related_name="ledger", verbose_name=_("general guarantee")
    )
    movement = models.CharField(_("Movement"), max_length=8, choices=Movement)
    attempt = models.PositiveSmallIntegerField(_("Attempt"), default=0)
    document = models.CharField(_("Document"), max_length=32)
    amount = MoneyField(_("Amount"), default=0)
    usable = MoneyField(_("Usable amount"), default=0)
    used = MoneyField(_("Used amount"), default=0)
    refunded = MoneyField(_("Refunded amount"), default=0)
    locked = MoneyField(_("Locked amount"), default=0)
    at = models.DateTimeField(_("Decided at"))
    reported_at = models.DateTimeField(_("Reported at"))
    serial = models.CharField(_("Serial number of the message"), max_length=11, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("ledger row"), _("ledger rows")
        ordering = ["at", "id"]
        indexes = [models.Index("guarantee", F("at").desc(), name="ledger_of_guarantee")]
        constraints = [
            models.UniqueConstraint(
                fields=["guarantee", "movement", "pre_entry_number", "round", "attempt"],
                condition=~Q(movement="figures"),
                name="ledger_movement_once",
            ),
            models.UniqueConstraint(
                fields=["guarantee", "at", "reported_at", "serial"],
                condition=Q(movement="figures"),
                name="ledger_figures_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guarantee} {self.movement} {self.document}"


class Reservation(OfFiling):
    """What a declared and undecided filing holds of a general guarantee, so that nobody else draws on it."""

    guarantee = models.ForeignKey(
        GeneralGuarantee, models.PROTECT, related_name="reservations", verbose_name=_("general guarantee")
    )
    document = models.CharField(_("Document"), max_length=24)
    amount = MoneyField(_("Amount"))
    made_at = models.DateTimeField(_("Made at"))

    class Meta:
        verbose_name, verbose_name_plural = _("reservation"), _("reservations")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["pre_entry_number", "round"], name="reservation_of_filing"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="reservation_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.amount}"
