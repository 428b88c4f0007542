"""The momentum of a config as a schedule, beside PyTorch's, and what a real optimizer does with it."""

from __future__ import annotations

import json
import math
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

pytest.importorskip("paddle")

import paddle

from ppocr_lr import LRConfigError, MomentumStepper, RunFlags, build_momentum_schedule, config_schema
from ppocr_lr.schedules import Schedule
from ppocr_lr.training_config.plan import plan_config
from tests.conftest import ROOT

TORCH = json.loads((ROOT / "tests/data/torch_lr.json").read_text(encoding="utf-8"))["momenta"]
ONE = {"name": "OneCycle", "max_lr": 0.1}
CYCLIC = {"name": "Cyclic", "max_lr": 0.1, "base_lr": 0.01, "step_size_up": "20it"}
MOMENTUM = {"name": "OneCycle"}
OVERLAP = {"warmup_epoch": 2}


@pytest.mark.parametrize(
    ("case", "momentum", "lr"),
    [
        ("OneCycleLR", {}, ONE),
        (
            "OneCycleLR linear",
            {"base_momentum": 0.7, "max_momentum": 0.99},
            {**ONE, "pct_start": 0.4, "anneal_strategy": "linear"},
        ),
        ("OneCycleLR three_phase", {}, {**ONE, "pct_start": 0.2, "three_phase": True}),
        ("CyclicLR triangular", {}, {**CYCLIC, "step_size_down": "30it"}),
        ("CyclicLR triangular2", {"base_momentum": 0.6}, {**CYCLIC, "step_size_down": "10it", "mode": "triangular2"}),
        (
            "CyclicLR exp_range",
            {"max_momentum": 0.95},
            {**CYCLIC, "base_lr": 0.0, "step_size_up": "40it", "mode": "exp_range", "gamma": 0.97},
        ),
    ],
)
def test_against_the_rate_it_is_pytorchs(case: str, momentum: dict[str, Any], lr: dict[str, Any]) -> None:
    schedule = build_momentum_schedule({"name": lr["name"], **momentum}, 24, 10, lr)
    assert schedule(range(240)) == pytest.approx(TORCH[case], rel=1e-12, abs=0)


def test_all_that_is_recorded_is_compared() -> None:
    marks = test_against_the_rate_it_is_pytorchs.pytestmark
    assert [case for case, *_ in marks[0].args[1]] == [*TORCH]


def test_during_the_warmup_it_is_high() -> None:
    without = build_momentum_schedule(MOMENTUM, 10, 10, ONE)
    behind = build_momentum_schedule(MOMENTUM, 10, 10, {**ONE, "warmup_epoch": 2})
    assert behind(range(20)).tolist() == [0.95] * 20
    assert behind(range(20, 100)).tolist() == without(range(80)).tolist()


def test_in_steps_of_epochs_it_goes_with_the_rate() -> None:
    stepped = build_momentum_schedule(MOMENTUM, 10, 10, {**ONE, "once_per_epoch": True})
    smooth = build_momentum_schedule(MOMENTUM, 10, 10, ONE)
    assert stepped(range(100)).tolist() == [smooth(k - k % 10) for k in range(100)]


def test_where_the_cycle_ends_before_the_run_it_stays_high() -> None:
    shorter = build_momentum_schedule(MOMENTUM, 10, 10, {**ONE, "cooldown_epochs": 2, "anneal_strategy": "linear"})
    whole = build_momentum_schedule(MOMENTUM, 8, 10, {**ONE, "anneal_strategy": "linear"})
    assert shorter(range(80)).tolist() == whole(range(80)).tolist()
    assert shorter(range(80, 100)).tolist() == [whole(79)] * 20


@pytest.mark.parametrize(
    "around", [{"floor": 0.01}, {"ceiling": 0.1}, OVERLAP | {"warmup_overlap": "product"}], ids=str
)
def test_bounds_and_factors_of_the_rate_do_not_change_it(around: dict[str, Any]) -> None:
    bounded = build_momentum_schedule(MOMENTUM, 10, 10, {**ONE, **around})
    assert bounded(range(100)).tolist() == build_momentum_schedule(MOMENTUM, 10, 10, ONE)(range(100)).tolist()


@pytest.mark.parametrize("overlap", ["decay", "peak"])
def test_after_a_warmup_over_its_beginning_it_is_where_the_cycle_is(overlap: str) -> None:
    over = build_momentum_schedule(MOMENTUM, 10, 10, {**ONE, **OVERLAP, "warmup_overlap": overlap})
    assert over(range(20)).tolist() == [0.95] * 20
    assert over(range(20, 100)).tolist() == build_momentum_schedule(MOMENTUM, 10, 10, ONE)(range(20, 100)).tolist()


