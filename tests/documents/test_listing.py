"""The list of levy orders: columns, order, filters, footer and pages (DOMAIN 5 and 5.1)."""

import datetime as dt
import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customs.models import InboxMessage
from deposits.models import LevyOrder
from documents.models import Payment, PaymentNotice, Receipt
from tests.documents.orders import OTHER_UNIT, STATUSES, UNIT, by_letter, fresh, new_order, order_in
from tests.documents.test_grey_fields import SAMPLE_CREDIT_CODE
from tests.world import World

pytestmark = pytest.mark.django_db

COLUMNS = [
    "征收单编号",
    "业务单证编号",
    "担保类型",
    "担保方式",
    "业务环节",
    "保证金金额",
    "征收日期",
    "缴款截止日期",
    "数据状态",
    "担保状态",
    "是否有缴款通知书",
    "通知书编号",
    "收据号",
]
LABELS = [
    "待确认",
    "暂存",
    "数据正在处理",
    "申报成功",
    "申报失败",
    "成功发送海关",
    "海关接收成功",
    "海关审批通过",
    "海关退单",
]


def page_of(seat: Client, **query: Any) -> str:
    answer: Any = seat.get("/deposits/", {"unit": UNIT, **query})
    assert answer.status_code == 200
    page: str = answer.content.decode()
    return page


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def rows_of(page: str) -> list[list[str]]:
    """Return the texts of the table's cells, without the checkbox."""
    body = page[page.index("<tbody>") : page.index("</tbody>")] if "<tbody>" in page else ""
    return [
        [plain(cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)][1:]
        for row in body.split("<tr")[1:]
    ]


def numbers_of(page: str) -> list[str]:
    return [row[0] for row in rows_of(page)]


def footer_of(page: str) -> str:
    found = re.search(r'<div class="foot"><p>(.*?)</p>', page, re.DOTALL)
    return plain(found[1]) if found else ""


def links_of(page: str) -> dict[str, str]:
    """Return the links of the pages by their label."""
    nav = page[page.index('<nav class="pages"') :]
    nav = nav[: nav.index("</nav>")]
    found = re.findall(
        r'<a href="([^"]*)"(?: aria-current="page")?(?: aria-label="([^"]*)")?>(.*?)</a>', nav, re.DOTALL
    )
    return {label or plain(text): unescape(url) for url, label, text in found}


def many(count: int, **values: Any) -> list[str]:
    """Store `count` orders at once; return their numbers, the newest first."""
    orders = [new_order(pre_entry_number=f"2025{n:014}", **values) for n in range(1, count + 1)]
    LevyOrder.objects.bulk_create(orders)
    return [order.levy_number for order in reversed(orders)]


@pytest.fixture
def seat(world: World) -> Client:
    return world.browser(world.clerk)


def test_the_columns_are_those_of_the_manual_in_its_order(seat: Client) -> None:
    order_in()
    heads = re.findall(r'<th scope="col" class="[^"]*">(.*?)</th>', page_of(seat), re.DOTALL)
    assert [plain(head) for head in heads] == COLUMNS


def test_a_row_shows_codes_in_words_dates_and_amounts_as_the_manual_and_a_dash_for_nothing(seat: Client) -> None:
    order = order_in(amount=Decimal("39287493.23234"), business_number="")
    assert rows_of(page_of(seat)) == [
        [
            order.levy_number,
            "-",
            "-",
            "-",
            "手册设立/变更",
            "39,287,493.23234",
            "20260105",
            "-",
            "待确认",
            "-",
            "-",
            "-",
            "-",
        ]
    ]


def test_a_row_of_an_approved_and_paid_order_shows_notice_and_receipt(seat: Client) -> None:
    order = order_in("approved", guarantee_status="paid", pay_deadline=dt.date(2026, 2, 1))
    notice(order)
    pay(order)
    row = rows_of(page_of(seat))[0]
    assert row[2:5] == ["单笔担保", "保证金", "手册设立/变更"]
    assert row[7:] == ["20260201", "海关审批通过", "已缴款", "是", "010026000030", "SJ0001"]


