"""The desk as a process."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.customs_desk.folders import ACCEPTED, CASH, ROOT, SEQ, box, declaration, put, told, zipped


@pytest.fixture
def program(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "PORTAL_VAR": str(tmp_path), "CUSTOMS_DESK_PORT": "0", "CUSTOMS_DESK": "manual"}
    process = subprocess.Popen(
        [sys.executable, "-m", "simulators.customs_desk"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until(condition: Callable[[], object]) -> None:
    """Wait for another process; the deadline only ends a run that has failed."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_program_says_where_it_listens_carries_files_and_stops_on_sigterm(
    program: subprocess.Popen[str], tmp_path: Path
) -> None:
    line = program.stdout.readline()
    address = re.fullmatch(r"desk (http://127\.0\.0\.1:\d+)/\n", line)[1]
    put(tmp_path, "GRT101_1_t-1.zip", zipped(declaration("ZS0100202600001", 1, CASH)))
    urlopen(f"{address}/", timeout=10).close()
    until(lambda: list(box(tmp_path, "SentBox").glob("*.zip")))
    step = Request(f"{address}/filings/{SEQ}-0-1/step", urlencode({"from": "overview"}).encode())
    with urlopen(step, timeout=10) as page:
        assert "已受理" in page.read().decode()
    assert told(tmp_path) == [ACCEPTED]
    with pytest.raises(HTTPError):
        urlopen(f"{address}/nowhere", timeout=10)
    program.send_signal(signal.SIGTERM)
    assert program.wait(timeout=10) == 0


def test_the_program_refuses_a_mode_it_does_not_know(tmp_path: Path) -> None:
    environment = {**os.environ, "PORTAL_VAR": str(tmp_path), "CUSTOMS_DESK": "sometimes"}
    command = [sys.executable, "-m", "simulators.customs_desk"]
    done = subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30)
    assert done.returncode != 0
    assert "auto or manual" in done.stderr
