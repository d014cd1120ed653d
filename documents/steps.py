"""The status line above the form: one step per status, what is done, what is now, what is to come (LOOK 5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from documents.codes import GuaranteeMode
from documents.display import days_left, plain, status_badge
from documents.models import Document, Event
from documents.money import format_amount
from documents.payments import Account
from documents.status import DataStatus, GuaranteeStatus

WAY = (
    DataStatus.TO_CONFIRM,
    DataStatus.DRAFT,
    DataStatus.PROCESSING,
    DataStatus.ACCEPTED,
    DataStatus.SENT,
    DataStatus.RECEIVED,
    DataStatus.APPROVED,
)
STOPPED = (DataStatus.FAILED, DataStatus.RETURNED)


@dataclass(slots=True)
class Step:
    """One step: `state` is done, now, todo or failed."""

    label: str
    state: str
    icon: str
    small: str


def data_steps(document: Document, events: Sequence[Event]) -> list[Step]:
    """Return the way of the newest attempt. A failure stands in place of the step at which it happened."""
    reached = _reached(events)
    way = WAY if not events or events[0].now == DataStatus.TO_CONFIRM else WAY[1:]
    stopped = document.data_status in STOPPED
    position = _stop_position(way, reached, document.data_status) if stopped else way.index(_status(document))
    steps = [_step(status, index, position, reached) for index, status in enumerate(way)]
    if stopped:
        steps[position] = _failed_step(document, reached)
    elif document.data_status == DataStatus.APPROVED:
        steps[-1].state = "done"
    return steps


def _status(document: Document) -> DataStatus:
    return DataStatus(document.data_status)


def _reached(events: Sequence[Event]) -> dict[str, Event]:
    """Return when each status was reached last; a new declaration forgets what came after the one before."""
    reached: dict[str, Event] = {}
    for event in events:
        if event.move == "declare":
            reached = {status: before for status, before in reached.items() if status in WAY[:2]}
        if event.was != event.now or event.now not in reached:
            reached[event.now] = event
    return reached


def _stop_position(way: Sequence[DataStatus], reached: dict[str, Event], status: str) -> int:
    was = reached[status].was if status in reached else DataStatus.PROCESSING
    before = way.index(DataStatus(was)) if was in way else way.index(DataStatus.PROCESSING)
    return min(before + 1, len(way) - 1)


def _step(status: DataStatus, index: int, position: int, reached: dict[str, Event]) -> Step:
    state = "done" if index < position else "now" if index == position else "todo"
    small = _when(reached[status]) if state != "todo" and status in reached else ""
    return Step(str(status.label), state, status_badge(status).icon, small)


def _failed_step(document: Document, reached: dict[str, Event]) -> Step:
    badge = status_badge(document.data_status)
    event = reached.get(document.data_status)
    return Step(str(badge.label), "failed", badge.icon, event.note if event else "")


def _when(event: Event) -> str:
    at = f"{timezone.localtime(event.at):%m-%d %H:%M}"
    return f"{at} {event.by}" if event.user_id else at


def money_steps(document: Document, account: Account) -> list[Step]:
    """Return 未缴款 → 已缴款 for what is paid in cash; nothing before approval and nothing for a letter."""
    status = document.guarantee_status
    by_letter = getattr(document, "guarantee_mode", "") == GuaranteeMode.LETTER
    if status in (GuaranteeStatus.NONE, GuaranteeStatus.CANCELLED) or by_letter:
        return []
    paid = status != GuaranteeStatus.UNPAID
    return [
        Step(str(GuaranteeStatus.UNPAID.label), "done" if paid else "now", "yen", _due(account)),
        Step(str(GuaranteeStatus.PAID.label), "done" if paid else "todo", "tick", _paid(account) if paid else ""),
    ]


def _due(account: Account) -> str:
    if account.notice is None:
        return _("Waiting for the payment notice")
    left = days_left(account.notice.pay_deadline)
    facts = {
        "number": account.notice.number,
        "missing": format_amount(account.missing),
        "left": left.label if left else "",
    }
    return (
        _("Notice %(number)s, still due %(missing)s yuan, %(left)s") % facts
        if account.missing
        else plain(account.notice)
    )


def _paid(account: Account) -> str:
    return _("Receipt %(number)s") % {"number": account.receipt_number} if account.receipt_number else ""
