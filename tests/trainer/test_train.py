"""`ppocr-lr train` around PaddleOCR's own loop."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ppocr_lr import build_schedule
from tests.trainer.conftest import Train, logged

COSINE = {"name": "Cosine", "learning_rate": 0.01, "warmup_epoch": 1}


@pytest.mark.parametrize(
    "section",
    [
        COSINE,
        {"name": "Const", "learning_rate": 0.01},
        {"learning_rate": 0.01, "warmup_epoch": 1},
        {"name": "Piecewise", "decay_epochs": [1, 2], "values": [0.01, 0.003, 0.001]},
        {"name": "OneCycle", "max_lr": 0.01},
    ],
    ids=lambda section: section.get("name", "no name"),
)
def test_what_paddleocr_has_trains_to_the_same_log(train: Train, tmp_path: Path, section: dict[str, Any]) -> None:
    logs = []
    for before in ((), ("-m", "ppocr_lr", "train")):
        done = train(section, before=before, use_gpu=False)
        assert done.returncode == 0, done.stderr
        logs.append(logged(tmp_path / "out"))
        (tmp_path / "out").rename(tmp_path / f"out{len(before)}")
    assert len(logs[0]) == 30
    assert logs[0] == logs[1]


@pytest.mark.parametrize(
    "section",
    [
        {"name": "WSD", "learning_rate": 0.01, "warmup_epoch": 1},
        {"name": "CosineWarmRestarts", "learning_rate": 0.01, "T_0": 1, "T_mult": 2},
        {
            "name": "Sequence",
            "stages": [
                {"name": "Const", "learning_rate": 0.01, "epochs": 1},
                {"name": "Cosine", "learning_rate": 0.01, "until_end": True},
            ],
        },
    ],
    ids=lambda section: section["name"],
)
def test_what_paddleocr_lacks_trains(train: Train, tmp_path: Path, section: dict[str, Any]) -> None:
    done = train(section, log_smooth_window=1)
    assert done.returncode == 0, done.stderr
    rates = [float(re.search(r"lr: ([\d.]+)", line)[1]) for line in logged(tmp_path / "out")]  # type: ignore[index]
    schedule = build_schedule(section, 3, 10)
    assert rates == pytest.approx([schedule(k) for k in range(30)], abs=6e-7)
