"""Drawing on a general guarantee: a levy order that is secured by one holds, takes and gives back its amount (DOMAIN 3, 5.1)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from deposits.models import LevyOrder
from documents.codes import GuaranteeMode, GuaranteeType
from documents.kind import Text
from documents.models import Event
from documents.money import format_amount
from documents.moves import Occasion
from documents.status import EDITABLE, DataStatus
from general_guarantee import ledger
from general_guarantee.models import GeneralGuarantee, Movement


def is_under_general(values: Mapping[str, Any]) -> bool:
    return values.get("guarantee_type") == GuaranteeType.GENERAL


def usable_general_guarantees(order: LevyOrder) -> list[tuple[str, Text]]:
    """Return the general guarantees of the unit that can carry the order, with what would remain of each.

    The one that is chosen already stays in the list, also where it cannot carry the order any more: `why_not_drawn` says so.
    """
    usable = ledger.usable_for(order.guaranteed_code).order_by("guarantee_number")
    found = {each.guarantee_number: _offer(each, order) for each in usable if _carries(each, order)}
    chosen = order.general_guarantee_number
    if chosen and chosen not in found:
        found[chosen] = _("as chosen before")
    return list(found.items())


def _carries(guarantee: Any, order: LevyOrder) -> bool:
    return bool(guarantee.available >= order.amount)


def _offer(guarantee: Any, order: LevyOrder) -> str:
    facts = {
        "mode": GuaranteeMode(guarantee.guarantee_mode).label,
        "available": format_amount(guarantee.available),
        "rest": format_amount(guarantee.available - order.amount),
    }
    return _("%(mode)s, %(available)s yuan left, %(rest)s after this") % facts


def follows_from(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return 担保方式, which the chosen general guarantee fixes."""
    if not is_under_general(values):
        return {}
    number = values.get("general_guarantee_number") or ""
    guarantee = GeneralGuarantee.objects.filter(guarantee_number=number).first() if number else None
    return {"guarantee_mode": guarantee.guarantee_mode if guarantee else ""}


def why_not_drawn(order: LevyOrder, values: Mapping[str, Any]) -> str:
    """Return why the chosen general guarantee cannot carry the order, '' where it can or none is chosen."""
    number = values.get("general_guarantee_number") or ""
    if not number or not is_under_general(values) or order.data_status not in EDITABLE:
        return ""
    return ledger.why_not_usable(number, order.amount, order.guaranteed_code)


# ---- effects of the moves


def reserve(order: LevyOrder, _occasion: Occasion) -> None:
    """Hold the amount from the declaration on. Raises Refused where somebody else was faster."""
    if order.guarantee_type == GuaranteeType.GENERAL:
        ledger.reserve(order.general_guarantee_number, order.amount, cause=order, document=order.levy_number)


def give_back(order: LevyOrder, _occasion: Occasion) -> None:
    """Customs returned the order, or never had it: nothing is held any more."""
    ledger.give_back(order)


def draw(order: LevyOrder, occasion: Occasion) -> None:
    """Customs approved: what was held is drawn. An order that was cancelled before gives it back at once."""
    ledger.give_back(order)
    if order.guarantee_type != GuaranteeType.GENERAL:
        return
    beyond = _book(order, Movement.DRAW, occasion.at)
    if beyond:
        facts = {"number": order.general_guarantee_number, "beyond": format_amount(beyond)}
        occasion.alerts.append(_("%(number)s: customs approved a draw of %(beyond)s yuan more than was left.") % facts)
    if order.cancelled_on:
        _book(order, Movement.RELEASE, max(occasion.at, _when(order, "cancel")))


def release(order: LevyOrder, occasion: Occasion) -> None:
    """Customs cancelled the order: what it held or drew is given back."""
    ledger.give_back(order)
    if order.guarantee_type == GuaranteeType.GENERAL and order.data_status == DataStatus.APPROVED:
        _book(order, Movement.RELEASE, max(occasion.at, _when(order, "approve")))


def _when(order: LevyOrder, move: str) -> datetime:
    """Return when a move was decided: what was not drawn yet cannot be released."""
    at: datetime = Event.of(order).filter(move=move).values_list("at", flat=True)[0]
    return at


def _book(order: LevyOrder, movement: Movement, at: datetime) -> Any:
    guarantee = GeneralGuarantee.objects.get(guarantee_number=order.general_guarantee_number)
    return ledger.book(guarantee, movement, order.amount, cause=order, document=order.levy_number, at=at)
