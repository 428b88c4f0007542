"""Parameters train at their factor of the rate, in real training with Paddle."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("paddle")

import paddle
from paddle import ParamAttr, nn
from paddle.regularizer import L1Decay, L2Decay

from ppocr_lr import LRConfigError, build_lr_scheduler, parameter_groups

SECTION = {"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 1, "warmup_start_factor": 0.5}


class Net(nn.Layer):
    """With factors and decays of its own, as PaddleOCR's networks have them."""

    def __init__(self) -> None:
        super().__init__()
        own = ParamAttr(learning_rate=0.5, regularizer=L2Decay(0.0))
        self.backbone = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 3, weight_attr=own), nn.BatchNorm1D(3))
        self.head = nn.Linear(
            3, 2, weight_attr=ParamAttr(regularizer=L2Decay(0.5)), bias_attr=ParamAttr(regularizer=L1Decay(0.25))
        )

    def forward(self, x: Any) -> Any:
        return self.head(self.backbone(x))


def net() -> Net:
    paddle.seed(7)
    return Net()


NAMES = [name for name, parameter in Net().named_parameters() if parameter.trainable]


def gradients(model: Net, seed: int) -> dict[str, Any]:
    """Of a loss, worked out and left in the parameters."""
    x = paddle.to_tensor(np.random.default_rng(seed).normal(size=(8, 4)).astype("float32"))
    (model(x) ** 2 * paddle.to_tensor([1.0, 3.0])).mean().backward()
    return {name: parameter.grad.numpy().copy() for name, parameter in model.named_parameters() if parameter.trainable}


def values(model: Net) -> dict[str, Any]:
    return {name: parameter.numpy().copy() for name, parameter in model.named_parameters()}


def factors_of(groups: list[dict[str, Any]], model: Net) -> dict[str, float]:
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    return {names[id(parameter)]: group["learning_rate"] for group in groups for parameter in group["params"]}


OWN = {name: 0.5 if name == "backbone.1.weight" else 1.0 for name in NAMES}

# a table; what differs from the model's own factors
TABLES: list[tuple[dict[str, float], dict[str, float]]] = [
    ({}, {}),
    ({"head.*": 0.1}, {"head.weight": 0.1, "head.bias": 0.1}),
    ({"*.bias": 2, "head.*": 0}, {**{name: 2.0 for name in NAMES if "bias" in name}, "head.weight": 0.0}),
    ({"head.weight": 0.25, "head.*": 3.0}, {"head.weight": 0.25, "head.bias": 3.0}),
    ({"backbone.[01].weight": 0.1}, {"backbone.0.weight": 0.1, "backbone.1.weight": 0.1}),
    ({"backbone.?.weight": 1}, {"backbone.1.weight": 1.0}),
    ({"*": 0.5}, dict.fromkeys(NAMES, 0.5)),
    ({"*.bias": np.int64(2), "*": np.float32(0.5)}, {name: 2.0 if "bias" in name else 0.5 for name in NAMES}),
]


@pytest.mark.parametrize(("table", "other"), TABLES, ids=str)
def test_each_parameter_moves_by_factor_rate_and_gradient(table: dict[str, float], other: dict[str, float]) -> None:
    for parameter in (model := net()).parameters():
        parameter.regularizer = None
    scheduler = build_lr_scheduler(SECTION, 3, 4)
    optimizer = paddle.optimizer.SGD(scheduler, parameters=parameter_groups(model, table))
    for update in range(6):
        before, gradient, rate = values(model), gradients(model, update), scheduler.last_lr
        optimizer.step()
        optimizer.clear_grad()
        scheduler.step()
        after = values(model)
        for name, factor in {**OWN, **other}.items():
            wanted = before[name] - factor * rate * gradient[name]
            np.testing.assert_allclose(after[name], wanted, rtol=1e-5, atol=1e-7, err_msg=name)
            assert factor or np.array_equal(after[name], before[name])


