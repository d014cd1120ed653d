"""Reading what an enterprise declared: one zip, one XML-DSig document, one head."""

import base64
import hashlib
import hmac
import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from .kinds import KINDS, Kind
from .records import UNIT_CODE

LIMIT = 1_000_000
DSIG = "{http://www.w3.org/2000/09/xmldsig#}"


class Unreadable(ValueError):
    """The file is no declaration the desk knows; the text says why."""


@dataclass(frozen=True)
class Declaration:
    """A declaration as read. `fault` is the data centre's objection, empty when it has none."""

    message_type: str
    sender: str
    head: Mapping[str, str]
    fault: str

    @property
    def kind(self) -> Kind:
        return KINDS[self.message_type]

    @property
    def inner_no(self) -> str:
        return self.head["EtpsInnerNo"]


def read_zip(content: bytes) -> bytes:
    """Return the one .xml inside. Raises Unreadable when there is anything else, or too much of it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) != 1 or not entries[0].filename.endswith(".xml"):
                raise Unreadable("压缩包内应只有一个 XML 文件")
            with archive.open(entries[0]) as file:
                xml = file.read(LIMIT + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        raise Unreadable("压缩包无法解开") from None
    if len(xml) > LIMIT:
        raise Unreadable("报文过大")
    return xml


def read_declaration(xml: bytes, unit_code: str) -> Declaration:
    """Read a signed declaration found in the folder of `unit_code`. Raises Unreadable."""
    root = _parse(xml)
    envelope = _fields(_first(root, "EnvelopInfo"))
    message_type = envelope.get("message_type", "")
    if message_type not in KINDS:
        raise Unreadable(f"不支持的报文类型 {message_type}")
    kind = KINDS[message_type]
    head = _fields(_first(root, kind.head))
    if not head.get("EtpsInnerNo") or not head.get("SeqNo"):
        raise Unreadable("报文没有企业内部编号或预录入编号")
    sender = envelope.get("sender_id", "")
    return Declaration(message_type, sender, head, _fault(root, kind, head, sender, unit_code))


def digest_is_right(root: etree._Element) -> bool:
    """Whether DigestValue is the SHA-256 of Object in inclusive C14N; a signature that lacks either is wrong."""
    value = root.findtext(f"{DSIG}SignedInfo/{DSIG}Reference/{DSIG}DigestValue", "")
    signed = root.find(f"{DSIG}Object[@Id='String']")
    if signed is None:
        return False
    digest = hashlib.sha256(etree.tostring(signed, method="c14n", with_comments=False)).digest()
    return hmac.compare_digest(base64.b64encode(digest), "".join(value.split()).encode())


def _fault(root: etree._Element, kind: Kind, head: Mapping[str, str], sender: str, unit_code: str) -> str:
    if not digest_is_right(root):
        return "报文数字签名验证失败：摘要值与报文内容不一致"
    if sender != unit_code or not UNIT_CODE.fullmatch(sender):
        return "报文发送单位与客户端登记单位不一致"
    missing = kind.missing(head)
    return f"导入报文中{missing}为空，请修改后重新导入" if missing else ""


def _parse(xml: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError:
        raise Unreadable("报文不是格式正确的 XML") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("报文不得含 DOCTYPE")
    return root


def _first(root: etree._Element, name: str) -> etree._Element:
    found = next(root.iter(f"{{*}}{name}"), None)
    if found is None:
        raise Unreadable(f"报文没有 {name}")
    return found


def _fields(record: etree._Element) -> dict[str, str]:
    return {etree.QName(field).localname: (field.text or "").strip() for field in record.iterchildren("*")}
