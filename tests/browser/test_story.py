"""The main job from signing in to the paid deposit, as a clerk does it, with customs played through the folders."""

import re
from datetime import date, timedelta

from playwright.sync_api import Page, expect

from tests.browser.customs import Customs
from tests.browser.pages import BY_CASH, DocumentPage, sign_in
from tests.browser.papers import pdf_text
from tests.browser.running import RunningPortal

CONTACT = {name: BY_CASH[name] for name in ("企业联系人姓名", "电话号码")}


def test_a_clerk_takes_a_levy_order_from_signing_in_to_the_paid_deposit(
    page: Page, portal: RunningPortal, customs: Customs
) -> None:
    number = customs.issue("16409.02", business_number="C010026A0777")
    order = DocumentPage(page, number)
    clerk_signs_in(page, portal)
    clerk_finds_the_order(page, number)
    clerk_fills_the_form(order)
    clerk_completes_what_is_missing(order)
    clerk_checks_and_signs(order, portal)
    customs_approves_while_the_clerk_looks(order, customs)
    notice = customs_asks_for_the_money(order, customs)
    customs_gets_the_money(order, customs, notice)
    clerk_reads_prints_and_leaves(order)


def clerk_signs_in(page: Page, portal: RunningPortal) -> None:
    page.goto("/")
    sign_in(page, "clerk", portal.passwords["clerk"], captcha="0000")
    expect(page.get_by_text("验证码不正确，请重新输入。")).to_be_visible()
    sign_in(page, "clerk", "not-the-password")
    expect(page.get_by_role("alert")).to_have_text("用户名或密码不正确。")
    sign_in(page, "clerk", portal.passwords["clerk"])
    expect(page).to_have_title(re.compile("保证金确认"))
    expect(page.get_by_text("电子钥匙已插入")).to_be_visible()


def clerk_finds_the_order(page: Page, number: str) -> None:
    menu = page.get_by_role("navigation", name="菜单")
    menu.get_by_role("link", name="保证金确认").click()
    expect(page.get_by_role("heading", name="请先选择可查询被担保单位")).to_be_visible()
    confirm = page.get_by_role("button", name="确认", exact=True)
    expect(confirm).to_be_disabled()
    page.get_by_label("可查询被担保单位代码").select_option("1111510001")
    page.get_by_role("button", name="查询").click()
    expect(
        page.get_by_text(re.compile(r"显示第 1 到第 15 条记录, 总共 \d+ 条记录　每页显示 15 条记录"))
    ).to_be_visible()
    page.get_by_label("征收单编号", exact=True).fill(number)
    page.get_by_role("button", name="查询").click()
    row = page.get_by_role("row").filter(has_text=number)
    expect(row).to_contain_text("16,409.02")
    expect(row).to_contain_text("待确认")
    row.get_by_role("checkbox").check()
    expect(page.locator("#selection")).to_contain_text("已选 1 条")
    expect(page.get_by_role("button", name="打印缴款通知书")).to_be_disabled()
    confirm.click()
    expect(page).to_have_url(re.compile(f"/deposits/{number}/$"))


def clerk_fills_the_form(order: DocumentPage) -> None:
    page = order.page
    expect(order.cell("amount").locator(".capital")).to_contain_text("人民币壹万陆仟肆佰零玖元零贰分")
    for name in ("payment_mode", "payer_bank", "letter_number"):
        expect(order.cell(name).locator(".face")).to_be_visible()
    conditional_fields_follow_the_choices(order)
    order.fill(CONTACT)
    order.field("缴款单位编码").fill("1111510001")
    page.keyboard.press("Enter")
    expect(order.field("缴款单位名称")).to_have_value("北京天竺示范加工有限公司")
    expect(page.locator("[data-unsaved]")).to_be_visible()
    order.save()
    expect(order.status).to_have_text("暂存")
    expect(page.locator("[data-unsaved]")).to_be_hidden()


