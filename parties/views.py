"""Signing in and out, the password, and the language."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import PasswordChangeView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext, ngettext
from django.views import csrf
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from parties import captcha, ekeys, sessions
from parties.forms import SignInForm
from parties.models import User
from parties.sign_in import LockedOut, destination, locked_until, sign_in_with_password


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page. Captcha, then lock-out, then password: what fails first is all that is told."""
    if request.user.is_authenticated:
        return redirect(destination(request, request.user))
    if request.method != "POST":
        return _sign_in_page(request, SignInForm(request.session))
    if "show" in request.POST:
        return _sign_in_page(request, SignInForm(request.session, initial=_typed(request)))
    form = SignInForm(request.session, data=request.POST)
    if not form.is_valid():
        return _sign_in_page(request, form)
    try:
        user = sign_in_with_password(request, form.cleaned_data["username"], form.cleaned_data["password"])
    except LockedOut:
        return locked_out(request, credentials={"username": form.cleaned_data["username"]})
    if user is None:
        form.add_error(None, gettext("User name or password is wrong."))
        return _sign_in_page(request, form)
    _announce_expiry(request, user)
    return redirect(destination(request, user))


def locked_out(
    request: HttpRequest,
    original_response: HttpResponse | None = None,
    credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    """What axes answers instead of the page, from the last failure on that is allowed."""
    username = (credentials or _typed(request))["username"]
    text = gettext("Too many wrong passwords for this user name: signing in is paused until %(time)s.")
    form = SignInForm(request.session, initial=_typed(request))
    problem = text % {"time": f"{locked_until(request, username):%H:%M:%S}"}
    return _sign_in_page(request, form, problem=problem, status=429)


@login_not_required
@never_cache
@require_safe
def captcha_picture(request: HttpRequest) -> HttpResponse:
    return HttpResponse(captcha.new_picture(request.session), content_type="image/png")


@login_not_required
@never_cache
@require_safe
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """Stands before Django admin's own page, which knows no captcha. Who is signed in already may not go there."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index"))


class ChangePassword(PasswordChangeView):
    """Changing the own password; by Django's session hash every other session of the user ends."""

    template_name = "parties/password.html"
    success_url = reverse_lazy("password")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        response = super().form_valid(form)
        messages.success(self.request, gettext("Your password is changed. Other sessions of yours have ended."))
        return response


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Give a form back whose CSRF token is stale: signing in again in another tab has changed the token.

    A failed check never lets anything be done: the form is kept without its token in the sender's own session, and
    the page that it came from shows it again, unsaved, to the same user. To send it is left to that user. And only what
    a page of this site sent is kept; anything else, and whatever names no site, is answered 403.
    """
    view = request.resolver_match.func if request.resolver_match else None
    had_token = "csrfmiddlewaretoken" in request.POST
    if had_token and _sent_from_here(request) and sessions.keep_interrupted(request, view):
        return HttpResponseRedirect(request.path, status=303)
    return csrf.csrf_failure(request, reason)


def _sent_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that a page of this very site sent the request."""
    try:
        source = urlsplit(request.headers.get("Origin") or request.headers.get("Referer", ""))
    except ValueError:
        return False
    return (source.scheme, source.netloc) == (request.scheme, request.get_host())


def _announce_expiry(request: HttpRequest, user: User) -> None:
    card = ekeys.bound_card(user)
    if card and (notice := ekeys.expiry_notice(card)):
        messages.warning(request, notice)


def _why_ended(reason: str) -> str:
    minutes, hours = settings.SESSION_IDLE_SECONDS // 60, settings.SESSION_ABSOLUTE_SECONDS // 3600
    idle = ngettext(
        "You were signed out because nothing was done for %(minutes)s minute. Please sign in again.",
        "You were signed out because nothing was done for %(minutes)s minutes. Please sign in again.",
        minutes,
    )
    absolute = ngettext(
        "You were signed out because a session lasts %(hours)s hour at most. Please sign in again.",
        "You were signed out because a session lasts %(hours)s hours at most. Please sign in again.",
        hours,
    )
    texts = {
        "idle": idle % {"minutes": minutes},
        "absolute": absolute % {"hours": hours},
        "disabled": gettext("You were signed out because your account or its password was changed."),
    }
    return texts.get(reason, "")


def _typed(request: HttpRequest) -> dict[str, str]:
    return {"username": request.POST.get("username", "")[:150]}


def _sign_in_page(request: HttpRequest, form: SignInForm, problem: str = "", status: int = 200) -> HttpResponse:
    in_words = request.POST.get("show", request.POST.get("shown")) == "question"
    context = {
        "form": form,
        "problem": problem,
        "notice": _why_ended(request.session.pop(sessions.ENDED, "")),
        "question": captcha.new_question(request.session) if in_words else "",
        "next": request.POST.get(REDIRECT_FIELD_NAME, request.GET.get(REDIRECT_FIELD_NAME, "")),
        "languages": settings.LANGUAGES,
        "failure_limit": settings.AXES_FAILURE_LIMIT,
        "lock_minutes": round(settings.AXES_COOLOFF_TIME * 60),
    }
    return render(request, "parties/sign_in.html", context, status=status)
