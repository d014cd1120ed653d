"""Build the fonts of the prints: `python -m deploy.fonts` fills `build/fonts/`, once.

Source: the .ttc files of Debian's `fonts-noto-cjk` (cubic outlines, 65 535 glyphs each). Made from them: TrueType
fonts of what a print may hold, under names of their own, as the licence (OFL) asks of changed fonts. The most common
characters stand first: what goes into a PDF reaches up to the highest glyph that is used.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.misc.transform import Offset
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

PACKAGE = "fonts-noto-cjk"
INSTALLED = Path("/usr/share/fonts/opentype/noto")
TARGET = Path(__file__).resolve().parent.parent / "build" / "fonts"
STAMP = "stamp"
# The number of the simplified Chinese face in a Noto CJK collection.
SIMPLIFIED_CHINESE = 2
# In thousandths of the font's size: finer than any printer.
CURVE_ERROR = 1.0
ALMOST_EQUAL = "≒"

# A print sees these fonts and no others: what the machine has besides must not decide how a document looks.
FONTCONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">.</dir>
</fontconfig>
"""


# Glyphs of the source by name, each moved by its own x and y.
Drawing = list[tuple[str, float, float]]


class FontError(Exception):
    """The fonts cannot be built; the text says what to do."""


@dataclass(frozen=True)
class Face:
    """One font to build: from which file of the package, under which name, for which characters."""

    source: str
    family: str
    style: str
    file: str
    characters: set[str]


def encodable(codec: str) -> set[str]:
    """Return every character that `codec`, a code of the GB family, can write, ASCII included."""
    pairs = (bytes([lead, trail]) for lead in range(0x81, 0xFF) for trail in range(0x40, 0xFF))
    decoded = {pair.decode(codec, "ignore") for pair in pairs}
    return {chr(code) for code in range(0x20, 0x7F)} | {text for text in decoded if len(text) == 1 and text > "\x7f"}


def in_common_order(characters: Iterable[str]) -> str:
    """Sort characters, those of GB 2312 in its order: its first level is the 3755 most common ones."""
    return "".join(sorted(characters, key=lambda c: c.encode("gb2312", "ignore") or b"\xff" + c.encode()))


def faces() -> list[Face]:
    """Return the fonts of the prints: regular and bold for GBK and the letters of European names, Song for titles.

    A font is copied whole for each print that uses it. So GB 2312, which nearly every print stays within, is apart
    from the rest of GBK, and the titles have the first level of GB 2312 only.
    """
    common = encodable("gb2312") | {chr(code) for code in range(0xA1, 0x100) if code != 0xAD}
    rare = encodable("gbk") - common
    title = {c for c in encodable("gb2312") if c.encode("gb2312") < b"\xd8"}
    weights = {"Regular": "NotoSansCJK-Regular.ttc", "Bold": "NotoSansCJK-Bold.ttc"}
    return [
        *(Face(file, "Print Sans", style, f"sans-{style.lower()}.ttf", common) for style, file in weights.items()),
        *(Face(file, "Print Rare", style, f"rare-{style.lower()}.ttf", rare) for style, file in weights.items()),
        Face("NotoSerifCJK-Bold.ttc", "Print Song", "Bold", "song-bold.ttf", title),
    ]


def drawn(glyphs: Any, parts: Drawing) -> Any:
    """Return the TrueType outline of a drawing."""
    pen = TTGlyphPen(None)
    quadratic = Cu2QuPen(pen, CURVE_ERROR, reverse_direction=True)
    for name, x, y in parts:
        glyphs[name].draw(TransformPen(quadratic, Offset(x, y)))
    return pen.glyph()


def almost_equal(glyphs: Any, cmap: dict[int, str]) -> Drawing:
    """Compose ≒, the one character of GBK that Noto lacks, of ＝ and two dots, upper left and lower right."""
    bars, dot = cmap[ord("＝")], cmap[ord("·")]
    left, bottom, right, top = bounds(glyphs, bars)
    dot_left, dot_bottom, dot_right, dot_top = bounds(glyphs, dot)
    above, below = top + (top - bottom) * 0.35 - dot_bottom, bottom - (top - bottom) * 0.35 - dot_top
    return [(bars, 0, 0), (dot, left - dot_left, above), (dot, right - dot_right, below)]


def bounds(glyphs: Any, name: str) -> tuple[float, float, float, float]:
    """Return left, bottom, right and top of a glyph's outline."""
    pen = BoundsPen(glyphs)
    glyphs[name].draw(pen)
    return pen.bounds  # type: ignore[no-any-return]


def build_face(face: Face, source: Path, target: Path) -> None:
    """Write one TrueType font. Raises FontError when the source lacks one of its characters."""
    with TTFont(source / face.source, fontNumber=SIMPLIFIED_CHINESE, lazy=True) as font:
        glyphs = font.getGlyphSet()
        drawings = {".notdef": [(".notdef", 0.0, 0.0)]} | found(face, glyphs, font.getBestCmap())
        outlines = {name: drawn(glyphs, drawing) for name, drawing in drawings.items()}
        widths = {name: font["hmtx"][drawing[0][0]][0] for name, drawing in drawings.items()}
        assemble(face, font, outlines, widths).save(target / face.file)


