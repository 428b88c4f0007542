from __future__ import annotations

import pytest

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
    """cmsy10 ships with matplotlib and stands in for a Chinese font: it has characters that DejaVu lacks."""
    only_there = next(iter(sorted(fonts._characters("Last Resort High-Efficiency") - fonts._characters("DejaVu Sans"))))
    monkeypatch.setattr(fonts, "_CJK", ("No Such Font", "cmsy10", "Last Resort High-Efficiency"))
    text, families = fonts.drawable(f"a{chr(only_there)}")
    assert text == f"a{chr(only_there)}"
    assert families == ["DejaVu Sans", "Last Resort High-Efficiency"]
