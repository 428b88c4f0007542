"""LR4xx: where the rate rises again, in a cycle or a stage."""

from __future__ import annotations

from collections.abc import Iterator

from ppocr_lr.check.rule import example, rule, source
from ppocr_lr.check.subject import CurveSubject
from ppocr_lr.errors import SECTION_PATH
from ppocr_lr.finding import Finding, Proposal, Severity
from ppocr_lr.language import tr
from ppocr_lr.lr_config.length import Length
from ppocr_lr.lr_config.run import NEARLY_0
from ppocr_lr.numbers_text import amount, count_text, rate_text
from ppocr_lr.schedules import Schedule

_HIGH_END = 0.1  # of a cycle's height, at which a run may end
_STILL_HIGH = 0.5  # of a cycle's height: a jump
_JUMP = 2.0
_MOST_CYCLES = 1000  # that are examined


@rule("LR404", Severity.WARNING, "a cosine that rises again")
@example("last_epoch: 30000   # with 20000 updates in the run")
@source("PaddleOCR #7163")
def rises_again(subject: CurveSubject) -> Iterator[Finding]:
    """Past its end a cosine rises again, back to its peak. Training that continues after epoch_num follows it."""
    end, start = subject.lead.behind.end_of_decay(), subject.lr.done_iters
    rises = subject.schedule(start + 1) > subject.schedule(start)
    known = subject.length_is_known  # without it, what is done cannot be compared with the run
    if known and end and end.step is not None and start >= subject.run.total_iters and rises:
        said = tr(
            "the run has {updates} and continues at {start}, where the rate is rising again ({rate})",
            updates=amount(subject.run.total_iters, "update"),
            start=count_text(start),
            rate=rate_text(subject.schedule(start)),
        )
        longer = Proposal((f"Global.epoch_num={int(subject.epoch(start)) + 1}",), words=tr("{} or more"))
        yield Finding(subject.path("last_epoch"), said, proposals=(longer,))


@rule("LR405", Severity.WARNING, "the last cycle is cut off")
@example("epoch_num: 20, cycle: 8")
@source("SGDR, arXiv 1608.03983")
def last_cycle(subject: CurveSubject) -> Iterator[Finding]:
    """A model trained in cycles is best at their low points; a run that stops in the middle of a cycle ends at a high
    rate.
    """
    lead, decay = subject.lead.iters, subject.lead.behind
    left = subject.run.total_iters - lead
    cycle = decay.cycle_around(left) if left > 0 and subject.can_be_told else None
    if cycle is None:
        return
    begin, after = cycle
    final, peak = subject.summary.final, subject.summary.peak
    low = min(decay.extremes(begin, after - 1)[0], decay.extremes(0, left - 1)[0])
    if begin < left and final - low > _HIGH_END * (peak - low):
        ends = tr(" or ").join(f"{subject.epoch(lead + end):.6g}" for end in cycle if end)
        said = tr(
            "the run ends {into} into a cycle of {cycle}, at {final}",
            into=subject.epochs_text(left - begin),
            cycle=subject.epochs_text(after - begin),
            final=subject.of_peak(final),
        )
        hint = tr("a cycle ends at epoch {ends}", ends=ends)
        proposals = tuple(_whole_cycles(subject, left, after - begin))
        yield Finding(subject.path(subject.lr.cycle_key), said, hint, proposals=proposals)


def _whole_cycles(subject: CurveSubject, left: int, length: int) -> Iterator[Proposal]:
    """The length with which whole cycles fill what is left of the run; nothing if no key says the length."""
    if not subject.lr.cycle_key:
        return
    whole = max(1, left // length)
    # Rounded up, so that the run ends just before a cycle does and not just after.
    fits = -(-left // whole)
    written = f"{fits / subject.built_for.iters_per_epoch:.6g}"
    if subject.built_for.iters(Length(float(written))) == fits != length:
        words = tr("{{}} makes {cycles}", cycles=amount(whole, "whole cycle"))
        yield subject.setting(subject.lr.cycle_key, written, words)


@rule("LR411", Severity.WARNING, "a jump up between stages")
@example(
    "stages: [{name: Cosine, learning_rate: 0.01, epochs: 5}, {name: Const, learning_rate: 0.01, until_end: true}]"
)
@source("optax's join_schedules, PyTorch's SequentialLR")
def jumps_between_stages(subject: CurveSubject) -> Iterator[Finding]:
    """A stage of a Sequence starts without regard to the one before. A sudden rise of the rate can undo what was
    learnt, as a large rate without a warmup does.
    """
    for path, start in subject.lr.seams(subject.built_for.window):
        before, after = subject.schedule(start - 1), subject.schedule(start)
        if after > _JUMP * before:
            where = tr(" at epoch {epoch}", epoch=subject.epoch_text(start)) if subject.can_be_told else ""
            # How near it has come depends on how many updates there were.
            nothing = not subject.length_is_known and before < NEARLY_0 * after
            said = tr(
                "the rate jumps from {before} up to {after}{where}, where this stage begins",
                before=tr("nearly 0") if nothing else rate_text(before),
                after=rate_text(after),
                where=where,
            )
            hint = tr("give the stage a warmup, or let it begin where the one before ends")
            yield Finding((*SECTION_PATH, *path), said, hint)


@rule("LR414", Severity.NOTE, "jumps back to the peak")
@example("epoch_num: 20, lr: {name: CyclicalCosine, learning_rate: 0.001, cycle: 5}   # up at epoch 5, 10 and 15")
@source("SGDR, arXiv 1608.03983")
def jumps_back(subject: CurveSubject) -> Iterator[Finding]:
    """Each cycle begins at its peak, at once and without a warmup. The metric gets worse for a while after each jump;
    that is intended, but looks as if training diverged.
    """
    lead, decay = subject.lead.iters, subject.lead.behind
    left = subject.run.total_iters - lead
    jumps = list(_jumps_up(decay, left)) if left > 0 and subject.can_be_told else []
    if jumps:
        times = amount(len(jumps), "time")
        if len(jumps) == _MOST_CYCLES:
            times = tr("{times} times or more", times=_MOST_CYCLES)
        first = subject.epoch_text(lead + jumps[0])
        said = tr(
            "the rate jumps back {times} to {rate}, first at epoch {first}",
            rate=rate_text(decay(jumps[0])),
            times=times,
            first=first,
        )
        yield Finding(subject.path(subject.lr.cycle_key or "name"), said)


def _jumps_up(decay: Schedule, left: int) -> Iterator[int]:
    """The updates at which one of the first cycles begins with a jump over most of its height."""
    cycle = decay.cycle_around(0)
    for _ in range(_MOST_CYCLES):
        if not cycle or cycle[1] >= left:
            return
        start = cycle[1]
        cycle = decay.cycle_around(start)
        low, high = decay.extremes(start - 1, min(cycle[1] if cycle else start + 1, left) - 1)
        if decay(start) - decay(start - 1) > _STILL_HIGH * (high - low):
            yield start
