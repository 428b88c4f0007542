"""The `ppocr-lr` command."""

from __future__ import annotations

import argparse
import gc
import os
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn, TypeAlias

from ppocr_lr.errors import LRConfigError

_PLOT_EXAMPLES = """\
examples:
  ppocr-lr plot                                      the default config: warmup, then a cosine
  ppocr-lr plot -c det.yml --num-samples 1000        a PaddleOCR training YAML, 1000 samples on one card
  ppocr-lr plot -c rec.yml --iters-per-epoch 500 -o Optimizer.lr.warmup_epoch=5 Global.epoch_num=100
  ppocr-lr plot -c a.yml b.yml --out both.svg        two configs in one picture
  ppocr-lr plot -c c.yml --sweep Optimizer.lr.warmup_epoch=0,2,5 --out warmup.png
  ppocr-lr plot -c c.yml --out rates.csv --every 100 the numbers instead of a picture; .json and .html too
"""

_SHOW_EXAMPLES = """\
examples:
  ppocr-lr show c.yml --num-samples 10000 --gpus 4
  ppocr-lr show c.yml --num-samples 10000 --gpus 4 --reference-gpus 1 --scaling linear
  ppocr-lr show c.yml --iters-per-epoch 500 --accumulate 4
"""

_DIFF_EXAMPLES = """\
examples:
  ppocr-lr diff old.yml new.yml --iters-per-epoch 500
  ppocr-lr diff short.yml long.yml --x progress --out difference.png
"""

_COMPARE_LOG_EXAMPLES = """\
examples:
  ppocr-lr compare-log -c c.yml output/train.log     the length of an epoch is the config's, or the log's
  ppocr-lr compare-log -c c.yml output/train.log --num-samples 10000 --gpus 4
  ppocr-lr compare-log -c c.yml output/train.log --follow
  ppocr-lr plot -c c.yml --log output/train.log      the same as a picture

exit code: 0 when the run follows the plan, 1 when it does not, 2 for input that cannot be used.
"""

_RESUME_EXAMPLES = """\
examples:
  ppocr-lr resume -c c.yml --checkpoint output/latest --num-samples 10000
  ppocr-lr resume -c c.yml --iters-per-epoch 500     the checkpoint of the config's Global.checkpoints
  ppocr-lr resume -c c.yml --checkpoint output/latest.pdopt -o Global.epoch_num=200 --out resume.png

exit code: 0 when all goes on as before, 1 when PaddleOCR will stop, the rate jumps by more than 5 %, or epochs and
schedule do not fit; 2 for input that cannot be used. Nothing in a checkpoint is run.
"""

_SCHEMA_EXAMPLES = """\
examples:
  ppocr-lr schema > ppocr_lr.schema.json             for an editor that completes and checks training configs
  ppocr-lr schema --section                          of the lr section alone
"""


_CHECK_EXAMPLES = """\
examples:
  ppocr-lr check configs/                            every .yml and .yaml below a folder
  ppocr-lr check c.yml --num-samples 10000 --gpus 4  with the length of an epoch, so that more is checked
  ppocr-lr check c.yml --format github --fail-on error
  ppocr-lr check c.yml --ignore LR303                a comment does it too: # ppocr-lr: ignore LR303

exit code: 0 when nothing reaches --fail-on, 1 when something does, 2 for input that cannot be used.
"""


def main(*command: str) -> None:
    """The console command: runs `sys.argv`, after the words of `command`, and exits."""
    # The process is short. Collecting garbage while modules load, looking for pydantic's plugins and taking
    # matplotlib apart at the end would be a quarter of it.
    gc.disable()
    # By default SIGTERM ends the process at once and would leave a half-written file behind.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    _ready_for_any_text()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    status = run([*command, *sys.argv[1:]])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        pass
    except OSError as error:
        print_error(error)
        status = 2
    sys.stderr.flush()
    os._exit(status)


def _ready_for_any_text() -> None:
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the shell
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115  # for the rest of the process
        # A terminal that knows no × shows a question mark.
        getattr(sys, name).reconfigure(errors="replace")


