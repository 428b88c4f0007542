"""Every way Paddle trains uses the schedule's rate: what the optimizer tells, and what it did to a weight.

The weight's gradient is 1, so that SGD moves it by exactly the rate.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

pytest.importorskip("paddle")

import paddle
from paddle import nn

from ppocr_lr import build_lr_scheduler, build_schedule
from tests.conftest import ROOT
from tests.gradient_scaler import scaler_on_cpu

EPOCHS, ITERS = 3, 4
TOTAL = EPOCHS * ITERS

SECTIONS: dict[str, dict[str, Any]] = {
    "Const": {"learning_rate": 0.1},
    "Cosine": {"name": "Cosine", "learning_rate": 0.1},
    "Cosine warm": {"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 1},
    "Piecewise": {"name": "Piecewise", "decay_epochs": [1, 2], "values": [0.1, 0.02, 0.01]},
    "Step warm": {"name": "Step", "learning_rate": 0.1, "step_size": 1, "gamma": 0.5, "warmup_epoch": 0.5},
    "OneCycle": {"name": "OneCycle", "max_lr": 0.1},
    "CyclicalCosine": {"name": "CyclicalCosine", "learning_rate": 0.1, "cycle": 1},
}
each_section = pytest.mark.parametrize("section", SECTIONS.values(), ids=SECTIONS)

Used = list[tuple[float, float]]
"""For each update (or batch): the rate that the optimizer tells before it, and how far the weight moved."""


class Probe(nn.Layer):
    """w·x."""

    def __init__(self, dtype: str = "float64") -> None:
        super().__init__()
        self.weight = self.create_parameter([1], dtype=dtype, default_initializer=nn.initializer.Constant(0.0))

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        return self.weight * x


def sgd(section: dict[str, Any], net: nn.Layer, iters_per_epoch: int = ITERS) -> tuple[paddle.optimizer.SGD, Any]:
    scheduler = build_lr_scheduler(section, EPOCHS, iters_per_epoch)
    return paddle.optimizer.SGD(scheduler, parameters=net.parameters()), scheduler


def planned(section: dict[str, Any], iters_per_epoch: int = ITERS) -> np.ndarray:
    return build_schedule(section, EPOCHS, iters_per_epoch)(np.arange(EPOCHS * iters_per_epoch))


def assert_used(used: Used, rates: np.ndarray, close: float = 1e-12) -> None:
    np.testing.assert_allclose([told for told, _ in used], rates, rtol=1e-12)
    np.testing.assert_allclose([moved for _, moved in used], rates, rtol=0, atol=close)


@each_section
def test_dygraph(section: dict[str, Any]) -> None:
    net = Probe()
    optimizer, scheduler = sgd(section, net)
    used: Used = []
    for _ in range(TOTAL):
        told, before = optimizer.get_lr(), net.weight.item()
        net(paddle.ones([1], "float64")).sum().backward()
        optimizer.step()
        optimizer.clear_grad()
        scheduler.step()
        used.append((told, before - net.weight.item()))
    assert_used(used, planned(section))


class Samples(paddle.io.Dataset):
    def __len__(self) -> int:
        return 2 * ITERS

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        return np.ones(1), np.zeros(1)


class Watch(paddle.callbacks.Callback):
    def __init__(self) -> None:
        super().__init__()
        self.used: Used = []

    def on_train_batch_begin(self, step: int, logs: Any = None) -> None:
        self.before = self.model._optimizer.get_lr(), self.model.network.weight.item()

    def on_train_batch_end(self, step: int, logs: Any = None) -> None:
        told, weight = self.before
        self.used.append((told, weight - self.model.network.weight.item()))


def fit(section: dict[str, Any], callbacks: list[Any], **keys: Any) -> Used:
    net = Probe()
    model = paddle.Model(net)
    model.prepare(sgd(section, net)[0], lambda output, label: output.mean())
    watch = Watch()
    model.fit(Samples(), batch_size=2, epochs=EPOCHS, verbose=0, callbacks=[watch, *callbacks], **keys)
    return watch.used


@pytest.mark.filterwarnings("ignore:To copy construct from a tensor")
class TestModelFit:
    @each_section
    def test_by_step(self, section: dict[str, Any]) -> None:
        assert_used(fit(section, [paddle.callbacks.LRScheduler(by_step=True)]), planned(section))

    def test_by_step_is_what_paddle_does_by_itself(self) -> None:
        assert_used(fit(SECTIONS["Cosine warm"], []), planned(SECTIONS["Cosine warm"]))

    def test_by_epoch_is_wrong(self) -> None:
        used = fit(SECTIONS["Cosine"], [paddle.callbacks.LRScheduler(by_step=False, by_epoch=True)])
        assert_used(used, planned(SECTIONS["Cosine"])[np.repeat(range(EPOCHS), ITERS)])

    def test_accumulation_steps_the_scheduler_with_every_batch_and_adds_the_gradients(self) -> None:
        section = SECTIONS["Cosine warm"]
        used = fit(section, [], accumulate_grad_batches=2)
        rates = planned(section)
        np.testing.assert_allclose([told for told, _ in used], rates, rtol=1e-12)
        moved = np.where(np.arange(TOTAL) % 2, 2 * rates, 0.0)
        np.testing.assert_allclose([move for _, move in used], moved, rtol=0, atol=1e-12)


STATIC = """
import json, sys
import numpy as np
import paddle
from ppocr_lr import build_lr_scheduler

