"""A run in a few numbers, all asked of its schedule."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from ppocr_lr.curve.axis import epoch_text
from ppocr_lr.errors import printable
from ppocr_lr.language import later, tr
from ppocr_lr.lr_config import Run
from ppocr_lr.numbers_text import amount, count_text, padded, rate_text, value_text
from ppocr_lr.schedules import Schedule
from ppocr_lr.training_config.plan import PlannedRun

PERCENTAGES = (0, 25, 50, 75, 100)
_MOST_REDUCTIONS = 20  # that are listed one by one


class Summary(NamedTuple):
    """Peak, end and warmup of a run; steps are update numbers, rates learning rates."""

    schedule: Schedule
    peak: float
    final: float
    final_step: int
    warmup_iters: int
    warmup_start: float
    at: tuple[tuple[int, int, float], ...]
    """(percent of the run, update, rate); 100 % is the last update."""

    @property
    def peak_step(self) -> int:
        """The first update that has the highest rate, found by halving, as `extremes` is exact but for rounding."""
        peak = self.peak * (1 - 1e-14)
        return bisect_left(range(self.final_step), True, key=lambda step: self.schedule.extremes(0, step)[1] >= peak)


def summarize(schedule: Schedule, run: Run) -> Summary:
    """The summary of `schedule` over `run`."""
    last = run.total_iters - 1
    lead = schedule.lead()
    marks = [min(run.total_iters * percent // 100, last) for percent in PERCENTAGES]
    return Summary(
        schedule=schedule,
        peak=schedule.extremes(0, last)[1],
        final=schedule(last),
        final_step=last,
        warmup_iters=lead.warmup_iters,
        warmup_start=lead.warmup_start,
        at=tuple((percent, step, schedule(step)) for percent, step in zip(PERCENTAGES, marks, strict=True)),
    )


def length_text(run: Run) -> str:
    """`20 epochs × 100 iterations = 2000 updates`."""
    updates = amount(run.total_iters, "update")
    return f"{amount(run.epochs, 'epoch')} × {amount(run.iters_per_epoch, 'iteration')} = {updates}"


def plan_rows(planned: PlannedRun) -> Iterator[tuple[str, str]]:
    """The run in numbers: what, and how much."""
    run = planned.run
    summary = summarize(planned.schedule, run)
    yield later("run"), length_text(run)
    yield later("epoch"), planned.length.arithmetic
    yield later("warmup"), _warmup(summary, run)
    peak, final = rate_text(summary.peak, 4), rate_text(summary.final, 4)
    yield later("peak"), tr("{rate}, first at {where}", rate=peak, where=_where(summary.peak_step, run))
    yield later("final"), tr("{rate} at {where}", rate=final, where=_where(summary.final_step, run))


def plan_lines(planned: PlannedRun) -> Iterator[str]:
    """The run in five lines below its name, for a terminal."""
    yield printable(f"{planned.source}: {planned.name}")
    for what, text in plan_rows(planned):
        yield row(tr(what), text)


def text_lines(planned: PlannedRun) -> Iterator[str]:
    """The summary of a planned run, for a terminal."""
    run = planned.run
    yield from plan_lines(planned)
    yield row(tr("rates"), _rates(summarize(planned.schedule, run)))
    for number, line in enumerate(simulation_lines(planned)):
        yield row("" if number else tr("metrics"), line)
    if line := trainer_text(planned):
        yield row(tr("trainer"), line)
    for group in planned.groups:
        peak = rate_text(summarize(group.of(planned.schedule), run).peak, 4)
        rate = tr("peak {rate}", rate=peak) if group.trains else tr("not trained")
        said = tr(
            "× {factor}, {rate}: {label} ({names})",
            factor=group.factor_text,
            rate=rate,
            label=group.label,
            names=group.names,
        )
        yield row(tr("group"), said)
    if done := planned.parsed.config.done_iters:
        yield row(tr("resume"), tr("last_epoch: the scheduler starts at {where}", where=_where(done, run)))


def row(label: str, text: str) -> str:
    """A line below the name of a run."""
    return printable(f"  {padded(label, 9)}{text}")


def trainer_text(planned: PlannedRun) -> str:
    """How PaddleOCR's own trainer differs from this run, in one sentence; empty where it does not."""
    if planned.flags.trainer == "paddleocr":
        return tr("PaddleOCR's own trainer, without this project's builder")
    if planned.paddleocr_schedule is None:
        return ""
    last = planned.run.total_iters - 1
    keys = ", ".join(planned.own_keys)
    theirs, ours = (rate_text(schedule(last), 4) for schedule in (planned.paddleocr_schedule, planned.schedule))
    if theirs == ours:
        return tr(
            "PaddleOCR's own trainer ignores {keys}; only the final rate, {ours}, is the same", keys=keys, ours=ours
        )
    return tr(
        "PaddleOCR's own trainer ignores {keys}: its final rate is {theirs}, here it is {ours}",
        keys=keys,
        theirs=theirs,
        ours=ours,
    )


def simulation_lines(planned: PlannedRun) -> Iterator[str]:
    """The metrics that a curve is simulated with, and where they reduced the rate; nothing without metrics."""
    if planned.simulation is None:
        return
    yield tr("simulated with {metrics}", metrics=planned.simulation.metrics())
    reductions = planned.simulation.reductions
    for reduction in reductions[:_MOST_REDUCTIONS]:
        yield tr(
            "reduced at epoch {epoch}: {before} → {after}",
            epoch=epoch_text(reduction.update, planned.run),
            before=rate_text(reduction.before, 4),
            after=rate_text(reduction.after, 4),
        )
    if more := len(reductions[_MOST_REDUCTIONS:]):
        yield tr("and {count} more times", count=more)
    if not reductions:
        yield tr("never reduced")


def beside_text(schedule: Schedule, run: Run) -> str:
    """A weight decay, or another value that follows a schedule, in the form of the rates."""
    low, high = schedule.extremes(0, run.total_iters - 1)
    text = partial(value_text, highest=high)
    return tr("{value} throughout", value=text(low)) if low == high else _rates(summarize(schedule, run), text)


def _rates(summary: Summary, text: Callable[[float], str] = lambda rate: rate_text(rate, 4)) -> str:
    return "   ".join(f"{percent} % {text(rate)}" for percent, _, rate in summary.at)


def _warmup(summary: Summary, run: Run) -> str:
    if not summary.warmup_iters:
        return tr("none")
    epochs = summary.warmup_iters / run.iters_per_epoch
    length = f"{amount(epochs, 'epoch')} = {amount(summary.warmup_iters, 'iteration')}"
    return tr("{length}, starting from {rate}", length=length, rate=rate_text(summary.warmup_start))


def _where(step: int, run: Run) -> str:
    return tr("update {update} (epoch {epoch})", update=count_text(step), epoch=epoch_text(step, run))
