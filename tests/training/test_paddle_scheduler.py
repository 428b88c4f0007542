from __future__ import annotations

import copy
import json
import pickle
import re
import subprocess
import sys
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("paddle")

import paddle
from paddle.optimizer import lr

from ppocr_lr import LRConfigWarning, Schedule, build_lr_scheduler, build_schedule
from ppocr_lr.schedules import PiecewiseConstant, Warmup
from ppocr_lr.training.paddle_scheduler import to_paddle
from tests import paddleocr
from tests.conftest import ROOT
from tests.strategies import planned

CLOSE = {"rtol": 1e-12, "atol": 1e-15}

SECTIONS: dict[str, dict[str, Any]] = {
    "Const": {"learning_rate": 0.1},
    "Linear": {"learning_rate": 0.1, "end_lr": 0.001, "power": 2.0},
    "Cosine": {"learning_rate": 0.1},
    "LinearWarmupCosine": {"learning_rate": 0.1, "warmup_steps": 0},
    "Step": {"learning_rate": 0.1, "step_size": 2, "gamma": 0.5},
    "Piecewise": {"decay_epochs": [2, 4], "values": [0.1, 0.01, 0.001]},
    "MultiStepDecay": {"learning_rate": 0.1, "milestones": [2, 4], "gamma": 0.1},
    "CyclicalCosine": {"learning_rate": 0.1, "cycle": 2},
    "OneCycle": {"max_lr": 0.1},
    "DecayLearningRate": {"learning_rate": 0.1},
    "TwoStepCosine": {"learning_rate": 0.1},
}
EPOCHS, ITERS = 8, 5
TOTAL = EPOCHS * ITERS

ALL = [pytest.param({"name": name, **keys}, id=name) for name, keys in SECTIONS.items()]
for name, keys in SECTIONS.items():
    if name == "LinearWarmupCosine":
        ALL.append(pytest.param({"name": name, **keys, "warmup_steps": 7}, id=f"{name} warm"))
    elif name != "DecayLearningRate":
        ALL.append(pytest.param({"name": name, **keys, "warmup_epoch": 1.5}, id=f"{name} warm"))


@pytest.mark.parametrize(
    ("name", "paddles"),
    [
        ("Linear", lr.PolynomialDecay),
        ("Cosine", lr.CosineAnnealingDecay),
        ("Step", lr.StepDecay),
        ("Piecewise", lr.PiecewiseDecay),
        ("MultiStepDecay", lr.MultiStepDecay),
        ("OneCycle", lr.OneCycleLR),
        ("DecayLearningRate", lr.PolynomialDecay),
    ],
)
def test_paddles_own_classes_come_back(name: str, paddles: type) -> None:
    section = {"name": name, **SECTIONS[name]}
    assert isinstance(build_lr_scheduler(section, EPOCHS, ITERS), paddles)
    if name != "DecayLearningRate":
        warm = build_lr_scheduler({**section, "warmup_epoch": 1}, EPOCHS, ITERS)
        assert isinstance(warm, lr.LinearWarmup)
        assert isinstance(warm.learning_rate, paddles)
        assert (warm.warmup_steps, warm.start_lr, warm.end_lr) == (ITERS, 0.0, 0.1)


