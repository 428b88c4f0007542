"""What the commands share: their flags, and how errors and results are shown."""

from __future__ import annotations

import argparse
import errno
import json
import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from textwrap import fill
from typing import Any, NoReturn, TypeAlias

from ppocr_lr.bounds import positive_integer
from ppocr_lr.errors import ADDRESS, ArgumentError, LRConfigError, did_you_mean, nearest, printable, reason
from ppocr_lr.language import LANGUAGES, of_locale, tr
from ppocr_lr.lr_config.values import DASHES, QUOTES, UNSEEN
from ppocr_lr.output import JSON_VERSION

# Arguments of the library whose flag is not simply their name.
_FLAGS = {"overrides": "-o", "names": "--label", "start_lr": "--from", "end_lr": "--to"}

NARROWEST = 40
"""Columns of the help and of a curve; a narrower terminal wraps the lines, as rich would leave text out."""


_OWN_WORDS = ("--title", "--label")  # what follows them is not to be read, only to be shown


def _as_typed(word: str) -> str:
    """A word of a command, before an editor made a dash of its hyphens and curly quotes of the straight ones."""
    if os.path.lexists(word):
        return word
    # The blanks of a web page, and those that nobody sees.
    plain = "".join(" " if each.isspace() or each in UNSEEN else each for each in word).strip()
    rest = plain.lstrip(DASHES)
    if rest and (dashes := plain[: -len(rest)]):
        if dashes.strip("-"):
            return f"-{rest}" if len(rest) == 1 else f"--{rest}"
        return plain
    return "=".join(part.strip(QUOTES) for part in word.split("="))


def _refuse_changed(words: Sequence[str], refuse: Callable[[str], object]) -> None:
    """Name the first word that a web page, a chat or the shell has changed on its way here, or that is empty."""
    own = False
    for word in words:
        if word.startswith("-"):
            own = word.partition("=")[0] in _OWN_WORDS
        if own:
            continue
        if not word.strip():
            refuse(f"{word!r} is blank; is a variable unset, or does a space follow the \\ at the end of a line?")
        if word.startswith("#") and not os.path.lexists(word):
            refuse(f"{word}: a comment begins here, which your shell has passed on; leave it out")  # zsh does
        if word.startswith("--") and word.endswith("="):
            refuse(f"{word}: nothing follows the =; is a variable unset?")
        if (typed := _as_typed(word)) != word:
            refuse(f"{word}: a web page, a chat or the shell has changed what was typed; write {typed}")


class Parser(argparse.ArgumentParser):
    """Takes flags by their whole name, and suggests the nearest for one that does not exist."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter)
        self.register("action", None, _TakeOne)  # argparse's own takes the last value and says nothing

    @property
    def flags(self) -> list[str]:
        """With their dashes."""
        return list(self._option_string_actions)

    def format_help(self) -> str:
        """As argparse; coloured where rich-argparse is installed (extra `terminal`)."""
        try:
            from rich_argparse import RawDescriptionRichHelpFormatter
        except ModuleNotFoundError:
            pass
        else:
            from rich.console import Console

            RawDescriptionRichHelpFormatter.group_name_formatter = str.capitalize  # not "Appearance Of The Picture"
            console = Console()
            console.width = max(console.width, NARROWEST)
            self.formatter_class = partial(RawDescriptionRichHelpFormatter, console=console, width=console.width - 2)
        return super().format_help()

    # The arguments that no command takes come back here from the parser of every command.
    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse, with a suggestion for an unknown flag and for what was changed on its way here."""
        _refuse_changed(args, self.error)
        arguments, unknown = self.parse_known_args(args, namespace)
        several = next((each for each in arguments.parser._get_positional_actions() if each.nargs in ("*", "+")), None)
        if several and not any(word.startswith("-") and word != "-" for word in unknown):
            # argparse takes the words before the first flag, or those after it, and leaves the others.
            setattr(arguments, several.dest, [*getattr(arguments, several.dest), *map(several.type or str, unknown)])
            unknown = []
        if unknown:
            given = unknown[0].split("=")[0]
            flags = arguments.parser.flags
            meant = [flag for flag in dict.fromkeys(flags) if flag.startswith(given) and given.strip("-")]
            # All begin with dashes, which does not make them alike.
            names = [flag.removeprefix("--") for flag in flags if flag.startswith("--")]
            meant = meant or [f"--{name}" for name in nearest(given.lstrip("-"), names)]
            suggestion = f"; did you mean {' or '.join(meant)}?" if meant else ""
            if given.startswith("-") and os.path.lexists(unknown[0]):
                suggestion = f"; write the file as {os.path.join('.', unknown[0])}"
            self.error(f"unrecognized arguments: {' '.join(unknown)}{suggestion}")
        return arguments

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """As argparse, which would take `-out` for `-o ut`."""
        for word in args:
            if word.startswith("-") and f"-{word.partition('=')[0]}" in self.flags:
                self.error(f"{word}: write -{word}")
        return super().parse_known_args(args, namespace)

    def _print_message(self, message: str, file: Any = None) -> None:
        print(message, end="", file=file or sys.stderr)  # argparse's own hides that it could not be written

    def _get_value(self, action: argparse.Action, text: str) -> Any:
        try:
            return super()._get_value(action, text)
        except argparse.ArgumentError as error:
            raise ArgumentError(action.dest, error.message, text) from None

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            names = list(map(str, action.choices))
            message = f"invalid choice: {value!r} (choose from {', '.join(names)}){did_you_mean(str(value), names)}"
            raise argparse.ArgumentError(action, message)

    def error(self, message: str) -> NoReturn:
        """Usage and message on stderr, exit code 2."""
        self.print_usage(sys.stderr)
        self.exit(2, printable(f"{self.prog}: error: {message}") + "\n")


