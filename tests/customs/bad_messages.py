"""What is wrong with messages that nobody vouches for: each with a pattern that the reason must say."""

import io
import re
import zipfile
from codecs import BOM_UTF8, BOM_UTF16_LE

from tests.customs.samples import sample

ORDER = sample("GRT202_issued")
BOMB = (
    b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, (b"&a%d;" % (n - 1) if n else b"&a;") * 10) for n in range(10))
    + b"]>"
)


def changed(was: bytes, now: bytes, raw: bytes = ORDER) -> bytes:
    assert was in raw
    return raw.replace(was, now, 1)


def after_declaration(text: bytes, raw: bytes = ORDER) -> bytes:
    return changed(b"?>\n", b"?>\n" + text, raw)


def zipped(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


def broken(raw: bytes, header: bytes, offset: int, value: bytes) -> bytes:
    """The zip with other bytes in the last header of this kind."""
    at = raw.rindex(header) + offset
    return raw[:at] + value + raw[at + len(value) :]


ENTRY, DIRECTORY = b"PK\x03\x04", b"PK\x01\x02"
GOOD_ZIP = zipped(("a.xml", ORDER))
LZMA_ZIP = zipped(("a.xml", ORDER), method=zipfile.ZIP_LZMA)


def bad_in_any_type(raw: bytes) -> dict[str, tuple[bytes, str]]:
    """What is wrong with a message whatever its type: its name, the message, and what the reason says."""
    version = b"1.0</version>"
    return {
        "DTD": (after_declaration(b"<!DOCTYPE Package>", raw), "DOCTYPE"),
        "external DTD": (after_declaration(b'<!DOCTYPE Package SYSTEM "file:///etc/passwd">', raw), "DOCTYPE"),
        "entity bomb": (after_declaration(BOMB, raw), "DOCTYPE"),
        "entity without DTD": (changed(version, b"&other;</version>", raw), "other"),
        "processing instruction": (changed(b"<DataInfo>", b"<?php x ?><DataInfo>", raw), "processing instruction"),
        "second declaration": (BOM_UTF8 + b"\n" + raw, "processing instruction"),
        "NUL": (changed(version, b"\0</version>", raw), "NUL"),
        "NUL as a reference": (changed(version, b"&#0;</version>", raw), "well-formed"),
        "control character": (changed(version, b"\x1b</version>", raw), "well-formed"),
        "C1 control character": (changed(version, b"&#133;</version>", raw), "U\\+0085"),
        "bidi override": (changed(version, b"&#x202e;</version>", raw), "U\\+202E"),
        "zero-width space": (changed(version, "\u200b</version>".encode(), raw), "U\\+200B"),
        "UTF-16": (raw.decode().encode("utf-16"), "UTF-16"),
        "UTF-16 without a mark": (raw.decode().replace("UTF-8", "UTF-16").encode("utf-16-le"), "UTF-16"),
        "UTF-16 mark only": (BOM_UTF16_LE + raw, "UTF-16"),
        "declared UTF-16": (changed(b"UTF-8", b"UTF-16", raw), "UTF-16"),
        "UTF-7": (changed(b"UTF-8", b"UTF-7", raw), "UTF-7"),
        "mark against declaration": (BOM_UTF8 + changed(b"UTF-8", b"GBK", raw), "byte order mark"),
        "XML 1.1": (changed(b'version="1.0" e', b'version="1.1" e', raw), "declaration"),
        "two roots": (raw + b"<Package/>", "well-formed"),
        "too many elements": (changed(b"<PocketInfo>", b"<a/>" * 3000 + b"<PocketInfo>", raw), "more than 1000"),
        "too long a text": (changed(version, b"x" * 300_000 + b"</version>", raw), "version"),
        "no such minute": (re.sub(b"T.*</send_time>", b"T09:61:07</send_time>", raw), "time data|unconverted"),
        "unknown element": (changed(b"<PocketInfo>", b"<extra/><PocketInfo>", raw), "extra"),
        "attribute": (changed(b"<PocketInfo>", b'<PocketInfo a="1">', raw), "PocketInfo"),
        "several pockets": (changed(b"<total_pocket_qty>1", b"<total_pocket_qty>2", raw), "total_pocket_qty"),
        "type with a path": (changed(b"<message_type>", b"<message_type>../", raw), "not known"),
    }


def bad_amounts(raw: bytes, element: str) -> dict[str, tuple[bytes, str]]:
    """The amount of `element`, which must be above zero, spoiled."""
    amount = re.search(rf"<{element}>[0-9.]+".encode(), raw)
    assert amount
    bad = {
        "comment in an amount": ("1<!-- -->234", "comment"),
        "six decimals": ("123.000001", element),
        "negative amount": ("-1", element),
        "exponent": ("1e5", element),
        "full-width digits": ("１２", element),
        "element in an amount": ("1<b>2</b>", element),
        "zero amount": ("0.00", element),
    }
    return {name: (changed(amount[0], f"<{element}>{text}".encode(), raw), said) for name, (text, said) in bad.items()}


XML = (
    bad_in_any_type(ORDER)
    | bad_amounts(ORDER, "grtAmt")
    | {
        "wrong encoding": (ORDER.decode().encode("gbk"), "Byte"),
        "empty": (b"", "well-formed"),
        "no XML": (b"GIF89a", "well-formed"),
        "HTML": (b"<html><body>502</body></html>", "html"),
        "too deep": (after_declaration(b"<a>" * 20 + b"</a>" * 20).split(b"<Package>")[0], "deeper"),
        "no such day": (changed(b"<levyDate>20260901", b"<levyDate>20260931"), "unconverted|day is out of range"),
        "missing element": (changed(b"<masterCuscd>0100</masterCuscd>", b""), "masterCuscd"),
        "unknown element in the block": (changed(b"<masterCuscd>", b"<extra/><masterCuscd>"), "extra"),
        "element twice": (
            changed(b"<serialNo>3</serialNo>", b"<serialNo>3</serialNo><serialNo>4</serialNo>"),
            "serialNo",
        ),
        "attribute in the block": (changed(b"<serialNo>", b'<serialNo a="1">'), "serialNo"),
        "wrong number": (changed(b"<dpstLevyBlNo>ZS", b"<dpstLevyBlNo>XX"), "dpstLevyBlNo"),
        "block of another type": (changed(b"<message_type>GRT202", b"<message_type>GRT203"), "GRT202"),
        "unknown type": (changed(b"<message_type>GRT202", b"<message_type>GRT299"), "GRT299"),
        "a signed message": (b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>', "Signature"),
    }
)
CHANGE, REFUND, AMOUNTS = (sample(name) for name in ("GRT211_change", "GRT221_approved", "GRT212_amounts"))
OF_GUARANTEES = {
    f"{raw_type} {name}": row
    for raw_type, rows in {
        "GRT211": bad_in_any_type(CHANGE) | bad_amounts(CHANGE, "grtAmt"),
        "GRT212": bad_in_any_type(AMOUNTS),
        "GRT221": bad_in_any_type(REFUND) | bad_amounts(REFUND, "rtnbkAmt"),
    }.items()
    for name, row in rows.items()
} | {
    "GRT211 without its block": (re.sub(b"(?s)<GrtBsc>.*</GrtBsc>", b"", CHANGE), "no GrtBsc"),
    "GRT211 that contradicts itself": (changed(b"<gsarNo>D80100", b"<gsarNo>D80200", CHANGE), "GrtBsc says"),
    "GRT211 of another type": (changed(b"<message_type>GRT211", b"<message_type>GRT221", CHANGE), "GRT211"),
    "GRT211 with a mark": (changed(b"<manageResult>1", b"<manageResult>Y", CHANGE), "Y"),
    "GRT211 with two blocks": (changed(b"</GrtBsc>", b"</GrtBsc><GrtBsc/>", CHANGE), "GrtBsc"),
    "GRT212 without its block": (re.sub(b"(?s)<GrtAmtBsc>.*</GrtAmtBsc>", b"", AMOUNTS), "GRT212"),
    "GRT212 of a levy order": (changed(b"<gsarNo>D8", b"<gsarNo>ZS", AMOUNTS), "gsarNo"),
    "GRT212 with a sign": (changed(b"<usableAmt>", b"<usableAmt>-", AMOUNTS), "usableAmt"),
    "GRT212 at no time": (
        changed(b"<changeTime>2026-07-02", b"<changeTime>2026-07-32", AMOUNTS),
        "time data|unconverted",
    ),
    "GRT221 without its block": (re.sub(b"(?s)<GrtRtnbkBsc>.*</GrtRtnbkBsc>", b"", REFUND), "no GrtRtnbkBsc"),
    "GRT221 that contradicts itself": (changed(b"<grtNo>ZS0100", b"<grtNo>ZS0200", REFUND), "GrtRtnbkBsc says"),
}
ZIPS = {
    "two entries": (zipped(("a.xml", ORDER), ("b.xml", ORDER)), "2 entries"),
    "no entry": (zipped(), "0 entries|cannot be read"),
    "path": (zipped(("../a.xml", ORDER)), "path"),
    "Windows path": (zipped(("..\\a.xml", ORDER)), "path"),
    "drive": (zipped(("C:a.xml", ORDER)), "path"),
    "another name": (zipped(("b.xml", ORDER)), "not named"),
    "bomb": (zipped(("a.xml", b" " * 200_000_000)), "expands"),
    "no zip": (b"PK\x03\x04 and no more", "cannot be read"),
    "XML under the name of a zip": (ORDER, "cannot be read"),
    "LZMA": (LZMA_ZIP, "way that is not accepted"),
    "broken LZMA": (broken(LZMA_ZIP, ENTRY, 60, b"\xff" * 40), "way that is not accepted"),
    "bzip2": (zipped(("a.xml", ORDER), method=zipfile.ZIP_BZIP2), "way that is not accepted"),
    "unknown method": (broken(GOOD_ZIP, DIRECTORY, 10, b"\x63"), "way that is not accepted"),
    "encrypted": (broken(GOOD_ZIP, DIRECTORY, 8, b"\x01"), "cannot be read"),
    "later version": (broken(GOOD_ZIP, DIRECTORY, 6, b"\xff"), "cannot be read"),
    "broken stream": (broken(GOOD_ZIP, ENTRY, 60, b"\xff" * 40), "cannot be read"),
    "wrong checksum": (broken(GOOD_ZIP, DIRECTORY, 16, b"\0\0\0\0"), "cannot be read"),
    "name that is no text": (broken(broken(GOOD_ZIP, DIRECTORY, 9, b"\x08"), DIRECTORY, 46, b"\xff"), "cannot be read"),
    "offset beyond the file": (broken(GOOD_ZIP, DIRECTORY, 42, b"\xff\xff\xff\x7f"), "cannot be read"),
}
