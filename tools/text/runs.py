"""One run of PaddleOCR's trainer, and its results according to the log."""

from __future__ import annotations

import math
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from digits.results import Course
from ppocr_lr.errors import LRConfigError
from ppocr_lr.training_config.plan import PlannedRun, plan_run
from ppocr_lr.training_config.run_flags import RunFlags
from text.experiments import Case, Experiment

_ROW = re.compile(r"epoch: \[(\d+)/\d+\], .*\bloss: ([^,\s]+)")
_EVALUATION = re.compile(r"cur metric, acc: ([^,]+)(?:, norm_edit_dis: ([^,]+))?")


@dataclass(frozen=True)
class TextCourse(Course):
    """With how near the wrong readings were; empty where nothing is read."""

    similarities: tuple[float, ...]
    """1 − edit distance / length, mean over the test set, after each epoch: PaddleOCR's `norm_edit_dis`."""


@dataclass(frozen=True)
class Place:
    """Where things are."""

    paddleocr: Path
    """A clone of PaddleOCR."""
    data: Path
    """What draw.py drew."""
    output: Path
    """A folder for each run."""


@dataclass(frozen=True)
class TextRun:
    """One case with one seed."""

    experiment: Experiment
    case: Case
    seed: int

    def folder(self, place: Place) -> Path:
        """Of its log and its model."""
        return place.output / self.experiment.task / self.case.key / f"seed{self.seed}"

    def overrides(self, place: Place) -> list[str]:
        """What the config of the experiment does not say."""
        data, model = place.data / self.experiment.task, self.folder(place)
        dictionary = (
            [f"Global.character_dict_path={place.data / 'digits.txt'}"] if self.experiment.task == "rec" else []
        )
        return [
            f"Optimizer.lr={self.case.lr}",
            f"Global.seed={self.seed}",
            f"Global.save_model_dir={model}",
            *(f"{part}.dataset.data_dir={data}" for part in ("Train", "Eval")),
            f"Train.dataset.label_file_list=[{data / 'train.txt'}]",
            f"Eval.dataset.label_file_list=[{data / 'test.txt'}]",
            *dictionary,
        ]

    def planned(self, place: Place) -> PlannedRun:
        """Its schedule."""
        return plan_run(self.experiment.config, self.overrides(place), RunFlags())

    def course(self, place: Place) -> TextCourse | None:
        """What its log says; None while it is not done."""
        log = self.folder(place) / "train.log"
        text = log.read_text(encoding="utf-8") if log.is_file() else ""
        evaluations = _EVALUATION.findall(text)
        losses = {int(epoch): float(loss) for epoch, loss in _ROW.findall(text)}  # the last row of an epoch counts
        if len(evaluations) < self.planned(place).run.epochs:
            return None
        finite = list(losses.values())
        finite = finite[: next((i for i, loss in enumerate(finite) if not math.isfinite(loss)), len(finite))]
        accuracies = tuple(float(accuracy) for accuracy, _ in evaluations)
        return TextCourse(tuple(finite), accuracies, tuple(float(near) for _, near in evaluations if near))

    def train(self, place: Place) -> TextCourse:
        """Run it, unless it is done already. A run that was cut off begins anew."""
        if (course := self.course(place)) is not None:
            return course
        folder = self.folder(place)
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        command = [sys.executable, "-m", "ppocr_lr", "train", str(place.paddleocr / "tools" / "train.py")]
        command += ["-c", str(self.experiment.config), "-o", *self.overrides(place)]
        with (folder / "output.txt").open("wb") as output:
            # A network this small is fastest on one thread.
            environment = {**os.environ, "OMP_NUM_THREADS": "1"}
            code = subprocess.run(
                command, stdout=output, stderr=subprocess.STDOUT, env=environment, check=False
            ).returncode
        course = self.course(place)
        if course is None:
            raise LRConfigError(f"a run ended with exit code {code}; see {folder / 'output.txt'}")
        for model in folder.glob("*.pd*"):  # what is asked here is in the log
            model.unlink()
        return course


def all_runs(experiments: Sequence[Experiment], seeds: int) -> list[TextRun]:
    """Seed by seed, so that what is done when it is cut off is fair to every case."""
    return [
        TextRun(experiment, case, seed)
        for seed in range(seeds)
        for experiment in experiments
        for case in experiment.cases
    ]
