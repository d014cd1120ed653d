"""The desk's own page."""

import asyncio
import re
from pathlib import Path

from aiohttp.test_utils import TestClient, TestServer

from simulators.customs_desk import Desk
from simulators.customs_desk.page import application
from tests.customs_desk.folders import (
    ACCEPTED,
    AGENT,
    APPROVED,
    BY_CASH,
    BY_LETTER,
    LOADED,
    SENT,
    UNIT,
    declare,
    declare_other,
    issue,
    set_up,
    told,
)


def on_the_page(desk: Desk, visit) -> None:
    """Run `visit(client)` against the desk's page."""

    async def session() -> None:
        async with TestClient(TestServer(application(desk))) as client:
            await visit(client)

    asyncio.run(session())


def test_the_page_issues_an_order_and_leads_a_filing_to_its_payment(desk: Desk, tmp_path: Path) -> None:
    desk.configure(mode="manual")

    async def visit(client: TestClient) -> None:
        page = await (await client.get("/issue")).text()
        filled = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
        form = {**filled, "business_link": "2", "guarantee_nature": "2", "agent_code": AGENT}
        answer = await client.post("/issue", data=form, allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (303, "/orders/ZS0100202600001")
        inner = declare(desk, tmp_path, "ZS0100202600001")
        for label in ("受理", "已发送海关", "入库成功", "审批通过", "发缴款通知书"):
            assert f">{label}</button>" in await (await client.get("/")).text()
            await client.post(f"/filings/{inner}/step", data={"from": "overview"})
        payment = {"notice": "010026000001", "amount": "1500", "result": "1", "remark": ""}
        page = await (await client.post("/orders/ZS0100202600001/payment", data=payment)).text()
        assert "已到账 1500.00 元" in page
        assert f"Successed_GRT101_{inner}" in await (await client.get("/log")).text()

    on_the_page(desk, visit)
    assert told(tmp_path) == [ACCEPTED, SENT, LOADED, APPROVED]
    assert [kind for kind, _, _ in told(tmp_path, UNIT)] == ["GRT202", "GRT231", "GRT232"]


def test_the_page_returns_a_filing_with_a_reason_holds_it_and_cancels_the_order(desk: Desk, tmp_path: Path) -> None:
    number = issue(desk)
    inner = declare(desk, tmp_path, number)

    async def visit(client: TestClient) -> None:
        await client.post(f"/filings/{inner}/hold", data={"held": "1"})
        assert desk.store.attempt(inner).held
        page = await (
            await client.post(f"/filings/{inner}/answer", data={"answer": "return", "reason": "<i>账号</i>"})
        ).text()
        assert "&lt;i&gt;账号&lt;/i&gt;" in page
        assert "<i>" not in page
        await client.post(f"/orders/{number}/notice", data={"amount": "10", "pay_deadline": "2026-08-01", "remark": ""})
        assert "已撤销" in await (await client.post(f"/orders/{number}/cancel", data={"reason": ""})).text()

    on_the_page(desk, visit)
    assert told(tmp_path) == [("GRT201", "3", "<i>账号</i>")]
    assert [kind for kind, _, _ in told(tmp_path, UNIT)] == ["GRT202", "GRT231", "GRT203"]


def test_the_page_keeps_what_was_typed_when_an_order_cannot_be_issued(desk: Desk) -> None:
    async def visit(client: TestClient) -> None:
        form = {"unit_code": "12", "unit_name": "示范<单位>", "business_link": "2", "guarantee_nature": "2"}
        answer = await client.post("/issue", data=form)
        page = await answer.text()
        assert answer.status == 400
        assert "被担保单位编码应为 10 位海关编码" in page
        assert 'value="示范&lt;单位&gt;"' in page
        for change in ({"levy_date": "soon"}, {"business_link": "9"}):
            assert (await client.post("/issue", data={**form, **change})).status == 400

    on_the_page(desk, visit)


def test_the_page_changes_mode_delays_rules_and_switches(desk: Desk) -> None:
    async def visit(client: TestClient) -> None:
        await client.post("/mode", data={"mode": "manual"})
        form = [("step_delay", "1"), ("payment_delay", "5.5"), ("delay", "0"), ("silent", "on")]
        rules = [("ending", ".99"), ("answer", "return"), ("reason", "尾数"), ("ending", ""), ("answer", "refuse")]
        page = await (await client.post("/settings", data=[*form, *rules, ("reason", "")])).text()
        assert "静默：不作任何答复；" in page
        numbers = {"step_delay": "1", "payment_delay": "1", "delay": "0"}
        rule = {"ending": ".1", "answer": "approve", "reason": ""}
        for wrong in ({**numbers, "delay": "often"}, {**numbers, **rule}):
            assert (await client.post("/settings", data=wrong)).status == 400

    on_the_page(desk, visit)
    chosen = desk.settings
    assert (chosen.mode, chosen.step_delay, chosen.payment_delay, chosen.silent) == ("manual", 1, 5.5, True)
    assert [(rule.ending, rule.answer, rule.reason) for rule in chosen.rules] == [(".99", "return", "尾数")]


def test_the_page_answers_only_this_machines_own_pages(desk: Desk) -> None:
    async def visit(client: TestClient) -> None:
        foreign = {"Origin": "http://example.com"}
        assert (await client.post("/mode", data={"mode": "manual"}, headers=foreign)).status == 403
        assert (await client.get("/", headers={"Host": "example.com"})).status == 403
        page = await client.get("/")
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert "script" not in await page.text()

    on_the_page(desk, visit)
    assert desk.settings.mode == "auto"


def test_an_unknown_order_filing_or_answer_is_said_on_the_page(desk: Desk, tmp_path: Path) -> None:
    inner = declare(desk, tmp_path, issue(desk))

    async def visit(client: TestClient) -> None:
        assert "没有征收单" in await (await client.get("/orders/ZS1")).text()
        assert "没有申报" in await (await client.get("/filings/1")).text()
        assert (await client.post(f"/filings/{inner}/answer", data={"answer": "maybe"})).status == 400

    on_the_page(desk, visit)


def test_the_page_leads_a_general_guarantee_to_its_payment_and_sends_its_amounts(desk: Desk, tmp_path: Path) -> None:
    desk.configure(mode="manual")
    inner = declare_other(desk, tmp_path, "GRT111", BY_CASH)
    place = "/guarantees/D80100202600001"

    async def visit(client: TestClient) -> None:
        for label in ("受理", "已发送海关", "入库成功", "审批通过", "发缴款通知书"):
            assert f">{label}</button>" in await (await client.get(f"/filings/{inner}")).text()
            await client.post(f"/filings/{inner}/step", data={"from": "overview"})
        assert f'<a href="{place}">' in await (await client.get("/")).text()
        payment = {"notice": "010026000001", "amount": "100000", "result": "1", "remark": ""}
        page = await (await client.post(f"{place}/payment", data=payment)).text()
        assert "已到账 100000.00 元" in page
        await client.post(f"{place}/notice", data={"amount": "10", "pay_deadline": "", "remark": ""})
        form = {"amount": "100000", "used": "1234", "refunded": "", "locked": "0", "state": "3", "related_number": ""}
        page = await (await client.post(f"{place}/amounts", data=form)).text()
        assert "98766.00 元" in page
        assert "部分退还" in page
        assert (await client.post(f"{place}/amounts", data={**form, "used": "100000.01"})).status == 400
        assert "没有总担保" in await (await client.get("/guarantees/D8")).text()

    on_the_page(desk, visit)
    assert [kind for kind, _, _ in told(tmp_path, UNIT)] == ["GRT231", "GRT232", "GRT231", "GRT212"]


def test_the_page_shows_one_by_letter_without_notices_and_a_filing_without_a_number(desk: Desk, tmp_path: Path) -> None:
    number = set_up(desk, tmp_path)
    inner = declare_other(desk, tmp_path, "GRT111", BY_LETTER, attempt=2)

    async def visit(client: TestClient) -> None:
        page = await (await client.get(f"/guarantees/{number}")).text()
        assert "BH2026000001" in page
        assert "缴款通知书" not in page
        assert (await client.get(f"/filings/{inner}")).status == 200
        assert (await client.get("/")).status == 200

    on_the_page(desk, visit)
