"""The picture of one or several runs, by matplotlib."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from matplotlib import rc_context, rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from PIL.PngImagePlugin import PngImageFile

from ppocr_lr.curve.axis import LABELS, Axis, updates_per_unit
from ppocr_lr.curve.difference import Difference
from ppocr_lr.curve.polyline import Curve, trace
from ppocr_lr.curve.summary import summarize
from ppocr_lr.errors import ArgumentError
from ppocr_lr.language import OF_PICTURES, speaking, tr
from ppocr_lr.numbers_text import amount, count_text, plain_text
from ppocr_lr.output import PICTURES, output_kind, write_whole
from ppocr_lr.plotting.style import (
    DPI,
    FEW,
    GREY,
    MARK_DASHES,
    MARKERS,
    MOST_ENTRIES,
    NARROW,
    NARROW_BELOW,
    OWN_DASHES,
    PADDLEOCR_DASHES,
    PANEL_HEIGHT,
    PANEL_ROOM,
    ROOM,
    STYLE,
    THIN,
    WARMUP,
    WIDTH,
    beside_limits,
    line_style,
    linear_limits,
    log_limits,
    look,
)
from ppocr_lr.plotting.ticks import count_ticks, iterations_above, number_ticks, texts_at_ticks
from ppocr_lr.plotting.words import common_facts, figure_of, in_common, is_narrow, put_legend, titles
from ppocr_lr.schedules import Schedule
from ppocr_lr.training_config.labels import labels, scaling_labels
from ppocr_lr.training_config.plan import PlannedRun, Reduction

Size: TypeAlias = "tuple[float, float]"

_PAD, _NARROW_PAD = 0.07, 0.04  # inches around everything
_PANEL_LEAST = 0.8  # inches of height that a small panel needs with what stands around it
_ROOMY = 3  # inches of height: for a second axis, and for long words along the first
_SOURCE = "ppocr_lr source"  # a text chunk of the png
_MANY = 5  # curves whose legend leaves no room for long words along the axes of a low picture
_NUMBER_ROOM = 0.3  # inches of a picture's height, of which the axes are about half: for the number of a mark
_MOST_MARKS = 12  # more vertical lines than that hide the curve


@rc_context(STYLE)
def draw(
    runs: Sequence[PlannedRun],
    log_scale: bool = False,
    title: str | None = None,
    axis: Axis = "epochs",
    beside: Mapping[str, Sequence[Schedule]] = MappingProxyType({}),
    *,
    size: Size | None = None,
    names: Sequence[str] = (),
    marks: bool = True,
) -> Figure:
    """A figure with one curve for each run, along `axis`; iterations above where all epochs are equally long.

    Args:
        runs: at least one.
        log_scale: a logarithmic axis for the rate, and for what is beside it where all of that is above 0.
        title: instead of the names of the configs; an empty one is none.
        axis: what the curves are drawn along.
        beside: a small panel below for each, with a schedule for each run: a weight decay, a momentum.
        size: width and height in inches; texts keep their size, those of a narrow picture are a little smaller. The
            picture is higher where a legend or small panels would leave the curves no room.
        names: of the curves, one for each run, instead of what tells the runs apart.
        marks: dots, lines at milestones, and markers that tell curves apart without colour.

    Raises:
        LRConfigError: `log_scale` with a curve that has no rate above 0, or too many `names` or too few.
    """
    if names and len(names) != len(runs):
        said = tr(
            "there must be one for each curve, {count} in all, received {given}", count=len(runs), given=len(names)
        )
        raise ArgumentError("names", said)
    with _figure(len(beside), size) as (figure, axes, panels):
        key, names = in_common(figure, names or (_labels(runs, brief=is_narrow(figure)) if len(runs) > 1 else ()))
        curves = _draw_runs(axes, runs, axis, names, marks)
        _scales(axes, runs, curves, log_scale, axis)
        for above, below, (name, schedules) in zip((axes, *panels), panels, beside.items(), strict=False):
            above.set_xlabel("")
            _draw_beside(below, runs, name, schedules, axis, log_scale)
        titles(figure, runs, title)
        put_legend(figure, key)
    return figure


@rc_context(STYLE)
def draw_difference(result: Difference, *, log_scale: bool = False) -> Figure:
    """Two runs above, how many times as high the second is below, along the axis of the comparison."""
    with _figure(1) as (figure, above, (below,)):
        key, names = in_common(figure, _labels(result.runs))
        curves = _draw_runs(above, result.runs, result.axis, names)
        _scales(above, result.runs, curves, log_scale, result.axis)
        above.set_xlabel("")
        below.plot(result.positions, result.ratios, color=look(1)[0], linewidth=WIDTH)
        below.axhline(1, color=GREY, linewidth=THIN, dashes=MARK_DASHES)
        below.set_yscale("log")
        texts_at_ticks(below, "{:g}".format)
        below.set_ylabel("second, times\nas high as the first")
        below.set_xlabel(LABELS[result.axis])
        titles(figure, result.runs, None)
        put_legend(figure, key)
    return figure


@contextmanager
def _figure(small: int, size: Size | None = None) -> Iterator[tuple[Figure, Axes, list[Axes]]]:
    """A figure with a large panel and small ones below, along the same axis, while its texts have their sizes."""
    width, height = size or (9, 5 * (1 + PANEL_ROOM * small))
    if small:
        height = max(height, 1 + _PANEL_LEAST * small)
    narrow = width < NARROW_BELOW
    pad = _NARROW_PAD if narrow else _PAD
    with rc_context(NARROW if narrow else {}):
        figure = Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=pad, h_pad=pad))
        grid = figure.subplots(1 + small, 1, sharex=True, height_ratios=(1, *[PANEL_HEIGHT] * small), squeeze=False)
        yield figure, grid[0, 0], list(grid[1:, 0])


def save(figure: Figure, path: Path, source: str = "", dpi: float = DPI) -> None:
    """Write the figure as its ending says (png, svg, pdf), whole or not at all; the rest is as for `picture`."""
    # Not straight into the file: on a full disk matplotlib's pdf fails with an error of its own.
    content = picture(figure, output_kind(path, PICTURES), source, dpi)
    write_whole(path, lambda file: file.write(content))


@rc_context(STYLE)
def picture(figure: Figure, kind: str, source: str = "", dpi: float = DPI) -> bytes:
    """The content of a file of this kind (png, svg, pdf); `dpi` is the pixels of an inch.

    A png remembers its `source`, which `source_of` reads.
    """
    metadata = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {_SOURCE: source} if source else {}}[kind]
    file = BytesIO()
    figure.savefig(file, format=kind, dpi=dpi, metadata=metadata)
    return file.getvalue()


def source_of(path: Path) -> str | None:
    """What a picture that `save` wrote was drawn from; None for any other file."""
    try:
        with PngImageFile(path) as picture:  # Image.open warns of a large one, of which nothing is unpacked here
            source = picture.info.get(_SOURCE)
    except (OSError, ValueError, SyntaxError):
        return None
    return source if isinstance(source, str) else None


_labels = speaking(OF_PICTURES)(labels)


@speaking(OF_PICTURES)
def _draw_runs(
    axes: Axes, runs: Sequence[PlannedRun], axis: Axis, names: Sequence[str], marks: bool = True
) -> list[Curve]:
    """Draw every curve, scaled if that is asked for; beside it the config's own and PaddleOCR's; all of them."""
    drawn = [run.scaled or run for run in runs]
    curves = [trace(run.schedule, run.run.total_iters) for run in drawn]
    if len(runs) == 1:
        scaled = scaling_labels(runs[0])[0] if runs[0].scaled else None
        _draw_single(axes, drawn[0], curves[0], axis, names[0] if names else scaled, marks)
    else:
        _draw_several(axes, drawn, curves, axis, names, marks)
    told: set[str] = set()
    for run, schedule, colour_and_dashes, label in _thin(runs, drawn):
        curves.append(trace(schedule, run.run.total_iters))
        new = label not in told and len(told) < MOST_ENTRIES
        if new:
            told.add(label)
        _draw_curve(axes, run, curves[-1], axis, colour_and_dashes, label if new else "_", width=THIN)
    return curves


class _Thin(NamedTuple):
    """A thin curve beside those of the runs; equal labels share an entry in the legend."""

    run: PlannedRun
    schedule: Schedule
    colour_and_dashes: tuple[str, tuple[float, ...]]
    label: str


def _thin(runs: Sequence[PlannedRun], drawn: Sequence[PlannedRun]) -> Iterator[_Thin]:
    """The configs of which a scaled curve is drawn, PaddleOCR's own trainer, and what trains at another rate."""
    for index, run in enumerate(runs):
        if run.scaled:
            label = scaling_labels(run)[1] if len(runs) == 1 else "as in the config, not scaled"
            yield _Thin(run, run.schedule, (look(index)[0], OWN_DASHES), label)
    for index, run in enumerate(drawn):
        if run.paddleocr_schedule is not None:
            ignored = f", which ignores {', '.join(run.own_keys)}" if len(runs) == 1 else ""
            colour = GREY if len(runs) == 1 else look(index)[0]
            yield _Thin(run, run.paddleocr_schedule, (colour, PADDLEOCR_DASHES), f"PaddleOCR's own trainer{ignored}")
    for index, run in enumerate(drawn):
        for group, schedule in run.other_curves:
            yield _Thin(run, schedule, look(index), group.title)


