"""The `ppocr-lr` command."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path, PurePath

from ppocr_lr.errors import LRConfigError

_PLOT_EXAMPLES = """\
examples:
  ppocr-lr plot                                      the default config: warmup, then a cosine
  ppocr-lr plot -c det.yml --num-samples 1000        a PaddleOCR training YAML, 1000 samples on one card
  ppocr-lr plot -c rec.yml --iters-per-epoch 500 -o Optimizer.lr.warmup_epoch=5 Global.epoch_num=100
  ppocr-lr plot -c a.yml b.yml --out both.svg        two configs in one picture
"""


def main(*command: str) -> None:
    """The console command: runs `sys.argv`, after the words of `command`, and exits."""
    # The process is short. Collecting garbage while modules load, looking for pydantic's plugins and taking
    # matplotlib apart at the end would be a quarter of it.
    gc.disable()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    status = run([*command, *sys.argv[1:]])
    os._exit(status)


def run(argv: Sequence[str]) -> int:
    """Run one command; 0 when all went well, 2 for input that cannot be used (said on stderr)."""
    parser = _parser()
    try:
        arguments = parser.parse_args(argv)
    except SystemExit as stop:
        sys.stdout.flush()  # the help text
        return int(stop.code or 0)
    try:
        status = int(arguments.command(arguments))
        sys.stdout.flush()
        return status
    except (LRConfigError, ImportError) as error:
        for line in str(error).splitlines():
            print(f"error: {line}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 0  # the reader of a pipe left; nobody is there to be told
    except OSError as error:
        print(f"error: standard output cannot be written: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


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
    return parser


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


def _plot(arguments: argparse.Namespace) -> int:
    from ppocr_lr.summary import text_lines
    from ppocr_lr.training_config import DEFAULT_CONFIG, RunFlags, plan_run

    configs = [*arguments.configs, *arguments.more_configs] or [DEFAULT_CONFIG]
    flags = RunFlags(arguments.epochs, arguments.iters_per_epoch, arguments.num_samples, arguments.gpus)
    out = arguments.out or Path(f"lr_{PurePath(configs[0]).stem}.png")

    from ppocr_lr.plotting.output import picture_format

    picture_format(out)  # a wrong path is told before anything is drawn
    runs = [plan_run(config, arguments.overrides, flags) for config in configs]
    for planned in runs:
        for line in text_lines(planned):
            print(line)
        for remark in planned.parsed.remarks:
            print(f"warning: {planned.source}: {remark}", file=sys.stderr)

    from ppocr_lr.plotting.figure import draw, save

    save(draw(runs, arguments.log_scale), out)
    print(f"picture: {out}")
    if arguments.show:
        from ppocr_lr.plotting.window import show

        show(runs, arguments.log_scale)
    return 0