def stages(*stages: Any) -> dict[str, Any]:
    return {"name": "Sequence", "stages": list(stages)}


@pytest.mark.parametrize(
    ("config", "values"),
    [
        (0.9, {0: 0.9, 10**9: 0.9}),
        (0, {0: 0.0}),
        ("0.95", {0: 0.95}),
        ({"name": "Linear", "start": 0.85, "end": 0.95}, {0: 0.85, 50: 0.9, 100: 0.95, 10**9: 0.95}),
        ({"name": "Cosine", "start": 0.996, "end": 0.9999}, {0: 0.996, 50: 0.99795, 100: 0.9999}),
        ({"name": "Linear", "start": 0.95, "end": 0.85}, {0: 0.95, 50: 0.9, 100: 0.85}),
        ({"name": "Linear", "start": 0.9, "end": 1}, {0: 0.9, 99: 0.999}),
        ({"name": "PiecewiseLinear", "knots": [[0, 0.95], [3, 0.85], [10, 0.95]]}, {0: 0.95, 15: 0.9, 30: 0.85}),
        ({"name": "Const", "start": 0.9, "warmup_epoch": 1, "warmup_start_lr": 0.5}, {0: 0.5, 5: 0.7, 10: 0.9}),
        (
            stages({"start": 0.9, "epochs": 1}, {"name": "Cosine", "start": 0.9, "end": 0.5, "until_end": True}),
            {0: 0.9, 9: 0.9, 10: 0.9, 55: 0.7, 99: 0.5 + 0.2 * (1 + math.cos(math.pi * 89 / 90))},
        ),
        (
            stages(
                {"name": "Linear", "start": 0.5, "end": 0.9, "epochs": 5},
                {"name": "Const", "learning_rate": 0.8, "until_end": True},
            ),
            {0: 0.5, 25: 0.7, 49: 0.892, 50: 0.8},
        ),
        (
            {"name": "Scale", "factor": 0.5, "schedule": stages({"name": "Const", "start": 0.8, "until_end": True})},
            {0: 0.4},
        ),
    ],
    ids=str,
)
def test_names_and_forms(config: Any, values: dict[int, float]) -> None:
    schedule = build_momentum_schedule(config, 10, 10)
    for step, value in values.items():
        assert schedule(step) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("config", "lr", "message"),
    [
        (1, None, r"Optimizer.momentum: 1 is not allowed; it must be a number of at least 0 and below 1"),
        (-0.1, None, r"Optimizer.momentum: -0.1 is not allowed"),
        ("high", None, r"Optimizer.momentum: 'high' is not allowed"),
        (True, None, r"Optimizer.momentum: true is not allowed"),
        ([0.9], None, r"Optimizer.momentum: \[0.9\] is not allowed"),
        ({}, None, r"Optimizer.momentum: {} is not allowed; .* or a section with a name as in lr"),
        ({"name": "Liner"}, None, r"Optimizer.momentum.name: 'Liner' is not a schedule; did you mean Linear\?"),
        ({"name": "Linear", "start": 0.9, "end": 1.2}, None, r"Optimizer.momentum: reaches 1.197 in the run; a momentum must be"),
        ({"name": "Const", "start": 5}, None, r"Optimizer.momentum: reaches 5 in the run"),
        ({"name": "Linear", "start": 0.9, "ende": 1}, None, r"Optimizer.momentum.ende: is not a key of Linear"),
        (stages({"start": 0.9, "epochs": 1}, {"name": "Cosine", "start": 0.5, "end": 0.9, "until_end": True}), None,
         r"^Optimizer.momentum.stages.1.end: 0.9 is not allowed; it must be at most the peak, 0.5$"),
        (stages({"start": "high", "until_end": True}), None, r"Optimizer.momentum.stages.0.start: 'high' is not allowed"),
        (stages({"start": 0.9, "learning_rate": 0.9, "until_end": True}), None, r"stages.0: start and learning_rate are the same key"),
        (stages({"name": "Constant", "start": 0.9, "until_end": True}), None, r"Optimizer.momentum.stages.0.name: 'Constant' is not a"),
        (stages(5), None, r"Optimizer.momentum.stages.0: 5 is not allowed"),
        (MOMENTUM, None, r"Optimizer.momentum.name: moves opposite to a rate of the same name; there is none$"),
        (MOMENTUM, CYCLIC, r"name: moves opposite to a rate of the same name; Optimizer.lr has 'Cyclic'$"),
        ({**MOMENTUM, "base_momentum": 0.99}, ONE, r"momentum.base_momentum: 0.99 is not allowed; it must be at most max_m"),
        ({**MOMENTUM, "max_momentum": 1}, ONE, r"momentum.max_momentum: 1 is not allowed; it must be a number above 0 and b"),
        ({**MOMENTUM, "max_lr": 1}, ONE, r"momentum.max_lr: is not a key of it; it takes name, base_momentum, max_momentum"),
    ],
)  # fmt: skip
def test_what_cannot_be_used(config: Any, lr: Any, message: str) -> None:
    with pytest.raises(LRConfigError, match=message):
        build_momentum_schedule(config, 10, 10, lr)


