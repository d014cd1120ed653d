"""What administrators keep: units, users, delegations and e-keys. Every change is in Django's LogEntry."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from parties import ekeys
from parties.codes import credit_code_problem, enterprise_code_warning
from parties.models import Delegation, EKey, Unit, User

CERTIFICATE_MAX_BYTES = 16 * 1024


@admin.register(Unit)
class UnitAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "credit_code", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["code", "name", "credit_code"]

    def save_model(self, request: HttpRequest, obj: Unit, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        for problem in filter(None, [enterprise_code_warning(obj.code), credit_code_problem(obj.credit_code)]):
            messages.warning(request, problem)


class EKeyInline(admin.TabularInline):
    model = EKey
    fields = readonly_fields = ("card_number", "certificate_number", "valid_from", "valid_to", "bound_at", "unbound_at")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


class NewUserForm(AdminUserCreationForm):
    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("username", "name", "unit")


class ExistingUserForm(UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = User


@admin.register(User)
class PortalUserAdmin(UserAdmin):
    form = ExistingUserForm
    add_form = NewUserForm
    inlines = [EKeyInline]
    list_display = ["username", "name", "unit", "may_enter", "may_declare", "is_unit_administrator", "is_active"]
    list_filter = ["may_enter", "may_declare", "is_unit_administrator", "is_active", "is_staff"]
    list_select_related = ["unit"]
    search_fields = ["username", "name", "unit__code", "unit__name"]
    autocomplete_fields = ["unit"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["name", "email", "unit"]}),
        (_("Roles"), {"fields": ["may_enter", "may_declare", "is_unit_administrator"]}),
        (
            _("Rights"),
            {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]},
        ),
        (_("Important dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "usable_password", "password1", "password2"]}),
        (_("Person"), {"fields": ["name", "unit"]}),
        (_("Roles"), {"fields": ["may_enter", "may_declare", "is_unit_administrator"]}),
    ]

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[Any]:
        return self.inlines if obj else []


class InForceFilter(admin.SimpleListFilter):
    title = _("validity")
    parameter_name = "validity"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("now", _("in force")), ("later", _("not yet in force")), ("ended", _("ended"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delegation]) -> QuerySet[Delegation]:
        today = timezone.localdate()
        chosen = {
            "now": {"valid_from__lte": today, "valid_to__gte": today},
            "later": {"valid_from__gt": today},
            "ended": {"valid_to__lt": today},
        }
        return queryset.filter(**chosen.get(self.value() or "", {}))


@admin.register(Delegation)
class DelegationAdmin(admin.ModelAdmin):
    list_display = ["agent", "guaranteed", "valid_from", "valid_to", "note"]
    list_filter = [InForceFilter]
    list_select_related = ["agent", "guaranteed"]
    search_fields = ["agent__code", "agent__name", "guaranteed__code", "guaranteed__name", "note"]
    autocomplete_fields = ["agent", "guaranteed"]


class RegisterCardForm(forms.ModelForm):
    """Registers a card by its certificate file; what the certificate says is read from it and never typed."""

    file = forms.FileField(label=_("Certificate file (PEM or DER)"), max_length=255)

    class Meta:
        model = EKey
        fields = ["user", "card_number"]

    def clean_file(self) -> bytes:
        upload: UploadedFile = self.cleaned_data["file"]
        if (upload.size or 0) > CERTIFICATE_MAX_BYTES:
            raise forms.ValidationError(_("The file is too large for a certificate."))
        try:
            return ekeys.usable_der(upload.read())
        except ekeys.CardRefused as refusal:
            raise forms.ValidationError(str(refusal.message), code=refusal.code) from refusal

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("file") and data.get("user") and ekeys.bound_elsewhere(data["user"], data["file"]):
            self.add_error("file", str(ekeys.REFUSALS["other_user"]))
        return data

    def save(self, commit: bool = True) -> EKey:
        # Bound in the admin's save_model, which knows who does it.
        card: EKey = self.instance
        return card

    def save_m2m(self) -> None:
        """There is none; the admin calls it after a save without commit."""


@admin.register(EKey)
class EKeyAdmin(admin.ModelAdmin):
    form = RegisterCardForm
    list_display = ["card_number", "certificate_number", "user", "valid_to", "bound_at", "unbound_at"]
    list_filter = [("unbound_at", admin.EmptyFieldListFilter), "valid_to"]
    list_select_related = ["user"]
    search_fields = ["card_number", "certificate_number", "user__username", "user__name", "subject"]
    autocomplete_fields = ["user"]
    actions = ["unbind"]
    facts = ("user", "card_number", "certificate_number", "algorithm", "subject", "fingerprint")
    times = ("valid_from", "valid_to", "bound_at", "unbound_at")

    def get_fields(self, request: HttpRequest, obj: EKey | None = None) -> tuple[str, ...]:
        return (*self.facts, *self.times) if obj else ("user", "card_number", "file")

    def has_change_permission(self, request: HttpRequest, obj: EKey | None = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: EKey | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: EKey, form: forms.ModelForm, change: bool) -> None:
        card = ekeys.bind(obj.user, form.cleaned_data["file"], obj.card_number, by=_administrator(request))
        obj.pk = card.pk
        obj.refresh_from_db()

    def log_addition(self, request: HttpRequest, obj: EKey, message: Any) -> Any:
        """Nothing: ekeys.bind has logged it, and the unbinding of the card before."""

    @admin.action(description=_("Unbind the selected e-keys"), permissions=["change"])
    def unbind(self, request: HttpRequest, queryset: QuerySet[EKey]) -> None:
        bound = queryset.filter(unbound_at=None)
        for card in bound:
            ekeys.unbind(card, by=_administrator(request))
            messages.success(request, gettext("%(card)s is unbound.") % {"card": card})


def _administrator(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
