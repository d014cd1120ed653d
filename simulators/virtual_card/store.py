"""The demonstration authority and cards on disk, made on the first run and kept."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from simulators.virtual_card.issue import Authority, Card, Holder, create_authority, issue_card

# account: card number and holder, as in the portal's demonstration data
DEMONSTRATION_CARDS = {
    "clerk": ("8800000000003107", Holder("演示录入员甲", "1111510001", "北京天竺示范加工有限公司")),
    "agent": ("8800000000003108", Holder("演示代理员乙", "1101919107", "中国山货花卉进出口公司")),
    "stranger": ("8800000000003109", Holder("演示录入员丙", "4403960002", "深圳盐田样本电子有限公司")),
    "admin": ("8800000000003110", Holder("演示管理员", "0000000000", "无所属单位（演示）")),
}


@dataclass(frozen=True)
class Store:
    authority: Authority
    cards: dict[str, Card]


def prepare(directory: Path) -> Store:
    """Loads the authority and the cards under `directory`, making what is missing.

    Writes `authority.pem` (key and certificate), `trusted/demonstration-ca.pem` and `cards/<account>.json`.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with _lock(directory / ".lock"):
        authority = _authority(directory / "authority.pem")
        _write_once(directory / "trusted" / "demonstration-ca.pem", authority.pem, mode=0o644)
        return Store(authority, {account: _card(directory, authority, account) for account in DEMONSTRATION_CARDS})


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _authority(path: Path) -> Authority:
    if path.exists():
        pem = path.read_bytes()
        return Authority(_load_key(pem), x509.load_pem_x509_certificate(pem))
    authority = create_authority()
    _write(path, _key_pem(authority.key) + authority.pem, mode=0o600)
    return authority


def _card(directory: Path, authority: Authority, account: str) -> Card:
    path = directory / "cards" / f"{account}.json"
    if path.exists():
        card = _from_json(path.read_text(encoding="utf-8"))
        if _issued_by(authority, card):
            return card
    card = issue_card(authority, account, *DEMONSTRATION_CARDS[account])
    _write(path, _to_json(card).encode(), mode=0o600)
    return card


def _issued_by(authority: Authority, card: Card) -> bool:
    try:
        card.certificate.verify_directly_issued_by(authority.certificate)
    except (InvalidSignature, ValueError):
        return False
    return True


def _to_json(card: Card) -> str:
    fields = {
        "account": card.account,
        "card_number": card.card_number,
        "certificate_number": card.certificate_number,
        "holder": card.holder.name,
        "unit_code": card.holder.unit_code,
        "unit_name": card.holder.unit_name,
        "certificate": card.certificate_base64,
        "private_key": _key_pem(card.key).decode(),
        "pin": card.pin,
    }
    return json.dumps(fields, ensure_ascii=False, indent=1)


def _from_json(text: str) -> Card:
    fields = json.loads(text)
    return Card(
        account=fields["account"],
        card_number=fields["card_number"],
        holder=Holder(fields["holder"], fields["unit_code"], fields["unit_name"]),
        key=_load_key(fields["private_key"].encode()),
        certificate=x509.load_der_x509_certificate(base64.b64decode(fields["certificate"])),
        pin=fields["pin"],
    )


def _key_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _load_key(pem: bytes) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("a demonstration card holds an RSA key")
    return key


def _write_once(path: Path, content: bytes, mode: int) -> None:
    if not path.exists() or path.read_bytes() != content:
        _write(path, content, mode)


def _write(path: Path, content: bytes, mode: int) -> None:
    """Writes beside the target and renames, so that a reader finds the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
