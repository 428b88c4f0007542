"""A forecast of what happens when PaddleOCR resumes a checkpoint with a config.

PaddleOCR loads the optimizer's state, with the scheduler's in it, and continues with the epoch after the one in
`.states`. What its schedulers do with a loaded state was measured on Paddle's classes; the tests repeat that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from statistics import median

from ppocr_lr.bounds import MAX_COUNT
from ppocr_lr.errors import LRConfigError
from ppocr_lr.finding import Proposal
from ppocr_lr.language import tr
from ppocr_lr.lr_config import Run, parse_lr_config
from ppocr_lr.lr_config.registry import IN_PADDLEOCR
from ppocr_lr.numbers_text import amount
from ppocr_lr.resume.checkpoint import Checkpoint, read_checkpoint
from ppocr_lr.resume.optimizers import lacking
from ppocr_lr.schedules import Schedule
from ppocr_lr.training.resumed import ResumedByPaddle, is_bare_number, resumed_by_paddle, wraps_a_scheduler
from ppocr_lr.training.scheduler_state import EQUAL, WRAPPED_KEY, relative_jump
from ppocr_lr.training_config.plan import PlannedRun, plan_config
from ppocr_lr.training_config.sections import resumed_from

_DEAD = 1e-3  # of the peak: nothing is learnt below
_SAMPLES = 101  # updates that are examined

_NEAREST = 2  # checkpoints of an epoch that are read
_MOST_EPOCHS = 1000  # lengths of the saved run that are tried


@dataclass(frozen=True)
class Resume:
    """A checkpoint, the run that is to continue from it, and what comes of it."""

    planned: PlannedRun
    checkpoint: Checkpoint
    ours: bool = False
    """PaddleOCR's trainer has this project's scheduler instead of its own."""

    def __post_init__(self) -> None:
        epoch, iters = self.checkpoint.epoch or 0, self.planned.run.iters_per_epoch
        if epoch * iters > MAX_COUNT:
            raise LRConfigError(
                tr(
                    "epoch: {epoch} is not allowed; with {iters} per epoch it must be at most {most}",
                    epoch=epoch,
                    iters=amount(iters, "iteration"),
                    most=MAX_COUNT // iters,
                )
            ).within(str(self.checkpoint.states_path))

    @property
    def schedule(self) -> Schedule:
        """The config's schedule."""
        return self.planned.schedule

    @cached_property
    def update(self) -> int:
        """The update that comes next; the one after whole epochs, where only the epoch is known."""
        state = self.checkpoint.state
        return state.update if state else (self.checkpoint.epoch or 0) * self.planned.run.iters_per_epoch

    @cached_property
    def rate_before(self) -> float | None:
        """The rate in the checkpoint; None if it holds no scheduler's state."""
        return self.checkpoint.state.rate if self.checkpoint.state else None

    @cached_property
    def rate_now(self) -> float:
        """The config's rate at `update`, with which this library continues."""
        return self.schedule(self.update)

    @property
    def checkpoint_key(self) -> str:
        """The key under which PaddleOCR finds the checkpoint."""
        return ".".join(map(str, resumed_from(self.planned.config)[0]))

    @property
    def jump(self) -> float | None:
        """From the checkpoint's rate to the config's, as a fraction."""
        return None if self.rate_before is None else relative_jump(self.rate_before, self.rate_now)

    @property
    def bare_number(self) -> bool:
        """True where PaddleOCR gives the optimizer a number instead of a scheduler."""
        return is_bare_number(self.schedule)

    @property
    def known_to_paddleocr(self) -> bool:
        """False for a schedule that PaddleOCR does not have."""
        return self.ours or self.planned.name in IN_PADDLEOCR

    @property
    def optimizer(self) -> object:
        """The config's `Optimizer.name`."""
        return self.planned.config["Optimizer"].get("name")

    @property
    def failure(self) -> str:
        """The exception with which PaddleOCR stops; empty if it continues."""
        return self.scheduler_failure or self.optimizer_failure

    @cached_property
    def optimizer_failure(self) -> str:
        """The exception with which PaddleOCR stops at the first update, as its optimizer is not the saved one."""
        missing = lacking(self.checkpoint.accumulators, self.optimizer)
        return f"AssertionError: Optimizer set error, …_{missing[0]}_0 should in state dict" if missing else ""

    @cached_property
    def scheduler_failure(self) -> str:
        """The exception with which PaddleOCR stops while it loads the scheduler's state; empty if it loads."""
        state = self.checkpoint.state
        if not self.known_to_paddleocr:
            return tr("AttributeError: it has no schedule {name}", name=self.planned.name)
        if self.bare_number:
            return ""
        if state is None:
            return "AssertionError: LR_Scheduler state must be included (Paddle 2: KeyError: 'LR_Scheduler')"
        return f"KeyError: '{WRAPPED_KEY}'" if self.warmup_added and not self.ours else ""

    @property
    def warmup_added(self) -> bool | None:
        """True if only the config has a warmup around its scheduler, False if only the saved run had one; else None."""
        state = self.checkpoint.state
        wraps = wraps_a_scheduler(self.schedule)
        return None if state is None or self.bare_number or state.wrapped == wraps else wraps

    @cached_property
    def paddleocr(self) -> Schedule | None:
        """PaddleOCR's rates from `update` on; None when it stops."""
        if self.failure:
            return None
        if self.ours or self.bare_number or self.rate_before is None:
            return self.schedule
        return resumed_by_paddle(self.schedule, self.update, self.rate_before)

    @property
    def follows_config(self) -> bool:
        """False if PaddleOCR keeps multiplying the rate of the checkpoint."""
        return not isinstance(self.paddleocr, ResumedByPaddle) or abs(self.paddleocr.factor - 1) < EQUAL

    @property
    def first_of_config(self) -> int:
        """The first update with the config's rate; a scheduler of Paddle's uses that of the checkpoint once more."""
        return self.update + (not self.bare_number and not self.ours)

    @property
    def first_epoch(self) -> int:
        """The epoch, counted from 1, that PaddleOCR starts with."""
        return (self.checkpoint.epoch or 0) + 1

    @property
    def end(self) -> int:
        """The update that the schedule has reached when PaddleOCR's last epoch ends."""
        epochs_left = max(0, self.planned.run.epochs + 1 - self.first_epoch)
        return self.update + epochs_left * self.planned.run.iters_per_epoch

    @property
    def nothing_left(self) -> bool:
        """True where PaddleOCR's last epoch is done."""
        return self.first_epoch > self.planned.run.epochs

    @property
    def stops_at(self) -> int | None:
        """The update at which PaddleOCR stops as a OneCycle has no rate past its end; None if it does not."""
        # The schedule is built for the epochs as they are written, which on Windows are longer than what runs.
        limit = self.schedule.lead().warmup_iters + self.planned.built_for.total_iters
        steps_past = self.planned.name == "OneCycle" and self.end > limit and not self.ours
        return max(limit, self.update) + 1 if steps_past else None

    def trains_on(self, rates: Schedule | None) -> bool:
        """Whether the run continues to its end with `rates`, most of them above a thousandth of the config's peak."""
        if rates is None or self.nothing_left or self.stops_at:
            return False
        last, peak = self.end - 1, self.planned.run.window.highest(self.schedule)
        steps = {self.update + (last - self.update) * part // (_SAMPLES - 1) for part in range(_SAMPLES)}
        return median(map(rates, steps)) > _DEAD * peak

    def with_proposal(self, proposal: Proposal) -> Resume | None:
        """The same checkpoint with the proposal added to the command line; None if that is refused."""
        try:
            config, flags = self.planned.with_proposal(proposal)
            return replace(self, planned=plan_config(config, self.planned.source, flags))
        except LRConfigError:
            return None

    def trained_on(self, *overrides: str) -> Resume | None:
        """The same checkpoint with these overrides too, if PaddleOCR still trains with it; None if it does not."""
        written = (f"Global.epoch_num={self.planned.run.epochs}", *overrides)  # the length may come from an argument
        found = self.with_proposal(Proposal(written, (("epochs", None),)))
        try:
            return found if found and found.trains_on(found.paddleocr) else None
        except LRConfigError:
            return None

    def after_a_whole_epoch(self) -> Resume | None:
        """The same run from the checkpoint beside this one that is nearest to it and was saved where an epoch ends."""
        epoch = self.checkpoint.epoch or 0
        after = {path: path.stem.rpartition("_")[2] for path in self.checkpoint.others("iter_epoch_*")}
        numbered = [path for path, number in after.items() if number.isdecimal()]
        nearest = sorted(numbered, key=lambda path: abs(int(after[path]) - epoch))[:_NEAREST]
        found = []
        for path in (*self.checkpoint.others("latest"), *nearest):
            try:
                other = replace(self, checkpoint=read_checkpoint(path))
            except LRConfigError:
                continue
            ends = (other.checkpoint.epoch or 0) * self.planned.run.iters_per_epoch
            if other.checkpoint.state and other.update == ends and not other.failure and not other.nothing_left:
                found.append(other)
        return min(found, key=lambda other: abs(other.first_epoch - self.first_epoch), default=None)

    @property
    def saved_iters_per_epoch(self) -> int | None:
        """Iterations in an epoch of the saved run, if it was saved after whole epochs of one length."""
        state, epoch = self.checkpoint.state, self.checkpoint.epoch
        if not state or not epoch or state.update % epoch or self.checkpoint.within_epoch:
            return None
        return state.update // epoch or None

    @property
    def left_out(self) -> int:
        """Iterations of an epoch that the schedule counts and the trainer on Windows does not run."""
        return self.planned.built_for.iters_per_epoch - self.planned.run.iters_per_epoch

    def saved_run(self) -> Run | None:
        """What a schedule of this config was built for that has the checkpoint's rate; None if no length does it."""
        if self.rate_before is None or self.warmup_added is not None:
            return None
        written = self.planned.run.epochs
        nearby = sorted(range(self.checkpoint.epoch or 1, _MOST_EPOCHS + 1), key=lambda epochs: abs(epochs - written))
        lengths = {self.saved_iters_per_epoch or 0, self.planned.run.iters_per_epoch} - {0}
        for epochs, iters_per_epoch in product((written, *nearby), sorted(lengths)):
            try:
                built_for = Run(epochs, iters_per_epoch + self.left_out)
                rate = parse_lr_config(self.planned.section, built_for).schedule(self.update)
            except LRConfigError:
                continue
            if abs(relative_jump(self.rate_before, rate)) < EQUAL:
                return built_for
        return None
