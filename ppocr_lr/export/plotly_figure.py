"""Curves as a figure of Plotly, in plain values: for the page in `html.py`, and for that of `explore`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from textwrap import wrap
from types import MappingProxyType
from typing import Any

import numpy as np

from ppocr_lr.curve.axis import LABELS, Axis, updates_per_unit
from ppocr_lr.curve.polyline import COLUMNS, Curve, trace
from ppocr_lr.curve.summary import summarize
from ppocr_lr.language import tr
from ppocr_lr.numbers_text import rate_text, width
from ppocr_lr.plotting.style import (
    FEW,
    GREY,
    GRID,
    OWN_DASHES,
    PADDLEOCR_DASHES,
    PANEL_HEIGHT,
    PANEL_ROOM,
    THIN,
    WARMUP,
    WIDTH,
    beside_limits,
    linear_limits,
    log_limits,
    look,
)
from ppocr_lr.schedules import Schedule
from ppocr_lr.training_config.labels import scaling_labels
from ppocr_lr.training_config.plan import PlannedRun

LETTERS = 48
"""In a line of the legend: a phone has room for them, and Plotly cuts what is wider."""

_TOGETHER = 4  # runs whose numbers fit beside one another when one epoch is pointed at
_EPOCH = ".6~f"
_PLACES = {"epoch": "%{text}", "iteration": "%{customdata[0]}", "value": "%{customdata[1]}"}
"""Where Plotly finds the numbers of a point."""
_GAP = 0.25  # between two panels, as a share of a small one
_LEGEND = 0.17  # how far the legend is below the axis, as a share of the height where there is one panel

# Plotly 7 has a button that uploads the chart, names and all, to a server; no policy of the page forbids that.
CONFIG = {"displaylogo": False, "responsive": True, "showSendToCloud": False, "plotlyServerURL": ""}


def figure(
    runs: Sequence[PlannedRun],
    names: Sequence[str],
    log_scale: bool = False,
    axis: Axis = "epochs",
    beside: Mapping[str, Sequence[Schedule]] = MappingProxyType({}),
    columns: int = COLUMNS,
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Traces and layout for Plotly, as plain values; `names` has one name for each run, `columns` is as for `trace`.

    Raises:
        LRConfigError: `log_scale` with a curve that has no rate above 0.
    """
    curves, traces = [], []
    for index, (run, name) in enumerate(zip(runs, names, strict=True)):
        colour, dashes = look(index)
        lines = line_of(colour, dashes, WIDTH), line_of(colour, OWN_DASHES, THIN)
        own = zip(with_scaled(run, name), lines, strict=False)
        drawn = [(planned.schedule, label, line) for (planned, label), line in own]
        if paddleocr := (run.scaled or run).paddleocr_schedule:
            line = line_of(GREY if len(runs) == 1 else colour, PADDLEOCR_DASHES, THIN)
            drawn.append((paddleocr, tr("{name}: PaddleOCR's own trainer", name=name), line))
        thin = line_of(colour, dashes, THIN)
        drawn += [(schedule, f"{name}: {group.title}", thin) for group, schedule in (run.scaled or run).other_curves]
        for schedule, label, line in drawn:
            curves.append(trace(schedule, run.run.total_iters, columns))
            traces += _traces(run, curves[-1], label, index, axis, line)
    panels: dict[str, list[Curve]] = {}
    for number, (what, schedules) in enumerate(beside.items(), 2):
        panels[what] = [trace(each, run.run.total_iters, columns) for run, each in zip(runs, schedules, strict=True)]
        for index, (run, curve, name) in enumerate(zip(runs, panels[what], names, strict=True)):
            below = _traces(run, curve, name, index, axis, line_of(*look(index), WIDTH), what)
            traces += [{**each, "yaxis": f"y{number}", "showlegend": False} for each in below]
    return traces, _layout(runs, curves, panels, log_scale, axis)


def with_scaled(run: PlannedRun, name: str) -> list[tuple[PlannedRun, str]]:
    """A run with its name; if it is scaled, first the scaled one, and the config's own after it."""
    if not run.scaled:
        return [(run, name)]
    scaled, own = (f"{name}: {label}" for label in scaling_labels(run))
    return [(run.scaled, scaled), (run, own)]


def line_of(colour: str, dashes: Sequence[float], width: float) -> dict[str, Any]:
    """A line as Plotly has it, of dashes as matplotlib has them."""
    lengths = ",".join(f"{length * width:g}px" for length in dashes)
    return {"color": colour, "width": width, "dash": lengths or "solid"}


