"""Hostile and broken files in the shapes of all samples: no effect, a reason, and the work goes on."""

import re
from collections.abc import Iterator

import pytest

from customs import safe_xml
from deposits.models import LevyOrder
from tests.customs.samples import names, sample
from tests.deposits.post import APPROVED, PAID, Post, as_zip, check_refused, state
from tests.world import World

pytestmark = pytest.mark.django_db
BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'


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
