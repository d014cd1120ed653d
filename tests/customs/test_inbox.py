import re
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, OperationalError, transaction
from django.db.models.functions import Now

from customs import inbox, wire
from customs.clock import in_time
from customs.inbox import NotReplayable, Park, Quarantine
from customs.models import InboxMessage, Intervention, MessageCounter, OutboxTry
from tests.customs.samples import AGENT, GUARANTEED, sample, with_id

ORDER = sample("GRT202_issued")
LOADED = sample("GRT200_loaded")


def handle_all():
    while (message := inbox.claim_next()) is not None:
        inbox.handle(message)


def state_of(message):
    message.refresh_from_db()
    return message.state


def make_due():
    InboxMessage.objects.update(next_try_at=Now(), leased_until=None)


def test_a_message_is_kept_as_it_came_and_handled_once(db, handler):
    message = inbox.store(ORDER, GUARANTEED, "Receipt_1.xml")
    assert (message.state, bytes(message.content)) == ("received", ORDER)
    handle_all()
    handle_all()
    assert state_of(message) == "handled"
    assert message.handled_at is not None
    assert handler.given == [wire.read(ORDER)]


def test_what_is_known_of_a_message_stands_beside_it(db, handler):
    message = inbox.store(LOADED, AGENT, "Receipt_1.xml")
    assert (message.message_type, message.sender, message.receiver) == ("GRT200", "CUS0000", AGENT)
    assert (message.pre_entry_number, message.round, message.attempt) == ("202600000000000071", 0, 1)


def test_a_message_that_changed_nothing_is_logged(db, handler):
    handler.effect = "logged"
    message = inbox.store(LOADED, AGENT, "a.xml")
    handle_all()
    assert state_of(message) == "logged"


def test_the_same_message_twice_is_handled_once(db, handler):
    inbox.store(ORDER, GUARANTEED, "Receipt_1.xml")
    copy = inbox.store(ORDER, GUARANTEED, "Receipt_2.xml")
    handle_all()
    assert (copy.state, copy.alert) == ("duplicate", False)
    assert len(handler.given) == 1


def test_the_same_file_again_is_the_same_row(db, handler):
    first = inbox.store(ORDER, GUARANTEED, "Receipt_1.xml")
    assert inbox.store(ORDER, GUARANTEED, "Receipt_1.xml").id == first.id
    assert InboxMessage.objects.count() == 1


def test_the_same_id_with_other_bytes_is_quarantined_with_an_alert(db, handler):
    inbox.store(ORDER, GUARANTEED, "Receipt_1.xml")
    other = inbox.store(ORDER.replace(b"20260916", b"20260917"), GUARANTEED, "Receipt_2.xml")
    handle_all()
    assert (state_of(other), other.alert) == ("quarantined", True)
    assert len(handler.given) == 1


def test_a_technical_answer_is_known_by_its_bytes(db, handler):
    inbox.store(sample("answer_accepted"), AGENT, "Successed_1.xml")
    assert inbox.store(sample("answer_accepted"), AGENT, "Successed_2.xml").state == "duplicate"
    assert inbox.store(sample("answer_refused"), AGENT, "Failed_1.xml").state == "received"


def test_a_message_refused_in_the_wrong_folder_is_welcome_in_the_right_one(db, handler):
    assert inbox.store(ORDER, AGENT, "Receipt_1.xml").state == "quarantined"
    assert inbox.store(ORDER, GUARANTEED, "Receipt_1.xml").state == "received"


def test_messages_of_one_unit_are_handled_in_the_order_of_arrival(db, handler):
    first = inbox.store(LOADED, AGENT, "a.xml")
    second = inbox.store(with_id(LOADED, "7777"), AGENT, "b.xml")
    other_unit = inbox.store(ORDER, GUARANTEED, "c.xml")
    assert inbox.claim_next() == first
    assert inbox.claim_next() == other_unit
    assert inbox.claim_next() is None
    inbox.handle(InboxMessage.objects.get(id=first.id))
    assert inbox.claim_next() == second


