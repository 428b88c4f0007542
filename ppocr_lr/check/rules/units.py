"""LR2xx: epochs, iterations, and how many of these make one of those."""

from __future__ import annotations

from collections.abc import Iterator

from ppocr_lr.check.finding import Draft, Subject
from ppocr_lr.lr_config.length import Length
from ppocr_lr.numbers_text import amount, count_text, rate_text

HOW_TO_TELL = "give --iters-per-epoch N, or --num-samples N with --gpus G"

_LOOKS_LIKE_ITERATIONS = 1000  # epochs; and far beyond the run
_LOOKS_LIKE_EPOCHS = 20  # iterations


def epoch_length(subject: Subject) -> Iterator[Draft]:
    """LR201, LR202."""
    length = subject.planned.length
    if not length.known:
        yield Draft(
            "LR201", "Train", f"{length.arithmetic}; lengths in iterations are not checked",
            HOW_TO_TELL,
        )  # fmt: skip
    elif length.estimate:
        yield Draft("LR202", "Train.sampler", length.arithmetic)


# In models these are plain numbers, in PaddleOCR's way.
_EPOCH_KEYS = ("decay_epochs", "milestones", "step_size", "cycle")


def _in_epochs(key: str, value: object) -> Iterator[float]:
    """The numbers of a key that count epochs."""
    if isinstance(value, Length):
        if value.unit == "epochs":
            yield value.amount
    elif isinstance(value, tuple):
        for item in value:
            yield from _in_epochs(key, item)
    elif key in _EPOCH_KEYS and isinstance(value, float):
        yield value


def iterations_for_epochs(subject: Subject) -> Iterator[Draft]:
    """LR203."""
    epochs = subject.run.epochs
    for key, value in subject.lr:
        largest = max(_in_epochs(key, value), default=0)
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
        key, longer = subject.key(subject.lr.warmup_key), subject.warmup_text(steps * subject.run.iters_per_epoch)
        meant = f"-o {key}={longer}" if subject.length_is_known else ""
        yield Draft(
            "LR204",
            key,
            f"the warmup is over after {amount(steps, 'iteration')}; the number looks like epochs",
            f"for {amount(steps, 'epoch')}: {meant}"
            if meant
            else "it counts iterations: epochs × iterations per epoch",
        )


def linear_lr_in_iterations(subject: Subject) -> Iterator[Draft]:
    """LR204 for LinearLR, whose default is the five iterations of PyTorch's."""
    end = subject.schedule.end_of_decay()
    if subject.planned.name != "LinearLR" or end is None or end.step is None:
        return
    if end.step <= min(_LOOKS_LIKE_EPOCHS, subject.run.total_iters / 100):
        key = subject.key("decay_length")
        yield Draft(
            "LR204",
            key,
            f"the way from {rate_text(subject.schedule(0))} to {rate_text(end.rate)} is over after "
            f"{amount(end.step, 'iteration')}; the number looks like epochs",
            f"for {amount(end.step, 'epoch')}: -o {key}={end.step}",
        )


RULES = (epoch_length, iterations_for_epochs, epochs_for_iterations, linear_lr_in_iterations)
