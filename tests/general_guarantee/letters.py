"""Messages of customs as bytes, about one general guarantee and with every figure and moment at will."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

from customs.converters import SHANGHAI
from simulators.customs_desk import messages
from simulators.customs_desk.messages import Filing, Stamp
from simulators.customs_desk.records import GeneralGuarantee, figure_text
from tests.documents.letters import RESULTS
from tests.world import UNITS

UNIT = "1111510001"
Sums = Mapping[str, Decimal]


def sums(usable: Any, used: Any = 0, refunded: Any = 0, locked: Any = 0) -> dict[str, Decimal]:
    """The four sums of a general guarantee."""
    given = {"usable": usable, "used": used, "refunded": refunded, "locked": locked}
    return {name: Decimal(amount) for name, amount in given.items()}


@dataclass
class GuaranteeLetters:
    """What customs writes about the general guarantee `number`; `pre` is its pre-entry number."""

    pre: str
    number: str = "D80100202600500"
    serials: "count[int]" = field(default_factory=lambda: count(1))

    def decision(
        self, answer: str, figures: Sums, *, at: dt.datetime, round: int = 0, attempt: int = 1, **changes: Any
    ) -> bytes:  # fmt: skip
        """GRT211 on the set-up, or on the change of `round`."""
        filing = Filing(self.pre, f"{self.pre}-{round}-{attempt}", str(round), self.number, "2" if round else "1")
        approved = messages.approved_guarantee(self._paper(figures, round=str(round), **changes), _usable(figures))
        block = approved if answer == "approve" else None
        return messages.answer(self.stamp(at), "GRT211", filing, RESULTS[answer], "资料不全", block)

    def figures(self, figures: Sums, *, at: dt.datetime, state: str = "", related: str = "") -> bytes:
        """GRT212."""
        paper = self._paper(figures)
        return messages.amounts_updated(self.stamp(at), paper, _usable(figures), state, related)

    def stamp(self, at: dt.datetime) -> Stamp:
        return Stamp(UNIT, next(self.serials), at.astimezone(SHANGHAI))

    def _paper(self, figures: Sums, **changes: Any) -> GeneralGuarantee:
        written = {"letter_number": "BH2026000001", "letter_valid_until": "20991231", **changes}
        parts = {name: figure_text(figures[name]) for name in ("used", "refunded", "locked")}
        return GeneralGuarantee(
            number=self.number, district="0100", unit_code=UNIT, unit_name=UNITS[UNIT], mode="2", state="2",
            set_up_on=dt.date(2026, 6, 1), amount=figure_text(sum(figures.values(), Decimal(0))), **parts, **written,
        )  # fmt: skip


def _usable(figures: Sums) -> str:
    return figure_text(figures["usable"])