class _TakeOne(argparse.Action):
    """Stores the value of a flag that can be given once."""

    def __call__(
        self, parser: argparse.ArgumentParser, arguments: argparse.Namespace, value: Any, flag: str | None = None
    ) -> None:
        given = vars(arguments).setdefault("given", set())
        if flag and self.dest in given:
            raise argparse.ArgumentError(self, "can be given only once")
        given.add(self.dest)
        setattr(arguments, self.dest, value)


def as_count(text: str) -> int:
    """A flag's positive integer."""
    number: int | str = text
    with suppress(ValueError):
        number = int(text)
    try:
        return positive_integer(number)
    except ValueError as error:
        raise argparse.ArgumentTypeError(tr("must be {allowed}", allowed=error)) from None


def as_number(text: str) -> float:
    """A flag's number."""
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError("must be a number") from None


Commands: TypeAlias = "argparse._SubParsersAction[Parser]"


def add_command(
    commands: Commands,
    name: str,
    run: Callable[[argparse.Namespace], int],
    summary: str,
    description: str,
    examples: str = "",
) -> Parser:
    """A command, whose `run` gets the arguments and gives the exit code."""
    parser = commands.add_parser(name, help=summary, description=fill(description, 80), epilog=examples)
    parser.set_defaults(run=run, parser=parser)
    parser.add_argument("-q", "--quiet", action="store_true", help="print only errors")
    return parser


def add_configs(parser: argparse.ArgumentParser, what: str = "one or more PaddleOCR training YAMLs") -> None:
    """Training YAMLs, as plain words or after `-c`."""
    parser.add_argument("configs", nargs="*", metavar="CONFIG", help="the same as -c CONFIG")
    parser.add_argument(
        "-c", "--config", nargs="+", action="extend", default=[], metavar="CONFIG", dest="more_configs",
        help=what,
    )  # fmt: skip


def configs_of(arguments: argparse.Namespace, needed: int | None = None) -> list[str]:
    """The configs that were named, in either way; as many as are `needed`, or `LRConfigError`."""
    configs = [*arguments.configs, *arguments.more_configs]
    if script := next((config for config in configs if config.endswith(".py")), None):
        raise LRConfigError(tr("{file}: is a script, not a config; write what follows its -c", file=script))
    for config in configs:
        if "=" in config and not os.path.lexists(config):
            said = tr("{file}: there is no such file; KEY=VALUE goes after -o", file=config)
            if "sweep" in arguments:
                said += tr(", each sweep after a --sweep of its own")
            raise LRConfigError(said)
    other = next((config for config in configs if not config.endswith((".yml", ".yaml"))), None)
    if needed not in (None, len(configs)):
        said = tr(
            "{command}: name {configs}, before -o or after -c; received {count}",
            command=arguments.parser.prog.split()[-1],
            configs=tr("one config") if needed == 1 else tr("{count} configs", count=needed),
            count=len(configs),
        )
        if other and "checkpoint" in arguments:
            said += tr("; if {checkpoint} is the checkpoint: --checkpoint {checkpoint}", checkpoint=other)
        if not configs and getattr(arguments, "checkpoint", None):
            beside = os.path.join(os.path.dirname(arguments.checkpoint), "config.yml")  # where PaddleOCR writes it
            said += tr("; the run's own is {file}", file=beside) if os.path.isfile(beside) else ""
        raise LRConfigError(said)
    prefixes = (other, os.path.splitext(other)[0]) if other and "checkpoint" in arguments else ()
    if any(os.path.isfile(f"{prefix}.pdopt") for prefix in prefixes):
        raise LRConfigError(tr("{file}: is a checkpoint, not a config; write --checkpoint {file}", file=other))
    return configs


# What a command reads.
_FILES = ("configs", "more_configs", "config", "logs", "log", "metrics", "checkpoint", "baseline")


