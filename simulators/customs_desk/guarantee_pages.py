"""Levy orders and general guarantees on the desk's page, and what customs issues about them."""

from typing import Any

from aiohttp import web

from .books import BALANCES, DAYS_TO_PAY
from .desk import Desk
from .records import BUSINESS_LINKS, GUARANTEE_NATURES, DeskError, Payee
from .rendering import DESK, Form, day, form_of, show

routes = web.RouteTableDef()


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


@routes.post("/{place:orders|guarantees}/{number}/notice")
async def notice(request: web.Request) -> web.Response:
    form, number = await form_of(request), request.match_info["number"]
    deadline = day(form.get("pay_deadline", ""))
    request.app[DESK].send_notice(
        number, amount=form.get("amount") or None, pay_deadline=deadline, remark=form.get("remark", "")
    )
    raise web.HTTPSeeOther(f"/{request.match_info['place']}/{number}")


@routes.post("/{place:orders|guarantees}/{number}/payment")
async def payment(request: web.Request) -> web.Response:
    form, number = await form_of(request), request.match_info["number"]
    request.app[DESK].send_payment(
        form.get("notice", ""), form.get("amount") or None, form.get("result", "1"), form.get("remark", "")
    )
    raise web.HTTPSeeOther(f"/{request.match_info['place']}/{number}")


@routes.post("/orders/{number}/cancel")
async def cancel(request: web.Request) -> web.Response:
    form, number = await form_of(request), request.match_info["number"]
    request.app[DESK].cancel(number, form.get("reason") or "业务撤销")
    raise web.HTTPSeeOther(f"/orders/{number}")


@routes.get("/guarantees/{number}")
async def guarantee_page(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    guarantee = desk.store.guarantee(request.match_info["number"])
    attempts = [(attempt, desk.usual_step(attempt.inner_no)) for attempt in desk.store.attempts(guarantee.number)]
    notices = desk.store.notices(guarantee.number)
    return show(request, "guarantee.html", guarantee=guarantee, notices=notices, attempts=attempts)


@routes.post("/guarantees/{number}/amounts")
async def amounts(request: web.Request) -> web.Response:
    desk, form, number = request.app[DESK], await form_of(request), request.match_info["number"]
    state, related = form.get("state", ""), form.get("related_number", "")
    figures = {name: form[name] for name in BALANCES if form.get(name)}
    desk.send_amounts(number, state=state, related_number=related, at=desk.clock(), **figures)
    raise web.HTTPSeeOther(f"/guarantees/{number}")


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
