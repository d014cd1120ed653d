"""What everything that sends has in common: the desk's memory, its clock, its way into the InBoxes."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from .exchange import Exchange
from .messages import Stamp
from .post import Post
from .records import SHANGHAI, DeskError
from .settings import Settings
from .store import Store


def now_in_shanghai() -> datetime:
    return datetime.now(SHANGHAI)


class Sender:
    def __init__(self, var: Path, clock: Callable[[], datetime] = now_in_shanghai) -> None:
        self.clock = clock
        self.store = Store(var / "customs_desk" / "desk.sqlite3")
        self.exchange = Exchange(var / "exchange")
        self._post = Post(self.store, self.exchange)

    @property
    def settings(self) -> Settings:
        return self.store.settings()

    def _moment(self, at: datetime | None) -> datetime:
        return (at or self.clock()).astimezone(SHANGHAI)

    def _stamp(self, receiver: str, at: datetime) -> Stamp:
        return Stamp(receiver, self.store.next("message"), at)

    def _send(self, stamp: Stamp, content: bytes) -> Path:
        return self._put(stamp.receiver, f"Receipt_{stamp.message_id}.xml", content, stamp.at)

    def _put(self, unit_code: str, name: str, content: bytes, at: datetime) -> Path:
        if self.settings.silent:
            raise DeskError("海关正在静默，没有发出")
        return self._post.put(unit_code, name, content, at)
