"""Checkpoints as PaddleOCR saves them, and what is given instead of one."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import paddle
import pytest

from ppocr_lr import LRConfigError
from ppocr_lr.resume.checkpoint import read_checkpoint
from tests import paddleocr
from tests.checkpoints import save
from tests.training.test_paddle_scheduler import ALL, EPOCHS, ITERS

COSINE = {"name": "Cosine", "learning_rate": 0.1}


@pytest.mark.parametrize("section", ALL)
@pytest.mark.parametrize("protocol", [2, 4])
def test_every_names_checkpoint(tmp_path: Path, section: dict[str, Any], protocol: int) -> None:
    found = read_checkpoint(save(tmp_path / "latest", section, EPOCHS, ITERS, 15, epoch=3, protocol=protocol))
    scheduler = paddleocr.build(section, EPOCHS, ITERS)
    assert found.epoch == 3
    if isinstance(scheduler, float):
        assert found.state is None
        return
    for _ in range(15):
        scheduler.step()
    assert found.state is not None
    assert (found.state.update, found.state.rate) == (15, scheduler())
    assert found.state.keys == scheduler.state_dict().keys()
    assert found.state.wrapped == ("LinearWarmup_LR" in scheduler.state_dict())


@pytest.mark.parametrize("given", ["latest", "latest.pdopt", "latest.pdparams", "latest.states"])
def test_every_file_of_a_checkpoint_names_it(tmp_path: Path, given: str) -> None:
    save(tmp_path / "latest", COSINE, 2, 5, 5, epoch=1)
    found = read_checkpoint(tmp_path / given)
    assert (found.path, found.states_path) == (tmp_path / "latest.pdopt", tmp_path / "latest.states")


def test_names_with_dots_folders_beside_and_other_endings(tmp_path: Path) -> None:
    save(tmp_path / "iter_epoch_1.5", COSINE, 2, 5, 5, epoch=1)
    assert read_checkpoint(tmp_path / "iter_epoch_1.5").epoch == 1
    (tmp_path / "iter_epoch_1.5.pdopt").rename(tmp_path / "optimizer.bin")
    assert read_checkpoint(tmp_path / "optimizer.bin").epoch is None
    save(tmp_path / "kie", COSINE, 2, 5, 5)  # a model for key information extraction has a folder of its own
    (tmp_path / "kie").mkdir()
    (tmp_path / "kie" / "metric.states").write_bytes(pickle.dumps({"epoch": 2}, 2))
    assert read_checkpoint(f"{tmp_path}/kie/").epoch == 2


def test_states_without_an_epoch_or_with_numpys(tmp_path: Path) -> None:
    prefix = save(tmp_path / "latest", COSINE, 2, 5, 5)
    for states, epoch in (({"best_model_dict": {"acc": np.float64(0.5)}}, None), ({"epoch": np.int64(4)}, 4)):
        (tmp_path / "latest.states").write_bytes(pickle.dumps(states, 2))
        assert read_checkpoint(prefix).epoch == epoch


@pytest.mark.parametrize("key", ["epoch", "global_step"])
@pytest.mark.parametrize("value", ["3", -1, True, 1.5, None, [1], 2**53 + 1, 10**300])
def test_counts_that_cannot_be(tmp_path: Path, key: str, value: object) -> None:
    prefix = save(tmp_path / "latest", COSINE, 2, 5, 5)
    (tmp_path / "latest.states").write_bytes(pickle.dumps({key: value}, 2))
    if value is None:
        assert (read_checkpoint(prefix).epoch, read_checkpoint(prefix).count) == (None, 5)
        return
    with pytest.raises(LRConfigError, match=rf"latest\.states: {key}: .* is not allowed; it must be a whole number"):
        read_checkpoint(prefix)


def test_what_is_given_instead(tmp_path: Path) -> None:
    save(tmp_path / "latest", COSINE, 2, 5, 5, epoch=1)
    weights = (tmp_path / "latest.pdparams").read_bytes()
    (tmp_path / "weights.pdopt").write_bytes(weights)
    (tmp_path / "alone.pdparams").write_bytes(weights)
    paddle.save({"opt": {"w": paddle.ones([1])}, "epoch": 3}, str(tmp_path / "both.pdopt"))
    (tmp_path / "empty").mkdir()
    for given, message in (
        ("weights", "holds a model's weights"),
        ("alone.pdparams", "alone.pdopt: does not exist, and alone.pdparams holds the weights alone"),
        ("both", "is not the state of one optimizer, its keys are ['opt', 'epoch']"),
        ("", "is a folder; in it are the checkpoints both, latest, weights"),
        ("empty", "is a folder and has no .pdopt file in it"),
        ("lates", f"lates.pdopt: does not exist; did you mean {tmp_path / 'latest'}?"),
        ("gone/latest", "latest.pdopt: does not exist"),
        ("none\0", "does not exist"),
    ):
        with pytest.raises(LRConfigError) as caught:
            read_checkpoint(tmp_path / given)
        assert message in str(caught.value), given


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (3, "LR_Scheduler: 3 is not a scheduler state"),
        ({}, "there is no scheduler state"),
        ({"last_epoch": -1, "last_lr": 0.1}, "last_epoch: a step .* cannot be negative"),
        (
            {"last_epoch": 2**53 + 1, "last_lr": 0.1},
            r"last_epoch: 9007199254740993 is not allowed; it must be at most 2\^53",
        ),
        ({"last_epoch": 1.5, "last_lr": 0.1}, "last_epoch: a step must be an integer"),
        ({"last_epoch": 1, "last_lr": -0.1}, "last_lr: -0.1 is not allowed; it must be at least 0 and below 1e"),
        ({"last_epoch": 1, "last_lr": 1e308}, "last_lr: 1e.308 is not allowed"),
        ({"last_epoch": 1, "last_lr": "0.1"}, "last_lr: '0.1' is not allowed"),
        ({"last_epoch": 1, "last_lr": float("nan")}, "last_lr: nan is not allowed"),
        ({"last_epoch": 1}, "last_lr: null is not allowed"),
    ],
)
def test_scheduler_states_that_cannot_be(tmp_path: Path, state: object, message: str) -> None:
    (tmp_path / "latest.pdopt").write_bytes(pickle.dumps({"LR_Scheduler": state}, 4))
    with pytest.raises(LRConfigError, match=rf"latest\.pdopt: .*{message}"):
        read_checkpoint(tmp_path / "latest")
