"""A small world to test in: units, people with cards, and customs played through the folders.

Names are those of the samples in the manuals or obviously made up. Customs is the desk of the demonstration, which knows the
portal by messages alone.
"""

import base64
import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from customs.exchange import run_once
from deposits.kind import LEVY_ORDER
from deposits.models import LevyOrder
from documents import signing
from documents.access import actor_for
from documents.kind import kind_of
from documents.models import Document, SigningRequest
from documents.perform import create, perform
from general_guarantee import changes, rules
from general_guarantee.models import GeneralGuarantee, GuaranteeChange
from parties.ekeys import bind
from parties.models import Delegation, Unit, User
from simulators.customs_desk import Desk
from simulators.virtual_card.issue import Authority, Card, Holder, issue_card

UNITS = {
    "1111510001": "北京天竺示范加工有限公司",
    "1101919107": "中国山货花卉进出口公司",
    "4403960002": "深圳盐田样本电子有限公司",
}
PASSWORD = "Correct-horse-battery-9"

BY_CASH: dict[str, str] = {
    "guarantee_type": "2",
    "guarantee_mode": "1",
    "general_guarantee_number": "",
    "contact_name": "王小明",
    "contact_phone": "010-60000000",
    "payment_mode": "1",
    "letter_number": "",
    "letter_valid_until": "",
    "payer_code": "1111510001",
    "payer_credit_code": "",
    "payer_name": "北京天竺示范加工有限公司",
    "payer_bank": "中国银行北京示范支行",
    "payer_account": "3490000000000001",
    "remark": "",
}
BY_LETTER: dict[str, str] = {
    **BY_CASH,
    "guarantee_mode": "2",
    "payment_mode": "",
    "letter_number": "BH2026000009",
    "letter_valid_until": "20991231",
    "payer_bank": "",
    "payer_account": "",
}


SINGLE_ONLY = ("payment_mode", "payer_code", "payer_name", "payer_bank", "payer_account")
# By a general guarantee that is a letter.
UNDER_GENERAL: dict[str, str] = {
    **BY_CASH,
    **dict.fromkeys(SINGLE_ONLY, ""),
    "guarantee_type": "1",
    "guarantee_mode": "2",
}
GUARANTEED_BY_LETTER: dict[str, Any] = {
    "guarantee_mode": "2",
    "payer_name": UNITS["1111510001"],
    "district": "0100",
    "letter_number": "BH2026000001",
    "letter_valid_until": dt.date(2099, 12, 31),
}
GUARANTEED_BY_CASH: dict[str, Any] = {
    "guarantee_mode": "1",
    "payer_name": UNITS["1111510001"],
    "district": "0100",
    "payment_mode": "1",
    "payer_bank": "中国银行北京示范支行",
    "payer_account": "3490000000000001",
}
TO_APPROVAL = ("accept", "sent", "loaded", "approve")

D = TypeVar("D", bound=Document)


