"""Levy orders in any status, made without the exchange, for tests of the kernel at the HTTP edge.

What posts, reads and compares a document does so with one of any kind.
"""

import datetime as dt
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from deposits.kind import LEVY_ORDER
from deposits.models import LevyOrder
from documents.access import CUSTOMS
from documents.kind import kind_of
from documents.models import Attempt, Document, Event, Receipt
from documents.perform import begin
from documents.status import DataStatus
from parties.models import User
from tests.world import BY_CASH, BY_LETTER, UNITS

UNIT = "1111510001"
OTHER_UNIT = "4403960002"
FILLED = {name: value for name, value in BY_CASH.items() if value}
DECLARED = ("processing", "accepted", "sent", "received", "approved")
EDITABLE = ("to_confirm", "draft", "failed", "returned")
STATUSES = ("to_confirm", "draft", "processing", "accepted", "failed", "sent", "received", "approved", "returned")
_serials = count(1)

D = TypeVar("D", bound=Document)


def new_order(**values: Any) -> LevyOrder:
    """Return a levy order as customs issues it, not yet stored."""
    issued = {
        "levy_number": f"ZS01002026{next(_serials):05}",
        "business_number": "C010026A0471",
        "business_link": "2",
        "initiation": "1",
        "district": "0100",
        "guarantee_nature": "1",
        "amount": Decimal("2000.00"),
        "levied_on": dt.date(2026, 1, 5),
        "data_status": DataStatus.TO_CONFIRM,
        "guaranteed_code": UNIT,
        "payee_name": "示范海关",
        "payee_bank": "示范银行",
        "payee_account": "1000000001",
    }
    order = LevyOrder(**(issued | values))
    order.guaranteed_name = order.guaranteed_name or UNITS[order.guaranteed_code]
    return order


def order_in(status: str = "to_confirm", **values: Any) -> LevyOrder:
    """Return a stored levy order in `status`; one that was touched by a clerk is filled in for a cash deposit."""
    filled: dict[str, Any] = {} if status == "to_confirm" else dict(FILLED)
    return begin(
        new_order(data_status=status, **(filled | values)), LEVY_ORDER, by=CUSTOMS, move="issue", at=timezone.now()
    )


def by_letter(until: dt.date = dt.date(2099, 12, 31)) -> dict[str, Any]:
    """Return model values of an order that is secured by a letter."""
    return {**BY_LETTER, "letter_valid_until": until}


def url_of(document: Document, page: str = "") -> str:
    return kind_of(document).url(document) + page


def post(browser: Client, document: Document, **typed: Any) -> HttpResponse:
    """Send the form of `document` as it stands in the database, with what was typed; `move` is to save unless given."""
    sent = {"version": fresh(document).version, "move": "save", **typed}
    answer: Any = browser.post(url_of(document), sent)
    return answer


def fresh(document: D) -> D:
    return type(document)._default_manager.get(pk=document.pk)


def snapshot(document: Document) -> tuple[Any, ...]:
    """Return all that a move may change: the row, and how much history, receipts and attempts there are."""
    row = type(document)._default_manager.filter(pk=document.pk).values().get()
    return row, Event.of(document).count(), Receipt.of(document).count(), Attempt.of(document).count()


def with_roles(user: User, *, enter: bool, declare: bool) -> User:
    User.objects.filter(pk=user.pk).update(may_enter=enter, may_declare=declare)
    return User.objects.get(pk=user.pk)
