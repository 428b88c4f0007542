"""A checkpoint under the log of its folder: real lines, real files."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from ppocr_lr.logs.beside_checkpoint import count_remarks
from ppocr_lr.resume.checkpoint import read_checkpoint
from tests.checkpoints import save
from tests.conftest import Command
from tests.train_logs import Trainer, write_log

COSINE = {"name": "Cosine", "learning_rate": 0.1}


def remark(folder: Path, name: str, epoch: int | None, done: int, states: dict[str, object] | None = None) -> str:
    prefix = save(folder / name, COSINE, 20, 25, done, epoch=epoch)
    if states is not None:
        (folder / f"{name}.states").write_bytes(pickle.dumps(states, 2))
    return "".join(found.message for found in count_remarks(read_checkpoint(prefix), folder / "train.log"))


@pytest.mark.parametrize(
    ("name", "epoch", "done", "told"),
    [
        ("latest", 10, 250, ""),
        ("latest", 3, 75, ""),
        ("iter_epoch_12", 12, 300, ""),  # the last of the log
        ("best_accuracy", 10, 240, ""),
        ("best_accuracy", 12, 288, ""),
        ("latest", 10, 500, "250 to "),
        ("latest", 10, 125, "250 to "),
        ("latest", 12, 400, "300 to "),
        ("best_accuracy", 10, 200, "225 to "),
        ("best_accuracy", 10, 275, "225 to "),
        ("latest", 15, 375, ""),  # the log does not reach it
        ("latest", None, 250, ""),
    ],
)
def test_counts(tmp_path: Path, name: str, epoch: int | None, done: int, told: str) -> None:
    write_log(tmp_path / "train.log", Trainer(COSINE, 20, 25).train(epochs=12))
    message = remark(tmp_path, name, epoch, done)
    assert bool(message) is bool(told)
    assert not told or f"counts {done} updates in epoch {epoch}, train.log beside it {told}" in message


def test_a_resume_that_counts_anew(tmp_path: Path) -> None:
    """PaddleOCR does not take up `global_step`: both counts of epoch 10 are in the log, and either may be saved."""
    trainer = Trainer(COSINE, 20, 25)
    lines = list(trainer.train(epochs=10))
    trainer.done_epochs, trainer.global_step = 8, 0
    write_log(tmp_path / "train.log", iter(lines), trainer.train(epochs=5))
    for count, fits in ((250, True), (50, True), (150, False)):
        message = remark(tmp_path, "latest", 10, 250, {"epoch": 10, "global_step": count})
        assert (not message) is fits, count


def test_the_schedule_counts_where_states_does_not(tmp_path: Path) -> None:
    write_log(tmp_path / "train.log", Trainer(COSINE, 20, 25).train(epochs=12))
    assert not remark(tmp_path, "latest", 10, 250, {"epoch": 10})
    assert "counts 275 updates in epoch 10, train.log beside it 250 to " in remark(
        tmp_path, "latest", 10, 275, {"epoch": 10}
    )


def test_the_trainer_on_windows(tmp_path: Path) -> None:
    """The last of the 25 iterations is neither run nor logged."""
    write_log(tmp_path / "train.log", Trainer(COSINE, 20, 25, left_out=1).train(epochs=12))
    assert not remark(tmp_path, "latest", 10, 240)
    assert not remark(tmp_path, "latest", 12, 288)
    assert remark(tmp_path, "latest", 10, 250)


@pytest.mark.parametrize("content", [b"", b"no rates here\n", b"\xff\xfe\0"])
def test_without_lines_nothing_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "train.log").write_bytes(content)
    assert not remark(tmp_path, "latest", 10, 777)


def test_the_command(tmp_path: Path, command: Command) -> None:
    (tmp_path / "c.yml").write_text("Global: {epoch_num: 20}\nOptimizer: {lr: {name: Cosine, learning_rate: 0.1}}\n")
    write_log(tmp_path / "train.log", Trainer(COSINE, 20, 25).train(epochs=12))
    save(tmp_path / "latest", COSINE, 20, 25, 250, epoch=10)
    (tmp_path / "latest.states").write_bytes(pickle.dumps({"epoch": 10, "global_step": 500}, 2))
    for arguments in ([], ["--format", "json"]):
        done = command("resume", "c.yml", "--checkpoint", "latest", "--iters-per-epoch", "25", *arguments)
        assert (done.returncode, done.stderr) == (0, "")
        assert "the checkpoint counts 500 updates in epoch 10, train.log beside it 250 to " in done.stdout


def test_the_log_of_a_checkpoint_with_a_folder_of_its_own(tmp_path: Path, command: Command) -> None:
    (tmp_path / "c.yml").write_text("Global: {epoch_num: 20}\nOptimizer: {lr: {name: Cosine, learning_rate: 0.1}}\n")
    write_log(tmp_path / "train.log", Trainer(COSINE, 20, 25).train(epochs=12))
    (tmp_path / "latest").mkdir()
    save(tmp_path / "latest" / "latest", COSINE, 20, 25, 250, epoch=10, global_step=500)
    done = command("resume", "c.yml", "-o", "Global.checkpoints=latest/latest")
    assert done.returncode == 0, done.stderr
    assert "note: 25 iterations per epoch, from train.log beside the checkpoint" in done.stdout
    assert "counts 500 updates in epoch 10, train.log beside it 250 to " in done.stdout


@pytest.mark.parametrize(
    ("loader", "flags", "code", "words"),
    [
        (True, [], 0, "note: 25 iterations per epoch, from train.log beside the checkpoint"),
        (True, ["--accumulate", "5"], 1, "from train.log beside the checkpoint; 5 of them for one update"),
        (True, ["--iters-per-epoch", "25"], 0, ""),
        (False, [], 2, "the length of an epoch is not known"),
    ],
)
def test_the_log_tells_the_length_of_an_epoch(
    tmp_path: Path, command: Command, loader: bool, flags: list[str], code: int, words: str
) -> None:
    (tmp_path / "c.yml").write_text("Global: {epoch_num: 20}\nOptimizer: {lr: {name: Cosine, learning_rate: 0.1}}\n")
    save(tmp_path / "latest", COSINE, 20, 25, 250, epoch=10)
    if loader:
        write_log(tmp_path / "train.log", Trainer(COSINE, 20, 25).train(epochs=10))
    done = command("resume", "-c", "c.yml", "--checkpoint", "latest", *flags)
    assert done.returncode == code, done.stdout + done.stderr
    assert words in done.stdout + done.stderr
    assert ("from train.log" in done.stdout) == words.startswith(("note", "from"))
