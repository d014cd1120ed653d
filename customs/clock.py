"""The database's clock: leases and back-offs never trust the host's, which may be hours off."""

from datetime import timedelta

from django.db.models import DateTimeField, ExpressionWrapper, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Now


def in_time(delay: timedelta) -> Combinable:
    """The database's now plus `delay`."""
    return ExpressionWrapper(Now() + delay, output_field=DateTimeField())


def due() -> Q:
    """Rows whose next try has come and that no worker holds."""
    return Q(next_try_at__lte=Now()) & free()


def free() -> Q:
    """Rows that no worker holds."""
    return Q(leased_until__isnull=True) | Q(leased_until__lt=Now())