def test_attributes_are_paddles() -> None:
    warm = build_lr_scheduler({"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 2}, 20, 100)
    assert (warm.learning_rate.T_max, warm.learning_rate.eta_min, warm.learning_rate.base_lr) == (
        2000,
        0,
        0.1,
    )
    steps = build_lr_scheduler({"name": "Step", "learning_rate": 0.1, "step_size": 3, "gamma": 0.5}, 20, 100)
    assert (steps.step_size, steps.gamma) == (300, 0.5)


@given(planned, st.lists(st.integers(0, 10**7), min_size=1, max_size=12))
def test_random_access_is_the_schedule(drawn: tuple[dict[str, Any], int, int], steps: list[int]) -> None:
    schedule, scheduler = build_schedule(*drawn), build_lr_scheduler(*drawn)
    for step in steps:
        scheduler.step(step)
        assert scheduler.last_epoch == step
        np.testing.assert_allclose(scheduler(), schedule(step), **CLOSE)
        scheduler.step()
        np.testing.assert_allclose(scheduler(), schedule(step + 1), **CLOSE)


@given(planned, st.integers(0, 60))
def test_get_lr_changes_nothing(drawn: tuple[dict[str, Any], int, int], steps: int) -> None:
    scheduler = build_lr_scheduler(*drawn)
    for _ in range(steps):
        scheduler.step()
    before = copy.deepcopy(scheduler.state_dict())
    assert scheduler.get_lr() == scheduler.get_lr() == scheduler() == scheduler.last_lr
    assert scheduler.state_dict() == before


def plain_state(reference: Any) -> dict[str, Any]:
    return pickle.loads(pickle.dumps(reference.state_dict()))


def assert_same_state(state: dict[str, Any], other: dict[str, Any]) -> None:
    assert set(state) == set(other)
    for key, value in state.items():
        if isinstance(value, dict):
            assert_same_state(value, other[key])
        else:
            assert type(value) is type(other[key]) or isinstance(value, float)
            np.testing.assert_allclose(value, other[key], **CLOSE)


DONE = 11

_RESUME = """
import json, sys
import paddle
from ppocr_lr import build_lr_scheduler
from tests import paddleocr

result = {}
for text, path in json.load(sys.stdin):
    result[text] = {}
    for who, build in (("ours", build_lr_scheduler), ("plain", paddleocr.build)):
        with paddle.utils.unique_name.guard():
            layer = paddle.nn.Linear(2, 2)
            scheduler = build(json.loads(text), EPOCHS, ITERS)
            optimizer = paddle.optimizer.Momentum(scheduler, parameters=layer.parameters())
        optimizer.set_state_dict(paddle.load(path))
        rates = result[text][who] = []
        for _ in range(TOTAL - DONE):
            rates.append(optimizer.get_lr())
            if not isinstance(scheduler, float):
                scheduler.step()
print(json.dumps(result))
"""


@pytest.fixture(scope="module")
def rates_after_resume(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[float]]]:
    """paddle.save of an optimizer for each section here; a new process loads it, ours and plain, and goes on."""
    folder = tmp_path_factory.mktemp("checkpoints")
    jobs = []
    for section in (parameter.values[0] for parameter in ALL):
        with paddle.utils.unique_name.guard():
            layer = paddle.nn.Linear(2, 2)
            scheduler = build_lr_scheduler(section, EPOCHS, ITERS)
            optimizer = paddle.optimizer.Momentum(scheduler, parameters=layer.parameters())
        for _ in range(DONE):
            layer(paddle.ones([1, 2])).sum().backward()
            optimizer.step()
            optimizer.clear_grad()
            scheduler.step()
        path = str(folder / f"{len(jobs)}.pdopt")
        paddle.save(optimizer.state_dict(), path)
        jobs.append((json.dumps(section), path))
    code = f"EPOCHS, ITERS, TOTAL, DONE = {EPOCHS}, {ITERS}, {TOTAL}, {DONE}\n{_RESUME}"
    process = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(jobs),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout.splitlines()[-1])  # type: ignore[no-any-return]


