"""What the page shows of a state: the very functions of the command line, put side by side."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from ppocr_lr.curve.axis import Axis, updates_per_unit
from ppocr_lr.curve.polyline import curve_points
from ppocr_lr.curve.summary import plan_rows, trainer_text
from ppocr_lr.curve.tables import area_text, phase_rows
from ppocr_lr.errors import ArgumentError, LRConfigError, MissingError, Problem
from ppocr_lr.explore.draft import FLAGS, Draft, example_curve, schedule_name
from ppocr_lr.explore.state import State
from ppocr_lr.export.plotly_figure import CONFIG, figure, legend_name, line_of
from ppocr_lr.finding import Finding
from ppocr_lr.language import later, tr
from ppocr_lr.logs.dots import dots_of
from ppocr_lr.lr_config import Run
from ppocr_lr.lr_config.registry import faults_told
from ppocr_lr.numbers_text import count_text, plain_text
from ppocr_lr.plotting.style import ALERT, GREY, MARK_DASHES, MARKERS, THIN
from ppocr_lr.training_config.plan import PlannedRun

if TYPE_CHECKING:
    from ppocr_lr.logs.compare import Comparison
    from ppocr_lr.logs.train_log import TrainLog
    from ppocr_lr.resume.checkpoint import Checkpoint

_COLUMNS = 400  # points of a curve: every second pixel, and the browser is done with them in time for the next
_LEGEND = 0.35  # of the height of the picture, at most
_SYMBOLS = dict(
    zip(MARKERS, ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "x"), strict=True)
)  # of Plotly
_SMALL_RUN = Run(100, 1)
_MANY = 1e6  # times as high: a small picture is logarithmic then


@dataclass(frozen=True)
class Curves:
    """What follows a change at once; also what is wrong, if nothing can be planned."""

    planned: PlannedRun | None = None
    figure: dict[str, Any] = field(default_factory=dict)
    """Empty if nothing has a curve."""
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    """Why something beside the curve could not be drawn."""


@dataclass(frozen=True)
class Details:
    """What may come a moment later."""

    numbers: tuple[tuple[str, str], ...] = ()
    """The run: what, and how much."""
    phases: tuple[tuple[str, ...], ...] = ()
    findings: tuple[Finding, ...] = ()
    dots: tuple[dict[str, Any], ...] = ()
    """Traces of the logs, and of a checkpoint."""
    verdicts: tuple[str, ...] = ()
    overrides: str = ""
    call: str = ""


@dataclass(frozen=True)
class Dropped:
    """Files that were dropped onto the page, read."""

    logs: tuple[TrainLog, ...] = ()
    checkpoint: Checkpoint | None = None


def curves_of(state: State) -> Curves:
    """The curves of a state, or why there are none."""
    try:
        with faults_told():
            return _drawn(state)
    except LRConfigError as error:
        return Curves(problems=error.problems)


def _drawn(state: State) -> Curves:
    try:
        planned = state.draft.planned
    except LRConfigError as error:
        return Curves(problems=tuple(_with_places(state.draft, error)))
    runs, names, notes = _runs_of(state)
    if not runs:
        return Curves(planned, notes=tuple(notes))
    try:
        traces, layout = figure(runs, names, state.log_scale, state.axis, columns=_COLUMNS)
    except ArgumentError as error:
        notes.append(error.problem)
        traces, layout = figure(runs, names, False, state.axis, columns=_COLUMNS)
    layout["updatemenus"] = []  # the page has switches of its own
    # The legend is where the buttons were: below, a low picture has the axis. The rest of many names is scrolled to.
    layout["margin"] |= {"t": 10}
    layout["legend"] |= {"y": 1, "yanchor": "bottom", "tracegroupgap": 0, "maxheight": _LEGEND}
    layout["uirevision"] = f"{state.axis} {state.log_scale}"  # a zoom stays while values change
    layout["hovermode"] = "closest" if len(runs) > 1 else "x"
    for name in ("xaxis", "yaxis"):
        layout[name]["ticklabeloverflow"] = "allow"  # the margins have room: Plotly need not measure all for each
    config = CONFIG | {"displayModeBar": False}
    return Curves(planned, {"data": traces, "layout": layout, "config": config}, notes=tuple(notes))


def _runs_of(state: State) -> tuple[list[PlannedRun], list[str], list[str]]:
    """The runs that have a curve, what they are called, and why the others have none."""
    runs, names, notes = list[PlannedRun](), list[str](), list[str]()
    for name, draft in ((schedule_name(state.draft), state.draft), *((pin.name, pin.draft) for pin in state.pins)):
        try:
            _ = draft.planned.schedule
            runs.append(draft.planned)
            names.append(name)
        except LRConfigError as error:
            notes.append(f"{name}: {error}")
    return runs, names, notes


_CALLED = {name: what for what, name in FLAGS.items()}


def called_here(argument: str) -> str | None:
    """What the page calls an argument of the library, in the visitor's language; None if it has no field for it."""
    if argument == "import":
        return "ppocr-lr explore --import"  # to be given where the page was started
    return tr(_CALLED[argument]) if argument in _CALLED else None


def _with_places(draft: Draft, error: LRConfigError) -> Iterator[Problem]:
    """What is wrong, at its place in the text."""
    if isinstance(error, ArgumentError):
        yield Problem((_CALLED.get(error.argument, error.argument),), f"{error.given}: {error.problem}")
    elif isinstance(error, MissingError):
        yield Problem((_CALLED.get(error.arguments[0], error.arguments[0]),), error.problem)
    else:
        for problem in error.problems:
            known = not problem.path or (problem.place and problem.place.line)
            yield problem if known else problem._replace(place=draft.document.place(problem.path))


