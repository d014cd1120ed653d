"""The demonstration as `make run` starts it, with data and ports of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STARTED_WITHIN_SECONDS = 120
STOPPED_WITHIN_SECONDS = 20
# What tests say to their own process; the database of a portal is told to it.
NOT_INHERITED = ("DJANGO_", "PYTEST", "DATABASE_URL")


def free_port() -> int:
    """Return a port on loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class RunningPortal:
    """`python -m deploy.run` in a process of its own; what it printed about accounts, PIN and addresses."""

    def __init__(self, var: Path, **settings: str) -> None:
        self.var = var
        self.port, self.card_port, self.desk_port = free_port(), free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.card_url = f"http://127.0.0.1:{self.card_port}/"
        self.settings = settings
        self.passwords: dict[str, str] = {}
        self.pin = self.desk_url = ""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when the `ready` line stands in the output, which is when the first page can be loaded."""
        self.var.mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as log:
            command = [sys.executable, "-m", "deploy.run"]
            self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment(), stdout=log, stderr=log)
        wait_until(self._is_ready, f"the portal is ready; its output: {self._log}", STARTED_WITHIN_SECONDS)
        self._read_lines()

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """End it as Ctrl-C or a service manager does; return the exit status. Nothing of it may live on."""
        assert self._process is not None
        assert self.processes()
        self._process.send_signal(number)
        status = self._process.wait(STOPPED_WITHIN_SECONDS)
        assert self.processes() == []
        return status

    def processes(self) -> list[int]:
        """Return the ids of all processes that work on this portal's data, known by their environment."""
        mark = f"PORTAL_VAR={self.var}\0".encode()
        return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit() and mark in _environ(path)]

    @property
    def output(self) -> str:
        return self._log.read_text("utf-8")

    @property
    def _log(self) -> Path:
        return self.var.with_suffix(".log")

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)}
        own = {
            "PORTAL_VAR": str(self.var),
            "PORT": str(self.port),
            "EKEY_PORT": str(self.card_port),
            "CUSTOMS_DESK_PORT": str(self.desk_port),
            "CAPTCHA_TEST_MODE": "1",
            "CUSTOMS_DESK": "off",
        }
        return {**inherited, **own, **self.settings}

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.output
        return f"ready {self.url}\n" in self.output

    def _read_lines(self) -> None:
        for line in self.output.splitlines():
            word, _, rest = line.partition(" ")
            if word == "account":
                user, password = rest.split(" ")
                self.passwords[user] = password
            elif word == "pin":
                self.pin = rest
            elif word == "desk":
                self.desk_url = rest


def wait_until(condition: Callable[[], object], what: str, seconds: float = 15) -> None:
    """Look again and again until `condition` holds. Raises TimeoutError when it does not in time."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(what)
        time.sleep(0.05)


def collect_static_files() -> None:
    """Collect what the portal serves, unless what is collected is as new as its sources (as the Makefile does)."""
    collected = ROOT / "build" / "static" / "staticfiles.json"
    sources = [path for path in (ROOT / "static").rglob("*") if path.is_file()]
    if collected.exists() and collected.stat().st_mtime >= max(path.stat().st_mtime for path in sources):
        return
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--clear", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, check=True)


def _environ(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""
