"""The client's WebSocket service, and beside it the page on which a person says how the cards behave."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from aiohttp import WSCloseCode, WSMsgType, web
from aiohttp.typedefs import Handler
from cryptography.hazmat.primitives import hashes
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from simulators.virtual_card.protocol import GREETING, answer
from simulators.virtual_card.reader import PIN_TRIES, Fault, Reader, Slot

HERE = Path(__file__).parent
LARGEST_FRAME = 120 * 1024
LONGEST_DELAY = 120.0
CLOSING_SECONDS = 0.3
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'"
LOOPBACK = re.compile(r"http://(127\.0\.0\.1|localhost)(:\d+)?")
ALGORITHMS: dict[str, type[hashes.HashAlgorithm]] = {"sha1": hashes.SHA1, "sha256": hashes.SHA256}
FAULTS = {
    Fault.NONE: "正常",
    Fault.NO_CARD: "未插卡",
    Fault.WRONG_PIN: "总报密码错误",
    Fault.SLOW: "签名很慢",
    Fault.OTHER_CARD: "插着别人的卡",
    Fault.EXPIRED_CERTIFICATE: "证书已过期",
    Fault.UNKNOWN_CA: "证书由未知CA签发",
    Fault.BAD_SIGNATURE: "签名不符",
}

READER = web.AppKey("reader", Reader)
SOCKETS: web.AppKey[set[web.WebSocketResponse]] = web.AppKey("sockets")


def create_app(reader: Reader) -> web.Application:
    app = web.Application(middlewares=[_loopback_pages_only])
    app[READER] = reader
    app[SOCKETS] = set()
    app.on_shutdown.append(_close_sockets)
    app.add_routes(
        [
            web.get("/", _root),
            web.get("/page.css", _style),
            web.post("/misbehave", _misbehave),
            web.post("/plug", _plug),
            web.post("/unlock", _unlock),
            web.post("/algorithm", _choose_algorithm),
        ]
    )
    return app


@web.middleware
async def _loopback_pages_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Browsers name the page's origin on every WebSocket and POST; a page of another host must not reach the cards."""
    origin = request.headers.get("Origin")
    if origin is not None and not LOOPBACK.fullmatch(origin):
        raise web.HTTPForbidden(text="只接受本机页面的请求")
    return await handler(request)


async def _root(request: web.Request) -> web.StreamResponse:
    if request.headers.get("Upgrade", "").lower() == "websocket":
        return await _serve_socket(request)
    return _page(request.app[READER])


async def _serve_socket(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(max_msg_size=LARGEST_FRAME, timeout=CLOSING_SECONDS)
    await socket.prepare(request)
    request.app[SOCKETS].add(socket)
    try:
        await socket.send_str(GREETING)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                account = request.query.get("user")
                await socket.send_str(await answer(request.app[READER], account, message.data))
    except ConnectionResetError:
        pass  # the page went away while its card was still signing
    finally:
        request.app[SOCKETS].discard(socket)
    return socket


async def _close_sockets(app: web.Application) -> None:
    await asyncio.gather(*(socket.close(code=WSCloseCode.GOING_AWAY) for socket in app[SOCKETS].copy()))


async def _misbehave(request: web.Request) -> web.Response:
    form = await request.post()
    slot = _slot(request, form.get("account"))
    try:
        fault, seconds = Fault(str(form.get("fault"))), float(str(form.get("seconds", slot.seconds)))
    except ValueError as error:
        raise web.HTTPBadRequest(text=str(error)) from None
    if not 0 <= seconds <= LONGEST_DELAY:
        raise web.HTTPBadRequest(text=f"seconds must be 0 to {LONGEST_DELAY:g}")
    slot.fault, slot.seconds = fault, seconds
    return _back()


async def _plug(request: web.Request) -> web.Response:
    account = (await request.post()).get("account")
    request.app[READER].plugged_in = _slot(request, account).card.account
    return _back()


async def _unlock(request: web.Request) -> web.Response:
    _slot(request, (await request.post()).get("account")).tries_left = PIN_TRIES
    return _back()


async def _choose_algorithm(request: web.Request) -> web.Response:
    name = str((await request.post()).get("algorithm"))
    if name not in ALGORITHMS:
        raise web.HTTPBadRequest(text=f"unknown algorithm {name!r}")
    request.app[READER].algorithm = ALGORITHMS[name]()
    return _back()


def _slot(request: web.Request, account: object) -> Slot:
    slot = request.app[READER].slots.get(str(account))
    if slot is None:
        raise web.HTTPBadRequest(text=f"unknown account {account!r}")
    return slot


def _back() -> web.Response:
    return web.Response(status=303, headers={"Location": "/"})


async def _style(request: web.Request) -> web.FileResponse:
    return web.FileResponse(HERE / "page.css")


def _page(reader: Reader) -> web.Response:
    environment = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined)
    text = environment.get_template("page.html").render(reader=reader, faults=FAULTS, longest_delay=LONGEST_DELAY)
    return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": POLICY})
