"""Grey is grey: what the page does not offer has no effect; and what a choice asks for is asked (DOMAIN 5.1)."""

import datetime as dt
import logging
import re
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from deposits.models import LevyOrder
from documents import signing
from documents.models import Attempt
from tests.documents.orders import EDITABLE, FILLED, STATUSES, by_letter, fresh, order_in, post, snapshot, url_of
from tests.world import BY_CASH, BY_LETTER, World

pytestmark = pytest.mark.django_db

# What a clerk may fill in, from DOMAIN 5.1; everything else of a levy order is grey or the server's.
OPEN = {
    "guarantee_type",
    "guarantee_mode",
    "general_guarantee_number",
    "contact_name",
    "contact_phone",
    "payment_mode",
    "letter_number",
    "letter_valid_until",
    "payer_code",
    "payer_credit_code",
    "payer_name",
    "payer_bank",
    "payer_account",
    "remark",
}
GREY = sorted({field.name for field in LevyOrder._meta.concrete_fields} - OPEN - {"version"})
FORGED = {
    "amount": "0.01",
    "round": "7",
    "attempt": "7",
    "data_status": "approved",
    "guarantee_status": "paid",
    "id": "1",
    "declared_on": "20200101",
    "cancelled_on": "20200101",
    "levied_on": "20200101",
    "pay_deadline": "20991231",
    "created_at": "2020-01-01",
    "changed_at": "2020-01-01",
    "serial_number": "9",
    "business_end_date": "20200101",
    "guaranteed_code": "4403960002",
    "named_agent_code": "4403960002",
    "district": "5300",
    "business_link": "7",
}
MOVES_ON_SAVE = {"data_status", "changed_at", "version", "input_code", "input_credit_code", "input_name"}


def forged(name: str) -> str:
    return FORGED.get(name, "FORGED9")


def greys(order: LevyOrder) -> dict[str, Any]:
    return {name: getattr(fresh(order), name) for name in GREY}


def noted(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "security"]


def test_the_list_of_grey_fields_is_not_empty_and_holds_what_matters() -> None:
    assert {"amount", "guaranteed_code", "data_status", "guarantee_status", "declared_on", "payee_account"} <= set(GREY)


@pytest.mark.parametrize("status", STATUSES)
def test_forging_a_grey_field_has_no_effect_and_is_noted(
    world: World, status: str, caplog: pytest.LogCaptureFixture
) -> None:
    browser = world.browser(world.clerk)
    order = order_in(status, **FILLED)
    before = greys(order)
    with caplog.at_level(logging.WARNING, "security"):
        answer = post(browser, order, **FILLED, **{name: forged(name) for name in GREY})
    assert answer.status_code == (302 if status in EDITABLE else 409)
    changed = {n for n, value in greys(order).items() if value != before[n]}
    assert changed <= (MOVES_ON_SAVE if status in EDITABLE else set())
    (line,) = noted(caplog)
    assert all(f"'{name}'" in line for name in GREY)
    assert "clerk" in line
    assert order.levy_number in line


@pytest.mark.parametrize("status", STATUSES)
def test_forging_every_grey_field_at_once_while_declaring_declares_nothing_else(world: World, status: str) -> None:
    order = order_in(status, **FILLED)
    before = greys(order)

    post(world.browser(world.clerk), order, **FILLED, **{name: forged(name) for name in GREY}, move="declare")

    assert {n: v for n, v in greys(order).items() if n not in MOVES_ON_SAVE} == {
        n: v for n, v in before.items() if n not in MOVES_ON_SAVE
    }


@pytest.mark.parametrize("status", sorted(set(STATUSES) - set(EDITABLE)))
def test_an_open_field_is_grey_where_the_status_locks_the_form(
    world: World, status: str, caplog: pytest.LogCaptureFixture
) -> None:
    order = order_in(status)
    before = snapshot(order)

    with caplog.at_level(logging.WARNING, "security"):
        answer = post(world.browser(world.clerk), order, contact_name="另一人")

    assert answer.status_code == 409
    assert snapshot(order) == before
    assert "'contact_name'" in noted(caplog)[0]


def test_an_honest_save_is_not_noted(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "security"):
        post(world.browser(world.clerk), order_in(), **BY_CASH)
    assert noted(caplog) == []


def test_a_forged_field_name_cannot_forge_a_line_of_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "security"):
        post(world.browser(world.clerk), order_in(), **{"x\n2026-01-01 WARNING security somebody else\r\u2028": "1"})
    assert len(noted(caplog)[0].splitlines()) == 1


