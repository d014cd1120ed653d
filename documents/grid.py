"""The grid of a paper form, row by row, and who fills each field (ARCHITECTURE, *Kind*).

The model field says type, label, choices and limits; the grid says where it stands and who fills it. From the grid come the
layout, stars and grey, what the server accepts, what "complete" means, and the constraint that no declared document lacks a
field it must have.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from django.db.models import CheckConstraint, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from documents.conditions import When
from documents.status import EDITABLE


class Fill(Enum):
    """Who fills a field: the clerk must (red star), the clerk may, or the system does (grey)."""

    MUST = "must"
    MAY = "may"
    FIXED = "fixed"


@dataclass(frozen=True)
class LookUp:
    """Typing a unit's code fills other fields: `fills` maps what is known of the unit to the field it goes to."""

    fills: Mapping[str, str]


@dataclass(frozen=True)
class Place:
    """One field in the grid. Outside `when` it is locked and empty, and `otherwise` says why."""

    name: str
    fill: Fill
    when: When | None = None
    otherwise: str | Promise = ""
    look_up: LookUp | None = None
    wide: bool = False

    def is_open(self, values: Mapping[str, object]) -> bool:
        return self.fill is not Fill.FIXED and (self.when is None or self.when.holds(values))

    def is_required(self, values: Mapping[str, object]) -> bool:
        return self.fill is Fill.MUST and self.is_open(values)


def must(name: str, when: When | None = None, otherwise: str | Promise = "", look_up: LookUp | None = None) -> Place:
    return Place(name, Fill.MUST, when, otherwise, look_up)


def may(
    name: str,
    when: When | None = None,
    otherwise: str | Promise = "",
    look_up: LookUp | None = None,
    wide: bool = False,
) -> Place:
    return Place(name, Fill.MAY, when, otherwise, look_up, wide)


def fixed(*names: str) -> tuple[Place, ...]:
    return tuple(Place(name, Fill.FIXED) for name in names)


Row = tuple[Place, ...]


@dataclass(frozen=True)
class Group:
    """Rows of the form under one small caption."""

    caption: str | Promise
    rows: tuple[Row, ...]


# Who entered and who declared, and how far it is: the end of the form of every guarantee.
ENTRY_AND_DECLARATION = Group(
    _("Entry and declaration"),
    (
        fixed("input_code", "input_credit_code", "input_name"),
        fixed("declarant_code", "declarant_credit_code", "declarant_name"),
        fixed("declared_on", "data_status", "guarantee_status"),
        (may("remark", wide=True),),
    ),
)


@dataclass(frozen=True)
class Grid:
    groups: tuple[Group, ...]

    def places(self) -> Iterator[Place]:
        return (place for group in self.groups for row in group.rows for place in row)

    def open_names(self) -> list[str]:
        return [place.name for place in self.places() if place.fill is not Fill.FIXED]

    def complete_when_declared(self, name: str, nullable: tuple[str, ...] = ()) -> CheckConstraint:
        """Return the constraint that a document which is not editable has every field it must have.

        `nullable` are the fields that are empty as NULL; all others are empty as ''.
        """
        complete = Q()
        for place in self.places():
            if place.fill is Fill.MUST:
                filled = Q(**{f"{place.name}__isnull": False}) if place.name in nullable else ~Q(**{place.name: ""})
                complete &= filled if place.when is None else ~place.when.as_q() | filled
        return CheckConstraint(condition=Q(data_status__in=[str(s) for s in EDITABLE]) | complete, name=name)
