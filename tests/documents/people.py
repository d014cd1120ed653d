"""People of every sort, and documents of every kind that all of them have something to do with but the stranger."""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from documents.kind import kind_of
from documents.models import Document, PaymentNotice
from parties.models import EKey, Unit, User
from tests.documents.orders import OTHER_UNIT, UNIT, fresh, order_in
from tests.general_guarantee.guarantees import approved, change_in, guarantee_in
from tests.world import PASSWORD, UNITS, World

NAMED, DELEGATED, ENDED = "1101919107", "1101919108", "1101919109"
SIGN_IN, NOT_FOUND, NO_METHOD, OK, MOVED, REFUSED, FORBIDDEN = "sign-in", 404, 405, 200, 302, 409, 403
INCOMPLETE = 422
PEOPLE = [
    "anonymous",
    "clerk",
    "enters only",
    "declares only",
    "reads only",
    "named agent",
    "delegated agent",
    "ended agent",
    "stranger",
    "administrator",
]

Outcome = dict[str, int | str]

# Numbers that no document has.
ABSENT = (
    "ZS0100202699999",
    "D80100202699999-1",
    "202600000099999999",
    "202600000099999999-1",
)


@dataclass
class Scene:
    """One document of each kind, by the place of its pages, and the same of the stranger's unit."""

    world: World
    documents: dict[str, Document]
    strangers: dict[str, Document]
    people: dict[str, User | None]

    def browser(self, person: str) -> Client:
        user = self.people[person]
        return self.world.browser(user) if user else Client()

    def own(self, person: str, place: str = "deposits/") -> Any:
        return (self.strangers if person == "stranger" else self.documents)[place]

    def foreign(self, person: str, place: str = "deposits/") -> Any:
        return (self.documents if person == "stranger" else self.strangers)[place]

    @property
    def order(self) -> Any:
        return self.documents["deposits/"]


def scene_in(world: World) -> Scene:
    world.units |= {code: Unit.objects.create(code=code, name=f"示范代理 {code}") for code in (DELEGATED, ENDED)}
    world.delegate(agent=DELEGATED)
    world.delegate(agent=ENDED, days=(-30, -1))
    clerk = {"unit": world.units[UNIT], "name": "示范"}
    people: dict[str, User | None] = {
        "anonymous": None,
        "clerk": world.clerk,
        "named agent": world.agent,
        "stranger": world.stranger,
        "enters only": User.objects.create_user("enters", may_enter=True, **clerk),
        "declares only": User.objects.create_user("declares", may_declare=True, **clerk),
        "reads only": User.objects.create_user("reads", **clerk),
        "delegated agent": _agent(DELEGATED),
        "ended agent": _agent(ENDED),
        "administrator": User.objects.create_superuser("boss", name="管理员"),
    }
    for user in people.values():
        if user and user.may_declare:
            _give_card(user)
    return Scene(world, _documents(UNIT, world.clerk, ENDED), _documents(OTHER_UNIT, world.stranger), people)


def _agent(code: str) -> User:
    unit = Unit.objects.get(code=code)
    return User.objects.create_user(f"agent{code}", PASSWORD, name=code, unit=unit, may_enter=True, may_declare=True)


def _documents(unit: str, clerk: User, declarant: str = "") -> dict[str, Document]:
    """Return complete, returned documents of `unit`, each that is paid with a notice; customs names agents on levy orders only."""
    facts = {"guaranteed_code": unit, "guaranteed_name": UNITS[unit], "declarant_code": declarant}
    order = noticed(order_in("returned", named_agent_code=NAMED if declarant else "", **facts))
    guarantee = noticed(guarantee_in("returned", **facts))
    change = change_in("returned", clerk, approved(**facts), declarant_code=declarant)
    return {"deposits/": order, "general-guarantee/": guarantee, "general-guarantee/changes/": change}


def noticed(document: Any) -> Any:
    PaymentNotice.objects.create(
        pre_entry_number=document.pre_entry_number,
        number=document.pre_entry_number[-12:],
        amount=Decimal(2000),
        payer_name="甲",
        payee_name="乙",
        issued_on=dt.date(2026, 1, 6),
        pay_deadline=None,
    )
    return document


def _give_card(user: User) -> None:
    """Bind a stand-in for a card, so that freezing depends on the role alone."""
    now = timezone.now()
    EKey.objects.filter(user=user).delete()
    EKey.objects.create(
        user=user,
        card_number=f"8{user.pk:07}",
        certificate_number=f"{user.pk:08x}",
        certificate=b"",
        fingerprint=str(user.pk),
        subject="示范",
        valid_from=now,
        valid_to=now + dt.timedelta(days=1),
    )


def place_of(route: str) -> str:
    """Return where the pages of a kind are: what stands before the number."""
    return route.split("<number")[0]


def ask(browser: Client, method: str, route: str, document: Document | None, number: str = "") -> HttpResponse:
    known = kind_of(document).number_of(document) if document else ABSENT[0]
    url = "/" + route.replace("<number:number>", number or known)
    data = {}
    if method == "POST" and document is not None and route.endswith("<number:number>/"):
        data = {"version": fresh(document).version, "move": "save", **as_typed(document)}
    answer: Any = (
        browser.generic(method, url) if method in ("PUT", "DELETE") else getattr(browser, method.lower())(url, data)
    )
    return answer


def as_typed(document: Document) -> dict[str, str]:
    """Return the open fields of `document` as its form sends them when nothing is touched."""
    values = {name: getattr(document, name) for name in kind_of(document).grid.open_names()}
    return {n: f"{v:%Y%m%d}" if isinstance(v, dt.date) else str(v or "") for n, v in values.items()}


def absent_like(number: str) -> str:
    """Return a number of the same shape as `number` that no document has."""
    return next(absent for absent in ABSENT if len(absent) == len(number))


def outcome(answer: HttpResponse) -> int | str:
    if answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in"):
        return SIGN_IN
    return answer.status_code


def told(answer: HttpResponse, number: str) -> tuple[Any, ...]:
    """Return everything an answer says, but for the number that was asked for and the token of the form."""
    body = answer.content.decode("utf-8", "replace").replace(number, "NUMBER")
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", body)
    headers = {name: value.replace(number, "NUMBER") for name, value in answer.headers.items()}
    return answer.status_code, body, headers
