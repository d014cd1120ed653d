"""The bar code of a document's number (Code 128), as one outline."""

from itertools import groupby

from barcode.codex import Code128


def code128_path(number: str) -> tuple[str, int]:
    """Return the path of an SVG, one unit high, that draws the bars of `number`, and its width in modules.

    The quiet zones at both sides are left to the page. Raises ValueError for characters other than printable ASCII.
    """
    if not (number.isascii() and number.isprintable()):
        raise ValueError("a bar code holds printable ASCII only")
    modules = Code128(number).build()[0]
    path, left = [], 0
    for dark, run in groupby(modules, key="1".__eq__):
        width = len(list(run))
        if dark:
            path.append(f"M{left} 0h{width}v1h-{width}z")
        left += width
    return "".join(path), left
