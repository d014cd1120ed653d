"""The check page 申报前核对: everything that is about to be signed (EKEY, *In the portal* 1)."""

import hashlib
from dataclasses import dataclass, field

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from documents import signing
from documents.access import actor_for
from documents.capital import capital
from documents.display import EMPTY, Badge, coded_text, label_of, plain, status_badge
from documents.forms import complete_form
from documents.kind import Kind
from documents.models import Document, SigningRequest
from documents.perform import refusal
from parties.ekeys import bound_card, expiry_notice
from parties.models import EKey, User


@dataclass(slots=True)
class Fact:
    label: str
    big: str
    small: str


@dataclass(slots=True)
class CheckGroup:
    caption: str
    cells: list[tuple[str, str]]


@dataclass(slots=True)
class Finding:
    level: str
    text: str


@dataclass(slots=True)
class Card:
    number: str
    certificate_number: str
    valid_to: str
    holder: str


@dataclass
class CheckPage:
    title: str
    kind_label: str
    number: str
    status: Badge
    amount: str
    facts: list[Fact]
    groups: list[CheckGroup]
    checks: list[Finding]
    statement: list[str]
    after: list[str]
    back_url: str
    print_url: str
    ekey_url: str
    card: Card | None
    reason: str = ""  # why it cannot be declared now
    problem: str = ""  # what went wrong with the last try
    signed: list[tuple[str, str]] = field(default_factory=list)
    signed_info: str = ""
    request_id: int | None = None


def check_of(kind: Kind, document: Document, user: User, problem: str = "") -> CheckPage:
    """Return the check page for `user`: with what is frozen for the signature, or with why it cannot be signed."""
    request = signing.open_request(document, user)
    reason = refusal(document, kind.moves["declare"], actor_for(user, document))
    card = bound_card(user)
    if card is None:
        reason = reason or _("No e-key is bound to you; ask your administrator to register it.")
    fields = request.fields if request else signing.declaration_fields(document, user, timezone.now())
    declared = signing.with_fields(document, fields)
    page = CheckPage(
        title=_("Check before declaring"),
        kind_label=str(kind.label),
        number=kind.number_of(document),
        status=status_badge(document.data_status),
        amount=plain(getattr(document, kind.amount)),
        facts=_facts(kind, declared),
        groups=_groups(kind, declared),
        checks=[*_checks(kind, document), *_card_findings(card)],
        statement=_statement(),
        after=_after(kind),
        back_url=kind.url(document),
        print_url=kind.url(document, "print"),
        ekey_url=ekey_url(user),
        card=_card(card, user) if card else None,
        reason=reason,
        problem=problem or reason,
    )
    if request and not reason:
        _show_request(page, kind, request)
    return page


def _card(card: EKey, user: User) -> Card:
    return Card(card.card_number, card.certificate_number, plain(timezone.localdate(card.valid_to)), user.name)


def ekey_url(user: User) -> str:
    return str(settings.EKEY_SOCKET_URL).replace("{username}", user.username)


def _show_request(page: CheckPage, kind: Kind, request: SigningRequest) -> None:
    digest = hashlib.sha256(bytes(request.package)).hexdigest()
    page.request_id, page.signed_info = request.pk, bytes(request.signed_info).decode()
    page.signed = [
        (_("Message"), f"{kind.message_type} {kind.label}"),
        (_("Internal number"), request.internal_no),
        (_("Digest SHA-256"), f"{digest[:16]} … {digest[-8:]}"),
        (_("Frozen at"), f"{timezone.localtime(request.created_at):%Y%m%d %H:%M:%S}"),
    ]


def _facts(kind: Kind, document: Document) -> list[Fact]:
    amount = getattr(document, kind.amount)
    return [
        Fact(label_of(document, kind.amount), plain(amount), "" if amount is None else capital(amount)),
        Fact(
            _("Guaranteed unit"),
            document.guaranteed_name,
            f"{document.guaranteed_code} {document.guaranteed_credit_code}".strip(),
        ),
        Fact(str(kind.label), kind.number_of(document), _secured(document)),
    ]


def _secured(document: Document) -> str:
    coded = (name for name in ("guarantee_type", "guarantee_mode") if hasattr(document, name))
    return "　".join(text for name in coded if (text := coded_text(document, name)) != EMPTY)


def _groups(kind: Kind, document: Document) -> list[CheckGroup]:
    return [
        CheckGroup(
            str(group.caption),
            [
                (label_of(document, place.name), coded_text(document, place.name))
                for row in group.rows
                for place in row
                if place.name not in ("data_status", "guarantee_status")
            ],
        )
        for group in kind.grid.groups
    ]


def _checks(kind: Kind, document: Document) -> list[Finding]:
    """Judge the stored document as strictly as declaring does."""
    stored = complete_form(kind, document)
    complete = stored.is_valid()
    findings = [
        Finding("ok", _("All required fields are filled"))
        if complete
        else Finding(
            "error",
            _("Not complete: %(fields)s")
            % {
                "fields": _(", ").join(
                    str(stored.fields[name].label) for name in stored.errors if name in stored.fields
                )
            },
        )
    ]
    return findings + [Finding("warn", str(text)) for text in stored.findings.warnings.values()]


def _card_findings(card: EKey | None) -> list[Finding]:
    notice = expiry_notice(card) if card else ""
    return [Finding("warn", notice)] if notice else []


def _statement() -> list[str]:
    return [
        _(
            "I declare that what is stated here is true and complete, and that the unit I act for answers for it by law."
        ),
        _("Declaring sends it to customs; it cannot be changed until customs has answered."),
    ]


def _after(kind: Kind) -> list[str]:
    return [
        _("Being processed: the signature is stored and the message waits to be sent"),
        _("Declaration accepted: the data centre has answered"),
        _("Received by customs: it is being examined"),
        _("Approved by customs: within %(days)s working days by law") % {"days": kind.decision_days},
    ]
