"""What the one page of a document shows (ARCHITECTURE, *sheet*)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.access import Actor
from documents.display import EMPTY, Badge, coded_text, guarantee_badge, label_of, plain, status_badge
from documents.forms import DocumentForm
from documents.kind import Kind, Panel
from documents.models import Attempt, Document, Event, Receipt
from documents.notes import Note, notes_of
from documents.offers import offers_on
from documents.payments import Account, account_of
from documents.perform import refusal
from documents.receipts import badge, receipts_of, words
from documents.steps import Step, data_steps, money_steps

CONFIRM_DELETE = gettext_lazy("Delete this document? It cannot be brought back.")


@dataclass(slots=True)
class Button:
    """A button that acts or leads somewhere; with a reason it is grey and says why, with `confirm` it asks before."""

    name: str
    label: str | Promise
    icon: str
    url: str = ""
    reason: str = ""
    confirm: str | Promise = ""


@dataclass(slots=True)
class FieldError:
    field_id: str
    label: str
    message: str


@dataclass(slots=True)
class ReceiptLine:
    badge: Badge
    title: str
    at: str
    text: str
    type: str
    internal_no: str


@dataclass(slots=True)
class HistoryLine:
    title: str
    at: str
    who: str
    note: str


@dataclass(slots=True)
class Comparison:
    """Two values side by side: old → new, or a colleague's beside one's own."""

    title: str
    rows: list[tuple[str, str, str]]
    who: str = ""
    at: str = ""


@dataclass
class Sheet:
    title: str
    number: str
    version: int
    status: Badge
    guarantee: Badge | None
    blue: list[Button]
    white: list[Button]
    locked: str
    notes: list[Note]
    steps: list[Step]
    money_steps: list[Step]
    receipts: list[ReceiptLine]
    history: list[HistoryLine]
    changes: Comparison | None
    url: str
    receipts_url: str
    panels: Sequence[Panel] = ()
    is_new: bool = False
    errors: list[FieldError] = field(default_factory=list)
    conflict: Comparison | None = None


def sheet_of(
    kind: Kind, document: Document, actor: Actor, form: DocumentForm, conflict: Comparison | None = None
) -> Sheet:
    """Return the page of `document` for `actor`; one that is not stored yet has neither history nor answers."""
    events = _history(document)
    receipts = receipts_of(document)
    account = account_of(document)
    return Sheet(
        title=_title(kind, document),
        number=kind.number_of(document),
        version=document.version,
        status=status_badge(document.data_status),
        guarantee=guarantee_badge(document.guarantee_status),
        blue=_blue_buttons(kind, document, actor, editing=bool(form.fields)),
        white=[*_white_buttons(kind, document, receipts, account), *_offered(kind, document, actor)],
        locked="" if form.fields else _why_locked(kind, document, actor),
        notes=notes_of(kind, document, actor, events, account),
        steps=data_steps(document, events),
        money_steps=money_steps(document, account),
        receipts=[receipt_line(receipt, document) for receipt in receipts],
        history=[_history_line(kind, e) for e in events],
        changes=_old_and_new(kind, document) if kind.old else _changes(kind, document),
        url=_url(kind, document, "sheet"),
        receipts_url=_url(kind, document, "receipts"),
        panels=[] if actor.refusal else kind.panels(document),
        is_new=document.pk is None,
        errors=_errors(form),
        conflict=conflict,
    )


def _history(document: Document) -> list[Event]:
    """Return the events since it was begun: a change that was deleted may have left its round to this one."""
    events = list(Event.of(document))
    begun = max((place + 1 for place, event in enumerate(events) if event.move == "delete"), default=0)
    return events[begun:]


def _title(kind: Kind, document: Document) -> str:
    return str(kind.start_label) if document.pk is None else f"{kind.label} {kind.number_of(document)}"


def live_mark(document: Document) -> str:
    """Return what changes whenever the page of `document` does: a page that looks again need not be sent the same."""
    return f'"{document.version}-{document.changed_at.timestamp()}-{Receipt.of(document).count()}-{timezone.localdate():%Y%m%d}"'


def _blue_buttons(kind: Kind, document: Document, actor: Actor, *, editing: bool) -> list[Button]:
    """Blue buttons act on the whole document (S1, *重要提醒*). Who only looks is led to the form first."""
    print_button = Button("print", _("Print"), "print", url=_url(kind, document, "print"), reason=_unsaved(document))
    new = [Button("new", _("New"), "plus", url=kind.new_url())] if kind.starts_blank else []
    save, declare = (_move_button(kind, document, actor, *button) for button in (("save", "save"), ("declare", "key")))
    delete = [_delete_button(kind, document, actor)] if "delete" in kind.moves else []
    if not editing and not save.reason:
        return [*new, Button("edit", kind.edit_label, "pencil", url=kind.url(document)), *delete, print_button]
    return [*new, save, *delete, print_button, declare]


def _move_button(kind: Kind, document: Document, actor: Actor, name: str, icon: str) -> Button:
    move = kind.moves[name]
    return Button(name, move.label, icon, reason=refusal(document, move, actor))


def _delete_button(kind: Kind, document: Document, actor: Actor) -> Button:
    button = _move_button(kind, document, actor, "delete", "trash")
    button.reason, button.confirm = _unsaved(document) or button.reason, CONFIRM_DELETE
    return button


def _unsaved(document: Document) -> str:
    return _("It has not been saved yet.") if document.pk is None else ""


def _url(kind: Kind, document: Document, page: str) -> str:
    return "" if document.pk is None else kind.url(document, page)


def _offered(kind: Kind, document: Document, actor: Actor) -> list[Button]:
    """Return the buttons that other kinds offer on this one."""
    return [
        Button(offer.name, offer.label, offer.icon, "" if reason else offer.url(document), reason, offer.confirm)
        for offer in offers_on(kind.name)
        for reason in [_unsaved(document) or offer.refusal(document, actor)]
    ]


def _white_buttons(kind: Kind, document: Document, receipts: Sequence[Receipt], account: Account) -> list[Button]:
    no_receipt = "" if receipts else _("Customs has not answered yet.")
    no_notice = "" if account.notice else _("There is no payment notice.")
    receipts_button = Button("receipts", _("View receipts"), "tray", _url(kind, document, "receipts"), no_receipt)
    if not kind.is_paid:
        return [receipts_button]
    notice_url = _url(kind, document, "payment-notice")
    return [receipts_button, Button("payment-notice", _("Print payment notice"), "yen", notice_url, no_notice)]


def _why_locked(kind: Kind, document: Document, actor: Actor) -> str:
    return refusal(document, kind.moves["save"], actor) or _("Read only; all fields are locked.")


def receipt_line(receipt: Receipt, document: Document) -> ReceiptLine:
    mark = badge(receipt)
    number = f"{receipt.pre_entry_number}-{receipt.round}-{receipt.attempt}" if receipt.attempt else ""
    at = f"{timezone.localtime(receipt.at):%Y%m%d %H:%M}"
    return ReceiptLine(mark, str(mark.label), at, words(receipt), receipt.message_type, number)


def _history_line(kind: Kind, event: Event) -> HistoryLine:
    label = kind.moves[event.move].label if event.move in kind.moves else _("Issued by customs")
    who = event.by if event.user_id else _("Customs")
    note = "" if event.note == EMPTY else event.note
    return HistoryLine(str(label), f"{timezone.localtime(event.at):%Y%m%d %H:%M}", who, note)


def _changes(kind: Kind, document: Document) -> Comparison | None:
    """Return what differs between the last two declarations."""
    attempts = list(Attempt.of(document).order_by("-number")[:2])
    if len(attempts) < 2:
        return None
    new, old = attempts
    rows = [
        (
            label_of(document, name),
            _stored_text(document, name, old.values.get(name)),
            _stored_text(document, name, value),
        )
        for name, value in new.values.items()
        if value != old.values.get(name)
    ]
    title = _("Declaration no. %(old)s → no. %(new)s") % {"old": old.number, "new": new.number}
    return Comparison(title, rows)


def _old_and_new(kind: Kind, document: Document) -> Comparison:
    """Return what a change would change: the value in force and the new one, field by field."""
    rows = [
        (label_of(document, name), coded_text(document, old), coded_text(document, name))
        for name, old in kind.old.items()
        if getattr(document, name) != getattr(document, old)
    ]
    return Comparison(_("In force → changed"), rows)


def _stored_text(document: Document, name: str, value: Any) -> str:
    model_field: Any = document._meta.get_field(name)
    if model_field.choices:
        return str(dict(model_field.choices).get(value, value or "-"))
    return plain(model_field.to_python(value))


def conflict_of(document: Document, form: DocumentForm, events: Sequence[Event]) -> Comparison:
    """Return a colleague's values beside what was typed here, for the fields in which they differ."""
    last = events[-1]
    texts = {
        name: (_input_text(form, name, getattr(document, name)), _input_text(form, name, form[name].value()))
        for name in form.fields
        if name in form.data
    }
    return Comparison(
        _("Both versions"),
        [(label_of(document, name), theirs, typed) for name, (theirs, typed) in texts.items() if theirs != typed],
        who=last.by if last.user_id else _("Customs"),
        at=f"{timezone.localtime(last.at):%H:%M}",
    )


def _input_text(form: DocumentForm, name: str, value: Any) -> str:
    """Return a value as it stands in the form, coded ones with their label."""
    form_field: Any = form.fields[name]
    text = plain(form_field.prepare_value(value))
    return str(dict(getattr(form_field, "choices", ())).get(text, text))


def _errors(form: DocumentForm) -> list[FieldError]:
    return [
        FieldError(f"id_{name}", str(form.fields[name].label), " ".join(map(str, messages)))
        for name, messages in form.errors.items()
        if name in form.fields
    ]