def test_what_is_nested_too_deep() -> None:
    config: dict[str, Any] = {"name": "Const", "start": 0.5}
    for _ in range(3000):
        config = {"name": "Scale", "schedule": config}
    with pytest.raises(LRConfigError, match=r"^Optimizer.momentum.schedule.*: sections are nested too deep"):
        build_momentum_schedule(config, 10, 10)


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        ({"name": "Momentum"}, 0.9),
        ({"name": "Momentum", "momentum": 0.95}, 0.95),
        ({"name": "Momentum", "momentum": {"name": "Const", "start": 0.8}}, 0.8),
        ({"name": "Adam"}, 0.9),
        ({"name": "AdamW", "beta1": 0.5}, 0.5),
        ({"name": "AdamW", "beta1": 0.5, "momentum": {"name": "Const", "start": 0.8}}, 0.8),
        ({"name": "Adam", "momentum": 0.5}, 0.9),
        ({"name": "AdamW", "beta1": 0.5, "momentum": 0.7}, 0.5),
        ({"name": "Adadelta", "momentum": 0.7}, 0.0),
        ({"name": "RMSProp", "momentum": 0.7}, 0.7),
        ({"name": "SGD"}, 0.0),
        ({}, 0.0),
    ],
    ids=str,
)
def test_a_whole_config(optimizer: dict[str, Any], expected: float) -> None:
    config = {"Global": {"epoch_num": 2}, "Optimizer": {"lr": {"learning_rate": 0.1}, **optimizer}}
    assert plan_config(config, "c.yml", RunFlags(iters_per_epoch=3)).momentum(4) == expected


SCHEMA = Draft202012Validator(config_schema())


@pytest.mark.parametrize(
    ("momentum", "valid"),
    [
        (None, True), (0.9, True), (0, True), (1, False), (-0.1, False), ("high", False), ([0.9], False), ({}, False),
        (MOMENTUM, True), ({**MOMENTUM, "base_momentum": 0.8}, True), ({**MOMENTUM, "max_momentum": 1}, False),
        ({**MOMENTUM, "max_lr": 0.9}, False), ({"name": "Cyclic"}, True), ({"name": "Linear", "start": 0.8, "end": 0.9}, True),
        ({"name": "Linear", "start": 0.8, "base_momentum": 0.9}, False),
        (stages({"start": 0.9, "epochs": 1}, {"name": "Cosine", "start": 0.9, "end": 0.5, "until_end": True}), True),
        (stages({"start": "high", "until_end": True}), False), (stages({"start": 0.9, "last_epoch": 3, "until_end": True}), False),
        ({"name": "Scale", "schedule": stages({"name": "Linear", "learning_rate": 0.8, "end": 0.5, "until_end": True})}, True),
        ({"name": "Scale", "schedule": {"name": "Linear", "start": 0.8, "ende": 0.5}}, False), ({"name": "Linier", "start": 0.8}, False),
    ],
    ids=str,
)  # fmt: skip
def test_its_json_schema(momentum: Any, valid: bool) -> None:
    run = {"Global": {"epoch_num": 9}, "Optimizer": {"name": "Momentum", "lr": ONE, "momentum": momentum}}
    assert SCHEMA.is_valid(run) is valid


SCHEDULE = build_momentum_schedule({"name": "OneCycle", "base_momentum": 0.3}, 4, 5, ONE)


def layer() -> Any:
    made = paddle.nn.Linear(1, 1, bias_attr=False)
    made.weight.set_value(paddle.ones([1, 1]))
    return made


def trained(build: Callable[[list[Any]], Any], updates: int = 20, schedule: Schedule = SCHEDULE) -> list[float]:
    """The weight after each update, whose gradient is sin(k) in update k."""
    net = layer()
    optimizer = build(net.parameters())
    stepper = MomentumStepper(optimizer, schedule)
    weights = []
    for k in range(updates):
        assert stepper.get_momentum() == schedule(k)
        net(paddle.full([1, 1], math.sin(k))).sum().backward()
        optimizer.step()
        optimizer.clear_grad()
        stepper.step()
        weights.append(net.weight.numpy().item())
    return weights


@pytest.mark.parametrize("fused", [False, True], ids=["one by one", "fused"])
def test_momentum_trains_with_it(fused: bool) -> None:
    weights = trained(lambda p: paddle.optimizer.Momentum(0.1, 0.5, parameters=p, use_multi_tensor=fused))
    weight, velocity = 1.0, 0.0
    for k in range(20):
        velocity = SCHEDULE(k) * velocity + math.sin(k)
        weight -= 0.1 * velocity
        assert weights[k] == pytest.approx(weight, rel=1e-5)


