"""Where and by how much two planned runs differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ppocr_lr.axis import Axis, updates_per_unit
from ppocr_lr.curve import trace
from ppocr_lr.numbers_text import count_text, rate_text
from ppocr_lr.settings import differing_settings
from ppocr_lr.training_config import PlannedRun

if TYPE_CHECKING:
    from numpy.typing import NDArray

_EQUAL = 1e-9  # relative; two ways to write the same schedule may differ in their last digits


@dataclass(frozen=True, eq=False)
class Difference:
    """Two runs along an axis, at every corner of either and at evenly spread points between."""

    first: PlannedRun
    second: PlannedRun
    axis: Axis
    settings: tuple[tuple[str, Any, Any], ...]
    """Keys that differ, with both values; None where a schedule has no such key."""
    positions: NDArray[np.float64]
    first_rates: NDArray[np.float64]
    second_rates: NDArray[np.float64]

    @property
    def ratios(self) -> NDArray[np.float64]:
        """second/first; NaN where the first is 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.first_rates > 0, self.second_rates / self.first_rates, np.nan)

    @property
    def differs(self) -> NDArray[np.bool_]:
        """Where the rates are not equal."""
        larger = np.maximum(np.abs(self.first_rates), np.abs(self.second_rates))
        return np.abs(self.first_rates - self.second_rates) > _EQUAL * larger


def difference(first: PlannedRun, second: PlannedRun, axis: Axis = "epochs") -> Difference:
    """Compare two runs as far as both go."""
    units = [updates_per_unit(planned.run, axis) for planned in (first, second)]
    ends = [planned.run.total_iters - 1 for planned in (first, second)]
    last = min(end / unit for end, unit in zip(ends, units, strict=True))
    traced = [trace(planned.schedule, planned.run.total_iters).steps / unit
              for planned, unit in zip((first, second), units, strict=True)]  # fmt: skip
    positions = np.union1d(*traced)
    positions = positions[positions <= last]
    # The update that a position falls into; the small shift undoes the division above.
    steps = [np.minimum((positions * unit + 1e-6).astype(np.int64), end) for unit, end in zip(units, ends, strict=True)]
    return Difference(
        first,
        second,
        axis,
        tuple(differing_settings(first, second)),
        positions,
        np.asarray(first.schedule(steps[0])),
        np.asarray(second.schedule(steps[1])),
    )


def text_lines(result: Difference) -> Iterator[str]:
    """The difference in words, for a terminal."""
    yield f"{result.first.source}: {result.first.name}  against  {result.second.source}: {result.second.name}"
    for key, ours, theirs in result.settings:
        yield f"  {key}: {_value(ours)} → {_value(theirs)}"
    if not result.settings:
        yield "  no setting differs"
    differs = result.differs
    if not differs.any():
        yield "  the curves are equal as far as both runs go"
    else:
        yield from _rates_in_words(result, differs)
    lengths = [planned.run.total_iters for planned in (result.first, result.second)]
    if lengths[0] != lengths[1]:
        yield f"  the runs have {count_text(lengths[0])} and {count_text(lengths[1])} updates"


def _rates_in_words(result: Difference, differs: NDArray[np.bool_]) -> Iterator[str]:
    begin = int(np.argmax(differs))
    if begin == 0:
        yield "  the curves differ from the first update on"
    else:
        yield f"  the curves are equal before {_named(result.axis, _first_difference(result, begin))}"
    ratios = result.ratios
    comparable = np.isfinite(ratios) & (ratios > 0)
    if comparable.any():
        size = np.where(comparable, np.abs(np.log(np.where(comparable, ratios, 1.0))), -1.0)
        at = int(np.argmax(size))
        yield (
            f"  largest ratio {ratios[at]:.4g} at {_place(result, at)}: "
            f"{rate_text(float(result.first_rates[at]), 4)} against {rate_text(float(result.second_rates[at]), 4)}"
        )
    gap = np.abs(result.first_rates - result.second_rates)
    at = int(np.argmax(gap))
    yield (
        f"  largest gap {rate_text(float(gap[at]))} at {_place(result, at)}: "
        f"{rate_text(float(result.first_rates[at]), 4)} against {rate_text(float(result.second_rates[at]), 4)}"
    )


def _first_difference(result: Difference, begin: int) -> float:
    """The position between two points at which the curves part, found by halving the first run's updates."""
    runs = (result.first, result.second)
    units = [updates_per_unit(planned.run, result.axis) for planned in runs]
    low, high = (round(float(position) * units[0]) for position in result.positions[begin - 1 : begin + 1])
    while high - low > 1:
        middle = (low + high) // 2
        ours = result.first.schedule(middle)
        theirs = result.second.schedule(int(middle / units[0] * units[1] + 1e-6))
        if abs(ours - theirs) > _EQUAL * max(ours, theirs):
            high = middle
        else:
            low = middle
    return high / units[0]


def _place(result: Difference, index: int) -> str:
    return _named(result.axis, float(result.positions[index]))


def _named(axis: Axis, position: float) -> str:
    if axis == "progress":
        return f"{100 * position:.3g} % of the run"
    return f"{'epoch' if axis == 'epochs' else 'update'} {count_text(round(position, 3))}"


def _value(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    return f"{value:g}" if isinstance(value, float) else str(value)
