"""The grid of 总担保设立登记, row by row, for a cash deposit and for a letter (DOMAIN 5.2)."""

from typing import Any

import pytest

from tests.documents.orders import post, url_of
from tests.documents.test_grey_fields import error_beside
from tests.general_guarantee.forms import NEW, fields_of, grid_of, send_new, stored
from tests.general_guarantee.guarantees import BY_CASH, BY_LETTER, approved, change_in, guarantee_in
from tests.world import World

pytestmark = pytest.mark.django_db

# Written out from DOMAIN 5.2: `*` must be filled, `g` is grey.
ROWS = """
预录入统一编号g 总担保编号g *担保方式
*被担保单位编码 被担保单位统一社会信用代码g *被担保单位名称
缴款单位编码 缴款单位统一社会信用代码 *缴款单位名称
*主管关区 *总担保金额 保函编号
可用总担保金额g 已用总担保金额g 已退回总担保金额g
支付方式 保函有效期 总担保设立日期g
缴款单位开户银行 缴款单位银行账号 保证金缴款截止日期g
收款单位名称g 收款单位开户银行g 收款单位银行账号g
录入单位编码g 录入单位统一社会信用代码g 录入单位名称g
申报单位编码g 申报单位统一社会信用代码g 申报单位名称g
申报日期g 数据状态g 担保状态g
备注
"""
CASH_ONLY = ["支付方式", "缴款单位开户银行", "缴款单位银行账号"]
LETTER_ONLY = ["保函编号", "保函有效期"]


def rows_for(required: list[str], grey: list[str]) -> list[list[str]]:
    marked = ROWS
    for label in required:
        marked = marked.replace(label, f"*{label}")
    for label in grey:
        marked = marked.replace(label, f"{label}g")
    return [row.split() for row in marked.strip().splitlines()]


def rows_shown(page: str) -> list[list[str]]:
    return [["*" * field.star + field.label + "g" * field.grey for field in row] for row in grid_of(page)]


@pytest.mark.parametrize(
    ("typed", "required", "grey"), [(BY_CASH, CASH_ONLY, LETTER_ONLY), (BY_LETTER, LETTER_ONLY, CASH_ONLY)]
)
def test_the_grid_is_that_of_the_manual_by_cash_and_by_letter(
    world: World, typed: dict[str, str], required: list[str], grey: list[str]
) -> None:
    page = world.browser(world.clerk).get(url_of(guarantee_in(typed=typed))).content.decode()
    assert rows_shown(page) == rows_for(required, grey)


def test_before_the_mode_is_chosen_what_depends_on_it_is_grey_and_says_for_what_it_is(world: World) -> None:
    page = world.browser(world.clerk).get(NEW).content.decode()
    assert rows_shown(page) == rows_for([], CASH_ONLY + LETTER_ONLY)
    fields = fields_of(page)
    assert fields["payment_mode"].text == "仅限保证金"
    assert fields["letter_number"].text == "仅限保函"


@pytest.mark.parametrize("status", ["processing", "accepted", "sent", "received", "approved"])
def test_outside_the_editable_statuses_everything_is_grey(world: World, status: str) -> None:
    page = world.browser(world.clerk).get(url_of(guarantee_in(status))).content.decode()
    assert all(field.grey and not field.star for row in grid_of(page) for field in row)


def test_a_new_page_names_the_own_unit_and_has_neither_number_nor_status(world: World) -> None:
    page = world.browser(world.clerk).get(NEW).content.decode()
    fields = fields_of(page)
    assert fields["guaranteed_code"].text == "1111510001"
    assert fields["guaranteed_name"].text == "北京天竺示范加工有限公司"
    assert fields["input_code"].text == "1111510001"
    assert fields["pre_entry_number"].text == fields["data_status"].text == fields["guarantee_status"].text == "-"
    assert 'id="sheet-steps"' not in page


ALWAYS = ["guarantee_mode", "guaranteed_code", "guaranteed_name", "payer_name", "district", "amount"]
ASKED = [
    (BY_CASH, [*ALWAYS, "payment_mode", "payer_bank", "payer_account"], ["payer_code", "payer_credit_code", "remark"]),
    (BY_LETTER, [*ALWAYS, "letter_number", "letter_valid_until"], ["payer_code", "payer_credit_code", "remark"]),
]


@pytest.mark.parametrize(("typed", "required", "optional"), ASKED)
def test_declaring_asks_for_each_star_and_saving_does_not(
    world: World, typed: dict[str, str], required: list[str], optional: list[str]
) -> None:
    browser = world.browser(world.clerk)
    for name in required:
        before = stored()
        answer = send_new(browser, {**typed, name: ""}, move="declare")
        assert answer.status_code == 422, name
        assert error_beside(answer.content.decode(), name) == "此栏必须填写。", name
        assert stored() == before
    for name in {*required} - {"guaranteed_code"}:
        assert send_new(browser, {**typed, name: ""}).status_code == 302, "a draft may lack it"
    answer = send_new(browser, {**typed, **dict.fromkeys(optional, "")}, move="declare")
    assert answer.headers["Location"].endswith("/declare/"), answer.content.decode()


def test_a_draft_always_has_a_guaranteed_unit_for_else_nobody_would_see_it(world: World) -> None:
    browser, before = world.browser(world.clerk), stored()
    answer = send_new(browser, {**BY_CASH, "guaranteed_code": ""})
    assert answer.status_code == 422
    assert error_beside(answer.content.decode(), "guaranteed_code") == "此栏必须填写。"
    assert stored() == before
    draft = guarantee_in()
    assert post(browser, draft, **{**BY_LETTER, "guaranteed_code": " "}).status_code == 422
    assert world.fresh(draft).guaranteed_code == "1111510001"


@pytest.mark.parametrize(
    ("typed", "emptied"),
    [
        (BY_CASH, {"letter_number": "BH1", "letter_valid_until": "20991231"}),
        (BY_LETTER, {"payment_mode": "1", "payer_bank": "示范银行", "payer_account": "123456"}),
    ],
)
def test_what_the_mode_makes_grey_is_emptied_whatever_was_sent(
    world: World, typed: dict[str, str], emptied: dict[str, str]
) -> None:
    draft = guarantee_in(typed=BY_CASH if typed is BY_LETTER else BY_LETTER)
    assert post(world.browser(world.clerk), draft, **{**typed, **emptied}).status_code == 302
    now: Any = world.fresh(draft)
    assert [getattr(now, name) or "" for name in emptied] == [""] * len(emptied)


def test_in_a_change_only_three_fields_are_open_and_each_must_be_filled(world: World) -> None:
    change = change_in("draft", world.clerk, approved())
    page = world.browser(world.clerk).get(url_of(change)).content.decode()
    shown = [field for row in grid_of(page) for field in row]
    assert {field.name for field in shown if not field.grey} == {"letter_number", "letter_valid_until", "amount"}
    assert {field.label for field in shown if field.star} == {"保函编号", "保函有效期", "总担保金额"}
    assert [[field.label for field in row] for row in grid_of(page)] == [
        [label.strip("*g") for label in row] for row in rows_for([], [])
    ]
