"""What holds for every request: its language, the limits of its session, and that nothing private is cached."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers

from parties import sessions

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class ChosenLanguageMiddleware:
    """The language of the cookie, else settings.LANGUAGE_CODE. Django's own would ask the browser's Accept-Language,
    which in China is often English on the very machines whose clerks want Chinese."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Cookie"])
        return response


class SessionLimitsMiddleware:
    """Ends sessions on the server: after a time without activity, after a time in all, and of users who were disabled
    or whose password was changed elsewhere. What a clerk still sends then is kept (parties.sessions).

    Requests with the header `X-Live: 1` are made by a page on its own: they are no activity, and are answered
    401 instead of being sent to sign in, so that the page can say so and keep what was typed.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Before request.user is asked for: Django empties the session of a user whose password was changed elsewhere.
        user_id = request.session.get(SESSION_KEY)
        live = sessions.is_live(request)
        if user_id and (reason := _why_it_ends(request)):
            sessions.end(request, user_id, reason)
        if live and not request.user.is_authenticated:
            return HttpResponse(status=401)
        if request.user.is_authenticated and not live:
            sessions.note_activity(request.session)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        """Keep what was sent without being signed in. Django comes here only after its CSRF check has passed."""
        if not request.user.is_authenticated:
            sessions.keep_interrupted(request, view)


def _why_it_ends(request: HttpRequest) -> str:
    """Why the session ends now, or ''. One that is not its user's any more must not revive with the account."""
    return sessions.limit_reached(request.session) if request.user.is_authenticated else "disabled"


class NoStoreMiddleware:
    """Pages of signed-in users are kept nowhere: not by a proxy, not by the browser's Back after signing out."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        was_signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if was_signed_in or request.user.is_authenticated:
            patch_cache_control(response, no_store=True, private=True)
        return response
