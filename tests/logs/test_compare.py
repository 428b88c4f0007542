"""A log against its plan: what follows is never called deviating, and what deviates is explained."""

from __future__ import annotations

import gzip
import html
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ppocr_lr import LRConfigError
from ppocr_lr.language import speaking
from ppocr_lr.logs.causes.diagnose import diagnose
from ppocr_lr.logs.causes.explanation import Diagnosis
from ppocr_lr.logs.compare import Comparison, compare_log, compare_runs, plan_logged_run
from ppocr_lr.logs.report import json_value, text_lines
from ppocr_lr.logs.train_log import read_log
from ppocr_lr.training_config.run_flags import RunFlags
from tests import strategies
from tests.conftest import ROOT, Command
from tests.train_logs import Trainer, dumped, write_config, write_log

REAL = ROOT / "tests" / "data" / "logs"
EPOCHS, ITERS = 20, 50

SECTIONS: dict[str, dict[str, Any]] = {
    "Cosine": {"name": "Cosine", "learning_rate": 0.001, "warmup_epoch": 2},
    "Linear": {"name": "Linear", "learning_rate": 0.001, "end_lr": 1e-5},
    "Piecewise": {"name": "Piecewise", "decay_epochs": [8, 14], "values": [0.001, 5e-4, 1e-4], "warmup_epoch": 1},
    "Step": {"name": "Step", "learning_rate": 0.001, "step_size": 5, "gamma": 0.5},
    "Const": {"name": "Const", "learning_rate": 0.001, "warmup_epoch": 3},
    "OneCycle": {"name": "OneCycle", "max_lr": 0.001},
    "CyclicalCosine": {"name": "CyclicalCosine", "learning_rate": 0.001, "cycle": 7},
}

of_every_name = pytest.mark.parametrize("section", SECTIONS.values(), ids=SECTIONS)


def times(section: dict[str, Any], factor: float) -> dict[str, Any]:
    scaled = {key: float(section[key]) * factor for key in ("learning_rate", "max_lr", "end_lr") if key in section}
    return {**section, **scaled, **({"values": [v * factor for v in section["values"]]} if "values" in section else {})}


def compared(folder: Path, section: dict[str, Any], log: Path, window: int | None = None, **flags: Any) -> Comparison:
    config = write_config(folder / "c.yml", section, EPOCHS, ITERS, window)
    read = read_log(log)
    return compare_log(plan_logged_run(config, read, flags=RunFlags(**flags)), read)


def kinds(diagnosis: Diagnosis) -> list[list[str]]:
    return [[cause.kind for cause in explanation.causes] for explanation in diagnosis.explanations]


def diagnosed(folder: Path, section: dict[str, Any], trainer: Trainer) -> Diagnosis:
    return diagnosed_lines(folder, section, trainer.train())


def diagnosed_lines(folder: Path, section: dict[str, Any], lines: Iterator[str]) -> Diagnosis:
    comparison = compared(folder, section, write_log(folder / "train.log", lines))
    (diagnosis,) = diagnose(comparison)
    assert diagnosis.found
    assert diagnosis.first == 0
    return diagnosis


def test_a_log_of_paddleocrs_own_trainer_is_known(tmp_path: Path) -> None:
    section = {**SECTIONS["Cosine"], "end_lr": 1e-4}
    log = write_log(tmp_path / "train.log", Trainer(SECTIONS["Cosine"], EPOCHS, ITERS).train())
    (diagnosis,) = diagnose(compared(tmp_path, section, log))
    (explanation,) = diagnosis.explanations
    (cause,) = explanation.causes
    assert (diagnosis.found, cause.words) == (True, "trained by PaddleOCR, which ignores end_lr")
    assert cause.flag == "--trainer paddleocr"
    assert compared(tmp_path, section, log, trainer="paddleocr").first_difference is None


# A run that follows its plan


@st.composite
def logged_runs(draw: st.DrawFn) -> tuple[dict[str, Any], int, int, list[str], int]:
    section, epochs, iters_per_epoch = draw(strategies.planned)
    window = draw(st.sampled_from([1, 2, 5, 20, 50]))
    trainer = Trainer(section, epochs, iters_per_epoch, window, every=draw(st.sampled_from([1, 2, 3, 7, 10, 25])))
    older = draw(st.booleans())
    lines: list[str] = []
    for _ in range(draw(st.integers(0, 2))):
        if trainer.done_epochs < epochs - 1:
            lines += trainer.train(draw(st.integers(1, epochs - trainer.done_epochs - 1)), older=older)
            if draw(st.booleans()):
                trainer.global_step = 0  # what PaddleOCR does
    lines += trainer.train(older=older)
    return section, epochs, iters_per_epoch, lines, window


@given(logged_runs(), st.randoms(use_true_random=False))
def test_a_run_that_follows_is_never_called_deviating(
    tmp_path_factory: pytest.TempPathFactory, run: tuple[dict[str, Any], int, int, list[str], int], random: Any
) -> None:
    section, epochs, iters_per_epoch, lines, window = run
    folder = tmp_path_factory.mktemp("log")
    config = write_config(folder / "c.yml", section, epochs, iters_per_epoch, window)
    if random.random() < 0.5:  # several ranks
        lines = [line for line in lines for _ in range(2)]
    log = write_log(folder / "train.log", iter(lines))
    read = read_log(log)
    comparison = compare_log(plan_logged_run(config, read), read)
    assert comparison.first_difference is None
    assert diagnose(comparison) == []


def test_the_excerpts_of_real_logs_follow_their_configs(tmp_path: Path) -> None:
    for name, section, epochs, iters, window in (
        ("older.log", {"name": "Cosine", "learning_rate": 0.001}, 10, 7, 20),
        ("newer.log", {"name": "Cosine", "learning_rate": 0.001, "warmup_epoch": 5}, 500, 1, 20),
        ("window_of_10.log", {"name": "Linear", "learning_rate": 5e-5, "warmup_epoch": 2}, 200, 19, 10),
    ):
        log = read_log(REAL / name)
        config = write_config(tmp_path / "c.yml", section, epochs, iters, window)
        assert compare_log(plan_logged_run(config, log), log).first_difference is None
        # and not another one
        config = write_config(tmp_path / "c.yml", {**section, "learning_rate": 0.0011}, epochs, iters, window)
        assert compare_log(plan_logged_run(config, log), log).follows.mean() < 0.2


def test_the_window_is_the_configs(tmp_path: Path) -> None:
    log = write_log(tmp_path / "train.log", Trainer(SECTIONS["Cosine"], EPOCHS, ITERS, window=5).train())
    assert compared(tmp_path, SECTIONS["Cosine"], log, window=5).first_difference is None
    assert compared(tmp_path, SECTIONS["Cosine"], log, window=20).first_difference is not None
    with pytest.raises(
        LRConfigError, match=r"Global.log_smooth_window: 20000 is not allowed; it must be an integer from"
    ):
        compared(tmp_path, SECTIONS["Cosine"], log, window=20000)


