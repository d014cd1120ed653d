"""Fill an empty portal with demonstration data, by the same messages and signatures that later move it.

`python -m deploy.demonstration` makes the units, users and cards, lets the customs desk issue levy orders, and files some of
them, so that every status can be seen. It does nothing where the accounts exist. Units and persons are made up, apart from the
samples of the manuals.
"""

import base64
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import django
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from deploy import demonstration_guarantees as guarantees

PIN = "88888888"
PASSWORDS = {
    "clerk": "Clerk-demo-2026",
    "agent": "Agent-demo-2026",
    "stranger": "Stranger-demo-2026",
    "admin": "Admin-demo-2026",
}
UNITS = {
    "1111510001": "北京天竺示范加工有限公司",
    "1101919107": "中国山货花卉进出口公司",
    "3122460003": "上海洋山演示塑料制品有限公司",
    "4403960002": "深圳盐田样本电子有限公司",
}
CREDIT_CODES = {"1101919107": "111121211011152453"}
HOLDERS = {"clerk": "1111510001", "agent": "1101919107", "stranger": "4403960002"}
NAMES = {"clerk": "演示录入员甲", "agent": "演示代理员乙", "stranger": "演示录入员丙", "admin": "演示管理员"}
CUSTOMS_RETURNS = "缴款单位银行账号有误，请核对后重新申报"
CANNOT_LOAD = "报文入库失败：手册编号不在有效期内"

BY_CASH: dict[str, Any] = {
    "guarantee_type": "2",
    "guarantee_mode": "1",
    "payment_mode": "1",
    "contact_name": "王小明",
    "contact_phone": "010-60000000",
    "payer_code": "1111510001",
    "payer_name": "北京天竺示范加工有限公司",
    "payer_bank": "中国银行北京示范支行",
    "payer_account": "3490000000000001",
}
BY_LETTER: dict[str, Any] = {
    "guarantee_type": "2",
    "guarantee_mode": "2",
    "letter_number": "BH2026000009",
    "contact_name": "王小明",
    "contact_phone": "010-60000000",
    "payer_name": "北京天竺示范加工有限公司",
}


@dataclass(frozen=True)
class Story:
    """One levy order of the demonstration: what customs asks, how it is secured, and how far it has come."""

    amount: str
    business: str
    link: str
    days_ago: int
    filled: dict[str, Any] | None = None
    answers: tuple[str, ...] = ()
    money: str = ""
    declared: bool = False


TO_APPROVAL = ("accept", "sent", "loaded", "approve")
STORIES = (
    Story("5000.5", "C010026A0457", "2", 24, BY_CASH, TO_APPROVAL, "paid", declared=True),
    Story("1293.234", "C010026A0459", "2", 23, BY_CASH, TO_APPROVAL, "short", declared=True),
    Story("24000", "E010026A0981", "1", 22, BY_LETTER, TO_APPROVAL, declared=True),
    Story("1000", "C010026A0463", "3", 20, BY_CASH, ("accept", "load_failed"), declared=True),
    Story("39287493.23234", "C010026A0465", "4", 19, BY_CASH, ("accept", "sent", "loaded", "review"), declared=True),
    Story("1293", "C010026A0468", "5", 18, BY_LETTER, ("accept", "sent"), declared=True),
    Story("12", "E010026A0987", "1", 17, BY_CASH, ("accept",), declared=True),
    Story("1092323.23", "C010026A0470", "6", 16, BY_CASH, TO_APPROVAL, "notice", declared=True),
    Story("16409.02", "C010026A0471", "2", 10, BY_CASH, TO_APPROVAL, "paid", declared=True),
    Story("1293.23", "C010026A0479", "2", 9, BY_CASH, declared=True),
    Story("60239.23", "E010026A0989", "1", 8, BY_CASH, ("accept", "sent", "loaded", "return"), declared=True),
    Story("1010.10", "C010026A0485", "7", 7, {**BY_LETTER, "letter_number": ""}),
    Story("100000", "C010026A0486", "2", 12),
    Story("325.04", "E010026A0992", "1", 3),
    Story("16409.02", "C010026A0489", "2", 2),
    Story("88000", "C010026A0490", "2", 1),
    Story("2000.13", "C010026A0491", "2", 0),
)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guarantee_portal.settings")
    django.setup()
    from django.conf import settings
    from django.db import transaction

    from deposits.models import LevyOrder
    from parties.models import User

    if not User.objects.filter(username="clerk").exists():
        with transaction.atomic():
            _make_parties(settings.PORTAL_VAR)
    if not LevyOrder.objects.exists():
        clerk = User.objects.select_related("unit").get(username="clerk")
        guarantees.make_samples(clerk)
        _make_guarantees(settings.PORTAL_VAR, clerk)
        _make_orders(settings.PORTAL_VAR)


def _make_parties(var: Path) -> None:
    from parties.models import Delegation, Unit, User

    units = {
        code: Unit.objects.create(code=code, name=name, credit_code=CREDIT_CODES.get(code, ""))
        for code, name in UNITS.items()
    }
    admin = User.objects.create_superuser("admin", password=PASSWORDS["admin"], name=NAMES["admin"])
    _bind_card(var, admin, admin)
    for account, code in HOLDERS.items():
        user = User.objects.create_user(
            account,
            password=PASSWORDS[account],
            name=NAMES[account],
            unit=units[code],
            may_enter=True,
            may_declare=True,
        )
        _bind_card(var, user, admin)
    today = date.today()
    Delegation.objects.create(
        agent=units["1101919107"],
        guaranteed=units["3122460003"],
        valid_from=today - timedelta(days=30),
        valid_to=today + timedelta(days=335),
    )


