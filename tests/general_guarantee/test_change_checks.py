"""What a change may be: bounds of the amount, validity, a difference, and which fields are open (DOMAIN 5.3)."""

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from html import unescape

import pytest
from django.http import HttpResponse, QueryDict
from django.test import Client
from django.utils import timezone

from documents.forms import DocumentForm
from general_guarantee import ledger
from general_guarantee.changes import changeable_fields
from general_guarantee.grid import CHANGEABLE, change_grid
from general_guarantee.kind import GUARANTEE_CHANGE
from general_guarantee.models import GeneralGuarantee, GuaranteeChange
from tests.documents.orders import fresh, order_in, post, url_of
from tests.documents.test_grey_fields import error_beside
from tests.general_guarantee.forms import CHANGED, new_change, send_new, stored
from tests.general_guarantee.guarantees import approved, change_in
from tests.world import World

pytestmark = pytest.mark.django_db

IN_FORCE = {"letter_number": "BH2026000001", "letter_valid_until": "20991231", "amount": "100000"}


@pytest.fixture
def guarantee(world: World) -> GeneralGuarantee:
    """100,000 yuan, of which 20,000 are used, 5,000 refunded and 1,000 locked, and 2,000 held by a declaration."""
    made, order = approved(), order_in("processing")
    figures = ledger.Balance(Decimal(74000), Decimal(20000), Decimal(5000), Decimal(1000))
    now = timezone.now() + dt.timedelta(seconds=1)
    ledger.book_figures(made, figures, cause=made, document="", at=now, report=None)
    ledger.reserve(made.guarantee_number, Decimal(2000), cause=order, document=order.levy_number)
    return fresh(made)


def declare(browser: Client, change: GuaranteeChange, **typed: str) -> HttpResponse:
    return post(browser, change, move="declare", **{**CHANGED, **typed})


@pytest.mark.parametrize(
    ("amount", "taken"), [("28000", True), ("27999.99", False), ("0.01", False), ("28000.01", True)]
)
def test_the_amount_is_not_below_what_is_used_refunded_locked_and_in_flight(
    world: World, guarantee: GeneralGuarantee, amount: str, *, taken: bool
) -> None:
    change, browser = change_in("draft", world.clerk, guarantee), world.browser(world.clerk)
    answer = declare(browser, change, amount=amount)
    if taken:
        assert answer.headers["Location"] == url_of(change, "declare/")
        return
    assert answer.status_code == 422
    said = "不得低于 28,000 元：该金额已用、已退回、被锁定或正在办理中。"
    assert error_beside(answer.content.decode(), "amount") == said
    assert post(browser, change, **{**CHANGED, "amount": amount}).status_code == 302, "a draft is saved all the same"


def test_the_bound_is_that_of_the_moment_of_declaring(world: World, guarantee: GeneralGuarantee) -> None:
    change, browser = change_in("draft", world.clerk, guarantee, amount=Decimal(30000)), world.browser(world.clerk)
    order = order_in("processing")
    ledger.reserve(guarantee.guarantee_number, Decimal(5000), cause=order, document=order.levy_number)
    before = fresh(change).version

    answer = declare(browser, change, amount="30000")
    assert "33,000" in error_beside(answer.content.decode(), "amount")
    check = browser.post(url_of(change, "declare/"))
    assert check.status_code == 409
    assert "总担保金额" in check.content.decode()
    assert fresh(change).version == before


@pytest.mark.parametrize(("days", "taken"), [(-1, False), (0, False), (1, True)])
def test_the_letter_is_valid_beyond_today(world: World, days: int, *, taken: bool) -> None:
    change, browser = change_in("draft", world.clerk), world.browser(world.clerk)
    until = f"{timezone.localdate() + dt.timedelta(days=days):%Y%m%d}"
    assert post(browser, change, **{**CHANGED, "letter_valid_until": until}).status_code == 302
    answer = declare(browser, change, letter_valid_until=until)
    assert (answer.status_code == 302) is taken
    if not taken:
        assert error_beside(answer.content.decode(), "letter_valid_until") == "保函有效期必须晚于今天。"


