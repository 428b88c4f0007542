"""VisualDL's records of a run, written by VisualDL itself as releases of PaddleOCR did it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.train_logs import Trainer, write_config

EPOCHS, ITERS = 20, 50
COSINE = {"name": "Cosine", "learning_rate": 0.001, "warmup_epoch": 2}
LINE = re.compile(r"global_step: (\d+), lr: ([\d.]+)")


def write_records(folder: Path, lines: Iterable[str], second: int = 1, how: str = "newer", lost_at: int = 0) -> Path:
    """What each line tells, as PaddleOCR 2.0 (`oldest`), 2.4 (`pairs`) or 2.5 (`newer`) wrote it."""
    visualdl = pytest.importorskip("visualdl")
    name = f"vdlrecords.170000000{second}.log"
    with visualdl.LogWriter(logdir=str(folder), file_name=name) as writer:
        for step, rate in (map(float, match.groups()) for match in map(LINE.search, lines) if match):
            at = int(step) - (how == "oldest")
            writer.add_scalar("TRAIN/loss", float("nan") if step == lost_at else 1.25, at)
            writer.add_scalar("TRAIN/lr", rate, at)
            if how != "newer":
                writer.add_scalar("TRAIN/lr", 0.5, at)  # the rate as it is used, where the first is the median
            if at % 100 == 0:
                writer.add_scalar("EVAL/acc", 0.5, at)
    return folder / name


def trained(section: dict[str, object], epochs: int | None = None) -> list[str]:
    return list(Trainer(section, EPOCHS, ITERS, every=1).train(epochs))


@pytest.mark.parametrize("how", ["oldest", "pairs", "newer"])
@pytest.mark.parametrize("name", ["Cosine", "Piecewise"])
def test_records_follow_their_plan(tmp_path: Path, command: Command, how: str, name: str) -> None:
    section = {"Cosine": COSINE, "Piecewise": {"name": "Piecewise", "decay_epochs": [8], "values": [0.001, 0.0001]}}[
        name
    ]
    records = write_records(tmp_path / "output" / "vdl", trained(section), how=how)
    write_config(tmp_path / "output" / "config.yml", section, EPOCHS, ITERS)
    for path in (records, records.parent, records.parent.parent):
        for config in ([], ["-c", "output/config.yml"]):
            done = command("compare-log", str(path.relative_to(tmp_path)), *config)
            assert (done.returncode, done.stderr) == (0, "")
            assert "the run follows the plan: all 1000 lines show its rates" in done.stdout
            assert "VisualDL's records have no epochs; those of the plan are used" in done.stdout


def test_records_that_do_not_follow(tmp_path: Path, command: Command) -> None:
    write_records(tmp_path / "vdl", trained({**COSINE, "learning_rate": 0.004}), lost_at=700)
    write_config(tmp_path / "c.yml", COSINE, EPOCHS, ITERS)
    done = command("compare-log", "-c", "c.yml", "vdl")
    assert (done.returncode, done.stderr) == (1, "")
    assert "cause    the rate is 4 times as high as the plan's" in done.stdout
    assert "the loss is nan or inf at global_step 700 in epoch 14 (update 699)" in done.stdout


def test_each_file_is_a_start(tmp_path: Path, command: Command) -> None:
    trainer = Trainer(COSINE, EPOCHS, ITERS, every=1)
    write_records(tmp_path / "vdl", trainer.train(6))
    write_records(tmp_path / "vdl", trainer.train(), second=2)
    write_config(tmp_path / "c.yml", COSINE, EPOCHS, ITERS)
    done = command("compare-log", "-c", "c.yml", "vdl")
    assert (done.returncode, done.stderr) == (0, "")
    assert "written by 2 starts of the training" in done.stdout


def test_the_rates_tell_the_length_of_an_epoch(tmp_path: Path, command: Command) -> None:
    write_records(tmp_path / "vdl", trained(COSINE))
    (tmp_path / "c.yml").write_text(f"Global: {{epoch_num: {EPOCHS}}}\nOptimizer: {{lr: {COSINE}}}\n", encoding="utf-8")
    done = command("compare-log", "-c", "c.yml", "vdl")
    assert (done.returncode, done.stderr) == (0, "")
    assert "50 iterations per epoch, from the log: its counts allow 1 or more, its rates 50" in done.stdout


def test_dots_of_records(tmp_path: Path, command: Command) -> None:
    write_records(tmp_path / "vdl", trained(COSINE))
    write_config(tmp_path / "c.yml", COSINE, EPOCHS, ITERS)
    done = command("plot", "-c", "c.yml", "--log", "vdl", "--out", "p.png")
    assert (done.returncode, done.stderr) == (0, "")
    assert "vdl: the run follows the plan" in done.stdout


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x05\x00\x00\x00\x00\x00\x00\x00hello",
        b"\xff" * 64,
        b"[2022/09/29 02:59:23] ppocr INFO: epoch: [3/100], global_step: 90, lr: 0.000513, loss: 1\n",
    ],
)
def test_what_is_no_record(tmp_path: Path, command: Command, content: bytes) -> None:
    pytest.importorskip("visualdl")
    write_config(tmp_path / "c.yml", COSINE, EPOCHS, ITERS)
    (tmp_path / "vdlrecords.1.log").write_bytes(content)
    done = command("compare-log", "-c", "c.yml", "vdlrecords.1.log")
    assert (done.returncode, done.stdout) == (2, "")
    assert "vdlrecords.1.log: holds no rate under TRAIN/lr" in done.stderr


def test_a_torn_file_is_read_up_to_there(tmp_path: Path, command: Command) -> None:
    records = write_records(tmp_path / "vdl", trained(COSINE)[:-2])
    records.write_bytes(records.read_bytes()[:-5])
    write_config(tmp_path / "c.yml", COSINE, EPOCHS, ITERS)
    done = command("compare-log", "-c", "c.yml", "vdl")
    assert (done.returncode, done.stderr) == (0, "")
    assert "all 998 lines show its rates" in done.stdout
    assert "1 of 999 lines cannot be read" in done.stdout


def test_records_of_other_tags(tmp_path: Path, command: Command) -> None:
    visualdl = pytest.importorskip("visualdl")
    with visualdl.LogWriter(logdir=str(tmp_path / "vdl")) as writer:
        writer.add_scalar("train/learning_rate", 0.1, 1)
    write_config(tmp_path / "c.yml", COSINE, EPOCHS, ITERS)
    done = command("compare-log", "-c", "c.yml", "vdl")
    assert (done.returncode, done.stdout) == (2, "")
    assert "vdl: holds no rate under TRAIN/lr, only train/learning_rate" in done.stderr


def test_without_the_package(tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("visualdl", "visualdl.proto"):
        monkeypatch.setitem(sys.modules, module, None)
    (tmp_path / "vdlrecords.1.log").write_bytes(b"")
    write_config(tmp_path / "c.yml", COSINE, EPOCHS, ITERS)
    for command_line in (["compare-log", "-c", "c.yml"], ["plot", "-c", "c.yml", "--log"]):
        done = command(*command_line, "vdlrecords.1.log")
        assert (done.returncode, done.stdout) == (2, "")
        assert "visualdl is not installed: pip install 'ppocr-lr[visualdl]'" in done.stderr


def test_records_are_not_followed(tmp_path: Path, command: Command) -> None:
    (tmp_path / "vdlrecords.1.log").write_bytes(b"")
    write_config(tmp_path / "c.yml", COSINE, EPOCHS, ITERS)
    done = command("compare-log", "-c", "c.yml", "vdlrecords.1.log", "--follow")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--follow: takes train.log, not VisualDL's records" in done.stderr
