"""Hostile input in every open field, parameter and URL: a plain answer, nothing stored, nothing lost, nothing unescaped."""

from html import escape
from typing import Any
from urllib.parse import quote, quote_from_bytes, urlencode

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from deposits.models import LevyOrder
from documents.text import unseen_characters
from tests.documents.hostile import BIG, HARMLESS, RAW, UNSEEN, answer_ok, given_back, message_beside, refused_beside
from tests.documents.orders import fresh, order_in, post, snapshot, url_of
from tests.world import BY_CASH, BY_LETTER, World

pytestmark = pytest.mark.django_db

UNDER_GENERAL = {**BY_CASH, "guarantee_type": "1"}
# Every open field, with a form in which it can be filled in.
FORM_OF: dict[str, dict[str, str]] = {
    "guarantee_type": BY_CASH,
    "guarantee_mode": BY_CASH,
    "general_guarantee_number": UNDER_GENERAL,
    "contact_name": BY_CASH,
    "contact_phone": BY_CASH,
    "payment_mode": BY_CASH,
    "letter_number": BY_LETTER,
    "letter_valid_until": BY_LETTER,
    "payer_code": BY_CASH,
    "payer_credit_code": BY_CASH,
    "payer_name": BY_CASH,
    "payer_bank": BY_CASH,
    "payer_account": BY_CASH,
    "remark": BY_CASH,
}
TEXTS = ["contact_name", "letter_number", "payer_name", "payer_bank", "remark"]
CODED = ["contact_phone", "payer_account", "payer_code", "letter_valid_until"]
CHOICES = ["guarantee_type", "guarantee_mode", "general_guarantee_number", "payment_mode"]
FULL_WIDTH = {
    "contact_phone": "０１０－６０００００００",
    "payer_account": "３４９０００",
    "payer_code": "１１１１５１０００１",
    "letter_valid_until": "２０９９１２３１",
}


def assert_refused(order: LevyOrder, answer: HttpResponse, before: Any, name: str) -> str:
    page = refused_beside(answer, name)
    assert snapshot(order) == before, "nothing is stored"
    return page


def test_every_open_field_is_tried() -> None:
    from deposits.grid import GRID

    assert sorted(FORM_OF) == sorted(GRID.open_names())


@pytest.mark.parametrize("name", FORM_OF)
@pytest.mark.parametrize("move", ["save", "declare"])
def test_what_cannot_be_seen_is_refused_beside_the_field(world: World, name: str, move: str) -> None:
    browser, order = world.browser(world.clerk), order_in()
    before = snapshot(order)
    for what, text in UNSEEN.items():
        sent = {**FORM_OF[name], name: text}
        page = assert_refused(order, post(browser, order, **sent, move=move), before, name)
        if name not in CHOICES:
            assert given_back(page, name) == text.replace("\x00", "\x00"), what
        others = [other for other in sent if other not in (name, *CHOICES) and sent[other]]
        if name not in ("guarantee_type", "guarantee_mode"):
            assert all(given_back(page, other) == sent[other] for other in others), (
                "nothing else that was typed is lost"
            )


@pytest.mark.parametrize("name", FORM_OF)
def test_bytes_that_are_no_text_are_refused_beside_the_field(world: World, name: str) -> None:
    browser, order = world.browser(world.clerk), order_in()
    before = snapshot(order)
    for raw in RAW.values():
        sent = {**FORM_OF[name], "version": order.version, "move": "save"}
        sent.pop(name)
        body = f"{urlencode(sent)}&{name}=x{quote_from_bytes(raw)}"
        answer: Any = browser.post(url_of(order), body, content_type="application/x-www-form-urlencoded")
        page = assert_refused(order, answer, before, name)
        if name not in CHOICES:
            assert "\ufffd" in given_back(page, name)


@pytest.mark.parametrize("name", TEXTS)
def test_strange_but_visible_text_is_stored_as_typed_and_shown_escaped(world: World, name: str) -> None:
    browser, order = world.browser(world.clerk), order_in()
    for text in HARMLESS.values():
        typed = text.replace(" ", "") if name == "letter_number" else text
        assert post(browser, order, **{**FORM_OF[name], name: typed}).status_code == 302
        assert getattr(fresh(order), name) == typed
        page = browser.get(url_of(order)).content.decode()
        assert given_back(page, name) == typed
        for shown in (page, browser.get(url_of(order, "declare/")).content.decode(), _list(browser)):
            if escape(typed) != typed:
                assert typed not in shown.replace('<script type="module"', ""), "it must not stand unescaped"


