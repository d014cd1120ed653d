"""Units, users, and an authority that issues their cards; every name is made up."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.x509.oid import NameOID
from django.test import Client
from pytest_django import Settings

from parties.models import Unit, User

PASSWORD = "correct-horse-battery"
NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def captcha_passed(settings: Settings) -> None:
    settings.CAPTCHA_TEST_MODE = True


@pytest.fixture
def plant(db: None) -> Unit:
    return Unit.objects.create(code="1111510001", name="北京天竺示范加工有限公司")


@pytest.fixture
def trader(db: None) -> Unit:
    return Unit.objects.create(code="1101919107", name="中国山货花卉进出口公司")


@pytest.fixture
def clerk(plant: Unit) -> User:
    return User.objects.create_user(
        "clerk", password=PASSWORD, name="王小明", unit=plant, may_enter=True, may_declare=True
    )


@pytest.fixture
def agent(trader: Unit) -> User:
    return User.objects.create_user("agent", password=PASSWORD, name="李小样", unit=trader, may_enter=True)


@pytest.fixture
def administrator(db: None) -> User:
    return User.objects.create_superuser("administrator", password=PASSWORD, name="管理员")


@pytest.fixture
def office(administrator: User) -> Client:
    """A browser in which the administrator is signed in."""
    client = Client()
    client.force_login(administrator)
    return client


@pytest.fixture
def desk(clerk: User) -> Client:
    """A browser in which the clerk is signed in."""
    client = Client()
    client.force_login(clerk)
    return client


@dataclass(frozen=True)
class Authority:
    key: CertificateIssuerPrivateKeyTypes
    certificate: x509.Certificate

    def issue(
        self, subject: str = "王小明", days: tuple[int, int] = (-1, 365), key: rsa.RSAPrivateKey | None = None
    ) -> bytes:
        holder = key or new_key()
        return der(_certificate(subject, self.certificate.subject, holder.public_key(), self.key, days))


@pytest.fixture(scope="session")
def authority() -> Authority:
    return new_authority("Test authority")


@pytest.fixture
def trusted(authority: Authority, settings: Settings, tmp_path: Path) -> Authority:
    """The authority, in the folder of those that the portal trusts."""
    trust(authority, tmp_path)
    settings.EKEY_TRUSTED_CAS = tmp_path
    return authority


def trust(authority: Authority, folder: Path, name: str = "authority") -> Path:
    file = folder / f"{name}.pem"
    file.write_bytes(authority.certificate.public_bytes(serialization.Encoding.PEM))
    return file


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def new_authority(subject: str, is_authority: bool = True) -> Authority:
    key = new_key()
    constraints = x509.BasicConstraints(ca=is_authority, path_length=None)
    certificate = _certificate(subject, _name(subject), key.public_key(), key, (-1000, 1000), constraints)
    return Authority(key, certificate)


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def pem(certificate: bytes) -> bytes:
    return x509.load_der_x509_certificate(certificate).public_bytes(serialization.Encoding.PEM)


def _certificate(
    subject: str,
    issuer: x509.Name,
    public_key: rsa.RSAPublicKey,
    signer: CertificateIssuerPrivateKeyTypes,
    days: tuple[int, int],
    constraints: x509.BasicConstraints | None = None,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(0x012C14A9)
        .not_valid_before(NOW + dt.timedelta(days=days[0]))
        .not_valid_after(NOW + dt.timedelta(days=days[1]))
    )
    if constraints:
        builder = builder.add_extension(constraints, critical=True)
    return builder.sign(signer, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
