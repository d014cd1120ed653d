"""Letters end: they are announced for three months, and end by themselves (DOMAIN 3, 5.3)."""

import logging

from django.utils import timezone
from django.utils.translation import gettext as _

from documents.access import Actor
from documents.codes import GuaranteeMode
from documents.display import Badge
from documents.moves import Move, Role
from documents.perform import Stale, perform
from documents.status import DataStatus, GuaranteeStatus
from general_guarantee.models import GeneralGuarantee

logger = logging.getLogger(__name__)

ANNOUNCED_DAYS = (7, 15, 30, 60, 90)
COLOURS = {7: "red", 15: "amber", 30: "amber", 60: "grey", 90: "grey"}
OVER = (GuaranteeStatus.REFUNDED, GuaranteeStatus.TRANSFERRED, GuaranteeStatus.CANCELLED)
CLOCK = Actor("portal", frozenset({Role.PORTAL}))


def days_until_expiry(guarantee: GeneralGuarantee) -> int | None:
    """Return the days until the last day of a letter that is in force, negative after it; None for all others."""
    in_force = guarantee.data_status == DataStatus.APPROVED and guarantee.guarantee_status not in OVER
    if not in_force or guarantee.guarantee_mode != GuaranteeMode.LETTER or guarantee.letter_valid_until is None:
        return None
    return (guarantee.letter_valid_until - timezone.localdate()).days


def ends_soon(guarantee: GeneralGuarantee) -> bool:
    """Whether a letter ends within 90 days and has not ended yet."""
    days = days_until_expiry(guarantee)
    return days is not None and 0 <= days <= ANNOUNCED_DAYS[-1]


def expiry_badge(guarantee: GeneralGuarantee) -> Badge | None:
    """Return the mark of a letter that ends within 90, 60, 30, 15 or 7 days."""
    days = days_until_expiry(guarantee)
    if days is None or not 0 <= days <= ANNOUNCED_DAYS[-1]:
        return None
    within = next(limit for limit in ANNOUNCED_DAYS if days <= limit)
    return Badge(_("ends in %(days)s days") % {"days": days}, "clock", COLOURS[within])


def expire_letters(move: Move) -> int:
    """Make the `expire` move on every letter whose last day is past; returns how many. One that is at work waits a turn."""
    past = GeneralGuarantee.objects.filter(
        data_status=DataStatus.APPROVED,
        guarantee_mode=GuaranteeMode.LETTER,
        letter_valid_until__lt=timezone.localdate(),
        guarantee_status__in=(GuaranteeStatus.PAID, GuaranteeStatus.PARTLY_REFUNDED),
    )
    expired = 0
    for guarantee in past:
        try:
            perform(guarantee, move, by=CLOCK)
            expired += 1
        except Stale:
            logger.info("%s was changed at this moment", guarantee)
    return expired
