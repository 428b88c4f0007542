"""One self-contained page: the curves to explore with Plotly, the lengths of the runs, and the findings."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from html import escape
from itertools import compress
from pathlib import PurePath
from textwrap import wrap
from types import MappingProxyType
from typing import Any, BinaryIO

import numpy as np

from ppocr_lr.check.report import Report
from ppocr_lr.check.rules import RULES
from ppocr_lr.curve.axis import LABELS, Axis, epoch_text, updates_per_unit
from ppocr_lr.curve.polyline import COLUMNS, Curve, trace
from ppocr_lr.curve.summary import length_text, simulation_lines, summarize, trainer_text
from ppocr_lr.errors import MissingExtraError
from ppocr_lr.finding import Finding
from ppocr_lr.language import tr
from ppocr_lr.numbers_text import amount, rate_text, width
from ppocr_lr.plotting.names import BESIDE, HANDLE, shared
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
from ppocr_lr.training_config.labels import labels, scaling_labels
from ppocr_lr.training_config.plan import PlannedRun

_DIV = "ppocr-lr-curves"
_TOGETHER = 4  # runs whose numbers fit beside one another when one epoch is pointed at
_EPOCH = ".6~f"
_PLACES = {"epoch": "%{text}", "iteration": "%{customdata[0]}", "value": "%{customdata[1]}"}
"""Where Plotly finds the numbers of a point."""
_GAP = 0.25  # between two panels, as a share of a small one
_NAME = 48  # letters of a line in the legend: a phone has room for them, and Plotly cuts what is wider
_LEGEND = 0.17  # how far the legend is below the axis, as a share of the height where there is one panel

# The policy makes the promise good: whatever a script tries, the browser sends no request.
_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; \
style-src 'unsafe-inline'; img-src data: blob:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 15px/1.45 system-ui, sans-serif; margin: 1.5rem; color: #222; background: #fff; }}
h1 {{ font-size: 1.3rem; margin: 0 0 .6rem; }}
h2 {{ font-size: 1.1rem; margin: 1.2rem 0 .6rem; }}
.wide {{ overflow-x: auto; }}
table {{ border-collapse: collapse; }}
th, td {{ text-align: left; vertical-align: top; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid #ddd; }}
td {{ overflow-wrap: break-word; }}
td.path {{ overflow-wrap: anywhere; min-width: 11em; }}
td.number {{ white-space: nowrap; }}
td.error {{ color: #b00020; font-weight: 600; }}
td.warning {{ color: #8a5a00; font-weight: 600; }}
code {{ font-size: .92em; }}
#{div} {{ height: calc({height:g} * clamp(30rem, 65vh, 44rem)); }}
</style>
</head>
<body>
<h1>{title}</h1>
<div id="{div}"></div>
<h2>{runs}</h2>
{lengths}
{findings}
<script>{plotly}</script>
<script>Plotly.newPlot({figure});</script>
</body>
</html>
"""


def write_html(
    runs: Sequence[PlannedRun],
    reports: Sequence[Report],
    file: BinaryIO,
    log_scale: bool = False,
    axis: Axis = "epochs",
    beside: Mapping[str, Sequence[Schedule]] = MappingProxyType({}),
    names: Sequence[str] = (),
) -> None:
    """Write one HTML page that needs no other file and no network, the same bytes for the same input.

    Rates along `axis` as lines (a band where a line would have more corners than the page has columns), the numbers
    of a point when it is pointed at, curves switched in the legend, buttons for a linear and a logarithmic axis;
    beneath them the lengths of the runs and the findings.

    Args:
        runs: at least one.
        reports: the findings to show; none, and there is no table.
        file: open for writing in binary.
        log_scale: begin with the logarithmic axis.
        axis: the horizontal one.
        beside: a small panel below for each, with a schedule for each run: a weight decay, a momentum.
        names: one for each run; without them, what tells it from the others.

    Raises:
        ImportError: plotly is not installed.
        LRConfigError: `log_scale` with a curve that has no rate above 0.
        OSError: the file cannot be written.
    """
    plotly = _plotly_js()
    names = names or labels(runs)
    title, left = shared(names, BESIDE * (_NAME + HANDLE))
    traces, layout = figure(runs, left, log_scale, axis, beside)
    layout["legend"]["title"] = {"text": legend_name(title)}
    page = _PAGE.format(
        language=tr("en"),
        runs=tr("Runs"),
        title=_text(_title(runs)),
        div=_DIV,
        height=1 + len(beside) * PANEL_ROOM,
        lengths=_lengths(runs, names),
        findings=_findings(reports, dict(zip(map(id, runs), names, strict=True))) if reports else "",
        plotly=plotly,
        figure=", ".join(_script(part) for part in (_DIV, traces, layout, CONFIG)),
    )
    file.write(page.encode("utf-8", "backslashreplace"))  # a file name that is not UTF-8


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
        drawn = [(each.schedule, label, line) for (each, label), line in zip(_drawn(run, name), lines, strict=False)]
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


