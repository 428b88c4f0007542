"""The integer with the least cost."""

from __future__ import annotations

import pytest

from ppocr_lr.logs.integer_search import Best, refined


@pytest.mark.parametrize(
    ("x", "low", "high", "whole", "taken"),
    [
        (628, 627, 749, 148, 740),  # the nearest multiple, 592, is beside the plateau
        (740, 735, 890, 148, 740),
        (745, 741, 890, 148, 888),
        (-628, -749, -627, 148, -740),
        (628, 627, 700, 148, 628),
    ],
)
def test_of_a_plateau_a_multiple_is_taken(x: int, low: int, high: int, whole: int, taken: int) -> None:
    assert refined(lambda y: float(not low <= y <= high), x, -2000, 2000, 1, whole) == Best(taken, low, high)
