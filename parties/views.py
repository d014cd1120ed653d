"""Signing in and out, the password, and the language."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import PasswordChangeView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from parties import captcha, sessions
from parties.forms import SignInForm
from parties.sign_in import LockedOut, destination, locked_until, sign_in_with_password

SESSION_ENDED = {
    "idle": _("You were signed out because nothing was done for 30 minutes. Please sign in again."),
    "absolute": _("You were signed out because a session lasts 12 hours at most. Please sign in again."),
    "disabled": _("You were signed out because your account or its password was changed."),
}


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
        form.add_error(None, _("User name or password is wrong."))
        return _sign_in_page(request, form)
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


def _typed(request: HttpRequest) -> dict[str, str]:
    return {"username": request.POST.get("username", "")[:150]}


def _sign_in_page(request: HttpRequest, form: SignInForm, problem: str = "", status: int = 200) -> HttpResponse:
    in_words = request.POST.get("show", request.POST.get("shown")) == "question"
    context = {
        "form": form,
        "problem": problem,
        "notice": SESSION_ENDED.get(request.session.pop(sessions.ENDED, ""), ""),
        "question": captcha.new_question(request.session) if in_words else "",
        "next": request.POST.get(REDIRECT_FIELD_NAME, request.GET.get(REDIRECT_FIELD_NAME, "")),
        "languages": settings.LANGUAGES,
        "failure_limit": settings.AXES_FAILURE_LIMIT,
        "lock_minutes": round(settings.AXES_COOLOFF_TIME * 60),
    }
    return render(request, "parties/sign_in.html", context, status=status)
