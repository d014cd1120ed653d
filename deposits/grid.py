"""The form of a levy order: three columns, who fills each field, and when (DOMAIN 5.1)."""

from django.utils.translation import gettext_lazy as _

from documents.codes import GuaranteeMode, GuaranteeType
from documents.conditions import when
from documents.grid import ENTRY_AND_DECLARATION, Grid, Group, LookUp, fixed, may, must

UNLESS_GENERAL = when(guarantee_type=("", GuaranteeType.SINGLE))
UNDER_GENERAL = when(guarantee_type=GuaranteeType.GENERAL)
SINGLE = when(guarantee_type=GuaranteeType.SINGLE)
SINGLE_BY_CASH = when(guarantee_type=GuaranteeType.SINGLE, guarantee_mode=GuaranteeMode.CASH)
SINGLE_BY_LETTER = when(guarantee_type=GuaranteeType.SINGLE, guarantee_mode=GuaranteeMode.LETTER)

_general_only = _("Only under a general guarantee")
_cash_only = _("Only for a single cash deposit")
_letter_only = _("Only for a single letter")
_single_only = _("Only for a single guarantee")
_by_general = _("Follows the general guarantee")

GRID = Grid(
    (
        Group(
            _("Levy order"),
            (
                fixed("levy_number", "serial_number", "business_number"),
                fixed("business_link", "district", "guarantee_nature"),
                fixed("amount", "levied_on", "pay_deadline"),
            ),
        ),
        Group(
            _("Unit and guarantee"),
            (
                fixed("guaranteed_code", "guaranteed_credit_code", "guaranteed_name"),
                (
                    must("guarantee_type"),
                    must("guarantee_mode", UNLESS_GENERAL, _by_general),
                    must("general_guarantee_number", UNDER_GENERAL, _general_only),
                ),
                (must("contact_name"), must("contact_phone"), must("payment_mode", SINGLE_BY_CASH, _cash_only)),
                (
                    must("letter_number", SINGLE_BY_LETTER, _letter_only),
                    must("letter_valid_until", SINGLE_BY_LETTER, _letter_only),
                ),
            ),
        ),
        Group(
            _("Payer and payee"),
            (
                (
                    may(
                        "payer_code",
                        SINGLE,
                        _single_only,
                        LookUp({"credit_code": "payer_credit_code", "name": "payer_name"}),
                    ),
                    may("payer_credit_code", SINGLE, _single_only),
                    must("payer_name", SINGLE, _single_only),
                ),
                (must("payer_bank", SINGLE_BY_CASH, _cash_only), must("payer_account", SINGLE_BY_CASH, _cash_only)),
                fixed("payee_name", "payee_bank", "payee_account"),
            ),
        ),
        ENTRY_AND_DECLARATION,
    )
)
