"""LR4xx: the way down."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TypeGuard

from ppocr_lr import schedules
from ppocr_lr.check.finding import Draft, Subject
from ppocr_lr.curve.spans import count_below
from ppocr_lr.errors import SECTION
from ppocr_lr.numbers_text import amount, count_text, rate_text
from ppocr_lr.schedules import (
    Constant,
    CosineDecay,
    HeldAfter,
    PolynomialDecay,
    Schedule,
    Sequence,
    TwoStepCosine,
    Warmup,
)

_HIGH_END = 0.1  # of the peak: a cosine whose warmup took a fifth of the run
_LOG_STEP = 1e-6  # six decimals in PaddleOCR's log
_LOG_MEDIAN = 10  # updates: the log prints the median of the last 20, so fewer small rates never show
_STILL_HIGH = 0.5  # of the peak: a decay that hardly began
_LONG_REST = 0.25  # of the run, at the end of a decay
_JUMP = 2.0
_NOTHING = 1e-4  # of the peak
_DROPS = ("decay_epochs", "milestones")


def _decay_of(subject: Subject) -> tuple[Schedule, int]:
    """The decay itself, and the updates of warmup and hold before it; a section of stages is no hold and a decay."""
    schedule, lead_iters = subject.schedule, 0
    if subject.planned.name == "Sequence":
        return schedule, lead_iters
    if isinstance(schedule, Warmup):
        lead_iters = schedule.warmup_iters
        schedule = schedule.after
    if isinstance(schedule, Sequence) and all(isinstance(stage, Constant) for stage, _ in schedule.stages):
        lead_iters += sum(iters for _, iters in schedule.stages)
        schedule = schedule.last
    return (schedule.schedule if isinstance(schedule, HeldAfter) else schedule), lead_iters


def _is_shaped(decay: Schedule) -> TypeGuard[schedules.Decay | schedules.KDecay | schedules.TanhDecay]:
    return isinstance(decay, (schedules.Decay, schedules.KDecay, schedules.TanhDecay))


def _cycles(decay: Schedule) -> TypeGuard[schedules.Cyclic | schedules.CyclicPolynomial | schedules.WarmRestarts]:
    return isinstance(decay, (schedules.Cyclic, schedules.CyclicPolynomial, schedules.WarmRestarts))


def _is_inverse(decay: Schedule) -> bool:
    kinds = ("InverseSqrt", "InverseTimeDecay", "Noam")
    return isinstance(decay, tuple(getattr(schedules, kind) for kind in kinds))


def _is_exponential(decay: Schedule) -> TypeGuard[schedules.ExponentialDecay | schedules.NaturalExpDecay]:
    return isinstance(decay, (schedules.ExponentialDecay, schedules.NaturalExpDecay))


def cut_off(subject: Subject) -> Iterator[Draft]:
    """LR401."""
    summary, run = subject.summary, subject.run
    decay, lead_iters = _decay_of(subject)
    if not (isinstance(decay, (CosineDecay, PolynomialDecay)) or _is_shaped(decay)) or decay.end >= decay.peak:
        return
    if not subject.can_be_told:
        return
    if getattr(subject.lr, "decay_within_run", True) or getattr(subject.lr, "cooldown_epochs", False):
        return  # shortened already
    if decay.decay_iters > run.total_iters:
        return  # too long by itself: `over_too_early`
    # With a few updates in a run the last one is well above the end even without a warmup.
    whole = decay(run.total_iters - 1)
    share = (summary.final - decay.end) / (decay.peak - decay.end)
    if lead_iters < run.total_iters and share > _HIGH_END and summary.final > 2 * whole:
        length = amount(subject.epoch(lead_iters), "epoch")
        what = "warmup" if lead_iters == summary.warmup_iters else "warmup and hold" if summary.warmup_iters else "hold"
        percent = 100 * summary.final / summary.peak
        key = subject.key(subject.warmup_key if summary.warmup_iters else "hold_epochs")
        # A twentieth of the run ends low, unless the decay is bent so that it falls late.
        falls_late = not isinstance(decay, CosineDecay) and not (
            isinstance(decay, PolynomialDecay) and decay.power >= 1
        )
        shorter = min(summary.warmup_iters // 2, run.total_iters // 20)
        shorten = f"-o {key}={subject.warmup_text(shorter)} lets it end lower"
        yield Draft(
            "LR401",
            key,
            f"the rate ends at {rate_text(summary.final)}, {percent:.3g} % of the peak, because the decay starts "
            f"after {length} of {what} and is not shortened",
            (f"{shorten}; " if shorter and not falls_late and what == "warmup" else "")
            + f"-o {subject.key('decay_within_run')}=true shortens it{subject.ignored}",
        )


def drops(subject: Subject) -> Iterator[Draft]:
    """LR402, LR403."""
    # Where the warmup counts against the run, the marks are epochs of the run already.
    _, lead_iters = _decay_of(subject)
    warmup = 0.0 if getattr(subject.lr, "decay_within_run", False) else subject.epoch(lead_iters)
    for key in _DROPS:
        marks = getattr(subject.lr, key, ())
        if key == "decay_epochs" and marks and len(getattr(subject.lr, "values", ())) == len(marks):
            marks = marks[:-1]  # LR501 says that the last boundary changes nothing
        late = [mark for mark in marks if mark + warmup >= subject.run.epochs]
        shift = f" (epoch {count_text(late[0] + warmup)} with the warmup)" if late and warmup else ""
        if late:
            yield Draft(
                "LR402",
                subject.key(key),
                f"{', '.join(map(count_text, late))} {'lie' if len(late) > 1 else 'lies'} beyond the run of "
                f"{amount(subject.run.epochs, 'epoch')}{shift}; the rate stays at {rate_text(subject.summary.final)}",
                _scaled_hint(subject.key(key), marks, subject.run.epochs, warmup),
            )
        elif marks and warmup:
            real = ", ".join(count_text(mark + warmup) for mark in marks)
            yield Draft(
                "LR403", subject.key(key), f"counted from the end of the warmup, the drops come at epoch {real}"
            )  # fmt: skip


def _scaled_hint(key: str, marks: tuple[float, ...], epochs: int, warmup: float) -> str:
    """The same milestones in proportion, the last at nine tenths of the run; nothing where they do not fit."""
    factor = 0.9 * (epochs - warmup) / marks[-1]
    for digits in (0, 2):
        scaled = [round(mark * factor, digits) for mark in marks]
        rising = all(earlier < later for earlier, later in pairwise(scaled))
        if rising and scaled[0] > warmup and scaled[-1] + warmup < epochs:
            return f'-o "{key}=[{", ".join(f"{mark:g}" for mark in scaled)}]"'
    return ""


def rises_again(subject: Subject) -> Iterator[Draft]:
    """LR404."""
    decay, _ = _decay_of(subject)
    start = subject.lr.done_iters
    rises = subject.schedule(start + 1) > subject.schedule(start)  # a cosine that is held does not
    if isinstance(decay, CosineDecay) and start >= subject.run.total_iters and rises:
        yield Draft(
            "LR404",
            subject.key("last_epoch"),
            f"the run has {amount(subject.run.total_iters, 'update')} and goes on at {count_text(start)}, where "
            f"the cosine is on its way up again ({rate_text(subject.schedule(start))})",
            f"-o Global.epoch_num={int(subject.epoch(start)) + 1}, or more",
        )


def last_cycle(subject: Subject) -> Iterator[Draft]:
    """LR405."""
    decay, lead_iters = _decay_of(subject)
    if not subject.can_be_told:
        return
    if _cycles(decay):
        yield from _last_of_other_cycles(subject, decay, lead_iters)
    if not isinstance(decay, schedules.CyclicalCosine):
        return
    left = subject.run.total_iters - lead_iters
    rest = left % decay.cycle_iters
    if left > 0 and rest and subject.summary.final > _HIGH_END * decay.peak:
        whole = left // decay.cycle_iters
        # Rounded up, so that the run ends just before a cycle does and not just behind.
        fits = -(-left // max(whole, 1))
        written = f"{fits / subject.built_for.iters_per_epoch:.6g}"
        makes = subject.built_for.iters(float(written)) == fits and fits != decay.cycle_iters
        yield Draft(
            "LR405",
            subject.key("cycle"),
            f"the run ends {amount(round(subject.epoch(rest), 2), 'epoch')} into a cycle of "
            f"{amount(round(subject.epoch(decay.cycle_iters), 2), 'epoch')}, at {rate_text(subject.summary.final)}, "
            f"{100 * subject.summary.final / decay.peak:.3g} % of the peak",
            f"-o {subject.key('cycle')}={written} makes {amount(max(whole, 1), 'whole cycle')}" if makes else "",
        )


def _last_of_other_cycles(
    subject: Subject, decay: schedules.Cyclic | schedules.CyclicPolynomial | schedules.WarmRestarts, lead_iters: int
) -> Iterator[Draft]:
    """LR405 where cycles differ, or rise as well: the run should end where one does."""
    left = subject.run.total_iters - lead_iters
    if left <= 0:
        return
    if isinstance(decay, schedules.CyclicPolynomial):
        begin = left - left % decay.decay_iters
        after = begin + decay.decay_iters
    else:
        begin, after = decay.cycle_around(left)
    low = decay.base if isinstance(decay, schedules.Cyclic) else decay.end
    final, peak = subject.summary.final, subject.summary.peak
    if begin < left and final - low > _HIGH_END * (peak - low):
        epochs = " or ".join(f"{subject.epoch(lead_iters + end):.6g}" for end in (begin, after) if end)
        yield Draft(
            "LR405",
            SECTION,
            f"the run ends {amount(round(subject.epoch(left - begin), 2), 'epoch')} into a cycle of "
            f"{amount(round(subject.epoch(after - begin), 2), 'epoch')}, at {rate_text(final)}, "
            f"{100 * final / peak:.3g} % of the peak",
            f"a cycle ends at epoch {epochs}",
        )


def has_no_end(subject: Subject) -> Iterator[Draft]:
    """LR409."""
    decay, _ = _decay_of(subject)
    final, peak = subject.summary.final, subject.summary.peak
    decays = subject.can_be_told and subject.summary.warmup_iters < subject.run.total_iters
    if (_is_inverse(decay) or _is_exponential(decay)) and decays and final > _STILL_HIGH * peak:
        # Noam's learning_rate is a factor, not the peak that another name would take it for.
        wsd = "name: WSD" if isinstance(decay, schedules.Noam) else f"-o {subject.key('name')}=WSD"
        yield Draft(
            "LR409",
            subject.key("name"),
            f"the rate ends at {rate_text(final)}, {100 * final / peak:.3g} % of the peak: this decay does not "
            "know when the run ends",
            f"{wsd} ends at 0; so does a Sequence with a last stage of name: Linear",
        )


def over_too_early(subject: Subject) -> Iterator[Draft]:
    """LR410, and LR401 and LR402 where a length of its own goes beyond the run."""
    total = subject.run.total_iters
    key, over, length = _end_of_its_own(subject)
    if not key or not subject.can_be_told:
        return
    where = f"epoch {count_text(round(subject.epoch(over), 2))}"
    final = rate_text(subject.summary.final)
    if over < (1 - _LONG_REST) * total:
        rest = amount(round(subject.epoch(total - over), 2), "epoch")
        yield Draft(
            "LR410", subject.key(key), f"the decay is over at {where}; the rate stays at {final} for the other {rest}"
        )
    elif over > total and key == "knots":
        yield Draft(
            "LR402",
            subject.key(key),
            f"the last knot, at {where}, lies beyond the run of {amount(subject.run.epochs, 'epoch')}; the rate ends "
            f"at {final}",
        )
    elif key == "decay_length" and subject.summary.final > _HIGH_END * subject.summary.peak and length > total:
        yield Draft(
            "LR401",
            subject.key(key),
            f"the decay would end at {where}, beyond the run of {amount(subject.run.epochs, 'epoch')}; the rate ends "
            f"at {final}, {100 * subject.summary.final / subject.summary.peak:.3g} % of the peak",
            f"-o {subject.key(key)}=null decays over the run",
        )


def _end_of_its_own(subject: Subject) -> tuple[str, int, int]:
    """The key that says when a decay is over, whatever the run, the update, and the length; no key without one."""
    decay, lead_iters = _decay_of(subject)
    if isinstance(decay, schedules.PiecewiseLinear):
        return "knots", decay.knots[-1][0], decay.knots[-1][0]
    if isinstance(decay, PolynomialDecay) and decay.end < decay.peak and hasattr(subject.lr, "decay_length"):
        return "decay_length", lead_iters + decay.decay_iters, decay.decay_iters
    left = subject.run.total_iters - lead_iters
    if _is_exponential(decay) and left > 0:
        below = count_below(decay, left, _NOTHING * decay.peak) or 0
        if below:
            return "gamma", lead_iters + left - below, left - below
    return "", 0, 0


def jumps_between_stages(subject: Subject) -> Iterator[Draft]:
    """LR411."""
    if subject.planned.name != "Sequence" or not isinstance(subject.schedule, Sequence):
        return
    start = 0
    for index, (_, iters) in enumerate(subject.schedule.stages):
        start += iters
        before, after = subject.schedule(start - 1), subject.schedule(start)
        if after > _JUMP * before:
            where = f" at epoch {count_text(round(subject.epoch(start), 2))}" if subject.can_be_told else ""
            yield Draft(
                "LR411",
                subject.key(f"stages.{index + 1}"),
                f"the rate jumps from {rate_text(before)} up to {rate_text(after)}{where}, where this stage begins",
                "give the stage a warmup, or let it begin where the one before ends",
            )


def two_steps(subject: Subject) -> Iterator[Draft]:
    """LR406."""
    decay, lead_iters = _decay_of(subject)
    if not isinstance(decay, TwoStepCosine):
        return
    switch = lead_iters + decay.first_iters
    final = subject.summary.final
    message = None
    if subject.run.total_iters <= switch:
        if final > _HIGH_END * decay.peak:
            message = f"the run stops before that, at {rate_text(final)}, {100 * final / decay.peak:.3g} % of the peak"
    elif decay.recursive:
        message = f"the rate is exactly 0 from epoch {count_text(subject.epoch(switch))} to the end of the run"
    else:
        jump = subject.schedule(switch + 1) if switch + 1 < subject.run.total_iters else 0.0
        if jump > _HIGH_END * decay.peak:
            where = count_text(round(subject.epoch(switch), 2))
            message = f"after it, at epoch {where}, the rate jumps up to {rate_text(jump)}"
    if message:
        yield Draft(
            "LR406",
            subject.key("name"),
            f"the first cosine lasts {amount(subject.epoch(decay.first_iters), 'epoch')} in any run; {message}",
            f"-o {subject.key('name')}=Cosine decays over the whole run; or -o {subject.key('first_epochs')}="
            f"{max(1, subject.run.total_iters - lead_iters) / subject.built_for.iters_per_epoch:.6g} "
            "(PaddleOCR ignores that key)",
        )


def too_small_for_the_log(subject: Subject) -> Iterator[Draft]:
    """LR407."""
    if not subject.length_is_known:
        return
    below = count_below(subject.schedule, subject.run.total_iters, _LOG_STEP / 2)
    if below is not None and below > _LOG_MEDIAN:
        yield Draft(
            "LR407",
            SECTION,
            f"{amount(below, 'update')} of {count_text(subject.run.total_iters)} have a rate below 5e-7, which the log "
            "prints as 0.000000",
        )


def flat_in_the_log(subject: Subject) -> Iterator[Draft]:
    """LR408."""
    (decay, lead_iters), run = _decay_of(subject), subject.run
    if not isinstance(decay, CosineDecay):
        return
    if not subject.can_be_told:
        return
    total = run.total_iters - lead_iters
    below = count_below(decay, total, decay.peak - _LOG_STEP / 2) if total > 0 else None
    flat = 0 if below is None else total - below
    lead = "warmup" if lead_iters == subject.summary.warmup_iters else "hold"
    after = f" after the {lead}" if lead_iters else ""
    if flat > 0.03 * run.total_iters:
        yield Draft(
            "LR408",
            SECTION,
            f"the log prints the same rate for the first {count_text(round(subject.epoch(flat), 1))} epochs{after}, "
            "while the cosine is flat",
        )


def no_curve(subject: Subject) -> Iterator[Draft]:
    """LR412."""
    if subject.planned.name == "ReduceOnPlateau":
        yield Draft(
            "LR412",
            subject.key("name"),
            f"has no fixed curve: the rate starts at {rate_text(subject.schedule(0))} and falls when the metric stops "
            "improving; call step(metric) once for each evaluation, not for each update",
        )


RULES = (
    no_curve,
    has_no_end,
    over_too_early,
    jumps_between_stages,
    cut_off,
    drops,
    rises_again,
    last_cycle,
    two_steps,
    too_small_for_the_log,
    flat_in_the_log,
)
