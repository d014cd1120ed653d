"""What the views share: the door, and what they answer with."""

from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    QueryDict,
)

from documents import access
from documents.kind import Kind
from documents.models import Document
from parties.models import User

Answer = HttpResponse | HttpResponseRedirect


CHOSEN_UNIT = "chosen_unit"


def remember_unit(request: HttpRequest, code: str) -> None:
    """Keep which unit was chosen last: a new document begins with it (DOMAIN 9)."""
    if code and request.session.get(CHOSEN_UNIT) != code:
        request.session[CHOSEN_UNIT] = code


def with_chosen_unit(request: HttpRequest) -> QueryDict:
    """Return what the address asks for, with the unit that was chosen last where it names none."""
    query = request.GET.copy()
    query.setdefault("unit", request.session.get(CHOSEN_UNIT, ""))
    return query


def document_of(request: HttpRequest, kind: Kind, number: str) -> tuple[User, Document]:
    """Fetch the document that the number in the URL means, or answer that there is none."""
    user: Any = request.user
    return user, access.get_document(user, kind, number)
