import re
from decimal import Decimal

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.capital import DIGITS, capital

AMOUNTS = st.decimals(min_value=0, max_value="9999999999999.99999", places=5)
# Many zeros: that is where readings go wrong.
SPARSE = st.text(alphabet="000000123456789", min_size=1, max_size=13).map(Decimal)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "人民币叁佰贰拾伍元零肆分"),
        ("0.50", "人民币伍角整"),
        ("100000.00", "人民币壹拾万元整"),
        ("1010.10", "人民币壹仟零壹拾元壹角整"),
        ("1092323.23", "人民币壹佰零玖万贰仟叁佰贰拾叁元贰角叁分"),
        ("100000001.00", "人民币壹亿零壹元整"),
    ],
)
def test_the_samples_of_the_domain_are_read_as_it_says(amount, words):
    assert capital(Decimal(amount)) == words


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "人民币零元整"),
        ("0.05", "人民币伍分"),
        ("10", "人民币壹拾元整"),
        ("100005000", "人民币壹亿零伍仟元整"),
        ("107000.53", "人民币壹拾万柒仟元伍角叁分"),
        ("1234567890123.45", "人民币壹万贰仟叁佰肆拾伍亿陆仟柒佰捌拾玖万零壹佰贰拾叁元肆角伍分"),
        ("1000000000001", "人民币壹万亿零壹元整"),
        ("1E+3", "人民币壹仟元整"),
    ],
)
def test_zeros_and_large_amounts_are_read_as_on_a_cheque(amount, words):
    assert capital(Decimal(amount)) == words


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("39287493.23234", "人民币叁仟玖佰贰拾捌万柒仟肆佰玖拾叁元贰角叁分贰厘叁毫肆丝"),
        ("1293.234", "人民币壹仟贰佰玖拾叁元贰角叁分肆厘"),
        ("1.005", "人民币壹元零伍厘"),
        ("1.30405", "人民币壹元叁角零肆厘零伍丝"),
        ("0.00001", "人民币壹丝"),
    ],
)
def test_what_stands_behind_the_fen_is_read_and_not_rounded(amount, words):
    assert capital(Decimal(amount)) == words


@pytest.mark.parametrize("amount", ["-0.01", "10000000000000", "0.000001"])
def test_an_amount_that_cannot_be_is_refused(amount):
    with pytest.raises(ValueError, match="amount out of range|more than five decimals"):
        capital(Decimal(amount))


@given(AMOUNTS | SPARSE)
def test_the_words_read_back_are_the_amount(amount):
    assert read_back(capital(amount)) == amount


@given(AMOUNTS | SPARSE)
def test_a_gap_of_zeros_is_read_once_and_whole_amounts_are_closed(amount):
    words = capital(amount)
    assert "零零" not in words
    assert words.endswith("整") == (amount * 10 % 1 == 0)


@given((AMOUNTS.map(lambda amount: amount.quantize(Decimal("0.01"))) | SPARSE).filter(lambda a: oracle_is_right(a)))
def test_the_words_are_those_of_another_implementation(amount):
    if amount >= 10**13:
        return
    expected = cn2an.an2cn(f"{amount:f}", "rmb")
    assert capital(amount).removesuffix("整") == f"人民币{expected}".removesuffix("整")


def oracle_is_right(amount: Decimal) -> bool:
    """cn2an drops the 零 of an empty 万 before 仟, and that of an empty 角 when nothing stands before it but 零."""
    yuan = int(amount)
    return not (yuan >= 10**8 and yuan // 10**4 % 10**4 == 0 and yuan % 10**4 >= 1000)


def read_back(words: str) -> Decimal:
    """Read Chinese words without regard to 零."""
    whole, _, rest = words.removeprefix("人民币").rpartition("元")
    places = {"角": 1, "分": 2, "厘": 3, "毫": 4, "丝": 5}
    fraction = sum(
        (
            Decimal(DIGITS.index(digit)).scaleb(-places[unit])
            for digit, unit in re.findall("([^零])([角分厘毫丝])", rest)
        ),
        Decimal(0),
    )
    return _read_integer(whole.replace("零", "")) + fraction


def _read_integer(words: str) -> int:
    if not words:
        return 0
    for unit, size in (("亿", 10**8), ("万", 10**4), ("仟", 1000), ("佰", 100), ("拾", 10)):
        high, found, low = words.rpartition(unit) if unit == "亿" else words.partition(unit)
        if found:
            return _read_integer(high) * size + _read_integer(low)
    return DIGITS.index(words)
