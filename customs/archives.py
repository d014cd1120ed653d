"""The zip around a message: one entry, stored or deflated, no path, a limit on its expanded size."""

import io
import struct
import zipfile
import zlib

from django.utils.translation import gettext as _

from customs.safe_xml import MAX_BYTES, Unreadable

_ZIP = b"PK\x03\x04"
# One date for all, so that the same message always gives the same bytes.
_NO_DATE = (1980, 1, 1, 0, 0, 0)
# The other methods have decoders that fail in ways of their own, and LZMA's takes as much memory as the entry asks for.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What zipfile lets through from a broken archive; RuntimeError is an encrypted entry.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    OverflowError,
    OSError,
)


def pack(name: str, content: bytes) -> bytes:
    """Return a zip that holds `content` as its one entry `name`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(name, date_time=_NO_DATE)
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, content)
    return buffer.getvalue()


def unpack(raw: bytes, file_name: str) -> bytes:
    """Return the message in `raw`: itself, or the one entry of the zip `file_name`. Raises Unreadable."""
    if not raw.startswith(_ZIP) and not file_name.lower().endswith(".zip"):
        return raw
    if len(raw) > MAX_BYTES:
        raise Unreadable(_("The zip is larger than %(limit)s bytes.") % {"limit": MAX_BYTES})
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return _only_entry(archive, file_name)
    except _BROKEN as error:
        raise Unreadable(_("The zip cannot be read: %(error)s") % {"error": error}) from error


def _only_entry(archive: zipfile.ZipFile, file_name: str) -> bytes:
    entries = archive.infolist()
    if len(entries) != 1:
        raise Unreadable(_("The zip holds %(count)s entries instead of one.") % {"count": len(entries)})
    name = entries[0].orig_filename
    if "/" in name or "\\" in name or ":" in name:
        raise Unreadable(_("The entry of the zip has a path."))
    base, _dot, _suffix = file_name.rpartition(".")
    if name.lower() != f"{base}.xml".lower():
        raise Unreadable(_("The entry of the zip is not named as the zip is."))
    if entries[0].compress_type not in _METHODS:
        raise Unreadable(_("The zip is compressed in a way that is not accepted."))
    with archive.open(entries[0]) as entry:
        # One byte more than allowed tells a bomb without expanding it; the size the zip claims proves nothing.
        content = entry.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise Unreadable(_("The zip expands to more than %(limit)s bytes.") % {"limit": MAX_BYTES})
    return content
