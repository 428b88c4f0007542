"""The arguments of `tools/train_digits.py`."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from ppocr_lr.bounds import MAX_COUNT
from ppocr_lr.cli.options import flag, print_error
from ppocr_lr.errors import LRConfigError, MissingExtraError, arguments_called
from ppocr_lr.training_config.overrides import last_given

_CONFIG = Path(__file__).with_name("config.yml")

_EXAMPLES = """\
examples:
  python tools/train_digits.py
      the default config, into output/digits
  python tools/train_digits.py -c configs/cosine.yml -o Optimizer.lr.warmup_epoch=5 --output output/warmup5
  python tools/train_digits.py --resume
      continue from the last checkpoint
  python -m paddle.distributed.launch --nproc_per_node 2 --backend gloo tools/train_digits.py --output output/two
  python tools/train_digits.py --find-lr --out range.png
      which rate suits this network?
  python tools/train_digits.py --compare --seeds 5 --out digits.png

exit code: 0 on success, 1 if the loss became NaN or infinite, 2 for unusable input.
"""


def run(argv: Sequence[str]) -> int:
    """Do what the arguments say and return the exit code."""
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    try:
        with arguments_called(flag):
            return _command(arguments)
    except FloatingPointError as error:
        print_error(error)
        return 1
    except (LRConfigError, MissingExtraError, OSError) as error:
        print_error(error)
        return 2
    except KeyboardInterrupt:
        aside = arguments.find_lr or arguments.compare
        print("interrupted" if aside else "interrupted; --resume continues from the last checkpoint", file=sys.stderr)
        return 130


def _command(arguments: argparse.Namespace) -> int:
    # Imported here, since Paddle takes two seconds and --help needs none of it. What it warns of helps nobody here.
    warnings.filterwarnings("ignore", message="No ccache found")
    arguments.configs = arguments.configs or [_CONFIG]
    arguments.overrides, lost = last_given(arguments.overrides)
    if lost:
        print(f"warning: {lost}", file=sys.stderr)
    if len(arguments.configs) > 1 and not arguments.compare:
        raise LRConfigError(f"-c: a run has one config, received {len(arguments.configs)}; --compare takes several")
    if arguments.compare:
        from digits.compare import compare

        return compare(arguments)
    if arguments.find_lr:
        from digits.find_lr import find_lr

        return find_lr(arguments)
    from digits.session import train

    return train(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="train_digits.py",
        description="Train a small convolutional network on the handwritten digits of scikit-learn,\n"
        "in a loop like PaddleOCR's, with PaddleOCR's log and checkpoint formats and a\nschedule of ppocr_lr.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "-c", "--config", nargs="+", action="extend", default=[], metavar="CONFIG", dest="configs",
        help="training YAML (default: the tool's own); --compare takes several",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--opt", nargs="+", action="append", default=[], metavar="KEY=VALUE", dest="overrides",
        help="set keys of the config, such as Optimizer.lr.learning_rate=1e-3; the last -o counts, as in PaddleOCR",
    )  # fmt: skip
    parser.add_argument("--epochs", type=_positive, metavar="N", help="length of the run instead of Global.epoch_num")
    parser.add_argument(
        "--batch-size", type=_positive, metavar="B", help="batch size of one card instead of the config's"
    )
    parser.add_argument("--momentum", type=float, metavar="M", help="instead of Optimizer.momentum (0.9)")
    parser.add_argument(
        "--seed", type=_seed, metavar="N", help="for the initial weights and the order of the samples (0)"
    )
    folder = parser.add_argument_group("folder of the run")
    folder.add_argument(
        "--output", type=Path, default=Path("output/digits"), metavar="DIR", help="log and checkpoints (output/digits)"
    )
    start = folder.add_mutually_exclusive_group()
    start.add_argument(
        "--resume", action="store_true", help="continue from the last checkpoint, or start if there is none"
    )
    start.add_argument(
        "--overwrite", action="store_true", help="start again and replace the checkpoints of another run"
    )
    folder.add_argument(
        "--save-every",
        type=_positive,
        metavar="N",
        help="write a checkpoint every N updates as well as after each epoch",
    )
    folder.add_argument(
        "--print-every",
        type=_positive,
        metavar="N",
        help="write a log line every N updates, instead of Global.print_batch_step",
    )
    folder.add_argument(
        "--rates",
        type=Path,
        metavar="FILE",
        help="append `update rate loss` of every update to FILE, in full precision",
    )
    other = parser.add_argument_group("instead of one run")
    what = other.add_mutually_exclusive_group()
    what.add_argument("--find-lr", action="store_true", help="run a learning-rate range test and train nothing")
    what.add_argument(
        "--compare", action="store_true", help="compare several schedules with several seeds: accuracies and a picture"
    )
    other.add_argument("--seeds", type=_positive, default=5, metavar="N", help="seeds of --compare (5)")
    other.add_argument("--out", type=Path, metavar="FILE", help="picture of --find-lr or --compare: .png, .svg or .pdf")
    return parser


def _positive(text: str) -> int:
    return _at_least(1, text)


def _seed(text: str) -> int:
    return _at_least(0, text)


def _at_least(least: int, text: str) -> int:
    try:
        if least <= (number := int(text)) <= MAX_COUNT:
            return number
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not an integer from {least} to 2^53")
