"""Causes: the schedule is not at the step that the log counts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ppocr_lr.logs.causes.diagnose import diagnose
from tests.conftest import Command
from tests.logs.comparing import (
    EPOCHS,
    ITERS,
    LENGTHLESS,
    SECTIONS,
    compared,
    diagnosed_lines,
    kinds,
    of_every_name,
    resumed,
    times,
)
from tests.train_logs import Trainer, write_config, write_log


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


@pytest.mark.parametrize(
    ("name", "iters", "stepped_every", "words"),
    [
        # All drops come after more updates than the run has epochs.
        ("Step", ITERS, ITERS, ", as if the schedule were never stepped or stepped once per epoch"),
        ("Step", 2, 10**6, ", as if the schedule were never stepped"),
        ("Linear", ITERS, 10**6, ", as if the schedule were never stepped"),
    ],
)
def test_a_schedule_that_is_stepped_rarely_may_look_constant(
    tmp_path: Path, name: str, iters: int, stepped_every: int, words: str
) -> None:
    loop = OtherLoop(SECTIONS[name], EPOCHS, iters, every=1)
    loop.stepped_every = stepped_every
    log = write_log(tmp_path / "train.log", loop.train())
    (diagnosis,) = diagnose(compared(tmp_path, SECTIONS[name], log, iters_per_epoch=iters))
    (explanation,) = diagnosis.explanations
    assert [cause.words for cause in explanation.causes] == [f"the rate is constant, 1e-3{words}"]


@pytest.mark.parametrize("name", ["Linear", "Step", "OneCycle"])
def test_a_resume_at_another_place_is_no_warmup(tmp_path: Path, name: str) -> None:
    """A long one would put the schedule off as much, but the lines before the resume show none."""
    (diagnosis,) = diagnose(resumed(tmp_path, SECTIONS[name], over=True))
    assert kinds(diagnosis) == [["started over"]]


def test_a_part_of_a_log_may_be_of_another_warmup(tmp_path: Path) -> None:
    """Nothing shows that it was resumed."""
    trained = Trainer({**SECTIONS["Linear"], "warmup_epoch": 2}, EPOCHS, ITERS).train(marked=False)
    lines = [line for line in trained if "lr:" in line][40:80]
    diagnosis = diagnosed_lines(tmp_path, SECTIONS["Linear"], iter(lines))
    assert "the warmup has 2 epochs, not none" in [
        cause.words for each in diagnosis.explanations for cause in each.causes
    ]


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
