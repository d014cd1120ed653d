"""The books of general guarantees: what approvals, draws, releases and refunds do to them, and what customs says of them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from lxml import etree

from . import messages
from .kinds import TRANSFER, is_change, is_draw
from .records import (
    GUARANTEE_STATES,
    PAID,
    UNPAID,
    Attempt,
    DeskError,
    GeneralGuarantee,
    LevyOrder,
    Payee,
    State,
    amount_text,
    figure_text,
)
from .sender import Sender

DAYS_TO_PAY = timedelta(days=15)
BALANCES = ("amount", "used", "refunded", "locked")
Figures = Mapping[str, str]


class Books(Sender):
    def take_over(self, guarantee: GeneralGuarantee) -> None:
        """Enter a general guarantee that was approved before these books were kept; nothing is sent."""
        with self.store.transaction():
            self.store.save_guarantee(guarantee)

    def send_amounts(
        self, number: str, *, state: str = "", related_number: str = "", at: datetime | None = None, **figures: str
    ) -> Path:
        """Send GRT212 as the books stand, after the figures given (amount, used, refunded, locked) are taken into them.

        `usable` follows from the others; given, it is sent as it is.
        """
        if state and state not in GUARANTEE_STATES:
            raise DeskError("担保状态不正确")
        moment = self._moment(at)
        with self.store.transaction():
            guarantee, usable = _corrected(self.store.guarantee(number), figures)
            self.store.save_guarantee(replace(guarantee, state=state or guarantee.state))
            stamp = self._stamp(guarantee.unit_code, moment)
            path = self._send(stamp, messages.amounts_updated(stamp, guarantee, usable, state, related_number))
        self._post.flush(moment)
        return path

    def _approve(self, attempt: Attempt, figures: Figures, at: datetime) -> etree._Element | None:
        """Book an approval, unless the attempt was decided before, and return the block that says what was approved."""
        if attempt.message_type == "GRT111":
            return self._approve_guarantee(attempt, figures, at)
        if attempt.message_type == "GRT121":
            return self._approve_refund(attempt, figures, at)
        if figures:
            raise DeskError("征收单的审批不带金额")
        if is_draw(attempt.head) and not self._drawn_on(attempt.business_number):
            self._draw(attempt)
        return None

    def _approve_guarantee(self, attempt: Attempt, figures: Figures, at: datetime) -> etree._Element:
        known = self.store.find_guarantee(attempt.business_number)
        decided = self._changed(attempt) if is_change(attempt.head) else known or self._set_up(attempt, at)
        guarantee, usable = _corrected(decided, figures)
        self.store.save_guarantee(guarantee)
        sql = "UPDATE attempt SET business_number = ? WHERE inner_no = ?"
        self.store.run(sql, guarantee.number, attempt.inner_no)
        return messages.approved_guarantee(replace(guarantee, round=attempt.round), usable)

    def _set_up(self, attempt: Attempt, at: datetime) -> GeneralGuarantee:
        head = attempt.head
        year, by_cash = f"D8{head['MasterCuscd']}{at:%Y}", head["LtguaType"] == "1"
        return GeneralGuarantee(
            number=f"{year}{self.store.next(year):05d}",
            district=head["MasterCuscd"],
            unit_code=head["AssuredEtpsno"],
            unit_name=head["AssuredEtpsNm"],
            mode=head["LtguaType"],
            amount=amount_text(head["GrtAmt"]),
            letter_number=head.get("LtguaNo", ""),
            letter_valid_until=head.get("ValidDateEnd", ""),
            set_up_on=at.date(),
            state=UNPAID if by_cash else PAID,
            pay_deadline=at.date() + DAYS_TO_PAY if by_cash else None,
            payee=Payee() if by_cash else Payee("", "", ""),
        )

    def _changed(self, attempt: Attempt) -> GeneralGuarantee:
        guarantee, head = self.store.guarantee(attempt.business_number), attempt.head
        if _is_decided(attempt):
            return guarantee
        return replace(
            guarantee,
            round=attempt.round,
            amount=amount_text(head["GrtAmt"]),
            letter_number=head.get("LtguaNo", ""),
            letter_valid_until=head.get("ValidDateEnd", ""),
        )

    def _approve_refund(self, attempt: Attempt, figures: Figures, at: datetime) -> etree._Element:
        head = attempt.head
        if figures.keys() - {"amount", "interest"}:
            raise DeskError("退还只能核定金额和利息")
        refund = messages.Refund(
            guarantee_number=attempt.business_number,
            serial=head.get("SerialNo", "1"),
            type=head.get("RtnbkTypecd", "1"),
            amount=amount_text(figures.get("amount") or head["RtnbkAmt"]),
            interest=figure_text(figures.get("interest", "0")),
            notice_date=at.date(),
            notice_number="" if head.get("RtnbkTypecd") == TRANSFER else self._refund_notice_number(attempt, at),
        )
        if not _is_decided(attempt):
            self._give_back(refund.guarantee_number, Decimal(refund.amount))
        return messages.approved_refund(refund)

    def _refund_notice_number(self, attempt: Attempt, at: datetime) -> str:
        year = f"{self.store.order_or_guarantee(attempt.business_number).district}{at:%y}"
        return f"{year}{self.store.next(f'notice {year}'):06d}"

    def _give_back(self, number: str, amount: Decimal) -> None:
        """A general guarantee shrinks by it; a levy order under one gives it back to what can be used."""
        guarantee = self.store.find_guarantee(number)
        if guarantee:
            self.store.save_guarantee(guarantee.with_figures(refunded=Decimal(guarantee.refunded) + amount))
            return
        order = self.store.order(number)
        if amount > order.refundable:
            raise DeskError("可退还金额不足")
        self.store.save_order(replace(order, refunded=figure_text(Decimal(order.refunded) + amount)))
        self._release(order, amount)

    def _draw(self, attempt: Attempt) -> None:
        guarantee = self.store.find_guarantee(attempt.head.get("GsarNo", ""))
        order = self.store.find_order(attempt.business_number)
        if guarantee and order and not order.cancelled and not _is_decided(attempt):
            self.store.save_guarantee(guarantee.with_figures(used=Decimal(guarantee.used) + Decimal(order.amount)))

    def _release(self, order: LevyOrder, amount: Decimal) -> None:
        guarantee = self.store.find_guarantee(self._drawn_on(order.number))
        if guarantee:
            used = max(Decimal(guarantee.used) - amount, Decimal(0))
            self.store.save_guarantee(guarantee.with_figures(used=used))

    def _drawn_on(self, order_number: str) -> str:
        """The general guarantee that an approved confirmation of this levy order took from, if any."""
        approved = (each for each in self.store.attempts(order_number) if each.state == State.APPROVED)
        return next((each.head.get("GsarNo", "") for each in approved if is_draw(each.head)), "")


def _is_decided(attempt: Attempt) -> bool:
    return attempt.state in (State.APPROVED, State.RETURNED)


def _corrected(guarantee: GeneralGuarantee, figures: Figures) -> tuple[GeneralGuarantee, str]:
    """The guarantee with the figures taken in, and what is sent as usable."""
    unknown = figures.keys() - {*BALANCES, "usable"}
    if unknown:
        raise DeskError(f"没有金额 {', '.join(sorted(unknown))}")
    corrected = guarantee.with_figures(**{name: figures[name] for name in BALANCES if name in figures})
    return corrected, figure_text(figures["usable"]) if "usable" in figures else corrected.usable
