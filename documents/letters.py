"""Letters of guarantee end: the last three months of one are announced (DOMAIN 3)."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from documents.codes import GuaranteeMode
from documents.display import Badge
from documents.status import GuaranteeStatus

# A letter that ends within so many days is marked, the nearer the louder.
ANNOUNCED = {7: "red", 15: "amber", 30: "amber", 60: "grey", 90: "grey"}
IN_FORCE = (GuaranteeStatus.PAID, GuaranteeStatus.PARTLY_REFUNDED)


def days_until_end(document: Any) -> int | None:
    """Return the days until the last day of the letter that secures `document`; None where no letter is in force."""
    by_letter = document.guarantee_mode == GuaranteeMode.LETTER and document.guarantee_status in IN_FORCE
    if not by_letter or document.letter_valid_until is None:
        return None
    return int((document.letter_valid_until - timezone.localdate()).days)


def ending(document: Any) -> Badge | None:
    """Return the mark of a letter that ends within 90, 60, 30, 15 or 7 days."""
    days = days_until_end(document)
    if days is None or days < 0:
        return None
    colour = next((colour for limit, colour in ANNOUNCED.items() if days <= limit), None)
    return Badge(_("ends in %(days)s days") % {"days": days}, "clock", colour) if colour else None
