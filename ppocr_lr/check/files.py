"""Which files a command line means: files as they are, folders with every YAML below them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ppocr_lr.errors import LRConfigError

_ENDINGS = (".yml", ".yaml")


def config_files(paths: Iterable[str | Path]) -> Iterator[Path]:
    """The files among `paths`, and the .yml and .yaml files below the folders among them, sorted.

    Raises:
        LRConfigError: a folder holds no such file.
    """
    for path in map(Path, paths):
        if not path.is_dir():
            yield path
            continue
        found = sorted(file for file in path.rglob("*") if file.suffix.lower() in _ENDINGS and file.is_file())
        if not found:
            raise LRConfigError(f"{path}: holds no .yml or .yaml file")
        yield from found
