"""Causes: another curve, or the same at other rates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ppocr_lr.logs.causes.diagnose import diagnose
from tests.logs.comparing import EPOCHS, ITERS, SECTIONS, compared, diagnosed, kinds, of_every_name, times
from tests.train_logs import Trainer, write_log


def test_a_log_of_paddleocrs_own_trainer_is_known(tmp_path: Path) -> None:
    section = {**SECTIONS["Cosine"], "end_lr": 1e-4}
    log = write_log(tmp_path / "train.log", Trainer(SECTIONS["Cosine"], EPOCHS, ITERS).train())
    (diagnosis,) = diagnose(compared(tmp_path, section, log))
    (explanation,) = diagnosis.explanations
    (cause,) = explanation.causes
    assert (diagnosis.found, cause.words) == (True, "trained by PaddleOCR, which ignores end_lr")
    assert cause.flag == "--trainer paddleocr"
    assert compared(tmp_path, section, log, trainer="paddleocr").first_difference is None


@of_every_name
@pytest.mark.parametrize(
    ("factor", "words"),
    [(4, "4 times as high as"), (1 / 3, "1/3 of"), (0.7, "0.7 times as high as"), (1.25, "1.25 times as high as")],
)
def test_a_constant_factor(tmp_path: Path, section: dict[str, Any], factor: float, words: str) -> None:
    diagnosis = diagnosed(tmp_path, section, Trainer(times(section, factor), EPOCHS, ITERS))
    assert kinds(diagnosis)[0] == ["factor"]
    cause = diagnosis.explanations[0].causes[0]
    assert cause.words == f"the rate is {words} the plan's"
    assert cause.flag.startswith("-o ")


@of_every_name
def test_no_warmup(tmp_path: Path, section: dict[str, Any]) -> None:
    planned = {**section, "warmup_epoch": 2}
    diagnosis = diagnosed(tmp_path, planned, Trainer({**section, "warmup_epoch": 0}, EPOCHS, ITERS))
    assert kinds(diagnosis) == [["no warmup"]] or (section["name"] == "Const" and kinds(diagnosis)[0] == ["no warmup"])
    assert diagnosis.explanations[0].causes[0].flag == "-o Optimizer.lr.warmup_epoch=0"


@of_every_name
@pytest.mark.parametrize("length", [0.5, 4, 5])
def test_another_warmup(tmp_path: Path, section: dict[str, Any], length: float) -> None:
    diagnosis = diagnosed(tmp_path, section, Trainer({**section, "warmup_epoch": length}, EPOCHS, ITERS))
    assert kinds(diagnosis)[0] == ["warmup"]
    assert diagnosis.explanations[0].causes[0].words.startswith(f"the warmup has {length:g} epoch")


@of_every_name
def test_a_constant_rate(tmp_path: Path, section: dict[str, Any]) -> None:
    diagnosis = diagnosed(tmp_path, section, Trainer({"name": "Const", "learning_rate": 0.0007}, EPOCHS, ITERS))
    assert kinds(diagnosis)[0] == ["constant"]
    assert diagnosis.explanations[0].causes[0].words == "the rate is constant, 7e-4"


def test_two_rates_are_no_constant(tmp_path: Path) -> None:
    """A constant 9.995e-4 would be written 0.001000 or 0.000999, never both."""
    lines = [f"epoch: [1/20], global_step: {10 * k}, lr: {0.001 - k % 2 * 1e-6:.6f}, loss: 1" for k in range(1, 40)]
    log = write_log(tmp_path / "train.log", iter(lines))
    for diagnosis in diagnose(compared(tmp_path, SECTIONS["Cosine"], log, iters_per_epoch=500)):
        assert not (diagnosis.found and ["constant"] in kinds(diagnosis))


def test_another_schedule(tmp_path: Path) -> None:
    diagnosis = diagnosed(
        tmp_path, SECTIONS["Cosine"], Trainer({**SECTIONS["Cosine"], "name": "Linear"}, EPOCHS, ITERS)
    )
    assert kinds(diagnosis) == [["name"]]
    assert diagnosis.explanations[0].causes[0].words == "the schedule is Linear, not Cosine"
