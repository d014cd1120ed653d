"""A filing on the desk's page: what was received, and every answer by hand."""

from aiohttp import web

from .rendering import DESK, form_of, show

routes = web.RouteTableDef()


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
