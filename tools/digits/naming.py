"""Errors of writing that say which file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """An OSError from within names `path`; that of a full disk, met by an open file, names nothing."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise
