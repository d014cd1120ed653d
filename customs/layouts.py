"""What stands where in each GRT message: the tables that `wire` builds and reads by.

Each message type is a table of rows (element on the wire, our name, converter), in their order on the wire.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any

from customs.converters import read_date, read_flag, read_time, write_amount, write_date

# Element on the wire, our name, and what turns the value of one into the value of the other.
WriteRow = tuple[str, str, Callable[[Any], str]]
ReadRow = tuple[str, str, Callable[[str], object]]


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
class Outgoing:
    """How an outgoing type is laid out: message and head element, and the rows of the head."""

    message: str
    head: str
    rows: tuple[WriteRow, ...]


@dataclass(frozen=True)
class Approval:
    """The block that an approval carries, and which of its names must say what the head of the decision says."""

    block: str
    head_names: Mapping[str, str]
    rows: tuple[ReadRow, ...]


@dataclass(frozen=True)
class Decision:
    """What each manageResult of a type means, and what an approval of this type must carry."""

    verdicts: Mapping[str, Verdict]
    approval: Approval | None = None


@dataclass(frozen=True)
class Issued:
    """What customs issues by itself: its block, its rows, and our names for its business number and its note, if any."""

    block: str
    number: str
    note: str
    rows: tuple[ReadRow, ...]


_PARTIES: tuple[WriteRow, ...] = (
    ("AssuredEtpsno", "guaranteed_code", str),
    ("AssuredEtpsSccd", "guaranteed_credit_code", str),
    ("AssuredEtpsNm", "guaranteed_name", str),
    ("PmnEtpsno", "payer_code", str),
    ("PmnEtpsSccd", "payer_credit_code", str),
    ("PmnEtpsNm", "payer_name", str),
    ("PmnEtpsOpaccBankNm", "payer_bank", str),
    ("PmnEtpsBankAcctnum", "payer_account", str),
)
_FILED: tuple[WriteRow, ...] = (
    ("InputCode", "input_code", str),
    ("InputSccd", "input_credit_code", str),
    ("InputName", "input_name", str),
    ("DclEtpsno", "declarant_code", str),
    ("DclEtpsSccd", "declarant_credit_code", str),
    ("DclEtpsNm", "declarant_name", str),
    ("DclTime", "declared_on", write_date),
    ("Rmk", "remark", str),
)
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
            *_PARTIES,
            ("LinkMan", "contact_name", str),
            ("LinkTel", "contact_phone", str),
            *_FILED,
        ),
    ),
    "GRT111": Outgoing(
        "GrtMessage",
        "GrtHead",
        (
            ("SeqNo", "pre_entry_number", str),
            ("EtpsInnerNo", "internal_no", str),
            ("GsarNo", "guarantee_number", str),
            ("ChgTmsCnt", "round", str),
            ("DclTypecd", "declaration_type", str),
            ("LtguaType", "guarantee_mode", str),
            *_PARTIES,
            ("MasterCuscd", "district", str),
            ("GrtAmt", "amount", write_amount),
            ("LtguaNo", "letter_number", str),
            ("ValidDateEnd", "letter_valid_until", write_date),
            ("PymtModecd", "payment_mode", str),
            *_FILED,
        ),
    ),
    "GRT121": Outgoing(
        "GrtRtnbkMessage",
        "GrtRtnbkHead",
        (
            ("SeqNo", "pre_entry_number", str),
            ("EtpsInnerNo", "internal_no", str),
            ("GrtTypecd", "guarantee_type", str),
            ("GrtNo", "parent_number", str),
            ("SerialNo", "serial_number", str),
            ("RtnbkTypecd", "refund_type", str),
            ("RtnbkAmt", "amount", write_amount),
            ("RtnbkRsn", "reason", str),
            ("TargetNo", "target_number", str),
            ("RcvUnitNm", "payee_name", str),
            ("RcvUnitOpaccBankNm", "payee_bank", str),
            ("RcvUnitBankAcctnum", "payee_account", str),
            *_FILED,
        ),
    ),
}

_PAYEE: tuple[ReadRow, ...] = (
    ("mkclUnitNm", "payee_name", str),
    ("mkclUnitOpaccBankNm", "payee_bank", str),
    ("mkclUnitBankAcctnum", "payee_account", str),
)
_BALANCES: tuple[ReadRow, ...] = (
    ("grtAmt", "amount", Decimal),
    ("usableAmt", "usable_amount", Decimal),
    ("usedAmt", "used_amount", Decimal),
    ("rtnAmt", "refunded_amount", Decimal),
    ("lockAmt", "locked_amount", Decimal),
)
_DECIDED = {"1": Verdict.APPROVED, "2": Verdict.REVIEW, "3": Verdict.RETURNED}
DECISIONS = {
    "GRT200": Decision({"S": Verdict.SENT, "Y": Verdict.LOADED, "Z": Verdict.LOAD_FAILED}),
    "GRT201": Decision(_DECIDED),
    "GRT211": Decision(
        _DECIDED,
        Approval(
            "GrtBsc",
            {"guarantee_number": "business_number", "round": "round"},
            (
                ("gsarNo", "guarantee_number", str),
                ("chgTmsCnt", "round", int),
                ("ltguaType", "guarantee_mode", str),
                ("ltguaNo", "letter_number", str),
                ("validDateEnd", "letter_valid_until", read_date),
                *_BALANCES,
                ("putrecDate", "set_up_on", read_date),
                ("payDeadline", "pay_deadline", read_date),
                *_PAYEE,
            ),
        ),
    ),
    "GRT221": Decision(
        _DECIDED,
        Approval(
            "GrtRtnbkBsc",
            {"parent_number": "business_number"},
            (
                ("grtNo", "parent_number", str),
                ("serialNo", "serial_number", int),
                ("rtnbkTypecd", "refund_type", str),
                ("rtnbkAmt", "amount", Decimal),
                ("itrstAmt", "interest", Decimal),
                ("noticeDate", "notice_on", read_date),
                ("rtnNoticeNo", "refund_notice_number", str),
            ),
        ),
    ),
}

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
            ("rmk", "remark", str),
        ),
    ),
    "GRT203": Issued(
        "GrtDpstCancel",
        "levy_number",
        "reason",
        (("dpstLevyBlNo", "levy_number", str), ("reason", "reason", str), ("cancelDate", "cancelled_on", read_date)),
    ),
    "GRT212": Issued(
        "GrtAmtBsc",
        "guarantee_number",
        "",
        (
            ("gsarNo", "guarantee_number", str),
            *_BALANCES,
            ("grtStucd", "guarantee_state", str),
            ("changeTime", "changed_at", partial(read_time, between=" ")),
            ("rltNo", "related_number", str),
        ),
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
            ("rmk", "remark", str),
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
