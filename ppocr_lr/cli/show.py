"""`ppocr-lr show`: a run as tables, its findings, and its curve in characters."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import suppress
from shutil import get_terminal_size

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
from ppocr_lr.curve.tables import PHASE_HEADS, area_text, phase_rows, table_lines
from ppocr_lr.errors import LRConfigError, dotted, printable
from ppocr_lr.language import labelled, tr
from ppocr_lr.numbers_text import count_text, rate_text
from ppocr_lr.plotting.terminal import WIDEST, terminal_lines
from ppocr_lr.training_config.groups import Group
from ppocr_lr.training_config.momentum import is_ignored
from ppocr_lr.training_config.plan import DEFAULT_CONFIG, PlannedRun

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
        "Show the phases, rates, curve and findings of a run in the terminal. No display is needed.",
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
    for index, (planned, groups, scaling) in enumerate(told):
        if index:
            print()
        _show(planned, groups, check_planned(planned))
        if scaling:
            print("", tr("scaling"), *(f"  {printable(line)}" for line in scaling), sep="\n")
    return 0


def _below_the_tables(planned: PlannedRun) -> Iterator[str]:
    """The area; the weight decay and the momentum, if the config sets them: a finding says what is wrong with one."""
    if line := area_text(planned):
        yield labelled(tr("area under the curve"), line)
    optimizer = planned.config["Optimizer"]
    with suppress(LRConfigError):
        if any(optimizer.get(key) is not None for key in ("regularizer", "weight_decay")):
            yield labelled(tr("weight decay"), beside_text(planned.weight_decay, planned.run))
    with suppress(LRConfigError):
        if (momentum := optimizer.get("momentum")) is not None:
            line, name = beside_text(planned.momentum, planned.run), optimizer.get("name")
            if is_ignored(momentum, name):
                line += tr("; {name} ignores Optimizer.momentum", name=name)
            yield labelled(tr("momentum"), line)


def _show(planned: PlannedRun, groups: Sequence[Group], report: Report) -> None:
    for line in _about(planned, groups):
        print(printable(line))
    width = get_terminal_size((WIDEST, 0)).columns  # a pipe has none
    print(*terminal_lines(planned, width=max(NARROWEST, min(width, WIDEST))), sep="\n", end="\n\n")
    print(*text_lines([report], colour=shows_colours()), sep="\n")


def _about(planned: PlannedRun, groups: Sequence[Group]) -> Iterator[str]:
    """What is said before the curve, in blocks with an empty line behind each."""
    phases = table_lines(tr("phases"), map(tr, PHASE_HEADS), phase_rows(planned))
    other = _group_table(planned, groups) if groups else ()
    for block in (_head(planned), phases, _rate_table(planned), other, _below_the_tables(planned)):
        if lines := [*block]:
            yield from lines
            yield ""


def _head(planned: PlannedRun) -> Iterator[str]:
    yield f"{planned.source}: {planned.name}"
    yield length_text(planned.run)
    yield planned.length.arithmetic
    if line := trainer_text(planned):
        yield labelled(tr("trainer"), line)
    yield from simulation_lines(planned)


def _rate_table(planned: PlannedRun) -> Iterator[str]:
    heads = (tr("of the run"), tr("update"), tr("epoch"), tr("rate"))
    rows = (
        (f"{percent} %", count_text(step), epoch_text(step, planned.run), rate_text(rate, 4))
        for percent, step, rate in summarize(planned.schedule, planned.run).at
    )
    return table_lines(tr("rates"), heads, rows)


def _group_table(planned: PlannedRun, groups: Sequence[Group]) -> Iterator[str]:
    rows = []
    for group in groups:
        summary = summarize(group.of(planned.schedule), planned.run)
        rates = [rate_text(rate, 4) if group.trains else tr("not trained") for rate in (summary.peak, summary.final)]
        # The names last: they may be many.
        cells = (group.label, group.factor_text, *rates, dotted(group.key), group.names)
        rows.append(map(printable, cells))
    heads = (tr("parameters"), tr("times the rate"), tr("peak"), tr("final"), tr("key"), tr("names"))
    return table_lines(tr("other rates"), heads, rows)
