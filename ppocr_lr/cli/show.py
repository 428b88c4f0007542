"""`ppocr-lr show`: a run as tables, its findings, and its curve in characters."""

from __future__ import annotations

import sys
from typing import Any

from ppocr_lr.check.render import render
from ppocr_lr.check.report import Report
from ppocr_lr.curve.area import mean_rate
from ppocr_lr.curve.phases import phases_of
from ppocr_lr.curve.summary import summarize, trainer_text
from ppocr_lr.numbers_text import amount, count_text, rate_text
from ppocr_lr.plotting.terminal import terminal_lines
from ppocr_lr.training_config.plan import PlannedRun


def show(planned: PlannedRun, report: Report) -> None:
    """Print the run on standard output.

    Raises:
        ImportError: rich is not installed; says which extra to install.
    """
    try:
        from rich.console import Console
    except ImportError as error:
        raise ImportError("rich is not installed: pip install 'ppocr-lr[terminal]'") from error

    console = Console(file=sys.stdout, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = 120  # the reader of a pipe has no width
    run = planned.run
    console.print(f"{planned.source}: {planned.name}", style="bold", markup=False)
    console.print(
        f"{amount(run.epochs, 'epoch')} × {amount(run.iters_epoch, 'iteration')} = {amount(run.total_iters, 'update')}"
    )
    console.print(planned.length.arithmetic, markup=False)
    if line := trainer_text(planned):
        console.print(f"trainer: {line}", markup=False)
    console.print(_phase_table(planned))
    console.print(_rate_table(planned))
    summary = summarize(planned.schedule, run)
    mean = mean_rate(planned.schedule, run.total_iters)
    if summary.peak and mean is not None:
        share = mean / summary.peak
        percent = f"{100 * share:.3g}" if share > 1e-4 else "less than 0.01"
        console.print(f"area under the curve: {percent} % of training at the peak, {rate_text(summary.peak, 4)}")
    print()
    sys.stdout.flush()
    for line in terminal_lines(planned, width=min(console.width, 100)):
        print(line)
    print()
    for line in render([report], "text", colour=console.is_terminal):
        print(line)


def _table(title: str, *heads: str) -> Any:
    from rich.table import Column, Table

    # Folded, not cut: half a number is a wrong one.
    return Table(*(Column(head, overflow="fold") for head in heads), title=title, title_justify="left")


def _phase_table(planned: PlannedRun) -> Any:
    run = planned.run
    phases, complete = phases_of(planned.schedule, run.total_iters)
    rows = _table("phases", "phase", "epochs", "updates", "length", "rate")
    for phase in phases:
        length = phase.last - phase.first + 1
        rates = rate_text(phase.first_rate, 4)
        if phase.last_rate != phase.first_rate:
            rates += f" → {rate_text(phase.last_rate, 4)}"
        rows.add_row(
            phase.kind,
            f"{_epoch(phase.first, run.iters_epoch)} – {_epoch(phase.last + 1, run.iters_epoch)}",
            f"{count_text(phase.first)} – {count_text(phase.last)}",
            amount(round(length / run.iters_epoch, 3), "epoch"),
            rates,
        )
    if not complete:
        rows.add_row("…", "", "", "more phases than fit here", "")
    return rows


def _rate_table(planned: PlannedRun) -> Any:
    summary = summarize(planned.schedule, planned.run)
    rows = _table("rates", "of the run", "update", "epoch", "rate")
    for percent, step, rate in summary.at:
        rows.add_row(f"{percent} %", count_text(step), _epoch(step, planned.run.iters_epoch), rate_text(rate, 4))
    return rows


def _epoch(step: int, iters_epoch: int) -> str:
    return count_text(round(step / iters_epoch, 3))
