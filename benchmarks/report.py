"""How a benchmark reports: a figure of ours beside the baseline of the same run, and whether the ratio is reached."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the report: two figures in `unit`, the smaller the better, and the largest ratio that is good."""

    name: str
    ours: float
    baseline: float
    target: float
    unit: str = "ms"

    @property
    def ratio(self) -> float:
        return self.ours / self.baseline

    @property
    def verdict(self) -> str:
        return "ok" if self.ratio <= self.target else "short"

    def __str__(self) -> str:
        ours, baseline = f"{self.ours:.2f} {self.unit}", f"{self.baseline:.2f} {self.unit}"
        return f"{self.name} | {ours} | {baseline} | {self.ratio:.3f} | {self.target} | {self.verdict}"


def show(rows: Iterable[Row]) -> None:
    """Print the rows under their heading, each as soon as it is known."""
    print("name | ours | baseline | ratio | target | ok/short")
    for row in rows:
        print(row, flush=True)