@pytest.mark.parametrize(
    ("typed", "emptied"),
    [
        (BY_CASH, ["letter_number", "letter_valid_until", "general_guarantee_number"]),
        (BY_LETTER, ["payment_mode", "payer_bank", "payer_account", "general_guarantee_number"]),
        (
            {**BY_CASH, "guarantee_type": "1"},
            [
                "guarantee_mode",
                "payment_mode",
                "letter_number",
                "letter_valid_until",
                "payer_code",
                "payer_credit_code",
                "payer_name",
                "payer_bank",
                "payer_account",
            ],
        ),
        (
            {**BY_CASH, "guarantee_type": ""},  # the mode is fixed by a general guarantee only
            [
                "general_guarantee_number",
                "payment_mode",
                "letter_number",
                "payer_code",
                "payer_name",
                "payer_bank",
                "payer_account",
            ],
        ),
    ],
)
def test_fields_that_a_choice_has_locked_are_emptied(world: World, typed: dict[str, str], emptied: list[str]) -> None:
    everything = {
        "letter_number": "BH1",
        "letter_valid_until": "20991231",
        "payment_mode": "1",
        "payer_bank": "示范银行",
        "payer_account": "123456",
        "payer_credit_code": "",
        "general_guarantee_number": "D80100202600001",
    }
    stored = everything | {"letter_valid_until": dt.date(2099, 12, 31)}
    for status in EDITABLE:
        order = order_in(status, **stored)
        sent = {**everything, **typed, **{name: everything[name] for name in emptied if name in everything}}
        answer = post(world.browser(world.clerk), order, **sent)
        assert answer.status_code == 302
        assert {name: getattr(fresh(order), name) for name in emptied} == {
            name: None if name == "letter_valid_until" else "" for name in emptied
        }


# Asked when declaring, by how the order is secured: written out from DOMAIN 5.1.
ALWAYS = ["guarantee_type", "contact_name", "contact_phone"]
ASKED = [
    (
        "single by cash",
        BY_CASH,
        [*ALWAYS, "guarantee_mode", "payment_mode", "payer_name", "payer_bank", "payer_account"],
        ["payer_code", "payer_credit_code", "remark"],
    ),
    (
        "single by letter",
        BY_LETTER,
        [*ALWAYS, "guarantee_mode", "letter_number", "letter_valid_until", "payer_name"],
        ["payer_code", "payer_credit_code", "remark", "payer_bank", "payer_account", "payment_mode"],
    ),
]


def error_beside(page: str, name: str) -> str:
    """Return the message that stands below a field, '' for none."""
    found = re.search(rf'<p class="full error" id="id_{name}_say">.*?</svg>(.*?)</p>', page, re.DOTALL)
    return unescape(found[1]) if found else ""


def warning_beside(page: str, name: str) -> str:
    found = re.search(rf'<p class="full warning" id="id_{name}_say">.*?</svg>(.*?)</p>', page, re.DOTALL)
    return unescape(found[1]) if found else ""


@pytest.mark.parametrize(("how", "typed", "required", "optional"), ASKED)
def test_declaring_asks_for_what_the_choice_needs(
    world: World, how: str, typed: dict[str, str], required: list[str], optional: list[str]
) -> None:
    browser = world.browser(world.clerk)
    for name in required:
        order = order_in()
        answer = post(browser, order, **{**typed, name: ""}, move="declare")
        assert answer.status_code == 422, name
        assert error_beside(answer.content.decode(), name) == "此栏必须填写。", name
        assert fresh(order).version == 1
        assert post(browser, order, **{**typed, name: ""}).status_code == 302, "a draft may lack it"
    order = order_in()
    answer = post(browser, order, **{**typed, **dict.fromkeys(optional, "")}, move="declare")
    assert answer.headers.get("Location") == url_of(order, "declare/")


def test_a_general_guarantee_is_asked_for_and_the_payer_is_not(world: World) -> None:
    order = order_in()
    typed = {"guarantee_type": "1", "contact_name": "王小明", "contact_phone": "010-60000000"}

    page = post(world.browser(world.clerk), order, **typed, move="declare").content.decode()

    assert error_beside(page, "general_guarantee_number")
    for name in ("guarantee_mode", "payer_name", "payer_bank", "payer_account", "payment_mode", "letter_number"):
        assert not error_beside(page, name)
    assert snapshot(order)[0]["version"] == 1


