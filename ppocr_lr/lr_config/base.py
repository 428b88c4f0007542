"""The common part of all lr sections: frozen pydantic models in epochs, as written in YAML."""

# No `from __future__ import annotations`, here or in the models: pydantic would compile each annotation for each heir.

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo

from ppocr_lr import schedules
from ppocr_lr.errors import LRConfigError, Path, Problem, errors_under, shown, value_error
from ppocr_lr.finding import Finding, Proposal, taken_out
from ppocr_lr.language import tr
from ppocr_lr.lr_config import envelope
from ppocr_lr.lr_config.around_curve import warmed_up, whole_schedule
from ppocr_lr.lr_config.envelope import LAST_EPOCH, TANGENT, WARMUP_MODE, Keys
from ppocr_lr.lr_config.kinds import DECAY_SHAPES, ITERATIONS, LARGEST_RATE, Ours
from ppocr_lr.lr_config.length import Length, as_written, items
from ppocr_lr.lr_config.run import Run, Window
from ppocr_lr.numbers_text import rate_text
from ppocr_lr.schedules import Schedule, Shape

if TYPE_CHECKING:
    from ppocr_lr.lr_config.parse import Section

_NOT_INSIDE = ("LR102", "LR502")  # what PaddleOCR stops at; it never gets to a section inside this project's names


class NoEffect(NamedTuple):
    """A key that PaddleOCR takes under this name and does not use."""

    why: str
    agrees: Callable[[Any, Any, Run], bool] = lambda config, value, run: value == 0
    """`agrees(config, value, run)`: the value is what happens anyway, so nobody is misled."""


def is_peak(config: Any, value: Any, run: Run) -> bool:
    """For a key whose value would be the peak: it is that anyway."""
    return value is None or bool(value == config.peak)


class InIterations(NamedTuple):
    """A value that is, or holds, a length in iterations."""

    value: Any
    lengths: list[int]


class LedPlateau(NamedTuple):
    """A schedule up to the update from which a metric of the training decides, and the section that says how."""

    before: Schedule
    iters: int
    plateau: "LRConfig"


