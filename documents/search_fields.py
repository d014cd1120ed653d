"""How a condition of a list's search is drawn: in Python, for of so many small parts a template takes several times as long."""

from collections.abc import Mapping
from html import escape
from typing import Any

from django.forms import BoundField
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

# What stands before a field, where that is not its label; `<wbr>` is where it may break into two lines.
CAPTIONS = {
    "unit": _("Guaranteed unit<wbr> that may be queried"),
    "credit_code": _("Unified social<wbr> credit code"),
    "declared_from": _("Declared"),
}
DAY = {"placeholder": _("yyyymmdd"), "maxlength": "10"}
TYPED: dict[str, Mapping[str, Any]] = {
    "declared_from": DAY,
    "declared_to": {**DAY, "aria-label": _("Declared to")},
}


class Condition(BoundField):
    """A field of the search as the page shows it."""

    @property
    def wrong(self) -> bool:
        return self.name in self.form.errors

    @property
    def caption(self) -> SafeString:
        parts = str(CAPTIONS.get(self.name, self.label)).split("<wbr>")
        star = '<span class="star" aria-hidden="true">*</span>' if self.field.required else ""
        return SafeString(f'<label class="label" for="{self.auto_id}">{star}{"<wbr>".join(map(escape, parts))}</label>')

    @property
    def entry(self) -> SafeString:
        """Return the select or the input."""
        choices: Any = getattr(self.field, "choices", None)
        return self._select(choices) if choices else self._input()

    def _select(self, choices: Any) -> SafeString:
        chosen = str(self.value() or "")
        options = [
            f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(str(label))}</option>'
            for value, label in choices
        ]
        required = {"aria-required": "true"} if self.field.required else {}
        return SafeString(f"<select{self._attributes(required)}>{''.join(options)}</select>")

    def _input(self) -> SafeString:
        typed = {"value": self.value() or "", "autocomplete": "off", **TYPED.get(self.name, {})}
        return SafeString(f'<input type="text"{self._attributes(typed)}>')

    def _attributes(self, own: Mapping[str, Any]) -> str:
        wrong = {"aria-invalid": "true", "aria-describedby": f"{self.auto_id}_say"} if self.wrong else {}
        every = {"id": self.auto_id, "name": self.html_name, **own, **wrong}
        return "".join([f' {name}="{escape(str(value))}"' for name, value in every.items()])
