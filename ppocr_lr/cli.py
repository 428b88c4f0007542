"""The `ppocr-lr` command."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from ppocr_lr.errors import LRConfigError

if TYPE_CHECKING:
    from ppocr_lr.training_config import RunFlags

_PLOT_EXAMPLES = """\
examples:
  ppocr-lr plot                                      the default config: warmup, then a cosine
  ppocr-lr plot -c det.yml --num-samples 1000        a PaddleOCR training YAML, 1000 samples on one card
  ppocr-lr plot -c rec.yml --iters-per-epoch 500 -o Optimizer.lr.warmup_epoch=5 Global.epoch_num=100
  ppocr-lr plot -c a.yml b.yml --out both.svg        two configs in one picture
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
    _ready_for_any_text()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    status = run([*command, *sys.argv[1:]])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        pass
    except OSError as error:
        _print_error(error)
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
    try:
        arguments = parser.parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    try:
        return int(arguments.command(arguments))
    except (LRConfigError, ImportError) as error:
        _print_error(error)
        return 2
    except BrokenPipeError:
        return 0  # the reader of a pipe left; nobody is there to be told
    except OSError as error:
        _print_error(error)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def _print_error(error: Exception) -> None:
    for line in str(error).splitlines():
        print(f"error: {line}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ppocr-lr", description="Learning-rate schedules of PaddleOCR configs, before training starts."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    plot = commands.add_parser(
        "plot",
        help="draw the learning rate of one or several configs",
        description="Draw the learning rate of one or several training configs, and print it in a few numbers.",
        epilog=_PLOT_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    plot.set_defaults(command=_plot)
    _add_run_arguments(plot)
    plot.add_argument("--out", type=Path, metavar="FILE", help="the picture: .png, .svg or .pdf (lr_CONFIG.png)")
    plot.add_argument("--log-scale", action="store_true", help="logarithmic axis for the rate")
    plot.add_argument("--show", action="store_true", help="open a window with the picture as well")
    _add_check(commands)
    return parser


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    check = commands.add_parser(
        "check",
        help="find what is suspicious in configs before training starts",
        description="Say what training configs will do to the learning rate that their authors may not have meant.",
        epilog=_CHECK_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.set_defaults(command=_check)
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
    explain = commands.add_parser(
        "explain", help="what a finding code means", description="What a finding code means, why, and where it is from."
    )
    explain.set_defaults(command=_explain)
    explain.add_argument("codes", nargs="*", metavar="CODE", help="as LR401; without one, all codes are listed")


def _add_run_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("configs", nargs="*", metavar="CONFIG", help="training YAML, as -c")
    parser.add_argument(
        "-c", "--config", nargs="+", action="extend", default=[], metavar="CONFIG", dest="more_configs",
        help="PaddleOCR training YAML; several give one picture",
    )  # fmt: skip
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


def _flags(arguments: argparse.Namespace) -> RunFlags:
    from ppocr_lr.training_config import RunFlags

    return RunFlags(arguments.epochs, arguments.iters_per_epoch, arguments.num_samples, arguments.gpus)


def _plot(arguments: argparse.Namespace) -> int:
    from ppocr_lr.summary import text_lines
    from ppocr_lr.training_config import DEFAULT_CONFIG, plan_run

    configs = [*arguments.configs, *arguments.more_configs] or [DEFAULT_CONFIG]
    flags = _flags(arguments)
    out = arguments.out or Path(f"lr_{PurePath(configs[0]).stem}.png")

    from ppocr_lr.output import picture_format

    picture_format(out)  # a wrong path is told before anything is drawn
    runs = [plan_run(config, arguments.overrides, flags) for config in configs]
    if not arguments.show:
        os.environ["MPLBACKEND"] = "agg"  # matplotlib looks at it on import, and a wrong one is no matter here
    from ppocr_lr.plotting.figure import draw, save

    # The picture first: a reader of the text who leaves must not lose it.
    save(draw(runs, arguments.log_scale), out)
    for planned in runs:
        for line in text_lines(planned):
            print(line)
        for remark in planned.parsed.remarks:
            print(f"warning: {planned.source}: {remark}", file=sys.stderr)
    print(f"picture: {out}")
    if arguments.show:
        from ppocr_lr.plotting.window import show

        show(runs, arguments.log_scale)
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from ppocr_lr.preflight.catalogue import Severity
    from ppocr_lr.preflight.check import check_file
    from ppocr_lr.preflight.files import config_files
    from ppocr_lr.preflight.render import render

    given = [*arguments.configs, *arguments.more_configs]
    if not given:
        raise LRConfigError("check: name at least one config or folder")
    flags = _flags(arguments)
    reports, unusable = [], False
    for path in config_files(given):
        try:
            reports.append(check_file(path, arguments.overrides, flags, arguments.ignore))
        except LRConfigError as error:
            unusable = True
            _print_error(error)
    for line in render(reports, arguments.format, colour=sys.stdout.isatty() and not os.environ.get("NO_COLOR")):
        print(line)
    if unusable or any(report.planned is None for report in reports):
        return 2
    least = Severity[arguments.fail_on.upper()]
    return int(any(finding.severity >= least for report in reports for finding in report.findings))


def _explain(arguments: argparse.Namespace) -> int:
    from ppocr_lr.errors import did_you_mean
    from ppocr_lr.preflight.catalogue import CODES
    from ppocr_lr.preflight.render import explanation

    if not arguments.codes:
        for code, entry in CODES.items():
            print(f"{code}  {entry.severity!s:8} {entry.title}")
    for index, code in enumerate(arguments.codes):
        if code.upper() not in CODES:
            raise LRConfigError(f"explain {code}: there is no such code{did_you_mean(code, list(CODES))}")
        if index:
            print()
        for line in explanation(code.upper()):
            print(line)
    return 0
