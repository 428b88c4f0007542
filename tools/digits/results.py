"""The results of a comparison."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from ppocr_lr.training_config.plan import PlannedRun


@dataclass(frozen=True)
class Course:
    """The course of one seed. A run that diverged has fewer losses and accuracies."""

    losses: tuple[float, ...]
    """Mean of each epoch."""
    accuracies: tuple[float, ...]
    """On the test part, after each epoch."""

    @property
    def accuracy(self) -> float:
        """At the end."""
        return self.accuracies[-1]


@dataclass(frozen=True)
class Result:
    """All seeds of one case."""

    label: str
    planned: PlannedRun
    courses: tuple[Course, ...]

    @property
    def diverged(self) -> int:
        """Runs that ended early because their loss became NaN or infinite."""
        return sum(len(course.losses) < self.planned.run.epochs for course in self.courses)

    def row(self) -> str:
        """One line of the table; percent of the test part, ± the standard deviation over the seeds."""
        shares = [100 * course.accuracy for course in self.courses]
        deviation = statistics.stdev(shares) if len(shares) > 1 else 0.0
        lost = f"   {self.diverged} of {len(shares)} diverged" if self.diverged else ""
        return f"{statistics.mean(shares):6.2f} ± {deviation:5.2f} %   {min(shares):6.2f} to {max(shares):6.2f}{lost}"
