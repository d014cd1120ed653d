"""Signing in with user name and password: who asks, who is locked out and until when, and where to go then."""

import datetime as dt
import ipaddress

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, authenticate, login
from django.db.models import Max
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from parties import sessions
from parties.models import User


class LockedOut(Exception):
    """Too many wrong passwords for this user name from this address; the password was not looked at."""


def sign_in_with_password(request: HttpRequest, username: str, password: str) -> User | None:
    """Sign the user in under a new session key, or return None. Raises LockedOut.

    An unknown name takes as long as a wrong password, and is locked out alike.
    """
    # Asked here and not left to axes' backend: its refusal counts as one more failure and would prolong the lock.
    _refuse_if_locked(request, username)
    user = authenticate(request, username=username, password=password)
    if user is None:
        return None
    # Again: guesses made at the same time may have used up the tries while this one was being hashed.
    _refuse_if_locked(request, username)
    assert isinstance(user, User)
    login(request, user)
    sessions.start(request.session)
    return user


def locked_until(request: HttpRequest, username: str) -> dt.datetime:
    """When the lock of this user name and address ends (local time): its length after the last wrong password."""
    attempts = AccessAttempt.objects.filter(username=username, ip_address=client_address(request))
    last = attempts.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    return timezone.localtime(last + (get_cool_off(request) or dt.timedelta()))


def client_address(request: HttpRequest) -> str | None:
    """The client's address as the outermost of our TRUSTED_PROXY_COUNT proxies saw it.

    Each proxy appends whom it was called by, so what stands further left came from the client and may be a lie.
    """
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    proxies = settings.TRUSTED_PROXY_COUNT
    trusted = forwarded[-proxies] if 0 < proxies <= len(forwarded) else ""
    return _address(trusted) or _address(request.META.get("REMOTE_ADDR", ""))


def destination(request: HttpRequest, user: User) -> str:
    """Where to go after signing in: `next` when it is on this host, else the user's first page."""
    wanted = request.POST.get(REDIRECT_FIELD_NAME, request.GET.get(REDIRECT_FIELD_NAME, ""))
    hosts = {request.get_host()}
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts, require_https=request.is_secure()):
        return wanted
    if user.unit_id is None and user.is_staff:
        return reverse("admin:index")
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def _refuse_if_locked(request: HttpRequest, username: str) -> None:
    if not AxesProxyHandler.is_allowed(request, {"username": username}):
        raise LockedOut


def _address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return None
