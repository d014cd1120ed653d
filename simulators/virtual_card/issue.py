"""Issues demonstration authorities, certificates and cards: for the virtual card, and for tests that need odd ones."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

DEMONSTRATION_AUTHORITY = "加工贸易担保系统演示CA – not for production"
DEMONSTRATION_PIN = "88888888"


@dataclass(frozen=True)
class Authority:
    """A certification authority: its self-signed certificate and its key."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        """The certificate, as it is put among the trusted ones."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)


@dataclass(frozen=True)
class Holder:
    """Who a card is made out to. `unit_code` is the unit's ten-digit customs code."""

    name: str
    unit_code: str
    unit_name: str


@dataclass(frozen=True)
class Card:
    """A card: whose it is, its key, its certificate and its PIN."""

    account: str
    card_number: str
    holder: Holder
    key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    pin: str

    @property
    def certificate_number(self) -> str:
        """Eight hexadecimal characters, e.g. 012c14a9: the certificate's serial number."""
        return f"{self.certificate.serial_number:08x}"

    @property
    def certificate_der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def certificate_base64(self) -> str:
        """The certificate as the client hands it out: base64 DER, without line breaks."""
        return base64.b64encode(self.certificate_der).decode()


def create_authority(name: str = DEMONSTRATION_AUTHORITY, key_size: int = 3072) -> Authority:
    """Makes a new authority, valid for ten years, and from five years ago: so it can issue what has expired since."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=key_size)
    subject = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"), x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = _now()
    certificate = (
        _builder(subject, subject, key.public_key(), key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=5 * 365))
        .not_valid_after(now + timedelta(days=10 * 365))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(authority=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Authority(key, certificate)


def issue_certificate(
    authority: Authority,
    public_key: rsa.RSAPublicKey,
    holder: Holder,
    certificate_number: str | None = None,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
) -> x509.Certificate:
    """Issues a signing certificate over `public_key`, by default valid from yesterday for three years (times in UTC).

    Without `certificate_number` (eight hexadecimal characters, not all zero) a new one is drawn.
    """
    start = valid_from or _now() - timedelta(days=1)
    serial = int(certificate_number, 16) if certificate_number else 0x01000000 + secrets.randbelow(0x7E000000)
    return (
        _builder(_subject(holder), authority.certificate.subject, public_key, authority.key.public_key())
        .serial_number(serial)
        .not_valid_before(start)
        .not_valid_after(valid_to or start + timedelta(days=3 * 365))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(authority=False), critical=True)
        .sign(authority.key, hashes.SHA256())
    )


def issue_expired_certificate(authority: Authority, card: Card) -> x509.Certificate:
    """The card's certificate as if it had run out a month ago: same key, same number."""
    end = _now() - timedelta(days=30)
    return _issue_again(authority, card, end - timedelta(days=3 * 365), end)


def issue_unknown_certificate(card: Card) -> x509.Certificate:
    """The card's certificate as if an authority that nobody trusts had issued it: same key, same number."""
    return _issue_again(create_authority("未受信任的CA – not for production", key_size=2048), card)


def issue_card(
    authority: Authority,
    account: str,
    card_number: str,
    holder: Holder,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
) -> Card:
    """Makes a card with a new RSA-2048 key and the demonstration PIN; validity as for `issue_certificate`."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificate = issue_certificate(authority, key.public_key(), holder, valid_from=valid_from, valid_to=valid_to)
    return Card(account, card_number, holder, key, certificate, DEMONSTRATION_PIN)


def _issue_again(
    authority: Authority, card: Card, valid_from: datetime | None = None, valid_to: datetime | None = None
) -> x509.Certificate:
    return issue_certificate(
        authority, card.key.public_key(), card.holder, card.certificate_number, valid_from, valid_to
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, public_key: rsa.RSAPublicKey, issuer_key: rsa.RSAPublicKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def _subject(holder: Holder) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, holder.unit_name),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, holder.unit_code),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, holder.unit_code),
            x509.NameAttribute(NameOID.COMMON_NAME, holder.name),
        ]
    )


def _key_usage(authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _now() -> datetime:
    return datetime.now(UTC)
