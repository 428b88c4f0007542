"""A run as rows of text, for a terminal and for a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ppocr_lr.curve.area import mean_rate
from ppocr_lr.curve.phases import phases_of
from ppocr_lr.curve.summary import summarize
from ppocr_lr.language import later, tr
from ppocr_lr.numbers_text import amount, count_text, padded, rate_text, width
from ppocr_lr.training_config.plan import PlannedRun

PHASE_HEADS = (later("phase"), later("epochs"), later("updates"), later("length"), later("rate"))
"""Of the columns of `phase_rows`."""


def phase_rows(planned: PlannedRun) -> Iterator[tuple[str, str, str, str, str]]:
    """The phases of a run, the first 30 of them."""
    run = planned.run
    phases, complete = phases_of(planned.schedule, run.total_iters)
    for phase in phases:
        length = phase.last - phase.first + 1
        begin, end = (count_text(round(step / run.iters_per_epoch, 3)) for step in (phase.first, phase.last + 1))
        rates = rate_text(phase.first_rate, 4)
        if phase.last_rate != phase.first_rate:
            rates += f" → {rate_text(phase.last_rate, 4)}"
        yield (
            tr(phase.kind),
            f"{begin} – {end}",
            f"{count_text(phase.first)} – {count_text(phase.last)}",
            amount(round(length / run.iters_per_epoch, 3), "epoch"),
            rates,
        )
    if not complete:
        yield ("…", "", "", "", tr("more phases than fit here"))  # last: no other column grows


def area_text(planned: PlannedRun) -> str:
    """The area under the curve, in one sentence; empty if it cannot be computed."""
    summary = summarize(planned.schedule, planned.run)
    mean = mean_rate(planned.schedule, planned.run.total_iters)
    if not summary.peak or mean is None:
        return ""
    share = mean / summary.peak
    percent = f"{100 * share:.3g}" if share > 1e-4 else tr("less than 0.01")
    peak = rate_text(summary.peak, 4)
    return tr("{percent} % of training at the peak, {peak}", percent=percent, peak=peak)


def table_lines(title: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """A table for a terminal: a title, and below it the rows in aligned columns, each under its head."""
    lines = [tuple(heads), *map(tuple, rows)]
    widths = [max(map(width, column)) for column in zip(*lines, strict=True)]
    yield title
    for cells in lines:
        yield "  " + "  ".join(map(padded, cells, widths)).rstrip()
