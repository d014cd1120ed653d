"""How clerks type dates, amounts and texts: strict about what is meant, lenient about how it is spelt."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NoReturn

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from documents.money import LARGEST_UNITS, format_amount, from_units
from documents.text import validate_visible

LONGEST_AMOUNT = 40  # characters, commas and zeros in front included


class TypedDateField(forms.DateField):
    """A date as clerks type it: 20260630, 2026-06-30 or 2026/6/30, in plain digits."""

    widget = forms.TextInput
    default_error_messages = {"invalid": _("A date is typed as 20260630.")}
    _pattern = re.compile(r"\A([0-9]{4})([-/.]?)([0-9]{1,2})\2([0-9]{1,2})\Z")

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        match = self._pattern.match(str(value).strip())
        if not match or (not match[2] and len(match[0]) != 8):
            raise ValidationError(self.error_messages["invalid"], code="invalid_date")
        try:
            return date(int(match[1]), int(match[3]), int(match[4]))
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid_date") from error

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%Y%m%d}" if isinstance(value, date) else value


class AmountField(forms.Field):
    """An amount in yuan as clerks type it: plain digits with at most two decimals; commas may stand in what is pasted.

    What is stored already may have more decimals, and stays as it is (DOMAIN 8).
    """

    widget = forms.TextInput
    default_error_messages = {
        "invalid": _("An amount is typed in digits, such as 16409.02."),
        "decimals": _("An amount has at most 2 decimals."),
        "too_large": _("An amount has at most 13 digits before the point."),
        "not_positive": _("An amount must be above zero."),
    }
    _pattern = re.compile(r"\A([0-9]+|[0-9]{1,3}(?:[,，][0-9]{3})+)(?:\.([0-9]+))?\Z")

    def __init__(self, *, stored: Decimal | None, **options: Any) -> None:
        super().__init__(**options)
        self.stored = stored

    def to_python(self, value: Any) -> Decimal | None:
        text = "" if value is None else str(value).strip()
        if not text:
            return None
        match = self._pattern.match(text) if len(text) <= LONGEST_AMOUNT else None
        if match is None:
            self._refuse("invalid")
        amount = Decimal(text.replace(",", "").replace("，", ""))
        if amount > from_units(LARGEST_UNITS):
            self._refuse("too_large")
        if len((match[2] or "").rstrip("0")) > 2 and amount != self.stored:
            self._refuse("decimals")
        if not amount:
            self._refuse("not_positive")
        return amount

    def _refuse(self, code: str) -> NoReturn:
        raise ValidationError(self.error_messages[code], code=code)

    def prepare_value(self, value: Any) -> Any:
        return format_amount(value) if isinstance(value, Decimal) else value


class VisibleCharField(forms.CharField):
    """A text in which every character can be seen. Spaces around it are dropped."""

    default_validators = [validate_visible]
