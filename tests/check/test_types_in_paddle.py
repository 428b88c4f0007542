"""LR502 is said of exactly those numbers at which Paddle stops for their type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ppocr_lr.check.report import check_config
from ppocr_lr.training_config.run_flags import RunFlags
from tests.paddleocr import build

import paddle  # isort: skip  # `tests.paddleocr` skips this file where it is missing

EPOCHS, ITERS = 3, 2
WRITTEN: list[dict[str, Any]] = [
    {"name": "Const", "learning_rate": 1.0},
    {"name": "Linear", "learning_rate": 1.0, "end_lr": 0.0, "power": 2.0},
    {"name": "Cosine", "learning_rate": 1.0},
    {"name": "LinearWarmupCosine", "learning_rate": 1.0, "warmup_steps": 2, "start_lr": 0.0, "min_lr": 0.0},
    {"name": "LinearWarmupCosine", "learning_rate": 1.0, "warmup_steps": 0},
    {"name": "Step", "learning_rate": 1.0, "step_size": 1, "gamma": 0.5},
    {"name": "Piecewise", "decay_epochs": [1, 2], "values": [2.0, 1.0, 0.0]},
    {"name": "MultiStepDecay", "learning_rate": 1.0, "milestones": [1, 2], "gamma": 0.5},
    {"name": "CyclicalCosine", "learning_rate": 1.0, "cycle": 2},
    {"name": "OneCycle", "max_lr": 1.0},
    {"name": "DecayLearningRate", "learning_rate": 1.0, "factor": 1.0},
    {"name": "TwoStepCosine", "learning_rate": 1.0},
]


def _of_the_other_type(value: Any) -> Any:
    if isinstance(value, list):
        return [_of_the_other_type(item) for item in value]
    return float(value) if isinstance(value, int) else int(value)


def _sections() -> Iterator[dict[str, Any]]:
    for written in WRITTEN:
        for warmup in ({}, {"warmup_epoch": 1}, {"warmup_epoch": 1.0}, {"warmup_epoch": 0.2}):
            section = written | warmup
            yield section
            for key, value in written.items():
                if isinstance(value, list) or (not isinstance(value, str) and value == int(value)):
                    yield {**section, key: _of_the_other_type(value)}


def _stops(section: dict[str, Any]) -> bool:
    try:
        scheduler = build(section, EPOCHS, ITERS)
        paddle.optimizer.Adam(learning_rate=scheduler, parameters=paddle.nn.Linear(1, 1).parameters())
        for _ in range(EPOCHS * ITERS - 1):
            if not isinstance(scheduler, float):
                scheduler.step()
    except (TypeError, AssertionError):
        return True
    return False


@pytest.mark.parametrize("section", list(_sections()), ids=str)
def test_of_exactly_what_paddle_stops_at(section: dict[str, Any]) -> None:
    config = {"Global": {"epoch_num": EPOCHS}, "Optimizer": {"name": "Adam", "lr": section}}
    found = check_config(config, RunFlags(iters_per_epoch=ITERS), select=["LR100", "LR502"]).findings
    assert [finding.code for finding in found] == ["LR502"] * _stops(section)
