"""The customs desk, known only by what it reads from and writes into the exchange folders."""

import asyncio
import base64
import hashlib
import io
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from aiohttp.test_utils import TestClient, TestServer
from lxml import etree

from simulators.customs_desk import Desk, DeskError, messages
from simulators.customs_desk.page import application
from simulators.customs_desk.records import SHANGHAI, LevyOrder, Notice, amount_text

UNIT, AGENT = "1111510001", "1101919107"
UNIT_NAME = "北京天竺示范加工有限公司"
SEQ = "202600000000000001"
START = datetime(2026, 6, 30, 10, 15, 30, tzinfo=SHANGHAI)
ROOT = Path(__file__).resolve().parent.parent
CASH = {
    "GrtTypecd": "2",
    "LtguaType": "1",
    "PymtModecd": "1",
    "AssuredEtpsno": UNIT,
    "PmnEtpsNm": UNIT_NAME,
    "PmnEtpsOpaccBankNm": "中国银行北京示范支行",
    "PmnEtpsBankAcctnum": "3490000000000001",
    "LinkMan": "王小明",
    "LinkTel": "01060000000",
}
LETTER = {**CASH, "LtguaType": "2", "LtguaNo": "BH2026000009", "ValidDateEnd": "20271231"}

DSIG = "http://www.w3.org/2000/09/xmldsig#"


class Clock:
    """A clock that moves only when told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    with Desk(tmp_path, clock) as desk:
        yield desk


def box(var: Path, name: str, unit: str = AGENT) -> Path:
    return var / "exchange" / unit / "Grt" / name


def issue(desk: Desk, amount: str = "2000.00", **more: object) -> str:
    values = {"unit_code": UNIT, "unit_name": UNIT_NAME, "business_number": "C010026A0471", "agent_code": AGENT}
    return desk.issue_levy_order(**{**values, "amount": amount, **more})


def declaration(order: str, attempt: int, fields: dict[str, str], sender: str = AGENT) -> bytes:
    """A GRT101 as the portal signs it: the digest is that of Object in inclusive C14N."""
    inner = f"{SEQ}-0-{attempt}"
    head = {"SeqNo": SEQ, "EtpsInnerNo": inner, "DpstLevyBlNo": order, "ChgTmsCnt": "0", **fields}
    texts = "".join(f"<{name}>{value}</{name}>" for name, value in head.items())
    signed = (
        f'<Object Id="String"><Package xmlns=""><EnvelopInfo><message_type>GRT101</message_type>'
        f"<sender_id>{sender}</sender_id></EnvelopInfo><DataInfo><BussinessData><GrtDpstMessage>"
        f"<GrtDpstHead>{texts}</GrtDpstHead></GrtDpstMessage></BussinessData></DataInfo></Package></Object>"
    )
    canonical = signed.replace("<Object ", f'<Object xmlns="{DSIG}" ').encode()
    digest = base64.b64encode(hashlib.sha256(canonical).digest()).decode()
    reference = f'<Reference URI="#String"><DigestValue>{digest}</DigestValue></Reference>'
    return f'<Signature xmlns="{DSIG}"><SignedInfo>{reference}</SignedInfo>{signed}</Signature>'.encode()


def zipped(xml: bytes, name: str = "any.xml") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, xml)
    return content.getvalue()


def declare(
    desk: Desk, var: Path, order: str, attempt: int = 1, *, send: int = 1, fields: dict[str, str] = CASH
) -> str:
    """Put a declaration into the agent's OutBox and have the desk carry it; return its internal number."""
    inner = f"{SEQ}-0-{attempt}"
    put(var, f"GRT101_{inner}_t-{send}.zip", zipped(declaration(order, attempt, fields)))
    assert desk.collect() == [inner]
    return inner


def put(var: Path, name: str, content: bytes) -> None:
    folder = box(var, "OutBox")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def run(desk: Desk, clock: Clock, seconds: int) -> None:
    for _ in range(seconds):
        clock.forward(1)
        desk.tick()


def names(var: Path, unit: str = AGENT) -> list[str]:
    """The InBox in the order of writing."""
    folder = box(var, "InBox", unit)
    files = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime_ns) if folder.exists() else []
    return [file.name for file in files]


def told(var: Path, unit: str = AGENT) -> list[tuple[str, str, str]]:
    """(message type, result, reason) of everything in an InBox, in the order of writing."""
    return [summary((box(var, "InBox", unit) / name).read_bytes()) for name in names(var, unit)]


def summary(xml: bytes) -> tuple[str, str, str]:
    root = etree.fromstring(xml)
    if root.tag == "CommonResponeMessage":
        return "technical", root.findtext("DealFlag"), root.findtext("CheckInfo")
    return root.findtext(".//message_type"), root.findtext(".//manageResult", ""), root.findtext(".//rmk", "")


def field(xml: bytes, name: str) -> str:
    return etree.fromstring(xml).findtext(f".//{name}")


