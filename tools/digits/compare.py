"""`--compare`: several schedules with several seeds each, and their results."""

from __future__ import annotations

import argparse
import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from digits.data import Digits, load_digits
from digits.results import Course, Result
from digits.trainer import Trainer
from ppocr_lr.errors import LRConfigError
from ppocr_lr.export.progress import Progress, progress
from ppocr_lr.numbers_text import amount
from ppocr_lr.output import PICTURES, output_kind
from ppocr_lr.training_config.labels import labels


@dataclass(frozen=True)
class Case:
    """One schedule of a question."""

    label: str
    """Empty if the difference between the configs names it."""
    config: str | Path
    overrides: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """Schedules to be compared with each other."""

    title: str
    cases: tuple[Case, ...]
    batch_size: int | None = None


def _lr(section: str) -> tuple[str]:
    return (f"Optimizer.lr={{{section}}}",)


def own_questions(config: str | Path) -> list[Question]:
    """The two claims of Bag of Tricks: a cosine is as good as drops, and a large batch needs a warmup.

    0.4 for 256 samples is 0.1 for 64, scaled linearly (Goyal et al. 2017).
    """
    decays = {
        "Const": "learning_rate: 0.2",
        "Piecewise": "decay_epochs: [9, 14], values: [0.2, 0.02, 0.002]",
        "Cosine": "learning_rate: 0.2",
    }
    warmups = {"no warmup": 0, "1 epoch of warmup": 1, "5 epochs of warmup": 5}
    return [
        Question(
            "Decay: peak 0.2 after 1 epoch of warmup, batch 64",
            tuple(Case(name, config, _lr(f"name: {name}, {keys}, warmup_epoch: 1")) for name, keys in decays.items()),
            64,
        ),
        Question(
            "Warmup: cosine with peak 0.4, batch 256",
            tuple(
                Case(label, config, _lr(f"name: Cosine, learning_rate: 0.4, warmup_epoch: {epochs}"))
                for label, epochs in warmups.items()
            ),
            256,
        ),
    ]


def compare(arguments: argparse.Namespace) -> int:
    """Train every case with every seed, print the table, draw the picture."""
    out: Path = arguments.out or Path("lr_digits.png")
    output_kind(out, PICTURES)
    if len(arguments.configs) > 1:
        cases = tuple(Case("", config, tuple(arguments.overrides)) for config in arguments.configs)
        questions = [Question("", cases)]
    elif arguments.overrides:
        raise LRConfigError("--compare: -o goes with two configs or more; alone, --compare has schedules of its own")
    else:
        questions = own_questions(arguments.configs[0])
    digits = load_digits()
    results = []
    runs = sum(len(question.cases) for question in questions) * arguments.seeds
    with progress(f"{amount(runs, 'run')}") as bar:
        done = _Count(bar, runs)
        for question in questions:
            results.append(_named([_train(case, question, digits, arguments, done) for case in question.cases]))
    for question, group in zip(questions, results, strict=True):
        _print(question, group)
    from digits.picture import draw
    from ppocr_lr.plotting.figure import save

    save(draw([question.title for question in questions], results), out)
    print(f"picture: {out}")
    return 0


class _Count:
    def __init__(self, bar: Progress, total: int) -> None:
        self._bar, self._total, self._done = bar, total, 0

    def one_more(self) -> None:
        self._done += 1
        self._bar(self._done, self._total)


def _train(case: Case, question: Question, digits: Digits, arguments: argparse.Namespace, done: _Count) -> Result:
    courses = []
    for seed in range(arguments.seeds):
        batch = arguments.batch_size or question.batch_size
        trainer = Trainer(digits, case.config, case.overrides, seed, arguments.epochs, batch, arguments.momentum)
        courses.append(_course(trainer))
        done.one_more()
    return Result(case.label, trainer.planned, tuple(courses))


def _course(trainer: Trainer) -> Course:
    losses: list[float] = []
    accuracies: list[float] = []
    for epoch_losses in _epochs(trainer):
        accuracies.append(trainer.evaluate().accuracy)
        if not all(map(math.isfinite, epoch_losses)):
            break
        losses.append(statistics.fmean(epoch_losses))
    return Course(tuple(losses), tuple(accuracies))


def _epochs(trainer: Trainer) -> Iterator[list[float]]:
    """The losses of each epoch."""
    losses: list[float] = []
    for update in trainer.updates():
        losses.append(update.loss)
        if len(losses) == trainer.planned.run.iters_per_epoch:
            yield losses
            losses = []


def _named(group: Sequence[Result]) -> list[Result]:
    """With labels made from the differences, if the cases have none."""
    if group[0].label:
        return list(group)
    names = labels([result.planned for result in group])
    return [replace(result, label=name) for result, name in zip(group, names, strict=True)]


def _print(question: Question, group: Sequence[Result]) -> None:
    run, seeds = group[0].planned.run, amount(len(group[0].courses), "seed")
    length = f"{amount(run.epochs, 'epoch')} × {amount(run.iters_per_epoch, 'iteration')}"
    print(f"{question.title or 'test accuracy'}: {length}, {seeds}")
    width = max(len(result.label) for result in group)
    for result in group:
        print(f"  {result.label:{width}} {result.row()}")
