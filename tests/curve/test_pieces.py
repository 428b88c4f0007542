from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppocr_lr import Schedule
from ppocr_lr.curve.pieces import Pieces, pieces_of
from ppocr_lr.schedules import Constant, CosineWave, CyclicalCosine, StepDecay
from ppocr_lr.schedules.base import every
from tests.strategies import long_runs, schedules


@dataclass(frozen=True)
class Zigzag(Schedule):
    """Up for `rise` updates and down for the rest of `period`, for ever: two regular runs of corners."""

    period: int
    rise: int

    def formula(self, k: Any, fn: Any = None) -> Any:
        at = k % self.period
        return np.where(at < self.rise, at / self.rise, 1 - (at - self.rise) / (self.period - self.rise))

    def corner_runs(self) -> Any:
        return every(self.period), every(self.period, self.rise)


@dataclass(frozen=True)
class Regular(Schedule):
    """Several regular runs of corners; a constant, so that every promise holds."""

    runs: tuple[range, ...]

    def formula(self, k: Any, fn: Any = None) -> Any:
        return 0.0 * k + 1

    def corner_runs(self) -> Any:
        return self.runs


zigzags = st.builds(lambda rise, fall: Zigzag(rise + fall, rise), st.integers(1, 9), st.integers(1, 9))
ranges = st.builds(range, st.integers(1, 3000), st.sampled_from([1, 100, 2500, 2**62]), st.integers(1, 20))
several_runs = st.lists(ranges, min_size=1, max_size=3).map(lambda runs: Regular(tuple(runs)))


@given(st.one_of(schedules, long_runs, st.tuples(st.one_of(zigzags, several_runs), st.integers(1, 5000))))
def test_each_update_is_in_one_monotone_piece(drawn: tuple[Schedule, int]) -> None:
    schedule, total = drawn
    rates = schedule(np.arange(total))
    corners = {0, *schedule.corners(total - 1, total).steps.tolist()}
    held = np.zeros(total, dtype=int)
    pieces = pieces_of(schedule, total)
    assert pieces is not None
    for piece in pieces:
        spans = [(piece.first + i * piece.period, piece.first + i * piece.period + piece.length)
                 for i in range(piece.repeats)]  # fmt: skip
        for first, after in spans:
            held[first:after] += 1
            assert corners.isdisjoint(range(first + 1, after))
        for at in ([first for first, _ in spans], [after - 1 for _, after in spans]):
            steps = np.diff(rates[at])
            assert (steps >= 0).all() or (steps <= 0).all()
    assert (held == 1).all()


@pytest.mark.parametrize("schedule", [CosineWave(1.0, 300), CyclicalCosine(1.0, (1,)), StepDecay(1.0, 7, 0.9),
                                      Zigzag(10, 3), Constant(1.0)], ids=str)  # fmt: skip
def test_pieces_do_not_grow_with_the_run(schedule: Schedule) -> None:
    pieces = pieces_of(schedule, 10**15)
    assert pieces is not None
    assert len(pieces) < 20
    assert sum(piece.length * piece.repeats for piece in pieces) == 10**15


def test_what_has_no_pattern_is_not_divided() -> None:
    schedule = Regular((every(10_007), every(10_009)))
    assert pieces_of(schedule, 10**12) is None
    assert pieces_of(schedule, 20_000) == [Pieces(0, 10_007), Pieces(10_007, 2), Pieces(10_009, 9_991)]
