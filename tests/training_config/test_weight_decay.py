"""The weight decay of a config as a schedule, and what a real optimizer does with it."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("paddle")

import paddle
from paddle.regularizer import L1Decay

from ppocr_lr import LRConfigError, Schedule, WeightDecayStepper, build_weight_decay_schedule
from ppocr_lr.lr_config import Run
from ppocr_lr.training_config.weight_decay import weight_decay_of

COSINE = {"name": "CosineL2Decay", "factor": 5e-5, "end_factor": 1e-6, "warmup_epoch": 2}


class PaddleOCRs:
    """How PaddleOCR's trainer steps the coefficient, on anything that has a `regularization`."""

    def __init__(self, optimizer: Any, start: float, end: float, total: int, warmup: int) -> None:
        self.optimizer, self.start, self.end, self.total, self.warmup, self.count = (
            optimizer,
            start,
            end,
            total,
            warmup,
            0,
        )

    def step(self) -> None:
        self.count += 1
        value = self.start
        if self.count > self.warmup:
            progress = min(1.0, (self.count - self.warmup) / max(1, self.total - self.warmup))
            value = self.end + (self.start - self.end) * (1 + math.cos(math.pi * progress)) / 2
        self.optimizer.regularization._coeff = value


class Holder:
    """Stands for an optimizer that was built with `start`."""

    def __init__(self, start: float) -> None:
        self.regularization = type("L2", (), {"_coeff": start})()


@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from([0, 0.3, 1, 2.5, 40]), st.integers(1, 12), st.integers(1, 12))
def test_it_is_what_paddleocr_steps(start: float, end: float, warmup: float, epochs: int, iters: int) -> None:
    config = {"name": "CosineL2Decay", "factor": start, "end_factor": end, "warmup_epoch": warmup}
    schedule = build_weight_decay_schedule(config, epochs, iters)
    theirs = Holder(start)
    stepper = PaddleOCRs(theirs, start, end, epochs * iters, round(warmup * iters))
    for k in range(epochs * iters + 5):
        assert schedule(k) == pytest.approx(theirs.regularization._coeff, rel=1e-12, abs=1e-15)
        stepper.step()


