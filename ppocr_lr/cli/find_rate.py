"""`ppocr-lr find-rate`: which rate to train with."""

from __future__ import annotations

import argparse
from pathlib import Path

from ppocr_lr.cli.options import Commands, add_command, draw_without_screen
from ppocr_lr.errors import ArgumentError, MissingError, printable
from ppocr_lr.find_rate.search import Search, text_lines, write_csv
from ppocr_lr.logs.range_test import read_range_test
from ppocr_lr.output import PICTURES, output_kind, write_whole
from ppocr_lr.training_config.plan import plan_run

EXAMPLES = """\
examples:
  ppocr-lr find-rate --log output/train.log -c config.yml --out rate.png
                                                     a run that was trained with name: RangeTest
  ppocr-lr find-rate --log a/train.log --log b/train.log --out rates.csv
                                                     the same with another seed, and the numbers

exit code: 0 with a rate, 1 when it cannot be told, 2 for input that cannot be used.
"""


def add(commands: Commands) -> None:
    """The command and its flags."""
    parser = add_command(
        commands,
        "find-rate",
        run,
        "which rate to train with",
        "Say with which learning rate to train, from the losses of a range test: a short run whose rate rises from one"
        " at which nothing is learnt to one at which the training breaks.",
        EXAMPLES,
    )
    parser.add_argument(
        "--log", action="append", type=Path, default=[], metavar="FILE",
        help="train.log of a run with name: RangeTest, also .gz; again for the same with other seeds",
    )  # fmt: skip
    parser.add_argument("-c", "--config", metavar="CONFIG", help="the config whose rate is looked at beside it")
    parser.add_argument(
        "--out", action="append", type=Path, default=[], metavar="FILE",
        help="a picture (.png, .svg, .pdf) or the numbers (.csv); may be repeated",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Read the tests, write what is asked for, print what to do."""
    if not arguments.log:
        raise MissingError("there is no range test to read", "log")
    for out in arguments.out:
        output_kind(out, (*PICTURES, "csv"))  # a wrong path is reported before anything is read
    # An epoch's length moves no peak.
    own = plan_run(arguments.config, assumed_iters=1000) if arguments.config else None
    search = Search([read_range_test(path).test for path in arguments.log], own)
    for out in arguments.out:
        _write(search, out)
    print(printable(", ".join(map(str, arguments.log))))
    print(*text_lines(search), sep="\n")
    for out in arguments.out:
        print(printable(f"{'written' if out.suffix == '.csv' else 'picture'}: {out}"))
    return int(search.rate is None)


def _write(search: Search, out: Path) -> None:
    if output_kind(out, (*PICTURES, "csv")) == "csv":
        write_whole(out, lambda file: write_csv(search, file))
        return
    tests = [test for test in search.tests if len(test.losses)]
    if not tests:
        raise ArgumentError("out", "there is nothing to draw: no loss is a number", out)
    draw_without_screen()
    from ppocr_lr.find_rate.picture import draw_range_tests
    from ppocr_lr.plotting.figure import save

    save(draw_range_tests(tests, search.choice, search.rises_from, search.own_rate), out)
