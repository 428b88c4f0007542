from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("paddle")

import paddle
from paddle import nn

from ppocr_lr import LRConfigError, RangeTest, build_lr_scheduler, lr_range_test
from tests.conftest import ROOT
from tests.gradient_scaler import scaler_on_cpu


class Descent:
    """loss = w²/2 + floor from w = 1 by gradient descent: it falls fastest as the rate nears 1 and grows above 2."""

    def __init__(self, rate: Any = 0.1, floor: float = 0.1) -> None:
        self.net = nn.Linear(1, 1, bias_attr=False)
        self.net.weight.set_value(np.ones((1, 1), dtype="float32"))
        self.sgd = paddle.optimizer.SGD(rate, parameters=self.net.parameters())
        self.floor = floor
        self.used: list[float] = []
        self.moved: list[float] = []

    def step(self) -> paddle.Tensor:
        w = self.net.weight
        loss = (w**2).sum() / 2 + self.floor
        loss.backward()
        before, rate = w.item(), self.sgd.get_lr()
        self.sgd.step()
        self.sgd.clear_grad()
        self.used.append(rate)
        self.moved.append((before - w.item()) / before)
        return loss

    def test(self, *args: Any, **keys: Any) -> RangeTest:
        return lr_range_test(self.step, *args, model=self.net, optimizer=self.sgd, **keys)


def on_losses(losses: list[float], start: float = 1e-5, end: float = 10.0, **keys: Any) -> RangeTest:
    """The test of a loop that returns these losses, whatever the rate."""
    given = iter(losses)
    descent = Descent()
    return lr_range_test(lambda: next(given), start, end, len(losses), model=descent.net, optimizer=descent.sgd, **keys)


@pytest.mark.parametrize("rate", [0.25, "scheduler"])
@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("exponential", 1e-4 * 10 ** np.linspace(0, 4, 41)),
        ("linear", np.linspace(1e-4, 1, 41)),
    ],
)
def test_the_optimizer_uses_the_ramp(mode: Any, expected: Any, rate: Any) -> None:
    if rate == "scheduler":
        rate = build_lr_scheduler({"name": "Cosine", "learning_rate": 0.25}, 2, 2)
    descent = Descent(rate)
    result = descent.test(1e-4, 1.0, 41, mode=mode, stop_factor=100)
    np.testing.assert_allclose(result.rates, expected, rtol=1e-12)
    np.testing.assert_allclose(descent.used, expected, rtol=1e-12)
    np.testing.assert_allclose(descent.moved[:30], expected[:30], rtol=1e-3)  # float32 weights
    assert result.stopped is None
    # And afterwards the rate of before, in fact too: Paddle keeps the number in a tensor of its own.
    assert descent.sgd.get_lr() == 0.25
    descent.step()
    assert descent.moved[-1] == pytest.approx(0.25, rel=1e-6)


def test_a_loop_that_steps_its_scheduler_does_not_disturb_the_ramp() -> None:
    descent = Descent(scheduler := build_lr_scheduler({"name": "Cosine", "learning_rate": 0.25}, 10, 10))

    def step() -> paddle.Tensor:
        loss = descent.step()
        scheduler.step()
        return loss

    lr_range_test(step, 1e-4, 1.0, 20, model=descent.net, optimizer=descent.sgd)
    np.testing.assert_allclose(descent.used, 1e-4 * 10 ** np.linspace(0, 4, 20), rtol=1e-12)
    assert (scheduler.last_epoch, scheduler()) == (0, 0.25)


def test_the_suggestion_for_a_descent_that_is_known() -> None:
    result = Descent().test(1e-5, 100.0, 200)
    # The weight shrinks by the sum of the rates so far: by half when that is 0.7, 12 rates to e in this ramp.
    assert 0.02 < result.steepest.middle < 0.2
    assert result.rises_from is not None
    assert 2 < result.rises_from < 20
    assert result.suggestion == pytest.approx(math.sqrt(result.steepest.middle * result.rises_from / 10))
    assert result.stopped is not None
    assert "the average loss rose above 4 times its lowest" in result.stopped
    assert 2 < result.rates[-1] < 20


def test_the_loss_ends_the_rise() -> None:
    result = on_losses([*np.linspace(3, 1, 40), math.nan, 1.0, 1.0])
    assert len(result.rates) == len(result.losses) == 40
    assert result.stopped is not None
    assert "the loss was nan at rate" in result.stopped


def test_a_first_loss_that_is_no_number_is_an_error() -> None:
    with pytest.raises(ValueError, match="the loss was nan at rate 1e-5, before any update"):
        on_losses([math.nan] * 20)


@pytest.mark.parametrize("loss", [1.0, np.float32(1), np.ones(1), paddle.ones([1]), paddle.to_tensor(1.0)])
def test_a_loss_may_be(loss: Any) -> None:
    assert set(on_losses([loss] * 10).losses) == {1.0}