def run(argv: Sequence[str]) -> int:
    """Run one command; 0 when all went well, 2 for input that cannot be used (said on stderr)."""
    parser = _parser()
    if "_ARGCOMPLETE" in os.environ:  # set by the shell while it completes a line
        import argcomplete

        argcomplete.autocomplete(parser)
    try:
        arguments = parser.parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    try:
        command = getattr(import_module("ppocr_lr.cli.commands"), arguments.command)
        return int(command(arguments))
    except (LRConfigError, ImportError) as error:
        print_error(error)
        return 2
    except BrokenPipeError:
        return 0  # the reader of a pipe left; nobody is there to be told
    except OSError as error:
        print_error(error)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def print_error(error: Exception) -> None:
    """Say on stderr what cannot be used, one line for each thing."""
    for line in str(error).splitlines():
        print(f"error: {line}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="ppocr-lr",
        description="Learning-rate schedules of PaddleOCR configs, before training starts.",
        epilog="ppocr-lr COMMAND --help has examples of each.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_plot(commands)
    _add_show(commands)
    _add_check(commands)
    _add_diff(commands)
    _add_resume(commands)
    _add_compare_log(commands)
    _add_explain(commands)
    _add_schema(commands)
    return parser


class _Parser(argparse.ArgumentParser):
    """Suggests the nearest command or flag for one that does not exist."""

    def error(self, message: str) -> NoReturn:
        from ppocr_lr.errors import did_you_mean

        wrong = re.search(r"invalid choice: '([^']+)' \(choose from (.*)\)|unrecognized arguments: (-\S+)", message)
        if wrong and wrong[1]:
            message += did_you_mean(wrong[1], re.findall(r"[\w-]+", wrong[2]))
        elif wrong:
            flags = [flag for parser in _all_parsers(self) for flag in parser._option_string_actions]
            message += did_you_mean(wrong[3].split("=")[0], flags)
        super().error(message)


def _all_parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield from _all_parsers(child)


Commands: TypeAlias = "argparse._SubParsersAction[_Parser]"


def _add(commands: Commands, name: str, summary: str, description: str, epilog: str = "") -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=summary,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=name)
    return parser


def _add_plot(commands: Commands) -> None:
    plot = _add(
        commands,
        "plot",
        "draw the learning rate of one or several configs",
        "Draw the learning rate of one or several training configs, and print it in a few numbers.",
        _PLOT_EXAMPLES,
    )
    _add_configs(plot)
    _add_run_arguments(plot)
    _add_scaling(plot)
    plot.add_argument(
        "--sweep", action="append", default=[], metavar="KEY=V1,V2", help="one curve for each value; may be repeated"
    )
    _add_axis(plot)
    plot.add_argument(
        "--parameter", default="lr", metavar="lr,wd", help="lr,wd draws the weight decay below the rate (lr)"
    )
    plot.add_argument(
        "--out", type=Path, metavar="FILE", help="what to write: .png, .svg, .pdf, .html, .csv or .json (lr_CONFIG.png)"
    )
    plot.add_argument("--every", type=int, default=1, metavar="N", help="in .csv and .json, every N-th iteration (1)")
    plot.add_argument("--log-scale", action="store_true", help="logarithmic axis for the rate")
    plot.add_argument(
        "--log", action="append", type=Path, default=[], metavar="FILE",
        help="a train.log whose rates are dots on the curve; may be repeated",
    )  # fmt: skip
    plot.add_argument("--show", action="store_true", help="open a window with the picture as well")


def _add_show(commands: Commands) -> None:
    show = _add(
        commands,
        "show",
        "a run as tables and a curve in the terminal",
        "Show the phases, rates and findings of a run, and its curve, on a server without a display.",
        _SHOW_EXAMPLES,
    )
    _add_configs(show)
    _add_run_arguments(show)
    _add_scaling(show)


def _add_check(commands: Commands) -> None:
    check = _add(
        commands,
        "check",
        "find what is suspicious in configs before training starts",
        "Say what training configs will do to the learning rate that their authors may not have meant.",
        _CHECK_EXAMPLES,
    )
    _add_configs(check)
    _add_run_arguments(check)
    check.add_argument("--format", choices=("text", "json", "github"), default="text", help="form of the output (text)")
    check.add_argument(
        "--fail-on",
        choices=("note", "warning", "error"),
        default="warning",
        help="least severity for exit code 1 (warning)",
    )
    check.add_argument(
        "--ignore", nargs="+", action="extend", default=[], metavar="CODE", help="leave these codes out, as LR303"
    )


def _add_diff(commands: Commands) -> None:
    diff = _add(
        commands,
        "diff",
        "how two configs differ",
        "Say which keys of two configs differ, and where and by how much their curves do.",
        _DIFF_EXAMPLES,
    )
    diff.add_argument("configs", nargs=2, metavar="CONFIG", help="training YAML")
    _add_run_arguments(diff)
    _add_axis(diff)
    diff.add_argument("--out", type=Path, metavar="FILE", help="a picture with the ratio below: .png, .svg or .pdf")
    diff.add_argument("--log-scale", action="store_true", help="logarithmic axis for the rate")


