"""The desk's memory: one SQLite file, so that a restart goes on where it stopped."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from .records import SHANGHAI, Attempt, Delivery, DeskError, GeneralGuarantee, LevyOrder, Notice, Payee, State
from .settings import Settings, from_json

SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS levy_order (
    number TEXT PRIMARY KEY, unit_code TEXT NOT NULL, business_number TEXT NOT NULL, cancelled INTEGER NOT NULL,
    record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS general_guarantee (number TEXT PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS attempt (
    inner_no TEXT PRIMARY KEY, message_type TEXT NOT NULL, pre_entry_number TEXT NOT NULL, round TEXT NOT NULL,
    business_number TEXT NOT NULL, unit_code TEXT NOT NULL, head TEXT NOT NULL, is_first INTEGER NOT NULL,
    state TEXT NOT NULL, reason TEXT NOT NULL, held INTEGER NOT NULL, changed_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS attempt_of ON attempt (business_number);
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY, base TEXT NOT NULL, inner_no TEXT NOT NULL, unit_code TEXT NOT NULL,
    fault TEXT NOT NULL, repeated INTEGER NOT NULL, answered INTEGER NOT NULL, received_at TEXT NOT NULL,
    UNIQUE (unit_code, base));
CREATE INDEX IF NOT EXISTS delivery_of ON delivery (inner_no);
CREATE TABLE IF NOT EXISTS notice (
    number TEXT PRIMARY KEY, order_number TEXT NOT NULL, amount TEXT NOT NULL,
    issue_date TEXT NOT NULL, pay_deadline TEXT NOT NULL, changed_at TEXT NOT NULL, paid_amount TEXT NOT NULL,
    receipt_number TEXT NOT NULL, result TEXT NOT NULL, remark TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS notice_of ON notice (order_number);
CREATE TABLE IF NOT EXISTS post (
    id INTEGER PRIMARY KEY, unit_code TEXT NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL, release_at TEXT);
CREATE TABLE IF NOT EXISTS log (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, unit_code TEXT NOT NULL, what TEXT NOT NULL, name TEXT NOT NULL);
"""


