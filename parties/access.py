"""For whom a user may act: the own unit, and units that delegated to it (DOMAIN, section 9)."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.utils import timezone

from parties.models import Delegation, Unit, User


def units_for(user: User, on: dt.date | None = None) -> QuerySet[Unit]:
    """The user's own unit and those whose delegation to it is in force on `on` (default: today in China).

    Without a unit of the own, or with one that is not active, there are none. One query.
    """
    if user.unit_id is None:
        return Unit.objects.none()
    return units_for_which_acts(user.unit_id, on or timezone.localdate())


def units_for_which_acts(unit: int | Value, day: dt.date | Value) -> QuerySet[Unit]:
    """The unit with this key and those whose delegation to it is in force on `day`; either may be a query's parameter."""
    delegated = delegations_in_force(day).filter(agent=unit, agent__is_active=True, guaranteed=OuterRef("pk"))
    return Unit.objects.filter(Q(pk=unit) | Exists(delegated), is_active=True)


def acts_for(user: User, unit_code: str) -> bool:
    """Whether the user may act today for the unit with this enterprise code. One query."""
    return units_for(user).filter(code=unit_code).exists()


def delegations_in_force(on: dt.date | Value | None = None) -> QuerySet[Delegation]:
    """Delegations whose first and last day enclose `on` (default: today in China)."""
    day = on or timezone.localdate()
    return Delegation.objects.filter(valid_from__lte=day, valid_to__gte=day)


def unit_codes() -> list[str]:
    """The enterprise codes of all active units: for whom messages are exchanged."""
    return list(Unit.objects.filter(is_active=True).values_list("code", flat=True))
