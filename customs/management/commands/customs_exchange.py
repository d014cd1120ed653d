"""`manage.py customs_exchange`: the worker between the tables and the folders."""

import logging
import signal
import threading
import time
from argparse import ArgumentParser
from types import FrameType

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connections
from django.utils.translation import gettext_lazy as _

from customs import exchange, inbox

logger = logging.getLogger(__name__)

LONGEST_WAIT = 30.0
CHORES_EVERY = 60.0


class Command(BaseCommand):
    help = str(_("Exchange messages with customs through the folders of the Single Window client."))

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help=str(_("one pass, then stop")))
        parser.add_argument("--interval", type=float, default=0.5, help=str(_("seconds between two passes")))

    def handle(self, *args: object, once: bool, interval: float, **options: object) -> None:
        inbox.registered_handler()
        stop = threading.Event()
        self._stop_on_signals(stop)
        logger.info("customs exchange works in %s", exchange.root())
        fresh, wait, chores_at = True, interval, time.monotonic()
        while not stop.is_set():
            try:
                if fresh:
                    # A crash may have come between the arrival of a document and the messages parked for it.
                    inbox.retry_parked()
                exchange.run_once(stop.is_set)
                if time.monotonic() >= chores_at:
                    exchange.do_chores()
                    chores_at = time.monotonic() + CHORES_EVERY
                fresh, wait = False, interval
            except Exception as error:
                if once:
                    raise
                fresh, wait = True, min(max(2 * wait, 1.0), LONGEST_WAIT)
                self._report(error, wait)
            if once:
                return
            stop.wait(wait)
        logger.info("customs exchange stopped")

    def _report(self, error: Exception, wait: float) -> None:
        connections.close_all()
        if isinstance(error, OperationalError | InterfaceError):
            logger.error("the database is away, next pass in %s s: %s", wait, error)
        else:
            logger.error("a pass failed, next pass in %s s", wait, exc_info=error)

    def _stop_on_signals(self, stop: threading.Event) -> None:
        def stop_soon(_number: int, _frame: FrameType | None) -> None:
            stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop_soon)
