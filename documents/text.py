"""What may stand in a text that ends up in a legal declaration: what can be seen, and nothing else."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Unseen characters change what a text says to a machine, not to the clerk who signs it: control and format characters
# (bidirectional marks, zero-width joiners, BOM), lone surrogates, and U+FFFD, which stands for bytes that were not text.
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SUSPICIOUS = re.compile(r"[^\x20-\x7e\u4e00-\u9fff\uff01-\uff5e\u3000-\u303f]")


def unseen_characters(text: str) -> list[str]:
    """Return the characters of `text` that cannot be seen, as U+XXXX, each once."""
    found = dict.fromkeys(_SUSPICIOUS.findall(text))
    return [f"U+{ord(c):04X}" for c in found if c == "\ufffd" or unicodedata.category(c) in _UNSEEN_CATEGORIES]


def validate_visible(text: str) -> None:
    """Raise ValidationError when `text` holds a character that cannot be seen."""
    unseen = unseen_characters(text)
    if unseen:
        raise ValidationError(
            _("It holds characters that cannot be seen or read (%(characters)s); please type it again."),
            code="unseen",
            params={"characters": ", ".join(unseen[:5])},
        )
