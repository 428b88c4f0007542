"""Several causes, ties, none, and what is proposed."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ppocr_lr.logs.causes.diagnose import diagnose
from ppocr_lr.logs.report import text_lines
from tests.conftest import Command
from tests.logs.comparing import EPOCHS, ITERS, SECTIONS, compared, diagnosed, kinds, of_every_name, times
from tests.train_logs import Trainer, dumped, write_config, write_log


def test_another_window_than_the_config_tells(tmp_path: Path, command: Command) -> None:
    write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS, window=20)
    write_log(tmp_path / "train.log", Trainer(SECTIONS["Cosine"], EPOCHS, ITERS, 50, every=5).train())
    done = command("compare-log", "-c", "c.yml", "train.log")
    assert (done.returncode, done.stderr) == (1, "")
    assert "cause    the log shows the median of 50 updates, not of 20" in done.stdout
    assert "to plan this run: -o Global.log_smooth_window=50" in done.stdout


@pytest.mark.parametrize(
    ("logged", "causes"), [(1, [["warmup"]]), (3, [["factor"], ["warmup"]]), (None, [["factor"], ["warmup"]])]
)
def test_the_config_in_the_log_tells_causes_apart_whose_rates_are_alike(
    tmp_path: Path, logged: int | None, causes: list[list[str]]
) -> None:
    section = {"name": "Cosine", "learning_rate": 0.001, "warmup_epoch": 5}
    lines = Trainer({**section, "warmup_epoch": 1}, EPOCHS, ITERS).train(1)
    config = dumped({"Optimizer": {"lr": {**section, "warmup_epoch": logged}}}) if logged else iter(())
    log = write_log(tmp_path / "train.log", config, lines)
    (diagnosis,) = diagnose(compared(tmp_path, section, log))
    assert sorted(kinds(diagnosis)) == causes


def test_two_runs_that_write_into_one_log(tmp_path: Path) -> None:
    first, second = (
        [line for line in Trainer(section, EPOCHS, ITERS).train(marked=False) if "lr:" in line]
        for section in (SECTIONS["Cosine"], times(SECTIONS["Cosine"], 2))
    )
    both = [*first[:30], *(line for pair in zip(first[30:], second, strict=False) for line in pair)]
    comparison = compared(tmp_path, SECTIONS["Cosine"], write_log(tmp_path / "train.log", iter(both)))
    assert len(set(comparison.log.starts.tolist())) == 2
    assert [kinds(diagnosis)[0] for diagnosis in diagnose(comparison)] == [["factor"]]


@pytest.mark.parametrize("changed", [0, 1])
@pytest.mark.parametrize("name", ["Cosine", "Linear", "Piecewise"])
def test_a_proposal_for_one_of_two_starts_is_said_for_that(
    tmp_path: Path, command: Command, name: str, changed: int
) -> None:
    write_config(tmp_path / "c.yml", SECTIONS[name], EPOCHS, ITERS)
    sections = [SECTIONS[name], SECTIONS[name]]
    sections[changed] = times(SECTIONS[name], 3)
    trainer = Trainer(sections[0], EPOCHS, ITERS)
    first = list(trainer.train(10))
    trainer.section = sections[1]
    trainer.new_scheduler()
    for _ in range(10 * ITERS):
        trainer.scheduler.step()
    write_log(tmp_path / "train.log", iter(first), trainer.train())
    words = ("compare-log", "-c", "c.yml", "train.log")
    done = command(*words)
    assert "to plan this run" not in done.stdout
    (line,) = (line for line in done.stdout.splitlines() if "to plan these lines alone: " in line)
    # With it the other start is the one that differs.
    assert "differ, from" in command(*words, *shlex.split(line.split(": ", 1)[1])).stdout
    (result,) = json.loads(command(*words, "--format", "json").stdout)["results"]
    ((explanation,),) = (each["explanations"] for each in result["diagnoses"])
    assert explanation["of_these_lines"]


@of_every_name
def test_a_factor_and_another_length(tmp_path: Path, section: dict[str, Any]) -> None:
    assert kinds(diagnosed(tmp_path, section, Trainer(times(section, 2), EPOCHS, 25)))[0] == ["epoch length", "factor"]


@pytest.mark.parametrize("name", ["Cosine", "Linear", "Piecewise", "OneCycle", "CyclicalCosine"])
def test_a_factor_and_no_warmup(tmp_path: Path, name: str) -> None:
    planned, run = ({**SECTIONS[name], "warmup_epoch": length} for length in (2, 0))
    assert kinds(diagnosed(tmp_path, planned, Trainer(times(run, 2), EPOCHS, ITERS))) == [["no warmup", "factor"]]


def test_several_runs_with_causes_of_their_own(tmp_path: Path) -> None:
    section = SECTIONS["Cosine"]
    trainers = [
        Trainer(changed, EPOCHS, ITERS) for changed in (section, times(section, 2), {**section, "warmup_epoch": 5})
    ]
    log = write_log(tmp_path / "train.log", *(trainer.train() for trainer in trainers))
    found = diagnose(compared(tmp_path, section, log))
    assert [diagnosis.processes for diagnosis in found] == [(1,), (2,)]
    assert [kinds(diagnosis)[0] for diagnosis in found] == [["factor"], ["warmup"]]


def test_a_few_lines_cannot_tell_causes_apart(tmp_path: Path, command: Command) -> None:
    lines = [
        line for line in Trainer(times(SECTIONS["Linear"], 2), EPOCHS, ITERS, window=1).train() if "global_step" in line
    ]
    log = write_log(tmp_path / "train.log", iter(lines[39:40]))
    (diagnosis,) = diagnose(compared(tmp_path, SECTIONS["Linear"], log))
    assert diagnosis.found
    assert len(diagnosis.explanations) > 1
    assert ["factor"] in kinds(diagnosis)
    done = command("compare-log", str(log), "-c", "c.yml")
    assert "cause    too few lines to be sure; what fits:" in done.stdout
    assert "to plan this run" not in done.stdout


@pytest.mark.parametrize(("lines", "certain"), [(2, False), (4, False), (5, True)])
def test_what_few_lines_fit_is_not_certain(tmp_path: Path, command: Command, lines: int, certain: bool) -> None:
    write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    run = [line for line in Trainer(times(SECTIONS["Cosine"], 2), EPOCHS, ITERS).train() if "lr:" in line]
    write_log(tmp_path / "train.log", iter(run[40 : 40 + lines]))
    done = command("compare-log", "train.log", "-c", "c.yml")
    assert (done.returncode, "cause    the rate is 2 times as high as the plan's\n" in done.stdout) == (1, certain)
    assert ("too few lines to be sure" in done.stdout, "to plan" in done.stdout) == (not certain, certain)


@pytest.mark.parametrize(("peak", "certain"), [(4e-6, False), (6e-6, True)])
def test_what_rates_of_one_digit_fit_is_not_certain(tmp_path: Path, peak: float, certain: bool) -> None:
    section = {**SECTIONS["Cosine"], "learning_rate": peak}
    log = write_log(tmp_path / "train.log", Trainer(times(section, 2), EPOCHS, ITERS).train())
    comparison = compared(tmp_path, section, log)
    said = "\n".join(text_lines(comparison, diagnose(comparison)))
    assert ("cause    the rate is 2 times as high as the plan's\n" in said) == certain
    assert ("cause    rates too low to be sure; what fits:" in said, "to plan" in said) == (not certain, certain)


def test_nothing_explains_noise(tmp_path: Path, command: Command) -> None:
    rates = np.random.default_rng(7).random(100) * 1e-3
    log = tmp_path / "train.log"
    log.write_text(
        "".join(
            f"epoch: [{1 + i // 5}/20], global_step: {10 * i + 10}, lr: {rate:.6f}, \n" for i, rate in enumerate(rates)
        )
    )
    (diagnosis,) = diagnose(compared(tmp_path, SECTIONS["Cosine"], log))
    assert not diagnosis.found
    done = command("compare-log", str(log), "-c", "c.yml")
    assert done.returncode == 1
    assert "no known cause explains every line" in done.stdout
