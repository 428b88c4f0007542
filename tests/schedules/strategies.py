"""Random schedules of every class, and schedules made of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from ppocr_lr import schedules as lib
from ppocr_lr.errors import LRConfigError

peaks = st.sampled_from([1e-6, 0.1, 1.0])
ends = st.sampled_from([0.0, 1e-9, 1e-7])  # below every peak
lengths = st.one_of(st.integers(1, 12), st.integers(20, 150))
gammas = st.sampled_from([0.1, 0.5, 0.9, 0.97, 0.999])
exponents = st.sampled_from([0.3, 0.5, 1.0, 2.0, 3.5])
shapes = st.one_of(
    st.builds(lib.Power, exponents),
    st.sampled_from([lib.COSINE, lib.OneMinusSqrt(), lib.Reflected(), lib.HalfLife()]),
    st.builds(lib.Tanh, st.sampled_from([-6.0, -1.0]), st.sampled_from([0.5, 3.0])),
    st.builds(lib.Bent, st.sampled_from([lib.LINEAR, lib.COSINE, lib.Reflected()]), exponents, exponents),
)
waves = st.builds(lib.Cosine, st.sampled_from([0.25, 0.875, 1.5, 3.0]))


def _restarts(cycles: list[int]) -> st.SearchStrategy[lib.WarmRestarts]:
    return st.builds(
        lib.WarmRestarts, peaks, st.just(tuple(cycles)), st.sampled_from([1.0, 1.01, 1.1, 1.5, 2, 3]), ends,
        st.sampled_from([1.0, 0.9, 0.5, 0.01]), st.integers(0, min(cycles) - 1), st.one_of(st.just(lib.COSINE), shapes),
        st.sampled_from([1.0, 0.5]), st.sampled_from([1.0, 0.9]),
    )  # fmt: skip


def _divided(drawn: tuple[int, float]) -> st.SearchStrategy[lib.DividedRestarts]:
    iters, cycles = drawn
    return st.builds(
        lib.DividedRestarts, peaks, st.just((iters,)), st.just(1.0), ends, st.sampled_from([1.0, 0.5]),
        st.integers(0, int(iters / max(1, cycles)) - 1), st.one_of(st.just(lib.COSINE), shapes),
        st.sampled_from([1.0, 0.5]), st.sampled_from([1.0, 0.9]), cycles=st.just(cycles),
    )  # fmt: skip


def _knots(steps: list[int]) -> st.SearchStrategy[lib.PiecewiseLinear]:
    rates = st.lists(st.floats(0, 1), min_size=len(steps), max_size=len(steps))
    return rates.map(lambda drawn: lib.PiecewiseLinear(tuple(zip(sorted(steps), drawn, strict=True))))


leaves: dict[type[lib.Schedule], st.SearchStrategy[lib.Schedule]] = {
    lib.Constant: st.builds(lib.Constant, peaks),
    lib.CosineWave: st.builds(lib.CosineWave, peaks, lengths, ends, oscillates=st.booleans()),
    lib.Cyclic: st.builds(
        lib.Cyclic, peaks, ends, lengths, lengths, st.sampled_from(["triangular", "triangular2", "exp_range"]), gammas
    ),
    lib.CyclicPolynomial: st.builds(lib.CyclicPolynomial, peaks, lengths, ends, exponents),
    lib.CyclicalCosine: st.builds(lib.CyclicalCosine, peaks, st.tuples(lengths), end=ends),
    lib.Decay: st.one_of(
        st.builds(lib.Decay, peaks, lengths, ends, st.one_of(shapes, waves)),
        st.builds(lib.Decay, peaks, lengths, ends, st.builds(lib.Bent, waves, exponents, st.sampled_from([0.5, 2.0]))),
        st.builds(lib.Decay, peaks, lengths, st.sampled_from([1e-9, 1e-7, 1e-6]), st.just(lib.Exponential())),
    ),
    lib.ExponentialDecay: st.builds(lib.ExponentialDecay, peaks, gammas, lengths),
    lib.ExponentialGrowth: st.builds(lib.ExponentialGrowth, peaks, st.sampled_from([1.001, 1.5]), lengths),
    lib.ExponentialRise: st.builds(lib.ExponentialRise, st.sampled_from([1e-9, 1e-7]), lengths, peaks),
    lib.InverseSqrt: st.builds(lib.InverseSqrt, peaks, lengths, st.sampled_from([0.5, 0.3, 2.0])),
    lib.InverseTimeDecay: st.builds(lib.InverseTimeDecay, peaks, gammas, lengths),
    lib.MultiStepDecay: st.builds(
        lib.MultiStepDecay, peaks, st.lists(lengths, max_size=4).map(lambda steps: tuple(sorted(steps))), gammas
    ),
    lib.NaturalExpDecay: st.builds(lib.NaturalExpDecay, peaks, gammas, lengths),
    lib.Noam: st.builds(lib.Noam, st.integers(1, 1024), lengths, st.sampled_from([0.2, 1.0])),
    lib.OneCycle: st.builds(
        lib.OneCycle, peaks, lengths, st.sampled_from(["cos", "linear"]), three_phase=st.booleans()
    ),
    lib.PiecewiseConstant: st.builds(
        lib.PiecewiseConstant, st.tuples(st.integers(0, 50), st.integers(50, 150)), st.tuples(peaks, peaks, peaks)
    ),
    lib.PiecewiseLinear: st.lists(st.integers(0, 200), min_size=1, max_size=6, unique=True).flatmap(_knots),
    lib.StepDecay: st.builds(lib.StepDecay, peaks, lengths, gammas),
    lib.TwoStepCosine: st.builds(lib.TwoStepCosine, peaks, lengths, lengths, recursive=st.booleans()),
    lib.DividedRestarts: st.tuples(st.integers(20, 200), st.sampled_from([0.5, 1, 1.5, 2.4, 3, 7.3])).flatmap(_divided),
    lib.WarmRestarts: st.lists(lengths, min_size=1, max_size=3).flatmap(_restarts),
}


def _product(schedule: lib.Schedule, by: lib.Schedule, end: float) -> lib.Product | None:
    """None where one rises again and again while the other falls."""
    try:
        return lib.Product(schedule, by, end)
    except LRConfigError:
        return None


def _staircase(schedule: lib.Schedule, step_iters: int) -> lib.Staircase | None:
    """None where no whole number of steps fits into some cycles."""
    try:
        return lib.Staircase(schedule, step_iters)
    except LRConfigError:
        return None


def _composed(
    inner: st.SearchStrategy[lib.Schedule], mirror: float
) -> dict[type[lib.Schedule], st.SearchStrategy[lib.Schedule]]:
    """Of `inner` ones; `mirror` is far above them, so that a mirror of a mirror is not the rounding of the first."""
    warmup: list[st.SearchStrategy[Any]] = [
        inner,
        lengths,
        peaks.map(lambda peak: peak * 2),
        peaks.map(lambda p: p / 1e7),
    ]
    return {
        lib.Warmup: st.builds(
            lib.Warmup, *warmup, st.one_of(shapes, st.sampled_from([lib.Flat(), lib.Exponential()]))
        ),
        lib.Bounded: st.builds(lib.Bounded, inner, ends, st.sampled_from([1e-7, 0.05, 0.5, 10.0])),
        lib.EndedAfter: st.builds(
            lib.EndedAfter,
            st.one_of(*(leaves[kind] for kind in (lib.Cyclic, lib.CyclicalCosine, lib.DividedRestarts, lib.WarmRestarts))),
            st.sampled_from([1, 2, 5, 1000]),
        ),
        lib.Product: st.builds(_product, inner, inner, st.one_of(st.just(0.0), ends)).filter(bool),
        lib.Staircase: st.builds(_staircase, inner, lengths).filter(bool),
        lib.From: st.builds(lib.From, inner, st.integers(0, 150)),
        lib.HeldAfter: st.builds(lib.HeldAfter, inner, st.integers(0, 150)),
        lib.Mirrored: st.builds(lib.Mirrored, inner, ends, st.just(mirror)),
        lib.Scaled: st.builds(lib.Scaled, inner, st.sampled_from([0.0, 0.1, 3.0])),
        lib.Sequence: st.builds(
            lib.Sequence, st.lists(st.tuples(inner, lengths), max_size=5).map(tuple), inner
        ),
    }  # fmt: skip


any_leaf = st.one_of(*leaves.values())
composed = _composed(st.one_of(any_leaf, *_composed(any_leaf, 1e3).values()), 1e5)
BY_CLASS = leaves | composed
"""A strategy for every class."""

any_schedule = st.tuples(st.one_of(*BY_CLASS.values()), st.integers(1, 400))
"""(schedule, total_iters)"""