def details_of(state: State, planned: PlannedRun, dropped: Dropped) -> Details:
    """The numbers of a state and the findings, its logs and its checkpoint beside the curve, what to take home."""
    try:
        with faults_told():
            return _told(state, planned, dropped)
    except LRConfigError as error:
        return Details(verdicts=(str(error),))


def _told(state: State, planned: PlannedRun, dropped: Dropped) -> Details:
    draft = state.draft
    told = Details(findings=draft.report().findings, overrides=draft.override_line, call=draft.python_call)
    if planned.parsed.curve is None:
        return told
    traces: list[dict[str, Any]] = []
    verdicts: list[str] = []
    for number, log in enumerate(dropped.logs):
        from ppocr_lr.logs.compare import compare_log
        from ppocr_lr.logs.report import verdict

        try:
            comparison = compare_log(planned, log)
        except LRConfigError as error:
            verdicts.append(f"{log.source}: {error}")
            continue
        traces += _dots(comparison, number, state.axis)
        verdicts.append(f"{log.source}: {verdict(comparison)}")
    if dropped.checkpoint is not None:
        from ppocr_lr.resume.forecast import Resume
        from ppocr_lr.resume.report import text_lines

        try:
            resume = Resume(planned, dropped.checkpoint)
            traces.append(_mark(resume.update, resume.rate_now, planned, state.axis))
            verdicts += text_lines(resume)
        except LRConfigError as error:
            verdicts.append(str(error.by_file_name()))
    numbers, phases = _numbers_of(planned), tuple(phase_rows(planned))
    return replace(told, numbers=numbers, phases=phases, dots=tuple(traces), verdicts=tuple(verdicts))


def _numbers_of(planned: PlannedRun) -> tuple[tuple[str, str], ...]:
    further = ((later("trainer"), trainer_text(planned)), (later("area"), area_text(planned)))
    return (*plan_rows(planned), *((what, text) for what, text in further if text))


def _dots(comparison: Comparison, number: int, axis: Axis) -> Iterator[dict[str, Any]]:
    """Each line of a log as a dot, hollow where it shows the plan."""
    for dots in dots_of(comparison, number, axis):
        yield {
            "type": "scatter",
            "mode": "markers",
            "name": legend_name(dots.name),
            "x": dots.positions.tolist(),
            "y": dots.rates.tolist(),
            "marker": {
                "symbol": f"{_SYMBOLS[dots.marker]}{'-open' if dots.planned else ''}",
                "size": 6,
                "color": GREY if dots.planned else ALERT,
            },
        }


def _mark(update: int, rate: float, planned: PlannedRun, axis: Axis) -> dict[str, Any]:
    """The update at which a checkpoint continues."""
    place = update / updates_per_unit(planned.run, axis)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": tr("checkpoint, update {update}: {rate}", update=count_text(update), rate=plain_text(rate, 4)),
        "x": [place, place],
        "y": [0, rate],
        "line": line_of(ALERT, MARK_DASHES, THIN),
        "marker": {"symbol": "diamond", "size": 9, "color": ALERT},
    }


@cache  # the same for all visitors
def small_picture(name: str, width: int = 96, height: int = 40) -> str:
    """The shape of a schedule as a small SVG; only a frame for one that a metric decides, or that does not work."""
    line = ""
    with suppress(LRConfigError), faults_told():
        line = _small_line(name, width, height)
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" aria-hidden="true">'
        f'<polyline points="{line}" fill="none" stroke="currentColor" stroke-width="1.6"/></svg>'
    )


def _small_line(name: str, width: int, height: int) -> str:
    curve = example_curve(name, _SMALL_RUN)
    places = []
    if curve is not None:
        steps, _ = curve_points(curve, _SMALL_RUN.total_iters)
        rates = [curve(step) for step in steps]
        low, high = min(rates), max(rates)
        for step, rate in zip(steps, rates, strict=True):
            share = rate / high
            if low > 0 and high > _MANY * low:
                share = math.log(rate / low) / math.log(high / low)
            places.append(f"{2 + (width - 4) * step / steps[-1]:.1f},{height - 3 - (height - 6) * share:.1f}")
    return " ".join(places)


MOST_ROWS = 100_000
"""Updates in a CSV; of a longer run every second, third, …"""


MEDIA = {"png": "image/png", "svg": "image/svg+xml", "csv": "text/csv", "html": "text/html"}
"""The kinds of files that the curves can be had as."""


@faults_told()
def file_of(state: State, kind: str) -> bytes:
    """The curves, of which there must be one, as a file of one of the kinds, as `ppocr-lr plot` writes it.

    Only one at a time, as Matplotlib is one.

    Raises:
        ImportError: a package for it is not installed.
        LRConfigError: the config cannot be planned, or the schedule is another project's and does not work.
    """
    runs, names, _ = _runs_of(state)
    names = names if len(runs) > 1 else []
    file = io.BytesIO()
    if kind == "html":
        from ppocr_lr.check.report import check_planned
        from ppocr_lr.export.html import write_html

        write_html(runs, [check_planned(run) for run in runs], file, state.log_scale, state.axis, names=names)
        return file.getvalue()
    if kind == "csv":
        from ppocr_lr.export.rows import write_csv

        write_csv(runs, file, every=-(-max(run.run.total_iters for run in runs) // MOST_ROWS), names=names)
        return file.getvalue()
    from ppocr_lr.plotting.figure import draw, picture

    return picture(draw(runs, state.log_scale, axis=state.axis, names=names), kind)
