"""General guarantees 总担保 from 新增 to 已缴款, as a clerk sets them up, with customs played through the folders (DOMAIN 5.2)."""

import re

from playwright.sync_api import Dialog, Page, expect

from tests.browser.customs import Customs
from tests.browser.guarantees import BY_CASH, GuaranteePage, by_letter, find, refusal
from tests.browser.papers import pdf_text
from tests.browser.running import RunningPortal

IN_WORDS = "人民币壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"


def test_a_clerk_takes_a_guarantee_by_cash_from_the_menu_to_the_receipt(
    clerk: Page, portal: RunningPortal, customs: Customs
) -> None:
    guarantee = clerk_begins_from_the_menu(clerk)
    fields_follow_how_it_is_secured(guarantee)
    clerk_fills_and_saves(guarantee)
    clerk_checks_and_signs(guarantee, portal)
    number = customs_approves_while_the_clerk_looks(guarantee, customs)
    notice = customs_asks_for_the_money(guarantee, customs, number)
    customs_gets_the_money(guarantee, customs, number, notice)


def clerk_begins_from_the_menu(page: Page) -> GuaranteePage:
    page.goto("/")
    page.get_by_role("navigation", name="菜单").get_by_role("link", name="总担保设立登记").click()
    expect(page.get_by_role("heading", name="总担保设立登记")).to_be_visible()
    guarantee = GuaranteePage(page)
    guarantee.field("备注").fill("不要")
    begin_another(page)
    expect(guarantee.field("备注")).to_have_value("")
    for button in ("删除", "打印", "复制", "台账"):
        assert refusal(page, button) == "尚未暂存。"
    return guarantee


def begin_another(page: Page) -> None:
    """Press 新增; what was typed and not saved is left only when that is confirmed."""
    asked = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.once("dialog", leave)
    page.get_by_role("link", name="新增").click()
    assert asked == ["beforeunload"]


def fields_follow_how_it_is_secured(guarantee: GuaranteePage) -> None:
    of_cash = [guarantee.cell(name) for name in ("payer_bank", "payer_account", "payment_mode")]
    of_letter = [guarantee.cell(name) for name in ("letter_number", "letter_valid_until")]
    for cell in of_cash + of_letter:
        expect(cell.locator(".face")).to_be_visible()
    for code, opened, closed in (("2", of_letter, of_cash), ("1", of_cash, of_letter)):
        guarantee.field("担保方式").select_option(code)
        for cell in opened:
            expect(cell.locator(":is(input, select)[name]")).to_be_enabled()
            expect(cell.locator(".star")).to_be_visible()
        for cell in closed:
            expect(cell.locator(":is(input, select)[name]")).to_be_disabled()
            expect(cell.locator(".star")).to_be_hidden()


def clerk_fills_and_saves(guarantee: GuaranteePage) -> None:
    page = guarantee.page
    expect(guarantee.field("被担保单位编码")).to_have_value("1111510001")
    guarantee.field("被担保单位名称").fill("另一个名称")
    guarantee.cell("guaranteed_code").get_by_role("button", name="取新").click()
    expect(guarantee.field("被担保单位名称")).to_have_value("北京天竺示范加工有限公司")
    guarantee.field("缴款单位编码").fill("1101919107")
    page.keyboard.press("Enter")
    expect(guarantee.field("缴款单位名称")).to_have_value("中国山货花卉进出口公司")
    expect(guarantee.field("缴款单位统一社会信用代码")).to_have_value("111121211011152453")
    guarantee.fill({name: value for name, value in BY_CASH.items() if name != "缴款单位名称"})
    guarantee.field("总担保金额").fill("")
    guarantee.field("总担保金额").press_sequentially("1,234,567.89")
    expect(guarantee.cell("amount").locator(".capital")).to_contain_text(IN_WORDS)
    guarantee.save()
    expect(guarantee.status).to_have_text("暂存")
    expect(page.get_by_role("heading", name=f"总担保 {guarantee.number}")).to_be_visible()


def clerk_checks_and_signs(guarantee: GuaranteePage, portal: RunningPortal) -> None:
    guarantee.check()
    main = guarantee.page.get_by_role("main")
    for value in (IN_WORDS, "1,234,567.89", "中国山货花卉进出口公司", "3490000000000001", "0100　北京关区"):
        expect(main).to_contain_text(value)
    expect(main).to_contain_text("必填项齐全")
    expect(main).to_contain_text("10 个工作日")
    guarantee.sign(portal.pin)
    expect(guarantee.status).to_have_text(re.compile("数据正在处理|申报成功"))
    expect(guarantee.field("总担保金额")).to_have_js_property("readOnly", True)
    assert "不能“删除”" in refusal(guarantee.page, "删除")


def customs_approves_while_the_clerk_looks(guarantee: GuaranteePage, customs: Customs) -> str:
    page = guarantee.page
    page.evaluate("window.neverReloaded = true")
    inner = customs.collect(guarantee.number)
    for answer, status in (("accept", "申报成功"), ("sent", "成功发送海关"), ("loaded", "海关接收成功")):
        customs.answer(inner, answer)
        expect(guarantee.status).to_have_text(status)
    expect(guarantee.guarantee).to_be_hidden()
    customs.answer(inner, "approve")
    expect(guarantee.status).to_have_text("海关审批通过")
    expect(guarantee.guarantee).to_have_text("未缴款")
    expect(guarantee.amounts).to_contain_text("合计 1,234,567.89 元")
    number = customs.desk.store.attempt(inner).business_number
    expect(guarantee.field("总担保编号")).to_have_value(number)
    expect(guarantee.field("可用总担保金额")).to_have_value("1,234,567.89")
    for label in ("总担保设立日期", "保证金缴款截止日期"):
        expect(guarantee.field(label)).to_have_value(re.compile(r"^\d{8}$"))
    expect(guarantee.field("收款单位银行账号")).to_have_value(re.compile(r"\d{6}"))
    assert page.evaluate("window.neverReloaded")
    return number


