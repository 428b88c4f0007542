"""A finding, and what the rules look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from ppocr_lr.errors import SECTION
from ppocr_lr.lr_config import LRConfig, Run
from ppocr_lr.preflight.catalogue import CODES, Severity
from ppocr_lr.schedules import Schedule
from ppocr_lr.summary import Summary, summarize
from ppocr_lr.training_config import PlannedRun


class Draft(NamedTuple):
    """What a rule says: the code, the dotted key, one sentence with numbers of this run, and what to write."""

    code: str
    key: str
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Finding:
    """One thing to know about one file."""

    code: str
    path: str
    key: str
    line: int
    column: int
    message: str
    hint: str = ""

    @property
    def severity(self) -> Severity:
        """As the catalogue has it."""
        return CODES[self.code].severity


@dataclass(frozen=True)
class Subject:
    """A planned run and the whole config around it, for the rules."""

    planned: PlannedRun

    @property
    def config(self) -> Mapping[str, Any]:
        """The whole config."""
        return self.planned.config

    @property
    def gpus(self) -> int:
        """Cards that share the samples."""
        return self.planned.flags.gpus

    @property
    def lr(self) -> LRConfig:
        """The validated lr section."""
        return self.planned.parsed.config

    @property
    def run(self) -> Run:
        """The length of the run."""
        return self.planned.run

    @property
    def schedule(self) -> Schedule:
        """The learning rate of the run."""
        return self.planned.schedule

    @cached_property
    def summary(self) -> Summary:
        """The run in a few numbers."""
        return summarize(self.schedule, self.run)

    @property
    def counts_warmup_in_iterations(self) -> bool:
        """True for the one name whose warmup is not in epochs."""
        return self.planned.name == "LinearWarmupCosine"

    @property
    def length_is_known(self) -> bool:
        """False where the length of an epoch is an assumption."""
        return self.planned.length.known

    def epoch(self, step: float) -> float:
        """The epoch, counted from 0, in which update `step` falls, with its fraction."""
        return step / self.run.iters_epoch

    @staticmethod
    def key(name: str) -> str:
        """The dotted key of a name in the lr section."""
        return f"{SECTION}.{name}"
