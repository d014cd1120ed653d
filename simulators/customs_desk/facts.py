"""What the desk's books say about an attempt: whether it can be loaded, whether it can be approved, whether money follows."""

from dataclasses import dataclass
from decimal import Decimal

from .kinds import is_change, is_draw
from .records import CANCELLED, Attempt, DeskError, GeneralGuarantee, LevyOrder, amount_text
from .store import Store


@dataclass(frozen=True)
class Facts:
    """Of one attempt. An empty text means no objection.

    `amount` is what the rules look at, empty when the desk does not know it; `fault` keeps the attempt from being loaded,
    `objection` from being approved; `closed` leaves it undecided; `by_cash` means that notice and payment follow.
    """

    amount: str = ""
    fault: str = ""
    objection: str = ""
    closed: bool = False
    by_cash: bool = False


def facts_of(store: Store, attempt: Attempt) -> Facts:
    of_kind = {"GRT101": _of_order, "GRT111": _of_general_guarantee, "GRT121": _of_refund}
    return of_kind[attempt.message_type](store, attempt)


def _of_order(store: Store, attempt: Attempt) -> Facts:
    order = store.find_order(attempt.business_number)
    if order is None:
        return Facts(fault="征收单编号不存在")
    if order.cancelled:
        return Facts(order.amount, fault="征收单已撤销", closed=True)
    if order.unit_code != attempt.head.get("AssuredEtpsno"):
        return Facts(order.amount, fault="被担保单位编码不存在")
    if is_draw(attempt.head):
        return _of_draw(order, store.find_guarantee(attempt.head.get("GsarNo", "")))
    return Facts(order.amount, by_cash=attempt.head.get("LtguaType") == "1")


def _of_draw(order: LevyOrder, guarantee: GeneralGuarantee | None) -> Facts:
    fault = _fault_of(guarantee, order.unit_code)
    short = guarantee is not None and Decimal(order.amount) > guarantee.refundable
    return Facts(order.amount, fault=fault, objection="总担保可用金额不足" if short else "")


def _of_general_guarantee(store: Store, attempt: Attempt) -> Facts:
    head = attempt.head
    amount = head.get("GrtAmt", "")
    guarantee = store.find_guarantee(attempt.business_number)
    if not is_change(head):
        closed = guarantee is not None and guarantee.state == CANCELLED
        return Facts(amount, fault=_fault_of_amount(amount), closed=closed, by_cash=head.get("LtguaType") == "1")
    fault = _fault_of(guarantee, head.get("AssuredEtpsno", "")) or _fault_of_amount(amount)
    below = guarantee is not None and not fault and Decimal(amount) < guarantee.taken
    return Facts(amount, fault=fault, objection="总担保金额低于已用、已退回和锁定金额之和" if below else "")


def _of_refund(store: Store, attempt: Attempt) -> Facts:
    amount, number = attempt.head.get("RtnbkAmt", ""), attempt.business_number
    guarantee = store.find_guarantee(number) or store.find_order(number)
    fault = "担保编号不存在" if guarantee is None else _fault_of_amount(amount)
    short = guarantee is not None and not fault and Decimal(amount) > guarantee.refundable
    return Facts(amount, fault=fault, objection="可退还金额不足" if short else "")


def _fault_of(guarantee: GeneralGuarantee | None, unit_code: str) -> str:
    if guarantee is None:
        return "总担保编号不存在"
    if guarantee.state == CANCELLED:
        return "总担保已注销"
    return "" if guarantee.unit_code == unit_code else "总担保不属于被担保单位"


def _fault_of_amount(amount: str) -> str:
    try:
        amount_text(amount)
    except DeskError as error:
        return str(error)
    return ""
