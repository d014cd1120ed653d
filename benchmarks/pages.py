"""Form page and list page: `python -m benchmarks.pages`.

The form is compared with the same fields drawn by stock crispy-bootstrap5, the list with a view that answers `ok` behind the same
middleware. Both sides take turns in one process; each figure is the median CPU time of several rounds.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from benchmarks.report import Row, show

ROUNDS, TIMES = 9, 20


def set_up() -> None:
    """Make a portal of its own in a temporary folder, with one unit that has a thousand levy orders."""
    os.environ.update(
        DEPLOYMENT="demonstration", PORTAL_VAR=tempfile.mkdtemp(prefix="portal-bench-"), LOG_LEVEL="ERROR",
        DJANGO_SETTINGS_MODULE="benchmarks.settings",
    )  # fmt: skip
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    fill()


def fill() -> None:
    from deposits.models import LevyOrder
    from documents.codes import GuaranteeMode, GuaranteeType
    from documents.models import PreEntryCounter
    from parties.models import Unit, User

    unit = Unit.objects.create(code="1111510001", name="北京天竺示范加工有限公司")
    User.objects.create_user("clerk", password="x", unit=unit, may_enter=True, may_declare=True, name="示范")
    LevyOrder.objects.bulk_create(
        LevyOrder(
            pre_entry_number=f"2026{n:014}", levy_number=f"ZS01002026{n:05}", business_number="C010026A0471",
            guaranteed_code=unit.code, guaranteed_name=unit.name, district="0100", business_link="2", initiation="1",
            guarantee_nature="2", amount=Decimal("16409.02"), levied_on=date(2026, 6, 1), pay_deadline=date(2026, 6, 16),
            data_status="draft", guarantee_type=GuaranteeType.SINGLE, guarantee_mode=GuaranteeMode.CASH,
            contact_name="王小明", contact_phone="010-60000000", payer_name=unit.name, payer_bank="中国银行北京示范支行",
            payer_account="3490000000000001",
        )
        for n in range(1, 1001)
    )  # fmt: skip
    PreEntryCounter.objects.create(year=2026, last=1000)


def cpu(work: Callable[[], object]) -> float:
    """Return the milliseconds of CPU that `work` takes once, over several times."""
    before = time.process_time()
    for _ in range(TIMES):
        work()
    return (time.process_time() - before) / TIMES * 1000


def compared(ours: Callable[[], object], baseline: Callable[[], object]) -> tuple[float, float]:
    """Return the medians of both, which take turns."""
    ours(), baseline()
    pairs = [(cpu(ours), cpu(baseline)) for _ in range(ROUNDS)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def form_page() -> Row:
    from deposits.kind import LEVY_ORDER
    from deposits.models import LevyOrder
    from documents.forms import DocumentForm

    order = LevyOrder.objects.get(levy_number="ZS0100202600500")
    places = list(LEVY_ORDER.grid.places())

    def ours() -> str:
        return drawn(DocumentForm(LEVY_ORDER, order), "portal")

    stock_class = stock_form([place.name for place in places])

    def stock() -> str:
        return drawn(stock_class(instance=order), "bootstrap5")

    return Row(f"form page, {len(places)} fields", *compared(ours, stock), target=0.4)


def drawn(form: Any, pack: str) -> str:
    from crispy_forms.utils import render_crispy_form

    return str(render_crispy_form(form, getattr(form, "helper", None) or stock_helper(pack)))


def stock_helper(pack: str) -> Any:
    from crispy_forms.helper import FormHelper

    helper = FormHelper()
    helper.template_pack, helper.form_tag = pack, False
    return helper


def stock_form(names: list[str]) -> Any:
    """Return the model form of all fields of the grid; what is grey is disabled."""
    from django import forms

    from deposits.models import LevyOrder

    return forms.modelform_factory(LevyOrder, fields=names)


def list_page() -> Row:
    from django.test import Client

    from parties.models import User

    client = Client()
    client.force_login(User.objects.get(username="clerk"), backend="django.contrib.auth.backends.ModelBackend")

    def page(url: str) -> Callable[[], None]:
        def get() -> None:
            answer = client.get(url)
            if answer.status_code != 200:
                raise RuntimeError(f"{url} answered {answer.status_code}")

        return get

    return Row("list page, 15 rows", *compared(page("/deposits/?unit=1111510001"), page("/benchmark/ok/")), target=4)


def rows() -> list[Row]:
    set_up()
    return [form_page(), list_page()]


if __name__ == "__main__":
    show(rows())
