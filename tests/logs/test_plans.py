"""Which config is the plan of a log, or of each part of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ppocr_lr.logs.compare import compare_runs
from ppocr_lr.logs.report import json_value
from ppocr_lr.logs.train_log import read_log
from tests.conftest import Command
from tests.logs.comparing import EPOCHS, ITERS, LENGTHLESS, SECTIONS, whole_config
from tests.train_logs import Trainer, dumped, write_config, write_log


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
    assert (done.returncode, done.stdout.split("\n")[0]) == (0, "train.log against its own config: Cosine")
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


def on_other_data(name: str, before: int, resumed: bool, kept: bool, marked: bool = True) -> Iterator[str]:
    """Two starts of one config, between which the number of samples was changed; the second may resume the first."""
    first, second = Trainer(SECTIONS[name], EPOCHS, before), Trainer(SECTIONS[name], EPOCHS, ITERS)
    yield from first.train(6, marked=marked)
    if resumed:
        second.scheduler.step(6 * before)
        second.done_epochs, second.global_step = 6, first.global_step * kept
    yield from second.train(marked=marked)


@pytest.mark.parametrize("told", [False, True])
@pytest.mark.parametrize("before", [17, 49, 51, 120])
@pytest.mark.parametrize("marked", [True, False])
def test_runs_on_other_data(tmp_path: Path, before: int, told: bool, marked: bool) -> None:
    log = read_log(write_log(tmp_path / "train.log", on_other_data("Cosine", before, False, False, marked)))
    config = write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    if not told:
        config.write_text(LENGTHLESS.format(EPOCHS, json.dumps(SECTIONS["Cosine"])), encoding="utf-8")
    runs = compare_runs(config, log)
    assert [run.planned.run.iters_per_epoch for run in runs] == [before, ITERS]
    assert all(run.as_planned for run in runs)
    assert not any("epochs of the log have" in note for run in runs for note in json_value(run, [])["notes"])


def test_a_run_before_one_on_told_data(tmp_path: Path) -> None:
    """The first says nothing of its data, but its epochs are as long."""
    lines = on_other_data("Cosine", ITERS, False, False)
    log = read_log(write_log(tmp_path / "train.log", (line for number, line in enumerate(lines) if number > 2)))
    runs = compare_runs(write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS), log)
    assert [run.planned.run.iters_per_epoch for run in runs] == [ITERS]
    assert all(run.as_planned for run in runs)


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("before", [40, 60])
def test_a_resume_on_other_data(tmp_path: Path, before: int, kept: bool, marked: bool) -> None:
    """The schedule continues at the checkpoint's update, which is in another epoch of the new plan."""
    log = read_log(write_log(tmp_path / "train.log", on_other_data("Cosine", before, True, kept, marked)))
    runs = compare_runs(write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS), log)
    assert [run.as_planned for run in runs] == [True, True]
    first, second = (json_value(run, [])["notes"] for run in runs)
    step = 10 + 6 * before * kept
    assert not first
    assert (
        f"at global_step {step} in epoch 7 the schedule is at update {6 * before + 9}, while that epoch of the plan "
        "begins at update 300: epochs before it had another length"
    ) in second
