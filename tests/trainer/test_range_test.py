"""The command of a range test, and its log while it is written."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ppocr_lr.lr_config.range_test import RangeTestConfig
from ppocr_lr.trainer.command import TrainerCommand
from ppocr_lr.trainer.range_test import Follower, Trials
from tests.logs.test_range_test import RAMP, lines, valley

SECTION = RangeTestConfig(start_lr=1e-6, end_lr=10, updates=141)


def trials(*words: str, launcher: tuple[str, ...] = (), **settings: Any) -> Trials:
    """Of `tools/train.py -c c.yml -o WORDS`, whose config has these settings."""
    command = TrainerCommand("tools/train.py", ("-c", "c.yml", "-o", *words), "c.yml", words)
    return Trials(command, launcher, {"Global": settings}, SECTION, Path("a folder: new"))


def options(words: list[str]) -> dict[str, Any]:
    """As PaddleOCR's ArgsParser reads what stands behind the last `-o`."""
    last = len(words) - words[::-1].index("-o")
    split = [word.strip().split("=") for word in words[last:]]
    assert all(len(parts) == 2 for parts in split)
    return {key: yaml.safe_load(value) for key, value in split}


ALWAYS = {
    "Optimizer.lr": {"name": "RangeTest", "start_lr": 1e-6, "end_lr": 10, "updates": 141},
    "Global.save_model_dir": "a folder: new/1",
    "Global.epoch_num": 141,
    "Global.print_batch_step": 1,
    "Global.log_smooth_window": 1,
    "Global.cal_metric_during_train": False,
    "Global.eval_batch_step": [10**9, 10**9],
}
LATEST = {"Global.checkpoints": None, "Global.pretrained_model": "out/latest"}


@pytest.mark.parametrize(
    ("words", "settings", "more"),
    [
        ((), {}, {}),
        (
            ("Global.use_gpu=true", " Train.loader.num_workers=0"),
            {},
            {"Global.use_gpu": True, "Train.loader.num_workers": 0},
        ),
        (("Optimizer.lr.learning_rate=0.1", "Optimizer.lr={name: Const}", "Global.epoch_num=5"), {}, {}),
        (("Optimizer.name=SGD",), {}, {"Optimizer.name": "SGD"}),
        ((), {"checkpoints": "out/latest"}, LATEST),
        ((), {"checkpoints": None, "pretrained_model": "best", "eval_batch_epoch": None}, {}),
        ((), {"eval_batch_epoch": 1}, {"Global.eval_batch_epoch": None}),
        ((), {"uniform_output_enabled": True}, {"Global.uniform_output_enabled": False}),  # it exports a model an epoch
    ],
)
def test_the_settings_of_a_test(words: tuple[str, ...], settings: dict[str, Any], more: dict[str, Any]) -> None:
    assert options(trials(*words, **settings).words(0)) == ALWAYS | more


@pytest.mark.parametrize(("written", "seeds"), [({}, [None, 1025, 1026]), ({"seed": 7}, [None, 8, 9])])
def test_each_further_test_has_another_seed(written: dict[str, Any], seeds: list[int | None]) -> None:
    made = [options(trials(**written).words(number)) for number in range(3)]
    assert [each.get("Global.seed") for each in made] == seeds
    assert [each["Global.save_model_dir"] for each in made] == [f"a folder: new/{number}" for number in (1, 2, 3)]


def test_the_command_around_the_script() -> None:
    begin = [
        "train",
        "--lang",
        "en",
        "--no-check",
        "--no-save",
        "tools/train.py",
        "-c",
        "c.yml",
        "-o",
        "a.b=1",
        "-o",
        "a.b=1",
    ]
    assert trials("a.b=1").words(0)[: 3 + len(begin)] == [sys.executable, "-m", "ppocr_lr", *begin]
    launched = trials("a.b=1", launcher=("-m", "paddle.distributed.launch", "--gpus", "0,1")).words(0)
    assert launched[:7] == [
        sys.executable, "-m", "paddle.distributed.launch", "--gpus", "0,1", "--log_dir", "a folder: new/1/log",
    ]  # fmt: skip
    assert Path(launched[7]).read_text().endswith("main()\n")  # the launcher starts a file
    assert launched[8 : 8 + len(begin)] == begin


def test_a_log_that_grows(tmp_path: Path) -> None:
    written = [f"{line}\n" for line in lines(RAMP)]
    first = next(number for number, line in enumerate(written) if "global_step: 1," in line)
    path = tmp_path / "train.log"
    follower = Follower(path)
    assert follower.measured() is None
    with open(path, "w", encoding="utf-8") as log:
        for number, line in enumerate(written):
            log.write(line)
            log.flush()
            test = follower.measured()
            if number < first:
                assert test is None
                continue
            assert test is not None
            if test.stopped:
                break
            assert test.losses.tolist() == pytest.approx([valley(rate) for rate in test.rates.tolist()], abs=1e-6)
            assert len(test.losses) == sum("global_step" in line for line in written[: number + 1])
    assert test is not None
    assert test.stopped
