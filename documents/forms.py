"""The form of a document: only what the clerk may fill; grey fields are not in it, so that a forged one has no effect."""

import logging
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from documents.cells import cell_groups
from documents.codes import districts, payment_modes
from documents.fields import AmountField, TypedDateField, VisibleCharField
from documents.grid import Place
from documents.kind import Findings, Kind
from documents.models import Document
from documents.money import MoneyField
from parties.access import acts_for
from parties.models import User

security = logging.getLogger("security")

CONTROL_NAMES = frozenset({"csrfmiddlewaretoken", "version", "move", "form_key", "confirmed"})


class DocumentForm(forms.Form):
    """Saving a draft is lenient (types and limits); declaring is strict (complete, and the kind's rules).

    A locked form has no field at all: everything in its grid is grey.
    """

    def __init__(
        self,
        kind: Kind,
        document: Document,
        data: QueryDict | None = None,
        *,
        user: User | None = None,
        strict: bool = False,
        locked: bool = False,
    ) -> None:
        self.kind, self.document, self.user, self.strict = kind, document, user, strict
        self.findings = Findings()
        names = [] if locked else kind.grid.open_names()
        super().__init__(data, initial={name: getattr(document, name) for name in names}, auto_id="id_%s")
        for name in names:
            self.fields[name] = _form_field(kind, document, name)
        if data is None and not locked:
            self.findings = kind.inspect(document, self.initial)

    @property
    def helper(self) -> FormHelper:
        """Return how crispy draws the form: as the grid of its kind."""
        helper = FormHelper()
        helper.form_tag = helper.disable_csrf = False
        helper.layout = Layout(GridLayout())
        return helper

    def clean(self) -> dict[str, Any]:
        for place in self.kind.grid.places():
            if place.name in self.fields:
                self._clean_place(place, self.cleaned_data)
        self._clean_together()
        return self.cleaned_data

    def _clean_place(self, place: Place, cleaned: dict[str, Any]) -> None:
        """A field that a choice has locked is empty, whatever was sent; one that must be filled is."""
        if not place.is_open(cleaned):
            self.errors.pop(place.name, None)
            cleaned[place.name] = self.fields[place.name].clean("")
        elif (
            self.strict and place.is_required(cleaned) and not cleaned.get(place.name) and place.name not in self.errors
        ):
            self.add_error(place.name, ValidationError(_("This field must be filled."), code="required"))

    def _clean_together(self) -> None:
        self._clean_unit()
        self.findings = self.kind.inspect(self.document, self.cleaned_data)
        if self.strict:
            for name, message in self.findings.errors.items():
                self.add_error(name, ValidationError(str(message), code="rule"))

    def _clean_unit(self) -> None:
        """Where the guaranteed unit is entered, it is one that the user acts for (DOMAIN 9); without one, nobody would see a draft."""
        if "guaranteed_code" not in self.fields or "guaranteed_code" in self.errors:
            return
        code = self.cleaned_data["guaranteed_code"]
        if not code:
            self.add_error("guaranteed_code", ValidationError(_("This field must be filled."), code="required"))
        elif code == self.document.guaranteed_code:
            return
        elif self.document.attempt:
            message = _("It was declared for another unit; what was declared stays with its unit.")
            self.add_error("guaranteed_code", ValidationError(message, code="unit"))
        elif self.user and not acts_for(self.user, code):
            message = _("You do not act for this unit: it has not delegated to your unit.")
            self.add_error("guaranteed_code", ValidationError(message, code="unit"))

    def written(self) -> dict[str, Any]:
        """Return the fields that differ from what is stored, and those that follow from them."""
        entered = {**self.cleaned_data, **self.findings.follows}
        return {name: value for name, value in entered.items() if getattr(self.document, name) != value}


def complete_form(kind: Kind, document: Document) -> DocumentForm:
    """Return the stored document as a form that is judged as strictly as declaring is."""
    posted = QueryDict(mutable=True)
    for name in kind.grid.open_names():
        value = getattr(document, name)
        posted[name] = f"{value:%Y%m%d}" if isinstance(value, date) else str(value or "")
    return DocumentForm(kind, document, posted, strict=True)


class GridLayout(LayoutObject):
    """The crispy layout of a document: its whole grid in one flat template."""

    def render(self, form: DocumentForm, context: Any, template_pack: str = "portal", **_kwargs: object) -> str:
        groups = cell_groups(form.kind, form.document, form)
        return render_to_string("portal/grid.html", {"groups": groups})


def _form_field(kind: Kind, document: Document, name: str) -> forms.Field:
    """Return the form field of a model field: in every one what is typed can be seen."""
    field: Any = document._meta.get_field(name)
    label = str(field.verbose_name)
    if isinstance(field, models.DateField):
        return TypedDateField(required=False, label=label)
    if isinstance(field, MoneyField):
        return AmountField(required=False, label=label, stored=getattr(document, name) if document.pk else None)
    choices = _choices(kind, document, field)
    if choices is not None:
        nothing = kind.choices[name].none if name in kind.choices and not choices else ""
        coded = [(value, f"{value}　{text}") for value, text in choices]
        return forms.ChoiceField(choices=[("", nothing), *coded], required=False, label=label)
    # The length is judged by the form field itself, once.
    validators = [judge for judge in field.validators if not isinstance(judge, MaxLengthValidator)]
    return VisibleCharField(required=False, label=label, max_length=field.max_length, validators=validators)


def _choices(kind: Kind, document: Document, field: Any) -> list[tuple[str, Any]] | None:
    if field.name in kind.choices:
        return kind.choices[field.name].of(document)
    if field.name == "payment_mode":
        return payment_modes()
    if field.name == "district":
        return districts()
    return list(field.choices) if field.choices else None


def log_forged_fields(kind: Kind, document: Document, user: User, data: QueryDict, *, locked: bool) -> None:
    """Note in the security log who sent fields that are grey: those the page never offers, all of them when it is locked."""
    forged = set(data) - CONTROL_NAMES - (set() if locked else set(kind.grid.open_names()))
    if forged:
        # ascii() keeps line breaks in names from forging further lines of the log.
        what = str(document) or f"a new {kind.name}"
        security.warning("%s sent fields of %s that are locked: %s", user, what, ascii(sorted(forged))[:1000])
