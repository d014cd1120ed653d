"""Messages of customs as bytes, about one levy order and with every number and moment at will."""

import datetime as dt
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from customs import exchange, inbox
from customs.converters import SHANGHAI
from customs.models import InboxMessage
from simulators.customs_desk import messages
from simulators.customs_desk.messages import Filing, Stamp
from simulators.customs_desk.records import LevyOrder, Notice
from tests.world import UNITS

UNIT, AGENT, STRANGER = "1111510001", "1101919107", "4403960002"
RESULTS = {"sent": "S", "loaded": "Y", "load_failed": "Z", "approve": "1", "review": "2", "return": "3"}
DEADLINE = dt.date(2026, 6, 16)
MARKS = ("sent", "loaded", "load_failed")
NOTES = {"load_failed": "入库失败：示范原因", "return": "银行账号有误", "review": "转人工"}


def soon(seconds: float = 0) -> dt.datetime:
    """The whole second after now in Shanghai, and `seconds` more: later than whatever was declared before."""
    return dt.datetime.now(SHANGHAI).replace(microsecond=0) + dt.timedelta(seconds=1 + seconds)


@dataclass
class Letters:
    """What customs writes about the levy order `number`; `pre` is its pre-entry number, once it has one."""

    number: str = "ZS0100202600500"
    pre: str = ""
    amount: str = "2000.00"
    declarant: str = UNIT
    serials: "count[int]" = field(default_factory=lambda: count(1))

    def order(self, *, to: str = UNIT, at: dt.datetime | None = None, **changes: Any) -> bytes:
        """GRT202."""
        return messages.levy_order_issued(self.stamp(to, at or soon()), replace(self._order(), **changes))

    def technical(self, *, accepted: bool, attempt: int = 1, note: str = "缴款单位名称为空") -> bytes:
        """CommonResponeMessage."""
        if accepted:
            return messages.accepted(self.filing(attempt), "申报成功")
        return messages.refused(f"{self.pre}-0-{attempt}", note)

    def answer(
        self, answer: str, attempt: int = 1, *, at: dt.datetime | None = None, to: str = "", note: str | None = None,
        **numbers: Any,
    ) -> bytes:  # fmt: skip
        """GRT200 or GRT201; `numbers` replace those of the filing (pre_entry_number, inner_no, round, business_number)."""
        message_type = "GRT200" if answer in MARKS else "GRT201"
        filing = replace(self.filing(attempt, "" if answer in MARKS else self.number), **numbers)
        stamp = self.stamp(to or self.declarant, at or soon())
        said = NOTES.get(answer, "") if note is None else note
        return messages.answer(stamp, message_type, filing, RESULTS[answer], said)

    def notice(
        self, number: str = "010026000500", amount: str = "2000.00", *, day: int = 1, deadline: dt.date | None = None,
        of: str = "", to: str = UNIT, at: dt.datetime | None = None,
    ) -> bytes:  # fmt: skip
        """GRT231, issued on `day` of June."""
        stamp = self.stamp(to, at or soon())
        issued = Notice(
            number=number, order_number=of or self.number, amount=amount, issue_date=dt.date(2026, 6, day),
            pay_deadline=deadline, changed_at=stamp.at,
        )  # fmt: skip
        payer = (UNITS[UNIT], "中国银行北京示范支行", "3490000000000001")
        return messages.payment_notice(stamp, issued, self._order(), payer)

    def payment(
        self, amount: str = "2000.00", receipt: str = "801026000500", *, received: bool = True,
        notice: str = "010026000500", of: str = "", at: dt.datetime | None = None,
    ) -> bytes:  # fmt: skip
        """GRT232."""
        stamp = self.stamp(UNIT, at or soon())
        paid = Notice(
            number=notice, order_number=of or self.number, amount=amount, issue_date=dt.date(2026, 6, 1), pay_deadline=None,
            changed_at=stamp.at, paid_amount=amount, result="1" if received else "0", receipt_number=receipt,
            remark="" if received else "银行退票",
        )  # fmt: skip
        return messages.payment_received(stamp, paid, dt.date(2026, 6, 10))

    def cancellation(self, reason: str = "业务撤销", *, at: dt.datetime | None = None) -> bytes:
        """GRT203."""
        return messages.levy_order_cancelled(self.stamp(UNIT, at or soon()), self.number, reason)

    def filing(self, attempt: int = 1, business_number: str = "") -> Filing:
        return Filing(self.pre, f"{self.pre}-0-{attempt}", "0", business_number)

    def stamp(self, to: str, at: dt.datetime) -> Stamp:
        return Stamp(to, next(self.serials), at)

    def _order(self) -> LevyOrder:
        return LevyOrder(
            number=self.number, serial=1, district="0100", unit_code=UNIT, unit_name=UNITS[UNIT], amount=self.amount,
            business_number="C010026A0471", levy_date=dt.date(2026, 6, 1), pay_deadline=DEADLINE,
        )  # fmt: skip


_names = count(1)


def deliver(raw: bytes, unit: str = UNIT) -> InboxMessage:
    """Let `raw` arrive in the folder of `unit`, and the worker handle all there is."""
    stored = inbox.store(raw, unit, f"Receipt_{next(_names)}.xml")
    work()
    stored.refresh_from_db()
    return stored


def work() -> None:
    exchange.handle(lambda: False)
