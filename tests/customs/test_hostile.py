"""Every bad message is quarantined with a reason, has no effect and stops nobody."""

import contextlib
import re
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customs import archives, exchange, inbox, safe_xml, wire
from customs.models import InboxMessage
from customs.wire import Unreadable
from tests.customs.bad_messages import GOOD_ZIP, OF_GUARANTEES, ORDER, XML, ZIPS, after_declaration, changed, zipped
from tests.customs.samples import AGENT, GUARANTEED


@pytest.mark.parametrize(("raw", "said"), [*XML.values(), *OF_GUARANTEES.values()], ids=[*XML, *OF_GUARANTEES])
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
