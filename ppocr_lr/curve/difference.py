"""Where and by how much two planned runs differ."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ppocr_lr.curve.axis import Axis, epoch_text, updates_per_unit
from ppocr_lr.curve.polyline import curve_points
from ppocr_lr.curve.summary import trainer_text
from ppocr_lr.errors import printable
from ppocr_lr.language import labelled, later, tr
from ppocr_lr.numbers_text import count_text, plain_text, rate_text, setting_text
from ppocr_lr.training_config.plan import PlannedRun
from ppocr_lr.training_config.settings import differing_beside, differing_settings

_EQUAL = 1e-9  # relative; two ways to write the same schedule may differ in their last digits


@dataclass(frozen=True, eq=False)
class Difference:
    """Two runs along an axis, at every corner of either and at evenly spread points between."""

    runs: tuple[PlannedRun, PlannedRun]
    axis: Axis
    settings: tuple[tuple[str, Any, Any], ...]
    """Keys of the lr section that differ, with both values; None where a schedule has no such key."""
    other_settings: tuple[tuple[str, Any, Any], ...]
    """The same for what is not part of the curve: the weight decay, and parameters that train at another rate."""
    positions: tuple[float, ...]
    rates: tuple[tuple[float, ...], ...]
    """Those of both runs at each position."""

    @property
    def begin(self) -> int | None:
        """The first position, by its index, at which the rates differ; None where they are equal as far as both go."""
        return next((index for index, rates in enumerate(self.rates) if _differ(*rates)), None)

    @property
    def equal(self) -> bool:
        """The curves are the same from beginning to end."""
        first, second = self.runs
        return self.begin is None and first.run.total_iters == second.run.total_iters

    @property
    def units(self) -> list[int]:
        """How many updates of each run one unit of the axis holds."""
        return [updates_per_unit(planned.run, self.axis) for planned in self.runs]

    @property
    def largest_ratio(self) -> int | None:
        """The position, by its index, at which one rate is the largest multiple of the other; None without any."""
        sizes = [abs(math.log(ratio)) if 0 < ratio < math.inf else -1.0 for ratio in self.ratios]
        at = sizes.index(max(sizes))
        return at if self.begin is not None and sizes[at] >= 0 else None

    @property
    def largest_gap(self) -> int:
        """The position, by its index, at which the rates are furthest apart."""
        gaps = [abs(first - second) for first, second in self.rates]
        return gaps.index(max(gaps))

    @property
    def ratios(self) -> list[float]:
        """second/first; NaN where the first is 0."""
        return [second / first if first > 0 else math.nan for first, second in self.rates]


def difference(first: PlannedRun, second: PlannedRun, axis: Axis = "epochs") -> Difference:
    """Compare two runs as far as both go."""
    sides = [(each, updates_per_unit(each.run, axis), each.run.total_iters - 1) for each in (first, second)]
    last = min(end / unit for _, unit, end in sides)
    positions = sorted(
        {
            position
            for planned, unit, end in sides
            for step in curve_points(planned.schedule, end + 1)[0]
            if (position := step / unit) <= last
        }
    )
    rates = (
        [planned.schedule(min(_update_at(position, unit), end)) for position in positions]
        for planned, unit, end in sides
    )
    settings, beside = (tuple(differing(first, second)) for differing in (differing_settings, differing_beside))
    return Difference((first, second), axis, settings, beside, tuple(positions), tuple(zip(*rates, strict=True)))


def _update_at(position: float, unit: int) -> int:
    """The update that a position falls into; the small shift undoes the division that made it."""
    return int(position * unit + 1e-6)


def _differ(ours: float, theirs: float) -> bool:
    return abs(ours - theirs) > _EQUAL * max(abs(ours), abs(theirs))


def text_lines(result: Difference) -> Iterator[str]:
    """The difference in words, for a terminal."""
    first, second = result.runs
    yield tr(
        "{first}: {name}  against  {second}: {other}",
        first=printable(first.source),
        name=first.name,
        second=printable(second.source),
        other=second.name,
    )
    yield from (f"  {line}" for line in _found(result))


def _found(result: Difference) -> Iterator[str]:
    for key, ours, theirs in (*result.settings, *result.other_settings):
        yield printable(labelled(key, f"{setting_text(ours)} → {setting_text(theirs)}"))
    if not result.settings:
        yield tr("the lr settings are equal")
    if result.equal:
        yield tr("the curves are equal")
    elif result.begin is None:
        yield tr("the curves are equal as far as both runs go")
    else:
        yield from _rates_in_words(result, result.begin)
    for planned in result.runs:
        if line := trainer_text(planned):
            yield labelled(tr("trainer of {config}", config=printable(planned.source)), line)
    first, second = (planned.run.total_iters for planned in result.runs)
    if first != second:
        yield tr("the runs have {first} and {second} updates", first=count_text(first), second=count_text(second))


def _rates_in_words(result: Difference, begin: int) -> Iterator[str]:
    update = _first_difference(result, begin)
    if result.axis == "iters":
        yield tr("the curves differ from update {update} on", update=count_text(update))
    else:
        where = _named(result, update / result.units[0])
        yield tr("the curves differ from update {update} on, {where}", update=count_text(update), where=where)
    if (at := result.largest_ratio) is not None:
        if (ratio := result.ratios[at]) > 1:
            message = later("largest ratio: the second is {times} times as high as the first at {where}")
        else:
            message = later("largest ratio: the first is {times} times as high as the second at {where}")
        yield tr(message, times=plain_text(max(ratio, 1 / ratio), 4), where=_both(result, at))
    at = result.largest_gap
    ours, theirs = result.rates[at]
    gap = rate_text(abs(ours - theirs))
    yield tr("largest gap: {gap} at {where}", gap=gap, where=_both(result, at))


def as_dict(result: Difference) -> dict[str, object]:
    """The difference for programs."""
    first = None if result.begin is None else _first_difference(result, result.begin)
    return {
        "configs": [planned.source for planned in result.runs],
        "names": [planned.name for planned in result.runs],
        "updates": [planned.run.total_iters for planned in result.runs],
        "settings": [
            {"key": key, "values": [ours, theirs]} for key, ours, theirs in (*result.settings, *result.other_settings)
        ],
        "equal": result.equal,
        "first_difference": first,
        "largest_ratio": None if result.largest_ratio is None else _json_point(result, result.largest_ratio),
        "largest_gap": None if first is None else _json_point(result, result.largest_gap),
    }


def _json_point(result: Difference, index: int) -> dict[str, object]:
    return {result.axis: result.positions[index], "rates": list(result.rates[index])}


def _first_difference(result: Difference, begin: int) -> int:
    """The first run's update at which the curves part, found by halving its updates between two points."""
    if begin == 0:
        return 0
    (first, second), (unit, other) = result.runs, result.units
    low, high = (round(position * unit) for position in result.positions[begin - 1 : begin + 1])

    def is_different(update: int) -> bool:
        return _differ(first.schedule(update), second.schedule(_update_at(update / unit, other)))

    return bisect_left(range(high), True, min(low + 1, high), key=is_different)  # both may be in one update


def _both(result: Difference, index: int) -> str:
    ours, theirs = (rate_text(rate, 4) for rate in result.rates[index])
    where = _named(result, result.positions[index])
    return tr("{where}: {ours} against {theirs}", where=where, ours=ours, theirs=theirs)


def _named(result: Difference, position: float) -> str:
    if result.axis == "progress":
        return tr("{percent} % of the run", percent=f"{100 * position:.3g}")
    if result.axis == "iters":
        return tr("update {update}", update=count_text(round(position, 3)))
    for run in (planned.run for planned in result.runs):
        if position == (last := run.total_iters - 1) / run.iters_per_epoch:
            return tr("epoch {epoch}", epoch=epoch_text(last, run))
    return tr("epoch {epoch}", epoch=count_text(round(position, 3)))
