"""Messages of customs and of the data centre, as bytes. Pure: everything a message says comes in as an argument."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from lxml import etree

from .records import CUSTOMS, GeneralGuarantee, LevyOrder, Notice

HEADER = b'<?xml version="1.0" encoding="UTF-8"?>\n'
FIRST_SERIAL = 70_000_000_000
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
APPROVED, MANUAL_REVIEW, RETURNED = "1", "2", "3"
SENT, LOADED, LOAD_FAILED = "S", "Y", "Z"


@dataclass(frozen=True)
class Stamp:
    """Who a message is for and its moment (Asia/Shanghai); `serial` counts all messages of customs from 1."""

    receiver: str
    serial: int
    at: datetime

    @property
    def message_id(self) -> str:
        return f"{CUSTOMS}{self.receiver}{self.at:%Y%m%d%H%M%S}{FIRST_SERIAL + self.serial:011d}"


@dataclass(frozen=True)
class Filing:
    """What an answer names: the attempt, its round, and the business number while there is one."""

    pre_entry_number: str
    inner_no: str
    round: str
    business_number: str = ""
    kind: str = "1"


@dataclass(frozen=True)
class Refund:
    """What was approved of an application; a transfer has no notice of its own."""

    guarantee_number: str
    serial: str
    type: str
    amount: str
    interest: str
    notice_date: date
    notice_number: str


def accepted(filing: Filing, text: str) -> bytes:
    """The data centre's positive technical answer."""
    return _technical(SeqNo=filing.pre_entry_number, EtpsPreentNo=filing.inner_no, CheckInfo=text, DealFlag="0")


def refused(inner_no: str, reason: str) -> bytes:
    """The data centre's negative technical answer: no pre-entry number, the reason as CheckInfo."""
    return _technical(EtpsPreentNo=inner_no, CheckInfo=reason, DealFlag="-1")


def answer(
    stamp: Stamp,
    message_type: str,
    filing: Filing,
    result: str,
    remark: str = "",
    approved: etree._Element | None = None,
) -> bytes:
    """GRT200 (S, Y, Z) or a decision (1, 2, 3): its HdeApprResult, and the remark once more as CheckInfo/note.

    `approved` is the block of an approval, where the type has one.
    """
    body = _element(
        message_type,
        _record(
            "HdeApprResult",
            etpsPreentNo=filing.pre_entry_number,
            etpsInnerNo=filing.inner_no,
            businessId=filing.business_number,
            tmsCnt=filing.round,
            typecd=filing.kind,
            manageResult=result,
            manageDate=f"{stamp.at:%Y-%m-%d %H:%M:%S}",
            rmk=remark,
        ),
        _record("CheckInfo", note=remark),
    )
    if approved is not None:
        body.append(approved)
    return _package(stamp, filing.business_number or filing.pre_entry_number, body)


def approved_guarantee(guarantee: GeneralGuarantee, usable: str) -> etree._Element:
    """The block of GRT211."""
    return _record(
        "GrtBsc",
        gsarNo=guarantee.number,
        chgTmsCnt=guarantee.round,
        ltguaType=guarantee.mode,
        ltguaNo=guarantee.letter_number,
        validDateEnd=guarantee.letter_valid_until,
        **_balances(guarantee, usable),
        putrecDate=_day(guarantee.set_up_on),
        payDeadline=_day(guarantee.pay_deadline),
        mkclUnitNm=guarantee.payee.name,
        mkclUnitOpaccBankNm=guarantee.payee.bank,
        mkclUnitBankAcctnum=guarantee.payee.account,
    )


def approved_refund(refund: Refund) -> etree._Element:
    """The block of GRT221."""
    return _record(
        "GrtRtnbkBsc",
        grtNo=refund.guarantee_number,
        serialNo=refund.serial,
        rtnbkTypecd=refund.type,
        rtnbkAmt=refund.amount,
        itrstAmt=refund.interest,
        noticeDate=_day(refund.notice_date),
        rtnNoticeNo=refund.notice_number,
    )


def amounts_updated(stamp: Stamp, guarantee: GeneralGuarantee, usable: str, state: str, related_number: str) -> bytes:
    """GRT212: the figures at the moment of the stamp; `state` is a grtStucd or empty."""
    record = _record(
        "GrtAmtBsc",
        gsarNo=guarantee.number,
        **_balances(guarantee, usable),
        grtStucd=state,
        changeTime=f"{stamp.at:%Y-%m-%d %H:%M:%S}",
        rltNo=related_number,
    )
    return _package(stamp, guarantee.number, _element("GRT212", record))


