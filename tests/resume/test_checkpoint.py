"""Checkpoints as PaddleOCR saves them, and what is given instead of one."""

from __future__ import annotations

import gzip
import io
import json
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("paddle")

import paddle

from ppocr_lr import LRConfigError
from ppocr_lr.resume.checkpoint import read_checkpoint
from ppocr_lr.resume.forecast import Resume
from ppocr_lr.resume.report import as_dict, text_lines
from ppocr_lr.training_config.plan import plan_run
from ppocr_lr.training_config.run_flags import RunFlags
from tests import paddleocr
from tests.checkpoints import save
from tests.chinese import is_refused_in_chinese
from tests.training.test_paddle_scheduler import ALL, EPOCHS, ITERS

COSINE = {"name": "Cosine", "learning_rate": 0.1}
ARRAY = np.zeros((2, 2), np.float32)


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
    (tmp_path / "folder.pdopt").mkdir()
    (own := tmp_path / "out" / "iter_epoch_20").mkdir(parents=True)
    (own / "iter_epoch_20.pdopt").write_bytes(b"")
    os.mkfifo(tmp_path / "pipe.pdopt")
    (tmp_path / "loop.pdopt").symlink_to("loop.pdopt")
    (tmp_path / "astray.pdopt").symlink_to("gone")
    for given, message in (
        ("weights", "holds a model's weights"),
        ("alone.pdparams", "alone.pdopt: does not exist, and alone.pdparams holds only the weights"),
        ("both", "is not the state of a single optimizer: its keys are ['opt', 'epoch']"),
        ("", "is a folder; in it are the checkpoints astray, both, folder, latest, loop"),
        ("empty", "is a folder and has no .pdopt file in it"),
        ("lates", f"lates.pdopt: does not exist; did you mean {tmp_path / 'latest'}?"),
        ("out/iter_epoch_2", f"did you mean {own / own.name}?"),
        ("gone/latest", "latest.pdopt: does not exist"),
        ("none\0", "does not exist"),
        ("a" * 300, "does not exist"),
        ("loop", "loop.pdopt: is a link that leads to no file"),
        ("astray", "astray.pdopt: is a link that leads to no file"),
        ("best", "best.pdopt: does not exist"),
        ("iter_epoch_9", "iter_epoch_9.pdopt: does not exist; its folder has astray, both, folder, latest, loop"),
        ("latest ", f"latest .pdopt: does not exist; did you mean {tmp_path / 'latest'}?"),
        ("latest.pdopt.", f"latest.pdopt..pdopt: does not exist; did you mean {tmp_path / 'latest'}?"),
        ("folder", "folder.pdopt: is not a regular file, so it is not an optimizer state"),
        ("pipe", "pipe.pdopt: is not a regular file, so it is not an optimizer state"),
    ):
        with pytest.raises(LRConfigError) as caught:
            read_checkpoint(tmp_path / given)
        assert message in str(caught.value), given


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("given", ["closed", "closed/latest"])
def test_a_folder_that_cannot_be_read_is_not_said_to_be_empty(tmp_path: Path, given: str) -> None:
    (tmp_path / "closed").mkdir(0)
    with pytest.raises(LRConfigError, match=r"closed: cannot be read: Permission denied$"):
        read_checkpoint(tmp_path / given)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (3, "LR_Scheduler: 3 is not a scheduler state"),
        ({}, "there is no scheduler state"),
        ({"last_epoch": -1, "last_lr": 0.1}, "last_epoch: -1 is not allowed; it must be a whole number from 0 to"),
        (
            {"last_epoch": 2**53 + 1, "last_lr": 0.1},
            r"last_epoch: 9007199254740993 is not allowed; it must be at most 2\^53",
        ),
        ({"last_epoch": 1.5, "last_lr": 0.1}, r"last_epoch: 1\.5 is not allowed; it must be a whole number from 0 to"),
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
    is_refused_in_chinese(lambda: read_checkpoint(tmp_path / "latest"))


@pytest.mark.parametrize("prefix", ["最新", "latest.", "latest ", "模型 v1.0", "lat\nest", "-latest", "a=b", "[1]", "*", "latest.pdopt", "best_accuracy"])  # fmt: skip
@pytest.mark.parametrize("ending", ["", ".pdopt", ".states"])
def test_any_name(tmp_path: Path, prefix: str, ending: str) -> None:
    save(tmp_path / "x", COSINE, 2, 5, 5, epoch=1)
    for file in tmp_path.glob("x.*"):
        file.rename(tmp_path / f"{prefix}{file.suffix}")
    found = read_checkpoint(f"{tmp_path}/{prefix}{ending}")
    assert (found.epoch, found.prefix, found.within_epoch) == (1, f"{tmp_path}/{prefix}", prefix == "best_accuracy")


