"""Files in the shapes of customs' samples, through the real worker, with a set-up or its change in place (MESSAGES)."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from customs import exchange
from customs.models import InboxMessage
from customs.transports.folder import UnitFolder
from documents.models import Event, PreEntryCounter
from general_guarantee.models import GeneralGuarantee, GuaranteeChange, LedgerRow
from tests.customs.samples import sample, with_id
from tests.deposits.post import Post, of
from tests.world import World

pytestmark = pytest.mark.django_db
# The numbers of the samples.
PRE_ENTRY_NUMBER, BY_LETTER, BY_CASH = "202600000000000072", "D80100202600074", "D80100202600075"


@pytest.fixture
def post(world: World) -> Post:
    exchange.ensure_folders()
    return Post()


def declared(world: World, pre_entry_number: str = PRE_ENTRY_NUMBER, *, by_cash: bool = False) -> GeneralGuarantee:
    """The set-up of the samples, declared."""
    PreEntryCounter.objects.update_or_create(year=2026, defaults={"last": int(pre_entry_number[4:]) - 1})
    guarantee = world.set_up("100000", by_cash=by_cash)
    assert world.declare(guarantee) == f"{pre_entry_number}-0-1"
    exchange.run_once()
    return world.fresh(guarantee)


def declared_change(world: World, guarantee: GeneralGuarantee) -> GuaranteeChange:
    change = world.change(world.fresh(guarantee), amount=Decimal(150000), letter_number="BH2026000072")
    world.declare(change)
    exchange.run_once()
    return world.fresh(change)


def amounts(guarantee: GeneralGuarantee) -> list[int]:
    now = GeneralGuarantee.objects.get(pk=guarantee.pk)
    return [int(each or 0) for each in (now.amount, now.usable_amount, now.used_amount, now.refunded_amount)]


def everything() -> list[Any]:
    """All of general guarantees that a message could have an effect on."""
    tables: tuple[Any, ...] = (GeneralGuarantee, GuaranteeChange, LedgerRow)
    return [*(list(table.objects.values()) for table in tables), Event.objects.count()]


def replaced(name: str, *pairs: tuple[str, str]) -> bytes:
    """A sample in which some values stand for others."""
    raw = sample(name)
    for old, new in pairs:
        assert old.encode() in raw
        raw = raw.replace(old.encode(), new.encode())
    return raw


def check_without_effect(post: Post, raw: bytes, like: str, said: str) -> None:
    """The message is quarantined with the reason, and an operator sees it."""
    before = everything()

    message = post.lay(raw, like)

    assert of(message) == ("quarantined", True)
    assert said in message.reason
    assert everything() == before


# ---- the stories


def test_a_set_up_by_letter_is_approved_with_customs_facts(world: World, post: Post) -> None:
    guarantee = declared(world)

    assert post.lay(sample("GRT211_set_up_by_letter"), "GRT211_set_up_by_letter").state == "handled"

    now = world.fresh(guarantee)
    assert (now.guarantee_number, now.data_status, now.guarantee_status) == (BY_LETTER, "approved", "paid")
    assert (now.letter_number, now.letter_valid_until) == ("BH2026000071", dt.date(2027, 12, 31))
    assert (now.set_up_on, now.pay_deadline) == (dt.date(2026, 6, 30), None)
    assert amounts(guarantee) == [100000, 100000, 0, 0]
    assert list(LedgerRow.objects.values_list("movement", flat=True)) == ["set_up", "figures"]


def test_a_set_up_by_cash_is_approved_with_payee_and_deadline_and_not_paid(world: World, post: Post) -> None:
    guarantee = declared(world, "202600000000000074", by_cash=True)

    post.all("GRT211_set_up_by_cash")

    now = world.fresh(guarantee)
    assert (now.guarantee_number, now.data_status, now.guarantee_status) == (BY_CASH, "approved", "unpaid")
    assert (now.pay_deadline, now.payee_name) == (dt.date(2026, 7, 15), "中华人民共和国北京海关")
    assert (now.payee_bank, now.payee_account) == ("中国工商银行北京示范支行", "0200000000000000001")
    assert amounts(guarantee) == [100000, 100000, 0, 0]


def test_a_set_up_is_returned_with_the_reason(world: World, post: Post) -> None:
    guarantee = declared(world)

    post.all("GRT211_returned")

    now = world.fresh(guarantee)
    assert (now.data_status, now.guarantee_status, now.guarantee_number) == ("returned", "", "")
    assert Event.of(now).last().note == "保函受益人不是主管海关"
    assert not LedgerRow.objects.exists()


@pytest.mark.parametrize("order", [("GRT212_amounts", "GRT211_change"), ("GRT211_change", "GRT212_amounts")])
def test_a_change_is_approved_and_amounts_are_updated_in_either_order(
    world: World, post: Post, order: tuple[str, ...]
) -> None:
    guarantee = declared(world)
    post.all("GRT211_set_up_by_letter")
    change = declared_change(world, guarantee)

    post.all(*order)

    now = world.fresh(guarantee)
    assert (now.letter_number, now.letter_valid_until) == ("BH2026000072", dt.date(2028, 12, 31))
    assert (world.fresh(change).data_status, now.shown_status, now.shown_round) == ("approved", "approved", 1)
    assert amounts(guarantee) == [150000, 148000, 2000, 0]
    assert InboxMessage.objects.exclude(state__in=("handled", "logged")).count() == 0


def test_amounts_wait_until_the_guarantee_is_known(world: World, post: Post) -> None:
    assert of(post.lay(sample("GRT212_amounts"), "GRT212_amounts")) == ("parked", False)
    guarantee = declared(world)
    assert post.lay(sample("GRT212_amounts"), "GRT212_amounts").state in ("parked", "duplicate")

    post.all("GRT211_set_up_by_letter")

    assert set(InboxMessage.objects.values_list("state", flat=True)) <= {"handled", "duplicate"}
    assert amounts(guarantee) == [100000, 98000, 2000, 0]


@pytest.mark.parametrize("name", ["GRT211_set_up_by_letter", "GRT212_amounts"])
def test_the_same_again_is_a_duplicate_and_under_another_id_changes_nothing(
    world: World, post: Post, name: str
) -> None:
    declared(world)
    post.all("GRT211_set_up_by_letter", "GRT212_amounts")
    before = everything()

    assert of(post.lay(sample(name), name)) == ("duplicate", False)
    if name != "GRT212_amounts":
        assert of(post.lay(with_id(sample(name), "9999"), name)) == ("logged", False)

    assert everything() == before


# ---- what cannot be right


@pytest.mark.parametrize("pair", [("<usableAmt>100000.00", "<usableAmt>99999.99"), ("<usedAmt>0", "<usedAmt>0.00001")])
def test_a_set_up_with_figures_that_contradict_themselves_is_quarantined(
    world: World, post: Post, pair: tuple[str, str]
) -> None:
    declared(world)
    raw = replaced("GRT211_set_up_by_letter", pair)
    check_without_effect(post, raw, "GRT211_set_up_by_letter", "≠")


@pytest.mark.parametrize("name", ["GRT212_amounts", "GRT211_change"])
def test_a_change_and_amounts_that_contradict_themselves_are_quarantined(world: World, post: Post, name: str) -> None:
    guarantee = declared(world)
    post.all("GRT211_set_up_by_letter")
    declared_change(world, guarantee)
    check_without_effect(post, replaced(name, ("<usedAmt>2000.00", "<usedAmt>2000.01")), name, "≠")


def test_amounts_below_zero_are_quarantined(world: World, post: Post) -> None:
    declared(world)
    post.all("GRT211_set_up_by_letter")
    raw = replaced("GRT212_amounts", ("<usableAmt>98000.00", "<usableAmt>-2000.00"), ("<rtnAmt>0", "<rtnAmt>100000"))
    check_without_effect(post, raw, "GRT212_amounts", "usableAmt")


def test_a_number_that_another_guarantee_has_is_quarantined(world: World, post: Post) -> None:
    declared(world)
    post.all("GRT211_set_up_by_letter")
    declared(world, "202600000000000074", by_cash=True)
    raw = replaced("GRT211_set_up_by_cash", (BY_CASH, BY_LETTER))
    check_without_effect(post, raw, "GRT211_set_up_by_cash", BY_LETTER)


def test_a_change_under_another_number_is_quarantined(world: World, post: Post) -> None:
    guarantee = declared(world)
    post.all("GRT211_set_up_by_letter")
    declared_change(world, guarantee)
    check_without_effect(post, replaced("GRT211_change", (BY_LETTER, BY_CASH)), "GRT211_change", BY_CASH)


@pytest.mark.parametrize("name", ["GRT211_set_up_by_letter", "GRT212_amounts"])
def test_what_came_for_another_unit_is_quarantined(world: World, post: Post, name: str) -> None:
    declared(world)
    if name == "GRT212_amounts":
        post.all("GRT211_set_up_by_letter")
    raw = replaced(name, ("1111510001", "1101919107"))
    before = everything()
    unit = UnitFolder(exchange.root(), "1101919107")
    (unit.box("InBox") / "Receipt_other.xml").write_bytes(raw)
    exchange.run_once()
    message = InboxMessage.objects.get(file_name="Receipt_other.xml")
    assert of(message) == ("quarantined", True)
    assert "1101919107" in message.reason
    assert everything() == before


def test_a_decision_on_a_general_guarantee_does_not_decide_on_a_levy_order(world: World, post: Post) -> None:
    order, inner = world.declared()
    pairs = ((f"{PRE_ENTRY_NUMBER}-0-1", inner), (PRE_ENTRY_NUMBER, order.pre_entry_number))
    check_without_effect(post, replaced("GRT211_set_up_by_letter", *pairs), "GRT211_set_up_by_letter", "GRT211")
    assert world.fresh(order).data_status == "processing"


def test_a_decision_on_a_levy_order_does_not_decide_on_a_general_guarantee(world: World, post: Post) -> None:
    guarantee = declared(world)
    raw = sample("GRT211_returned").replace(b"GRT211", b"GRT201")
    check_without_effect(post, raw, "GRT211_returned", "GRT201")
    assert world.fresh(guarantee).data_status == "processing"


def test_amounts_of_a_cause_with_a_long_number_are_taken(world: World, post: Post) -> None:
    guarantee = declared(world)
    post.all("GRT211_set_up_by_letter")
    raw = replaced("GRT212_amounts", ("ZS0100202600075", "X" * 32))

    assert post.lay(raw, "GRT212_amounts").state == "handled"

    assert amounts(guarantee) == [100000, 98000, 2000, 0]


def test_amounts_of_nothing_at_all_are_taken(world: World, post: Post) -> None:
    guarantee = declared(world)
    post.all("GRT211_set_up_by_letter")
    names = (("grtAmt", "100000.00"), ("usableAmt", "98000.00"), ("usedAmt", "2000.00"))
    raw = replaced("GRT212_amounts", *((f"<{name}>{amount}", f"<{name}>0") for name, amount in names))

    assert post.lay(raw, "GRT212_amounts").state == "handled"

    assert amounts(guarantee) == [0, 0, 0, 0]