@pytest.mark.parametrize("window", [1, 2, 5, 10, 50, 100])
@pytest.mark.parametrize("name", ["Cosine", "Linear", "Piecewise", "OneCycle", "CyclicalCosine"])
@pytest.mark.parametrize("cut", [0, 30])
def test_a_window_that_the_config_does_not_tell(
    tmp_path: Path, command: Command, window: int, name: str, cut: int
) -> None:
    write_config(tmp_path / "c.yml", SECTIONS[name], EPOCHS, ITERS)
    command_line = ["compare-log", "-c", "c.yml", "train.log"]
    for factor in (1, 4):
        lines = Trainer(times(SECTIONS[name], factor), EPOCHS, ITERS, window, every=5).train()
        write_log(tmp_path / "train.log", iter(list(lines)[cut:]))
        done = command(*command_line)
        assert (done.returncode, done.stderr) == (int(factor > 1), "")
        said = "each rate as it was used" if window == 1 else f"the median of {window} updates"
        if name == "Piecewise" and (cut or window < 5):
            continue  # a few lines on a ramp, or at jumps, may be all that tell
        if factor == 1:
            assert f"  note     the log shows {said}" in done.stdout
            continue
        assert f"the rate is 4 times as high as the plan's, and the log shows {said}" in done.stdout
        if not cut:
            line = next(line for line in done.stdout.splitlines() if "to plan this run: " in line)
            assert f"Global.log_smooth_window={window}" in line
            done = command(*command_line, *shlex.split(line.split("to plan this run: ")[1]))
            assert (done.returncode, "the run follows the plan" in done.stdout) == (0, True)


def test_another_window_than_the_config_tells(tmp_path: Path, command: Command) -> None:
    write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS, window=20)
    write_log(tmp_path / "train.log", Trainer(SECTIONS["Cosine"], EPOCHS, ITERS, 50, every=5).train())
    done = command("compare-log", "-c", "c.yml", "train.log")
    assert (done.returncode, done.stderr) == (1, "")
    assert "cause    the log shows the median of 50 updates, not of 20" in done.stdout
    assert "to plan this run: -o Global.log_smooth_window=50" in done.stdout


def test_the_length_of_an_epoch_is_the_logs_where_nothing_else_tells_it(tmp_path: Path) -> None:
    log = read_log(write_log(tmp_path / "train.log", Trainer(SECTIONS["Cosine"], EPOCHS, ITERS).train()))
    config = write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    config.write_text(config.read_text(encoding="utf-8").partition("Train:")[0], encoding="utf-8")
    planned = plan_logged_run(config, log)
    assert (planned.run.iters_per_epoch, planned.length.arithmetic) == (50, "50 iterations per epoch, from the log")
    assert compare_log(planned, log).first_difference is None
    assert plan_logged_run(config, log, flags=RunFlags(iters_per_epoch=40)).run.iters_per_epoch == 40
    with speaking("zh"):
        assert "from the log" in plan_logged_run(config, log).length.arithmetic


LENGTHLESS = "Global: {{epoch_num: {}}}\nOptimizer: {{lr: {}}}\n"


@pytest.mark.parametrize("name", ["Cosine", "Linear", "Piecewise", "OneCycle", "Const"])
@pytest.mark.parametrize("iters", [7, 23, 50, 333])
@pytest.mark.parametrize("epochs", [1, 2, 12])
def test_the_counts_and_the_rates_tell_the_length(tmp_path: Path, name: str, iters: int, epochs: int) -> None:
    """No flag is needed, also where the log ends within its first epochs and no process said its length."""
    config = tmp_path / "c.yml"
    config.write_text(LENGTHLESS.format(EPOCHS, json.dumps(SECTIONS[name])), encoding="utf-8")
    lines = list(Trainer(SECTIONS[name], EPOCHS, iters).train(epochs, marked=False))[:-1]
    if not (lines := [line for line in lines if "lr:" in line][: -1 if epochs == 1 else None]):
        pytest.skip("the only line was cut off")
    log = read_log(write_log(tmp_path / "train.log", iter(lines)))
    assert log.possible_lengths.allows(iters)
    comparison = compare_log(plan_logged_run(config, log), log)
    assert comparison.first_difference is None
    assert "from the log" in comparison.planned.length.arithmetic
    times_two = [line.replace("lr: 0.000", "lr: 0.100") for line in lines]
    log = read_log(write_log(tmp_path / "wrong.log", iter(times_two)))
    assert compare_log(plan_logged_run(config, log), log).first_difference is not None


def test_a_constant_rate_needs_no_length(tmp_path: Path, command: Command) -> None:
    (tmp_path / "c.yml").write_text(LENGTHLESS.format(20, "{learning_rate: 0.001}"), encoding="utf-8")
    write_log(tmp_path / "train.log", iter(["epoch: [1/20], global_step: 40, lr: 0.001000, loss: 1.0"]))
    done = command("compare-log", "-c", "c.yml", "train.log")
    assert (done.returncode, done.stderr) == (0, "")
    assert "its counts allow 40 or more, the verdict is the same for all" in done.stdout


# The length of the run


@pytest.mark.parametrize(
    ("section", "planned", "follows"),
    [
        ({"name": "Cosine", "learning_rate": 0.001}, 100, False),
        ({"name": "Linear", "learning_rate": 0.001}, 60, False),
        ({"name": "Step", "learning_rate": 0.001, "step_size": 40, "gamma": 0.1}, 100, False),
        ({"name": "Step", "learning_rate": 0.001, "step_size": 40, "gamma": 0.1}, 60, True),
        ({"name": "Const", "learning_rate": 0.001}, 100, True),
    ],
)
def test_a_run_that_ends_before_its_plan(
    tmp_path: Path, command: Command, section: dict[str, Any], planned: int, follows: bool
) -> None:
    """`[…/50]` under a plan of 100 epochs, with that plan's rates."""
    write_config(tmp_path / "c.yml", section, planned, 10)
    lines = (line.replace(f"/{planned}]", "/50]") for line in Trainer(section, planned, 10).train(50))
    log = write_log(tmp_path / "train.log", lines)
    done = command("compare-log", "-c", "c.yml", str(log))
    assert done.returncode == int(not follows)
    said = "the run follows the plan" if follows else "the run has another length than the plan"
    assert said in done.stdout
    assert ("it ends after 50 epochs" in done.stdout) is not follows
    value = json.loads(command("compare-log", "-c", "c.yml", str(log), "--format", "json").stdout)["results"][0]
    assert value["follows"] is follows


# Logs that count no updates


def without_counts(section: dict[str, Any], every: int, first: bool = False) -> Iterator[str]:
    """As people's own loops write them: a line every so many updates, or for the first or the last of each epoch."""
    for line in Trainer(section, EPOCHS, ITERS, window=1, every=1).train(marked=False):
        found = re.search(r"(epoch: \[\d+/\d+\]), global_step: (\d+), (lr: \S+)", line)
        if found and int(found[2]) % every == first:
            yield f"INFO: {found[1]}, loss: 1.692174, {found[3]} acc: 0.5"


@of_every_name
@pytest.mark.parametrize(("every", "first"), [(ITERS, False), (ITERS, True), (7, False)])
@pytest.mark.parametrize("told", [True, False])
def test_a_log_that_counts_no_updates(
    tmp_path: Path, command: Command, section: dict[str, Any], every: int, first: bool, told: bool
) -> None:
    config = write_config(tmp_path / "c.yml", section, EPOCHS, ITERS)
    if not told:
        config.write_text(LENGTHLESS.format(EPOCHS, json.dumps(section)), encoding="utf-8")
    for factor, status, said in (
        (1, 0, "lines show rates that it has in their epochs"),
        (4, 1, "cause    the rate is 4 times as high as the plan's"),
    ):
        write_log(tmp_path / "train.log", without_counts(times(section, factor), every, first))
        done = command("compare-log", "-c", "c.yml", "train.log")
        assert (done.returncode, done.stderr) == (status, "")
        assert said in done.stdout
        assert "global_step" not in done.stdout
        assert ("taken as 1000 iterations each, since the log counts none" in done.stdout) is not told


