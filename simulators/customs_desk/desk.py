"""The customs desk: carries declarations, answers them, and issues what customs issues, all through the folders."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from .answering import Answering
from .declarations import LIMIT, Declaration, Unreadable, read_declaration, read_zip
from .issuing import Issuing
from .records import Attempt, State
from .settings import AUTO
from .usual import Step, candidates, usual_step


class Desk(Issuing, Answering):
    """One desk over the portal's `var` directory; its memory is `var/customs_desk/desk.sqlite3`.

    Every method that sends takes `at`, the aware moment the message bears, so that demonstration data can lie in the
    past; without it `clock` is asked. Raises DeskError for what cannot be done.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.store.close()

    def configure(self, **changes: object) -> None:
        """Change settings by name, e.g. `configure(mode="manual", silent=True)`."""
        with self.store.transaction():
            self.store.save_settings(self.settings.with_changes(**changes))

    def unsent(self) -> int:
        """How many answers are made and not written yet (delayed or held back)."""
        return self._post.waiting()

    def collect(self, *, at: datetime | None = None) -> list[str]:
        """Carry what lies in the OutBoxes now; return the internal numbers that were received.

        A file goes to SentBox; to FailBox when it is no declaration the desk knows, or when told to fail.
        """
        moment = self._moment(at)
        received = (self._carry(unit_code, file, moment) for unit_code, file in self.exchange.waiting())
        return [inner_no for inner_no in received if inner_no]

    def usual_step(self, inner_no: str) -> Step | None:
        """What would come next for an attempt, rules included."""
        return usual_step(self.store, self.store.attempt(inner_no), self.settings)

    def take_usual_step(self, inner_no: str, *, at: datetime | None = None) -> bool:
        """Do what comes next; False when there is nothing."""
        step = self.usual_step(inner_no)
        if step:
            self._take(step, self.store.attempt(inner_no), self._moment(at))
        return step is not None

    def tick(self, now: datetime | None = None) -> None:
        """Write answers whose time has come; in automatic mode take every step that is due, one for each attempt."""
        moment, chosen = self._moment(now), self.settings
        if chosen.silent:
            return
        self._post.flush(moment)
        if chosen.mode != AUTO:
            return
        for attempt in candidates(self.store):
            step = usual_step(self.store, attempt, chosen)
            wait = chosen.payment_delay if step and step.name == "payment" else chosen.step_delay
            if step and step.since + timedelta(seconds=wait) <= moment:
                self._take(step, attempt, moment)

    def _take(self, step: Step, attempt: Attempt, at: datetime) -> None:
        if step.name == "notice":
            self.send_notice(attempt.business_number, at=at)
        elif step.name == "payment":
            self.send_payment(step.notice_number, at=at)
        else:
            self.answer(attempt.inner_no, step.name, step.reason, at=at)

    def _carry(self, unit_code: str, file: Path, at: datetime) -> str:
        """Remember what the file says, then move it: a crash in between finds it known and only moves it."""
        if self.settings.failbox:
            return self._fail(unit_code, file, "发送失败", at)
        try:
            if file.stat().st_size > LIMIT:
                raise Unreadable("文件过大")
            declaration = read_declaration(read_zip(file.read_bytes()), unit_code)
        except Unreadable as error:
            return self._fail(unit_code, file, str(error), at)
        with self.store.transaction():
            self._remember(unit_code, file.stem, declaration, at)
            self.store.log(at, unit_code, "移入 SentBox", file.name)
        self.exchange.move(file, "SentBox")
        return declaration.inner_no

    def _fail(self, unit_code: str, file: Path, why: str, at: datetime) -> str:
        self.exchange.move(file, "FailBox")
        self.store.log(at, unit_code, f"移入 FailBox：{why}", file.name)
        return ""

    def _remember(self, unit_code: str, base: str, declaration: Declaration, at: datetime) -> None:
        """One delivery for each file; one attempt for each internal number, as its first file says it."""
        if self.store.rows("SELECT 1 FROM delivery WHERE unit_code = ? AND base = ?", unit_code, base):
            return
        repeated = self.store.find_attempt(declaration.inner_no) is not None
        if not repeated:
            self._add_attempt(unit_code, declaration, at)
        self.store.insert(
            "delivery",
            base=base,
            inner_no=declaration.inner_no,
            unit_code=unit_code,
            fault=declaration.fault,
            repeated=repeated,
            answered=False,
            received_at=at.isoformat(),
        )

    def _add_attempt(self, unit_code: str, declaration: Declaration, at: datetime) -> None:
        head, message_type = declaration.head, declaration.message_type
        filing = (message_type, head["SeqNo"], head.get("ChgTmsCnt", "0"))
        same = "SELECT 1 FROM attempt WHERE message_type = ? AND pre_entry_number = ? AND round = ?"
        self.store.insert(
            "attempt",
            inner_no=declaration.inner_no,
            message_type=message_type,
            pre_entry_number=filing[1],
            round=filing[2],
            business_number=head.get(declaration.kind.business_number, ""),
            unit_code=unit_code,
            head=json.dumps(dict(head), ensure_ascii=False),
            is_first=not self.store.rows(same, *filing),
            state=State.RECEIVED,
            reason="",
            held=False,
            changed_at=at.isoformat(),
        )
