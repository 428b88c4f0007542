"""Where and by how much two planned runs differ."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ppocr_lr.curve.axis import Axis, updates_per_unit
from ppocr_lr.curve.polyline import curve_points
from ppocr_lr.curve.summary import trainer_text
from ppocr_lr.numbers_text import count_text, rate_text
from ppocr_lr.training_config.plan import PlannedRun
from ppocr_lr.training_config.settings import differing_settings

_EQUAL = 1e-9  # relative; two ways to write the same schedule may differ in their last digits


@dataclass(frozen=True, eq=False)
class Difference:
    """Two runs along an axis, at every corner of either and at evenly spread points between."""

    first: PlannedRun
    second: PlannedRun
    axis: Axis
    settings: tuple[tuple[str, Any, Any], ...]
    """Keys that differ, with both values; None where a schedule has no such key."""
    positions: tuple[float, ...]
    first_rates: tuple[float, ...]
    second_rates: tuple[float, ...]

    @property
    def rates(self) -> Iterator[tuple[float, float]]:
        """The rates of both runs at each position."""
        return zip(self.first_rates, self.second_rates, strict=True)

    @property
    def ratios(self) -> list[float]:
        """second/first; NaN where the first is 0."""
        return [second / first if first > 0 else math.nan for first, second in self.rates]


def difference(first: PlannedRun, second: PlannedRun, axis: Axis = "epochs") -> Difference:
    """Compare two runs as far as both go."""
    units = [updates_per_unit(planned.run, axis) for planned in (first, second)]
    ends = [planned.run.total_iters - 1 for planned in (first, second)]
    last = min(end / unit for end, unit in zip(ends, units, strict=True))
    positions = sorted(
        {
            position
            for planned, unit in zip((first, second), units, strict=True)
            for step in curve_points(planned.schedule, planned.run.total_iters)[0]
            if (position := step / unit) <= last
        }
    )
    rates = (
        tuple(planned.schedule(min(_update_at(position, unit), end)) for position in positions)
        for planned, unit, end in zip((first, second), units, ends, strict=True)
    )
    return Difference(first, second, axis, tuple(differing_settings(first, second)), tuple(positions), *rates)


def _update_at(position: float, unit: int) -> int:
    """The update that a position falls into; the small shift undoes the division that made it."""
    return int(position * unit + 1e-6)


def _differ(ours: float, theirs: float) -> bool:
    return abs(ours - theirs) > _EQUAL * max(abs(ours), abs(theirs))


def text_lines(result: Difference) -> Iterator[str]:
    """The difference in words, for a terminal."""
    yield f"{result.first.source}: {result.first.name}  against  {result.second.source}: {result.second.name}"
    for key, ours, theirs in result.settings:
        yield f"  {key}: {_value(ours)} → {_value(theirs)}"
    if not result.settings:
        yield "  no setting differs"
    begin = next((index for index, rates in enumerate(result.rates) if _differ(*rates)), None)
    if begin is None:
        yield "  the curves are equal as far as both runs go"
    else:
        yield from _rates_in_words(result, begin)
    for planned in (result.first, result.second):
        if line := trainer_text(planned):
            yield f"  trainer of {planned.source}: {line}"
    lengths = [planned.run.total_iters for planned in (result.first, result.second)]
    if lengths[0] != lengths[1]:
        yield f"  the runs have {count_text(lengths[0])} and {count_text(lengths[1])} updates"


def _rates_in_words(result: Difference, begin: int) -> Iterator[str]:
    if begin == 0:
        yield "  the curves differ from the first update on"
    else:
        yield f"  the curves are equal before {_named(result.axis, _first_difference(result, begin))}"
    ratios = result.ratios
    sizes = [abs(math.log(ratio)) if 0 < ratio < math.inf else -1.0 for ratio in ratios]
    at = sizes.index(max(sizes))
    if sizes[at] >= 0:
        yield f"  largest ratio {ratios[at]:.4g} at {_both(result, at)}"
    gaps = [abs(first - second) for first, second in result.rates]
    at = gaps.index(max(gaps))
    yield f"  largest gap {rate_text(gaps[at])} at {_both(result, at)}"


def _first_difference(result: Difference, begin: int) -> float:
    """The position between two points at which the curves part, found by halving the first run's updates."""
    runs = (result.first, result.second)
    units = [updates_per_unit(planned.run, result.axis) for planned in runs]
    low, high = (round(position * units[0]) for position in result.positions[begin - 1 : begin + 1])
    while high - low > 1:
        middle = (low + high) // 2
        ours = result.first.schedule(middle)
        theirs = result.second.schedule(_update_at(middle / units[0], units[1]))
        if _differ(ours, theirs):
            high = middle
        else:
            low = middle
    return high / units[0]


def _both(result: Difference, index: int) -> str:
    ours, theirs = rate_text(result.first_rates[index], 4), rate_text(result.second_rates[index], 4)
    return f"{_named(result.axis, result.positions[index])}: {ours} against {theirs}"


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
