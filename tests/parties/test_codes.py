import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings
from stdnum.cn import uscc

from parties.codes import (
    CREDIT_CODE_CHARACTERS,
    credit_code_check_character,
    credit_code_problem,
    enterprise_code_warning,
    validate_credit_code,
    validate_enterprise_code,
)

MANUAL_SAMPLE = "111121211011152453"
letters = st.text(CREDIT_CODE_CHARACTERS, min_size=9, max_size=9)


@pytest.mark.parametrize("code", ["1111510001", "1101919107", "4403960002", "3122A4Z0Z9"])
def test_an_enterprise_code_of_customs_pattern_is_accepted(code: str) -> None:
    validate_enterprise_code(code)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "111151000",
        "11115100011",
        "A111510001",
        "1111500001",
        "1111510a01",
        "1111510001\n",
        "１111510001",
        "1111-10001",
    ],
)
def test_any_other_enterprise_code_is_refused(code: str) -> None:
    with pytest.raises(ValidationError):
        validate_enterprise_code(code)


def test_an_unknown_region_is_only_a_warning() -> None:
    assert enterprise_code_warning("1111510001") == ""
    assert "9999" in enterprise_code_warning("9999910001")
    validate_enterprise_code("9999910001")


@given(st.text("0123456789", min_size=8, max_size=8), letters)
def test_our_check_character_is_that_of_an_independent_implementation(digits: str, organisation: str) -> None:
    first_17 = digits + organisation
    assert credit_code_check_character(first_17) == uscc.calc_check_digit(first_17)
    assert credit_code_problem(first_17 + credit_code_check_character(first_17)) == ""


@given(
    st.text("0123456789", min_size=8, max_size=8), letters, st.integers(0, 16), st.sampled_from(CREDIT_CODE_CHARACTERS)
)
def test_one_wrong_character_is_always_found(digits: str, organisation: str, place: int, other: str) -> None:
    first_17 = digits + organisation
    code = first_17 + credit_code_check_character(first_17)
    changed = code[:place] + other + code[place + 1 :]
    assert bool(credit_code_problem(changed)) is (changed != code)


@pytest.mark.parametrize("code", ["12345", "I11121211011152453", "11112121101115245３", "11A121211011152453"])
def test_a_malformed_credit_code_is_an_error_in_either_mode(code: str, settings: Settings) -> None:
    for strict in (True, False):
        settings.STRICT_CREDIT_CODE = strict
        with pytest.raises(ValidationError):
            validate_credit_code(code)


def test_no_credit_code_is_no_problem() -> None:
    assert credit_code_problem("") == ""


def test_a_wrong_check_digit_is_an_error_in_strict_mode_only(settings: Settings) -> None:
    assert credit_code_problem(MANUAL_SAMPLE)
    settings.STRICT_CREDIT_CODE = False
    validate_credit_code(MANUAL_SAMPLE)
    settings.STRICT_CREDIT_CODE = True
    with pytest.raises(ValidationError):
        validate_credit_code(MANUAL_SAMPLE)
