"""The search of a list. Its parameters stand in the query string, so that a filtered list has a URL."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from documents.codes import GuaranteeMode
from documents.display import label_of
from documents.fields import TypedDateField, VisibleCharField
from documents.kind import Kind
from documents.models import Document
from documents.search_fields import Condition
from documents.status import DataStatus
from documents.text import validate_visible

MOST_NUMBERS = 100
KINDS_OWN = {"business_number", "mode"}  # conditions that only some kinds have


class SearchForm(forms.Form):
    """What a list is filtered by (DOMAIN 5.1); the unit is required."""

    bound_field_class = Condition

    unit = forms.ChoiceField(label=_("Guaranteed unit to query"))
    credit_code = VisibleCharField(label=_("Unified social credit code"), required=False, max_length=18)
    number = forms.CharField(required=False, max_length=2000)
    business_number = VisibleCharField(label=_("Business document number"), required=False, max_length=12)
    mode = forms.ChoiceField(
        label=_("Guarantee mode"), required=False, choices=[("", _("All")), *GuaranteeMode.choices]
    )
    status = forms.ChoiceField(label=_("Data status"), required=False, choices=[("", _("All")), *DataStatus.choices])
    declared_from = TypedDateField(label=_("Declared from"), required=False)
    declared_to = TypedDateField(label=_("Declared to"), required=False)

    def __init__(self, kind: Kind, units: list[tuple[str, str]], query: QueryDict) -> None:
        super().__init__(query if "unit" in query else None, auto_id="search_%s")
        self.kind = kind
        for name in KINDS_OWN.difference(kind.search):
            del self.fields[name]
        self.fields["number"].label = label_of(kind.model, kind.number)
        self.fields["unit"].choices = [("", ""), *units]  # type: ignore[attr-defined]

    def clean_number(self) -> list[str]:
        """Several numbers may be pasted, parted by spaces, commas, tabs or line breaks, as a spreadsheet's column is."""
        numbers = [number for number in re.split(r"[\s,;，；、]+", self.cleaned_data["number"].upper()) if number]
        validate_visible("".join(numbers))
        if len(numbers) > MOST_NUMBERS:
            raise ValidationError(_("At most %(most)s numbers at a time."), params={"most": MOST_NUMBERS})
        return numbers

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("declared_from"), self.cleaned_data.get("declared_to")
        if first and last and first > last:
            self.add_error("declared_to", _("The end lies before the beginning."))
        return self.cleaned_data

    def apply(self, documents: QuerySet[Document]) -> QuerySet[Document]:
        """Return those of `documents` that meet every condition."""
        asked = self.cleaned_data
        conditions = {
            "guaranteed_credit_code": asked["credit_code"].upper(),
            f"{self.kind.number}__in": asked["number"],
            **{field: asked[name].upper() for name, field in self.kind.search.items()},
            self.kind.status: asked["status"],
            "declared_on__gte": asked["declared_from"],
            "declared_on__lte": asked["declared_to"],
        }
        return documents.filter(**{name: value for name, value in conditions.items() if value})

    def parameters(self) -> list[tuple[str, str]]:
        """Return what was asked, for the links of the page."""
        return [(name, value) for name in self.fields if (value := self.data.get(name, ""))]

    def condition_count(self) -> int:
        return sum(1 for name in self.fields if name != "unit" and self.data.get(name))
