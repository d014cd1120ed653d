"""The ledger page: the movements of a period between its opening and its closing balance, and any day in the past (issue 3)."""

import datetime as dt
import re
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from general_guarantee import ledger
from general_guarantee.models import GeneralGuarantee, Movement
from tests.documents.orders import order_in, url_of
from tests.general_guarantee.guarantees import approved, guarantee_in
from tests.world import World

pytestmark = pytest.mark.django_db


def noon(day: int) -> dt.datetime:
    return timezone.make_aware(dt.datetime(2026, 3, day, 12))


@pytest.fixture
def guarantee(world: World) -> GeneralGuarantee:
    """Set up on 1 March with 100,000 yuan; 2,000 drawn on the 10th, 500 on the 20th, the first released on the 25th."""
    made = approved(at=noon(1))
    first, second = (
        order_in("approved", levy_number="ZS0100202690001"),
        order_in("approved", levy_number="ZS0100202690002"),
    )
    for movement, amount, order, day in (
        (Movement.DRAW, 2000, first, 10),
        (Movement.DRAW, 500, second, 20),
        (Movement.RELEASE, 2000, first, 25),
    ):
        ledger.book(made, movement, Decimal(amount), cause=order, document=order.levy_number, at=noon(day))
    return made


def table(browser: Client, guarantee: GeneralGuarantee, **query: str) -> list[list[str]]:
    """Return the rows of the ledger, each as its texts."""
    page = browser.get(url_of(guarantee, "ledger/"), query).content.decode()
    rows = page[page.index("<tbody>") : page.index("</tbody>")].split("<tr")[1:]
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in rows]
    return [[unescape(re.sub("<[^>]*>", "", cell)) for cell in row] for row in cells]


def test_without_a_period_the_whole_ledger_is_shown(world: World, guarantee: GeneralGuarantee) -> None:
    rows = table(world.browser(world.clerk), guarantee)
    assert rows[0] == ["-", "期初余额", "0", "0", "0", "0", "0"]
    number = guarantee.guarantee_number
    assert rows[1:3] == [
        ["20260301 12:00", "设立", number, "100,000", "+100,000", "-", "-", "-", "100,000"],
        ["20260301 12:00", "海关核定金额", number, "-", "-", "-", "-", "-", "100,000"],
    ]
    assert rows[3:6] == [
        ["20260310 12:00", "占用", "ZS0100202690001", "2,000", "−2,000", "+2,000", "-", "-", "100,000"],
        ["20260320 12:00", "占用", "ZS0100202690002", "500", "−500", "+500", "-", "-", "100,000"],
        ["20260325 12:00", "释放", "ZS0100202690001", "2,000", "+2,000", "−2,000", "-", "-", "100,000"],
    ]
    assert rows[6] == ["-", "期末余额", "99,500", "500", "0", "0", "100,000"]


@pytest.mark.parametrize(
    ("first", "last", "opening", "moved", "closing"),
    [
        ("20260310", "20260320", ("100,000", "0"), ["20260310 12:00", "20260320 12:00"], ("97,500", "2,500")),
        ("20260311", "20260319", ("98,000", "2,000"), [], ("98,000", "2,000")),
        ("20260321", "", ("97,500", "2,500"), ["20260325 12:00"], ("99,500", "500")),
        ("20260101", "20260228", ("0", "0"), [], ("0", "0")),
        ("20270101", "20271231", ("99,500", "500"), [], ("99,500", "500")),
        ("2026-3-10", "2026/03/10", ("100,000", "0"), ["20260310 12:00"], ("98,000", "2,000")),
        ("00010101", "99991231", ("0", "0"), None, ("99,500", "500")),
    ],
)
def test_a_period_shows_what_moved_in_it_between_both_balances(
    world: World, guarantee: GeneralGuarantee, first: str, last: str, opening: tuple[str, str],
    moved: list[str] | None, closing: tuple[str, str],
) -> None:  # fmt: skip
    rows = table(world.browser(world.clerk), guarantee, first=first, last=last)
    assert tuple(rows[0][2:4]) == opening
    assert tuple(rows[-1][2:4]) == closing
    if moved is not None:
        assert [row[0] for row in rows[1:-1]] == (moved or ["该期间没有变动。"])


@pytest.mark.parametrize(
    ("day", "usable"), [("20260228", "0"), ("20260301", "100,000"), ("20260312", "98,000"), ("20260324", "97,500")]
)
def test_the_balance_of_any_day_in_the_past_is_the_closing_balance_of_a_period_that_ends_on_it(
    world: World, guarantee: GeneralGuarantee, day: str, usable: str
) -> None:
    for query in ({"last": day}, {"first": day, "last": day}):
        assert table(world.browser(world.clerk), guarantee, **query)[-1][2] == usable


def test_a_day_in_china_ends_at_its_midnight(world: World) -> None:
    late = timezone.make_aware(dt.datetime(2026, 3, 1, 23, 59, 59))
    made, browser = approved(at=late), world.browser(world.clerk)
    assert table(browser, made, last="20260301")[-1][2] == "100,000"
    assert table(browser, made, first="20260302")[0][2] == "100,000"
    assert table(browser, made, last="20260228")[-1][2] == "0"


BAD_DATES = ["x", "20260230", "2026023", "\x00", "２０２６０３０１", "0", "-1", "99999999", "<b>", "9" * 100_000]


@pytest.mark.parametrize("name", ["first", "last"])
def test_a_date_that_is_none_is_said_beside_the_field_and_the_whole_ledger_shown(
    world: World, guarantee: GeneralGuarantee, name: str
) -> None:
    browser = world.browser(world.clerk)
    for text in BAD_DATES:
        page = browser.get(url_of(guarantee, "ledger/"), {name: text}).content.decode()
        assert "日期按 20260630 的格式填写。" in page[page.index(f'id="id_{name}_say"') :], text[:20]
        assert f'value="{text}"' not in page or text != "<b>", "it stands escaped"
        assert "20260325 12:00" in page


def test_an_end_before_its_beginning_is_said(world: World, guarantee: GeneralGuarantee) -> None:
    query = {"first": "20260302", "last": "20260301"}
    page = world.browser(world.clerk).get(url_of(guarantee, "ledger/"), query).content.decode()
    assert "止日早于起日。" in page


def test_before_the_approval_there_is_no_ledger_and_the_button_says_so(world: World) -> None:
    draft, browser = guarantee_in(), world.browser(world.clerk)
    assert "海关审批通过后才有台账。" in browser.get(url_of(draft)).content.decode()
    assert table(browser, draft)[0][1] == "期初余额"


def test_the_sheet_shows_the_sums_their_time_and_what_is_in_flight(world: World, guarantee: GeneralGuarantee) -> None:
    order = order_in("processing")
    ledger.reserve(guarantee.guarantee_number, Decimal(9500), cause=order, document=order.levy_number)
    page = world.browser(world.clerk).get(url_of(guarantee)).content.decode()
    shares = dict(re.findall(r"</svg>([^<]+)</dt><dd>([^<]+)</dd>", page))
    assert shares == {"已用": "500", "办理中": "9,500", "可用": "90,000"}
    assert "已申报、海关尚未决定的单证占用 9,500 元；还可占用 90,000 元。" in page
    assert "20260325 12:00" in page
    assert f'href="{url_of(guarantee, "ledger/")}"' in page