def notice(order: LevyOrder) -> None:
    PaymentNotice.objects.create(
        pre_entry_number=order.pre_entry_number,
        number="010026000030",
        amount=order.amount,
        payer_name="甲",
        payee_name="乙",
        issued_on=dt.date(2026, 1, 6),
        pay_deadline=dt.date(2026, 2, 1),
    )


def pay(order: LevyOrder, *, received: bool = True) -> None:
    Payment.objects.create(
        pre_entry_number=order.pre_entry_number,
        notice_number="010026000030",
        receipt_number="SJ0001",
        amount=order.amount,
        received=received,
        reported_at=timezone.now(),
    )


@pytest.mark.parametrize(
    ("status", "received", "shown"),
    [
        ("unpaid", True, "-"),
        ("paid", True, "SJ0001"),
        ("", True, "-"),
        ("unpaid", False, "-"),
        ("partly_refunded", True, "SJ0001"),
    ],
)
def test_a_receipt_number_is_shown_only_when_paid(seat: Client, status: str, received: bool, shown: str) -> None:
    order = order_in("approved", guarantee_status=status)
    notice(order)
    pay(order, received=received)
    assert rows_of(page_of(seat))[0][12] == shown


def test_the_newest_pre_entry_number_stands_first(seat: Client) -> None:
    orders = [order_in() for _n in range(3)]
    assert numbers_of(page_of(seat)) == [order.levy_number for order in reversed(orders)]


def test_the_status_filter_offers_all_and_the_nine_in_the_order_of_the_domain(seat: Client) -> None:
    page = page_of(seat)
    select = page[page.index('name="status"') :]
    options = re.findall(r"<option[^>]*>(.*?)</option>", select[: select.index("</select>")])
    assert options == ["全部", *LABELS]


def test_filtering_by_each_status(seat: Client) -> None:
    orders = {status: order_in(status) for status in STATUSES}
    for status, order in orders.items():
        page = page_of(seat, status=status)
        assert numbers_of(page) == [order.levy_number], status
        assert rows_of(page)[0][8] == dict(zip(STATUSES, LABELS, strict=True))[status]
    assert len(numbers_of(page_of(seat, status=""))) == 9


def test_filtering_by_mode(seat: Client) -> None:
    cash, letter = order_in("draft"), order_in("draft", **by_letter())
    untouched = order_in()
    assert numbers_of(page_of(seat, mode="1")) == [cash.levy_number]
    assert numbers_of(page_of(seat, mode="2")) == [letter.levy_number]
    assert untouched.levy_number in numbers_of(page_of(seat, mode=""))


@pytest.mark.parametrize("typed", [SAMPLE_CREDIT_CODE, f" {SAMPLE_CREDIT_CODE} "])
def test_filtering_by_credit_code(seat: Client, typed: str) -> None:
    order = order_in(guaranteed_credit_code=SAMPLE_CREDIT_CODE)
    order_in()
    assert numbers_of(page_of(seat, credit_code=typed)) == [order.levy_number]


@pytest.mark.parametrize("typed", ["C010016A0999", "c010016a0999", " C010016A0999 "])
def test_filtering_by_business_number(seat: Client, typed: str) -> None:
    order = order_in(business_number="C010016A0999")
    order_in()
    assert numbers_of(page_of(seat, business_number=typed)) == [order.levy_number]


@pytest.mark.parametrize("between", [" ", ",", "，", ";", "；", "、", "\n", "\r\n", "\t", "  ,  ", "\u3000"])
def test_several_numbers_may_be_pasted(seat: Client, between: str) -> None:
    orders = [order_in() for _n in range(4)]
    wanted = [orders[0].levy_number, orders[2].levy_number.lower()]
    found = numbers_of(page_of(seat, number=between.join(wanted)))
    assert found == [orders[2].levy_number, orders[0].levy_number]


