"""Random lr sections, PaddleOCR's and this project's own, random runs, and random schedules."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from ppocr_lr import Schedule, build_schedule
from ppocr_lr.schedules import CosineWave, CyclicalCosine, StepDecay, TwoStepCosine, Warmup


def rates_from(lowest: float) -> st.SearchStrategy[float]:
    return st.floats(lowest, 1.0).map(lambda rate: float(f"{rate:.4g}"))


rates = rates_from(1e-6)
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
        learning_rate=rates_from(2e-5),
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
"""Sections that PaddleOCR accepts, by its names."""

_lengths = st.sampled_from([1, 2.5, "3it", "40it", "25%", "7.5 %"])
_ends = st.sampled_from([0.0, 1e-9, 1e-7])  # below every rate
_exponents = st.sampled_from([1, 0.5, 2.5])
_gammas = st.sampled_from([0.1, 0.5, 0.97])


def _merged(*parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(*parts).map(lambda drawn: {key: value for part in drawn for key, value in part.items()})


_warmups = st.one_of(
    st.just({}),
    _merged(
        st.sampled_from([{"warmup_epoch": 0.5}, {"warmup_epoch": "10%"}, {"warmup_iters": 7}, {"warmup_ratio": 0.1}]),
        st.one_of(
            st.sampled_from(["linear", "constant", "cosine", "1-sqrt", "exponential"]).map(
                lambda mode: {"warmup_mode": mode}
            ),
            st.just({"warmup_power": 2}),
        ),
        st.sampled_from([{}, {"warmup_overlap": "peak"}, {"warmup_overlap": "product"}]),
        st.sampled_from([{"warmup_start_lr": 1e-7}, {"warmup_start_factor": 0.1}, {"warmup_start_factor": 0.001}]),
    ),
)
_holds = st.sampled_from([{}, {"hold_epochs": 0.3}, {"hold_epochs": "4it"}])
_within = st.sampled_from([{}, {"decay_within_run": True}, {"cooldown_epochs": "10%"}, {"decay_length": "60%"}])
_every = st.sampled_from([{}, {}, {"floor": 1e-7}, {"floor": 1e-7, "ceiling": 1.0}, {"once_per_epoch": True}])
_k_decay = st.sampled_from([{}, {"k_decay": 2}])
_bent = st.sampled_from([{}, {"decay_power": 2}, {"num_cycles": 1.5}, {"num_cycles": 0.25, "decay_power": 0.5}])


def _cured(name: str, *parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """A section of a PaddleOCR name with the keys that PaddleOCR ignores."""
    plain = BY_NAME[name].map(lambda drawn: {key: value for key, value in drawn.items() if key != "warmup_epoch"})
    return _merged(plain, _warmups, *(parts or (_every,)))


def _own(name: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A section of a name with a peak that PaddleOCR does not know."""
    return _merged(section(name, learning_rate=rates, **fields), _warmups, _holds, _every)


