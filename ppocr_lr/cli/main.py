"""The `ppocr-lr` command: its process, and where each command is."""

from __future__ import annotations

import argparse
import gc
import os
import shlex
import signal
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, redirect_stderr, redirect_stdout, suppress
from importlib import import_module

from ppocr_lr import __version__
from ppocr_lr.cli.options import Parser, flag, import_modules, look_at_files, print_error
from ppocr_lr.errors import LRConfigError, MissingExtraError, arguments_called, printable
from ppocr_lr.language import labelled, speaking, tr
from ppocr_lr.lr_config.registry import faults_told

COMMANDS = (
    "plot", "show", "explore", "check", "scale", "diff", "find-rate", "train", "resume", "compare-log", "explain",
    "schema",
)  # fmt: skip
"""In the order of the help; each is a file of this folder."""
_WITH_A_VALUE = ("--import", "--lang")  # flags of `train`
_OF_A_SCRIPT = ("-c", "--config", "-o", "--opt")  # flags of PaddleOCR's trainer, so that its script should come first


def main(*command: str) -> None:
    """The console command: runs `sys.argv`, after the words of `command`, and exits."""
    words = [*command, *sys.argv[1:]]
    if words[:1] != ["train"]:  # in that process a script of the user's runs as it would without us
        _make_process_ours()
    _ready_for_any_text()
    status = run(words)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError as error:
            # Python would flush once more at its end, and complain.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            # The reader of a pipe left, so nobody is there to read it; of stderr the exit code tells.
            if stream is sys.stdout and not isinstance(error, BrokenPipeError):
                print_error(error)
                status = 2
    sys.exit(status)


def _make_process_ours() -> None:
    gc.set_threshold(100_000)  # a fifth of the time of checking a folder goes into looking for cycles otherwise
    # By default these end the process at once, and would leave a half-written file or a training of find-rate behind.
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number and signal.getsignal(number) == signal.SIG_DFL:  # nohup ignores it
            signal.signal(number, lambda number, frame: sys.exit(128 + number))
    # A shell starts a background job with SIGINT ignored; `--follow` ends by nothing else.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    warnings.formatwarning = lambda message, *_: f"warning: {message}\n"  # for people, not for whoever wrote the line


def _ready_for_any_text() -> None:
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the shell
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115  # for the rest of the process
        # A terminal that knows no × shows a question mark.
        getattr(sys, name).reconfigure(errors="replace")


def run(argv: Sequence[str]) -> int:
    """Run one command; 0 when all went well, 2 for input that cannot be used (said on stderr)."""
    try:
        argv, command = _split(_as_flags(argv))
        parser = _parser(argv)
        if "_ARGCOMPLETE" in os.environ:  # set by the shell while it completes a line
            with suppress(ModuleNotFoundError):
                import argcomplete

                argcomplete.autocomplete(parser)
        if not argv:
            parser.print_help(sys.stderr)
            return 2
        if {"--verbose"} < {*argv} <= {"-V", "--version", "--verbose"}:
            return _tell_versions()
        if argv[0] not in parser.flags and (meant := _without_command(argv)):
            parser.error(meant)
        with arguments_called(flag):
            arguments = parser.parse_args(argv, argparse.Namespace(command=command))
            import_modules(getattr(arguments, "imports", ()))
            with _silence() if arguments.quiet else nullcontext(), speaking(_language(arguments)), faults_told():
                _take_last_overrides(arguments)
                look_at_files(arguments)
                status = int(arguments.run(arguments))
    except SystemExit as stop:  # of argparse, which has said why, or of a signal
        return int(stop.code or 0)
    except BrokenPipeError:
        return 0  # the reader of a pipe left; nobody is there to read it
    except (LRConfigError, MissingExtraError, OSError, Warning) as error:  # a warning, where Python shall raise it
        print_error(error)
        return 2
    except KeyboardInterrupt as stop:
        print(printable(str(stop) or "interrupted"), file=sys.stderr)
        return 130
    if status or "start" not in arguments:
        return status
    with speaking(_language(arguments)):
        return int(arguments.start(arguments))  # what it starts is not ours, and may raise what it likes


def _as_flags(argv: Sequence[str]) -> Sequence[str]:
    """The words, with flags for what is a command elsewhere: `help plot`, `version`."""
    match argv:
        case ["help", *rest]:
            return [*rest[:1], "--help"]
        case ["version", *rest]:
            return ["--version", *rest]
    return argv


def _without_command(argv: Sequence[str]) -> str:
    """What to write instead of words that begin with no command; empty where they do, or where nobody knows."""
    first = argv[0]
    if first in COMMANDS:
        return ""
    if first.startswith("-") and (command := next((word for word in argv if word in COMMANDS), None)):
        return f"name the command first: ppocr-lr {shlex.join([command, *(word for word in argv if word != command)])}"
    if script := next((word for word in argv if word.endswith(".py")), None):
        return f"name a command first; to train with {script}: ppocr-lr train {shlex.join(argv)}"
    if any(word.endswith((".yml", ".yaml")) for word in (argv if first.startswith("-") else [first])):
        return f"name a command first, as in ppocr-lr show {shlex.join(argv)}"
    return ""


def _language(arguments: argparse.Namespace) -> str:
    """The language of a command that has a catalogue, where people read what it prints."""
    return arguments.lang if "lang" in arguments and getattr(arguments, "format", "text") == "text" else "en"


def _take_last_overrides(arguments: argparse.Namespace) -> None:
    if "overrides" in arguments:
        from ppocr_lr.training_config.overrides import last_given  # not for commands that read no config

        arguments.overrides, lost = last_given(arguments.overrides)
        if lost:
            print(labelled(tr("warning"), lost), file=sys.stderr)


@contextmanager
def _silence() -> Iterator[None]:
    """Results, notes and warnings go nowhere; what is raised is reported outside."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        yield


def _tell_versions() -> int:
    from ppocr_lr.cli.versions import versions

    print(*versions(), sep="\n")
    return 0


def _split(argv: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Our words, and the user's after `train` and its flags, which no parser of ours reads."""
    if argv[:1] != ["train"]:
        return argv, ()
    end = 1
    while end < len(argv) and argv[end].startswith("-") and argv[end] not in _OF_A_SCRIPT:
        end += 1 + (argv[end] in _WITH_A_VALUE)
    return argv[:end], argv[end:]


def _parser(argv: Sequence[str]) -> Parser:
    parser = Parser(
        prog="ppocr-lr",
        description="Draw, check and train with the learning-rate schedules of PaddleOCR configs.",
        epilog="ppocr-lr COMMAND --help lists the options of a command, with examples.",
    )
    parser.add_argument("-V", "--version", action="version", version=f"ppocr-lr {__version__}")
    parser.add_argument(
        "--verbose", action="store_true", help="with --version: also the versions of Python and the packages"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    # Only the file of the command at hand: together they take as long to import as a check does.
    for name in [argv[0]] if argv and argv[0] in COMMANDS else COMMANDS:
        import_module(f"ppocr_lr.cli.{name.replace('-', '_')}").add(commands)
    return parser
