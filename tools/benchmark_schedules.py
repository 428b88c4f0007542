"""Measure the speed of each schedule: python tools/benchmark_schedules.py [NAME …]

Needs the extra `paddle`. Prints three ratios, each from the fastest of several alternating turns:

- 10^6 rates against the bare NumPy expression of the same curve (limit 2);
- `step()` of the Paddle scheduler against the nearest one in Paddle, which is a `LambdaDecay` of the expression if
  Paddle has no such class (limit 1.05);
- one rate at update 10^12 against one at update 10, or at another update of the same stage (limit 1.5).

Exits with 1 if a limit is exceeded. Every class in `ppocr_lr.schedules` needs a case, or nothing is measured.

A schedule made of others must ask its parts, which the expression of a single curve need not. Its limit is therefore
1.05 times a `LambdaDecay` that asks the same parts in a hand-written function, if that is slower than Paddle's nearest.
The table shows the resulting limit.
"""

from __future__ import annotations

import argparse
import math
import sys
from bisect import bisect_right
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from paddle.optimizer import lr

from benchmark import fastest
from ppocr_lr import schedules as lib
from ppocr_lr.schedules import scalar_functions
from ppocr_lr.schedules.scalar_functions import maximum, minimum
from ppocr_lr.training.paddle_scheduler import to_paddle