def test_a_claimed_message_is_free_again_when_its_lease_ran_out(db, handler):
    message = inbox.store(ORDER, GUARANTEED, "a.xml")
    assert inbox.claim_next() == message
    assert inbox.claim_next() is None
    InboxMessage.objects.update(leased_until=in_time(timedelta(seconds=-1)))
    assert inbox.claim_next() == message


def test_a_worker_that_lost_its_lease_changes_nothing(db, handler):
    inbox.store(ORDER, GUARANTEED, "a.xml")
    slow = inbox.claim_next()
    InboxMessage.objects.update(leased_until=in_time(timedelta(seconds=-1)))
    fast = inbox.claim_next()
    inbox.handle(slow)
    assert handler.given == []
    inbox.handle(fast)
    inbox.handle(slow)
    assert len(handler.given) == 1


def test_a_parked_message_is_handled_when_something_moved(db, handler):
    handler.raises = Park("ZS0100202600071")
    message = inbox.store(sample("GRT231_notice"), GUARANTEED, "a.xml")
    handle_all()
    assert (state_of(message), message.reason, message.alert) == ("parked", "ZS0100202600071", False)
    handler.raises = None
    assert inbox.retry_parked()
    assert state_of(message) == "handled"
    assert not inbox.retry_parked()


def test_a_parked_message_alerts_after_24_hours_and_stays_parked(db, handler):
    handler.raises = Park("unknown")
    message = inbox.store(ORDER, GUARANTEED, "a.xml")
    handle_all()
    assert inbox.alert_overdue() == 0
    first = InboxMessage.objects.get().parked_until
    inbox.retry_parked()
    assert InboxMessage.objects.get().parked_until == first
    InboxMessage.objects.update(parked_until=in_time(timedelta(seconds=-1)))
    assert inbox.alert_overdue() == 1
    assert (state_of(message), message.alert) == ("parked", True)
    assert list(inbox.waiting()) == [message]
    inbox.acknowledge(message, "admin")
    assert inbox.alert_overdue() == 0
    assert not inbox.waiting()
    assert Intervention.objects.get().action == "acknowledge"


def test_a_contradiction_is_quarantined_with_its_reason(db, handler):
    handler.raises = Quarantine("the decision was another")
    message = inbox.store(LOADED, AGENT, "a.xml")
    handle_all()
    assert (state_of(message), message.reason, message.alert) == ("quarantined", "the decision was another", True)


def test_a_handler_that_gives_no_reason_is_named_instead(db, handler):
    handler.raises = Park()
    message = inbox.store(LOADED, AGENT, "a.xml")
    handle_all()
    assert (state_of(message), message.reason) == ("parked", "Park()")


def test_what_the_handler_wrote_is_undone_when_it_fails(db, handler, monkeypatch):
    def failing(message, incoming):
        MessageCounter.objects.create(id=1, value=7)
        raise Quarantine("no")

    monkeypatch.setattr(inbox, "_handlers", [failing])
    inbox.store(LOADED, AGENT, "a.xml")
    handle_all()
    assert not MessageCounter.objects.exists()


def test_a_handler_that_keeps_failing_ends_in_quarantine_and_blocks_nobody(db, handler, caplog):
    handler.raises = KeyError("bug")
    message = inbox.store(LOADED, AGENT, "a.xml")
    for _time in range(inbox.MAX_ERRORS):
        handle_all()
        make_due()
    assert (state_of(message), message.alert) == ("quarantined", True)
    assert "bug" in message.reason
    assert len(handler.given) == inbox.MAX_ERRORS
    handler.raises = None
    inbox.store(with_id(LOADED, "7777"), AGENT, "b.xml")
    handle_all()
    assert len(handler.given) == inbox.MAX_ERRORS + 1


def test_an_integrity_error_in_the_handler_is_an_error_like_any_other(db, handler, monkeypatch):
    def failing(message, incoming):
        MessageCounter.objects.create(id=2)

    monkeypatch.setattr(inbox, "_handlers", [failing])
    message = inbox.store(LOADED, AGENT, "a.xml")
    handle_all()
    assert (state_of(message), message.errors) == ("received", 1)


