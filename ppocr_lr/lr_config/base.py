"""The common part of all lr sections: frozen pydantic models in epochs, as written in YAML."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from ppocr_lr.errors import LRConfigError, Problem, shown, value_error
from ppocr_lr.finding import Finding
from ppocr_lr.lr_config.fields import (
    ITERATIONS,
    AnyLength,
    LastEpoch,
    LengthOrNone,
    NoIters,
    Ours,
    PositiveLength,
    PositiveRate,
    Rate,
    Share,
    Switch,
    choice,
)
from ppocr_lr.lr_config.length import Length, as_written
from ppocr_lr.lr_config.run import Run
from ppocr_lr.schedules import (
    Constant,
    Cosine,
    Exponential,
    Flat,
    HeldAfter,
    Power,
    Schedule,
    Sequence,
    Shape,
    Warmup,
)

ETA_MIN: Mapping[str, str] = {"eta_min": "end_lr"}
"""What PyTorch, Paddle and SGDR call the rate at the end of a cosine."""

_WARMUPS: Mapping[str, Shape] = {
    "linear": Power(),
    "constant": Flat(),
    "cosine": Cosine(),
    "exponential": Exponential(),
}


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
    also_called: ClassVar[Mapping[str, str]] = {}
    """Second spellings: `{"eta_min": "end_lr"}` lets a section write `eta_min` for `end_lr`."""
    nearest_in_paddleocr: ClassVar[str] = ""
    """For a name that PaddleOCR does not know: what comes nearest there."""
    end_key: ClassVar[str] = "name"
    """The key that decides where the decay ends; empty where the run does."""
    cycle_key: ClassVar[str] = ""
    """The key that says in epochs how long each cycle is; empty without one."""

    @abstractmethod
    def to_schedule(self, run: Run) -> Schedule:
        """The schedule of a run, in iterations.

        Raises:
            LRConfigError: the section does not fit this run.
        """

    def beginning(self, run: Run) -> Schedule:
        """The schedule as far as it is known before the training; all of it, unless a metric decides."""
        return self.to_schedule(run)

    def remarks(self, run: Run) -> list[Finding]:
        """What to say about values that can be used, but surprise."""
        return []

    @property
    def warmup_key(self) -> str:
        """The key that says how long the warmup is; empty for a name without one."""
        return ""

    @property
    def marks(self) -> tuple[str, tuple[float, ...]]:
        """The key that lists where the rate drops, and the epochs at which it does; empty without such a list."""
        return "", ()

    def seams(self, run: Run) -> tuple[int, ...]:
        """The updates at which another section inside this one takes over."""
        return ()

    @property
    def counts_iterations(self) -> bool:
        """True where a length, here or in a section inside, is one of iterations, so that it fits some epochs alone."""
        return any(_is_in_iterations(getattr(self, key), field) for key, field in type(self).model_fields.items())

    @property
    def done_iters(self) -> int:
        """How many updates are done before the scheduler starts; 0 for a fresh run."""
        return 0

    def last_epoch_in_paddleocr(self, run: Run) -> str:
        """What goes wrong in PaddleOCR when its scheduler starts at `last_epoch`; empty where nothing does."""
        return ""

    def some_iters(self, key: str, run: Run) -> int:
        """The length under `key` in iterations, at least one."""
        iters = run.iters(getattr(self, key))
        if not iters:
            raise self.error(key, run.too_short)
        return iters

    @classmethod
    def ours(cls, key: str) -> Ours | None:
        """The mark of a key that PaddleOCR swallows; None for any other."""
        field = cls.model_fields.get(key)
        return next((mark for mark in field.metadata if isinstance(mark, Ours)), None) if field else None

    def error(self, key: str, allowed: str) -> LRConfigError:
        """The error for one of this section's keys, with its value, or that there is none."""
        value = getattr(self, key)
        if value is None and key not in self.model_fields_set:
            return LRConfigError(Problem((key,), f"is missing: it must be {allowed}"))
        return value_error((key,), as_written(value), allowed)


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


