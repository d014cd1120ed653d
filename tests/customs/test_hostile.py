"""Every bad message is quarantined with a reason, has no effect and stops nobody."""

import contextlib
import io
import re
import zipfile
from codecs import BOM_UTF8, BOM_UTF16_LE

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customs import archives, exchange, inbox, safe_xml, wire
from customs.models import InboxMessage
from customs.wire import Unreadable
from tests.customs.samples import AGENT, GUARANTEED, sample

ORDER = sample("GRT202_issued")
BOMB = (
    b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, (b"&a%d;" % (n - 1) if n else b"&a;") * 10) for n in range(10))
    + b"]>"
)


def changed(was: bytes, now: bytes) -> bytes:
    assert was in ORDER
    return ORDER.replace(was, now, 1)


def after_declaration(text: bytes) -> bytes:
    return changed(b"?>\n", b"?>\n" + text)


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


XML = {
    "DTD": (after_declaration(b"<!DOCTYPE Package>"), "DOCTYPE"),
    "external DTD": (after_declaration(b'<!DOCTYPE Package SYSTEM "file:///etc/passwd">'), "DOCTYPE"),
    "entity bomb": (after_declaration(BOMB), "DOCTYPE"),
    "entity without DTD": (changed("示范</rmk>".encode(), b"&other;</rmk>"), "other"),
    "comment in an amount": (changed(b"1234567890123.00001", b"1<!-- -->234"), "comment"),
    "processing instruction": (changed(b"<DataInfo>", b"<?php x ?><DataInfo>"), "processing instruction"),
    "second declaration": (BOM_UTF8 + b"\n" + ORDER, "processing instruction"),
    "NUL": (changed("示范</rmk>".encode(), b"\0</rmk>"), "NUL"),
    "NUL as a reference": (changed("示范</rmk>".encode(), b"&#0;</rmk>"), "well-formed"),
    "control character": (changed("示范</rmk>".encode(), b"\x1b</rmk>"), "well-formed"),
    "C1 control character": (changed("示范</rmk>".encode(), b"&#133;</rmk>"), "U\\+0085"),
    "bidi override": (changed("示范</rmk>".encode(), b"&#x202e;</rmk>"), "U\\+202E"),
    "zero-width space": (changed("示范</rmk>".encode(), "\u200b</rmk>".encode()), "U\\+200B"),
    "UTF-16": (ORDER.decode().encode("utf-16"), "UTF-16"),
    "UTF-16 without a mark": (ORDER.decode().replace("UTF-8", "UTF-16").encode("utf-16-le"), "UTF-16"),
    "UTF-16 mark only": (BOM_UTF16_LE + ORDER, "UTF-16"),
    "declared UTF-16": (changed(b"UTF-8", b"UTF-16"), "UTF-16"),
    "UTF-7": (changed(b"UTF-8", b"UTF-7"), "UTF-7"),
    "mark against declaration": (BOM_UTF8 + changed(b"UTF-8", b"GBK"), "byte order mark"),
    "wrong encoding": (ORDER.decode().encode("gbk"), "Byte"),
    "XML 1.1": (changed(b'version="1.0" e', b'version="1.1" e'), "declaration"),
    "empty": (b"", "well-formed"),
    "no XML": (b"GIF89a", "well-formed"),
    "HTML": (b"<html><body>502</body></html>", "html"),
    "two roots": (ORDER + b"<Package/>", "well-formed"),
    "too deep": (after_declaration(b"<a>" * 20 + b"</a>" * 20).split(b"<Package>")[0], "deeper"),
    "too many elements": (changed(b"<PocketInfo>", b"<a/>" * 3000 + b"<PocketInfo>"), "more than 1000 elements"),
    "too long a text": (changed("示范</rmk>".encode(), b"x" * 300_000 + b"</rmk>"), "rmk"),
    "six decimals": (changed(b"123.00001<", b"123.000001<"), "grtAmt"),
    "negative amount": (changed(b"<grtAmt>", b"<grtAmt>-"), "grtAmt"),
    "exponent": (changed(b"1234567890123.00001", b"1e5"), "grtAmt"),
    "full-width digits": (changed(b"1234567890123.00001", "１２".encode()), "grtAmt"),
    "zero amount": (changed(b"1234567890123.00001", b"0.00"), "grtAmt"),
    "no such day": (changed(b"<levyDate>20260901", b"<levyDate>20260931"), "unconverted|day is out of range"),
    "no such second": (changed(b"T09:00:07<", b"T09:61:07<"), "time data|unconverted"),
    "missing element": (changed(b"<masterCuscd>0100</masterCuscd>", b""), "masterCuscd"),
    "unknown element": (changed(b"<masterCuscd>", b"<extra/><masterCuscd>"), "extra"),
    "element twice": (changed(b"<serialNo>3</serialNo>", b"<serialNo>3</serialNo><serialNo>4</serialNo>"), "serialNo"),
    "attribute": (changed(b"<serialNo>", b'<serialNo a="1">'), "serialNo"),
    "element in an amount": (changed(b"1234567890123.00001", b"1<b>2</b>"), "grtAmt"),
    "several pockets": (changed(b"<total_pocket_qty>1", b"<total_pocket_qty>2"), "total_pocket_qty"),
    "wrong number": (changed(b"<dpstLevyBlNo>ZS", b"<dpstLevyBlNo>XX"), "dpstLevyBlNo"),
    "block of another type": (changed(b"<message_type>GRT202", b"<message_type>GRT203"), "GRT202"),
    "unknown type": (changed(b"<message_type>GRT202", b"<message_type>GRT299"), "GRT299"),
    "type with a path": (changed(b"<message_type>GRT202", b"<message_type>../GRT202"), "not known"),
    "a signed message": (b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>', "Signature"),
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


@pytest.mark.parametrize(("raw", "said"), XML.values(), ids=XML.keys())
def test_bad_xml_is_quarantined_with_its_reason(db, handler, raw, said):
    message = inbox.store(raw, GUARANTEED, "Receipt_1.xml")
    assert (message.state, message.alert, bytes(message.content)) == ("quarantined", True, raw)
    assert re.search(said, message.reason), message.reason
    assert inbox.claim_next() is None


@pytest.mark.parametrize(("raw", "said"), ZIPS.values(), ids=ZIPS.keys())
def test_a_bad_zip_is_quarantined_with_its_reason(db, handler, raw, said):
    message = inbox.store(raw, GUARANTEED, "a.zip")
    assert (message.state, message.alert, bytes(message.content)) == ("quarantined", True, raw)
    assert re.search(said, message.reason), message.reason


def test_a_zip_that_claims_a_small_size_does_not_expand_further():
    raw = bytearray(zipped(("a.xml", b" " * 50_000_000)))
    central = raw.rindex(b"PK\x01\x02")
    raw[central + 24 : central + 28] = (10).to_bytes(4, "little")
    with pytest.raises(Unreadable):
        archives.unpack(bytes(raw), "a.zip")


def test_an_encrypted_zip_is_unreadable():
    raw = bytearray(zipped(("a.xml", ORDER)))
    for header, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(header) + offset] |= 1
    with pytest.raises(Unreadable):
        archives.unpack(bytes(raw), "a.zip")


def test_a_zip_beyond_the_size_of_a_message_is_not_opened():
    with pytest.raises(Unreadable, match="larger"):
        archives.unpack(b"PK\x03\x04" + b"x" * safe_xml.MAX_BYTES, "a.zip")


def test_a_good_zip_is_read():
    assert archives.unpack(zipped(("Receipt_1.xml", ORDER)), "Receipt_1.zip") == ORDER


def test_a_message_cut_at_each_tag_is_unreadable():
    cuts = [found.start() for found in re.finditer(rb"<", ORDER)] + [found.end() for found in re.finditer(rb">", ORDER)]
    whole = len(ORDER.rstrip())
    for cut in cuts:
        if cut < whole:
            with pytest.raises(Unreadable):
                wire.read(ORDER[:cut])


def test_a_file_of_100_megabytes_is_set_aside_without_being_read_whole(db, handler, guaranteed_folder):
    path = guaranteed_folder.box("InBox") / "Receipt_big.xml"
    with path.open("wb") as file:
        file.write(ORDER)
        file.truncate(100 * 1024 * 1024)
    exchange.run_once()
    message = InboxMessage.objects.get()
    assert (message.state, message.alert) == ("quarantined", True)
    assert str(safe_xml.MAX_BYTES) in message.reason
    assert len(message.content) == 64 * 1024
    kept = guaranteed_folder.box("InBox") / "cannot_parse" / "Receipt_big.xml"
    assert kept.stat().st_size == 100 * 1024 * 1024


def test_an_entity_never_reaches_a_file(db, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    raw = after_declaration(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file://%s">]>' % str(secret).encode())
    message = inbox.store(raw.replace("示范</rmk>".encode(), b"&x;</rmk>"), GUARANTEED, "a.xml")
    assert message.state == "quarantined"
    assert "SECRET" not in message.reason


def test_a_message_for_another_unit_is_quarantined(db, handler):
    message = inbox.store(ORDER, AGENT, "a.xml")
    assert (message.state, message.alert) == ("quarantined", True)
    assert GUARANTEED in message.reason
    assert AGENT in message.reason


def test_a_message_that_is_not_from_customs_is_quarantined(db, handler):
    message = inbox.store(changed(b"<sender_id>CUS0000", b"<sender_id>1101919107"), GUARANTEED, "a.xml")
    assert (message.state, message.alert) == ("quarantined", True)
    assert AGENT in message.reason


def test_a_bug_of_ours_loses_no_message(db, handler, monkeypatch):
    monkeypatch.setattr(wire, "read", lambda raw: 1 / 0)
    message = inbox.store(ORDER, GUARANTEED, "a.xml")
    assert (message.state, bytes(message.content)) == ("quarantined", ORDER)
    assert "ZeroDivisionError" in message.reason


def test_a_good_message_after_bad_ones_is_handled(db, handler, guaranteed_folder):
    for number, (raw, _said) in enumerate(XML.values()):
        (guaranteed_folder.box("InBox") / f"Receipt_{number:02d}.xml").write_bytes(raw)
    (guaranteed_folder.box("InBox") / "Receipt_99.xml").write_bytes(ORDER)
    exchange.run_once()
    assert [incoming.message_type for incoming in handler.given] == ["GRT202"]
    assert len(list((guaranteed_folder.box("InBox") / "cannot_parse").iterdir())) == len(XML)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([GOOD_ZIP, zipped(("a.xml", ORDER), method=zipfile.ZIP_STORED)]), st.data())
def test_no_broken_zip_raises_anything_else(whole: bytes, data: st.DataObject):
    raw = bytearray(whole)
    headers = [*range(45), *range(len(raw) - 75, len(raw))]
    for at in data.draw(st.lists(st.sampled_from(headers), min_size=1, max_size=4)):
        raw[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Unreadable):
        archives.unpack(bytes(raw), "a.zip")