class TestStates:
    """States travel both ways between ours and plain Paddle objects wired as PaddleOCR wires them."""

    @pytest.mark.parametrize("section", ALL)
    @pytest.mark.parametrize("done", [0, 1, 6, 7, 8, 13, TOTAL - 1, TOTAL])
    def test_both_ways(self, section: dict[str, Any], done: int) -> None:
        reference = paddleocr.build(section, EPOCHS, ITERS)
        ours = build_lr_scheduler(section, EPOCHS, ITERS)
        if isinstance(reference, float):  # PaddleOCR has no scheduler there, and so no state
            return
        for _ in range(done):
            reference.step()
            ours.step()
        assert_same_state(ours.state_dict(), reference.state_dict())

        loaded = build_lr_scheduler(section, EPOCHS, ITERS)
        loaded.set_state_dict(plain_state(reference))
        back = paddleocr.build(section, EPOCHS, ITERS)
        assert not isinstance(back, float)
        back.set_state_dict(plain_state(ours))
        for _ in range(done, TOTAL + 1):
            np.testing.assert_allclose([ours(), loaded(), back()], reference(), **CLOSE)
            if reference.last_epoch < TOTAL:
                for scheduler in (reference, ours, loaded, back):
                    scheduler.step()

    @pytest.mark.parametrize("section", ALL)
    def test_a_saved_optimizer_goes_on_in_a_new_process(
        self, section: dict[str, Any], rates_after_resume: dict[str, dict[str, list[float]]]
    ) -> None:
        expected = build_schedule(section, EPOCHS, ITERS)(np.arange(DONE, TOTAL))
        rates = rates_after_resume[json.dumps(section)]
        np.testing.assert_allclose(rates["ours"], expected, **CLOSE)
        np.testing.assert_allclose(rates["plain"], expected, **CLOSE)

    @pytest.mark.skipif(paddle.__version__.startswith("2."), reason="its optimizer demands a scheduler's state of any")
    def test_const_loads_what_paddleocr_saves_without_a_scheduler(self) -> None:
        layer = paddle.nn.Linear(2, 2)
        plain = paddle.optimizer.SGD(0.1, parameters=layer.parameters())
        ours = paddle.optimizer.SGD(build_lr_scheduler({"learning_rate": 0.1}, 2, 2), parameters=layer.parameters())
        ours.set_state_dict(plain.state_dict())
        plain.set_state_dict(ours.state_dict())
        assert ours.get_lr() == plain.get_lr() == 0.1

    @pytest.mark.parametrize("section", ALL)
    def test_after_a_restore_the_current_config_counts(self, section: dict[str, Any]) -> None:
        ours = build_lr_scheduler(section, EPOCHS, ITERS)
        for _ in range(13):
            ours.step()
        peak = "max_lr" if "max_lr" in section else "learning_rate"
        changed = {**section, peak: 0.2} if peak in section else {**section, "values": [0.2, 0.02, 0.002]}
        restored = build_lr_scheduler(changed, EPOCHS, ITERS)
        restored.set_state_dict(ours.state_dict())
        assert restored.last_epoch == 13
        assert restored() == build_schedule(changed, EPOCHS, ITERS)(13)
        restored.step()
        assert restored() == build_schedule(changed, EPOCHS, ITERS)(14)

    @pytest.mark.parametrize(("saved", "loading"), [(0, 1.5), (1.5, 0)])
    def test_a_state_of_another_shape_is_taken_with_a_warning(self, saved: float, loading: float) -> None:
        """Row 3 of what users trip over: KeyError: 'LinearWarmup_LR'."""
        section = {"name": "Cosine", "learning_rate": 0.1}
        ours = build_lr_scheduler({**section, "warmup_epoch": saved}, EPOCHS, ITERS)
        ours.step(13)
        other = build_lr_scheduler({**section, "warmup_epoch": loading}, EPOCHS, ITERS)
        with pytest.warns(LRConfigWarning, match="another shape.*continues at update 13"):
            other.set_state_dict(ours.state_dict())
        assert other() == build_schedule({**section, "warmup_epoch": loading}, EPOCHS, ITERS)(13)

    def test_what_is_no_state(self) -> None:
        scheduler = build_lr_scheduler({"name": "Cosine", "learning_rate": 0.1}, EPOCHS, ITERS)
        with pytest.raises(KeyError, match="needs last_epoch, received the keys"):
            scheduler.set_state_dict({"last_lr": 0.1})
        with pytest.raises(TypeError, match="must be an integer, received 'x'"):
            scheduler.set_state_dict({"last_epoch": "x", "last_lr": 0.1})
        with pytest.raises(TypeError, match="must be an integer, received None"):
            scheduler.set_state_dict({"last_epoch": None, "last_lr": 0.1})
        with pytest.raises(TypeError, match="a scheduler state must be a mapping, received None"):
            scheduler.set_state_dict(None)
        with pytest.raises(KeyError, match="needs last_epoch"):
            scheduler.set_state_dict({1: 2, "a": 3})
        optimizers = {f"linear_{number}.w_0_moment1_0": None for number in range(30)}
        with pytest.raises(KeyError, match=r"needs last_epoch, received the keys .* under LR_Scheduler") as caught:
            scheduler.set_state_dict({**optimizers, "LR_Scheduler": scheduler.state_dict()})
        assert len(str(caught.value)) < 300
        with pytest.raises(ValueError, match="cannot be negative"):
            scheduler.set_state_dict({"last_epoch": -5, "last_lr": 0.1})
        assert scheduler.last_epoch == 0


