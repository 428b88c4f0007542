"""Write errors that name the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Make an OSError inside name `path`, which a full disk, for example, leaves out for an open file."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise
