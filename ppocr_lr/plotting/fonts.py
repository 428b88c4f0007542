"""Text in any script without matplotlib's warning for every missing character."""

from __future__ import annotations

from functools import cache

from matplotlib.font_manager import fontManager, get_font

_BASE = "DejaVu Sans"  # ships with matplotlib
_CJK = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Noto Sans CJK JP", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "Droid Sans Fallback", "AR PL UMing CN", "PingFang SC", "Hiragino Sans GB",
    "Heiti TC", "Microsoft YaHei", "SimHei", "SimSun", "Arial Unicode MS",
)  # fmt: skip


def drawable(text: str) -> tuple[str, list[str]]:
    """`text` and the font families to draw it with; characters no installed font has become `□`."""
    missing = _missing(text, _BASE)
    families = [_BASE]
    if missing:
        installed = {font.name for font in fontManager.ttflist}
        for family in _CJK:
            if family in installed and (still := _missing(missing, family)) != missing:
                families.append(family)
                missing = still
                if not missing:
                    break
    return "".join("□" if char in missing else char for char in text), families


def _missing(text: str, family: str) -> str:
    characters = _characters(family)
    return "".join(sorted({char for char in text if char != "\n" and ord(char) not in characters}))


@cache
def _characters(family: str) -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont

    return frozenset(get_font(findfont(FontProperties(family=[family]))).get_charmap())
