"""`ppocr-lr diff`: how two configs differ."""

from __future__ import annotations

import argparse

from ppocr_lr.cli.options import (
    Commands,
    add_command,
    add_configs,
    add_format,
    add_language,
    add_picture,
    configs_of,
    print_json,
    ready_to_draw,
)
from ppocr_lr.cli.run_options import add_axis, add_run, run_flags
from ppocr_lr.curve.difference import Difference, as_dict, difference, text_lines
from ppocr_lr.errors import printable
from ppocr_lr.language import labelled, tr
from ppocr_lr.output import PICTURES, output_kind
from ppocr_lr.training_config.plan import plan_run

EXAMPLES = """\
examples:
  ppocr-lr diff old.yml new.yml --iters-per-epoch 500
  ppocr-lr diff short.yml long.yml --axis progress --out difference.png

exit code: 0 if the curves are equal, 1 if they differ, 2 if the input cannot be
used.
"""


def add(commands: Commands) -> None:
    """The command and its flags."""
    parser = add_command(
        commands,
        "diff",
        run,
        "compare two configs and their curves",
        "Say which keys of two configs differ, and where and by how much their curves do.",
        EXAMPLES,
    )
    add_configs(parser, "two PaddleOCR training YAMLs")
    add_run(parser)
    add_axis(parser)
    add_format(parser)
    add_language(parser)
    add_picture(parser, "a picture of both, with their ratio below")


def run(arguments: argparse.Namespace) -> int:
    """Compare, draw if that is asked for, print."""
    configs = configs_of(arguments, 2)
    if arguments.out:
        output_kind(arguments.out, PICTURES)
    first, second = (plan_run(config, arguments.overrides, run_flags(arguments)) for config in configs)
    result = difference(first, second, arguments.axis)
    if arguments.out:
        _draw(result, arguments)
    if arguments.format == "json":
        print_json([as_dict(result)])
    else:
        print(*text_lines(result), sep="\n")
        if arguments.out:
            print(printable(labelled(tr("picture"), arguments.out)))
    return int(not result.equal)


def _draw(result: Difference, arguments: argparse.Namespace) -> None:
    ready_to_draw()
    from ppocr_lr.plotting.figure import draw_difference, save

    save(draw_difference(result, log_scale=arguments.log_scale), arguments.out)
