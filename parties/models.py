"""Who takes part: units, their users, delegations between units, and the users' e-keys."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from parties.codes import ENTERPRISE_CODE, validate_credit_code, validate_enterprise_code


class Unit(models.Model):
    """An enterprise that is registered with customs: one that gives security, or an agent that files for others."""

    code = models.CharField(_("enterprise code"), max_length=10, unique=True, validators=[validate_enterprise_code])
    credit_code = models.CharField(
        _("unified social credit code"), max_length=18, blank=True, validators=[validate_credit_code]
    )
    name = models.CharField(_("unit name"), max_length=70)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Nobody can act for a unit that is not active, nor see its documents.")
    )

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__regex=ENTERPRISE_CODE),
                name="unit_code_pattern",
                violation_error_message=_("The enterprise code does not have the pattern of customs."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class UserManager(BaseUserManager["User"]):
    """Every page shows the user's unit, so it is read with the user."""

    def get_queryset(self) -> models.QuerySet[User]:
        return super().get_queryset().select_related("unit")


class User(AbstractUser):
    """A person who signs in: a clerk of a unit, or an administrator of the portal, who has no unit."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name of the person"), max_length=50)
    unit = models.ForeignKey(
        Unit, verbose_name=_("unit"), on_delete=models.PROTECT, null=True, blank=True, related_name="users"
    )
    may_enter = models.BooleanField(_("may enter documents"), default=False)
    may_declare = models.BooleanField(_("may declare"), default=False)
    is_unit_administrator = models.BooleanField(_("administers the unit"), default=False)

    REQUIRED_FIELDS = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]

    def __str__(self) -> str:
        return f"{self.username} {self.name}".strip()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Delegation(models.Model):
    """`guaranteed` lets `agent` enter and declare its documents from `valid_from` to `valid_to`, both days included."""

    agent = models.ForeignKey(
        Unit, verbose_name=_("agent"), on_delete=models.PROTECT, related_name="delegations_received"
    )
    guaranteed = models.ForeignKey(
        Unit, verbose_name=_("guaranteed unit"), on_delete=models.PROTECT, related_name="delegations_given"
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"))
    note = models.CharField(_("note"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ["agent", "guaranteed", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_from__lte=models.F("valid_to")),
                name="delegation_ends_after_it_begins",
                violation_error_message=_("A delegation cannot end before it begins."),
            ),
            models.CheckConstraint(
                condition=~models.Q(agent=models.F("guaranteed")),
                name="delegation_to_another_unit",
                violation_error_message=_("A unit cannot be its own agent."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guaranteed} → {self.agent}"


class EKey(models.Model):
    """A card and its signing certificate, bound to a user from `bound_at` to `unbound_at`. Rows are never deleted."""

    class Algorithm(models.TextChoices):
        RSA = "RSA", "RSA"

    user = models.ForeignKey(User, verbose_name=_("user"), on_delete=models.PROTECT, related_name="ekeys")
    card_number = models.CharField(_("card number"), max_length=32)
    certificate_number = models.CharField(
        _("certificate number"), max_length=8, validators=[RegexValidator(r"^[0-9a-f]{8}\Z")]
    )
    certificate = models.BinaryField(_("certificate"))
    fingerprint = models.CharField(_("SHA-256 fingerprint of the certificate"), max_length=64, editable=False)
    algorithm = models.CharField(_("algorithm"), max_length=8, choices=Algorithm, default=Algorithm.RSA)
    subject = models.CharField(_("holder"), max_length=500)
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid to"))
    bound_at = models.DateTimeField(_("bound at"), default=timezone.now)
    unbound_at = models.DateTimeField(_("unbound at"), null=True, blank=True)

    class Meta:
        verbose_name = _("e-key")
        verbose_name_plural = _("e-keys")
        ordering = ["-bound_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(unbound_at=None),
                name="one_bound_card_per_user",
                violation_error_message=_("The user has another bound e-key."),
            ),
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=models.Q(unbound_at=None),
                name="one_user_per_bound_certificate",
                violation_error_message=_("The certificate is bound to another user."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.card_number} / {self.certificate_number}"
