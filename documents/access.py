"""Whose is a document (DOMAIN 9): the one door to each of them, and who may do something to it."""

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from documents.models import Document
from documents.moves import Role
from parties.access import acts_for, units_for
from parties.models import Unit, User

if TYPE_CHECKING:
    from documents.kind import Kind

security = logging.getLogger("security")

D = TypeVar("D", bound=Document)

NUMBER = re.compile(r"([0-9A-Za-z]{1,20})(?:-([0-9]{1,4}))?", re.ASCII)


@dataclass(frozen=True)
class Actor:
    """Who makes a move: a name for the history, the roles held for this document, and why some are missing."""

    name: str
    roles: frozenset[Role]
    user: User | None = None
    refusal: str = ""


CUSTOMS = Actor("customs", frozenset({Role.CUSTOMS, Role.DATA_CENTRE}))


def unit_code(user: User) -> str:
    """Return the code of the user's unit; '' where there is none, or one for which nobody may act any more."""
    return user.unit.code if user.unit and user.unit.is_active else ""


def visible_to(user: User, documents: QuerySet[D]) -> QuerySet[D]:
    """Return the documents that exist for `user`.

    Those of the units that the user acts for, of the unit's as the agent that customs named, and, to read only, those that
    the user's unit declared itself.
    """
    own = unit_code(user)
    if not own or not user.is_active:
        return documents.none()
    inactive = Unit.objects.filter(is_active=False).values("code")
    return documents.exclude(guaranteed_code__in=inactive).filter(
        Q(guaranteed_code__in=units_for(user).values("code")) | Q(named_agent_code=own) | Q(declarant_code=own)
    )


def get_document(user: User, kind: "Kind", number: str) -> Document:
    """Return the document that `number` means: the number clerks know it by, or its pre-entry number, and `-` and the round.

    What `user` may not see does not exist. Raises Http404.
    """
    match = NUMBER.fullmatch(number)
    if match is None:  # a database may refuse what a query string can hold, such as NUL
        raise Http404
    named = Q(**{kind.number: match[1]}) | Q(pre_entry_number=match[1])
    documents = kind.documents().filter(named, round=int(match[2] or 0))
    document = visible_to(user, documents).first()
    if document is None:
        if documents.exists():
            security.warning("%s asked for %s, which is not for this user to see", user, number)
        raise Http404
    return document


def actor_for(user: User, document: Document, *, acts: bool | None = None) -> Actor:
    """Return `user` as an actor: with the roles the user holds, none where the user may only read.

    `acts` says whether the user acts for the guaranteed unit, where the caller knows it already.
    """
    if not (unit_code(user) == document.named_agent_code != "" or _acts(user, document, acts)):
        return Actor(
            user.name,
            frozenset(),
            user,
            _("The delegation by this unit is not in force; the document can only be read."),
        )
    held = {Role.ENTER: user.may_enter, Role.DECLARE: user.may_declare}
    return Actor(user.name, frozenset(role for role, has in held.items() if has), user)


def _acts(user: User, document: Document, known: bool | None) -> bool:
    return acts_for(user, document.guaranteed_code) if known is None else known
