"""An enterprise and its client, played by hand: declarations into OutBox, answers out of InBox."""

import base64
import hashlib
import io
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from lxml import etree

from simulators.customs_desk import Desk
from simulators.customs_desk.records import SHANGHAI

UNIT, AGENT = "1111510001", "1101919107"
UNIT_NAME = "北京天竺示范加工有限公司"
SEQ, SEQ_2 = "202600000000000001", "202600000000000002"
START = datetime(2026, 6, 30, 10, 15, 30, tzinfo=SHANGHAI)
ROOT = Path(__file__).resolve().parents[2]
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
BY_CASH = {
    "DclTypecd": "1",
    "LtguaType": "1",
    "AssuredEtpsno": UNIT,
    "AssuredEtpsNm": UNIT_NAME,
    "PmnEtpsNm": UNIT_NAME,
    "PmnEtpsOpaccBankNm": "中国银行北京示范支行",
    "PmnEtpsBankAcctnum": "3490000000000001",
    "MasterCuscd": "0100",
    "GrtAmt": "100000.00",
    "PymtModecd": "1",
}
BY_LETTER = {**BY_CASH, "LtguaType": "2", "LtguaNo": "BH2026000001", "ValidDateEnd": "20271231", "PymtModecd": ""}
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


def box(var: Path, name: str, unit: str = AGENT) -> Path:
    return var / "exchange" / unit / "Grt" / name


def issue(desk: Desk, amount: str = "2000.00", **more: object) -> str:
    values = {"unit_code": UNIT, "unit_name": UNIT_NAME, "business_number": "C010026A0471", "agent_code": AGENT}
    return desk.issue_levy_order(**{**values, "amount": amount, **more})


def declaration(order: str, attempt: int, fields: dict[str, str], sender: str = AGENT) -> bytes:
    """A GRT101 as the portal signs it."""
    inner = f"{SEQ}-0-{attempt}"
    head = {"SeqNo": SEQ, "EtpsInnerNo": inner, "DpstLevyBlNo": order, "ChgTmsCnt": "0", **fields}
    return signed("GRT101", "GrtDpst", head, sender)


def signed(message_type: str, name: str, head: dict[str, str], sender: str = AGENT) -> bytes:
    """A declaration as the portal signs it: the digest is that of Object in inclusive C14N."""
    texts = "".join(f"<{name}>{value}</{name}>" for name, value in head.items())
    signed = (
        f'<Object Id="String"><Package xmlns=""><EnvelopInfo><message_type>{message_type}</message_type>'
        f"<sender_id>{sender}</sender_id></EnvelopInfo><DataInfo><BussinessData><{name}Message>"
        f"<{name}Head>{texts}</{name}Head></{name}Message></BussinessData></DataInfo></Package></Object>"
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


def declare_other(
    desk: Desk,
    var: Path,
    message_type: str,
    fields: dict[str, str],
    *,
    seq: str = SEQ_2,
    round_: int = 0,
    attempt: int = 1,
) -> str:
    """The same for a GRT111 or a GRT121."""
    inner = f"{seq}-{round_}-{attempt}"
    head = {"SeqNo": seq, "EtpsInnerNo": inner, "ChgTmsCnt": str(round_), **fields}
    name = {"GRT111": "Grt", "GRT121": "GrtRtnbk"}[message_type]
    put(var, f"{message_type}_{inner}_t-1.zip", zipped(signed(message_type, name, head)))
    assert desk.collect() == [inner]
    return inner


def set_up(desk: Desk, var: Path, fields: dict[str, str] = BY_LETTER, **filing: Any) -> str:
    """A general guarantee that was declared and approved; returns its number."""
    inner = declare_other(desk, var, "GRT111", fields, **filing)
    return field(desk.answer(inner, "approve").read_bytes(), "businessId")


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
