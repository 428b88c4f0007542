"""One training run of PaddleOCR's, from its command to the end: its plan, its schedule, what is said about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ppocr_lr.check.report import Report, check_file
from ppocr_lr.curve.summary import plan_lines
from ppocr_lr.errors import LRConfigError, printable, shown
from ppocr_lr.numbers_text import amount, count_text
from ppocr_lr.trainer.command import TrainerCommand, launched
from ppocr_lr.training.resumed import is_bare_number
from ppocr_lr.training_config.plan import PlannedRun, plan_config
from ppocr_lr.training_config.sections import Loader, read

if TYPE_CHECKING:
    from paddle.optimizer.lr import LRScheduler

OF_PADDLEOCRS_BUILDER = ("LR501", "LR502", "LR503", "LR504", "LR505", "LR506")
"""Findings about what PaddleOCR's own builder does with a section, which is not the one that trains here."""

Tell = Callable[[Iterable[str]], None]


@dataclass
class Session:
    """The run of a command. `tell` shows lines to the user, and none in processes that train along."""

    command: TrainerCommand
    tell: Tell
    planned: PlannedRun | None = None
    """What was planned before the trainer started; None where that could not be."""
    trained: PlannedRun | None = None
    """The plan with the exact length of an epoch, once the trainer has asked for its schedule."""
    config: Mapping[str, Any] = field(default_factory=dict)

    def plan(self) -> Report:
        """Plan the run from the command's config, and tell the plan as far as it is known.

        Raises:
            LRConfigError: as `check_file`.
        """
        assert self.command.config is not None
        report = check_file(self.command.config, self.command.overrides, launched(), ignore=OF_PADDLEOCRS_BUILDER)
        self.planned = report.planned
        if self.planned is not None:
            _ = self.planned.schedule  # refuses one without a curve
            self.config = self.planned.config
            if self.planned.length.known:
                self.tell(plan_lines(self.planned))
        return report

    def build_lr_scheduler(
        self, lr_config: Mapping[str, Any], epochs: int, step_each_epoch: int
    ) -> LRScheduler | float:
        """What PaddleOCR's trainer gets for its section: the schedule of the plan, with what its loader has counted.

        Where PaddleOCR gives the optimizer a bare number, so does this, that a checkpoint of either fits the other.

        Raises:
            LRConfigError: the section cannot be used with that length.
        """
        trained = self._plan_exactly(lr_config, epochs, step_each_epoch)
        self.tell(self._news(trained, lr_config))
        self.trained = trained
        if is_bare_number(trained.schedule):
            return trained.schedule(0)
        from ppocr_lr.training.paddle_scheduler import to_paddle  # imports Paddle, which the trainer has done

        return to_paddle(trained.schedule, trained.parsed.config.done_iters)

    def _plan_exactly(self, lr_config: Mapping[str, Any], epochs: int, iters_per_epoch: int) -> PlannedRun:
        optimizer = {**(self.config.get("Optimizer") or {}), "lr": dict(lr_config)}
        source = self.command.config or self.command.script
        flags = replace(launched(), epochs=epochs, iters_per_epoch=iters_per_epoch)
        try:
            planned = plan_config({**self.config, "Optimizer": optimizer}, source, flags)
            _ = planned.schedule
        except LRConfigError as error:
            raise error.within(source) from None
        arithmetic = f"{amount(iters_per_epoch, 'iteration')} per epoch, as the data loader counts"
        return replace(planned, length=replace(planned.length, arithmetic=arithmetic))

    def _news(self, trained: PlannedRun, lr_config: Mapping[str, Any]) -> Iterator[str]:
        """The plan again, where the trainer's run is another than the planned one, and why it is."""
        before = self.planned
        if before is not None and before.length.known:
            other_length = before.built_for != trained.built_for
            other_section = before.parsed.config != trained.parsed.config
            if not other_length and not other_section:
                return
            if other_length:
                yield f"the run is not as planned: {_other_length(before, trained)}"
            if other_section:
                yield printable(f"the trainer has changed Optimizer.lr: {shown(dict(lr_config))}")
        yield from plan_lines(trained)


def _other_length(before: PlannedRun, trained: PlannedRun) -> str:
    """How the planned length came about, and what that says of the data."""
    if before.built_for.epochs != trained.built_for.epochs:
        return f"{amount(trained.built_for.epochs, 'epoch')}, planned were {count_text(before.built_for.epochs)}"
    iters = trained.built_for.iters_per_epoch
    told = (
        f"the data loader has {amount(iters, 'iteration')} in an epoch, planned were "
        f"{count_text(before.built_for.iters_per_epoch)}: {before.length.arithmetic}"
    )
    if before.length.samples is None:
        return told
    cards, batch = before.flags.gpus, before.batch_per_card()
    drop_last = read(Loader, before.config["Train"].get("loader"), ("Train", "loader"), "drop_last").drop_last
    last = cards * ((iters + drop_last) * batch - drop_last)
    first = last - cards * batch + 1
    return f"{told}; so its data set has {count_text(first)} to {count_text(last)} samples"