@pytest.mark.parametrize(("table", "other"), TABLES, ids=str)
def test_each_parameter_is_in_one_group_in_the_order_of_the_model(
    table: dict[str, float], other: dict[str, float]
) -> None:
    groups = parameter_groups(model := net(), table)
    assert factors_of(groups, model) == {**OWN, **other}
    assert sum(len(group["params"]) for group in groups) == len(NAMES)
    for group in groups:
        names = [NAMES.index(name) for name in factors_of([group], model)]
        assert names == sorted(names)


@pytest.mark.parametrize(
    ("name", "weight_decay"),
    [*((name, decay) for name in ("SGD", "Momentum", "Adam", "RMSProp") for decay in (0.1, None)), ("AdamW", 0.1)],
)
def test_without_a_table_it_trains_as_the_plain_parameters_do(name: str, weight_decay: float | None) -> None:
    """Their own factors and decays count; groups without them would make Paddle forget both."""

    def trained(*, grouped: bool) -> dict[str, Any]:
        model = net()
        parameters = [parameter for parameter in model.parameters() if parameter.trainable]
        if grouped:
            parameters = parameter_groups(model, {}, keep_decay=name != "AdamW")
        optimizer = getattr(paddle.optimizer, name)(0.05, parameters=parameters, weight_decay=weight_decay)
        for update in range(4):
            gradients(model, update)
            optimizer.step()
            optimizer.clear_grad()
        return values(model)

    plain, grouped = trained(grouped=False), trained(grouped=True)
    for parameter, value in plain.items():
        np.testing.assert_array_equal(grouped[parameter], value, err_msg=parameter)


def test_what_does_not_train_is_in_no_group() -> None:
    model = net()
    model.head.weight.trainable = False
    assert "head.weight" not in factors_of(parameter_groups(model, {"head.*": 0.5}), model)
    with pytest.raises(LRConfigError, match=r"head\.weight: what it names does not train"):
        parameter_groups(model, {"head.weight": 0.5})


def test_a_rate_in_place_of_a_factor_is_multiplied() -> None:
    """What PaddleOCR does for VisionLAN (LR605): Paddle takes the learning_rate of a group as a factor."""
    model = net()
    for parameter in model.parameters():
        parameter.set_value(paddle.zeros_like(parameter))
    groups = [{"params": [model.head.weight]}, {"params": [model.head.bias], "learning_rate": 1e-4 * 0.1}]
    optimizer = paddle.optimizer.Adam(1e-4, parameters=groups)
    for parameter in (model.head.weight, model.head.bias):
        parameter.grad = paddle.ones_like(parameter)
    optimizer.step()
    np.testing.assert_allclose(model.head.weight.numpy(), -1e-4, rtol=1e-4)
    np.testing.assert_allclose(model.head.bias.numpy(), -1e-9, rtol=1e-4)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"neck.*": 0.1}, "factors neck.*: it names no parameter that trains"),
        ({"head": 0.1}, "factors head: it names no parameter that trains; did you mean head.*?"),
        ({"head.wieght": 0.1}, "factors head.wieght: it names no parameter that trains; did you mean head.weight?"),
        ({"*.bias": 1, "head.bias": 0.1}, "factors head.bias: *.bias, which comes before it, takes all parameters"),
        ({"*._mean": 1}, "factors *._mean: what it names does not train (stop_gradient is True)"),
        ({1: 0.1}, "factors: 1 is not allowed as a pattern; it must be text, such as 'backbone.*'"),
        *(({"*": wrong}, "is not allowed; it must be a number from 0 up") for wrong in (-1, float("nan"), float("inf"), True, "0.1", None, 10**400)),
    ],
    ids=str,
)  # fmt: skip
def test_a_table_that_cannot_be_used(table: Any, message: str) -> None:
    with pytest.raises(LRConfigError) as refused:
        parameter_groups(net(), table)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
