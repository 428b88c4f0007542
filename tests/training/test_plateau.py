"""What metrics do to a plateau: beside Paddle's own class, and beside the scheduler that trains."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("paddle")

from paddle.optimizer import lr

from ppocr_lr import Run, build_lr_scheduler
from ppocr_lr.logs.simulated import simulate_plateau
from ppocr_lr.lr_config import parse_lr_config

EPOCHS, ITERS = 12, 5
KEYS = st.fixed_dictionaries(
    {
        "learning_rate": st.sampled_from([1e-8, 0.001, 0.1, 3.0]),
        "mode": st.sampled_from(["min", "max"]),
        "factor": st.sampled_from([0.1, 0.5, 0.97]),
        "patience": st.integers(0, 3),
        "threshold": st.sampled_from([0.0, 1e-4, 0.1, 2.0]),
        "threshold_mode": st.sampled_from(["rel", "abs"]),
        "cooldown": st.integers(0, 3),
        "min_lr": st.sampled_from([0.0, 1e-3, 0.05, 0.2]),
        "epsilon": st.sampled_from([0.0, 1e-8, 1e-2]),
    }
)
METRICS = st.lists(
    st.sampled_from([0.0, -1.0, 0.5, 0.50001, 0.6, 1.0, float("nan"), float("inf"), float("-inf")])
    | st.floats(-1, 1, width=16),
    max_size=30,
)


def plateau(section: dict[str, Any], epochs: int = EPOCHS) -> Any:
    return parse_lr_config(section, Run(epochs, ITERS)).plateau


@given(KEYS, METRICS)
def test_it_reduces_as_paddle_does(keys: dict[str, Any], metrics: list[float]) -> None:
    paddles = lr.ReduceOnPlateau(**keys)
    rates = [paddles()]
    for metric in metrics:
        paddles.step(metric)
        rates.append(paddles())
    led = plateau({"name": "ReduceOnPlateau", **keys})
    simulated, reductions = simulate_plateau(led, [(7 * n + 7, metric) for n, metric in enumerate(metrics)])
    assert [simulated(7 * n) for n in range(len(rates))] == rates
    assert [simulated(7 * n + 6) for n in range(len(rates))] == rates
    drops = [(7 * n, rates[n - 1], rates[n]) for n in range(1, len(rates)) if rates[n] != rates[n - 1]]
    assert [tuple(reduction) for reduction in reductions] == drops


@given(
    KEYS,
    st.lists(st.tuples(st.integers(1, EPOCHS * ITERS), st.sampled_from([0.1, 0.5, 0.9])), max_size=20),
    st.sampled_from([0, 3, 17]),
    st.booleans(),
    st.integers(0, EPOCHS * ITERS),
)
def test_it_is_what_trains(
    keys: dict[str, Any], evaluations: list[tuple[int, float]], warmup: int, inside: bool, stop: int
) -> None:
    """Update by update, behind a warmup, and as the last stage of a Sequence; with a resume in any of them."""
    section = {"name": "ReduceOnPlateau", **keys, "warmup_iters": warmup}
    if inside:
        before = {"name": "Linear", "learning_rate": 0.3, "epochs": "10it"}
        section = {"name": "Sequence", "stages": [before, {**section, "until_end": True}]}
    evaluations = sorted(evaluations, key=lambda evaluation: evaluation[0])
    trains = build_lr_scheduler(section, EPOCHS, ITERS)
    counts_updates = not isinstance(trains, lr.ReduceOnPlateau)
    rates = []
    for update in range(EPOCHS * ITERS):
        if update == stop:
            state = copy.deepcopy(trains.state_dict())
            trains = build_lr_scheduler(section, EPOCHS, ITERS)
            trains.set_state_dict(state)
        for done, metric in evaluations:
            if done == update:
                trains.step(metric)
        rates.append(trains())
        if counts_updates:
            trains.step()
    parsed, window = parse_lr_config(section, Run(EPOCHS, ITERS)), Run(EPOCHS, ITERS).window
    simulated, _ = simulate_plateau(plateau(section), evaluations)
    whole = parsed.config.led_plateau(window, simulated).before
    assert [whole(update) for update in range(EPOCHS * ITERS)] == rates


@pytest.mark.parametrize("state", [{"last_epoch": 9, "last_lr": 0.1}, {}])
def test_a_state_of_another_shape_is_refused(state: dict[str, Any]) -> None:
    section = {"name": "ReduceOnPlateau", "learning_rate": 0.1, "warmup_epoch": 1}
    trains = build_lr_scheduler(section, EPOCHS, ITERS)
    before = copy.deepcopy(trains.state_dict())
    with pytest.raises(
        KeyError, match="a state of this scheduler has last_epoch and ReduceOnPlateau, received the keys"
    ):
        trains.set_state_dict(state)
    assert trains.state_dict() == before


@pytest.mark.parametrize("last_epoch", ["9", -1, 2.5, None, True])
def test_a_state_that_cannot_be_used_changes_nothing(last_epoch: Any) -> None:
    section = {"name": "ReduceOnPlateau", "learning_rate": 0.1, "warmup_epoch": 1, "patience": 0}
    trained, trains = (build_lr_scheduler(section, EPOCHS, ITERS) for _ in range(2))
    for _ in range(2 * ITERS):
        trained.step()
    trained.step(1.0)
    trained.step(2.0)
    before, state = copy.deepcopy(trains.state_dict()), copy.deepcopy(trained.state_dict())
    assert state != before
    with pytest.raises((TypeError, ValueError), match="a step"):
        trains.set_state_dict({**state, "last_epoch": last_epoch})
    assert trains.state_dict() == before