def test_more_than_a_hundred_numbers_are_too_many_and_given_back(seat: Client) -> None:
    pasted = " ".join(f"ZS{n:012}" for n in range(101))
    page = page_of(seat, number=pasted)
    assert "一次最多 100 个编号" in page
    assert pasted in page
    page = page_of(seat, number=pasted.rsplit(" ", 1)[0])
    assert "一次最多" not in page


def test_a_number_is_found_as_a_whole_only(seat: Client) -> None:
    order = order_in()
    assert numbers_of(page_of(seat, number=order.levy_number[:-1])) == []


@pytest.mark.parametrize("spelt", ["20260630", "2026-06-30", "2026/6/30", "2026.06.30", " 20260630 "])
def test_dates_are_accepted_as_clerks_spell_them(seat: Client, spelt: str) -> None:
    before, on, after = (order_in("processing", declared_on=dt.date(2026, 6, day)) for day in (29, 30, 28))
    LevyOrder.objects.filter(pk=after.pk).update(declared_on=dt.date(2026, 7, 1))
    undeclared = order_in()
    assert set(numbers_of(page_of(seat, declared_from=spelt))) == {on.levy_number, after.levy_number}
    assert set(numbers_of(page_of(seat, declared_to=spelt))) == {before.levy_number, on.levy_number}
    assert numbers_of(page_of(seat, declared_from=spelt, declared_to=spelt)) == [on.levy_number]
    assert undeclared.levy_number in numbers_of(page_of(seat))


@pytest.mark.parametrize("spelt", ["2026630", "30.06.2026", "2026-06/30", "20260631", "2026", "二〇二六年"])
def test_another_spelling_of_a_date_is_told_of_beside_the_field(seat: Client, spelt: str) -> None:
    order_in()
    page = page_of(seat, declared_from=spelt)
    assert 'id="search_declared_from_say"' in page
    assert f'value="{spelt}"' in page
    assert numbers_of(page) == []


def test_a_period_that_ends_before_it_begins_is_told_of(seat: Client) -> None:
    assert "止日早于起日" in page_of(seat, declared_from="20260702", declared_to="20260701")


def test_filters_work_together(seat: Client) -> None:
    wanted = order_in("approved", business_number="C010016A0999", declared_on=dt.date(2026, 6, 30))
    order_in("approved", business_number="C010016A0999", declared_on=dt.date(2026, 6, 29))
    order_in("received", business_number="C010016A0999", declared_on=dt.date(2026, 6, 30))
    order_in("approved", declared_on=dt.date(2026, 6, 30))
    query = {"status": "approved", "mode": "1", "business_number": "C010016A0999", "declared_from": "20260630"}
    assert numbers_of(page_of(seat, **query)) == [wanted.levy_number]


def test_without_a_unit_nothing_is_searched_and_the_page_says_so(seat: Client) -> None:
    order = order_in()
    for url in ("/deposits/", "/deposits/?unit=", f"/deposits/?number={order.levy_number}"):
        page = seat.get(url).content.decode()
        assert order.levy_number not in plain(page[page.index('<div class="panel listing">') :])
        assert "请先选择" in page


def test_a_unit_that_one_does_not_act_for_shows_nothing(world: World, seat: Client) -> None:
    foreign = order_in(guaranteed_code=OTHER_UNIT)
    own = order_in()
    for unit in (OTHER_UNIT, "9999999999", "x", f"{UNIT},{OTHER_UNIT}", UNIT.lower() + " "):
        page = page_of(seat, unit=unit)
        assert foreign.levy_number not in page
        assert own.levy_number not in page
        assert 'id="search_unit_say"' in page
    assert numbers_of(page_of(seat, number=foreign.levy_number)) == []
    assert OTHER_UNIT not in page_of(seat)


