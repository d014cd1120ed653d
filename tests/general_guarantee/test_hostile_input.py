"""Hostile input in every open field of a new general guarantee, of a draft, and of a change."""

from html import escape
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

import pytest
from django.http import HttpResponse

from general_guarantee.grid import SET_UP
from tests.documents.hostile import BIG, HARMLESS, RAW, UNSEEN, answer_ok, given_back, message_beside, refused_beside
from tests.documents.orders import fresh, post, url_of
from tests.general_guarantee.forms import CHANGED, LIST, NEW, NEW_CHANGE, begin, new_change, send_new, stored
from tests.general_guarantee.guarantees import BY_CASH, BY_LETTER, approved, guarantee_in
from tests.world import World

pytestmark = pytest.mark.django_db

# Every open field, with a form in which it can be filled in.
FORM_OF: dict[str, dict[str, str]] = {
    **dict.fromkeys(("guarantee_mode", "guaranteed_code", "guaranteed_name", "payer_code"), BY_CASH),
    **dict.fromkeys(("payer_credit_code", "payer_name", "district", "amount", "payment_mode"), BY_CASH),
    **dict.fromkeys(("payer_bank", "payer_account", "remark"), BY_CASH),
    **dict.fromkeys(("letter_number", "letter_valid_until"), BY_LETTER),
}
CHOICES = ["guarantee_mode", "payment_mode", "district"]
TEXTS = ["guaranteed_name", "payer_name", "payer_bank", "letter_number", "remark"]
CODED = ["guaranteed_code", "payer_code", "payer_credit_code", "payer_account", "amount", "letter_valid_until"]
PAGES = ["new", "draft"]


def send(world: World, page: str, name: str, text: str, move: str = "save") -> HttpResponse:
    """Send the form in which `name` can be filled in, with `text` there, from a new page or that of a draft."""
    browser, typed = world.browser(world.clerk), {**FORM_OF[name], name: text}
    if page == "new":
        return send_new(browser, typed, move=move)
    return post(browser, guarantee_in(typed=FORM_OF[name]), **typed, move=move)


def test_every_open_field_is_tried() -> None:
    assert sorted(FORM_OF) == sorted(SET_UP.open_names())


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", FORM_OF)
def test_what_cannot_be_seen_is_refused_beside_the_field(world: World, name: str, page: str) -> None:
    browser, draft = world.browser(world.clerk), guarantee_in(typed=FORM_OF[name])
    before = stored()
    for move in ("save", "declare"):
        for text in UNSEEN.values():
            typed = {**FORM_OF[name], name: text}
            answer = send_new(browser, typed, move=move) if page == "new" else post(browser, draft, **typed, move=move)
            shown = refused_beside(answer, name)
            others = [other for other in typed if other not in (name, *CHOICES) and typed[other]]
            if name != "guarantee_mode":
                assert all(given_back(shown, other) == typed[other] for other in others), "nothing else is lost"
            if name not in CHOICES:
                assert given_back(shown, name) == text
    assert stored() == before


@pytest.mark.parametrize("name", FORM_OF)
def test_bytes_that_are_no_text_are_refused_beside_the_field(world: World, name: str) -> None:
    browser, before = world.browser(world.clerk), stored()
    for raw in RAW.values():
        sent = {key: text for key, text in FORM_OF[name].items() if key != name}
        body = f"{urlencode(sent)}&{name}=x{quote_from_bytes(raw)}"
        answer: Any = browser.post(NEW, body, content_type="application/x-www-form-urlencoded")
        refused_beside(answer, name)
    assert stored() == before


@pytest.mark.parametrize("name", TEXTS)
def test_strange_but_visible_text_is_stored_as_typed_and_shown_escaped(world: World, name: str) -> None:
    browser = world.browser(world.clerk)
    for text in HARMLESS.values():
        typed = text.replace(" ", "") if name == "letter_number" else text
        guarantee = begin(browser, {**FORM_OF[name], name: typed})
        assert getattr(guarantee, name) == typed
        pages = [browser.get(url_of(guarantee, page)).content.decode() for page in ("", "declare/")]
        assert given_back(pages[0], name) == typed
        for shown in (*pages, answer_ok(browser.get(LIST, {"unit": "1111510001"}))):
            if escape(typed) != typed:
                assert typed not in shown.replace('<script type="module"', ""), "it must not stand unescaped"


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", FORM_OF)
def test_three_megabytes_are_refused_and_given_back(world: World, name: str, page: str) -> None:
    shown = refused_beside(send(world, page, name, BIG), name)
    if name not in CHOICES:
        assert given_back(shown, name) == BIG
    assert len(shown) < 3 * len(BIG), "it is given back once, not repeated in messages"


