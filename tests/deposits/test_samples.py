"""Files in the shapes of all samples for levy orders, through the real worker, with a levy order in place (MESSAGES).

The files are those of tests/customs/messages: they tell of the order ZS0100202600071 of 1111510001, which names 1101919107 as
agent, and answer the first attempt of its filing 202600000000000071.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from customs import exchange, safe_xml
from customs.models import InboxMessage, OutboxMessage
from customs.transports.folder import UnitFolder
from deposits.models import LevyOrder
from documents.models import Event, Payment, PaymentNotice, PreEntryCounter, Receipt
from tests.customs.samples import AGENT, ATTEMPT, GUARANTEED, PRE_ENTRY_NUMBER, encoded, names, sample, with_id
from tests.world import BY_CASH, World

pytestmark = pytest.mark.django_db
# In the order in which customs sends them; each way is one story.
APPROVED = ("answer_accepted", "GRT200_sent", "GRT200_loaded", "GRT201_review", "GRT201_approved")
PAID = ("GRT231_notice", "GRT232_received")
BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'


class Post:
    """Lays files into the InBox that the message names, and lets the worker work."""

    def __init__(self) -> None:
        self.count = 0

    def lay(self, raw: bytes, like: str, *, suffix: str = ".xml") -> InboxMessage:
        self.count += 1
        name = f"Receipt_{self.count:03}{suffix}"
        unit = GUARANTEED if GUARANTEED.encode() + b"</receiver_id>" in sample(like) else AGENT
        (UnitFolder(exchange.root(), unit).box("InBox") / name).write_bytes(raw)
        exchange.run_once()
        return InboxMessage.objects.get(file_name=name)

    def all(self, *files: str) -> None:
        for name in files:
            self.lay(sample(name), name)


@pytest.fixture
def post(world: World) -> Post:
    exchange.ensure_folders()
    PreEntryCounter.objects.create(year=2026, last=int(PRE_ENTRY_NUMBER[4:]) - 1)
    return Post()


@pytest.fixture
def declared(world: World, post: Post) -> Post:
    """The order of the samples has come, and the agent has declared it."""
    post.all("GRT202_issued")
    assert world.declare(world.fill(order(), world.agent, BY_CASH), world.agent) == ATTEMPT
    exchange.run_once()
    return post


def order() -> LevyOrder:
    return LevyOrder.objects.get()


def state() -> tuple[str, str]:
    return order().data_status, order().guarantee_status


def everything() -> dict[str, Any]:
    """All that a message could have an effect on."""
    return {
        "orders": list(LevyOrder.objects.values()),
        "events": Event.objects.count(),
        "receipts": Receipt.objects.count(),
        "notices": list(PaymentNotice.objects.values()),
        "payments": list(Payment.objects.values()),
        "outbox": list(OutboxMessage.objects.values_list("internal_no", "state")),
    }


def of(message: InboxMessage) -> tuple[str, bool]:
    return message.state, message.alert


def as_zip(*entries: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


# ---- the stories


def test_the_samples_in_order_lead_to_the_paid_deposit(declared: Post) -> None:
    declared.all(*APPROVED)
    assert state() == ("approved", "unpaid")
    declared.all(*PAID)
    assert state() == ("approved", "paid")
    declared.all("GRT203_cancelled")
    assert state() == ("approved", "cancelled")
    assert not InboxMessage.objects.exclude(state__in=["handled", "logged"]).exists()


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("answer_accepted", "accepted"),
        ("answer_refused", "failed"),
        ("GRT200_sent", "sent"),
        ("GRT200_loaded", "received"),
        ("GRT200_load_failed", "failed"),
        ("GRT201_review", "received"),
        ("GRT201_approved", "approved"),
        ("GRT201_returned", "returned"),
    ],
)
def test_each_answer_has_its_effect_once_however_often_it_comes(declared: Post, name: str, status: str) -> None:
    first = declared.lay(sample(name), name)
    assert (first.state, order().data_status) == ("handled", status)
    after = everything()

    again = declared.lay(sample(name), name)

    assert of(again) == ("duplicate", False)
    assert everything() == after


@pytest.mark.parametrize("name", ["GRT202_issued", "GRT203_cancelled", *PAID])
def test_what_customs_issues_has_its_effect_once_however_often_it_comes(declared: Post, name: str) -> None:
    declared.all(*APPROVED, name)
    after = everything()

    again = declared.lay(sample(name), name)

    assert of(again) == ("duplicate", False)
    assert everything() == after


@pytest.mark.parametrize("name", ["GRT200_sent", "GRT200_loaded", "GRT201_approved", "GRT202_issued", "GRT231_notice"])
def test_the_same_words_under_another_message_id_are_kept_and_change_nothing(declared: Post, name: str) -> None:
    declared.all(*APPROVED, *PAID)
    before = {key: value for key, value in everything().items() if key != "receipts"}

    again = declared.lay(with_id(sample(name), "9999"), name)

    assert of(again) == ("logged", False)
    assert {key: value for key, value in everything().items() if key != "receipts"} == before


@pytest.mark.parametrize("name", [name for name in names() if not name.startswith("answer")])
def test_the_same_message_id_with_other_bytes_is_quarantined(declared: Post, name: str) -> None:
    declared.lay(sample(name), name)
    before = everything()

    other = declared.lay(sample(name).replace(b"</Package>", b" </Package>"), name)

    assert of(other) == ("quarantined", True)
    assert everything() == before


def test_in_reverse_order_the_samples_end_in_the_same_state(declared: Post) -> None:
    declared.all(*reversed(APPROVED + PAID))

    assert state() == ("approved", "paid")
    assert list(InboxMessage.objects.filter(alert=True)) == []


def test_late_answers_change_nothing(declared: Post) -> None:
    declared.all("GRT201_approved", *PAID)
    before = order().version

    declared.all(*APPROVED[:-1], "GRT200_load_failed", "answer_refused")

    assert state() == ("approved", "paid")
    assert order().version == before
    assert not InboxMessage.objects.filter(alert=True).exists()


def test_what_comes_before_the_order_waits_for_it(world: World, post: Post) -> None:
    post.all(*PAID, "GRT203_cancelled")
    assert set(InboxMessage.objects.values_list("state", flat=True)) == {"parked"}

    post.all("GRT202_issued")

    assert set(InboxMessage.objects.values_list("state", flat=True)) == {"handled"}
    assert state() == ("to_confirm", "cancelled")


# ---- other dresses


@pytest.mark.parametrize("encoding", ["gb2312", "GBK", "GB18030"])
def test_in_another_encoding_they_say_the_same(declared: Post, encoding: str) -> None:
    for name in (*APPROVED, *PAID):
        assert declared.lay(encoded(sample(name), encoding), name).state in ("handled", "logged")

    assert state() == ("approved", "paid")
    assert PaymentNotice.objects.get().payer_name == "北京天竺示范加工有限公司"


def test_with_a_byte_order_mark_and_in_a_namespace_they_say_the_same(declared: Post) -> None:
    for name in (*APPROVED, *PAID):
        raw = re.sub(rb"<(Package|CommonResponeMessage)>", rb'<\1 xmlns="urn:example">', sample(name), count=1)
        assert declared.lay(b"\xef\xbb\xbf" + raw, name).state in ("handled", "logged")

    assert state() == ("approved", "paid")


def test_in_a_zip_they_say_the_same(declared: Post) -> None:
    for name in (*APPROVED, *PAID):
        raw = as_zip((f"Receipt_{declared.count + 1:03}.xml", sample(name)))
        assert declared.lay(raw, name, suffix=".zip").state in ("handled", "logged")

    assert state() == ("approved", "paid")


# ---- hostile and broken files


def cut(raw: bytes) -> Iterator[bytes]:
    """The message truncated at eight tags, from the first to the last."""
    tags = [found.end() for found in re.finditer(rb">", raw.rstrip())][:-1]
    for place in range(8):
        yield raw[: tags[place * (len(tags) - 1) // 7]]


def after_declaration(raw: bytes, markup: bytes) -> bytes:
    return raw.replace(b"?>\n", b"?>\n" + markup, 1)


def blown_up(raw: bytes) -> bytes:
    end = raw.rindex(b"</")
    return raw[:end] + b" " * (100 * 1024 * 1024 - len(raw)) + raw[end:]


def check_refused(post: Post, raw: bytes, like: str, said: str, suffix: str = ".xml") -> None:
    """No effect, the reason in quarantine with an alert, and the file set aside."""
    before = everything()

    message = post.lay(raw, like, suffix=suffix)

    assert of(message) == ("quarantined", True)
    assert re.search(said, message.reason), message.reason
    assert everything() == before
    inbox = UnitFolder(exchange.root(), message.folder_unit).box("InBox")
    assert (inbox / "cannot_parse" / message.file_name).is_file()


def check_work_goes_on(post: Post) -> None:
    post.all(*APPROVED, *PAID)
    assert state() == ("approved", "paid")


def test_truncated_messages_have_no_effect(declared: Post) -> None:
    for name in names():
        for raw in cut(sample(name)):
            check_refused(declared, raw, name, ".")
    check_work_goes_on(declared)


@pytest.mark.parametrize(
    "markup",
    [b"<!DOCTYPE Package>", b'<!DOCTYPE Package SYSTEM "http://127.0.0.1:9/a.dtd">', BOMB],
    ids=["DTD", "outside DTD", "entity bomb"],
)
def test_messages_with_a_dtd_have_no_effect(declared: Post, markup: bytes) -> None:
    for name in names():
        check_refused(declared, after_declaration(sample(name), markup), name, "DOCTYPE")
    check_work_goes_on(declared)


def test_zips_with_two_entries_have_no_effect(declared: Post) -> None:
    for name in names():
        raw = as_zip((f"Receipt_{declared.count + 1:03}.xml", sample(name)), ("b.xml", sample(name)))
        check_refused(declared, raw, name, "2", suffix=".zip")
    check_work_goes_on(declared)


@pytest.mark.parametrize("path", ["../", "a/", "..\\", "C:"])
def test_zips_with_a_path_have_no_effect(declared: Post, path: str) -> None:
    for name in names():
        raw = as_zip((f"{path}Receipt_{declared.count + 1:03}.xml", sample(name)))
        check_refused(declared, raw, name, "路径|path", suffix=".zip")
    check_work_goes_on(declared)


@pytest.mark.parametrize("name", ["GRT202_issued", "GRT201_approved", "answer_accepted"])
def test_a_message_of_100_megabytes_has_no_effect(declared: Post, name: str) -> None:
    check_refused(declared, blown_up(sample(name).rstrip()), name, str(safe_xml.MAX_BYTES))
    check_work_goes_on(declared)


def test_an_order_that_cannot_be_read_is_not_issued(world: World, post: Post) -> None:
    for raw in (*cut(sample("GRT202_issued")), after_declaration(sample("GRT202_issued"), BOMB)):
        check_refused(post, raw, "GRT202_issued", ".")
    assert not LevyOrder.objects.exists()
    assert post.lay(sample("GRT202_issued"), "GRT202_issued").state == "handled"