def _bind_card(var: Path, user: Any, by: Any) -> None:
    from parties.ekeys import bind

    card = json.loads((var / "ekey" / "cards" / f"{user.username}.json").read_text("utf-8"))
    bind(user, base64.b64decode(card["certificate"]), card["card_number"], by)


def _make_guarantees(var: Path, clerk: Any) -> None:
    """Let customs approve a letter and a cash deposit, of which the second is not paid yet, and return a third."""
    from general_guarantee.kind import GENERAL_GUARANTEE
    from simulators.customs_desk import Desk

    until = date.today() + timedelta(days=75)
    letter = guarantees.draft(clerk, "100000", letter_valid_until=until, **guarantees.BY_LETTER)
    cash = guarantees.draft(clerk, "250000", **guarantees.BY_CASH)
    returned = guarantees.draft(
        clerk, "60000", letter_valid_until=until, **(guarantees.BY_LETTER | {"letter_number": "BH2026000102"})
    )
    with Desk(var) as desk:
        guarantees.take_over_samples(desk)
        for guarantee, answer in ((letter, "approve"), (cash, "approve"), (returned, "return")):
            internal_no = _declare(var, guarantee, GENERAL_GUARANTEE, clerk)
            _exchange()
            desk.collect()
            desk.hold(internal_no)
            for each in (*TO_APPROVAL[:3], answer):
                desk.answer(internal_no, each, "保函受益人不是主管海关" if each == "return" else "")
                _exchange()
        cash.refresh_from_db()
        desk.send_notice(cash.guarantee_number)
        _exchange()


def _declare(var: Path, document: Any, kind: Any, user: Any) -> str:
    """Sign with the user's card and declare; returns the internal number of the attempt."""
    from documents import signing

    request = signing.freeze(document, kind, user)
    signature, certificate = _sign(var, user.username, bytes(request.signed_info))
    signing.declare(document, kind, user, request, signature, certificate)
    return request.internal_no


def _make_orders(var: Path) -> None:
    from simulators.customs_desk import Desk

    with Desk(var) as desk:
        numbers = [_issue(desk, story) for story in STORIES]
        desk.issue_levy_order(
            unit_code="3122460003",
            unit_name=UNITS["3122460003"],
            amount="7300",
            business_number="C220026A0101",
            district="2200",
            business_link="2",
        )
        _exchange()
        for number, story in zip(numbers, STORIES, strict=True):
            _tell(desk, var, number, story)


def _issue(desk: Any, story: Story) -> str:
    levied = date.today() - timedelta(days=story.days_ago)
    number: str = desk.issue_levy_order(
        unit_code="1111510001",
        unit_name=UNITS["1111510001"],
        amount=story.amount,
        business_number=story.business,
        business_link=story.link,
        levy_date=levied,
        pay_deadline=levied + timedelta(days=15),
        agent_code="1101919107",
        business_end_date=date.today() + timedelta(days=200),
        at=_at(levied),
    )
    return number


def _at(day: date) -> datetime:
    from django.utils import timezone

    return timezone.make_aware(datetime.combine(day, time(9, 30)))


def _exchange() -> None:
    from customs.exchange import run_once

    while run_once():
        pass


def _tell(desk: Any, var: Path, number: str, story: Story) -> None:
    """Let the clerk fill the order in and declare it, and customs answer as far as the story goes."""
    if story.filled is None:
        return
    internal_no = _file(var, number, story)
    if not story.declared:
        return
    _exchange()
    desk.collect()
    desk.hold(internal_no)
    for answer in story.answers:
        desk.answer(internal_no, answer, {"return": CUSTOMS_RETURNS, "load_failed": CANNOT_LOAD}.get(answer, ""))
        _exchange()
    _settle(desk, number, story)


def _file(var: Path, number: str, story: Story) -> str:
    """Fill the order in, and declare it where the story says so; returns the internal number of the attempt."""
    from deposits.kind import LEVY_ORDER
    from deposits.models import LevyOrder
    from documents import signing
    from documents.access import actor_for
    from documents.perform import perform
    from parties.models import User

    user = User.objects.select_related("unit").get(username="clerk")
    order = LevyOrder.objects.get(levy_number=number)
    written = {**(story.filled or {}), **signing.entry_fields(user)}
    if story.filled and story.filled.get("guarantee_mode") == "2":
        written["letter_valid_until"] = date.today() + timedelta(days=400)
    perform(order, LEVY_ORDER.moves["save"], by=actor_for(user, order), written=written)
    if not story.declared:
        return ""
    return _declare(var, order, LEVY_ORDER, user)


def _sign(var: Path, account: str, signed_info: bytes) -> tuple[str, str]:
    """Sign as the account's card would: RSA with SHA-1, as the clients in the field do."""
    card = json.loads((var / "ekey" / "cards" / f"{account}.json").read_text("utf-8"))
    key = serialization.load_pem_private_key(card["private_key"].encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    signature = key.sign(signed_info, padding.PKCS1v15(), hashes.SHA1())
    return base64.b64encode(signature).decode(), card["certificate"]


def _settle(desk: Any, number: str, story: Story) -> None:
    payments: dict[str, Callable[[str], object]] = {
        "paid": lambda notice: desk.send_payment(notice),
        "short": lambda notice: desk.send_payment(notice, amount="1000"),
        "notice": lambda notice: None,
    }
    if story.money:
        notice = desk.send_notice(number)
        _exchange()
        payments[story.money](notice)
        _exchange()


if __name__ == "__main__":
    main()
