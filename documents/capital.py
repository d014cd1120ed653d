"""Amounts in words (大写金额), as cheques, notices and receipts carry them beside the figures."""

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾"))
FRACTIONS = "角分厘毫丝"
LIMIT = 10**13


def capital(amount: Decimal) -> str:
    """Return `amount` yuan in words, e.g. 人民币壹万陆仟肆佰零玖元零贰分.

    Nothing is rounded: the digits after 分, which customs' amounts may have, are read with the traditional 厘毫丝.
    A gap of zeros is read once. Where 支付结算办法, annex 1, section 3 (3), leaves it open whether a zero before
    仟 or 角 is read, it is not: 107000.53 is 壹拾万柒仟元伍角叁分.

    Raises ValueError for a negative amount, for one of 10^13 yuan or more, and for more than five decimals.
    """
    if not 0 <= amount < LIMIT:
        raise ValueError("amount out of range")
    yuan, _, decimals = f"{amount:f}".partition(".")
    decimals = decimals.rstrip("0")
    if len(decimals) > len(FRACTIONS):
        raise ValueError("more than five decimals")
    whole, fraction = _integer(int(yuan)), _fraction(decimals)
    if whole and decimals.startswith("0"):
        fraction = "零" + fraction
    if not whole and not fraction:
        whole = "零"
    return "人民币" + (whole + "元" if whole else "") + fraction + ("整" if len(decimals) < 2 else "")


def _integer(number: int) -> str:
    """Read a whole number; 0 is empty."""
    for size, unit in UNITS:
        if number >= size:
            high, rest = divmod(number, size)
            gap = "零" if 0 < rest < size // 10 else ""
            return _integer(high) + unit + gap + _integer(rest)
    return DIGITS[number] if number else ""


def _fraction(decimals: str) -> str:
    """Read the decimals; zeros in front of the first digit are not read."""
    words = ""
    for position, digit in enumerate(decimals):
        if digit != "0":
            gap = "零" if words and decimals[position - 1] == "0" else ""
            words += gap + DIGITS[int(digit)] + FRACTIONS[position]
    return words
