"""What customs' messages do to documents (MESSAGES, *Numbers and matching*).

Order does not matter: within an attempt a higher answer moves the status and a lower one is only kept, and what depends on
money is computed from all that has arrived. What cannot be matched is parked, what contradicts itself is quarantined.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from customs.inbox import Handled, Park, Quarantine
from customs.models import InboxMessage, OutboxMessage
from customs.outbox import CannotFail, note_answered, tries_of
from customs.wire import Incoming, Verdict
from documents.access import CUSTOMS, Actor
from documents.kind import Kind, kind_named, kinds
from documents.models import Attempt, Document, Filing
from documents.moves import Role
from documents.perform import Refused, Stale, begin, perform
from documents.receipts import keep_receipt
from documents.reports import REPORTS, refuse_unfit
from parties.models import User

# Within an attempt the answers rank; REVIEW (转人工) means that customs has loaded it and a person looks at it.
RANKS = {
    Verdict.ACCEPTED: 1,
    Verdict.SENT: 2,
    Verdict.LOADED: 3,
    Verdict.REVIEW: 3,
    Verdict.REFUSED: 4,
    Verdict.LOAD_FAILED: 4,
    Verdict.APPROVED: 5,
    Verdict.RETURNED: 5,
}
DECISION = 5
MOVES = {
    Verdict.ACCEPTED: "accept",
    Verdict.SENT: "mark_sent",
    Verdict.LOADED: "load",
    Verdict.REVIEW: "load",
    Verdict.REFUSED: "refuse",
    Verdict.LOAD_FAILED: "fail_load",
    Verdict.APPROVED: "approve",
    Verdict.RETURNED: "return",
}
DUPLICATE = "重复"
MARKS = "GRT200"
MEETINGS = 3


class Deleted(Quarantine):
    """The message is about a document that a clerk deleted."""


def handle(message: InboxMessage, incoming: Incoming) -> Handled:
    """Apply one message; when a clerk saves the same document in that moment, apply it to what was saved.

    Raises Park when its document is not known yet, Quarantine when it cannot be right.
    """
    for _meeting in range(MEETINGS):
        with suppress(Stale), transaction.atomic():
            return _apply(message, incoming)
    return _apply(message, incoming)


def _apply(message: InboxMessage, incoming: Incoming) -> Handled:
    issuer = next((kind for kind in kinds() if incoming.message_type in kind.issues), None)
    if issuer:
        return _issue(issuer, message, incoming)
    if incoming.verdict is None:
        return _report(message, incoming)
    return _answer(message, incoming)


def _issue(kind: Kind, message: InboxMessage, incoming: Incoming) -> Handled:
    known = kind.documents().filter(**{kind.number: incoming.business_number}).first()
    document = kind.issues[incoming.message_type](incoming, known)
    if document.guaranteed_code != message.folder_unit:
        raise Quarantine(_wrong_unit(document, message))
    if known is None:
        refuse_unfit(document)
        begin(document, kind, by=CUSTOMS, move="issue", at=incoming.sent_at or message.received_at)
    return _keep(document, message, incoming, moved=known is None)


def _report(message: InboxMessage, incoming: Incoming) -> Handled:
    """Apply what customs says about a document by itself: a cancellation, a notice, a payment."""
    kind, document = _document_by_number(incoming.business_number)
    if document.guaranteed_code != message.folder_unit:
        raise Quarantine(_wrong_unit(document, message))
    report = {**(REPORTS if kind.is_paid else {}), **kind.reports}.get(incoming.message_type)
    if report is None:
        facts = {"type": incoming.message_type, "kind": kind.label}
        raise Quarantine(_("A message %(type)s does not concern this kind of document: %(kind)s.") % facts)
    moved, alert = report(kind, document, incoming)
    return _keep(document, message, incoming, moved=moved, alert=alert)


def _wrong_unit(document: Document, message: InboxMessage) -> str:
    units = {"unit": document.guaranteed_code, "folder": message.folder_unit}
    return _("It is about a document of %(unit)s, but came for %(folder)s.") % units


def _document_by_number(number: str) -> tuple[Kind, Document]:
    for kind in kinds():
        document = kind.documents().filter(**{kind.number: number}, round=0).first() if number else None
        if document:
            return kind, document
    raise Park(_("There is no document with the number %(number)s.") % {"number": number or "-"})


def _answer(message: InboxMessage, incoming: Incoming) -> Handled:
    attempt = _attempt_of(incoming)
    try:
        kind, document = _document_of(attempt)
    except Deleted:
        if RANKS[_verdict(attempt, incoming)] == DECISION:
            raise  # what customs decided about it is for an operator to see
        return Handled(attempt.pre_entry_number, attempt.round, attempt.number, "logged")
    _check_agreement(kind, document, attempt, message, incoming)
    handled = _take_answer(kind, document, attempt, message, incoming)
    note_answered(attempt.internal_no)
    return handled


def _take_answer(
    kind: Kind, document: Document, attempt: Attempt, message: InboxMessage, incoming: Incoming
) -> Handled:
    verdict = _verdict(attempt, incoming)
    is_news = _is_news(attempt, verdict)
    if attempt.number < document.attempt and not _accepted_by_operator(document, message, verdict):
        return _answer_to_older(document, attempt, message, incoming, verdict, is_news)
    if not is_news:
        # 转人工 after 入库成功 moves nothing and is news to the clerk all the same.
        told = verdict is Verdict.REVIEW and attempt.answer == RANKS[verdict]
        return _keep(document, message, incoming, moved=False, told=told, attempt=attempt.number, verdict=verdict)
    alert = _make_move(kind, document, attempt, incoming, verdict)
    return _keep(document, message, incoming, moved=True, attempt=attempt.number, verdict=verdict, alert=alert)


def _document_of(attempt: Attempt) -> tuple[Kind, Document]:
    """Return the document of an attempt. Raises Deleted for one that was deleted since."""
    kind = kind_named(Filing.of_number(attempt.pre_entry_number, attempt.round).kind)
    document = kind.documents().filter(pre_entry_number=attempt.pre_entry_number, round=attempt.round).first()
    if document is None:
        raise Deleted(_("The document of declaration %(number)s was deleted.") % {"number": attempt.internal_no})
    return kind, document


def _attempt_of(incoming: Incoming) -> Attempt:
    """Return the attempt that the message names, else the newest one declared before the decision."""
    attempts = Attempt.objects.order_by("-number")
    if incoming.internal_no:
        found = attempts.filter(internal_no=incoming.internal_no).first()
    else:
        found = _attempts_by_number(incoming).first()
    if found is None:
        number = incoming.internal_no or incoming.pre_entry_number or incoming.business_number
        raise Park(_("There is no declaration %(number)s.") % {"number": number})
    return found


def _attempts_by_number(incoming: Incoming) -> Any:
    attempts = Attempt.objects.order_by("-number")
    if incoming.decided_at:
        # Customs' times are whole seconds; ours are finer.
        attempts = attempts.filter(declared_at__lt=incoming.decided_at + timedelta(seconds=1))
    if incoming.pre_entry_number:
        return attempts.filter(pre_entry_number=incoming.pre_entry_number, round=incoming.round or 0)
    document = _document_by_number(incoming.business_number)[1]
    return attempts.filter(pre_entry_number=document.pre_entry_number, round=incoming.round or 0)


def _check_agreement(
    kind: Kind, document: Document, attempt: Attempt, message: InboxMessage, incoming: Incoming
) -> None:
    """All numbers present must agree, and the message must have come for the unit that declared the attempt."""
    if incoming.decided_at and incoming.message_type not in (MARKS, kind.decision_type):
        facts = {"type": incoming.message_type, "kind": kind.label}
        raise Quarantine(_("A message %(type)s does not concern this kind of document: %(kind)s.") % facts)
    known = getattr(document, kind.number)
    pairs = {
        _("Pre-entry number"): (incoming.pre_entry_number, document.pre_entry_number),
        _("Change round"): (incoming.round, document.round),
        _("Number"): (incoming.business_number if known else "", known),
        _("Unit"): (message.folder_unit, attempt.declarant_code),
    }
    wrong = [f"{what} {said} ≠ {ours}" for what, (said, ours) in pairs.items() if said not in ("", None, ours)]
    if wrong:
        facts = {"attempt": attempt.internal_no, "wrong": "; ".join(wrong)}
        raise Quarantine(_("The answer does not fit declaration %(attempt)s: %(wrong)s") % facts)


def _verdict(attempt: Attempt, incoming: Incoming) -> Verdict:
    """A refusal as duplicate of what was sent more than once means that it had arrived."""
    verdict = incoming.verdict
    assert verdict is not None
    is_duplicate = verdict in (Verdict.REFUSED, Verdict.LOAD_FAILED) and DUPLICATE in incoming.note
    return Verdict.ACCEPTED if is_duplicate and tries_of(attempt.internal_no) > 1 else verdict


def _is_news(attempt: Attempt, verdict: Verdict) -> bool:
    """The first decision counts. Raises Quarantine for a contrary one."""
    if RANKS[verdict] == DECISION == attempt.answer and verdict != attempt.verdict:
        facts = {"verdict": verdict, "known": attempt.verdict, "attempt": attempt.internal_no}
        raise Quarantine(_("%(verdict)s contradicts the decision %(known)s on %(attempt)s.") % facts)
    return RANKS[verdict] > attempt.answer


def _answer_to_older(
    document: Document, attempt: Attempt, message: InboxMessage, incoming: Incoming, verdict: Verdict, is_news: bool
) -> Handled:
    newest = Attempt.of(document).get(number=document.attempt)
    alert = ""
    if is_news and RANKS[verdict] == DECISION and newest.answer < DECISION:
        facts = {"verdict": verdict, "older": attempt.internal_no, "newest": newest.internal_no}
        alert = _("%(verdict)s for the older attempt %(older)s, while %(newest)s is undecided.") % facts
    return _keep(document, message, incoming, moved=False, attempt=attempt.number, verdict=verdict, alert=alert)


def _accepted_by_operator(document: Document, message: InboxMessage, verdict: Verdict) -> bool:
    """An operator may accept a decision on an older attempt while the newest is undecided, by replaying it."""
    undecided = Attempt.of(document).filter(number=document.attempt, answer__lt=DECISION).exists()
    return bool(message.replayed_by) and RANKS[verdict] == DECISION and undecided


def _make_move(kind: Kind, document: Document, attempt: Attempt, incoming: Incoming, verdict: Verdict) -> str:
    """Make the move that an answer asks for; returns what an operator must see."""
    rank, alerts = RANKS[verdict], list[str]()
    Attempt.of(document).filter(number__gte=attempt.number).update(
        answer=rank, verdict=verdict if rank == DECISION else ""
    )
    perform(
        document,
        kind.moves[MOVES[verdict]],
        by=CUSTOMS,
        at=incoming.decided_at,
        note=incoming.note or "-",
        written=_approved_values(kind, document, attempt, incoming) if verdict is Verdict.APPROVED else None,
        carrying=incoming,
        alerts=alerts,
    )
    return " ".join(alerts)


def _approved_values(kind: Kind, document: Document, attempt: Attempt, incoming: Incoming) -> dict[str, Any]:
    """What customs approves is what was signed, whatever was edited since a failed load, and what customs adds."""
    added = kind.decided(document, incoming)
    refuse_unfit(kind.model(**added))
    return declared_values(document, attempt) | {**added}


def declared_values(document: Document, attempt: Attempt) -> dict[str, Any]:
    """Return the fields of the document as they were signed in `attempt`."""
    return {name: document._meta.get_field(name).to_python(value) for name, value in attempt.values.items()}  # type: ignore[union-attr]


def _keep(
    document: Document,
    message: InboxMessage,
    incoming: Incoming,
    *,
    moved: bool,
    told: bool = False,
    attempt: int | None = None,
    verdict: Verdict | None = None,
    alert: str = "",
) -> Handled:
    number = document.attempt if attempt is None else attempt
    keep_receipt(document, message, incoming, number, moved or told, verdict or incoming.verdict)
    return Handled(document.pre_entry_number, document.round, number, "moved" if moved else "logged", alert)


def fail_attempt(message: OutboxMessage, by: object) -> None:
    """Move the document of a message that an operator gave up to 申报失败; nothing when it was declared again or deleted.

    Raises CannotFail when customs has answered, so that the message did arrive, or when the document changes meanwhile.
    """
    attempt = Attempt.objects.get(internal_no=message.internal_no)
    try:
        kind, document = _document_of(attempt)
    except Deleted:
        return
    if attempt.number < document.attempt:
        return
    if not Attempt.objects.filter(pk=attempt.pk, answer=0).update(answer=RANKS[Verdict.REFUSED]):
        raise CannotFail(_("Customs has answered this declaration, so it did arrive."))
    try:
        perform(document, kind.moves["refuse"], by=_operator(by), note=_("The message could not be sent to customs."))
    except Refused as reason:
        raise CannotFail(str(reason)) from reason
    except Stale as reason:
        raise CannotFail(_("The document was changed at this moment; please try again.")) from reason


def _operator(by: object) -> Actor:
    user = by if isinstance(by, User) else None
    return Actor((user.name if user else "") or str(by), frozenset({Role.OPERATOR}), user)
