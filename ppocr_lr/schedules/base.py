"""What a schedule is: the learning rate as a pure function of the update number."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence, Sized
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, overload

from ppocr_lr.bounds import whole
from ppocr_lr.schedules.checks import Checked, refused
from ppocr_lr.schedules.functions import SCALAR, Functions
from ppocr_lr.schedules.once import once

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

_FEW = 100  # up to so many rates are computed one by one; beyond that an array pays off
_BLOCK = 1 << 16  # steps at a time: the formula's intermediate arrays then stay in the cache
MAX_STEP = 2**63 - 1
FOR_EVER = 2**62
"""After every corner; `len` of a range must fit into a machine word."""

Runs: TypeAlias = "tuple[Sequence[int], ...]"
"""Corners in rising order in each: a `range` of regular ones, a tuple of others."""
Stretch: TypeAlias = "tuple[int, int, list[range]]"
"""The first update, the one after the last, and the regular corners between the two."""


class Corners(NamedTuple):
    """Steps at which a curve jumps, bends, turns or restarts, in rising order."""

    steps: NDArray[np.int64]
    """The corners found; the first `limit` of them when there are more."""
    complete: bool
    """False when there are more than `limit` of them."""


class Lead(NamedTuple):
    """The warmup and hold before a decay, in iterations, and the decay."""

    warmup_iters: int
    hold_iters: int
    """How long the rate then stays at its peak."""
    behind: Schedule
    """The schedule that follows, counted from its own start."""
    warmup_start: float = 0.0
    """The rate of the first update of the warmup."""

    @property
    def iters(self) -> int:
        """Warmup and hold together."""
        return self.warmup_iters + self.hold_iters


class End(NamedTuple):
    """Where a decay arrives."""

    step: int | None
    """The update; None for a decay that never ends."""
    rate: float
    """The rate there, or the rate that it approaches."""


class Schedule(Checked, ABC):
    """A learning rate for every optimizer update, 0-based; immutable, hashable, cheap to evaluate.

    A subclass is a frozen dataclass and writes its formula once, in `formula`; the scalar and the
    array form, the drawing and the Paddle scheduler all come from it. Rates are learning rates; parameters called
    `…_iters` count optimizer updates, and so does k in the formulas. Every update has a rate, past the end too.

    Raises:
        LRConfigError: a parameter is outside its bounds.
        TypeError: a part is not of the required class.
    """

    @abstractmethod
    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        """The rate of update `k`, an int ≥ 0 or an int64 array of them, with functions taken from `fn`."""

    @abstractmethod
    def corner_runs(self) -> Runs:
        """All corners, from 0 to infinity: `every(…)` for regular ones, sorted tuples for others.

        Two promises let a picture be exact without visiting every update: between two neighbouring
        corners the curve is smooth and monotone (a jump lies between `c - 1` and `c`), and along every
        second corner of a `range` the rates at `c` and at `c - 1` are monotone too.
        """

    @once
    def all_corners(self) -> Runs:
        """The `corner_runs`, worked out once: there may be thousands."""
        return self.corner_runs()

    @overload
    def __call__(self, step: int | np.integer[Any]) -> float: ...
    @overload
    def __call__(self, step: ArrayLike) -> NDArray[np.float64]: ...

    def __call__(self, step: Any) -> float | NDArray[np.float64]:
        """The rate that update `step` uses: a float for an int, float64 of the same shape for an array.

        Raises:
            TypeError: `step` is neither an integer nor an array of integers.
            ValueError: a step is negative or does not fit into int64.
        """
        if type(step) is int and 0 <= step <= MAX_STEP:
            return float(self.formula(step))
        if isinstance(step, Sized):
            return self._of_array(step)
        return float(self.formula(as_step(step)))

    def _of_array(self, given: Any) -> NDArray[np.float64]:
        import numpy as np  # imported here: text commands need single rates only and start twice as fast

        from ppocr_lr.schedules import array_functions

        steps = np.asarray(given) if np.size(given) else np.asarray(given, dtype=np.int64)
        if steps.dtype.kind not in "iu":
            raise TypeError(f"steps must be integers, received an array of {steps.dtype}")
        if steps.size and int(steps.min()) < 0:
            raise ValueError(f"a step is an update number and cannot be negative, received {steps.min()}")
        if steps.dtype.kind == "u" and steps.size and int(steps.max()) > MAX_STEP:
            raise ValueError(f"steps in an array must fit into int64, received {steps.max()}")
        k = steps.astype(np.int64, copy=False)
        if k.size <= _BLOCK:
            rates = np.asarray(self.formula(k, array_functions), dtype=np.float64)
            return rates if rates.shape == k.shape else np.full(k.shape, rates)  # a constant has no shape
        flat = k.reshape(-1)
        rates = np.empty(flat.shape)
        for start in range(0, flat.size, _BLOCK):
            rates[start : start + _BLOCK] = self.formula(flat[start : start + _BLOCK], array_functions)
        return rates.reshape(k.shape)

    def _repr_png_(self) -> bytes:
        """Its picture, for a notebook."""
        from ppocr_lr.notebook import picture

        return picture(self)

    def lead(self) -> Lead:
        """The warmup, the hold and the schedule after them; by default there is no warmup and no hold."""
        return Lead(0, 0, self)

    def end_of_decay(self) -> End | None:
        """Where the decay ends; None, the default, if there is no single decay: constant, cycles, steps."""
        return None

    def cycle_around(self, k: int) -> tuple[int, int] | None:
        """The first updates of the cycle around update `k` and of the next one; None, the default, without cycles."""
        return None

    def end_of_cycle(self, k: int) -> float | None:
        """The rate that the cycle of update `k` ends at; None, the default, where the schedule cannot stay at one."""
        return None

    def end_of_cycles(self) -> End | None:
        """Where its cycles end, and the rate from there on: by default from where on `cycle_around` has none, for a
        schedule that begins with one; None if they never end.
        """
        if self.cycle_around(0) is None or self.cycle_around(MAX_STEP) is not None:
            return None
        step = bisect_left(range(MAX_STEP), True, key=lambda k: self.cycle_around(k) is None)
        return End(step, self(step))

    def opposite(self, low: float, high: float) -> Schedule | None:
        """The mirror image: `low` at the peak, `high` where the rise begins; None, the default, without a cycle.

        The momentum of a one-cycle policy mirrors its rate in this way.
        """
        return None

    def corners(self, end: int, limit: int = 1000) -> Corners:
        """The steps in [0, end] at which the curve jumps, bends, turns or restarts.

        Between two neighbours the curve is smooth and monotone; a jump lies between `c - 1` and `c`.
        The cost depends on `limit`, not on `end`. Where there are more than `limit` corners the first
        `limit` come back with `complete=False`; `extremes` then gives the range of the rates in a stretch.
        """
        import numpy as np

        steps, complete = self.corner_steps(end, limit)
        return Corners(np.array(steps, dtype=np.int64), complete)

    def corner_steps(self, end: int, limit: int = 1000) -> tuple[list[int], bool]:
        """As `corners`, but as a list of ints, for callers that need no NumPy; and whether the list is complete."""
        if as_step(limit) < 1:
            raise refused(self, "limit", limit, "a positive integer")
        end = as_step(end)
        some = sorted({step for run in self.all_corners for step in inside(run, 0, end + 1)[: limit + 1]})
        return some[:limit], len(some) <= limit

    def extremes(self, first: int, last: int) -> tuple[float, float]:
        """The lowest and the highest rate of the updates `first` … `last`, both included."""
        first, last = as_step(first), as_step(last)
        if last < first:
            raise ValueError(f"last must not be below first, received {first!r} and {last!r}")
        steps = {first, last}
        if last - first < 8 * len(self.all_corners):  # no more than the corners below may ask for
            steps.update(range(first, last))
        else:
            for run in self.all_corners:
                corners = inside(run, first, last + 1)
                if isinstance(corners, range):
                    corners = [*corners[:4], *corners[-4:]]
                steps.update(corners)
                steps.update(corner - 1 for corner in corners)
        if len(steps) <= _FEW:
            rates = [float(self.formula(step)) for step in steps]
            return min(rates), max(rates)
        many = self._of_array(sorted(steps))
        return float(many.min()), float(many.max())


class Endless(Schedule):
    """A smooth decay for ever: there are no corners, and the rate approaches 0."""

    def corner_runs(self) -> Runs:
        return ()

    def end_of_decay(self) -> End | None:
        return End(None, 0.0)


def as_step(step: object) -> int:
    """`step` as an int ≥ 0; NumPy integers are welcome, bools and floats are not."""
    number = whole(step)
    if number is None:
        raise TypeError(f"a step must be an integer, received {step!r}")
    if number < 0:
        raise ValueError(f"a step is an update number and cannot be negative, received {number}")
    if number > MAX_STEP:
        raise ValueError("a step must fit into int64")
    return number


def every(period: int, first: int | None = None) -> range:
    """Regular corners: `first` (or `period`) and every `period` updates after it, for ever."""
    return range(period if first is None else first, FOR_EVER, period)


def cycle(k: int, period: int) -> tuple[int, int]:
    """The multiples of `period` around `k`: the last one at or before it, and the next one."""
    begin = k - k % period
    return begin, begin + period


def shifted(run: Sequence[int], by: int) -> Sequence[int]:
    """The corners of `run`, `by` updates later."""
    if isinstance(run, range):
        return range(run.start + by, run.stop + by, run.step)
    return tuple(step + by for step in run if step <= MAX_STEP - by)  # no step is beyond it


@overload
def inside(run: range, first: int, after: int) -> range: ...
@overload
def inside(run: Sequence[int], first: int, after: int) -> Sequence[int]: ...


def inside(run: Sequence[int], first: int, after: int) -> Sequence[int]:
    """The corners of `run` strictly between the two."""
    if isinstance(run, range):  # halving one that goes on for ever takes 60 steps
        begin, end = (max(0, -((run.start - step) // run.step)) for step in (first + 1, after))
        return run[begin:end]
    return run[bisect_right(run, first) : bisect_left(run, after)]


def stretches(runs: Iterable[Sequence[int]], end: int = FOR_EVER) -> Iterator[Stretch]:
    """The stretches between irregular corners and ends of regular runs, each with the runs that have corners inside.

    A regular run has corners in all of such a stretch, or in none of it. The last one ends at `end`, or at the last
    corner if that is later.
    """
    runs = [run for run in runs if run]
    marks = {0, end, *chain.from_iterable((run[0], run[-1]) if isinstance(run, range) else run for run in runs)}
    begins: dict[int, list[range]] = {}
    for run in runs:
        if isinstance(run, range):
            begins.setdefault(run[0], []).append(run)
    active: list[range] = []
    for first, after in pairwise(sorted(marks)):
        active = [run for run in (*active, *begins.get(first, ())) if run[-1] > first]
        yield first, after, [part for run in active if (part := inside(run, first, after))]
