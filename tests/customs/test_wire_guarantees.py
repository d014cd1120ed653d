"""Decisions on general guarantees and refunds, and the amounts customs reports: what they say, and what is unreadable."""

import re
from datetime import date, datetime
from decimal import Decimal

import pytest

from customs import wire
from customs.converters import SHANGHAI
from customs.wire import Unreadable, Verdict
from tests.customs.samples import sample

# What the approvals of the samples carry, element for element.
BY_LETTER = {
    "guarantee_number": "D80100202600074",
    "round": 0,
    "guarantee_mode": "2",
    "letter_number": "BH2026000071",
    "letter_valid_until": date(2027, 12, 31),
    "amount": Decimal(100000),
    "usable_amount": Decimal(100000),
    "used_amount": Decimal(0),
    "refunded_amount": Decimal(0),
    "locked_amount": Decimal(0),
    "set_up_on": date(2026, 6, 30),
    "pay_deadline": None,
    "payee_name": "",
    "payee_bank": "",
    "payee_account": "",
}
BY_CASH = {
    **BY_LETTER,
    "guarantee_number": "D80100202600075",
    "guarantee_mode": "1",
    "letter_number": "",
    "letter_valid_until": None,
    "pay_deadline": date(2026, 7, 15),
    "payee_name": "中华人民共和国北京海关",
    "payee_bank": "中国工商银行北京示范支行",
    "payee_account": "0200000000000000001",
}
CHANGED = {
    **BY_LETTER,
    "round": 1,
    "letter_number": "BH2026000072",
    "letter_valid_until": date(2028, 12, 31),
    "amount": Decimal(150000),
    "usable_amount": Decimal(148000),
    "used_amount": Decimal(2000),
}


@pytest.mark.parametrize(
    ("name", "data"),
    [("GRT211_set_up_by_letter", BY_LETTER), ("GRT211_set_up_by_cash", BY_CASH), ("GRT211_change", CHANGED)],
)
def test_the_approval_of_a_general_guarantee_is_read_with_typed_values(name, data):
    incoming = wire.read(sample(name))
    assert (incoming.data, incoming.business_number) == (data, data["guarantee_number"])
    assert incoming.round == data["round"]


def test_the_approval_of_a_refund_is_read_with_typed_values():
    incoming = wire.read(sample("GRT221_approved"))
    assert (incoming.internal_no, incoming.business_number) == ("202600000000000073-0-2", "ZS0100202600071")
    assert incoming.data == {
        "parent_number": "ZS0100202600071",
        "serial_number": 1,
        "refund_type": "1",
        "amount": Decimal(800),
        "interest": Decimal("0.35"),
        "notice_on": date(2026, 8, 1),
        "refund_notice_number": "010026000099",
    }


def test_the_amounts_of_a_general_guarantee_are_read_with_typed_values():
    incoming = wire.read(sample("GRT212_amounts"))
    assert (incoming.business_number, incoming.note) == ("D80100202600074", "")
    assert incoming.data == {
        "guarantee_number": "D80100202600074",
        "amount": Decimal(100000),
        "usable_amount": Decimal(98000),
        "used_amount": Decimal(2000),
        "refunded_amount": Decimal(0),
        "locked_amount": Decimal(0),
        "guarantee_state": "",
        "changed_at": datetime(2026, 7, 2, 9, 30, tzinfo=SHANGHAI),
        "related_number": "ZS0100202600075",
    }


@pytest.mark.parametrize(
    ("name", "note"),
    [("GRT211_returned", "保函受益人不是主管海关"), ("GRT221_returned", "请补充手册核销结案通知后重新申请")],
)
def test_a_return_carries_its_reason_and_no_amounts(name, note):
    incoming = wire.read(sample(name))
    assert (incoming.note, incoming.data) == (note, {})


@pytest.mark.parametrize("name", ["GRT211_set_up_by_cash", "GRT211_change", "GRT221_approved"])
def test_an_approval_that_does_not_say_what_was_approved_is_unreadable(name):
    raw = re.sub(rb"<(GrtBsc|GrtRtnbkBsc)>.*</\1>", b"", sample(name), flags=re.DOTALL)
    with pytest.raises(Unreadable, match="it has no Grt"):
        wire.read(raw)
    review = raw.replace(b"<manageResult>1", b"<manageResult>2")
    assert (wire.read(review).verdict, wire.read(review).data) == (Verdict.REVIEW, {})


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("GRT211_change", "<gsarNo>D80100202600074", "<gsarNo>D80100202600099"),
        ("GRT211_change", "<chgTmsCnt>1", "<chgTmsCnt>2"),
        ("GRT221_approved", "<grtNo>ZS0100202600071", "<grtNo>ZS0100202600099"),
    ],
)
def test_an_approval_that_contradicts_itself_is_unreadable(name, old, new):
    with pytest.raises(Unreadable, match="where HdeApprResult says"):
        wire.read(sample(name).decode().replace(old, new).encode())


def test_a_business_number_may_stand_in_the_block_alone():
    raw = sample("GRT211_change").replace(b"<businessId>D80100202600074", b"<businessId>")
    assert (wire.read(raw).business_number, wire.read(raw).data) == ("", CHANGED)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("GRT211_change", "<gsarNo>D8", "<gsarNo>ZS"),
        ("GRT211_change", "<ltguaType>2", "<ltguaType>3"),
        ("GRT211_change", "<grtAmt>150000.00", "<grtAmt>0.00"),
        ("GRT211_change", "<usedAmt>2000.00", "<usedAmt>-2000.00"),
        ("GRT211_change", "<rtnAmt>0", "<rtnAmt>"),
        ("GRT211_change", "<putrecDate>20260630", "<putrecDate>"),
        ("GRT212_amounts", "<gsarNo>D8", "<gsarNo>ZS"),
        ("GRT212_amounts", "<grtStucd>", "<grtStucd>8"),
        ("GRT212_amounts", "<changeTime>2026-07-02 ", "<changeTime>2026-07-02T"),
        ("GRT212_amounts", "<lockAmt>0", "<lockAmt>0.000001"),
        ("GRT221_approved", "<itrstAmt>0.35", "<itrstAmt>"),
        ("GRT221_approved", "<rtnbkTypecd>1", "<rtnbkTypecd>3"),
        ("GRT221_approved", "<rtnbkAmt>800.00", "<rtnbkAmt>0"),
        ("GRT221_approved", "<rtnNoticeNo>0100", "<rtnNoticeNo>0"),
    ],
)
def test_what_does_not_fit_the_layout_is_unreadable(name, old, new):
    element = new[1:].split(">")[0]
    assert old in sample(name).decode()
    with pytest.raises(Unreadable, match=element):
        wire.read(sample(name).decode().replace(old, new).encode())
