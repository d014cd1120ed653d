"""What a production must not run with. Django's check framework refuses to start then."""

from collections.abc import Iterator
from typing import Any

from cryptography import x509
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from parties.ekeys import RSA_METHODS, trusted_authorities

# In the subject of the demonstration's certification authority.
DEMONSTRATION_CA_MARK = "NOT FOR PRODUCTION"
DEMONSTRATION_CA_MARK_ZH = "演示"


@register(Tags.security)
def production_is_safe(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Errors in a production (settings.PRODUCTION) that is set up like a demonstration."""
    if not settings.PRODUCTION:
        return []
    return [*_captcha(), *_authorities(), *_secret_key(), *_hosts(), *_simulators()]


@register(Tags.security)
def cards_sign_what_is_accepted(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Errors when no declaration could be signed: the method is unknown, or not one that is accepted."""
    method, accepted = settings.EKEY_RSA_METHOD, settings.EKEY_SIGNATURE_METHODS
    if method not in RSA_METHODS:
        return [Error(f"EKEY_RSA_METHOD is {method!r}; known are {', '.join(RSA_METHODS)}.", id="parties.E007")]
    if method not in accepted:
        return [Error(f"EKEY_RSA_METHOD is {method!r}, which EKEY_SIGNATURE_METHODS leaves out.", id="parties.E008")]
    return []


def _captcha() -> Iterator[CheckMessage]:
    if settings.CAPTCHA_TEST_MODE:
        yield Error("CAPTCHA_TEST_MODE is on: anybody passes the captcha.", id="parties.E001")


def _authorities() -> Iterator[CheckMessage]:
    try:
        authorities = trusted_authorities()
    except ValueError as problem:
        yield Error(f"EKEY_TRUSTED_CAS has a file that is no certificate: {problem}", id="parties.E003")
        return
    if any(map(_is_demonstration, authorities)):
        yield Error(
            "The demonstration's certification authority is trusted: anybody can make cards.",
            hint="Set EKEY_TRUSTED_CAS to the authority that issues the enterprises' cards.",
            id="parties.E002",
        )


def _is_demonstration(authority: x509.Certificate) -> bool:
    subject = " ".join(str(attribute.value) for attribute in authority.subject)
    return DEMONSTRATION_CA_MARK in subject.upper() or DEMONSTRATION_CA_MARK_ZH in subject


def _secret_key() -> Iterator[CheckMessage]:
    key = settings.SECRET_KEY
    if len(key) < 50 or len(set(key)) < 5 or key.startswith("django-insecure-"):
        yield Error("SECRET_KEY is too short or too plain.", id="parties.E004")


def _hosts() -> Iterator[CheckMessage]:
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        yield Error("ALLOWED_HOSTS must name the hosts of this portal.", id="parties.E005")


def _simulators() -> Iterator[CheckMessage]:
    for app in settings.INSTALLED_APPS:
        if app.split(".")[0] == "simulators":
            yield Error(f"{app} is a stand-in for the outside world and must not be installed.", id="parties.E006")
