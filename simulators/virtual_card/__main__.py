"""`python -m simulators.virtual_card` serves the cards on loopback; with `--prepare` it only makes them.

Settings are environment variables: EKEY_PORT (61232; 0 takes a free one) and PORTAL_VAR (var/), in whose `ekey/` the
cards are kept.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

from aiohttp import web

from simulators.virtual_card.reader import Reader
from simulators.virtual_card.server import create_app
from simulators.virtual_card.store import prepare

SHUTDOWN_SECONDS = 0.5


def main() -> int:
    parser = argparse.ArgumentParser("python -m simulators.virtual_card", description="虚拟电子钥匙（仅供演示）")
    parser.add_argument("--prepare", action="store_true", help="make the demonstration CA and cards, and exit")
    only_prepare = parser.parse_args().prepare
    store = prepare(Path(os.environ.get("PORTAL_VAR", "var")) / "ekey")
    if only_prepare:
        return 0
    try:
        asyncio.run(_serve(Reader.of(store), int(os.environ.get("EKEY_PORT", "61232"))))
    except OSError as error:
        print(f"virtual card: {error}", file=sys.stderr)
        return 1
    return 0


async def _serve(reader: Reader, port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(create_app(reader), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        print(f"virtual card ws://127.0.0.1:{runner.addresses[0][1]}", flush=True)
        await stop.wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    sys.exit(main())