class Store:
    """Typed access to the file. Every change belongs inside `transaction()`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, timeout=20, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def run(self, sql: str, *values: object) -> sqlite3.Cursor:
        return self._db.execute(sql, values)

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        return self._db.execute(sql, values).fetchall()

    def insert(self, table: str, **values: object) -> None:
        columns, marks = ", ".join(values), ", ".join("?" * len(values))
        self._db.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(values.values()))

    def next(self, counter: str) -> int:
        """Allot the next number of `counter`, from 1."""
        sql = "INSERT INTO counter VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value"
        return int(self.rows(sql, counter)[0]["value"])

    def settings(self) -> Settings:
        rows = self.rows("SELECT value FROM setting WHERE name = 'settings'")
        return from_json(rows[0]["value"]) if rows else Settings()

    def save_settings(self, chosen: Settings) -> None:
        self.run("INSERT OR REPLACE INTO setting VALUES ('settings', ?)", chosen.to_json())

    def log(self, at: datetime, unit_code: str, what: str, name: str) -> None:
        self.insert("log", at=at.isoformat(), unit_code=unit_code, what=what, name=name)

    def recent_log(self, limit: int) -> list[sqlite3.Row]:
        return self.rows("SELECT * FROM log ORDER BY id DESC LIMIT ?", limit)

    def add_order(self, order: LevyOrder) -> None:
        self.insert(
            "levy_order",
            number=order.number,
            unit_code=order.unit_code,
            business_number=order.business_number,
            cancelled=0,
            record=_record(order),
        )

    def save_order(self, order: LevyOrder) -> None:
        sql = "UPDATE levy_order SET cancelled = ?, record = ? WHERE number = ?"
        self.run(sql, order.cancelled, _record(order), order.number)

    def orders(self) -> list[LevyOrder]:
        return [_order(row) for row in self.rows("SELECT * FROM levy_order ORDER BY rowid DESC")]

    def order(self, number: str) -> LevyOrder:
        found = self.find_order(number)
        if found is None:
            raise DeskError(f"没有征收单 {number}")
        return found

    def find_order(self, number: str) -> LevyOrder | None:
        rows = self.rows("SELECT * FROM levy_order WHERE number = ?", number)
        return _order(rows[0]) if rows else None

    def guarantees(self) -> list[GeneralGuarantee]:
        return [_guarantee(row) for row in self.rows("SELECT * FROM general_guarantee ORDER BY rowid DESC")]

    def guarantee(self, number: str) -> GeneralGuarantee:
        found = self.find_guarantee(number)
        if found is None:
            raise DeskError(f"没有总担保 {number}")
        return found

    def find_guarantee(self, number: str) -> GeneralGuarantee | None:
        rows = self.rows("SELECT * FROM general_guarantee WHERE number = ?", number)
        return _guarantee(rows[0]) if rows else None

    def save_guarantee(self, guarantee: GeneralGuarantee) -> None:
        sql = "INSERT INTO general_guarantee VALUES (?1, ?2) ON CONFLICT (number) DO UPDATE SET record = ?2"
        self.run(sql, guarantee.number, _record(guarantee))

    def order_or_guarantee(self, number: str) -> LevyOrder | GeneralGuarantee:
        return self.find_guarantee(number) or self.order(number)

    def attempts(self, business_number: str | None = None) -> list[Attempt]:
        """Attempts, newest first; all, or those about one levy order or general guarantee."""
        sql = "SELECT * FROM attempt WHERE ?1 IS NULL OR business_number = ?1 ORDER BY rowid DESC"
        return [_attempt(row) for row in self.rows(sql, business_number)]

    def find_attempt(self, inner_no: str) -> Attempt | None:
        rows = self.rows("SELECT * FROM attempt WHERE inner_no = ?", inner_no)
        return _attempt(rows[0]) if rows else None

    def attempt(self, inner_no: str) -> Attempt:
        found = self.find_attempt(inner_no)
        if found is None:
            raise DeskError(f"没有申报 {inner_no}")
        return found

    def deliveries(self, inner_no: str) -> list[Delivery]:
        return [_delivery(row) for row in self.rows("SELECT * FROM delivery WHERE inner_no = ? ORDER BY id", inner_no)]

    def notices(self, order_number: str) -> list[Notice]:
        sql = "SELECT * FROM notice WHERE order_number = ? ORDER BY number"
        return [_notice(row) for row in self.rows(sql, order_number)]

    def notice(self, number: str) -> Notice:
        rows = self.rows("SELECT * FROM notice WHERE number = ?", number)
        if not rows:
            raise DeskError(f"没有缴款通知书 {number}")
        return _notice(rows[0])

    def save_notice(self, notice: Notice) -> None:
        values = {field.name: getattr(notice, field.name) for field in fields(notice)}
        values |= {name: value.isoformat() for name, value in values.items() if isinstance(value, date)}
        self.run("DELETE FROM notice WHERE number = ?", notice.number)
        self.insert("notice", **values)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(SHANGHAI)


def _record(record: LevyOrder | GeneralGuarantee) -> str:
    return json.dumps(asdict(record), ensure_ascii=False, default=str)


def _order(row: sqlite3.Row) -> LevyOrder:
    values: dict[str, Any] = json.loads(row["record"])
    for name in ("levy_date", "pay_deadline", "business_end_date"):
        values[name] = values[name] and date.fromisoformat(values[name])
    return LevyOrder(**{**values, "payee": Payee(**values["payee"]), "cancelled": bool(row["cancelled"])})


def _guarantee(row: sqlite3.Row) -> GeneralGuarantee:
    values: dict[str, Any] = json.loads(row["record"])
    for name in ("set_up_on", "pay_deadline"):
        values[name] = values[name] and date.fromisoformat(values[name])
    return GeneralGuarantee(**{**values, "payee": Payee(**values["payee"])})


def _attempt(row: sqlite3.Row) -> Attempt:
    values: dict[str, Any] = dict(row)
    values |= {"head": json.loads(row["head"]), "state": State(row["state"]), "changed_at": moment(row["changed_at"])}
    return Attempt(**{**values, "held": bool(row["held"]), "is_first": bool(row["is_first"])})


def _delivery(row: sqlite3.Row) -> Delivery:
    flags = {name: bool(row[name]) for name in ("repeated", "answered")}
    return Delivery(**{**dict(row), **flags, "received_at": moment(row["received_at"])})


def _notice(row: sqlite3.Row) -> Notice:
    days = {name: date.fromisoformat(row[name]) for name in ("issue_date", "pay_deadline")}
    return Notice(**{**dict(row), **days, "changed_at": moment(row["changed_at"])})