def _draw_single(axes: Axes, run: PlannedRun, curve: Curve, axis: Axis, label: str | None, marks: bool) -> None:
    summary = summarize(run.schedule, run.run)
    unit = updates_per_unit(run.run, axis)
    _draw_curve(axes, run, curve, axis, look(0), label)
    if summary.warmup_iters:
        end = min(summary.warmup_iters, run.run.total_iters) / unit
        axes.axvspan(0, end, color=rcParams["text.color"], alpha=WARMUP[1], linewidth=0)
    if not marks:
        return
    _mark_corners(axes, run, unit)
    if run.simulation:
        _mark_reductions(axes, run.simulation.reductions, unit)
    axes.plot(
        [summary.peak_step / unit, summary.final_step / unit], [summary.peak, summary.final], linestyle="none",
        marker="o", markersize=5, color=rcParams["text.color"], zorder=3, clip_on=False,
    )  # fmt: skip


def _draw_several(
    axes: Axes,
    runs: Sequence[PlannedRun],
    curves: Sequence[Curve],
    axis: Axis,
    names: Sequence[str],
    marks: bool,
) -> None:
    summaries = [summarize(run.schedule, run.run) for run in runs]
    common = common_facts(runs)
    narrow = is_narrow(figure_of(axes))
    for index, (run, curve, name, summary) in enumerate(zip(runs, curves, names, summaries, strict=True)):
        numbers = [f"peak {plain_text(summary.peak)}", f"final {plain_text(summary.final)}"]
        told = ", ".join(number for number in numbers if number not in common)
        shown = f"{name}  ({told})" if told and not narrow else name
        if index == MOST_ENTRIES:
            axes.plot([], [], linestyle="none", label=f"and {len(runs) - MOST_ENTRIES} more")
        _draw_curve(axes, run, curve, axis, look(index), shown if index < MOST_ENTRIES else "_")
        if marks and curve.exact and run.run.total_iters > FEW:
            # Told apart without colour; each begins somewhere else, so that they do not meet where the curves do.
            line = axes.lines[-1]
            line.set(marker=MARKERS[index % len(MARKERS)], markersize=4, markevery=(0.03 * (index % 8) + 0.02, 0.24))