@pytest.mark.parametrize("loss", [None, "1", [1.0], np.ones(2), paddle.ones([2])])
def test_a_loss_may_not_be(loss: Any) -> None:
    with pytest.raises(TypeError, match="step_fn must return the loss"):
        on_losses([loss] * 10)


@pytest.mark.filterwarnings("ignore:amp_guard can only be enabled")
def test_a_gradient_scaler_is_put_back() -> None:
    descent, scaler = Descent(), scaler_on_cpu(init_loss_scaling=2.0, incr_every_n_steps=4)
    before = str(scaler.state_dict())

    def step() -> paddle.Tensor:
        with paddle.amp.auto_cast(dtype="float16"):
            loss = (descent.net.weight**2).sum()
        scaler.scale(loss).backward()
        scaler.step(descent.sgd)
        scaler.update()
        descent.sgd.clear_grad()
        assert str(scaler.state_dict()) != before
        return loss

    lr_range_test(step, 1e-5, 1e-2, 10, model=descent.net, optimizer=descent.sgd, scaler=scaler)
    assert str(scaler.state_dict()) == before


def test_everything_is_put_back_when_the_loop_raises() -> None:
    descent = Descent(0.25)

    def step() -> paddle.Tensor:
        if len(descent.used) == 5:
            raise KeyboardInterrupt
        return descent.step()

    with pytest.raises(KeyboardInterrupt):
        lr_range_test(step, model=descent.net, optimizer=descent.sgd)
    assert descent.net.weight.item() == 1.0
    assert descent.sgd.get_lr() == 0.25
    assert descent.sgd.state_dict() == {}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"start": 0}, "lr_range_test.start: 0 is not allowed; it must be a number above 0"),
        ({"start": "1e-5"}, "lr_range_test.start: '1e-5' is not allowed; it must be a number above 0"),
        ({"start": math.nan}, "start: nan is not allowed"),
        ({"start": 1.0, "end": 0.1}, "lr_range_test.end: 0.1 is not allowed; it must be above start, 1.0"),
        ({"end": math.inf}, "end: inf is not allowed"),
        ({"end": 10**5000}, "end: an int too long to show is not allowed"),
        ({"num_iters": 9}, "num_iters: 9 is not allowed; it must be an integer of at least 10"),
        ({"num_iters": 20.0}, "num_iters: 20.0 is not allowed"),
        ({"mode": "cosine"}, "mode: 'cosine' is not allowed; it must be exponential or linear"),
        ({"smoothing": 1}, "smoothing: 1 is not allowed; it must be a number from 0 to below 1"),
        ({"smoothing": -0.1}, "smoothing: -0.1 is not allowed"),
        ({"stop_factor": 1}, "stop_factor: 1 is not allowed; it must be a number above 1"),
    ],
)
def test_what_is_not_allowed(keys: dict[str, Any], message: str) -> None:
    with pytest.raises(LRConfigError) as error:
        Descent().test(**keys)
    assert message in str(error.value)


def test_a_model_that_could_not_be_put_back_is_not_touched() -> None:
    descent = Descent()
    with pytest.raises(TypeError, match="can be put back afterwards, received <paddle"):
        lr_range_test(descent.step, model=paddle.Model(descent.net), optimizer=descent.sgd)
    assert descent.used == []


def test_the_four_arguments_by_position_and_by_name() -> None:
    one, other = Descent(), Descent()
    first = lr_range_test(one.step, 1e-3, 0.1, 15, model=[one.net], optimizer=one.sgd)
    second = lr_range_test(step_fn=other.step, start=1e-3, end=0.1, num_iters=15, model=other.net, optimizer=other.sgd)
    np.testing.assert_array_equal(first.losses, second.losses)


def test_arguments_may_be_numbers_of_numpy() -> None:
    one, other = Descent(), Descent()
    first = lr_range_test(one.step, 0.125, 0.5, 15, model=one.net, optimizer=one.sgd, smoothing=0.5, stop_factor=4)
    second = lr_range_test(
        other.step, np.float32(0.125), np.float16(0.5), np.int32(15), model=other.net, optimizer=other.sgd,  # type: ignore[arg-type]
        smoothing=np.float32(0.5), stop_factor=np.int64(4),  # type: ignore[arg-type]
    )  # fmt: skip
    np.testing.assert_array_equal(first.losses, second.losses)


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_the_picture(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"test.{ending}"
    Descent().test(1e-5, 100.0, 100).save(path)
    assert path.stat().st_size > 5000


def test_an_unusable_path_is_told(tmp_path: Path) -> None:
    with pytest.raises(LRConfigError, match="the ending must be one of"):
        Descent().test(1e-5, 1.0, 10).save(str(tmp_path / "test.jpg"))


def test_without_paddle_it_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['paddle'] = None\n"
        "from ppocr_lr import lr_range_test\n"
        "lr_range_test(float, model=None, optimizer=None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=os.environ)
    assert "Error: Paddle is not installed: pip install 'ppocr-lr[paddle]'" in done.stderr