@pytest.mark.parametrize("other", ["Linear", "Step", "Piecewise"])
def test_another_schedule_in_a_log_that_counts_no_updates(tmp_path: Path, command: Command, other: str) -> None:
    write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    write_log(tmp_path / "train.log", without_counts(SECTIONS[other], ITERS))
    done = command("compare-log", "-c", "c.yml", "train.log", "--format", "json")
    (value,) = json.loads(done.stdout)["results"]
    assert (done.returncode, value["follows"]) == (1, False)
    assert set(value["first_difference"]) == {"epoch", "update", "logged", "planned"}


def test_a_line_without_its_count_is_torn_where_others_have_one(tmp_path: Path, command: Command) -> None:
    write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    lines = list(Trainer(SECTIONS["Cosine"], EPOCHS, ITERS).train())
    lines[9] = re.sub(r", global_step: \d+", "", lines[9])
    write_log(tmp_path / "train.log", iter(lines))
    done = command("compare-log", "-c", "c.yml", "train.log")
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 of 100 lines cannot be read" in done.stdout


# Damaged logs


def damaged(lines: list[str], how: str, random: Random) -> list[str]:
    """As people's logs are: `how` says what was done to about one line in 25."""
    result = []
    for line in lines:
        hurt = random.random() < 0.04
        if how == "cut" and hurt:
            line = line[: random.randrange(30, len(line))]
        elif how == "front" and hurt:
            line = line[random.randrange(1, 60) :]
        elif how == "joined" and hurt and result:
            line = result.pop() + line
        elif how == "doubled" and hurt:
            result.append(line)
        elif how == "digits" and hurt:
            line = re.sub(r"global_step: (\d)", r"global_step: \1\1", line)
        elif how == "rate" and hurt:
            line = re.sub(r"lr: 0\.000", "lr: 0.010", line)
        elif how == "huge" and hurt:
            line = re.sub(r"lr: [\d.]+", random.choice(["lr: 9e307", "lr: 1e999", "lr: -0.001", "lr: nan"]), line)
        elif how == "epoch" and hurt:
            line = re.sub(r"epoch: \[(\d)", r"epoch: [9\1", line)
        elif how == "zero" and hurt:
            line = re.sub(r"global_step: \d+", "global_step: 0", line)
        elif how == "bytes" and hurt:
            line = "".join(chr(random.randrange(256)) for _ in range(80))
        elif how == "colour":
            line = f"\x1b[31m{line}\x1b[0m"
        result.append(line)
    if how == "shuffled":
        random.shuffle(result)
    return result


DAMAGE = ["cut", "front", "joined", "doubled", "digits", "rate", "huge", "epoch", "zero", "bytes", "colour", "shuffled"]


@pytest.mark.parametrize("how", DAMAGE)
@pytest.mark.parametrize("name", SECTIONS)
@pytest.mark.parametrize("seed", range(3))
def test_a_damaged_log_still_follows(tmp_path: Path, how: str, name: str, seed: int) -> None:
    lines = list(Trainer(SECTIONS[name], EPOCHS, ITERS, every=5).train(marked=how != "shuffled"))
    if how == "shuffled":
        lines = [line for line in lines if "lr:" in line]
    log = write_log(tmp_path / "train.log", iter(damaged(lines, how, Random(seed))))
    comparison = compared(tmp_path, SECTIONS[name], log)
    assert comparison.as_planned, comparison.log.remarks
    assert len(set(comparison.log.starts.tolist())) == 1
    assert comparison.matches.mean() > 0.85
    assert comparison.log.possible_lengths.exact == ITERS


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_log_of_another_rate_is_explained(tmp_path: Path, how: str) -> None:
    lines = list(Trainer(times(SECTIONS["Cosine"], 4), EPOCHS, ITERS, every=5).train(marked=how != "shuffled"))
    log = write_log(tmp_path / "train.log", iter(damaged(lines, how, Random(1))))
    (diagnosis,) = diagnose(compared(tmp_path, SECTIONS["Cosine"], log))
    assert (diagnosis.found, kinds(diagnosis)) == (True, [["factor"]])


def each_line(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: "".join(f"{change(line)}\n" for line in text.splitlines())


KEPT: dict[str, Callable[[str], str | bytes]] = {
    "colours": each_line(lambda line: f"\x1b[32m{line}\x1b[0m"),
    "a coloured level": each_line(lambda line: line.replace("INFO", "\x1b[1;32mINFO\x1b[0m")),
    "coloured values": each_line(lambda line: re.sub(r": ([\d.]+)", ": \033[36m\\1\033[0m", line)),
    "progress bars": each_line(lambda line: f"\rtrain model::  10%|██▏     | 5/50 [00:10<00:20, 2.3it/s]\r{line}"),
    "docker logs -t": each_line(lambda line: f"2022-09-29T02:59:23.123456789Z {line}"),
    "a pod's file": each_line(lambda line: f"2022-09-29T02:59:23.123456789Z stdout F {line}"),
    "docker's file": each_line(lambda line: json.dumps({"log": f"{line}\n", "stream": "stdout", "time": "2022"})),
    "journald": each_line(lambda line: f"Sep 29 02:59:23 host python3[1234]: {line}"),
    "compose": each_line(lambda line: f"trainer-1  | {line}"),
    "kubectl --prefix": each_line(lambda line: f"[pod/train-0/main] {line}"),
    "mpirun": each_line(lambda line: f"[1,0]<stdout>:{line}"),
    "srun -l": each_line(lambda line: f"0: {line}"),
    "two ranks": each_line(lambda line: f"[0]:{line}\n[1]:{line}"),
    "tee into one file": each_line(lambda line: f"{line}\n{line}"),
    "a fence": lambda text: f"```\n{text}```\n",
    "a quotation": each_line(lambda line: f"> {line}"),
    "an indented block": each_line(lambda line: f"    {line}"),
    "HTML": html.escape,
    "hard spaces": lambda text: text.replace(" ", "\xa0"),
    "a notebook": lambda text: json.dumps({"cells": [{"text": text.splitlines(keepends=True)}]}, indent=1),
    "line numbers": each_line(lambda line: f"    12\t{line}"),
    "grep -n": each_line(lambda line: f"output/train.log:12:{line}"),
    "a diff": each_line(lambda line: f"+{line}"),
    "carriage returns": lambda text: text.replace("\n", "\r"),
    "carriage returns twice": lambda text: text.replace("\n", "\r\r\n"),
    "dates with -": lambda text: re.sub(r"(\d)/(\d\d)/(\d\d) ([\d:]+)\]", r"\1-\2-\3 \4,123]", text),
    "UTF-16 without its mark": lambda text: text.encode("utf-16-le"),
    "UTF-16, big": lambda text: text.encode("utf-16-be"),
    "UTF-16 in gzip": lambda text: gzip.compress(text.encode("utf-16")),
    "UTF-32": lambda text: text.encode("utf-32"),
    "two members of gzip": lambda text: gzip.compress(text[:5000].encode()) + gzip.compress(text[5000:].encode()),
    "a hole": lambda text: text[:5000] + "\0" * 100_000 + text[5000:],
    "lines of 80": lambda text: "".join(f"{line[i : i + 80]}\n" for line in text.splitlines() for i in range(0, len(line), 80)),
}  # fmt: skip
"""What became of a log where people, or their tools, kept it."""


@cache
def log_of_times(factor: float) -> str:
    lines = Trainer(times(SECTIONS["Cosine"], factor), EPOCHS, ITERS, every=2).train()
    return "".join(f"{line}\n" for line in (*dumped(whole_config(SECTIONS["Cosine"], EPOCHS)), *lines))


@pytest.mark.parametrize("kept", KEPT.values(), ids=KEPT)
def test_a_log_as_it_was_kept(tmp_path: Path, command: Command, kept: Callable[[str], str | bytes]) -> None:
    for factor in (1, 4):
        written = kept(log_of_times(factor))
        (tmp_path / "train.log").write_bytes(written.encode() if isinstance(written, str) else written)
        done = command("compare-log", "train.log")
        assert (done.returncode, done.stderr) == (int(factor > 1), "")
        assert ("the rate is 4 times as high as the plan's" in done.stdout) is (factor > 1)
        assert command("show", "train.log").returncode == 0


def test_what_is_set_aside_is_told(tmp_path: Path, command: Command) -> None:
    write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    lines = [line for line in Trainer(SECTIONS["Cosine"], EPOCHS, ITERS).train() if "lr:" in line]
    lines[3], lines[40] = lines[3][:70], lines[40].replace("global_step: ", "global_step: 9")
    lines.insert(60, lines[59])
    lines[70] = re.sub(r"loss: [\d.]+", "loss: nanxxx", lines[70])
    write_log(tmp_path / "train.log", iter(lines))
    done = command("compare-log", "-c", "c.yml", "train.log")
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
    tmp_path: Path, command: Command, change: Callable[[list[str]], list[str]], words: list[str]
) -> None:
    write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    lines = [line for line in Trainer(SECTIONS["Cosine"], EPOCHS, ITERS).train() if "lr:" in line]
    write_log(tmp_path / "train.log", iter(change(lines)))
    done = command("compare-log", "-c", "c.yml", "train.log")
    assert done.stderr == ""
    assert [each for each in words if each not in done.stdout] == [], done.stdout


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
    (folder / "train.log").write_text("a run that stopped before its first line\n", encoding="utf-8")
    assert command("compare-log", "-c", "c.yml", "output").stdout.count("the run follows the plan: all 100 lines") == 2


