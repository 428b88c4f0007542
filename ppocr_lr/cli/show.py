"""`ppocr-lr show`: a run as tables, its findings, and its curve in characters."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from ppocr_lr.check.render import text_lines
from ppocr_lr.check.report import Report, check_planned
from ppocr_lr.cli.options import (
    NARROWEST,
    Commands,
    add_command,
    add_configs,
    add_language,
    configs_of,
    shows_colours,
)
from ppocr_lr.cli.run_options import add_metrics, add_run, add_scaling, plan, run_flags, scaling_lines
from ppocr_lr.curve.axis import epoch_text
from ppocr_lr.curve.summary import beside_text, length_text, simulation_lines, summarize, trainer_text
from ppocr_lr.curve.tables import PHASE_HEADS, area_text, phase_rows
from ppocr_lr.errors import LRConfigError, dotted, printable
from ppocr_lr.language import labelled, tr
from ppocr_lr.numbers_text import count_text, rate_text
from ppocr_lr.plotting.terminal import WIDEST, terminal_lines
from ppocr_lr.training_config.groups import Group
from ppocr_lr.training_config.momentum import is_ignored, momentum_of
from ppocr_lr.training_config.plan import DEFAULT_CONFIG, PlannedRun
from ppocr_lr.training_config.weight_decay import weight_decay_of

EXAMPLES = """\
examples:
  ppocr-lr show c.yml --num-samples 10000 --gpus 4
  ppocr-lr show c.yml --gpus 4 --reference-gpus 1 --scaling linear
      what the rate, meant for one card, becomes on four
  ppocr-lr show c.yml --iters-per-epoch 500 --accumulate 4
  ppocr-lr show plateau.yml --metrics train.log
      a ReduceOnPlateau with the evaluations of a run
"""


def add(commands: Commands) -> None:
    """The command and its flags."""
    parser = add_command(
        commands,
        "show",
        run,
        "show a run in the terminal, as tables and a curve",
        "Show the phases, rates, findings and curve of a run in the terminal. No display is needed.",
        EXAMPLES,
    )
    add_configs(parser)
    add_run(parser)
    add_scaling(parser)
    add_metrics(parser)
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Show each config; what is wrong with one of them is said before the first line."""
    configs = configs_of(arguments) or [str(DEFAULT_CONFIG)]
    runs = [plan(config, arguments.overrides, run_flags(arguments), arguments.metrics) for config in configs]
    told = [(planned, planned.groups, scaling_lines(planned)) for planned in runs]
    for planned, groups, scaling in told:
        _show(planned, groups, check_planned(planned))
        print(*scaling, sep="\n", end="\n" if scaling else "")
    return 0


def _beside(planned: PlannedRun) -> Iterator[str]:
    """The weight decay and the momentum, if the config sets them; a finding says what is wrong with one."""
    optimizer = planned.config["Optimizer"]
    with suppress(LRConfigError):
        if optimizer.get("regularizer") is not None:
            decay = beside_text(weight_decay_of(planned.config, planned.run), planned.run)
            yield labelled(tr("weight decay"), decay)
    with suppress(LRConfigError):
        if (momentum := optimizer.get("momentum")) is not None:
            line, name = beside_text(momentum_of(planned), planned.run), optimizer.get("name")
            if is_ignored(momentum, name):
                line += tr("; {name} ignores Optimizer.momentum", name=name)
            yield labelled(tr("momentum"), line)


def _show(planned: PlannedRun, groups: Sequence[Group], report: Report) -> None:
    from rich.console import Console

    class Quiet(Console):
        def on_broken_pipe(self) -> None:
            """The reader of a pipe left: as in every command, not rich's exit with 1."""
            raise BrokenPipeError

    console = Quiet(file=sys.stdout, highlight=False, emoji=False, markup=False)
    # The reader of a pipe has no width, and some terminals say that theirs is 0.
    console.width = max(console.width, NARROWEST) if console.is_terminal else 120
    console.print(printable(f"{planned.source}: {planned.name}"), style="bold")
    console.print(length_text(planned.run))
    console.print(planned.length.arithmetic)
    if line := trainer_text(planned):
        console.print(labelled(tr("trainer"), line))
    for line in simulation_lines(planned):
        console.print(printable(line))
    console.print(_phase_table(planned))
    console.print(_rate_table(planned))
    if groups:
        console.print(_group_table(planned, groups))
    if line := area_text(planned):
        console.print(labelled(tr("area under the curve"), line))
    for line in _beside(planned):
        console.print(line)
    print()
    sys.stdout.flush()
    print(*terminal_lines(planned, width=min(console.width, WIDEST)), sep="\n")
    print()
    print(*text_lines([report], colour=shows_colours()), sep="\n")


def _table(title: str, *heads: str) -> Any:
    from rich.table import Column, Table

    # Folded, not cut: half a number is a wrong one.
    return Table(*(Column(head, overflow="fold") for head in heads), title=title, title_justify="left")


def _phase_table(planned: PlannedRun) -> Any:
    rows = _table(tr("phases"), *map(tr, PHASE_HEADS))
    for row in phase_rows(planned):
        rows.add_row(*row)
    return rows


def _group_table(planned: PlannedRun, groups: Sequence[Group]) -> Any:
    heads = (tr("parameters"), tr("names"), tr("times the rate"), tr("peak"), tr("final"), tr("key"))
    rows = _table(tr("other rates"), *heads)
    for group in groups:
        summary = summarize(group.of(planned.schedule), planned.run)
        rates = [rate_text(rate, 4) if group.trains else tr("not trained") for rate in (summary.peak, summary.final)]
        cells = [group.label, group.names, group.factor_text, *rates, dotted(group.key)]
        rows.add_row(*map(printable, cells))
    return rows


def _rate_table(planned: PlannedRun) -> Any:
    summary = summarize(planned.schedule, planned.run)
    rows = _table(tr("rates"), tr("of the run"), tr("update"), tr("epoch"), tr("rate"))
    for percent, step, rate in summary.at:
        rows.add_row(f"{percent} %", count_text(step), epoch_text(step, planned.run), rate_text(rate, 4))
    return rows
