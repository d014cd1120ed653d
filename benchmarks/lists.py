"""The list of a unit at a million documents: `make bench-long`, on a PostgreSQL of its own.

Each filter of the form is asked for its first page and for a page deep behind a cursor, with ten thousand and with a million
documents of the unit; the figures are the medians of PostgreSQL's own execution times and the blocks that it touched.
"""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.report import Row, show
from tests.with_postgres import postgres

FEW, MANY, ROUNDS = 10_000, 1_000_000, 7
UNIT = "1111510001"
STATUSES = ("to_confirm", "draft", "processing", "accepted", "failed", "sent", "received", "approved", "returned")
FILTERS: dict[str, dict[str, str]] = {
    "unit alone": {},
    "data status": {"status": "returned"},
    "guarantee mode": {"mode": "2"},
    "business number": {"business_number": "C010026A0042"},
    "business number of none": {"business_number": "C010026A9999"},
    "credit code of none": {"credit_code": "91110000MA00TEX1YJ"},
    "declared on": {"declared_from": "20260301", "declared_to": "20260331"},
    "number": {"number": "ZS01002600000042"},
}
FILL = """
INSERT INTO deposits_levyorder ({columns})
SELECT {values} FROM generate_series(%s, %s) AS n
"""


@dataclass(frozen=True)
class Cost:
    milliseconds: float
    blocks: int


def set_up(url: str) -> None:
    os.environ.update(
        DATABASE_URL=url,
        DEPLOYMENT="demonstration",
        PORTAL_VAR=tempfile.mkdtemp(prefix="portal-bench-"),
        LOG_LEVEL="ERROR",
        DJANGO_SETTINGS_MODULE="guarantee_portal.settings",
    )
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def fill(first: int, last: int) -> None:
    """Add levy orders of the unit, made by the database itself, and bring its statistics up to date."""
    from django.db import connection

    from deposits.models import LevyOrder

    statuses = "(ARRAY[" + ",".join(f"'{status}'" for status in STATUSES) + "])[1 + n %% 9]"
    special = {
        "pre_entry_number": "'2026' || lpad(n::text, 14, '0')", "levy_number": "'ZS010026' || lpad(n::text, 8, '0')",
        "business_number": "'C010026A' || lpad((n %% 500)::text, 4, '0')", "guaranteed_code": f"'{UNIT}'",
        "data_status": statuses, "guarantee_type": "'2'", "guarantee_mode": "(1 + n %% 2)::text", "amount": "1640902000",
        "declared_on": "DATE '2026-01-01' + (n %% 330)::int", "levied_on": "DATE '2026-01-01'", "version": "1", "serial_number": "1",
        "contact_name": "'x'", "contact_phone": "'010-60000000'", "payment_mode": "'1'", "payer_name": "'x'", "payer_bank": "'x'",
        "payer_account": "'123456'", "letter_number": "'BH1'", "letter_valid_until": "DATE '2099-01-01'", "business_link": "'2'",
        "initiation": "'1'", "guarantee_nature": "'2'", "district": "'0100'", "round": "0", "attempt": "0",
        "created_at": "now()", "changed_at": "now()", "guaranteed_name": "'x'",
    }  # fmt: skip
    fields = [field for field in LevyOrder._meta.concrete_fields if not field.primary_key]
    values = {field.column: special.get(field.column, "NULL" if field.null else "''") for field in fields}
    with connection.cursor() as cursor:
        cursor.execute(FILL.format(columns=", ".join(values), values=", ".join(values.values())), [first, last])
        cursor.execute("VACUUM ANALYZE deposits_levyorder")


def queries(size: int) -> Iterator[tuple[str, Any]]:
    """Yield each filter's first page and its page behind a cursor in the middle of the unit's documents."""
    from django.http import QueryDict

    from deposits.kind import LEVY_ORDER
    from documents.listing import annotated
    from documents.paging import PAGE_SIZE
    from documents.search import SearchForm

    for name, asked in FILTERS.items():
        query = QueryDict(mutable=True)
        query.update({"unit": UNIT, **asked})
        search = SearchForm(LEVY_ORDER, [(UNIT, UNIT)], query)
        if not search.is_valid():
            raise RuntimeError(f"{name}: {search.errors}")
        found = search.apply(LEVY_ORDER.documents().filter(guaranteed_code=UNIT))
        yield f"{name}, first page", annotated(found)[: PAGE_SIZE + 1]
        behind = found.filter(pre_entry_number__lt=f"2026{size // 2:014}")
        yield f"{name}, behind a cursor", annotated(behind)[: PAGE_SIZE + 1]


def cost(queryset: Any) -> Cost:
    times, blocks = [], 0
    for _ in range(ROUNDS):
        plan = json.loads(queryset.explain(format="json", analyze=True, buffers=True))[0]
        times.append(plan["Execution Time"])
        blocks = plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
    return Cost(statistics.median(times), blocks)


def footer() -> Row:
    """Compare what the footer's count takes with what the first page takes, both as the list asks for them."""
    from deposits.models import LevyOrder
    from documents.listing import annotated
    from documents.paging import COUNTED, PAGE_SIZE

    found = LevyOrder.objects.filter(guaranteed_code=UNIT)

    def milliseconds(work: Callable[[], object]) -> float:
        began = time.perf_counter()
        work()
        return (time.perf_counter() - began) * 1000

    counts = [milliseconds(lambda: found.order_by()[: COUNTED + 1].count()) for _ in range(ROUNDS)]
    pages = [milliseconds(lambda: list(annotated(found)[: PAGE_SIZE + 1])) for _ in range(ROUNDS)]
    return Row("footer's count against the first page", statistics.median(counts), statistics.median(pages), target=1)


def measured(size: int) -> dict[str, Cost]:
    return {name: cost(queryset) for name, queryset in queries(size)}


def rows() -> Iterator[Row]:
    with postgres() as url:
        set_up(url)
        fill(1, FEW)
        few = measured(FEW)
        fill(FEW + 1, MANY)
        for name, many in measured(MANY).items():
            yield Row(f"{name}: time at 1 M against 10 k", many.milliseconds, few[name].milliseconds, target=1.5)
            yield Row(f"{name}: blocks", many.blocks, few[name].blocks, target=1.2, unit="blocks")
        yield footer()


if __name__ == "__main__":
    show(rows())
