"""Changes of a general guarantee by letter, and what is drawn on one, as a clerk sees them (DOMAIN 3, 5.3)."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.customs import Customs
from tests.browser.guarantees import ChangePage, GuaranteePage, begin_change, by_letter, day_from_now, find, refusal
from tests.browser.pages import BY_CASH, DocumentPage
from tests.browser.papers import pdf_text
from tests.browser.running import RunningPortal

ENTRIES = "#document :is(input, select, textarea)[name]:not([type=hidden], :disabled)"
NEW = {"总担保金额": "150,000.00", "保函编号": "BH2026000299", "保函有效期": day_from_now(800)}
OPEN = "第 1 次变更尚未办结，须先审批通过或删除。"


@pytest.fixture
def letter(clerk: Page, portal: RunningPortal, customs: Customs) -> GuaranteePage:
    """A general guarantee by letter that customs has approved, opened by the clerk."""
    return GuaranteePage(clerk).set_up(customs, portal.pin, by_letter())


def cells_of(page: Page, number: str) -> list[str]:
    """Return the row of a guarantee: data status, guarantee status, amount and how often it was changed."""
    cells = find(page, number).get_by_role("cell").all_inner_texts()
    return [cells[place].strip() for place in (4, 5, 3, 8)]


def test_a_letter_is_changed_and_the_new_values_come_into_force(
    letter: GuaranteePage, portal: RunningPortal, customs: Customs
) -> None:
    page, number = letter.page, letter.number
    change = begin_change(page, number)
    only_three_fields_are_open(change)
    change.fill(NEW)
    change.save()
    assert change.number == f"{number}-1"
    old_and_new_stand_side_by_side(change)
    a_second_change_is_not_possible_meanwhile(page, number)
    change.open().check()
    expect(page.get_by_role("main")).to_contain_text("BH2026000299")
    change.sign(portal.pin)
    customs.approve(number)
    expect(change.status).to_have_text("海关审批通过")
    expect(page.locator("#sheet-notes")).to_contain_text("该变更已生效。")
    new_values_are_in_force(letter)


def only_three_fields_are_open(change: ChangePage) -> None:
    names = change.page.locator(ENTRIES).evaluate_all("all => all.map((one) => one.name)")
    assert sorted(names) == ["amount", "letter_number", "letter_valid_until"]
    expect(change.field("备注")).to_have_js_property("readOnly", True)


def old_and_new_stand_side_by_side(change: ChangePage) -> None:
    page = change.page
    rows = page.get_by_role("region", name="修改对照").locator("tbody tr")
    expect(rows).to_have_count(3)
    amount = rows.filter(has_text="总担保金额")
    expect(amount.locator("del")).to_have_text("100,000")
    expect(amount.locator(".now")).to_have_text("150,000")
    text = pdf_text(page, page.get_by_role("link", name="打印", exact=True).get_attribute("href"))
    for part in ("总担保变更登记表", "100,000→150,000", "BH2026000201→BH2026000299", "未经海关批准"):
        assert part in text


def a_second_change_is_not_possible_meanwhile(page: Page, number: str) -> None:
    assert cells_of(page, number) == ["暂存", "已缴款", "100,000", "1"]
    page.get_by_role("checkbox", name=f"选择 {number}").check()
    assert refusal(page, "变更登记") == OPEN
    guarantee = GuaranteePage(page, number).open()
    expect(page.locator("#sheet-notes")).to_contain_text("第 1 次变更")
    assert refusal(page, "变更登记") == OPEN
    page.goto(f"/general-guarantee/changes/new/?of={number}")
    expect(page.get_by_role("status").filter(has_text=OPEN)).to_be_visible()
    expect(guarantee.open().field("总担保金额")).to_have_value("100,000")


def new_values_are_in_force(guarantee: GuaranteePage) -> None:
    page = guarantee.page
    assert cells_of(page, guarantee.number) == ["海关审批通过", "已缴款", "150,000", "1"]
    guarantee.open()
    for label, value in (NEW | {"总担保金额": "150,000"}).items():
        expect(guarantee.field(label)).to_have_value(value)
    expect(guarantee.amounts).to_contain_text("合计 150,000 元")
    expect(page.get_by_role("link", name="变更登记", exact=True)).to_be_visible()


def test_a_change_that_is_not_confirmed_is_not_begun(letter: GuaranteePage) -> None:
    page = letter.page
    find(page, letter.number).get_by_role("checkbox").check()
    page.get_by_role("button", name="变更登记").click()
    question = page.get_by_role("dialog", name="是否确认变更该数据？")
    question.get_by_role("button", name="取消").click()
    expect(question).to_be_hidden()
    assert cells_of(page, letter.number) == ["海关审批通过", "已缴款", "100,000", "0"]


def test_a_returned_change_leaves_the_guarantee_as_it_was(
    letter: GuaranteePage, portal: RunningPortal, customs: Customs
) -> None:
    page, number = letter.page, letter.number
    change = begin_change(page, number)
    change.declare(portal.pin, NEW)
    customs.answer(customs.collect(number), "accept", "sent", "loaded", "return", reason="保函格式不符")
    expect(change.status).to_have_text("海关退单")
    expect(page.locator("#sheet-notes")).to_contain_text("保函格式不符")
    assert cells_of(page, number) == ["海关退单", "已缴款", "100,000", "1"]
    expect(letter.open().field("总担保金额")).to_have_value("100,000")
    expect(letter.field("保函编号")).to_have_value("BH2026000201")
    assert refusal(page, "变更登记") == OPEN
    the_change_is_deleted(change)
    assert cells_of(page, number) == ["海关审批通过", "已缴款", "100,000", "0"]
    assert begin_change(page, number).number == ""


def the_change_is_deleted(change: ChangePage) -> None:
    page = change.open().page
    page.get_by_role("button", name="删除").click()
    page.get_by_role("dialog", name="是否确认删除该数据？").get_by_role("button", name="确定").click()
    expect(page.get_by_role("dialog", name="删除成功")).to_be_visible()


def test_a_letter_that_ends_soon_is_marked_and_prolonged(clerk: Page, portal: RunningPortal, customs: Customs) -> None:
    letter = GuaranteePage(clerk).set_up(customs, portal.pin, by_letter(days=12))
    expect(clerk.locator("#sheet-notes")).to_contain_text("还有 12 天")
    expect(find(clerk, letter.number)).to_contain_text("12 天后到期")
    letter.open()
    clerk.get_by_role("link", name="办理变更").click()
    change = ChangePage(clerk)
    expect(change.field("保函有效期")).to_have_value(day_from_now(12 + 365))
    expect(change.field("保函编号")).to_have_value("BH2026000201")
    change.save()
    change.check()
    change.sign(portal.pin)
    customs.approve(letter.number)
    expect(change.status).to_have_text("海关审批通过")
    expect(find(clerk, letter.number)).not_to_contain_text("天后到期")
    letter.open()
    expect(clerk.get_by_role("link", name="办理变更")).to_be_hidden()


def test_a_levy_order_draws_on_a_guarantee_that_can_carry_it(
    letter: GuaranteePage, portal: RunningPortal, customs: Customs
) -> None:
    page, number = letter.page, letter.number
    small = GuaranteePage(page).set_up(customs, portal.pin, by_letter("1000"))
    order = DocumentPage(page, customs.issue("16409.02")).open()
    order.field("担保类型").select_option("1")
    chooser = order.field("总担保编号")
    expect(chooser.get_by_role("option").filter(has_text=small.number)).to_have_count(0)
    offered = chooser.get_by_role("option").filter(has_text=number)
    expect(offered).to_contain_text("保函，可用 100,000 元，本单之后剩余 83,590.98 元")
    chosen = {"总担保编号": number, **{name: BY_CASH[name] for name in ("企业联系人姓名", "电话号码")}}
    order.declare(portal.pin, chosen)
    what_is_declared_is_held(letter.open())
    customs.approve(order.number)
    expect(letter.open().amounts).not_to_contain_text("办理中")
    what_is_approved_is_drawn(letter, order.number)
    expect(order.open().guarantee).to_have_text("已缴款")


def what_is_declared_is_held(guarantee: GuaranteePage) -> None:
    expect(guarantee.amounts).to_contain_text("16,409.02 元")
    expect(guarantee.amounts).to_contain_text("还可占用 83,590.98 元")
    expect(guarantee.amounts.get_by_role("img")).to_have_accessible_name(re.compile("已用 0.*办理中 16,409.02"))


def what_is_approved_is_drawn(guarantee: GuaranteePage, order: str) -> None:
    page = guarantee.page
    expect(guarantee.amounts.get_by_role("img")).to_have_accessible_name("已用 16,409.02, 可用 83,590.98")
    expect(guarantee.amounts.locator("rect.used").first).to_have_attribute("width", "164")
    guarantee.amounts.get_by_role("link", name="台账").click()
    expect(page.get_by_role("heading", name=f"台账 {guarantee.number}")).to_be_visible()
    draw = page.get_by_role("row").filter(has_text=order)
    for text in ("16,409.02", "−16,409.02", "+16,409.02", "100,000"):
        expect(draw.get_by_role("cell", name=text, exact=True)).to_be_visible()
    closing = page.get_by_role("row").filter(has_text="期末余额")
    for text in ("83,590.98", "16,409.02", "100,000"):
        expect(closing.get_by_role("cell", name=text, exact=True)).to_be_visible()
    page.get_by_role("textbox").last.fill("20180101")
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_text("该期间没有变动。")).to_be_visible()
    expect(closing.get_by_role("cell", name="0", exact=True)).to_have_count(5)