def look_at_files(arguments: argparse.Namespace) -> None:
    """Say which files to read are pipes: until a program writes into one, nothing happens.

    Raises:
        LRConfigError: one is an address.
    """
    given = [vars(arguments).get(name) for name in _FILES]
    for each in (file for files in given if files for file in (files if isinstance(files, list) else [files])):
        if (found := re.match(f"({ADDRESS})/?(.*)", str(each))) and not os.path.lexists(each):
            address = "/".join(found.groups())  # a path has lost the second slash
            missing = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), address)
            raise LRConfigError(tr("cannot be read: {reason}", reason=reason(missing))).within(address)
        with suppress(OSError, ValueError):  # said when it is read
            if stat.S_ISFIFO(os.lstat(each).st_mode):  # no link, as a shell's <(command) is
                said = tr("{path}: is a pipe; waiting for a program that writes into it", path=each)
                print(printable(said), file=sys.stderr, flush=True)


def add_import(parser: argparse.ArgumentParser) -> None:
    """Schedules that are not installed. A flag and no key: a config runs no code."""
    parser.add_argument(
        "--import", action="append", default=[], metavar="MODULE", dest="imports",
        help="Python module or file that registers schedules, such as my_schedules.py; may be repeated",
    )  # fmt: skip


def import_modules(names: Iterable[str]) -> None:
    """Import each module, or file; modules are looked for in the working directory too."""
    for name in names:
        file = Path(name)
        folder, module = (file.parent, file.stem) if file.suffix == ".py" else (Path(), name)
        sys.path.insert(0, str(folder.absolute()))
        try:
            import_module(module)
        except (Exception, SystemExit) as error:  # whatever the module does wrong
            raise ArgumentError("import", f"cannot be imported: {type(error).__name__}: {error}", name) from error
        finally:
            sys.path.pop(0)


def add_picture(parser: argparse.ArgumentParser, what: str) -> None:
    """Where to write a picture, and how."""
    parser.add_argument("--out", type=Path, metavar="FILE", help=f"{what}: .png, .svg or .pdf")
    parser.add_argument("--log-scale", action="store_true", help="a logarithmic axis for the rate")


def ready_to_draw(*, on_screen: bool = False) -> None:
    """Have matplotlib, not yet imported, draw into files, unless it is to draw on the screen."""
    import logging

    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # where its cache is, and which font it takes, is no news
    if not on_screen:
        os.environ["MPLBACKEND"] = "agg"  # it stops at a wrong one
    os.environ.pop("SOURCE_DATE_EPOCH", None)  # as at a wrong one of these, though no picture holds a date


def add_format(parser: argparse.ArgumentParser, *more: str) -> None:
    """Text for people, JSON for programs."""
    parser.add_argument("--format", choices=("text", "json", *more), default="text", help="format of the output (text)")


def shows_colours() -> bool:
    """Whether standard output is a terminal that can show colours, and its user has not said no to them."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR")


def add_language(parser: argparse.ArgumentParser) -> None:
    """The language of the text; without the flag, the one of the locale."""
    parser.add_argument(
        "--lang",
        choices=LANGUAGES,
        default=of_locale(os.environ),
        help="language of the text (by default that of the locale)",
    )


def comma_list(text: str) -> list[str]:
    """The words between commas."""
    return [word for word in (each.strip() for each in text.split(",")) if word]


def print_json(results: Iterable[Mapping[str, object]]) -> None:
    """What a command found, one object for each config, pair, log or checkpoint."""
    text = json.dumps({"version": JSON_VERSION, "results": list(results)}, indent=2, ensure_ascii=False)
    print("\n".join(_escaped(line) for line in text.split("\n")))


def _escaped(json_text: str) -> str:
    """JSON of the same value without a character that a terminal would act on."""
    if printable(json_text) == json_text:
        return json_text
    return "".join(each if printable(each) == each else json.dumps(each)[1:-1] for each in json_text)


def flag(argument: str) -> str:
    """The flag that stands for an argument of the library."""
    return _FLAGS.get(argument, f"--{argument.replace('_', '-')}")


def need_docstrings(command: str) -> None:
    """For commands whose texts are docstrings.

    Raises:
        LRConfigError: Python was told to leave them out.
    """
    if sys.flags.optimize > 1:
        raise LRConfigError(f"{command}: its texts are docstrings, which Python leaves out with -OO; run it without")


def print_error(error: Exception) -> None:
    """Say on stderr what cannot be used, one line for each thing."""
    said = str(error)
    if isinstance(error, OSError) and error.strerror:
        # Without a name it was the folder that the process is in.
        file = error.filename or ("the working directory" if isinstance(error, FileNotFoundError) else None)
        said = ": ".join(str(each) for each in (file, error.strerror) if each)
    with suppress(OSError):  # a full disk; the exit code says it too
        for line in said.splitlines():
            print(printable(f"error: {line}"), file=sys.stderr)