@pytest.mark.parametrize("section", ALL)
def test_pickle_and_copy_of_the_scheduler_go_on_alike(section: dict[str, Any]) -> None:
    scheduler = build_lr_scheduler(section, EPOCHS, ITERS)
    scheduler.step(9)
    for twin in (pickle.loads(pickle.dumps(scheduler)), copy.deepcopy(scheduler)):
        rates = []
        for _ in range(20):
            rates.append(twin())
            twin.step()
        np.testing.assert_array_equal(rates, [scheduler.schedule(k) for k in range(9, 29)])


@pytest.mark.parametrize("section", ALL)
def test_the_optimizer_uses_the_schedules_rate(section: dict[str, Any]) -> None:
    layer = paddle.nn.Linear(1, 1)
    scheduler = build_lr_scheduler(section, EPOCHS, ITERS)
    optimizer = paddle.optimizer.SGD(scheduler, parameters=layer.parameters())
    for step in range(TOTAL):
        rate = optimizer.get_lr()
        before = layer.bias.numpy().item()
        layer(paddle.zeros([1, 1])).sum().backward()
        optimizer.step()
        optimizer.clear_grad()
        scheduler.step()
        assert rate == pytest.approx(scheduler.schedule(step), rel=1e-12, abs=1e-15)
        assert before - layer.bias.numpy().item() == pytest.approx(rate, rel=1e-3, abs=1e-6)  # float32 weights


def test_step_checks_a_given_epoch() -> None:
    scheduler = build_lr_scheduler({"name": "Cosine", "learning_rate": 0.1}, EPOCHS, ITERS)
    for bad, error in ((-1, ValueError), (1.5, TypeError), (True, TypeError)):
        with pytest.raises(error):
            scheduler.step(bad)
    scheduler.step(np.int64(3))
    assert type(scheduler.last_epoch) is int


@pytest.mark.parametrize("warmup", [0, 1])
def test_verbose_tells_every_update_until_it_is_turned_off(warmup: int, capsys: pytest.CaptureFixture[str]) -> None:
    scheduler = build_lr_scheduler({"learning_rate": 0.1, "warmup_epoch": warmup}, EPOCHS, ITERS)
    scheduler.verbose = True
    copied = copy.deepcopy(scheduler)
    scheduler.step(7)
    scheduler.step()
    copied.step(3)
    scheduler.verbose = False
    scheduler.step()
    assert re.findall(r"update (\d+): ", capsys.readouterr().out) == ["7", "8", "3"]
    assert (scheduler.last_epoch, scheduler.verbose, copied.last_epoch, copied.verbose) == (9, False, 3, True)


def test_a_piecewise_schedule_of_one_piece() -> None:
    assert to_paddle(PiecewiseConstant((), (0.3,)))() == 0.3


@dataclass(frozen=True)
class Halving(Schedule):
    """A schedule of somebody else, with a formula that returns a NumPy number."""

    def formula(self, k: Any, fn: Any = None) -> Any:
        return np.float64(0.1) / (k + 1)

    def corner_runs(self) -> Any:
        return ()


@given(st.integers(0, 50))
@settings(max_examples=10)
def test_a_schedule_of_a_third_party(step: int) -> None:
    for schedule in (Halving(), Warmup(Halving(), 4, 0.1)):
        scheduler = to_paddle(schedule)
        scheduler.step(step)
        assert scheduler() == schedule(step)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            twin = to_paddle(schedule)
            twin.set_state_dict(state := scheduler.state_dict())
        assert twin() == scheduler()
        assert {type(part["last_lr"]) for part in (state, state.get("LinearWarmup_LR", state))} == {float}
