"""Logs of many schedules, and what comparing them with a plan finds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ppocr_lr.logs.causes.diagnose import diagnose
from ppocr_lr.logs.causes.explanation import Diagnosis
from ppocr_lr.logs.compare import Comparison, compare_log, plan_logged_run
from ppocr_lr.logs.train_log import read_log
from ppocr_lr.training_config.run_flags import RunFlags
from tests.train_logs import Trainer, write_config, write_log

EPOCHS, ITERS = 20, 50


SECTIONS: dict[str, dict[str, Any]] = {
    "Cosine": {"name": "Cosine", "learning_rate": 0.001, "warmup_epoch": 2},
    "Linear": {"name": "Linear", "learning_rate": 0.001, "end_lr": 1e-5},
    "Piecewise": {"name": "Piecewise", "decay_epochs": [8, 14], "values": [0.001, 5e-4, 1e-4], "warmup_epoch": 1},
    "Step": {"name": "Step", "learning_rate": 0.001, "step_size": 5, "gamma": 0.5},
    "Const": {"name": "Const", "learning_rate": 0.001, "warmup_epoch": 3},
    "OneCycle": {"name": "OneCycle", "max_lr": 0.001},
    "CyclicalCosine": {"name": "CyclicalCosine", "learning_rate": 0.001, "cycle": 7},
}


of_every_name = pytest.mark.parametrize("section", SECTIONS.values(), ids=SECTIONS)


LENGTHLESS = "Global: {{epoch_num: {}}}\nOptimizer: {{lr: {}}}\n"


def times(section: dict[str, Any], factor: float) -> dict[str, Any]:
    scaled = {key: float(section[key]) * factor for key in ("learning_rate", "max_lr", "end_lr") if key in section}
    return {**section, **scaled, **({"values": [v * factor for v in section["values"]]} if "values" in section else {})}


def compared(folder: Path, section: dict[str, Any], log: Path, window: int | None = None, **flags: Any) -> Comparison:
    config = write_config(folder / "c.yml", section, EPOCHS, ITERS, window)
    read = read_log(log)
    return compare_log(plan_logged_run(config, read, flags=RunFlags(**flags)), read)


def kinds(diagnosis: Diagnosis) -> list[list[str]]:
    return [[cause.kind for cause in explanation.causes] for explanation in diagnosis.explanations]


def diagnosed(folder: Path, section: dict[str, Any], trainer: Trainer) -> Diagnosis:
    return diagnosed_lines(folder, section, trainer.train())


def diagnosed_lines(folder: Path, section: dict[str, Any], lines: Iterator[str]) -> Diagnosis:
    comparison = compared(folder, section, write_log(folder / "train.log", lines))
    (diagnosis,) = diagnose(comparison)
    assert diagnosis.found
    assert diagnosis.first == 0
    return diagnosis


def resumed(
    folder: Path, section: dict[str, Any], over: bool, offset: int = 0, marked: bool = True, kept: bool = True
) -> Comparison:
    trainer = Trainer(section, EPOCHS, ITERS)
    first = list(trainer.train(6))
    if over:
        trainer.new_scheduler()
    for _ in range(offset):
        trainer.scheduler.step()
    trainer.global_step *= kept
    return compared(folder, section, write_log(folder / "train.log", iter(first), trainer.train(13, marked=marked)))


def whole_config(section: dict[str, Any], epochs: int) -> dict[str, Any]:
    dataset = {"num_samples": ITERS}
    loader = {"batch_size_per_card": 1, "drop_last": False}
    return {
        "Global": {"epoch_num": epochs},
        "Optimizer": {"lr": section},
        "Train": {"dataset": dataset, "loader": loader},
    }
