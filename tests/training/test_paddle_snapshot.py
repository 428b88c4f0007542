"""A training that was interrupted by something tried out is the training that was not, to the bit."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

pytest.importorskip("paddle")

import paddle
from paddle import nn, optimizer
from paddle.utils import unique_name

from ppocr_lr import build_lr_scheduler
from ppocr_lr.training.paddle_snapshot import restored
from tests.gradient_scaler import scaler_on_cpu

OPTIMIZERS = {
    "SGD": lambda rate, parameters: optimizer.SGD(rate, parameters),
    "Momentum": lambda rate, parameters: optimizer.Momentum(rate, 0.9, parameters),
    "Adam": lambda rate, parameters: optimizer.Adam(rate, parameters=parameters),
    "AdamW": lambda rate, parameters: optimizer.AdamW(rate, parameters=parameters),
    "Lamb": lambda rate, parameters: optimizer.Lamb(rate, parameters=parameters),
    "RMSProp": lambda rate, parameters: optimizer.RMSProp(rate, parameters=parameters),
    "groups": lambda rate, parameters: optimizer.AdamW(
        rate, parameters=[{"params": parameters[:2]}, {"params": parameters[2:], "learning_rate": 0.1}]
    ),
}


class Training:
    """A network with everything that keeps a state: dropout, running averages, moments, a scheduler, a scaler."""

    def __init__(self, name: str, with_scheduler: bool) -> None:
        paddle.seed(7)
        np.random.seed(7)
        random.seed(7)
        with unique_name.guard():
            self.net = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1D(8), nn.Dropout(0.3), nn.Linear(8, 2))
            rate = build_lr_scheduler({"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 1}, 4, 5)
            self.optimizer = OPTIMIZERS[name](rate if with_scheduler else 0.01, self.net.parameters())
        self.scheduler = rate
        # Its scale doubles every third update.
        self.scaler = scaler_on_cpu(incr_every_n_steps=3, init_loss_scaling=4.0)

    def update(self) -> float:
        x = paddle.to_tensor(np.random.rand(6, 4).astype("float32") * random.random())
        with paddle.amp.auto_cast(dtype="float16"):  # no effect on a CPU but that the scaler stays on
            loss = self.net(x).abs().mean()
            self.scaler.scale(loss).backward()
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.optimizer.clear_grad()
        self.scheduler.step()
        return loss.item()

    def updates(self, count: int) -> list[float]:
        return [self.update() for _ in range(count)]

    def state(self) -> dict[str, Any]:
        tensors = {**self.net.state_dict(), **self.optimizer.state_dict()}
        state = {key: value.numpy().tobytes() for key, value in tensors.items() if hasattr(value, "numpy")}
        grads = [p.grad for p in self.net.parameters()]
        return {
            **state,
            "scheduler": self.scheduler.state_dict(),
            "rate": self.optimizer.get_lr(),
            "scaler": str(self.scaler.state_dict()),
            "grads": [grad if grad is None else grad.numpy().tobytes() for grad in grads],
            "modes": [layer.training for layer in self.net.sublayers()],
        }


@pytest.mark.filterwarnings("ignore:amp_guard can only be enabled", "ignore:When training, we now always track")
@pytest.mark.parametrize("with_scheduler", [True, False], ids=["scheduler", "number"])
@pytest.mark.parametrize("before", [0, 4])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_goes_on_as_if_nothing_had_been(name: str, before: int, with_scheduler: bool) -> None:
    undisturbed, disturbed = Training(name, with_scheduler), Training(name, with_scheduler)
    losses = []
    for training in (undisturbed, disturbed):
        np.random.seed(1)
        random.seed(1)
        paddle.seed(1)
        with unique_name.guard():  # the optimizer's moments are named here
            first = training.updates(before)
            state = training.state()
            if training is disturbed:
                with restored(training.net, training.optimizer, training.scheduler, training.scaler):
                    training.optimizer.set_lr_scheduler(build_lr_scheduler({"learning_rate": 0.05}, 1, 1))
                    training.updates(7)
                    training.net.eval()
                    training.net(paddle.ones([2, 4])).sum().backward()  # gradients that nobody clears
                    assert training.state() != state
                assert training.state() == state
            losses.append(first + training.updates(6))
    assert losses[0] == losses[1]
    assert undisturbed.state() == disturbed.state()


def test_what_was_there_is_the_same_object_again() -> None:
    net = nn.Linear(2, 2)
    adam = optimizer.Adam(0.1, parameters=net.parameters())
    net(paddle.ones([1, 2])).sum().backward()
    adam.step()
    weight, moment, grad = net.weight, next(iter(adam.state_dict().values())), net.weight.grad.numpy()

    def tried_out() -> None:
        with restored(net, adam):
            adam.step()
            adam.clear_grad()
            net.weight = net.create_parameter([2, 2])
            raise RuntimeError("in the block")

    with pytest.raises(RuntimeError, match="in the block"):
        tried_out()
    assert net.weight is weight
    assert next(iter(adam.state_dict().values())) is moment
    np.testing.assert_array_equal(net.weight.grad.numpy(), grad)


def test_values_that_are_no_numbers_come_back_too() -> None:
    net = nn.Linear(1, 4)
    strange = np.array([[np.nan, -0.0, np.inf, 1e-45]], dtype="float32")
    net.weight.set_value(strange)
    with restored(net):
        net.weight.set_value(np.ones((1, 4), dtype="float32"))
    assert net.weight.numpy().tobytes() == strange.tobytes()


@pytest.mark.parametrize(
    "thing", [None, 1, paddle.Model(nn.Linear(1, 1)), [nn.Linear(1, 1)]], ids=lambda thing: type(thing).__name__
)
def test_what_cannot_be_put_back_is_told_before(thing: Any) -> None:
    with (
        pytest.raises(TypeError, match="only Layer, Optimizer, LRScheduler, GradScaler can be put back"),
        restored(thing),
    ):
        raise AssertionError("never reached")