HOSTILE = ["<b>", "{{7}}", "=1+1", "'; DROP TABLE x; --", "-1e309", "NaN", "9" * 400, "１２３"]


@pytest.mark.parametrize("name", CODED)
def test_a_field_that_a_machine_reads_takes_nothing_else(world: World, name: str) -> None:
    for text in HOSTILE:
        shown = refused_beside(send(world, "new", name, text), name)
        assert given_back(shown, name) == text
        assert "<b>" not in message_beside(shown, name)


@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_takes_what_it_offers_and_nothing_else(world: World, name: str) -> None:
    for text in ["9", "１", "<b>", "{{7}}", "1 ", "\u200b1", "1\x00", "[1]", "1,2", "01", "9999"]:
        shown = refused_beside(send(world, "new", name, text), name)
        assert "<b>" not in message_beside(shown, name)


@pytest.mark.parametrize("name", CHANGED)
def test_a_change_takes_no_hostile_text_either(world: World, name: str) -> None:
    guarantee, browser = approved(), world.browser(world.clerk)
    before = stored()
    wrong = [*UNSEEN.values(), BIG, *(HOSTILE if name != "letter_number" else [])]
    for text in wrong:
        answer = send_new(browser, {**CHANGED, name: text}, to=new_change(guarantee))
        assert given_back(refused_beside(answer, name), name) == text
    assert stored() == before


NUMBERS = [
    "",
    "0",
    "-1",
    "x",
    "\x00",
    "D80100\x00",
    "%00",
    "９" * 8,
    "D" * 5000,
    "1-1-1",
    "1-",
    "-1",
    "' OR 1=1",
    "1-99999",
]


@pytest.mark.parametrize("url", [f"{NEW}?from", f"{NEW_CHANGE}?of"])
def test_a_new_page_from_what_is_no_guarantee_is_not_found(world: World, url: str) -> None:
    browser, (path, name) = world.browser(world.clerk), url.split("?")
    for number in NUMBERS:
        assert browser.get(path, {name: number}).status_code == 404, number
        assert send_new(browser, BY_LETTER, to=f"{path}?{urlencode({name: number})}").status_code == 404, number


SEARCHED = [
    "credit_code",
    "number",
    "mode",
    "status",
    "declared_from",
    "declared_to",
    "page",
    "after",
    "open",
    "selected",
]


@pytest.mark.parametrize("name", SEARCHED)
def test_every_parameter_of_the_list_answers_hostile_text_by_a_page(world: World, name: str) -> None:
    approved()
    browser = world.browser(world.clerk)
    for text in [*UNSEEN.values(), *HARMLESS.values(), *HOSTILE, "%", "_", "x" * 100_000]:
        page = answer_ok(browser.get(LIST, {"unit": "1111510001", name: text}, follow=True))
        assert "<script>alert" not in page
        assert 'onfocus="alert' not in page


@pytest.mark.parametrize("opened", ["view", "confirm", "change", "receipts", "payment-notice"])
def test_a_selection_that_is_no_guarantee_is_not_found(world: World, opened: str) -> None:
    for text in [*NUMBERS, *UNSEEN.values()]:
        answer: Any = world.browser(world.clerk).get(LIST, {"open": opened, "selected": text})
        assert answer.status_code == 404, text


def test_a_body_that_is_no_form_begins_nothing(world: World) -> None:
    browser, before = world.browser(world.clerk), stored()
    for body in (b"", b"\x00", b"=", b"&&&", b"%zz=%zz", b"\xff\xfe=1", b"a" * 100_000):
        for content_type in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "x"):
            answer: Any = browser.post(NEW, body, content_type=content_type)
            answer_ok(answer)
    assert stored() == before


def test_a_unit_name_with_markup_is_escaped_on_every_page_of_a_change(world: World) -> None:
    guarantee = approved(guaranteed_name="<em>单位</em>", payer_name="<i>付款</i>")
    browser = world.browser(world.clerk)
    assert send_new(browser, CHANGED, to=new_change(guarantee)).status_code == 302
    change = f"/general-guarantee/changes/{guarantee.guarantee_number}-1/"
    assert fresh(guarantee).open_round == 1
    for url in (url_of(guarantee), url_of(guarantee, "ledger/"), change, f"{change}declare/", new_change(guarantee)):
        page = answer_ok(browser.get(url, follow=True))
        assert "<em>单" not in page
        assert "<i>付" not in page
