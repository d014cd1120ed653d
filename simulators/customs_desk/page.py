"""The desk's own small page: plain forms, POST and redirect, no JavaScript. Loopback only."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from . import filing_pages, guarantee_pages
from .desk import Desk
from .records import DeskError
from .rendering import DESK, HERE, form_of, seconds, show
from .settings import SWITCHES, rules_from

ROWS = 100
routes = web.RouteTableDef()
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def application(desk: Desk) -> web.Application:
    app = web.Application(middlewares=[guard, say_errors])
    app[DESK] = desk
    for table in (routes, filing_pages.routes, guarantee_pages.routes):
        app.add_routes(table)
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


@routes.get("/")
async def overview(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    attempts = desk.store.attempts()[:ROWS]
    return show(
        request,
        "overview.html",
        orders=[(order, desk.store.notices(order.number)) for order in desk.store.orders()[:ROWS]],
        guarantees=[(each, desk.store.notices(each.number)) for each in desk.store.guarantees()[:ROWS]],
        attempts=[(attempt, desk.usual_step(attempt.inner_no)) for attempt in attempts],
        log=desk.store.recent_log(20),
    )


@routes.get("/log")
async def log(request: web.Request) -> web.Response:
    return show(request, "log.html", log=request.app[DESK].store.recent_log(1000))


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
