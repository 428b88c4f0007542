from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from ppocr_lr import LRConfigError, build_schedule
from ppocr_lr.training_config.plan import DEFAULT_CONFIG, plan_run
from ppocr_lr.training_config.run_flags import RunFlags
from tests.conftest import ROOT

REAL = json.loads((ROOT / "tests" / "data" / "paddleocr_lr_sections.json").read_text(encoding="utf-8"))


def write(path: Path, config: Any) -> Path:
    path.write_text(config if isinstance(config, str) else yaml.safe_dump(config), encoding="utf-8")
    return path


def test_the_default_config() -> None:
    planned = plan_run(DEFAULT_CONFIG)
    section = {"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 2}
    assert planned.schedule == build_schedule(section, 20, 100)
    assert (planned.run.epochs, planned.run.iters_per_epoch) == (20, 100)


@pytest.mark.parametrize("case", REAL, ids=[case["source"] for case in REAL])
def test_real_sections_come_through_yaml(case: dict[str, Any], tmp_path: Path) -> None:
    config = {"Global": {"epoch_num": case["epochs"]}, "Optimizer": {"name": "Adam", "lr": case["lr"]}}
    planned = plan_run(write(tmp_path / "c.yml", config), flags=RunFlags(iters_per_epoch=9))
    steps = np.arange(0, case["epochs"] * 9, 7)
    np.testing.assert_array_equal(planned.schedule(steps), build_schedule(case["lr"], case["epochs"], 9)(steps))
    assert planned.parsed.remarks == ()


def test_flags_and_overrides_win_over_the_config(tmp_path: Path) -> None:
    config = {
        "Global": {"epoch_num": 5},
        "Optimizer": {"lr": {"learning_rate": 0.1}},
        "Train": {"loader": {"batch_size_per_card": 4, "drop_last": True}, "dataset": {"num_samples": 40}},
    }
    path = write(tmp_path / "c.yml", config)
    assert plan_run(path).run.total_iters == 50
    assert plan_run(path, flags=RunFlags(epochs=7)).run.epochs == 7
    assert plan_run(path, ["Global.epoch_num=8", "Train.loader.batch_size_per_card=2"]).run.total_iters == 160
    assert plan_run(path, ["Global.epoch_num=8"], RunFlags(epochs=9)).run.epochs == 9
    assert plan_run(path, flags=RunFlags(num_samples=80, gpus=2)).run.iters_per_epoch == 10


LR = {"lr": {"name": "Cosine", "learning_rate": 0.1}}

RUN = {"Global": {"epoch_num": 5}, "Train": {"dataset": {"num_samples": 5}, "loader": {"batch_size_per_card": 1}}}

BAD = [
    ("", r"is empty; a training config has the sections Global, Optimizer and Train"),
    ("- 1\n- 2", r"must hold sections such as Optimizer, received \[1, 2\]"),
    ("just text", "must hold sections such as Optimizer"),
    ({"Global": {"epoch_num": 5}}, "has no Optimizer.lr, the section with the learning rate"),
    ({"hop_size": 300}, "the section with the learning rate$"),  # of no known project
    ({"Optimiser": LR}, "has no Optimizer.lr.*; Optimiser is not read under this name"),
    ({"Optimizer": {"Lr": {}}}, "; Lr is not read under this name"),
    ({"Optimizer": {"learning_rate": 0.1, "beta1": 0.9}}, "Optimizer: has no lr, .*; learning_rate is not read under this"),
    ({"Optimizer": {"name": "Adam", "learning_rate": {"name": "Cosine", "lr": 0.1}}}, "; learning_rate is not read"),
    ({"Optimizer": None}, "Optimizer: null is not allowed; it must be a mapping with name and lr"),
    ({"Optimizer": {}}, "Optimizer: has no lr, the section with the learning rate$"),
    ({"Global": {"Optimizer": {"lr": LR}}}, "has no Optimizer.lr.*; Optimizer is indented too far.* of Global"),
    ({"Global": {"epoch_num": 20}, "Optimizer": {"lr": 0.1}}, "Optimizer.lr: 0.1 is not allowed; it must be a mapping"),
    ({"Optimizer": {"lr": None}}, r"Optimizer.lr: null is not allowed; it must be a mapping such as \{.*\}$"),
    ({"Optimizer": {"lr": None, "name": "Cosine", "learning_rate": 0.1}}, "Optimizer.lr: null.*; its keys have to be indented further"),
    ({"Optimizer": None, "lr": None, "learning_rate": 0.1}, "Optimizer: null.*; its keys have to be indented further"),
    ({"Optimizer": None, "\xa0\xa0lr": None}, r"Optimizer: null.*; its keys are indented with U\+00A0, which only looks like"),
    ({"Optimizer": {"lr": None, "\u3000name": 1}}, r"Optimizer.lr: null.*; its keys are indented with U\+3000, which only"),
    ({"Optimizer": LR}, "Global.epoch_num: is missing: it is the length of the run; give epochs"),
    ({"Optimizer": LR, "globals": {"epoch_num": 5}}, "; nothing reads globals, write it as Global; give epochs"),
    ({"Optimizer": LR, "global": 5, 5: {"epoch_num": 5}}, "is missing: it is the length of the run; give epochs"),
    ({"Optimizer": LR, "epoch_num": 5}, "; nothing reads epoch_num: 5, write it as Global.epoch_num; give epochs"),
    ({"Optimizer": LR, "Global": {"epoch_num": "many"}}, "Global.epoch_num: 'many'.*a positive integer"),
    ({"Optimizer": LR, "Global": {"epoch_num": 0}}, "Global.epoch_num: 0"),
    ({"Optimizer": LR, "Global": {"epoch_num": 5.0}}, "Global.epoch_num: 5.0 is"),
    ({"Optimizer": LR, "Global": {"epoch_num": 5}, "Train": [1]}, r"Train: \[1\].*a mapping"),
    ({"Optimizer": LR, "Global": {"epoch_num": 5}}, "; give iters_per_epoch$"),
    ({"Optimizer": {"lr": {"name": "X"}}, "Global": {"epoch_num": 5}, "Train": {"dataset": {"num_samples": 5},
      "loader": {"batch_size_per_card": 1}}}, "Optimizer.lr.name: 'X' is not a schedule"),
    *(
        ({"Optimizer": {"name": "Adam", key: 0.1, "lr": {"name": "Cosine"}}, **RUN},
         f"Optimizer.{key}: nothing reads it here; write it as Optimizer.lr.learning_rate, which is missing; Cosine needs")
        for key in ("learning_rate", "base_lr")
    ),
    # Before the length of the epoch is asked for.
    ({"Optimizer": {"lr": {"name": ["Cosine"]}}, "Global": {"epoch_num": 5}}, r"Optimizer.lr.name: \['Cosine'\] is not"),
    ({"Optimizer": {"lr": {"name": "Cosine"}, "base_lr": 1}, "Global": {"epoch_num": 5}}, "Optimizer.base_lr: nothing reads it"),
    ({"Optimizer": {"name": "Adam", "gamma": 0.1, "lr": {"name": "Cosine"}}, **RUN}, "Optimizer.lr.learning_rate: is missing"),
    ({"Optimizer": {"learning_rate": 0.1, "lr": {"name": "Cosine", "learning_rate": -1}}, **RUN}, "Optimizer.lr.learning_rate: -1 is"),
]  # fmt: skip


SLIPS = [
    "num_epochs",
    "epochs",
    "epoch",
    "max_epoch",
    "max_epochs",
    "total_epochs",
    "epoch_nums",
    "EpochNum",
    "epochnum",
    "train_epochs",
]


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("given", [{}, {"epoch_num": None}])
def test_what_stands_for_a_missing_number_of_epochs_is_named(slip: str, given: dict[str, None], tmp_path: Path) -> None:
    written = {"Optimizer": LR, "Architecture": {}, "Global": {"use_gpu": True, slip: 30, **given}}
    path = write(tmp_path / "c.yml", written)
    said = rf"epoch_num: is missing: it is the length of the run; nothing reads Global\.{slip}: 30, write it as Global\.epoch_num; give epochs"
    with pytest.raises(LRConfigError, match=said):
        plan_run(path)
    assert plan_run(path, flags=RunFlags(epochs=30, iters_per_epoch=5)).run.total_iters == 150
    with pytest.raises(LRConfigError, match="epoch_num: is missing: it is the length of the run; give epochs"):
        plan_run(write(path, {"Optimizer": LR, "Global": {"save_epoch_step": 30, "eval_batch_step": [0, 2000]}}))


@pytest.mark.parametrize(("config", "message"), BAD, ids=[message[:40] for _, message in BAD])
def test_configs_that_cannot_be_used(config: Any, message: str, tmp_path: Path) -> None:
    path = write(tmp_path / "c.yml", config)
    with pytest.raises(LRConfigError, match=message) as caught:
        plan_run(path)
    assert str(caught.value).startswith(f"{path}: ")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"epochs": 0}, "^epochs 0: must be a positive integer"),
        ({"trainer": "PaddleOCR"}, "^trainer 'PaddleOCR': must be ppocr-lr or paddleocr$"),
        ({"trainer": []}, r"^trainer \[\]: must be ppocr-lr or paddleocr$"),
    ],
)
def test_bad_flags(flags: dict[str, Any], message: str) -> None:
    with pytest.raises(LRConfigError, match=message):
        plan_run(DEFAULT_CONFIG, flags=RunFlags(**flags))
