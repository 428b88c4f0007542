"""The experiments: on each task, the schedules at a rate that trains it well, and then a cosine with and without a
warmup at a higher rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ppocr_lr.numbers_text import amount

Task = Literal["rec", "cls"]


@dataclass(frozen=True)
class Case:
    """One schedule; `key` is the name of its folder."""

    key: str
    label: str
    lr: str
    """The section `Optimizer.lr`, for `-o`."""


@dataclass(frozen=True)
class Experiment:
    """Schedules at one peak, with the same budget."""

    task: Task
    title: str
    cases: tuple[Case, ...]

    @property
    def config(self) -> Path:
        """What all its runs have in common."""
        return Path(__file__).with_name(f"{self.task}.yml")


def _piecewise(peak: float, first: int, second: int) -> Case:
    values = ", ".join(f"{peak / factor:g}" for factor in (1, 10, 100))
    lr = f"{{name: Piecewise, decay_epochs: [{first}, {second}], values: [{values}]}}"
    return Case("piecewise", f"Piecewise, drops at {first} and {second}", lr)


def _cosine(peak: float, warmup: int, key: str) -> Case:
    label = f"Cosine + {amount(warmup, 'epoch')} of warmup" if warmup else "Cosine"
    return Case(key, label, f"{{name: Cosine, learning_rate: {peak:g}, warmup_epoch: {warmup}}}")


def _schedules(peak: float, first: int, second: int) -> tuple[Case, ...]:
    return (_piecewise(peak, first, second), _cosine(peak, 0, "cosine"), _cosine(peak, 1, "cosine_warmup"))


def _high(peak: float) -> tuple[Case, ...]:
    return (_cosine(peak, 0, "high_cosine"), _cosine(peak, 1, "high_cosine_warmup"))


# The first peak of each task is what `ppocr-lr find-rate … --repeat 2` says, the other one is above its range. Of 0.02,
# 0.03, 0.05 and 0.1, tried with one seed each, 0.05 was the only one at which a warmup changed how the reading ended.
EXPERIMENTS = (
    Experiment("rec", "Reading numbers, peak 0.0034", _schedules(0.0034, 4, 6)),
    Experiment("rec", "Reading numbers, peak 0.05", _high(0.05)),
    Experiment("cls", "Text direction, peak 0.0042", _schedules(0.0042, 1, 2)),
    Experiment("cls", "Text direction, peak 0.05", _high(0.05)),
)