def test_a_single_log_beside_the_train_log(tmp_path: Path, command: Command) -> None:
    write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    (tmp_path / "output").mkdir()
    for name in ("eval.log", "train.log"):
        write_log(tmp_path / "output" / name, Trainer(SECTIONS["Cosine"], EPOCHS, ITERS).train(1))
    done = command("compare-log", "-c", "c.yml", "output")
    assert "its folder also holds eval.log, which was not read" in done.stdout


def test_two_rates_are_no_constant(tmp_path: Path) -> None:
    """A constant 9.995e-4 would be written 0.001000 or 0.000999, never both."""
    lines = [f"epoch: [1/20], global_step: {10 * k}, lr: {0.001 - k % 2 * 1e-6:.6f}, loss: 1" for k in range(1, 40)]
    log = write_log(tmp_path / "train.log", iter(lines))
    for diagnosis in diagnose(compared(tmp_path, SECTIONS["Cosine"], log, iters_per_epoch=500)):
        assert not (diagnosis.found and ["constant"] in kinds(diagnosis))


def test_two_runs_that_write_into_one_log(tmp_path: Path) -> None:
    first, second = (
        [line for line in Trainer(section, EPOCHS, ITERS).train(marked=False) if "lr:" in line]
        for section in (SECTIONS["Cosine"], times(SECTIONS["Cosine"], 2))
    )
    both = [*first[:30], *(line for pair in zip(first[30:], second, strict=False) for line in pair)]
    comparison = compared(tmp_path, SECTIONS["Cosine"], write_log(tmp_path / "train.log", iter(both)))
    assert len(set(comparison.log.starts.tolist())) == 2
    assert [kinds(diagnosis)[0] for diagnosis in diagnose(comparison)] == [["factor"]]


# lines that end up in one process, with counts that fall
FALLING = [
    (21, 119, False), (0, 100, False), (29, 1258, False), (0, 0, True), (17, 0, True), (0, 1000, False), (0, 165, True),
    (30, 944, False), (0, 0, True), (30, 0, False), (0, 0, False), (0, 973, True), (0, 15, True), (0, 434, True),
    (28, 265, False), (26, 1411, False), (0, 255, True), (0, 0, False), (0, 0, False), (0, 0, False), (0, 0, False),
    (0, 1622, True), (21, 0, True),
]  # fmt: skip


@example([(2, 8, "0.001000", True, "train dataloader has 7 iters\n"), (3, 0, "0.001000", True, "")], Random(0))
@settings(max_examples=30)  # each looks for all causes
@given(
    st.lists(
        st.tuples(
            st.integers(0, 30) | st.integers(0, 999_999),
            st.integers(0, 2000) | st.integers(0, 10**15 - 1) | st.none(),
            st.sampled_from(["0.001000", "0.000999", "0.000000", "9e307", "1e999", "5e-05", "3.2e-03", "1"]),
            st.booleans(),
            st.sampled_from(
                ["", *(f"train dataloader has {n} iters\n" for n in (0, 7, 999_999_999_999)), "INFO: resume from x\n"]
            ),
        ),
        min_size=1,
        max_size=60,
    ),
    st.randoms(use_true_random=False),
)
@example(
    [
        (epoch, step, "0.001000", older, "train dataloader has 7 iters\n" if place == 20 else "")
        for place, (epoch, step, older) in enumerate(FALLING)
    ],
    Random(0),
)
def test_any_lines_get_a_report(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, int | None, str, bool, str]], random: Any
) -> None:
    folder = tmp_path_factory.mktemp("log")
    total = random.choice([30, 999_999])
    lines = (
        f"{before}epoch: [{epoch}/{total}]"
        + ("" if step is None else f", {'iter' if older else 'global_step'}: {step}")
        + f", lr: {rate}, loss: 1"
        for epoch, step, rate, older, before in rows
    )
    log = write_log(folder / "train.log", lines)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            comparison = compared(folder, SECTIONS["OneCycle"], log)
        except LRConfigError:
            return
        diagnoses = diagnose(comparison)
        assert list(text_lines(comparison, diagnoses))
        assert json.dumps(json_value(comparison, diagnoses), allow_nan=False)


def test_a_resume_that_the_log_does_not_mark(tmp_path: Path) -> None:
    trainer = Trainer(SECTIONS["Cosine"], EPOCHS, ITERS)
    log = write_log(tmp_path / "train.log", trainer.train(6, marked=False), trainer.train(marked=False))
    assert compared(tmp_path, SECTIONS["Cosine"], log).first_difference is None


def test_dots_lie_on_the_curve(tmp_path: Path) -> None:
    """After a resume too, where the window fills anew."""
    trainer = Trainer(SECTIONS["Linear"], EPOCHS, ITERS)
    comparison = compared(
        tmp_path, SECTIONS["Linear"], write_log(tmp_path / "train.log", trainer.train(6), trainer.train())
    )
    schedule, positions = comparison.planned.schedule, comparison.positions
    beside = [schedule(np.floor(positions).astype(int)), schedule(np.ceil(positions).astype(int))]
    np.testing.assert_allclose(np.mean(beside, axis=0), comparison.log.rates, atol=5.1e-7)


@pytest.mark.parametrize("iters", [50, 10])
@pytest.mark.parametrize("marked", [False, True])
def test_a_first_line_in_the_second_epoch_is_no_resume(tmp_path: Path, iters: int, marked: bool) -> None:
    """On Windows, where an epoch is one short and its last line is not written; also in epochs shorter than planned."""
    lines = Trainer(SECTIONS["Linear"], EPOCHS, iters, every=iters, left_out=1).train(marked=marked)
    log = write_log(tmp_path / "train.log", lines)
    comparison = compared(tmp_path, SECTIONS["Linear"], log, iters_per_epoch=iters)
    assert comparison.log.epochs[0] == 2
    assert comparison.first_difference is None


