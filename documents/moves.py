"""The status machine: one frozen row per move (DOMAIN 2).

The table says from which status a move leads where, and who may make it. The same rows give the buttons of a page and why one
is grey, the server's refusal, the diagram in docs/status.md and the test that tries every move × status × role.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from documents.status import EDITABLE, IN_TRANSIT, DataStatus

if TYPE_CHECKING:
    from documents.models import Document

Text = str | Promise


@dataclass(frozen=True)
class Occasion:
    """What the effects of a move are told: when it was decided, what the caller carries, and where to put alerts.

    `alerts` collects what an operator must see.
    """

    at: datetime
    carrying: Any = None
    alerts: list[str] = field(default_factory=list)


Guard = Callable[[Any], Text]
Effect = Callable[[Any, Occasion], None]


class Role(StrEnum):
    """Who makes a move. A person may hold several; customs, its data centre and the portal itself are ordinary actors."""

    ENTER = "enter"
    DECLARE = "declare"
    DATA_CENTRE = "data centre"
    CUSTOMS = "customs"
    OPERATOR = "operator"
    PORTAL = "portal"


@dataclass(frozen=True)
class Move:
    """One row of the status table.

    `steps` maps each data status from which the move may start to the one in which it ends; `guards` answer with the reason why
    not (empty: go on); `effects` run in the transaction of the move. A move that `deletes` takes the document away; its history
    stays.
    """

    name: str
    label: Text
    role: Role
    steps: Mapping[DataStatus, DataStatus]
    guards: tuple[Guard, ...] = ()
    effects: tuple[Effect, ...] = ()
    needs_reason: bool = False
    deletes: bool = False
    also: frozenset[Role] = field(default_factory=frozenset)

    @property
    def roles(self) -> frozenset[Role]:
        return self.also | {self.role}


def to(target: DataStatus, *sources: DataStatus) -> dict[DataStatus, DataStatus]:
    return dict.fromkeys(sources, target)


def stay(*sources: DataStatus) -> dict[DataStatus, DataStatus]:
    return {source: source for source in sources}


def not_cancelled(document: "Document") -> Text:
    return _("Customs has cancelled it; nothing can be changed any more.") if document.cancelled_on else ""


_TO_CONFIRM, _DRAFT, _FAILED, _RETURNED = EDITABLE
_UNDECIDED = (*IN_TRANSIT, DataStatus.FAILED)

SAVE = Move(
    "save",
    _("Save draft"),
    Role.ENTER,
    to(_DRAFT, _TO_CONFIRM, _DRAFT) | stay(_FAILED, _RETURNED),
    guards=(not_cancelled,),
)
DELETE = Move("delete", _("Delete"), Role.ENTER, stay(_DRAFT, _FAILED, _RETURNED), deletes=True)
DECLARE = Move("declare", _("Declare"), Role.DECLARE, to(DataStatus.PROCESSING, *EDITABLE), guards=(not_cancelled,))
ACCEPT = Move(
    "accept", _("Accepted by the data centre"), Role.DATA_CENTRE, to(DataStatus.ACCEPTED, DataStatus.PROCESSING)
)
REFUSE = Move(
    "refuse",
    _("Refused by the data centre"),
    Role.DATA_CENTRE,
    to(DataStatus.FAILED, *IN_TRANSIT),
    needs_reason=True,
    also=frozenset({Role.OPERATOR}),
)
MARK_SENT = Move(
    "mark_sent",
    _("Forwarded to customs"),
    Role.DATA_CENTRE,
    to(DataStatus.SENT, DataStatus.PROCESSING, DataStatus.ACCEPTED),
)
LOAD = Move("load", _("Loaded by customs"), Role.CUSTOMS, to(DataStatus.RECEIVED, *IN_TRANSIT[:3]))
FAIL_LOAD = Move(
    "fail_load", _("Not loaded by customs"), Role.CUSTOMS, to(DataStatus.FAILED, *IN_TRANSIT), needs_reason=True
)
APPROVE = Move("approve", _("Approved by customs"), Role.CUSTOMS, to(DataStatus.APPROVED, *_UNDECIDED))
RETURN = Move("return", _("Returned by customs"), Role.CUSTOMS, to(DataStatus.RETURNED, *_UNDECIDED), needs_reason=True)
NOTICE = Move("notice", _("Payment notice"), Role.CUSTOMS, stay(*DataStatus))
PAYMENT = Move("payment", _("Payment reported"), Role.CUSTOMS, stay(*DataStatus))
OF_MONEY = (NOTICE, PAYMENT)
