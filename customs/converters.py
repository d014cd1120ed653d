"""Values on the wire and values of ours. Each raises ValueError when a value cannot be converted."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def write_time(moment: datetime) -> str:
    """`2026-06-30T11:48:03` in Asia/Shanghai. Raises ValueError for a naive time."""
    if moment.tzinfo is None:
        raise ValueError("a time must be aware")
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M:%S")


def read_time(text: str, between: str) -> datetime:
    """The aware time of `2026-06-30T11:48:03`, where `between` date and time stands `T` or a space."""
    return datetime.strptime(text, f"%Y-%m-%d{between}%H:%M:%S").replace(tzinfo=SHANGHAI)


def write_date(day: date) -> str:
    """`20260630`."""
    return day.strftime("%Y%m%d")


def read_date(text: str) -> date | None:
    """The date of `20260630`; None for an empty element."""
    return datetime.strptime(text, "%Y%m%d").date() if text else None


def write_amount(amount: Decimal) -> str:
    """`100000.00`: yuan with as many decimals as there are, at least 2. Nothing is rounded; the XSD refuses more than 5."""
    if not amount.is_finite():
        raise ValueError("an amount must be a number")
    decimals = -int(amount.normalize().as_tuple().exponent)
    return f"{amount:.{max(2, decimals)}f}"


def read_flag(text: str) -> bool:
    """1 is yes, 0 is no."""
    return text == "1"
