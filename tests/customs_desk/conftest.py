"""A desk over folders of its own, and a clock that stands still."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.customs_desk import Desk
from tests.customs_desk.folders import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    with Desk(tmp_path, clock) as desk:
        yield desk