def test_while_the_database_is_away_no_error_is_counted(db, handler):
    handler.raises = OperationalError("gone")
    message = inbox.store(LOADED, AGENT, "a.xml")
    with pytest.raises(OperationalError):
        inbox.handle(inbox.claim_next())
    assert (state_of(message), message.errors) == ("received", 0)


def test_an_alert_of_the_handler_is_shown(db, handler, monkeypatch):
    monkeypatch.setattr(inbox, "_handlers", [lambda m, i: inbox.Handled("1", 0, 1, "moved", alert="taken back")])
    message = inbox.store(LOADED, AGENT, "a.xml")
    handle_all()
    assert (state_of(message), message.reason, message.alert) == ("handled", "taken back", True)


def test_a_quarantined_message_can_be_replayed(db, handler):
    handler.raises = Quarantine("not yet")
    message = inbox.store(LOADED, AGENT, "a.xml")
    handle_all()
    inbox.replay(message, "admin")
    assert (message.state, message.replayed_by, message.alert) == ("received", "admin", False)
    handler.raises = None
    handle_all()
    assert state_of(message) == "handled"
    assert [(entry.action, entry.by) for entry in Intervention.objects.all()] == [("replay", "admin")]


def test_a_message_refused_at_the_door_is_examined_again_by_a_replay(db, handler, monkeypatch):
    with monkeypatch.context() as before_the_fix:
        before_the_fix.setattr(wire, "ISSUED", {})
        message = inbox.store(ORDER, GUARANTEED, "a.xml")
    assert message.state == "quarantined"
    inbox.replay(message, "admin")
    assert (message.state, message.message_type) == ("received", "GRT202")
    handle_all()
    assert handler.given == [wire.read(ORDER)]


def test_what_is_still_unreadable_is_not_replayed(db, handler):
    message = inbox.store(b"<a/>", GUARANTEED, "a.xml")
    with pytest.raises(NotReplayable):
        inbox.replay(message, "admin")
    assert state_of(message) == "quarantined"


def test_a_handled_message_or_a_duplicate_is_never_handled_again(db, handler):
    message = inbox.store(ORDER, GUARANTEED, "a.xml")
    handle_all()
    for again in (message, inbox.store(ORDER, GUARANTEED, "b.xml")):
        with pytest.raises(NotReplayable):
            inbox.replay(again, "admin")
    assert not Intervention.objects.exists()


def test_without_a_handler_nothing_is_handled(db, monkeypatch):
    monkeypatch.setattr(inbox, "_handlers", [])
    inbox.store(ORDER, GUARANTEED, "a.xml")
    with pytest.raises(ImproperlyConfigured):
        inbox.handle(inbox.claim_next())


def test_the_last_registered_handler_handles(monkeypatch):
    monkeypatch.setattr(inbox, "_handlers", [])
    inbox.register_handler(print)
    inbox.register_handler(repr)
    assert inbox.registered_handler() is repr


@pytest.mark.parametrize(
    "change",
    [
        {"state": "received", "identity": None},
        {"state": "handled"},
        {"state": "parked", "reason": ""},
        {"state": "quarantined", "reason": ""},
    ],
)
def test_the_database_refuses_what_must_never_be(db, handler, change):
    inbox.store(ORDER, GUARANTEED, "a.xml")
    with pytest.raises(IntegrityError), transaction.atomic():
        InboxMessage.objects.update(**change)


def test_a_file_name_that_is_no_text_is_kept_as_escapes(db, handler):
    message = inbox.store(ORDER, GUARANTEED, b"a\xff.xml".decode("utf-8", "surrogateescape"))
    message.refresh_from_db()
    assert re.fullmatch(r"a\\udcff\.xml", message.file_name)