def _list(browser: Client, **query: str) -> str:
    return answer_ok(browser.get("/deposits/", {"unit": "1111510001", **query}))


@pytest.mark.parametrize("name", FULL_WIDTH)
def test_full_width_digits_are_refused_where_a_machine_reads_them(world: World, name: str) -> None:
    order = order_in()
    sent = {**FORM_OF[name], name: FULL_WIDTH[name]}
    page = assert_refused(order, post(world.browser(world.clerk), order, **sent), snapshot(order), name)
    assert given_back(page, name) == FULL_WIDTH[name]


def test_full_width_digits_in_a_credit_code_are_told_of(world: World) -> None:
    order, browser = order_in(), world.browser(world.clerk)
    wide = "９１３５０１００Ｍ０００１００Ｙ４３"
    answer = post(browser, order, **{**BY_CASH, "payer_credit_code": wide})
    assert answer.status_code == 422
    assert 'id="id_payer_credit_code_say"' in answer.content.decode()
    assert fresh(order).payer_credit_code == ""


@pytest.mark.parametrize("name", FORM_OF)
def test_three_megabytes_are_refused_and_given_back(world: World, name: str) -> None:
    order = order_in()
    before = snapshot(order)
    page = assert_refused(order, post(world.browser(world.clerk), order, **{**FORM_OF[name], name: BIG}), before, name)
    if name not in CHOICES:
        assert given_back(page, name) == BIG
    assert len(page) < 3 * len(BIG), "it is given back once, not repeated in messages"


@pytest.mark.parametrize("name", CODED)
@pytest.mark.parametrize("text", ["<b>", "{{7}}", "=1+1", "'; DROP TABLE x; --", "-1e309", "NaN", "9" * 400])
def test_a_field_that_a_machine_reads_takes_nothing_else(world: World, name: str, text: str) -> None:
    order = order_in()
    page = assert_refused(
        order, post(world.browser(world.clerk), order, **{**FORM_OF[name], name: text}), snapshot(order), name
    )
    assert given_back(page, name) == text


def test_a_day_that_does_not_exist_is_refused(world: World) -> None:
    order, browser = order_in(), world.browser(world.clerk)
    for text in (
        "2099-02-30",
        "20990230",
        "2099-13-01",
        "2099-00-10",
        "0000-01-01",
        "99991232",
        "2099-1-1-1",
        "20991",
        "-1",
    ):
        answer = post(browser, order, **{**BY_LETTER, "letter_valid_until": text})
        assert_refused(order, answer, snapshot(order), "letter_valid_until")


@pytest.mark.parametrize("name", CHOICES)
@pytest.mark.parametrize("text", ["9", "１", "<b>", "{{7}}", "1 ", "\u200b1", "1\x00", "[1]", "1,2", "01"])
def test_a_choice_takes_what_it_offers_and_nothing_else(world: World, name: str, text: str) -> None:
    order = order_in()
    before = snapshot(order)
    page = assert_refused(order, post(world.browser(world.clerk), order, **{**FORM_OF[name], name: text}), before, name)
    assert "<b>" not in message_beside(page, name)


def test_hundreds_of_fields_too_many_lose_nothing_of_the_form(world: World) -> None:
    order = order_in()
    extra = {f"x{n}": "1" for n in range(1200)}

    answer = post(world.browser(world.clerk), order, **{**BY_CASH, **extra})

    assert answer.status_code == 302
    assert fresh(order).payer_account == BY_CASH["payer_account"]


def test_thousands_of_fields_are_answered_by_a_page_of_ours(world: World) -> None:
    order = order_in()
    before = snapshot(order)
    extra = {f"x{n}": "1" for n in range(10_000)}

    answer = post(world.browser(world.clerk), order, **{**BY_CASH, **extra})

    assert answer.status_code == 400
    assert "<h1>请求无法识别</h1>" in answer.content.decode()
    assert snapshot(order) == before


