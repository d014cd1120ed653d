"""The amounts of a general guarantee once more, thought out anew: the latest figures, and what was decided after them.

It knows nothing of the product's ledger; the tests compare both.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Pots = dict[str, Decimal]
EMPTY: Pots = dict.fromkeys(("usable", "used", "refunded", "locked"), Decimal(0))


@dataclass
class Reference:
    """`told` are customs' figures that counted, `moves` what was decided, `held` what each open filing holds."""

    told: list[tuple[dt.datetime, int, Pots]] = field(default_factory=list)
    moves: dict[tuple[Any, ...], tuple[dt.datetime, Decimal]] = field(default_factory=dict)
    held: dict[str, Decimal] = field(default_factory=dict)

    def tell(self, at: dt.datetime, serial: int, pots: Pots) -> None:
        """Customs says how much there was at `at`; the past is not told again."""
        if not self.told or (at, serial) > self.told[-1][:2]:
            self.told.append((at, serial, pots))

    def move(
        self, what: str, at: dt.datetime, filing: str, amount: Decimal, *, round: int = 0, attempt: int = 1
    ) -> None:
        """What is decided of a filing is decided once."""
        self.moves.setdefault((filing, round, attempt, what), (at, amount))

    def pots(self, until: dt.datetime | None = None) -> Pots:
        """What each sum is, or was at the end of `until`."""
        told = [each for each in self.told if until is None or each[0] <= until]
        since, pots = (told[-1][0], dict(told[-1][2])) if told else (None, dict(EMPTY))
        drawn = pots["used"]  # what orders have drawn, also where nothing was left for them
        for what, amount in self._decided(since, until):
            if what == "refund":
                amount = min(amount, pots["usable"])
                pots["usable"] -= amount
                pots["refunded"] += amount
                continue
            if what == "change":
                pots["usable"] = max(pots["usable"] + amount, Decimal(0))
            else:
                drawn = max(drawn + (amount if what == "draw" else -amount), Decimal(0))
            both = pots["usable"] + pots["used"]
            pots["used"] = min(drawn, both)
            pots["usable"] = both - pots["used"]
        return pots

    def _decided(self, since: dt.datetime | None, until: dt.datetime | None) -> Iterator[tuple[str, Decimal]]:
        decided = sorted((at, filing, amount) for filing, (at, amount) in self.moves.items())
        for at, (*_filing, what), amount in decided:
            if (since is None or at > since) and (until is None or at <= until):
                yield what, amount

    @property
    def available(self) -> Decimal:
        return self.pots()["usable"] - sum(self.held.values(), Decimal(0))