N = 10**6
W = N // 20
C = N // 10
K = np.arange(N)
FAR_LIMIT = 1.5
STEP_LIMIT = 1.05
CALLS = 300
TURNS = 15
MANY_TURNS = 150
KNOTS = ((0, 0.0), (W, 0.1), (N // 2, 0.05), (N, 0.0))
MARKS, VALUES = [N // 3, N // 2], [0.1, 0.01, 0.001]
STARTS = np.array([W * (2**i - 1) for i in range(6)])

Bare = Callable[[Any, Any], Any]
"""The rates of updates, with the functions of NumPy for an array, and Python's for one update."""


class Case(NamedTuple):
    """A schedule, and what one would write for it without this package, for the updates of one run."""

    schedule: lib.Schedule
    bare: Bare
    paddle: Callable[[], lr.LRScheduler] | None = None
    """Paddle's nearest; None where it is a `LambdaDecay` of `bare`."""
    near: int = 10  # in the part of the curve that 10^12 is in
    limit: float = 2.0
    asked: Callable[[int], Any] | None = None
    """One update of a schedule that asks others, where these are asked by hand."""


BEHIND = W + C + 10


def _cosine(p: Any, fn: Any) -> Any:
    return 0.05 * (1 + fn.cos(math.pi * p))


def _done(k: Any, fn: Any) -> Any:
    return fn.minimum(k, N) / N


def _growing(k: Any, fn: Any) -> Any:
    cycle = np.searchsorted(STARTS, k, side="right") - 1
    return _cosine((k - STARTS[cycle]) / (W * 2**cycle), fn)


def _triangle(k: Any, fn: Any, scale: Any = 1.0) -> Any:
    j = k % (2 * C)
    return 0.01 + 0.09 * scale * fn.minimum(j / C, (2 * C - j) / C)


def _warm(early: Bare) -> Bare:
    def bare(k: Any, fn: Any) -> Any:
        if fn is np:
            return np.where(k < W, early(k, fn), _cosine((k - W) / N, fn))
        return early(k, fn) if k < W else _cosine((k - W) / N, fn)

    return bare


def _one_cycle(k: Any, fn: Any) -> Any:
    top, end = 0.3 * N - 1, N - 1.0
    up, down = _cosine(k / top, fn), _cosine((k - top) / (end - top), fn)
    return np.where(k <= top, 0.1 - 0.96 * up, 4e-7 + (1 - 4e-6) * down)


def _wave() -> lr.LRScheduler:
    return lr.CosineAnnealingDecay(0.1, N)


def _restarts(t_mult: int = 1) -> Callable[[], lr.LRScheduler]:
    return lambda: lr.CosineAnnealingWarmRestarts(0.1, C if t_mult == 1 else W, t_mult)


def _left(k: int) -> float:
    return (N - k) / N if k < N else 0.0


def _listed(starts: list[int], lengths: list[int]) -> Callable[[int], float]:
    def asked(k: int) -> float:
        cycle = bisect_right(starts, k) - 1
        return float(_HALF(0.1, 0.0, (lengths[cycle] - (k - starts[cycle])) / lengths[cycle]))

    return asked


_HALF, _LINE, _FLAT = lib.Cosine().rate, lib.Power(0.9).rate, lib.Flat().rate
_WAVE, _WAVE_C = lib.CosineWave(0.1, N).formula, lib.CosineWave(0.1, C).formula
_CYCLES, _ROUND = lib.WarmRestarts(0.1, (C,)).formula, lib.CyclicalCosine(0.1, (N,)).formula
_ROOT = lib.InverseSqrt(1.0, W).formula

CASES: dict[str, Case] = {
    "Constant": Case(lib.Constant(0.1), lambda k, fn: np.full(N, 0.1), lambda: lr.LambdaDecay(0.1, lambda k: 1.0),
                     limit=3.0),  # reads the steps, to check them
    "Decay power": Case(
        lib.Decay(0.1, N, shape=lib.Power(0.9)), lambda k, fn: 0.1 * (1 - _done(k, fn)) ** 0.9,
        lambda: lr.PolynomialDecay(0.1, N, 0.0, 0.9),
    ),
    "CosineWave": Case(lib.CosineWave(0.1, N), lambda k, fn: _cosine(k / N, fn), _wave),
    "TwoStepCosine": Case(
        lib.TwoStepCosine(0.1, C, N), lambda k, fn: _cosine(k / np.where(k <= C, C, N), fn), _wave, N
    ),
    "Decay linear": Case(
        lib.Decay(0.1, N, shape=lib.LINEAR), lambda k, fn: 0.1 * (1 - _done(k, fn)),
        lambda: lr.PolynomialDecay(0.1, N, 0.0),
    ),
    "Decay cosine": Case(lib.Decay(0.1, N, shape=lib.Cosine()), lambda k, fn: _cosine(_done(k, fn), fn)),
    "Decay 1-sqrt": Case(lib.Decay(0.1, N, shape=lib.OneMinusSqrt()), lambda k, fn: 0.1 * (1 - fn.sqrt(_done(k, fn)))),
    "Decay rex": Case(
        lib.Decay(0.1, N, shape=lib.Reflected()), lambda k, fn: 0.1 * (1 - _done(k, fn)) / (1 - 0.5 * _done(k, fn))
    ),
    "Decay exponential": Case(
        lib.Decay(0.1, N, 1e-3, shape=lib.Exponential()), lambda k, fn: 0.1 * 0.01 ** _done(k, fn)
    ),
    "Decay k-cosine": Case(
        lib.Decay(0.1, N, shape=lib.Bent(lib.COSINE, 1.5)), lambda k, fn: _cosine(_done(k, fn) ** 1.5, fn),
        asked=lambda k: _HALF(0.1, 0.0, 1 - (1 - _left(k)) ** 1.5),
    ),
    "Decay waves": Case(lib.Decay(0.1, N, shape=lib.Cosine(3)), lambda k, fn: _cosine(3 * _done(k, fn), fn)),
    "Decay half-life": Case(
        lib.Decay(0.1, N, shape=lib.HalfLife()), lambda k, fn: 0.1 * (0.05 ** _done(k, fn) - 0.05) / 0.95
    ),
    "Decay bent": Case(
        lib.Decay(0.1, N, shape=lib.Bent(lib.Power(0.9), 1.5)), lambda k, fn: 0.1 * (1 - _done(k, fn) ** 1.5) ** 0.9,
        asked=lambda k: _LINE(0.1, 0.0, 1 - (1 - _left(k)) ** 1.5),
    ),
    "Decay tanh": Case(
        lib.Decay(0.1, N, shape=lib.Tanh()), lambda k, fn: 0.05 * (1 - fn.tanh(-6 + 9 * _done(k, fn)))
    ),
    "ExponentialDecay": Case(
        lib.ExponentialDecay(0.1, 0.5, C), lambda k, fn: 0.1 * 0.5 ** (k / C),
        lambda: lr.ExponentialDecay(0.1, 0.5 ** (1 / C)),
    ),
    "ExponentialGrowth": Case(lib.ExponentialGrowth(0.1, 1.5, C), lambda k, fn: 0.1 * 1.5 ** (k / C), near=10**9),
    "ExponentialRise": Case(lib.ExponentialRise(1e-3, N, 0.1), lambda k, fn: 1e-3 * 100 ** _done(k, fn)),
    "NaturalExpDecay": Case(
        lib.NaturalExpDecay(0.1, 0.5, C), lambda k, fn: 0.1 * np.exp(-0.5 * k / C),
        lambda: lr.NaturalExpDecay(0.1, 0.5 / C),
    ),
    "InverseTimeDecay": Case(
        lib.InverseTimeDecay(0.1, 0.5, C), lambda k, fn: 0.1 / (1 + 0.5 * k / C),
        lambda: lr.InverseTimeDecay(0.1, 0.5 / C),
    ),
    "InverseSqrt": Case(lib.InverseSqrt(0.1, W), lambda k, fn: 0.1 / fn.sqrt(1 + k / W)),
    "Noam": Case(
        lib.Noam(512, W), lambda k, fn: 512**-0.5 * np.minimum(np.maximum(k, 1) ** -0.5, k * W**-1.5),
        lambda: lr.NoamDecay(512, W),
    ),
    "StepDecay": Case(
        lib.StepDecay(0.1, C, 0.5), lambda k, fn: 0.1 * 0.5 ** (k // C), lambda: lr.StepDecay(0.1, C, 0.5)
    ),
    "PiecewiseConstant": Case(
        lib.PiecewiseConstant(tuple(MARKS), tuple(VALUES)),
        lambda k, fn: np.array(VALUES)[np.searchsorted(MARKS, k, side="right")],
        lambda: lr.PiecewiseDecay(MARKS, VALUES),
    ),
    "MultiStepDecay": Case(
        lib.MultiStepDecay(0.1, tuple(MARKS), 0.1), lambda k, fn: 0.1 * 0.1 ** np.searchsorted(MARKS, k, side="right"),
        lambda: lr.MultiStepDecay(0.1, MARKS, 0.1),
    ),
    "PiecewiseLinear": Case(
        lib.PiecewiseLinear(KNOTS), lambda k, fn: np.interp(k, *zip(*KNOTS, strict=True)),
        lambda: lr.PolynomialDecay(0.1, N, 0.0),
    ),
    "CyclicalCosine": Case(lib.CyclicalCosine(0.1, (C,)), lambda k, fn: _cosine(k % C / C, fn), _restarts()),
    "WarmRestarts": Case(lib.WarmRestarts(0.1, (C,)), lambda k, fn: _cosine(k % C / C, fn), _restarts()),
    "WarmRestarts peak decay": Case(
        lib.WarmRestarts(0.1, (C,), peak_decay=0.9), lambda k, fn: 0.9 ** (k // C) * _cosine(k % C / C, fn),
        asked=lambda k: _HALF(maximum(0.1 * 0.9 ** (k // C), 0.0), 0.0, (C - k % C) / C),
    ),
    "WarmRestarts t_mult": Case(
        lib.WarmRestarts(0.1, (W,), 2), _growing, _restarts(2),
        asked=_listed(STARTS.tolist(), [W * 2**i for i in range(6)]),
    ),
    "WarmRestarts warmup": Case(
        lib.WarmRestarts(0.1, (C,), warmup_iters=W),
        lambda k, fn: fn.where(k % C < W, 0.1 * (k % C) / W, _cosine((k % C - W) / (C - W), fn)),
        asked=lambda k: _HALF(0.1, 0.0, minimum(C - k % C, C - W) / (C - W)) * (minimum(k % C, W) / W),
    ),
    "DividedRestarts": Case(
        lib.DividedRestarts(0.1, (N,), cycles=2.5), lambda k, fn: _cosine(k % (N / 2.5) / (N / 2.5), fn), near=N,
        asked=_listed([0, N * 2 // 5, N * 4 // 5], [N * 2 // 5] * 3),
    ),
    "EndedAfter": Case(
        lib.EndedAfter(lib.WarmRestarts(0.1, (C,)), 3),
        lambda k, fn: fn.where(k < 3 * C, _cosine(k % C / C, fn), 0.0), near=N,
        asked=lambda k: _CYCLES(k) if k < 3 * C else 0.0,
    ),
    "Cyclic triangular": Case(lib.Cyclic(0.1, 0.01, C, C), _triangle, lambda: lr.CyclicLR(0.01, 0.1, C, C)),
    "Cyclic triangular2": Case(
        lib.Cyclic(0.1, 0.01, C, C, "triangular2"), lambda k, fn: _triangle(k, fn, 0.5 ** (k // (2 * C))),
        lambda: lr.CyclicLR(0.01, 0.1, C, C, "triangular2"),
    ),
    "Cyclic exp_range": Case(
        lib.Cyclic(0.1, 0.01, C, C, "exp_range", 0.999999), lambda k, fn: _triangle(k, fn, 0.999999**k),
        lambda: lr.CyclicLR(0.01, 0.1, C, C, "exp_range", 0.999999),
    ),
    "OneCycle": Case(
        lib.OneCycle(0.1, N), _one_cycle, lambda: lr.OneCycleLR(0.1, N, end_learning_rate=4e-7), N + 10
    ),
    "CyclicPolynomial": Case(
        lib.CyclicPolynomial(0.1, C), lambda k, fn: 0.1 * (1 - k / (C * np.maximum(np.ceil(k / C), 1))),
        lambda: lr.PolynomialDecay(0.1, C, 0.0, 1.0, cycle=True),
    ),
    "Warmup linear": Case(
        lib.Warmup(lib.CosineWave(0.1, N), W, 0.1), _warm(lambda k, fn: 0.1 * k / W),
        lambda: lr.LinearWarmup(_wave(), W, 0.0, 0.1), BEHIND,
    ),
    "Warmup linear, behind it": Case(
        lib.Warmup(lib.CosineWave(0.1, N), 10, 0.1),
        lambda k, fn: np.where(k < 10, 0.01 * k, _cosine((k - 10) / N, fn)),
        lambda: lr.LinearWarmup(_wave(), 10, 0.0, 0.1), BEHIND,
    ),
    "Warmup cosine": Case(
        lib.Warmup(lib.CosineWave(0.1, N), W, 0.1, shape=lib.Cosine()), _warm(lambda k, fn: 0.1 - _cosine(k / W, fn)),
        near=BEHIND, asked=lambda k: _HALF(0.1, 0.0, k / W) if k < W else _WAVE(k - W),
    ),
    "Warmup exponential": Case(
        lib.Warmup(lib.CosineWave(0.1, N), W, 0.1, 1e-4, shape=lib.Exponential()),
        _warm(lambda k, fn: 1e-4 * 1000 ** (fn.minimum(k, W) / W)), near=BEHIND,
    ),
    "Warmup constant": Case(
        lib.Warmup(lib.CosineWave(0.1, N), W, 0.1, 1e-4, shape=lib.Flat()), _warm(lambda k, fn: 1e-4),
        near=BEHIND, asked=lambda k: _FLAT(0.1, 1e-4, k / W) if k < W else _WAVE(k - W),
    ),
    "Sequence (warmup, stable, decay)": Case(
        lib.Warmup(lib.Sequence(((lib.Constant(0.1), C),), lib.Decay(0.1, N, shape=lib.OneMinusSqrt())), W, 0.1),
        lambda k, fn: np.select(
            [k < W, k < W + C], [0.1 * k / W, 0.1], 0.1 * (1 - np.sqrt(np.clip((k - W - C) / N, 0, 1)))
        ),
        lambda: lr.LinearWarmup(lr.PolynomialDecay(0.1, N, 0.0), W, 0.0, 0.1), BEHIND,
    ),
    "Sequence": Case(
        lib.Sequence(((lib.CosineWave(0.1, C), C),), lib.CosineWave(0.1, N)),
        lambda k, fn: fn.where(k < C, _cosine(k / C, fn), _cosine((k - C) / N, fn)), near=BEHIND,
        asked=lambda k: _WAVE_C(k) if k < C else _WAVE(k - C),
    ),
    "HeldAfter": Case(
        lib.HeldAfter(lib.CosineWave(0.1, N), N), lambda k, fn: _cosine(_done(k, fn), fn),
        asked=lambda k: _WAVE(k if k < N else N),
    ),
    "From": Case(
        lib.From(lib.CosineWave(0.1, N), W), lambda k, fn: _cosine((k + W) / N, fn),
        asked=lambda k: _WAVE(k + W),
    ),
    "Product": Case(
        lib.Product(lib.CyclicalCosine(0.1, (N,)), lib.InverseSqrt(1.0, W)),
        lambda k, fn: _cosine(k % N / N, fn) / fn.sqrt(1 + k / W), asked=lambda k: _ROUND(k) * _ROOT(k),
    ),
    "Bounded": Case(
        lib.Bounded(lib.CosineWave(0.1, N), 0.01), lambda k, fn: fn.maximum(_cosine(k / N, fn), 0.01),
        asked=lambda k: minimum(maximum(_WAVE(k), 0.01), 1.0),
    ),
    "Staircase": Case(
        lib.Staircase(lib.CosineWave(0.1, N), C), lambda k, fn: _cosine((k - k % C) / N, fn),
        asked=lambda k: _WAVE(k - k % C),
    ),
    "Mirrored": Case(
        lib.Mirrored(lib.CosineWave(0.1, N), 0.0, 0.1), lambda k, fn: 0.1 - _cosine(k / N, fn),
        asked=lambda k: 0.1 - _WAVE(k),
    ),
    "Scaled": Case(
        lib.Scaled(lib.CosineWave(0.1, N), 0.5), lambda k, fn: 0.5 * _cosine(k / N, fn), asked=lambda k: 0.5 * _WAVE(k)
    ),
}  # fmt: skip


def missing() -> list[str]:
    """The schedules and shapes that no case measures."""
    measured = {
        type(part) for case in CASES.values() for part in (case.schedule, getattr(case.schedule, "shape", None))
    }
    classes = [value for value in (getattr(lib, name) for name in lib.__all__) if isinstance(value, type)]
    bases = {lib.Schedule, lib.Shape}
    return [each.__name__ for each in classes if issubclass(each, tuple(bases)) and each not in measured | bases]


def _calls(schedule: lib.Schedule, step: int) -> Callable[[], None]:
    def work() -> None:
        for _ in range(CALLS):
            schedule(step)

    return work


def _steps(scheduler: lr.LRScheduler) -> Callable[[], None]:
    def work() -> None:
        advance = scheduler.step
        for _ in range(CALLS):
            advance()

    return work


def _nearest(case: Case) -> lr.LRScheduler:
    if case.paddle is not None:
        return case.paddle()
    return lr.LambdaDecay(1.0, lambda k: case.bare(k, scalar_functions))


def main() -> int:
    """Print the table; return 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="measure only names that begin with NAME (default: all)"
    )
    given = tuple(parser.parse_args().names)
    if missing():
        parser.error(f"no case for {', '.join(missing())}")
    chosen = {name: case for name, case in CASES.items() if not given or name.startswith(given)}
    if not chosen:
        parser.error(f"no case begins with {given[0]!r}, the cases are {', '.join(CASES)}")
    print(f"{'10^6 rates, step(), and one rate':34}{'ours':>9}{'NumPy':>9}{'ratio':>7}", end="")
    print(f"{'step()':>10}{'Paddle':>10}{'ratio':>7}{'limit':>7}{'near':>10}{'at 10^12':>10}{'ratio':>7}")
    broken = 0
    for name, case in chosen.items():
        schedule = case.schedule
        np.testing.assert_allclose(schedule(K), case.bare(K, np), rtol=1e-6, atol=1e-12)
        ours, other = fastest(lambda schedule=schedule: schedule(K), lambda case=case: case.bare(K, np), TURNS)
        step, paddles = fastest(_steps(to_paddle(schedule)), _steps(_nearest(case)), MANY_TURNS)
        most = STEP_LIMIT
        if case.asked is not None:
            by_hand = _steps(lr.LambdaDecay(1.0, case.asked))
            most *= max(1.0, fastest(by_hand, _steps(_nearest(case)), MANY_TURNS)[0] / paddles)
        far, near = fastest(_calls(schedule, 10**12), _calls(schedule, case.near), MANY_TURNS)
        over = ours / other > case.limit or far / near > FAR_LIMIT or step / paddles > most
        broken += over
        print(
            f"{name:34}{ours * 1e3:7.2f}ms{other * 1e3:7.2f}ms{ours / other:7.2f}"
            f"{step / CALLS * 1e9:8.0f}ns{paddles / CALLS * 1e9:8.0f}ns{step / paddles:7.2f}{most:7.2f}"
            f"{near / CALLS * 1e6:8.2f}µs{far / CALLS * 1e6:8.2f}µs{far / near:7.2f}{'  over a limit' if over else ''}",
            flush=True,
        )
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
