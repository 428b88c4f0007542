"""Causes: the schedule is not at the step that the log counts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ppocr_lr.language import later, tr
from ppocr_lr.logs.causes.explanation import Cause, flag
from ppocr_lr.logs.causes.search import Candidate, Family, Search
from ppocr_lr.logs.pace import Accumulated, SteppedEvery, SteppedTimes
from ppocr_lr.logs.window import medians
from ppocr_lr.lr_config import Run
from ppocr_lr.numbers_text import amount
from ppocr_lr.training.resumed import ResumedByPaddle

_NEAREST = 3
_MOST_TIMES = 1024  # processes that each step the schedule
_MOST_AHEAD = 200  # updates, of a process that was not resumed
_PACES = tuple(range(2, 17))  # of accumulation, and of processes


def with_a_loaded_rate(search: Search, base: Candidate) -> Iterator[Candidate]:
    """A resume whose first update had the rate of the checkpoint."""
    schedule = base.schedule()
    if schedule is None or search.rate_before is None:
        return
    _, begin = _resumed_at(search, base)
    shown = float(search.lines.rates[0])
    done = int(search.lines.updates[0]) - begin
    # The first line shows the mean of two rates; after more, the median only shows on which side the first is.
    rate = {1: shown, 2: max(0.0, 2 * shown - schedule(begin + 1))}.get(done, search.rate_before)
    words = tr(
        "after the resume the first update had the checkpoint's rate, as in PaddleOCR, and the next ones the plan's"
    )
    yield base.put_into(Cause("loaded rate", words), partial(ResumedByPaddle, first=begin, rate=rate))


def at_another_place(search: Search, base: Candidate, scaled: bool = False) -> Iterator[Candidate]:
    """A resume that continued elsewhere in the schedule."""
    if not search.resumed:
        return
    first = int(search.lines.updates[0])
    length, begin = _resumed_at(search, base)

    def ahead(shift: int, fitting: str = "") -> Candidate:
        if first + shift <= length:
            cause = Cause("started over", tr("the schedule started over at the resume instead of continuing"))
        else:
            cause = offset(shift, fitting)
        return base.because(cause, shift=shift)

    over = ahead(-begin)
    if begin and search.explains(over):
        yield over
        return
    family = Family(ahead, _shifted, base, 1 - first, base.run.total_iters, [-begin], length)
    best = search.best(family, scaled)
    if best is not None and best.x:
        ends = sorted((abs(best.low), abs(best.high)))
        fitting = tr(" ({least} to {most} fit)", least=ends[0], most=ends[1]) if best.low < best.high else ""
        yield ahead(best.x, fitting)


def _resumed_at(search: Search, base: Candidate) -> tuple[int, int]:
    """The length of an epoch, and its first update, at which PaddleOCR resumes."""
    length = _iters(search, base)
    return length, (int(search.lines.updates[0]) - 1) // length * length


def ahead_or_behind(search: Search, base: Candidate) -> Iterator[Candidate]:
    """As when the schedule is stepped before the optimizer, or a loop steps it before its first update."""

    def ahead(shift: int) -> Candidate:
        return base.because(offset(shift), shift=shift)

    best = search.best(Family(ahead, _shifted, base, -_MOST_AHEAD, _MOST_AHEAD, [-1, 1]))
    if best is not None and best.x:
        yield ahead(best.x)


def once_per_epoch(search: Search, base: Candidate) -> Iterator[Candidate]:
    """Stepped in the outer loop, with which a schedule of many updates may look constant."""
    yield stepped_every(_iters(search, base), search, base)


def _iters(search: Search, base: Candidate) -> int:
    return search.logged_length or base.run.iters_per_epoch


def stepped_every(updates: int, search: Search, base: Candidate) -> Candidate:
    """Stepped once in so many updates of the log."""
    if updates == _iters(search, base):
        words = tr("the schedule was stepped once per epoch, not after each update")
    else:
        words = tr("the schedule was stepped once in {count} updates of the log, not after each update", count=updates)
    return base.put_into(Cause("pace", words), partial(SteppedEvery, updates=updates))


def at_another_pace(search: Search, base: Candidate) -> Iterator[Candidate]:
    """Not stepped once per update."""
    iters = _iters(search, base)

    def every(updates: int) -> Candidate:
        return stepped_every(updates, search, base)

    def times(steps: int) -> Candidate:
        words = tr(
            "the schedule was stepped {count} times per update, as when each of {count} processes steps it", count=steps
        )
        return base.put_into(Cause("pace", words), partial(SteppedTimes, times=steps))

    for family in (
        Family(every, lambda by, updates: updates // by, base, 2, max(iters, *_PACES), [iters, *_PACES]),
        Family(times, lambda by, updates: updates * by, base, 2, _MOST_TIMES, _PACES),
    ):
        best = search.best(family)
        if best is not None:
            yield family.at(best.x)


def accumulated(search: Search, base: Candidate) -> Iterator[Candidate]:
    """The log counts batches, and the schedule is built for the updates."""
    if search.batches:
        together = search.planned.flags.accumulate
        words = tr("each batch of the log is an update of the schedule, not {count} of them together", count=together)
        cause = Cause("accumulation", words, flag("accumulate", 1))
        yield base.because(cause, run=Run(base.run.epochs, search.batches), around=())
        return
    batches, schedule = _iters(search, base), base.schedule()
    if schedule is None or not search.may_be_right(medians(schedule, search.sample).distance(search.sample).mean()):
        return

    def made_of(every: int) -> Candidate:
        words = tr("the log counts batches, and {count} of them make an update of the schedule", count=every)
        cause = Cause("accumulation", words, flag("accumulate", every))
        run = Run(base.run.epochs, batches // every)
        return base.put_into(cause, partial(Accumulated, batches=batches, every=every), run=run)

    def carried_over(every: int, updates: int) -> Candidate:
        words = tr(
            "the log counts batches, and {count} of them make an update of the schedule, across epochs too", count=every
        )
        run = Run(base.run.epochs, updates)
        return base.put_into(Cause("accumulation", words), partial(SteppedEvery, updates=every), run=run)

    paces = [every for every in _PACES if every <= batches]
    uneven = [every for every in paces if batches % every]
    carried = [carried_over(every, batches // every + up) for every in uneven for up in (0, 1)]
    for candidates in ([made_of(every) for every in paces], carried):
        near = sorted(candidates, key=search.rough_cost)[:_NEAREST]
        if near:
            yield min(near, key=lambda candidate: search.cost(candidate, search.many))


def _shifted(shift: NDArray[np.int64], updates: NDArray[np.int64]) -> NDArray[np.int64]:
    return updates + shift


def offset(shift: int, fitting: str = "") -> Cause:
    """The schedule is `shift` updates ahead of the log."""
    message = later("the schedule is {updates} ahead of the count of the log{fitting}")
    if shift < 0:
        message = later("the schedule is {updates} behind the count of the log{fitting}")
    return Cause("offset", tr(message, updates=amount(abs(shift), "update"), fitting=fitting))
