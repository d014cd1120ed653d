"""`python -m simulators.customs_desk`: the desk's page and its watch over the OutBoxes, until SIGTERM or SIGINT."""

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

from aiohttp import web

from .desk import Desk
from .page import application
from .settings import AUTO, MANUAL

LOGGER = logging.getLogger(__name__)
POLL_SECONDS = 0.5
HOST = "127.0.0.1"


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    root = Path(__file__).resolve().parents[2]
    var = Path(os.environ.get("PORTAL_VAR") or root / "var").resolve()
    port = int(os.environ.get("CUSTOMS_DESK_PORT") or int(os.environ.get("PORT") or 8000) + 1000)
    mode = os.environ.get("CUSTOMS_DESK", "")
    if mode not in ("", AUTO, MANUAL):
        sys.exit("CUSTOMS_DESK must be auto or manual")
    with Desk(var) as desk:
        if mode:
            desk.configure(mode=mode)
        asyncio.run(serve(desk, port))


async def serve(desk: Desk, port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(application(desk), access_log=None, shutdown_timeout=0.3)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
        print(f"desk http://{HOST}:{runner.addresses[0][1]}/", flush=True)
        await watch(desk, stop)
    finally:
        await runner.cleanup()


async def watch(desk: Desk, stop: asyncio.Event) -> None:
    """Carry and answer until told to stop. A full disk or a locked file is reported, and tried again."""
    while not stop.is_set():
        try:
            desk.collect()
            desk.tick()
        except Exception:
            LOGGER.exception("the desk could not do its round")
        try:
            await asyncio.wait_for(stop.wait(), POLL_SECONDS)
        except TimeoutError:
            continue


if __name__ == "__main__":
    main()
