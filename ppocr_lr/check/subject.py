"""What the rules look at."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from ppocr_lr.curve.summary import Summary, summarize
from ppocr_lr.errors import SECTION_PATH, Path, dotted
from ppocr_lr.finding import Proposal
from ppocr_lr.language import tr
from ppocr_lr.lr_config.length import Length
from ppocr_lr.lr_config.parse import spelling
from ppocr_lr.lr_config.registry import IN_PADDLEOCR
from ppocr_lr.numbers_text import amount, count_text, rate_text
from ppocr_lr.schedules import Lead, Schedule
from ppocr_lr.training_config.plan import PlannedRun
from ppocr_lr.training_config.reference import Reference


class Subject:
    """A planned run and the whole config around it, for the rules; `proposed` is what a comment says about cards."""

    def __init__(self, planned: PlannedRun, proposed: Reference | None = None) -> None:
        self.planned, self.proposed = planned, proposed
        self.config, self.lr = planned.config, planned.parsed.config
        self.run = planned.run
        self.built_for = planned.built_for  # in which lengths are written
        self.length_is_known = planned.length.known
        self.trains_here = planned.flags.trainer == "ppocr-lr"  # so what PaddleOCR's builder would do does not matter

    def section(self, *names: str) -> Mapping[str, Any]:
        """A section of the config, by its names from the outside in; empty if there is none."""
        section: Any = self.config
        for name in names:
            section = section.get(name) if isinstance(section, Mapping) else None
        return section if isinstance(section, Mapping) else {}

    @property
    def has_a_model(self) -> bool:
        """Whether PaddleOCR's own trainer can be meant, which builds one; a loop of one's own needs none here."""
        return "Architecture" in self.config

    @property
    def peak(self) -> float:
        """The highest rate, which is the first where a metric decides."""
        return self.lr.peak

    @property
    def ignored(self) -> str:
        """What a hint with a key of this project adds, where PaddleOCR knows the name but not the key."""
        return tr(" (PaddleOCR ignores that key)") if self.planned.name in IN_PADDLEOCR and not self.trains_here else ""

    def epoch(self, step: float) -> float:
        """The epoch, counted from 0, in which update `step` falls, with its fraction."""
        return step / self.run.iters_per_epoch

    def epoch_text(self, step: int) -> str:
        """The same, as a message has it."""
        return count_text(round(self.epoch(step), 2))

    def epochs_text(self, updates: float) -> str:
        """How many epochs as many updates make, as a message has it."""
        return amount(round(self.epoch(updates), 2), "epoch")

    def path(self, name: str, *inside: str | int) -> Path:
        """The path of a key of the lr section, as the section spells it; without a name, that of the section."""
        if not name:
            return SECTION_PATH
        return (*SECTION_PATH, spelling(self.lr.also_called, self.planned.section).get(name, name), *inside)

    def key(self, name: str) -> str:
        """The same with dots, as after `-o`."""
        return dotted(self.path(name))

    def setting(self, name: str, value: object, words: str = "{}") -> Proposal:
        """Another value for a name of the lr section."""
        return Proposal((f"{self.key(name)}={value}",), words=words)


class CurveSubject(Subject):
    """A planned run that has a curve, which all do unless a metric of the training decides the rate."""

    @property
    def schedule(self) -> Schedule:
        """The learning rate of the run."""
        return self.planned.schedule

    @cached_property
    def summary(self) -> Summary:
        """The run in a few numbers."""
        return summarize(self.schedule, self.run)

    @property
    def peak(self) -> float:
        """The highest rate of the run."""
        return self.summary.peak

    def of_peak(self, rate: float) -> str:
        """A rate, and how much of the peak it is."""
        return tr("{rate}, {percent} % of the peak", rate=rate_text(rate), percent=f"{100 * rate / self.peak:.3g}")

    @property
    def final(self) -> str:
        """The rate of the last update, in words."""
        return rate_text(self.summary.final)

    @cached_property
    def lead(self) -> Lead:
        """Warmup and hold, and the decay after them; stages do not count as a hold and a decay."""
        return Lead(0, 0, self.schedule) if any(self.lr.seams(self.built_for.window)) else self.schedule.lead()

    @cached_property
    def drops(self) -> list[tuple[float, int]]:
        """Where the rate changes, as far as known: the epoch as it is written, and the update at which it does."""
        marks, window = self.lr.marks, self.built_for.window
        if not self.can_be_told:
            return []
        # Where the warmup is taken from the run, the marks count from the beginning of the run.
        lead = 0 if self.lr.counts_from_start else self.lead.iters
        return [(window.epochs(mark), max(lead + window.first_update(mark), self.lead.iters)) for mark in marks]

    @property
    def counts_warmup_in_iterations(self) -> bool:
        """True where the warmup is not a share of the run, whatever the length of an epoch."""
        written = getattr(self.lr, self.lr.warmup_key, None)
        return isinstance(written, int) or (isinstance(written, Length) and written.unit == "it")

    def warmup_text(self, iters: int) -> str:
        """A warmup of about `iters` iterations, as it is written under the section's `warmup_key`."""
        written, share = getattr(self.lr, self.lr.warmup_key), iters / self.built_for.total_iters
        if not isinstance(written, Length):
            return str(iters) if isinstance(written, int) else f"{share:.3g}"
        if written.unit == "it":
            return f"{iters}it"
        if written.unit == "%":
            return f"{100 * share:.3g}%"
        return count_text(float(f"{iters / self.built_for.iters_per_epoch:.2g}"))  # it is a proposal, and round

    @cached_property
    def can_be_told(self) -> bool:
        """False if the section counts iterations too, and the length of an epoch is an assumption."""
        return self.length_is_known or not self.lr.in_iterations


def subject_of(planned: PlannedRun, proposed: Reference | None = None) -> Subject:
    """What the rules look at in a run; a curve of given metrics is not what the config says."""
    without = planned.parsed.curve is None or planned.simulation is not None
    return (Subject if without else CurveSubject)(planned, proposed)