def _draw_beside(
    axes: Axes, runs: Sequence[PlannedRun], name: str, schedules: Sequence[Schedule], axis: Axis, log_scale: bool
) -> None:
    """The other values that follow schedules, in the colours of the rates above."""
    curves = [trace(schedule, run.run.total_iters) for run, schedule in zip(runs, schedules, strict=True)]
    for index, (run, curve) in enumerate(zip(runs, curves, strict=True)):
        _draw_curve(axes, run, curve, axis, look(index), "_")
    logarithmic, *limits = beside_limits(curves, log_scale)
    axes.set_yscale("log" if logarithmic else "linear")
    axes.set_ylim(*limits)
    number_ticks(axes)
    if is_narrow(figure_of(axes)):
        axes.set_title(name, loc="left", pad=2)  # along the axis it would be longer than that
    else:
        axes.set_ylabel(name)
    axes.set_xlabel(LABELS[axis])


def _draw_curve(
    axes: Axes,
    run: PlannedRun,
    curve: Curve,
    axis: Axis,
    colour_and_dashes: tuple[str, tuple[float, ...]],
    label: str | None,
    width: float = WIDTH,
) -> None:
    positions, (colour, dashes) = curve.steps / updates_per_unit(run.run, axis), colour_and_dashes
    if curve.exact:
        marker = "." if run.run.total_iters <= FEW else None
        axes.plot(
            positions, curve.high, color=colour, linestyle=line_style(dashes), linewidth=width, label=label,
            marker=marker, markersize=5, zorder=1 + width / WIDTH,
        )  # fmt: skip
    else:
        note = "band from lowest to highest: the rate turns more often than the picture has columns"
        axes.fill_between(
            positions, curve.low, curve.high, color=colour, alpha=0.35, linewidth=0.8, step="post",
            label=label or note,
        )  # fmt: skip


