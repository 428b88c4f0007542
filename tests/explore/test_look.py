"""What the page shows where a schedule of another project fails only after it was planned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pytest

from ppocr_lr import LRConfig, LRConfigError, Schedule, Window, register_lr_config
from ppocr_lr.explore.draft import opened
from ppocr_lr.explore.look import Details, Dropped, curves_of, details_of, file_of, small_picture
from ppocr_lr.explore.state import State
from ppocr_lr.lr_config import MODELS, registry
from ppocr_lr.schedules import SCALAR, Functions

TEXT = "Global: {epoch_num: 5}\nOptimizer: {lr: {name: Late, learning_rate: 0.1}}\n"


@dataclass(frozen=True)
class Late(Schedule):
    peak: float

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        return self.peak + 0 * k if fn is not SCALAR or k in (0, 4999) else 1 / 0

    def corner_runs(self) -> Any:
        return ()


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> State:
    monkeypatch.setattr(registry, "_registered", dict(MODELS))

    @register_lr_config("Late")
    class LateConfig(LRConfig):
        learning_rate: float
        example: ClassVar = {"learning_rate": 0.1}

        def curve(self, window: Window) -> Schedule:
            return Late(self.learning_rate)

    return State(opened(TEXT, "c.yml"))


SAID = f"the class Late of {__name__}:25 does not work: ZeroDivisionError"


def test_the_page_says_whose_fault_it_is(state: State) -> None:
    assert [each.text.partition(": division")[0] for each in curves_of(state).problems] == [SAID]
    details = details_of(state, state.draft.planned, Dropped())
    assert replace(details, verdicts=()) == Details()
    assert details.verdicts[0].startswith(SAID)
    with pytest.raises(LRConfigError, match="does not work"):
        file_of(state, "html")
    assert 'points=""' in small_picture("Late")


def test_a_fault_of_our_own_is_none_of_theirs(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ppocr_lr.explore.look.plan_rows", lambda planned: 1 / 0)
    ours = State(opened(TEXT.replace("Late", "Const"), "c.yml"))
    with pytest.raises(ZeroDivisionError):
        details_of(ours, ours.draft.planned, Dropped())
