import subprocess

import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont

from deploy import fonts
from deploy.fonts import TARGET, Face, FontError


@pytest.fixture(scope="module", autouse=True)
def _built():
    fonts.build()


def gbk() -> set[int]:
    """Every character of GBK, found independently of the code under test."""
    found = set()
    for code in range(0x20, 0x10000):
        try:
            chr(code).encode("gbk")
        except UnicodeEncodeError:
            continue
        found.add(code)
    return found - set(range(0x7F, 0xA0))


def held(*files: str) -> set[int]:
    characters: set[int] = set()
    for file in files:
        with TTFont(TARGET / file) as font:
            characters |= font.getBestCmap().keys()
    return characters


@pytest.mark.parametrize("style", ["regular", "bold"])
def test_every_character_of_gbk_can_be_printed(style):
    assert not gbk() - held(f"sans-{style}.ttf", f"rare-{style}.ttf")


def test_the_list_of_characters_is_what_the_fonts_hold():
    listed = set(map(ord, (TARGET / "characters.txt").read_text("utf-8")))
    for style in ("regular", "bold"):
        assert listed == held(f"sans-{style}.ttf", f"rare-{style}.ttf")


def test_titles_have_the_common_characters_in_song():
    titles = "海关保证金缴款通知书征收单总担保登记表变更退还结转申请 Payment Notice of Customs Guarantee"
    assert set(map(ord, titles)) <= held("song-bold.ttf")


def test_the_fonts_are_truetype_under_names_of_their_own():
    for face in fonts.faces():
        with TTFont(TARGET / face.file) as font:
            assert "glyf" in font
            assert font["name"].getBestFamilyName() == face.family
            assert not any("Noto" in str(name) for name in font["name"].names)


def test_fonts_that_are_built_are_not_built_again(monkeypatch):
    monkeypatch.setattr(fonts, "make", None)
    fonts.build()


def test_a_build_that_broke_off_is_not_taken_for_built(tmp_path):
    for face in fonts.faces():
        (tmp_path / face.file).touch()
    assert not fonts.is_built(tmp_path)


def test_a_source_without_a_wanted_character_stops_the_build(tmp_path):
    face = Face("song-bold.ttf", "Test", "Bold", "test.ttf", {"海", "🚢"})
    with pytest.raises(FontError, match="lacks 1 characters: 🚢"):
        fonts.make(face, TARGET, tmp_path)


def test_a_font_that_lost_a_character_is_found_when_it_is_read_back(tmp_path):
    fonts.build_face(Face("song-bold.ttf", "Test", "Bold", "test.ttf", {"海"}), TARGET, tmp_path)
    with pytest.raises(FontError, match="lacks 1 characters after"):
        fonts.verify(Face("song-bold.ttf", "Test", "Bold", "test.ttf", {"海", "关"}), tmp_path)


def test_the_character_that_the_source_lacks_is_composed_of_bars_and_dots():
    with TTFont(TARGET / "rare-regular.ttf") as rare, TTFont(TARGET / "sans-regular.ttf") as sans:
        composed, bars = extent(rare, "≒"), extent(sans, "＝")
    assert composed[1] < bars[1]
    assert composed[3] > bars[3]
    assert (composed[0], composed[2]) == pytest.approx((bars[0], bars[2]), abs=2)


def extent(font: TTFont, character: str) -> tuple[float, ...]:
    glyphs = font.getGlyphSet()
    pen = BoundsPen(glyphs)
    glyphs[font.getBestCmap()[ord(character)]].draw(pen)
    return pen.bounds


def test_a_machine_without_the_package_is_told_what_to_run(monkeypatch, tmp_path):
    def no_network(*_args, **_kwargs):
        raise subprocess.CalledProcessError(100, "apt-get")

    monkeypatch.setattr(fonts, "INSTALLED", tmp_path)
    monkeypatch.setattr(subprocess, "run", no_network)
    with pytest.raises(FontError, match="apt-get install -y fonts-noto-cjk"):
        fonts.build(tmp_path / "fonts")


def test_a_build_writes_fonts_characters_and_configuration_once(monkeypatch, tmp_path):
    small = [Face("song-bold.ttf", "Small", "Bold", "small.ttf", set("海关 A"))]
    monkeypatch.setattr(fonts, "INSTALLED", TARGET)
    monkeypatch.setattr(fonts, "faces", lambda: small)
    fonts.build(tmp_path)
    assert fonts.is_built(tmp_path)
    assert (tmp_path / "characters.txt").read_text("utf-8") == " A关海"
    assert "<dir prefix=" in (tmp_path / "fonts.conf").read_text()
    small[0].characters.add("保")
    assert not fonts.is_built(tmp_path)


def test_the_command_says_in_one_line_what_is_missing(monkeypatch):
    def refuse():
        raise FontError("The prints need a font.")

    monkeypatch.setattr(fonts, "build", refuse)
    with pytest.raises(SystemExit, match="The prints need a font"):
        fonts.main()
