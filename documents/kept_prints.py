"""Prints that were made, kept on disk under a hash of what they show: the same print again is read, not made."""

import logging
import os
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)

# A print has about 30 KB: 4000 are 120 MB.
LIMIT = 4000
COMPLETE = b"%%EOF"


def kept(content: str, make: Callable[[], bytes]) -> bytes:
    """Return the print kept for `content`, or else make it and keep it; a full disk prevents the keeping only."""
    path = Path(settings.PRINT_CACHE) / f"{sha256(content.encode()).hexdigest()}.pdf"
    pdf = _read(path)
    if pdf is None:
        pdf = make()
        try:
            _write(path, pdf)
        except OSError:
            logger.exception("a print could not be kept in %s", path.parent)
    return pdf


def _read(path: Path) -> bytes | None:
    """Return what is kept, unless it is absent or broken (a power cut leaves a file without its end)."""
    try:
        pdf = path.read_bytes()
        os.utime(path)
    except OSError:
        return None
    return pdf if pdf.rstrip().endswith(COMPLETE) else None


def _write(path: Path, pdf: bytes) -> None:
    """Write a private file in one step: a reader sees all of it or nothing."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pdf)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    _forget_oldest(path.parent)


def _forget_oldest(directory: Path) -> None:
    """Keep the directory within LIMIT; room is made for a tenth at once, so that it is seldom needed."""
    with os.scandir(directory) as entries:
        files = list(entries)
    if len(files) <= LIMIT:
        return
    ages = sorted((file.stat().st_mtime, file.path) for file in files if file.is_file())
    for _age, path in ages[: len(files) - LIMIT * 9 // 10]:
        Path(path).unlink(missing_ok=True)
