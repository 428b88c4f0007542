"""The one error and the one warning for input of any kind, and how values are shown in them."""

from __future__ import annotations

import re
import reprlib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from os import readlink
from os.path import exists, islink
from pathlib import PurePath
from typing import Any, NamedTuple, TypeAlias

from ppocr_lr.bounds import positive_integer
from ppocr_lr.language import later, tr

SECTION = "Optimizer.lr"

_MAX_ITEMS = 8
_MAX_DEPTH = 1
_MAX_LENGTH = 100

_short = reprlib.Repr()
_short.maxstring = _short.maxother = _short.maxlong = 60


Path: TypeAlias = "tuple[str | int, ...]"
"""The keys and indices that lead to a value, from the outside in."""

SECTION_PATH: Path = ("Optimizer", "lr")


class Place(NamedTuple):
    """A place: a file, and a line and a column in it, from 1; 0 if they are not known."""

    source: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join([self.source or "''", *(str(number) for number in (self.line, self.column) if number)])


class Problem(NamedTuple):
    """One thing that is wrong with an input."""

    path: Path
    """The path of the value; empty for the whole input."""
    text: str
    place: Place | None = None

    @property
    def key(self) -> str:
        """The path with dots: `Optimizer.lr.stages.0.gamma`."""
        return dotted(self.path)

    def __str__(self) -> str:
        return printable(": ".join(str(part) for part in (self.place, self.key, self.text) if part))

    def under(self, *path: str | int) -> Problem:
        """The same problem, with its path from further outside."""
        return self._replace(path=(*path, *self.path))


class LRConfigError(ValueError):
    """A config that cannot be used; its problems name the key, the value and what is allowed."""

    def __init__(self, problems: str | Problem | Iterable[Problem]) -> None:
        if isinstance(problems, str):
            problems = Problem((), problems)
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))

    def __reduce__(self) -> tuple[Any, ...]:
        """As it is, from a process of a pool: the default calls `__init__` with what only this class's own takes."""
        return type(self).__new__, (type(self), *self.args), vars(self)

    def under(self, *path: str | int) -> LRConfigError:
        """The same error, with its paths from further outside."""
        return LRConfigError(problem.under(*path) for problem in self.problems)

    def within(self, source: str) -> LRConfigError:
        """The same error, placed in the file `source`."""
        return LRConfigError(
            problem if problem.place else problem._replace(place=Place(source)) for problem in self.problems
        )

    def by_file_name(self) -> LRConfigError:
        """The same error, for readers to whom the folder of a file means nothing."""
        return LRConfigError(
            each._replace(place=each.place._replace(source=PurePath(each.place.source).name)) if each.place else each
            for each in self.problems
        )


@contextmanager
def errors_under(*path: str | int) -> Iterator[None]:
    """Errors raised inside get their paths from further outside."""
    try:
        yield
    except LRConfigError as error:
        raise error.under(*path) from None


@contextmanager
def errors_within(source: str) -> Iterator[None]:
    """Errors raised inside get their place in the file `source`."""
    try:
        yield
    except LRConfigError as error:
        raise error.within(source) from None


def dotted(path: Path) -> str:
    """A path with dots, as after `-o`."""
    return ".".join(map(str, path))


_called: ContextVar[Callable[[str], str]] = ContextVar("called", default=str)


def called(argument: str) -> str:
    """What the reader of a message calls an argument of this library: a command line has a flag for it."""
    return _called.get()(argument)


@contextmanager
def arguments_called(name_of: Callable[[str], str]) -> Iterator[None]:
    """Messages made inside call each argument what `name_of` returns for it, not by its name in Python."""
    before = _called.set(name_of)
    try:
        yield
    finally:
        _called.reset(before)


class ArgumentError(LRConfigError):
    """An argument of a function that cannot be used."""

    def __init__(self, argument: str, problem: str, given: object = None) -> None:
        self.argument, self.problem, self.given = argument, problem, given
        super().__init__(Problem((), f"{called(argument)}{'' if given is None else f' {given}'}: {problem}"))

    def under(self, *path: str | int) -> LRConfigError:
        """Unchanged: an argument is in no config."""
        return self

    def within(self, source: str) -> LRConfigError:
        """Unchanged: an argument is in no file."""
        return self


class MissingError(LRConfigError):
    """Something that a config does not say, and that any of a few arguments would."""

    def __init__(self, problem: str, *arguments: str, path: Path = (), place: Place | None = None) -> None:
        self.problem, self.arguments = problem, arguments
        names = tr(" or ").join(map(called, arguments))
        super().__init__(Problem(path, tr("{problem}; give {names}", problem=problem, names=names), place))

    def within(self, source: str) -> LRConfigError:
        """The same error, placed in the file `source`."""
        (own,) = self.problems
        return type(self)(self.problem, *self.arguments, path=own.path, place=own.place or Place(source))


class MissingExtraError(ImportError):
    """A package that an extra of this project would install is missing."""

    def __init__(self, package: str, extra: str, otherwise: str = "") -> None:
        said = tr("{package} is not installed: {command}", package=package, command=f"pip install 'ppocr-lr[{extra}]'")
        super().__init__(f"{said}{otherwise}", name=package)
        self._given = package, extra, otherwise

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._given


class LRConfigWarning(UserWarning):
    """A config that can be used, but not in the way it is written."""


ADDRESS = r"\w{2,}:/"  # one slash: a path has no two
"""How an address of the web begins."""
_STDIN = "/dev/stdin"  # which Windows does not have
# What a system says most often of a file.
_REASONS = (
    later("No such file or directory"), later("Permission denied"), later("Is a directory"), later("Not a directory"),
    later("No space left on device"), later("Read-only file system"), later("File name too long"),
)  # fmt: skip


def reason(error: OSError | ValueError) -> str:
    """Why a file cannot be used, in words of the system's, or in the user's language where they are known."""
    said = tr(str(getattr(error, "strerror", None) or error))
    name = str(getattr(error, "filename", None) or "") if isinstance(error, FileNotFoundError) else ""
    if name == "-" and exists(_STDIN):
        said += tr("; standard input is called {name} here", name=_STDIN)
    elif islink(name):
        said += tr("; it is a link to {target}", target=readlink(name))
    elif re.match(ADDRESS, name):
        said += tr("; nothing is read from the web, download it first")
    elif set("*?[") & set(name):
        said += tr("; no file fits this pattern, or quotes keep the shell from filling it in")
    return said


def printable(text: str) -> str:
    """Text from anywhere, fit for a terminal and for a log: what is not a visible character is shown by its code.

    Otherwise a file name or a key could hold escape sequences, reverse the direction of what follows, or begin a line.
    """
    if text.isprintable():  # as nearly all is
        return text
    return "".join(
        character if character.isprintable() or unicodedata.category(character) == "Zs" else _code(character)
        for character in text
    )


def _code(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def shown(value: object, depth: int = 0) -> str:
    """`value` much as YAML would write it, shortened so that no value, however large, floods a message."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple, dict)):
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        if value and depth == _MAX_DEPTH:
            return f"{opening}…{closing}"
        if isinstance(value, dict):
            items = [f"{_short.repr(key)}: {shown(item, depth + 1)}" for key, item in list(value.items())[:_MAX_ITEMS]]
        else:
            items = [shown(item, depth + 1) for item in value[:_MAX_ITEMS]]
        more = ", …" if len(value) > _MAX_ITEMS else ""
        text = f"{opening}{', '.join(items)}{more}{closing}"
        return text if len(text) <= _MAX_LENGTH else f"{text[:_MAX_LENGTH]}…{closing}"
    try:
        if isinstance(value, int):
            repr(value)  # raises where reprlib, since Python 3.14, returns an address
        return _short.repr(value)
    except ValueError:  # Python writes no integer of more than 4300 digits
        return tr("an {kind} too long to show", kind=type(value).__name__)


def listed(argument: str, texts: Iterable[Any]) -> tuple[Any, ...]:
    """Each of `texts`; `ArgumentError` for a single text, which would be taken letter by letter."""
    if isinstance(texts, str):
        raise ArgumentError(argument, f"must be a list of strings, such as [{texts!r}]", shown(texts))
    return tuple(texts)


def positive_argument(argument: str, value: object) -> int:
    """`value` if it is a positive integer; `ArgumentError` if not."""
    try:
        return positive_integer(value)
    except ValueError as error:
        raise ArgumentError(argument, tr("must be {allowed}", allowed=error), shown(value)) from None


def value_error(path: Path, value: object, allowed: str) -> LRConfigError:
    """The error for one value: `gamma: 2 is not allowed; it must be …`."""
    return LRConfigError(
        Problem(path, tr("{value} is not allowed; it must be {allowed}", value=shown(value), allowed=allowed))
    )


def nearest(word: str, known: Sequence[str], least: float = 0.6) -> list[str]:
    """The names in `known` that `word` may have meant, at `least` so alike, best first; case does not count."""
    return list(_nearest(word, tuple(known), least)) if known else []


@lru_cache(1000)  # the files of a folder have the same keys, and so have the stages of a run
def _nearest(word: str, known: tuple[str, ...], least: float) -> tuple[str, ...]:
    import difflib

    by_folded = {_folded(name): name for name in known}
    folded = _folded(word)
    if folded in by_folded:
        return (by_folded[folded],)
    close = difflib.get_close_matches(folded, list(by_folded), n=3, cutoff=least)
    likeness = [difflib.SequenceMatcher(None, folded, match).ratio() for match in close]
    return tuple(by_folded[match] for match, like in zip(close, likeness, strict=True) if like > likeness[0] - 0.06)


def _folded(word: str) -> str:
    """A word without its case, its underscores, and what an editor or a web page has put around it unseen."""
    return re.sub(r"[\W_]", "", word.lower())


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """`; did you mean A or B?`, or nothing when no name is near."""
    names = nearest(word, known)
    return tr("; did you mean {names}?", names=tr(" or ").join(names)) if names else ""
