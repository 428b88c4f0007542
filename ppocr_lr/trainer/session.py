"""One training run of PaddleOCR's, from its command to the end: its plan, its schedule, what is said about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ppocr_lr.check.render import text_lines
from ppocr_lr.check.report import Report, check_file
from ppocr_lr.curve.summary import plan_lines
from ppocr_lr.errors import SECTION_PATH, LRConfigError, Problem, errors_within, printable, shown
from ppocr_lr.finding import Finding, Severity
from ppocr_lr.language import labelled, later, tr
from ppocr_lr.logs.causes.diagnose import diagnose
from ppocr_lr.logs.causes.explanation import Diagnosis
from ppocr_lr.logs.causes.steps import offset
from ppocr_lr.logs.compare import compare_log
from ppocr_lr.logs.report import text_lines as comparison_lines
from ppocr_lr.logs.report import verdict
from ppocr_lr.logs.train_log import read_log
from ppocr_lr.numbers_text import amount, count_text
from ppocr_lr.resume.checkpoint import read_checkpoint
from ppocr_lr.resume.forecast import Resume
from ppocr_lr.resume.remarks import remarks
from ppocr_lr.resume.report import text_lines as resume_lines
from ppocr_lr.trainer.command import TrainerCommand, launched
from ppocr_lr.training.resumed import is_bare_number
from ppocr_lr.training_config.plan import PlannedRun, plan_config
from ppocr_lr.training_config.sections import Loader, read, resumed_from

if TYPE_CHECKING:
    from paddle.optimizer.lr import LRScheduler

STOPS_THIS_TRAINER = ("LR509",)
"""A note to those who train in a loop of their own."""
_LENGTH_UNKNOWN = "LR201"

Tell = Callable[[Iterable[str]], None]


@dataclass
class Session:
    """The run of a command. `tell` shows lines to the user, and nothing in the other processes."""

    command: TrainerCommand
    tell: Tell
    config: Mapping[str, Any] = field(default_factory=dict)
    """The command's config, its overrides applied; empty where it cannot be read."""
    planned: PlannedRun | None = None
    """What was planned before the trainer started, with an assumed length of the epoch if it was not known."""
    trained: PlannedRun | None = None
    """The plan with the exact length of an epoch, once the trainer has asked for its schedule."""
    ahead: int = 0
    """Updates by which a resumed schedule is ahead of the epochs; below 0 after a checkpoint from within an epoch."""
    log_begin: int = 0
    """The size of the log before the trainer started, which appends to it."""

    def plan(self, check: bool = True) -> bool:
        """Plan the run from the command's config, and print the plan as far as it is known.

        Args:
            check: print the findings too, and refuse what cannot be planned.

        Returns:
            False if an error was found that stops the run now or later.

        Raises:
            LRConfigError: as `check_file`.
        """
        if self.command.config is None:
            self.tell([tr("no plan: the command names no config with -c")])
            return True
        try:
            report = self._check(self.command.config)
            if report.planned is not None:
                _check_curve(report.planned)
        except LRConfigError as error:
            if check:
                raise error.within(self.command.config) from None
            self.tell([tr("no plan: {error}", error=error)])
            return True
        found = list(report.findings)
        self.planned = report.planned
        if self.planned is not None:
            self.config = self.planned.config
            if self.planned.length.known:
                self.tell(plan_lines(self.planned))
                found += self._resume(self.planned)
        if (log := self._log()) and log.is_file():
            self.log_begin = log.stat().st_size
        if check:
            self.tell(text_lines([report]))
        return not check or all(finding.severity < Severity.ERROR for finding in found)

    def _check(self, config: str) -> Report:
        """The findings, without those about PaddleOCR's own builder alone."""
        report = check_file(config, self.command.overrides, launched()._replace(trainer="ppocr-lr"))
        return report._replace(findings=tuple(map(_in_this_trainer, report.findings)))

    def build_lr_scheduler(
        self, lr_config: Mapping[str, Any], epochs: int, step_each_epoch: int
    ) -> LRScheduler | float:
        """What PaddleOCR's trainer gets for its section: the schedule of the plan, with what its loader has counted.

        Where PaddleOCR gives the optimizer a bare number, so does this: checkpoints of either fit the other.

        Raises:
            LRConfigError: the section cannot be used with that length.
        """
        self.trained = trained = self._plan_exactly(lr_config, epochs, step_each_epoch)
        if self.planned is None or not self.planned.length.known or self._news(trained, lr_config):
            self.tell(plan_lines(trained))
            self._resume(trained)
        if is_bare_number(trained.schedule):
            return trained.schedule(0)
        from ppocr_lr.training.paddle_scheduler import to_paddle  # imports Paddle, which the trainer has done

        return to_paddle(trained.schedule, trained.parsed.config.done_iters)

    def _plan_exactly(self, lr_config: Mapping[str, Any], epochs: int, iters_per_epoch: int) -> PlannedRun:
        optimizer = {**(self.config.get("Optimizer") or {}), "lr": dict(lr_config)}
        source = self.command.config or self.command.script
        counted = tr("as the data loader counts")
        flags = launched()._replace(epochs=epochs, iters_per_epoch=iters_per_epoch, iters_from=counted)
        with errors_within(source):
            planned = plan_config({**self.config, "Optimizer": optimizer}, source, flags)
            _check_curve(planned)
        return planned

    def _news(self, trained: PlannedRun, lr_config: Mapping[str, Any]) -> bool:
        """Report how the trainer's run differs from the planned one, and why; False if it does not differ."""
        assert self.planned is not None
        news = []
        if self.planned.built_for != trained.built_for:
            length = _other_length(self.planned, trained)
            news.append(tr("the run is not as planned: {length}", length=length))
        if self.planned.parsed.config != trained.parsed.config:
            section = shown(dict(lr_config))
            news.append(printable(tr("the trainer has changed Optimizer.lr: {section}", section=section)))
        self.tell(news)
        return bool(news)

    def _resume(self, planned: PlannedRun) -> list[Finding]:
        """Report what becomes of the checkpoint that the config names; the findings about it."""
        _, checkpoint = resumed_from(self.config)
        if not checkpoint or not isinstance(checkpoint, str):
            return []
        try:
            # Beside the plan there is no curve of PaddleOCR's own: its builder is not there.
            resume = Resume(replace(planned, paddleocr_schedule=None), read_checkpoint(checkpoint), ours=True)
        except LRConfigError as error:  # PaddleOCR will say what it makes of it
            self.tell([tr("what a resume does cannot be predicted: {error}", error=error)])
            return []
        self.ahead = resume.update - (resume.checkpoint.epoch or 0) * planned.run.iters_per_epoch
        self.tell(resume_lines(resume))
        return remarks(resume)

    def _log(self) -> Path | None:
        """Where PaddleOCR writes the log."""
        folder = (self.config.get("Global") or {}).get("save_model_dir")
        return Path(folder, "train.log") if isinstance(folder, str) else None

    def end(self) -> None:
        """Compare what the trainer has logged with the plan, and report the outcome.

        Raises:
            LRConfigError: the log has no rate of this run.
        """
        if self.trained is None:
            told = later("{script} asked for no schedule, so whatever it trained used none of this plan")
            self.tell([labelled(tr("warning"), tr(told, script=printable(self.command.script)))])
        elif (path := self._log()) and path.is_file():
            log = read_log(path, self.log_begin)
            comparison = compare_log(self.trained, log)
            if comparison.as_planned:
                self.tell([printable(labelled(log.source, verdict(comparison)))])
            else:
                self.tell(comparison_lines(comparison, list(map(self._as_foretold, diagnose(comparison)))))

    def _as_foretold(self, found: Diagnosis) -> Diagnosis:
        """Where the checkpoint's place explains the lines, nothing else that would do so is told."""
        known = tuple(each for each in found.explanations if each.causes == (offset(self.ahead),))
        return replace(found, explanations=known or found.explanations)


