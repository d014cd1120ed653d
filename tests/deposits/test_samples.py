"""Files in the shapes of all samples, through the real worker, with a levy order in place (MESSAGES)."""

import re

import pytest

from customs.models import InboxMessage
from documents.models import PaymentNotice
from tests.customs.samples import encoded, names, sample, with_id
from tests.deposits.post import APPROVED, PAID, Post, as_zip, check_refused, everything, of, order, state
from tests.world import World

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("name", [name for name in names() if name.startswith(("GRT211", "GRT212", "GRT221"))])
def test_what_is_about_a_guarantee_that_is_not_known_waits(declared: Post, name: str) -> None:
    before = everything()

    assert of(declared.lay(sample(name), name)) == ("parked", False)

    assert everything() == before


def test_amounts_of_a_levy_order_are_quarantined(declared: Post) -> None:
    raw = sample("GRT212_amounts").replace(b"D80100202600074", order().levy_number.encode())
    check_refused(declared, raw, "GRT212_amounts", "gsarNo")


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
