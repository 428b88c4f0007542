"""The flags that say how a run is planned and scaled, and what they make."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from pathlib import Path

from ppocr_lr.cli.options import add_import, as_count
from ppocr_lr.curve.axis import AXES
from ppocr_lr.language import tr
from ppocr_lr.numbers_text import times_text
from ppocr_lr.training_config.plan import PlannedRun, plan_run
from ppocr_lr.training_config.run_flags import TRAINERS, RunFlags
from ppocr_lr.training_config.scaling import override_line, scaling_factor


def add_run(parser: argparse.ArgumentParser) -> None:
    """What a run is planned with, besides its config."""
    parser.add_argument(
        "-o", "--opt", nargs="+", action="append", default=[], metavar="KEY=VALUE", dest="overrides",
        help="set keys of the config, such as Optimizer.lr.learning_rate=1e-3; the last -o counts, as in PaddleOCR",
    )  # fmt: skip
    add_import(parser)
    parser.add_argument("--epochs", type=as_count, metavar="N", help="length of the run, instead of Global.epoch_num")
    parser.add_argument(
        "--iters-per-epoch", type=as_count, metavar="N", help="iterations per epoch, len(train_dataloader)"
    )
    parser.add_argument(
        "--num-samples",
        type=as_count,
        metavar="N",
        help="number of training samples, from which the length of an epoch is computed",
    )
    parser.add_argument("--gpus", type=_cards, default=1, metavar="G", help="number of cards (1)")
    parser.add_argument(
        "--batch-size", type=as_count, metavar="B", help="batch size of one card, instead of the config's"
    )
    parser.add_argument("--accumulate", type=as_count, default=1, metavar="A", help="batches per optimizer update (1)")
    parser.add_argument(
        "--windows", action="store_true", help="PaddleOCR's trainer on Windows: one iteration less in each epoch"
    )
    parser.add_argument(
        "--trainer", choices=TRAINERS,
        help=f"whose builder trains the run; with paddleocr, this project's own keys are ignored ({TRAINERS[0]})",
    )  # fmt: skip


def _cards(text: str) -> int:
    """How many cards; Paddle's launcher takes their own numbers under the same name."""
    if re.fullmatch(r"\d+(,\d+)+", text):
        count = text.count(",") + 1
        raise argparse.ArgumentTypeError(f"are the cards' own numbers; say how many there are: --gpus {count}")
    return as_count(text)


def run_flags(arguments: argparse.Namespace) -> RunFlags:
    """What the flags of `add_run` and `add_scaling` say; they are called as the fields are."""
    return RunFlags(**{name: value for name, value in vars(arguments).items() if name in RunFlags._fields})


def add_metrics(parser: argparse.ArgumentParser) -> None:
    """What decides the rates of a schedule without a curve of its own."""
    parser.add_argument(
        "--metrics", type=Path, metavar="FILE",
        help="simulate a ReduceOnPlateau with these metrics: a column of numbers, or a train.log with its evaluations",
    )  # fmt: skip


def plan(config: str, overrides: Iterable[str], flags: RunFlags, metrics: Path | None) -> PlannedRun:
    """A run as its config plans it, or as these metrics would have it."""
    if metrics is None:
        return plan_run(config, overrides, flags)
    from ppocr_lr.logs.simulated import plan_simulated_run

    return plan_simulated_run(config, metrics, overrides, flags)


def add_reference(parser: argparse.ArgumentParser) -> None:
    """The batch that a config's rate is meant for."""
    reference = parser.add_mutually_exclusive_group()
    reference.add_argument(
        "--reference-gpus", type=as_count, metavar="R",
        help="number of cards that the config's rate is meant for",
    )  # fmt: skip
    reference.add_argument(
        "--reference-batch", type=as_count, metavar="B", help="the same, given as samples per update"
    )


def add_scaling(parser: argparse.ArgumentParser) -> None:
    """The same, with the rule that scales it."""
    add_reference(parser)
    parser.add_argument(
        "--scaling",
        choices=("linear", "sqrt", "none"),
        default="linear",
        help="how rates follow the batch size (linear)",
    )


def scaling_lines(planned: PlannedRun) -> list[str]:
    """The rates for this batch, if those of the config are meant for another; nothing is scaled by itself."""
    reference = planned.reference_batch
    if reference is None:
        return []
    line = override_line(planned.section, planned.scaled.section) if planned.scaled else ""
    return [scaling_text(planned, reference), line or tr("nothing changes")]


def scaling_text(planned: PlannedRun, reference: int) -> str:
    """What the rule does to the rates that are meant for batches of `reference`."""
    rule = planned.flags.scaling
    return tr(
        "{batch} samples per update against {reference}: {rule} rule, rates {times}",
        batch=planned.batch,
        reference=reference,
        rule=tr(rule),
        times=times_text(scaling_factor(planned.batch, reference, rule), tr("those written"), 6),
    )


def add_axis(parser: argparse.ArgumentParser) -> None:
    """The horizontal axis of a picture."""
    parser.add_argument(
        "--axis", choices=AXES, default="epochs", help="what the curves are drawn or compared along (epochs)"
    )
    parser.add_argument("--x", choices=AXES, dest="axis", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