@pytest.mark.parametrize("name", ["Adam", "AdamW"])
def test_adam_trains_with_it_as_its_beta1(name: str) -> None:
    """Its bias correction is by the product of all that were used, with the first one twice: Paddle counts on."""
    build = getattr(paddle.optimizer, name)
    keys = {"weight_decay": 0.0} if name == "AdamW" else {}
    weights = trained(lambda p: build(0.1, beta1=SCHEDULE(0), parameters=p, **keys))
    weight, m, v, power1, power2 = 1.0, 0.0, 0.0, SCHEDULE(0), 0.999
    for k in range(20):
        m, v = SCHEDULE(k) * m + (1 - SCHEDULE(k)) * math.sin(k), 0.999 * v + 0.001 * math.sin(k) ** 2
        correction = math.sqrt(1 - power2)
        weight -= 0.1 * correction / (1 - power1) * m / (math.sqrt(v) + 1e-8 * correction)
        power1, power2 = power1 * SCHEDULE(k), power2 * 0.999
        assert weights[k] == pytest.approx(weight, rel=1e-4)


def test_rmsprop_trains_with_it() -> None:
    weights = trained(lambda p: paddle.optimizer.RMSProp(0.1, parameters=p))
    weight, square, velocity = 1.0, 0.0, 0.0
    for k in range(20):
        square = 0.95 * square + 0.05 * math.sin(k) ** 2
        velocity = SCHEDULE(k) * velocity + 0.1 * math.sin(k) / math.sqrt(square + 1e-6)
        weight -= velocity
        assert weights[k] == pytest.approx(weight, rel=1e-4)


MOMENTUMS: dict[str, tuple[Callable[[float, Any], Any], str]] = {
    "Momentum": (lambda momentum, p: paddle.optimizer.Momentum(0.1, momentum, parameters=p), "momentum"),
    "RMSProp": (lambda momentum, p: paddle.optimizer.RMSProp(0.1, parameters=p, momentum=momentum), "momentum"),
    "Adam": (lambda momentum, p: paddle.optimizer.Adam(0.1, momentum, parameters=p), "beta1"),
    "AdamW": (lambda momentum, p: paddle.optimizer.AdamW(0.1, momentum, parameters=p), "beta1"),
}


@pytest.mark.parametrize("name", MOMENTUMS)
def test_groups_follow_the_schedule_but_one_that_has_its_own(name: str) -> None:
    """Beside an optimizer for each layer."""
    build, key = MOMENTUMS[name]
    several, alone = [layer(), layer()], [layer(), layer()]
    optimizer = build(SCHEDULE(0), [{"params": several[0].parameters()}, {"params": several[1].parameters(), key: 0.2}])
    apart = [build(SCHEDULE(0), alone[0].parameters()), build(0.2, alone[1].parameters())]
    steppers = [MomentumStepper(each, SCHEDULE) for each in (optimizer, apart[0])]
    for k in range(20):
        x = paddle.full([1, 1], math.sin(k))
        (several[0](x) + several[1](x)).sum().backward()
        for each in alone:
            each(x).sum().backward()
        for each in (optimizer, *apart):
            each.step()
            each.clear_grad()
        for stepper in steppers:
            stepper.step()
        found = [each.weight.numpy().item() for each in several]
        assert found == pytest.approx([each.weight.numpy().item() for each in alone], rel=1e-6)
    assert found[0] != found[1]


def test_a_resumed_run_goes_on() -> None:
    for done in range(8):
        optimizer = paddle.optimizer.Momentum(0.1, 0.5, parameters=layer().parameters())
        stepper = MomentumStepper(optimizer, SCHEDULE)
        for _ in range(done):
            stepper.step()
        state = pickle.loads(pickle.dumps(stepper.state_dict()))
        assert state == {"last_epoch": done, "last_momentum": SCHEDULE(done)}
        again = paddle.optimizer.Momentum(0.1, 0.5, parameters=layer().parameters())
        MomentumStepper(again, SCHEDULE).set_state_dict(state)
        assert again._momentum == optimizer._momentum == SCHEDULE(done)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda p: paddle.optimizer.SGD(0.1, parameters=p), "SGD has no momentum that could be set"),
        (lambda p: paddle.optimizer.Momentum(0.1, parameters=[{"params": p, "momentum": 0.5}]),
         "each parameter group of this Momentum has a momentum of its own"),
    ],
)  # fmt: skip
def test_optimizers_that_it_cannot_set(build: Callable[[Any], Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        MomentumStepper(build(layer().parameters()), SCHEDULE)
