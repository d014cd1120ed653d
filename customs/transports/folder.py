"""The folders that the Single Window client watches: `<root>/<unit code>/Grt/{OutBox,SentBox,FailBox,InBox}`."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from customs.safe_xml import MAX_BYTES

BUSINESS = "Grt"
BOXES = ("OutBox", "SentBox", "FailBox", "InBox")
_UNIT_CODE = re.compile(r"[0-9A-Z]{10}")
_SUFFIXES = (".xml", ".zip")


class Box(Enum):
    """Where the file of a try stands."""

    OUT = "OutBox"
    SENT = "SentBox"
    FAIL = "FailBox"


@dataclass(frozen=True)
class UnitFolder:
    """The boxes of one unit."""

    root: Path
    unit: str

    @property
    def path(self) -> Path:
        return self.root / self.unit / BUSINESS

    def box(self, name: str) -> Path:
        return self.path / name


@dataclass(frozen=True)
class Arrival:
    """A file in an InBox. `raw` is cut one byte beyond the limit of a message."""

    folder: UnitFolder
    name: str
    raw: bytes


def unit_folders(root: Path) -> Iterator[UnitFolder]:
    """The folders of all units that exist under `root`."""
    if not root.is_dir():
        return
    for path in sorted(root.iterdir()):
        folder = UnitFolder(root, path.name)
        if _UNIT_CODE.fullmatch(path.name) and folder.path.is_dir():
            yield folder


def ensure(root: Path, units: Iterable[str]) -> None:
    """Make the boxes of `units` where they are missing."""
    for unit in units:
        if not _UNIT_CODE.fullmatch(unit):
            raise ValueError(f"not a unit code: {unit!r}")
        for box in BOXES:
            UnitFolder(root, unit).box(box).mkdir(parents=True, exist_ok=True)


def write_temporary(folder: UnitFolder, name: str, data: bytes) -> Path:
    """Write and fsync `<name>.tmp` in OutBox, which the client skips."""
    path = folder.box(Box.OUT.value) / f"{name}.tmp"
    try:
        with path.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return path


def rename_into_place(temporary: Path) -> None:
    """`x.tmp` becomes `x`, all at once and durably."""
    temporary.replace(temporary.with_suffix(""))
    _fsync_folder(temporary.parent)


def look_for(folder: UnitFolder, name: str) -> Box | None:
    """The box in which the file stands. OutBox first: the client moves files away from there, never back."""
    return next((box for box in Box if (folder.box(box.value) / name).is_file()), None)


def holds(folder: UnitFolder, name: str, data: bytes) -> bool:
    """Whether exactly this file stands in one of the boxes, as after the restore of an older database."""
    box = look_for(folder, name)
    return box is not None and (folder.box(box.value) / name).read_bytes() == data


def arrived_names(folder: UnitFolder) -> list[str]:
    """Names of the files in InBox, oldest first; `.tmp`, folders and links are left alone."""
    with os.scandir(folder.box("InBox")) as entries:
        found = [
            (entry.stat(follow_symlinks=False).st_mtime_ns, entry.name)
            for entry in entries
            if entry.name.lower().endswith(_SUFFIXES) and entry.is_file(follow_symlinks=False)
        ]
    return [name for _time, name in sorted(found)]


def read_arrival(folder: UnitFolder, name: str) -> Arrival | None:
    """Read one file of InBox; None when another worker took it, or while somebody is still writing it."""
    try:
        descriptor = os.open(folder.box("InBox") / name, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    with open(descriptor, "rb") as file:
        before = os.fstat(descriptor)
        raw = file.read(MAX_BYTES + 1)
        after = os.fstat(descriptor)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        return None
    return Arrival(folder, name, raw)


def set_aside(arrival: Arrival, subfolder: str, mark: str) -> None:
    """Move a stored file to `InBox/<subfolder>/`; where its name is taken there, `mark` is added."""
    inbox = arrival.folder.box("InBox")
    target = inbox / subfolder / arrival.name
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target = target.with_stem(f"{target.stem}_{mark}")
    try:
        (inbox / arrival.name).replace(target)
    except FileNotFoundError:
        return  # another worker stored and moved it
    _fsync_folder(target.parent)
    _fsync_folder(inbox)


def _fsync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
