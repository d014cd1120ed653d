"""The general guarantees of the demonstration: the eight rows of the manual, and some that live by messages.

The rows of the manual (DOMAIN 8) are of 2018 and came before any message that the customs desk knows: they are entered as they
stand there.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

UNIT = ("1111510001", "北京天竺示范加工有限公司")
FILER = ("1101919107", "111121211011152453", "中国山货花卉进出口公司")


@dataclass(frozen=True)
class Sample:
    """One row of the manual's list; `notice` is its payment notice, `changed` says that a change of it is drafted."""

    pre_entry_number: str
    mode: str
    amount: str
    number: str = ""
    set_up_on: date | None = None
    notice: str = ""
    paid: bool = False
    changed: bool = False
    days_left: int = 0


SAMPLES = (
    Sample("201800000000000173", "1", "1092323.234", "D80100201800011", date(2018, 6, 12), "010018000025", paid=True),
    Sample("201800000000000174", "2", "90239.23", "D80100201800012", date(2018, 6, 14), changed=True, days_left=400),
    Sample("201800000000000175", "1", "39287493.23234"),
    Sample("201800000000000176", "1", "1000"),
    Sample("201800000000000177", "1", "1293.234", "D80100201800013", date(2018, 6, 14), "010018000030"),
    Sample("201800000000000178", "2", "1293", "D80100201800014", date(2018, 6, 14), changed=True, days_left=28),
    Sample("201800000000000179", "1", "12"),
    Sample("201800000000000182", "1", "1"),
)


def make_samples(clerk: Any) -> None:
    """Enter the eight rows of the manual."""
    for sample in SAMPLES:
        guarantee = _enter(sample, clerk)
        if sample.changed:
            _draft_change(guarantee, clerk)


def take_over_samples(desk: Any) -> None:
    """Let customs know the approved ones too: they are drawn on and changed like any other."""
    from simulators.customs_desk.records import GeneralGuarantee

    for sample in SAMPLES:
        if sample.number and sample.set_up_on:
            values, paid = _values(sample), sample.paid or sample.mode == "2"
            until = values.get("letter_valid_until")
            desk.take_over(
                GeneralGuarantee(
                    number=sample.number,
                    district="0100",
                    unit_code=UNIT[0],
                    unit_name=UNIT[1],
                    mode=sample.mode,
                    amount=sample.amount,
                    set_up_on=sample.set_up_on,
                    state="2" if paid else "1",
                    letter_number=values.get("letter_number", ""),
                    letter_valid_until=f"{until:%Y%m%d}" if until else "",
                )
            )


def _enter(sample: Sample, clerk: Any) -> Any:
    from documents.access import CUSTOMS, actor_for
    from documents.perform import begin
    from general_guarantee.kind import GENERAL_GUARANTEE
    from general_guarantee.models import GeneralGuarantee

    guarantee = GeneralGuarantee(pre_entry_number=sample.pre_entry_number, **_values(sample))
    day = sample.set_up_on or date(2018, 6, 15)
    by, move = (CUSTOMS, "approve") if sample.number else (actor_for(clerk, guarantee), "save")
    begin(guarantee, GENERAL_GUARANTEE, by=by, move=move, at=_noon(day))
    if sample.number:
        _open_ledger(guarantee, _noon(day))
    if sample.notice:
        _give_notice(guarantee, sample, day)
    return guarantee


def _values(sample: Sample) -> dict[str, Any]:
    amount, by_letter = Decimal(sample.amount), sample.mode == "2"
    values: dict[str, Any] = {
        "guarantee_mode": sample.mode,
        "guaranteed_code": UNIT[0],
        "guaranteed_name": UNIT[1],
        "payer_name": UNIT[1],
        "district": "0100",
        "amount": amount,
        **dict(zip(("input_code", "input_credit_code", "input_name"), FILER, strict=True)),
    }
    if by_letter:
        until = timezone.localdate() + timedelta(days=sample.days_left)
        values |= {"letter_number": f"BH{sample.pre_entry_number[-6:]}", "letter_valid_until": until}
    else:
        values |= {"payment_mode": "1", "payer_bank": "中国银行北京示范支行", "payer_account": "3490000000000001"}
    return values | (_approved(sample, amount) if sample.number else {})


def _approved(sample: Sample, amount: Decimal) -> dict[str, Any]:
    return {
        "guarantee_number": sample.number,
        "usable_amount": amount,
        "set_up_on": sample.set_up_on,
        "declared_on": sample.set_up_on,
        "data_status": "approved",
        "guarantee_status": "paid" if sample.paid or sample.mode == "2" else "unpaid",
        **dict(zip(("declarant_code", "declarant_credit_code", "declarant_name"), FILER, strict=True)),
    }


def _open_ledger(guarantee: Any, at: datetime) -> None:
    from documents.moves import Occasion
    from general_guarantee.rules import book_set_up

    book_set_up(guarantee, Occasion(at))


def _give_notice(guarantee: Any, sample: Sample, day: date) -> None:
    from documents.models import Payment, PaymentNotice

    filing = {"pre_entry_number": guarantee.pre_entry_number, "round": 0}
    PaymentNotice.objects.create(
        **filing,
        number=sample.notice,
        amount=guarantee.amount,
        issued_on=day,
        pay_deadline=day + timedelta(days=15),
        payer_name=guarantee.payer_name,
        payer_bank=guarantee.payer_bank,
        payer_account=guarantee.payer_account,
        payee_name="中华人民共和国北京海关",
        payee_bank="中国工商银行北京示范支行",
        payee_account="0200000000000000001",
    )
    if sample.paid:
        Payment.objects.create(
            **filing,
            notice_number=sample.notice,
            receipt_number="0100201806120001",
            amount=guarantee.amount,
            paid_on=day,
            received=True,
            reported_at=_noon(day),
        )


def _draft_change(guarantee: Any, clerk: Any) -> None:
    from django.http import QueryDict

    from documents.access import actor_for
    from documents.perform import create
    from documents.signing import entry_fields
    from general_guarantee.kind import GUARANTEE_CHANGE

    assert GUARANTEE_CHANGE.start is not None
    change = GUARANTEE_CHANGE.start(clerk, QueryDict(f"of={guarantee.guarantee_number}&extend=1"))
    save, actor = GUARANTEE_CHANGE.moves["save"], actor_for(clerk, change)
    create(change, GUARANTEE_CHANGE, save, by=actor, written=entry_fields(clerk), form_key=None)


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, 12))


# ---- those that live by messages

BY_LETTER = {"guarantee_mode": "2", "letter_number": "BH2026000101"}
BY_CASH = {
    "guarantee_mode": "1",
    "payment_mode": "1",
    "payer_bank": "中国银行北京示范支行",
    "payer_account": "3490000000000001",
}


def draft(clerk: Any, amount: str, **secured: Any) -> Any:
    """Save a new general guarantee as the clerk would."""
    from django.http import QueryDict

    from documents.access import actor_for
    from documents.perform import create
    from documents.signing import entry_fields
    from general_guarantee.kind import GENERAL_GUARANTEE

    assert GENERAL_GUARANTEE.start is not None
    guarantee = GENERAL_GUARANTEE.start(clerk, QueryDict())
    written = {"amount": Decimal(amount), "district": "0100", "payer_name": UNIT[1], **secured, **entry_fields(clerk)}
    actor = actor_for(clerk, guarantee)
    create(guarantee, GENERAL_GUARANTEE, GENERAL_GUARANTEE.moves["save"], by=actor, written=written, form_key=None)
    return guarantee
