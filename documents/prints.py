"""What a document prints: its form, and its payment notice (DOMAIN 6)."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from documents.capital import capital
from documents.display import EMPTY, coded_text, label_of, label_parts, plain, value_text
from documents.grid import Row
from documents.kind import Kind
from documents.models import Document, PaymentNotice
from documents.printing import COLUMNS, NOT_APPROVED, Account, FormPrint, NoticePrint, PrintCell, PrintGroup, pdf
from documents.status import DataStatus
from parties.models import User


def form_pdf(kind: Kind, document: Document, user: User) -> bytes:
    """Return the form of `document` as PDF: the grid and the labels of the screen."""
    approved = document.data_status == DataStatus.APPROVED
    sheet = FormPrint(
        title=kind.paper or kind.label,
        number=kind.number_of(document),
        date_line=_date_line(document),
        groups=tuple(PrintGroup(group.caption, _rows(kind, document, group.rows)) for group in kind.grid.groups),
        watermark="" if approved else NOT_APPROVED,
    )
    return pdf(sheet, made_by=_maker(user), made_at=timezone.now())


def _date_line(document: Document) -> str:
    facts = {"number": document.pre_entry_number, "date": plain(document.declared_on)}
    return _("Pre-entry number %(number)s, declared on %(date)s") % facts


def _rows(kind: Kind, document: Document, rows: Sequence[Row]) -> tuple[tuple[PrintCell, ...], ...]:
    printed = []
    for row in rows:
        printed.append(tuple(_cell(kind, document, place.name, COLUMNS if place.wide else 1) for place in row))
        printed += [(_in_words(document, place.name),) for place in row if place.name == kind.amount]
    return tuple(printed)


def _cell(kind: Kind, document: Document, name: str, span: int) -> PrintCell:
    text = coded_text(document, name)
    if name in kind.old and (was := coded_text(document, kind.old[name])) != text:
        text = f"{was} → {text}"
    return PrintCell("\n".join(label_parts(document, name)), text, span)


def _in_words(document: Document, name: str) -> PrintCell:
    amount = getattr(document, name)
    return PrintCell(_("Amount in words"), EMPTY if amount is None else capital(amount), COLUMNS)


def notice_pdf(kind: Kind, document: Document, notice: PaymentNotice, user: User) -> bytes:
    """Return 海关保证金缴款通知书 as PDF, with the values that customs sent in the notice."""
    sheet = NoticePrint(
        number=notice.number,
        issued=notice.issued_on,
        facts=_pairs(kind, document),
        guaranteed=f"{document.guaranteed_code}　{document.guaranteed_name}　{document.guaranteed_credit_code}".strip(),
        matter=notice.remark or kind.matter(document),
        payer=Account(notice.payer_name, notice.payer_bank, notice.payer_account),
        payee=Account(notice.payee_name, notice.payee_bank, notice.payee_account),
        amount=notice.amount,
        payment_mode=value_text(document, "payment_mode"),
        deadline=notice.pay_deadline,
        watermark="" if document.data_status == DataStatus.APPROVED else NOT_APPROVED,
    )
    return pdf(sheet, made_by=_maker(user), made_at=timezone.now())


def _pairs(kind: Kind, document: Document) -> tuple[tuple[PrintCell, PrintCell], ...]:
    """Return what the notice says of the guarantee, two facts in a row."""
    cells = [PrintCell(label_of(document, name), value_text(document, name)) for name in kind.notice_facts]
    return tuple(zip(cells[::2], cells[1::2], strict=True))


def _maker(user: User) -> str:
    return f"{user.name or user.username}（{user.unit.code if user.unit else EMPTY}）"
