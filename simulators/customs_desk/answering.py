"""Answers to an attempt, to the unit that declared it: technical answers, marks and decisions."""

from datetime import datetime
from pathlib import Path

from lxml import etree

from . import messages
from .books import Books, Figures
from .kinds import KINDS
from .records import Attempt, Delivery, DeskError, State

RESULTS = {"sent": "S", "loaded": "Y", "load_failed": "Z", "approve": "1", "review": "2", "return": "3"}
MARKS = ("sent", "loaded", "load_failed")
REMARKS = {
    "refuse": "导入报文中缴款单位名称为空，请修改后重新导入",
    "loaded": "报文入库成功",
    "load_failed": "报文入库失败：被担保单位编码不存在",
    "review": "转人工",
    "return": "缴款单位银行账号有误，请核对后重新申报",
}
AFTER = {
    "accept": State.ACCEPTED,
    "refuse": State.REFUSED,
    "sent": State.SENT,
    "loaded": State.LOADED,
    "load_failed": State.LOAD_FAILED,
    "approve": State.APPROVED,
    "review": State.REVIEW,
    "return": State.RETURNED,
}
RANK = {
    State.RECEIVED: 0,
    State.ACCEPTED: 1,
    State.SENT: 2,
    State.LOADED: 3,
    State.REVIEW: 4,
    State.REFUSED: 5,
    State.LOAD_FAILED: 5,
    State.APPROVED: 6,
    State.RETURNED: 6,
}


class Answering(Books):
    def answer(
        self,
        inner_no: str,
        answer: str,
        reason: str = "",
        *,
        figures: Figures | None = None,
        at: datetime | None = None,
    ) -> Path:
        """Send one answer, whenever and in whatever order; return the file it is in.

        Answers are accept, refuse, sent, loaded, load_failed, approve, return and review. One that needs a reason has
        a usual one. What the desk remembers is the first decision.

        An approval may give `figures` of its own: of a general guarantee amount, used, refunded, locked, usable; of a
        refund amount and interest.
        """
        if answer not in AFTER:
            raise DeskError(f"没有答复 {answer}")
        if figures and answer != "approve":
            raise DeskError("只有审批通过才带金额")
        moment, attempt = self._moment(at), self.store.attempt(inner_no)
        remark = reason or REMARKS.get(answer, "")
        with self.store.transaction():
            if answer in RESULTS:
                approved = self._approve(attempt, figures or {}, moment) if answer == "approve" else None
                path = self._answer_as_customs(self.store.attempt(inner_no), answer, remark, approved, moment)
            else:
                path = self._answer_technically(attempt, answer, remark, moment)
        self._post.flush(moment)
        return path

    def hold(self, inner_no: str, held: bool = True) -> None:
        """Keep the automatic mode away from an attempt, its notice and its payment; or give it back."""
        attempt = self.store.attempt(inner_no)
        self.store.run("UPDATE attempt SET held = ? WHERE inner_no = ?", held, attempt.inner_no)

    def _answer_technically(self, attempt: Attempt, answer: str, remark: str, at: datetime) -> Path:
        """Answer the oldest delivery that has no answer, else the first one."""
        deliveries = self.store.deliveries(attempt.inner_no)
        delivery = next((each for each in deliveries if not each.answered), deliveries[0])
        self.store.run("UPDATE delivery SET answered = 1 WHERE id = ?", delivery.id)
        if not delivery.repeated or attempt.state == State.REFUSED:
            self._advance(attempt, AFTER[answer], remark, at)
        name = self._technical_name(delivery, answer, at)
        return self._put(delivery.unit_code, name, _technical(attempt, answer, remark), at)

    def _answer_as_customs(
        self, attempt: Attempt, answer: str, remark: str, approved: etree._Element | None, at: datetime
    ) -> Path:
        is_mark = answer in MARKS
        filing = _filing(attempt, "" if is_mark else attempt.business_number)
        message_type = "GRT200" if is_mark else KINDS[attempt.message_type].decided_by
        stamp = self._stamp(attempt.unit_code, at)
        self._advance(attempt, AFTER[answer], remark, at)
        return self._send(stamp, messages.answer(stamp, message_type, filing, RESULTS[answer], remark, approved))

    def _technical_name(self, delivery: Delivery, answer: str, at: datetime) -> str:
        """The counter stands where milliseconds would, so that two answers never share a name."""
        word = "Successed" if answer == "accept" else "Failed"
        return f"{word}_{delivery.base}_{at:%Y%m%d%H%M%S}{self.store.next('technical answer') % 1000:03d}.xml"

    def _advance(self, attempt: Attempt, state: State, remark: str, at: datetime) -> None:
        """A higher answer moves the state, a lower one does not; a refused attempt may still be accepted."""
        was_refused = attempt.state == State.REFUSED and state == State.ACCEPTED
        if not was_refused and RANK[state] <= RANK[attempt.state]:
            return
        sql = "UPDATE attempt SET state = ?, reason = ?, changed_at = ? WHERE inner_no = ?"
        self.store.run(sql, state, remark, at.isoformat(), attempt.inner_no)


def _technical(attempt: Attempt, answer: str, remark: str) -> bytes:
    if answer == "refuse":
        return messages.refused(attempt.inner_no, remark)
    return messages.accepted(_filing(attempt), KINDS[attempt.message_type].accepted_text)


def _filing(attempt: Attempt, business_number: str = "") -> messages.Filing:
    declared_as = attempt.head.get("DclTypecd", "1")
    return messages.Filing(attempt.pre_entry_number, attempt.inner_no, attempt.round, business_number, declared_as)