def _mark_corners(axes: Axes, run: PlannedRun, unit: int) -> None:
    schedule = run.schedule
    last = run.run.total_iters - 1
    corners = schedule.corners(last, _MOST_MARKS + 1)
    warmup_end = schedule.lead().warmup_iters
    marks = [int(step) for step in corners.steps if step not in (0, warmup_end, last)]
    if not corners.complete or len(marks) > _MOST_MARKS:
        return
    labelled, end = float("-inf"), run.run.total_iters / unit
    for step in marks:
        position = step / unit
        axes.axvline(position, color=GREY, linewidth=THIN, dashes=MARK_DASHES, zorder=0)
        if position - labelled < 0.04 * end:
            continue  # its number would cover the one before
        leftwards = position > 0.9 * end and position - labelled > 0.1 * end  # where it would be cut off
        labelled = position
        axes.text(
            position, 0.985, f" {count_text(round(position, 3))} ", transform=axes.get_xaxis_transform(),
            fontsize=8, color=GREY, ha="right" if leftwards else "left", va="top", clip_on=True,
        )  # fmt: skip


def _mark_reductions(axes: Axes, reductions: Sequence[Reduction], unit: int) -> None:
    axes.plot(
        [reduction.update / unit for reduction in reductions], [reduction.after for reduction in reductions],
        linestyle="none", marker="v", markersize=6, color=look(0)[0], zorder=3,
        label=f"reduced {amount(len(reductions), 'time')} by the metrics",
    )  # fmt: skip


def _scales(axes: Axes, runs: Sequence[PlannedRun], curves: Sequence[Curve], log_scale: bool, axis: Axis) -> None:
    end = max(run.run.total_iters / updates_per_unit(run.run, axis) for run in runs)
    axes.set_xlim(0, end)
    panels = len(figure_of(axes).axes)
    share = (1 + PANEL_HEIGHT * (panels - 1)) * _NUMBER_ROOM / figure_of(axes).get_figheight()
    room = max(ROOM, share) if axes.texts else ROOM
    if log_scale:
        limits = log_limits(curves, room)
        axes.set_yscale("log")
        axes.set_ylim(*limits)
    else:
        axes.set_ylim(*linear_limits(curves, room))
    number_ticks(axes)
    lengths = {run.run.iters_per_epoch for run in runs}
    roomy = figure_of(axes).get_figheight() >= _ROOMY
    above = axis == "epochs" and len(lengths) == 1 and roomy and not is_narrow(figure_of(axes))
    count_ticks(axes, end, (1, *lengths) if above else (1,))
    axes.set_xlabel(LABELS[axis])
    if not roomy and len(runs) >= _MANY:
        axes.set_ylabel("rate")
    elif log_scale:
        axes.set_ylabel("learning rate (logarithmic)" if roomy else "rate (log)")
    else:
        axes.set_ylabel("learning rate")
    if above:
        iterations_above(axes, lengths.pop())