@pytest.mark.parametrize("name", ["Cosine", "Linear", "Piecewise"])
@pytest.mark.parametrize("first", [1, 2])
def test_a_count_that_lacks_an_epoch_is_not_one_on_windows(tmp_path: Path, name: str, first: int) -> None:
    """One resume did not keep it, the next one did: over many epochs it looks like one iteration less in each."""
    trainer = Trainer(SECTIONS[name], EPOCHS, 27, window=1, every=25)
    lines = list(trainer.train(first))
    trainer.global_step = 0
    lines += [*trainer.train(12 - first), *trainer.train()]
    log = write_log(tmp_path / "train.log", iter(lines))
    comparison = compared(tmp_path, SECTIONS[name], log, window=1, iters_per_epoch=27)
    assert (comparison.log.windows, comparison.first_difference) == (False, None)


@pytest.mark.parametrize(("epochs", "iters", "resumed"), [(300, 9, 232), (20, 50, 6), (40, 21, 39), (100, 2, 50)])
@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("told", ["loader", "backslash"])
@pytest.mark.parametrize("flag", [False, True])
def test_a_run_on_windows(
    tmp_path: Path, epochs: int, iters: int, resumed: int, kept: bool, told: str, flag: bool
) -> None:
    trainer = Trainer(SECTIONS["Cosine"], epochs, iters, left_out=1)
    lines = list(trainer.train(resumed))
    trainer.global_step *= kept
    lines += trainer.train()
    others = {"loader": "save model", "backslash": "train dataloader has"}
    log = read_log(write_log(tmp_path / "train.log", (line for line in lines if others[told] not in line)))
    config = write_config(tmp_path / "c.yml", SECTIONS["Cosine"], epochs, iters)
    config.write_text(config.read_text(encoding="utf-8").replace("num_samples", "other"), encoding="utf-8")
    planned = plan_logged_run(config, log, flags=RunFlags(windows=flag))
    comparison = compare_log(planned, log)
    assert (planned.run.iters_per_epoch, planned.built_for.iters_per_epoch) == (iters - 1, iters)
    assert comparison.as_planned


def whole_config(section: dict[str, Any], epochs: int) -> dict[str, Any]:
    dataset = {"num_samples": ITERS}
    loader = {"batch_size_per_card": 1, "drop_last": False}
    return {
        "Global": {"epoch_num": epochs},
        "Optimizer": {"lr": section},
        "Train": {"dataset": dataset, "loader": loader},
    }


def prolonged(name: str, epochs: int, longer: int, kept: bool, with_configs: bool) -> Iterator[str]:
    """A run to its end, and then resumed with more epochs."""
    section = SECTIONS[name]
    before, after = Trainer(section, epochs, ITERS), Trainer(section, longer, ITERS)
    if with_configs:
        yield from dumped(whole_config(section, epochs))
    yield from before.train()
    after.scheduler.step(epochs * ITERS)
    after.done_epochs, after.global_step = epochs, before.global_step * kept
    if with_configs:
        yield from dumped(whole_config(section, longer))
    yield from after.train()


@pytest.mark.parametrize("name", ["Cosine", "Linear", "Piecewise", "Const", "OneCycle"])
@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("with_configs", [False, True])
def test_a_run_that_is_resumed_with_more_epochs(
    tmp_path: Path, command: Command, name: str, kept: bool, with_configs: bool
) -> None:
    log = write_log(tmp_path / "train.log", prolonged(name, 20, 30, kept, with_configs))
    config = write_config(tmp_path / "c.yml", SECTIONS[name], 30, ITERS)
    for path in (config, None) if with_configs else (config,):
        runs = compare_runs(path, read_log(log))
        assert [run.planned.run.epochs for run in runs] == [20, 30]
        assert all(run.as_planned for run in runs)
    done = command("compare-log", "-c", "c.yml", "train.log")
    assert (done.returncode, done.stdout.count("the run follows the plan"), "--epochs" in done.stdout) == (0, 2, False)


def test_the_config_of_the_log(tmp_path: Path, command: Command) -> None:
    lines = Trainer(SECTIONS["Cosine"], EPOCHS, ITERS).train()
    write_log(tmp_path / "train.log", dumped(whole_config(SECTIONS["Cosine"], EPOCHS)), lines)
    done = command("compare-log", "train.log")
    assert (done.returncode, done.stdout.split("\n")[0]) == (0, "train.log against config of train.log: Cosine")
    assert command("plot", "--log", "train.log", "--out", "x.png").returncode == 0
    for part, value in (("epoch_num=30", "epoch_num is 20"), ("log_smooth_window=5", "log_smooth_window is missing")):
        write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
        done = command("compare-log", "-c", "c.yml", "train.log", "-o", f"Global.{part}")
        assert (done.returncode, f"Global.{value} in the config that the log holds, " in done.stdout) == (1, True)


