"""What the desk's pages have in common: their templates, how a page is shown, how a form is read."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web

from .desk import Desk
from .records import BUSINESS_LINKS, GUARANTEE_NATURES, GUARANTEE_STATES, DeskError, State
from .settings import ANSWERS, RULED_AT, SWITCHES

HERE = Path(__file__).parent
DESK = web.AppKey("desk", Desk)
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
PAYMENTS = {"": "待缴款", "1": "已到账", "0": "未到账或已退回"}
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
    paid=PAYMENTS,
    answers=ANSWERS,
    ruled=RULED_AT,
    switches=SWITCHES,
    links=BUSINESS_LINKS,
    natures=GUARANTEE_NATURES,
    guarantee_states=GUARANTEE_STATES,
)
Form = Mapping[str, str]


def show(request: web.Request, template: str, status: int = 200, **values: Any) -> web.Response:
    desk = request.app[DESK]
    text = templates.get_template(template).render(chosen=desk.settings, unsent=desk.unsent(), **values)
    return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)


async def form_of(request: web.Request) -> Form:
    return {name: value.strip() for name, value in (await request.post()).items() if isinstance(value, str)}


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
