"""The levy order 保证金征收单, declared once: its form, its list, its status table, its messages (DOMAIN 5.1)."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deposits import draws, messages, rules
from deposits.grid import GRID
from documents import moves
from documents.columns import Column
from documents.kind import Choices, Kind, register
from documents.menu import MenuSection, register_menu
from documents.moves import Move, Role, stay
from documents.signing import queue_declaration
from documents.status import DataStatus
from documents.table import table

register_menu(MenuSection(_("Deposits"), "yen", ((_("Confirm levy orders"), "deposits:list"),)))

CANCEL = Move(
    "cancel",
    _("Cancelled by customs"),
    Role.CUSTOMS,
    stay(*DataStatus),
    effects=(draws.release,),
    needs_reason=True,
)

LEVY_ORDER = register(
    Kind(
        name="deposits",
        label=_("Levy order"),
        list_label=_("Confirm levy orders"),
        edit_label=_("Confirm"),
        model_name="deposits.LevyOrder",
        number="levy_number",
        amount="amount",
        notice_facts=(
            "levy_number",
            "business_number",
            "guarantee_type",
            "business_link",
            "district",
            "guarantee_nature",
        ),
        matter=rules.matter,
        grid=GRID,
        columns=(
            Column("levy_number", kind="link"),
            Column("business_number"),
            Column("guarantee_type", wide_only=True),
            Column("guarantee_mode"),
            Column("business_link", wide_only=True),
            Column("amount"),
            Column("levied_on"),
            Column("pay_deadline", kind="deadline"),
            Column("data_status"),
            Column("guarantee_status"),
            Column("has_notice", _("Has payment notice")),
            Column("notice_number", _("Notice number")),
            Column("receipt_number", pgettext_lazy("payment", "Receipt number"), wide_only=True),
        ),
        search={"business_number": "business_number", "mode": "guarantee_mode"},
        moves=table(
            *moves.OF_MONEY,
            replace(moves.DECLARE, effects=(draws.reserve, queue_declaration)),
            *(replace(move, effects=(draws.give_back,)) for move in (moves.REFUSE, moves.FAIL_LOAD, moves.RETURN)),
            replace(moves.APPROVE, effects=(draws.draw,)),
            CANCEL,
        ),
        settle=rules.settle,
        inspect=rules.inspect,
        choices={
            "general_guarantee_number": Choices(
                draws.usable_general_guarantees, none=_("The unit has no general guarantee that can carry this amount")
            )
        },
        message_type="GRT101",
        decision_type="GRT201",
        message=messages.confirmation,
        issues={"GRT202": messages.issued},
        reports={"GRT203": messages.cancelled},
    )
)
