from __future__ import annotations

import copy
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("paddle")

import paddle

from ppocr_lr import LRConfigError, LRConfigWarning, Run, build_lr_scheduler, build_schedule
from ppocr_lr.lr_config.in_paddleocr import parse_as_paddleocr
from tests import paddleocr
from tests.strategies import BY_NAME, planned

DATA = Path(__file__).parent / "data"
GOLDEN = json.loads((DATA / "paddleocr_lr.json").read_text(encoding="utf-8"))["cases"]
REAL_SECTIONS = json.loads((DATA / "paddleocr_lr_sections.json").read_text(encoding="utf-8"))

CLOSE = {"rtol": 1e-12, "atol": 1e-15}

golden = pytest.mark.parametrize("case", GOLDEN, ids=[case["id"] for case in GOLDEN])


def quietly(build: Any, *args: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LRConfigWarning)
        return build(*args)


def stepped(scheduler: Any, count: int) -> np.ndarray:
    rates = [scheduler()]
    for _ in range(count - 1):  # one step more and PaddleOCR's OneCycle raises
        scheduler.step()
        rates.append(scheduler())
    return np.array(rates)


class TestGoldenValues:
    """Values recorded from PaddleOCR itself."""

    @golden
    def test_array(self, case: dict[str, Any]) -> None:
        schedule = quietly(build_schedule, case["lr"], case["epochs"], case["iters_epoch"])
        np.testing.assert_allclose(schedule(np.array(case["steps"])), case["values"], **CLOSE)

    @golden
    def test_each_step(self, case: dict[str, Any]) -> None:
        schedule = quietly(build_schedule, case["lr"], case["epochs"], case["iters_epoch"])
        rates = [schedule(step) for step in case["steps"]]
        assert all(type(rate) is float for rate in rates)
        np.testing.assert_allclose(rates, case["values"], **CLOSE)

    @golden
    def test_paddle_scheduler_stepped_from_0(self, case: dict[str, Any]) -> None:
        scheduler = quietly(build_lr_scheduler, case["lr"], case["epochs"], case["iters_epoch"])
        rates = stepped(scheduler, max(case["steps"]) + 1)
        np.testing.assert_allclose(rates[case["steps"]], case["values"], **CLOSE)

    @golden
    def test_the_type_is_paddleocrs(self, case: dict[str, Any]) -> None:
        scheduler = quietly(build_lr_scheduler, case["lr"], case["epochs"], case["iters_epoch"])
        assert isinstance(scheduler, paddle.optimizer.lr.LRScheduler)
        if case["paddleocr_type"] != "float":
            assert type(scheduler).__name__ == case["paddleocr_type"]

    @golden
    def test_the_reference_of_these_tests_is_right(self, case: dict[str, Any]) -> None:
        reference = paddleocr.build(case["lr"], case["epochs"], case["iters_epoch"])
        if isinstance(reference, float):
            assert set(case["values"]) == {reference}
        else:
            rates = stepped(reference, max(case["steps"]) + 1)
            np.testing.assert_allclose(rates[case["steps"]], case["values"], **CLOSE)


@pytest.mark.parametrize("case", REAL_SECTIONS, ids=[case["source"] for case in REAL_SECTIONS])
def test_real_sections_give_paddleocrs_rates(case: dict[str, Any]) -> None:
    iters_per_epoch = 7
    schedule = quietly(build_schedule, case["lr"], case["epochs"], iters_per_epoch)
    reference = paddleocr.build(case["lr"], case["epochs"], iters_per_epoch)
    steps = np.arange(case["epochs"] * iters_per_epoch + 1)
    if isinstance(reference, float):
        assert set(schedule(steps)) == {reference}
    else:
        np.testing.assert_allclose(schedule(steps), stepped(reference, len(steps)), **CLOSE)


def test_real_sections_are_quiet() -> None:
    """These configs of PaddleOCR's own are all as their authors mean them."""
    loud = {}
    for case in REAL_SECTIONS:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            build_schedule(case["lr"], case["epochs"], 10)
        if caught:
            loud[case["source"]] = [str(warning.message) for warning in caught]
    assert loud == {}


