import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from customs import outbox
from customs.clock import in_time
from customs.models import Intervention, OutboxMessage, OutboxTry
from tests.customs.samples import AGENT, ATTEMPT


def due():
    return list(outbox.due_messages())


def hold(message):
    for _time in range(outbox.MAX_FAILURES):
        OutboxMessage.objects.update(next_try_at=Now())
        sent = outbox.claim(due()[0])
        outbox.mark_placed(sent)
        outbox.mark_failed(sent)
    message.refresh_from_db()
    return message


def test_a_message_id_is_sender_receiver_time_and_eleven_digits(db):
    moment = datetime(2026, 6, 30, 16, 15, 30, tzinfo=UTC)
    first = outbox.next_message_id(AGENT, "CUS0000", moment)
    second = outbox.next_message_id(AGENT, "CUS0000", moment)
    assert first == "1101919107CUS00002026070100153000000000001"
    assert second == "1101919107CUS00002026070100153000000000002"


@pytest.mark.django_db(transaction=True)
def test_a_message_is_queued_only_inside_a_transaction():
    with pytest.raises(transaction.TransactionManagementError):
        outbox.enqueue(
            message_id="1",
            internal_no=ATTEMPT,
            message_type="GRT101",
            sender=AGENT,
            file_name="a.xml",
            content=b"a",
            pre_entry_number="2",
            round=0,
            attempt=1,
        )


@pytest.mark.django_db(transaction=True)
def test_a_declaration_that_is_rolled_back_sends_nothing(declared):
    class Refused(Exception):
        pass

    def declare_and_refuse():
        declared()
        raise Refused

    with pytest.raises(Refused), transaction.atomic():
        declare_and_refuse()
    assert due() == []


def test_an_attempt_is_queued_once(db, declared):
    declared()
    with pytest.raises(IntegrityError), transaction.atomic():
        declared()


def test_only_one_worker_gets_a_message(db, declared):
    declared()
    seen_by_both = due()[0]
    assert outbox.claim(seen_by_both).file_name == f"GRT101_{ATTEMPT}_t-1.zip"
    assert outbox.claim(seen_by_both) is None
    assert due() == []


def test_a_worker_that_loses_the_race_for_a_message_leaves_the_try_of_the_winner_open(db, declared):
    declared()
    seen_by_both = due()[0]
    winner = outbox.claim(seen_by_both)
    assert outbox.claim(seen_by_both) is None
    winner.refresh_from_db()
    assert winner.outcome == ""


def test_a_later_attempt_waits_for_the_earlier(db, declared):
    first, second = declared(1), declared(2)
    other = declared(1, "202600000000000072")
    assert due() == [first, other]
    outbox.mark_placed(outbox.claim(first))
    assert due() == [second, other]


def test_an_interrupted_try_is_counted_and_gets_the_next_number(db, declared):
    message = declared()
    outbox.claim(due()[0])
    OutboxMessage.objects.update(leased_until=in_time(timedelta(seconds=-1)))
    assert outbox.claim(due()[0]).number == 2
    assert [entry.outcome for entry in message.tried.all()] == ["interrupted", ""]
    assert outbox.tries_of(ATTEMPT) == 2


def test_a_try_that_was_never_written_is_not_counted(db, declared):
    declared()
    outbox.mark_not_written(outbox.claim(due()[0]), OSError("disk full"))
    assert outbox.tries_of(ATTEMPT) == 0
    assert due() == []
    assert OutboxMessage.objects.get().reason == "disk full"


def test_a_carried_message_is_never_due_again(db, declared):
    message = declared()
    sent = outbox.claim(due()[0])
    outbox.mark_placed(sent)
    assert outbox.mark_carried(sent)
    assert not outbox.mark_carried(sent)
    message.refresh_from_db()
    assert message.state == "carried"
    assert message.carried_at is not None
    assert due() == []


def test_a_failed_try_is_made_again_a_little_later(db, declared):
    message = declared()
    sent = outbox.claim(due()[0])
    outbox.mark_placed(sent)
    assert outbox.mark_failed(sent)
    assert not outbox.mark_failed(sent)
    message.refresh_from_db()
    assert (message.state, message.failures) == ("queued", 1)
    assert due() == []
    OutboxMessage.objects.update(next_try_at=Now())
    assert outbox.claim(due()[0]).file_name.endswith("_t-2.zip")


def test_the_late_failure_of_an_older_try_changes_nothing(db, declared):
    message = declared()
    old = outbox.claim(due()[0])
    OutboxMessage.objects.update(leased_until=None)
    outbox.mark_placed(outbox.claim(due()[0]))
    assert outbox.mark_failed(old) is False
    message.refresh_from_db()
    assert (message.state, message.failures) == ("placed", 0)


def test_after_three_failures_a_message_is_held_with_an_alert(db, declared):
    message = hold(declared())
    assert (message.state, message.alert, message.tries) == ("held", True, 3)
    assert due() == []


def test_an_operator_sends_a_held_message_again_under_the_same_id(db, declared):
    message = hold(declared())
    was = (message.message_id, message.sha256)
    outbox.send_again(message, "admin")
    assert (message.message_id, message.sha256, message.alert) == (*was, False)
    assert outbox.claim(due()[0]).number == 4
    assert [(entry.action, entry.by) for entry in Intervention.objects.all()] == [("send-again", "admin")]