def test_the_config_beside_the_log(tmp_path: Path, command: Command) -> None:
    (tmp_path / "output").mkdir()
    write_log(tmp_path / "output" / "train.log", Trainer(SECTIONS["Cosine"], EPOCHS, ITERS).train())
    write_config(tmp_path / "output" / "config.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    done = command("compare-log", "output/train.log")
    assert (done.returncode, done.stdout.split("\n")[0]) == (0, "output/train.log against output/config.yml: Cosine")
    # the log's own comes first
    lines = Trainer(SECTIONS["Linear"], EPOCHS, ITERS).train()
    write_log(tmp_path / "output" / "train.log", dumped(whole_config(SECTIONS["Linear"], EPOCHS)), lines)
    assert command("compare-log", "output/train.log").returncode == 0


def test_of_a_torn_config_the_one_beside_the_log(tmp_path: Path, command: Command) -> None:
    lines = [line for line in dumped(whole_config(SECTIONS["Cosine"], EPOCHS)) if "batch_size_per_card" not in line]
    write_log(tmp_path / "train.log", iter(lines), Trainer(SECTIONS["Cosine"], EPOCHS, ITERS).train())
    done = command("compare-log", "train.log")
    assert (done.returncode, "Train.loader.batch_size_per_card: null is not allowed" in done.stderr) == (2, True)
    write_config(tmp_path / "config.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    done = command("compare-log", "train.log")
    assert (done.returncode, done.stdout.split("\n")[0]) == (0, "train.log against config.yml: Cosine")


def test_a_config_that_was_changed_between_two_starts(tmp_path: Path) -> None:
    first, second = SECTIONS["Cosine"], {**SECTIONS["Cosine"], "learning_rate": 0.0005}
    before, after = Trainer(first, EPOCHS, ITERS), Trainer(second, EPOCHS, ITERS)
    lines = [*dumped(whole_config(first, EPOCHS)), *before.train(6)]
    after.scheduler.step(6 * ITERS)
    after.done_epochs, after.global_step = 6, before.global_step
    log = write_log(tmp_path / "train.log", iter(lines), dumped(whole_config(second, EPOCHS)), after.train())
    runs = compare_runs(None, read_log(log))
    assert [run.planned.parsed.config.peak for run in runs] == [0.001, 0.0005]
    assert all(run.as_planned for run in runs)


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


# One cause


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


def resumed(
    folder: Path, section: dict[str, Any], over: bool, offset: int = 0, marked: bool = True, kept: bool = True
) -> Comparison:
    trainer = Trainer(section, EPOCHS, ITERS)
    first = list(trainer.train(6))
    if over:
        trainer.new_scheduler()
    for _ in range(offset):
        trainer.scheduler.step()
    trainer.global_step *= kept
    return compared(folder, section, write_log(folder / "train.log", iter(first), trainer.train(13, marked=marked)))


@of_every_name
@pytest.mark.parametrize("marked", [False, True])
@pytest.mark.parametrize("kept", [False, True])
def test_a_resume_that_started_over(tmp_path: Path, section: dict[str, Any], marked: bool, kept: bool) -> None:
    comparison = resumed(tmp_path, section, over=True, marked=marked, kept=kept)
    (diagnosis,) = diagnose(comparison)
    assert diagnosis.found
    assert kinds(diagnosis)[0] == ["started over"]
    assert comparison.follows[:30].all()


@pytest.mark.parametrize(("name", "offset"), [("Cosine", 37), ("Linear", 37), ("CyclicalCosine", 37), ("Linear", 50)])
def test_a_resume_at_another_place(tmp_path: Path, name: str, offset: int) -> None:
    (diagnosis,) = diagnose(resumed(tmp_path, SECTIONS[name], over=False, offset=offset))
    assert diagnosis.found
    assert kinds(diagnosis)[0] == ["offset"]
    words = diagnosis.explanations[0].causes[0].words
    assert words.startswith(f"the schedule is {offset} updates ahead of the count of the log")


def test_an_offset_between_drops_is_a_range(tmp_path: Path) -> None:
    (diagnosis,) = diagnose(resumed(tmp_path, SECTIONS["Piecewise"], over=False, offset=37))
    words = diagnosis.explanations[0].causes[0].words
    low, high = map(int, words.split("(")[1].split(" fit")[0].split(" to "))
    assert low <= 37 <= high < low + 10


@pytest.mark.parametrize("every", [1, 2, 3, 10])
@pytest.mark.parametrize("epochs", [12, 30])
def test_a_resume_whose_first_update_had_the_rate_of_the_checkpoint(tmp_path: Path, every: int, epochs: int) -> None:
    """Paddle's schedulers use the loaded rate once, then the config's: here with another number of epochs."""
    section = {**SECTIONS["Cosine"], "learning_rate": 0.1}
    before, after = Trainer(section, epochs, ITERS, every=every), Trainer(section, EPOCHS, ITERS, every=every)
    first = list(before.train(6))
    after.scheduler.set_state_dict(before.scheduler.state_dict())
    after.done_epochs = 6
    comparison = compared(tmp_path, section, write_log(tmp_path / "train.log", iter(first), after.train()))
    length, *loaded = diagnose(comparison)
    assert (length.processes, kinds(length)) == ((0,), [["epochs"]])
    if every < 3 or loaded:  # a median of three and more may hide one rate
        assert [(each.found, each.processes, kinds(each)) for each in loaded] == [(True, (1,), [["loaded rate"]])]


class OtherLoop(Trainer):
    """A loop that steps the schedule not once an update."""

    ahead, stepped_every, times, across_epochs = 0, 1, 1, True

    def train(self, *arguments: Any, **settings: Any) -> Iterator[str]:
        scheduler, loop = getattr(self.scheduler, "stepped", self.scheduler), self

        class Stepped:
            stepped = scheduler
            count = 0  # of calls

            @property
            def last_lr(self) -> float:
                return float(scheduler.last_lr)

            def step(self) -> None:
                self.count += 1
                batches = loop.iters_per_epoch - loop.left_out
                done = self.count if loop.across_epochs else (self.count - 1) % batches + 1
                if done % loop.stepped_every == 0:
                    for _ in range(loop.times):
                        scheduler.step()

        for _ in range(self.ahead):
            scheduler.step()
        self.scheduler = Stepped()
        return super().train(*arguments, **settings)


@pytest.mark.parametrize("name", ["Cosine", "Linear", "OneCycle"])
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"ahead": 1}, "the schedule is 1 update ahead of the count of the log"),
        ({"ahead": 3}, "the schedule is 3 updates ahead of the count of the log"),
        ({"stepped_every": ITERS}, "the schedule was stepped once per epoch, not after each update"),
        ({"stepped_every": 4}, "the schedule was stepped once in 4 updates of the log, not after each update"),
        ({"stepped_every": 3}, "the schedule was stepped once in 3 updates of the log, not after each update"),
        ({"times": 2}, "the schedule was stepped 2 times per update, as when each of 2 processes steps it"),
        ({"times": 8}, "the schedule was stepped 8 times per update, as when each of 8 processes steps it"),
    ],
)
def test_a_loop_that_steps_otherwise(tmp_path: Path, name: str, settings: dict[str, int], words: str) -> None:
    loop = OtherLoop(SECTIONS[name], EPOCHS, ITERS)
    vars(loop).update(settings)
    epochs = EPOCHS // settings.get("times", 1) - 1
    diagnosis = diagnosed_lines(tmp_path, SECTIONS[name], loop.train(epochs))
    assert words in [cause.words for each in diagnosis.explanations for cause in each.causes]
    assert len(diagnosis.explanations) == 1


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


class Accumulating(OtherLoop):
    """A loop that counts batches; the schedule is built for updates and stepped at each."""

    def new_scheduler(self) -> None:
        batches = self.iters_per_epoch
        self.iters_per_epoch = batches // self.stepped_every
        super().new_scheduler()
        self.iters_per_epoch = batches


@pytest.mark.parametrize("name", ["Cosine", "Linear", "Piecewise", "OneCycle"])
@pytest.mark.parametrize("every", [2, 5, 10])
@pytest.mark.parametrize("told", [True, False])
def test_accumulated_batches(tmp_path: Path, command: Command, name: str, every: int, told: bool) -> None:
    class Loop(Accumulating):
        stepped_every = every

    config = write_config(tmp_path / "c.yml", SECTIONS[name], EPOCHS, ITERS)
    if not told:
        config.write_text(LENGTHLESS.format(EPOCHS, json.dumps(SECTIONS[name])), encoding="utf-8")
    write_log(tmp_path / "train.log", Loop(SECTIONS[name], EPOCHS, ITERS, window=1, every=1).train())
    done = command("compare-log", "-c", "c.yml", "train.log")
    assert (done.returncode, done.stderr) == (1, "")
    assert f"cause    the log counts batches, and {every} of them make an update" in done.stdout
    assert f"--accumulate {every}\n" in done.stdout.partition("to plan this run: ")[2]
    done = command("compare-log", "-c", "c.yml", "train.log", "--accumulate", every)
    assert (done.returncode, done.stderr) == (0, "")
    assert "the log counts batches, 50 per epoch" in done.stdout
    assert f"{ITERS // every} updates per epoch" in done.stdout or not told
    # and another rate is one under accumulation too
    log = write_log(tmp_path / "other.log", Loop(times(SECTIONS[name], 4), EPOCHS, ITERS, window=1, every=1).train())
    done = command("compare-log", "-c", "c.yml", str(log), "--accumulate", every)
    assert "cause    the rate is 4 times as high as the plan's" in done.stdout


@pytest.mark.parametrize("every", [3, 49])
@pytest.mark.parametrize("resumed", [0, 6])
@pytest.mark.parametrize("told", ["config", "loader", "backslash", "flag"])
def test_accumulated_batches_on_windows(tmp_path: Path, command: Command, every: int, resumed: int, told: str) -> None:
    """Of the 50 batches of an epoch 49 run, the schedule is built for the updates of 50, and the rest makes none."""

    class Loop(Accumulating):
        stepped_every, across_epochs = every, False

    config = write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    if told != "config":
        config.write_text(LENGTHLESS.format(EPOCHS, json.dumps(SECTIONS["Cosine"])), encoding="utf-8")
    loop = Loop(SECTIONS["Cosine"], EPOCHS, ITERS, window=1, every=1, left_out=1)
    lines = [*(loop.train(resumed) if resumed else ()), *loop.train()]
    left_out = {"loader": "save model", "backslash": "train dataloader has", "flag": "INFO: save|train dataloader has"}
    write_log(tmp_path / "train.log", (line for line in lines if not re.search(left_out.get(told, "$^"), line)))
    flags = ["--accumulate", every, *["--windows"] * (told == "flag")]
    done = command("compare-log", "-c", "c.yml", "train.log", *flags)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "the log counts batches, 49 per epoch" in done.stdout
    assert f"49 of the 50 batches run and make {49 // every} update" in done.stdout