@pytest.mark.parametrize(
    ("config", "rates"),
    [
        (None, {0: 0.0, 99: 0.0}),
        ({"name": "L2", "factor": 3e-5}, {0: 3e-5, 10**9: 3e-5}),
        ({"name": "L2Decay", "factor": 0}, {0: 0.0}),
        ({"name": "L2", "factor": "1e-6"}, {0: 1e-6}),
        ({"name": "L1", "factor": 0.1}, {7: 0.1}),
        ({"name": "L2"}, {0: 0.0}),
        ({"name": "CosineL2"}, {0: 5e-5, 50: 2.5e-5, 100: 0.0}),
        (COSINE, {0: 5e-5, 20: 5e-5, 60: 2.55e-5, 100: 1e-6, 10**9: 1e-6}),
        ({**COSINE, "warmup_epoch": "20%"}, {20: 5e-5, 60: 2.55e-5, 100: 1e-6}),
        ({**COSINE, "end_factor": 9e-5}, {20: 5e-5, 60: 7e-5, 100: 9e-5}),
        # The weight decay of DINO, and others with a name of the lr section.
        ({"name": "Cosine", "start": 0.04, "end": 0.4}, {0: 0.04, 50: 0.22, 100: 0.4}),
        ({"name": "Cosine", "start": 0.4, "end": 0.04}, {0: 0.4, 50: 0.22, 100: 0.04}),
        ({"name": "Cosine", "start": 0.04, "end": 0.4, "hold_epochs": 2}, {20: 0.04, 70: 0.22, 120: 0.4}),
        ({"name": "Cosine", "learning_rate": 0.4, "end_lr": 0.04}, {0: 0.4, 50: 0.22, 100: 0.04}),
        ({"name": "Linear", "start": "1e-4", "end": 0.3}, {0: 1e-4, 50: 0.15005, 100: 0.3, 10**9: 0.3}),
        ({"name": "Linear", "start": 1e-15, "end": 1e3}, {0: 1e-15, 50: 500}),
        ({"name": "Linear", "start": 0, "end": 0.3}, {0: 0, 50: 0.15, 100: 0.3}),
        ({"name": "Const", "start": 0.1}, {0: 0.1, 10**9: 0.1}),
        ({"name": "Const", "start": 0.1, "warmup_epoch": 2}, {0: 0, 10: 0.05, 20: 0.1}),
        ({"name": "Step", "start": 0.1, "step_size": 2, "gamma": 0.1}, {0: 0.1, 20: 0.01, 40: 0.001}),
        ({"name": "PiecewiseLinear", "knots": [[0, 0.1], ["50it", 0.3]]}, {0: 0.1, 25: 0.2, 50: 0.3, 99: 0.3}),
    ],
    ids=str,
)
def test_names_and_forms(config: Any, rates: dict[int, float]) -> None:
    before = dict(config or {})
    schedule = build_weight_decay_schedule(config, 10, 10)
    for step, rate in rates.items():
        assert schedule(step) == pytest.approx(rate, rel=1e-12, abs=1e-18)
    assert dict(config or {}) == before


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            {"factor": 1},
            r"Optimizer.regularizer.name: is missing; the regularizers are L1Decay, L2Decay, CosineL2Decay, and any name",
        ),
        ({"name": "CosinL2Decay"}, r"'CosinL2Decay' is not a regularizer; did you mean CosineL2Decay\?"),
        ({"name": 2}, r"name: 2 is not a regularizer"),
        ({"name": "L2", "coeff": 1}, r"Optimizer.regularizer.coeff: is not a key of it; it takes name, factor"),
        ({"name": "L2", "end_factor": 1}, r"end_factor: is not a key of it; it takes name, factor"),
        ({"name": "L2", "factor": -1}, r"Optimizer.regularizer.factor: -1 is not allowed; it must be a number of at"),
        ({**COSINE, "end_factor": None}, r"end_factor: null is not allowed"),
        ({**COSINE, "warmup_epoch": "soon"}, r"warmup_epoch: 'soon' is not allowed; it must be a length"),
        ({"name": "Cosinus"}, r"'Cosinus' is not a regularizer; did you mean Cosine\?"),
        (
            {"name": "Cosine", "start": 10**400, "end": 1},
            r"regularizer.start: 1000.* is not allowed; it must be a number above",
        ),
        ({"name": "Cosine"}, r"Optimizer.regularizer.learning_rate: is missing; Cosine needs it"),
        ({"name": "Cosine", "start": -0.04}, r"regularizer.start: -0.04 is not allowed; it must be a number above 0"),
        (
            {"name": "Cosine", "start": -1, "end": 0.4},
            r"regularizer.start: -1 is not allowed; it must be a number of at",
        ),
        ({"name": "Cosine", "start": 0.4, "end": "low"}, r"regularizer.end: 'low' is not allowed; it must be a number"),
        (
            {"name": "Cosine", "start": 0.1, "learning_rate": 1},
            r"regularizer: start and learning_rate are the same key",
        ),
        ({"name": "Cosine", "start": 0.1, "stop": 0.4}, r"regularizer.stop: is not a key of Cosine and has no effect"),
        ({"name": "Const", "start": 0.1, "end": 0.4}, r"regularizer.end: is not a key of Const and has no effect"),
        (
            {"name": "Sequence", "stages": [{"name": "Const", "start": 0.1, "stop": 1, "until_end": True}]},
            r"regularizer.stages.0.stop: is not a key of Const and has no effect",
        ),
        (
            {"name": "Cosine", "start": 0.1, "end": 0.4, "warmup_epoch": 1},
            r"regularizer.warmup_epoch: 1 is not allowed; it must be 0 where the value rises, from start to end",
        ),
        (
            {"name": "LinearWarmupCosine", "start": 0.1, "end": 0.4},
            r"regularizer.warmup_steps: 5000 is not allowed; it must be 0 where the value rises",
        ),
        (
            {"name": "Cosine", "start": 0.1, "end": 0.4, "floor": 0.2},
            r"regularizer.floor: 0.2 is not allowed; it must be l",
        ),
        ({"name": "ReduceOnPlateau", "start": 0.1}, r"regularizer.name: depends on a metric"),
        ({"name": "Step", "start": 0.1, "step_size": 2, "gamma": 2}, r"Optimizer.regularizer.gamma: 2 is not allowed"),
        ([1], r"Optimizer.regularizer: \[1\] is not allowed; it must be a mapping"),
    ],
)
def test_what_cannot_be_used(config: Any, message: str) -> None:
    with pytest.raises(LRConfigError, match=message):
        build_weight_decay_schedule(config, 10, 10)


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        ({"name": "Adam"}, 0.0),
        ({"name": "AdamW"}, 0.01),
        ({"name": "AdamW", "weight_decay": 0.05}, 0.05),
        ({"name": "AdamW", "weight_decay": 0.05, "regularizer": None}, 0.05),
        ({"name": "AdamW", "regularizer": {"name": "L2", "factor": 0.1}}, 0.1),
        ({"name": "Momentum", "weight_decay": "1e-4"}, 1e-4),
    ],
    ids=str,
)
def test_a_whole_config(optimizer: dict[str, Any], expected: float) -> None:
    assert weight_decay_of({"Optimizer": optimizer}, Run(2, 3))(4) == expected