paddle.enable_static()
result, one = {}, np.ones((1, 1))
for name, section in json.load(sys.stdin).items():
    program, startup = paddle.static.Program(), paddle.static.Program()
    with paddle.static.program_guard(program, startup):
        x = paddle.static.data("x", [None, 1], "float64")
        weight = paddle.create_parameter([1], "float64")
        scheduler = build_lr_scheduler(section, EPOCHS, ITERS)
        optimizer = paddle.optimizer.SGD(scheduler)
        before = weight * 1.0
        loss = (x * weight).sum() + before.sum() * 0.0
        optimizer.minimize(loss)
    executor = paddle.static.Executor()
    executor.run(startup)
    told, weights = [], []
    for _ in range(EPOCHS * ITERS + 1):
        told.append(optimizer.get_lr())
        weights.append(executor.run(program, feed={"x": one}, fetch_list=[before])[0].item())
        scheduler.step()
    result[name] = [(told[k], weights[k] - weights[k + 1]) for k in range(EPOCHS * ITERS)]
print(json.dumps(result))
"""


@pytest.fixture(scope="module")
def used_in_static_graphs() -> dict[str, Used]:
    """In a process of its own, as static mode is one switch for the whole process."""
    done = subprocess.run(
        [sys.executable, "-c", f"EPOCHS, ITERS = {EPOCHS}, {ITERS}\n{STATIC}"],
        input=json.dumps(SECTIONS),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", SECTIONS)
def test_static_graph(name: str, used_in_static_graphs: dict[str, Used]) -> None:
    assert_used(used_in_static_graphs[name], planned(SECTIONS[name]))


def amp_loop(section: dict[str, Any], scaler: paddle.amp.GradScaler, inf_at: int = -1) -> Used:
    net = Probe("float32")
    optimizer, scheduler = sgd(section, net)
    used: Used = []
    for batch in range(TOTAL):
        told, before = optimizer.get_lr(), net.weight.item()
        with paddle.amp.auto_cast(dtype="float16"):
            loss = net(paddle.full([1], np.inf if batch == inf_at else 1.0)).sum()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        optimizer.clear_grad()
        scheduler.step()
        used.append((told, before - net.weight.item()))
    return used


@pytest.mark.filterwarnings("ignore:amp_guard can only be enabled", "ignore:AmpScaler can only be enabled")
class TestAMP:
    @each_section
    def test_scaled_gradients(self, section: dict[str, Any]) -> None:
        scaler = scaler_on_cpu(init_loss_scaling=1024.0, incr_every_n_steps=3)
        assert_used(amp_loop(section, scaler), planned(section), close=1e-6)
        assert scaler.state_dict()["scale"] == 1024 * 2 ** (TOTAL // 3)  # it was on

    def test_where_paddle_turns_it_off(self) -> None:
        section = SECTIONS["Cosine warm"]
        assert_used(amp_loop(section, paddle.amp.GradScaler()), planned(section), close=1e-6)

    def test_a_skipped_update_takes_its_rate_along(self) -> None:
        """The schedule keeps to the batches: the update that an overflow cost is missing, no later one moves."""
        section = SECTIONS["Cosine warm"]
        scaler = scaler_on_cpu(init_loss_scaling=1024.0, use_dynamic_loss_scaling=False)
        used = amp_loop(section, scaler, inf_at=5)
        assert used[5][1] == 0.0
        rates = planned(section)
        np.testing.assert_allclose([told for told, _ in used], rates, rtol=1e-12)
        np.testing.assert_allclose([move for _, move in used], np.where(np.arange(TOTAL) == 5, 0, rates), atol=1e-6)


@each_section
@pytest.mark.parametrize("accumulate", [2, 4])
def test_gradient_accumulation(section: dict[str, Any], accumulate: int) -> None:
    """Built for the updates in an epoch, stepped once for each of them."""
    net = Probe()
    optimizer, scheduler = sgd(section, net)
    used: Used = []
    for _ in range(EPOCHS):
        for batch in range(ITERS * accumulate + 1):  # one is left over and makes no update
            (net(paddle.ones([1], "float64")).sum() / accumulate).backward()
            if (batch + 1) % accumulate:
                continue
            told, before = optimizer.get_lr(), net.weight.item()
            optimizer.step()
            optimizer.clear_grad()
            scheduler.step()
            used.append((told, before - net.weight.item()))
        optimizer.clear_grad()
    assert_used(used, planned(section))
