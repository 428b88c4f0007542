"""Decays to an end at which they stay, in shapes other than a power: linear is `PolynomialDecay` too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ppocr_lr.schedules import checks
from ppocr_lr.schedules.base import End, Runs, Schedule
from ppocr_lr.schedules.functions import SCALAR, Functions

_SHARES: Mapping[str, Callable[[Any, Functions], Any]] = MappingProxyType(
    {
        "linear": lambda left, fn: left,
        "cosine": lambda left, fn: fn.half_cosine(left),
        "1-sqrt": lambda left, fn: 1 - (1 - left) ** 0.5,
        "rex": lambda left, fn: 2 * left / (1 + left),
    }
)
"""Of the way from peak to end, the share that is left when `left` of the time is; both go from 1 to 0."""

_EXPONENTIAL = "exponential"  # straight in the logarithm: no share of the way

DECAY_SHAPES = (*_SHARES, _EXPONENTIAL)
"""What `Decay` takes as its `shape`."""


@dataclass(frozen=True)
class Decay(Schedule):
    """From `peak` at k = 0 to `end` at k = N = `decay_iters`, where it stays; with p = min(k, N)/N:

    | `shape` | rate | source |
    |---|---|---|
    | "linear" | peak + (end − peak)·p | |
    | "cosine" | end + (peak − end)/2·(1 + cos(π·p)) | SGDR (arXiv 1608.03983) |
    | "1-sqrt" | end + (peak − end)·(1 − √p) | Hägele et al. (arXiv 2405.18392) |
    | "rex" | end + (peak − end)·2·(1 − p)/(2 − p) | REX (arXiv 2107.04197) |
    | "exponential" | peak·(end/peak)^p, 0 < end ≤ peak | WSD in MiniCPM (arXiv 2404.06395) |
    """

    peak: float
    decay_iters: int
    end: float = 0.0
    shape: str = "cosine"

    def __post_init__(self) -> None:
        checks.iterations(self, "decay_iters")
        checks.choice(self, "shape", DECAY_SHAPES)
        if self.shape == _EXPONENTIAL:
            checks.numbers(self, "end", above=0)
            checks.numbers(self, "peak", at_least=self.end)
        else:
            checks.numbers(self, "peak", "end", at_least=0)

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        """The rate of `shape` with min(k, N)/N of the decay done."""
        k = fn.minimum(k, self.decay_iters)
        if self.shape == _EXPONENTIAL:
            return self.peak * (self.end / self.peak) ** (k / self.decay_iters)
        left = (self.decay_iters - k) / self.decay_iters
        return self.end + (self.peak - self.end) * _SHARES[self.shape](left, fn)

    def corner_runs(self) -> Runs:
        """The end of the decay."""
        return ((self.decay_iters,),)

    def end_of_decay(self) -> End:
        """`end`, at N."""
        return End(self.decay_iters, self.end)


@dataclass(frozen=True)
class KDecay(Schedule):
    """`end + (peak − end)/2·(1 + cos(π·p^exponent))` with p = min(k, N)/N, N = `decay_iters`.

    An `exponent` above 1 (the paper's k) keeps the rate high for longer and falls faster at the end; 1 is a
    cosine. Past N it stays at `end`.

    Source: k-decay (arXiv 2004.05909); timm's `k_decay`.
    """

    peak: float
    decay_iters: int
    end: float = 0.0
    exponent: float = 1.0

    def __post_init__(self) -> None:
        checks.iterations(self, "decay_iters")
        checks.numbers(self, "peak", "end", at_least=0)
        checks.numbers(self, "exponent", above=0)

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        """`end + (peak − end)/2·(1 + cos(π·p^exponent))`."""
        done = fn.minimum(k, self.decay_iters) / self.decay_iters
        return self.end + (self.peak - self.end) * fn.half_cosine(1 - done**self.exponent)

    def corner_runs(self) -> Runs:
        """The end of the decay."""
        return ((self.decay_iters,),)

    def end_of_decay(self) -> End:
        """`end`, at N."""
        return End(self.decay_iters, self.end)


_FAR = 300.0  # e^(2·300) is still a float, and 1/(1 + e^(2·300)) is as good as 0


@dataclass(frozen=True)
class TanhDecay(Schedule):
    """`end + (peak − end)/2·(1 − tanh(lower + (upper − lower)·p))` with p = min(k, N)/N, N = `decay_iters`.

    It begins and ends a little beside `peak` and `end`: with the default bounds 6·10⁻⁶ and 0.25 % of the way.
    Past N it stays.

    Source: hyperbolic-tangent decay (arXiv 1806.01593); timm's `TanhLRScheduler`.
    """

    peak: float
    decay_iters: int
    end: float = 0.0
    lower: float = -6.0
    upper: float = 3.0

    def __post_init__(self) -> None:
        checks.iterations(self, "decay_iters")
        checks.numbers(self, "peak", "end", at_least=0)
        checks.numbers(self, "lower", at_least=-_FAR)
        checks.numbers(self, "upper", above=self.lower, at_most=_FAR)

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        """`end + (peak − end)/2·(1 − tanh(lower + (upper − lower)·p))`."""
        done = fn.minimum(k, self.decay_iters) / self.decay_iters
        x = self.lower + (self.upper - self.lower) * done
        return self.end + (self.peak - self.end) / (1 + fn.exp(2 * x))  # (1 − tanh x)/2 = 1/(1 + e^2x)

    def corner_runs(self) -> Runs:
        """The end of the decay."""
        return ((self.decay_iters,),)

    def end_of_decay(self) -> End:
        """The rate of update N."""
        return End(self.decay_iters, self(self.decay_iters))
