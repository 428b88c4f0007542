"""Schedules and sections from outside the package: what a schedule answers of itself is enough for everything."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from ppocr_lr import LRConfig, Schedule, Window, build_lr_scheduler, register_lr_config
from ppocr_lr.check.report import check_planned
from ppocr_lr.curve.phases import phases_of
from ppocr_lr.lr_config import registry
from ppocr_lr.lr_config.envelope import WARMUP
from ppocr_lr.lr_config.kinds import PositiveLength, PositiveRate
from ppocr_lr.plotting.figure import draw
from ppocr_lr.schedules import SCALAR, End, Functions
from ppocr_lr.training_config.plan import PlannedRun, plan_config
from ppocr_lr.training_config.run_flags import RunFlags

ITERS = 100


@dataclass(frozen=True)
class SineDecay(Schedule):
    """peak·(1 − sin(π/2·min(k, N)/N)): falls fast at first, and slowly arrives at 0."""

    peak: float
    decay_iters: int

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        return self.peak * (1 - fn.sin(math.pi / 2 * fn.minimum(k, self.decay_iters) / self.decay_iters))

    def corner_runs(self) -> Any:
        return ((self.decay_iters,),)

    def end_of_decay(self) -> End:
        return End(self.decay_iters, 0.0)


@dataclass(frozen=True)
class Sawtooth(Schedule):
    """peak·(1 − (k mod c)/c)."""

    peak: float
    cycle_iters: int

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        return self.peak * (1 - fn.wrap(k, self.cycle_iters) / self.cycle_iters)

    def corner_runs(self) -> Any:
        return (range(self.cycle_iters, 2**62, self.cycle_iters),)

    def cycle_around(self, k: int) -> tuple[int, int]:
        begin = k - k % self.cycle_iters
        return begin, begin + self.cycle_iters


@dataclass(frozen=True)
class LogDecay(Schedule):
    """peak/(1 + log(1 + k/τ)), for ever."""

    peak: float
    timescale_iters: int

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        return self.peak / (1 + fn.log(1 + k / self.timescale_iters))

    def corner_runs(self) -> Any:
        return ()

    def end_of_decay(self) -> End:
        return End(None, 0.0)


class Timed(LRConfig):
    """A section with one length."""

    takes = WARMUP
    learning_rate: PositiveRate
    length: PositiveLength


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    # All of them: a module that is first imported in this test would be gone with its names afterwards.
    monkeypatch.setattr(registry, "_registered", dict(registry.MODELS))
    for kind in (SineDecay, Sawtooth, LogDecay):
        # One class each, as in a module of somebody else.
        def curve(self: Timed, window: Window, kind: Any = kind) -> Schedule:
            return kind(self.learning_rate, window.iters(self.length))  # type: ignore[no-any-return]

        register_lr_config(kind.__name__)(type(kind.__name__, (Timed,), {"__module__": __name__, "curve": curve}))


def plan(name: str, epochs: float, warmup: float = 0) -> PlannedRun:
    """A run of 20 epochs."""
    section = {"name": name, "learning_rate": 0.1, "length": epochs, "warmup_epoch": warmup}
    config = {"Global": {"epoch_num": 20}, "Optimizer": {"name": "Momentum", "lr": section}}
    return plan_config(config, "c.yml", RunFlags(iters_per_epoch=ITERS))


@pytest.mark.parametrize(
    ("name", "epochs", "warmup", "kinds"),
    [
        ("SineDecay", 20, 0, ["decay"]),
        ("SineDecay", 10, 5, ["warmup", "decay", "plateau"]),
        ("Sawtooth", 10, 0, ["decay", "restart"]),
        ("LogDecay", 5, 5, ["warmup", "decay"]),
    ],
)
def test_phases(name: str, epochs: float, warmup: float, kinds: list[str]) -> None:
    run = plan(name, epochs, warmup)
    assert [phase.kind for phase in phases_of(run.schedule, run.run.total_iters)[0]] == kinds


FOUND = [
    # name, its length and warmup in epochs, what is found, with a part of the message
    ("SineDecay", 20, 0, {}),
    ("SineDecay", 20, 12, {"LR401": "because the decay starts after 12 epochs of warmup"}),
    ("SineDecay", 60, 0, {"LR401": "the decay would end at epoch 60, beyond the run of 20 epochs"}),
    ("SineDecay", 5, 0, {"LR410": "the decay ends at epoch 5; the rate stays at 0 for the remaining 15 epochs"}),
    ("Sawtooth", 20, 0, {}),
    ("Sawtooth", 10, 0, {"LR414": "jumps back 1 time to 1e-1, first at epoch 10"}),
    ("Sawtooth", 8, 0, {"LR414": "2 times", "LR405": "the run ends 4 epochs into a cycle of 8 epochs, at 5.0"}),
    ("Sawtooth", 8, 4, {"LR414": "jumps back 1 time to 1e-1, first at epoch 12"}),
    ("LogDecay", 1, 0, {}),
    ("LogDecay", 50, 0, {"LR409": "this decay does not know when the run ends"}),
]


@pytest.mark.parametrize(("name", "epochs", "warmup", "expected"), FOUND)
def test_findings(name: str, epochs: float, warmup: float, expected: dict[str, str]) -> None:
    found = {finding.code: finding.message for finding in check_planned(plan(name, epochs, warmup)).findings}
    shared = {"LR303", "LR506", "LR407"}  # a warmup from 0, a name of nobody else's, rates that the log cannot show
    assert set(found) - shared == set(expected)
    assert all(part in found[code] for code, part in expected.items())


@pytest.mark.parametrize("name", ["SineDecay", "Sawtooth", "LogDecay"])
def test_picture(name: str) -> None:
    run = plan(name, 8, 2)
    axes = draw([run]).axes[0]
    xs, ys = np.concatenate([line.get_xydata() for line in axes.lines if len(line.get_xdata()) > 2]).T  # type: ignore[arg-type]
    steps = np.round(xs * ITERS).astype(int)
    np.testing.assert_allclose(ys, run.schedule(steps), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["SineDecay", "Sawtooth", "LogDecay"])
def test_it_trains(name: str) -> None:
    pytest.importorskip("paddle")
    run = plan(name, 8, 2)
    scheduler = build_lr_scheduler(dict(run.section), 20, ITERS)
    for step in range(300):
        assert scheduler.get_lr() == run.schedule(step)
        scheduler.step()
