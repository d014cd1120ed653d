"""The one adapter that owns wire names.

No official layout of guarantee messages is public. The GRT messages are **our own layout** in the envelope, receipts
and spelling (misspellings included) of the bonded-trade family of the Single Window. A real layout replaces this
module, `layouts` with its tables, `xsd/` and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from django.utils.translation import gettext as _
from lxml import etree

from customs import safe_xml, schemas
from customs.converters import read_time, write_time
from customs.layouts import DECISIONS, ISSUED, OUTGOING, Approval, Decision, Issued, Outgoing, ReadRow, Verdict
from customs.safe_xml import Unreadable

__all__ = ["Envelope", "Incoming", "Unreadable", "Verdict", "WireError", "build", "read"]

GUARANTEE_SYSTEM = "B2"
DECLARE = "1"
TECHNICAL_ANSWER = "CommonResponeMessage"


class WireError(Exception):
    """An outgoing message cannot be written, or does not follow its XSD. Its text says which element."""


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


def _decision(head: Incoming, block: etree._Element, layout: Decision) -> Incoming:
    result = _text(block, "HdeApprResult/manageResult")
    if result not in layout.verdicts:
        raise Unreadable(_("The result %(result)s is not known in this message type.") % {"result": result})
    decided = replace(
        head,
        pre_entry_number=_text(block, "HdeApprResult/etpsPreentNo"),
        internal_no=_text(block, "HdeApprResult/etpsInnerNo"),
        business_number=_text(block, "HdeApprResult/businessId"),
        round=int(_text(block, "HdeApprResult/tmsCnt")),
        verdict=layout.verdicts[result],
        decided_at=read_time(_text(block, "HdeApprResult/manageDate"), " "),
        note=_text(block, "HdeApprResult/rmk") or _text(block, "CheckInfo/note"),
    )
    if layout.approval and decided.verdict is Verdict.APPROVED:
        return _approval(decided, block, layout.approval)
    return decided


def _approval(decided: Incoming, block: etree._Element, layout: Approval) -> Incoming:
    approved = block.find(layout.block)
    if approved is None:
        raise Unreadable(_("An approval must say what was approved: it has no %(block)s.") % {"block": layout.block})
    data = _values(approved, layout.rows)
    for name, head_name in layout.head_names.items():
        said, decided_on = data[name], getattr(decided, head_name)
        if decided_on != "" and said != decided_on:
            facts = {"block": layout.block, "said": said, "head": decided_on}
            raise Unreadable(_("%(block)s says %(said)s where HdeApprResult says %(head)s.") % facts)
    return replace(decided, data=data)


def _issued(head: Incoming, block: etree._Element, layout: Issued) -> Incoming:
    issued = block.find(layout.block)
    assert issued is not None, "the XSD demands it"
    data = _values(issued, layout.rows)
    number, note = str(data[layout.number]), str(data.get(layout.note, ""))
    return replace(head, business_number=number, note=note, data=data)


def _values(block: etree._Element, rows: tuple[ReadRow, ...]) -> Mapping[str, object]:
    return MappingProxyType({name: read(_text(block, element)) for element, name, read in rows})


def _text(parent: etree._Element, path: str) -> str:
    return (parent.findtext(path) or "").strip()
