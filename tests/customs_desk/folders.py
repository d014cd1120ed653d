"""An enterprise and its client, played by hand: declarations into OutBox, answers out of InBox."""

import base64
import hashlib
import io
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

from lxml import etree

from simulators.customs_desk import Desk
from simulators.customs_desk.records import SHANGHAI

UNIT, AGENT = "1111510001", "1101919107"
UNIT_NAME = "北京天竺示范加工有限公司"
SEQ = "202600000000000001"
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
