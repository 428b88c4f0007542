from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from numpy.lib.stride_tricks import sliding_window_view

from ppocr_lr import Schedule, build_schedule
from ppocr_lr.curve.polyline import trace
from ppocr_lr.schedules import CosineWave, CyclicalCosine, StepDecay
from tests.strategies import schedules


@given(schedules)
def test_a_line_through_the_points_misses_nothing(drawn: tuple[Schedule, int]) -> None:
    """With far fewer points than updates, jumps are exact and smooth parts off by 2 % of the peak or a column."""
    schedule, total = drawn
    columns = 200
    curve = trace(schedule, total, columns)
    assert len(curve.steps) <= 3 * columns
    assert (curve.steps[0], curve.steps[-1]) == (0, total - 1)
    assert (np.diff(curve.steps) > 0).all()
    if curve.exact:
        steps = np.arange(total)
        rates = schedule(steps)
        np.testing.assert_array_equal(curve.low, schedule(curve.steps))
        if len(schedule.corners(total).steps) > columns / 20:
            return  # pieces of a few columns each: their bends are too small to see
        # sqrt, the steepest end a drawn power gives, is off by sqrt(1/columns)/4 at most
        line, near = np.interp(steps, curve.steps, curve.high), total // columns
        around = sliding_window_view(np.pad(rates, near, mode="edge"), 2 * near + 1)
        assert (line >= around.min(axis=1) - 0.02 * rates.max()).all()
        assert (line <= around.max(axis=1) + 0.02 * rates.max()).all()


@given(schedules)
def test_a_band_holds_every_rate(drawn: tuple[Schedule, int]) -> None:
    schedule, total = drawn
    curve = trace(schedule, total, columns=3)
    rates = schedule(np.arange(total))
    if not curve.exact:
        for index, first in enumerate(curve.steps):
            after = curve.steps[index + 1] if index + 1 < len(curve.steps) else total
            assert curve.low[index] == pytest.approx(rates[first:after].min(), abs=1e-15)
            assert curve.high[index] == pytest.approx(rates[first:after].max(), abs=1e-15)


def test_a_step_every_epoch_for_a_billion_epochs() -> None:
    curve = trace(StepDecay(0.1, 100, 1 - 1e-9), 10**11)
    assert not curve.exact
    assert len(curve.steps) == 1000
    assert (curve.low <= curve.high).all()
    assert (np.diff(curve.high) < 0).all()


def test_cycles_too_fine_to_draw_fill_their_band() -> None:
    curve = trace(CyclicalCosine(0.1, (300,)), 3 * 10**6)
    np.testing.assert_allclose(curve.high[:-1], 0.1)
    assert (curve.low[:-1] < 1e-5).all()
    assert curve.low[-1] == curve.high[-1]  # the last update alone


@pytest.mark.parametrize("total", [1, 2, 3, 10**3, 10**12])
def test_points_do_not_grow_with_the_run(total: int) -> None:
    schedule = build_schedule({"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 0.2}, total, 10)
    curve = trace(schedule, total)
    assert len(curve.steps) <= min(total, 2000)


def test_the_rates_of_far_points_are_exact() -> None:
    total = 10**12
    curve = trace(CosineWave(0.1, total), total)
    middle = int(np.searchsorted(curve.steps, total // 2))
    assert curve.high[middle] == pytest.approx(0.05, rel=1e-2)
