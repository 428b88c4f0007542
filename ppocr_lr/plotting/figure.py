"""The picture of one or several runs, by matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.legend import Legend
from matplotlib.ticker import FuncFormatter, MaxNLocator
from PIL import Image

from ppocr_lr.curve.axis import LABELS, Axis, epoch_text, updates_per_unit
from ppocr_lr.curve.difference import Difference
from ppocr_lr.curve.polyline import Curve, trace
from ppocr_lr.curve.summary import Summary, summarize
from ppocr_lr.numbers_text import amount, count_text, rate_text
from ppocr_lr.output import PICTURES, output_kind, write_whole
from ppocr_lr.plotting.fonts import drawable
from ppocr_lr.plotting.style import (
    FEW,
    GREY,
    MARK_DASHES,
    MOST_ENTRIES,
    OWN_DASHES,
    PADDLEOCR_DASHES,
    STYLE,
    THIN,
    WARMUP,
    WIDTH,
    line_style,
    linear_limits,
    log_limits,
    look,
)
from ppocr_lr.schedules import Schedule
from ppocr_lr.training_config.labels import labels, scaling_labels
from ppocr_lr.training_config.plan import PlannedRun

_SOURCE = "ppocr_lr source"  # a text chunk of the png
_MOST_MARKS = 12  # more vertical lines than that hide the curve


@rc_context(STYLE)
def draw(
    runs: Sequence[PlannedRun],
    log_scale: bool = False,
    title: str | None = None,
    axis: Axis = "epochs",
    beside: Mapping[str, Sequence[Schedule]] = MappingProxyType({}),
) -> Figure:
    """A figure with one curve for each run, along `axis`; iterations above where all epochs are equally long.

    Each of `beside`, a schedule for each run, has a panel of its own below, with what it is called.

    Raises:
        LRConfigError: `log_scale` with a curve that has no rate above 0.
    """
    panels: Sequence[Axes] = ()
    if beside:
        figure, (axes, *panels) = _panels(len(beside), top=0.87)
    else:
        figure = Figure(figsize=(9, 5))
        figure.subplots_adjust(left=0.09, right=0.97, top=0.83, bottom=0.11)
        axes = figure.add_subplot()
    curves = _draw_runs(axes, runs, axis)
    _scales(axes, runs, curves, log_scale, axis)
    for above, below, (name, schedules) in zip((axes, *panels), panels, beside.items(), strict=False):
        above.set_xlabel("")
        _draw_beside(below, runs, name, schedules, axis)
    _titles(axes, runs, title)
    return figure


@rc_context(STYLE)
def draw_difference(result: Difference, *, log_scale: bool = False) -> Figure:
    """Two runs above, how many times as high the second is below, along the axis of the comparison."""
    runs = (result.first, result.second)
    figure, (above, below) = _panels(1, top=0.86)
    curves = _draw_runs(above, runs, result.axis)
    _scales(above, runs, curves, log_scale, result.axis)
    above.set_xlabel("")
    below.plot(result.positions, result.ratios, color=look(1)[0], linewidth=WIDTH)
    below.axhline(1, color=GREY, linewidth=THIN, dashes=MARK_DASHES)
    below.set_yscale("log")
    below.yaxis.set_major_formatter(FuncFormatter(lambda ratio, _: f"{ratio:g}"))
    below.yaxis.set_minor_formatter(FuncFormatter(lambda ratio, _: ""))
    below.set_ylabel("second, times as high as the first")
    below.set_xlabel(LABELS[result.axis])
    _titles(above, runs, None)
    return figure


def _panels(small: int, top: float) -> tuple[Figure, list[Axes]]:
    """A figure with a large panel and small ones below, along the same axis."""
    figure = Figure(figsize=(9, 4.7 + 1.8 * small))
    figure.subplots_adjust(left=0.09, right=0.97, top=top, bottom=0.09, hspace=0.12)
    return figure, list(figure.subplots(1 + small, 1, sharex=True, height_ratios=(2.2, *[1] * small)))


@rc_context(STYLE)
def save(figure: Figure, path: Path, source: str = "") -> None:
    """Write the figure as its ending says (png, svg, pdf), whole or not at all.

    A png remembers its `source`, which `source_of` reads.
    """
    kind = output_kind(path, PICTURES)
    metadata = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {_SOURCE: source} if source else {}}[kind]
    write_whole(path, lambda file: figure.savefig(file, format=kind, dpi=120, metadata=metadata))


def source_of(path: Path) -> str | None:
    """What a picture that `save` wrote was drawn from; None for any other file."""
    try:
        with Image.open(path, formats=["PNG"]) as picture:
            source = picture.info.get(_SOURCE)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return source if isinstance(source, str) else None


def _draw_runs(axes: Axes, runs: Sequence[PlannedRun], axis: Axis) -> list[Curve]:
    """Draw every curve, scaled if that is asked for; beside it the config's own and PaddleOCR's; all of them."""
    drawn = [run.scaled or run for run in runs]
    curves = [trace(run.schedule, run.run.total_iters) for run in drawn]
    names = labels(runs) if len(runs) > 1 else [scaling_labels(run)[0] if run.scaled else "" for run in runs]
    if len(runs) == 1:
        _draw_single(axes, drawn[0], curves[0], axis, names[0] or None)
    else:
        _draw_several(axes, drawn, curves, axis, names)
    beside = [*_draw_own(axes, runs, axis), *_draw_paddleocr(axes, drawn, axis), *_draw_groups(axes, drawn, axis)]
    if beside or len(runs) > 1 or runs[0].simulation:
        legend = _legend(axes)
        if len(runs) > MOST_ENTRIES:
            legend.set_title(f"the first {MOST_ENTRIES} of {len(runs)} curves", prop=FontProperties(size=8))
    return curves + beside


def _draw_own(axes: Axes, runs: Sequence[PlannedRun], axis: Axis) -> list[Curve]:
    """The curves of the configs of which a scaled one is drawn."""
    drawn: list[Curve] = []
    for index, run in enumerate(runs):
        if run.scaled:
            label = "_" if drawn else scaling_labels(run)[1] if len(runs) == 1 else "as in the config, not scaled"
            drawn.append(trace(run.schedule, run.run.total_iters))
            unit = updates_per_unit(run.run, axis)
            _draw_curve(axes, run, drawn[-1], unit, (look(index)[0], OWN_DASHES), label, width=THIN)
    return drawn


def _draw_paddleocr(axes: Axes, runs: Sequence[PlannedRun], axis: Axis) -> list[Curve]:
    drawn: list[Curve] = []
    for index, run in enumerate(runs):
        if run.paddleocr_schedule is None:
            continue
        ignored = f", which ignores {', '.join(run.own_keys)}" if len(runs) == 1 else ""
        label = "_" if drawn else f"PaddleOCR's own trainer{ignored}"  # one entry in the legend
        colour = GREY if len(runs) == 1 else look(index)[0]
        drawn.append(trace(run.paddleocr_schedule, run.run.total_iters))
        unit = updates_per_unit(run.run, axis)
        _draw_curve(axes, run, drawn[-1], unit, (colour, PADDLEOCR_DASHES), label, width=THIN)
    return drawn


def _draw_groups(axes: Axes, runs: Sequence[PlannedRun], axis: Axis) -> list[Curve]:
    """What trains at another rate, in the colour of its run; what is called the same has one entry in the legend."""
    drawn: list[Curve] = []
    told: set[str] = set()
    for index, run in enumerate(runs):
        for group, schedule in run.other_curves:
            drawn.append(trace(schedule, run.run.total_iters))
            label = "_" if group.title in told or len(told) == MOST_ENTRIES else drawable(group.title)[0]
            told.add(group.title)
            _draw_curve(axes, run, drawn[-1], updates_per_unit(run.run, axis), look(index), label, width=THIN)
    return drawn


def _draw_single(axes: Axes, run: PlannedRun, curve: Curve, axis: Axis, label: str | None) -> None:
    summary = summarize(run.schedule, run.run)
    unit = updates_per_unit(run.run, axis)
    _draw_curve(axes, run, curve, unit, look(0), label)
    if summary.warmup_iters:
        _mark_warmup(axes, run, summary, unit)
    _mark_corners(axes, run, unit)
    if run.simulation:
        _mark_reductions(axes, run, unit)
    _annotate(axes, run, summary, axis)


def _draw_several(
    axes: Axes, runs: Sequence[PlannedRun], curves: Sequence[Curve], axis: Axis, names: Sequence[str]
) -> None:
    for index, (run, curve, label) in enumerate(zip(runs, curves, names, strict=True)):
        summary = summarize(run.schedule, run.run)
        text, _ = drawable(label)
        numbers = f"peak {rate_text(summary.peak)}, final {rate_text(summary.final)}"
        shown = f"{text}  ({numbers})" if index < MOST_ENTRIES else None
        unit = updates_per_unit(run.run, axis)
        _draw_curve(axes, run, curve, unit, look(index), shown)
        # Where the warmup ends and where the rate drops; dots, since lines of several runs would be a grid.
        corners = run.schedule.corners(run.run.total_iters - 1, _MOST_MARKS)
        if corners.complete and len(corners.steps):
            axes.plot(
                corners.steps / unit,
                run.schedule(corners.steps),
                linestyle="none",
                marker="osD^v"[index % 5],
                markersize=4,
                color=look(index)[0],
            )


def _legend(axes: Axes) -> Legend:
    legend = axes.legend(loc="upper right", handlelength=3)
    for entry in legend.get_texts():
        entry.set_fontfamily(drawable(entry.get_text())[1])
        entry.set_parse_math(False)
    return legend


def _draw_beside(axes: Axes, runs: Sequence[PlannedRun], name: str, schedules: Sequence[Schedule], axis: Axis) -> None:
    """What else the runs follow, in the colours of their rates above."""
    lows, highs = [], []
    for index, (run, schedule) in enumerate(zip(runs, schedules, strict=True)):
        curve = trace(schedule, run.run.total_iters)
        _draw_curve(axes, run, curve, updates_per_unit(run.run, axis), look(index), None)
        lows.append(float(curve.low.min()))
        highs.append(float(curve.high.max()))
    low, high = min(lows), max(highs)
    room = (high - low) / 10
    # Far from 0, as a momentum is, only what moves is of interest.
    axes.set_ylim(*(low - room, high + room) if high / 2 < low < high else (0, 1.1 * high or 1))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: rate_text(value)))
    axes.set_ylabel(name)
    axes.set_xlabel(LABELS[axis])


def _draw_curve(
    axes: Axes,
    run: PlannedRun,
    curve: Curve,
    unit: int,
    look: tuple[str, tuple[float, ...]],
    label: str | None,
    width: float = WIDTH,
) -> None:
    positions, (colour, dashes) = curve.steps / unit, look
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
        if label is None:
            axes.legend(loc="lower left")


def _mark_warmup(axes: Axes, run: PlannedRun, summary: Summary, unit: int) -> None:
    colour, opacity = WARMUP
    axes.axvspan(0, min(summary.warmup_iters, run.run.total_iters) / unit, color=colour, alpha=opacity, linewidth=0)


def _mark_corners(axes: Axes, run: PlannedRun, unit: int) -> None:
    schedule = run.schedule
    last = run.run.total_iters - 1
    corners = schedule.corners(last, _MOST_MARKS + 1)
    warmup_end = schedule.lead().warmup_iters
    marks = [int(step) for step in corners.steps if step not in (0, warmup_end, last)]
    if not corners.complete or len(marks) > _MOST_MARKS:
        return
    labelled = float("-inf")
    for step in marks:
        position = step / unit
        axes.axvline(position, color=GREY, linewidth=THIN, dashes=MARK_DASHES, zorder=0)
        if position - labelled < 0.04 * run.run.total_iters / unit:
            continue  # its number would stand on the one before
        labelled = position
        axes.text(
            position, 0.985, f" {count_text(round(position, 3))}", transform=axes.get_xaxis_transform(),
            fontsize=8, color=GREY, ha="left", va="top", clip_on=True,
        )  # fmt: skip


def _mark_reductions(axes: Axes, run: PlannedRun, unit: int) -> None:
    reductions = run.simulation.reductions if run.simulation else ()
    axes.plot(
        [reduction.update / unit for reduction in reductions], [reduction.after for reduction in reductions],
        linestyle="none", marker="v", markersize=6, color=look(0)[0], zorder=3,
        label=f"reduced {amount(len(reductions), 'time')} by the metrics",
    )  # fmt: skip


def _annotate(axes: Axes, run: PlannedRun, summary: Summary, axis: Axis) -> None:
    unit = updates_per_unit(run.run, axis)
    for name, step, rate, lift in (
        ("peak", summary.peak_step, summary.peak, 7),
        ("final", summary.final_step, summary.final, 26),
    ):
        if name == "final" and step == summary.peak_step:
            continue  # a run of one update, or one that only rises
        position = step / unit
        place = {
            "iters": f"update {count_text(step)}",
            "epochs": f"epoch {epoch_text(step, run.run)}",
            "progress": f"at {count_text(round(position, 3))}",
        }[axis]
        right = step > run.run.total_iters * 0.6
        below = name == "final" and rate > 0.6 * summary.peak  # above it there is no room
        axes.plot([position], [rate], marker="o", markersize=5, color="black", zorder=3, clip_on=False)
        axes.annotate(
            f"{name} {rate_text(rate)}\n{place}",
            (position, rate), textcoords="offset points", xytext=(-8 if right else 8, -8 if below else lift),
            ha="right" if right else "left", va="top" if below else "bottom", fontsize=9,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1},
        )  # fmt: skip


def _scales(axes: Axes, runs: Sequence[PlannedRun], curves: Sequence[Curve], log_scale: bool, axis: Axis) -> None:
    end = max(run.run.total_iters / updates_per_unit(run.run, axis) for run in runs)
    axes.set_xlim(0, end)
    # Room above for the labels of the peak, or for the legend.
    entries = min(len(runs), MOST_ENTRIES) + any(run.paddleocr_schedule is not None for run in runs)
    entries += len({group.title for run in runs for group, _ in run.other_curves})
    if any(run.scaled for run in runs):
        is_highest = curves[0].high.max() >= max(curve.high.max() for curve in curves)
        entries += 4 if len(runs) == 1 and is_highest else 1  # the label of its peak goes below the legend
    room = max(0.15, min(0.03 + 0.05 * entries, 0.4))
    if log_scale:
        limits = log_limits(curves, room)
        axes.set_yscale("log")
        axes.set_ylim(*limits)
    else:
        axes.set_ylim(*linear_limits(curves, room))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda rate, _: rate_text(rate)))
    if log_scale:
        axes.yaxis.set_minor_formatter(FuncFormatter(lambda rate, _: ""))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=end > 10))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda position, _: count_text(position)))
    axes.set_xlabel(LABELS[axis])
    axes.set_ylabel("learning rate" + (" (logarithmic)" if log_scale else ""))
    lengths = {run.run.iters_per_epoch for run in runs}
    if axis == "epochs" and len(lengths) == 1:
        _iterations_above(axes, lengths.pop())


def _iterations_above(axes: Axes, iters_per_epoch: int) -> None:
    """A scale of iterations along the upper edge."""

    def to_iters(epochs: Any) -> Any:
        return epochs * iters_per_epoch

    def to_epochs(iters: Any) -> Any:
        return iters / iters_per_epoch

    above = axes.secondary_xaxis("top", functions=(to_iters, to_epochs))
    above.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True))
    above.xaxis.set_major_formatter(FuncFormatter(lambda iters, _: count_text(iters)))
    above.tick_params(colors=GREY, labelsize=8.5, length=3)
    above.set_xlabel("iteration (optimizer update)", color=GREY, fontsize=8.5)


def _titles(axes: Axes, runs: Sequence[PlannedRun], title: str | None) -> None:
    names = list(dict.fromkeys(PurePath(run.source).name for run in runs))
    text = title or (names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more")
    text = " ".join(text.split())  # a file name may hold a line break
    if len(runs) == 1:
        run = runs[0].run
        warmup = summarize(runs[0].schedule, run).warmup_iters / run.iters_per_epoch
        grey = f" · warmup {amount(warmup, 'epoch')} (grey)" if warmup else ""
        text += f"\n{runs[0].name} · {amount(run.epochs, 'epoch')} × {amount(run.iters_per_epoch, 'iteration')}{grey}"
    shown, families = drawable(text)
    axes.figure.suptitle(shown, fontfamily=families, parse_math=False)
