"""The folders of the Single Window client: `<root>/<unit code>/Grt/{OutBox,SentBox,FailBox,InBox}`."""

import os
from collections.abc import Iterator
from pathlib import Path

from .records import UNIT_CODE


class Exchange:
    def __init__(self, root: Path) -> None:
        self.root = root

    def box(self, unit_code: str, name: str) -> Path:
        return self.root / unit_code / "Grt" / name

    def waiting(self) -> Iterator[tuple[str, Path]]:
        """Yield (unit code, zip) of every OutBox, oldest first. Files that end in .tmp are not finished yet."""
        files = [file for file in self.root.glob("*/Grt/OutBox/*.zip") if file.is_file()]
        for file in sorted(files, key=lambda file: (file.stat().st_mtime_ns, file.name)):
            unit_code = file.parents[2].name
            if UNIT_CODE.fullmatch(unit_code):
                yield unit_code, file

    def move(self, file: Path, box: str) -> Path:
        """Move a file from its OutBox to a box beside it, over a file of that name."""
        target = file.parents[1] / box / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        file.replace(target)
        return target

    def write(self, unit_code: str, name: str, content: bytes) -> Path:
        """Put a file into the unit's InBox: as .tmp, fsynced, renamed. A reader never sees half of it."""
        target = self.box(unit_code, "InBox") / name
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f"{name}.tmp")
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
        return target
