from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib.font_manager import fontManager

from ppocr_lr.language import speaking
from ppocr_lr.plotting import fonts
from tests.conftest import Command

NAME = "学习率.yml"
CONFIG = "Global: {epoch_num: 3}\nOptimizer: {lr: {name: Cosine, learning_rate: 0.1}}\n"


def test_plain_text_needs_one_font() -> None:
    assert fonts.drawable("epoch × 1e-3 · Кириллица\nsecond line") == (
        "epoch × 1e-3 · Кириллица\nsecond line",
        ["DejaVu Sans"],
    )


def test_characters_without_a_font_are_substituted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_CJK", ())
    for language, said in (("en", "no installed font"), ("zh", "字体")):
        with speaking(language), pytest.warns(UserWarning, match=f"{said}.*fonts-noto-cjk"):
            assert fonts.drawable(NAME) == ("□□□.yml", ["DejaVu Sans"])


@pytest.mark.filterwarnings("error")
def test_a_character_without_a_glyph_in_any_font_needs_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_CJK", ())  # WenQuanYi has a tab
    assert fonts.drawable("a\tb") == ("a□b", ["DejaVu Sans"])


def test_a_font_that_has_them_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fonts that ship with matplotlib stand in for Chinese ones: some have characters that DejaVu lacks."""
    base = fonts._characters("DejaVu Sans")
    family, character = next(
        (name, chr(min(more)))
        for name in sorted({font.name for font in fontManager.ttflist})
        if (more := fonts._characters(name) - base)
    )
    monkeypatch.setattr(fonts, "_CJK", ("No Such Font", "DejaVu Serif", family))
    assert fonts.drawable(f"a{character}") == (f"a{character}", ["DejaVu Sans", family])


@pytest.mark.parametrize(
    "installed",
    [
        ["Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Serif CJK SC"], ["Noto Sans CJK JP"], ["Noto Sans SC"],
        ["Source Han Sans CN", "Source Han Sans"], ["Source Han Sans SC", "SimHei"],
        ["WenQuanYi Micro Hei"], ["WenQuanYi Zen Hei"], ["Droid Sans Fallback"], ["AR PL UMing CN"], ["AR PL UKai TW"],
        ["PingFang SC", "PingFang HK"], ["Hiragino Sans GB", "Hiragino Sans"], ["Microsoft YaHei", "SimSun"],
        ["SimHei", "SimSun"], ["Malgun Gothic"], ["Yu Gothic"],
    ],
)  # fmt: skip
def test_every_common_family_is_known(monkeypatch: pytest.MonkeyPatch, installed: list[str]) -> None:
    others = ["DejaVu Sans", "Noto Sans Sinhala", "Noto Sans", "Liberation Sans", "Yu Mincho Demo Font"]
    known = [SimpleNamespace(name=name) for name in sorted([*installed, *others])]
    monkeypatch.setattr(fonts, "fontManager", SimpleNamespace(ttflist=known))
    assert fonts._installed() == installed


def _install(folder: Path, family: str, characters: str) -> None:
    """A font of squares, where every search for fonts on this system looks."""
    folder.mkdir(parents=True)
    pen = TTGlyphPen(None)
    for place, corner in enumerate([(0, 0), (0, 700), (700, 700), (700, 0)]):
        (pen.lineTo if place else pen.moveTo)(corner)
    pen.closePath()
    glyph = pen.glyph()
    names = [".notdef", *(f"u{ord(character):04X}" for character in characters)]
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder(names)
    font.setupCharacterMap({ord(character): name for character, name in zip(characters, names[1:], strict=True)})
    font.setupGlyf(dict.fromkeys(names, glyph))
    font.setupHorizontalMetrics(dict.fromkeys(names, (800, 50)))
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": family, "styleName": "Regular"})
    font.setupOS2()
    font.setupPost()
    font.save(folder / f"{family.replace(' ', '')}.ttf")


def test_a_font_newer_than_the_cache_of_matplotlib_is_found(
    process: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / NAME).write_text(CONFIG, encoding="utf-8")
    draw = ["plot", "-c", NAME, "--iters-per-epoch", "5", "--out", "curve.svg"]
    without = process(*draw)  # which writes the cache
    assert without.returncode == 0
    assert list((tmp_path / "cache").glob("fontlist*.json"))
    lines = without.stderr.splitlines()
    if not lines:
        pytest.skip("a font of this system has Chinese characters")
    assert len(lines) == 1
    assert lines[0].startswith("warning: characters that no installed font has")
    (tmp_path / "data/fonts/damaged").mkdir(parents=True)
    (tmp_path / "data/fonts/damaged/a.ttf").write_bytes(b"no font")
    _install(tmp_path / "data/fonts/new", "WenQuanYi Test Hei", "学习率")
    found = process(*draw)
    assert (found.returncode, found.stderr) == (0, "")
    assert NAME in (tmp_path / "curve.svg").read_text(encoding="utf-8")  # as a comment above its glyphs
