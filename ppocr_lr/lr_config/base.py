"""The common part of all lr sections: frozen pydantic models in epochs, as written in YAML."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from ppocr_lr.errors import key_error
from ppocr_lr.lr_config.fields import AnyLength, LastEpoch, PositiveRate
from ppocr_lr.lr_config.remarks import Remark
from ppocr_lr.lr_config.run import Run
from ppocr_lr.schedules import LinearWarmup, Schedule


class NoEffect(NamedTuple):
    """A key that PaddleOCR takes under this name and does not use."""

    why: str
    agrees: Callable[[Any, Any, Run], bool]
    """`agrees(config, value, run)`: the value is what happens anyway, so nobody is misled."""


class LRConfig(BaseModel, ABC):
    """One validated lr section. Subclass it for a schedule without warmup, else `WarmupConfig`."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    no_effect: ClassVar[Mapping[str, NoEffect]] = {}
    takes_strings: ClassVar[frozenset[str]] = frozenset()
    """Keys under which PaddleOCR itself takes a number that YAML reads as a string."""

    @abstractmethod
    def to_schedule(self, run: Run) -> Schedule:
        """The schedule of a run, in iterations.

        Raises:
            LRConfigError: the section does not fit this run.
        """

    def remarks(self, run: Run) -> list[Remark]:
        """What to say about values that can be used, but surprise."""
        return []

    @property
    def done_iters(self) -> int:
        """How many updates are done before the scheduler starts; 0 for a fresh run."""
        return 0

    def error(self, key: str, allowed: str) -> Exception:
        """The error for one of this section's keys, with its value."""
        return key_error(key, getattr(self, key), allowed)


class ResumableConfig(LRConfig):
    """A section that takes `last_epoch`: the number of the last update done before."""

    last_epoch: LastEpoch = Field(
        default=-1,
        description="number of the last optimizer update done before (iterations); training goes on with the next one",
    )

    @property
    def done_iters(self) -> int:
        """`last_epoch + 1`: the update that the scheduler starts with."""
        return self.last_epoch + 1


class WarmupConfig(ResumableConfig):
    """A section whose schedule may have a linear warmup from 0 before it."""

    warmup_epoch: AnyLength = Field(
        default=0.0, description="length of the linear warmup from 0 (epochs, may be a fraction)"
    )

    @property
    @abstractmethod
    def peak(self) -> float:
        """The rate at the end of the warmup."""

    @abstractmethod
    def decay(self, run: Run) -> Schedule:
        """The schedule behind the warmup, counted from its end."""

    def warmup_iters(self, run: Run) -> int:
        """Length of the warmup in iterations; 0 where it rounds to nothing."""
        return run.iters(max(0.0, self.warmup_epoch))

    def to_schedule(self, run: Run) -> Schedule:
        """`decay`, with the warmup before it if that lasts at least one iteration."""
        decay = self.decay(run)
        iters = self.warmup_iters(run)
        return LinearWarmup(decay, iters, self.peak) if iters else decay

    def remarks(self, run: Run) -> list[Remark]:
        """A negative warmup is accepted by PaddleOCR and means none."""
        if self.warmup_epoch < 0:
            return [Remark("LR305", "warmup_epoch", f"{self.warmup_epoch:g} is negative, so there is no warmup")]
        return []


class PeakConfig(WarmupConfig):
    """A section whose peak is called `learning_rate`."""

    learning_rate: PositiveRate = Field(description="the rate at the end of the warmup, the peak")

    @property
    def peak(self) -> float:
        """`learning_rate`."""
        return self.learning_rate
