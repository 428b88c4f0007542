"""LR3xx: the way up."""

from __future__ import annotations

from collections.abc import Iterator

from ppocr_lr.check.finding import Draft, Subject
from ppocr_lr.lr_config.values import yaml_number
from ppocr_lr.numbers_text import amount, count_text, rate_text


def _key(subject: Subject) -> str:
    return subject.key(subject.lr.warmup_key if subject.summary.warmup_iters else "")


def _can_be_told(subject: Subject) -> bool:
    """A warmup in iterations against a run in epochs needs the length of an epoch."""
    return subject.length_is_known or not subject.counts_warmup_in_iterations


def as_long_as_the_run(subject: Subject) -> Iterator[Draft]:
    """LR301."""
    warmup, total = subject.summary.warmup_iters, subject.run.total_iters
    if warmup >= total and _can_be_told(subject):
        shorter = max(1, total // 20)
        yield Draft(
            "LR301",
            _key(subject),
            f"the warmup of {amount(subject.epoch(warmup), 'epoch')} takes the whole run of "
            f"{amount(subject.run.epochs, 'epoch')}; it ends at {rate_text(subject.summary.final)} and never decays",
            f"-o {_key(subject)}={subject.warmup_text(shorter)}" if shorter < total and subject.lr.warmup_key else "",
        )


def longer_than_the_first_piece(subject: Subject) -> Iterator[Draft]:
    """LR302."""
    key, marks = subject.lr.marks
    warmup = subject.epoch(subject.summary.warmup_iters)
    if marks and 0 < marks[0] <= warmup:
        drop = warmup if getattr(subject.lr, "decay_within_run", False) else warmup + marks[0]
        yield Draft(
            "LR302",
            _key(subject),
            f"the warmup ends at epoch {count_text(warmup)}, after the first of {key} ({count_text(marks[0])}); "
            f"the drop comes at epoch {count_text(drop)}",
        )


def first_update(subject: Subject) -> Iterator[Draft]:
    """LR303."""
    schedule = subject.schedule
    if schedule(0) == 0 < schedule(1) and not subject.lr.done_iters:
        second = f", the second of {rate_text(schedule(1))}" if subject.length_is_known else ""
        yield Draft(
            "LR303",
            _key(subject),
            f"the first update has a rate of 0{second}",
            _start_hint(subject),
        )


def _start_hint(subject: Subject) -> str:
    """What lets a warmup start above 0, where there is a key for it."""
    if not subject.summary.warmup_iters:
        return ""
    if hasattr(subject.lr, "start_lr"):
        return f"-o {subject.key('start_lr')}={yaml_number(float(f'{subject.summary.peak / 100:.3g}'))}"
    if hasattr(subject.lr, "warmup_start_factor"):
        return f"-o {subject.key('warmup_start_factor')}=0.01 starts at 1 % of the peak{subject.ignored}"
    return ""


def before_one_cycle(subject: Subject) -> Iterator[Draft]:
    """LR304."""
    if subject.planned.name == "OneCycle" and subject.summary.warmup_iters:
        warmup = subject.summary.warmup_iters
        yield Draft(
            "LR304",
            _key(subject),
            f"the rate goes up to {rate_text(subject.summary.peak)} in {amount(subject.epoch(warmup), 'epoch')}, falls "
            f"to {rate_text(subject.schedule(warmup))} and rises again: OneCycle has a rise of its own",
            f"-o {_key(subject)}=0",
        )


RULES = (as_long_as_the_run, longer_than_the_first_piece, first_update, before_one_cycle)
