"""The user's own account: the password."""

from playwright.sync_api import Page, expect

from tests.browser.pages import sign_in
from tests.browser.running import RunningPortal

NEW = "Another-demo-2027"


def change(page: Page, old: str, new: str, again: str) -> None:
    page.get_by_label("旧密码").fill(old)
    page.get_by_label("新密码", exact=False).first.fill(new)
    page.get_by_label("新密码", exact=False).last.fill(again)
    page.get_by_role("button", name="修改密码").click()


def test_a_user_changes_the_password_and_other_sessions_end(
    page: Page, browser_of: object, new_context: object, portal: RunningPortal
) -> None:
    """The stranger's: the other accounts' sessions are shared by the tests."""
    old = portal.passwords["stranger"]
    other = new_context().new_page()  # type: ignore[operator]
    for each in (page, other):
        each.goto("/sign-in")
        sign_in(each, "stranger", old)
        expect(each.get_by_role("button", name="退出")).to_be_visible()
    page.get_by_text("演示录入员丙").click()
    page.get_by_role("link", name="修改密码").click()
    change(page, "wrong", NEW, NEW)
    expect(page.locator(".error li")).to_have_count(1)
    change(page, old, NEW, NEW + "x")
    expect(page.locator(".error li")).to_have_count(1)
    change(page, old, "12345", "12345")
    expect(page.locator(".error li").first).to_be_visible()
    change(page, old, NEW, NEW)
    expect(page.get_by_role("status")).to_contain_text("密码已修改")
    other.reload()
    expect(other.get_by_role("button", name="登录")).to_be_visible()
    sign_in(other, "stranger", NEW)
    expect(other.get_by_role("button", name="退出")).to_be_visible()
    other.goto("/password")
    change(other, NEW, old, old)
    expect(other.get_by_role("status")).to_contain_text("密码已修改")