def levy_order_issued(stamp: Stamp, order: LevyOrder) -> bytes:
    """GRT202."""
    record = _record(
        "GrtDpstBsc",
        dpstLevyBlNo=order.number,
        serialNo=str(order.serial),
        masterCuscd=order.district,
        assuredEtpsno=order.unit_code,
        assuredEtpsSccd=order.unit_credit_code,
        assuredEtpsNm=order.unit_name,
        agentEtpsno=order.agent_code,
        rltBizNo=order.business_number,
        rltBizEndDate=_day(order.business_end_date),
        bizLinkcd=order.business_link,
        initTypecd=order.started_by,
        grtCharcd=order.guarantee_nature,
        grtAmt=order.amount,
        levyDate=_day(order.levy_date),
        payDeadline=_day(order.pay_deadline),
        mkclUnitNm=order.payee.name,
        mkclUnitOpaccBankNm=order.payee.bank,
        mkclUnitBankAcctnum=order.payee.account,
        rmk=order.remark,
    )
    return _package(stamp, order.number, _element("GRT202", record))


def levy_order_cancelled(stamp: Stamp, number: str, reason: str) -> bytes:
    """GRT203."""
    record = _record("GrtDpstCancel", dpstLevyBlNo=number, reason=reason, cancelDate=_day(stamp.at.date()))
    return _package(stamp, number, _element("GRT203", record))


def payment_notice(
    stamp: Stamp, notice: Notice, order: LevyOrder | GeneralGuarantee, payer: tuple[str, str, str]
) -> bytes:
    """GRT231; `payer` is name, bank and account as declared."""
    record = _record(
        "PayNotice",
        noticeNo=notice.number,
        grtNo=notice.order_number,
        amt=notice.amount,
        issueDate=_day(notice.issue_date),
        payDeadline=_day(notice.pay_deadline),
        pmnEtpsNm=payer[0],
        pmnEtpsOpaccBankNm=payer[1],
        pmnEtpsBankAcctnum=payer[2],
        mkclUnitNm=order.payee.name,
        mkclUnitOpaccBankNm=order.payee.bank,
        mkclUnitBankAcctnum=order.payee.account,
        rmk=notice.remark,
    )
    return _package(stamp, notice.order_number, _element("GRT231", record))


def payment_received(stamp: Stamp, notice: Notice, paid_date: date) -> bytes:
    """GRT232: the notice's paid amount, receipt number, and result (1 arrived, 0 not or no longer)."""
    record = _record(
        "PayResult",
        noticeNo=notice.number,
        grtNo=notice.order_number,
        paidAmt=notice.paid_amount,
        paidDate=_day(paid_date),
        rcptNo=notice.receipt_number,
        result=notice.result,
        rmk=notice.remark,
    )
    return _package(stamp, notice.order_number, _element("GRT232", record))


def _package(stamp: Stamp, business_number: str, body: etree._Element) -> bytes:
    envelope = _record(
        "EnvelopInfo",
        version="1.0",
        message_id=stamp.message_id,
        file_name=f"{stamp.message_id}.xml",
        message_type=body.tag,
        sender_id=CUSTOMS,
        receiver_id=stamp.receiver,
        send_time=f"{stamp.at:%Y-%m-%dT%H:%M:%S}",
    )
    pocket = _record(
        "PocketInfo",
        pocket_id=f"{business_number}-{stamp.serial:032x}",
        total_pocket_qty="1",
        cur_pocket_no="1",
        is_unstructured="",
    )
    data = _element("DataInfo", pocket, _element("BussinessData", body))
    return _bytes(_element("Package", envelope, data), pretty=True)


def _balances(guarantee: GeneralGuarantee, usable: str) -> dict[str, str]:
    return {
        "grtAmt": guarantee.amount,
        "usableAmt": usable,
        "usedAmt": guarantee.used,
        "rtnAmt": guarantee.refunded,
        "lockAmt": guarantee.locked,
    }


def _technical(**fields: str) -> bytes:
    return _bytes(_record("CommonResponeMessage", **fields), pretty=False)


def _record(tag: str, **fields: str) -> etree._Element:
    record = etree.Element(tag)
    for name, text in fields.items():
        etree.SubElement(record, name).text = NOT_IN_XML.sub("", text)
    return record


def _element(tag: str, *children: etree._Element) -> etree._Element:
    element = etree.Element(tag)
    element.extend(children)
    return element


def _bytes(root: etree._Element, *, pretty: bool) -> bytes:
    body = etree.tostring(root, encoding="UTF-8", xml_declaration=False, pretty_print=pretty)
    return HEADER + body.rstrip(b"\n") + b"\n"


def _day(day: date | None) -> str:
    return f"{day:%Y%m%d}" if day else ""
