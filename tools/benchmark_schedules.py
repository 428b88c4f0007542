"""Each schedule's speed: python tools/benchmark_schedules.py [NAME …]

Two ratios, each of the fastest of several turns, taken alternately: 10^6 rates against the bare NumPy expression of
the same curve (limit 2), and one rate of update 10^12 against one of update 10, or of another update of the same stage
(limit 1.5; they take some tenths of a microsecond). Exit code 1 when a limit is broken.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ppocr_lr import schedules as lib

N = 10**6
W = N // 20
C = N // 10
K = np.arange(N)
FAR_LIMIT = 1.5
CALLS = 2000
TURNS = 15
KNOTS = ((0, 0.0), (W, 0.1), (N // 2, 0.05), (N, 0.0))
STARTS = np.array([W * (2**i - 1) for i in range(6)])


class Case(NamedTuple):
    """A schedule and what one would write for it without this package, for the updates of one run."""

    schedule: lib.Schedule
    bare: Callable[[], Any]
    near: int = 10  # in the part of the curve that 10^12 is in
    limit: float = 2.0


BEHIND = W + C + 10


def _cosine(p: Any) -> Any:
    return 0.05 * (1 + np.cos(np.pi * p))


def _restarts() -> Any:
    cycle = np.searchsorted(STARTS, K, side="right") - 1
    return _cosine((K - STARTS[cycle]) / (W * 2**cycle))


def _triangle(scale: Any = 1.0) -> Any:
    j = K % (2 * C)
    return 0.01 + 0.09 * scale * np.minimum(j / C, (2 * C - j) / C)


def _warm(early: Any) -> Any:
    return np.where(W > K, early, _cosine((K - W) / N))


CASES: dict[str, Case] = {
    "Constant": Case(lib.Constant(0.1), lambda: np.full(N, 0.1), limit=3.0),  # reads the steps, to check them
    "Decay power": Case(lib.Decay(0.1, N, shape=lib.Power(0.9)), lambda: 0.1 * (1 - np.minimum(K, N) / N) ** 0.9),
    "CosineWave": Case(lib.CosineWave(0.1, N), lambda: _cosine(K / N)),
    "Decay linear": Case(lib.Decay(0.1, N, shape=lib.LINEAR), lambda: 0.1 * (1 - np.minimum(K, N) / N)),
    "Decay cosine": Case(lib.Decay(0.1, N, shape=lib.Cosine()), lambda: _cosine(np.minimum(K, N) / N)),
    "Decay 1-sqrt": Case(
        lib.Decay(0.1, N, shape=lib.OneMinusSqrt()), lambda: 0.1 * (1 - np.sqrt(np.minimum(K, N) / N))
    ),
    "Decay rex": Case(
        lib.Decay(0.1, N, shape=lib.Reflected()),
        lambda: 0.1 * (1 - np.minimum(K, N) / N) / (1 - 0.5 * np.minimum(K, N) / N),
    ),
    "Decay exponential": Case(
        lib.Decay(0.1, N, 1e-3, shape=lib.Exponential()), lambda: 0.1 * 0.01 ** (np.minimum(K, N) / N)
    ),
    "Decay k-cosine": Case(
        lib.Decay(0.1, N, shape=lib.Bent(lib.COSINE, 1.5)), lambda: _cosine((np.minimum(K, N) / N) ** 1.5)
    ),
    "Decay waves": Case(lib.Decay(0.1, N, shape=lib.Cosine(3)), lambda: _cosine(3 * np.minimum(K, N) / N)),
    "Decay half-life": Case(
        lib.Decay(0.1, N, shape=lib.HalfLife()), lambda: 0.1 * (0.05 ** (np.minimum(K, N) / N) - 0.05) / 0.95
    ),
    "Decay bent": Case(
        lib.Decay(0.1, N, shape=lib.Bent(lib.LINEAR, 1.5, 0.9)),
        lambda: 0.1 * (1 - (np.minimum(K, N) / N) ** 1.5) ** 0.9,
    ),
    "Decay tanh": Case(
        lib.Decay(0.1, N, shape=lib.Tanh()), lambda: 0.05 * (1 - np.tanh(-6 + 9 * (np.minimum(K, N) / N)))
    ),
    "ExponentialDecay": Case(lib.ExponentialDecay(0.1, 0.5, C), lambda: 0.1 * 0.5 ** (K / C)),
    "NaturalExpDecay": Case(lib.NaturalExpDecay(0.1, 0.5, C), lambda: 0.1 * np.exp(-0.5 * K / C)),
    "InverseTimeDecay": Case(lib.InverseTimeDecay(0.1, 0.5, C), lambda: 0.1 / (1 + 0.5 * K / C)),
    "InverseSqrt": Case(lib.InverseSqrt(0.1, W), lambda: 0.1 / np.sqrt(1 + K / W)),
    "Noam": Case(
        lib.Noam(512, W), lambda: 512**-0.5 * np.minimum(np.maximum(K, 1) ** -0.5, K * W**-1.5)
    ),
    "StepDecay": Case(lib.StepDecay(0.1, C, 0.5), lambda: 0.1 * 0.5 ** (K // C)),
    "PiecewiseLinear": Case(lib.PiecewiseLinear(KNOTS), lambda: np.interp(K, *zip(*KNOTS, strict=True))),
    "CyclicalCosine": Case(lib.CyclicalCosine(0.1, (C,)), lambda: _cosine(K % C / C)),
    "WarmRestarts": Case(lib.WarmRestarts(0.1, (C,)), lambda: _cosine(K % C / C)),
    "WarmRestarts peak decay": Case(
        lib.WarmRestarts(0.1, (C,), peak_decay=0.9), lambda: 0.9 ** (K // C) * _cosine(K % C / C)
    ),
    "WarmRestarts t_mult": Case(lib.WarmRestarts(0.1, (W,), 2), _restarts),
    "WarmRestarts warmup": Case(
        lib.WarmRestarts(0.1, (C,), warmup_iters=W),
        lambda: np.where(K % C < W, 0.1 * (K % C) / W, _cosine((K % C - W) / (C - W))),
    ),
    "Cyclic triangular": Case(lib.Cyclic(0.1, 0.01, C, C), _triangle),
    "Cyclic triangular2": Case(lib.Cyclic(0.1, 0.01, C, C, "triangular2"), lambda: _triangle(0.5 ** (K // (2 * C)))),
    "Cyclic exp_range": Case(lib.Cyclic(0.1, 0.01, C, C, "exp_range", 0.999999), lambda: _triangle(0.999999**K)),
    "CyclicPolynomial": Case(
        lib.CyclicPolynomial(0.1, C), lambda: 0.1 * (1 - K / (C * np.maximum(np.ceil(K / C), 1)))
    ),
    "Warmup linear": Case(lib.Warmup(lib.CosineWave(0.1, N), W, 0.1), lambda: _warm(0.1 * K / W), BEHIND),
    "Warmup cosine": Case(
        lib.Warmup(lib.CosineWave(0.1, N), W, 0.1, shape=lib.Cosine()), lambda: _warm(0.1 - _cosine(K / W)), BEHIND
    ),
    "Warmup exponential": Case(
        lib.Warmup(lib.CosineWave(0.1, N), W, 0.1, 1e-4, shape=lib.Exponential()),
        lambda: _warm(1e-4 * 1000 ** (np.minimum(K, W) / W)),
        BEHIND,
    ),
    "Sequence (warmup, stable, decay)": Case(
        lib.Warmup(lib.Sequence(((lib.Constant(0.1), C),), lib.Decay(0.1, N, shape=lib.OneMinusSqrt())), W, 0.1),
        lambda: np.select(
            [W > K, W + C > K], [0.1 * K / W, 0.1], 0.1 * (1 - np.sqrt(np.clip((K - W - C) / N, 0, 1)))
        ),
        BEHIND,
    ),
    "HeldAfter": Case(lib.HeldAfter(lib.CosineWave(0.1, N), N), lambda: _cosine(np.minimum(K, N) / N)),
    "From": Case(lib.From(lib.CosineWave(0.1, N), W), lambda: _cosine((K + W) / N)),
    "Product": Case(
        lib.Product(lib.CyclicalCosine(0.1, (N,)), lib.InverseSqrt(1.0, W)), lambda: _cosine(K / N) / np.sqrt(1 + K / W)
    ),
    "Bounded": Case(lib.Bounded(lib.CosineWave(0.1, N), 0.01), lambda: np.maximum(_cosine(K / N), 0.01)),
    "Staircase": Case(lib.Staircase(lib.CosineWave(0.1, N), C), lambda: _cosine((K - K % C) / N)),
    "Mirrored": Case(lib.Mirrored(lib.CosineWave(0.1, N), 0.0, 0.1), lambda: 0.1 - _cosine(K / N)),
    "Scaled": Case(lib.Scaled(lib.CosineWave(0.1, N), 0.5), lambda: 0.5 * _cosine(K / N)),
}  # fmt: skip


def fastest(ours: Callable[[], Any], other: Callable[[], Any]) -> tuple[float, float]:
    """The fewest seconds of each side, run in turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(TURNS):
        for side, work in enumerate((ours, other)):
            start = time.perf_counter()
            work()
            times[side].append(time.perf_counter() - start)
    return min(times[0]), min(times[1])