def test_a_wrong_plain_weight_decay_is_named() -> None:
    with pytest.raises(LRConfigError, match=r"^Optimizer.weight_decay: 'x' is not allowed; it must be a number"):
        weight_decay_of({"Optimizer": {"name": "Adam", "weight_decay": "x"}}, Run(2, 3))


Build = Callable[[Any, Any], Any]
L2: dict[str, Build] = {
    "SGD": lambda decay, p: paddle.optimizer.SGD(0.1, parameters=p, weight_decay=decay),
    "Momentum": lambda decay, p: paddle.optimizer.Momentum(0.1, parameters=p, weight_decay=decay),
    "Adam": lambda decay, p: paddle.optimizer.Adam(0.1, parameters=p, weight_decay=decay),
    "RMSProp": lambda decay, p: paddle.optimizer.RMSProp(0.1, parameters=p, weight_decay=decay),
    "Adadelta": lambda decay, p: paddle.optimizer.Adadelta(0.1, parameters=p, weight_decay=decay),
}


def layer() -> Any:
    made = paddle.nn.Linear(1, 1, bias_attr=False)
    made.weight.set_value(paddle.ones([1, 1]))
    return made


def pair() -> Any:
    """Two weights: Lamb normalises its updates, so a coefficient only turns them."""
    made = paddle.nn.Linear(2, 1, bias_attr=False)
    made.weight.set_value(paddle.ones([2, 1]))
    return made


def update(optimizer: Any, loss: Any) -> None:
    loss.backward()
    optimizer.step()
    optimizer.clear_grad()


SCHEDULE = build_weight_decay_schedule({"name": "CosineL2Decay", "factor": 0.9, "warmup_epoch": 1}, 4, 3)


@pytest.mark.parametrize("name", L2)
def test_every_update_uses_the_schedules_coefficient(name: str) -> None:
    """L2 with coefficient c is c/2·w² in the loss: beside it, the same optimizer with that in its loss."""
    decayed, reference = layer(), layer()
    optimizer = L2[name](SCHEDULE(0), decayed.parameters())
    plain = L2[name](None, reference.parameters())
    stepper = WeightDecayStepper(optimizer, SCHEDULE)
    for k in range(12):
        assert stepper.get_wd() == SCHEDULE(k)
        update(optimizer, decayed(paddle.ones([1, 1])).sum())
        update(plain, reference(paddle.ones([1, 1])).sum() + SCHEDULE(k) / 2 * (reference.weight**2).sum())
        stepper.step()
        assert decayed.weight.numpy().item() == pytest.approx(reference.weight.numpy().item(), rel=1e-4, abs=1e-6)


