"""E-keys: whose certificates are trusted, and which card is whose (EKEY, "In the portal", 1 and 3)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.verification import (
    ClientVerifier,
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)
from django.conf import settings
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from parties.models import EKey, User


class CardRefused(Exception):
    """A card or its certificate cannot be used. `code` is for programs (see REFUSALS), `message` for the user."""

    def __init__(self, code: str, message: str | Promise) -> None:
        self.code = code
        self.message = message
        super().__init__(code, message)

    def __str__(self) -> str:
        return str(self.message)


REFUSALS: dict[str, str | Promise] = {
    "unreadable": _("This is not a certificate that can be read."),
    "algorithm": _("Only certificates with an RSA key are accepted."),
    "unknown_ca": _("The e-key's certificate was not issued by an authority that is trusted here."),
    "not_yet_valid": _("The e-key's certificate is not valid yet."),
    "expired": _("The e-key's certificate has expired. Have it renewed, then have the new one registered."),
    "not_bound": _("No e-key is registered for you. An administrator registers it."),
    "other_user": _("This e-key is registered for another user. Plug in your own."),
    "other_card": _("This is not the e-key that is registered for you. Plug in that one."),
}


# What the key of an RSA card can sign with, by the names of the settings.
RSA_METHODS = ("rsa-sha1", "rsa-sha256")


def bound_card(user: User) -> EKey | None:
    """The card that is bound to the user now."""
    return EKey.objects.filter(user=user, unbound_at=None).first()


def check_certificate(user: User, certificate: bytes) -> EKey:
    """Return the user's bound card if `certificate` (DER) is its certificate, is trusted and in its validity.

    Raises CardRefused; the order is that of EKEY, "In the portal", 1: chain, validity, binding.
    """
    return _card_of(user, _usable(_parse(certificate)))


def bind(user: User, certificate: bytes, card_number: str, by: User) -> EKey:
    """Bind the card with this certificate (DER) to the user; a card bound so far is unbound. Both are logged.

    Raises CardRefused for a certificate that could not be used, or that is bound to another user.
    """
    parsed = _usable(_parse(certificate))
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        if bound_elsewhere(user, certificate):
            raise _refused("other_user")
        if previous := bound_card(user):
            unbind(previous, by)
        card = EKey.objects.create(user=user, card_number=card_number, **_facts(parsed))
        _log(card, by, ADDITION, gettext("Bound to %(user)s.") % {"user": user})
    return card


def unbind(card: EKey, by: User) -> None:
    """End the binding now and log who did it. A card that is not bound any more stays as it is."""
    card.unbound_at = timezone.now()
    with transaction.atomic():
        if EKey.objects.filter(pk=card.pk, unbound_at=None).update(unbound_at=card.unbound_at):
            _log(card, by, CHANGE, gettext("Unbound from %(user)s.") % {"user": card.user})


def expires_soon(card: EKey, days: int = 30) -> bool:
    """Whether the certificate ends within `days` days, or has ended already."""
    return card.valid_to <= timezone.now() + dt.timedelta(days=days)


def expiry_notice(card: EKey) -> str:
    """What to tell the holder of a card whose certificate ends within 30 days, or has ended; '' for any other (EKEY, 3)."""
    if not expires_soon(card):
        return ""
    if card.valid_to <= timezone.now():
        return str(REFUSALS["expired"])
    text = gettext("The e-key's certificate expires on %(day)s. Have it renewed, then have the new one registered.")
    return text % {"day": f"{timezone.localtime(card.valid_to):%Y%m%d}"}


def signature_method(card: EKey) -> str:
    """How this card signs. The client's call hashes for itself, so a setting says what it hashes with (EKEY).

    A system check holds the setting to one of settings.EKEY_SIGNATURE_METHODS, which alone are accepted.
    """
    methods: dict[str, str] = {EKey.Algorithm.RSA: settings.EKEY_RSA_METHOD}
    return methods[card.algorithm]


def usable_der(file: bytes) -> bytes:
    """The DER of a certificate file in PEM or DER. Raises CardRefused, also for one that no card could use here."""
    try:
        certificate = x509.load_pem_x509_certificate(file) if b"-----BEGIN" in file else _parse(file)
    except ValueError:
        raise _refused("unreadable") from None
    return _usable(certificate).public_bytes(serialization.Encoding.DER)


def bound_elsewhere(user: User, certificate: bytes) -> bool:
    """Whether the certificate (DER) is bound to another user now."""
    bound = EKey.objects.filter(fingerprint=_fingerprint(_parse(certificate)), unbound_at=None)
    return bound.exclude(user=user).exists()


def trusted_authorities() -> list[x509.Certificate]:
    """The certificates in settings.EKEY_TRUSTED_CAS, a folder of *.pem or one file. Raises ValueError for another."""
    place = Path(settings.EKEY_TRUSTED_CAS)
    files = sorted(place.glob("*.pem")) if place.is_dir() else [place] if place.exists() else []
    return [authority for file in files for authority in x509.load_pem_x509_certificates(file.read_bytes())]


def _refused(code: str) -> CardRefused:
    return CardRefused(code, REFUSALS[code])


def _parse(certificate: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(certificate)
    except ValueError:
        raise _refused("unreadable") from None


def _usable(certificate: x509.Certificate) -> x509.Certificate:
    _check_chain(certificate)
    _check_validity(certificate)
    _check_key(certificate)
    return certificate


def _check_chain(certificate: x509.Certificate) -> None:
    """The chain is judged at a moment inside the certificate's own validity: an expired card of a known authority
    is told apart from an unknown authority, which one verification "now" would report alike."""
    moment = min(max(timezone.now(), certificate.not_valid_before_utc), certificate.not_valid_after_utc)
    try:
        _verifier(moment).verify(certificate, [])
    except (ValueError, VerificationError, UnsupportedAlgorithm):
        raise _refused("unknown_ca") from None


def _verifier(moment: dt.datetime) -> ClientVerifier:
    """cryptography's own path validation. The extension profile of web certificates is relaxed, since a card's
    certificate has no server name (SAN) and its authority's none of the marks of the web; an authority must be one.
    """
    authority = ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
    builder = PolicyBuilder().store(Store(trusted_authorities())).time(moment)
    holder = ExtensionPolicy.permit_all()
    return builder.extension_policies(ca_policy=authority, ee_policy=holder).build_client_verifier()


def _check_validity(certificate: x509.Certificate) -> None:
    if timezone.now() < certificate.not_valid_before_utc:
        raise _refused("not_yet_valid")
    if timezone.now() > certificate.not_valid_after_utc:
        raise _refused("expired")


def _check_key(certificate: x509.Certificate) -> None:
    if not isinstance(certificate.public_key(), rsa.RSAPublicKey):
        raise _refused("algorithm")


def _card_of(user: User, certificate: x509.Certificate) -> EKey:
    cards = EKey.objects.filter(unbound_at=None)
    holder_card = cards.filter(fingerprint=_fingerprint(certificate)).first()
    if holder_card and holder_card.user_id == user.pk:
        return holder_card
    if holder_card:
        raise _refused("other_user")
    raise _refused("other_card" if cards.filter(user=user).exists() else "not_bound")


def _fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def _facts(certificate: x509.Certificate) -> dict[str, object]:
    return {
        # The card's client shows the last eight hexadecimal digits of the serial number as the certificate's number.
        "certificate_number": f"{certificate.serial_number:08x}"[-8:],
        "certificate": certificate.public_bytes(serialization.Encoding.DER),
        "fingerprint": _fingerprint(certificate),
        "algorithm": EKey.Algorithm.RSA,
        "subject": certificate.subject.rfc4514_string()[:500],
        "valid_from": certificate.not_valid_before_utc,
        "valid_to": certificate.not_valid_after_utc,
    }


def _log(card: EKey, by: User, action: int, message: str) -> None:
    LogEntry.objects.log_actions(by.pk, EKey.objects.filter(pk=card.pk), action, message, single_object=True)
