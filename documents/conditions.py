"""Conditions on a document's choices, for fields that are asked only in some cases (DOMAIN 5.1, 5.2)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q


@dataclass(frozen=True)
class When:
    """Holds when each named field has one of its values. One condition serves Python, the browser and the database."""

    choices: tuple[tuple[str, frozenset[str]], ...]

    def holds(self, values: Mapping[str, object]) -> bool:
        return all(str(values.get(name) or "") in wanted for name, wanted in self.choices)

    def as_json(self) -> str:
        return json.dumps({name: sorted(wanted) for name, wanted in self.choices})

    def as_q(self) -> Q:
        condition = Q()
        for name, wanted in self.choices:
            condition &= Q(**{f"{name}__in": sorted(wanted)})
        return condition


def when(**choices: str | tuple[str, ...]) -> When:
    """`when(guarantee_type="2", guarantee_mode="1")`: a single guarantee by cash."""
    return When(
        tuple(
            (name, frozenset(map(str, wanted if isinstance(wanted, tuple) else (wanted,))))
            for name, wanted in choices.items()
        )
    )
