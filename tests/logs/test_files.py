"""Folders of logs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.logs.comparing import EPOCHS, ITERS, SECTIONS
from tests.train_logs import Trainer, write_config, write_log


def test_a_folder_of_logs(tmp_path: Path, command: Command) -> None:
    write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    folder = tmp_path / "output"
    folder.mkdir()
    (folder / "other.log").write_text("nothing of ours\n", encoding="utf-8")
    done = command("compare-log", "-c", "c.yml", str(folder))
    assert (done.returncode, done.stdout) == (2, "")
    assert "holds no .log file with a learning rate" in done.stderr
    for name in ("first.log", "second.log"):
        write_log(folder / name, Trainer(SECTIONS["Cosine"], EPOCHS, ITERS).train())
    done = command("compare-log", "-c", "c.yml", str(folder))
    assert (done.returncode, done.stdout.count("the run follows the plan: all 100 lines")) == (0, 2)
    assert "also holds" not in done.stdout


def test_of_a_folder_its_train_log(tmp_path: Path, command: Command) -> None:
    write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    folder = tmp_path / "output"
    (folder / "vdl").mkdir(parents=True)
    for name in ("train.log.1", "eval.log", "vdlrecords.1700000000.log", "train.log"):
        write_log(folder / name, Trainer(SECTIONS["Cosine"], EPOCHS, ITERS).train())
        done = command("compare-log", "-c", "c.yml", "output")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("output/train.log against c.yml: Cosine\n")
    assert done.stdout.count("the run follows the plan: all 100 lines") == 1
    others = "eval.log, train.log.1, vdl and vdlrecords.1700000000.log"
    assert f"its folder also holds {others}, which were not read" in done.stdout
    assert (
        "output/train.log: the run follows"
        in command("plot", "-c", "c.yml", "--log", "output", "--out", "p.png").stdout
    )
    assert command("compare-log", "-c", "c.yml", ".").stderr.endswith("trainer; did you mean output?\n")
    (folder / "train.log").write_text("a run that stopped before its first line\n", encoding="utf-8")
    assert command("compare-log", "-c", "c.yml", "output").stdout.count("the run follows the plan: all 100 lines") == 2


def test_a_single_log_beside_the_train_log(tmp_path: Path, command: Command) -> None:
    write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    (tmp_path / "output").mkdir()
    for name in ("eval.log", "train.log"):
        write_log(tmp_path / "output" / name, Trainer(SECTIONS["Cosine"], EPOCHS, ITERS).train(1))
    done = command("compare-log", "-c", "c.yml", "output")
    assert "its folder also holds eval.log, which was not read" in done.stdout


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_of_a_folder_no_pipe_is_read(tmp_path: Path, command: Command) -> None:
    os.mkfifo(tmp_path / "first.log")
    write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    write_log(tmp_path / "second.log", Trainer(SECTIONS["Cosine"], EPOCHS, ITERS).train())
    assert command("compare-log", "-c", "c.yml", ".").stdout.count("the run follows the plan: all 100 lines") == 1
