"""Which files a command line means: files as they are, folders with every training config below them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from os.path import abspath, isdir  # of Path's own, a folder that is closed makes an error
from pathlib import Path

from ppocr_lr.errors import LRConfigError, nearest
from ppocr_lr.language import tr
from ppocr_lr.training_config.neighbours import neighbour
from ppocr_lr.training_config.yaml_file import read_yaml_file

_ENDINGS = (".yml", ".yaml")


def config_files(paths: Iterable[str | Path]) -> Iterator[tuple[Path, bool]]:
    """The files among `paths`, and the .yml and .yaml files below the folders among them, sorted; was it named?

    A file that is named twice, or is in two of the folders, comes once.

    Raises:
        LRConfigError: a folder holds no such file.
    """
    given, seen = list(map(Path, paths)), set()
    by_name = {abspath(path) for path in given if not isdir(path)}
    for path in given:
        found, named = [path], not isdir(path)
        if not named:
            found = sorted(_below(path))
        if not found:
            raise LRConfigError(tr("holds no .yml or .yaml file")).within(str(path))
        for each in found:
            file = abspath(each)
            if file not in seen and (named or file not in by_name):
                seen.add(file)
                yield each, named


def _below(folder: Path) -> Iterator[Path]:
    """The .yml and .yaml files below a folder, and the folders that cannot be read, which would hide some."""
    closed: list[OSError] = []
    for above, _, names in os.walk(folder, onerror=closed.append):
        files = (Path(above, name) for name in names)
        yield from (file for file in files if file.suffix.lower() in _ENDINGS and file.is_file())
    yield from (Path(error.filename) for error in closed)


def is_something_else(path: Path) -> bool:
    """Whether a file is good YAML, whatever its tags, but no training config of PaddleOCR's with or without a slip.

    Many a project has an `optimizer` section; a slip in the name of PaddleOCR's stands beside its `Global`.
    """
    try:
        config = read_yaml_file(path, any_tag=True)
    except LRConfigError:
        return False
    if not isinstance(config, Mapping) or neighbour(config):
        return True
    keys = [str(key) for key in config]
    return "Optimizer" not in keys and not all(nearest(section, keys, 0.7) for section in ("Global", "Optimizer"))