def _calls(schedule: lib.Schedule, step: int) -> Callable[[], None]:
    def work() -> None:
        for _ in range(CALLS):
            schedule(step)

    return work


def main() -> int:
    """Print the table; 1 when a limit is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="those whose name begins with NAME; all without one")
    given = tuple(parser.parse_args().names)
    chosen = {name: case for name, case in CASES.items() if not given or name.startswith(given)}
    if not chosen:
        parser.error(f"no case begins with {given[0]!r}, the cases are {', '.join(CASES)}")
    print(f"{'10^6 rates, and one rate':34}{'ours':>9}{'NumPy':>9}{'ratio':>7}{'near':>10}{'at 10^12':>10}{'ratio':>7}")
    broken = 0
    for name, (schedule, bare, near_step, limit) in chosen.items():
        np.testing.assert_allclose(schedule(K), bare(), rtol=1e-6, atol=1e-12)
        ours, other = fastest(lambda schedule=schedule: schedule(K), bare)
        far, near = fastest(_calls(schedule, 10**12), _calls(schedule, near_step))
        over = ours / other > limit or far / near > FAR_LIMIT
        broken += over
        print(
            f"{name:34}{ours * 1e3:7.2f}ms{other * 1e3:7.2f}ms{ours / other:7.2f}"
            f"{near / CALLS * 1e6:8.2f}µs{far / CALLS * 1e6:8.2f}µs{far / near:7.2f}{'  over a limit' if over else ''}",
            flush=True,
        )
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
