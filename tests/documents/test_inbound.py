"""MESSAGES, *Numbers and matching*, as far as levy orders go: one rule, one test."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from customs import inbox, outbox
from customs.models import InboxMessage, OutboxMessage
from deposits.kind import LEVY_ORDER
from deposits.models import LevyOrder
from documents import signing
from documents.models import Attempt, Event, Payment, PaymentNotice, Receipt, SigningRequest
from documents.payments import account_of, notice_in_force
from documents.perform import Refused, Stale
from documents.receipts import words
from tests.documents.letters import AGENT, STRANGER, UNIT, Letters, deliver, soon, work
from tests.world import BY_CASH, BY_LETTER, World

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def order() -> LevyOrder:
    return LevyOrder.objects.get(levy_number="ZS0100202600500")


def issued(**changes: object) -> Letters:
    """Customs issued a levy order; returns what customs can write about it."""
    letters = Letters()
    deliver(letters.order(**changes))
    letters.pre = order().pre_entry_number
    return letters


def declared(world: World, values: dict[str, str] = BY_CASH, agent: bool = False) -> Letters:
    letters = issued(agent_code=AGENT)
    person = world.agent if agent else world.clerk
    world.declare(world.fill(order(), person, values), person)
    letters.declarant = AGENT if agent else UNIT
    return letters


def declared_again(world: World, after: str, **edited: str) -> Letters:
    """Attempt 1 ended with the answer `after`; the clerk edited, and attempt 2 is under way."""
    letters = declared(world)
    deliver(letters.answer(after))
    world.declare(world.fill(order(), values={**BY_CASH, **edited}))
    return letters


def approved(world: World, values: dict[str, str] = BY_CASH) -> Letters:
    letters = declared(world, values)
    deliver(letters.answer("approve"))
    return letters


def sent_times(letters: Letters, times: int, attempt: int = 1) -> None:
    """The worker has put the attempt into OutBox so often; the client could not carry it each time but the last."""
    for _time in range(times):
        OutboxMessage.objects.update(next_try_at=timezone.now(), leased_until=None)
        outbox.claim(OutboxMessage.objects.get(internal_no=f"{letters.pre}-0-{attempt}"))


def state() -> tuple[str, str]:
    return order().data_status, order().guarantee_status


def of(message: InboxMessage) -> tuple[str, bool]:
    return message.state, message.alert


# ---- which attempt


def test_an_answer_belongs_to_the_attempt_that_it_names(world: World) -> None:
    letters = declared_again(world, "return")

    deliver(letters.answer("review", attempt=2, pre_entry_number=""))

    assert [attempt.answer for attempt in Attempt.of(order())] == [5, 3]
    assert order().data_status == "received"


def test_without_its_name_it_belongs_to_the_newest_attempt_declared_before_the_decision(world: World) -> None:
    letters = declared(world)
    deliver(letters.answer("load_failed"))
    Attempt.objects.update(declared_at=timezone.now() - 2 * DAY)
    world.declare(world.fresh(order()))

    late = deliver(letters.answer("approve", inner_no="", at=soon() - DAY))

    assert (late.attempt, order().data_status) == (1, "processing")
    newest = deliver(letters.answer("loaded", inner_no=""))
    assert (newest.attempt, order().data_status) == (2, "received")


def test_a_decision_in_the_second_of_the_declaring_belongs_to_it(world: World) -> None:
    letters = declared(world)
    second = Attempt.objects.get().declared_at.replace(microsecond=0)

    deliver(letters.answer("approve", inner_no="", at=timezone.localtime(second)))

    assert order().data_status == "approved"


def test_an_attempt_counts_as_declared_when_it_was_signed_not_when_it_was_frozen(world: World) -> None:
    letters = declared(world)
    deliver(letters.answer("load_failed"))
    Attempt.objects.update(declared_at=timezone.now() - DAY)
    request = signing.freeze(order(), LEVY_ORDER, world.clerk)
    SigningRequest.objects.filter(pk=request.pk).update(created_at=timezone.now() - dt.timedelta(minutes=9))
    request.refresh_from_db()
    signing.declare(order(), LEVY_ORDER, world.clerk, request, *world.sign(world.clerk, request))

    meanwhile = deliver(letters.answer("approve", inner_no="", at=soon() - dt.timedelta(minutes=5)))

    assert meanwhile.attempt == 1


def test_without_name_and_pre_entry_number_it_is_found_by_the_business_number(world: World) -> None:
    letters = declared(world)

    deliver(letters.answer("approve", inner_no="", pre_entry_number=""))

    assert order().data_status == "approved"


def test_a_technical_answer_is_found_by_the_internal_number_alone(world: World) -> None:
    letters = declared(world)

    deliver(letters.technical(accepted=False))

    assert order().data_status == "failed"


def test_an_answer_to_an_attempt_that_nobody_knows_is_parked(world: World) -> None:
    letters = declared(world)

    strange = deliver(letters.answer("approve", attempt=7))

    assert of(strange) == ("parked", False)
    assert order().data_status == "processing"


# ---- what must agree


@pytest.mark.parametrize(
    "wrong",
    [
        {"pre_entry_number": "202600000000000999"},
        {"round": "1"},
        {"business_number": "ZS0100202600999"},
    ],
)
def test_numbers_that_disagree_are_quarantined(world: World, wrong: dict[str, str]) -> None:
    letters = declared(world)

    message = deliver(letters.answer("approve", **wrong))

    assert of(message) == ("quarantined", True)
    assert next(iter(wrong.values())) in message.reason
    assert order().data_status == "processing"
    assert not Receipt.of(order()).filter(message=message).exists()


def test_an_answer_in_the_folder_of_another_unit_is_quarantined(world: World) -> None:
    letters = declared(world)

    technical = deliver(letters.technical(accepted=True), STRANGER)
    decision = deliver(letters.answer("approve", to=STRANGER), STRANGER)

    assert of(technical) == of(decision) == ("quarantined", True)
    assert STRANGER in technical.reason
    assert order().data_status == "processing"


def test_answers_go_to_the_unit_that_declared_and_not_to_the_guaranteed_unit(world: World) -> None:
    letters = declared(world, agent=True)

    elsewhere = deliver(letters.answer("loaded", to=UNIT), UNIT)
    deliver(letters.answer("approve"), AGENT)

    assert of(elsewhere) == ("quarantined", True)
    assert order().data_status == "approved"


def test_what_customs_issues_by_itself_goes_to_the_guaranteed_unit_and_not_to_the_declarant(world: World) -> None:
    letters = declared(world, agent=True)

    elsewhere = deliver(letters.notice(to=AGENT), AGENT)
    deliver(letters.notice(), UNIT)

    assert of(elsewhere) == ("quarantined", True)
    assert AGENT in elsewhere.reason
    assert PaymentNotice.objects.count() == 1


def test_an_order_that_comes_for_another_unit_than_it_names_is_quarantined(world: World) -> None:
    message = deliver(Letters().order(to=STRANGER), STRANGER)

    assert of(message) == ("quarantined", True)
    assert not LevyOrder.objects.exists()


# ---- rank


def test_a_higher_answer_moves_the_status_and_a_lower_one_is_only_kept(world: World) -> None:
    letters = declared(world)

    deliver(letters.answer("loaded"))
    late = [deliver(letters.answer("sent")), deliver(letters.technical(accepted=True))]

    assert order().data_status == "received"
    assert [of(message) for message in late] == [("logged", False)] * 2
    assert Receipt.of(order()).filter(effective=False).count() == 2


def test_load_failed_after_loaded_fails(world: World) -> None:
    letters = declared(world)
    deliver(letters.answer("loaded"))

    deliver(letters.answer("load_failed"))

    assert order().data_status == "failed"
    assert of(deliver(letters.answer("loaded"))) == ("logged", False)


def test_a_decision_after_load_failed_counts_and_restores_what_was_signed(world: World) -> None:
    letters = declared(world, BY_LETTER)
    deliver(letters.answer("load_failed"))
    edited = world.fill(order(), values={**BY_CASH, "remark": "改动"})
    assert (edited.data_status, edited.guarantee_mode) == ("failed", "1")

    deliver(letters.answer("approve"))

    now = order()
    assert state() == ("approved", "paid")
    assert (now.guarantee_mode, now.letter_number, now.letter_valid_until, now.payer_account, now.remark) == (
        "2", BY_LETTER["letter_number"], dt.date(2099, 12, 31), "", "",
    )  # fmt: skip


def test_a_return_after_load_failed_leaves_what_the_clerk_typed(world: World) -> None:
    letters = declared(world)
    deliver(letters.answer("load_failed"))
    world.fill(order(), values={**BY_CASH, "remark": "改动"})

    deliver(letters.answer("return"))

    assert (order().data_status, order().remark) == ("returned", "改动")


def test_manual_review_stays_received_and_is_told_to_the_clerk(world: World) -> None:
    letters = declared(world)
    deliver(letters.answer("loaded"))

    deliver(letters.answer("review"))

    assert order().data_status == "received"
    told = Receipt.of(order()).get(verdict="review")
    assert told.effective
    assert "人工" in words(told)


def test_manual_review_alone_means_that_it_was_loaded(world: World) -> None:
    letters = declared(world)

    deliver(letters.answer("review"))

    assert order().data_status == "received"


@pytest.mark.parametrize(
    ("first", "second", "status"), [("approve", "return", "approved"), ("return", "approve", "returned")]
)
def test_the_first_decision_counts_and_a_contrary_one_is_quarantined(
    world: World, first: str, second: str, status: str
) -> None:
    letters = declared(world)
    deliver(letters.answer(first))

    contrary = deliver(letters.answer(second))

    assert of(contrary) == ("quarantined", True)
    assert order().data_status == status


def test_the_same_decision_in_another_message_is_kept_and_changes_nothing(world: World) -> None:
    letters = approved(world)
    version = order().version

    again = deliver(letters.answer("approve"))

    assert of(again) == ("logged", False)
    assert order().version == version


# ---- older attempts


def test_an_answer_to_an_older_attempt_is_kept_and_changes_nothing(world: World) -> None:
    letters = declared_again(world, "return")

    late = deliver(letters.answer("loaded", attempt=1))

    assert of(late) == ("logged", False)
    assert order().data_status == "processing"
    assert Receipt.of(order()).get(message=late).attempt == 1


def test_a_decision_on_an_older_attempt_alerts_while_the_newer_is_undecided(world: World) -> None:
    letters = declared_again(world, "load_failed")

    decision = deliver(letters.answer("approve", attempt=1))

    assert of(decision) == ("logged", True)
    assert order().data_status == "processing"


def test_an_operator_may_accept_a_decision_on_an_older_attempt_by_replaying_it(world: World) -> None:
    letters = declared(world)
    deliver(letters.answer("load_failed"))
    edited = {**BY_CASH, "payer_account": "3490000000000002"}
    world.declare(world.fill(order(), world.agent, edited), world.agent)
    decision = deliver(letters.answer("approve", attempt=1))

    inbox.replay(decision, world.clerk)
    work()

    decision.refresh_from_db()
    assert decision.state == "handled"
    assert state() == ("approved", "unpaid")
    assert (order().payer_account, order().declarant_code) == (BY_CASH["payer_account"], UNIT)
    assert Receipt.of(order()).get(message=decision).effective
    contrary = deliver(letters.answer("return", attempt=2, to=AGENT), AGENT)
    assert of(contrary) == ("quarantined", True)


def test_a_decision_on_an_older_attempt_is_quiet_when_the_newer_is_decided(world: World) -> None:
    letters = declared_again(world, "load_failed")
    deliver(letters.answer("approve", attempt=2))

    decision = deliver(letters.answer("return", attempt=1))
    inbox.replay(decision, world.clerk)
    work()

    decision.refresh_from_db()
    assert of(decision) == ("logged", False)
    assert order().data_status == "approved"


def test_the_decision_that_an_older_attempt_had_already_alerts_nobody(world: World) -> None:
    letters = declared_again(world, "return")

    assert of(deliver(letters.answer("return", attempt=1))) == ("logged", False)


def test_a_contrary_decision_on_an_older_attempt_is_quarantined(world: World) -> None:
    letters = declared_again(world, "return")

    contrary = deliver(letters.answer("approve", attempt=1))

    assert of(contrary) == ("quarantined", True)
    assert order().data_status == "processing"


# ---- duplicate refusals


@pytest.mark.parametrize(("tries", "status"), [(1, "failed"), (2, "accepted")])
def test_a_refusal_as_duplicate_means_arrival_only_when_it_was_sent_more_than_once(
    world: World, tries: int, status: str
) -> None:
    letters = declared(world)
    sent_times(letters, tries)

    deliver(letters.technical(accepted=False, note="数据重复：企业内部编号已存在"))

    assert order().data_status == status


def test_a_copy_that_customs_cannot_load_as_duplicate_does_not_fail_the_one_it_has(world: World) -> None:
    letters = declared(world)
    sent_times(letters, 2)
    deliver(letters.answer("loaded"))

    copy = deliver(letters.answer("load_failed", note="入库失败：与已有数据重复"))

    assert of(copy) == ("logged", False)
    assert order().data_status == "received"
    assert Receipt.of(order()).get(message=copy).verdict == "accepted"


def test_another_refusal_of_what_was_sent_twice_fails(world: World) -> None:
    letters = declared(world)
    sent_times(letters, 2)

    deliver(letters.technical(accepted=False, note="缴款单位名称为空"))

    assert order().data_status == "failed"


# ---- parked


def test_a_notice_before_its_order_waits_and_is_handled_when_the_order_comes(world: World) -> None:
    letters = Letters()
    early = deliver(letters.notice())
    assert of(early) == ("parked", False)

    deliver(letters.order())

    early.refresh_from_db()
    assert early.state == "handled"
    assert notice_in_force(order()) is not None


def test_notice_payment_and_cancellation_before_the_order_all_find_it(world: World) -> None:
    letters = Letters()
    for raw in (letters.payment(), letters.notice(), letters.cancellation()):
        deliver(raw)

    deliver(letters.order())

    assert not InboxMessage.objects.exclude(state="handled").exists()
    assert state() == ("to_confirm", "cancelled")
    assert account_of(order()).missing == 0


# ---- money


def test_a_payment_before_its_notice_counts_when_the_notice_comes(world: World) -> None:
    letters = approved(world)

    deliver(letters.payment())
    assert state() == ("approved", "unpaid")
    deliver(letters.notice())

    assert state() == ("approved", "paid")


def test_a_payment_before_the_approval_counts_on_approval(world: World) -> None:
    letters = declared(world)
    deliver(letters.notice())
    deliver(letters.payment())
    assert state() == ("processing", "")

    deliver(letters.answer("approve"))

    assert state() == ("approved", "paid")


def test_a_payment_below_the_notice_leaves_it_unpaid_until_the_rest_comes(world: World) -> None:
    letters = approved(world)
    deliver(letters.notice())

    deliver(letters.payment("1999.99", "R1"))
    assert state() == ("approved", "unpaid")
    assert account_of(order()).missing == Decimal("0.01")
    deliver(letters.payment("0.01", "R2"))

    assert state() == ("approved", "paid")
    assert account_of(order()).surplus == 0


def test_a_payment_above_the_notice_is_paid_and_flagged(world: World) -> None:
    letters = approved(world)
    deliver(letters.notice())

    above = deliver(letters.payment("2000.01"))

    assert state() == ("approved", "paid")
    assert of(above) == ("handled", True)
    assert account_of(order()).surplus == Decimal("0.01")


def test_a_payment_taken_back_is_unpaid_again_with_an_alert(world: World) -> None:
    letters = approved(world)
    deliver(letters.notice())
    deliver(letters.payment(at=soon()))

    back = deliver(letters.payment(received=False, at=soon(5)))

    assert state() == ("approved", "unpaid")
    assert of(back) == ("handled", True)
    assert account_of(order()).receipt_number == ""


@pytest.mark.parametrize("receipt", ["801026000500", ""])
@pytest.mark.parametrize("seconds", [0, 5])
def test_a_payment_that_comes_after_it_was_taken_back_changes_nothing(world: World, receipt: str, seconds: int) -> None:
    letters = approved(world)
    deliver(letters.notice())
    at = soon()
    paid, back = (
        letters.payment(at=at),
        letters.payment(receipt=receipt, received=False, at=at + dt.timedelta(0, seconds)),
    )

    deliver(back)
    late = deliver(paid)

    assert of(late) == ("logged", False)
    assert state() == ("approved", "unpaid")
    assert not Receipt.objects.get(message=late).effective


def test_money_that_comes_again_after_it_was_taken_back_is_paid(world: World) -> None:
    letters = approved(world)
    deliver(letters.notice())
    deliver(letters.payment(receipt="", received=False, at=soon()))

    deliver(letters.payment(receipt="R2", at=soon()))

    assert state() == ("approved", "paid")
    assert account_of(order()).receipt_number == "R2"


def test_the_same_receipt_reported_twice_is_one_payment(world: World) -> None:
    letters = approved(world)
    deliver(letters.notice())

    deliver(letters.payment("1500.00", at=soon()))
    deliver(letters.payment("1500.00", at=soon(2)))

    assert Payment.objects.count() == 1
    assert state() == ("approved", "unpaid")


def test_a_payment_of_a_notice_of_another_order_is_quarantined(world: World) -> None:
    letters = approved(world)
    deliver(letters.notice())
    other = Letters("ZS0100202600501", serials=letters.serials)
    deliver(other.order())

    message = deliver(other.payment())

    assert of(message) == ("quarantined", True)
    assert not Payment.objects.exists()


def test_a_value_longer_than_can_be_kept_is_quarantined_with_its_reason(world: World) -> None:
    letters = approved(world)

    message = deliver(letters.payment(receipt="8" * 32))

    assert of(message) == ("quarantined", True)
    assert "receipt_number" in message.reason
    assert not Payment.objects.exists()


def test_of_two_notices_the_newest_is_in_force_whichever_comes_first(world: World) -> None:
    letters = approved(world)
    new = letters.notice("010026000502", "1500.00", day=9, deadline=dt.date(2026, 7, 9))
    old = letters.notice("010026000501", "2000.00", day=8, deadline=dt.date(2026, 7, 1))

    deliver(new)
    deliver(old)
    deliver(letters.payment("1500.00", notice="010026000502"))

    in_force = notice_in_force(order())
    assert in_force is not None
    assert in_force.number == "010026000502"
    assert order().pay_deadline == dt.date(2026, 7, 9)
    assert state() == ("approved", "paid")


@pytest.mark.parametrize("first", [0, 1])
def test_a_notice_without_a_deadline_leaves_the_one_before_it(world: World, first: int) -> None:
    letters = approved(world)
    both = [letters.notice("010026000501", day=8, deadline=dt.date(2026, 7, 1)), letters.notice("010026000502", day=9)]

    deliver(both[first])
    deliver(both[1 - first])

    assert order().pay_deadline == dt.date(2026, 7, 1)


def test_a_newer_notice_for_more_makes_what_was_paid_too_little(world: World) -> None:
    letters = approved(world)
    deliver(letters.notice())
    deliver(letters.payment())

    deliver(letters.notice("010026000502", "2500.00", day=9))

    assert state() == ("approved", "unpaid")
    assert account_of(order()).missing == Decimal(500)


def test_the_same_notice_again_changes_nothing_and_another_under_its_number_is_quarantined(world: World) -> None:
    letters = approved(world)
    deliver(letters.notice())

    same, other = deliver(letters.notice()), deliver(letters.notice(amount="2000.01"))

    assert of(same) == ("logged", False)
    assert of(other) == ("quarantined", True)
    assert "金额" in other.reason
    assert PaymentNotice.objects.get().amount == Decimal(2000)


# ---- cancelled


@pytest.mark.parametrize("at_once", [True, False])
def test_a_cancelled_order_is_cancelled_whatever_comes_before_or_after(world: World, at_once: bool) -> None:
    letters = declared(world)
    answers = [letters.answer("approve"), letters.notice(), letters.payment()]
    for raw in [letters.cancellation(), *answers] if at_once else [*answers, letters.cancellation()]:
        deliver(raw)

    assert state() == ("approved", "cancelled")
    assert order().cancel_reason == "业务撤销"


def test_a_cancelled_order_is_neither_saved_nor_declared_any_more(world: World) -> None:
    letters = issued()
    deliver(letters.cancellation())

    with pytest.raises(Refused):
        world.fill(order())
    with pytest.raises(Refused):
        world.declare(order())

    assert not OutboxMessage.objects.exists()
    assert of(deliver(letters.cancellation())) == ("logged", False)


# ---- issued again


def test_the_same_order_issued_again_changes_nothing(world: World) -> None:
    letters = declared(world)
    deliver(letters.notice(deadline=dt.date(2026, 7, 1)))
    version = order().version

    again = deliver(letters.order(agent_code=AGENT))

    assert of(again) == ("logged", False)
    assert order().version == version
    assert LevyOrder.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("amount", "2000.01"),
        ("unit_name", "他名有限公司"),
        ("agent_code", STRANGER),
        ("pay_deadline", dt.date(2026, 8, 1)),
        ("remark", "他"),
    ],
)
def test_the_same_order_issued_again_with_other_values_is_quarantined(world: World, name: str, other: object) -> None:
    letters = issued()
    before = LevyOrder.objects.values().get()

    again = deliver(letters.order(**{name: other}))

    assert of(again) == ("quarantined", True)
    assert LevyOrder.objects.values().get() == before


def test_an_order_with_a_code_that_nobody_knows_is_quarantined(world: World) -> None:
    message = deliver(Letters().order(business_link="99"))

    assert of(message) == ("quarantined", True)
    assert "business_link" in message.reason
    assert not LevyOrder.objects.exists()


# ---- an operator gives up


def held(world: World) -> tuple[Letters, OutboxMessage]:
    """The client could not send the declaration three times."""
    letters = declared(world)
    message = OutboxMessage.objects.get()
    for _time in range(outbox.MAX_FAILURES):
        OutboxMessage.objects.update(next_try_at=timezone.now(), leased_until=None)
        message.refresh_from_db()
        sent = outbox.claim(message)
        assert sent is not None
        outbox.mark_placed(sent)
        outbox.mark_failed(sent)
    message.refresh_from_db()
    assert (message.state, order().data_status) == ("held", "processing")
    return letters, message


def test_a_held_message_that_an_operator_fails_can_be_declared_again(world: World) -> None:
    _letters, message = held(world)

    outbox.fail(message, world.colleague)

    assert order().data_status == "failed"
    told = Event.of(order()).last()
    assert (told.by, told.user) == (world.colleague.name, world.colleague)
    second = world.declare(order())
    assert second.endswith("-0-2")
    assert list(OutboxMessage.objects.order_by("id").values_list("state", flat=True)) == ["failed", "queued"]


def test_a_late_acceptance_of_what_the_operator_failed_changes_nothing_but_a_decision_counts(world: World) -> None:
    letters, message = held(world)
    outbox.fail(message, world.colleague)

    deliver(letters.technical(accepted=True))
    assert order().data_status == "failed"
    deliver(letters.answer("approve"))

    assert order().data_status == "approved"


def test_a_message_that_customs_has_answered_is_not_held_any_more_and_cannot_be_failed(world: World) -> None:
    letters, message = held(world)
    deliver(letters.answer("return"))

    with pytest.raises(outbox.NotHeld):
        outbox.fail(message, world.colleague)

    message.refresh_from_db()
    assert (message.state, message.alert) == ("carried", False)
    assert order().data_status == "returned"
    assert Attempt.objects.get().verdict == "returned"


def test_an_operator_who_fails_a_message_in_the_moment_of_its_answer_is_told(world: World) -> None:
    _letters, message = held(world)
    Attempt.objects.update(answer=1)

    with pytest.raises(outbox.CannotFail):
        outbox.fail(message, world.colleague)

    message.refresh_from_db()
    assert (message.state, order().data_status) == ("held", "processing")


@pytest.mark.parametrize("obstacle", [Refused("示范"), Stale()])
def test_what_the_document_refuses_the_operator_is_told(
    world: World, obstacle: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    _letters, message = held(world)

    def refuse(*_args: object, **_values: object) -> None:
        raise obstacle

    monkeypatch.setattr("documents.inbound.perform", refuse)
    with pytest.raises(outbox.CannotFail, match=str(obstacle) or "."):
        outbox.fail(message, world.colleague)

    assert Attempt.objects.get().answer == 0


# ---- after a restore


def test_after_a_restore_a_refusal_as_duplicate_means_that_it_had_arrived(world: World) -> None:
    letters = declared(world)
    outbox.note_restored()
    outbox.claim(OutboxMessage.objects.get())

    deliver(letters.technical(accepted=False, note="重复申报"))

    assert order().data_status == "accepted"


def test_a_receipt_tells_why_customs_cancelled(world: World) -> None:
    letters = issued()

    deliver(letters.cancellation("企业申请撤销"))

    assert words(Receipt.objects.get(message_type="GRT203")).endswith("企业申请撤销")
