"""A stage for tests with real processes: a database of its own (file or PostgreSQL), an exchange folder, and children on request."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

BASE = Path(__file__).resolve().parents[1]
KILLED = -9
_serials = count(1)


@dataclass
class Stage:
    """One database and one root folder on which the children of `server` work."""

    server: "subprocess.Popen[str]"
    database: dict[str, str]
    root: Path
    trusted: Path
    facts: dict[str, Any] = field(default_factory=dict)

    def run(self, do: str, **job: Any) -> list[dict[str, Any]]:
        """Let one child, or `workers` at once, do a job; returns exit status and result of each."""
        sent = {
            "database": self.database,
            "root": str(self.root),
            "trusted": str(self.trusted),
            "do": do,
            **self.facts,
            **job,
        }
        assert self.server.stdin
        assert self.server.stdout
        self.server.stdin.write(json.dumps(sent) + "\n")
        self.server.stdin.flush()
        answers: list[dict[str, Any]] = json.loads(self.server.stdout.readline())
        return answers

    def do(self, do: str, **job: Any) -> Any:
        """Let one child do a job to its end; returns what it says."""
        [answer] = self.run(do, **job)
        assert answer["exit"] == 0, f"{do} ended with {answer}"
        return answer["result"]["said"]

    def said(self, do: str, **job: Any) -> list[Any]:
        """What each child says that did not crash."""
        return [answer["result"] and answer["result"]["said"] for answer in self.run(do, **job)]


class Theatre:
    """Makes stages that all begin alike."""

    def __init__(self, server: "subprocess.Popen[str]", folder: Path) -> None:
        self.folder = folder
        database = new_database(folder / "template.sqlite3")
        self.template = Stage(server, database, folder / "template", folder / "trusted")
        self.template.facts = self.template.do("prepare")

    @contextmanager
    def stage(self) -> Iterator[Stage]:
        root = self.folder / f"stage{next(_serials)}"
        shutil.copytree(self.template.root, root)
        database = copied_database(self.template.database, root / "portal.sqlite3")
        try:
            yield Stage(self.template.server, database, root, self.template.trusted, self.template.facts)
        finally:
            drop_database(database)


@contextmanager
def theatre(folder: Path, jobs: str = "tests.process_jobs") -> Iterator[Theatre]:
    """Start the server of the children, which also do the jobs of the module `jobs`; all end with the context."""
    command = [sys.executable, "-c", f"import tests.process_jobs, {jobs}; tests.process_jobs.serve()"]
    with (
        (folder / "children.log").open("w") as log,
        subprocess.Popen(
            command, cwd=BASE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        ) as server,
    ):
        made = None
        try:
            made = Theatre(server, folder)
            yield made
        finally:
            assert server.stdin
            server.stdin.close()
            server.wait(timeout=60)
            if made:
                drop_database(made.template.database)


def new_database(file: Path) -> dict[str, str]:
    return _created(file, "")


def copied_database(source: dict[str, str], file: Path) -> dict[str, str]:
    if connection.vendor == "sqlite":
        shutil.copy(source["NAME"], file)
        return {"NAME": str(file)}
    return _created(file, f'TEMPLATE "{source["NAME"]}"')


def drop_database(database: dict[str, str]) -> None:
    if connection.vendor == "postgresql":
        _administer(f'DROP DATABASE IF EXISTS "{database["NAME"]}" WITH (FORCE)')


def _created(file: Path, how: str) -> dict[str, str]:
    if connection.vendor == "sqlite":
        return {"NAME": str(file)}
    name = f"processes_{os.getpid()}_{next(_serials)}"
    _administer(f'CREATE DATABASE "{name}" {how}')
    return {"NAME": name}


def _administer(statement: str) -> None:
    place = {
        key: connection.settings_dict[name] for key, name in (("host", "HOST"), ("port", "PORT"), ("user", "USER"))
    }
    with psycopg.connect(
        dbname="postgres", **{key: value for key, value in place.items() if value}, autocommit=True
    ) as server:
        server.execute(statement)