class LeadConfig(LRConfig):
    """A section with a peak, and what may come before the decay: a warmup, and a while at the peak."""

    recursive_in_paddle: ClassVar[bool] = False
    """Paddle makes each rate of this decay from the one before."""

    warmup_mode: Annotated[
        Literal["linear", "constant", "cosine", "exponential"],
        choice("linear", "constant", "cosine", "exponential"),
        Ours("the warmup of PaddleOCR is always linear"),
    ] = Field(default="linear", description="shape of the warmup")

    @property
    @abstractmethod
    def peak(self) -> float:
        """The rate at the end of the warmup."""

    @abstractmethod
    def decay(self, run: Run) -> Schedule:
        """The schedule behind warmup and hold, counted from its own beginning; over the run it lasts `decay_iters`."""

    @abstractmethod
    def warmup_length(self, run: Run) -> int:
        """Length of the warmup in iterations; 0 where it rounds to nothing."""

    @property
    @abstractmethod
    def warmup_start(self) -> float:
        """The rate of the first update of the warmup."""

    @property
    @abstractmethod
    def warmup_key(self) -> str:
        """The key that says how long the warmup is."""

    def hold_length(self, run: Run) -> int:
        """How many iterations the rate stays at the peak after the warmup."""
        return 0

    def behind(self, run: Run, lead_iters: int) -> Schedule:
        """What comes after `lead_iters` updates of warmup and hold."""
        return self.decay(run)

    def to_schedule(self, run: Run) -> Schedule:
        """Warmup, hold and decay, each if it lasts at least one iteration."""
        warmup_iters, hold_iters = self.warmup_length(run), self.hold_length(run)
        schedule = self.behind(run, warmup_iters + hold_iters)
        if hold_iters:
            schedule = Sequence(((Constant(self.peak), hold_iters),), schedule)
        return self._warmed_up(schedule, warmup_iters) if warmup_iters else schedule

    def last_epoch_in_paddleocr(self, run: Run) -> str:
        """Without a warmup around it, Paddle multiplies a cosine on from the base rate."""
        wrong = self.recursive_in_paddle and not self.warmup_length(run)
        return "PaddleOCR starts a cosine without warmup from a wrong rate" if wrong else ""

    def remarks(self, run: Run) -> list[Finding]:
        """What shapes a warmup counts only where there is one."""
        shaping = {"warmup_mode", "warmup_start_lr", "warmup_start_factor"} & self.model_fields_set
        idle = [key for key in sorted(shaping) if getattr(self, key) not in (None, 0, "linear")]
        if not idle or self.warmup_length(run):
            return []
        why = "has no effect: there is no warmup"
        return [Finding("LR104", (key,), f"{shown(getattr(self, key))} {why}") for key in idle]

    def check_end(self, key: str) -> None:
        """The rate at the end of a decay must not be above its beginning."""
        if getattr(self, key) > self.peak:
            raise self.error(key, f"at most the peak, {self.peak:g}")

    def _warmed_up(self, schedule: Schedule, iters: int) -> Schedule:
        start = self.warmup_start
        if self.warmup_mode in ("constant", "exponential") and not start:
            raise self.error("warmup_mode", "linear or cosine where the warmup starts at 0; give warmup_start_lr")
        return Warmup(schedule, iters, self.peak, start, _WARMUPS[self.warmup_mode])


class AnyWarmupConfig(LeadConfig):
    """The keys of a warmup that PaddleOCR does not have."""

    warmup_iters: Annotated[NoIters, Ours("warmup_epoch, iterations / iterations per epoch")] = Field(
        default=0, description="length of the warmup (iterations), instead of warmup_epoch"
    )
    warmup_ratio: Annotated[Share, Ours("warmup_epoch, the share times Global.epoch_num")] = Field(
        default=0.0, description="length of the warmup as a share of the run's iterations (0 to 1)"
    )
    warmup_start_lr: Annotated[Rate | None, Ours("LinearWarmupCosine has start_lr")] = Field(
        default=None, description="the rate of the first update of the warmup; 0 where nothing is said"
    )
    warmup_start_factor: Annotated[Share | None, Ours("LinearWarmupCosine has start_lr")] = Field(
        default=None, description="the first rate of the warmup as a share of the peak (0 to 1)"
    )

    def warmup_length(self, run: Run) -> int:
        """The one length that is given."""
        self._only_one(*self._warmup_keys())
        return self.warmup_iters or run.iters(Length(100 * self.warmup_ratio, "%"))

    @property
    def warmup_key(self) -> str:
        """The one that is written, else the first that could be."""
        keys = self._warmup_keys()
        return next((key for key in keys if getattr(self, key)), keys[0])

    @property
    def warmup_start(self) -> float:
        """`warmup_start_lr`, or `warmup_start_factor` of the peak; below the peak."""
        self._only_one("warmup_start_lr", "warmup_start_factor")
        start = self.warmup_start_lr or self.peak * (self.warmup_start_factor or 0.0)
        if start >= self.peak:
            key = "warmup_start_lr" if self.warmup_start_lr else "warmup_start_factor"
            allowed = f"below the peak, {self.peak:g}" if self.warmup_start_lr else "below 1"
            raise self.error(key, f"{allowed}: the warmup goes up to the peak")
        return start

    def _warmup_keys(self) -> list[str]:
        return [key for key in ("warmup_epoch", "warmup_iters", "warmup_ratio") if key in type(self).model_fields]

    def _only_one(self, *keys: str) -> None:
        given = [f"{key}: {shown(as_written(getattr(self, key)))}" for key in keys if getattr(self, key)]
        if len(given) > 1:
            raise LRConfigError(f"{' and '.join(given)} say the same in two ways; write one of them")