def conditional_fields_follow_the_choices(order: DocumentPage) -> None:
    order.field("担保类型").select_option("1")
    expect(order.cell("general_guarantee_number").locator("select")).to_be_enabled()
    expect(order.cell("guarantee_mode").locator("select")).to_be_disabled()
    expect(order.cell("guarantee_mode").locator(".star")).to_be_hidden()
    order.field("担保类型").select_option("2")
    expect(order.cell("general_guarantee_number").locator("select")).to_be_disabled()
    order.field("担保方式").select_option("2")
    expect(order.cell("letter_number").locator("input[name]")).to_be_enabled()
    expect(order.cell("letter_number").locator(".star")).to_be_visible()
    expect(order.cell("payer_bank").locator("input[name]")).to_be_disabled()
    order.field("担保方式").select_option("1")
    expect(order.cell("letter_number").locator("input[name]")).to_be_disabled()
    expect(order.cell("payer_bank").locator("input[name]")).to_be_enabled()


def clerk_completes_what_is_missing(order: DocumentPage) -> None:
    page = order.page
    page.get_by_role("button", name="申报", exact=True).click()
    expect(order.strip).to_contain_text("3 处需要更正")
    for name in ("payment_mode", "payer_bank", "payer_account"):
        expect(order.cell(name).locator(".say.error")).to_have_text("必填未填")
    order.strip.get_by_role("link", name="跳到该处").click()
    expect(order.field("支付方式")).to_be_focused()
    expect(order.cell("payment_mode").get_by_text("此栏必须填写。")).to_be_visible()
    order.fill({name: BY_CASH[name] for name in ("支付方式", "缴款单位开户银行", "缴款单位银行账号")})
    order.check()


def clerk_checks_and_signs(order: DocumentPage, portal: RunningPortal) -> None:
    page = order.page
    expect(page.get_by_role("heading", name="申报前核对")).to_be_visible()
    main = page.get_by_role("main")
    for value in (
        "C010026A0777",
        "人民币壹万陆仟肆佰零玖元零贰分",
        "王小明",
        "3490000000000001",
        "2　单笔担保",
        "1　保证金",
    ):
        expect(main).to_contain_text(value)
    expect(main).to_contain_text("必填项齐全")
    expect(page.get_by_role("region", name="申报声明")).to_contain_text("依法对其承担法律责任")
    order.sign(portal.pin)
    expect(order.status).to_have_text(re.compile("数据正在处理|申报成功"))
    expect(order.field("企业联系人姓名")).to_have_js_property("readOnly", True)


def customs_approves_while_the_clerk_looks(order: DocumentPage, customs: Customs) -> None:
    page = order.page
    page.evaluate("window.neverReloaded = true")
    inner = customs.collect(order.number)
    for answer, status in (("accept", "申报成功"), ("sent", "成功发送海关"), ("loaded", "海关接收成功")):
        customs.answer(inner, answer)
        expect(order.status).to_have_text(status)
    expect(order.guarantee).to_be_hidden()
    customs.answer(inner, "approve")
    expect(order.status).to_have_text("海关审批通过")
    expect(order.guarantee).to_have_text("未缴款")
    assert page.evaluate("window.neverReloaded")


def customs_asks_for_the_money(order: DocumentPage, customs: Customs) -> str:
    page = order.page
    expect(page.get_by_role("button", name="打印缴款通知书")).to_be_disabled()
    notice = customs.desk.send_notice(order.number)
    link = page.get_by_role("link", name="打印缴款通知书")
    expect(link).to_be_visible()
    text = pdf_text(page, link.get_attribute("href"))
    for part in ("海关保证金缴款通知书", notice, "人民币壹万陆仟肆佰零玖元零贰分", "16,409.02", "3490000000000001"):
        assert part in text
    return notice


def customs_gets_the_money(order: DocumentPage, customs: Customs, notice: str) -> None:
    page = order.page
    customs.desk.send_payment(notice)
    expect(order.guarantee).to_have_text("已缴款")
    assert page.evaluate("window.neverReloaded")
    receipt = customs.desk.store.notice(notice).receipt_number
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"/deposits/?unit=1111510001&number={order.number}")
    row = page.get_by_role("row").filter(has_text=order.number)
    for text in ("海关审批通过", "已缴款", "是", notice, receipt):
        expect(row.get_by_role("cell", name=text, exact=True)).to_be_visible()


