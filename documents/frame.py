"""The frame around every page: the menu and who is signed in."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from documents.check import ekey_url
from documents.menu import MenuGroup, menu_at


@dataclass(slots=True)
class Frame:
    menu: list[MenuGroup]
    unit_code: str
    unit_name: str
    user_name: str
    ekey_url: str
    is_staff: bool
    language: str


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give every template the frame of the signed-in user; nothing is read for who is not signed in."""
    return {"frame": _frame(request), "production": settings.PRODUCTION}


def _frame(request: HttpRequest) -> Frame | None:
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    unit = user.unit
    return Frame(
        menu=menu_at(request.path) if unit else [],
        unit_code=unit.code if unit else "",
        unit_name=unit.name if unit else "",
        user_name=user.name or user.username,
        ekey_url=ekey_url(user),
        is_staff=user.is_staff,
        language=get_language() or settings.LANGUAGE_CODE,
    )
