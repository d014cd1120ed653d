"""How long a signed-in session lives: a time without activity, and a time in all (QUALITY, Safety 7)."""

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, QueryDict
from django.utils import timezone

SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
# Why the last session of this browser ended; told once on the sign-in page.
ENDED = "session_ended"
# What was sent when the session had just ended: it is given back after signing in again.
INTERRUPTED = "interrupted"
LARGEST_KEPT = 256 * 1024

# Noting activity on every request would write the session's row each time; so it may end up to this much early.
NOTED_EVERY_SECONDS = 60


def start(session: SessionBase) -> None:
    """Begin both times anew: somebody has just signed in."""
    session[SIGNED_IN_AT] = session[SEEN_AT] = _now()


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


def keep_interrupted(request: HttpRequest, user_id: object) -> None:
    """Keep the form that `request` sent for the same user, who signs in again in this browser."""
    if request.method == "POST" and len(sent := request.POST.urlencode()) <= LARGEST_KEPT:
        request.session[INTERRUPTED] = {"user": user_id, "path": request.path, "sent": sent}


def interrupted_form(request: HttpRequest) -> QueryDict | None:
    """Return, once, what this user sent to this page when the session had just ended."""
    kept = request.session.get(INTERRUPTED)
    if not kept or kept["path"] != request.path or kept["user"] != request.user.pk:
        return None
    del request.session[INTERRUPTED]
    return QueryDict(kept["sent"])


def _now() -> int:
    return int(timezone.now().timestamp())
