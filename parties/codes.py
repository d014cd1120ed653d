"""Codes that name a unit: the enterprise code of customs and the unified social credit code (DOMAIN, section 4)."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# Region 4 digits, zone, type, serial 4. \Z and not $: $ would let a final line break pass.
ENTERPRISE_CODE = r"^[0-9]{4}[0-9A-Z][1-9A-Z][0-9A-Z]{4}\Z"

# GB/T 2260, the first two digits of a region.
PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12]", re.ASCII)

# GB 32100-2015: no I, O, S, V, Z; each character's place in this row is its value, place i weighs 3 ** i modulo 31.
CREDIT_CODE_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_CODE = re.compile(rf"[{CREDIT_CODE_CHARACTERS}]{{2}}[0-9]{{6}}[{CREDIT_CODE_CHARACTERS}]{{10}}", re.ASCII)


def validate_enterprise_code(code: str) -> None:
    """Raise ValidationError unless `code` has the pattern of a 10-character enterprise code."""
    if not re.match(ENTERPRISE_CODE, code):
        raise ValidationError(
            _("An enterprise code has 10 characters: 4 digits of the region, zone, type and a serial number of 4."),
            code="enterprise_code",
        )


def enterprise_code_warning(code: str) -> str:
    """What is odd about a well-formed `code`, or "": its region lies in no province of GB/T 2260."""
    if PROVINCE.match(code):
        return ""
    return gettext("The region %(region)s of the enterprise code is in no province.") % {"region": code[:4]}


def credit_code_problem(code: str) -> str:
    """What is wrong with a unified social credit code (GB 32100-2015), for the reader; "" for a right or empty one."""
    if not code:
        return ""
    if not CREDIT_CODE.fullmatch(code):
        return gettext("A unified social credit code has 18 characters: digits, and capitals except I, O, S, V, Z.")
    if code[17] != credit_code_check_character(code[:17]):
        return gettext("The check digit of the unified social credit code is wrong.")
    return ""


def validate_credit_code(code: str) -> None:
    """Raise ValidationError for a malformed code, and in strict mode (STRICT_CREDIT_CODE) for a wrong check digit."""
    problem = credit_code_problem(code)
    if problem and (settings.STRICT_CREDIT_CODE or not CREDIT_CODE.fullmatch(code)):
        raise ValidationError(problem, code="credit_code")


def credit_code_check_character(first_17: str) -> str:
    """The 18th character that belongs to the first 17 (GB 32100-2015, 4.2.5)."""
    total = sum(CREDIT_CODE_CHARACTERS.index(character) * pow(3, place, 31) for place, character in enumerate(first_17))
    return CREDIT_CODE_CHARACTERS[-total % 31]
