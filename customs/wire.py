"""The one adapter that owns wire names.

No official layout of guarantee messages is public. The GRT messages are **our own layout** in the envelope, receipts
and spelling (misspellings included) of the bonded-trade family of the Single Window. A real layout replaces this
module, `xsd/` and nothing else.

Each message type is a table of rows (element on the wire, our name, converter), in their order on the wire.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from customs import safe_xml, schemas
from customs.converters import read_date, read_flag, read_time, write_date, write_time
from customs.safe_xml import Unreadable

__all__ = ["Envelope", "Incoming", "Unreadable", "Verdict", "WireError", "build", "read"]

GUARANTEE_SYSTEM = "B2"
DECLARE = "1"
TECHNICAL_ANSWER = "CommonResponeMessage"

# Element on the wire, our name, and what turns the value of one into the value of the other.
WriteRow = tuple[str, str, Callable[[Any], str]]
ReadRow = tuple[str, str, Callable[[str], object]]


class WireError(Exception):
    """An outgoing message cannot be written, or does not follow its XSD. Its text says which element."""


class Verdict(StrEnum):
    """What an answer says about a filing (MESSAGES, Receipts)."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    SENT = "sent"
    LOADED = "loaded"
    LOAD_FAILED = "load-failed"
    APPROVED = "approved"
    RETURNED = "returned"
    REVIEW = "review"


@dataclass(frozen=True)
class Envelope:
    """The envelope of an outgoing message. `sent_at` is aware; it is written in Asia/Shanghai."""

    message_id: str
    file_name: str
    sender: str
    receiver: str
    sent_at: datetime


@dataclass(frozen=True)
class Incoming:
    """A message from customs by our names. Technical answers have no envelope: no id, sender, receiver and time."""

    message_type: str
    message_id: str | None = None
    sender: str = ""
    receiver: str = ""
    sent_at: datetime | None = None
    pre_entry_number: str = ""
    internal_no: str = ""
    business_number: str = ""
    round: int | None = None
    verdict: Verdict | None = None
    decided_at: datetime | None = None
    note: str = ""
    data: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Outgoing:
    """How an outgoing type is laid out: message and head element, and the rows of the head."""

    message: str
    head: str
    rows: tuple[WriteRow, ...]


@dataclass(frozen=True)
class Issued:
    """What customs issues by itself: its block, its rows, and which of our names are its business number and its note."""

    block: str
    number: str
    note: str
    rows: tuple[ReadRow, ...]


OUTGOING = {
    "GRT101": Outgoing(
        "GrtDpstMessage",
        "GrtDpstHead",
        (
            ("SeqNo", "pre_entry_number", str),
            ("EtpsInnerNo", "internal_no", str),
            ("DpstLevyBlNo", "levy_number", str),
            ("ChgTmsCnt", "round", str),
            ("GrtTypecd", "guarantee_type", str),
            ("GsarNo", "general_guarantee_number", str),
            ("LtguaType", "guarantee_mode", str),
            ("LtguaNo", "letter_number", str),
            ("ValidDateEnd", "letter_valid_until", write_date),
            ("PymtModecd", "payment_mode", str),
            ("AssuredEtpsno", "guaranteed_code", str),
            ("AssuredEtpsSccd", "guaranteed_credit_code", str),
            ("AssuredEtpsNm", "guaranteed_name", str),
            ("PmnEtpsno", "payer_code", str),
            ("PmnEtpsSccd", "payer_credit_code", str),
            ("PmnEtpsNm", "payer_name", str),
            ("PmnEtpsOpaccBankNm", "payer_bank", str),
            ("PmnEtpsBankAcctnum", "payer_account", str),
            ("LinkMan", "contact_name", str),
            ("LinkTel", "contact_phone", str),
            ("InputCode", "input_code", str),
            ("InputSccd", "input_credit_code", str),
            ("InputName", "input_name", str),
            ("DclEtpsno", "declarant_code", str),
            ("DclEtpsSccd", "declarant_credit_code", str),
            ("DclEtpsNm", "declarant_name", str),
            ("DclTime", "declared_on", write_date),
            ("Rmk", "remark", str),
        ),
    ),
}