@pytest.mark.parametrize("every", [2, 7])
@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize("marked", [False, True])
@pytest.mark.parametrize("told", [False, True])
def test_a_log_that_counts_the_updates_of_accumulated_batches(
    tmp_path: Path, command: Command, every: int, windows: bool, marked: bool, told: bool
) -> None:
    """The data loader counts batches, the lines updates."""
    config = write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    if not told:
        config.write_text(LENGTHLESS.format(EPOCHS, json.dumps(SECTIONS["Cosine"])), encoding="utf-8")
    updates = ITERS // every
    left_out = updates - (ITERS - 1) // every if windows else 0
    lines = Trainer(SECTIONS["Cosine"], EPOCHS, updates, window=1, every=1, left_out=left_out).train(marked=marked)
    write_log(tmp_path / "train.log", (line.replace(f"has {updates} iters", f"has {ITERS} iters") for line in lines))
    flags = ["--accumulate", every, *["--windows"] * windows]
    done = command("compare-log", "-c", "c.yml", "train.log", *flags)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "the log counts batches" not in done.stdout


@pytest.mark.parametrize("name", ["Cosine", "Linear", "OneCycle"])
@pytest.mark.parametrize("every", [3, 4, 7, 12])
@pytest.mark.parametrize("rounded_up", [False, True])
@pytest.mark.parametrize("window", [1, 20])
def test_accumulation_that_goes_on_across_epochs(
    tmp_path: Path, name: str, every: int, rounded_up: bool, window: int
) -> None:
    """The last batches of an epoch make an update with the first ones of the next."""

    class Loop(Accumulating):
        stepped_every = every

        def new_scheduler(self) -> None:
            batches = self.iters_per_epoch
            self.iters_per_epoch = batches + rounded_up * (-batches % every)
            super().new_scheduler()
            self.iters_per_epoch = batches

    trainer = Loop(SECTIONS[name], EPOCHS, ITERS, window=window, every=10)
    log = write_log(tmp_path / "train.log", trainer.train(EPOCHS - 3))
    (diagnosis,) = diagnose(compared(tmp_path, SECTIONS[name], log, window))
    causes = [cause for each in diagnosis.explanations for cause in each.causes]
    assert diagnosis.found
    words = f"the log counts batches, and {every} of them make an update of the schedule, across epochs too"
    assert words in [cause.words for cause in causes]
    assert not any(cause.proposal for cause in causes)


def test_a_schedule_for_epochs_that_the_log_has_not(tmp_path: Path) -> None:
    """As where a loop counts the length of an epoch itself, or where the cycles are twice as long."""
    section = {"name": "CyclicalCosine", "learning_rate": 0.001, "cycle": 5}
    diagnosis = diagnosed(tmp_path, section, Trainer({**section, "cycle": 10}, EPOCHS, ITERS))
    (cause,) = diagnosis.explanations[0].causes
    assert cause.words == "the schedule is built for epochs of 100 iterations, those of the log have 50"


def test_another_schedule(tmp_path: Path) -> None:
    diagnosis = diagnosed(
        tmp_path, SECTIONS["Cosine"], Trainer({**SECTIONS["Cosine"], "name": "Linear"}, EPOCHS, ITERS)
    )
    assert kinds(diagnosis) == [["name"]]
    assert diagnosis.explanations[0].causes[0].words == "the schedule is Linear, not Cosine"


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


@of_every_name
@pytest.mark.parametrize("window", [1500, 4000])
def test_a_wide_window(tmp_path: Path, section: dict[str, Any], window: int) -> None:
    """Not each of its updates is looked at where the curve turns."""
    config = write_config(tmp_path / "c.yml", section, EPOCHS, 500, window)
    for factor in (1.0, 1.02):
        lines = Trainer(times(section, factor), EPOCHS, 500, window=window).train()
        log = read_log(write_log(tmp_path / "train.log", lines))
        comparison = compare_log(plan_logged_run(config, log), log)
        assert comparison.as_planned == (factor == 1)
        if factor != 1:
            assert kinds(diagnose(comparison)[0]) == [["factor"]]


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


# Two causes, ties, none


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


@pytest.mark.parametrize("factor", [2.0, 0.5])
def test_rates_that_six_decimals_do_not_show(tmp_path: Path, command: Command, factor: float) -> None:
    section = {"name": "Cosine", "learning_rate": 4e-7}
    log = write_log(tmp_path / "train.log", Trainer(times(section, 0.5), EPOCHS, ITERS).train())
    assert compared(tmp_path, section, log).first_difference is None
    assert "so they say little" in command("compare-log", str(log), "-c", "c.yml").stdout


# The commands


@pytest.fixture
def scaled_log(tmp_path: Path) -> Path:
    write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    return write_log(tmp_path / "train.log", Trainer(times(SECTIONS["Cosine"], 4), EPOCHS, ITERS).train())


def test_a_damaged_log_of_many_runs_is_told_shortly(command: Command, tmp_path: Path) -> None:
    write_config(tmp_path / "c.yml", SECTIONS["Const"], EPOCHS, ITERS)
    line = next(line for line in Trainer(SECTIONS["Const"], EPOCHS, ITERS).train(1, marked=False))
    damaged = (line.replace(f"/{EPOCHS}]", f"/{1000 + number}]") for number in range(500))
    write_log(tmp_path / "train.log", (each.replace("step: 10,", f"step: {n + 10},") for n, each in enumerate(damaged)))
    done = command("compare-log", "-c", "c.yml", "train.log")
    assert (
        "the log counts 1000 and 1001 and 1002 and 1003 and 1004 and 1005 epochs and 494 other numbers" in done.stdout
    )
    assert len(done.stdout) < 3000


def test_compare_log(command: Command, scaled_log: Path) -> None:
    done = command("compare-log", "-c", "c.yml", "train.log")
    assert (done.returncode, done.stderr) == (1, "")
    assert (
        "100 of 100 lines differ, from global_step 10 in epoch 1 on, where the log has 0.000180 and the plan 0.000045"
        in done.stdout
    )
    assert "cause    the rate is 4 times as high as the plan's\n           explains 100 of 100 lines" in done.stdout
    line = next(line for line in done.stdout.splitlines() if "to plan this run: " in line)
    done = command("compare-log", "-c", "c.yml", "train.log", *line.split("to plan this run: ")[1].split())
    assert (done.returncode, done.stderr) == (0, "")
    assert "the run follows the plan: all 100 lines show its rates, to six decimals" in done.stdout


