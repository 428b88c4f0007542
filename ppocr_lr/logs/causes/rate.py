"""Causes: another rate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ppocr_lr.errors import LRConfigError
from ppocr_lr.logs.causes.explanation import Cause, override
from ppocr_lr.logs.causes.search import Candidate, Search
from ppocr_lr.logs.intervals import most_agree
from ppocr_lr.logs.lines import SIX_DECIMALS
from ppocr_lr.logs.window import least_squares, medians
from ppocr_lr.numbers_text import rate_text, times_text
from ppocr_lr.training_config.scaling import overrides_to, scaled_section

_VERY_MANY = 1 << 17  # lines that show a factor
_MOST = 0.9  # of the lines are true
_DIGITS = 12  # of a scaled rate: with fewer, a rate on the edge of its rounding would be shown as another one


def scaled(search: Search, base: Candidate) -> Iterator[Candidate]:
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
    peak = float(getattr(config, "peak", 0) or getattr(config, "learning_rate", 0))
    factor = _plainest_factor(low, high, peak) if likely else least_squares(shown, lines.rates)
    if factor <= 0 or not np.isfinite(factor) or f"{factor:.6g}" == "1":
        return
    try:
        proposal = override(*overrides_to(section.written, scaled_section(section.written, config, factor, _DIGITS)))
    except LRConfigError:  # a third party's section that marks no rates
        proposal = None
    words = "the rate is " + times_text(factor, "the plan's", 6)
    yield base.because(Cause("factor", words, proposal), factor=factor)


def constant(search: Search, base: Candidate) -> Iterator[Candidate]:
    """A rate that does not change is written the same in every line."""
    rates, lines = np.unique(search.lines.rates, return_counts=True)
    rate = float(rates[lines.argmax()])
    config = search.planned.parsed.config
    bare = not config.warmup_length(base.run.window)
    plainly = bare or abs(getattr(config, "learning_rate", 0) - rate) <= SIX_DECIMALS
    if lines.max() < _MOST * len(search.lines) or (search.planned.name == "Const" and plainly):
        return  # of a Const a factor, or no warmup, says the same
    words = f"the rate is constant, {rate_text(rate, 6)}" if rate > 0 else "the rate is below 5e-7 throughout"
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