def _in_this_trainer(finding: Finding) -> Finding:
    """A finding, as it is where PaddleOCR's trainer starts next."""
    if finding.code in STOPS_THIS_TRAINER:
        return finding._replace(severity=Severity.ERROR)
    if finding.code == _LENGTH_UNKNOWN:
        return finding._replace(hint=tr("the plan is made once the trainer has read its data"))
    return finding


def _check_curve(planned: PlannedRun) -> None:
    if planned.parsed.curve is None:
        told = later("PaddleOCR's trainer steps a schedule without a metric, on which {name} depends")
        raise LRConfigError(Problem((*SECTION_PATH, "name"), tr(told, name=planned.name)))


def _other_length(before: PlannedRun, trained: PlannedRun) -> str:
    """How the planned length came about, and what that says of the data."""
    if before.built_for.epochs != trained.built_for.epochs:
        epochs = amount(trained.built_for.epochs, "epoch")
        planned = count_text(before.built_for.epochs)
        return tr("{epochs} instead of the planned {planned}", epochs=epochs, planned=planned)
    iters = trained.built_for.iters_per_epoch
    told = tr(
        "the data loader has {iters} in an epoch instead of the planned {planned}: {arithmetic}",
        iters=amount(iters, "iteration"),
        planned=count_text(before.built_for.iters_per_epoch),
        arithmetic=before.length.arithmetic,
    )
    if before.length.samples is None:
        return told
    cards, batch = before.flags.gpus, before.batch_per_card
    drop_last = read(Loader, before.config["Train"].get("loader"), ("Train", "loader"), "drop_last").drop_last
    last = cards * ((iters + drop_last) * batch - drop_last)
    first = last - cards * batch + 1
    samples = tr("; so its data set has {first} to {last} samples", first=count_text(first), last=count_text(last))
    return told + samples
