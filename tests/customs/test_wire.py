from codecs import BOM_UTF8
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from customs import wire
from customs.wire import Unreadable, Verdict
from tests.customs.samples import AGENT, encoded, names, sample

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("answer_accepted", Verdict.ACCEPTED),
        ("answer_refused", Verdict.REFUSED),
        ("GRT200_sent", Verdict.SENT),
        ("GRT200_loaded", Verdict.LOADED),
        ("GRT200_load_failed", Verdict.LOAD_FAILED),
        ("GRT201_approved", Verdict.APPROVED),
        ("GRT201_returned", Verdict.RETURNED),
        ("GRT201_review", Verdict.REVIEW),
        ("GRT202_issued", None),
        ("GRT203_cancelled", None),
        ("GRT211_set_up_by_cash", Verdict.APPROVED),
        ("GRT211_set_up_by_letter", Verdict.APPROVED),
        ("GRT211_change", Verdict.APPROVED),
        ("GRT211_returned", Verdict.RETURNED),
        ("GRT212_amounts", None),
        ("GRT221_approved", Verdict.APPROVED),
        ("GRT221_returned", Verdict.RETURNED),
        ("GRT231_notice", None),
        ("GRT232_received", None),
    ],
)
def test_each_message_type_says_its_verdict(name, verdict):
    assert wire.read(sample(name)).verdict == verdict


def test_a_decision_is_read_whole():
    incoming = wire.read(sample("GRT201_returned"))
    assert incoming == wire.Incoming(
        message_type="GRT201",
        message_id="CUS000011019191072026090109000680000000006",
        sender="CUS0000",
        receiver=AGENT,
        sent_at=datetime(2026, 9, 1, 9, 0, 6, tzinfo=SHANGHAI),
        pre_entry_number="202600000000000071",
        internal_no="202600000000000071-0-1",
        business_number="ZS0100202600071",
        round=0,
        verdict=Verdict.RETURNED,
        decided_at=datetime(2026, 9, 1, 9, 5, 6, tzinfo=SHANGHAI),
        note="缴款账号有误",
    )


def test_a_technical_answer_has_no_envelope():
    incoming = wire.read(sample("answer_refused"))
    assert (incoming.message_id, incoming.sender, incoming.receiver, incoming.sent_at) == (None, "", "", None)
    assert (incoming.pre_entry_number, incoming.internal_no) == ("", "202600000000000071-0-1")
    assert incoming.note == "缴款单位名称为空"


def test_a_levy_order_is_read_with_typed_values():
    incoming = wire.read(sample("GRT202_issued"))
    assert incoming.business_number == "ZS0100202600071"
    assert incoming.data == {
        "levy_number": "ZS0100202600071",
        "serial_number": 3,
        "district": "0100",
        "guaranteed_code": "1111510001",
        "guaranteed_credit_code": "",
        "guaranteed_name": "北京天竺示范加工有限公司",
        "agent_code": "1101919107",
        "business_number": "C010026A0099",
        "business_end_date": date(2027, 7, 31),
        "business_link": "3",
        "initiation": "1",
        "guarantee_nature": "1",
        "amount": Decimal("1234567890123.00001"),
        "levied_on": date(2026, 9, 1),
        "pay_deadline": date(2026, 9, 16),
        "payee_name": "中华人民共和国北京海关",
        "payee_bank": "示范银行北京分行",
        "payee_account": "0200-000000000007",
        "remark": "示范",
    }


def test_a_cancellation_a_notice_and_a_payment_are_read_with_typed_values():
    assert wire.read(sample("GRT203_cancelled")).data == {
        "levy_number": "ZS0100202600071",
        "reason": "业务撤销",
        "cancelled_on": date(2026, 9, 2),
    }
    notice = wire.read(sample("GRT231_notice"))
    assert notice.business_number == notice.data["guarantee_number"] == "ZS0100202600071"
    assert (notice.data["amount"], notice.data["pay_deadline"]) == (Decimal("1234.50"), date(2026, 9, 18))
    payment = wire.read(sample("GRT232_received"))
    assert payment.data["received"] is True
    taken_back = wire.read(sample("GRT232_received").replace(b"<result>1", b"<result>0"))
    assert taken_back.data["received"] is False


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("encoding", ["utf-8", "gb2312", "GBK", "GB18030"])
def test_every_message_reads_the_same_in_every_encoding(name, encoding):
    raw = sample(name)
    assert wire.read(encoded(raw, encoding)) == wire.read(raw)


@pytest.mark.parametrize("name", names())
def test_a_byte_order_mark_a_namespace_or_no_declaration_change_nothing(name):
    raw = sample(name)
    root = b"Package" if b"<Package>" in raw else b"CommonResponeMessage"
    expected = wire.read(raw)
    assert wire.read(BOM_UTF8 + raw) == expected
    assert wire.read(raw.split(b"?>\n", 1)[1]) == expected
    assert wire.read(raw.replace(b"<%s>" % root, b'<%s xmlns="http://example.test/a">' % root)) == expected
    prefixed = raw.replace(b"</", b"</x:").replace(b"<", b"<x:").replace(b"<x:/x:", b"</x:").replace(b"<x:?", b"<?")
    assert wire.read(prefixed.replace(b"<x:%s>" % root, b'<x:%s xmlns:x="urn:a">' % root)) == expected


def test_characters_that_only_gbk_has_are_read_from_a_message_that_calls_itself_gb2312():
    raw = sample("GRT201_returned").decode().replace("缴款账号有误", "朱镕")
    misdeclared = raw.replace("UTF-8", "gb2312").encode("gbk")
    assert wire.read(misdeclared).note == "朱镕"


def test_the_place_of_a_schema_that_a_message_names_is_ignored():
    raw = sample("GRT201_approved")
    named = raw.replace(
        b"<Package>",
        b'<Package xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="file:///x.xsd">',
    )
    assert wire.read(named) == wire.read(raw)


def test_a_message_type_we_do_not_know_is_unreadable():
    with pytest.raises(Unreadable, match="GRT999"):
        wire.read(sample("GRT201_approved").replace(b"GRT201", b"GRT999"))


def test_a_result_of_another_message_type_is_unreadable():
    with pytest.raises(Unreadable, match="Y"):
        wire.read(sample("GRT201_approved").replace(b"<manageResult>1", b"<manageResult>Y"))


@pytest.mark.parametrize(
    ("name", "old", "new", "note"),
    [
        ("GRT202_issued", "", "", "示范"),
        ("GRT203_cancelled", "", "", "业务撤销"),
        ("GRT231_notice", "<rmk></rmk>", "<rmk>分期缴纳</rmk>", "分期缴纳"),
        ("GRT232_received", "<rmk></rmk>", "<rmk>金额不符</rmk>", "金额不符"),
        ("GRT232_received", "", "", ""),
    ],
)
def test_what_customs_remarks_is_the_note_of_what_it_issues(name, old, new, note):
    assert wire.read(sample(name).decode().replace(old, new).encode() if old else sample(name)).note == note
