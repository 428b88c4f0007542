"""`ppocr-lr train` around PaddleOCR's own loop."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from ppocr_lr import build_schedule
from tests.conftest import ROOT
from tests.trainer.conftest import OURS, Train, logged

COSINE = {"name": "Cosine", "learning_rate": 0.01, "warmup_epoch": 1}
PLAN = ["  run ", "  epoch ", "  warmup ", "  peak ", "  final "]


def follows(stdout: str) -> bool:
    return "train.log: the run follows the plan: all " in stdout.splitlines()[-1]


def rates(lines: list[str]) -> list[float]:
    return [float(found[1]) for line in lines if (found := re.search(r"lr: ([\d.]+)", line))]


@pytest.mark.parametrize(
    "section",
    [
        COSINE,
        {"name": "Const", "learning_rate": 0.01},
        {"name": "Piecewise", "decay_epochs": [1, 2], "values": [0.01, 0.003, 0.001]},
    ],
    ids=lambda section: section["name"],
)
def test_what_paddleocr_has_trains_to_the_same_log(train: Train, tmp_path: Path, section: dict[str, Any]) -> None:
    logs = []
    for before in ((), OURS):
        done = train(section, before=before)
        assert done.returncode == 0, done.stderr
        logs.append(logged(tmp_path / "out"))
        (tmp_path / "out").rename(tmp_path / f"out{len(before)}")
    assert len(logs[0]) == 30
    assert logs[0] == logs[1]
    told = done.stdout.splitlines()
    assert told[0] == f"{tmp_path / 'c.yml'}: {section['name']}"
    assert [line.startswith(name) for name, line in zip(PLAN, told[1:], strict=False)] == [True] * 5
    assert "40 samples (1 label file) / 1 card / 4 per batch, rounded up = 10 iterations per epoch" in told[2]
    assert follows(done.stdout)


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
    schedule = build_schedule(section, 3, 10)
    assert rates(logged(tmp_path / "out")) == pytest.approx([schedule(k) for k in range(30)], abs=6e-7)
    assert follows(done.stdout)


MODULE = """
from ppocr_lr import LRConfig, register_lr_config
from ppocr_lr.schedules import Constant

@register_lr_config("OfMine")
class OfMine(LRConfig):
    learning_rate: float
    def curve(self, window):
        return Constant(self.learning_rate)
"""


def test_a_schedule_of_ones_own_trains(train: Train, tmp_path: Path) -> None:
    file = tmp_path / "of_mine.py"
    file.write_text(MODULE)
    done = train({"name": "OfMine", "learning_rate": 0.0125}, before=(*OURS, "--import", str(file)), epoch_num=1)
    assert done.returncode == 0, done.stderr
    assert rates(logged(tmp_path / "out")) == [0.0125] * 10


def test_an_override_counts_as_in_paddleocr(train: Train, tmp_path: Path) -> None:
    done = train(
        COSINE, "-o", "Optimizer.lr.learning_rate=5", "-o", "Optimizer.lr.warmup_epoch=0", "Global.epoch_num=1"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("warning: only the last -o counts")
    assert "  warmup   none" in done.stdout.splitlines()
    assert rates(logged(tmp_path / "out"))[0] == 0.01


def test_an_error_stops_it_before_anything_is_loaded(train: Train, tmp_path: Path) -> None:
    section = {"name": "Cosine", "learning_rate": 0.01, "warmup_epoch": 5}
    done = train(section, before=("-X", "importtime", *OURS))
    assert done.returncode == 1
    assert "error Optimizer.lr.warmup_epoch" in done.stdout
    assert re.search(r"\| +ppocr_lr\b", done.stderr)
    assert not re.search(r"\| +(paddle|ppocr|cv2)\b", done.stderr)
    assert not (tmp_path / "out").exists()
    done = train(section, before=(*OURS, "--no-check"))
    assert done.returncode == 0, done.stderr
    assert "LR" not in done.stdout.partition("ppocr INFO")[0]
    assert follows(done.stdout)


def test_a_resume_is_foretold_and_only_its_own_lines_are_compared(train: Train, tmp_path: Path) -> None:
    section = {**COSINE, "warmup_epoch": 0.5}
    first = train(section, "-o", "Global.epoch_num=1")  # its rates are those of a shorter run
    assert follows(first.stdout)
    checkpoint = tmp_path / "out" / "latest"
    done = train(section, "-o", f"Global.checkpoints={checkpoint}")
    assert done.returncode == 0, done.stderr
    assert "  PaddleOCR continues with epoch 2 and the config's rate, 9.33e-3" in done.stdout.splitlines()
    assert done.stdout.splitlines()[-1].endswith("all 20 lines show its rates, to six decimals")


def test_two_processes_of_the_launcher(train: Train, tmp_path: Path) -> None:
    launch = ("-m", "paddle.distributed.launch", "--nproc_per_node", "2", "--backend", "gloo", "--log_dir")
    ours = (str(ROOT / "ppocr_lr" / "__main__.py"), "train")  # a Python file, as the installed command is one
    logs = []
    for before in ((), ours):
        done = train(COSINE, before=(*launch, str(tmp_path / "logs"), *before))
        assert done.returncode == 0, done.stderr
        logs.append(logged(tmp_path / "out"))
        (tmp_path / "out").rename(tmp_path / f"out{len(before)}")
    assert len(logs[0]) == 15
    assert logs[0] == logs[1]
    first, second = ((tmp_path / "logs" / f"workerlog.{number}").read_text() for number in (0, 1))
    assert " / 2 cards / " in first
    assert follows(first)
    assert "c.yml" not in second
    assert "follows the plan" not in second


def test_a_crash_of_the_trainer_is_its_own(train: Train, tmp_path: Path) -> None:
    words = ("-o", "PostProcess.name=NoSuchThing")
    plain, ours = (train(COSINE, *words, before=before) for before in ((), OURS))
    assert ours.returncode == plain.returncode == 1
    assert ours.stderr == plain.stderr
    assert "Traceback" in ours.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_leaves_what_was_trained(train: Train, tmp_path: Path) -> None:
    done = train(COSINE, epoch_num=10_000, interrupt_after="epoch: [2/10000]")
    assert done.returncode == -2
    assert done.stderr.rstrip().endswith("KeyboardInterrupt")
    assert "ppocr_lr" not in done.stderr
    assert len(logged(tmp_path / "out")) >= 10
    assert (tmp_path / "out" / "latest.pdopt").is_file()
