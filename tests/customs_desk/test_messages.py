"""The messages of customs and of the data centre, byte for byte."""

import re
from dataclasses import replace
from datetime import date, datetime

import pytest
from lxml import etree

from simulators.customs_desk import DeskError, messages
from simulators.customs_desk.records import SHANGHAI, GeneralGuarantee, LevyOrder, Notice, amount_text
from tests.customs_desk.folders import AGENT, ROOT, SEQ, UNIT, UNIT_NAME, field

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


def sample(name: str) -> bytes:
    return canonical((ROOT / "tests" / "customs" / "messages" / f"{name}.xml").read_bytes())


def test_decisions_on_general_guarantees_and_refunds_have_the_shape_of_the_samples() -> None:
    by_letter = GeneralGuarantee(
        number="D80100202600074",
        district="0100",
        unit_code=UNIT,
        unit_name=UNIT_NAME,
        mode="2",
        amount="150000.00",
        set_up_on=date(2026, 6, 30),
        state="2",
        round="1",
        letter_number="BH2026000072",
        letter_valid_until="20281231",
        used="2000.00",
    )
    changed = messages.answer(
        messages.Stamp(UNIT, 11, datetime(2026, 7, 3, 15, tzinfo=SHANGHAI)),
        "GRT211",
        messages.Filing("202600000000000072", "202600000000000072-1-1", "1", by_letter.number, "2"),
        messages.APPROVED,
        approved=messages.approved_guarantee(by_letter, by_letter.usable),
    )
    assert canonical(changed) == sample("GRT211_change")
    refund = messages.Refund("ZS0100202600071", "1", "1", "800.00", "0.35", date(2026, 8, 1), "010026000099")
    refunded = messages.answer(
        messages.Stamp(UNIT, 14, datetime(2026, 8, 1, 10, tzinfo=SHANGHAI)),
        "GRT221",
        messages.Filing("202600000000000073", "202600000000000073-0-2", "0", refund.guarantee_number),
        messages.APPROVED,
        approved=messages.approved_refund(refund),
    )
    assert canonical(refunded) == sample("GRT221_approved")


def test_the_amounts_of_a_general_guarantee_have_the_shape_of_the_sample() -> None:
    moment = datetime(2026, 7, 2, 9, 30, tzinfo=SHANGHAI)
    drawn_on = GeneralGuarantee(
        "D80100202600074", "0100", UNIT, UNIT_NAME, "2", "100000.00", moment.date(), "2", used="2000.00"
    )
    built = messages.amounts_updated(messages.Stamp(UNIT, 13, moment), drawn_on, drawn_on.usable, "", "ZS0100202600075")
    # The sample was sent five seconds after the change.
    sent = sample("GRT212_amounts").replace(b"20260702093005", b"20260702093000").replace(b"T09:30:05", b"T09:30:00")
    assert canonical(built) == sent


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
