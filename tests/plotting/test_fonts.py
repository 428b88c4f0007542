from __future__ import annotations

import pytest
from matplotlib.font_manager import fontManager

from ppocr_lr.plotting import fonts


def test_plain_text_needs_one_font() -> None:
    assert fonts.drawable("epoch × 1e-3 · Кириллица\nsecond line") == (
        "epoch × 1e-3 · Кириллица\nsecond line",
        ["DejaVu Sans"],
    )


def test_characters_without_a_font_are_substituted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_CJK", ())
    assert fonts.drawable("学习率.yml") == ("□□□.yml", ["DejaVu Sans"])


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
