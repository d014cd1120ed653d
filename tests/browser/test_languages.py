"""Chinese by default, English on choice, complete in both."""

import re

from playwright.sync_api import Page, expect

from tests.browser.languages import speak
from tests.browser.tour import ROWS

# Everything that a person reads or hears, but not what is data of the demonstration or of customs.
TEXTS = """(ignored) => {
  const texts = [];
  const walker = document.createTreeWalker(document, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    if (element.closest(ignored)) continue;
    if (node.nodeType === Node.TEXT_NODE) texts.push(node.data);
    else for (const name of ["title", "aria-label", "placeholder", "alt"]) texts.push(node.getAttribute(name) ?? "");
  }
  return texts.map((text) => text.trim()).filter(Boolean);
}"""
NOT_READ = "script, style, noscript, template"
CHINESE = re.compile(r"[\u3400-\u9fff]")
# Names that stand in either language, codes, and what a script puts a number in place of.
ENGLISH_NAMES = re.compile(
    r"\{\w+\}|CommonResponeMessage|English|JavaScript|PIN|SHA-256|GRT\d{3}|Chrome|Edge|Firefox|Enter|Esc|ZS\d+|RSA|CNY|[0-9a-f]{8,}|\b[A-Z]+\d\w*"
)
# What people, units and customs wrote; it stands in Chinese on English pages.
DATA = re.compile(
    "演示\\w*|示范\\w*|北京天竺示范加工有限公司|上海洋山演示塑料制品有限公司|中国山货花卉进出口公司|王小明|中文|人民币\\w+"
    "|中国银行北京示范支行|中国工商银行北京示范支行|中华人民共和国北京海关|[0-9]{4}\u3000\\w+|转人工|报文入库成功"
    "|(?:保证金征收单|总担保)申报服务调用成功|保函受益人不是主管海关|缴款单位银行账号有误，请核对后重新申报|报文入库失败：手册编号不在有效期内"
)


def texts(page: Page) -> list[str]:
    found: list[str] = page.evaluate(TEXTS, NOT_READ)
    return found


def speak_english(page: Page) -> None:
    page.get_by_label("语言").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_no_chinese_is_left_on_the_english_pages_but_data(clerk: Page, addresses: dict[str, str]) -> None:
    speak(clerk, "en")
    left = {}
    for address in addresses.values():
        clerk.goto(address)
        strange = [text for text in texts(clerk) if CHINESE.search(DATA.sub("", text)) and text != "担"]
        if strange:
            left[address] = strange
    assert left == {}


def test_no_english_is_left_on_the_chinese_pages_but_names(clerk: Page, addresses: dict[str, str]) -> None:
    left = {}
    for address in addresses.values():
        clerk.goto(address)
        strange = [text for text in texts(clerk) if re.search("[A-Za-z]{2,}", ENGLISH_NAMES.sub("", text))]
        if strange:
            left[address] = strange
    assert left == {}


def test_the_sign_in_page_speaks_either_language(page: Page) -> None:
    page.goto("/sign-in")
    assert [text for text in texts(page) if re.search("[A-Za-z]{2,}", ENGLISH_NAMES.sub("", text))] == []
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert [text for text in texts(page) if CHINESE.search(text) and text not in ("担", "中文")] == []


def test_the_language_stays_and_can_be_changed_back(clerk: Page) -> None:
    clerk.goto(ROWS)
    speak_english(clerk)
    expect(clerk).to_have_url(re.compile(r"unit=1111510001"))
    clerk.goto("/password")
    expect(clerk.get_by_role("heading", name="Change password")).to_be_visible()
    clerk.get_by_label("Language").click()
    clerk.get_by_role("button", name="中文").click()
    expect(clerk.get_by_role("heading", name="修改密码")).to_be_visible()