ACCEPTED = ("technical", "0", "保证金征收单申报服务调用成功")
SENT = ("GRT200", "S", "")
LOADED = ("GRT200", "Y", "报文入库成功")
APPROVED = ("GRT201", "1", "")


# Messages

ENVELOPE = """<Package><EnvelopInfo><version>1.0</version><message_id>{id}</message_id><file_name>{id}.xml</file_name>
<message_type>{type}</message_type><sender_id>CUS0000</sender_id><receiver_id>{to}</receiver_id>
<send_time>{sent}</send_time></EnvelopInfo><DataInfo><PocketInfo><pocket_id>{pocket}</pocket_id>
<total_pocket_qty>1</total_pocket_qty><cur_pocket_no>1</cur_pocket_no><is_unstructured></is_unstructured></PocketInfo>
<BussinessData><{type}>{body}</{type}></BussinessData></DataInfo></Package>"""
RESULT = """<HdeApprResult><etpsPreentNo>202600000000000001</etpsPreentNo>
<etpsInnerNo>202600000000000001-0-1</etpsInnerNo><businessId>{number}</businessId><tmsCnt>0</tmsCnt><typecd>1</typecd>
<manageResult>{result}</manageResult><manageDate>2026-06-30 16:30:00</manageDate><rmk>{note}</rmk></HdeApprResult>
<CheckInfo><note>{note}</note></CheckInfo>"""
ISSUED = """<GrtDpstBsc><dpstLevyBlNo>ZS0100202600001</dpstLevyBlNo><serialNo>1</serialNo>
<masterCuscd>0100</masterCuscd>
<assuredEtpsno>1111510001</assuredEtpsno><assuredEtpsSccd></assuredEtpsSccd>
<assuredEtpsNm>北京天竺示范加工有限公司</assuredEtpsNm><agentEtpsno>1101919107</agentEtpsno>
<rltBizNo>C010026A0471</rltBizNo><rltBizEndDate>20270630</rltBizEndDate><bizLinkcd>2</bizLinkcd>
<initTypecd>1</initTypecd><grtCharcd>2</grtCharcd><grtAmt>2000.00</grtAmt><levyDate>20260628</levyDate>
<payDeadline>20260713</payDeadline><mkclUnitNm>中华人民共和国北京海关</mkclUnitNm>
<mkclUnitOpaccBankNm>中国工商银行北京示范支行</mkclUnitOpaccBankNm>
<mkclUnitBankAcctnum>0200000000000000001</mkclUnitBankAcctnum><rmk></rmk></GrtDpstBsc>"""
CANCELLED = """<GrtDpstCancel><dpstLevyBlNo>ZS0100202600001</dpstLevyBlNo><reason>业务撤销</reason>
<cancelDate>20260630</cancelDate></GrtDpstCancel>"""
NOTICE = """<PayNotice><noticeNo>010026000030</noticeNo><grtNo>ZS0100202600001</grtNo><amt>2000.00</amt>
<issueDate>20260701</issueDate><payDeadline>20260713</payDeadline><pmnEtpsNm>北京天竺示范加工有限公司</pmnEtpsNm>
<pmnEtpsOpaccBankNm>中国银行北京示范支行</pmnEtpsOpaccBankNm>
<pmnEtpsBankAcctnum>3490000000000001</pmnEtpsBankAcctnum><mkclUnitNm>中华人民共和国北京海关</mkclUnitNm>
<mkclUnitOpaccBankNm>中国工商银行北京示范支行</mkclUnitOpaccBankNm>
<mkclUnitBankAcctnum>0200000000000000001</mkclUnitBankAcctnum><rmk></rmk></PayNotice>"""
PAYMENT = """<PayResult><noticeNo>010026000030</noticeNo><grtNo>ZS0100202600001</grtNo><paidAmt>2000.00</paidAmt>
<paidDate>20260710</paidDate><rcptNo>801026000031</rcptNo><result>1</result><rmk></rmk></PayResult>"""

AT = datetime(2026, 6, 30, 16, 30, tzinfo=SHANGHAI)
ORDER = LevyOrder(
    number="ZS0100202600001",
    serial=1,
    district="0100",
    unit_code=UNIT,
    unit_name=UNIT_NAME,
    amount="2000.00",
    business_number="C010026A0471",
    levy_date=date(2026, 6, 28),
    pay_deadline=date(2026, 7, 13),
    agent_code=AGENT,
    business_end_date=date(2027, 6, 30),
)
A_NOTICE = Notice("010026000030", ORDER.number, "2000.00", date(2026, 7, 1), ORDER.pay_deadline, AT)
A_PAYMENT = replace(A_NOTICE, paid_amount="2000.00", result="1", receipt_number="801026000031")


def canonical(xml: bytes) -> bytes:
    return etree.tostring(etree.fromstring(xml, etree.XMLParser(remove_blank_text=True)), method="c14n")


