"""What is particular to levy orders: when the deposit counts as paid, and what to warn of (DOMAIN 3, 5.1)."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from deposits import draws
from deposits.models import LevyOrder
from documents.codes import GuaranteeMode, GuaranteeType
from documents.kind import Findings, Text
from documents.payments import is_paid
from documents.status import DataStatus, GuaranteeStatus
from parties.codes import credit_code_problem, enterprise_code_warning

LETTER_BEYOND_BUSINESS = timedelta(days=80)


def settle(order: LevyOrder) -> GuaranteeStatus:
    """Return 担保状态: blank until approval; a letter, and an order under a general guarantee, counts as paid at once."""
    if order.cancelled_on:
        return GuaranteeStatus.CANCELLED
    if order.data_status != DataStatus.APPROVED:
        return GuaranteeStatus.NONE
    if order.guarantee_type == GuaranteeType.GENERAL or order.guarantee_mode == GuaranteeMode.LETTER:
        return GuaranteeStatus.PAID
    return GuaranteeStatus.PAID if is_paid(order) else GuaranteeStatus.UNPAID


def inspect(order: LevyOrder, values: Mapping[str, Any]) -> Findings:
    """Judge what a clerk entered beyond the single field. Under a general guarantee the mode is that of the guarantee."""
    errors: dict[str, Text] = {}
    warnings: dict[str, Text] = {}
    follows = draws.follows_from(values)
    if problem := draws.why_not_drawn(order, values):
        errors["general_guarantee_number"] = problem
    credit_code = values.get("payer_credit_code") or ""
    if odd := credit_code_problem(credit_code):
        warnings["payer_credit_code"] = odd  # in strict mode the field itself refuses it
    payer = values.get("payer_code") or ""
    if payer and (odd := enterprise_code_warning(payer)):
        warnings["payer_code"] = odd
    valid_until = values.get("letter_valid_until")
    if valid_until:
        _inspect_letter(order, valid_until, errors, warnings)
    return Findings(errors, warnings, follows)


def _inspect_letter(order: LevyOrder, valid_until: date, errors: dict[str, Text], warnings: dict[str, Text]) -> None:
    if valid_until <= timezone.localdate():
        errors["letter_valid_until"] = _("The letter must be valid beyond today.")
    elif order.business_end_date and valid_until - order.business_end_date < LETTER_BEYOND_BUSINESS:
        warnings["letter_valid_until"] = _("It should reach 80 days beyond the business end date %(date)s.") % {
            "date": f"{order.business_end_date:%Y%m%d}"
        }


def matter(order: LevyOrder) -> str:
    """Return 事由 for the payment notice, where customs gave none."""
    return _("%(step)s: a guarantee as customs requires.") % {"step": order.get_business_link_display()}
