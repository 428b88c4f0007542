"""Causes: another curve, or the same at other rates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ppocr_lr.errors import LRConfigError
from ppocr_lr.language import tr
from ppocr_lr.logs.causes.explanation import Cause, flag, override
from ppocr_lr.logs.causes.search import Candidate, Family, Search
from ppocr_lr.logs.causes.steps import once_per_epoch, stepped_every
from ppocr_lr.logs.intervals import most_agree
from ppocr_lr.logs.lines import SIX_DECIMALS
from ppocr_lr.logs.window import least_squares, medians
from ppocr_lr.lr_config.in_paddleocr import read_by_paddleocr
from ppocr_lr.numbers_text import amount, count_text, rate_text, times_text
from ppocr_lr.training_config.scaling import overrides_to, scaled_section

if TYPE_CHECKING:
    from numpy.typing import NDArray

_VERY_MANY = 1 << 17  # lines that show a factor
_MOST = 0.9  # of the lines are true
_DIGITS = 12  # of a scaled rate: with fewer, a rate on the edge of its rounding would be shown as another one
_LONG = 1000  # updates of a warmup whose rates tell those of any other
_OTHER_NAMES = ("Cosine", "Linear", "DecayLearningRate", "OneCycle", "TwoStepCosine")


def trained_by_paddleocr(search: Search, base: Candidate) -> Iterator[Candidate]:
    """The keys of this project had no effect."""
    if search.planned.paddleocr_schedule is not None:
        words = tr("trained by PaddleOCR, which ignores {keys}", keys=", ".join(search.planned.own_keys))
        cause = Cause("trainer", words, flag("trainer", "paddleocr"))
        yield base.with_section(cause, read_by_paddleocr(search.planned.section))


def changed(search: Search, base: Candidate, scaled: bool = False) -> Iterator[Candidate]:
    """Another warmup, or another schedule."""
    if base.section is None or base.schedule() is None:
        return
    config, written = base.section.config, base.section.written
    key = config.warmup_key if "warmup_mode" in type(config).model_fields else None
    warmup = config.warmup_length(base.run.window)
    if key is not None and warmup > 0:
        section = {**written, key: 0}
        cause = Cause("no warmup", tr("there is no warmup"), override(*overrides_to(written, section)))
        none = base.with_section(cause, section)
        yield none
        if search.explains(none):
            key = None  # any warmup that is over before the first line would do as well
    if key is not None:
        yield from _warmup(search, base, written, key, warmup, scaled)
    peak = config.highest_rate(base.run.window)
    for name in _OTHER_NAMES:
        if name != search.planned.name:
            section = {"name": name, "max_lr" if name == "OneCycle" else "learning_rate": peak}
            if name != "DecayLearningRate" and warmup:
                section["warmup_epoch"] = warmup / base.run.iters_per_epoch
            words = tr("the schedule is {name}, not {planned}", name=name, planned=search.planned.name)
            cause = Cause("name", words)
            yield base.with_section(cause, section)


def _warmup(
    search: Search, base: Candidate, written: Mapping[str, Any], key: str, planned: int, scaled: bool
) -> Iterator[Candidate]:
    iters_per_epoch = base.run.iters_per_epoch
    # What the number under the key counts; a ratio is of the run.
    unit = {"warmup_epoch": iters_per_epoch, "warmup_ratio": base.run.total_iters}.get(key, 1)

    def with_length(iters: int) -> Candidate:
        section = {**written, key: iters / unit if iters % unit else iters // unit}
        before = count_text(planned / unit if key == "warmup_epoch" else planned) if planned else tr("none")
        length = amount(iters / unit, "epoch") if key == "warmup_epoch" else amount(iters, "iteration")
        words = tr("the warmup has {length}, not {planned}", length=length, planned=before)
        cause = Cause("warmup", words, override(*overrides_to(written, section)))
        return base.with_section(cause, section)

    last = max(2, min(base.run.total_iters, int(search.lines.updates.max()) * 2))
    some = max(planned, min(last, _LONG))

    def steps(iters: NDArray[np.int64], updates: NDArray[np.int64]) -> NDArray[Any]:
        return np.where(updates < iters, updates * (some / iters), some + updates - iters)

    around = [round(planned * part) for part in (0.5, 0.9, 1.1, 2)]
    best = search.best(Family(with_length, steps, with_length(some), 1, last, around, iters_per_epoch), scaled)
    if best is not None and best.x != planned:
        yield with_length(best.x)


def multiplied(search: Search, base: Candidate) -> Iterator[Candidate]:
    """All rates times a constant."""
    section, schedule = base.section, base.schedule()
    if section is None or schedule is None or search.lines.rates.max() <= 1e-6:  # one digit shows no factor
        return
    for lines in (search.many, search.lines.thinned(_VERY_MANY)):
        shown = medians(schedule, lines, base.shift)
        low, high, agreeing = most_agree(*shown.factors(lines))
        likely = agreeing.mean() >= _MOST
        if not likely:
            break
    config = section.config
    peak = config.highest_rate(base.run.window)
    factor = _plainest_factor(low, high, peak) if likely else least_squares(shown, lines.rates)
    if factor <= 0 or not np.isfinite(factor) or f"{factor:.6g}" == "1":
        return
    try:
        proposal = override(*overrides_to(section.written, scaled_section(section.written, config, factor, _DIGITS)))
    except LRConfigError:  # a third party's section that marks no rates
        proposal = None
    words = tr("the rate is {times}", times=times_text(factor, tr("the plan's"), 6))
    yield base.because(Cause("factor", words, proposal), factor=factor)


def constant(search: Search, base: Candidate) -> Iterator[Candidate]:
    """A rate that does not change is written the same in every line; a schedule that is stepped rarely may look so."""
    rates, lines = np.unique(search.lines.rates, return_counts=True)
    rate = float(rates[lines.argmax()])
    config = search.planned.parsed.config
    bare = not config.warmup_length(base.run.window)
    plainly = bare or abs(getattr(config, "learning_rate", 0) - rate) <= SIX_DECIMALS
    if lines.max() < _MOST * len(search.lines) or (search.planned.name == "Const" and plainly):
        return  # of a Const a factor, or no warmup, says the same
    words = tr("the rate is constant, {rate}", rate=rate_text(rate, 6))
    if rate <= 0:
        words = tr("the rate is below 5e-7 throughout")
    (once,) = once_per_epoch(search, base)
    never = stepped_every(int(search.lines.updates.max()), search, base)
    match search.explains(never), search.explains(once):
        case True, True:
            words += tr(", as if the schedule were never stepped or stepped once per epoch")
        case True, False:
            words += tr(", as if the schedule were never stepped")
        case False, True:
            words += tr(", as if the schedule were stepped once per epoch")
    section = {"name": "Const", "learning_rate": max(rate, 1e-7)}
    yield replace(base, shift=0).with_section(Cause("constant", words), section)


def _plainest_factor(low: float, high: float, peak: float) -> float:
    """A whole factor, or one over a whole one; else the factor that makes the peak a plain number."""
    for whole in range(2, 1025):
        for factor in (float(whole), 1 / whole):
            if low <= factor <= high:
                return factor
    return _plainest(low * peak, high * peak) / peak if peak else _plainest(low, high)


def _plainest(low: float, high: float) -> float:
    """The number of fewest digits between two."""
    middle = (low + high) / 2 if np.isfinite(high) else low
    return next((x for digits in range(12) if low <= (x := float(f"{middle:.{digits}e}")) <= high), middle)
