"""Files appear whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import BinaryIO

from ppocr_lr.errors import ArgumentError, LRConfigError, Place, Problem, reason
from ppocr_lr.language import tr

PICTURES = ("png", "svg", "pdf")

JSON_VERSION = 1
"""The version in all JSON output, `{"version": 1, "results": [...]}`; it rises when a key changes its meaning."""


def output_kind(path: Path, kinds: Sequence[str]) -> str:
    """The kind of file by its ending, one of `kinds`; `LRConfigError` for another, or a path that cannot exist."""
    ending = path.suffix.lower().lstrip(".")
    _mode_to_replace(path)
    if ending not in kinds:
        raise ArgumentError(
            "out", tr("the ending must be one of {endings}", endings=", ".join("." + kind for kind in kinds)), path
        )
    if not path.parent.is_dir():
        raise ArgumentError("out", tr("there is no folder {folder}", folder=path.parent), path)
    return ending


def numbered(stem: str, ending: str = "") -> Iterator[Path]:
    """Names for something new where the first may be taken: `stem`, `stem-2`, `stem-3`, …, each with the ending."""
    yield Path(f"{stem}{ending}")
    yield from (Path(f"{stem}-{number}{ending}") for number in count(2))


def _mode_to_replace(path: Path) -> int | None:
    """The mode of a file that may be replaced; None if nothing is there.

    A new file could be put in the place of a read-only one, a pipe or a device too, which nobody expects of a program
    that writes.
    """
    if "\0" in str(path):
        raise _error(path, tr("cannot be written: a file name cannot contain a NUL"))
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _error(path, tr("cannot be written: {reason}", reason=reason(error))) from None
    if stat.S_ISDIR(mode):
        raise _error(path, tr("is a folder; give a file name"))
    if not stat.S_ISREG(mode):
        raise _error(path, tr("is not a plain file; give another name"))
    if not mode & stat.S_IWUSR or not os.access(path, os.W_OK):
        raise _error(path, tr("is read-only, so it is left as it is"))
    return stat.S_IMODE(mode)


def _error(path: Path, text: str) -> LRConfigError:
    """Names the file and no argument: its name may be one that nobody gave."""
    return LRConfigError(Problem((), text, Place(str(path))))


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Have `write` fill a new file beside `path`, then put it in place of `path` in one move.

    What is replaced keeps its mode.

    Raises:
        LRConfigError: it cannot be written, or what is there is read-only or no plain file.
    """
    temporary = None
    mode = _mode_to_replace(path)
    try:
        target = os.path.realpath(path)  # a link stays a link; fails in a folder that was deleted
        # Named before it exists: a signal may come at any time, and what it leaves is found by its name.
        name = f".{path.stem[:40]}-{os.urandom(8).hex()}{path.suffix}"
        temporary = os.path.join(os.path.dirname(target), name)
        with open(temporary, "xb") as file:
            if mode is not None:
                os.chmod(temporary, mode)
            write(file)
        os.replace(temporary, target)
    except OSError as error:
        raise _error(path, tr("cannot be written: {reason}", reason=reason(error))) from None
    finally:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