def test_compare_log_as_json(command: Command, scaled_log: Path) -> None:
    done = command("compare-log", "-c", "c.yml", "train.log", "--format", "json")
    (value,) = json.loads(done.stdout)["results"]
    assert (done.returncode, value["follows"], value["lines_that_differ"]) == (1, False, 100)
    assert value["first_difference"] == {
        "epoch": 1, "global_step": 10, "update": 9, "logged": 0.00018, "planned": [4.5e-5, 4.5e-5],
    }  # fmt: skip
    (diagnosis,) = value["diagnoses"]
    (explanation,) = diagnosis["explanations"]
    assert explanation["causes"][0] == {
        "kind": "factor", "text": "the rate is 4 times as high as the plan's", "flag": "-o Optimizer.lr.learning_rate=0.004",
    }  # fmt: skip
    assert explanation["lines_explained"] == explanation["lines"] == 100
    assert explanation["largest_distance"] <= 5e-7
    several = json.loads(command("compare-log", "-c", "c.yml", "train.log", "train.log", "--format", "json").stdout)[
        "results"
    ]
    assert several == [value, value]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["-c", "c.yml", "none.log"], "none.log: cannot be read"),
        (["-c", "none.yml", "train.log"], "none.yml: cannot be read"),
        (["-c", "c.yml", "c.yml"], "c.yml: holds no line with a learning rate"),
        (["train.log"], "holds no config, and there is no config.yml; give --config"),
        (["-c", "c.yml", "train.log", "train.log", "--follow"], "--follow: takes one log"),
        (["-c", "c.yml", "train.log", "--follow", "--format", "json"], "--follow: takes one log, and --format text"),
        (["-c", "c.yml", ".", "--follow", "--accumulate", "51"], "--accumulate 51: an epoch has only 50 batches"),
        (["-c", "no_length.yml", "train.log", "--accumulate", "99999999"], "an epoch has only 50 batches"),
        (["-c", "c.yml", "other.log", "--follow"], "other.log: is a log of PaddleSeg; only those of PaddleOCR can be"),
        (["-c", "c.yml", "comma.log"], "holds no line with a learning rate, 1 line with `epoch: [` in another form"),
    ],
)
def test_unusable_input(command: Command, scaled_log: Path, arguments: list[str], part: str) -> None:
    others = {
        "no_length.yml": LENGTHLESS.format(EPOCHS, json.dumps(SECTIONS["Cosine"])),
        "other.log": "2021-08-12 10:00:00 [INFO] [TRAIN] epoch: 1, iter: 10/1000, loss: 2.6, lr: 0.009919, cost: 0.1\n",
        "comma.log": "epoch: [1/20], global_step: 10, lr: 0,000045, loss: 1,692174\n",
    }
    for name, text in others.items():
        scaled_log.with_name(name).write_text(text, encoding="utf-8")
    done = command("compare-log", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert part in done.stderr
    assert "Traceback" not in done.stderr


def test_the_text_needs_neither_paddle_nor_matplotlib(scaled_log: Path) -> None:
    code = (
        "import sys; from ppocr_lr.cli.main import run; run(['compare-log', '-c', 'c.yml', 'train.log']); "
        "print([name for name in ('paddle', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=scaled_log.parent, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("axis", ["iters", "epochs", "progress"])
@pytest.mark.parametrize("scale", [[], ["--log-scale"]])
def test_plot_with_logs(command: Command, scaled_log: Path, axis: str, scale: list[str]) -> None:
    (scaled_log.parent / "é.log").write_bytes(scaled_log.read_bytes())
    done = command("plot", "-c", "c.yml", "--log", "train.log", "--log", "é.log", "--out", "l.png", "--x", axis, *scale)
    assert (done.returncode, done.stderr) == (0, "")
    assert "train.log: the run does not follow the plan" in done.stdout
    assert (scaled_log.parent / "l.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "against"),
    [
        (["-c", "c.yml"], ""),
        (["-c", "c.yml", "d.yml"], " against {first}"),
        (["-c", "d.yml", "c.yml"], " against {first}"),
        (["-c", "c.yml", "--sweep", "Optimizer.lr.learning_rate=0.01,0.02"], " against {first}"),
    ],
)
def test_of_several_plans_the_one_of_the_dots_is_named(
    command: Command, scaled_log: Path, arguments: list[str], against: str
) -> None:
    config = (scaled_log.parent / "c.yml").read_text(encoding="utf-8")
    (scaled_log.parent / "d.yml").write_text(config.replace("epoch_num: ", "epoch_num: 1"), encoding="utf-8")
    done = command("plot", *arguments, "--log", "train.log", "--out", "l.svg")
    assert (done.returncode, done.stderr) == (0, "")
    curves = [line.removeprefix("  curve    ") for line in done.stdout.splitlines() if line.startswith("  curve    ")]
    against = against.format(first=curves[0] if curves else "")
    assert f"\ntrain.log{against}: the run " in done.stdout
    assert f">train.log{against}: " in (scaled_log.parent / "l.svg").read_text(encoding="utf-8")


def test_a_log_is_drawn_in_a_picture_alone(command: Command, scaled_log: Path) -> None:
    done = command("plot", "-c", "c.yml", "--log", "train.log", "--out", "l.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--log: a log is drawn in a picture" in done.stderr


def test_dots_tell_what_is_planned(tmp_path: Path) -> None:
    from ppocr_lr.logs.picture import draw_logs
    from ppocr_lr.plotting.figure import draw

    comparison = resumed(tmp_path, SECTIONS["Cosine"], over=True)
    figure = draw([comparison.planned])
    axes = figure.axes[0]
    draw_logs(axes, [comparison], "epochs")
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["train.log: 30 as planned", "train.log: 65 not as planned"]
    dots = [line for line in axes.lines if str(line.get_label()).startswith("train.log")]
    assert [len(line.get_xdata()) for line in dots] == [30, 65]
    assert 0 < dots[0].get_xdata()[0] < dots[1].get_xdata()[-1] < EPOCHS
    # The curve is seen through those that follow it, and what does not follow it is seen on the curve.
    assert dots[0].get_zorder() < axes.lines[0].get_zorder() < dots[1].get_zorder()


def test_many_dots_are_small(tmp_path: Path) -> None:
    from ppocr_lr.logs.picture import draw_logs
    from ppocr_lr.plotting.figure import draw

    sizes = []
    for every in (10, 1):
        log = write_log(tmp_path / "train.log", Trainer(SECTIONS["Cosine"], EPOCHS, ITERS, every=every).train())
        comparison = compared(tmp_path, SECTIONS["Cosine"], log)
        axes = draw([comparison.planned]).axes[0]
        draw_logs(axes, [comparison], "epochs")
        sizes.append(axes.lines[-1].get_markersize())
    assert sizes[0] > sizes[1]


@pytest.mark.parametrize("missing", ["", "plotille"])
def test_follow(scaled_log: Path, missing: str) -> None:
    """The log is written by a real process, after what was read so far is drawn; the command ends with the run."""
    lines = scaled_log.read_text(encoding="utf-8").splitlines(keepends=True)
    growing = scaled_log.with_name("growing.log")
    growing.write_text("".join(lines[:40]), encoding="utf-8")
    code = f"import sys; sys.modules.update(dict.fromkeys({missing.split()}))\nfrom ppocr_lr.cli.main import run\nsys.exit(run(['compare-log', '-c', 'c.yml', 'growing.log', '--follow']))"
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=scaled_log.parent, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert process.stdout is not None
    seen = []
    while not (seen and seen[-1].startswith("the run does not")):
        seen.append(process.stdout.readline())
    assert ("(log)" if missing else "•") in "".join(seen)
    with growing.open("a", encoding="utf-8") as file:
        file.writelines(lines[40:])
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "global_step 1000 in epoch 20 of 20" in rest
    assert "cause    the rate is 4 times as high as the plan's" in rest


@pytest.mark.parametrize("at_start", [signal.SIG_DFL, signal.SIG_IGN], ids=["foreground", "background"])
def test_follow_ends_on_an_interrupt(scaled_log: Path, at_start: signal.Handlers) -> None:
    """A shell's background job, and all that nohup starts from a script, begins with SIGINT ignored."""
    log = scaled_log.read_text(encoding="utf-8").splitlines(keepends=True)
    scaled_log.write_text("".join(log[:40]), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "ppocr_lr", "compare-log", "-c", "c.yml", "train.log", "--follow"],
        cwd=scaled_log.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        preexec_fn=lambda: signal.signal(signal.SIGINT, at_start),
    )  # fmt: skip
    assert process.stdout is not None
    try:
        while not process.stdout.readline().startswith("the run does not"):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=10)
    finally:
        process.kill()
    assert (process.returncode, stderr) == (130, "interrupted\n")
