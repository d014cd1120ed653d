"""What customs would usually do next with an attempt: the rules of the automatic mode, and the page's one button."""

from dataclasses import dataclass
from datetime import datetime

from .facts import Facts, facts_of
from .records import Attempt, Delivery, State
from .settings import ANSWERS, Settings
from .store import Store

USUAL = {
    State.ACCEPTED: "sent",
    State.SENT: "loaded",
    State.LOADED: "approve",
    State.REVIEW: "approve",
}
STEPS = {**ANSWERS, "notice": "发缴款通知书", "payment": "确认到账"}
CANDIDATES = """
SELECT inner_no FROM attempt WHERE held = 0 AND (
    state IN ('received', 'accepted', 'sent', 'loaded')
    OR inner_no IN (SELECT inner_no FROM delivery WHERE answered = 0)
    OR state = 'approved' AND business_number NOT IN (SELECT order_number FROM notice WHERE result <> ''))
ORDER BY rowid
"""


@dataclass(frozen=True)
class Step:
    """A step by its name in STEPS, its reason if any, and the moment from which its delay counts."""

    name: str
    reason: str
    since: datetime
    notice_number: str = ""

    @property
    def label(self) -> str:
        return STEPS[self.name]


def candidates(store: Store) -> list[Attempt]:
    """Attempts that may have a step by themselves: not held, not waiting for an officer, not at their end."""
    return [store.attempt(row["inner_no"]) for row in store.rows(CANDIDATES)]


def usual_step(store: Store, attempt: Attempt, chosen: Settings) -> Step | None:
    """The step that comes next, or None when nothing more is to do."""
    facts = facts_of(store, attempt)
    waiting = next((each for each in store.deliveries(attempt.inner_no) if not each.answered), None)
    if waiting:
        return _technical_step(attempt, waiting, facts, chosen)
    if attempt.state == State.APPROVED:
        return _money_step(store, attempt, facts)
    if attempt.state == State.SENT and facts.fault:
        return Step("load_failed", f"报文入库失败：{facts.fault}", attempt.changed_at)
    decidable = attempt.state in (State.LOADED, State.REVIEW)
    if attempt.state not in USUAL or (decidable and facts.closed):
        return None
    return _ruled(attempt, facts, chosen) or _usual(attempt, facts)


def duplicate_reason(attempt: Attempt) -> str:
    return f"导入报文中企业内部编号与系统已有记录【{attempt.pre_entry_number}】的对应字段重复，请修改后重新导入"


def _technical_step(attempt: Attempt, delivery: Delivery, facts: Facts, chosen: Settings) -> Step:
    since = delivery.received_at
    if delivery.repeated and attempt.state != State.REFUSED:
        return Step("refuse", duplicate_reason(attempt), since)
    if delivery.fault:
        return Step("refuse", delivery.fault, since)
    return _ruled(attempt, facts, chosen) or Step("accept", "", since)


def _ruled(attempt: Attempt, facts: Facts, chosen: Settings) -> Step | None:
    if not facts.amount or not attempt.is_first:
        return None
    rule = chosen.rule_for(facts.amount, attempt.state)
    return Step(rule.answer, rule.reason, attempt.changed_at) if rule else None


def _usual(attempt: Attempt, facts: Facts) -> Step:
    name = USUAL[attempt.state]
    if name == "approve" and facts.objection:
        return Step("return", facts.objection, attempt.changed_at)
    return Step(name, "", attempt.changed_at)


def _money_step(store: Store, attempt: Attempt, facts: Facts) -> Step | None:
    if facts.closed or not facts.by_cash:
        return None
    notices = store.notices(attempt.business_number)
    if not notices:
        return Step("notice", "", attempt.changed_at)
    if notices[-1].result:
        return None
    return Step("payment", "", notices[-1].changed_at, notices[-1].number)
