"""What the names of this project refuse, and that nothing but an LRConfigError comes of any value."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ppocr_lr import LRConfigError, build_schedule
from ppocr_lr.lr_config import MODELS, Run, parse_lr_config
from tests.chinese import is_refused_in_chinese
from tests.lr_config.tables import EPOCHS, ITERS_EPOCH
from tests.strategies import BY_NAME, OWN

SGDR = {"name": "CosineWarmRestarts", "learning_rate": 0.1, "T_0": 5}
WSD = {"name": "WSD", "learning_rate": 0.1}
KNOTS: dict[str, Any] = {"name": "PiecewiseLinear"}
CYCLE = {"name": "Cyclic", "max_lr": 0.1, "base_lr": 0.01, "step_size_up": 2}
CONST = {"learning_rate": 0.1}
PLATEAU = {"name": "ReduceOnPlateau", "learning_rate": 0.1}


def sequence(*stages: Any) -> dict[str, Any]:
    return {"name": "Sequence", "stages": list(stages)}


REFUSED: list[tuple[dict[str, Any], str]] = [
    (sequence({**PLATEAU, "epochs": 3}, {**CONST, "until_end": True}), "stages.0.name: cannot be here, as a metric decides the rate"),
    (sequence({**sequence({**PLATEAU, "until_end": True}), "epochs": 3}, {**CONST, "until_end": True}),
     "stages.0.stages.0.name: cannot be here, as a metric"),
    ({"name": "Scale", "schedule": PLATEAU}, "schedule.name: cannot be here, as a metric decides the rate"),
    ({"name": "Scale", "schedule": sequence({**PLATEAU, "until_end": True})}, "schedule.stages.0.name: cannot be here, as a metric"),
    ({**sequence({**PLATEAU, "until_end": True}), "floor": 0.01}, "floor: 0.01 is not allowed; it must be left out where a metric decides"),
    ({**sequence({**PLATEAU, "until_end": True}), "once_per_epoch": True}, "once_per_epoch: true is not allowed; it must be left out where a"),
    ({"name": "RangeTest", "updates": 1}, "updates: 1 is not allowed; it must be at least 2 iterations"),
    ({"name": "RangeTest", "updates": "0.5%"}, "updates: '0.5%' is not allowed; it must be at least 2 iterations"),
    ({"name": "CosineWarmRestarts", "learning_rate": 0.1}, "T_0: is missing; it must be a length, or cycles"),
    ({**SGDR, "cycles": [1, 2]}, "T_0: 5 is not allowed; it must be a length, or cycles"),
    ({**SGDR, "T_0": 0.01}, "T_0: 0.01 is not allowed; it must be long enough for one iteration"),
    ({**SGDR, "T_0": None, "cycles": ["1it", 0.01]}, r"cycles: \['1it', 0.01\] is not allowed; .*rounds to 0"),
    ({**SGDR, "T_0": None, "cycles": [1, "x"]}, "cycles.1: 'x' is not allowed; it must be a length above 0"),
    ({**WSD, "decay_shape": "exponential"}, "end_lr: 0.0 is not allowed; it must be above 0 with an exponential decay"),
    ({"name": "InverseSqrt", **CONST}, "timescale: is missing; it must be a length, as there is no warmup"),
    ({"name": "Noam", "d_model": 512, "learning_rate": 5e-324}, "learning_rate: 5e-324 .*large enough for a peak above 0"),
    ({"name": "Noam", "d_model": 512, "warmup_iters": "0.01%"}, "warmup_iters: .0.01%. .*long enough for one iteration"),
    ({"name": "Noam"}, "d_model: is missing; Noam needs it: width of the model"),
    ({"name": "Exponential", **CONST, "gamma": 0}, "gamma: 0 is not allowed; it must be a number above 0"),
    ({"name": "InverseTime", **CONST, "gamma": 0}, "gamma: 0 is not allowed; it must be a number above 0"),
    ({"name": "Polynomial", **CONST, "decay_length": 5, "decay_within_run": True}, "decay_length: 5 .*must be left out"),
    ({"name": "KDecay", **CONST, "k": 0}, "k: 0 is not allowed"),
    ({**KNOTS, "knots": []}, r"knots: \[\] is not allowed; it must be a list of pairs"),
    ({**KNOTS, "knots": [[0, 0], [5, 0]]}, "one of the rates above 0"),
    ({**KNOTS, "knots": [[5, 0.1], ["10it", 0]]}, "in rising order, each once; iteration 10 comes after 50"),
    ({**KNOTS, "knots": [[1, 0.1], ["10it", 0]]}, "iteration 10 comes twice"),
    ({"name": "Cyclic", "max_lr": 0.1, "base_lr": 0.01}, "step_size_up: is missing; Cyclic needs it: length of the rise"),
    ({**CYCLE, "mode": "triangle"}, "it must be triangular, triangular2 or exp_range"),
    (sequence(), r"stages: \(\)|stages: \[\] is not allowed; it must be a list of at least one stage"),
    (sequence({**CONST, "epochs": "x"}), "stages.0.epochs: 'x' is not allowed; it must be the length of the stage"),
    (sequence({"name": "Cosin", "until_end": True}), "stages.0.name: 'Cosin' is not a schedule; did you mean Cosine"),
    ({"name": "Scale", "factor": 0, "schedule": CONST}, "factor: 0 is not allowed; it must be a number above 0"),
    ({"name": "Exponential", **CONST, "gamma": 1e6, "step_size": "1it"}, "gamma: 1000000.0 is not allowed; it must be smaller: the rates would be 1e"),
    ({**CYCLE, "mode": "exp_range", "gamma": 1e6}, "gamma: 1000000.0 is not allowed; it must be smaller: the rates would be 1e"),
    ({"name": "Scale", "schedule": CONST, "times": {"name": "WSD", **CONST, "decay_length": "999it"}}, "times.decay_length: '999it' is not allowed"),
    ({"name": "Scale", "schedule": CONST, "times": 5}, "times: 5 is not allowed; it must be an lr section"),
    ({"name": "Scale", "factor": 2, "schedule": {}}, "Optimizer.lr.schedule.learning_rate: is missing"),
    ({"name": "Scale", "factor": 1e99, "schedule": {"name": "Scale", "factor": 1e99, "schedule": CONST}}, "99 is not allowed; it must be smaller: the rates would be 1e"),
    ({"name": "Scale", "factor": 2, "schedule": sequence({**CONST, "epochs": 5})}, "Optimizer.lr.schedule.stages: they last"),
]  # fmt: skip


@pytest.mark.parametrize(("section", "message"), REFUSED, ids=lambda value: str(value)[:90])
def test_what_is_refused(section: dict[str, Any], message: str) -> None:
    with pytest.raises(LRConfigError, match=message):
        build_schedule(section, EPOCHS, ITERS_EPOCH)
    is_refused_in_chinese(lambda: build_schedule(section, EPOCHS, ITERS_EPOCH))


def test_what_is_said_of_a_section_inside_names_its_place() -> None:
    inside = {"name": "Cosine", "learning_rate": "1e-1", "warmup_epoch": -1, "warmup_epochs": 2}
    section = sequence({**CONST, "epochs": 5}, {"name": "Scale", "factor": 2, "schedule": inside, "until_end": True})
    remarks = parse_lr_config(section, Run(20, 10)).remarks
    assert [(remark.code, remark.key) for remark in remarks] == [
        ("LR101", "stages.1.schedule.warmup_epochs"),
        ("LR305", "stages.1.schedule.warmup_epoch"),
    ]
    with pytest.raises(
        LRConfigError, match=r"Optimizer\.lr\.stages\.1\.schedule\.warmup_epochs: is not a key of Cosine"
    ):
        build_schedule(section, 20, 10, strict=True)


odd = st.one_of(
    st.sampled_from(
        [None, True, "", "x", "500it", "10%", "1e-3", -1, 0, 1, 2, 0.5, 1e-320, 1e99, 1e300, 10**400, [], {}]
    ),
    st.floats(),
    st.integers(),
    st.lists(st.sampled_from([0, 1, "x", 1e300, [0, 1], None]), max_size=3),
    st.sampled_from([{"learning_rate": 0.1}, [{"learning_rate": 0.1, "until_end": True}]]),
)


@pytest.mark.parametrize("name", sorted(set(MODELS) - {"ReduceOnPlateau"}))
@given(data=st.data())
@settings(max_examples=100)
def test_any_value_of_any_key_is_a_rate_or_one_error(name: str, data: st.DataObject) -> None:
    section = data.draw({**BY_NAME, **OWN}[name])
    keys = data.draw(st.lists(st.sampled_from(sorted(MODELS[name].model_fields)), min_size=1, max_size=3))
    section |= {key: data.draw(odd) for key in keys}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            schedule = build_schedule(section, *data.draw(st.tuples(st.integers(1, 5), st.integers(1, 5))))
        except LRConfigError as error:
            said = str(error)
        else:
            said = "Optimizer.lr can be used"
            assert all(math.isfinite(schedule(update)) for update in (0, 1, 7, 10**6, 10**12))
    assert "Optimizer.lr" in said


GROWTH = {"name": "Exponential", "learning_rate": 1e-10, "gamma": 10, "step_size": "1it"}
TRIANGLES = {"name": "Cyclic", "max_lr": 1e-10, "base_lr": 0, "step_size_up": "1it", "mode": "exp_range", "gamma": 10}
HARDLY = {"name": "Exponential", "learning_rate": 0.1, "gamma": 1.000000000000001}
ENDS_FALL = {"T_0": "1it", "peak_decay": 0.1, "eta_min": 1e-6, "eta_min_decay": 0.1, "decay_shape": "exponential"}
# each alone is a fine number; what is made of it leaves the floats, or the updates that there are
FAR: list[dict[str, Any]] = [
    GROWTH,
    TRIANGLES,
    {**HARDLY, "floor": 0.001},
    {**HARDLY, "once_per_epoch": True},
    {"name": "OneCycle", "max_lr": 0.1, "pct_start": 1e-20, "floor": 0.001},
    {"name": "CosineWarmRestarts", "learning_rate": 0.1, "num_cycles": 1e-308},
    {"name": "CosineWarmRestarts", "learning_rate": 0.1, **ENDS_FALL},
]


@pytest.mark.parametrize("section", FAR, ids=str)
def test_no_rate_leaves_the_floats_and_no_corner_the_updates(section: dict[str, Any]) -> None:
    schedule = parse_lr_config(section, Run(1, 50)).schedule
    updates = np.array([0, 1, 2, 49, 1000, 10**6, 10**12, 2**63 - 1])
    rates = schedule(updates)
    assert np.isfinite(rates).all()
    np.testing.assert_allclose([schedule(int(update)) for update in updates], rates, rtol=1e-9)
    assert all(0 <= corner <= 1000 for corner in schedule.corner_steps(1000)[0])
    assert min(rates) >= schedule.extremes(0, 2**63 - 1)[0] * (1 - 1e-12)


@pytest.mark.parametrize("section", [GROWTH, TRIANGLES], ids=str)
def test_a_growth_beyond_every_rate_is_refused(section: dict[str, Any]) -> None:
    with pytest.raises(LRConfigError, match=r"gamma: 10\.0 is not allowed; it must be smaller"):
        parse_lr_config(section, Run(20, 100))