class World:
    """Units, their people, and customs. `clerk` is of 1111510001, `agent` of 1101919107, `stranger` of another unit."""

    def __init__(self, var: Path, authority: Authority) -> None:
        self.desk = Desk(var)
        self.authority = authority
        self._last = timezone.now()
        self.units = {code: Unit.objects.create(code=code, name=name) for code, name in UNITS.items()}
        self.cards: dict[str, Card] = {}
        self.clerk = self.person("clerk", "1111510001")
        self.colleague = self.person("colleague", "1111510001")
        self.agent = self.person("agent", "1101919107")
        self.stranger = self.person("stranger", "4403960002")

    def person(self, account: str, unit: str, *, enter: bool = True, declare: bool = True) -> User:
        """Add a user of `unit` with a card that is bound."""
        user = User.objects.create_user(
            account,
            password=PASSWORD,
            name=f"示范{account}",
            unit=self.units[unit],
            may_enter=enter,
            may_declare=declare,
        )
        number = f"88000000{len(self.cards):08}"
        self.cards[account] = card = _card(self.authority, account, number, Holder(user.name, unit, UNITS[unit]))
        bind(user, card.certificate_der, card.card_number, user)
        return user

    def delegate(
        self, *, agent: str = "1101919107", unit: str = "1111510001", days: tuple[int, int] = (-1, 30)
    ) -> None:
        today = timezone.localdate()
        first, last = (today + dt.timedelta(days=d) for d in days)
        Delegation.objects.create(agent=self.units[agent], guaranteed=self.units[unit], valid_from=first, valid_to=last)

    def browser(self, user: User) -> Client:
        """A browser in which `user` is signed in."""
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    def issue(self, amount: str = "2000.00", unit: str = "1111510001", agent: str = "", **details: Any) -> LevyOrder:
        """Let customs issue a levy order; it arrives by message."""
        business = details.pop("business_number", "C010026A0471")
        number = self.desk.issue_levy_order(
            unit_code=unit, unit_name=UNITS[unit], amount=amount, business_number=business, agent_code=agent, **details
        )
        self.exchange()
        return LevyOrder.objects.get(levy_number=number)

    def exchange(self) -> None:
        """Let the worker do all there is to do."""
        while run_once():
            pass

    def fill(self, order: LevyOrder, user: User | None = None, values: Mapping[str, Any] = BY_CASH) -> LevyOrder:
        """Save `values` as a draft."""
        clerk = user or self.clerk
        written = {**values, "letter_valid_until": _date(values["letter_valid_until"]), **signing.entry_fields(clerk)}
        perform(order, LEVY_ORDER.moves["save"], by=actor_for(clerk, order), written=written)
        return self.fresh(order)

    def declare(self, document: Document, user: User | None = None) -> str:
        """Sign and declare; returns the internal number of the attempt. Nothing is sent yet."""
        clerk, kind = user or self.clerk, kind_of(document)
        request = signing.freeze(document, kind, clerk)
        signature, certificate = self.sign(clerk, request)
        signing.declare(document, kind, clerk, request, signature, certificate)
        return request.internal_no

    def sign(self, user: User, request: SigningRequest) -> tuple[str, str]:
        """What the card of `user` answers: signature and certificate."""
        card = self.cards[user.username]
        return signed_by(card, bytes(request.signed_info)), card.certificate_base64

    def declared(self, values: Mapping[str, Any] = BY_CASH, **details: Any) -> tuple[LevyOrder, str]:
        """A levy order that was declared and has arrived at customs; customs has not answered."""
        order = self.fill(self.issue(**details), values=values)
        inner = self.declare(order)
        self.send()
        return self.fresh(order), inner

    def send(self) -> None:
        self.exchange()
        self.desk.collect()

    def answer(self, inner: str, *answers: str, reason: str = "") -> None:
        """Let customs answer, one message after the other, each handled before the next."""
        for answer in answers:
            self.desk.answer(inner, answer, reason, at=self.tick())
            self.exchange()

    def tick(self) -> dt.datetime:
        """Return a moment of which no other message has the second: customs' decisions know no finer time."""
        self._last = max(timezone.now(), self._last + dt.timedelta(seconds=1))
        return self._last

    def approved(self, values: Mapping[str, Any] = BY_CASH, **details: Any) -> LevyOrder:
        order, inner = self.declared(values, **details)
        self.answer(inner, *TO_APPROVAL)
        return self.fresh(order)

    def set_up(self, amount: str = "100000", *, by_cash: bool = False, **written: Any) -> GeneralGuarantee:
        """Draft a general guarantee of the clerk's unit, complete."""
        guarantee = rules.start(self.clerk, QueryDict())
        secured = GUARANTEED_BY_CASH if by_cash else GUARANTEED_BY_LETTER
        return self._begin(guarantee, {**secured, "amount": Decimal(amount), **written})

    def change(self, guarantee: GeneralGuarantee, **written: Any) -> GuaranteeChange:
        """Draft a change of a guarantee by letter."""
        change = changes.start(self.clerk, QueryDict(f"of={guarantee.guarantee_number}"))
        return self._begin(change, written)

    def _begin(self, document: D, written: Mapping[str, Any]) -> D:
        kind = kind_of(document)
        save, actor = kind.moves["save"], actor_for(self.clerk, document)
        values = {**written, **signing.entry_fields(self.clerk)}
        create(document, kind, save, by=actor, written=values, form_key=None)
        return self.fresh(document)

    def decided(self, document: D, *answers: str, reason: str = "") -> D:
        """Declare, send, and let customs answer: by default to approval."""
        inner = self.declare(document)
        self.send()
        self.answer(inner, *(answers or TO_APPROVAL), reason=reason)
        return self.fresh(document)

    def paid(self, guarantee: GeneralGuarantee) -> GeneralGuarantee:
        """Let customs send the payment notice of an approved cash deposit, and see the payment."""
        self.desk.send_payment(self.desk.send_notice(guarantee.guarantee_number))
        self.exchange()
        return self.fresh(guarantee)

    def under_general(self, guarantee: GeneralGuarantee, amount: str = "2000.00", **details: Any) -> LevyOrder:
        """Issue a levy order and secure it by a general guarantee; saved, not declared."""
        order = self.issue(amount=amount, **details)
        mode = {"guarantee_mode": guarantee.guarantee_mode, "general_guarantee_number": guarantee.guarantee_number}
        return self.fill(order, values=UNDER_GENERAL | mode)

    def fresh(self, document: D) -> D:
        """Return the document as it is stored; also one that a move has just made."""
        return type(document)._default_manager.get(pk=document.pk)


@cache
def _card(authority: Authority, account: str, number: str, holder: Holder) -> Card:
    """Issue a card, once for all tests of the process: making its key takes longer than most tests."""
    return issue_card(authority, account, number, holder)


def _date(text: str) -> dt.date | None:
    return dt.datetime.strptime(text, "%Y%m%d").date() if text else None


def signed_by(card: Card, signed_info: bytes) -> str:
    """Sign as the cards in the field do: RSA with SHA-1."""
    assert isinstance(card.key, rsa.RSAPrivateKey)
    return base64.b64encode(card.key.sign(signed_info, padding.PKCS1v15(), hashes.SHA1())).decode()
