"""The schedulers of the names that PaddleOCR does not know, against Paddle's own classes where it has them."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pytest

pytest.importorskip("paddle")

import paddle
from paddle.optimizer import lr

from ppocr_lr import LRConfigError, build_lr_scheduler, build_schedule
from ppocr_lr.schedules import ExponentialDecay, WarmRestarts, Warmup
from ppocr_lr.training.paddle_scheduler import to_paddle

EPOCHS, ITERS = 8, 5
TOTAL = EPOCHS * ITERS
CLOSE = {"rtol": 1e-12, "atol": 1e-15}

PLAIN: list[tuple[dict[str, Any], Callable[[], lr.LRScheduler]]] = [
    ({"name": "Noam", "d_model": 64, "warmup_iters": 10, "learning_rate": 2.0}, lambda: lr.NoamDecay(64, 10, 2.0)),
    ({"name": "Exponential", "learning_rate": 0.1, "gamma": 0.9, "step_size": "1it"},
     lambda: lr.ExponentialDecay(0.1, 0.9)),
    ({"name": "Exponential", "learning_rate": 0.1, "gamma": 0.9}, lambda: lr.ExponentialDecay(0.1, 0.9 ** (1 / ITERS))),
    ({"name": "Exponential", "learning_rate": 0.1, "gamma": 0.9, "staircase": True},
     lambda: lr.StepDecay(0.1, ITERS, 0.9)),
    ({"name": "NaturalExp", "learning_rate": 0.1, "gamma": 0.5}, lambda: lr.NaturalExpDecay(0.1, 0.5 / ITERS)),
    ({"name": "InverseTime", "learning_rate": 0.1, "gamma": 0.5}, lambda: lr.InverseTimeDecay(0.1, 0.5 / ITERS)),
    ({"name": "Polynomial", "learning_rate": 0.1, "end_lr": 0.01, "power": 2, "decay_length": 2},
     lambda: lr.PolynomialDecay(0.1, 2 * ITERS, 0.01, 2.0)),
    ({"name": "Polynomial", "learning_rate": 0.1, "end_lr": 0.01, "decay_length": 2, "cycle": True},
     lambda: lr.PolynomialDecay(0.1, 2 * ITERS, 0.01, 1.0, cycle=True)),
    ({"name": "Cyclic", "base_lr": 0.01, "max_lr": 0.1, "step_size_up": 1, "step_size_down": 2, "mode": "triangular2"},
     lambda: lr.CyclicLR(0.01, 0.1, ITERS, 2 * ITERS, "triangular2")),
    ({"name": "Cyclic", "base_lr": 0.01, "max_lr": 0.1, "step_size_up": 2, "mode": "exp_range", "gamma": 0.99},
     lambda: lr.CyclicLR(0.01, 0.1, 2 * ITERS, mode="exp_range", exp_gamma=0.99)),
    ({"name": "CosineWarmRestarts", "learning_rate": 0.1, "T_0": 1, "T_mult": 2, "eta_min": 0.01},
     lambda: lr.CosineAnnealingWarmRestarts(0.1, ITERS, 2, 0.01)),
]  # fmt: skip
IDS = [f"{index}-{section['name']}" for index, (section, _) in enumerate(PLAIN)]

OURS: list[dict[str, Any]] = [
    {"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 1, "end_lr": 0.01, "decay_within_run": True},
    {"name": "Cosine", "learning_rate": 0.1, "warmup_iters": 7, "warmup_mode": "cosine"},
    {"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 2, "hold_epochs": 1, "cooldown_epochs": 1},
    {"name": "CosineWarmRestarts", "learning_rate": 0.1, "T_0": 1, "T_mult": 1.5, "cycle_warmup": "2it"},
    {"name": "CosineWarmRestarts", "learning_rate": 0.1, "cycles": [1, 3, 2], "warmup_epoch": 1},
    {"name": "WSD", "learning_rate": 0.1, "warmup_epoch": 1},
    {"name": "Trapezoid", "learning_rate": 0.1},
    {"name": "InverseSqrt", "learning_rate": 0.1, "warmup_epoch": 2},
    {"name": "KDecay", "learning_rate": 0.1, "k": 3},
    {"name": "Tanh", "learning_rate": 0.1, "warmup_epoch": 1},
    {"name": "REX", "learning_rate": 0.1},
    {"name": "LinearLR", "learning_rate": 0.1, "decay_length": "10it"},
    {"name": "RangeTest", "start_lr": 1e-4, "updates": 30},
    {"name": "PiecewiseLinear", "knots": [[0, 0.01], [2, 0.1], [8, 0]]},
    {"name": "Scale", "factor": 0.5, "schedule": {"name": "Step", "learning_rate": 0.1, "step_size": 2, "gamma": 0.5}},
    {"name": "Sequence", "stages": [
        {"name": "Const", "learning_rate": 0.1, "epochs": 3}, {"name": "REX", "learning_rate": 0.1, "until_end": True}]},
]  # fmt: skip
ALL = [section for section, _ in PLAIN] + OURS
BY_NAME = pytest.mark.parametrize("section", ALL, ids=[f"{i}-{s['name']}" for i, s in enumerate(ALL)])


@pytest.mark.parametrize(("section", "plain"), PLAIN, ids=IDS)
def test_paddles_class_with_paddles_attributes_and_rates(
    section: dict[str, Any], plain: Callable[[], lr.LRScheduler]
) -> None:
    ours, paddles = build_lr_scheduler(section, EPOCHS, ITERS), plain()
    assert isinstance(ours, type(paddles))
    for _ in range(TOTAL):
        np.testing.assert_allclose([ours(), ours.get_lr(), ours.last_lr], paddles(), rtol=1e-12, atol=1e-17)
        for key, value in vars(paddles).items():
            if isinstance(value, (int, float)):
                assert getattr(ours, key) == pytest.approx(value, rel=1e-12), key
        ours.step()
        paddles.step()


@pytest.mark.parametrize(("section", "plain"), PLAIN, ids=IDS)
@pytest.mark.parametrize("done", [0, 1, 7, 10, TOTAL])
def test_states_travel_both_ways(section: dict[str, Any], plain: Callable[[], lr.LRScheduler], done: int) -> None:
    ours, paddles = build_lr_scheduler(section, EPOCHS, ITERS), plain()
    for _ in range(done):
        ours.step()
        paddles.step()
    loaded, back = build_lr_scheduler(section, EPOCHS, ITERS), plain()
    state = pickle.loads(pickle.dumps(paddles.state_dict()))
    assert set(state) == set(ours.state_dict())
    loaded.set_state_dict(state)
    back.set_state_dict(pickle.loads(pickle.dumps(ours.state_dict())))
    np.testing.assert_allclose(loaded(), paddles(), **CLOSE)
    if section["name"] == "CosineWarmRestarts":
        return  # Paddle's own restore is wrong there: below
    for _ in range(12):
        for scheduler in (paddles, loaded, back):
            scheduler.step()
        np.testing.assert_allclose([loaded(), back()], paddles(), **CLOSE)


@BY_NAME
def test_stepped_sent_resumed_and_copied_it_is_the_schedule(section: dict[str, Any]) -> None:
    schedule = build_schedule(section, EPOCHS, ITERS)
    expected = schedule(np.arange(TOTAL + 10))
    stepped = build_lr_scheduler(section, EPOCHS, ITERS)
    for k, rate in enumerate(expected.tolist()):
        sent, resumed = build_lr_scheduler(section, EPOCHS, ITERS), build_lr_scheduler(section, EPOCHS, ITERS)
        sent.step(k)
        resumed.set_state_dict(pickle.loads(pickle.dumps(stepped.state_dict())))
        twin = copy.deepcopy(stepped)
        for scheduler in (stepped, sent, resumed, twin):
            np.testing.assert_allclose([scheduler(), scheduler.get_lr()], rate, **CLOSE)
            assert type(scheduler()) is float
        twin.step()
        np.testing.assert_allclose(twin(), schedule(k + 1), **CLOSE)
        stepped.step()


@BY_NAME
def test_an_optimizer_that_is_saved_and_loaded_goes_on(section: dict[str, Any], tmp_path: Any) -> None:
    def optimizer() -> tuple[Any, Any]:
        scheduler = build_lr_scheduler(section, EPOCHS, ITERS)
        with paddle.utils.unique_name.guard():
            layer = paddle.nn.Linear(1, 1)
            return scheduler, paddle.optimizer.Momentum(scheduler, parameters=layer.parameters())

    scheduler, saved = optimizer()
    scheduler.step(13)
    paddle.save(saved.state_dict(), str(tmp_path / "o.pdopt"))
    scheduler, loaded = optimizer()
    loaded.set_state_dict(paddle.load(str(tmp_path / "o.pdopt")))
    schedule = build_schedule(section, EPOCHS, ITERS)
    for k in range(13, 20):
        np.testing.assert_allclose(loaded.get_lr(), schedule(k), **CLOSE)
        scheduler.step()


def test_behind_a_warmup_paddles_class_is_wrapped() -> None:
    for name, keys, paddles in (
        ("Exponential", {"gamma": 0.9}, lr.ExponentialDecay),
        ("CosineWarmRestarts", {"T_0": 2}, lr.CosineAnnealingWarmRestarts),
    ):
        warm = build_lr_scheduler({"name": name, "learning_rate": 0.1, "warmup_epoch": 1, **keys}, EPOCHS, ITERS)
        assert isinstance(warm, lr.LinearWarmup)
        assert isinstance(warm.learning_rate, paddles)
        assert set(warm.state_dict()) == {"last_epoch", "last_lr", "LinearWarmup_LR"}


class TestWhereThePaddleOfTodayIsWrong:
    """Paddle 3.3.1's CosineAnnealingWarmRestarts beside ours."""

    def test_a_restored_run(self) -> None:
        """Its state leaves out T_cur and T_i, so it starts its cycles anew."""
        ours, paddles = to_paddle(WarmRestarts(0.1, (10,), 2)), lr.CosineAnnealingWarmRestarts(0.1, 10, 2)
        for _ in range(17):
            ours.step()
            paddles.step()
        expected = 0.05 * (1 + math.cos(math.pi * 8 / 20))  # update 18 is the 8th of the second cycle, of 20
        restored, theirs = to_paddle(WarmRestarts(0.1, (10,), 2)), lr.CosineAnnealingWarmRestarts(0.1, 10, 2)
        restored.set_state_dict(ours.state_dict())
        theirs.set_state_dict(paddles.state_dict())
        for scheduler in (ours, paddles, restored, theirs):
            scheduler.step()
        assert [ours(), restored(), paddles()] == pytest.approx([expected] * 3, rel=1e-12)
        assert theirs() != pytest.approx(expected, rel=0.1)

    def test_sent_to_an_exact_restart(self) -> None:
        ours, paddles = to_paddle(WarmRestarts(0.1, (10,), 3)), lr.CosineAnnealingWarmRestarts(0.1, 10, 3)
        ours.step(1210)
        paddles.step(1210)
        assert ours() == 0.1
        assert paddles() == pytest.approx(0, abs=1e-12)

    def test_sent_back_into_an_earlier_cycle(self) -> None:
        """T_cur and T_i are those of the update, behind a warmup as well."""
        scheduler = to_paddle(Warmup(WarmRestarts(0.1, (10,), 2), 5, 0.1))
        for step, expected in ((5 + 31, (1, 40)), (5 + 12, (2, 20)), (5, (0, 10)), (2, (0, 10))):
            scheduler.step(step)
            assert (scheduler.learning_rate.T_cur, scheduler.learning_rate.T_i) == expected