def test_a_zip_and_its_xml_are_the_same_message(db, handler):
    from customs import archives

    inbox.store(ORDER, GUARANTEED, "Receipt_1.xml")
    packed = inbox.store(archives.pack("Receipt_2.xml", ORDER), GUARANTEED, "Receipt_2.zip")
    assert packed.state == "duplicate"


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_store_one_message_store_it_once(handler, monkeypatch):
    """The second worker looks before the first has committed, and is stopped by the unique identity."""
    real, raced = inbox._insert, []

    def overtaken(message):
        if not raced:
            raced.append(True)
            inbox.store(ORDER, GUARANTEED, "Receipt_1.xml")
            with transaction.atomic():
                message.save(force_insert=True)
        return real(message)

    monkeypatch.setattr(inbox, "_insert", overtaken)
    assert inbox.store(ORDER, GUARANTEED, "Receipt_2.xml").state == "duplicate"
    assert InboxMessage.objects.filter(state="received").count() == 1


def test_what_another_worker_claims_meanwhile_is_left_to_it(db, handler, monkeypatch):
    handler.raises = Park("unknown")
    inbox.store(ORDER, GUARANTEED, "a.xml")
    handle_all()
    inbox.store(LOADED, AGENT, "b.xml")
    monkeypatch.setattr(inbox, "_claim", lambda message: False)
    assert inbox.claim_next() is None
    assert not inbox.retry_parked()


@pytest.mark.parametrize("raised", [Park("late"), KeyError("late")])
def test_a_worker_that_was_overtaken_while_handling_leaves_the_state_alone(db, handler, monkeypatch, raised):
    message = inbox.store(ORDER, GUARANTEED, "a.xml")

    def overtaken(message, incoming):
        message.tries -= 1
        raise raised

    monkeypatch.setattr(inbox, "_handlers", [overtaken])
    inbox.handle(inbox.claim_next())
    assert (state_of(message), message.errors) == ("received", 0)


def test_an_alert_that_is_none_is_not_acknowledged(db, handler):
    inbox.acknowledge(inbox.store(ORDER, GUARANTEED, "a.xml"), "admin")
    assert not Intervention.objects.exists()


def test_messages_have_names_for_an_operator(db, handler):
    message = inbox.store(b"?", GUARANTEED, "a.xml")
    assert str(message) == "? a.xml"
    assert str(Intervention(action="replay", by="admin")).endswith(": admin")
    assert str(MessageCounter(value=7)) == "7"
    assert str(OutboxTry(file_name="a_t-1.zip")) == "a_t-1.zip"


def test_a_claim_that_another_worker_made_first_fails(db, handler):
    message = inbox.store(ORDER, GUARANTEED, "a.xml")
    assert inbox.claim_next() == message
    assert not inbox._claim(message)


def test_every_alert_is_reported_as_an_error_once(db, handler, caplog):
    handler.raises = Park("ZS0100202600071")
    inbox.store(LOADED, AGENT, "parked.xml")
    handle_all()
    InboxMessage.objects.update(parked_until=in_time(timedelta(seconds=-1)))
    assert (inbox.alert_overdue(), inbox.alert_overdue()) == (1, 0)
    handler.raises = Quarantine("contradiction")
    inbox.store(ORDER, GUARANTEED, "contradicts.xml")
    handle_all()
    for _time in range(2):
        inbox.store(b"<a/>", GUARANTEED, "unreadable.xml")
    errors = [entry.getMessage() for entry in caplog.records if entry.levelname == "ERROR"]
    assert [next(name for name in ("parked", "contradicts", "unreadable") if name in said) for said in errors] == [
        "parked",
        "contradicts",
        "unreadable",
    ]


def test_what_the_handler_wants_an_operator_to_see_is_reported_as_an_error(db, monkeypatch, caplog):
    seen = inbox.Handled("202600000000000071", 0, 1, "logged", "an older attempt")
    monkeypatch.setattr(inbox, "_handlers", [lambda message, incoming: seen])
    inbox.store(ORDER, GUARANTEED, "a.xml")
    handle_all()
    assert [entry.levelname for entry in caplog.records if "an older attempt" in entry.getMessage()] == ["ERROR"]


def test_a_long_name_of_an_operator_is_cut(db, handler):
    message = inbox.store(ORDER, AGENT, "a.xml")
    inbox.acknowledge(message, "x" * 200)
    InboxMessage.objects.update(folder_unit=GUARANTEED)
    inbox.replay(message, "x" * 200)
    assert {entry.by for entry in Intervention.objects.all()} == {message.replayed_by} == {"x" * 150}
