"""Which amounts are taken, and which refused beside the field (DOMAIN 3)."""

from decimal import Decimal

import pytest

from documents.models import Attempt
from tests.documents.hostile import given_back
from tests.documents.orders import post, url_of
from tests.documents.test_grey_fields import error_beside
from tests.general_guarantee.forms import begin, new_change, send_new, stored
from tests.general_guarantee.guarantees import BY_CASH, BY_LETTER, approved, guarantee_in
from tests.world import World

pytestmark = pytest.mark.django_db

TAKEN = {
    "0.01": "0.01",
    "1": "1",
    "12.5": "12.5",
    "1,234.50": "1234.5",
    "1，234.50": "1234.5",
    "1,234,567": "1234567",
    "0001": "1",
    "1.230": "1.23",
    "9999999999999.99": "9999999999999.99",
    "9,999,999,999,999": "9999999999999",
    " 12.50 ": "12.5",
    "\u300012.50": "12.5",
}
NOT_DIGITS = "金额请录入数字，例如 16409.02。"
DECIMALS = "金额最多两位小数。"
ABOVE_ZERO = "金额必须大于零。"
TOO_LARGE = "金额整数部分最多 13 位。"
REFUSED = {
    **dict.fromkeys(["0", "0.00", "00", "0,000"], ABOVE_ZERO),
    **dict.fromkeys(["1.234", "0.001", "1,234.567", "39287493.23234"], DECIMALS),
    **dict.fromkeys(["10000000000000", "99999999999999", "9" * 17, "9" * 40], TOO_LARGE),
    **dict.fromkeys(
        [
            *("-0", "-1", "+1", "1e5", "1E5", "1e400", "NaN", "Infinity", "-Infinity", "1_000", "0x10", "1/2", "¥1"),
            *("１２３", "١٢٣", "１，２３４", "1.", ".5", "1..2", "1.2.3", "1 000", "1 ,000", "12,34", "1,2345", ",100"),
            *("1,234,56.7", "1.234,56", "100元", "壹佰", "9" * 41, "9" * 100_000),
        ],
        NOT_DIGITS,
    ),
}


def test_an_amount_in_plain_digits_is_taken_commas_and_spaces_around_it_too(world: World) -> None:
    browser = world.browser(world.clerk)
    for text, amount in TAKEN.items():
        assert begin(browser, {**BY_CASH, "amount": text}).amount == Decimal(amount), text
        answer = send_new(browser, {**BY_CASH, "amount": text}, move="declare")
        assert answer.headers["Location"].endswith("/declare/"), text


@pytest.mark.parametrize("move", ["save", "declare"])
def test_any_other_amount_is_refused_beside_the_field_and_given_back(world: World, move: str) -> None:
    browser, before = world.browser(world.clerk), stored()
    for text, message in REFUSED.items():
        answer = send_new(browser, {**BY_CASH, "amount": text}, move=move)
        page = answer.content.decode()
        assert (answer.status_code, error_beside(page, "amount")) == (422, message), text[:50]
        assert given_back(page, "amount") == text
        assert given_back(page, "payer_account") == BY_CASH["payer_account"]
    assert stored() == before


def test_a_change_takes_amounts_by_the_same_rules(world: World) -> None:
    guarantee, browser = approved(), world.browser(world.clerk)
    before = stored()
    for text, message in REFUSED.items():
        typed = {"letter_number": "BH2026000002", "letter_valid_until": "20991231", "amount": text}
        answer = send_new(browser, typed, to=new_change(guarantee))
        assert (answer.status_code, error_beside(answer.content.decode(), "amount")) == (422, message), text[:50]
    assert stored() == before


def test_an_amount_with_five_decimals_from_before_stays_when_it_is_not_touched(world: World) -> None:
    browser = world.browser(world.clerk)
    draft = guarantee_in(amount=Decimal("39287493.23234"))
    shown = given_back(browser.get(url_of(draft)).content.decode(), "amount")
    assert shown == "39,287,493.23234"

    assert post(browser, draft, **{**BY_LETTER, "amount": shown, "remark": "另一栏"}).status_code == 302
    assert world.fresh(draft).amount == Decimal("39287493.23234")
    assert world.fresh(draft).remark == "另一栏"
    world.declare(world.fresh(draft))
    assert Attempt.of(draft).get().values["amount"] == "39287493.23234"


@pytest.mark.parametrize("text", ["39287493.23235", "39,287,493.232", "0.00001"])
def test_five_decimals_of_another_amount_are_refused_also_there(world: World, text: str) -> None:
    draft = guarantee_in(amount=Decimal("39287493.23234"))
    answer = post(world.browser(world.clerk), draft, **{**BY_LETTER, "amount": text})
    assert error_beside(answer.content.decode(), "amount") == DECIMALS
    assert world.fresh(draft).version == 1


def test_the_amount_stands_in_words_beside_its_entry(world: World) -> None:
    browser = world.browser(world.clerk)
    page = browser.get(url_of(guarantee_in(amount=Decimal("1092323.23")))).content.decode()
    assert "人民币壹佰零玖万贰仟叁佰贰拾叁元贰角叁分" in page
    typed = send_new(browser, {**BY_CASH, "amount": "100000001", "letter_number": "", "payer_account": "x"})
    assert "人民币壹亿零壹元整" in typed.content.decode()