def test_a_factor_too_near_to_1_for_paddles_class() -> None:
    scheduler = to_paddle(ExponentialDecay(0.1, 0.9, 2**53))
    assert not isinstance(scheduler, lr.ExponentialDecay)
    scheduler.step(2**53)
    assert scheduler() == pytest.approx(0.09, rel=1e-12)


class TestReduceOnPlateau:
    SECTION: ClassVar[dict[str, Any]] = {"name": "ReduceOnPlateau", "learning_rate": 0.1, "factor": 0.5, "patience": 1,
               "cooldown": 1, "min_lr": 0.02, "threshold": 0.0, "threshold_mode": "abs", "mode": "max", "epsilon": 0.0}  # fmt: skip

    def test_it_is_paddles_with_our_keys(self) -> None:
        ours = build_lr_scheduler(self.SECTION, EPOCHS, ITERS)
        keys = {key: value for key, value in self.SECTION.items() if key != "name"}
        paddles = lr.ReduceOnPlateau(**keys)
        assert type(ours) is lr.ReduceOnPlateau
        rates = []
        for metric in (0.5, 0.6, 0.6, 0.55, 0.5, 0.4, 0.3, 0.2, 0.7, 0.1, 0.1, 0.1, 0.1):
            ours.step(metric)
            paddles.step(metric)
            rates.append(ours())
            assert (ours(), ours.state_dict()) == (paddles(), paddles.state_dict())
        assert rates[0] == 0.1
        assert 0.05 in rates
        assert rates[-1] == 0.02  # min_lr

    def test_defaults_are_paddles(self) -> None:
        ours = build_lr_scheduler({"name": "ReduceOnPlateau", "learning_rate": 0.1}, EPOCHS, ITERS)
        assert vars(ours) == vars(lr.ReduceOnPlateau(0.1))

    def test_a_restored_one_goes_on(self) -> None:
        ours = build_lr_scheduler(self.SECTION, EPOCHS, ITERS)
        metrics = [0.5, 0.4, 0.4, 0.3, 0.3, 0.2, 0.2, 0.1]
        for metric in metrics[:3]:
            ours.step(metric)
        restored = build_lr_scheduler(self.SECTION, EPOCHS, ITERS)
        restored.set_state_dict(pickle.loads(pickle.dumps(ours.state_dict())))
        for metric in metrics[3:]:
            ours.step(metric)
            restored.step(metric)
            assert restored.state_dict() == ours.state_dict()

    @pytest.mark.parametrize("inside", [False, True], ids=["behind a warmup", "in a Sequence"])
    def test_behind_a_warmup_updates_count_and_then_metrics(self, inside: bool) -> None:
        """In a Sequence, behind a stage of 10 updates at 0.1."""
        section = {**self.SECTION, "warmup_iters": 4}
        if inside:
            stages = [{"learning_rate": 0.1, "epochs": "10it"}, {**section, "until_end": True}]
            section = {"name": "Sequence", "stages": stages}
        ours = build_lr_scheduler(section, EPOCHS, ITERS)
        begin = 10 if inside else 0
        rates = []
        for k in range(begin + 6):
            rates.append(ours())
            ours.step(metrics=9.0)  # an evaluation before the plateau begins changes nothing
            assert ours() == rates[-1] or k >= begin + 4
            ours.step()
        assert rates == pytest.approx([0.1] * begin + [0, 0.025, 0.05, 0.075, 0.1, 0.1], rel=1e-12)
        paddles = lr.ReduceOnPlateau(**{key: value for key, value in self.SECTION.items() if key != "name"})
        for metric in (9.0, 9.0):
            paddles.step(metric)
        for metric in (0.5, 0.6, 0.6, 0.55, 0.5, 0.4, 0.3, 0.2):
            paddles.step(metric)
            ours.step(metric)
            ours.step()
            assert ours() == ours.get_lr() == ours.last_lr == paddles()
        restored = build_lr_scheduler(section, EPOCHS, ITERS)
        restored.set_state_dict(pickle.loads(pickle.dumps(ours.state_dict())))
        assert (restored(), restored.state_dict()) == (ours(), ours.state_dict())
        assert ours() < 0.1

    def test_a_resumed_one_starts_where_last_epoch_says(self) -> None:
        stages = [{"learning_rate": 0.1, "epochs": "10it"}, {**self.SECTION, "warmup_iters": 4, "until_end": True}]
        ours = build_lr_scheduler({"name": "Sequence", "stages": stages, "last_epoch": 11}, EPOCHS, ITERS)
        assert (ours.last_epoch, ours()) == (12, 0.05)

    def test_a_stage_without_a_curve_is_the_last_one(self) -> None:
        stages = [{**self.SECTION, "epochs": "10it"}, {"learning_rate": 0.1, "until_end": True}]
        with pytest.raises(LRConfigError, match=r"stages.0.name: cannot be here, as a metric decides"):
            build_lr_scheduler({"name": "Sequence", "stages": stages}, EPOCHS, ITERS)

    def test_it_has_no_schedule(self) -> None:
        inside = {"name": "Scale", "factor": 2, "schedule": self.SECTION}
        for section, said in (
            (self.SECTION, "Optimizer.lr.name: this schedule depends on a metric"),
            (inside, "Optimizer.lr.schedule.name: cannot be here, as a metric decides"),
        ):
            with pytest.raises(LRConfigError, match=said):
                build_schedule(section, EPOCHS, ITERS)
        with pytest.raises(LRConfigError, match=r"Optimizer.lr.factor: 2 is not allowed"):
            build_lr_scheduler({**self.SECTION, "factor": 2}, EPOCHS, ITERS)
