"""How values look: the same text on the page, in the list, on the check page and in the print."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from documents.codes import district_name, payment_modes
from documents.models import Document
from documents.money import format_amount
from documents.status import DataStatus, GuaranteeStatus

EMPTY = "-"
DUE_SOON_DAYS = 3


@dataclass(frozen=True, slots=True)
class Badge:
    """A word that never comes without its icon and colour (LOOK 8)."""

    label: str | Promise
    icon: str
    colour: str


_DATA_STATUS = {
    DataStatus.TO_CONFIRM: ("tray", "amber"),
    DataStatus.DRAFT: ("pencil", "ink"),
    DataStatus.PROCESSING: ("pie-1", "blue"),
    DataStatus.ACCEPTED: ("pie-2", "blue"),
    DataStatus.FAILED: ("cross-circle", "red"),
    DataStatus.SENT: ("pie-3", "blue"),
    DataStatus.RECEIVED: ("pie-4", "blue"),
    DataStatus.APPROVED: ("tick-circle", "green"),
    DataStatus.RETURNED: ("return", "red"),
}
_GUARANTEE_STATUS = {
    GuaranteeStatus.UNPAID: ("yen", "amber"),
    GuaranteeStatus.PAID: ("tick", "green"),
    GuaranteeStatus.PARTLY_REFUNDED: ("part", "blue"),
    GuaranteeStatus.REFUNDED: ("return", "ink"),
    GuaranteeStatus.TRANSFERRED: ("arrow-right", "ink"),
    GuaranteeStatus.EXPIRED: ("clock", "red"),
    GuaranteeStatus.CANCELLED: ("barred", "ink"),
}


def status_badge(status: str) -> Badge:
    return Badge(DataStatus(status).label, *_DATA_STATUS[DataStatus(status)])


def guarantee_badge(status: str) -> Badge | None:
    if not status:
        return None
    return Badge(GuaranteeStatus(status).label, *_GUARANTEE_STATUS[GuaranteeStatus(status)])


def days_left(deadline: date | None) -> Badge | None:
    """Return how long there is until `deadline`: grey, amber within three days, red when it is past."""
    if deadline is None:
        return None
    days = (deadline - timezone.localdate()).days
    if days < 0:
        return Badge(_("%(days)s days overdue") % {"days": -days}, "warning", "red")
    if days <= DUE_SOON_DAYS:
        return Badge(_("%(days)s days left") % {"days": days}, "clock", "amber")
    return Badge(_("%(days)s days left") % {"days": days}, "", "grey")


def plain(value: object) -> str:
    """Return a value without its field: an amount, a date as in the manuals, or `-` for nothing."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, Decimal):
        return format_amount(value)
    if isinstance(value, date):
        return f"{value:%Y%m%d}"
    return str(value)


def label_of(document: Document | type[Document], name: str) -> str:
    return str(document._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def label_parts(document: Document | type[Document], name: str) -> list[str]:
    """Return the label of a field, parted where it may break into two lines: 被担保单位 / 统一社会信用代码."""
    return [part for part in re.split("(?=统一社会信用代码)", label_of(document, name)) if part]


def value_text(document: Document, name: str) -> str:
    """Return the value of a field: coded ones as their label."""
    value = getattr(document, name)
    if value in (None, ""):
        return EMPTY
    if name == "payment_mode":
        return dict(payment_modes()).get(value, str(value))
    if name == "district":
        return district_name(str(value))
    choices: Any = getattr(document._meta.get_field(name), "choices", None)
    return str(dict(choices).get(value, value)) if choices else plain(value)


def coded_text(document: Document, name: str) -> str:
    """Return the value of a field, coded ones with their code in front: `2　Handbook set-up or change`."""
    text, value = value_text(document, name), getattr(document, name)
    return f"{value}　{text}" if is_coded(document, name) and text != EMPTY else text


def is_coded(document: Document, name: str) -> bool:
    coded = name in ("payment_mode", "district") or bool(document._meta.get_field(name).choices)  # type: ignore[union-attr]
    return coded and name not in ("data_status", "guarantee_status")
