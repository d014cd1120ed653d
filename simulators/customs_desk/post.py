"""The way of an answer into an InBox, and how it goes wrong on request: twice, late, out of order, cut short."""

from datetime import datetime, timedelta
from pathlib import Path

from .exchange import Exchange
from .store import Store, moment

AFTER_THE_NEXT = timedelta(seconds=1)


class Post:
    """Answers wait in the database until they are due, so that a crash between commit and file loses none."""

    def __init__(self, store: Store, exchange: Exchange) -> None:
        self._store = store
        self._exchange = exchange

    def put(self, unit_code: str, name: str, content: bytes, now: datetime) -> Path:
        """Queue a file; inside the caller's transaction. Returns where it is or will be."""
        chosen = self._store.settings()
        if chosen.corrupt_next:
            content = content[: len(content) * 3 // 5]
            self._store.save_settings(chosen.with_changes(corrupt_next=False))
        release_at = self._release_at(now, chosen.delay, chosen.reorder)
        self._queue(unit_code, name, content, release_at)
        if chosen.duplicate:
            stem, suffix = name.rsplit(".", 1)
            self._queue(unit_code, f"{stem}_2.{suffix}", content, release_at)
        return self._exchange.box(unit_code, "InBox") / name

    def flush(self, now: datetime) -> None:
        """Write what is due, in the order it was queued."""
        if not self._store.settings().reorder:
            self._store.run("UPDATE post SET release_at = ? WHERE release_at IS NULL", now.isoformat())
        for row in self._store.rows("SELECT * FROM post WHERE release_at IS NOT NULL ORDER BY id"):
            if moment(row["release_at"]) <= now:
                self._exchange.write(row["unit_code"], row["name"], row["content"])
                with self._store.transaction():
                    self._store.run("DELETE FROM post WHERE id = ?", row["id"])
                    self._store.log(now, row["unit_code"], "写入 InBox", row["name"])

    def waiting(self) -> int:
        return int(self._store.rows("SELECT count(*) AS n FROM post")[0]["n"])

    def _release_at(self, now: datetime, delay: float, reorder: bool) -> datetime | None:
        """When the file may go; None waits for the next file, which goes a second before it."""
        due = now + timedelta(seconds=delay)
        if not reorder:
            return due
        if not self._store.rows("SELECT 1 FROM post WHERE release_at IS NULL"):
            return None
        later = (due + AFTER_THE_NEXT).isoformat()
        self._store.run("UPDATE post SET release_at = ? WHERE release_at IS NULL", later)
        return due

    def _queue(self, unit_code: str, name: str, content: bytes, release_at: datetime | None) -> None:
        at = release_at and release_at.isoformat()
        self._store.insert("post", unit_code=unit_code, name=name, content=content, release_at=at)
