"""Continuing a run: at which update, and what is different from before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from digits.states import States
from ppocr_lr.numbers_text import amount, rate_text
from ppocr_lr.schedules import Schedule


@dataclass(frozen=True)
class Continuation:
    """Where a run continues, in updates of the new counting.

    With another number of iterations per epoch (other cards, another batch) the place in epochs is kept:
    update u of epochs of S updates goes on as ⌊u·S'/S⌋, since what a config says it says in epochs.
    """

    old: States
    cards: int
    batch_size: int
    iters_epoch: int
    total_iters: int
    optimizer: str
    schedule: Schedule

    @property
    def done_iters(self) -> int:
        """Updates done, in the new counting."""
        return self._carried(self.old.done_iters)

    @property
    def scheduler_iters(self) -> int:
        """Where the scheduler continues."""
        return self._carried(self.old.scheduler_iters)

    def _carried(self, iters: int) -> int:
        return iters * self.iters_epoch // self.old.iters_epoch

    def statement(self) -> Iterator[str]:
        """What is different from before, one line each."""
        old = self.old
        rate = self.schedule(self.scheduler_iters)
        samples = (old.cards * old.batch_size, self.cards * self.batch_size)
        if (old.cards, old.batch_size) != (self.cards, self.batch_size):
            yield (
                f"cards {old.cards} -> {self.cards}, batch per card {old.batch_size} -> {self.batch_size}: "
                f"an update has {samples[0]} -> {amount(samples[1], 'sample')}"
            )
        if samples[0] != samples[1]:
            yield f"rates are not scaled for this; ppocr-lr show --reference-batch {samples[0]} prints scaled ones"
        if old.iters_epoch != self.iters_epoch:
            epochs = old.done_iters / old.iters_epoch
            yield (
                f"iterations per epoch {old.iters_epoch} -> {self.iters_epoch}: update {old.done_iters}, "
                f"epoch {epochs:.3f}, continues as update {self.done_iters}, "
                f"epoch {self.done_iters / self.iters_epoch:.3f}"
            )
            yield (
                f"PaddleOCR would keep update {old.scheduler_iters}, which is epoch "
                f"{old.scheduler_iters / self.iters_epoch:.3f} of this schedule, "
                f"with a rate of {rate_text(self.schedule(old.scheduler_iters), 6)}"
            )
        if self.done_iters < self.total_iters and (rate != old.rate or old.iters_epoch != self.iters_epoch):
            change = f" ({rate / old.rate - 1:+.1%})" if old.rate else ""
            yield f"rate of the next update {rate_text(old.rate, 6)} -> {rate_text(rate, 6)}{change}"
        if old.optimizer != self.optimizer:
            yield f"optimizer {old.optimizer} -> {self.optimizer}: its state starts from scratch"