def expected(message_type: str, to: str, pocket: str, body: str) -> bytes:
    message_id = f"CUS0000{to}2026063016300070000000012"
    sent = "2026-06-30T16:30:00"
    pocket_id = f"{pocket}-0000000000000000000000000000000c"
    text = ENVELOPE.format(id=message_id, type=message_type, to=to, sent=sent, pocket=pocket_id, body=body)
    return canonical(re.sub(r">\n<", "><", text).encode())


@pytest.mark.parametrize(
    ("message_type", "result", "note", "number"),
    [
        ("GRT200", "S", "", ""),
        ("GRT200", "Y", "报文入库成功", ""),
        ("GRT200", "Z", "报文入库失败：被担保单位编码不存在", ""),
        ("GRT201", "1", "", "ZS0100202600001"),
        ("GRT201", "2", "转人工", "ZS0100202600001"),
        ("GRT201", "3", "缴款单位银行账号有误，请核对后重新申报", "ZS0100202600001"),
    ],
)
def test_an_answer_has_the_shape_of_the_sample(message_type: str, result: str, note: str, number: str) -> None:
    filing = messages.Filing(SEQ, f"{SEQ}-0-1", "0", number)
    built = messages.answer(messages.Stamp(AGENT, 12, AT), message_type, filing, result, note)
    body = RESULT.format(number=number, result=result, note=note)
    assert canonical(built) == expected(message_type, AGENT, number or SEQ, body)


def test_what_customs_issues_by_itself_has_the_shape_of_the_samples() -> None:
    stamp = messages.Stamp(UNIT, 12, AT)
    payer = (UNIT_NAME, "中国银行北京示范支行", "3490000000000001")
    built = {
        "GRT202": (messages.levy_order_issued(stamp, ORDER), ISSUED),
        "GRT203": (messages.levy_order_cancelled(stamp, ORDER.number, "业务撤销"), CANCELLED),
        "GRT231": (messages.payment_notice(stamp, A_NOTICE, ORDER, payer), NOTICE),
        "GRT232": (messages.payment_received(stamp, A_PAYMENT, date(2026, 7, 10)), PAYMENT),
    }
    for message_type, (message, body) in built.items():
        assert canonical(message) == expected(message_type, UNIT, ORDER.number, body)


def test_technical_answers_are_the_bytes_of_the_samples() -> None:
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<CommonResponeMessage>'
    accepted = messages.accepted(messages.Filing(SEQ, f"{SEQ}-0-1", "0"), "保证金征收单申报服务调用成功")
    assert accepted.decode() == (
        f"{head}<SeqNo>202600000000000001</SeqNo><EtpsPreentNo>202600000000000001-0-1</EtpsPreentNo>"
        "<CheckInfo>保证金征收单申报服务调用成功</CheckInfo><DealFlag>0</DealFlag></CommonResponeMessage>\n"
    )
    assert messages.refused(f"{SEQ}-0-1", "缴款单位名称为空").decode() == (
        f"{head}<EtpsPreentNo>202600000000000001-0-1</EtpsPreentNo><CheckInfo>缴款单位名称为空</CheckInfo>"
        "<DealFlag>-1</DealFlag></CommonResponeMessage>\n"
    )


def test_text_that_is_markup_or_not_allowed_in_xml_stays_text() -> None:
    message = messages.levy_order_cancelled(messages.Stamp(UNIT, 1, AT), ORDER.number, "<b>&\x00\x1f\ufffe撤销")
    assert field(message, "reason") == "<b>&撤销"


@pytest.mark.parametrize(
    ("given", "text"),
    [("2000", "2000.00"), ("1,293.234", "1293.234"), ("39287493.23234", "39287493.23234"), ("1E+3", "1000.00")],
)
def test_amounts_are_written_with_two_to_five_decimals(given: str, text: str) -> None:
    assert amount_text(given) == text


@pytest.mark.parametrize("given", ["", "0", "-1", "NaN", "Infinity", "0.000001", "一千", "1e15"])
def test_what_is_no_amount_is_refused(given: str) -> None:
    with pytest.raises(DeskError):
        amount_text(given)


# The conversation


def test_a_cash_order_is_accepted_sent_loaded_approved_noticed_and_paid(
    desk: Desk, tmp_path: Path, clock: Clock
) -> None:
    number = issue(desk)
    assert number == "ZS0100202600001"
    declare(desk, tmp_path, number)
    run(desk, clock, 11)
    assert told(tmp_path) == [ACCEPTED, SENT, LOADED, APPROVED]
    assert [kind for kind, _, _ in told(tmp_path, UNIT)] == ["GRT202", "GRT231"]
    run(desk, clock, 20)
    assert [kind for kind, _, _ in told(tmp_path, UNIT)] == ["GRT202", "GRT231", "GRT232"]
    notice, payment = ((box(tmp_path, "InBox", UNIT) / name).read_bytes() for name in names(tmp_path, UNIT)[1:])
    assert field(notice, "noticeNo") == field(payment, "noticeNo") == "010026000001"
    assert field(notice, "pmnEtpsBankAcctnum") == "3490000000000001"
    assert (field(payment, "paidAmt"), field(payment, "result")) == ("2000.00", "1")
    assert field(payment, "rcptNo") == "801026000001"
    run(desk, clock, 60)
    assert (len(names(tmp_path)), len(names(tmp_path, UNIT))) == (4, 3)