def _drawn(run: PlannedRun, name: str) -> list[tuple[PlannedRun, str]]:
    """A run with its name; if it is scaled, first the scaled one, and the config's own after it."""
    if not run.scaled:
        return [(run, name)]
    scaled, own = (f"{name}: {label}" for label in scaling_labels(run))
    return [(run.scaled, scaled), (run, own)]


def line_of(colour: str, dashes: Sequence[float], width: float) -> dict[str, Any]:
    """A line as Plotly has it, of dashes as matplotlib has them."""
    lengths = ",".join(f"{length * width:g}px" for length in dashes)
    return {"color": colour, "width": width, "dash": lengths or "solid"}


def _plotly_js() -> str:
    try:
        from plotly.offline import get_plotlyjs
    except ModuleNotFoundError:
        raise MissingExtraError("plotly", "html") from None
    return str(get_plotlyjs())


def legend_name(name: str) -> str:
    """The name of a trace, in lines; Plotly reads tags in it."""
    is_wide = width(name) > max(len(name), _NAME)
    return "<br>".join(map(escape, wrap(name, _NAME // 2 if is_wide else _NAME)))


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


def _title(runs: Sequence[PlannedRun]) -> str:
    others = len({run.source for run in runs}) - 1
    name = PurePath(runs[0].source).name
    if others:
        return tr("Learning rate of {config} and {count} more", config=name, count=others)
    return tr("Learning rate of {config}", config=name)


def _lengths(runs: Sequence[PlannedRun], names: Sequence[str]) -> str:
    rows = []
    for planned, name in (each for pair in zip(runs, names, strict=True) for each in _drawn(*pair)):
        run = planned.run
        summary = summarize(planned.schedule, run)
        told = tr("; ").join(filter(None, (*simulation_lines(planned), trainer_text(planned))))
        peak = tr("{rate} at epoch {epoch}", rate=rate_text(summary.peak, 4), epoch=epoch_text(summary.peak_step, run))
        rows.append((
            _text(name),
            f'<td class="path">{_text(planned.source)}</td>',
            length_text(run),
            _text(planned.length.arithmetic),
            _text(told),
            f'<td class="number">{peak}</td>',
            f'<td class="number">{rate_text(summary.final, 4)}</td>',
        ))  # fmt: skip
    heads = (tr("name"), tr("config"), tr("length"), tr("epoch"), tr("trainer"), tr("peak"), tr("final"))
    return _table(heads, rows)


def _findings(reports: Sequence[Report], names: Mapping[int, str]) -> str:
    """The table, the worst first; what is the same for several runs appears once. `names` by the id of the run."""
    found: dict[Finding, list[str]] = {}
    for report in reports:
        name = names.get(id(report.planned), report.path)
        for finding in report.findings:  # findings about overrides and flags are in no file
            found.setdefault(finding, []).append(str(finding.place or name))
    if not found:
        nothing = tr("No findings in {files}.", files=amount(len(reports), "file"))
        return f"<h2>{tr('Findings')}</h2>\n<p>{nothing}</p>"
    rows = [
        (
            f'<td class="{finding.severity}">{tr(str(finding.severity))}</td>',
            f'<td title="{_text(tr(RULES[finding.code].title))}">{_text(finding.code)}</td>',
            f'<td class="path">{_text(", ".join(places))}</td>',
            f"<code>{_text(finding.key)}</code>",
            _text(finding.message),
            f"<code>{_text(finding.hint)}</code>" if finding.hint else "",
        )
        for finding, places in sorted(found.items(), key=lambda item: -item[0].severity)
    ]
    heads = (tr("severity"), tr("code"), tr("where"), tr("key"), tr("what will happen"), tr("hint"))
    return f"<h2>{tr('Findings')}</h2>\n{_table(heads, rows)}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """An HTML table of the columns in which there is something; the cells are HTML, with or without their `<td>`."""
    filled = [any(column) for column in zip(*rows, strict=True)]
    lines = [[f"<th>{name}</th>" for name in compress(head, filled)]]
    for row in rows:
        lines.append([cell if cell.startswith("<td") else f"<td>{cell}</td>" for cell in compress(row, filled)])
    table = "\n".join(f"<tr>{''.join(line)}</tr>" for line in lines)
    return f'<div class="wide"><table>\n{table}\n</table></div>'


def _text(text: str) -> str:
    return escape(" ".join(text.split()))  # a file name may hold a line break


def _script(value: Any) -> str:
    """`value` for a script element, which `</script>` and `<!--` would end or open wherever they stand."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