def clerk_reads_prints_and_leaves(order: DocumentPage) -> None:
    page = order.page
    page.get_by_role("checkbox", name=f"选择 {order.number}").check()
    page.get_by_role("button", name="查看/打印").click()
    expect(order.status).to_have_text("海关审批通过")
    assert page.locator("#document :is(input, select, textarea)[name]:not([type=hidden])").count() == 0
    text = pdf_text(page, page.get_by_role("link", name="打印", exact=True).get_attribute("href"))
    assert "保证金征收单" in text
    assert order.number in text
    assert "未经海关批准" not in text
    clerk_reads_the_receipts(order)
    page.get_by_role("button", name="退出").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    page.goto(order.url)
    expect(page).to_have_url(re.compile("/sign-in"))


def clerk_reads_the_receipts(order: DocumentPage) -> None:
    page = order.page
    page.get_by_role("link", name="查看回执").click()
    latest = page.get_by_role("region", name="最新回执")
    expect(latest).to_contain_text("海关确认 16,409.02 元到账")
    earlier = page.get_by_role("region", name="以前的回执")
    expect(earlier.get_by_role("listitem")).to_have_count(6)
    expect(earlier).to_contain_text("海关同意第 1 次申报。")
    expect(earlier.get_by_role("listitem").last).to_contain_text("海关签发，金额 16,409.02 元。")


def test_a_returned_order_is_corrected_declared_again_and_approved(
    order: DocumentPage, portal: RunningPortal, customs: Customs
) -> None:
    order.declare(portal.pin)
    inner = customs.collect(order.number)
    customs.answer(inner, "accept", "sent", "loaded")
    customs.answer(inner, "return", reason="缴款单位银行账号有误，请核对")
    expect(order.status).to_have_text("海关退单")
    expect(order.page.locator("#sheet-notes")).to_contain_text("缴款单位银行账号有误，请核对")
    order.open()
    order.fill({"缴款单位银行账号": "3490000000000002"})
    order.save()
    expect(order.status).to_have_text("海关退单")
    expect(order.page.locator("#sheet-notes")).to_contain_text("缴款单位银行账号有误，请核对")
    order.check()
    order.sign(portal.pin)
    customs.approve(order.number)
    expect(order.status).to_have_text("海关审批通过")
    changed = order.page.get_by_role("region", name="修改对照").get_by_role("row").filter(has_text="缴款单位银行账号")
    expect(changed.locator("del")).to_have_text("3490000000000001")
    expect(changed.locator(".now")).to_have_text("3490000000000002")


def test_a_declaration_that_failed_is_declared_again(
    order: DocumentPage, portal: RunningPortal, customs: Customs
) -> None:
    order.declare(portal.pin)
    customs.answer(customs.collect(order.number), "refuse", reason="导入报文中缴款单位名称为空")
    expect(order.status).to_have_text("申报失败")
    expect(order.page.locator("#sheet-notes")).to_contain_text("导入报文中缴款单位名称为空")
    order.open()
    order.check()
    order.sign(portal.pin)
    customs.approve(order.number)
    expect(order.status).to_have_text("海关审批通过")
    expect(order.guarantee).to_have_text("未缴款")


def test_a_letter_of_guarantee_counts_as_paid_on_approval(
    order: DocumentPage, portal: RunningPortal, customs: Customs
) -> None:
    until = f"{date.today() + timedelta(days=400):%Y%m%d}"
    letter = {"担保类型": "2", "担保方式": "2", "保函编号": "BH2026000009", "保函有效期": until}
    order.declare(portal.pin, {**letter, **CONTACT, "缴款单位名称": BY_CASH["缴款单位名称"]})
    customs.approve(order.number)
    expect(order.status).to_have_text("海关审批通过")
    expect(order.guarantee).to_have_text("已缴款")
