"""Causes: an epoch, or the run, has another length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ppocr_lr.logs.causes.explanation import Cause, flag
from ppocr_lr.logs.causes.search import Candidate, Family, Search
from ppocr_lr.lr_config import Run
from ppocr_lr.numbers_text import amount
from ppocr_lr.schedules.kinds import MAX_ITERS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def told_differences(search: Search) -> tuple[str, ...]:
    """Where the log itself says that its epochs, or its run, have another length."""
    epochs = search.logged_epochs
    run, logged = search.plan.run, search.logged_length or 1
    longest = MAX_ITERS // max(epochs, run.epochs)  # a damaged log may count more than a run can have
    told = []
    if logged <= longest and search.logged_length not in (
        None,
        run.iters_per_epoch,
        search.planned.run.iters_per_epoch,
        search.plan.batches,
    ):
        told.append("length")
    if epochs != run.epochs and max(logged, run.iters_per_epoch) <= longest:
        told.append("epochs")
    return tuple(told)


def with_told(search: Search, differences: Iterable[str]) -> Candidate:
    """The plan with these lengths of the log."""
    candidate = search.plan
    for difference in differences:
        run = candidate.run
        if difference == "length" and search.logged_length is not None:
            cause = _length_cause(search, search.logged_length)
            candidate = candidate.because(cause, run=Run(run.epochs, search.logged_length))
        else:
            words = f"the run has {amount(search.logged_epochs, 'epoch')}, not {run.epochs}"
            cause = Cause("epochs", words, flag("epochs", search.logged_epochs))
            candidate = candidate.because(cause, run=Run(search.logged_epochs, run.iters_per_epoch))
    return candidate


def _length_cause(search: Search, iters: int) -> Cause:
    words = f"an epoch has {amount(iters, 'iteration')}, not {search.plan.run.iters_per_epoch}"
    if search.logged_length not in (None, iters):
        logged = f"those of the log have {search.logged_length}"
        words = f"the schedule is built for epochs of {amount(iters, 'iteration')}, {logged}"
    return Cause("epoch length", words, flag("iters_per_epoch", iters))


def epoch_length(search: Search, base: Candidate, scaled: bool = False) -> Iterator[Candidate]:
    """A length of the epoch that the log does not give, or that it contradicts."""
    planned = base.run.iters_per_epoch
    if search.lines.span.any():  # the log has epochs only
        return

    def with_length(iters: int) -> Candidate:
        return base.because(_length_cause(search, iters), run=Run(base.run.epochs, iters))

    def steps(iters: NDArray[np.int64], updates: NDArray[np.int64]) -> NDArray[Any]:
        return updates * (planned / iters) + 0.5

    around = [max(1, round(planned * factor)) for factor in (1 / 8, 1 / 4, 1 / 2, 0.99, 1.01, 2, 4, 8)]
    most = min(planned * 30, MAX_ITERS // base.run.epochs)
    family = Family(with_length, steps, base, max(1, planned // 30), most, around)
    best = search.best(family, scaled)
    if best is not None and best.x != planned:
        yield with_length(best.x)
