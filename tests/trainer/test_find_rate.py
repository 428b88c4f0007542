"""`ppocr-lr find-rate` around PaddleOCR's own loop."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from ppocr_lr import build_schedule
from tests.chinese import not_chinese
from tests.conftest import Command
from tests.trainer.conftest import ENVIRONMENT, Train, config, logged

COSINE = {"name": "Cosine", "learning_rate": 0.01, "warmup_epoch": 1}
FIND = ("-m", "ppocr_lr", "find-rate")


@pytest.fixture
def disputed(tmp_path: Path) -> list[str]:
    """Labels of which one in four is wrong, so that a training can break; all in one batch, so that none is noise."""
    file = tmp_path / "disputed.txt"
    file.write_text("".join(f"{number}.png\t{number % 2 ^ (number % 4 == 3)}\n" for number in range(40)))
    return ["-o", f"Train.dataset.label_file_list=[{file}]", "Train.loader.batch_size_per_card=40"]


def losses(folder: Path) -> list[float]:
    return [float(re.search(r" loss: ([\d.]+)", line)[1]) for line in logged(folder)]  # type: ignore[index]


def test_from_the_command_to_the_rate(train: Train, tmp_path: Path, disputed: list[str]) -> None:
    found = tmp_path / "found"
    done = train(
        COSINE, *disputed, "Optimizer.lr.learning_rate=0.5", "--updates", "100", before=(*FIND, "--folder", str(found)),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    *_, advice, paste, picture, numbers = done.stdout.splitlines()
    rate = float(re.fullmatch(r"-o Optimizer\.lr\.learning_rate=([\d.e-]+)", paste)[1])  # type: ignore[index]
    assert 1e-3 < rate < 1
    assert advice.startswith("Try ")
    assert "The 5e-1 of " in advice
    assert [picture, numbers] == [f"picture: {found / 'rate.png'}", f"written: {found / 'losses.csv'}"]
    # Each update has its rate, beginning with the first.
    rows = np.genfromtxt(found / "losses.csv", delimiter=",", skip_header=1)
    ramp = build_schedule({"name": "RangeTest", "updates": 100}, 1, 1)
    np.testing.assert_allclose(rows[:, 1], ramp(np.arange(len(rows))), rtol=1e-12)
    np.testing.assert_allclose(rows[:, 2], losses(found / "1")[: len(rows)])
    # Nothing is kept but the logs, and nothing of it where the user trains.
    assert sorted(path.name for path in found.rglob("*") if path.is_file()) == [
        "config.yml", "losses.csv", "output.txt", "rate.png", "train.log",
    ]  # fmt: skip
    assert not (tmp_path / "out").exists()
    assert "save model" not in (found / "1" / "train.log").read_text()


def test_other_seeds_give_the_spread(train: Train, tmp_path: Path, disputed: list[str]) -> None:
    found = tmp_path / "found"
    done = train(COSINE, *disputed, "--folder", str(found), "--repeat", "2", before=FIND, seed=7)
    assert done.returncode == 0, done.stderr
    assert "2 of 2 tests say " in done.stdout
    assert losses(found / "1") != losses(found / "2")
    seeds = [yaml.safe_load((found / number / "config.yml").read_text())["Global"]["seed"] for number in "12"]
    assert seeds == [7, 8]


def test_what_cannot_be_told_says_what_to_change(train: Train, tmp_path: Path, disputed: list[str]) -> None:
    done = train(COSINE, *disputed, "--from", "9", "--folder", str(tmp_path / "found"), before=FIND)
    assert done.returncode == 1, done.stderr
    assert "unclear" in done.stdout
    assert "-o Opt" not in done.stdout
    assert done.stdout.endswith("hint: --from 0.09\n")


def test_a_checkpoint_gives_its_weights_and_not_its_place(train: Train, tmp_path: Path, disputed: list[str]) -> None:
    assert train(COSINE, *disputed, before=("-m", "ppocr_lr", "train")).returncode == 0
    before = {path: path.stat().st_mtime for path in (tmp_path / "out").rglob("*")}
    found = tmp_path / "found"
    latest = str(tmp_path / "out" / "latest")
    done = train(COSINE, *disputed, "--folder", str(found), before=FIND, checkpoints=latest)
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout.splitlines()[2].startswith("  test     ")
    assert " from rate 1e-7 to " in done.stdout
    assert "lr: 0.000000" in logged(found / "1")[0]
    assert losses(found / "1")[0] < losses(tmp_path / "out")[0]
    assert {path: path.stat().st_mtime for path in (tmp_path / "out").rglob("*")} == before


def test_a_training_that_breaks_off_shows_why(train: Train, tmp_path: Path) -> None:
    found = tmp_path / "found"
    done = train(COSINE, "-o", "Train.dataset.label_file_list=[absent.txt]", "--folder", str(found), before=FIND)
    assert done.returncode == 2
    assert "FileNotFoundError" in done.stderr
    said = found / "1" / "output.txt"
    assert f"error: tools/train.py ended with exit code 1; its output is in {said}" in done.stderr
    assert "ppocr_lr/cli" not in done.stderr
    assert "FileNotFoundError" in (found / "1" / "output.txt").read_text()


def test_quiet_tells_of_a_training_that_breaks_off(command: Command, tmp_path: Path) -> None:
    (tmp_path / "ppocr" / "optimizer").mkdir(parents=True)
    (tmp_path / "ppocr" / "optimizer" / "__init__.py").write_text("def build_lr_scheduler(): pass\n")
    (tmp_path / "train.py").write_text("raise SystemExit(3)\n")
    (tmp_path / "c.yml").write_text(yaml.safe_dump({"Global": {"epoch_num": 1}, "Optimizer": {"lr": COSINE}}))
    done = command("find-rate", "-q", "--folder", "found", "train.py", "-c", "c.yml")
    said = f"error: train.py ended with exit code 3; its output is in {Path('found', '1', 'output.txt')}\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


@pytest.mark.parametrize("behind", [True, False])
def test_a_training_that_logs_nothing_is_told_in_chinese(behind: bool, command: Command, tmp_path: Path) -> None:
    (tmp_path / "ppocr" / "optimizer").mkdir(parents=True)
    (tmp_path / "ppocr" / "optimizer" / "__init__.py").write_text("def build_lr_scheduler(): pass\n")
    (tmp_path / "train.py").touch()
    (tmp_path / "c.yml").write_text(yaml.safe_dump({"Global": {"epoch_num": 1}, "Optimizer": {"lr": COSINE}}))
    training, lang = ["train.py", "-c", "c.yml"], ["--lang", "zh"]
    done = command("find-rate", *(training + lang if behind else lang + training))
    assert (done.returncode, len(done.stdout.splitlines())) == (2, 1)
    assert not_chinese(done.stdout + done.stderr) == []


def test_a_test_is_no_run_of_weights_and_biases(command: Command, tmp_path: Path) -> None:
    (tmp_path / "ppocr" / "optimizer").mkdir(parents=True)
    (tmp_path / "ppocr" / "optimizer" / "__init__.py").write_text("def build_lr_scheduler(): pass\n")
    (tmp_path / "train.py").write_text("import os\nprint('wandb is', os.environ['WANDB_MODE'])\n")
    (tmp_path / "c.yml").write_text(yaml.safe_dump({"Global": {"epoch_num": 1}, "Optimizer": {"lr": COSINE}}))
    command("find-rate", "--folder", "found", "train.py", "-c", "c.yml")
    assert "wandb is disabled" in (tmp_path / "found" / "1" / "output.txt").read_text()


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is another thing there")
def test_ctrl_c_tells_what_is_known(paddleocr: Path, tmp_path: Path) -> None:
    (tmp_path / "c.yml").write_text(yaml.safe_dump(config(COSINE, str(tmp_path / "out"))))
    found = tmp_path / "found"
    words = ["tools/train.py", "-c", str(tmp_path / "c.yml"), "--folder", str(found), "--updates", "1000000"]
    process = subprocess.Popen(
        [sys.executable, *FIND, *words], cwd=paddleocr, env=ENVIRONMENT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    log = found / "1" / "train.log"
    until = time.monotonic() + 240
    while time.monotonic() < until and not (log.is_file() and "global_step: 20," in log.read_text()):
        time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert re.search(r"\n  test     \d+ updates from rate 1e-7 to ", stdout)
    assert f"interrupted; its output is in {found / '1' / 'output.txt'}" in stderr
    # The training has ended, too.
    size = log.stat().st_size
    time.sleep(1)
    assert log.stat().st_size == size


USAGE: list[tuple[list[str], str]] = [
    ([], "name the script that trains"),
    (
        ["A=1", "python", "-m", "paddle.distributed.launch", "tools/train.py", "-c", "c.yml"],
        "A=1: write it before ppocr-lr",
    ),
    (["tools/train.py", "-c", "c.yml"], "tools/train.py: does not exist"),
    (["train.py", "-c", "c.yml"], "is not a trainer of PaddleOCR's"),
    (["-c", "c.yml"], "find-rate: -c comes after the script"),
    (["--log", "a.log", "train.py"], "--log: reads finished tests; leave out the script"),
    (["--log", "a.log"], "a.log: cannot be read"),
    (["--log", "a.log", "--out", "a.jpg"], "--out a.jpg: the ending must be one of .png, .svg, .pdf, .csv"),
]


@pytest.mark.parametrize(("words", "message"), USAGE)
def test_what_cannot_be_used(words: list[str], message: str, command: Command, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("")
    done = command("find-rate", *words)
    assert done.returncode == 2
    assert message in done.stderr
    assert not_chinese(command("find-rate", "--lang", "zh", *words).stderr) == []
    assert not (tmp_path / "find_rate").exists()


KIE = "{model_type: kie, algorithm: LayoutXLM, Backbone: {checkpoints: full/}}"
SETTINGS: list[tuple[list[str], str]] = [
    (["--from", "0"], "--from: 0.0 is not allowed; it must be a number above 0"),
    (["--to", "1e-8"], "--to: 1e-08 is not allowed; it must be above start_lr, 1e-07"),
    (["--updates", "1"], "--updates: 1 is not allowed; it must be at least 2 iterations"),
    (["--repeat", "0"], "--repeat 0: must be a positive integer"),
    (["--folder", "full"], "--folder full: already exists"),
    (["--folder", "c.yml"], "--folder c.yml: already exists"),
    (["--folder", "a=b"], "--folder a=b: PaddleOCR accepts no folder with a ="),
    (["-o", "Global.epoch_nums=5"], "-o Global.epoch_nums: "),
    (["-c", "absent.yml"], "absent.yml: cannot be read"),
    (["-o", f"Architecture={KIE}"], "Architecture.Backbone.checkpoints=full/: the test would continue at its update"),
]


@pytest.mark.parametrize(("words", "message"), SETTINGS)
@pytest.mark.parametrize("behind", [True, False])
def test_what_cannot_be_used_with_a_trainer(
    words: list[str], message: str, behind: bool, command: Command, tmp_path: Path
) -> None:
    if not behind and words[0] in ("-o", "-c"):
        return
    (tmp_path / "ppocr" / "optimizer").mkdir(parents=True)
    (tmp_path / "ppocr" / "optimizer" / "__init__.py").write_text("def build_lr_scheduler(): pass\n")
    (tmp_path / "train.py").write_text("raise SystemExit('nobody starts me')\n")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").touch()
    (tmp_path / "full.pdopt").touch()
    section: dict[str, Any] = {"Global": {"epoch_num": 1}, "Optimizer": {"lr": COSINE}}
    (tmp_path / "c.yml").write_text(yaml.safe_dump(section))
    training = ["train.py", "-c", "c.yml"]
    done = command("find-rate", *(training + words if behind else words + training))
    assert done.returncode == 2
    assert message in done.stderr
    if words[0] != "--repeat":  # argparse reads flags before the language is known
        chinese = command("find-rate", "--lang", "zh", *(training + words if behind else words + training))
        assert not_chinese(chinese.stderr) == []
    assert not (tmp_path / "find_rate").exists()
