"""Bring the table of customs districts up to date from a CSV file."""

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from documents.models import CustomsDistrict


class Command(BaseCommand):
    help = "Import customs districts from a CSV file in UTF-8 with the columns code and name; others are passed over."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        rows = self._rows(file)
        known = dict(CustomsDistrict.objects.values_list("code", "name"))
        with transaction.atomic():
            for code, name in rows.items():
                CustomsDistrict.objects.update_or_create(code=code, defaults={"name": name})
        new = [code for code in rows if code not in known]
        changed = [code for code, name in rows.items() if code in known and known[code] != name]
        self.stdout.write(f"{len(new)} new, {len(changed)} changed, {len(rows) - len(new) - len(changed)} as before")

    def _rows(self, file: Path) -> dict[str, str]:
        """Return name by code. Raises CommandError naming the line that is wrong; nothing is imported then."""
        rows: dict[str, str] = {}
        try:
            text = file.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file.name} cannot be read as UTF-8: {error}") from error
        for number, row in enumerate(csv.DictReader(text.splitlines()), start=2):
            code, name = (row.get("code") or "").strip(), (row.get("name") or "").strip()
            if len(code) != 4 or not code.isalnum() or not name or len(name) > 50:
                raise CommandError(
                    f"{file.name} line {number}: a district has a code of 4 characters and a name: {row}"
                )
            rows[code] = name
        return rows
