"""LR2xx: epochs, iterations, and how many of these make one of those."""

from __future__ import annotations

from collections.abc import Iterator

from ppocr_lr.numbers_text import amount, count_text
from ppocr_lr.preflight.finding import Draft, Subject

_EPOCH_KEYS = ("warmup_epoch", "decay_epochs", "milestones", "step_size", "cycle")
_LOOKS_LIKE_ITERATIONS = 1000  # epochs; and far beyond the run
_LOOKS_LIKE_EPOCHS = 20  # iterations


def epoch_length(subject: Subject) -> Iterator[Draft]:
    """LR201, LR202."""
    length = subject.planned.length
    if not length.known:
        yield Draft(
            "LR201", "Train", f"{length.arithmetic}; lengths in iterations are not checked",
            "give --iters-per-epoch N, or --num-samples N with --gpus G",
        )  # fmt: skip
    elif length.estimate:
        yield Draft("LR202", "Train.sampler", length.arithmetic)


def iterations_for_epochs(subject: Subject) -> Iterator[Draft]:
    """LR203."""
    epochs = subject.run.epochs
    for key in _EPOCH_KEYS:
        value = getattr(subject.lr, key, ())
        largest = max(value, default=0) if isinstance(value, tuple) else value
        if largest >= _LOOKS_LIKE_ITERATIONS and largest >= 5 * epochs:
            in_epochs = (
                f"; {amount(largest, 'iteration')} would be "
                f"{amount(round(subject.epoch(largest), 2), 'epoch')}" if subject.length_is_known else ""
            )  # fmt: skip
            yield Draft(
                "LR203",
                subject.key(key),
                f"{count_text(largest)} counts epochs, in a run of {epochs}; it looks like iterations{in_epochs}",
            )


def epochs_for_iterations(subject: Subject) -> Iterator[Draft]:
    """LR204."""
    steps = subject.summary.warmup_iters
    short = steps <= _LOOKS_LIKE_EPOCHS and steps < subject.run.total_iters / 100
    if subject.counts_warmup_in_iterations and steps > 0 and short:
        meant = f"-o {subject.key('warmup_steps')}={steps * subject.run.iters_epoch}" if subject.length_is_known else ""
        yield Draft(
            "LR204",
            subject.key("warmup_steps"),
            f"the warmup is over after {amount(steps, 'iteration')}; the number looks like epochs",
            f"for {amount(steps, 'epoch')}: {meant}" if meant else "it counts iterations: epochs × iterations an epoch",
        )


RULES = (epoch_length, iterations_for_epochs, epochs_for_iterations)