def _add_resume(commands: Commands) -> None:
    resume = _add(
        commands,
        "resume",
        "what happens when training goes on from a checkpoint",
        "Say what PaddleOCR will do to the learning rate when it resumes a checkpoint with a config.",
        _RESUME_EXAMPLES,
    )
    _add_configs(resume)
    resume.add_argument(
        "--checkpoint", metavar="PREFIX", help="as output/latest or output/latest.pdopt (Global.checkpoints)"
    )
    _add_run_arguments(resume)
    resume.add_argument("--format", choices=("text", "json"), default="text", help="form of the output (text)")
    resume.add_argument("--out", type=Path, metavar="FILE", help="a picture with the resume: .png, .svg or .pdf")
    resume.add_argument("--log-scale", action="store_true", help="logarithmic axis for the rate")


def _add_compare_log(commands: Commands) -> None:
    compare = _add(
        commands,
        "compare-log",
        "does a training log follow its config",
        "Say whether the rates in PaddleOCR's train.log are those of the config, from where on not, and what would"
        " explain it.",
        _COMPARE_LOG_EXAMPLES,
    )
    compare.set_defaults(command="compare_log")
    compare.add_argument("logs", nargs="+", type=Path, metavar="LOG", help="train.log, also .gz; each is compared")
    compare.add_argument("-c", "--config", required=True, metavar="CONFIG", help="PaddleOCR training YAML of the run")
    _add_run_arguments(compare)
    compare.add_argument("--format", choices=("text", "json"), default="text", help="form of the output (text)")
    compare.add_argument(
        "--follow", action="store_true", help="draw in the terminal while the log grows, until the run is over"
    )


def _add_explain(commands: Commands) -> None:
    explain = _add(
        commands, "explain", "what a finding code means", "What a finding code means, why, and where it is from."
    )
    explain.add_argument("codes", nargs="*", metavar="CODE", help="as LR401; without one, all codes are listed")


def _add_schema(commands: Commands) -> None:
    schema = _add(
        commands,
        "schema",
        "the JSON Schema of a training config, for editors",
        "Print the JSON Schema of the part of a training config that is read here.",
        _SCHEMA_EXAMPLES,
    )
    schema.add_argument("--section", action="store_true", help="of the lr section alone")


def _add_configs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("configs", nargs="*", metavar="CONFIG", help="training YAML, as -c")
    parser.add_argument(
        "-c", "--config", nargs="+", action="extend", default=[], metavar="CONFIG", dest="more_configs",
        help="PaddleOCR training YAML; several at once where that makes sense",
    )  # fmt: skip


def _add_run_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o", "--opt", nargs="+", action="extend", default=[], metavar="KEY=VALUE", dest="overrides",
        help="set a key of the config, as Optimizer.lr.learning_rate=1e-3",
    )  # fmt: skip
    parser.add_argument("--epochs", type=int, metavar="N", help="length of the run instead of Global.epoch_num")
    parser.add_argument(
        "--iters-per-epoch", type=int, metavar="N", help="iterations in an epoch, len(train_dataloader)"
    )
    parser.add_argument("--num-samples", type=int, metavar="N", help="training samples; the batch is the config's")
    parser.add_argument("--gpus", type=int, default=1, metavar="G", help="cards that share the samples (1)")
    parser.add_argument("--batch-size", type=int, metavar="B", help="batch of one card instead of the config's")
    parser.add_argument("--accumulate", type=int, default=1, metavar="A", help="batches for one optimizer update (1)")
    parser.add_argument(
        "--windows", action="store_true", help="the short epochs of PaddleOCR's trainer on Windows: one iteration less"
    )
    parser.add_argument(
        "--trainer",
        choices=("ppocr-lr", "paddleocr"),
        default="ppocr-lr",
        help="whose builder trains; paddleocr ignores the keys that only this project has (ppocr-lr)",
    )


def _add_scaling(parser: argparse.ArgumentParser) -> None:
    reference = parser.add_mutually_exclusive_group()
    reference.add_argument(
        "--reference-gpus",
        type=int,
        metavar="R",
        help="cards that the config's rate is meant for; shows the scaled rate",
    )
    reference.add_argument("--reference-batch", type=int, metavar="B", help="the same, as samples of one update")
    parser.add_argument(
        "--scaling", choices=("linear", "sqrt", "none"), default="linear", help="rule for that (linear)"
    )


def _add_axis(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--x", choices=("iters", "epochs", "progress"), default="epochs", help="the horizontal axis (epochs)"
    )
