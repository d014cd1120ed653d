"""Each failure of the e-key gives its own message and loses nothing (EKEY, *In the portal* 5)."""

import pytest
from playwright.sync_api import Locator, Page, Route, WebSocketRoute, expect

from tests.browser.card import Card
from tests.browser.complaints import Complaints
from tests.browser.pages import BY_CASH, DocumentPage
from tests.browser.running import RunningPortal, free_port


@pytest.fixture
def checked(order: DocumentPage) -> DocumentPage:
    """An order that is filled in, and at the check page."""
    order.fill(BY_CASH)
    order.check()
    return order


def message(dialog: Locator) -> Locator:
    return dialog.locator("[data-card-message]")


def enter_pin(dialog: Locator, pin: str) -> None:
    dialog.get_by_label("卡密码").fill(pin)
    dialog.get_by_role("button", name="签名并申报").click()


def try_again(dialog: Locator, order: DocumentPage, pin: str) -> None:
    """Read the card again, which is as it should be now, and sign: nothing was lost."""
    dialog.get_by_role("button", name="重新检测").click()
    enter_pin(dialog, pin)
    order.expect_declared()


def test_no_client_on_the_machine_is_told_and_signing_goes_on_when_it_runs(
    checked: DocumentPage, portal: RunningPortal
) -> None:
    runs: list[bool] = []

    def client(socket: WebSocketRoute) -> None:
        if runs:
            socket.connect_to_server()
        else:
            socket.close()

    checked.page.route_web_socket(lambda url: str(portal.card_port) in url, client)
    checked.page.reload()
    dialog = checked.ask_card()
    expect(message(dialog)).to_have_text("本机没有运行电子口岸卡客户端。请安装或启动客户端后重新检测。")
    runs.append(True)
    try_again(dialog, checked, portal.pin)


def test_an_empty_reader_is_told(checked: DocumentPage, card: Card, portal: RunningPortal) -> None:
    card.misbehave("no_card")
    checked.page.reload()
    expect(checked.page.get_by_text("未检测到电子钥匙", exact=True)).to_be_visible()
    dialog = checked.ask_card()
    expect(message(dialog)).to_have_text("未检测到电子钥匙。填写内容都在，插好后可再试。")
    card.behave()
    try_again(dialog, checked, portal.pin)


def test_a_wrong_pin_says_how_many_tries_are_left(checked: DocumentPage, card: Card, portal: RunningPortal) -> None:
    dialog = checked.ask_card()
    for left in (5, 4):
        enter_pin(dialog, "00000000")
        expect(message(dialog)).to_have_text(f"卡密码不对，还可试 {left} 次。")
    expect(dialog.get_by_label("卡密码")).to_have_value("")
    enter_pin(dialog, portal.pin)
    checked.expect_declared()


def test_a_locked_card_is_told(checked: DocumentPage, card: Card, portal: RunningPortal) -> None:
    dialog = checked.ask_card()
    for _ in range(6):
        expect(dialog.get_by_label("卡密码")).to_be_enabled()
        enter_pin(dialog, "00000000")
        expect(message(dialog)).not_to_have_text("卡内签名中…")
    expect(message(dialog)).to_have_text("卡密码已锁定，请到制卡点解锁。")
    card.behave()
    try_again(dialog, checked, portal.pin)


def test_a_colleagues_card_is_told_before_any_pin_is_asked(
    checked: DocumentPage, card: Card, portal: RunningPortal
) -> None:
    card.misbehave("other_card")
    dialog = checked.ask_card()
    expect(message(dialog)).to_have_text("这不是当前用户绑定的电子钥匙，请插入您自己的电子钥匙。")
    expect(dialog.get_by_label("卡密码")).to_be_disabled()
    card.behave()
    try_again(dialog, checked, portal.pin)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("expired_certificate", "电子钥匙的证书已过期。请先更新证书，再由管理员登记。"),
        ("unknown_ca", "电子钥匙的证书不是由本系统信任的机构签发的。"),
        ("bad_signature", "签名"),
    ],
    ids=["expired certificate", "unknown authority", "bad signature"],
)
def test_what_the_server_refuses_is_told_and_can_be_signed_again(
    checked: DocumentPage, card: Card, portal: RunningPortal, fault: str, words: str
) -> None:
    card.misbehave(fault)
    enter_pin(checked.ask_card(), portal.pin)
    expect(checked.page.get_by_role("alert")).to_contain_text(words)
    expect(checked.page.get_by_role("main")).to_contain_text("3490000000000001")
    card.behave()
    checked.sign(portal.pin)


def test_a_card_that_does_not_answer_in_time_is_told(checked: DocumentPage, card: Card, portal: RunningPortal) -> None:
    page: Page = checked.page
    page.clock.install()
    page.reload()
    card.misbehave("slow", seconds=20)
    dialog = checked.ask_card()
    enter_pin(dialog, portal.pin)
    expect(message(dialog)).to_have_text("卡内签名中…")
    page.clock.fast_forward(31_000)
    expect(message(dialog)).to_have_text("卡没有及时应答，请重试。")
    card.behave()
    try_again(dialog, checked, portal.pin)


def test_closing_the_dialog_loses_nothing(checked: DocumentPage, portal: RunningPortal) -> None:
    dialog = checked.ask_card()
    checked.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    checked.page.get_by_role("link", name="返回修改").click()
    expect(checked.field("企业联系人姓名")).to_have_value("王小明")
    checked.check()
    checked.sign(portal.pin)


def test_a_machine_without_the_client_shows_no_card_state_and_no_other_complaint(
    clerk: Page, complaints: Complaints, portal: RunningPortal
) -> None:
    """Nobody listens where the page is told to look: the browser's own line about the socket is all that is heard."""
    complaints.expect("WebSocket connection to 'ws://127.0.0.1")
    nobody = str(free_port())

    def point_elsewhere(route: Route) -> None:
        answer = route.fetch()
        policy = answer.headers["content-security-policy"].replace(str(portal.card_port), nobody)
        body = answer.text().replace(str(portal.card_port), nobody)
        route.fulfill(response=answer, body=body, headers={**answer.headers, "content-security-policy": policy})

    clerk.route("**/deposits/", point_elsewhere)
    with clerk.expect_console_message(lambda message: "WebSocket" in message.text):
        clerk.goto("/deposits/")
    expect(clerk.locator("#ekey-state")).to_be_hidden()
