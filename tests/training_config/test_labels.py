from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ppocr_lr.training_config.labels import labels
from tests.plotting.test_figure import COSINE, PIECEWISE, planned

TABLE: list[tuple[list[dict[str, Any]], list[str]]] = [
    (
        [{"learning_rate": 1e-3}, {"learning_rate": 5e-4}],
        ["learning_rate 0.001", "learning_rate 0.0005"],
    ),
    # A key that is left out equals its default.
    ([{**COSINE, "warmup_epoch": 0}, {"name": "Cosine", "learning_rate": 0.1}], ["a.yml", "b.yml"]),
    (
        [{"learning_rate": 0.1}, {"learning_rate": 0.1, "name": "Linear"}],
        ["Const", "Linear"],
    ),
    # Of several names each has what is written for it, not the defaults beside it.
    (
        [{**COSINE, "warmup_epoch": 2}, {"name": "WSD", "learning_rate": 0.1, "warmup_ratio": 0.05}],
        ["Cosine, warmup_epoch 2", "WSD, warmup_ratio 0.05"],
    ),
    (
        [PIECEWISE, {**PIECEWISE, "values": [0.3, 0.2, 0.01]}],
        ["values [0.1, 0.01, 0.001]", "values [0.3, 0.2, 0.01]"],
    ),
    # Several numbers in a row would leave open which file is which.
    ([COSINE, {**COSINE, "learning_rate": 0.2, "warmup_epoch": 1}], ["a.yml", "b.yml"]),
    # Too long for a legend: the file names.
    ([PIECEWISE, {**PIECEWISE, "decay_epochs": list(range(30)), "values": [0.1] * 31}], ["a.yml", "b.yml"]),
]


@pytest.mark.parametrize(("sections", "expected"), TABLE)
def test_labels(sections: list[dict[str, Any]], expected: list[str], tmp_path: Path) -> None:
    runs = [planned(tmp_path, lr, name=name) for lr, name in zip(sections, ("a.yml", "b.yml"), strict=True)]
    assert labels(runs) == expected


def test_lengths_are_told(tmp_path: Path) -> None:
    runs = [planned(tmp_path, COSINE, epochs, iters) for epochs, iters in ((5, 10), (5, 20), (6, 20))]
    assert labels(runs) == [
        "epochs 5, iterations per epoch 10",
        "epochs 5, iterations per epoch 20",
        "epochs 6, iterations per epoch 20",
    ]


def test_equal_names_get_their_folder_and_the_same_file_a_number(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
    runs = [planned(tmp_path / folder, COSINE) for folder in ("x", "y")]
    assert labels(runs) == ["x/c.yml", "y/c.yml"]
    assert labels([runs[0], runs[0]]) == ["c.yml (1)", "c.yml (2)"]
    assert labels([*runs, runs[0]]) == ["x/c.yml (1)", "y/c.yml (2)", "x/c.yml (3)"]
