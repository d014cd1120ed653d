"""How long a signed-in session lives: a time without activity, and a time in all (QUALITY, Safety 7).

What a clerk typed outlives it: a form that is sent after the end is kept for the same user, who signs in again in this
browser, and is shown again unsaved.
"""

from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, QueryDict
from django.utils import timezone

SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
# Why the last session of this browser ended; told once on the sign-in page.
ENDED = "session_ended"
# Whose session ended in this browser, and when: other tabs may still hold this user's forms.
SIGNED_OUT = "signed_out"
# What was sent after the session had ended: it is given back after signing in again.
INTERRUPTED = "interrupted"
LARGEST_KEPT = 256 * 1024

# Noting activity on every request would write the session's row each time; so it may end up to this much early.
NOTED_EVERY_SECONDS = 60


View = TypeVar("View")


def start(session: SessionBase) -> None:
    """Begin both times anew: somebody has just signed in."""
    session[SIGNED_IN_AT] = session[SEEN_AT] = _now()
    session.pop(SIGNED_OUT, None)


def end(request: HttpRequest, user_id: str, reason: str) -> None:
    """End the session of the user for `reason`, and remember in the next, anonymous one whose it was."""
    logout(request)
    request.session[ENDED] = reason
    request.session[SIGNED_OUT] = {"user": user_id, "at": _now()}


def limit_reached(session: SessionBase) -> str:
    """Why the session must end: "idle", "absolute" or "" for not yet. One that no time was noted for begins now."""
    if SIGNED_IN_AT not in session:
        start(session)
    if _now() - session[SIGNED_IN_AT] >= settings.SESSION_ABSOLUTE_SECONDS:
        return "absolute"
    return "idle" if _now() - session[SEEN_AT] >= settings.SESSION_IDLE_SECONDS else ""


def note_activity(session: SessionBase) -> None:
    if _now() - session[SEEN_AT] >= NOTED_EVERY_SECONDS:
        session[SEEN_AT] = _now()


def gives_back(view: View) -> View:
    """Mark a view that shows `interrupted_form` on GET. Only what was sent to such a page is kept: never a password."""
    view.gives_back = True  # type: ignore[attr-defined]
    return view


def keep_interrupted(request: HttpRequest, view: object) -> bool:
    """Keep the form that was sent to `view`, without its CSRF token, for whoever is or was signed in here.

    False when nothing is kept: no such page, nobody is known, or more than LARGEST_KEPT characters.
    """
    user_id = _owner(request)
    if request.method != "POST" or not user_id or not getattr(view, "gives_back", False):
        return False
    form = request.POST.copy()
    form.pop("csrfmiddlewaretoken", None)
    if len(sent := form.urlencode()) > LARGEST_KEPT:
        return False
    request.session[INTERRUPTED] = {"user": user_id, "path": request.path, "sent": sent}
    return True


def interrupted_form(request: HttpRequest) -> QueryDict | None:
    """Return, once, what this user sent to this page after the session had ended. A page that looks by itself waits."""
    kept = request.session.get(INTERRUPTED)
    if not kept or kept["path"] != request.path or kept["user"] != str(request.user.pk) or is_live(request):
        return None
    del request.session[INTERRUPTED]
    return QueryDict(kept["sent"])


def is_live(request: HttpRequest) -> bool:
    """Whether a page asks on its own, without its user."""
    return request.headers.get("X-Live") == "1"


def _owner(request: HttpRequest) -> str:
    """Who is signed in, else whose session ended here no longer ago than a session may last; '' for nobody."""
    if request.user.is_authenticated:
        return str(request.user.pk)
    left: dict[str, Any] = request.session.get(SIGNED_OUT) or {"user": "", "at": 0}
    return str(left["user"]) if _now() - left["at"] < settings.SESSION_ABSOLUTE_SECONDS else ""


def _now() -> int:
    return int(timezone.now().timestamp())