def in_a_zip(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("archive/data.pkl", content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: content[:1], "ends in the middle"),
        (lambda content: content[: len(content) // 2], "ends in the middle"),
        (lambda content: content[:-1], "ends in the middle"),
        (in_a_zip, "is not a file of paddle.save"),
        (gzip.compress, "is not a file of paddle.save"),
        (lambda content: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "is not a file of paddle.save"),
        (lambda content: b"<html>404</html>", "is not a file of paddle.save"),
        (lambda content: b'{"epoch": 3, "global_step": 500}', "is not a file of paddle.save"),
        (lambda content: pickle.dumps([1]), "holds no dictionary"),
        (lambda content: pickle.dumps(None), "holds no dictionary"),
        (lambda content: pickle.dumps({("a", 1): 2}), "is damaged"),
        (lambda content: pickle.dumps({b"a": 2}), "is damaged"),
        (lambda content: pickle.dumps({"a": {1}}, 4), "holds the pickle instruction EMPTY_SET"),
        (lambda content: pickle.dumps({"a": 1j}), "holds 'builtins.complex'"),
        (lambda content: b"\x80\x04" + b"]" * 100_000 + b"a" * 99_999 + b".", "holds no dictionary"),
        (lambda content: b"\x80\x04)" + b"\x85" * 300_000 + b".", "holds no dictionary"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ending", [".pdopt", ".states"])
def test_files_of_other_kinds(tmp_path: Path, change: Callable[[bytes], bytes], message: str, ending: str) -> None:
    path = save(tmp_path / "latest", COSINE, 2, 5, 5, epoch=1).with_suffix(ending)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(LRConfigError, match=rf"latest\{ending}: {message}"):
        read_checkpoint(tmp_path / "latest")
    is_refused_in_chinese(lambda: read_checkpoint(tmp_path / "latest"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            {"state": {0: {"momentum_buffer": ARRAY}}, "param_groups": [{"lr": 0.1}]},
            "is not the state of a single optimizer",
        ),
        ({"velocity_0": ARRAY, "@LR_DECAY_COUNTER@": ARRAY}, "was saved by PaddleOCR 1.x with Paddle 1"),
        ({"a\x1b[31m": "text"}, "is not the state of a single optimizer"),
    ],
)
def test_states_of_other_libraries(tmp_path: Path, content: dict[str, Any], message: str) -> None:
    (tmp_path / "latest.pdopt").write_bytes(pickle.dumps(content, 2))
    with pytest.raises(LRConfigError, match=message):
        read_checkpoint(tmp_path / "latest")
    is_refused_in_chinese(lambda: read_checkpoint(tmp_path / "latest"))


@pytest.mark.parametrize("rate", [0, -0.0, 5e-324, 1e-300, 1e-12, 1e99, np.float32(0.08)])
@pytest.mark.parametrize("update", [0, 1, 2**31, 2**53])
@pytest.mark.parametrize("epoch", [0, 1, 2, 10**6])
def test_odd_states_have_a_report(tmp_path: Path, rate: float, update: int, epoch: int) -> None:
    state = {"linear_0.w_0_velocity_0": ARRAY, "LR_Scheduler": {"last_epoch": update, "last_lr": rate}}
    (tmp_path / "latest.pdopt").write_bytes(pickle.dumps(state, 2))
    (tmp_path / "latest.states").write_bytes(pickle.dumps({"epoch": epoch}, 2))
    config = {"Global": {"epoch_num": 2}, "Optimizer": {"name": "Momentum", "lr": COSINE}}
    (tmp_path / "c.yml").write_text(json.dumps(config), encoding="utf-8")
    planned = plan_run(tmp_path / "c.yml", (), RunFlags(iters_per_epoch=5))
    resume = Resume(planned, read_checkpoint(tmp_path / "latest"))
    text = "\n".join(text_lines(resume))
    assert " -0" not in text
    assert json.dumps(as_dict(resume), allow_nan=False)


@pytest.mark.parametrize("ending", [".states", ".gone"])
def test_a_name_that_a_terminal_would_obey(tmp_path: Path, ending: str) -> None:
    prefix = tmp_path / "lat\x1b[31m"
    save(prefix, COSINE, 2, 5, 5, epoch=1)
    prefix.with_suffix(".states").rename(prefix.with_suffix(ending))
    config = {"Global": {"epoch_num": 2}, "Optimizer": {"name": "Momentum", "lr": COSINE}}
    (tmp_path / "c.yml").write_text(json.dumps(config), encoding="utf-8")
    planned = plan_run(tmp_path / "c.yml", (), RunFlags(iters_per_epoch=5))
    assert all(map(str.isprintable, text_lines(Resume(planned, read_checkpoint(prefix)))))
