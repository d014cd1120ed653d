"""The desk's own small page: plain forms, POST and redirect, no JavaScript. Loopback only."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from aiohttp import web

from .desk import Desk
from .issuing import DAYS_TO_PAY
from .records import BUSINESS_LINKS, GUARANTEE_NATURES, DeskError, Payee, State
from .settings import ANSWERS, RULED_AT, SWITCHES, rules_from

HERE = Path(__file__).parent
DESK = web.AppKey("desk", Desk)
ROWS = 100
STATES = {
    State.RECEIVED: "待受理",
    State.ACCEPTED: "已受理",
    State.SENT: "已发送海关",
    State.LOADED: "已入库",
    State.REVIEW: "人工审核",
    State.REFUSED: "已拒收",
    State.LOAD_FAILED: "入库失败",
    State.APPROVED: "已通过",
    State.RETURNED: "已退单",
}
PAID = {"": "待缴款", "1": "已到账", "0": "未到账或已退回"}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.globals.update(
    states=STATES,
    paid=PAID,
    answers=ANSWERS,
    ruled=RULED_AT,
    switches=SWITCHES,
    links=BUSINESS_LINKS,
    natures=GUARANTEE_NATURES,
)
routes = web.RouteTableDef()
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Form = Mapping[str, str]


def application(desk: Desk) -> web.Application:
    app = web.Application(middlewares=[guard, say_errors])
    app[DESK] = desk
    app.add_routes(routes)
    app.router.add_static("/static", HERE / "static")
    return app


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer this machine's own pages only: a page of another site could otherwise post here, or rebind its name."""
    origin = request.headers.get("Origin")
    if request.url.host not in ("127.0.0.1", "localhost") or (origin and urlsplit(origin).netloc != request.host):
        raise web.HTTPForbidden(text="本页只接受本机访问")
    return await handler(request)


@web.middleware
async def say_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except DeskError as error:
        return show(request, "error.html", status=400, error=str(error))


def show(request: web.Request, template: str, status: int = 200, **values: Any) -> web.Response:
    desk = request.app[DESK]
    text = templates.get_template(template).render(chosen=desk.settings, unsent=desk.unsent(), **values)
    return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)


async def form_of(request: web.Request) -> Form:
    return {name: value.strip() for name, value in (await request.post()).items() if isinstance(value, str)}


