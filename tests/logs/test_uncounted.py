"""Logs that count no updates."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command
from tests.logs.comparing import EPOCHS, ITERS, LENGTHLESS, SECTIONS, of_every_name, times
from tests.train_logs import Trainer, write_config, write_log


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
        assert ("1000 iterations per epoch, assumed, since the log counts none" in done.stdout) is not told


@pytest.mark.parametrize("name", ["Cosine", "Linear"])
def test_lines_of_short_epochs_that_show_medians(tmp_path: Path, command: Command, name: str) -> None:
    """The trainer's own, without its count: half an epoch late."""
    (tmp_path / "c.yml").write_text(LENGTHLESS.format(EPOCHS, json.dumps(SECTIONS[name])), encoding="utf-8")
    lines = Trainer(SECTIONS[name], EPOCHS, 36).train()
    write_log(
        tmp_path / "train.log", (re.sub(r", global_step: \d+", "", line) for line in lines if "iters" not in line)
    )
    done = command("compare-log", "-c", "c.yml", "train.log")
    assert (done.returncode, done.stderr) == (0, "")
    assert "34 iterations per epoch, estimated from its lines, since the log counts none" in done.stdout


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
