"""Curves in axes, tables, and what a notebook shows."""

from __future__ import annotations

import io
import sys
from typing import Any

import matplotlib
import numpy as np
import pytest
from hypothesis import given
from matplotlib.figure import Figure
from PIL import Image

from ppocr_lr import LRConfigError, Schedule, build_schedule, curve_table, explain, plot_schedule
from ppocr_lr.check.rules import RULES
from ppocr_lr.notebook import shown_iters
from tests.schedules.strategies import any_schedule

COSINE = {"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 2}
STEPS = {"name": "Piecewise", "decay_epochs": [5, 10], "values": [0.1, 0.01, 0.001]}


@pytest.mark.parametrize(
    ("x", "end", "label"),
    [
        ("epochs", 19.99, "epoch"),
        ("iters", 1999, "iteration (optimizer update)"),
        ("progress", 0.9995, "fraction of the run"),
    ],
)
@pytest.mark.parametrize("built", [False, True])
def test_one_curve(x: Any, end: float, label: str, built: bool) -> None:
    axes = Figure().add_subplot()
    section = build_schedule(STEPS, 20, 100) if built else STEPS
    assert plot_schedule(section, 20, 100, ax=axes, x=x, color="red", linestyle=":") is axes
    (line,) = axes.lines
    positions, rates = line.get_xydata().T
    assert (line.get_color(), line.get_linestyle(), axes.get_xlabel()) == ("red", ":", label)
    assert positions[-1] == pytest.approx(end)
    unit = positions[-1] / 1999
    # Each drop lies between two updates in a row.
    for step, before, after in ((500, 0.1, 0.01), (1000, 0.01, 0.001)):
        k = int(np.searchsorted(positions, (step - 0.5) * unit))
        assert positions[k - 1 : k + 1] == pytest.approx([(step - 1) * unit, step * unit])
        assert rates[k - 1 : k + 1].tolist() == [before, after]


def test_several_curves_and_what_was_there() -> None:
    axes = Figure().add_subplot()
    axes.set_xlabel("mine")
    plot_schedule([COSINE, build_schedule(STEPS, 20, 100)], 20, 100, ax=axes, label=["a", "b"])
    assert [line.get_label() for line in axes.lines] == ["a", "b"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("mine", "learning rate")


def test_without_axes_it_is_the_current_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with matplotlib.rc_context({"backend": "agg"}):
        from matplotlib import pyplot

        figure, axes = pyplot.subplots()
        try:
            assert plot_schedule(COSINE, 20, 100) is axes
        finally:
            pyplot.close(figure)


def test_too_many_turns_are_a_band() -> None:
    axes = Figure().add_subplot()
    section = {"name": "Cyclic", "base_lr": 0.01, "max_lr": 0.1, "step_size_up": "3it"}
    plot_schedule(section, 2000, 100, ax=axes, color="red", marker="x")
    (band,) = axes.collections
    low, high = band.get_datalim(axes.transData).intervaly
    assert (low, high) == pytest.approx((0.01, 0.1))


@pytest.mark.parametrize(
    ("keys", "told"),
    [({"x": "hours"}, "x hours: it must be one of iters, epochs, progress"), ({"label": ["a", "b"]}, "label")],
)
def test_arguments_that_cannot_be_used(keys: dict[str, Any], told: str) -> None:
    axes = Figure().add_subplot()
    with pytest.raises(LRConfigError, match=told):
        plot_schedule(COSINE, 20, 100, ax=axes, **keys)
    assert not axes.lines


@pytest.mark.parametrize("every", [1, 7, 10**6])
@pytest.mark.parametrize("pandas", [False, True])
def test_the_table(every: int, pandas: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if pandas:
        pytest.importorskip("pandas")
    else:
        monkeypatch.setitem(sys.modules, "pandas", None)
    table = curve_table(COSINE, 20, 100, every=every)
    steps = sorted({*range(0, 2000, every), 1999})
    assert list(table) == ["epoch", "iteration", "rate"]
    assert list(table["iteration"]) == steps
    np.testing.assert_array_equal(np.asarray(table["epoch"]), np.array(steps) / 100)
    np.testing.assert_array_equal(np.asarray(table["rate"]), build_schedule(COSINE, 20, 100)(np.array(steps)))


def test_every_is_checked() -> None:
    with pytest.raises(LRConfigError, match="every"):
        curve_table(COSINE, 20, 100, every=0)


@pytest.mark.parametrize(
    ("schedule", "iters"),
    [
        (build_schedule({"name": "Cosine", "learning_rate": 0.1}, 20, 100), 2001),
        (build_schedule({"name": "CosineWarmRestarts", "learning_rate": 0.1, "T_0": 1}, 20, 100), 300),
        (build_schedule(STEPS, 20, 400), 5000),
        (build_schedule({"learning_rate": 0.1}, 20, 100), 1000),
    ],
)  # fmt: skip
def test_how_much_of_a_schedule_is_shown(schedule: Schedule, iters: int) -> None:
    assert shown_iters(schedule) == iters


@given(any_schedule)
def test_every_schedule_has_an_extent(drawn: tuple[Schedule, int]) -> None:
    assert 1 <= shown_iters(drawn[0]) <= 10**9


def test_a_notebook_shows_a_picture() -> None:
    with Image.open(io.BytesIO(build_schedule(COSINE, 20, 100)._repr_png_())) as picture:
        assert picture.size == (600, 300)


@pytest.mark.parametrize("code", ["LR401", "lr401", "LR 401", "lr-401", "401", "(LR401):", "the decay is cut off"])
def test_explain(code: str) -> None:
    assert explain(code) == "\n".join(RULES["LR401"].explanation())


def test_a_code_that_is_none() -> None:
    with pytest.raises(LRConfigError, match="LR4x1: there is no such code; the codes of this kind are LR401, LR402"):
        explain("LR4x1")
