"""The `ppocr-lr` command: its process, and where each command is."""

from __future__ import annotations

import logging
import os
import signal
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module

from ppocr_lr import __version__
from ppocr_lr.cli.options import Parser, import_modules, print_error
from ppocr_lr.errors import LRConfigError, MissingExtraError

COMMANDS = ("plot", "show", "check", "diff", "resume", "compare-log", "find-rate", "explain", "schema")
"""In the order of the help; each is a file of this folder."""


def main(*command: str) -> None:
    """The console command: runs `sys.argv`, after the words of `command`, and exits."""
    # By default SIGTERM ends the process at once and would leave a half-written file behind.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    # A shell starts a background job with SIGINT ignored; `--follow` ends by nothing else.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _ready_for_any_text()
    warnings.formatwarning = lambda message, *_: f"warning: {message}\n"  # for people, not for who wrote the line
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # which font stands in for which is no news
    status = run([*command, *sys.argv[1:]])
    try:
        sys.stdout.flush()
    except OSError as error:
        # Python would flush once more at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # the reader of a pipe left; nobody is there to read it
            print_error(error)
            status = 2
    sys.exit(status)


def _ready_for_any_text() -> None:
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the shell
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115  # for the rest of the process
        # A terminal that knows no × shows a question mark.
        getattr(sys, name).reconfigure(errors="replace")


def run(argv: Sequence[str]) -> int:
    """Run one command; 0 when all went well, 2 for input that cannot be used (said on stderr)."""
    parser = _parser(argv)
    if "_ARGCOMPLETE" in os.environ:  # set by the shell while it completes a line
        import argcomplete

        argcomplete.autocomplete(parser)
    try:
        arguments = parser.parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    try:
        import_modules(getattr(arguments, "imports", ()))
        return int(arguments.run(arguments))
    except BrokenPipeError:
        return 0  # the reader of a pipe left; nobody is there to read it
    except (LRConfigError, MissingExtraError, OSError) as error:
        print_error(error)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def _parser(argv: Sequence[str]) -> Parser:
    parser = Parser(
        prog="ppocr-lr",
        description="Learning-rate schedules of PaddleOCR configs, before training starts.",
        epilog="ppocr-lr COMMAND --help has examples of each.",
    )
    parser.add_argument("--version", action="version", version=f"ppocr-lr {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    # Only the file of the command at hand: together they take as long to import as a check does.
    for name in [argv[0]] if argv and argv[0] in COMMANDS else COMMANDS:
        import_module(f"ppocr_lr.cli.{name.replace('-', '_')}").add(commands)
    return parser
