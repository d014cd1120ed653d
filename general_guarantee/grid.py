"""The forms of a general guarantee and of its change: the same grid, in which the change opens three fields (DOMAIN 5.2, 5.3)."""

from collections.abc import Collection
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from documents.codes import GuaranteeMode
from documents.conditions import when
from documents.grid import ENTRY_AND_DECLARATION, Fill, Grid, Group, LookUp, Place, fixed, may, must

BY_CASH = when(guarantee_mode=GuaranteeMode.CASH)
BY_LETTER = when(guarantee_mode=GuaranteeMode.LETTER)

_cash_only = _("Only for a cash deposit")
_letter_only = _("Only for a letter of guarantee")

CHANGEABLE = ("letter_number", "letter_valid_until", "amount")

SET_UP = Grid(
    (
        Group(
            _("Guarantee and units"),
            (
                (*fixed("pre_entry_number", "guarantee_number"), must("guarantee_mode")),
                (
                    must(
                        "guaranteed_code",
                        look_up=LookUp({"credit_code": "guaranteed_credit_code", "name": "guaranteed_name"}),
                    ),
                    *fixed("guaranteed_credit_code"),
                    must("guaranteed_name"),
                ),
                (
                    may("payer_code", look_up=LookUp({"credit_code": "payer_credit_code", "name": "payer_name"})),
                    may("payer_credit_code"),
                    must("payer_name"),
                ),
            ),
        ),
        Group(
            _("Amount and security"),
            (
                (must("district"), must("amount"), must("letter_number", BY_LETTER, _letter_only)),
                fixed("usable_amount", "used_amount", "refunded_amount"),
                (
                    must("payment_mode", BY_CASH, _cash_only),
                    must("letter_valid_until", BY_LETTER, _letter_only),
                    *fixed("set_up_on"),
                ),
            ),
        ),
        Group(
            _("Payer and payee"),
            (
                (
                    must("payer_bank", BY_CASH, _cash_only),
                    must("payer_account", BY_CASH, _cash_only),
                    *fixed("pay_deadline"),
                ),
                fixed("payee_name", "payee_bank", "payee_account"),
            ),
        ),
        ENTRY_AND_DECLARATION,
    )
)


def change_grid(open_names: Collection[str]) -> Grid:
    """Return the grid of a change, in which only `open_names` are open, and required; the remark is the set-up's."""

    def place(each: Place) -> Place:
        if each.name in open_names:
            return replace(each, fill=Fill.MUST, when=None, otherwise="")
        return replace(each, fill=Fill.FIXED, when=None, otherwise="", look_up=None)

    return Grid(
        tuple(Group(group.caption, tuple(tuple(map(place, row)) for row in group.rows)) for group in SET_UP.groups)
    )