class WarmupConfig(ResumableConfig, AnyWarmupConfig):
    """A section whose schedule may have a warmup before it."""

    warmup_epoch: AnyLength = Field(
        default=Length(0),
        description="length of the warmup, from 0 unless it says otherwise (epochs, may be a fraction)",
    )

    def warmup_length(self, run: Run) -> int:
        """`warmup_epoch`, or the one other length that is given."""
        return super().warmup_length(run) or run.iters(self.warmup_epoch)

    def remarks(self, run: Run) -> list[Finding]:
        """A negative warmup is accepted by PaddleOCR and means none."""
        remarks = super().remarks(run)
        if self.warmup_epoch.amount < 0:
            said = f"{self.warmup_epoch} is negative, so there is no warmup"
            remarks.append(Finding("LR305", ("warmup_epoch",), said))
        return remarks


class PeakConfig(WarmupConfig):
    """A section whose peak is called `learning_rate`."""

    learning_rate: PositiveRate = Field(description="the rate at the end of the warmup, the peak")

    @property
    def peak(self) -> float:
        """`learning_rate`."""
        return self.learning_rate


class HoldConfig(LeadConfig):
    """The key that keeps the rate at its peak for a while before it decays."""

    hold_epochs: Annotated[LengthOrNone, Ours("Piecewise holds its first value until the first boundary")] = Field(
        default=Length(0), description="how long the rate stays at the peak after the warmup (epochs)"
    )

    def hold_length(self, run: Run) -> int:
        """`hold_epochs`."""
        return run.iters(self.hold_epochs)


class DecayConfig(PeakConfig, HoldConfig):
    """Warmup to `learning_rate`, perhaps a while there, then the decay."""


class WithinRun(LeadConfig):
    """The key that lets warmup and hold count against what follows."""

    decay_within_run: Annotated[Switch, Ours("a shorter warmup, or Piecewise, whose last value is reached")] = Field(
        default=False, description="the decay ends with the run: what is before it counts against it"
    )

    def behind(self, run: Run, lead_iters: int) -> Schedule:
        """The decay, shortened if that is asked for."""
        return self.decay(run.within(lead_iters) if self.decay_within_run else run)


class OverTheRun(WithinRun):
    """A section whose decay lasts the whole run, or what is left of it."""

    end_key: ClassVar[str] = ""

    cooldown_epochs: Annotated[LengthOrNone, Ours("Piecewise, whose last value holds")] = Field(
        default=Length(0),
        description="how long the rate stays at its last value; the decay ends so long before the run (epochs)",
    )

    def behind(self, run: Run, lead_iters: int) -> Schedule:
        """The decay over what is left of the run, and the cooldown."""
        tail_iters = run.iters(self.cooldown_epochs)
        if not (self.decay_within_run or tail_iters):
            return self.decay(run)
        rest = run.within(lead_iters, tail_iters)
        if rest.decay_iters < 1:
            taken = f"{lead_iters} iterations of warmup and hold and {tail_iters} of cooldown"
            key, allowed = ("cooldown_epochs", "shorter") if tail_iters else ("decay_within_run", "false")
            raise self.error(key, f"{allowed}: {taken} leave nothing of the run's {run.total_iters}")
        decay = self.decay(rest)
        return HeldAfter(decay, rest.decay_iters) if tail_iters else decay


class UnitOfTime(LeadConfig):
    """A decay for ever, which falls by so much in each unit of time."""

    end_key: ClassVar[str] = "gamma"

    step_size: PositiveLength = Field(default=Length(1), description="the unit of time (epochs)")

    def unit_iters(self, run: Run) -> int:
        """`step_size` in iterations, at least 1."""
        return self.some_iters("step_size", run)


def _is_in_iterations(value: Any, field: FieldInfo) -> bool:
    if isinstance(value, tuple):
        return any(_is_in_iterations(item, field) for item in value)
    return value.unit == "it" if isinstance(value, Length) else bool(value) and ITERATIONS in field.metadata
