"""Causes: an epoch, or the run, has another length."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ppocr_lr.logs.causes.diagnose import diagnose
from tests.logs.comparing import (
    EPOCHS,
    ITERS,
    SECTIONS,
    compared,
    diagnosed,
    diagnosed_lines,
    kinds,
    of_every_name,
    times,
)
from tests.train_logs import Trainer, write_log


@of_every_name
@pytest.mark.parametrize("iters", [25, 49, 200])
def test_another_number_of_iterations(tmp_path: Path, section: dict[str, Any], iters: int) -> None:
    trainer = Trainer(section, EPOCHS, iters, every=10)
    diagnosis = diagnosed(tmp_path, section, trainer) if section["name"] != "Step" or iters != 49 else None
    if diagnosis:
        assert kinds(diagnosis) == [["epoch length"]]
        assert diagnosis.explanations[0].causes[0].flag == f"--iters-per-epoch {iters}"


@pytest.mark.parametrize("name", ["Cosine", "Linear", "Piecewise", "OneCycle"])
def test_an_epoch_length_that_the_log_does_not_tell(tmp_path: Path, name: str) -> None:
    lines = Trainer(SECTIONS[name], EPOCHS, 33).train(marked=False)
    on_windows = [
        line for line in lines if "global_step" in line and int(line.split("global_step: ")[1].split(",")[0]) % 10 == 0
    ]
    log = write_log(tmp_path / "train.log", iter(on_windows))
    (diagnosis,) = diagnose(compared(tmp_path, SECTIONS[name], log))
    assert diagnosis.found
    assert kinds(diagnosis)[0] == ["epoch length"]
    found = int(diagnosis.explanations[0].causes[0].flag.split()[1])
    assert found == 33 or (name == "Piecewise" and abs(found - 33) <= 1)


@pytest.mark.parametrize("name", ["Cosine", "Linear", "OneCycle"])
def test_another_epoch_count(tmp_path: Path, name: str) -> None:
    diagnosis = diagnosed(tmp_path, SECTIONS[name], Trainer(SECTIONS[name], 30, ITERS))
    assert kinds(diagnosis) == [["epochs"]]
    assert diagnosis.explanations[0].causes[0].words == "the run has 30 epochs, not 20"


@pytest.mark.parametrize("name", ["Piecewise", "Step", "Const", "CyclicalCosine"])
def test_an_epoch_count_that_changes_no_rate(tmp_path: Path, name: str) -> None:
    log = write_log(tmp_path / "train.log", Trainer(SECTIONS[name], 30, ITERS).train())
    assert compared(tmp_path, SECTIONS[name], log).first_difference is None
    # it is no part of another cause either
    diagnosis = diagnosed(tmp_path, SECTIONS[name], Trainer(times(SECTIONS[name], 2), 30, ITERS))
    assert kinds(diagnosis)[0] == ["factor"]


@pytest.mark.parametrize("kept", [False, True])
def test_a_resume_on_other_cards(tmp_path: Path, kept: bool) -> None:
    before, after = Trainer(SECTIONS["Cosine"], EPOCHS, ITERS), Trainer(SECTIONS["Cosine"], EPOCHS, 2 * ITERS)
    first = list(before.train(6))
    after.scheduler.step(before.scheduler.last_epoch)
    after.done_epochs, after.global_step = 6, before.global_step * kept
    comparison = compared(tmp_path, SECTIONS["Cosine"], write_log(tmp_path / "train.log", iter(first), after.train()))
    assert comparison.follows[:30].all()
    (diagnosis,) = diagnose(comparison)
    assert (diagnosis.found, diagnosis.processes) == (True, (1,))
    assert kinds(diagnosis) == [["epoch length"]]


def test_a_schedule_for_epochs_that_the_log_has_not(tmp_path: Path) -> None:
    """As where a loop counts the length of an epoch itself, or where the cycles are twice as long."""
    section = {"name": "CyclicalCosine", "learning_rate": 0.001, "cycle": 5}
    diagnosis = diagnosed(tmp_path, section, Trainer({**section, "cycle": 10}, EPOCHS, ITERS))
    (cause,) = diagnosis.explanations[0].causes
    assert cause.words == "the schedule is built for epochs of 100 iterations, those of the log have 50"


@pytest.mark.parametrize("name", ["Cosine", "Linear", "OneCycle"])
def test_a_schedule_for_shorter_epochs_than_the_log_counts(tmp_path: Path, name: str) -> None:
    """As where the data loader is counted before it is filled."""
    lines = Trainer(SECTIONS[name], EPOCHS, 35).train(marked=False)
    in_the_first = (re.sub(r"epoch: \[\d+/", "epoch: [1/", line) for line in lines if "lr:" in line)
    diagnosis = diagnosed_lines(tmp_path, SECTIONS[name], in_the_first)
    (cause,) = diagnosis.explanations[0].causes
    assert cause.words == "the schedule is built for epochs of 35 iterations, those of the log have 700 or more"