@pytest.mark.parametrize("name", BY_NAME)
@given(data=st.data(), run=st.tuples(st.integers(1, 20), st.integers(1, 25)))
@settings(max_examples=30)
def test_stepping_gives_paddleocrs_rates(name: str, data: st.DataObject, run: tuple[int, int]) -> None:
    section = data.draw(BY_NAME[name])
    count = run[0] * run[1] + 1
    reference = paddleocr.build(section, *run)
    expected = [reference] * count if isinstance(reference, float) else stepped(reference, count)
    np.testing.assert_allclose(build_schedule(section, *run)(np.arange(count)), expected, **CLOSE)
    np.testing.assert_allclose(stepped(build_lr_scheduler(section, *run), count), expected, **CLOSE)


SECTIONS: list[dict[str, Any]] = [
    {"name": "Const", "learning_rate": 0.1},
    {"name": "Linear", "learning_rate": 0.1, "warmup_epoch": 1},
    {"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 1},
    {"name": "LinearWarmupCosine", "learning_rate": 0.1, "warmup_steps": 5},
    {"name": "Step", "learning_rate": 0.1, "step_size": 2, "gamma": 0.5},
    {"name": "Piecewise", "decay_epochs": [2, 4], "values": [0.1, 0.05, 0.01], "warmup_epoch": 1},
    {"name": "MultiStepDecay", "learning_rate": 0.1, "milestones": [2, 4], "gamma": 0.1},
    {"name": "CyclicalCosine", "learning_rate": 0.1, "cycle": 2},
    {"name": "OneCycle", "max_lr": 0.1},
    {"name": "DecayLearningRate", "learning_rate": 0.1},
    {"name": "TwoStepCosine", "learning_rate": 0.1, "warmup_epoch": 1},
]

# What real configs, other libraries and Paddle's own classes call things.
WRITTEN = {
    "eta_min": 0.01, "end_lr": 0.01, "min_lr": 0.01, "lr_min": 0.01, "end_learning_rate": 0.01, "lr_end": 0.01,
    "T_max": 5, "T_0": 3, "T_mult": 2, "cycle": 2, "cycles": 3, "power": 2.0, "factor": 0.5, "gamma": 0.5, "decay_rate": 0.5,
    "boundaries": [1, 3], "milestones": [1, 3], "decay_epochs": [1, 3], "values": [0.5, 0.1, 0.02], "step_size": 1,
    "warmup_epochs": 3, "warmup_steps": 7, "warmup": 3, "warmup_lr": 0.01, "start_lr": 0.01, "base_lr": 0.5, "max_lr": 0.5,
    "total_steps": 9, "epochs": 3, "step_each_epoch": 2, "verbose": True, "by_epoch": True, "last_step": 4,
}  # fmt: skip


OPT_IN = {
    ("Cosine", "end_lr"),
    ("CyclicalCosine", "end_lr"),
    ("TwoStepCosine", "end_lr"),
    ("DecayLearningRate", "min_lr"),
}


@pytest.mark.parametrize("key", WRITTEN)
@pytest.mark.parametrize("section", SECTIONS, ids=[section["name"] for section in SECTIONS])
def test_whatever_key_is_written_the_curve_is_paddleocrs(section: dict[str, Any], key: str) -> None:
    section, run = {**section, key: WRITTEN[key]}, (6, 4)
    reference = paddleocr.build(section, *run)
    count = run[0] * run[1] + 1
    expected = [reference] * count if isinstance(reference, float) else stepped(reference, count)
    readings = [parse_as_paddleocr(section, Run(*run)).schedule]
    if (section["name"], key) not in OPT_IN:
        readings.append(quietly(build_schedule, section, *run))
    for schedule in readings:
        np.testing.assert_allclose(schedule(np.arange(count)), expected, **CLOSE)


@pytest.mark.parametrize("name", sorted(set(BY_NAME) - {"OneCycle"}))
@given(data=st.data())
@settings(max_examples=10)
def test_past_the_end_is_paddleocrs_too(name: str, data: st.DataObject) -> None:
    section, count = data.draw(BY_NAME[name]), 700
    reference = paddleocr.build(section, 3, 2)
    expected = [reference] * count if isinstance(reference, float) else stepped(reference, count)
    np.testing.assert_allclose(build_schedule(section, 3, 2)(np.arange(count)), expected, rtol=1e-9, atol=1e-13)


@given(planned)
def test_the_section_is_not_changed_and_builds_the_same_again(drawn: tuple[dict[str, Any], int, int]) -> None:
    section, *run = drawn
    before = copy.deepcopy(section)
    first = build_schedule(section, *run)
    build_lr_scheduler(section, *run)
    assert section == before
    assert build_schedule(section, *run) == first
    assert hash(build_schedule(section, *run)) == hash(first)


def test_without_a_name_it_is_const_with_warmup() -> None:
    schedule = build_schedule({"learning_rate": 0.1, "warmup_epoch": 1}, 3, 4)
    assert [schedule(k) for k in (0, 2, 4, 100)] == [0.0, 0.05, 0.1, 0.1]


class TestLastEpoch:
    """`last_epoch: k` starts at update k + 1, with that update's rate."""

    @pytest.mark.parametrize("name", sorted(set(BY_NAME) - {"DecayLearningRate"}))
    @given(data=st.data(), run=st.tuples(st.integers(1, 12), st.integers(1, 12)), last=st.integers(0, 150))
    @settings(max_examples=15)
    def test_goes_on_as_if_it_had_been_stepped(
        self, name: str, data: st.DataObject, run: tuple[int, int], last: int
    ) -> None:
        section = data.draw(BY_NAME[name])
        fresh = build_lr_scheduler(section, *run)
        resumed = build_lr_scheduler({**section, "last_epoch": last}, *run)
        for _ in range(last + 1):
            fresh.step()
        assert resumed.state_dict() == fresh.state_dict()
        assert resumed.last_epoch == last + 1
        np.testing.assert_array_equal(stepped(resumed, 20), stepped(fresh, 20))

    def test_the_curve_itself_does_not_move(self) -> None:
        section = {"name": "Cosine", "learning_rate": 0.1}
        assert build_schedule({**section, "last_epoch": 499}, 10, 100) == build_schedule(section, 10, 100)
        assert build_lr_scheduler({**section, "last_epoch": 499}, 10, 100)() == pytest.approx(0.05)


@pytest.mark.parametrize("build", [build_schedule, build_lr_scheduler])
@pytest.mark.parametrize(
    ("config", "meant"),
    [
        ({"Global": {"epoch_num": 3}, "Optimizer": {"name": "Adam", "lr": SECTIONS[0]}}, "config['Optimizer']['lr']"),
        ({"name": "Adam", "beta1": 0.9, "lr": SECTIONS[0]}, "config['lr']"),
    ],
)
def test_what_holds_the_section_is_told_from_it(build: Any, config: dict[str, Any], meant: str) -> None:
    with pytest.raises(LRConfigError) as caught:
        build(config, 3, 10)
    assert str(caught.value) == f"config: contains an lr section but is none itself; give {meant}"


@pytest.mark.parametrize(
    ("build", "argument"), [(build_schedule, "iters_per_epoch"), (build_lr_scheduler, "iters_epoch")]
)
def test_an_argument_is_called_as_it_is_here(build: Any, argument: str) -> None:
    with pytest.raises(LRConfigError, match=f"^{argument} 0: must be a positive integer$"):
        build(SECTIONS[0], 3, 0)


def test_paddle_is_named_when_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "paddle.optimizer", None)
    monkeypatch.delitem(sys.modules, "ppocr_lr.training.paddle_scheduler", raising=False)
    with pytest.raises(ImportError, match=r"ppocr-lr\[paddle\].*paddlepaddle-gpu"):
        build_lr_scheduler({"learning_rate": 0.1}, 1, 1)