def test_something_differs_from_what_is_in_force(world: World) -> None:
    change, browser = change_in("draft", world.clerk, approved()), world.browser(world.clerk)
    answer = post(browser, change, move="declare", **IN_FORCE)
    assert answer.status_code == 422
    assert error_beside(answer.content.decode(), "letter_number") == "变更内容与现行内容完全相同。"
    assert post(browser, change, **IN_FORCE).status_code == 302
    for name in CHANGEABLE:
        typed = {**IN_FORCE, name: CHANGED[name] if name != "letter_valid_until" else "20981231"}
        assert post(browser, change, move="declare", **typed).status_code == 302, name


@pytest.mark.parametrize("name", CHANGEABLE)
def test_each_of_the_three_fields_must_be_filled_to_declare_and_not_to_save(world: World, name: str) -> None:
    guarantee, browser = approved(), world.browser(world.clerk)
    before = stored()
    answer = send_new(browser, {**CHANGED, name: ""}, to=new_change(guarantee), move="declare")
    assert (answer.status_code, error_beside(answer.content.decode(), name)) == (422, "此栏必须填写。")
    assert stored() == before
    assert send_new(browser, {**CHANGED, name: ""}, to=new_change(guarantee)).status_code == 302


@pytest.mark.parametrize("name", CHANGEABLE)
def test_the_setting_narrows_what_is_open_and_the_checks_stay(world: World, name: str) -> None:
    change = change_in("draft", world.clerk, approved(), amount=Decimal(100000))
    kind = replace(GUARANTEE_CHANGE, grid=change_grid([name]))
    assert kind.grid.open_names() == [name]

    same = DocumentForm(kind, change, _sent(IN_FORCE), strict=True)
    assert list(same.errors) == [name]
    assert same.errors[name] == ["变更内容与现行内容完全相同。"]
    empty = DocumentForm(kind, change, _sent({**IN_FORCE, name: ""}), strict=True)
    assert list(empty.errors) == [name]
    other = "20981231" if name == "letter_valid_until" else CHANGED[name]
    differs = DocumentForm(kind, change, _sent({**CHANGED, name: other}), strict=True)
    assert differs.is_valid()
    assert set(differs.written()) == {name}


def test_all_three_are_open_unless_a_setting_says_otherwise() -> None:
    assert changeable_fields() == set(CHANGEABLE) == set(GUARANTEE_CHANGE.grid.open_names())


def _sent(typed: dict[str, str]) -> QueryDict:
    sent = QueryDict(mutable=True)
    sent.update(typed)
    return sent


def test_old_and_new_stand_side_by_side_with_what_differs_only(world: World) -> None:
    guarantee, browser = approved(), world.browser(world.clerk)
    send_new(browser, {**CHANGED, "letter_valid_until": "20991231"}, to=new_change(guarantee))
    page = browser.get(f"/general-guarantee/changes/{guarantee.guarantee_number}-1/").content.decode()
    rows = re.findall(r'<th scope="row">([^<]*)</th><td><del>(.*?)</del></td>.*?<td class="now">(.*?)</td>', page)
    shown = [tuple(map(unescape, row)) for row in rows]
    assert shown == [("保函编号", "BH2026000001", "BH2026000002"), ("总担保金额", "100,000", "150,000")]


def test_what_is_in_force_is_taken_over_anew_with_each_save(world: World) -> None:
    guarantee, browser = approved(), world.browser(world.clerk)
    change = change_in("draft", world.clerk, guarantee)
    now = timezone.now() + dt.timedelta(seconds=1)
    figures = ledger.Balance(Decimal(110000), Decimal(10000))
    ledger.book_figures(guarantee, figures, cause=guarantee, document="", at=now, report=None)

    assert post(browser, change, **CHANGED).status_code == 302

    saved = fresh(change)
    assert (saved.old_amount, saved.usable_amount, saved.used_amount) == (120000, 110000, 10000)


@pytest.mark.parametrize("move", ["save", "declare"])
def test_an_open_change_of_a_guarantee_that_customs_cancels_cannot_go_on_but_be_deleted(
    world: World, move: str
) -> None:
    guarantee, browser = approved(), world.browser(world.clerk)
    change = change_in("draft", world.clerk, guarantee)
    GeneralGuarantee.objects.filter(pk=guarantee.pk).update(customs_state="7", guarantee_status="cancelled")

    answer = post(browser, change, move=move, **CHANGED)

    assert answer.status_code == 409
    assert "海关已注销，不能再修改。" in answer.content.decode()
    assert fresh(change).version == change.version
    assert post(browser, change, move="delete", confirmed="yes").status_code == 302
