"""Range tests with PaddleOCR's own trainer: each in a process of its own, followed by its log, and stopped in time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ppocr_lr.errors import SECTION, ArgumentError
from ppocr_lr.find_rate.measured import RangeTest
from ppocr_lr.language import tr
from ppocr_lr.logs.compare import plan_logged_run
from ppocr_lr.logs.lines import MOST_EPOCHS, LogReader
from ppocr_lr.logs.range_test import range_test_of
from ppocr_lr.logs.train_log import train_log
from ppocr_lr.lr_config import Run
from ppocr_lr.lr_config.range_test import RangeTestConfig
from ppocr_lr.lr_config.values import yaml_number
from ppocr_lr.trainer.command import TrainerCommand
from ppocr_lr.training_config.plan import PlannedRun

LOG, OUTPUT = "train.log", "output.txt"
"""In the folder of a test: PaddleOCR's log, and everything its process prints."""

_NEVER = 10**9
_SEED = 1024  # PaddleOCR's, where the config has none
_PAUSE_SECONDS = 0.2
_PATIENCE_SECONDS = 10

Progress = Callable[[int, int], object]
"""Updates done, and updates in all."""


@dataclass(frozen=True)
class Trials:
    """The range tests of one training, which differ in their seeds."""

    command: TrainerCommand
    launcher: Sequence[str]
    """The words between Python and the script: none, or those of `paddle.distributed.launch`."""
    config: Mapping[str, Any]
    """The training's, its overrides applied."""
    section: RangeTestConfig
    folder: Path
    language: str = "en"
    """Of what the training says in its output."""

    @property
    def updates(self) -> int:
        """The length of a test, of a number in any run."""
        return self.section.length(Run(1, 1).window)

    def place(self, number: int) -> Path:
        """The folder of one test, counted from 0."""
        return self.folder / str(number + 1)

    def words(self, number: int) -> list[str]:
        """What starts one test: the training's own command, followed by other settings."""
        ours = ["-m", "ppocr_lr"]
        if self.launcher:  # which starts files
            ours = [str(Path(__file__).parent.parent / "__main__.py")]
        flags = ["--lang", self.language, "--no-check", "--no-save"]
        command = [*ours, "train", *flags, self.command.script, *self.command.words]
        # Only the last -o counts.
        settings = [word for word in self.command.overrides if not word.startswith(f"{SECTION}.")]
        launcher = [*self.launcher, "--log_dir", str(self.place(number) / "log")] if self.launcher else []
        return [sys.executable, *launcher, *command, "-o", *settings, *self._settings(number)]

    def _settings(self, number: int) -> Iterator[str]:
        section = self.section
        rates = f"start_lr: {yaml_number(section.start_lr)}, end_lr: {yaml_number(section.end_lr)}"
        yield f"{SECTION}={{name: RangeTest, {rates}, updates: {self.updates}}}"
        yield f"Global.save_model_dir={json.dumps(str(self.place(number)), ensure_ascii=False)}"
        yield f"Global.epoch_num={min(self.updates, MOST_EPOCHS)}"  # enough, whatever the length of an epoch
        yield "Global.print_batch_step=1"
        yield "Global.log_smooth_window=1"
        yield "Global.cal_metric_during_train=False"
        yield f"Global.eval_batch_step=[{_NEVER}, {_NEVER}]"
        settings = self.config.get("Global") or {}
        if settings.get("eval_batch_epoch"):
            yield "Global.eval_batch_epoch=null"
        if settings.get("uniform_output_enabled"):  # would export the model for inference after each epoch
            yield "Global.uniform_output_enabled=False"
        if checkpoint := settings.get("checkpoints"):  # its weights; its place in the schedule does not matter
            yield "Global.checkpoints=null"
            yield f"Global.pretrained_model={json.dumps(checkpoint, ensure_ascii=False)}"
        if number:
            seed = settings.get("seed")
            yield f"Global.seed={(seed if isinstance(seed, int) else _SEED) + number}"

    def run(self, number: int, progress: Progress) -> int | None:
        """Make one test, up to its last rate or until its loss ends it.

        Returns:
            The exit code of the training, where that ended by itself.

        Raises:
            LRConfigError: its log cannot be used.
        """
        place = self.place(number)
        place.mkdir(parents=True)
        follower = Follower(place / LOG)
        quiet = {**os.environ, "WANDB_MODE": "disabled"}  # a test is not one of the user's runs
        with open(place / OUTPUT, "wb") as output:
            training = subprocess.Popen(
                self.words(number), env=quiet,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
            try:
                while True:
                    code = training.poll()  # first: what it wrote at its end is then read
                    test = follower.measured()
                    done = 0 if test is None else len(test.losses)
                    progress(done, self.updates)
                    if test is not None and (test.stopped or done >= self.updates):
                        return None
                    if code is not None:
                        return code
                    time.sleep(_PAUSE_SECONDS)
            finally:
                _end(training)


class Follower:
    """Reads the losses of a range test from a log that is being written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reader: LogReader | None = None
        self._planned: PlannedRun | None = None
        self._test: RangeTest | None = None

    def measured(self) -> RangeTest | None:
        """The test so far; None before its first loss."""
        if self._reader is None and self._path.is_file():
            self._reader = LogReader(self._path)
        if self._reader is not None and self._reader.read_on():
            log = train_log(self._reader)
            if len(log):
                self._planned = self._planned or plan_logged_run(None, log)
                self._test = range_test_of(self._planned, log)
        return self._test


def _end(training: subprocess.Popen[bytes]) -> None:
    """End a process and all that it has started."""
    for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        with suppress(ProcessLookupError):
            os.killpg(training.pid, number) if hasattr(os, "killpg") else training.kill()
        with suppress(subprocess.TimeoutExpired):
            training.wait(_PATIENCE_SECONDS)


def check_folder(folder: Path) -> None:
    """Refuse a folder that exists and is not empty.

    Raises:
        ArgumentError: it is one.
    """
    if "=" in str(folder):
        raise ArgumentError("folder", tr("PaddleOCR accepts no folder with a = in its name"), folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ArgumentError("folder", tr("already exists; name a new one"), folder)
