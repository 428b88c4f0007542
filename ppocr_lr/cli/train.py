"""`ppocr-lr train`: PaddleOCR's own trainer with this project's schedules in it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from ppocr_lr.cli.options import Commands, add_command, add_import, add_language, print_error
from ppocr_lr.errors import LRConfigError
from ppocr_lr.language import labelled, tr
from ppocr_lr.trainer.command import is_first_process, read_command
from ppocr_lr.trainer.hook import check_trainer, replace_builder, save_nothing, write_log
from ppocr_lr.trainer.script import run_script
from ppocr_lr.trainer.session import Session

EXAMPLES = """\
examples:
  ppocr-lr train tools/train.py -c config.yml -o Global.epoch_num=10
  ppocr-lr train --import my_schedules.py tools/train.py -c config.yml
  python -m paddle.distributed.launch --gpus 0,1 $(which ppocr-lr) train tools/train.py -c config.yml

exit code: that of the script; if it is not started, 1 for an error in the
config, and 2 if the input cannot be used.
"""


def add(commands: Commands) -> None:
    """The command and its flags."""
    parser = add_command(
        commands,
        "train",
        run,
        "train in PaddleOCR's own trainer with these schedules",
        "Show the plan of a run and the findings about it, then run PaddleOCR's training script with this project's "
        "schedules. No file is changed. Everything after the script's name is passed to it.",
        EXAMPLES,
    )
    parser.usage = "ppocr-lr train [OPTIONS] SCRIPT …"
    add_import(parser)
    add_language(parser)
    parser.add_argument(
        "--no-check", action="store_true", help="train whatever the findings are, and show none of them"
    )
    parser.add_argument("--no-save", action="store_true", help=argparse.SUPPRESS)  # of find-rate, which keeps nothing
    parser.set_defaults(start=start)


def run(arguments: argparse.Namespace) -> int:
    """Plan the run; 1 if an error is found in it."""
    is_heard = is_first_process() and not arguments.quiet
    tell = _tell if is_heard else lambda lines: None
    arguments.session = session = Session(read_command(arguments.command), tell)
    if not arguments.no_check:
        check_trainer(session.command.script)
        if session.command.lost:
            tell([labelled(tr("warning"), session.command.lost)])
    return 0 if session.plan(check=not arguments.no_check) else 1


def start(arguments: argparse.Namespace) -> int:
    """Run the script, with this project's builder in PaddleOCR."""
    session: Session = arguments.session

    def build(lr_config: Mapping[str, Any], epochs: int, step_each_epoch: int) -> object:
        try:
            return session.build_lr_scheduler(lr_config, epochs, step_each_epoch)
        except LRConfigError as error:
            if is_first_process():
                print_error(error)
            sys.exit(2)

    replace_builder(build)
    write_log()
    if arguments.no_save:
        save_nothing()
    try:
        run_script(session.command.script, session.command.words)
    except SystemExit as stop:
        if not stop.code:
            _end(session)
        raise
    _end(session)
    return 0


def _end(session: Session) -> None:
    """Report how the training went. If that is not possible, the exit code stays the script's."""
    try:
        if is_first_process():
            session.end()
    except LRConfigError as error:
        session.tell([tr("the log cannot be compared with the plan: {error}", error=error)])


def _tell(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)
