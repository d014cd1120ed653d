"""What is particular to levy orders: when the deposit counts as paid, and what to warn of (DOMAIN 3, 5.1)."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from deposits import draws
from deposits.models import LevyOrder
from documents.codes import GuaranteeMode, GuaranteeType
from documents.kind import Findings, Text
from documents.payments import is_paid
from documents.secured import letter_problem, odd_payer
from documents.status import DataStatus, GuaranteeStatus

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
    warnings: dict[str, Text] = {**odd_payer(values)}
    if problem := draws.why_not_drawn(order, values):
        errors["general_guarantee_number"] = problem
    valid_until = values.get("letter_valid_until")
    if problem := letter_problem(valid_until):
        errors["letter_valid_until"] = problem
    elif valid_until and (odd := _ends_early(order, valid_until)):
        warnings["letter_valid_until"] = odd
    return Findings(errors, warnings, draws.follows_from(values))


def _ends_early(order: LevyOrder, valid_until: date) -> str:
    """A letter should outlast the business that it secures (DOMAIN 3)."""
    if not order.business_end_date or valid_until - order.business_end_date >= LETTER_BEYOND_BUSINESS:
        return ""
    facts = {"date": f"{order.business_end_date:%Y%m%d}"}
    return _("It should reach 80 days beyond the business end date %(date)s.") % facts


def matter(order: LevyOrder) -> str:
    """Return 事由 for the payment notice, where customs gave none."""
    return _("%(step)s: a guarantee as customs requires.") % {"step": order.get_business_link_display()}