class LRConfig(BaseModel, ABC):
    """One validated lr section: the keys of a name, and the curve that they make.

    A subclass shows the keys of its own. `takes` says which keys around the curve come with them when it is
    registered: `takes = WARMUP | HOLD | OVER_THE_RUN`. What is planned for a window raises `LRConfigError` where the
    section does not fit it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    takes: ClassVar[Keys] = LAST_EPOCH
    no_effect: ClassVar[Mapping[str, NoEffect]] = {}
    takes_strings: ClassVar[frozenset[str]] = frozenset()
    """Keys under which PaddleOCR itself takes a number that YAML reads as a string."""
    also_called: ClassVar[Mapping[str, str]] = {}
    """Second spellings: `{"eta_min": "end_lr"}` lets a section write `eta_min` for `end_lr`."""
    nearest_in_paddleocr: ClassVar[str] = ""
    """For a name that PaddleOCR does not know: what comes nearest there."""
    example: ClassVar[Mapping[str, Any]] = {"learning_rate": 0.001}
    """A section to begin with, for a run of any length; it has the keys that give the curve its shape."""
    tries_rates: ClassVar[bool] = False
    """True where the purpose is to try rates too low and too high: the result is their losses, not what is trained."""
    recursive_in_paddle: ClassVar[bool] = False
    """Paddle computes each rate of this decay from the one before."""
    warmup_keys: ClassVar[tuple[str, ...]] = ("warmup_epoch", "warmup_iters", "warmup_ratio")
    """The keys that may say how long the warmup is; at most one of them does."""
    fills_the_run: ClassVar[bool] = False
    """The curve is planned for what warmup and hold leave of the run, whatever the keys say."""
    cycle_key: ClassVar[str] = ""
    """The key that says in epochs how long each cycle is; empty if there is none."""

    peak_key: ClassVar[str] = "learning_rate"
    """The key that says the rate at the end of the warmup."""
    marks_key: ClassVar[str] = ""
    """The key that lists where the rate drops; empty without one."""
    stages_key: ClassVar[str] = ""
    """The key that lists the stages which have the rates; empty for a name with rates of its own."""

    @abstractmethod
    def curve(self, window: Window) -> Schedule:
        """The schedule after warmup and hold, counted from its own start.

        A decay over the run lasts `window.decay_iters`; `window.iters(length)` converts a length to iterations.
        """

    def around(self, key: str) -> Any:
        """The value of a key around the curve; its default for a name that does not take the key."""
        return getattr(self, key, envelope.ALL[key][1].default)

    @property
    def has_curve(self) -> bool:
        """False where a metric of the training decides the rate, which begins at `peak`."""
        return True

    def led_plateau(self, window: Window, after: Schedule | None = None) -> LedPlateau:
        """The warmup before the plateau, for a section without a curve, followed by `after` or by the peak."""
        iters = self.warmup_length(window)
        return LedPlateau(warmed_up(self, after or schedules.Constant(self.peak), iters), iters, self)

    def to_schedule(self, window: Window) -> Schedule:
        """The schedule of a run, or of a stage of one: the curve, with what the keys of `takes` put around it."""
        return whole_schedule(self, window)

    @property
    def peak(self) -> float:
        """The rate under `peak_key`, for a name that has it."""
        return float(getattr(self, self.peak_key))

    def highest_rate(self, window: Window) -> float:
        """The highest rate of a run: the peak, as it is written, or that of the curve if no key states it."""
        if self.has_key("warmup_mode") or not self.has_curve:
            return self.peak
        return window.highest(self.to_schedule(window))

    @property
    def warmup_key(self) -> str:
        """The key that says how long the warmup is, or else the first that could; empty for a name without a warmup."""
        keys = self._own(self.warmup_keys)
        return next((key for key in keys if getattr(self, key)), keys[0] if keys else "")

    def warmup_length(self, window: Window) -> int:
        """Length of the warmup in iterations; 0 if it rounds to nothing."""
        if not self.has_key("warmup_mode"):
            return 0
        self._only_one(self.warmup_keys)
        length = getattr(self, self.warmup_key)
        return window.iters(Length.of_share(length) if isinstance(length, float) else length)

    def lead_length(self, window: Window) -> int:
        """How many updates warmup and hold take before the decay; one that overlaps takes none."""
        return window.iters(self.around("hold_epochs")) + (0 if self.overlaps else self.warmup_length(window))

    @property
    def warmup_start(self) -> float:
        """The rate of the first update of the warmup, below the peak."""
        self._only_one(("warmup_start_lr", "warmup_start_factor"))
        given = self.around("warmup_start_lr")
        start: float = given or self.peak * (self.around("warmup_start_factor") or 0.0)
        if start >= self.peak:
            key = "warmup_start_lr" if given else "warmup_start_factor"
            allowed = tr("below the peak, {peak}", peak=f"{self.peak:g}") if given else tr("below 1")
            raise self.error(key, tr("{allowed}: the warmup goes up to the peak", allowed=allowed))
        return start

    @property
    def end_key(self) -> str:
        """The key that decides where the decay ends; empty if the run does."""
        if not self.has_key("cooldown_epochs"):
            return "name"
        return "" if self.around("decay_length") is None else "decay_length"

    def bent(self, shape: Shape) -> Shape:
        """The shape as `k_decay` and `decay_power` bend it; a name may have a `k` or a `power` of its own instead."""
        k_decay = getattr(self, "k", self.around("k_decay"))
        power = getattr(self, "power", self.around("decay_power"))
        if shape == schedules.LINEAR:
            shape, power = schedules.Power(power), 1.0
        return shape if k_decay == power == 1 else schedules.Bent(shape, k_decay, power)

    def bent_by_name(self, decay_shape: str, end_key: str) -> Shape:
        """The shape of this name, bent, for a decay to the rate under `end_key`."""
        shape = DECAY_SHAPES[decay_shape]
        if decay_shape == "tanh":
            shape = self.tangent
        elif given := [key for key in TANGENT if getattr(self, key) != type(self).model_fields[key].default]:
            raise self.error(given[0], tr("left out unless decay_shape is tanh"))
        if shape.above_0 and not getattr(self, end_key):
            raise self.error(end_key, tr("above 0 with an exponential decay, which never reaches 0"))
        if shape.above_0 and self.around("decay_power") != 1:
            raise self.error("decay_power", tr("1 with an exponential decay"))
        return self.bent(shape)

    @property
    def tangent(self) -> Shape:
        """The hyperbolic tangent between the section's `lower` and `upper`."""
        lower, upper = (getattr(self, key) for key in TANGENT)
        if upper <= lower:
            raise self.error("upper", tr("above lower, {lower}", lower=f"{lower:g}"))
        return schedules.Tanh(lower, upper)

    def limited(self, cycles: Schedule) -> Schedule:
        """As many of the cycles as the section's `cycle_limit` allows."""
        limit: int | None = getattr(self, "cycle_limit")  # noqa: B009
        return cycles if limit is None else schedules.EndedAfter(cycles, limit)

    @property
    def overlaps(self) -> bool:
        """True where hold and decay start with the warmup, not after it."""
        return bool(self.around("warmup_overlap") != "none")

    @property
    def counts_from_start(self) -> bool:
        """True where marks in time count from the first update, not from the end of the warmup."""
        return self.overlaps or bool(self.around("decay_within_run"))

    @property
    def marks(self) -> tuple[Length, ...]:
        """Where the rate drops, by the list under `marks_key`."""
        return getattr(self, self.marks_key) if self.marks_key else ()

    @property
    def _inside(self) -> Sequence[tuple[Path, "Section"]]:
        """The sections inside, each with its path."""
        return ()

    def _planned_inside(self, window: Window) -> Sequence[tuple[Path, "Section", int, Window]]:
        """The same, each with the update at which it takes over and with what it is planned for."""
        return [(path, section, 0, window) for path, section in self._inside]

    def seams(self, window: Window) -> Iterator[tuple[Path, int]]:
        """The sections inside that take over from another one, at any depth, and the updates at which they do."""
        for path, section, start, part in self._planned_inside(window):
            if start:
                yield path, start
            for deeper, update in section.config.seams(part):
                yield (*path, *deeper), start + update

    def remarks(self, window: Window) -> Iterator[Finding]:
        """Findings about values that can be used, but may surprise, at any depth."""
        for path, section, _, part in self._planned_inside(window):
            with errors_under(*path):
                yield from (each.under(*path) for each in section.remarks(part) if each.code not in _NOT_INSIDE)
        if not self.has_key("warmup_mode"):
            return
        fields = type(self).model_fields
        shaping = {*WARMUP_MODE, "warmup_start_lr", "warmup_start_factor"} & self.model_fields_set
        for key in sorted(shaping) if not self.warmup_length(window) else ():
            if (value := getattr(self, key)) not in (None, 0, fields[key].default):
                said = tr("{value} has no effect: there is no warmup", value=shown(value))
                yield Finding((key,), said, code="LR104", proposals=taken_out(key))
        for key in self._own(self.warmup_keys):  # PaddleOCR takes a negative one
            length = getattr(self, key)
            if (length.amount if isinstance(length, Length) else length) < 0:
                said = tr("{length} is negative, so there is no warmup", length=length)
                none = Proposal((f"{key}=0",), safe=True)
                yield Finding((key,), said, code="LR305", proposals=(none,))

    @property
    def in_iterations(self) -> dict[Path, InIterations]:
        """The keys that hold lengths in iterations, here and in sections inside; they fit some lengths of an epoch."""
        found: dict[Path, InIterations] = {}
        for key, field in type(self).model_fields.items():
            if lengths := list(_iterations(getattr(self, key), field)):
                found[key,] = InIterations(getattr(self, key), lengths)
        for path, section in self._inside:
            found |= section.in_iterations(*path)
        return found

    @property
    def done_iters(self) -> int:
        """How many updates are done before the scheduler starts, `last_epoch + 1`; 0 for a fresh run."""
        return int(self.around("last_epoch")) + 1

    def last_epoch_in_paddleocr(self, window: Window) -> str:
        """What goes wrong in PaddleOCR when its scheduler starts at `last_epoch`; empty if nothing does.

        Without a warmup around it, Paddle continues a cosine by factors from the base rate.
        """
        wrong = self.recursive_in_paddle and not self.warmup_length(window)
        return tr("PaddleOCR starts a cosine without warmup from a wrong rate") if wrong else ""

    def types_in_paddle(self, window: Window) -> Mapping[str, type]:
        """The keys whose number PaddleOCR hands on as it is written, and the one type that Paddle takes there."""
        return {}

    def some_iters(self, key: str, window: Window) -> int:
        """The length under `key` in iterations, at least one."""
        iters = window.iters(getattr(self, key))
        if not iters:
            raise self.error(key, window.too_short)
        return iters

    def grows(self, gamma: float, window: Window) -> Finding:
        """The finding about a `gamma` with which the rate grows."""
        highest = rate_text(window.highest(self.to_schedule(window)))
        said = tr("{gamma} is above 1, so the rate grows, to {highest} in the run", gamma=f"{gamma:g}", highest=highest)
        return Finding(("gamma",), said, code="LR413")

    def check_growth(self, key: str, schedule: Schedule, window: Window) -> None:
        """With the value under `key`, each rate of the run must be small enough to be one."""
        if not window.highest(schedule) < LARGEST_RATE:
            raise self.error(key, tr("smaller: the rates would be {rate} and more", rate=f"{LARGEST_RATE:g}"))

    @classmethod
    def has_key(cls, key: str) -> bool:
        """Whether sections of this name have the key, written or not."""
        return key in cls.model_fields

    @classmethod
    def ours(cls, key: str) -> Ours | None:
        """The mark of a key that PaddleOCR swallows; None for any other."""
        field = cls.model_fields.get(key)
        return next((mark for mark in field.metadata if isinstance(mark, Ours)), None) if field else None

    def error(self, key: str, allowed: str) -> LRConfigError:
        """The error for one of this section's keys, with its value or saying that it is missing."""
        value = getattr(self, key)
        if value is None and key not in self.model_fields_set:
            return LRConfigError(Problem((key,), tr("is missing; it must be {allowed}", allowed=allowed)))
        return value_error((key,), as_written(value), allowed)

    def _own(self, keys: tuple[str, ...]) -> list[str]:
        return [key for key in keys if self.has_key(key)]

    def _only_one(self, keys: tuple[str, ...]) -> None:
        given = [f"{key}: {shown(as_written(value))}" for key in self._own(keys) if (value := getattr(self, key))]
        if len(given) > 1:
            said = tr("{given} say the same in two ways; write one of them", given=tr(" and ").join(given))
            raise LRConfigError(said)


def _iterations(value: Any, field: FieldInfo) -> Iterator[int]:
    for _, item in items(value):
        if isinstance(item, Length):
            if item.unit == "it" and item.amount > 0:
                yield int(item.amount)
        elif ITERATIONS in field.metadata and item and item > 0:
            yield item
