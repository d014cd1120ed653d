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
    moves: dict[tuple[Any, ...], tuple[str, Decimal]] = field(default_factory=dict)
    held: dict[str, Decimal] = field(default_factory=dict)

    def tell(self, at: dt.datetime, serial: int, pots: Pots) -> None:
        """Customs says how much there was at `at`; the past is not told again."""
        if not self.told or (at, serial) > self.told[-1][:2]:
            self.told.append((at, serial, pots))

    def move(
        self, what: str, at: dt.datetime, filing: str, amount: Decimal, *, round: int = 0, attempt: int = 1
    ) -> None:
        self.moves.setdefault((at, filing, round, attempt, what), (what, amount))

    def pots(self, until: dt.datetime | None = None) -> Pots:
        """What each sum is, or was at the end of `until`."""
        told = [each for each in self.told if until is None or each[0] <= until]
        since, pots = (told[-1][0], dict(told[-1][2])) if told else (None, dict(EMPTY))
        for what, amount in self._decided(since, until):
            if what == "change":
                pots["usable"] = max(pots["usable"] + amount, Decimal(0))
                continue
            source, target = {"draw": "usable used", "release": "used usable", "refund": "usable refunded"}[
                what
            ].split()
            amount = min(amount, pots[source])
            pots[source] -= amount
            pots[target] += amount
        return pots

    def _decided(self, since: dt.datetime | None, until: dt.datetime | None) -> Iterator[tuple[str, Decimal]]:
        for key in sorted(self.moves):
            if (since is None or key[0] > since) and (until is None or key[0] <= until):
                yield self.moves[key]

    @property
    def available(self) -> Decimal:
        return self.pots()["usable"] - sum(self.held.values(), Decimal(0))
