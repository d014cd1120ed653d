import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse

from customs import inbox, outbox
from customs.admin import as_text
from customs.archives import pack
from customs.models import InboxMessage, OutboxMessage
from tests.customs.samples import AGENT, GUARANTEED, encoded, sample
from tests.customs.test_hostile import ZIPS

ORDER = sample("GRT202_issued")
OUTGOING = reverse("admin:customs_outboxmessage_changelist")
INCOMING = reverse("admin:customs_inboxmessage_changelist")
pytestmark = pytest.mark.usefixtures("db", "handler")


@pytest.fixture
def operator(client):
    """Signed in, with every right on messages."""
    user = get_user_model().objects.create(username="operator", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="customs"))
    client.force_login(user)
    return client


@pytest.fixture
def reader(client):
    user = get_user_model().objects.create(username="reader", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)
    return client


def act(client, url, action, message):
    return client.post(url, {"action": action, "_selected_action": [message.pk]}, follow=True)


@pytest.mark.parametrize("url", [OUTGOING, INCOMING])
def test_the_list_says_that_the_layout_is_ours(reader, url):
    assert "customs/wire.py" in reader.get(url).content.decode()


def test_the_raw_message_is_shown_as_text_and_nothing_can_be_changed(operator):
    raw = ORDER.replace("示范</rmk>".encode(), b"<script>alert(1)</script></rmk>")
    message = inbox.store(raw, GUARANTEED, "a.xml")
    page = operator.get(reverse("admin:customs_inboxmessage_change", args=[message.pk])).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page
    assert 'name="state"' not in page
    assert 'name="_save"' not in page


def test_an_outgoing_message_shows_its_tries(operator, declared):
    message = declared()
    outbox.claim(message)
    page = operator.get(reverse("admin:customs_outboxmessage_change", args=[message.pk])).content.decode()
    assert f"{message.internal_no}_t-1.zip" in page
    assert "&lt;SignatureValue&gt;" in page


def test_messages_that_alert_can_be_filtered(operator):
    inbox.store(ORDER, AGENT, "wrong-unit.xml")
    inbox.store(ORDER, GUARANTEED, "right.xml")
    page = operator.get(INCOMING, {"alert__exact": "1"}).content.decode()
    assert "wrong-unit.xml" in page
    assert "right.xml" not in page


def test_an_operator_replays_and_acknowledges(operator, monkeypatch):
    message = inbox.store(ORDER, AGENT, "a.xml")
    act(operator, INCOMING, "acknowledge", message)
    message.refresh_from_db()
    assert (message.alert, message.acknowledged_by) == (False, "operator")
    InboxMessage.objects.update(folder_unit=GUARANTEED)
    act(operator, INCOMING, "replay", message)
    message.refresh_from_db()
    assert (message.state, message.replayed_by) == ("received", "operator")


def test_what_cannot_be_replayed_is_said(operator):
    message = inbox.store(b"<a/>", AGENT, "a.xml")
    page = act(operator, INCOMING, "replay", message)
    assert [entry.level_tag for entry in page.context["messages"]] == ["error"]


def test_an_operator_sends_again_and_gives_up(operator, declared):
    first, second = declared(1), declared(2)
    OutboxMessage.objects.update(state="held")
    act(operator, OUTGOING, "send_again", first)
    act(operator, OUTGOING, "fail", second)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("queued", "failed")


def test_who_may_only_read_cannot_act(reader, declared):
    message = declared()
    OutboxMessage.objects.update(state="held")
    act(reader, OUTGOING, "send_again", message)
    message.refresh_from_db()
    assert message.state == "held"


def test_nobody_adds_or_deletes_a_message(operator, declared):
    message = declared()
    assert operator.get(reverse("admin:customs_outboxmessage_add")).status_code == 403
    assert operator.post(reverse("admin:customs_outboxmessage_delete", args=[message.pk])).status_code == 403


def test_bytes_are_shown_in_their_encoding_and_disguises_as_escapes():
    text = ORDER.decode()
    assert as_text(encoded(ORDER, "gb2312"), "a.xml") == text.replace("UTF-8", "gb2312")
    assert as_text(pack("a.xml", ORDER), "a.zip") == text
    assert as_text("a\u202eb\0".encode() + b"\xff", "a.xml") == "a\\u202eb\\u0000\\xff"
    assert as_text(b"PK\x03\x04", "a.zip") == "PK\\u0003\\u0004"


def test_what_the_kernel_refuses_to_give_up_is_said(operator, declared, monkeypatch):
    def refuse(message, by):
        raise outbox.CannotFail("示范原因")

    monkeypatch.setattr(outbox, "_failures", [refuse])
    message = declared()
    OutboxMessage.objects.update(state="held")
    page = act(operator, OUTGOING, "fail", message)
    assert [(entry.level_tag, "示范原因" in str(entry)) for entry in page.context["messages"]] == [("error", True)]


def test_the_kernel_is_told_which_user_gives_up(operator, declared, monkeypatch):
    told = []
    monkeypatch.setattr(outbox, "_failures", [lambda message, by: told.append(by)])
    message = declared()
    OutboxMessage.objects.update(state="held")
    act(operator, OUTGOING, "fail", message)
    assert told == [get_user_model().objects.get(username="operator")]


@pytest.mark.parametrize("raw", [value[0] for value in ZIPS.values()], ids=ZIPS.keys())
def test_the_page_of_a_broken_zip_is_shown(operator, raw):
    message = inbox.store(raw, GUARANTEED, "a.zip")
    assert operator.get(reverse("admin:customs_inboxmessage_change", args=[message.pk])).status_code == 200


def test_the_first_page_counts_what_waits_and_leads_to_it(operator, declared, settings):
    inbox.store(ORDER, AGENT, "wrong-unit.xml")
    inbox.store(b"<a/>", AGENT, "unreadable.xml")
    declared()
    OutboxMessage.objects.update(state="held", alert=True)
    operator.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = operator.get(reverse("admin:index")).content.decode()
    assert f'<a href="{INCOMING}?alert__exact=1">2 messages from customs wait for an operator</a>' in page
    assert f'<a href="{OUTGOING}?alert__exact=1">1 message to customs waits for an operator</a>' in page
    assert "wrong-unit.xml" in operator.get(INCOMING, {"alert__exact": "1"}).content.decode()


def test_the_first_page_says_nothing_while_nothing_waits(operator, declared):
    declared()
    inbox.store(ORDER, GUARANTEED, "right.xml")
    assert "alert__exact" not in operator.get(reverse("admin:index")).content.decode()


def test_who_may_not_see_messages_is_not_told_of_them(client):
    user = get_user_model().objects.create(username="elsewhere", is_staff=True)
    client.force_login(user)
    inbox.store(b"<a/>", AGENT, "unreadable.xml")
    assert "alert__exact" not in client.get(reverse("admin:index")).content.decode()