def test_each_file_carries_the_numbers_and_times_of_its_message(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    declare(desk, tmp_path, issue(desk))
    run(desk, clock, 4)
    technical, sent = names(tmp_path)
    assert re.fullmatch(rf"Successed_GRT101_{SEQ}-0-1_t-1_20260630101532\d{{3}}\.xml", technical)
    message_id = f"CUS0000{AGENT}2026063010153470000000002"
    assert sent == f"Receipt_{message_id}.xml"
    message = (box(tmp_path, "InBox") / sent).read_bytes()
    assert (field(message, "message_id"), field(message, "file_name")) == (message_id, f"{message_id}.xml")
    assert (field(message, "send_time"), field(message, "manageDate")) == ("2026-06-30T10:15:34", "2026-06-30 10:15:34")


@pytest.mark.parametrize("fields", [LETTER, {**CASH, "GrtTypecd": "1", "GsarNo": "D80100202600014"}])
def test_only_a_single_cash_guarantee_is_followed_by_a_notice(
    desk: Desk, tmp_path: Path, clock: Clock, fields: dict[str, str]
) -> None:
    declare(desk, tmp_path, issue(desk), fields=fields)
    run(desk, clock, 60)
    assert told(tmp_path)[-1] == APPROVED
    assert [kind for kind, _, _ in told(tmp_path, UNIT)] == ["GRT202"]


@pytest.mark.parametrize(
    ("amount", "answers"),
    [
        ("100.13", [ACCEPTED, SENT, LOADED, ("GRT201", "3", "缴款单位银行账号有误，请核对后重新申报")]),
        ("100.14", [ACCEPTED, SENT, ("GRT200", "Z", "报文入库失败：被担保单位编码不存在")]),
        ("100.16", [("technical", "-1", "导入报文中缴款单位名称为空，请修改后重新导入")]),
    ],
)
def test_a_rule_fails_the_first_attempt_and_the_second_is_approved(
    desk: Desk, tmp_path: Path, clock: Clock, amount: str, answers: list[tuple[str, str, str]]
) -> None:
    number = issue(desk, amount)
    declare(desk, tmp_path, number)
    run(desk, clock, 30)
    assert told(tmp_path) == answers
    declare(desk, tmp_path, number, attempt=2)
    run(desk, clock, 8)
    assert told(tmp_path)[len(answers) :] == [ACCEPTED, SENT, LOADED, APPROVED]


def test_a_manual_review_waits_for_an_officer(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    inner = declare(desk, tmp_path, issue(desk, "100.15"))
    run(desk, clock, 60)
    assert told(tmp_path)[-1] == ("GRT201", "2", "转人工")
    desk.answer(inner, "approve")
    assert told(tmp_path)[-1] == APPROVED
    run(desk, clock, 3)
    assert told(tmp_path, UNIT)[-1][0] == "GRT231"


def test_a_declaration_lies_in_the_sent_box_afterwards_and_unfinished_files_stay(desk: Desk, tmp_path: Path) -> None:
    put(tmp_path, "GRT101_x_t-1.zip.tmp", b"half")
    declare(desk, tmp_path, issue(desk))
    assert [file.name for file in box(tmp_path, "OutBox").iterdir()] == ["GRT101_x_t-1.zip.tmp"]
    assert [file.name for file in box(tmp_path, "SentBox").iterdir()] == [f"GRT101_{SEQ}-0-1_t-1.zip"]


def test_the_data_centre_refuses_cash_without_a_payer(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    declare(desk, tmp_path, issue(desk), fields={**CASH, "PmnEtpsNm": ""})
    run(desk, clock, 30)
    assert told(tmp_path) == [("technical", "-1", "导入报文中缴款单位名称为空，请修改后重新导入")]
    assert names(tmp_path)[0].startswith(f"Failed_GRT101_{SEQ}-0-1_t-1_")


def test_the_data_centre_refuses_a_digest_that_is_not_that_of_the_message(
    desk: Desk, tmp_path: Path, clock: Clock
) -> None:
    changed = declaration(issue(desk), 1, CASH).replace("王小明".encode(), "王大明".encode())
    put(tmp_path, "GRT101_1_t-1.zip", zipped(changed))
    desk.collect()
    run(desk, clock, 3)
    assert told(tmp_path) == [("technical", "-1", "报文数字签名验证失败：摘要值与报文内容不一致")]


def test_the_data_centre_refuses_what_is_not_signed(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    unsigned = declaration(issue(desk), 1, CASH).replace(b"Object", b"Thing")
    put(tmp_path, "GRT101_1_t-1.zip", zipped(unsigned))
    desk.collect()
    run(desk, clock, 3)
    assert [result for _, result, _ in told(tmp_path)] == ["-1"]


def test_the_data_centre_refuses_a_message_of_another_unit_than_the_folders(
    desk: Desk, tmp_path: Path, clock: Clock
) -> None:
    put(tmp_path, "GRT101_1_t-1.zip", zipped(declaration(issue(desk), 1, CASH, sender=UNIT)))
    desk.collect()
    run(desk, clock, 3)
    assert told(tmp_path) == [("technical", "-1", "报文发送单位与客户端登记单位不一致")]


def test_a_refused_attempt_sent_again_is_judged_again(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    number = issue(desk)
    inner = declare(desk, tmp_path, number)
    desk.answer(inner, "refuse", "系统忙")
    declare(desk, tmp_path, number, send=2)
    run(desk, clock, 8)
    assert told(tmp_path) == [("technical", "-1", "系统忙"), ACCEPTED, SENT, LOADED, APPROVED]


def test_no_decision_follows_when_the_order_is_cancelled_after_loading(
    desk: Desk, tmp_path: Path, clock: Clock
) -> None:
    number = issue(desk)
    declare(desk, tmp_path, number)
    run(desk, clock, 6)
    desk.cancel(number)
    run(desk, clock, 60)
    assert told(tmp_path) == [ACCEPTED, SENT, LOADED]


def test_the_same_attempt_sent_twice_is_refused_as_a_duplicate_and_goes_on(
    desk: Desk, tmp_path: Path, clock: Clock
) -> None:
    number = issue(desk)
    declare(desk, tmp_path, number)
    run(desk, clock, 3)
    declare(desk, tmp_path, number, send=2)
    run(desk, clock, 10)
    duplicate = f"导入报文中企业内部编号与系统已有记录【{SEQ}】的对应字段重复，请修改后重新导入"
    assert sorted(told(tmp_path)) == sorted([ACCEPTED, ("technical", "-1", duplicate), SENT, LOADED, APPROVED])


def test_an_order_unknown_or_cancelled_or_of_another_unit_cannot_be_loaded(
    desk: Desk, tmp_path: Path, clock: Clock
) -> None:
    cancelled = issue(desk)
    desk.cancel(cancelled)
    another = issue(desk)
    declare(desk, tmp_path, "ZS0100202699999", 1)
    declare(desk, tmp_path, cancelled, 2)
    declare(desk, tmp_path, another, 3, fields={**CASH, "AssuredEtpsno": "4403960002"})
    run(desk, clock, 20)
    reasons = {reason for kind, result, reason in told(tmp_path) if result == "Z"}
    faults = ("征收单编号不存在", "征收单已撤销", "被担保单位编码不存在")
    assert reasons == {f"报文入库失败：{fault}" for fault in faults}


def test_a_cancelled_order_is_announced_to_the_guaranteed_unit(desk: Desk, tmp_path: Path) -> None:
    path = desk.cancel(issue(desk), "手册撤销")
    assert path.parent == box(tmp_path, "InBox", UNIT)
    assert (field(path.read_bytes(), "reason"), field(path.read_bytes(), "cancelDate")) == ("手册撤销", "20260630")


def test_a_payment_can_be_partial_completed_and_taken_back(desk: Desk) -> None:
    notice = desk.send_notice(issue(desk))
    partial, full, back = (
        path.read_bytes()
        for path in (
            desk.send_payment(notice, "500"),
            desk.send_payment(notice, "2000"),
            desk.send_payment(notice, result="0", remark="银行退票"),
        )
    )
    assert [field(message, "paidAmt") for message in (partial, full, back)] == ["500.00", "2000.00", "2000.00"]
    assert [field(message, "result") for message in (partial, full, back)] == ["1", "1", "0"]
    assert field(back, "rcptNo") == field(full, "rcptNo") != field(partial, "rcptNo")
    assert field(back, "rmk") == "银行退票"


def test_messages_can_be_dated_in_the_past(desk: Desk) -> None:
    past = datetime(2025, 3, 4, 9, 0, tzinfo=SHANGHAI)
    number = issue(desk, levy_date=date(2025, 3, 3), at=past)
    assert number == "ZS0100202500001"
    message = next(box(desk.exchange.root.parent, "InBox", UNIT).iterdir()).read_bytes()
    assert field(message, "send_time") == "2025-03-04T09:00:00"
    assert (field(message, "levyDate"), field(message, "payDeadline")) == ("20250303", "20250318")


def test_an_order_that_cannot_be_is_not_issued(desk: Desk, tmp_path: Path) -> None:
    wrong = [
        {"unit_code": "../../etc"},
        {"unit_name": ""},
        {"business_number": ""},
        {"agent_code": "1"},
        {"district": "01"},
        {"amount": "x"},
    ]
    for change in wrong:
        with pytest.raises(DeskError):
            issue(desk, **{"amount": "1", **change})
    assert not (tmp_path / "exchange").exists()
    assert issue(desk) == "ZS0100202600001"


def test_serials_count_the_orders_of_one_business_number(desk: Desk) -> None:
    orders = [desk.store.order(issue(desk, business_number=number)) for number in ("C1", "C1", "E1")]
    assert [order.serial for order in orders] == [1, 2, 1]


# Modes


def test_in_manual_mode_nothing_is_answered_until_told(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    desk.configure(mode="manual")
    inner = declare(desk, tmp_path, issue(desk))
    run(desk, clock, 60)
    assert told(tmp_path) == []
    while desk.take_usual_step(inner):
        pass
    assert told(tmp_path) == [ACCEPTED, SENT, LOADED, APPROVED]
    assert [kind for kind, _, _ in told(tmp_path, UNIT)] == ["GRT202", "GRT231", "GRT232"]


def test_an_attempt_on_hold_is_left_alone_by_the_automatic_mode(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    inner = declare(desk, tmp_path, issue(desk))
    desk.hold(inner)
    run(desk, clock, 60)
    assert told(tmp_path) == []
    desk.hold(inner, False)
    run(desk, clock, 1)
    assert told(tmp_path) == [ACCEPTED]


def test_an_early_decision_stands_and_later_lower_answers_are_still_sent(desk: Desk, tmp_path: Path) -> None:
    inner = declare(desk, tmp_path, issue(desk))
    for answer in ("approve", "loaded", "accept", "return"):
        desk.answer(inner, answer)
    assert [result for _, result, _ in told(tmp_path)] == ["1", "Y", "0", "3"]
    assert desk.store.attempt(inner).state == "approved"


def test_a_restart_goes_on_where_the_desk_stopped(tmp_path: Path, clock: Clock) -> None:
    with Desk(tmp_path, clock) as desk:
        desk.configure(step_delay=5)
        number = issue(desk)
        declare(desk, tmp_path, number)
        run(desk, clock, 5)
        assert told(tmp_path) == [ACCEPTED]
    with Desk(tmp_path, clock) as desk:
        run(desk, clock, 4)
        assert told(tmp_path) == [ACCEPTED]
        run(desk, clock, 11)
        assert told(tmp_path) == [ACCEPTED, SENT, LOADED, APPROVED]
        assert issue(desk) == "ZS0100202600002"


def test_the_clock_of_the_desk_is_that_of_shanghai(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        number = issue(desk)
        assert desk.store.order(number).levy_date == datetime.now(SHANGHAI).date()


def test_settings_that_make_no_sense_are_refused(desk: Desk) -> None:
    for changes in ({"mode": "off"}, {"step_delay": -1}, {"delay": float("nan")}):
        with pytest.raises(DeskError):
            desk.configure(**changes)
    with pytest.raises(DeskError):
        desk.answer("unknown", "accept")
    with pytest.raises(DeskError):
        desk.send_payment("010026000001")
    with pytest.raises(DeskError):
        desk.send_payment(desk.send_notice(issue(desk)), result="2")


def test_a_file_remembered_before_a_crash_is_only_moved_afterwards(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    number = issue(desk)
    inner = declare(desk, tmp_path, number)
    name = f"GRT101_{inner}_t-1.zip"
    (box(tmp_path, "SentBox") / name).rename(box(tmp_path, "OutBox") / name)
    desk.collect()
    run(desk, clock, 3)
    assert told(tmp_path) == [ACCEPTED]
    assert not list(box(tmp_path, "OutBox").iterdir())


def test_an_answer_that_could_not_be_written_is_written_later(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    inner = declare(desk, tmp_path, issue(desk))
    box(tmp_path, "InBox").touch()
    with pytest.raises(FileExistsError):
        desk.answer(inner, "accept")
    box(tmp_path, "InBox").unlink()
    run(desk, clock, 1)
    assert told(tmp_path) == [ACCEPTED]


def test_a_folder_that_is_no_units_is_left_alone(desk: Desk, tmp_path: Path) -> None:
    folder = box(tmp_path, "OutBox", "someone")
    folder.mkdir(parents=True)
    (folder / "any.zip").write_bytes(b"")
    assert desk.collect() == []
    assert [file.name for file in folder.iterdir()] == ["any.zip"]


# Misbehaviour


def test_every_answer_can_come_twice_with_the_same_bytes(desk: Desk, tmp_path: Path) -> None:
    desk.configure(duplicate=True)
    desk.answer(declare(desk, tmp_path, issue(desk)), "sent")
    first, second = (box(tmp_path, "InBox") / name for name in names(tmp_path))
    assert first.name != second.name
    assert first.read_bytes() == second.read_bytes()


def test_neighbouring_answers_can_change_places(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    inner = declare(desk, tmp_path, issue(desk))
    desk.configure(mode="manual", reorder=True)
    for answer in ("accept", "sent", "loaded"):
        desk.answer(inner, answer)
    assert told(tmp_path) == [SENT]
    run(desk, clock, 1)
    assert told(tmp_path) == [SENT, ACCEPTED]
    desk.configure(reorder=False)
    run(desk, clock, 1)
    assert told(tmp_path) == [SENT, ACCEPTED, LOADED]


def test_answers_can_be_late(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    inner = declare(desk, tmp_path, issue(desk))
    desk.configure(mode="manual", delay=10)
    desk.answer(inner, "accept")
    run(desk, clock, 9)
    assert (told(tmp_path), desk.unsent()) == ([], 1)
    run(desk, clock, 1)
    assert (told(tmp_path), desk.unsent()) == ([ACCEPTED], 0)


def test_the_next_answer_can_be_cut_short_once(desk: Desk, tmp_path: Path) -> None:
    inner = declare(desk, tmp_path, issue(desk))
    desk.configure(corrupt_next=True)
    cut, whole = desk.answer(inner, "sent").read_bytes(), desk.answer(inner, "loaded").read_bytes()
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(cut)
    assert summary(whole) == LOADED


def test_a_silent_desk_says_nothing_and_goes_on_afterwards(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    number = issue(desk)
    desk.configure(silent=True)
    inner = declare(desk, tmp_path, number)
    run(desk, clock, 60)
    with pytest.raises(DeskError, match="静默"):
        desk.answer(inner, "approve")
    assert told(tmp_path) == []
    desk.configure(silent=False)
    run(desk, clock, 1)
    assert told(tmp_path) == [ACCEPTED]


def test_the_client_can_fail_to_send(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    desk.configure(failbox=True)
    put(tmp_path, "GRT101_1_t-1.zip", zipped(declaration(issue(desk), 1, CASH)))
    assert desk.collect() == []
    run(desk, clock, 30)
    assert told(tmp_path) == []
    assert [file.name for file in box(tmp_path, "FailBox").iterdir()] == ["GRT101_1_t-1.zip"]


@pytest.mark.parametrize(
    "content",
    [
        b"no zip",
        b"x" * 1_000_001,
        zipped(b"<a/>", "a.txt"),
        zipped(b"not xml"),
        zipped(b"<Signature/>"),
        zipped(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
        zipped(b"<P><EnvelopInfo><message_type>GRT999</message_type></EnvelopInfo></P>"),
        zipped(b" " * 1_000_001),
        zipped(declaration("ZS0100202600001", 1, CASH).replace(b"GrtDpstHead", b"Head")),
        zipped(declaration("ZS0100202600001", 1, CASH).replace(b"EtpsInnerNo", b"InnerNo")),
    ],
    ids=["no zip", "long", "no xml", "malformed", "empty", "doctype", "type", "long inside", "no head", "no number"],
)
def test_a_file_that_is_no_declaration_goes_to_the_fail_box(desk: Desk, tmp_path: Path, content: bytes) -> None:
    put(tmp_path, "bad.zip", content)
    assert desk.collect() == []
    assert [file.name for file in box(tmp_path, "FailBox").iterdir()] == ["bad.zip"]


# The page


def on_the_page(desk: Desk, visit) -> None:
    """Run `visit(client)` against the desk's page."""

    async def session() -> None:
        async with TestClient(TestServer(application(desk))) as client:
            await visit(client)

    asyncio.run(session())


def test_the_page_issues_an_order_and_leads_a_filing_to_its_payment(desk: Desk, tmp_path: Path) -> None:
    desk.configure(mode="manual")

    async def visit(client: TestClient) -> None:
        page = await (await client.get("/issue")).text()
        filled = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
        form = {**filled, "business_link": "2", "guarantee_nature": "2", "agent_code": AGENT}
        answer = await client.post("/issue", data=form, allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (303, "/orders/ZS0100202600001")
        inner = declare(desk, tmp_path, "ZS0100202600001")
        for label in ("受理", "已发送海关", "入库成功", "审批通过", "发缴款通知书"):
            assert f">{label}</button>" in await (await client.get("/")).text()
            await client.post(f"/filings/{inner}/step", data={"from": "overview"})
        payment = {"notice": "010026000001", "amount": "1500", "result": "1", "remark": ""}
        page = await (await client.post("/orders/ZS0100202600001/payment", data=payment)).text()
        assert "已到账 1500.00 元" in page
        assert f"Successed_GRT101_{inner}" in await (await client.get("/log")).text()

    on_the_page(desk, visit)
    assert told(tmp_path) == [ACCEPTED, SENT, LOADED, APPROVED]
    assert [kind for kind, _, _ in told(tmp_path, UNIT)] == ["GRT202", "GRT231", "GRT232"]


def test_the_page_returns_a_filing_with_a_reason_holds_it_and_cancels_the_order(desk: Desk, tmp_path: Path) -> None:
    number = issue(desk)
    inner = declare(desk, tmp_path, number)

    async def visit(client: TestClient) -> None:
        await client.post(f"/filings/{inner}/hold", data={"held": "1"})
        assert desk.store.attempt(inner).held
        page = await (
            await client.post(f"/filings/{inner}/answer", data={"answer": "return", "reason": "<i>账号</i>"})
        ).text()
        assert "&lt;i&gt;账号&lt;/i&gt;" in page
        assert "<i>" not in page
        await client.post(f"/orders/{number}/notice", data={"amount": "10", "pay_deadline": "2026-08-01", "remark": ""})
        assert "已撤销" in await (await client.post(f"/orders/{number}/cancel", data={"reason": ""})).text()

    on_the_page(desk, visit)
    assert told(tmp_path) == [("GRT201", "3", "<i>账号</i>")]
    assert [kind for kind, _, _ in told(tmp_path, UNIT)] == ["GRT202", "GRT231", "GRT203"]


def test_the_page_keeps_what_was_typed_when_an_order_cannot_be_issued(desk: Desk) -> None:
    async def visit(client: TestClient) -> None:
        form = {"unit_code": "12", "unit_name": "示范<单位>", "business_link": "2", "guarantee_nature": "2"}
        answer = await client.post("/issue", data=form)
        page = await answer.text()
        assert answer.status == 400
        assert "被担保单位编码应为 10 位海关编码" in page
        assert 'value="示范&lt;单位&gt;"' in page
        for change in ({"levy_date": "soon"}, {"business_link": "9"}):
            assert (await client.post("/issue", data={**form, **change})).status == 400

    on_the_page(desk, visit)


def test_the_page_changes_mode_delays_rules_and_switches(desk: Desk) -> None:
    async def visit(client: TestClient) -> None:
        await client.post("/mode", data={"mode": "manual"})
        form = [("step_delay", "1"), ("payment_delay", "5.5"), ("delay", "0"), ("silent", "on")]
        rules = [("ending", ".99"), ("answer", "return"), ("reason", "尾数"), ("ending", ""), ("answer", "refuse")]
        page = await (await client.post("/settings", data=[*form, *rules, ("reason", "")])).text()
        assert "静默：不作任何答复；" in page
        numbers = {"step_delay": "1", "payment_delay": "1", "delay": "0"}
        rule = {"ending": ".1", "answer": "approve", "reason": ""}
        for wrong in ({**numbers, "delay": "often"}, {**numbers, **rule}):
            assert (await client.post("/settings", data=wrong)).status == 400

    on_the_page(desk, visit)
    chosen = desk.settings
    assert (chosen.mode, chosen.step_delay, chosen.payment_delay, chosen.silent) == ("manual", 1, 5.5, True)
    assert [(rule.ending, rule.answer, rule.reason) for rule in chosen.rules] == [(".99", "return", "尾数")]


def test_the_page_answers_only_this_machines_own_pages(desk: Desk) -> None:
    async def visit(client: TestClient) -> None:
        foreign = {"Origin": "http://example.com"}
        assert (await client.post("/mode", data={"mode": "manual"}, headers=foreign)).status == 403
        assert (await client.get("/", headers={"Host": "example.com"})).status == 403
        page = await client.get("/")
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert "script" not in await page.text()

    on_the_page(desk, visit)
    assert desk.settings.mode == "auto"


def test_an_unknown_order_filing_or_answer_is_said_on_the_page(desk: Desk, tmp_path: Path) -> None:
    inner = declare(desk, tmp_path, issue(desk))

    async def visit(client: TestClient) -> None:
        assert "没有征收单" in await (await client.get("/orders/ZS1")).text()
        assert "没有申报" in await (await client.get("/filings/1")).text()
        assert (await client.post(f"/filings/{inner}/answer", data={"answer": "maybe"})).status == 400

    on_the_page(desk, visit)


# The program


@pytest.fixture
def program(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "PORTAL_VAR": str(tmp_path), "CUSTOMS_DESK_PORT": "0", "CUSTOMS_DESK": "manual"}
    process = subprocess.Popen(
        [sys.executable, "-m", "simulators.customs_desk"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until(condition: Callable[[], object]) -> None:
    """Wait for another process; the deadline only ends a run that has failed."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_program_says_where_it_listens_carries_files_and_stops_on_sigterm(
    program: subprocess.Popen[str], tmp_path: Path
) -> None:
    line = program.stdout.readline()
    address = re.fullmatch(r"desk (http://127\.0\.0\.1:\d+)/\n", line)[1]
    put(tmp_path, "GRT101_1_t-1.zip", zipped(declaration("ZS0100202600001", 1, CASH)))
    urlopen(f"{address}/", timeout=10).close()
    until(lambda: list(box(tmp_path, "SentBox").glob("*.zip")))
    step = Request(f"{address}/filings/{SEQ}-0-1/step", urlencode({"from": "overview"}).encode())
    with urlopen(step, timeout=10) as page:
        assert "已受理" in page.read().decode()
    assert told(tmp_path) == [ACCEPTED]
    with pytest.raises(HTTPError):
        urlopen(f"{address}/nowhere", timeout=10)
    program.send_signal(signal.SIGTERM)
    assert program.wait(timeout=10) == 0


def test_the_program_refuses_a_mode_it_does_not_know(tmp_path: Path) -> None:
    environment = {**os.environ, "PORTAL_VAR": str(tmp_path), "CUSTOMS_DESK": "sometimes"}
    command = [sys.executable, "-m", "simulators.customs_desk"]
    done = subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30)
    assert done.returncode != 0
    assert "auto or manual" in done.stderr