def customs_asks_for_the_money(guarantee: GuaranteePage, customs: Customs, number: str) -> str:
    page = guarantee.page
    assert refusal(page, "打印缴款通知书")
    notice = customs.desk.send_notice(number)
    link = page.get_by_role("link", name="打印缴款通知书")
    expect(link).to_be_visible()
    text = pdf_text(page, link.get_attribute("href"))
    for part in ("海关保证金缴款通知书", notice, number, IN_WORDS, "1,234,567.89", "3490000000000001"):
        assert part in text
    return notice


def customs_gets_the_money(guarantee: GuaranteePage, customs: Customs, number: str, notice: str) -> None:
    page = guarantee.page
    customs.desk.send_payment(notice)
    expect(guarantee.guarantee).to_have_text("已缴款")
    assert page.evaluate("window.neverReloaded")
    receipt = customs.desk.store.notice(notice).receipt_number
    page.set_viewport_size({"width": 1920, "height": 1080})
    row = find(page, number)
    for text in ("保证金", "1,234,567.89", "海关审批通过", "已缴款", "是", "0", notice, receipt):
        expect(row.get_by_role("cell", name=text, exact=True)).to_be_visible()


def test_a_letter_counts_as_paid_as_soon_as_customs_approves(
    clerk: Page, portal: RunningPortal, customs: Customs
) -> None:
    guarantee = GuaranteePage(clerk).set_up(customs, portal.pin, by_letter())
    expect(guarantee.guarantee).to_have_text("已缴款")
    assert refusal(clerk, "打印缴款通知书") == "没有缴款通知书。"
    assert refusal(clerk, "申报") == "本单为“海关审批通过”，不能“申报”。"
    expect(guarantee.amounts.get_by_role("img")).to_have_accessible_name(re.compile("可用 100,000"))
    text = pdf_text(clerk, clerk.get_by_role("link", name="打印", exact=True).get_attribute("href"))
    assert "总担保登记表" in text
    assert guarantee.number in text


def test_a_returned_guarantee_is_corrected_and_declared_again(
    clerk: Page, portal: RunningPortal, customs: Customs
) -> None:
    guarantee = GuaranteePage(clerk).open()
    guarantee.declare(portal.pin, by_letter())
    inner = customs.collect(guarantee.number)
    customs.answer(inner, "accept", "sent", "loaded")
    customs.answer(inner, "return", reason="保函受益人不是主管海关")
    expect(guarantee.status).to_have_text("海关退单")
    expect(clerk.locator("#sheet-notes")).to_contain_text("保函受益人不是主管海关")
    guarantee.open().fill({"保函编号": "BH2026000202"})
    guarantee.save()
    expect(guarantee.status).to_have_text("海关退单")
    guarantee.check()
    guarantee.sign(portal.pin)
    customs.approve(guarantee.number)
    expect(guarantee.status).to_have_text("海关审批通过")
    changed = clerk.get_by_role("region", name="修改对照").get_by_role("row").filter(has_text="保函编号")
    expect(changed.locator("del")).to_have_text("BH2026000201")
    expect(changed.locator(".now")).to_have_text("BH2026000202")


def test_a_draft_is_deleted_only_when_that_is_confirmed(clerk: Page) -> None:
    guarantee = GuaranteePage(clerk).open()
    guarantee.fill({"担保方式": "1", "总担保金额": "12"})
    guarantee.save()
    question = clerk.get_by_role("dialog", name="是否确认删除该数据？")
    clerk.get_by_role("button", name="删除").click()
    question.get_by_role("button", name="取消").click()
    expect(question).to_be_hidden()
    expect(guarantee.open().status).to_have_text("暂存")
    clerk.get_by_role("button", name="删除").click()
    question.get_by_role("button", name="确定").click()
    expect(clerk.get_by_role("dialog", name="删除成功")).to_be_visible()
    clerk.keyboard.press("Enter")
    expect(clerk.get_by_role("dialog")).to_be_hidden()
    answer = clerk.goto(guarantee.url)
    assert answer
    assert answer.status == 404


def test_a_copy_takes_over_all_but_the_letter(clerk: Page, portal: RunningPortal, customs: Customs) -> None:
    earlier = GuaranteePage(clerk).set_up(customs, portal.pin, by_letter("60000"))
    clerk.get_by_role("link", name="复制").click()
    expect(clerk).to_have_url(re.compile(f"/new/[?]from={earlier.number}$"))
    copy = GuaranteePage(clerk)
    expect(copy.field("总担保金额")).to_have_value("60,000")
    expect(copy.field("缴款单位名称")).to_have_value("北京天竺示范加工有限公司")
    expect(copy.field("保函编号")).to_have_value("")
    copy.fill({name: by_letter()[name] for name in ("保函编号", "保函有效期")})
    copy.save()
    assert copy.number != earlier.number
