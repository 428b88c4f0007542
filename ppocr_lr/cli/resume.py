"""`ppocr-lr resume`: what happens when training continues from a checkpoint."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

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
from ppocr_lr.cli.run_options import add_run, run_flags
from ppocr_lr.errors import MissingError, Place, printable
from ppocr_lr.finding import Finding, Severity
from ppocr_lr.language import labelled, tr
from ppocr_lr.output import PICTURES, output_kind
from ppocr_lr.resume.checkpoint import Checkpoint, read_checkpoint
from ppocr_lr.resume.forecast import Resume
from ppocr_lr.resume.remarks import remarks
from ppocr_lr.resume.report import as_dict, text_lines
from ppocr_lr.training_config.epoch_length import UnknownEpochLengthError
from ppocr_lr.training_config.overrides import with_overrides
from ppocr_lr.training_config.plan import PlannedRun, plan_run, read_training_config
from ppocr_lr.training_config.sections import resumed_from

_LOG = "train.log"  # where PaddleOCR writes it

EXAMPLES = """\
examples:
  ppocr-lr resume -c c.yml --checkpoint output/latest --num-samples 10000
  ppocr-lr resume -c c.yml --iters-per-epoch 500
      the checkpoint that Global.checkpoints of the config names
  ppocr-lr resume -c c.yml --checkpoint output/latest.pdopt -o Global.epoch_num=200 --out resume.png
      with more epochs, as a picture too

exit code: 0 if everything continues as before; 1 if PaddleOCR will stop, the
rate will jump by more than 5 %, or epochs and schedule do not match; 2 if the
input cannot be used.
"""


def add(commands: Commands) -> None:
    """The command and its flags."""
    parser = add_command(
        commands,
        "resume",
        run,
        "find out what a resume does to the rate",
        "Find out what happens to the learning rate when PaddleOCR resumes from a checkpoint with a config. Nothing in "
        "the checkpoint is run.",
        EXAMPLES,
    )
    add_configs(parser, "a PaddleOCR training YAML")
    parser.add_argument(
        "--checkpoint",
        metavar="PREFIX",
        help="such as output/latest, or one of its files (the config's Global.checkpoints)",
    )
    add_run(parser)
    add_format(parser)
    add_language(parser)
    add_picture(parser, "a picture of the resume")


def run(arguments: argparse.Namespace) -> int:
    """Read the checkpoint, draw if asked to, print the forecast."""
    (config,) = configs_of(arguments, 1)
    if arguments.out:
        output_kind(arguments.out, PICTURES)
    planned, beside = _planned(config, arguments)
    result = Resume(planned, _checkpoint(arguments, planned.config, planned.source))
    beside += _log_beside(result.checkpoint)
    if arguments.out:
        _draw(result, arguments)
    if arguments.format == "json":
        print_json([as_dict(result, beside)])
    else:
        print(*text_lines(result, beside), sep="\n")
        if arguments.out:
            print(printable(labelled(tr("picture"), arguments.out)))
    return int(any(remark.severity > Severity.NOTE for remark in remarks(result)))


def _planned(path: str, arguments: argparse.Namespace) -> tuple[PlannedRun, list[Finding]]:
    """The plan; if nothing else says how long an epoch is, the log beside the checkpoint does, and a note tells so."""
    flags = run_flags(arguments)
    try:
        return plan_run(path, arguments.overrides, flags), []
    except UnknownEpochLengthError:
        config = with_overrides(read_training_config(path), arguments.overrides)
        log = _checkpoint(arguments, config, str(path)).run_folder / _LOG
        if not log.is_file():
            raise
        from ppocr_lr.logs.beside_checkpoint import batches_in  # loads NumPy

        batches, windows = batches_in(log)
        if not batches:
            raise
    beside = tr("from {log} beside the checkpoint", log=_LOG)
    flags = flags._replace(iters_per_epoch=batches, iters_from=beside, windows=flags.windows or windows)
    planned = plan_run(path, arguments.overrides, flags)
    return planned, [Finding((), planned.length.arithmetic, severity=Severity.NOTE)]


def _checkpoint(arguments: argparse.Namespace, config: Mapping[str, Any], source: str) -> Checkpoint:
    key, named = resumed_from(config)
    prefix = arguments.checkpoint or named
    if prefix and isinstance(prefix, str):
        return read_checkpoint(prefix)
    problem = tr("there is no {key} to resume from", key=".".join(map(str, key)))
    if (config.get("Global") or {}).get("pretrained_model"):
        problem += tr("; Global.pretrained_model begins a new run, at update 0")
    raise MissingError(problem, "checkpoint", place=Place(source))


def _log_beside(checkpoint: Checkpoint) -> list[Finding]:
    path = checkpoint.run_folder / _LOG
    if not path.is_file():
        return []
    from ppocr_lr.logs.beside_checkpoint import count_remarks  # loads NumPy

    return count_remarks(checkpoint, path)


def _draw(result: Resume, arguments: argparse.Namespace) -> None:
    ready_to_draw()
    from ppocr_lr.plotting.figure import save
    from ppocr_lr.resume.picture import draw_resume

    save(draw_resume(result, log_scale=arguments.log_scale), arguments.out)
