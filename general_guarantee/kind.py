"""The general guarantee 总担保 and its change, declared once: forms, list, status tables, messages (DOMAIN 5.2, 5.3)."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from documents import moves
from documents.columns import Column
from documents.kind import Kind, register
from documents.menu import MenuSection, register_menu
from documents.moves import Move, Role, stay
from documents.offers import Offer, register_offer
from documents.signing import queue_declaration
from documents.status import DataStatus
from documents.table import table
from general_guarantee import changes, messages, offers, panels, rules
from general_guarantee.grid import SET_UP, change_grid

register_menu(
    MenuSection(
        _("General guarantees"),
        "shield",
        (
            (_("Set up a general guarantee"), "general_guarantee:new"),
            (_("Change a general guarantee"), "general_guarantee:list"),
        ),
    )
)

APPROVED = DataStatus.APPROVED
FIGURES = Move("figures", _("Amounts reported by customs"), Role.CUSTOMS, stay(APPROVED))
CHANGE = Move("change", _("Changed by customs' approval"), Role.CUSTOMS, stay(APPROVED))
EXPIRE = Move("expire", _("Letter has ended"), Role.PORTAL, stay(APPROVED))

GENERAL_GUARANTEE = register(
    Kind(
        name="general_guarantee",
        label=_("General guarantee"),
        list_label=_("Change a general guarantee"),
        edit_label=_("Edit"),
        paper=_("Registration of a general guarantee"),
        model_name="general_guarantee.GeneralGuarantee",
        number="guarantee_number",
        amount="amount",
        notice_facts=("guarantee_number", "guarantee_mode", "district", "set_up_on"),
        matter=rules.matter,
        grid=SET_UP,
        columns=(
            Column("pre_entry_number", _("Pre-entry no."), kind="link"),
            Column("guarantee_number"),
            Column("guarantee_mode", kind="letter"),
            Column("amount", _("Deposit amount")),
            Column("shown_status", kind="data_status"),
            Column("guarantee_status"),
            Column("has_notice", _("Has payment notice")),
            Column("set_up_on"),
            Column("shown_round", kind="round"),
            Column("notice_number", _("Notice number")),
            Column("receipt_number", pgettext_lazy("payment", "Receipt number"), wide_only=True),
        ),
        search={"mode": "guarantee_mode"},
        status="shown_status",
        asked_by_rows=("letter_valid_until", "change_status", "open_round"),
        open_filings=changes.open_changes,
        moves=table(
            *moves.OF_MONEY,
            moves.DELETE,
            replace(moves.APPROVE, effects=(rules.book_set_up,)),
            FIGURES,
            CHANGE,
            EXPIRE,
        ),
        settle=rules.settle,
        inspect=rules.inspect,
        start=rules.start,
        start_label=_("Set up a general guarantee"),
        starts_blank=True,
        message_type="GRT111",
        decision_type="GRT211",
        message=messages.set_up,
        decided=messages.set_up_decided,
        reports={"GRT212": messages.amounts_reported},
        notes=panels.guarantee_notes,
        panels=panels.amounts_panel,
        decision_days=10,
    )
)

_open = (changes.not_closed,)
_shown = (changes.show_on_guarantee,)

GUARANTEE_CHANGE = register(
    Kind(
        name="guarantee_change",
        label=_("Change of a general guarantee"),
        list_label=_("Change a general guarantee"),
        listed_in="general_guarantee:list",
        edit_label=_("Edit"),
        paper=_("Registration of a change of a general guarantee"),
        model_name="general_guarantee.GuaranteeChange",
        number="guarantee_number",
        amount="amount",
        old=changes.OLD,
        grid=change_grid(changes.changeable_fields()),
        columns=(),
        search={},
        moves=table(
            replace(moves.SAVE, guards=_open, effects=_shown),
            replace(moves.DELETE, effects=(changes.leave_guarantee_as_it_was,)),
            replace(moves.DECLARE, guards=_open, effects=(changes.check_amount, *_shown, queue_declaration)),
            *(
                replace(move, effects=_shown)
                for move in (moves.ACCEPT, moves.REFUSE, moves.MARK_SENT, moves.LOAD, moves.FAIL_LOAD, moves.RETURN)
            ),
            replace(moves.APPROVE, effects=(changes.apply,)),
        ),
        settle=changes.settle,
        inspect=changes.inspect,
        start=changes.start,
        start_label=_("Change a general guarantee"),
        message_type="GRT111",
        decision_type="GRT211",
        message=messages.change,
        decided=messages.change_decided,
        notes=panels.change_notes,
        panels=panels.change_panel,
    )
)

register_offer(
    GENERAL_GUARANTEE.name,
    Offer(
        "change",
        _("Register a change"),
        "change",
        offers.url_of_change,
        changes.why_not_changed,
        confirm=_("Change this guarantee?"),
    ),
)
register_offer(
    GENERAL_GUARANTEE.name, Offer("copy", _("Copy"), "copy", offers.url_of_copy, offers.why_not_copied, on_list=False)
)
register_offer(
    GENERAL_GUARANTEE.name,
    Offer("ledger", _("Ledger"), "ledger", offers.url_of_ledger, offers.why_no_ledger, on_list=False),
)
