"""A letter ends by itself on its last day, and cannot be drawn on any more (DOMAIN 3, 5.3)."""

import logging

from django.utils import timezone

from documents.access import Actor
from documents.codes import GuaranteeMode
from documents.kind import kind_of
from documents.letters import IN_FORCE
from documents.moves import Role
from documents.perform import Refused, Stale, perform
from documents.status import DataStatus
from general_guarantee.models import GeneralGuarantee

logger = logging.getLogger(__name__)

CLOCK = Actor("portal", frozenset({Role.PORTAL}))


def expire_letters() -> int:
    """Make the `expire` move on every letter whose last day is past; returns how many. One that is at work waits a turn."""
    past = GeneralGuarantee.objects.filter(
        data_status=DataStatus.APPROVED,
        guarantee_mode=GuaranteeMode.LETTER,
        letter_valid_until__lt=timezone.localdate(),
        guarantee_status__in=IN_FORCE,
    )
    expired = 0
    for guarantee in past:
        try:
            perform(guarantee, kind_of(guarantee).moves["expire"], by=CLOCK)
            expired += 1
        except (Refused, Stale) as reason:
            logger.warning("%s has ended and could not be marked so: %s", guarantee, reason)
    return expired