_SIMPLE: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "Const": _cured("Const"),
    "Linear": _cured("Linear", _holds, _within, _k_decay),
    "Cosine": _cured("Cosine", _holds, _within, _bent, _k_decay, st.fixed_dictionaries({"end_lr": _ends})),
    "LinearWarmupCosine": _merged(
        BY_NAME["LinearWarmupCosine"], st.just({"warmup_steps": 7, "warmup_mode": "exponential"}), _within, _k_decay
    ),
    "Step": _cured("Step", _holds),
    "Piecewise": _cured("Piecewise", st.sampled_from([{}, {"decay_within_run": True}])),
    "MultiStepDecay": _cured("MultiStepDecay", st.sampled_from([{}, {"decay_within_run": True}])),
    "CyclicalCosine": _cured(
        "CyclicalCosine",
        _holds,
        st.fixed_dictionaries({"end_lr": _ends, "cycle_limit": st.sampled_from([None, 1, 3])}),
    ),
    "OneCycle": _cured(
        "OneCycle",
        st.fixed_dictionaries(
            {
                "pct_start": st.sampled_from([0.1, 0.25, 0.45]),
                "div_factor": st.sampled_from([1, 10.0]),
                "final_div_factor": st.sampled_from([1, 100]),
            }
        ),
        _within,
    ),
    "DecayLearningRate": _cured("DecayLearningRate", st.fixed_dictionaries({"min_lr": _ends}), _within, _k_decay)
    .map(lambda drawn: {**drawn, "warmup_iters": 5} if any("start" in key for key in drawn) else drawn)
    .map(lambda drawn: {key: value for key, value in drawn.items() if key not in ("warmup_epoch", "warmup_ratio")}),
    "TwoStepCosine": _cured(
        "TwoStepCosine", _holds, st.fixed_dictionaries({"end_lr": _ends, "first_epochs": _lengths})
    ),
    "Polynomial": _own(
        "Polynomial",
        end_lr=_ends,
        power=st.sampled_from([0.5, 1, 2.0]),
        decay_length=st.one_of(st.none(), _lengths),
        cycle=st.booleans(),
    ),
    "LinearLR": section(
        "LinearLR",
        learning_rate=rates,
        start_factor=st.sampled_from([0.1, 1, 2]),
        end_factor=st.sampled_from([0.5, 1]),
        decay_length=_lengths,
    ),
    "REX": _merged(_own("REX", end_lr=_ends), _within, _k_decay),
    "KDecay": _merged(_own("KDecay", k=st.sampled_from([0.5, 1, 3]), end_lr=_ends), _within),
    "Tanh": _merged(
        _own("Tanh", lower=st.sampled_from([-6, -1.5]), upper=st.sampled_from([0, 3]), end_lr=_ends), _within, _k_decay
    ),
    "CosineWarmRestarts": _merged(
        _own(
            "CosineWarmRestarts",
            T_mult=st.sampled_from([1, 1.5, 3]),
            eta_min=_ends,
            peak_decay=st.sampled_from([1, 0.5]),
            eta_min_decay=st.sampled_from([1, 0.5]),
            height_decay=st.sampled_from([1, 0.9]),
            decay_shape=st.sampled_from(["cosine", "linear", "1-sqrt", "half-life", "tanh"]),
            k_decay=_exponents,
            cycle_warmup=st.sampled_from([0, "2it"]),
            cycle_limit=st.sampled_from([None, 1, 3]),
        ),
        st.one_of(
            st.fixed_dictionaries({"T_0": _lengths}),
            st.fixed_dictionaries({"num_cycles": st.sampled_from([0.5, 1.5, 2, 3.7]), "T_mult": st.just(1)}),
            st.fixed_dictionaries({"cycles": st.lists(_lengths, min_size=1, max_size=4)}),
        ),
    ),
    "WSD": _merged(
        section(
            "WSD",
            learning_rate=rates,
            decay_length=st.sampled_from(["1it", 1, "40%"]),
            decay_shape=st.sampled_from(["linear", "cosine", "1-sqrt", "exponential", "half-life", "tanh"]),
            k_decay=_exponents,
            end_lr=st.sampled_from([1e-9, 1e-7]),
        ),
        _warmups,
    ),
    "Trapezoid": _merged(section("Trapezoid", learning_rate=rates, end_lr=_ends), _warmups),
    "InverseSqrt": _own("InverseSqrt", timescale=_lengths, decay_power=_exponents),
    "InverseTime": _own("InverseTime", gamma=st.sampled_from([0.1, 2]), step_size=_lengths),
    "Noam": section("Noam", learning_rate=rates, d_model=st.sampled_from([1, 512]), warmup_iters=st.integers(1, 50)),
    "Exponential": _own("Exponential", gamma=_gammas, step_size=_lengths, staircase=st.booleans()),
    "NaturalExp": _own("NaturalExp", gamma=_gammas, step_size=_lengths),
    "PiecewiseLinear": section(
        "PiecewiseLinear",
        knots=st.lists(rates, min_size=1, max_size=5).map(
            lambda drawn: [[index * 2.5, rate] for index, rate in enumerate(drawn)]
        ),
    ),
    "Cyclic": section(
        "Cyclic",
        max_lr=rates,
        base_lr=_ends,
        step_size_up=_lengths,
        step_size_down=st.one_of(st.none(), _lengths),
        mode=st.sampled_from(["triangular", "triangular2", "exp_range"]),
        gamma=st.sampled_from([0.9, 0.999]),
        cycle_limit=st.sampled_from([None, 1, 3]),
    ),
    "RangeTest": section(
        "RangeTest", start_lr=_ends.filter(bool), end_lr=rates, updates=st.sampled_from([2, 17, 80, 5000])
    ),
}

_parts = st.one_of(*BY_NAME.values(), *_SIMPLE.values())

OWN: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    **_SIMPLE,
    "Scale": st.one_of(
        section("Scale", factor=st.sampled_from([0.1, 3]), schedule=_parts),
        section(
            "Scale",
            schedule=_parts,
            times=st.just({"name": "Trapezoid", "learning_rate": 1}),
            end_lr=st.sampled_from([0, 1e-9]),
        ),
    ),
    "Sequence": section(
        "Sequence",
        stages=st.tuples(_parts, _parts).map(
            lambda drawn: [{**drawn[0], "epochs": "50%"}, {**drawn[1], "until_end": True}]
        ),
    ),
}
"""Sections with keys or names that PaddleOCR does not know; they fit any of `long_enough`."""

sections = st.one_of(*BY_NAME.values(), *OWN.values())

long_enough = st.tuples(st.integers(4, 30), st.integers(20, 40))

planned = st.one_of(
    st.tuples(st.one_of(*BY_NAME.values()), runs), st.tuples(st.one_of(*OWN.values()), long_enough)
).map(lambda drawn: (drawn[0], *drawn[1]))
"""(section, epochs, iters_per_epoch)"""

schedules = planned.map(lambda drawn: (build_schedule(*drawn), drawn[1] * drawn[2]))
"""(schedule, total_iters)"""

_peaks = st.sampled_from([1e-6, 0.1, 1.0])
_cycles = st.integers(1, 12)
many_pieces: st.SearchStrategy[Schedule] = st.one_of(
    st.builds(CosineWave, _peaks, _cycles, st.sampled_from([0.0, 1e-7])),
    st.builds(CyclicalCosine, _peaks, st.tuples(_cycles), end=st.sampled_from([0.0, 1e-7])),
    st.builds(StepDecay, _peaks, _cycles, st.sampled_from([0.5, 0.999])),
    st.builds(TwoStepCosine, _peaks, st.integers(1, 300), _cycles, recursive=st.booleans()),
)
"""Schedules that turn, drop or restart hundreds of times in a few thousand updates."""

long_runs = st.tuples(
    st.one_of(
        many_pieces,
        st.builds(lambda after, warmup: Warmup(after, warmup, after(0)), many_pieces, st.integers(1, 500)),
    ),
    st.integers(1, 8000),
)
"""(schedule, total_iters)"""
