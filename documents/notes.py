"""The strips above a document: what went wrong, and what to look at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from documents.access import Actor
from documents.display import plain, status_badge
from documents.kind import Kind
from documents.models import Document, Event
from documents.money import format_amount
from documents.payments import Account
from documents.status import DataStatus


@dataclass(slots=True)
class Note:
    """One strip; its level is error, warn or info. It may lead somewhere: `action` is the label of `url`."""

    level: str
    text: str
    url: str = ""
    action: str | Promise = ""


def notes_of(kind: Kind, document: Document, actor: Actor, events: Sequence[Event], account: Account) -> list[Note]:
    return [*_about_status(document, events), *_about_money(account), *kind.notes(document, actor)]


def _about_status(document: Document, events: Sequence[Event]) -> Iterator[Note]:
    if document.cancelled_on:
        facts = {"date": plain(document.cancelled_on), "reason": document.cancel_reason}
        yield Note("error", _("Customs cancelled it on %(date)s: %(reason)s") % facts)
    if document.data_status in (DataStatus.RETURNED, DataStatus.FAILED):
        reason = next((e.note for e in reversed(events) if e.now == document.data_status != e.was), "-")
        facts = {"status": str(status_badge(document.data_status).label), "reason": reason}
        yield Note("error", _("%(status)s: %(reason)s Please correct it and declare again.") % facts)


def _about_money(account: Account) -> Iterator[Note]:
    if account.notice is None:
        return
    facts = {name: format_amount(getattr(account, name)) for name in ("paid", "missing", "surplus")}
    if account.taken_back and account.missing:
        facts |= {"amount": format_amount(account.taken_back.amount), "reason": account.taken_back.remark or "-"}
        yield Note("error", _("Customs took back the payment of %(amount)s yuan: %(reason)s") % facts)
    if account.paid and account.missing:
        yield Note("warn", _("%(paid)s yuan have arrived; %(missing)s yuan are still missing.") % facts)
    if account.surplus:
        yield Note("warn", _("%(surplus)s yuan more than the notice asks were paid.") % facts)