DECISIONS = {
    "GRT200": {"S": Verdict.SENT, "Y": Verdict.LOADED, "Z": Verdict.LOAD_FAILED},
    "GRT201": {"1": Verdict.APPROVED, "2": Verdict.REVIEW, "3": Verdict.RETURNED},
}

_PAYEE: tuple[ReadRow, ...] = (
    ("mkclUnitNm", "payee_name", str),
    ("mkclUnitOpaccBankNm", "payee_bank", str),
    ("mkclUnitBankAcctnum", "payee_account", str),
    ("rmk", "remark", str),
)
ISSUED = {
    "GRT202": Issued(
        "GrtDpstBsc",
        "levy_number",
        "remark",
        (
            ("dpstLevyBlNo", "levy_number", str),
            ("serialNo", "serial_number", int),
            ("masterCuscd", "district", str),
            ("assuredEtpsno", "guaranteed_code", str),
            ("assuredEtpsSccd", "guaranteed_credit_code", str),
            ("assuredEtpsNm", "guaranteed_name", str),
            ("agentEtpsno", "agent_code", str),
            ("rltBizNo", "business_number", str),
            ("rltBizEndDate", "business_end_date", read_date),
            ("bizLinkcd", "business_link", str),
            ("initTypecd", "initiation", str),
            ("grtCharcd", "guarantee_nature", str),
            ("grtAmt", "amount", Decimal),
            ("levyDate", "levied_on", read_date),
            ("payDeadline", "pay_deadline", read_date),
            *_PAYEE,
        ),
    ),
    "GRT203": Issued(
        "GrtDpstCancel",
        "levy_number",
        "reason",
        (("dpstLevyBlNo", "levy_number", str), ("reason", "reason", str), ("cancelDate", "cancelled_on", read_date)),
    ),
    "GRT231": Issued(
        "PayNotice",
        "guarantee_number",
        "remark",
        (
            ("noticeNo", "notice_number", str),
            ("grtNo", "guarantee_number", str),
            ("amt", "amount", Decimal),
            ("issueDate", "issued_on", read_date),
            ("payDeadline", "pay_deadline", read_date),
            ("pmnEtpsNm", "payer_name", str),
            ("pmnEtpsOpaccBankNm", "payer_bank", str),
            ("pmnEtpsBankAcctnum", "payer_account", str),
            *_PAYEE,
        ),
    ),
    "GRT232": Issued(
        "PayResult",
        "guarantee_number",
        "remark",
        (
            ("noticeNo", "notice_number", str),
            ("grtNo", "guarantee_number", str),
            ("paidAmt", "paid_amount", Decimal),
            ("paidDate", "paid_on", read_date),
            ("rcptNo", "receipt_number", str),
            ("result", "received", read_flag),
            ("rmk", "remark", str),
        ),
    ),
}


def build(message_type: str, values: Mapping[str, object], envelope: Envelope) -> bytes:
    """Return the `<Package xmlns="">` element of an outgoing message, UTF-8, valid by its XSD.

    `values` go by our names; one that is absent or None is written as an empty element. Raises WireError.
    """
    layout = OUTGOING[message_type]
    unknown = values.keys() - {name for _element, name, _write in layout.rows}
    if unknown:
        raise WireError(f"{message_type} has no field {', '.join(sorted(unknown))}")
    try:
        package = _package(message_type, layout, values, envelope)
        schemas.validate(package, message_type)
    except (schemas.NotValid, ValueError) as error:
        raise WireError(str(error)) from error
    # The package stands inside an element of the XML-DSig namespace and must not inherit it.
    return etree.tostring(package, encoding="utf-8").replace(b"<Package>", b'<Package xmlns="">', 1)


def read(raw: bytes) -> Incoming:
    """Return what a message from customs says. Raises Unreadable with the reason."""
    root = safe_xml.by_local_name(safe_xml.parse(raw))
    try:
        return _technical_answer(root) if root.tag == TECHNICAL_ANSWER else _business_receipt(root)
    except (schemas.NotValid, ValueError) as error:
        raise Unreadable(str(error)) from error