def test_the_units_to_choose_are_ones_own_and_those_one_acts_for(world: World) -> None:
    def offered(user: Any) -> list[str]:
        page = world.browser(user).get("/deposits/").content.decode()
        select = page[page.index('name="unit"') :]
        return re.findall(r'<option value="(\w+)"', select[: select.index("</select>")])

    assert offered(world.agent) == ["1101919107"]
    world.delegate()
    assert offered(world.agent) == ["1101919107", UNIT]
    order_in(guaranteed_code=OTHER_UNIT, named_agent_code="1101919107")
    assert offered(world.agent) == ["1101919107", UNIT, OTHER_UNIT]
    assert offered(world.clerk) == [UNIT]


def test_a_named_agent_sees_of_that_unit_only_the_orders_that_name_it(world: World) -> None:
    named, other = order_in(named_agent_code="1101919107"), order_in()
    assert numbers_of(page_of(world.browser(world.agent))) == [named.levy_number]
    world.delegate()
    assert set(numbers_of(page_of(world.browser(world.agent)))) == {named.levy_number, other.levy_number}


@pytest.mark.parametrize(
    ("count", "footer"),
    [
        (1, "显示第 1 到第 1 条记录, 总共 1 条记录 每页显示 15 条记录"),
        (15, "显示第 1 到第 15 条记录, 总共 15 条记录 每页显示 15 条记录"),
        (17, "显示第 1 到第 15 条记录, 总共 17 条记录 每页显示 15 条记录"),
        (1000, "显示第 1 到第 15 条记录, 总共 1000 条记录 每页显示 15 条记录"),
        (1001, "显示第 1 到第 15 条记录, 总共超过 1000 条记录 每页显示 15 条记录"),
    ],
)
def test_the_footer_counts_in_the_words_of_the_manual(seat: Client, count: int, footer: str) -> None:
    numbers = many(count)
    page = page_of(seat)
    assert footer_of(page) == footer
    assert numbers_of(page) == numbers[:15]


def test_an_empty_list_says_that_nothing_meets_the_conditions(seat: Client) -> None:
    page = page_of(seat, status="approved")
    assert "没有符合条件的记录" in page
    assert footer_of(page) == ""
    assert rows_of(page) == []


def test_the_second_page_of_seventeen(seat: Client) -> None:
    numbers = many(17)
    page = page_of(seat, page="2")
    assert numbers_of(page) == numbers[15:]
    assert footer_of(page) == "显示第 16 到第 17 条记录, 总共 17 条记录 每页显示 15 条记录"
    assert set(links_of(page)) == {"上一页", "1", "2"}
    assert set(links_of(page_of(seat))) == {"1", "2", "下一页"}


@pytest.mark.parametrize("asked", ["0", "-1", "x", "", "1.5", "100000"])
def test_a_page_that_is_none_is_the_first(seat: Client, asked: str) -> None:
    numbers = many(17)
    assert numbers_of(page_of(seat, page=asked)) == numbers[:15]


def test_a_page_beyond_the_end_is_the_last(seat: Client) -> None:
    numbers = many(17)
    assert numbers_of(page_of(seat, page="99")) == numbers[15:]


def test_a_thousand_rows_end_at_the_thousandth(seat: Client) -> None:
    numbers = many(1000)
    page = page_of(seat, page="67")
    assert numbers_of(page) == numbers[990:]
    assert "下一页" not in links_of(page)


def test_following_the_pages_beyond_a_thousand_shows_every_row_once(seat: Client) -> None:
    numbers, url, seen, footers = many(1040), f"/deposits/?unit={UNIT}&page=67", [], []
    while url:
        page = seat.get(url).content.decode()
        seen += numbers_of(page)
        footers.append(footer_of(page))
        following = links_of(page).get("下一页", "")
        url = f"/deposits/{following}" if following else ""
    assert seen == numbers[990:]
    assert "总共超过 1000 条记录" in footers[0]
    assert footers[1:] == ["总共超过 1000 条记录 每页显示 15 条记录"] * 3