def test_spaces_do_not_fill_a_required_field(world: World) -> None:
    order = order_in()
    answer = post(world.browser(world.clerk), order, **{**BY_CASH, "contact_name": " \u3000 "}, move="declare")
    assert answer.status_code == 422
    assert error_beside(answer.content.decode(), "contact_name")


@pytest.mark.parametrize("days", [-1, 0])
def test_a_letter_that_is_no_longer_valid_cannot_be_declared(world: World, days: int) -> None:
    until = timezone.localdate() + dt.timedelta(days=days)
    order = order_in()
    answer = post(
        world.browser(world.clerk), order, **{**BY_LETTER, "letter_valid_until": f"{until:%Y%m%d}"}, move="declare"
    )
    assert answer.status_code == 422
    assert error_beside(answer.content.decode(), "letter_valid_until")


# The manual's own sample, whose check digit is wrong (DOMAIN 4).
SAMPLE_CREDIT_CODE = "111121211011152453"


def test_a_wrong_check_digit_is_a_warning_that_lets_saving_and_declaring_pass(world: World) -> None:
    order, browser = order_in(), world.browser(world.clerk)
    typed = {**BY_CASH, "payer_credit_code": SAMPLE_CREDIT_CODE}

    assert post(browser, order, **typed).status_code == 302
    assert "校验位" in warning_beside(browser.get(url_of(order)).content.decode(), "payer_credit_code")
    assert post(browser, order, **typed, move="declare").headers.get("Location") == url_of(order, "declare/")
    assert "校验位" in browser.get(url_of(order, "declare/")).content.decode()
    sign(world, order, browser)

    assert fresh(order).data_status == "processing"
    assert Attempt.of(order).get().values["payer_credit_code"] == SAMPLE_CREDIT_CODE


def sign(world: World, order: LevyOrder, browser: Any) -> None:
    request = signing.open_request(fresh(order), world.clerk)
    assert request is not None
    signature, certificate = world.sign(world.clerk, request)
    browser.post(
        url_of(order, "declare/"), {"request_id": request.pk, "signature": signature, "certificate": certificate}
    )


def test_in_strict_mode_a_wrong_check_digit_keeps_from_declaring(world: World, settings: Any) -> None:
    settings.STRICT_CREDIT_CODE = True
    order, browser = order_in(), world.browser(world.clerk)
    typed = {**BY_CASH, "payer_credit_code": SAMPLE_CREDIT_CODE}

    answer = post(browser, order, **typed, move="declare")

    assert answer.status_code == 422
    assert "校验位" in error_beside(answer.content.decode(), "payer_credit_code")
    assert fresh(order).version == 1


def test_a_right_check_digit_warns_of_nothing(world: World) -> None:
    order, browser = order_in(), world.browser(world.clerk)
    post(browser, order, **{**BY_CASH, "payer_credit_code": "91350100M000100Y43"})
    assert not warning_beside(browser.get(url_of(order)).content.decode(), "payer_credit_code")


def test_a_letter_that_ends_before_80_days_after_the_business_is_a_warning(world: World) -> None:
    ends = timezone.localdate() + dt.timedelta(days=100)
    browser = world.browser(world.clerk)
    for days, warned in ((79, True), (80, False)):
        order = order_in("draft", **by_letter(ends + dt.timedelta(days=days)), business_end_date=ends)
        page = browser.get(url_of(order)).content.decode()
        assert bool(warning_beside(page, "letter_valid_until")) is warned, days
        typed = {**BY_LETTER, "letter_valid_until": f"{ends + dt.timedelta(days=days):%Y%m%d}"}
        assert post(browser, order, **typed).status_code == 302
        assert post(browser, order, **typed, move="declare").headers.get("Location") == url_of(order, "declare/")
        wanted = f"业务到期日 {ends:%Y%m%d} 后 80 天"
        assert (wanted in browser.get(url_of(order, "declare/")).content.decode()) is warned


def test_a_letter_is_not_measured_where_the_end_of_the_business_is_not_known(world: World) -> None:
    order = order_in("draft", **by_letter(timezone.localdate() + dt.timedelta(days=2)))
    page = world.browser(world.clerk).get(url_of(order)).content.decode()
    assert not warning_beside(page, "letter_valid_until")


def test_a_warning_stands_beside_the_field_also_while_another_field_is_wrong(world: World) -> None:
    typed = {**BY_CASH, "payer_credit_code": SAMPLE_CREDIT_CODE, "payer_account": "not digits"}
    page = post(world.browser(world.clerk), order_in(), **typed).content.decode()
    assert error_beside(page, "payer_account")
    assert "校验位" in warning_beside(page, "payer_credit_code")
