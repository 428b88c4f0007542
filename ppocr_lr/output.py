"""Files appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from ppocr_lr.errors import ArgumentError

PICTURES = ("png", "svg", "pdf")

JSON_VERSION = 1
"""The version in all JSON output, `{"version": 1, "results": [...]}`; it rises when a key changes its meaning."""


def output_kind(path: Path, kinds: Sequence[str]) -> str:
    """The kind of file by its ending, one of `kinds`; `ArgumentError` for another, or a path that cannot exist."""
    ending = path.suffix.lower().lstrip(".")
    if ending not in kinds:
        raise ArgumentError("out", f"the ending must be one of {', '.join('.' + kind for kind in kinds)}", path)
    if "\0" in str(path):
        raise ArgumentError("out", "cannot be written: a file name cannot contain a NUL", path)
    try:
        # Since Python 3.14 is_dir says no of what cannot be looked at, such as a name that is too long.
        with suppress(FileNotFoundError, NotADirectoryError):
            path.stat()
    except OSError as error:
        raise ArgumentError("out", f"cannot be written: {error.strerror}", path) from None
    if path.is_dir():
        raise ArgumentError("out", "is a folder; give a file name", path)
    if not path.parent.is_dir():
        raise ArgumentError("out", f"the folder {path.parent} does not exist", path)
    return ending


def write_whole(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Have `write` fill a new file beside `path`, then put it in place of `path` in one move.

    What is replaced keeps its mode.
    """
    import tempfile

    temporary = None
    path = Path(os.path.realpath(path))  # a link stays a link
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.stem[:40]}-", suffix=path.suffix, delete=False
        ) as file:
            temporary = file.name
            write(file)  # type: ignore[arg-type]  # a file object in all but its nominal type
        mask = os.umask(0)
        os.umask(mask)
        # A temporary file is private; a picture is not.
        os.chmod(temporary, path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~mask)
        os.replace(temporary, path)
    except OSError as error:
        raise ArgumentError("out", f"cannot be written: {error.strerror or error}", path) from None
    finally:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
