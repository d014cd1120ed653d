"""Declaring: freezing what is declared, having the clerk's card sign it, and taking the signature (EKEY, *In the portal* 1)."""

import base64
import binascii
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from customs import outbox, signature, wire
from documents.access import actor_for, unit_code
from documents.forms import complete_form
from documents.kind import Kind
from documents.models import Attempt, Document, Event, SigningRequest, internal_number
from documents.moves import Occasion
from documents.perform import Refused, Stale, perform, refusal
from parties.ekeys import CardRefused, bound_card, check_certificate, signature_method
from parties.models import EKey, User

logger = logging.getLogger(__name__)

# What declaring itself writes into a document, beside what the clerk filled in.
DECLARED = ("declarant_code", "declarant_credit_code", "declarant_name", "declared_on")


@dataclass(frozen=True)
class Signed:
    """What the move `declare` carries to its effect: the request, the finished message and the card that signed."""

    request: SigningRequest
    content: bytes
    certificate: bytes
    card: EKey
    kind: Kind


def freeze(document: Document, kind: Kind, user: User) -> SigningRequest:
    """Freeze the declaration of `document` as the next attempt, for `user` to sign within ten minutes.

    Raises Refused when the document is not complete or may not be declared, or when no card is bound to the user.
    """
    reason = refusal(document, kind.moves["declare"], actor_for(user, document)) or _why_incomplete(document, kind)
    card = bound_card(user)
    if reason or card is None:
        raise Refused(reason or _("No e-key is bound to you; ask your administrator to register it."))
    now = timezone.now()
    fields = declaration_fields(document, user, now)
    declared = with_fields(document, fields)
    envelope = _envelope(kind, declared, now)
    package = _package(kind, declared, envelope)
    method = signature_method(card)
    SigningRequest.of(document).filter(user=user, used_at=None).delete()  # only the newest can be signed
    return SigningRequest.objects.create(
        user=user,
        pre_entry_number=document.pre_entry_number,
        round=document.round,
        version=document.version,
        fields=fields,
        internal_no=declared.internal_no,
        message_id=envelope.message_id,
        package=package,
        signed_info=signature.signed_info(package, method),
        signature_method=method,
        created_at=now,
    )


def _why_incomplete(document: Document, kind: Kind) -> str:
    stored = complete_form(kind, document)
    if stored.is_valid():
        return ""
    labels = [str(stored.fields[name].label) for name in stored.errors if name in stored.fields]
    return _("Not complete or not right: %(fields)s") % {"fields": _(", ").join(labels)}


def _package(kind: Kind, declared: Document, envelope: wire.Envelope) -> bytes:
    """Return the message. Raises Refused when customs' layout cannot carry a value; which one stands in the log."""
    try:
        return wire.build(kind.message_type, kind.message(declared), envelope)
    except wire.WireError as error:
        logger.exception("%s cannot be put into a message", declared)
        reason = _("A value does not fit into the message to customs: %(error)s") % {"error": error}
        raise Refused(reason) from error


def with_fields(document: Document, fields: Mapping[str, Any]) -> Document:
    """Return a copy of `document` with `fields`; nothing is stored."""
    copy = type(document)(**document.values())
    for name, value in fields.items():
        setattr(copy, name, copy._meta.get_field(name).to_python(value))  # type: ignore[union-attr]
    return copy


def declaration_fields(document: Document, user: User, now: datetime) -> dict[str, Any]:
    """Return the fields that declaring fills: who declares and when, and who entered it where nobody did before."""
    unit = user.unit
    assert unit is not None
    fields = {
        "declarant_code": unit.code,
        "declarant_credit_code": unit.credit_code,
        "declarant_name": unit.name,
        "declared_on": timezone.localdate(now),
        "attempt": document.attempt + 1,
    }
    return fields if document.input_code else fields | entry_fields(user)


def entry_fields(user: User) -> dict[str, Any]:
    unit = user.unit
    assert unit is not None
    return {"input_code": unit.code, "input_credit_code": unit.credit_code, "input_name": unit.name}


def _envelope(kind: Kind, declared: Document, now: datetime) -> wire.Envelope:
    sender, receiver = declared.declarant_code, settings.CUSTOMS_RECEIVER
    return wire.Envelope(
        message_id=outbox.next_message_id(sender, receiver, now),
        file_name=f"{kind.message_type}_{declared.internal_no}.xml",
        sender=sender,
        receiver=receiver,
        sent_at=now,
    )


def open_request(document: Document, user: User) -> SigningRequest | None:
    """Return the user's newest signing request that can still be used on `document` as it is now."""
    since = timezone.now() - timedelta(seconds=settings.SIGNING_REQUEST_SECONDS)
    return (
        SigningRequest.of(document)
        .filter(user=user, version=document.version, used_at=None, created_at__gt=since)
        .order_by("-created_at", "-pk")
        .first()
    )


def declare(
    document: Document, kind: Kind, user: User, request: SigningRequest, signature_value: str, certificate: str
) -> Event:
    """Take the card's signature and declare `document`.

    Checks in this order: the certificate chains to a trusted CA and is valid; it is bound to `user`; the signature verifies over
    the frozen SignedInfo, whose digest is that of the stored message; the document did not change meanwhile. Raises
    CardRefused, signature.SignatureWrong, Stale or Refused; the request stays usable after a failed check.
    """
    der = _from_base64(certificate)
    card = check_certificate(user, der)
    value = base64.b64encode(_from_base64(signature_value)).decode()
    content = signature.assemble(bytes(request.package), bytes(request.signed_info), value, card.certificate_number)
    signature.verify(content, der)
    if request.version != document.version or request.fields["declarant_code"] != unit_code(user):
        raise Stale
    now = timezone.now()
    with transaction.atomic():
        used = SigningRequest.objects.filter(pk=request.pk, used_at=None).update(used_at=now)
        if not used:
            raise Stale
        return perform(
            document,
            kind.moves["declare"],
            by=actor_for(user, document),
            at=now,
            written={name: getattr(with_fields(document, request.fields), name) for name in request.fields},
            carrying=Signed(request, content, der, card, kind),
        )


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)  # some clients wrap their lines
    except (binascii.Error, ValueError) as error:
        raise CardRefused(
            "client_error", _("The e-key client answered with something that is not a signature.")
        ) from error


def queue_declaration(document: Document, occasion: Occasion) -> None:
    """Store the attempt with its signature and put the signed message into the outbox: the effect of `declare`."""
    signed: Signed = occasion.carrying
    request, kind = signed.request, signed.kind
    number = internal_number(document.pre_entry_number, document.round, document.attempt)
    Attempt.objects.create(
        pre_entry_number=document.pre_entry_number,
        round=document.round,
        number=document.attempt,
        internal_no=number,
        declarant_code=document.declarant_code,
        declared_by_id=request.user_id,
        declared_at=occasion.at,
        values={name: getattr(document, name) for name in (*kind.grid.open_names(), *DECLARED)},
        signature_method=request.signature_method,
        certificate_number=signed.card.certificate_number,
        certificate=signed.certificate,
    )
    outbox.enqueue(
        message_id=request.message_id,
        internal_no=number,
        message_type=kind.message_type,
        sender=document.declarant_code,
        file_name=f"{kind.message_type}_{number}.xml",
        content=signed.content,
        pre_entry_number=document.pre_entry_number,
        round=document.round,
        attempt=document.attempt,
    )
