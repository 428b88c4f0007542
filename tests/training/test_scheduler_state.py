"""load_lr_state: a scheduler goes on where any state stopped, with its own rate."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

pytest.importorskip("paddle")

import paddle
from paddle.optimizer import lr

from ppocr_lr import LoadedState, LRConfigError, build_lr_scheduler, build_schedule, load_lr_state
from tests import paddleocr
from tests.checkpoints import optimizer_for
from tests.training.test_paddle_scheduler import ALL, CLOSE, EPOCHS, ITERS, TOTAL

COSINE = {"name": "Cosine", "learning_rate": 0.1}
WARM = {**COSINE, "warmup_epoch": 1.5}


@pytest.mark.parametrize("section", ALL)
@pytest.mark.parametrize("update", [0, 1, 7, 13, TOTAL - 1])
@pytest.mark.parametrize("build", [build_lr_scheduler, paddleocr.build])
def test_goes_on_with_the_configs_rates(section: dict[str, Any], update: int, build: Any) -> None:
    scheduler = build(section, EPOCHS, ITERS)
    if isinstance(scheduler, float):
        return
    loaded = load_lr_state(scheduler, {"last_epoch": update, "last_lr": 0.25})
    schedule = build_schedule(section, EPOCHS, ITERS)
    assert (loaded.update, loaded.rate_before, loaded.rate_now) == (update, 0.25, scheduler())
    assert loaded.same_shape == ("LinearWarmup_LR" not in scheduler.state_dict())
    np.testing.assert_allclose(loaded.jump, schedule(update) / 0.25 - 1, **CLOSE)
    for step in range(update, TOTAL):
        np.testing.assert_allclose(scheduler(), schedule(step), **CLOSE)
        scheduler.step()


@pytest.mark.parametrize("build", [build_lr_scheduler, paddleocr.build])
@pytest.mark.parametrize(("saved", "loading"), [(COSINE, WARM), (WARM, COSINE), (WARM, WARM)])
def test_takes_the_state_of_another_shape(build: Any, saved: dict[str, Any], loading: dict[str, Any]) -> None:
    source, scheduler = paddleocr.build(saved, EPOCHS, ITERS), build(loading, EPOCHS, ITERS)
    assert not isinstance(source, float)
    for _ in range(13):
        source.step()
    loaded = load_lr_state(scheduler, {"w_0_velocity_0": None, "LR_Scheduler": source.state_dict()})
    assert loaded.same_shape == (saved == loading)
    np.testing.assert_allclose(scheduler(), build_schedule(loading, EPOCHS, ITERS)(13), **CLOSE)


def test_a_whole_optimizer_state_whose_scheduler_differs() -> None:
    """The recipe of docs/resume.md: moments from the file, the scheduler's own state, then load_lr_state."""
    saved = optimizer_for(paddleocr.build(COSINE, EPOCHS, ITERS), "Adam")
    saved._learning_rate.step(13)
    state = saved.state_dict()
    scheduler = paddleocr.build(WARM, EPOCHS, ITERS)
    optimizer = optimizer_for(scheduler, "Adam")
    with pytest.raises(KeyError, match="LinearWarmup_LR"):
        optimizer.set_state_dict(state)
    optimizer.set_state_dict({**state, "LR_Scheduler": scheduler.state_dict()})
    loaded = load_lr_state(scheduler, state)
    assert optimizer.get_lr() == loaded.rate_now
    np.testing.assert_allclose(loaded.rate_now, build_schedule(WARM, EPOCHS, ITERS)(13), **CLOSE)
    moment = next(name for name in state if "moment1" in name)
    np.testing.assert_array_equal(optimizer.state_dict()[moment].numpy(), state[moment].numpy())