RISING = {"name": "Cosine", "start": 0.04, "end": 0.4, "hold_epochs": 1}


def test_any_schedule_of_the_coefficient_trains() -> None:
    """AdamW with a gradient, beside its update by hand."""
    rate, schedule = 0.1, build_weight_decay_schedule(RISING, 4, 3)
    trained = layer()
    optimizer = paddle.optimizer.AdamW(rate, parameters=trained.parameters(), weight_decay=schedule(0))
    stepper = WeightDecayStepper(optimizer, schedule)
    weight, m, v = 1.0, 0.0, 0.0
    for k in range(12):
        gradient = math.sin(k)
        update(optimizer, trained(paddle.full([1, 1], gradient)).sum())
        stepper.step()
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
        step = rate * math.sqrt(1 - 0.999 ** (k + 1)) / (1 - 0.9 ** (k + 1))
        weight -= rate * schedule(k) * weight
        weight -= step * m / (math.sqrt(v) + 1e-8 * math.sqrt(1 - 0.999 ** (k + 1)))
        assert trained.weight.numpy().item() == pytest.approx(weight, rel=1e-5)


def test_adamw_decays_the_weight_itself() -> None:
    decayed = layer()
    optimizer = paddle.optimizer.AdamW(0.1, parameters=decayed.parameters(), weight_decay=SCHEDULE(0))
    stepper = WeightDecayStepper(optimizer, SCHEDULE)
    expected = 1.0
    for k in range(12):
        update(optimizer, decayed(paddle.zeros([1, 1])).sum())  # no gradient, so nothing but the decay moves it
        expected *= 1 - 0.1 * SCHEDULE(k)
        stepper.step()
        assert decayed.weight.numpy().item() == pytest.approx(expected, rel=1e-5)


def test_lamb_takes_the_schedules_coefficient() -> None:
    def weights(coefficient: float, step: int | None = None) -> list[float]:
        net = pair()
        optimizer = paddle.optimizer.Lamb(0.1, coefficient, parameters=net.parameters())
        if step is not None:
            WeightDecayStepper(optimizer, SCHEDULE).step(step)
        update(optimizer, net(paddle.to_tensor([[1.0, -1.0]])).sum())
        return net.weight.numpy().ravel().tolist()

    assert weights(SCHEDULE(0), step=8) == weights(SCHEDULE(8)) != weights(SCHEDULE(0))


ANY_DECAY: dict[str, Build] = {
    **L2,
    "AdamW": lambda decay, p: paddle.optimizer.AdamW(0.1, parameters=p, weight_decay=decay),
    "Lamb": lambda decay, p: paddle.optimizer.Lamb(0.1, decay, parameters=p),
}


@pytest.mark.parametrize("name", ANY_DECAY)
def test_groups_follow_the_schedule_but_one_that_has_its_own(name: str) -> None:
    """Beside an optimizer for each layer."""
    own = "lamb_weight_decay" if name == "Lamb" else "weight_decay"
    several = [pair() for _ in range(3)]
    groups = [{"params": each.parameters()} for each in several]
    optimizer = ANY_DECAY[name](SCHEDULE(0), [{**groups[0], "learning_rate": 0.5}, groups[1], {**groups[2], own: 0.25}])
    alone = [pair() for _ in range(3)]
    alone[0].weight.optimize_attr["learning_rate"] = 0.5
    apart = [ANY_DECAY[name](SCHEDULE(0), each.parameters()) for each in alone[:2]]
    apart.append(ANY_DECAY[name](0.25, alone[2].parameters()))
    steppers = [WeightDecayStepper(each, SCHEDULE) for each in (optimizer, *apart[:2])]
    x = paddle.to_tensor([[1.0, -1.0]])
    for _ in range(12):
        update(optimizer, sum(each(x).sum() for each in several))
        for each, single in zip(alone, apart, strict=True):
            update(single, each(x).sum())
        for stepper in steppers:
            stepper.step()
        found, expected = (np.array([each.weight.numpy() for each in nets]) for nets in (several, alone))
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)
    assert len(np.unique(found[:, 0])) == 3


