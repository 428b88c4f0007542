"""Causes: an epoch, or the run, has another length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ppocr_lr.language import tr
from ppocr_lr.logs.causes.explanation import Cause, flag
from ppocr_lr.logs.causes.search import Candidate, Family, Search
from ppocr_lr.lr_config import Run
from ppocr_lr.numbers_text import amount
from ppocr_lr.schedules.kinds import MAX_ITERS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def with_logged_length(search: Search, candidate: Candidate) -> Candidate:
    """The candidate with the length of an epoch that the log itself says, if that is not the plan's."""
    logged = search.logged_length
    planned = (search.plan.run.iters_per_epoch, search.planned.run.iters_per_epoch, search.batches)
    if logged is None or logged in planned or logged > _longest(search):
        return candidate
    return candidate.because(_length_cause(search, logged), run=Run(candidate.run.epochs, logged))


def with_logged_epochs(search: Search, candidate: Candidate) -> Candidate:
    """The candidate with the number of epochs that the log itself says, if that is not the plan's."""
    logged, run = search.logged_epochs, candidate.run
    if logged == run.epochs or max(search.logged_length or 1, run.iters_per_epoch) > _longest(search):
        return candidate
    words = tr("the run has {epochs}, not {planned}", epochs=amount(logged, "epoch"), planned=run.epochs)
    cause = Cause("epochs", words, flag("epochs", logged))
    return candidate.because(cause, run=Run(logged, run.iters_per_epoch))


def _longest(search: Search) -> int:
    """The longest epoch that a run can have; a damaged log may count more."""
    return MAX_ITERS // max(search.logged_epochs, search.plan.run.epochs)


def _length_cause(search: Search, iters: int) -> Cause:
    length = amount(iters, "iteration")
    if _counted(search, iters):
        planned = search.plan.run.iters_per_epoch
        words = tr("an epoch has {length}, not {planned}", length=length, planned=planned)
    else:
        words = tr(
            "the schedule is built for epochs of {length}, those of the log have {logged}",
            length=length,
            logged=search.counted_length,
        )
    return Cause("epoch length", words, flag("iters_per_epoch", iters))


def _counted(search: Search, iters: int) -> bool:
    """Whether the log counts epochs of a schedule that is built for so many iterations, of which one may not run."""
    if search.batches:  # and those count batches
        return search.logged_length in (None, iters)
    left_out = search.planned.built_for.iters_per_epoch - search.planned.run.iters_per_epoch
    return search.counted_length.allows(iters) or search.counted_length.allows(iters - left_out)


def epoch_length(
    search: Search, base: Candidate, scaled: bool = False, counted: bool | None = None
) -> Iterator[Candidate]:
    """A length of the epoch that the log does not give, or that it contradicts; of both, or as `counted` says."""
    planned = base.run.iters_per_epoch
    if search.lines.span.any():  # the log has epochs only
        return

    def with_length(iters: int) -> Candidate:
        return base.because(_length_cause(search, iters), run=Run(base.run.epochs, iters))

    def steps(iters: NDArray[np.int64], updates: NDArray[np.int64]) -> NDArray[Any]:
        return updates * (planned / iters) + 0.5

    low, high = max(1, planned // 30), min(planned * 30, MAX_ITERS // base.run.epochs)
    if counted and not search.batches:
        low, high = max(low, search.counted_length.least), min(high, (search.counted_length.most or high) + 1)
    if low > high:
        return
    around = [max(1, round(planned * factor)) for factor in (1 / 8, 1 / 4, 1 / 2, 0.99, 1.01, 2, 4, 8)]
    family = Family(with_length, steps, base, low, high, around)
    best = search.best(family, scaled)
    if best is not None and best.x != planned and counted in (None, _counted(search, best.x)):
        yield with_length(best.x)