@routes.get("/")
async def overview(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    attempts = desk.store.attempts()[:ROWS]
    return show(
        request,
        "overview.html",
        orders=[(order, desk.store.notices(order.number)) for order in desk.store.orders()[:ROWS]],
        attempts=[(attempt, desk.usual_step(attempt.inner_no)) for attempt in attempts],
        log=desk.store.recent_log(20),
    )


@routes.get("/log")
async def log(request: web.Request) -> web.Response:
    return show(request, "log.html", log=request.app[DESK].store.recent_log(1000))


@routes.get("/issue")
async def issue_form(request: web.Request) -> web.Response:
    return show(request, "issue.html", values=first_values(request.app[DESK]), error="")


@routes.post("/issue")
async def issue(request: web.Request) -> web.Response:
    form = await form_of(request)
    try:
        number = request.app[DESK].issue_levy_order(**order_of(form))
    except DeskError as error:
        values = {**first_values(request.app[DESK]), **form}
        return show(request, "issue.html", status=400, values=values, error=str(error))
    raise web.HTTPSeeOther(f"/orders/{number}")


@routes.get("/orders/{number}")
async def order_page(request: web.Request) -> web.Response:
    desk, order = request.app[DESK], request.app[DESK].store.order(request.match_info["number"])
    attempts = [(attempt, desk.usual_step(attempt.inner_no)) for attempt in desk.store.attempts(order.number)]
    return show(request, "order.html", order=order, notices=desk.store.notices(order.number), attempts=attempts)


@routes.post("/orders/{number}/notice")
async def notice(request: web.Request) -> web.Response:
    form, number = await form_of(request), request.match_info["number"]
    deadline = day(form.get("pay_deadline", ""))
    request.app[DESK].send_notice(
        number, amount=form.get("amount") or None, pay_deadline=deadline, remark=form.get("remark", "")
    )
    raise web.HTTPSeeOther(f"/orders/{number}")


@routes.post("/orders/{number}/payment")
async def payment(request: web.Request) -> web.Response:
    form, number = await form_of(request), request.match_info["number"]
    request.app[DESK].send_payment(
        form.get("notice", ""), form.get("amount") or None, form.get("result", "1"), form.get("remark", "")
    )
    raise web.HTTPSeeOther(f"/orders/{number}")


@routes.post("/orders/{number}/cancel")
async def cancel(request: web.Request) -> web.Response:
    form, number = await form_of(request), request.match_info["number"]
    request.app[DESK].cancel(number, form.get("reason") or "业务撤销")
    raise web.HTTPSeeOther(f"/orders/{number}")


@routes.get("/filings/{inner_no}")
async def filing_page(request: web.Request) -> web.Response:
    desk, inner_no = request.app[DESK], request.match_info["inner_no"]
    attempt = desk.store.attempt(inner_no)
    deliveries = desk.store.deliveries(inner_no)
    return show(request, "filing.html", attempt=attempt, step=desk.usual_step(inner_no), deliveries=deliveries)


@routes.post("/filings/{inner_no}/answer")
async def answer(request: web.Request) -> web.Response:
    form, inner_no = await form_of(request), request.match_info["inner_no"]
    request.app[DESK].answer(inner_no, form.get("answer", ""), form.get("reason", ""))
    raise web.HTTPSeeOther(f"/filings/{inner_no}")


@routes.post("/filings/{inner_no}/step")
async def step(request: web.Request) -> web.Response:
    form, inner_no = await form_of(request), request.match_info["inner_no"]
    request.app[DESK].take_usual_step(inner_no)
    raise web.HTTPSeeOther("/" if form.get("from") == "overview" else f"/filings/{inner_no}")


@routes.post("/filings/{inner_no}/hold")
async def hold(request: web.Request) -> web.Response:
    form, inner_no = await form_of(request), request.match_info["inner_no"]
    request.app[DESK].hold(inner_no, form.get("held") == "1")
    raise web.HTTPSeeOther(f"/filings/{inner_no}")


@routes.get("/settings")
async def settings_page(request: web.Request) -> web.Response:
    return show(request, "settings.html")


@routes.post("/settings")
async def save_settings(request: web.Request) -> web.Response:
    posted = await request.post()
    columns = [[str(value).strip() for value in posted.getall(name, [])] for name in ("ending", "answer", "reason")]
    rows = [dict(zip(("ending", "answer", "reason"), row, strict=True)) for row in zip(*columns, strict=False)]
    request.app[DESK].configure(
        step_delay=seconds(posted.get("step_delay")),
        payment_delay=seconds(posted.get("payment_delay")),
        delay=seconds(posted.get("delay")),
        rules=rules_from(rows),
        **{name: name in posted for name in SWITCHES},
    )
    raise web.HTTPSeeOther("/settings")


@routes.post("/mode")
async def mode(request: web.Request) -> web.Response:
    request.app[DESK].configure(mode=(await form_of(request)).get("mode", ""))
    raise web.HTTPSeeOther("/")


def first_values(desk: Desk) -> dict[str, str]:
    """What the issuing form shows at first: sample units, today, the usual payee."""
    today, payee = desk.clock().date(), Payee()
    return {
        "unit_code": "1111510001",
        "unit_name": "北京天竺示范加工有限公司",
        "agent_code": "",
        "business_number": f"C0100{today:%y}A0471",
        "business_link": "2",
        "guarantee_nature": "2",
        "amount": "2000.00",
        "district": "0100",
        "levy_date": today.isoformat(),
        "pay_deadline": (today + DAYS_TO_PAY).isoformat(),
        "payee_name": payee.name,
        "payee_bank": payee.bank,
        "payee_account": payee.account,
        "remark": "",
    }


def order_of(form: Form) -> dict[str, Any]:
    names = ("unit_code", "unit_name", "agent_code", "business_number", "amount", "district", "remark")
    values: dict[str, Any] = {name: form.get(name, "") for name in names}
    for name, codes in (("business_link", BUSINESS_LINKS), ("guarantee_nature", GUARANTEE_NATURES)):
        values[name] = form.get(name, "")
        if values[name] not in codes:
            raise DeskError("业务环节或保证金性质不正确")
    for name in ("levy_date", "pay_deadline"):
        values[name] = day(form.get(name, ""))
    payee = Payee(*(form.get(name, "") for name in ("payee_name", "payee_bank", "payee_account")))
    return {**values, "payee": payee}


def day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise DeskError("日期不正确") from None


def seconds(text: object) -> float:
    try:
        return float(str(text))
    except ValueError:
        raise DeskError("秒数不正确") from None
