"""Causes: another curve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ppocr_lr.logs.causes.explanation import Cause, flag, override
from ppocr_lr.logs.causes.search import Candidate, Family, Search
from ppocr_lr.lr_config.in_paddleocr import read_by_paddleocr
from ppocr_lr.numbers_text import amount, count_text
from ppocr_lr.training_config.scaling import overrides_to

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LONG = 1000  # updates of a warmup whose rates tell those of any other
_OTHER_NAMES = ("Cosine", "Linear", "DecayLearningRate", "OneCycle", "TwoStepCosine")


def trained_by_paddleocr(search: Search, base: Candidate) -> Iterator[Candidate]:
    """The keys of this project had no effect."""
    if search.planned.paddleocr_schedule is not None:
        words = f"trained by PaddleOCR, which ignores {', '.join(search.planned.own_keys)}"
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
        cause = Cause("no warmup", "there is no warmup", override(*overrides_to(written, section)))
        none = base.with_section(cause, section)
        yield none
        if search.explains(none):
            key = None  # any warmup that is over before the first line would do as well
    if key is not None:
        yield from _warmup(search, base, written, key, warmup, scaled)
    peak = getattr(config, "peak", None) or getattr(config, "learning_rate", None)
    for name in _OTHER_NAMES:
        if name != search.planned.name and peak:
            section = {"name": name, "max_lr" if name == "OneCycle" else "learning_rate": peak}
            if name != "DecayLearningRate" and warmup:
                section["warmup_epoch"] = warmup / base.run.iters_per_epoch
            cause = Cause("name", f"the schedule is {name}, not {search.planned.name}")
            yield base.with_section(cause, section)


def _warmup(
    search: Search, base: Candidate, written: Mapping[str, Any], key: str, planned: int, scaled: bool
) -> Iterator[Candidate]:
    iters_per_epoch = base.run.iters_per_epoch
    # What the number under the key counts; a ratio is of the run.
    unit = {"warmup_epoch": iters_per_epoch, "warmup_ratio": base.run.total_iters}.get(key, 1)

    def with_length(iters: int) -> Candidate:
        section = {**written, key: iters / unit if iters % unit else iters // unit}
        before = count_text(planned / unit if key == "warmup_epoch" else planned) if planned else "none"
        length = amount(round(iters / unit, 3), "epoch") if key == "warmup_epoch" else amount(iters, "iteration")
        proposal = override(*overrides_to(written, section))
        cause = Cause("warmup", f"the warmup has {length}, not {before}", proposal)
        return base.with_section(cause, section)

    last = max(2, min(base.run.total_iters, int(search.lines.updates.max()) * 2))
    some = max(planned, min(last, _LONG))

    def steps(iters: NDArray[np.int64], updates: NDArray[np.int64]) -> NDArray[Any]:
        return np.where(updates < iters, updates * (some / iters), some + updates - iters)

    around = [round(planned * part) for part in (0.5, 0.9, 1.1, 2)]
    best = search.best(Family(with_length, steps, with_length(some), 1, last, around, iters_per_epoch), scaled)
    if best is not None and best.x != planned:
        yield with_length(best.x)
