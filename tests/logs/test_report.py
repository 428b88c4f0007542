"""What a report says of a log."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ppocr_lr.logs.causes.diagnose import diagnose
from ppocr_lr.logs.report import text_lines
from tests.conftest import Command
from tests.logs.comparing import EPOCHS, ITERS, SECTIONS, compared, times
from tests.train_logs import Trainer, write_config, write_log

COSINE = SECTIONS["Cosine"]


@pytest.mark.parametrize(
    ("trainer", "found"),
    [
        (Trainer({**COSINE, "warmup_epoch": 0}, EPOCHS, ITERS), "there is no warmup"),
        (Trainer({**COSINE, "warmup_epoch": 4}, EPOCHS, ITERS), "the warmup has 4 epochs, not 2"),
        (Trainer(times(COSINE, 4), EPOCHS, ITERS), "the rate is 4 times as high as the plan's"),
        (Trainer({"name": "Const", "learning_rate": 7e-4}, EPOCHS, ITERS), "the rate is constant, 7e-4"),
        (Trainer({**COSINE, "name": "Linear"}, EPOCHS, ITERS), "the schedule is Linear, not Cosine"),
        (Trainer(COSINE, 30, ITERS), "the run has 30 epochs, not 20"),
        (Trainer(COSINE, EPOCHS, 70), "an epoch has 70 iterations, not 50"),
        (Trainer(COSINE, EPOCHS, ITERS, window=1), "the log shows each rate as it was used"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_causes_are_told(tmp_path: Path, both: Command, trainer: Trainer, found: str) -> None:
    write_config(tmp_path / "c.yml", COSINE, EPOCHS, ITERS)
    write_log(tmp_path / "train.log", trainer.train())
    assert found in both("compare-log", "-c", "c.yml", "train.log").stdout


def test_a_resume_that_started_over_is_told(tmp_path: Path, both: Command) -> None:
    write_config(tmp_path / "c.yml", COSINE, EPOCHS, ITERS)
    trainer = Trainer(COSINE, EPOCHS, ITERS)
    first = list(trainer.train(6))
    trainer.new_scheduler()
    write_log(tmp_path / "train.log", iter(first), trainer.train(13))
    told = both("compare-log", "-c", "c.yml", "train.log").stdout
    assert ", written by 2 starts of the training" in told
    assert "cause    the schedule started over at the resume instead of continuing" in told


def test_what_is_set_aside_is_told(tmp_path: Path, both: Command) -> None:
    write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    lines = [line for line in Trainer(SECTIONS["Cosine"], EPOCHS, ITERS).train() if "lr:" in line]
    lines[3], lines[40] = lines[3][:70], lines[40].replace("global_step: ", "global_step: 9")
    lines.insert(60, lines[59])
    lines[70] = re.sub(r"loss: [\d.]+", "loss: nanxxx", lines[70])
    write_log(tmp_path / "train.log", iter(lines))
    done = both("compare-log", "-c", "c.yml", "train.log")
    assert (done.returncode, done.stderr) == (0, "")
    for note in (
        "1 of 101 lines cannot be read",
        "1 of 101 lines contradicts its neighbours",
        "1 of 101 lines is repeated",
        "the loss is nan or inf at global_step 700 in epoch 14 (update 699)",
    ):
        assert f"  note     {note}" in done.stdout


@pytest.mark.parametrize(("value", "least"), [("nanxxx", 1), ("inf", 1), ("-infxxx", 1), ("nan", 1), ("1.500000", 0)])
def test_a_loss_that_is_no_number(tmp_path: Path, command: Command, value: str, least: int) -> None:
    write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    lines = (
        line.replace("loss: 1.692174", f"loss: {value}") for line in Trainer(SECTIONS["Cosine"], EPOCHS, ITERS).train()
    )
    write_log(tmp_path / "train.log", lines)
    done = command("compare-log", "-c", "c.yml", "train.log")
    where = "at global_step 10 in epoch 1 (update 9), at the rate 4.5e-5, in the warmup, which ends at update 100"
    assert done.stdout.count(f"the loss is nan or inf {where}; in every line from there on") == least


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda lines: lines[:1],
            [
                "1 line with a rate, global_step 10 in epoch 1, 20 epochs planned",
                "the run follows the plan: the only line shows its rate, to six decimals",
            ],
        ),
        (
            lambda lines: [lines[0].replace(" global_step: 10,", "")],
            ["the run follows the plan: the only line shows a rate that it has in its epoch"],
        ),
        (
            lambda lines: [*lines[:4], lines[4].replace("lr: 0.000", "lr: 0.001"), *lines[5:9]],
            ["8 of 9 lines show its rates, to six decimals, the other contradicts these"],
        ),
        (
            lambda lines: [*lines[:8], lines[8].replace("lr: 0.000", "lr: 0.001")],
            ["the run does not follow the plan: 1 of 9 lines differs, at global_step 90 in epoch 2, where the log has"],
        ),
        (
            lambda lines: [*lines[:4], lines[3].replace("lr: 0.000", "lr: 0.001"), *lines[4:8]],
            ["1 of 9 lines has the global_step of the line before and another rate"],
        ),
        (lambda lines: [line.replace("/20]", "/1]") for line in lines[:5]], ["epoch 1, 1 epoch planned"]),
        (
            lambda lines: [line.replace("/20]", f"/{20 + place}]") for place, line in enumerate(lines[:8])],
            ["the log counts 21 and 22 and 23 and 24 and 25 and 26 epochs and 1 other number, the plan 20"],
        ),
    ],
)
def test_one_is_said_as_one(
    tmp_path: Path, both: Command, change: Callable[[list[str]], list[str]], words: list[str]
) -> None:
    write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    lines = [line for line in Trainer(SECTIONS["Cosine"], EPOCHS, ITERS).train() if "lr:" in line]
    write_log(tmp_path / "train.log", iter(change(lines)))
    done = both("compare-log", "-c", "c.yml", "train.log")
    assert done.stderr == ""
    assert [each for each in words if each not in done.stdout] == [], done.stdout


@pytest.mark.parametrize(
    ("places", "notes"),
    [
        (
            [(1, 1500)],
            [
                "the epochs of the log have 1500 or more iterations, those of the plan 50",
                "1 line is beyond the plan, at global_step 1500 in epoch 1: it has 1000 iterations",
            ],
        ),
        (
            [(epoch, 200 * epoch) for epoch in range(3, 12)],
            [
                "the epochs of the log have 200 to 219 iterations, those of the plan 50",
                "6 lines are beyond the plan, from global_step 1200 in epoch 6 on: it has 1000 iterations",
            ],
        ),
        ([(20, 990), (20, 1000)], []),
        ([(5, 201), (5, 250)], []),
    ],
)
def test_a_log_that_counts_more_than_the_plan(
    tmp_path: Path, both: Command, places: list[tuple[int, int]], notes: list[str]
) -> None:
    """Also where the rates show no difference."""
    write_config(tmp_path / "c.yml", {"name": "Const", "learning_rate": 0.001}, EPOCHS, ITERS)
    lines = (f"epoch: [{epoch}/20], global_step: {step}, lr: 0.001000, loss: 1.0" for epoch, step in places)
    write_log(tmp_path / "train.log", lines)
    done = both("compare-log", "-c", "c.yml", "train.log")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line[11:] for line in done.stdout.splitlines() if line.startswith("  note     ")] == notes


@pytest.mark.parametrize("rates", [[1, 2], [1, 0.5], [3, 1], [1, 2, 3]])
def test_runs_that_write_into_one_log_in_step(tmp_path: Path, command: Command, rates: list[float]) -> None:
    """Each count stands there once for each of them, with its own rate."""
    section = SECTIONS["Cosine"]
    write_config(tmp_path / "c.yml", section, EPOCHS, ITERS)
    runs = [Trainer(times(section, rate), EPOCHS, ITERS).train() for rate in rates]
    write_log(tmp_path / "train.log", *map(iter, zip(*runs, strict=True)))
    said = "two or more runs write into this log: "
    assert said in command("compare-log", "-c", "c.yml", "train.log").stdout
    # Two of the same rates are one log whose lines are doubled.
    same = (Trainer(section, EPOCHS, ITERS).train() for _ in rates)
    write_log(tmp_path / "train.log", *map(iter, zip(*same, strict=True)))
    done = command("compare-log", "-c", "c.yml", "train.log")
    assert said not in done.stdout
    assert done.returncode == 0


def test_rounding_of_the_last_bits_is_no_distance(tmp_path: Path) -> None:
    scheduler = Trainer(SECTIONS["Cosine"], EPOCHS, ITERS).scheduler
    scheduler.step(3)
    lines = []
    for step in range(1, 10 * ITERS + 1):
        place = f"epoch: [{(step - 1) // ITERS + 1}/{EPOCHS}], global_step: {step}"
        lines.append(f"{place}, lr: {scheduler.last_lr * (1 + 2e-16)!r}, loss: 1")
        scheduler.step()
    comparison = compared(tmp_path, SECTIONS["Cosine"], write_log(tmp_path / "train.log", iter(lines)), window=1)
    diagnoses = diagnose(comparison)
    assert [each.found for each in diagnoses] == [True]
    assert any(line.endswith(", largest distance 0") for line in text_lines(comparison, diagnoses))
