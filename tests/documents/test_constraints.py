"""What the database itself refuses, whatever the code above it does (DOMAIN 2, 5.1; ARCHITECTURE)."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from deposits.kind import LEVY_ORDER
from deposits.models import LevyOrder
from documents.access import CUSTOMS
from documents.models import Attempt, Event, Filing, Payment, PaymentNotice, PreEntryCounter
from documents.perform import begin
from tests.documents.orders import DECLARED, EDITABLE, by_letter, fresh, new_order, order_in

pytestmark = pytest.mark.django_db

BY_CASH: dict[str, Any] = {}
UNDER_GENERAL: dict[str, Any] = {
    "guarantee_type": "1",
    "guarantee_mode": "",
    "general_guarantee_number": "D80100202600001",
    "payment_mode": "",
    "payer_code": "",
    "payer_name": "",
    "payer_bank": "",
    "payer_account": "",
}
# What a declared order must have, written out from DOMAIN 5.1, by how it is secured.
ALWAYS = ["guarantee_type", "contact_name", "contact_phone"]
REQUIRED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "single by cash": (
        BY_CASH,
        [*ALWAYS, "guarantee_mode", "payment_mode", "payer_name", "payer_bank", "payer_account"],
    ),
    "single by letter": (by_letter(), [*ALWAYS, "guarantee_mode", "letter_number", "letter_valid_until", "payer_name"]),
    "under a general guarantee": (UNDER_GENERAL, [*ALWAYS, "general_guarantee_number"]),
}
LACKING = [(how, name) for how, (_values, names) in REQUIRED.items() for name in names]
OPTIONAL = ["payer_code", "payer_credit_code", "remark"]


def refuses(order: LevyOrder, **values: Any) -> bool:
    """Whether the database refuses `values` for the row of `order`."""
    try:
        with transaction.atomic():
            LevyOrder.objects.filter(pk=order.pk).update(**values)
    except IntegrityError:
        return True
    return False


def nothing_in(name: str) -> Any:
    return None if name == "letter_valid_until" else ""


@pytest.mark.parametrize(("how", "name"), LACKING)
def test_a_declared_order_cannot_lose_a_field_it_must_have(how: str, name: str) -> None:
    for status in DECLARED:
        order = order_in(status, **REQUIRED[how][0])
        assert refuses(order, **{name: nothing_in(name)}), status
        assert getattr(fresh(order), name) == getattr(order, name)


@pytest.mark.parametrize(("how", "name"), LACKING)
def test_an_order_that_lacks_a_field_cannot_become_declared(how: str, name: str) -> None:
    order = order_in("draft", **(REQUIRED[how][0] | {name: nothing_in(name)}))
    for status in DECLARED:
        assert refuses(order, data_status=status), status


@pytest.mark.parametrize("how", REQUIRED)
def test_a_complete_order_may_be_in_every_status_and_lack_what_is_optional(how: str) -> None:
    values, _names = REQUIRED[how]
    for status in (*DECLARED, *EDITABLE):
        order = order_in(status, **values)
        assert not refuses(order, **dict.fromkeys(OPTIONAL, "")), status


@pytest.mark.parametrize("how", REQUIRED)
def test_an_order_that_is_being_edited_may_lack_anything(how: str) -> None:
    values, names = REQUIRED[how]
    for status in EDITABLE:
        order = order_in(status, **values)
        assert not refuses(order, **{name: nothing_in(name) for name in names}), status


@pytest.mark.parametrize("amount", ["0", "-0.00001", "-2000"])
def test_an_amount_must_be_above_zero(amount: str) -> None:
    for status in ("to_confirm", "draft", "approved"):
        assert refuses(order_in(status), amount=Decimal(amount)), status


def test_the_smallest_amount_is_accepted_and_kept_exactly() -> None:
    order = order_in("draft")
    for amount in ("0.00001", "39287493.23234", "9999999999999.99999"):
        assert not refuses(order, amount=Decimal(amount))
        assert fresh(order).amount == Decimal(amount)


@pytest.mark.parametrize("status", ["", "unknown", "DRAFT", "draft ", "暂存"])
def test_an_unknown_data_status_is_refused(status: str) -> None:
    assert refuses(order_in("draft"), data_status=status)
    assert refuses(order_in("approved"), data_status=status)


@pytest.mark.parametrize("status", ["unknown", "PAID", "已缴款"])
def test_an_unknown_guarantee_status_is_refused(status: str) -> None:
    assert refuses(order_in("approved"), guarantee_status=status)


def test_a_status_cannot_be_null() -> None:
    order = order_in("draft")
    assert refuses(order, data_status=None)
    assert refuses(order, guarantee_status=None)


def test_a_pre_entry_number_and_round_stand_once_among_levy_orders() -> None:
    first, second = order_in(), order_in()
    assert refuses(second, pre_entry_number=first.pre_entry_number)
    assert not refuses(second, pre_entry_number=first.pre_entry_number, round=1)


def test_a_levy_order_number_stands_once() -> None:
    first, second = order_in(), order_in()
    assert refuses(second, levy_number=first.levy_number)


def test_a_filing_number_stands_once_over_all_kinds() -> None:
    order = order_in()
    with pytest.raises(IntegrityError), transaction.atomic():
        Filing.objects.create(pre_entry_number=order.pre_entry_number, round=order.round, kind="another-kind")
    Filing.objects.create(pre_entry_number=order.pre_entry_number, round=1, kind="another-kind")


def test_beginning_a_document_under_a_number_that_another_kind_has_leaves_nothing_behind() -> None:
    year = timezone.localdate().year
    last = PreEntryCounter.objects.filter(year=year).values_list("last", flat=True).first() or 0
    taken = f"{year:04}{last + 1:014}"
    Filing.objects.create(pre_entry_number=taken, round=0, kind="another-kind")

    with pytest.raises(IntegrityError), transaction.atomic():
        begin(new_order(), LEVY_ORDER, by=CUSTOMS, move="issue", at=timezone.now())

    assert not LevyOrder.objects.exists()
    assert not Event.objects.filter(pre_entry_number=taken).exists()


def test_an_attempt_is_stored_once(world: Any) -> None:
    order = order_in("draft")
    inner = world.declare(order)
    again = Attempt.objects.get(internal_no=inner)
    again.pk, again.internal_no = None, "another"
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save(force_insert=True)


def test_a_notice_and_a_receipt_are_stored_once() -> None:
    order, on = order_in("approved"), dt.date(2026, 1, 6)
    of = {"pre_entry_number": order.pre_entry_number}
    notice = {"number": "010026000030", "amount": Decimal(1), "issued_on": on, "payer_name": "甲", "payee_name": "乙"}
    payment = {"notice_number": "010026000030", "receipt_number": "R1", "amount": Decimal(1), "received": True}
    PaymentNotice.objects.create(**of, **notice)
    Payment.objects.create(**of, **payment, reported_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentNotice.objects.create(**of, **notice)
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.create(**of, **payment, reported_at=timezone.now())
