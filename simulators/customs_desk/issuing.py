"""What customs issues by itself, to the guaranteed unit: levy orders, their cancelling, notices, payments."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypedDict, Unpack

from . import messages
from .books import DAYS_TO_PAY, Books
from .records import (
    PAID,
    UNIT_CODE,
    UNPAID,
    DeskError,
    GeneralGuarantee,
    LevyOrder,
    Notice,
    Payee,
    State,
    amount_text,
)


class OrderDetails(TypedDict, total=False):
    """What a levy order may say besides the necessary; codes as in MESSAGES.md and DOMAIN.md 4."""

    unit_credit_code: str
    agent_code: str
    business_link: str
    business_end_date: date | None
    guarantee_nature: str
    started_by: str
    payee: Payee
    remark: str


class Issuing(Books):
    def issue_levy_order(
        self,
        *,
        unit_code: str,
        unit_name: str,
        amount: Decimal | str,
        business_number: str,
        district: str = "0100",
        levy_date: date | None = None,
        pay_deadline: date | None = None,
        at: datetime | None = None,
        **details: Unpack[OrderDetails],
    ) -> str:
        """Send GRT202 and return the number allotted. Levied today and to be paid in 15 days, unless told."""
        _check_order(unit_code, unit_name, business_number, district, details.get("agent_code", ""))
        moment = self._moment(at)
        levied = levy_date or moment.date()
        with self.store.transaction():
            order = LevyOrder(
                number=f"ZS{district}{levied:%Y}{self.store.next(f'ZS{district}{levied:%Y}'):05d}",
                serial=self.store.next(f"levy orders of {business_number}"),
                district=district,
                unit_code=unit_code,
                unit_name=unit_name,
                amount=amount_text(amount),
                business_number=business_number,
                levy_date=levied,
                pay_deadline=pay_deadline or levied + DAYS_TO_PAY,
                **details,
            )
            self.store.add_order(order)
            stamp = self._stamp(unit_code, moment)
            self._send(stamp, messages.levy_order_issued(stamp, order))
        self._post.flush(moment)
        return order.number

    def cancel(self, order_number: str, reason: str = "业务撤销", *, at: datetime | None = None) -> Path:
        """Send GRT203."""
        moment, order = self._moment(at), self.store.order(order_number)
        with self.store.transaction():
            if not order.cancelled:
                self._release(order, order.refundable)
            self.store.save_order(replace(order, cancelled=True))
            stamp = self._stamp(order.unit_code, moment)
            path = self._send(stamp, messages.levy_order_cancelled(stamp, order.number, reason))
        self._post.flush(moment)
        return path

    def send_notice(
        self,
        number: str,
        *,
        amount: Decimal | str | None = None,
        pay_deadline: date | None = None,
        remark: str = "",
        at: datetime | None = None,
    ) -> str:
        """Send GRT231 about a levy order or a general guarantee, and return the notice's number.

        Amount and deadline default to those of what it is about.
        """
        moment, order = self._moment(at), self.store.order_or_guarantee(number)
        year = f"{order.district}{moment:%y}"
        with self.store.transaction():
            notice = Notice(
                number=f"{year}{self.store.next(f'notice {year}'):06d}",
                order_number=order.number,
                amount=amount_text(order.amount if amount is None else amount),
                issue_date=moment.date(),
                pay_deadline=pay_deadline or order.pay_deadline or moment.date() + DAYS_TO_PAY,
                changed_at=moment,
                remark=remark,
            )
            self.store.save_notice(notice)
            stamp = self._stamp(order.unit_code, moment)
            self._send(stamp, messages.payment_notice(stamp, notice, order, self._payer(order)))
        self._post.flush(moment)
        return notice.number

    def send_payment(
        self,
        notice_number: str,
        amount: Decimal | str | None = None,
        result: str = "1",
        remark: str = "",
        *,
        at: datetime | None = None,
    ) -> Path:
        """Send GRT232: the money arrived (result 1), or it did not or was taken back (0, reason as remark).

        The amount defaults to what was paid before, else to the notice's. Each arrival has a receipt number of its own.
        """
        if result not in ("0", "1"):
            raise DeskError("到账结果只能是 1 或 0")
        moment, notice = self._moment(at), self.store.notice(notice_number)
        order = self.store.order_or_guarantee(notice.order_number)
        paid = amount_text(amount if amount is not None else notice.paid_amount or notice.amount)
        with self.store.transaction():
            receipt = self._receipt_number(order, moment) if result == "1" else notice.receipt_number
            notice = replace(
                notice, paid_amount=paid, result=result, receipt_number=receipt, remark=remark, changed_at=moment
            )
            self.store.save_notice(notice)
            if isinstance(order, GeneralGuarantee):
                self._book_payment(order, notice)
            stamp = self._stamp(order.unit_code, moment)
            path = self._send(stamp, messages.payment_received(stamp, notice, moment.date()))
        self._post.flush(moment)
        return path

    def _book_payment(self, guarantee: GeneralGuarantee, notice: Notice) -> None:
        is_whole = notice.result == "1" and Decimal(notice.paid_amount) >= Decimal(notice.amount)
        self.store.save_guarantee(replace(guarantee, state=PAID if is_whole else UNPAID))

    def _receipt_number(self, order: LevyOrder | GeneralGuarantee, at: datetime) -> str:
        year = f"8{order.district[:3]}{at:%y}"
        return f"{year}{self.store.next(f'receipt {year}'):06d}"

    def _payer(self, order: LevyOrder | GeneralGuarantee) -> tuple[str, str, str]:
        """Payer as declared in the approved attempt, else in the newest; the unit's name alone while there is none."""
        attempts = [each for each in self.store.attempts(order.number) if each.message_type != "GRT121"]
        newest = sorted(attempts, key=lambda attempt: attempt.state != State.APPROVED)[:1]
        head = newest[0].head if newest else {}
        name = head.get("PmnEtpsNm") or order.unit_name
        return name, head.get("PmnEtpsOpaccBankNm", ""), head.get("PmnEtpsBankAcctnum", "")


def _check_order(unit_code: str, unit_name: str, business_number: str, district: str, agent_code: str) -> None:
    if not UNIT_CODE.fullmatch(unit_code):
        raise DeskError("被担保单位编码应为 10 位海关编码")
    if agent_code and not UNIT_CODE.fullmatch(agent_code):
        raise DeskError("代理单位编码应为 10 位海关编码")
    if not unit_name or not business_number:
        raise DeskError("单位名称和业务单证编号不能为空")
    if not (len(district) == 4 and district.isascii() and district.isdigit()):
        raise DeskError("主管关区应为 4 位数字")
