"""Messages in the shapes that customs sends, with numbers of our own, and what the tests do to them."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

from customs.wire import Envelope

FOLDER = Path(__file__).parent / "messages"
GUARANTEED = "1111510001"
AGENT = "1101919107"
PRE_ENTRY_NUMBER = "202600000000000071"
ATTEMPT = f"{PRE_ENTRY_NUMBER}-0-1"
ENVELOPE = Envelope(
    message_id="1101919107CUS00002026090108000000000000001",
    file_name=f"GRT101_{ATTEMPT}.xml",
    sender=AGENT,
    receiver="CUS0000",
    sent_at=datetime(2026, 9, 1, 0, 0, 0, tzinfo=UTC),
)
CONFIRMATION: dict[str, object] = {
    "pre_entry_number": PRE_ENTRY_NUMBER,
    "internal_no": ATTEMPT,
    "levy_number": "ZS0100202600071",
    "round": 0,
    "guarantee_type": "2",
    "guarantee_mode": "2",
    "letter_number": "BH2026000071",
    "letter_valid_until": date(2027, 12, 31),
    "guaranteed_code": GUARANTEED,
    "guaranteed_name": "北京天竺示范加工有限公司",
    "payer_name": "北京天竺示范加工有限公司",
    "contact_name": "王小明",
    "contact_phone": "01060000000",
    "input_code": AGENT,
    "input_name": "中国山货花卉进出口公司",
    "declarant_code": AGENT,
    "declarant_name": "中国山货花卉进出口公司",
    "declared_on": date(2026, 9, 1),
}


def sample(name: str) -> bytes:
    """The bytes of one message file."""
    return (FOLDER / f"{name}.xml").read_bytes()


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.xml"))


def with_id(raw: bytes, digits: str) -> bytes:
    """The same message under another message id."""
    return re.sub(rb"(<message_id>.*)[0-9]{4}</message_id>", rb"\g<1>%s</message_id>" % digits.encode(), raw)


def encoded(raw: bytes, encoding: str) -> bytes:
    """The same message in another encoding, declared so."""
    return raw.decode().replace('encoding="UTF-8"', f'encoding="{encoding}"').encode(encoding)
