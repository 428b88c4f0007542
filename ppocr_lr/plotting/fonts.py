"""Text in any script without matplotlib's warning for every missing character."""

from __future__ import annotations

import warnings
from functools import cache

from matplotlib.font_manager import FontProperties, findfont, findSystemFonts, fontManager, get_font

from ppocr_lr.language import later, tr

_BASE = "DejaVu Sans"  # ships with matplotlib
# What the names of families begin with, best first: a Noto Sans CJK, say, is one of SC, TC, HK, JP and KR.
_CJK = (
    "Noto Sans CJK", "Noto Sans SC", "Source Han Sans", "Microsoft YaHei", "PingFang", "Hiragino Sans", "Heiti",
    "WenQuanYi", "Droid Sans Fallback", "SimHei", "Noto Sans TC", "Noto Sans HK", "Noto Sans JP", "Noto Sans KR",
    "Noto Sans Mono CJK", "Source Han Mono", "Microsoft JhengHei", "DengXian", "Sarasa", "STHeiti",
    "Noto Serif CJK", "Noto Serif SC", "Source Han Serif", "AR PL", "Hiragino", "Songti", "SimSun", "NSimSun",
    "STSong", "KaiTi", "STKaiti", "FangSong", "STFangsong", "LXGW WenKai", "HarmonyOS Sans", "MiSans",
    "Alibaba PuHuiTi", "Yu Gothic", "Meiryo", "MS Gothic", "IPA", "Takao", "VL Gothic", "Malgun Gothic",
    "Apple SD Gothic", "Nanum", "Arial Unicode MS", "Unifont",
)  # fmt: skip
_BOXES = later(
    "characters that no installed font has are drawn as □; Chinese, Japanese and Korean ones are in the package "
    "fonts-noto-cjk (Fedora: google-noto-sans-cjk-fonts)"
)


def drawable(text: str) -> tuple[str, list[str]]:
    """`text` and the font families to draw it with; characters no installed font has become `□`, with one warning."""
    missing, families = _chosen(text)
    if missing and _add_new_fonts():
        missing, families = _chosen(text)
    if any(char.isprintable() for char in missing):
        warnings.warn(tr(_BOXES), stacklevel=1)  # always of this line, so Python shows it once in a process
    return "".join("□" if char in missing else char for char in text), families


def _chosen(text: str) -> tuple[str, list[str]]:
    """The characters that none of the known families has, and the families that the others need."""
    missing, families = _missing(text, _BASE), [_BASE]
    for family in _installed() if missing else ():
        if (still := _missing(missing, family)) != missing:
            families.append(family)
            missing = still
            if not missing:
                break
    return missing, families


def _installed() -> list[str]:
    """The families with Chinese, Japanese or Korean characters, best first; simplified Chinese before its variants."""
    ranked = {}
    for name in {font.name for font in fontManager.ttflist}:
        rank = next((rank for rank, beginning in enumerate(_CJK) if name.startswith(beginning)), None)
        if rank is not None:
            ranked[name] = rank, not name.endswith((" SC", " CN", " GB")), name
    return sorted(ranked, key=ranked.__getitem__)


@cache
def _add_new_fonts() -> bool:
    """Tell matplotlib, whose list of fonts may be years old, of those installed since; whether there are any."""
    new = set(findSystemFonts()) - {font.fname for font in fontManager.ttflist}
    for path in sorted(new):
        try:
            fontManager.addfont(path)
        except Exception:  # a file of any content; matplotlib's own search passes by it as well
            continue
    return bool(new)


def _missing(text: str, family: str) -> str:
    characters = _characters(family)
    # A font may have a glyph for a tab, but it shows nothing.
    shown = {char for char in text if char != "\n"}
    return "".join(sorted(char for char in shown if not (char.isprintable() and ord(char) in characters)))


@cache
def _characters(family: str) -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties(family=[family]))).get_charmap())
