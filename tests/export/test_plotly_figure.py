"""The figure: what Plotly understands, with the numbers of the schedules."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from ppocr_lr import LRConfigError
from ppocr_lr.export.plotly_figure import figure, legend_name
from ppocr_lr.numbers_text import rate_text
from ppocr_lr.schedules import Constant, Decay
from ppocr_lr.training_config.plan import plan_config
from tests.export.runs import BAND, COSINE, planned


def test_what_trains_at_another_rate_is_a_thin_line() -> None:
    run = planned()
    run = plan_config({**run.config, "Architecture": {"Backbone": {"name": "PPLCNetV3"}}}, "a.yml", run.flags)
    (whole, blocks), _ = figure([run], ["a.yml"])
    assert blocks["name"] == "a.yml: × 0.1: affine blocks"
    assert blocks["y"] == [0.1 * rate for rate in run.schedule(np.rint(np.array(blocks["x"]) * 100).astype(int))]
    assert (blocks["line"]["color"], blocks["line"]["dash"]) == (whole["line"]["color"], "solid")
    assert blocks["line"]["width"] < whole["line"]["width"]


BESIDE = {
    "weight decay": [Decay(1e-4, 2000, 1e-6), Constant(1e-5)],
    "momentum": [Decay(0.85, 2000, 0.95), Constant(0.9)],
}


def test_what_else_follows_a_schedule_has_a_panel_below_in_the_colour_of_its_rate() -> None:
    runs = [planned(), planned(name="Linear", learning_rate=0.05)]
    (first, second, *below), layout = figure(runs, ["a", "b"], beside=BESIDE)
    assert [trace["yaxis"] for trace in below] == ["y2", "y2", "y3", "y3"]
    for (what, schedule), trace, rate in zip(
        ((what, schedule) for what, schedules in BESIDE.items() for schedule in schedules), below, [first, second] * 2,
        strict=True,
    ):  # fmt: skip
        steps = np.rint(np.array(trace["x"]) * 100).astype(int)
        assert trace["y"] == schedule(steps).tolist()
        assert (trace["line"], trace["legendgroup"], trace["showlegend"]) == (rate["line"], rate["legendgroup"], False)
        assert f"{what} %" in trace["hovertemplate"]
    domains = [layout[name]["domain"] for name in ("yaxis", "yaxis2", "yaxis3")]
    assert [layout[name]["title"]["text"] for name in ("yaxis", "yaxis2", "yaxis3")] == ["learning rate", *BESIDE]
    assert domains[0][1] == 1
    assert domains[2][0] == pytest.approx(0, abs=1e-12)
    assert all(above[0] > under[1] > under[0] for above, under in pairwise(domains))
    assert layout["xaxis"]["anchor"] == "y3"
    low, high = layout["yaxis3"]["range"]
    assert 0.8 < low < 0.85 < 0.95 < high < 1  # a momentum is far from 0


def test_a_panel_is_logarithmic_with_the_rate_where_it_can_be() -> None:
    _, layout = figure([planned()] * 2, ["a", "b"], log_scale=True, beside=BESIDE)
    assert [layout[name]["type"] for name in ("yaxis", "yaxis2", "yaxis3")] == ["log", "log", "linear"]
    buttons = layout["updatemenus"][0]["buttons"]
    assert [button["args"][0]["yaxis2.type"] for button in buttons] == ["linear", "log"]
    assert [button["args"][0]["yaxis3.type"] for button in buttons] == ["linear", "linear"]


NAMES = [
    # a name, and its lines in a legend
    ("Cosine", ["Cosine"]),
    ("a" * 50, ["a" * 48, "a" * 2]),
    ("a.yml & b.yml: scaled for 4096 samples per update <linear>", ["a.yml &amp; b.yml: scaled for 4096 samples per", "update &lt;linear&gt;"]),
    ("Cosine：PaddleOCR 自带的训练程序", ["Cosine：PaddleOCR 自带的训练程序"]),
    ("很长的名字" * 6, ["很长的名字很长的名字很长的名字很长的名字很长的名", "字很长的名字"]),
    ("", []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "lines"), NAMES)
def test_a_long_name_has_several_lines_in_the_legend(name: str, lines: list[str]) -> None:
    assert legend_name(name).split("<br>") == (lines or [""])


def test_a_line_goes_through_every_point_of_the_curve() -> None:
    run = planned(name="Piecewise", decay_epochs=[5, 10], values=[0.1, 0.01, 0.001])
    (curve,), layout = figure([run], ["a"])
    steps = [step for step, _ in curve["customdata"]]
    assert {499, 500, 999, 1000, 1999} <= set(steps)
    assert curve["x"] == [step / 100 for step in steps]
    assert curve["y"] == run.schedule(np.array(steps)).tolist()
    assert [text for _, text in curve["customdata"]] == [rate_text(rate, 6) for rate in curve["y"]]
    assert layout["xaxis"]["range"] == [0, 20]


def test_a_band_where_a_line_cannot_be() -> None:
    run = planned(epochs=5000, **BAND)
    (low, high), _ = figure([run], ["a"])
    assert (high["fill"], high["line"]["shape"], low["showlegend"]) == ("tonexty", "hv", False)
    assert low["legendgroup"] == high["legendgroup"]  # a click on the legend takes both
    assert min(low["y"]) > 0  # zero has no place on a logarithmic axis
    for index in (0, 500, -1):
        step, lowest, highest = high["customdata"][index]
        assert highest == rate_text(high["y"][index], 6)
        assert float(lowest) * (1 - 1e-5) <= run.schedule(step) <= float(highest) * (1 + 1e-5)


def test_buttons_switch_the_axis() -> None:
    _, linear = figure([planned()], ["a"])
    _, logarithmic = figure([planned()], ["a"], log_scale=True)
    assert (linear["yaxis"]["type"], logarithmic["yaxis"]["type"]) == ("linear", "log")
    for layout, other in ((linear, logarithmic), (logarithmic, linear)):
        (menu,) = layout["updatemenus"]
        shown = menu["buttons"][menu["active"]]["args"][0]
        hidden = menu["buttons"][1 - menu["active"]]["args"][0]
        for settings, axis in ((shown, layout["yaxis"]), (hidden, other["yaxis"])):
            assert settings == {f"yaxis.{key}": axis[key] for key in ("type", "tickformat", "range")}
    assert logarithmic["yaxis"]["range"][1] > np.log10(0.1) > logarithmic["yaxis"]["range"][0]


def test_a_rate_that_is_always_zero() -> None:
    run = planned()
    run = replace(run, parsed=run.parsed._replace(curve=Constant(0.0)))  # no config gives that, a schedule may
    _, layout = figure([run], ["a"])
    assert layout["updatemenus"] == []
    with pytest.raises(LRConfigError, match="log_scale: no rate is above 0"):
        figure([run], ["a"], log_scale=True)


@pytest.mark.parametrize("log_scale", [False, True])
def test_plotly_knows_every_setting(log_scale: bool) -> None:
    graph = pytest.importorskip("plotly.graph_objects")
    traces, layout = figure(
        [planned(), planned(epochs=5000, **BAND), planned(epochs=1, learning_rate=1e-4)], ["a", "b", "c"], log_scale
    )
    assert len(graph.Figure(traces, layout).data) == 4  # raises where it does not
    traces, layout = figure([planned()] * 2, ["a", "b"], log_scale, beside=BESIDE)
    assert len(graph.Figure(traces, layout).data) == 6


@pytest.mark.parametrize(
    ("axis", "label", "end"), [("iters", "iteration", 2000), ("epochs", "epoch", 20), ("progress", "fraction", 1)]
)
@pytest.mark.parametrize("section", [COSINE, BAND])
def test_the_axis(axis: Any, label: str, end: float, section: dict[str, Any]) -> None:
    traces, layout = figure([planned(**section), planned(epochs=10, **section)], ["a", "b"], axis=axis)
    assert layout["xaxis"]["title"]["text"].startswith(label)
    assert layout["xaxis"]["range"] == [0, end]
    for drawn, ends in ((traces[0], end), (traces[-1], end if axis == "progress" else end / 2)):
        assert drawn["x"][-1] == pytest.approx(ends, rel=0.01)
    assert float(traces[0]["text"][-1]) == pytest.approx(20, rel=0.01)  # the epoch stands in every label