def found(face: Face, glyphs: Any, cmap: dict[int, str]) -> dict[str, Drawing]:
    """Return the drawings of a face's characters under the names of its glyphs, in their order."""
    drawings: dict[str, Drawing] = {c: [(cmap[ord(c)], 0, 0)] for c in face.characters if ord(c) in cmap}
    if ALMOST_EQUAL in face.characters - drawings.keys():
        drawings[ALMOST_EQUAL] = almost_equal(glyphs, cmap)
    if missing := sorted(face.characters - drawings.keys()):
        raise FontError(f"{face.source} lacks {len(missing)} characters: {''.join(missing[:40])}")
    return {glyph_name(c): drawings[c] for c in in_common_order(face.characters)}


def glyph_name(character: str) -> str:
    """Name a glyph after its character."""
    return f"u{ord(character):04X}"


def assemble(face: Face, source: TTFont, outlines: dict[str, Any], widths: dict[str, int]) -> Any:
    """Put outlines, widths and names together; the height of a line is that of the source."""
    builder = FontBuilder(source["head"].unitsPerEm, isTTF=True)
    builder.setupGlyphOrder(list(outlines))
    builder.setupCharacterMap({ord(c): glyph_name(c) for c in face.characters})
    builder.setupGlyf(outlines, calcGlyphBounds=True)
    builder.setupHorizontalMetrics({name: (widths[name], getattr(outlines[name], "xMin", 0)) for name in outlines})
    ascent, descent = source["hhea"].ascent, source["hhea"].descent
    builder.setupHorizontalHeader(ascent=ascent, descent=descent)
    full_name = f"{face.family} {face.style}"
    builder.setupNameTable(
        {
            "familyName": face.family,
            "styleName": face.style,
            "fullName": full_name,
            "psName": full_name.replace(" ", ""),
        }
    )
    bold = face.style == "Bold"
    builder.setupOS2(
        sTypoAscender=ascent,
        sTypoDescender=descent,
        usWinAscent=ascent,
        usWinDescent=-descent,
        usWeightClass=700 if bold else 400,
        fsSelection=0x20 if bold else 0x40,
    )
    builder.setupPost(keepGlyphNames=False)
    builder.font["head"].macStyle = int(bold)
    return builder.font


def verify(face: Face, target: Path) -> None:
    """Read the built font back. Raises FontError unless its character map holds every character it was built for."""
    with TTFont(target / face.file) as font:
        if missing := set(map(ord, face.characters)) - font.getBestCmap().keys():
            raise FontError(f"{face.file} lacks {len(missing)} characters after it was built")


def make(face: Face, source: Path, target: Path) -> None:
    """Build one font and read it back."""
    build_face(face, source, target)
    verify(face, target)


@contextmanager
def source_directory() -> Iterator[Path]:
    """Yield where the package's files are: installed, or else fetched for the moment, which needs no rights."""
    needed = {face.source for face in faces()}
    if all((INSTALLED / name).exists() for name in needed):
        yield INSTALLED
        return
    with tempfile.TemporaryDirectory() as directory:
        try:
            subprocess.run(["apt-get", "download", PACKAGE], cwd=directory, check=True, capture_output=True)
            package = next(Path(directory).glob("*.deb"))
            subprocess.run(["dpkg-deb", "-x", package, directory], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise FontError(f"The prints need a font. Run: apt-get update && apt-get install -y {PACKAGE}") from error
        yield Path(directory + str(INSTALLED))


def fingerprint() -> str:
    """Return what the built fonts depend on, in one hash: this recipe and the characters asked for."""
    asked_for = repr([(face.file, in_common_order(face.characters)) for face in faces()])
    return hashlib.sha256(Path(__file__).read_bytes() + asked_for.encode()).hexdigest()


def is_built(target: Path = TARGET) -> bool:
    """Tell whether the fonts in `target` are those of this recipe."""
    stamp = target / STAMP
    return stamp.exists() and stamp.read_text() == fingerprint() and all((target / f.file).exists() for f in faces())


def build(target: Path = TARGET) -> None:
    """Build the fonts unless they are built. The stamp is written last: a build that broke off is done again."""
    if is_built(target):
        (target / STAMP).touch()
        return
    target.mkdir(parents=True, exist_ok=True)
    for left_over in target.glob("*.ttf"):
        left_over.unlink()
    wanted = faces()
    with source_directory() as source, ProcessPoolExecutor(min(os.cpu_count() or 1, len(wanted))) as pool:
        for done in [pool.submit(make, face, source, target) for face in wanted]:
            done.result()
    # What a print may hold: every other character is replaced visibly, since a missing glyph would vanish.
    held = in_common_order(set().union(*(face.characters for face in wanted)))
    (target / "characters.txt").write_text(held, encoding="utf-8")
    (target / "fonts.conf").write_text(FONTCONFIG)
    (target / STAMP).write_text(fingerprint())


def main() -> None:
    """Build the fonts, or say in one line what is missing."""
    try:
        build()
    except FontError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
