"""LR4xx: the way down."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ppocr_lr.check.finding import Draft, Subject
from ppocr_lr.curve.spans import count_below
from ppocr_lr.errors import SECTION
from ppocr_lr.lr_config.cosine import TwoStepCosineConfig
from ppocr_lr.numbers_text import amount, count_text, rate_text

_HIGH_END = 0.1  # of the peak: a cosine whose warmup took a fifth of the run
_LOG_STEP = 1e-6  # six decimals in PaddleOCR's log
_LOG_MEDIAN = 10  # updates: the log prints the median of the last 20, so fewer small rates never show
_STILL_HIGH = 0.5  # of the peak: a decay that hardly began
_LONG_REST = 0.25  # of the run, at the end of a decay
_JUMP = 2.0
_NOTHING = 1e-4  # of the peak


def cut_off(subject: Subject) -> Iterator[Draft]:
    """LR401."""
    summary, total = subject.summary, subject.run.total_iters
    lead, decay, end = subject.lead, subject.lead.behind, subject.lead.behind.end_of_decay()
    if end is None or end.step is None or decay(0) <= end.rate or not subject.can_be_told:
        return
    if getattr(subject.lr, "decay_within_run", False) or getattr(subject.lr, "cooldown_epochs", False):
        return  # shortened already
    if end.step > total or lead.iters >= total:
        return  # too long by itself: `over_too_early`, `as_long_as_the_run`

    def left(rate: float) -> float:
        return (rate - end.rate) / (decay(0) - end.rate)

    # With a few updates in a run the last one is well above the end even without a warmup.
    if left(summary.final) > _HIGH_END and summary.final > 2 * decay(total - 1):
        what = "warmup" if not lead.hold_iters else "warmup and hold" if lead.warmup_iters else "hold"
        key = subject.key(subject.lr.warmup_key if lead.warmup_iters else "hold_epochs")
        shorter = min(lead.warmup_iters // 2, total // 20)
        hints = []
        if shorter and what == "warmup" and subject.lr.warmup_key and left(decay(total - 1 - shorter)) <= _HIGH_END:
            hints.append(f"-o {key}={subject.warmup_text(shorter)} lets it end lower")
        if "decay_within_run" in type(subject.lr).model_fields:
            hints.append(f"-o {subject.key('decay_within_run')}=true shortens it{subject.ignored}")
        yield Draft(
            "LR401",
            key,
            f"the rate ends at {rate_text(summary.final)}, {100 * summary.final / summary.peak:.3g} % of the peak, "
            f"because the decay starts after {amount(subject.epoch(lead.iters), 'epoch')} of {what} and is not "
            "shortened",
            "; ".join(hints),
        )


def drops(subject: Subject) -> Iterator[Draft]:
    """LR402, LR403."""
    key, marks = subject.lr.marks
    # Where the warmup counts against the run, the marks are epochs of the run already.
    lead = 0.0 if getattr(subject.lr, "decay_within_run", False) else subject.epoch(subject.lead.iters)
    late = [mark for mark in marks if mark + lead >= subject.run.epochs]
    shift = f" (epoch {count_text(late[0] + lead)} with the warmup)" if late and lead else ""
    if late:
        yield Draft(
            "LR402",
            subject.key(key),
            f"{', '.join(map(count_text, late))} {'lie' if len(late) > 1 else 'lies'} beyond the run of "
            f"{amount(subject.run.epochs, 'epoch')}{shift}; the rate stays at {rate_text(subject.summary.final)}",
            _scaled_hint(subject.key(key), marks, subject.run.epochs, lead),
        )
    elif marks and lead:
        real = ", ".join(count_text(mark + lead) for mark in marks)
        yield Draft("LR403", subject.key(key), f"counted from the end of the warmup, the drops come at epoch {real}")


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
    end, start = subject.lead.behind.end_of_decay(), subject.lr.done_iters
    rises = subject.schedule(start + 1) > subject.schedule(start)
    if end and end.step is not None and start >= subject.run.total_iters and rises:
        yield Draft(
            "LR404",
            subject.key("last_epoch"),
            f"the run has {amount(subject.run.total_iters, 'update')} and goes on at {count_text(start)}, where "
            f"the rate is on its way up again ({rate_text(subject.schedule(start))})",
            f"-o Global.epoch_num={int(subject.epoch(start)) + 1}, or more",
        )


def last_cycle(subject: Subject) -> Iterator[Draft]:
    """LR405."""
    lead, decay = subject.lead.iters, subject.lead.behind
    left = subject.run.total_iters - lead
    cycle = decay.cycle_around(left) if left > 0 and subject.can_be_told else None
    if cycle is None:
        return
    begin, after = cycle
    final, peak = subject.summary.final, subject.summary.peak
    low = min(decay.extremes(begin, after - 1)[0], decay.extremes(0, left - 1)[0])
    if begin < left and final - low > _HIGH_END * (peak - low):
        ends = " or ".join(f"{subject.epoch(lead + end):.6g}" for end in cycle if end)
        yield Draft(
            "LR405",
            subject.key(subject.lr.cycle_key),
            f"the run ends {amount(round(subject.epoch(left - begin), 2), 'epoch')} into a cycle of "
            f"{amount(round(subject.epoch(after - begin), 2), 'epoch')}, at {rate_text(final)}, "
            f"{100 * final / peak:.3g} % of the peak",
            _whole_cycles(subject, left, after - begin) or f"a cycle ends at epoch {ends}",
        )


def _whole_cycles(subject: Subject, left: int, length: int) -> str:
    """The length of a cycle that makes whole ones of what is left of the run; nothing where no key says that."""
    if not subject.lr.cycle_key:
        return ""
    whole = max(1, left // length)
    # Rounded up, so that the run ends just before a cycle does and not just behind.
    fits = -(-left // whole)
    written = f"{fits / subject.built_for.iters_per_epoch:.6g}"
    if subject.built_for.iters(float(written)) != fits or fits == length:
        return ""
    return f"-o {subject.key(subject.lr.cycle_key)}={written} makes {amount(whole, 'whole cycle')}"


def has_no_end(subject: Subject) -> Iterator[Draft]:
    """LR409."""
    end = subject.lead.behind.end_of_decay()
    final, peak = subject.summary.final, subject.summary.peak
    decays = subject.can_be_told and subject.lead.warmup_iters < subject.run.total_iters
    if end and end.step is None and decays and final > _STILL_HIGH * peak:
        # Noam's learning_rate is a factor, not the peak that another name would take it for.
        is_peak = getattr(subject.lr, "learning_rate", None) == peak
        wsd = f"-o {subject.key('name')}=WSD" if is_peak else "name: WSD"
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
    length = _length_of_its_own(subject)
    if not length or not subject.can_be_told:
        return
    over, key = subject.lead.iters + length, subject.key(subject.lr.end_key)
    where = f"epoch {count_text(round(subject.epoch(over), 2))}"
    final, peak = subject.summary.final, subject.summary.peak
    if over < (1 - _LONG_REST) * total:
        rest = amount(round(subject.epoch(total - over), 2), "epoch")
        yield Draft(
            "LR410", key, f"the decay is over at {where}; the rate stays at {rate_text(final)} for the other {rest}"
        )
    elif over > total and subject.lr.end_key == "knots":
        yield Draft(
            "LR402",
            key,
            f"the last knot, at {where}, lies beyond the run of {amount(subject.run.epochs, 'epoch')}; the rate ends "
            f"at {rate_text(final)}",
        )
    elif length > total and final > _HIGH_END * peak:
        field = type(subject.lr).model_fields.get(subject.lr.end_key)
        yield Draft(
            "LR401",
            key,
            f"the decay would end at {where}, beyond the run of {amount(subject.run.epochs, 'epoch')}; the rate ends "
            f"at {rate_text(final)}, {100 * final / peak:.3g} % of the peak",
            f"-o {key}=null decays over the run" if field and not field.is_required() else "",
        )


def _length_of_its_own(subject: Subject) -> int:
    """The updates after which a decay is over, whatever the run; 0 where the run decides, or nothing goes down."""
    decay, left = subject.lead.behind, subject.run.total_iters - subject.lead.iters
    end = decay.end_of_decay()
    if not subject.lr.end_key or end is None:
        return 0
    if end.step is not None:
        return end.step if decay.extremes(0, end.step)[1] > end.rate else 0
    below = count_below(decay, left, end.rate + _NOTHING * (decay(0) - end.rate)) if left > 0 else None
    return left - below if below else 0


def jumps_between_stages(subject: Subject) -> Iterator[Draft]:
    """LR411."""
    for index, start in enumerate(subject.lr.seams(subject.built_for), 1):
        before, after = subject.schedule(start - 1), subject.schedule(start)
        if after > _JUMP * before:
            where = f" at epoch {count_text(round(subject.epoch(start), 2))}" if subject.can_be_told else ""
            yield Draft(
                "LR411",
                subject.key(f"stages.{index}"),
                f"the rate jumps from {rate_text(before)} up to {rate_text(after)}{where}, where this stage begins",
                "give the stage a warmup, or let it begin where the one before ends",
            )


def two_steps(subject: Subject) -> Iterator[Draft]:
    """LR406."""
    if not isinstance(subject.lr, TwoStepCosineConfig):
        return
    total, peak, final = subject.run.total_iters, subject.lr.learning_rate, subject.summary.final
    first_iters = subject.lr.first_iters(subject.built_for)
    switch = subject.lead.iters + first_iters
    message = None
    if total <= switch:
        if final > _HIGH_END * peak:
            message = f"the run stops before that, at {rate_text(final)}, {100 * final / peak:.3g} % of the peak"
    elif final == subject.lr.end_lr:
        where = count_text(subject.epoch(switch))
        message = f"the rate is exactly {rate_text(final)} from epoch {where} to the end of the run"
    else:
        jump = subject.schedule(switch + 1) if switch + 1 < total else 0.0
        if jump > _HIGH_END * peak:
            where = count_text(round(subject.epoch(switch), 2))
            message = f"after it, at epoch {where}, the rate jumps up to {rate_text(jump)}"
    if message:
        yield Draft(
            "LR406",
            subject.key("name"),
            f"the first cosine lasts {amount(subject.epoch(first_iters), 'epoch')} in any run; {message}",
            f"-o {subject.key('name')}=Cosine decays over the whole run; or -o {subject.key('first_epochs')}="
            f"{max(1, total - subject.lead.iters) / subject.built_for.iters_per_epoch:.6g} "
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
    lead, decay, end = subject.lead, subject.lead.behind, subject.lead.behind.end_of_decay()
    left = subject.run.total_iters - lead.iters
    if not end or decay(0) <= end.rate or left <= 0 or not subject.can_be_told:
        return
    below = count_below(decay, left, decay(0) - _LOG_STEP / 2)
    flat = 0 if below is None else left - below
    if flat > 0.03 * subject.run.total_iters and not decay.corner_steps(flat, 1)[0]:
        after = f" after the {'hold' if lead.hold_iters else 'warmup'}" if lead.iters else ""
        yield Draft(
            "LR408",
            SECTION,
            f"the log prints the same rate for the first {count_text(round(subject.epoch(flat), 1))} epochs{after}, "
            "while the decay is flat",
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