def test_an_operator_fails_a_held_message_and_the_kernel_is_told(db, declared, monkeypatch):
    told = []
    monkeypatch.setattr(outbox, "_failures", [])

    def tell(message, by):
        told.append((message.internal_no, by))

    outbox.register_failure(tell)
    outbox.register_failure(tell)
    message = hold(declared())
    outbox.fail(message, "admin")
    assert told == [(ATTEMPT, "admin")]
    assert (message.state, message.alert) == ("failed", False)
    assert due() == []


def test_what_the_kernel_refuses_to_fail_stays_held(db, declared, monkeypatch):
    class Answered(Exception):
        pass

    def refuse(message, by):
        raise Answered

    monkeypatch.setattr(outbox, "_failures", [refuse])
    message = hold(declared())
    with pytest.raises(Answered):
        outbox.fail(message, "admin")
    message.refresh_from_db()
    assert message.state == "held"
    assert not Intervention.objects.exists()


def test_only_a_held_message_can_be_sent_again_or_failed(db, declared, monkeypatch):
    monkeypatch.setattr(outbox, "_failures", [])
    message = declared()
    for act in (outbox.send_again, outbox.fail):
        with pytest.raises(outbox.NotHeld):
            act(message, "admin")
    assert not Intervention.objects.exists()


def test_a_held_message_that_was_carried_after_all_needs_nobody(db, declared):
    message = hold(declared())
    late = OutboxTry.objects.create(message=message, number=9, file_name="x.zip")
    outbox.mark_carried(late)
    message.refresh_from_db()
    assert (message.state, message.alert) == ("carried", False)


@pytest.mark.parametrize("change", [{"state": "carried"}, {"failures": 5}])
def test_the_database_refuses_what_must_never_be(db, declared, change):
    declared()
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxMessage.objects.update(**change)


@pytest.mark.parametrize("placed", [False, True])
def test_a_message_that_customs_answered_has_arrived_whatever_the_client_said(db, declared, placed):
    message = declared()
    sent = outbox.claim(due()[0])
    if placed:
        outbox.mark_placed(sent)
    outbox.note_answered(ATTEMPT)
    message.refresh_from_db()
    assert (message.state, message.leased_until) == ("carried", None)
    assert message.carried_at is not None
    outbox.mark_placed(sent)
    outbox.mark_failed(sent)
    assert due() == []


def test_a_held_message_that_customs_answered_needs_nobody_and_cannot_be_failed(db, declared, monkeypatch):
    monkeypatch.setattr(outbox, "_failures", [lambda message, by: pytest.fail("the kernel was told")])
    message = hold(declared())
    outbox.note_answered(ATTEMPT)
    message.refresh_from_db()
    assert (message.state, message.alert, message.reason) == ("carried", False, "")
    with pytest.raises(outbox.NotHeld):
        outbox.fail(message, "admin")


@pytest.mark.parametrize("state", ["carried", "failed"])
def test_an_answer_changes_nothing_about_a_message_whose_end_is_known(db, declared, state):
    declared(1), declared(2)
    OutboxMessage.objects.update(state=state, carried_at=datetime(2026, 9, 1, tzinfo=UTC))
    before = list(OutboxMessage.objects.values())
    outbox.note_answered(ATTEMPT)
    assert list(OutboxMessage.objects.values()) == before


def test_an_answer_is_about_its_own_attempt(db, declared):
    first, second = declared(1), declared(2)
    outbox.note_answered(second.internal_no)
    assert due() == [first]


def test_a_message_that_is_held_is_reported_as_an_error(db, declared, caplog):
    hold(declared())
    assert [entry.levelname for entry in caplog.records if "held for an operator" in entry.message] == ["ERROR"]


def test_a_long_name_of_an_operator_is_cut(db, declared):
    outbox.send_again(hold(declared()), "x" * 200)
    assert Intervention.objects.get().by == "x" * 150


def restore():
    call_command("customs_restored", stdout=io.StringIO())


@pytest.mark.parametrize("state", ["queued", "placed", "held"])
def test_after_a_restore_the_next_sending_counts_as_the_second(db, declared, state):
    declared()
    if state != "queued":
        outbox.mark_placed(outbox.claim(due()[0]))
    OutboxMessage.objects.update(state=state)
    before = outbox.tries_of(ATTEMPT)
    restore()
    restore()
    assert outbox.tries_of(ATTEMPT) == before + 1
    assert OutboxMessage.objects.get().state == state


def test_after_a_restore_a_message_goes_on_as_before(db, declared):
    message = declared()
    restore()
    sent = outbox.claim(due()[0])
    assert (sent.number, outbox.tries_of(ATTEMPT)) == (1, 2)
    outbox.mark_placed(sent)
    outbox.mark_failed(sent)
    message.refresh_from_db()
    assert (message.state, message.failures) == ("queued", 1)


def test_a_restore_counts_nothing_for_what_was_carried_or_given_up(db, declared, capsys):
    declared(1), declared(2)
    OutboxMessage.objects.filter(attempt=1).update(state="carried", carried_at=Now())
    OutboxMessage.objects.filter(attempt=2).update(state="failed")
    call_command("customs_restored")
    assert not OutboxTry.objects.exists()
    assert capsys.readouterr().out == "0 messages may have been sent before.\n"
