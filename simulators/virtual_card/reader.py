"""The reader: which card is in it for an account, and how that card behaves."""

from __future__ import annotations

import hmac
from base64 import b64encode
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding

from simulators.virtual_card.issue import (
    Authority,
    Card,
    issue_expired_certificate,
    issue_unknown_certificate,
)
from simulators.virtual_card.store import Store

PIN_TRIES = 6


class Fault(StrEnum):
    """What a card can be told to do wrong."""

    NONE = "none"
    NO_CARD = "no_card"
    WRONG_PIN = "wrong_pin"
    SLOW = "slow"
    OTHER_CARD = "other_card"
    EXPIRED_CERTIFICATE = "expired_certificate"
    UNKNOWN_CA = "unknown_ca"
    BAD_SIGNATURE = "bad_signature"


class ReaderError(Exception):
    """The client's two-part complaint: what went wrong in words, and its code."""

    def __init__(self, text: str, code: str) -> None:
        super().__init__(text, code)
        self.text = text
        self.code = code


@dataclass
class Slot:
    """One account's card with its PIN counter and its fault. `seconds` is how long a slow card takes to sign."""

    card: Card
    authority: Authority
    fault: Fault = Fault.NONE
    seconds: float = 5.0
    tries_left: int = PIN_TRIES

    @property
    def certificate_base64(self) -> str:
        return b64encode(self._certificate().public_bytes(Encoding.DER)).decode()

    def check_pin(self, pin: str) -> None:
        """Raises ReaderError for a wrong PIN, and for any PIN once none of the six tries is left."""
        if self.tries_left == 0:
            raise _locked()
        if self.fault is Fault.WRONG_PIN or not hmac.compare_digest(pin.encode(), self.card.pin.encode()):
            self.tries_left -= 1
            raise _wrong_pin(self.tries_left) if self.tries_left else _locked()
        self.tries_left = PIN_TRIES

    def sign(self, data: bytes, algorithm: hashes.HashAlgorithm) -> str:
        """Signs as the card does: RSA, PKCS #1 v1.5, in base64. A bad signature is a good one over other data."""
        signed = data + b"\x00" if self.fault is Fault.BAD_SIGNATURE else data
        return b64encode(self.card.key.sign(signed, padding.PKCS1v15(), algorithm)).decode()

    def _certificate(self) -> x509.Certificate:
        if self.fault is Fault.EXPIRED_CERTIFICATE:
            return self._expired
        if self.fault is Fault.UNKNOWN_CA:
            return self._unknown
        return self.card.certificate

    @cached_property
    def _expired(self) -> x509.Certificate:
        return issue_expired_certificate(self.authority, self.card)

    @cached_property
    def _unknown(self) -> x509.Certificate:
        return issue_unknown_certificate(self.card)


@dataclass
class Reader:
    """All demonstration cards, and which of them is plugged in for a page that names no account."""

    slots: dict[str, Slot]
    plugged_in: str
    # The real client's call hashes with SHA-1 and leaves no choice.
    algorithm: hashes.HashAlgorithm = field(default_factory=hashes.SHA1)

    @classmethod
    def of(cls, store: Store) -> Reader:
        slots = {account: Slot(card, store.authority) for account, card in store.cards.items()}
        return cls(slots, plugged_in=next(iter(slots)))

    def slot(self, account: str | None) -> Slot:
        """The card found in the reader by the page of `account`. Raises ReaderError if there is none."""
        name = account or self.plugged_in
        slot = self.slots.get(name)
        if slot is None or slot.fault is Fault.NO_CARD:
            raise ReaderError("[读卡器底层库]复位读卡器失败:错误码=50070", "Err:Custom50070")
        return self._neighbour(name) if slot.fault is Fault.OTHER_CARD else slot

    def _neighbour(self, account: str) -> Slot:
        accounts = list(self.slots)
        return self.slots[accounts[(accounts.index(account) + 1) % len(accounts)]]


def _wrong_pin(tries_left: int) -> ReaderError:
    return ReaderError(f"[卡]密码错误，剩余重试次数={tries_left}", "Err:Custom50004")


def _locked() -> ReaderError:
    return ReaderError("[卡]密码已锁定，剩余重试次数=0", "Err:Custom50005")
