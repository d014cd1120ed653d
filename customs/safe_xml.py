"""Reading XML that nobody vouches for.

Size, encoding, structure and characters are checked before anything is believed: a message with a DTD, a comment or a
processing instruction is refused unparsed, since `<amt>1<!-- -->00</amt>` reads as 1 or as 100 and an entity may be a
bomb.
"""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from django.utils.translation import gettext as _
from lxml import etree

MAX_BYTES = 5 * 1024 * 1024
MAX_ELEMENTS = 1_000
MAX_DEPTH = 16

_DECLARATION = re.compile(
    rb"""<\?xml\s+version\s*=\s*["']1\.0["'](?:\s+encoding\s*=\s*["']([A-Za-z0-9._-]+)["'])?"""
    rb"""(?:\s+standalone\s*=\s*["'](?:yes|no)["'])?\s*\?>"""
)
# A message that calls itself gb2312 often holds characters of GBK only; GB18030 holds both.
_CODECS = {"utf-8": "utf-8", "utf8": "utf-8", "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030"}
_MARKUP = re.compile(r"<!--|<!(?!\[CDATA\[)|<\?")
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
# Control characters, bidirectional and zero-width marks, line and paragraph separators, non-characters, tags.
FORBIDDEN_CHARACTERS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)


class Unreadable(Exception):
    """The message cannot be read. Its text is the reason, written for an operator."""


def parse(raw: bytes) -> etree._Element:
    """Return the root element of `raw`, namespaces as they stand. Raises Unreadable."""
    text = _decoded(raw)
    _refuse_markup(text)
    root = _parsed(text)
    _refuse_depth(root)
    _refuse_characters(root)
    return root


def by_local_name(root: etree._Element) -> etree._Element:
    """Strip every namespace in place: some messages carry a default namespace, some none (MESSAGES, Receipts 4)."""
    for element in root.iter():
        element.tag = etree.QName(element).localname
        for name in [str(name) for name in element.attrib if str(name).startswith(_XSI)]:
            del element.attrib[name]
    etree.cleanup_namespaces(root)
    return root


def _decoded(raw: bytes) -> str:
    if len(raw) > MAX_BYTES:
        raise Unreadable(_("The message is larger than %(limit)s bytes.") % {"limit": MAX_BYTES})
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) or b"\0" in raw:
        raise Unreadable(_("The message is in UTF-16 or UTF-32, or contains NUL."))
    body = raw.removeprefix(BOM_UTF8)
    declaration = _DECLARATION.match(body)
    codec = _codec(body, declaration, has_bom=body != raw)
    try:
        return body[declaration.end() if declaration else 0 :].decode(codec)
    except UnicodeDecodeError as error:
        raise Unreadable(
            _("Byte %(position)s is not valid in the encoding %(encoding)s.")
            % {"position": error.start, "encoding": codec}
        ) from error


def _codec(body: bytes, declaration: re.Match[bytes] | None, *, has_bom: bool) -> str:
    if body.startswith(b"<?xml") and declaration is None:
        raise Unreadable(_("The XML declaration is not understood."))
    name = (declaration[1] or b"utf-8").decode("ascii") if declaration else "utf-8"
    codec = _CODECS.get(name.lower())
    if codec is None:
        raise Unreadable(_("The encoding %(encoding)s is not accepted.") % {"encoding": name})
    if has_bom and codec != "utf-8":
        raise Unreadable(_("The byte order mark says UTF-8, the declaration says %(encoding)s.") % {"encoding": name})
    return codec


def _refuse_markup(text: str) -> None:
    if text.count("<") > 2 * MAX_ELEMENTS:
        raise Unreadable(_("The message has more than %(limit)s elements.") % {"limit": MAX_ELEMENTS})
    found = _MARKUP.search(text)
    if found is None:
        return
    reasons = {
        "<!--": _("The message contains a comment."),
        "<?": _("The message contains a processing instruction."),
        "<!": _("The message contains a DOCTYPE or another declaration."),
    }
    raise Unreadable(reasons[found[0]])


def _parsed(text: str) -> etree._Element:
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(_("The message is not well-formed XML: %(error)s") % {"error": error}) from error


def _refuse_depth(root: etree._Element) -> None:
    depth = 0
    for event, _element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise Unreadable(_("The message is nested deeper than %(limit)s elements.") % {"limit": MAX_DEPTH})


def _refuse_characters(root: etree._Element) -> None:
    for text in root.itertext():
        found = FORBIDDEN_CHARACTERS.search(str(text))
        if found:
            raise Unreadable(
                _("The message contains the control character U+%(code)s.") % {"code": f"{ord(found[0]):04X}"}
            )