def test_links_keep_what_was_asked(seat: Client) -> None:
    many(40, business_number="C010016A0999")
    url = links_of(page_of(seat, business_number="C010016A0999", status="to_confirm"))["2"]
    page = seat.get(f"/deposits/{url}").content.decode()
    assert len(numbers_of(page)) == 15
    assert "business_number=C010016A0999" in url
    assert "status=to_confirm" in url
    assert f"unit={UNIT}" in url


@pytest.mark.parametrize(
    ("opened", "page"),
    [("view", "?view=1"), ("confirm", ""), ("receipts", "receipts/"), ("payment-notice", "payment-notice/")],
)
def test_the_buttons_lead_to_the_selected_row_without_javascript(seat: Client, opened: str, page: str) -> None:
    order = order_in()
    answer: Any = seat.get("/deposits/", {"unit": UNIT, "open": opened, "selected": order.levy_number})
    assert answer.headers["Location"] == f"/deposits/{order.levy_number}/{page}"


def test_a_button_without_a_selection_says_so_and_keeps_the_search(seat: Client) -> None:
    order = order_in()
    answer: Any = seat.get("/deposits/", {"unit": UNIT, "status": "to_confirm", "open": "view"}, follow=True)
    assert "请选择一条记录" in answer.content.decode()
    assert order.levy_number in numbers_of(answer.content.decode())


def queries(seat: Client, **query: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        page_of(seat, **query)
    return len(captured)


def test_a_page_of_the_list_asks_the_database_a_fixed_number_of_questions(seat: Client) -> None:
    page_of(seat)
    asked = {}
    for count in (1, 3, 15):
        LevyOrder.objects.all().delete()
        many(count, data_status="approved", guarantee_status="paid", **{k: v for k, v in by_letter().items() if v})
        for order in LevyOrder.objects.all()[:2]:
            _answered(order)
        asked[count] = queries(seat), queries(seat, status="approved", number=fresh(order).levy_number)
    assert len(set(asked.values())) == 1, asked


def _answered(order: LevyOrder) -> None:
    message = InboxMessage.objects.create(**_message())
    Receipt.objects.create(
        message=message,
        pre_entry_number=order.pre_entry_number,
        message_type="GRT201",
        at=timezone.now(),
        received_at=timezone.now(),
    )


def _message() -> dict[str, Any]:
    number = InboxMessage.objects.count()
    return {
        "folder_unit": UNIT,
        "file_name": f"{number}.xml",
        "message_type": "GRT201",
        "identity": str(number),
        "content": b"",
    }


def test_a_sheet_asks_the_database_a_fixed_number_of_questions_however_long_its_history(
    world: World, seat: Client
) -> None:
    order = order_in("approved")
    counts = []
    for _n in range(3):
        with CaptureQueriesContext(connection) as captured:
            seat.get(f"/deposits/{order.levy_number}/")
        counts.append(len(captured))
        _answered(order)
    assert len(set(counts[1:])) == 1, counts


def test_what_was_typed_is_given_back_as_text_and_never_as_markup(seat: Client) -> None:
    page = page_of(seat, number='"><b>&', credit_code="'<i>")
    assert 'name="number" value="&quot;&gt;&lt;b&gt;&amp;"' in page
    assert 'name="credit_code" value="&#x27;&lt;i&gt;"' in page


def test_each_request_is_answered_in_its_own_language(seat: Client, settings: Any) -> None:
    order_in("approved")
    for language, head, status in (
        ("zh-hans", "数据状态", "海关审批通过"),
        ("en", "Data status", "Approved by customs"),
        ("zh-hans", "数据状态", "海关审批通过"),
    ):
        seat.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        page = page_of(seat)
        assert head in plain(page[page.index("<thead>") : page.index("</thead>")])
        assert status in rows_of(page)[0]
