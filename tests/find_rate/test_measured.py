"""What the losses of one range test say."""

from __future__ import annotations

import math
import statistics
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ppocr_lr import RangeTest
from ppocr_lr.find_rate.measured import Watch

START, END = 1e-5, 10.0


def watched(losses: Any, smoothing: float = 0.9, stop_factor: float = 4.0) -> RangeTest:
    """A test of these losses, at rates from 1e-5 to 10."""
    rates = np.geomspace(START, END, len(losses))
    return Watch(smoothing, stop_factor).follow(zip(rates.tolist(), np.asarray(losses).tolist(), strict=True)).measured


def decades(rate: float | None) -> float:
    """Above the first rate."""
    assert rate is not None
    return math.log10(rate / START)


def fall(num: int, at: float, width: float = 6.0) -> NDArray[np.float64]:
    """Losses from 2 down to 1, half of it done at update `at`."""
    return 1.5 - 0.5 * np.tanh((np.arange(num) - at) / width)


def valley(num: int, at: float, rise: float, width: float = 6.0) -> NDArray[np.float64]:
    """The fall, and a rise that is as steep, half of 1 done at update `rise`."""
    return fall(num, at, width) + 0.5 + 0.5 * np.tanh((np.arange(num) - rise) / width)


def blown_up(num: int) -> NDArray[np.float64]:
    """Flat, a fall, flat again; the last ten losses double each time."""
    return np.concatenate([fall(num - 10, num / 2), 2.0 ** np.arange(1, 11)])