def test_a_state_without_a_scheduler_needs_the_update() -> None:
    state = optimizer_for(0.1).state_dict()
    scheduler = build_lr_scheduler(WARM, EPOCHS, ITERS)
    with pytest.raises(LRConfigError, match=r"neither LR_Scheduler nor last_epoch .* for Const without warmup"):
        load_lr_state(scheduler, state)
    assert scheduler.last_epoch == 0
    loaded = load_lr_state(scheduler, state, update=13)
    assert (loaded.update, loaded.rate_before, loaded.jump, loaded.same_shape) == (13, None, 0.0, False)
    assert str(loaded).startswith("the scheduler is at update 13, rate 9.")
    assert load_lr_state(scheduler, {"last_epoch": 3, "last_lr": 0.5}, update=20).update == 20


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (None, "a state must be a mapping, received null"),
        ({"LR_Scheduler": []}, "is not a scheduler state"),
        ({"last_epoch": None, "last_lr": 0.1}, "last_epoch: null is not allowed; it must be a whole number from 0 to"),
        ({"last_epoch": 3, "last_lr": None}, "last_lr: null is not allowed"),
    ],
)
def test_states_that_cannot_be(state: Any, message: str) -> None:
    with pytest.raises(LRConfigError, match=message):
        load_lr_state(build_lr_scheduler(COSINE, EPOCHS, ITERS), state)


@pytest.mark.parametrize(
    "scheduler",
    [
        lr.ReduceOnPlateau(0.1),
        lr.MultiplicativeDecay(0.1, lambda step: 0.9),
        lr.LinearWarmup(lr.LinearLR(0.1, 9), 3, 0.0, 0.1),
        build_lr_scheduler({"name": "ReduceOnPlateau", "learning_rate": 0.1, "warmup_epoch": 1}, EPOCHS, ITERS),
    ],
)
def test_schedulers_without_a_rate_for_an_update(scheduler: lr.LRScheduler) -> None:
    before = copy.deepcopy(scheduler.state_dict())
    with pytest.raises(LRConfigError, match="has no rate for a given update; use its set_state_dict"):
        load_lr_state(scheduler, {"last_epoch": 3, "last_lr": 0.1})
    assert scheduler.state_dict() == before


@pytest.mark.parametrize("warmup", [0, 1.5])
def test_past_the_end_of_paddles_one_cycle_nothing_changes(warmup: float) -> None:
    scheduler = paddleocr.build({"name": "OneCycle", "max_lr": 0.1, "warmup_epoch": warmup}, EPOCHS, ITERS)
    assert not isinstance(scheduler, float)
    before = copy.deepcopy(scheduler.state_dict())
    with pytest.raises(LRConfigError, match="cannot be at update 99: Tried to step"):
        load_lr_state(scheduler, {"last_epoch": 99, "last_lr": 0.1})
    assert scheduler.state_dict() == before


@pytest.mark.parametrize(
    ("loaded", "text"),
    [
        (LoadedState(1000, 0.05, 0.05, True), "the scheduler is at update 1000, rate 5e-2, unchanged"),
        (LoadedState(7, 0.1, 0.01, True), "the scheduler is at update 7, rate 1e-1 → 1e-2, 90 % less"),
        (LoadedState(7, 0.1, 0.15, True), "the scheduler is at update 7, rate 1e-1 → 1.5e-1, 50 % more"),
        (LoadedState(7, 0.001, 0.1, True), "the scheduler is at update 7, rate 1e-3 → 1e-1, 100 times as high as before"),
        (LoadedState(7, 0.0, 0.1, True), "the scheduler is at update 7, rate 0 → 1e-1"),
        (LoadedState(7, 0.1, 0.1, False), "the scheduler is at update 7, rate 1e-1, unchanged; the state is of a scheduler of another shape"),
    ],
)  # fmt: skip
def test_what_it_says(loaded: LoadedState, text: str) -> None:
    assert str(loaded) == text


def test_the_optimizer_uses_the_loaded_rate() -> None:
    scheduler = build_lr_scheduler(COSINE, EPOCHS, ITERS)
    layer = paddle.nn.Linear(1, 1, bias_attr=False)
    optimizer = paddle.optimizer.SGD(scheduler, parameters=layer.parameters())
    loaded = load_lr_state(scheduler, {"last_epoch": 20, "last_lr": 0.9})
    before = layer.weight.item()
    layer(paddle.ones([1, 1])).backward()
    optimizer.step()
    np.testing.assert_allclose(before - layer.weight.item(), loaded.rate_now, rtol=1e-5)
    np.testing.assert_allclose(loaded.rate_now, 0.05, **CLOSE)