def _package(message_type: str, layout: Outgoing, values: Mapping[str, object], envelope: Envelope) -> etree._Element:
    package = etree.Element("Package")
    _envelope(etree.SubElement(package, "EnvelopInfo"), message_type, envelope)
    data = etree.SubElement(etree.SubElement(package, "DataInfo"), "BussinessData")
    message = etree.SubElement(data, layout.message)
    head = etree.SubElement(message, layout.head)
    for element, name, write in layout.rows:
        value = values.get(name)
        _add(head, element, "" if value is None else write(value))
    _add(message, "SysId", GUARANTEE_SYSTEM)
    _add(message, "OperCusRegCode", str(values.get("declarant_code", "")))
    _add(data, "DelcareFlag", DECLARE)
    return package


def _envelope(parent: etree._Element, message_type: str, envelope: Envelope) -> None:
    _add(parent, "version", "1.0")
    _add(parent, "message_id", envelope.message_id)
    _add(parent, "file_name", envelope.file_name)
    _add(parent, "message_type", message_type)
    _add(parent, "sender_id", envelope.sender)
    _add(parent, "receiver_id", envelope.receiver)
    _add(parent, "send_time", write_time(envelope.sent_at))


def _add(parent: etree._Element, element: str, text: str) -> None:
    if safe_xml.FORBIDDEN_CHARACTERS.search(text):
        raise ValueError(f"Element '{element}': a control character cannot be sent")
    etree.SubElement(parent, element).text = text or None


def _technical_answer(root: etree._Element) -> Incoming:
    schemas.validate(root, TECHNICAL_ANSWER)
    return Incoming(
        message_type=TECHNICAL_ANSWER,
        pre_entry_number=_text(root, "SeqNo"),
        internal_no=_text(root, "EtpsPreentNo"),
        verdict=Verdict.ACCEPTED if int(_text(root, "DealFlag")) == 0 else Verdict.REFUSED,
        note=_text(root, "CheckInfo"),
    )


def _business_receipt(root: etree._Element) -> Incoming:
    message_type = _text(root, "EnvelopInfo/message_type")
    if root.tag != "Package" or message_type not in DECISIONS | ISSUED:
        raise Unreadable(_("The message type %(type)s is not known.") % {"type": message_type or root.tag})
    schemas.validate(root, message_type)
    head = Incoming(
        message_type=message_type,
        message_id=_text(root, "EnvelopInfo/message_id"),
        sender=_text(root, "EnvelopInfo/sender_id"),
        receiver=_text(root, "EnvelopInfo/receiver_id"),
        sent_at=read_time(_text(root, "EnvelopInfo/send_time"), "T"),
    )
    block = root.find(f"DataInfo/BussinessData/{message_type}")
    assert block is not None, "the XSD demands it"
    if message_type in DECISIONS:
        return _decision(head, block, DECISIONS[message_type])
    return _issued(head, block, ISSUED[message_type])


def _decision(head: Incoming, block: etree._Element, verdicts: Mapping[str, Verdict]) -> Incoming:
    result = _text(block, "HdeApprResult/manageResult")
    if result not in verdicts:
        raise Unreadable(_("The result %(result)s is not known in this message type.") % {"result": result})
    return replace(
        head,
        pre_entry_number=_text(block, "HdeApprResult/etpsPreentNo"),
        internal_no=_text(block, "HdeApprResult/etpsInnerNo"),
        business_number=_text(block, "HdeApprResult/businessId"),
        round=int(_text(block, "HdeApprResult/tmsCnt")),
        verdict=verdicts[result],
        decided_at=read_time(_text(block, "HdeApprResult/manageDate"), " "),
        note=_text(block, "HdeApprResult/rmk") or _text(block, "CheckInfo/note"),
    )


def _issued(head: Incoming, block: etree._Element, layout: Issued) -> Incoming:
    data = {name: read(_text(block, f"{layout.block}/{element}")) for element, name, read in layout.rows}
    number, note = str(data[layout.number]), str(data[layout.note])
    return replace(head, business_number=number, note=note, data=MappingProxyType(data))


def _text(parent: etree._Element, path: str) -> str:
    return (parent.findtext(path) or "").strip()
