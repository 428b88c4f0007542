from __future__ import annotations

from collections.abc import Iterator

import pytest

from ppocr_lr import LRConfig, LRConfigError, Run, Schedule, WarmupConfig, build_schedule, register_lr_config
from ppocr_lr.lr_config import registry
from ppocr_lr.schedules import Constant, LinearWarmup


@pytest.fixture(autouse=True)
def _names_are_put_back() -> Iterator[None]:
    before = dict(registry._registered)
    yield
    registry._registered.clear()
    registry._registered.update(before)


def test_one_decorator_adds_a_name() -> None:
    @register_lr_config("Half")
    class HalfConfig(WarmupConfig):
        learning_rate: float

        @property
        def peak(self) -> float:
            return self.learning_rate / 2

        def decay(self, run: Run) -> Schedule:
            return Constant(self.peak)

    section = {"name": "Half", "learning_rate": 0.2, "warmup_epoch": 2}
    assert build_schedule(section, 3, 5) == LinearWarmup(Constant(0.1), 10, 0.1)
    with pytest.raises(LRConfigError, match="did you mean Half"):
        build_schedule({**section, "name": "half"}, 3, 5)
    with pytest.raises(LRConfigError, match=r"Optimizer\.lr\.learning_rate: 'x' is not allowed"):
        build_schedule({**section, "learning_rate": "x"}, 3, 5)
    assert HalfConfig(learning_rate=0.2).to_schedule(Run(1, 1)) == Constant(0.1)


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="the schedule name 'Cosine' is taken by"):

        @register_lr_config("Cosine")
        class CosineConfig(LRConfig):
            def to_schedule(self, run: Run) -> Schedule:
                return Constant(0.1)