def test_a_field_sent_often_counts_once(world: World) -> None:
    order = order_in()
    answer = post(world.browser(world.clerk), order, **{**BY_CASH, "contact_name": ["甲", "乙"]})
    assert answer.status_code == 302
    assert fresh(order).contact_name == "乙"


@pytest.mark.parametrize(
    "body", [b"", b"\x00", b"=", b"&&&", b"%", b"%zz=%zz", b"version", b"\xff\xfe=1", b"a" * 100_000]
)
@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/json",
        "multipart/form-data",
        "x",
    ],
)
def test_a_body_that_is_no_form_changes_nothing(world: World, body: bytes, content_type: str) -> None:
    order, browser = order_in("draft"), world.browser(world.clerk)
    before = snapshot(order)
    for page in ("", "declare/"):
        answer: Any = browser.post(url_of(order, page), body, content_type=content_type)
        answer_ok(answer)
        assert snapshot(order) == before


def test_a_file_in_place_of_a_text_is_no_text(world: World) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    order = order_in()
    answer = post(
        world.browser(world.clerk), order, **{**BY_CASH, "contact_name": SimpleUploadedFile("x", b"x")}, move="declare"
    )
    assert_refused(order, answer, snapshot(order), "contact_name")


VERSIONS = ["", "0", "-1", "1.0", "１", "x", "\x00", "9" * 5000, "1 OR 1=1", " 1", "1\n", "<b>"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_version_that_is_none_is_a_conflict_that_keeps_what_was_typed(world: World, version: str) -> None:
    order = order_in()
    before = snapshot(order)

    answer = post(world.browser(world.clerk), order, **{**BY_CASH, "version": version})

    assert answer.status_code == 409
    assert given_back(answer_ok(answer), "contact_name") == "王小明"
    assert snapshot(order) == before


NUMBERS = [
    "0",
    "-1",
    str(10**20),
    "zs0100202600001",
    "A" * 6,
    "Z" * 20,
    "Z" * 21,
    "Z" * 5000,
    "%00",
    "%00ZS0100202600001",
    "ZS0100202600001%0A",
    "%EF%BC%90" * 8,
    "..%2f..",
    "%3Cb%3E",
    "1e5",
    "%ED%A0%80ABCDEF",
    "ZS010020260000%E2%80%8B1",
]


@pytest.mark.parametrize("page", ["", "declare/", "print/", "receipts/", "payment-notice/"])
def test_a_number_that_is_none_is_not_found(world: World, page: str) -> None:
    browser = world.browser(world.clerk)
    for number in NUMBERS:
        assert browser.get(f"/deposits/{number}/{page}").status_code == 404, number
        assert browser.post(f"/deposits/{number}/{page}").status_code in (404, 405), number


SEARCHED = ["credit_code", "number", "business_number", "mode", "status", "declared_from", "declared_to"]
HOSTILE = [*UNSEEN.values(), *HARMLESS.values(), "9" * 400, str(10**20), "-1", "１", "\x00", "%", "_", "*"]


@pytest.mark.parametrize("name", SEARCHED)
def test_every_search_parameter_answers_hostile_text_by_a_page(world: World, name: str) -> None:
    order_in()
    browser = world.browser(world.clerk)
    for text in HOSTILE:
        page = _list(browser, **{name: text})
        if name not in ("mode", "status"):
            assert given_back(page, name) == text
        assert "<script>alert" not in page
        assert 'onfocus="alert' not in page
        unseen = unseen_characters(text if name != "number" else "".join(text.split()))
        assert not unseen or 'aria-invalid="true"' in page, (name, text)


@pytest.mark.parametrize("name", [*SEARCHED, "unit", "page", "after", "open", "selected"])
def test_every_parameter_of_the_list_answers_what_is_no_text_and_what_is_too_long(world: World, name: str) -> None:
    order_in()
    browser = world.browser(world.clerk)
    for raw in (*RAW.values(), b"\x00", b"x" * 100_000):
        query = "" if name == "unit" else "unit=1111510001&"
        answer: Any = browser.get(f"/deposits/?{query}{name}={quote_from_bytes(raw)}")
        answer_ok(answer)


@pytest.mark.parametrize("text", [*HOSTILE, "2", "0", "99999", "1000000", "1.5", "²", "١"])
def test_page_and_cursor_take_numbers_and_otherwise_show_the_first_page(world: World, text: str) -> None:
    order = order_in()
    browser = world.browser(world.clerk)
    assert order.levy_number in _list(browser, page=text)
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        assert order.levy_number in _list(browser, after=text)


@pytest.mark.parametrize("opened", ["view", "confirm", "receipts", "payment-notice"])
def test_a_selection_that_is_no_document_is_not_found(world: World, opened: str) -> None:
    browser = world.browser(world.clerk)
    for text in [*HOSTILE, *NUMBERS, "x" * 100_000]:
        answer: Any = browser.get("/deposits/", {"unit": "1111510001", "open": opened, "selected": text})
        assert answer.status_code == 404, text


def test_an_unknown_button_of_the_list_leads_to_the_form(world: World) -> None:
    order, browser = order_in(), world.browser(world.clerk)
    for text in HOSTILE:
        answer: Any = browser.get("/deposits/", {"open": text, "selected": order.levy_number})
        assert answer.headers["Location"].startswith(url_of(order))
    assert browser.get("/deposits/", {"open": "view"}).status_code == 302
    assert browser.get("/deposits/", {"open": "view", "selected": [order.levy_number] * 2}).status_code == 302


def test_looking_up_a_unit_answers_hostile_codes_in_words(world: World) -> None:
    browser = world.browser(world.clerk)
    for text in [*HOSTILE, BIG[:30_000], "１１１１５１０００１"]:
        answer: Any = browser.get("/units/", {"code": text})
        assert answer.status_code == 200
        assert answer.json()["found"] is False
        assert answer.json()["message"]


@pytest.mark.parametrize("text", [*HOSTILE, "zh-hans\n", "../../x", "en" * 1000])
def test_language_and_next_take_nothing_foreign(world: World, text: str) -> None:
    browser = world.browser(world.clerk)
    answer: Any = browser.post("/language", {"language": text, "next": "/deposits/"})
    assert answer.status_code == 302
    cookie = browser.cookies.get(settings.LANGUAGE_COOKIE_NAME)
    assert cookie is None or cookie.value in dict(settings.LANGUAGES)
    for target in (text, f"//{text}", f"https://evil.example/{quote(text)}", "javascript:alert(1)", "\\\\evil.example"):
        answer = browser.post("/language", {"language": "en", "next": target})
        assert answer.status_code in (204, 302)
        location = answer.headers.get("Location", "/")
        assert not location.startswith(("//", "http", "javascript", "\\"))
        assert "\n" not in location


def test_signing_in_answers_hostile_text_by_its_page(db: None, settings: Any) -> None:
    settings.CAPTCHA_TEST_MODE = True
    for text in [*HOSTILE, "x" * 100_000]:
        sent = {"username": text, "password": text, "captcha": "PASSED", "next": text}
        page = answer_ok(Client().post("/sign-in", sent))  # type: ignore[arg-type]
        assert "<script>alert" not in page
        assert 'onfocus="alert' not in page


@pytest.mark.parametrize("cookie", ['"\\000aaaaaaaa"', "x" * 4000, "%00" * 10, '"\\377\\376aaaaaaaa"', "'; --aaaaaaaa"])
def test_a_forged_session_cookie_is_nobodys(db: None, cookie: str) -> None:
    browser = Client(headers={"cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"})
    answer: Any = browser.get("/deposits/")
    assert answer.status_code == 302


def test_the_list_and_the_check_page_show_customs_own_texts_escaped(world: World) -> None:
    order = order_in("draft", payee_name="<i>海关</i>", business_number="<u>1</u>", guaranteed_name="<em>单位</em>")
    browser = world.browser(world.clerk)
    for page in (
        _list(browser),
        *(browser.get(url_of(order, p)).content.decode() for p in ("", "declare/", "receipts/")),
    ):
        for raw in ("<i>海", "<u>1", "<em>"):
            assert raw not in page
