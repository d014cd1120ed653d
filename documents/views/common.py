"""What the views share: the door, and what they answer with."""

from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
)

from documents import access
from documents.kind import Kind
from documents.models import Document
from parties.models import User

Answer = HttpResponse | HttpResponseRedirect


def document_of(request: HttpRequest, kind: Kind, number: str) -> tuple[User, Document]:
    """Fetch the document that the number in the URL means, or answer that there is none."""
    user: Any = request.user
    return user, access.get_document(user, kind, number)
