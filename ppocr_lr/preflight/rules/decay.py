"""LR4xx: the way down."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ppocr_lr.numbers_text import amount, count_text, rate_text
from ppocr_lr.preflight.finding import Draft, Subject
from ppocr_lr.preflight.spans import count_below
from ppocr_lr.schedules import CosineDecay, CyclicalCosine, LinearWarmup, PolynomialDecay, Schedule, TwoStepCosine

_HIGH_END = 0.1  # of the peak: a cosine whose warmup took a fifth of the run
_LOG_STEP = 1e-6  # six decimals in PaddleOCR's log
_LOG_MEDIAN = 10  # updates: the log prints the median of the last 20, so fewer small rates never show
_DROPS = ("decay_epochs", "milestones")


def _without_warmup(schedule: Schedule) -> Schedule:
    return schedule.after if isinstance(schedule, LinearWarmup) else schedule


def cut_off(subject: Subject) -> Iterator[Draft]:
    """LR401."""
    summary, run = subject.summary, subject.run
    decay = _without_warmup(subject.schedule)
    if not isinstance(decay, (CosineDecay, PolynomialDecay)) or decay.end >= decay.peak:
        return
    if subject.counts_warmup_in_iterations and not subject.length_is_known:
        return
    # With a few updates in a run the last one is well above the end even without a warmup.
    whole = decay(run.total_iters - 1)
    share = (summary.final - decay.end) / (decay.peak - decay.end)
    if summary.warmup_iters < run.total_iters and share > _HIGH_END and summary.final > 2 * whole:
        length = amount(subject.epoch(summary.warmup_iters), "epoch")
        percent = 100 * summary.final / summary.peak
        in_iterations = subject.counts_warmup_in_iterations
        key = subject.key("warmup_steps" if in_iterations else "warmup_epoch")
        # A twentieth of the run ends low, unless the decay is bent so that it falls late.
        falls_late = isinstance(decay, PolynomialDecay) and decay.power < 1
        shorter = min(summary.warmup_iters // 2, run.total_iters // 20)
        written = str(shorter) if in_iterations else count_text(subject.epoch(shorter))
        yield Draft(
            "LR401",
            key,
            f"the rate ends at {rate_text(summary.final)}, {percent:.3g} % of the peak, because the decay starts "
            f"after {length} of warmup and is not shortened",
            f"-o {key}={written} lets it end lower" if shorter and not falls_late else "",
        )


def drops(subject: Subject) -> Iterator[Draft]:
    """LR402, LR403."""
    warmup = subject.epoch(subject.summary.warmup_iters)
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
    decay = _without_warmup(subject.schedule)
    start = subject.lr.done_iters
    if isinstance(decay, CosineDecay) and start >= subject.run.total_iters:
        yield Draft(
            "LR404",
            subject.key("last_epoch"),
            f"the run has {amount(subject.run.total_iters, 'update')} and goes on at {count_text(start)}, where "
            f"the cosine is on its way up again ({rate_text(subject.schedule(start))})",
            f"-o Global.epoch_num={int(subject.epoch(start)) + 1}, or more",
        )


def last_cycle(subject: Subject) -> Iterator[Draft]:
    """LR405."""
    decay = _without_warmup(subject.schedule)
    if not isinstance(decay, CyclicalCosine):
        return
    left = subject.run.total_iters - subject.summary.warmup_iters
    rest = left % decay.cycle_iters
    if left > 0 and rest and subject.summary.final > _HIGH_END * decay.peak:
        whole = left // decay.cycle_iters
        # Rounded up, so that the run ends just before a cycle does and not just behind.
        fits = -(-left // max(whole, 1))
        written = f"{subject.epoch(fits):.6g}"
        makes = subject.run.iters(float(written)) == fits and fits != decay.cycle_iters
        yield Draft(
            "LR405",
            subject.key("cycle"),
            f"the run ends {amount(round(subject.epoch(rest), 2), 'epoch')} into a cycle of "
            f"{amount(round(subject.epoch(decay.cycle_iters), 2), 'epoch')}, at {rate_text(subject.summary.final)}, "
            f"{100 * subject.summary.final / decay.peak:.3g} % of the peak",
            f"-o {subject.key('cycle')}={written} makes {amount(max(whole, 1), 'whole cycle')}" if makes else "",
        )


def two_steps(subject: Subject) -> Iterator[Draft]:
    """LR406."""
    decay = _without_warmup(subject.schedule)
    if not isinstance(decay, TwoStepCosine):
        return
    warmup = subject.summary.warmup_iters
    switch = warmup + decay.first_iters
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
            message = f"behind it, at epoch {where}, the rate jumps up to {rate_text(jump)}"
    if message:
        yield Draft(
            "LR406",
            subject.key("name"),
            f"the first cosine lasts {amount(subject.epoch(decay.first_iters), 'epoch')} in any run; {message}",
            f"-o {subject.key('name')}=Cosine decays over the whole run",
        )


def too_small_for_the_log(subject: Subject) -> Iterator[Draft]:
    """LR407."""
    if not subject.length_is_known:
        return
    below = count_below(subject.schedule, subject.run.total_iters, _LOG_STEP / 2)
    if below is not None and below > _LOG_MEDIAN:
        yield Draft(
            "LR407",
            "Optimizer.lr",
            f"{amount(below, 'update')} of {count_text(subject.run.total_iters)} have a rate below 5e-7, which the log "
            "prints as 0.000000",
        )


def flat_in_the_log(subject: Subject) -> Iterator[Draft]:
    """LR408."""
    decay, run = _without_warmup(subject.schedule), subject.run
    if not isinstance(decay, CosineDecay):
        return
    if subject.counts_warmup_in_iterations and not subject.length_is_known:
        return
    total = run.total_iters - subject.summary.warmup_iters
    below = count_below(decay, total, decay.peak - _LOG_STEP / 2) if total > 0 else None
    flat = 0 if below is None else total - below
    after = " after the warmup" if subject.summary.warmup_iters else ""
    if flat > 0.03 * run.total_iters:
        yield Draft(
            "LR408",
            "Optimizer.lr",
            f"the log prints the same rate for the first {count_text(round(subject.epoch(flat), 1))} epochs{after}, "
            "while the cosine is flat",
        )


RULES = (
    cut_off,
    drops,
    rises_again,
    last_cycle,
    two_steps,
    too_small_for_the_log,
    flat_in_the_log,
)