def test_paddleocrs_own_class_fails_with_momentum_and_adamw() -> None:
    """What LR508 says: neither has a `regularization` whose coefficient could be set."""
    for build in (L2["Momentum"], lambda decay, p: paddle.optimizer.AdamW(0.1, parameters=p, weight_decay=decay)):
        with pytest.raises(AttributeError, match="_coeff"):
            PaddleOCRs(build(0.1, layer().parameters()), 0.1, 0.0, 10, 0).step()


def test_l1_is_set_too() -> None:
    optimizer = paddle.optimizer.SGD(0.1, parameters=layer().parameters(), weight_decay=L1Decay(0.5))
    WeightDecayStepper(optimizer, SCHEDULE).step(5)
    assert optimizer.regularization._coeff == SCHEDULE(5)


def resumed(state: dict[str, Any], schedule: Schedule = SCHEDULE) -> tuple[Any, WeightDecayStepper]:
    optimizer = L2["Adam"](schedule(0), layer().parameters())
    stepper = WeightDecayStepper(optimizer, schedule)
    stepper.set_state_dict(pickle.loads(pickle.dumps(state)))
    return optimizer, stepper


def test_a_resumed_run_goes_on() -> None:
    stepper = WeightDecayStepper(L2["Adam"](SCHEDULE(0), layer().parameters()), SCHEDULE)
    for done in range(12):
        optimizer, again = resumed(stepper.state_dict())
        assert again.state_dict() == stepper.state_dict() == {"last_epoch": done, "last_wd": SCHEDULE(done)}
        assert optimizer.regularization._coeff == SCHEDULE(done)
        stepper.step()
        again.step()
        assert again.get_wd() == stepper.get_wd() == SCHEDULE(done + 1)


def test_after_a_restore_the_current_config_counts() -> None:
    other = build_weight_decay_schedule({"name": "L2", "factor": 0.25}, 4, 3)
    assert resumed({"last_epoch": 7, "last_wd": 0.9}, other)[1].state_dict() == {"last_epoch": 7, "last_wd": 0.25}


def test_wrong_steps_and_states() -> None:
    stepper = WeightDecayStepper(L2["SGD"](0.1, layer().parameters()), SCHEDULE)
    stepper.step(np.int64(4))
    assert type(stepper.last_epoch) is int
    for bad, error in ((-1, ValueError), (1.5, TypeError)):
        with pytest.raises(error):
            stepper.step(bad)  # type: ignore[arg-type]
    with pytest.raises(KeyError, match="last_epoch"):
        stepper.set_state_dict({})
    assert stepper.last_epoch == 4


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda p: paddle.optimizer.Adam(0.1, parameters=p), "of Adam cannot be set: it has none; build it with"),
        (lambda p: paddle.optimizer.Momentum(0.1, parameters=p), "of Momentum cannot be set: it has none"),
        (
            lambda p: paddle.optimizer.Momentum(0.1, parameters=p, weight_decay=0.1, use_multi_tensor=True),
            "it fuses its updates",
        ),
        (
            lambda p: paddle.optimizer.AdamW(0.1, parameters=[{"params": p, "weight_decay": 0.5}]),
            "each parameter group of this AdamW has a weight_decay of its own",
        ),
        (
            lambda p: L2["Adam"](0.1, [{"params": p, "weight_decay": 0.1}]),
            "each parameter group of this Adam has a weight_decay of its own",
        ),
    ],
)
def test_optimizers_that_it_cannot_set(build: Callable[[Any], Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        WeightDecayStepper(build(layer().parameters()), SCHEDULE)