@pytest.mark.parametrize("smoothing", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("at", [35, 50, 60])
def test_the_suggestion_is_between_the_steepest_fall_and_a_tenth_of_the_rise(smoothing: float, at: int) -> None:
    result = watched(valley(100, at, 85, 4), smoothing)
    low, high = 6 * at / 99, 6 * 80 / 99 - 1  # the rise is clear when a tenth of it is done
    assert decades(result.steepest.middle) == pytest.approx(low, abs=0.35)
    assert decades(result.rises_from) - 1 == pytest.approx(high, abs=0.35)
    assert decades(result.suggestion) == pytest.approx((low + high) / 2, abs=0.3)
    assert result.suggestion == pytest.approx(math.sqrt(result.steepest.middle * (result.rises_from or 0) / 10))


@pytest.mark.parametrize(("at", "rise"), [(20, 70), (20, 90), (50, 85), (60, 85)])
def test_the_range_is_a_third_and_the_triple_within_what_the_losses_say(at: int, rise: int) -> None:
    result = watched(valley(100, at, rise, 4))
    rate, low, high = result.choice.rate or 0, result.choice.low, result.choice.high
    ends = sorted([result.steepest.middle, (result.rises_from or 0) / 10])
    assert [low, high] == pytest.approx([max(ends[0], rate / 3), min(ends[1], rate * 3)])
    assert low < rate < high


@pytest.mark.parametrize("smoothing", [0.5, 0.9, 0.95])
@pytest.mark.parametrize("num", [50, 100, 400])
def test_noise_hardly_moves_the_suggestion(num: int, smoothing: float) -> None:
    losses = valley(num, 0.5 * num, 0.95 * num, 0.1 * num)
    clean = watched(losses, smoothing).suggestion
    for seed in range(20):
        noise = np.random.default_rng(seed).normal(0, 0.08, num)
        assert decades(watched(losses + noise, smoothing).suggestion) == pytest.approx(decades(clean), abs=0.7)


@given(st.floats(0, 0.99), st.lists(st.floats(-5, 5), min_size=10, max_size=30))
@settings(max_examples=30)
def test_the_smoothed_loss_is_the_median_around_it(smoothing: float, losses: list[float]) -> None:
    result = RangeTest(np.geomspace(1e-3, 1, len(losses)), np.array(losses), smoothing, None)
    for k in range(len(losses)):
        side = min(k, len(losses) - 1 - k, round(smoothing / (1 - smoothing)))
        assert result.smoothed[k] == statistics.median(losses[k - side : k + side + 1])


@pytest.mark.parametrize("smoothing", [0.0, 0.5, 0.9, 0.95])
@pytest.mark.parametrize(
    "losses",
    [
        np.linspace(3, 1, 60), 3 - np.sqrt(np.arange(60)) / 4, fall(100, 50), fall(100, 95), fall(100, 3), blown_up(100),
        1 + 5 * 0.7 ** np.arange(80), np.concatenate([np.full(50, 2.0), 2 * 1.3 ** np.arange(20)]),
        np.concatenate([fall(60, 45, 2), np.full(3, 90.0)]),
    ],
)  # fmt: skip
def test_the_smoothed_loss_does_not_leave_its_losses_at_either_end(
    losses: NDArray[np.float64], smoothing: float
) -> None:
    smoothed = RangeTest(np.geomspace(1e-6, 1, len(losses)), losses, smoothing, None).smoothed
    assert len(smoothed) == len(losses)
    np.testing.assert_allclose(smoothed[:10], losses[:10], rtol=0.05)
    np.testing.assert_allclose(smoothed[-10:], losses[-10:], rtol=0.05)


@pytest.mark.parametrize("smoothing", [0.0, 0.5, 0.9, 0.95])
@pytest.mark.parametrize("at", [55, 70, 85])
def test_the_minimum_is_where_the_losses_have_it(smoothing: float, at: int) -> None:
    """A valley around update `at`, as steep as it is on its way there; then the loss blows up."""
    losses = 1 + ((np.arange(100) - at) / 40) ** 2 + np.exp(np.clip(np.arange(100) - 95.0, -50, 5))
    result = RangeTest(np.geomspace(1e-6, 1, 100), losses, smoothing, None)
    assert abs(result.lowest - at) <= 6  # of 16 updates a decade


NOISE = np.random.default_rng(3).normal(0, 0.1, 100)
RISES = np.linspace(1, 3, 40)

NOTHING: list[tuple[Any, str, str]] = [
    # losses, why there is no suggestion, what to change
    ([1.0] * 50, "the loss is 1 at every rate, so no parameter that is trained changes it", ""),
    (1 + NOISE, "the loss never falls by more than its noise; make more updates", "more updates"),
    (
        [*[1.0] * 50, *RISES],
        "its noise; it rises from 2.74e-2 on, so stay far below; make more updates",
        "more updates",
    ),
    ([2, 1.6, 1.3, 1.1, 1, *RISES], "lowest within the first 10 updates; begin at a lower rate", "lower start"),
    ([1, 1, 1, 50, *[1] * 20], "only 4 updates before the stop; begin at a lower rate", "lower start"),
    (
        [1, math.nan, *[1] * 20],
        "only 1 update before the stop; begin at a lower rate; if that stops as early, the rate is not to blame: look at",
        "lower start",
    ),
    (
        [*(1 + NOISE[:15]), math.nan],
        "make more updates, or larger batches; if that stops as early, the rate is not to blame: look at the data",
        "more updates",
    ),
    ([1, 1], "only 2 updates; make more of them", "more updates"),
    (
        [math.nan] * 20,
        "the loss was nan at rate 1e-5, before any update: the rate is not to blame: look at the data",
        "",
    ),
    (fall(100, 95), "the loss still falls at the last rate, 10; end at a higher one", "higher end"),
    (fall(100, 95) + NOISE / 3, "the loss still falls at the last rate, 10; end at a higher one", "higher end"),
    (fall(100, 50) + np.linspace(0, 0.05, 100), "the loss does not rise up to the last rate, 10; end", "higher end"),
]


@pytest.mark.parametrize(("losses", "reason", "change"), NOTHING)
def test_no_suggestion_and_why(losses: Any, reason: str, change: str, tmp_path: Path) -> None:
    result = watched(losses)
    assert result.suggestion is None
    assert reason in result.choice.reason
    assert f"no suggestion: {result.choice.reason}" in str(result)
    assert result.choice.change == change
    if len(result.losses):
        result.save(tmp_path / "test.png")
        assert (tmp_path / "test.png").stat().st_size > 5000


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_no_number_ends_the_test_and_is_a_rise(bad: float) -> None:
    result = watched([*fall(60, 30), bad, 1.0, 1.0])
    assert len(result.rates) == len(result.losses) == 60
    assert result.stopped is not None
    assert f"the loss was {bad} at rate" in result.stopped
    assert result.rises_from == result.rates[-1]
    assert result.suggestion == pytest.approx(math.sqrt(result.steepest.middle * result.rates[-1] / 10))


def test_the_average_that_ends_the_test_has_no_bias() -> None:
    """At 4 times the lowest average, from the first loss on."""
    for smoothing in (0.0, 0.5, 0.9):
        watch, average = Watch(smoothing), 1.0
        for k, loss in enumerate([1.0, *np.geomspace(1, 100, 50)]):
            weights = smoothing ** np.arange(k + 1)[::-1]
            average = float((weights * [1.0, *np.geomspace(1, 100, 50)][: k + 1]).sum() / weights.sum())
            if not watch.add(1e-3, float(loss)):
                break
        assert 4 < average < 5


def test_a_negative_loss_ends_the_test_when_it_rises_as_much() -> None:
    result = watched([*(fall(60, 30) - 3).tolist(), *[9.0] * 20], smoothing=0.0)
    assert len(result.losses) == 61
    assert result.suggestion is not None


def test_what_is_shown_in_text() -> None:
    first, second = str(watched(valley(100, 50, 85, 4))).splitlines()
    assert first == "100 updates from rate 1e-5 to 10"
    assert second.startswith("suggestion: 2.9e-2, between 1.1e-2")
    assert ", where the loss falls steepest, and " in second
