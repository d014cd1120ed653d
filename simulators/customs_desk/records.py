"""What the desk keeps: guarantees, attempts it received, notices it sent. Times are Asia/Shanghai."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
CUSTOMS = "CUS0000"
UNIT_CODE = re.compile(r"[0-9]{4}[0-9A-Z][1-9A-Z][0-9A-Z]{4}")

BUSINESS_LINKS = {
    "1": "账册设立/变更",
    "2": "手册设立/变更",
    "3": "余料结转",
    "4": "外发加工",
    "5": "单耗管理",
    "6": "集中内销",
    "7": "其他",
}
GUARANTEE_STATES = {
    "1": "未缴款",
    "2": "已缴款",
    "3": "部分退还",
    "4": "已退还",
    "5": "已结转",
    "6": "已失效",
    "7": "已注销",
}
UNPAID, PAID, CANCELLED = "1", "2", "7"
GUARANTEE_NATURES = {"1": "风险类担保金", "2": "限制类担保金"}


class DeskError(ValueError):
    """Something the desk cannot do, said in Chinese for its page."""


class State(StrEnum):
    """How far an attempt has come at the data centre and at customs."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    SENT = "sent"
    LOADED = "loaded"
    REVIEW = "review"
    REFUSED = "refused"
    LOAD_FAILED = "load_failed"
    APPROVED = "approved"
    RETURNED = "returned"


@dataclass(frozen=True)
class Payee:
    name: str = "中华人民共和国北京海关"
    bank: str = "中国工商银行北京示范支行"
    account: str = "0200000000000000001"


@dataclass(frozen=True)
class LevyOrder:
    """保证金征收单. `amount` is yuan as in messages, e.g. `2000.00`; `serial` is 序号 under the business number."""

    number: str
    serial: int
    district: str
    unit_code: str
    unit_name: str
    amount: str
    business_number: str
    levy_date: date
    pay_deadline: date
    unit_credit_code: str = ""
    agent_code: str = ""
    business_end_date: date | None = None
    business_link: str = "2"
    started_by: str = "1"
    guarantee_nature: str = "2"
    payee: Payee = field(default_factory=Payee)
    remark: str = ""
    refunded: str = "0"
    cancelled: bool = False

    @property
    def refundable(self) -> Decimal:
        return Decimal(self.amount) - Decimal(self.refunded)


@dataclass(frozen=True)
class GeneralGuarantee:
    """总担保 as approved, and what is left of it. Amounts are yuan as in messages; `state` is a grtStucd.

    Raises DeskError when more is used, refunded and locked than there is.
    """

    number: str
    district: str
    unit_code: str
    unit_name: str
    mode: str
    amount: str
    set_up_on: date
    state: str
    round: str = "0"
    letter_number: str = ""
    letter_valid_until: str = ""
    pay_deadline: date | None = None
    payee: Payee = field(default_factory=lambda: Payee("", "", ""))
    used: str = "0"
    refunded: str = "0"
    locked: str = "0"

    def __post_init__(self) -> None:
        if self.refundable < 0:
            raise DeskError("总担保可用金额不足")

    @property
    def by_cash(self) -> bool:
        return self.mode == "1"

    @property
    def taken(self) -> Decimal:
        return Decimal(self.used) + Decimal(self.refunded) + Decimal(self.locked)

    @property
    def refundable(self) -> Decimal:
        return Decimal(self.amount) - self.taken

    @property
    def usable(self) -> str:
        return figure_text(self.refundable)

    def with_figures(self, **figures: Decimal | str) -> "GeneralGuarantee":
        """The same guarantee with other figures: amount, used, refunded, locked."""
        return replace(self, **{name: figure_text(value) for name, value in figures.items()})  # type: ignore[arg-type]


@dataclass(frozen=True)
class Attempt:
    """One declaring of one filing: what the zip said, and how far we have answered it."""

    inner_no: str
    message_type: str
    pre_entry_number: str
    round: str
    business_number: str
    unit_code: str
    head: Mapping[str, str]
    is_first: bool
    state: State
    reason: str
    held: bool
    changed_at: datetime


@dataclass(frozen=True)
class Delivery:
    """One zip taken from an OutBox. `fault`: what the data centre has against it; `repeated`: the attempt was known."""

    id: int
    base: str
    inner_no: str
    unit_code: str
    fault: str
    repeated: bool
    answered: bool
    received_at: datetime


@dataclass(frozen=True)
class Notice:
    """缴款通知书 of a levy order or a general guarantee, and what was paid on it.

    `result` is empty until a GRT232 was sent, then its 1 or 0.
    """

    number: str
    order_number: str
    amount: str
    issue_date: date
    pay_deadline: date
    changed_at: datetime
    paid_amount: str = ""
    receipt_number: str = ""
    result: str = ""
    remark: str = ""


def amount_text(value: Decimal | str) -> str:
    """Return `value` yuan as messages carry it, with two to five decimals. Raises DeskError unless it is positive."""
    text = figure_text(value)
    if text == "0":
        raise DeskError("金额不正确")
    return text


def figure_text(value: Decimal | str) -> str:
    """Like `amount_text`, where nothing is an amount too: `0`."""
    try:
        amount = Decimal(str(value).strip().replace(",", ""))
    except InvalidOperation:
        raise DeskError("金额不正确") from None
    if not amount.is_finite() or amount < 0 or amount >= Decimal(10) ** 13:
        raise DeskError("金额不正确")
    decimals = -int(amount.normalize().as_tuple().exponent)
    if decimals > 5:
        raise DeskError("金额最多五位小数")
    return f"{amount:.{max(2, decimals)}f}" if amount else "0"
