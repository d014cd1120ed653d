"""Jobs for tests/processes.py about one general guarantee: many confirm, change and decide at once.

The server, its children and what they share are those of tests/process_jobs.py.
"""

from decimal import Decimal
from itertools import count
from typing import Any

import django

django.setup()

from django.http import QueryDict
from django.template.loader import get_template
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from customs import inbox
from customs.models import InboxMessage
from deposits.kind import LEVY_ORDER
from deposits.models import LevyOrder
from documents import signing
from documents.access import actor_for
from documents.models import Document
from documents.perform import Stale, create
from general_guarantee import changes, ledger
from general_guarantee.kind import GUARANTEE_CHANGE
from general_guarantee.ledger import balance_at
from general_guarantee.models import GeneralGuarantee, GuaranteeChange, LedgerRow, Reservation
from parties.models import User
from tests import process_jobs
from tests.documents.letters import UNIT, Letters, deliver, soon
from tests.general_guarantee.letters import GuaranteeLetters, sums
from tests.process_jobs import Job, new_world
from tests.world import UNDER_GENERAL, World

ORDERS, EACH, ROOM_FOR = 50, 100, 10


def prepare(job: Job) -> dict[str, Any]:
    """A general guarantee with room for ten of fifty levy orders, all signed and ready to be declared."""
    world = new_world(job)
    guarantee = world.set_up(str(EACH * ROOM_FOR))
    world.declare(guarantee)
    letters = GuaranteeLetters(guarantee.pre_entry_number)
    deliver(letters.decision("approve", sums(EACH * ROOM_FOR), at=soon()))
    orders = [_signed(world, letters, place) for place in range(ORDERS)]
    world.desk.close()
    session = world.browser(world.clerk).cookies[process_jobs.cookie()].value
    return {"guarantee": letters.number, "pre": letters.pre, "orders": orders, "session": session}


def _signed(world: World, letters: GuaranteeLetters, place: int) -> dict[str, Any]:
    written = Letters(f"ZS01002026{place:05}", amount=str(EACH), serials=letters.serials)
    deliver(written.order())
    order = LevyOrder.objects.get(levy_number=written.number)
    order = world.fill(order, values=UNDER_GENERAL | {"general_guarantee_number": letters.number})
    request = signing.freeze(order, LEVY_ORDER, world.clerk)
    signature, certificate = world.sign(world.clerk, request)
    posted = {"request_id": request.pk, "signature": signature, "certificate": certificate}
    return {"number": written.number, "pre": order.pre_entry_number, "posted": posted}


# ---- acts


def confirm(job: Job) -> list[Any]:
    """Declare the order of this child; returns the status of the answer, and whether it says what is left."""
    order = job["orders"][job["number"] + job.get("from", 0)]
    client = Client(raise_request_exception=False)
    client.cookies[process_jobs.cookie()] = job["session"]
    answer = client.post(f"/deposits/{order['number']}/declare/", order["posted"], secure=True)
    words = ledger.why_not_usable(job["guarantee"], Decimal(EACH), UNIT)
    return [int(answer.status_code), bool(words) and words in answer.content.decode()]


def begin_change(job: Job) -> str:
    """Begin a change that all have seen to be possible."""
    user = User.objects.get(username="clerk")
    change = changes.start(user, QueryDict(f"of={job['guarantee']}"))
    written = {"amount": Decimal(5000 + job["number"]), **signing.entry_fields(user)}
    save, actor = GUARANTEE_CHANGE.moves["save"], actor_for(user, change)
    together()
    try:
        create(change, GUARANTEE_CHANGE, save, by=actor, written=written, form_key=None)
    except Stale:
        return "stale"
    return "begun"


def arrive(job: Job) -> list[int]:
    """Customs decides on the orders that are declared, and tells its figures as often; nothing is handled yet."""
    letters = GuaranteeLetters(job["pre"], serials=count(10_000))
    declared = LevyOrder.objects.filter(data_status="processing").order_by("pre_entry_number")
    raws = []
    for place, order in enumerate(declared):
        about = Letters(order.levy_number, order.pre_entry_number, serials=letters.serials)
        raws.append(about.answer("approve", at=soon(2 * place)))
        used = EACH * (place + 1)
        raws.append(letters.figures(sums(EACH * ROOM_FOR - used, used), at=soon(2 * place + 1)))
    return [inbox.store(raw, UNIT, f"Receipt_{place}.xml").pk for place, raw in enumerate(raws)]


def handle_one(job: Job) -> str:
    """Handle one message, whatever stands before it in its folder."""
    message = InboxMessage.objects.get(pk=job["messages"][job["number"]])
    assert inbox._claim(message)
    together()
    inbox.handle(message)
    message.refresh_from_db()
    return message.state


def handle_rest(job: Job) -> list[str]:
    """What the worker does later with messages that met too often."""
    process_jobs.recover(job)
    return list(InboxMessage.objects.values_list("state", flat=True))


def state(job: Job) -> dict[str, Any]:
    guarantee = GeneralGuarantee.objects.get()
    kept = (guarantee.usable_amount, guarantee.used_amount, guarantee.refunded_amount, guarantee.locked_amount)
    return {
        "amounts": [int(each) for each in kept],
        "total": int(guarantee.amount or 0),
        "ledger": [int(getattr(balance_at(guarantee), name)) for name in ("usable", "used", "refunded", "locked")],
        "reserved": int(guarantee.reserved_amount),
        "reservations": [int(each) for each in Reservation.objects.values_list("amount", flat=True)],
        "draws": LedgerRow.objects.filter(movement="draw").count(),
        "declared": LevyOrder.objects.filter(data_status="processing").count(),
        "changes": GuaranteeChange.objects.count(),
        "open": guarantee.change_status,
    }


def together() -> None:
    """Where a test puts the gate."""


# ---- the protection, to be taken away by the control


def without_look_and_take_in_one() -> None:
    def careless(guarantee_number: str, amount: Decimal, *, cause: Document, document: str) -> None:
        reason = ledger.why_not_usable(guarantee_number, amount, cause.guaranteed_code)
        guarantee = GeneralGuarantee.objects.get(guarantee_number=guarantee_number)
        together()
        if reason:
            raise ledger.Refused(reason)
        guarantee.reserved_amount += amount
        guarantee.save(update_fields=["reserved_amount"])
        Reservation.objects.create(
            guarantee=guarantee, pre_entry_number=cause.pre_entry_number, document=document, amount=amount,
            made_at=timezone.now(),
        )  # fmt: skip

    ledger.reserve = careless


# Loaded once here, and not by each of fifty children.
list(get_resolver().url_patterns)
for name in ("documents/check.html", "documents/sheet.html"):
    get_template(name)

process_jobs.JOBS.update(
    {act.__name__: act for act in (prepare, confirm, begin_change, arrive, handle_one, handle_rest, state)}
)
process_jobs.WITHOUT["look_and_take_in_one"] = without_look_and_take_in_one
