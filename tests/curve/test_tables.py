"""A run as rows of text."""

from __future__ import annotations

from ppocr_lr.curve.tables import table_lines


def test_columns_are_aligned_under_their_heads() -> None:
    assert list(table_lines("rates", ("参数", "key"), iter([("仿射块 affine", "lab"), ("a", "")]))) == [
        "rates",
        "  参数           key",  # a Chinese character is as wide as two letters
        "  仿射块 affine  lab",
        "  a",
    ]
