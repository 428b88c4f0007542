"""Random lr sections that PaddleOCR accepts, random runs, and random schedules."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from ppocr_lr import Schedule, build_schedule
from ppocr_lr.schedules import CosineDecay, CyclicalCosine, LinearWarmup, StepDecay, TwoStepCosine

rates = st.floats(1e-6, 1.0).map(lambda rate: float(f"{rate:.4g}"))
warmups = st.sampled_from([0, 0.02, 0.5, 1, 1.5, 2, 2.32, 5, 30])
runs = st.tuples(st.integers(1, 30), st.integers(1, 40))


def rising_epochs(most: int = 5) -> st.SearchStrategy[list[float]]:
    epoch = st.one_of(st.integers(1, 30), st.sampled_from([0.5, 1.25, 7.1, 12.9]))
    return st.lists(epoch, min_size=1, max_size=most, unique=True).map(sorted)


def section(name: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"name": st.just(name)} | fields)


def with_warmup(name: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return section(name, warmup_epoch=warmups, **fields)


def _piecewise() -> st.SearchStrategy[dict[str, Any]]:
    return rising_epochs().flatmap(
        lambda epochs: with_warmup(
            "Piecewise",
            decay_epochs=st.just(epochs),
            values=st.lists(rates, min_size=len(epochs) + 1, max_size=len(epochs) + 1),
        )
    )


BY_NAME: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "Const": with_warmup("Const", learning_rate=rates),
    "Linear": with_warmup(
        "Linear",
        learning_rate=rates,
        end_lr=st.sampled_from([0.0, 1e-7]),
        power=st.sampled_from([0.5, 1, 2.0]),
    ),
    "Cosine": with_warmup("Cosine", learning_rate=rates),
    "LinearWarmupCosine": section(
        "LinearWarmupCosine",
        learning_rate=st.floats(2e-5, 1.0),
        warmup_steps=st.sampled_from([0, 1, 7, 300]),
        start_lr=st.sampled_from([1e-5, 1e-6]),
        min_lr=st.sampled_from([0.0, 1e-8]),
    ),
    "Step": with_warmup(
        "Step", learning_rate=rates, step_size=st.integers(1, 9), gamma=st.sampled_from([0.1, 0.5, 0.97])
    ),
    "Piecewise": _piecewise(),
    "MultiStepDecay": with_warmup(
        "MultiStepDecay", learning_rate=rates, milestones=rising_epochs(), gamma=st.sampled_from([0.1, 0.5])
    ),
    "CyclicalCosine": with_warmup("CyclicalCosine", learning_rate=rates, cycle=st.sampled_from([1, 2.5, 3, 7])),
    "OneCycle": with_warmup(
        "OneCycle",
        max_lr=rates,
        anneal_strategy=st.sampled_from(["cos", "linear"]),
        three_phase=st.booleans(),
    ),
    "DecayLearningRate": section("DecayLearningRate", learning_rate=rates, factor=st.sampled_from([0.5, 0.9, 2])),
    "TwoStepCosine": with_warmup("TwoStepCosine", learning_rate=rates),
}

sections = st.one_of(*BY_NAME.values())

planned = st.tuples(sections, runs).map(lambda drawn: (drawn[0], *drawn[1]))
"""(section, epochs, iters_epoch)"""

schedules = planned.map(lambda drawn: (build_schedule(*drawn), drawn[1] * drawn[2]))
"""(schedule, total_iters)"""

_peaks = st.sampled_from([1e-6, 0.1, 1.0])
_cycles = st.integers(1, 12)
many_pieces: st.SearchStrategy[Schedule] = st.one_of(
    st.builds(CosineDecay, _peaks, _cycles, st.sampled_from([0.0, 1e-7])),
    st.builds(CyclicalCosine, _peaks, _cycles, st.sampled_from([0.0, 1e-7])),
    st.builds(StepDecay, _peaks, _cycles, st.sampled_from([0.5, 0.999])),
    st.builds(TwoStepCosine, _peaks, st.integers(1, 300), _cycles, st.booleans()),
)
"""Schedules that turn, drop or restart hundreds of times in a few thousand updates."""

long_runs = st.tuples(
    st.one_of(
        many_pieces,
        st.builds(lambda after, warmup: LinearWarmup(after, warmup, after(0)), many_pieces, st.integers(1, 500)),
    ),
    st.integers(1, 8000),
)
"""(schedule, total_iters)"""
