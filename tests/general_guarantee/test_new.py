"""Beginning a general guarantee: saved leniently, once for each form, as a copy, and with nothing typed lost (DOMAIN 5, 5.2)."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from documents import declaring
from documents.models import Event, Filing
from general_guarantee.models import GeneralGuarantee
from parties.models import Delegation
from tests.documents.hostile import given_back
from tests.documents.orders import fresh, post, url_of
from tests.documents.test_conflicts import row_of
from tests.documents.test_interrupted import sign_in
from tests.general_guarantee.forms import (
    LIST,
    NEW,
    begin,
    dialog,
    fields_of,
    new_change,
    send_new,
    stored,
)
from tests.general_guarantee.guarantees import BY_CASH, BY_LETTER, approved, guarantee_in
from tests.world import World

pytestmark = pytest.mark.django_db

TEXTS = [name for name in BY_LETTER if name not in ("guarantee_mode", "district", "payment_mode")]


def test_saving_says_so_and_leads_to_the_draft_with_its_number(world: World) -> None:
    browser = world.browser(world.clerk)
    answer = send_new(browser, BY_LETTER)
    guarantee = GeneralGuarantee.objects.get()
    assert answer.headers["Location"] == url_of(guarantee)
    assert re.fullmatch(r"[0-9]{4}[0-9]{14}", guarantee.pre_entry_number)
    assert (guarantee.data_status, guarantee.guarantee_status, guarantee.guarantee_number) == ("draft", "", "")
    assert (guarantee.input_code, guarantee.input_name) == ("1111510001", "北京天竺示范加工有限公司")
    assert guarantee.amount == 100000
    assert dialog(browser.get(url_of(guarantee)).content.decode()) == "暂存成功"
    assert list(Event.of(guarantee).values_list("move", "by", "was", "now")) == [("save", "示范clerk", "", "draft")]


def test_declaring_from_a_new_page_saves_and_leads_to_the_check_page(world: World) -> None:
    browser = world.browser(world.clerk)
    answer = send_new(browser, BY_LETTER, move="declare")
    guarantee = GeneralGuarantee.objects.get()
    assert answer.headers["Location"] == url_of(guarantee, "declare/")
    assert guarantee.data_status == "draft", "it is declared by the signature only"


def test_the_same_form_sent_twice_begins_one_document(world: World) -> None:
    browser, key = world.browser(world.clerk), str(uuid4())
    answers = [send_new(browser, BY_LETTER, form_key=key) for _n in range(2)]
    guarantee = GeneralGuarantee.objects.get()
    assert {answer.headers["Location"] for answer in answers} == {url_of(guarantee)}

    other = send_new(browser, {**BY_LETTER, "remark": "后来"}, form_key=key)
    assert other.status_code == 409
    assert row_of(other.content.decode(), "备注") == ("-", "后来")
    assert f'id="document" method="post" action="{url_of(guarantee)}"' in other.content.decode()
    assert fresh(guarantee).remark == ""
    assert Filing.objects.count() == Event.objects.count() == 1


def test_the_same_form_sent_twice_in_the_same_moment_begins_one_document(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    create, key = declaring.create, str(uuid4())

    def create_after_the_other(*args: Any, **options: Any) -> Any:
        monkeypatch.setattr(declaring, "create", create)
        begin(world.browser(world.clerk), BY_LETTER, form_key=key)
        return create(*args, **options)

    monkeypatch.setattr(declaring, "create", create_after_the_other)
    answer = send_new(world.browser(world.clerk), BY_LETTER, form_key=key)

    assert answer.headers["Location"] == url_of(GeneralGuarantee.objects.get())
    assert Filing.objects.count() == Event.objects.count() == 1


def test_two_forms_begin_two_documents_and_each_page_has_a_form_of_its_own(world: World) -> None:
    browser = world.browser(world.clerk)
    keys = {given_key(browser.get(NEW).content.decode()) for _n in range(2)}
    for key in keys:
        send_new(browser, BY_LETTER, form_key=key)
    assert GeneralGuarantee.objects.count() == len(keys) == 2


def given_key(page: str) -> str:
    found = re.search(r'name="form_key" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_form_that_was_wrong_keeps_its_key(world: World) -> None:
    browser, key = world.browser(world.clerk), str(uuid4())
    page = send_new(browser, {**BY_LETTER, "amount": "x"}, form_key=key).content.decode()
    assert given_key(page) == key


def test_the_key_of_a_colleague_or_a_stranger_opens_nothing_of_theirs(world: World) -> None:
    key = str(uuid4())
    begin(world.browser(world.clerk), BY_LETTER, form_key=key)
    foreign = {**BY_LETTER, "guaranteed_code": "4403960002"}
    answer = send_new(world.browser(world.stranger), foreign, form_key=key)
    assert answer.status_code == 409
    assert given_back(answer.content.decode(), "letter_number") == "BH2026000001"
    assert GeneralGuarantee.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x", "0", "\x00", "９" * 32, "0" * 31, "<b>", "1" * 100_000])
def test_a_key_that_is_none_begins_a_document_all_the_same(world: World, key: str) -> None:
    assert begin(world.browser(world.clerk), BY_LETTER, form_key=key).amount == 100000


def test_two_clerks_at_once_begin_each_their_own(world: World) -> None:
    for user in (world.clerk, world.colleague):
        begin(world.browser(user), {**BY_LETTER, "remark": user.username})
    assert sorted(GeneralGuarantee.objects.values_list("remark", flat=True)) == ["clerk", "colleague"]


def test_a_copy_takes_over_units_payer_and_amount_but_no_number_status_or_money(world: World) -> None:
    noted = {"pay_deadline": dt.date(2026, 7, 1), "payee_name": "示范海关", "payee_account": "123456", "remark": "备注"}
    earlier = guarantee_in("approved", typed=BY_CASH, used_amount=Decimal(0), **noted)
    browser = world.browser(world.clerk)
    url = f"{NEW}?from={earlier.guarantee_number}"
    fields = fields_of(browser.get(url).content.decode())
    taken = {name: getattr(earlier, name) for name in ("guaranteed_code", "payer_name", "payer_bank", "payer_account")}
    assert {name: fields[name].text for name in taken} == taken
    assert (fields["amount"].text, fields["remark"].text) == ("100,000", "备注")
    for name in ("pre_entry_number", "guarantee_number", "set_up_on", "pay_deadline", "payee_name", "payee_account"):
        assert fields[name].text == "-", name
    assert [fields[name].text for name in ("usable_amount", "used_amount", "refunded_amount")] == ["0"] * 3

    answer = send_new(browser, {**BY_CASH, "remark": "备注"}, to=url)
    copy = GeneralGuarantee.objects.latest("pk")
    assert answer.headers["Location"] == url_of(copy)
    assert copy.pre_entry_number != earlier.pre_entry_number
    assert (copy.guarantee_number, copy.data_status, copy.guarantee_status) == ("", "draft", "")
    assert (copy.usable_amount, copy.attempt, copy.declarant_code, copy.customs_state) == (0, 0, "", "")


def test_a_copy_of_a_letter_asks_for_the_new_letters_number_and_validity(world: World) -> None:
    fields = fields_of(world.browser(world.clerk).get(f"{NEW}?from={approved().guarantee_number}").content.decode())
    assert [fields[name].text for name in ("guarantee_mode", "letter_number", "letter_valid_until")] == ["2", "", ""]
    assert not fields["letter_number"].grey


def test_a_colleagues_save_of_the_same_draft_is_shown_beside_what_was_typed(world: World) -> None:
    draft = guarantee_in()
    seen = draft.version
    post(world.browser(world.colleague), draft, **{**BY_LETTER, "amount": "90000", "district": "0200"})
    before = stored()

    answer = post(world.browser(world.clerk), draft, version=seen, **{**BY_LETTER, "amount": "80,000.00"})
    page = answer.content.decode()

    assert answer.status_code == 409
    assert stored() == before
    assert row_of(page, "总担保金额") == ("90,000", "80,000.00")
    assert given_back(page, "amount") == "80,000.00"
    assert post(world.browser(world.clerk), draft, **{**BY_LETTER, "amount": "80,000.00"}).status_code == 302
    assert fresh(draft).amount == 80000


@pytest.mark.parametrize("version", ["", "0", "7", "x", "\x00", "9" * 500])
def test_nobody_can_have_changed_what_is_not_stored_yet_whatever_version_is_sent(world: World, version: str) -> None:
    assert begin(world.browser(world.clerk), BY_LETTER, version=version).version == 1


@pytest.mark.parametrize("of_change", [False, True])
def test_a_session_that_ends_on_the_new_page_gives_the_form_back(
    world: World, settings: Any, *, of_change: bool
) -> None:
    settings.CAPTCHA_TEST_MODE = True
    url = new_change(approved()) if of_change else NEW
    browser, before = Client(), stored()
    sign_in(browser, "clerk", url)
    browser.get(url)
    typed = {"letter_number": "BH2026000007", "amount": "1,234.50"}
    with time_machine.travel(timezone.now() + dt.timedelta(hours=1), tick=True):
        answer = send_new(browser, {**BY_LETTER, **typed}, to=url)
        assert answer.headers["Location"].startswith("/sign-in")
        sent_on: Any = browser.post(
            answer.headers["Location"],
            {"username": "clerk", "password": "Correct-horse-battery-9", "captcha": "PASSED"},
        )
        page = browser.get(sent_on.headers["Location"]).content.decode()
    assert sent_on.headers["Location"] == url
    assert "尚未保存" in page
    assert {name: given_back(page, name) for name in typed} == typed
    assert stored() == before
    assert send_new(browser, {**BY_LETTER, **typed}, to=url, form_key=given_key(page)).status_code == 302


def test_a_new_page_begins_with_the_unit_that_is_asked_for_where_one_acts_for_it(world: World) -> None:
    browser = world.browser(world.agent)
    for unit in ("1111510001", "4403960002", "", "x", "\x00", "９" * 10, "1" * 5000):
        assert fields_of(browser.get(NEW, {"unit": unit}).content.decode())["guaranteed_code"].text == "1101919107"
    world.delegate()
    assert fields_of(browser.get(NEW, {"unit": "1111510001"}).content.decode())["guaranteed_code"].text == "1111510001"
    Delegation.objects.all().delete()
    assert fields_of(browser.get(NEW, {"unit": "1111510001"}).content.decode())["guaranteed_code"].text == "1101919107"


def test_the_menu_leads_to_the_new_page_and_to_the_list(world: World) -> None:
    page = world.browser(world.clerk).get(NEW).content.decode()
    assert re.search(rf'href="{NEW}"[^>]*aria-current', page)
    assert re.search(rf'href="{LIST}"[^>]*>(?:(?!</a>).)*总担保变更登记', page, re.DOTALL)


def test_a_new_one_begins_with_the_unit_that_was_chosen_last(world: World) -> None:
    world.delegate()
    browser = world.browser(world.agent)
    assert 'value="1101919107" id="id_guaranteed_code"' in browser.get(NEW).content.decode()

    browser.get("/deposits/?unit=1111510001")

    assert 'value="1111510001" id="id_guaranteed_code"' in browser.get(NEW).content.decode()
