"""Money: CNY with five decimals, exact on every database (DOMAIN 3).

A database column holds whole units of 0.00001 yuan in a BIGINT; Python sees `Decimal` yuan. Eighteen digits in all, of which
thirteen stand before the point.
"""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

DECIMALS = 5
LARGEST_UNITS = 10**18 - 1


def to_units(amount: Decimal) -> int:
    """Return `amount` yuan as whole units of 0.00001 yuan.

    Raises ValueError when it has more than five decimals or more than eighteen digits.
    """
    if not amount.is_finite():
        raise ValueError(f"not an amount: {amount}")
    units = amount.scaleb(DECIMALS)
    if units != units.to_integral_value() or abs(units) > LARGEST_UNITS:
        raise ValueError(f"not an amount of 18 digits with 5 decimals: {amount}")
    return int(units)


def from_units(units: int) -> Decimal:
    """Return whole units of 0.00001 yuan as yuan."""
    return Decimal(units).scaleb(-DECIMALS)


def format_amount(amount: Decimal) -> str:
    """Return `amount` with thousands separators and without useless zeros: 16409.02000 → 16,409.02."""
    text = f"{amount:,.5f}".rstrip("0")
    return text.rstrip(".")


class MoneyField(models.BigIntegerField):
    """An exact amount in yuan; `Decimal` in Python, an integer of 0.00001 yuan in the database."""

    _pyi_private_set_type: Decimal | int | str  # type: ignore[assignment]
    _pyi_private_get_type: Decimal  # type: ignore[assignment]

    def from_db_value(self, value: int | None, *_args: object) -> Decimal | None:
        return None if value is None else from_units(value)

    def get_prep_value(self, value: Any) -> int | None:
        return None if value is None else to_units(Decimal(value))

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        try:
            return from_units(to_units(Decimal(str(value))))
        except (ValueError, ArithmeticError) as error:
            raise ValidationError(_("This is not an amount of money."), code="invalid") from error

    @property
    def validators(self) -> list[Any]:
        return []  # the range of the integer column says nothing about yuan; `to_units` refuses what does not fit
