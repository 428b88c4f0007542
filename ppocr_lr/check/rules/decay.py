"""LR4xx: the decay."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from ppocr_lr.check.rule import example, rule, source
from ppocr_lr.check.subject import CurveSubject, Subject
from ppocr_lr.curve.spans import count_below
from ppocr_lr.errors import SECTION_PATH
from ppocr_lr.finding import Finding, Proposal, Severity
from ppocr_lr.language import later, tr
from ppocr_lr.numbers_text import amount, count_text, rate_text

_HIGH_END = 0.1  # of the peak: a cosine whose warmup took a fifth of the run
_STILL_HIGH = 0.5  # of the peak: a decay that hardly began
_LONG_REST = 0.25  # of the run, after a decay
_FOLD = 1.1  # a smaller rise is described by its two rates alone
_NOTHING = 1e-4  # of the peak


@rule("LR401", Severity.WARNING, "the decay is cut off")
@example("epoch_num: 20, warmup_epoch: 5   # the cosine stops at about 15 % of the peak")
@source("PaddleX #1625, PaddleClas #1173; Bag of Tricks, arXiv 1812.01187")
def cut_off(subject: CurveSubject) -> Iterator[Finding]:
    """The run ends while the rate is still high, usually because a warmup delays the decay without shortening it. The
    low rates at the end, where a decay gains most, are missing.
    """
    yield from _by_the_warmup(subject)
    yield from _by_its_own_length(subject)
    yield from _by_windows(subject)


def _by_the_warmup(subject: CurveSubject) -> Iterator[Finding]:
    summary, total = subject.summary, subject.run.total_iters
    lead, decay, end = subject.lead, subject.lead.behind, subject.lead.behind.end_of_decay()
    if end is None or end.step is None or decay(0) <= end.rate or not subject.can_be_told:
        return
    if subject.lr.around("decay_within_run") or subject.lr.around("cooldown_epochs"):
        return  # shortened already
    if end.step > subject.built_for.total_iters or lead.iters >= total:
        return  # too long by itself: `over_too_early`, `as_long_as_the_run`
    if lead.iters + end.step <= total:
        return  # it ends within the run, however high the last of a few updates is

    def left(rate: float) -> float:
        return (rate - end.rate) / (decay(0) - end.rate)

    # With a few updates in a run the last one is well above the end even without a warmup.
    if left(summary.final) > _HIGH_END and summary.final > 2 * decay(min(total - 1, end.step)):
        if subject.lr.overlaps:  # the hold begins with the warmup
            lead = lead._replace(warmup_iters=0, hold_iters=subject.lr.lead_length(subject.built_for.window))
        what = tr("warmup") if not lead.hold_iters else tr("warmup and hold") if lead.warmup_iters else tr("hold")
        key = subject.lr.warmup_key if lead.warmup_iters else "hold_epochs" if subject.lr.has_key("hold_epochs") else ""
        shorter = min(lead.warmup_iters // 2, total // 20)
        proposals = []
        if shorter and not lead.hold_iters and subject.lr.warmup_key and left(decay(total - 1 - shorter)) <= _HIGH_END:
            proposals.append(subject.setting(key, subject.warmup_text(shorter), tr("{} lets it end lower")))
        if subject.lr.has_key("decay_within_run"):
            words = tr("{{}} shortens it{ignored}", ignored=subject.ignored)
            proposals.append(subject.setting("decay_within_run", "true", words))
        said = tr(
            "the rate ends at {final}, because the decay starts after {epochs} of {what} and is not shortened",
            final=subject.of_peak(summary.final),
            epochs=amount(subject.epoch(lead.iters), "epoch"),
            what=what,
        )
        yield Finding(subject.path(key), said, proposals=tuple(proposals))


def _by_windows(subject: CurveSubject) -> Iterator[Finding]:
    """The trainer on Windows skips one iteration of each epoch, which matters if an epoch has few."""
    run, built_for = subject.run.iters_per_epoch, subject.built_for.iters_per_epoch
    final, planned = subject.summary.final, subject.schedule(subject.built_for.total_iters - 1)
    if run < built_for and final > max(_HIGH_END * subject.peak, 2 * planned):
        said = tr(
            "the rate ends at {final}, because the trainer on Windows runs {run} of the {built_for} per epoch that "
            "the schedule is built for",
            final=subject.of_peak(final),
            run=run,
            built_for=amount(built_for, "iteration"),
        )
        hint = tr("a smaller Train.loader.batch_size_per_card gives an epoch more iterations")
        yield Finding(SECTION_PATH, said, hint)


@rule("LR402", Severity.WARNING, "a drop that never comes")
@example("epoch_num: 500, decay_epochs: [700, 800]")
@source("PaddleOCR #8405, PaddleDetection #4235")
def too_late(subject: CurveSubject) -> Iterator[Finding]:
    """Milestones are absolute epochs. One beyond the end of the run, for instance after epoch_num was lowered, has no
    effect.
    """
    key, late = subject.lr.marks_key, [drop for drop in subject.drops if drop[1] >= subject.run.total_iters]
    if late:
        marks = ", ".join(count_text(mark) for mark, _ in late)
        real = ", ".join(count_text(subject.epoch(step)) for _, step in late)
        where = tr("lie") if len(late) > 1 else tr("lies")
        if real != marks:
            why = _windows(subject) + (tr(" with the warmup") if _counts_from_warmup(subject) else "")
            where = tr("would come at epoch {real}{why},", real=real, why=why)
        said = tr(
            "{marks} {where} beyond the run of {epochs}; the rate stays at {final}",
            marks=marks,
            where=where,
            epochs=amount(subject.run.epochs, "epoch"),
            final=subject.final,
        )
        yield Finding(subject.path(key), said, proposals=tuple(_in_proportion(subject, key)))
    over = _end_by_its_own_length(subject)
    if over > subject.built_for.total_iters and subject.lr.end_key == "knots":
        said = tr(
            "the last knot, at {where}, lies beyond the run of {epochs}; the rate ends at {final}",
            where=tr("epoch {epoch}", epoch=subject.epoch_text(over)),
            epochs=amount(subject.run.epochs, "epoch"),
            final=subject.final,
        )
        yield Finding(subject.path(subject.lr.end_key), said)


@rule("LR403", Severity.NOTE, "the warmup moves the drops")
@example("decay_epochs: [700], warmup_epoch: 5   # drops at epoch 705")
@source("Paddle's LinearWarmup")
def moved_by_the_warmup(subject: CurveSubject) -> Iterator[Finding]:
    """Boundaries and milestones count from the end of the warmup. On Windows, where an epoch has one iteration less
    than the schedule is built for, they come late as well.
    """
    drops = subject.drops
    if not drops or drops[-1][1] >= subject.run.total_iters:
        return
    by_windows = subject.planned.flags.windows and any(subject.epoch(step) - mark >= 1 for mark, step in drops)
    if _counts_from_warmup(subject) or by_windows:
        real = ", ".join(count_text(subject.epoch(step)) for _, step in drops)
        why = tr("counted from the end of the warmup, ") if _counts_from_warmup(subject) else ""
        message = (
            later("{why}the drop comes at epoch {epochs}{windows}")
            if len(drops) == 1
            else later("{why}the drops come at epochs {epochs}{windows}")
        )
        said = tr(message, why=why, epochs=real, windows=_windows(subject))
        yield Finding(subject.path(subject.lr.marks_key), said)


def _in_proportion(subject: CurveSubject, key: str) -> Iterator[Proposal]:
    """The same milestones in proportion, the last at nine tenths of the run; nothing where they do not fit."""
    # All that are written, also one after which no value is left: LR501 proposes that value, and both may be pasted.
    marks = [subject.built_for.window.epochs(mark) for mark in getattr(subject.lr, subject.lr.marks_key)]
    # In the epochs that the schedule is built for.
    per_epoch = subject.built_for.iters_per_epoch
    epochs, warmup = subject.run.total_iters / per_epoch, subject.lead.iters / per_epoch
    shift = warmup if _counts_from_warmup(subject) else 0.0
    factor = 0.9 * (epochs - shift) / marks[-1]
    for digits in (0, 2):
        scaled = [round(mark * factor, digits) for mark in marks]
        rising = all(earlier < later for earlier, later in pairwise(scaled))
        if rising and scaled[0] > warmup and scaled[-1] + shift < epochs:
            yield subject.setting(key, f"[{', '.join(f'{mark:g}' for mark in scaled)}]")
            return


def _counts_from_warmup(subject: CurveSubject) -> bool:
    return bool(subject.lead.iters) and not subject.lr.counts_from_start


def _windows(subject: CurveSubject) -> str:
    return tr(" on Windows") if subject.planned.flags.windows else ""


@rule("LR409", Severity.NOTE, "a decay that does not know the end of the run")
@example("lr: {name: InverseSqrt, learning_rate: 0.001, warmup_epoch: 10}   # in a run of 20 epochs")
@source("Zhai et al., arXiv 2106.04560 (cooldown after an inverse square root); Hägele et al., arXiv 2405.18392")
def has_no_end(subject: CurveSubject) -> Iterator[Finding]:
    """Inverse and exponential decays go on for ever. If their time scale is long for the run, the rate is still
    high when training stops, and the gain of a low rate at the end is lost.
    """
    end = subject.lead.behind.end_of_decay()
    final, peak = subject.summary.final, subject.summary.peak
    decays = subject.can_be_told and subject.lead.warmup_iters < subject.run.total_iters
    if end and end.step is None and decays and final > _STILL_HIGH * peak:
        # Noam's learning_rate is a factor, not the peak that another name would take it for.
        is_peak = getattr(subject.lr, "learning_rate", None) == peak
        others = tr("; so does a Sequence with a last stage of name: Linear")
        wsd = subject.setting("name", "WSD", tr("{{}} ends at 0{others}", others=others))
        said = tr("the rate ends at {final}: this decay does not know when the run ends", final=subject.of_peak(final))
        hint = tr("name: WSD ends at 0{others}", others=others)
        yield Finding(subject.path("name"), said, hint, proposals=(wsd,) if is_peak else ())


def _end_by_its_own_length(subject: CurveSubject) -> int:
    """The update at which a decay ends whose section writes its length, whatever the run.

    0 if the run decides, if nothing decays, or if the end is not known.
    """
    decay, left = subject.lead.behind, subject.run.total_iters - subject.lead.iters
    end = decay.end_of_decay()
    if not subject.lr.end_key or end is None or not subject.can_be_told:
        return 0
    if end.step is not None:
        iters = end.step if decay.extremes(0, end.step)[1] > end.rate else 0
    else:
        below = count_below(decay, left, end.rate + _NOTHING * (decay(0) - end.rate)) if left > 0 else None
        iters = left - below if below else 0
    return subject.lead.iters + iters if iters else 0


def _by_its_own_length(subject: CurveSubject) -> Iterator[Finding]:
    over, summary, key = _end_by_its_own_length(subject), subject.summary, subject.lr.end_key
    if key == "knots":  # `too_late`
        return
    if over - subject.lead.iters > subject.built_for.total_iters and summary.final > _HIGH_END * summary.peak:
        field = type(subject.lr).model_fields.get(key)
        optional = field and not field.is_required()
        said = tr(
            "the decay would end at {where}, beyond the run of {epochs}; the rate ends at {final}",
            where=tr("epoch {epoch}", epoch=subject.epoch_text(over)),
            epochs=amount(subject.run.epochs, "epoch"),
            final=subject.of_peak(summary.final),
        )
        proposals = (subject.setting(key, "null", tr("{} decays over the run")),) if optional else ()
        yield Finding(subject.path(key), said, proposals=proposals)


@rule("LR410", Severity.WARNING, "the decay ends long before the run")
@example("epoch_num: 100, lr: {name: Polynomial, learning_rate: 0.1, decay_length: 30}")
@source("Paddle's PolynomialDecay, whose decay_steps are not the run's")
def over_too_early(subject: CurveSubject) -> Iterator[Finding]:
    """Past its last point the rate stays where it is, often at 0, and the rest of the run changes nothing."""
    over, total = _end_by_its_own_length(subject), subject.run.total_iters
    if 0 < over < (1 - _LONG_REST) * total:
        said = tr(
            "the decay ends at {where}; the rate stays at {final} for the remaining {rest}",
            where=tr("epoch {epoch}", epoch=subject.epoch_text(over)),
            final=subject.final,
            rest=subject.epochs_text(total - over),
        )
        yield Finding(subject.path(subject.lr.end_key), said)
    cycles = subject.lead.behind.end_of_cycles() if subject.can_be_told else None
    over = subject.lead.iters + cycles.step if cycles and cycles.step is not None else total
    if over < (1 - _LONG_REST) * total:
        said = tr(
            "the cycles end at epoch {epoch}; the rate stays at {final} for the remaining {rest}",
            epoch=subject.epoch_text(over),
            final=subject.final,
            rest=subject.epochs_text(total - over),
        )
        yield Finding(subject.path("cycle_limit" if hasattr(subject.lr, "cycle_limit") else "name"), said)


@rule("LR413", Severity.WARNING, "a rate that rises in a step")
@example("lr: {name: Piecewise, decay_epochs: [10], values: [5.0e-6, 5.0e-5]}")
@source("Goyal et al., arXiv 1706.02677")
def rises_in_a_step(subject: CurveSubject) -> Iterator[Finding]:
    """Rising values are usually meant as a warmup, or are in the wrong order. A warmup is written as warmup_epoch, and
    rises a little with each update; a step up comes all at once, after epochs at the low rate.
    """
    lead, decay, left = subject.lead.iters, subject.lead.behind, subject.run.total_iters - subject.lead.iters
    if not subject.drops or left < 1:
        return
    steps = decay.corner_steps(left - 1, len(subject.drops))[0]
    rises = [start for start in steps if decay(start) > decay(start - 1)]
    if rises:
        before, after = decay(rises[0] - 1), decay(rises[0])
        first = tr(
            "{times} at epoch {epoch}, from {before} to {after}",
            times=tr(" {times}-fold", times=f"{after / before:.3g}") if after >= _FOLD * before > 0 else "",
            epoch=subject.epoch_text(lead + rises[0]),
            before=rate_text(before),
            after=rate_text(after),
        )
        more = tr("; {more} after it", more=amount(len(rises) - 1, "more rise")) if len(rises) > 1 else ""
        warmup = tr("; a warmup is {key}", key=subject.lr.warmup_key) if subject.lr.warmup_key else ""
        said = tr("the rate rises{rises}{more}{warmup}", rises=first, more=more, warmup=warmup)
        yield Finding(subject.path(subject.lr.marks_key), said)


@rule("LR406", Severity.WARNING, "TwoStepCosine and its 200 epochs")
@example("epoch_num: 100, name: TwoStepCosine")
@source("PaddleOCR's learning_rate.py")
def two_steps(subject: CurveSubject) -> Iterator[Finding]:
    """Its first cosine lasts 200 epochs, whatever epoch_num is: a shorter run stops in the middle of it, a longer one
    jumps up after it (with a warmup) or trains at a rate of 0 (without).
    """
    if subject.planned.name != "TwoStepCosine":
        return
    lr: Any = subject.lr
    total, peak, final = subject.run.total_iters, lr.learning_rate, subject.summary.final
    first_iters = lr.first_iters(subject.built_for.window)
    switch = subject.lead.iters + first_iters
    message = None
    if total <= switch:
        if final > _HIGH_END * peak:
            message = tr("the run stops before that, at {final}", final=subject.of_peak(final))
    elif final == lr.end_lr:
        where = count_text(subject.epoch(switch))
        message = tr(
            "the rate is exactly {final} from epoch {epoch} to the end of the run", final=rate_text(final), epoch=where
        )
    else:
        jump = subject.schedule(switch + 1) if switch + 1 < total else 0.0
        if jump > _HIGH_END * peak:
            where = subject.epoch_text(switch)
            message = tr("after it, at epoch {epoch}, the rate jumps up to {rate}", epoch=where, rate=rate_text(jump))
    if message:
        epochs = max(1, total - subject.lead.iters) / subject.built_for.iters_per_epoch
        said = tr(
            "the first cosine lasts {epochs} in any run; {message}",
            epochs=amount(subject.epoch(first_iters), "epoch"),
            message=message,
        )
        proposals = (
            subject.setting("name", "Cosine", tr("{} decays over the whole run")),
            subject.setting("first_epochs", f"{epochs:.6g}", f"{{}}{subject.ignored}"),
        )
        yield Finding(subject.path("name"), said, proposals=proposals)


@rule("LR412", Severity.NOTE, "a schedule without a curve")
@example("lr: {name: ReduceOnPlateau, learning_rate: 0.001}")
@source("Paddle's and PyTorch's ReduceOnPlateau")
def no_curve(subject: Subject) -> Iterator[Finding]:
    """The rate depends on a metric that is measured during training. The schedule can be built and trained with, but
    nothing can be drawn or compared beforehand. If it is stepped once per update instead of once per evaluation, its
    patience soon runs out.
    """
    if subject.lr.has_curve:
        return
    peak = rate_text(subject.peak)
    said = tr(
        "has no fixed curve: the rate starts at {peak} and falls when the metric stops "
        "improving; call step(metric) once per evaluation, not once per update",
        peak=peak,
    )
    if subject.lr.led_plateau(subject.built_for.window).iters:
        said = tr(
            "has a fixed curve only until its plateau begins, at {peak}; from there on the rate falls when the metric "
            "stops improving; call step() once per update and step(metric) once per evaluation",
            peak=peak,
        )
    yield Finding(subject.path("name"), said)
