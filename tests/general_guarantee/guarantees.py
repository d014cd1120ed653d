"""General guarantees in any status, made without the exchange, for tests of the kernel and the ledger."""

import datetime as dt
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from customs.wire import Incoming, Verdict
from documents.access import CUSTOMS, actor_for
from documents.perform import begin, create, perform
from general_guarantee.kind import GENERAL_GUARANTEE, GUARANTEE_CHANGE
from general_guarantee.models import GeneralGuarantee, GuaranteeChange
from general_guarantee.rules import start
from parties.models import User
from tests.world import UNITS

UNIT = "1111510001"
TODAY = dt.date(2026, 6, 30)
_serials = count(1)

BY_LETTER: dict[str, str] = {
    "guarantee_mode": "2",
    "guaranteed_code": UNIT,
    "guaranteed_name": UNITS[UNIT],
    "payer_code": "",
    "payer_credit_code": "",
    "payer_name": UNITS[UNIT],
    "district": "0100",
    "amount": "100,000.00",
    "letter_number": "BH2026000001",
    "letter_valid_until": "20991231",
    "payment_mode": "",
    "payer_bank": "",
    "payer_account": "",
    "remark": "",
}
BY_CASH: dict[str, str] = {
    **BY_LETTER,
    "guarantee_mode": "1",
    "payer_code": UNIT,
    "letter_number": "",
    "letter_valid_until": "",
    "payment_mode": "1",
    "payer_bank": "中国银行北京示范支行",
    "payer_account": "3490000000000001",
}


def typed_as_values(typed: dict[str, str]) -> dict[str, Any]:
    """Return model values of what is typed into the form."""
    values: dict[str, Any] = {name: text for name, text in typed.items() if text}
    values["amount"] = Decimal(typed["amount"].replace(",", ""))
    if typed["letter_valid_until"]:
        values["letter_valid_until"] = dt.datetime.strptime(typed["letter_valid_until"], "%Y%m%d").date()
    return values


def guarantee_in(status: str = "draft", *, typed: dict[str, str] = BY_LETTER, **values: Any) -> GeneralGuarantee:
    """Return a stored general guarantee in `status`, complete; an approved one has a number and its amounts, but no ledger."""
    filled = typed_as_values(typed) | {"input_code": UNIT, "input_name": UNITS[UNIT]}
    if status == "approved":
        amount = values.get("amount", filled["amount"])
        filled |= {"guarantee_number": next_number(), "usable_amount": amount, "set_up_on": TODAY}
        filled["guarantee_status"] = "paid" if typed["guarantee_mode"] == "2" else "unpaid"
    document = GeneralGuarantee(**(filled | {"data_status": status} | values))
    begin(document, GENERAL_GUARANTEE, by=CUSTOMS, move="save", at=timezone.now())
    return document


def next_number() -> str:
    return f"D801002026{next(_serials):05}"


def approved(amount: str = "100000", *, at: dt.datetime | None = None, **values: Any) -> GeneralGuarantee:
    """Return a general guarantee by letter that customs has approved at `at`, its ledger opened."""
    guarantee = guarantee_in("processing", amount=Decimal(amount), **values)
    moment = at or timezone.now()
    facts = figures(amount) | {"guarantee_number": next_number(), "set_up_on": moment.date()}
    incoming = Incoming("GRT211", sent_at=moment, verdict=Verdict.APPROVED, data=facts)
    written = facts | {"letter_number": "BH2026000001", "letter_valid_until": guarantee.letter_valid_until}
    perform(guarantee, GENERAL_GUARANTEE.moves["approve"], by=CUSTOMS, at=moment, written=written, carrying=incoming)
    return fresh(guarantee)


def figures(usable: str, used: str = "0", refunded: str = "0", locked: str = "0") -> dict[str, Any]:
    """Return amounts as customs reports them."""
    parts = {"usable_amount": usable, "used_amount": used, "refunded_amount": refunded, "locked_amount": locked}
    amounts = {name: Decimal(text) for name, text in parts.items()}
    return amounts | {"amount": sum(amounts.values(), Decimal(0))}


def change_in(status: str, user: User, guarantee: GeneralGuarantee | None = None, **values: Any) -> GuaranteeChange:
    """Return a stored change of a guarantee in `status`: a higher amount, unless told otherwise."""
    base = guarantee or guarantee_in("approved")
    from django.http import QueryDict

    change: GuaranteeChange = GUARANTEE_CHANGE.start(user, QueryDict(f"of={base.guarantee_number}"))  # type: ignore[misc]
    written = {"amount": Decimal(150000), "input_code": UNIT, "input_name": UNITS[UNIT], **values}
    actor = actor_for(user, change)
    create(change, GUARANTEE_CHANGE, GUARANTEE_CHANGE.moves["save"], by=actor, written=written, form_key=None)
    if status != "draft":
        GuaranteeChange.objects.filter(pk=change.pk).update(data_status=status)
        open_status = "" if status == "approved" else status
        GeneralGuarantee.objects.filter(pk=base.pk).update(change_status=open_status)
    return GuaranteeChange.objects.get(pk=change.pk)


def fresh(guarantee: GeneralGuarantee) -> GeneralGuarantee:
    return GeneralGuarantee.objects.get(pk=guarantee.pk)


def blank(user: User) -> GeneralGuarantee:
    from django.http import QueryDict

    return start(user, QueryDict())