def legend_name(name: str) -> str:
    """The name of a trace, in lines; Plotly reads tags in it."""
    is_wide = width(name) > max(len(name), LETTERS)
    return "<br>".join(map(escape, wrap(name, LETTERS // 2 if is_wide else LETTERS)))


def _traces(
    run: PlannedRun, curve: Curve, name: str, index: int, axis: Axis, line: dict[str, Any], what: str = "rate"
) -> list[dict[str, Any]]:
    what = tr(what)
    base: dict[str, Any] = {
        "type": "scatter",
        "name": legend_name(name),
        "legendgroup": str(index),
        "x": (curve.steps / updates_per_unit(run.run, axis)).tolist(),
        "text": [f"{epoch:.6f}".rstrip("0").rstrip(".") for epoch in (curve.steps / run.run.iters_per_epoch).tolist()],
        "mode": "lines",
    }
    if curve.exact:
        points = {"y": curve.high.tolist(), "customdata": _numbers(curve.steps, curve.high)}
        mode = "lines+markers" if run.run.total_iters <= FEW else "lines"
        hover = tr("epoch {epoch}<br>iteration {iteration}<br>{what} {value}", what=what, **_PLACES)
        return [{**base, **points, "mode": mode, "line": line, "hovertemplate": hover}]
    # A rate of 0 has no place on a logarithmic axis, and the area would break; this low nobody sees it.
    low = np.where(curve.low > 0, curve.low, curve.high.max() * 1e-9)
    edge = {**line, "width": THIN, "dash": "solid", "shape": "hv"}
    from_to = tr(
        "from epoch {epoch}<br>from iteration {iteration}<br>{what} {value} to {other}",
        what=what,
        other="%{customdata[2]}",
        **_PLACES,
    )
    band = {"fill": "tonexty", "hovertemplate": from_to, "customdata": _numbers(curve.steps, curve.low, curve.high)}
    return [
        {**base, "y": low.tolist(), "line": edge, "showlegend": False, "hoverinfo": "skip"},
        {**base, "y": curve.high.tolist(), "line": edge, **band},
    ]


def _numbers(steps: Any, *rates: Any) -> list[tuple[Any, ...]]:
    """What the label of each point says, the rates as everywhere else; Plotly's own would read 0.0000262."""
    texts = ([rate_text(rate, 6) for rate in column.tolist()] for column in rates)
    return list(zip(steps.tolist(), *texts, strict=True))


def _axis_along(log: bool, low: float, high: float) -> dict[str, Any]:
    if log:
        return {"type": "log", "tickformat": "~e", "range": [math.log10(low), math.log10(high)]}
    return {"type": "linear", "tickformat": "", "range": [low, high]}


def _layout(
    runs: Sequence[PlannedRun],
    curves: Sequence[Curve],
    panels: Mapping[str, Sequence[Curve]],
    log_scale: bool,
    along: Axis,
) -> dict[str, Any]:
    # Each axis as it is linear, and as it is logarithmic where it can be.
    linear = {"yaxis": _axis_along(False, *linear_limits(curves))}
    logarithmic = {}
    if log_scale or any((curve.high > 0).any() for curve in curves):
        logarithmic = {"yaxis": _axis_along(True, *log_limits(curves))}
    axis = {"showline": True, "linecolor": GREY, "gridcolor": GRID, "zeroline": False, "exponentformat": "e"}
    titles = {"yaxis": tr("learning rate")}
    height = 1 + len(panels) * PANEL_HEIGHT * (1 + _GAP)  # of all, with gaps, as a share of the large one's
    top = 1 - 1 / height
    domains = {"yaxis": [top, 1]}
    for number, (what, drawn) in enumerate(panels.items(), 2):
        name = f"yaxis{number}"
        linear[name] = _axis_along(*beside_limits(drawn))
        logarithmic |= {name: _axis_along(*beside_limits(drawn, log_scale=True))} if logarithmic else {}
        titles[name] = tr(what)
        top -= PANEL_HEIGHT * _GAP / height
        domains[name] = [max(0.0, top - PANEL_HEIGHT / height), top]
        top -= PANEL_HEIGHT / height
    shown = logarithmic if log_scale else linear
    return {
        **{
            name: {**axis, "title": {"text": title}, "domain": domains[name], **shown[name]}
            for name, title in titles.items()
        },
        "xaxis": {
            **axis,
            "anchor": f"y{len(titles)}" if panels else "y",
            "title": {"text": tr(LABELS[along]), "standoff": 22},  # below the label of the place that is pointed at
            "hoverformat": _EPOCH,
            "range": [0, max(run.run.total_iters / updates_per_unit(run.run, along) for run in runs)],
        },
        "updatemenus": [_buttons(linear, logarithmic, log_scale)] if logarithmic else [],
        "legend": {"orientation": "h", "x": 0, "y": -_LEGEND / (1 + len(panels) * PANEL_ROOM), "yanchor": "top"},
        "showlegend": True,
        "hovermode": "x" if len(runs) <= _TOGETHER else "closest",
        "hoverlabel": {"namelength": -1},
        "margin": {"l": 80, "r": 30, "t": 50, "b": 60},
        "shapes": [_warmup(runs[0], along)] if len(runs) == 1 else [],
        "paper_bgcolor": "#fff",
        "plot_bgcolor": "#fff",
    }


def _warmup(planned: PlannedRun, axis: Axis) -> dict[str, Any]:
    """The shade behind the warmup; of no width if there is none."""
    summary = summarize(planned.schedule, planned.run)
    colour, opacity = WARMUP
    return {
        "type": "rect",
        "layer": "below",
        "x0": 0,
        "x1": min(summary.warmup_iters, planned.run.total_iters) / updates_per_unit(planned.run, axis),
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "fillcolor": colour,
        "opacity": opacity,
        "line": {"width": 0},
    }


def _buttons(linear: dict[str, Any], logarithmic: dict[str, Any], log_scale: bool) -> dict[str, Any]:
    def button(label: str, axes: dict[str, Any]) -> dict[str, Any]:
        settings = {f"{name}.{key}": value for name, axis in axes.items() for key, value in axis.items()}
        return {"label": label, "method": "relayout", "args": [settings]}

    return {
        "type": "buttons",
        "direction": "right",
        "active": int(log_scale),
        "buttons": [button(tr("linear"), linear), button(tr("logarithmic"), logarithmic)],
        "x": 0,
        "xanchor": "left",
        "y": 1.02,
        "yanchor": "bottom",
        "pad": {"t": 0, "b": 0},
    }
