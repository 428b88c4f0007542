"""LR3xx: the warmup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ppocr_lr.check.rule import example, rule, source
from ppocr_lr.check.subject import CurveSubject, Subject
from ppocr_lr.finding import Finding, Proposal, Severity
from ppocr_lr.language import tr
from ppocr_lr.lr_config.values import yaml_number
from ppocr_lr.numbers_text import amount, count_text, rate_text
from ppocr_lr.schedules.base import MAX_STEP

_OF_THE_LOG = ("print_batch_step", "log_smooth_window")  # PaddleOCR's keys


def _key(subject: CurveSubject) -> str:
    return subject.lr.warmup_key if subject.summary.warmup_iters else ""


@rule("LR301", Severity.ERROR, "the warmup is as long as the run")
@example("epoch_num: 5, warmup_epoch: 5")
@source("PaddleX #115")
def as_long_as_the_run(subject: CurveSubject) -> Iterator[Finding]:
    """The rate rises until the last update and never decays; the peak is not reached."""
    warmup, total = subject.summary.warmup_iters, subject.run.total_iters
    # A warmup in iterations against a run in epochs needs the length of an epoch.
    if warmup >= total and (subject.length_is_known or not subject.counts_warmup_in_iterations):
        shorter = max(1, total // 20)
        said = tr(
            "the warmup of {warmup} takes the whole run of {run}; it ends at {final} and never decays",
            warmup=amount(subject.epoch(warmup), "epoch"),
            run=amount(subject.run.epochs, "epoch"),
            final=subject.final,
        )
        fits = shorter < total and subject.lr.warmup_key
        proposals = (subject.setting(_key(subject), subject.warmup_text(shorter)),) if fits else ()
        yield Finding(subject.path(_key(subject)), said, proposals=proposals)


@rule("LR302", Severity.WARNING, "the warmup is longer than the time to the first drop")
@example("warmup_epoch: 10, milestones: [5, 8]")
@source("PaddleClas #1249")
def longer_than_the_first_piece(subject: CurveSubject) -> Iterator[Finding]:
    """Milestones count from the end of the warmup, so the drops come much later than they are written."""
    warmup, window = subject.summary.warmup_iters, subject.built_for.window
    if subject.drops and 0 < window.first_update(subject.lr.marks[0]) <= warmup:
        first, drop = subject.drops[0]
        said = tr(
            "the warmup ends at epoch {warmup}, after the first of {marks} ({first}); the drop comes at epoch {drop}",
            warmup=count_text(subject.epoch(warmup)),
            marks=subject.lr.marks_key,
            first=count_text(first),
            drop=count_text(subject.epoch(drop)),
        )
        yield Finding(subject.path(_key(subject)), said)


@rule("LR303", Severity.NOTE, "the first update has a rate of 0")
@example("warmup_epoch: 5")
@source("transformers #34754")
def first_update(subject: CurveSubject) -> Iterator[Finding]:
    """A warmup from 0 wastes its first update. This is harmless; the log shows lr: 0.000000."""
    schedule = subject.schedule
    if schedule(0) == 0 < schedule(1) and not subject.lr.done_iters:
        second = tr(", the second of {rate}", rate=rate_text(schedule(1))) if subject.length_is_known else ""
        said = tr("the first update has a rate of 0{second}", second=second)
        yield Finding(subject.path(_key(subject)), said, proposals=tuple(_higher_start(subject)))


def _higher_start(subject: CurveSubject) -> Iterator[Proposal]:
    """What lets a warmup start above 0, where there is a key for it."""
    if not subject.summary.warmup_iters:
        return
    if hasattr(subject.lr, "start_lr"):
        yield subject.setting("start_lr", yaml_number(float(f"{subject.summary.peak / 100:.3g}")))
    elif hasattr(subject.lr, "warmup_start_factor") and not subject.ignored:
        yield subject.setting("warmup_start_factor", 0.01, tr("{} starts at 1 % of the peak"))


@rule("LR304", Severity.WARNING, "a warmup before OneCycle")
@example("lr: {name: OneCycle, max_lr: 0.001, warmup_epoch: 5}")
@source("PaddleOCR #7703 #7742; Smith and Topin, arXiv 1708.07120")
def before_one_cycle(subject: CurveSubject) -> Iterator[Finding]:
    """OneCycle has a rise of its own. With a warmup the rate first goes up to max_lr, then falls to max_lr/25 and rises
    again.
    """
    if subject.planned.name == "OneCycle" and subject.summary.warmup_iters:
        warmup = subject.summary.warmup_iters
        said = tr(
            "the rate goes up to {peak} in {warmup}, falls to {low} and rises again: OneCycle has a rise of its own",
            peak=rate_text(subject.summary.peak),
            warmup=amount(subject.epoch(warmup), "epoch") if subject.can_be_told else tr("the warmup"),
            low=rate_text(subject.schedule(warmup)),
        )
        yield Finding(subject.path(_key(subject)), said, proposals=(subject.setting(_key(subject), 0),))


@rule("LR305", Severity.WARNING, "a negative warmup")
@example("warmup_epoch: -1")
@source("PaddleOCR's learning_rate.py")
def negative(subject: Subject) -> Iterable[Finding]:
    """PaddleOCR accepts it and builds no warmup."""
    return ()  # noticed while the section is read


@rule("LR306", Severity.NOTE, "a range test")
@example("lr: {name: RangeTest, start_lr: 1.0e-07, end_lr: 10, updates: 200}")
@source("Smith, arXiv 1506.01186")
def range_test(subject: CurveSubject) -> Iterator[Finding]:
    """The rate passes through all magnitudes, including those at which training diverges. The trained model is of no
    use; the losses in the log show at which rates a model learns.
    """
    if not subject.lr.tries_rates:
        return
    summary, total = subject.summary, subject.run.total_iters
    # How far a run of unknown length gets is not known either.
    highest = summary.peak if subject.length_is_known else subject.schedule.extremes(0, MAX_STEP)[1]
    first, peak = rate_text(subject.schedule(0)), rate_text(highest)
    rises, stays = tr("the rate rises from {first} to {peak}", first=first, peak=peak), ""
    if subject.length_is_known and (after := total - 1 - summary.peak_step):
        stays = tr(", where it stays for {updates}", updates=amount(after, "more update"))
    each = [f"Global.{key}=1" for key in _OF_THE_LOG if subject.section("Global").get(key) != 1]
    said = tr("a range test: {rises}{stays}; ppocr-lr find-rate reads the losses in its log", rises=rises, stays=stays)
    proposals = (Proposal(tuple(each), words=tr("{} logs each update as it is"), clears=False),) if each else ()
    yield Finding(subject.path("name"), said, proposals=proposals)


@rule("LR307", Severity.WARNING, "the run is shorter than its range test")
@example("epoch_num: 1, lr: {name: RangeTest, updates: 200}   # with 50 iterations per epoch")
@source("Smith, arXiv 1506.01186")
def shorter_than_the_test(subject: CurveSubject) -> Iterator[Finding]:
    """The run ends before the last rate of the test. The higher rates are never tried, usually including those at which
    training diverges, and without them there is no answer.
    """
    if not (subject.lr.tries_rates and subject.length_is_known):
        return
    total = subject.run.total_iters
    rise = subject.schedule.corner_steps(MAX_STEP, 1)[0]
    if rise and rise[0] >= total:
        epochs = -(-(rise[0] + 1) // subject.run.iters_per_epoch)
        said = tr("the run has {updates} and ends at {final}", updates=amount(total, "update"), final=subject.final)
        yield Finding(subject.path("updates"), said, proposals=(Proposal((f"Global.epoch_num={epochs}",)),))
