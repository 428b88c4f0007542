"""PaddleOCR's `build_lr_scheduler` replaced in this process, and what else of it is; nothing on the disk is changed."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

from ppocr_lr.errors import LRConfigError, printable
from ppocr_lr.language import later, tr
from ppocr_lr.trainer.command import is_first_process

MODULE = "ppocr.optimizer"
BUILDER = "build_lr_scheduler"
_CALLER = "build_optimizer"

Builder = Callable[[dict[str, Any], int, int], Any]
"""`(lr_config, epochs, step_each_epoch)`, as PaddleOCR has it: the scheduler, or a bare number."""


def check_trainer(script: str) -> None:
    """Find PaddleOCR's builder among the files that `script` will import, before anything is run.

    Raises:
        LRConfigError: it is not there.
    """
    folders = [*Path(script).absolute().parents, *map(Path, sys.path)]
    file = next(
        (file for folder in folders if (file := folder / "ppocr" / "optimizer" / "__init__.py").is_file()), None
    )
    if file is None:
        where = tr("there is no {folder} above it or on Python's path", folder="ppocr/optimizer")
    elif BUILDER not in file.read_text(encoding="utf-8", errors="replace"):
        where = tr("there is no {builder} in {file}", builder=BUILDER, file=file)
    else:
        return
    said = later("{script}: is not a trainer of PaddleOCR's: {where}, so it would train with its own rates")
    raise LRConfigError(tr(said, script=script, where=where))


def replace_builder(builder: Builder) -> None:
    """Have `builder` take the place of PaddleOCR's, as soon as that is imported."""

    def change(module: ModuleType) -> None:
        # Where the function that builds the scheduler looks up the name.
        names = getattr(getattr(module, _CALLER, None), "__globals__", {})
        if BUILDER not in names:
            told = later("{caller} calls no {builder}, so the trainer cannot be given a schedule")
            sys.exit(printable(f"error: {module.__file__}: {tr(told, caller=_CALLER, builder=BUILDER)}"))
        names[BUILDER] = builder
        setattr(module, BUILDER, builder)

    sys.meta_path.insert(0, _Finder(MODULE, change))


def save_nothing() -> None:
    """Have PaddleOCR's `save_model` do nothing, as soon as that is imported."""

    def change(module: ModuleType) -> None:
        setattr(module, "save_model", lambda *_, **__: None)  # noqa: B010  # it is there by this name

    sys.meta_path.insert(0, _Finder("ppocr.utils.save_load", change))


def write_log() -> None:
    """Have PaddleOCR write its log. 2.8, 2.10 and 3.0 do not: a module makes the logger before its file is known."""

    def change(module: ModuleType) -> None:
        made = module.get_logger

        def get_logger(name: str = "ppocr", log_file: str | None = None, *words: Any, **more: Any) -> logging.Logger:
            logger: logging.Logger = made(name, log_file, *words, **more)
            written = any(isinstance(handler, logging.FileHandler) for handler in logger.handlers)
            if log_file and is_first_process() and not written:
                Path(log_file).parent.mkdir(parents=True, exist_ok=True)
                file = logging.FileHandler(log_file)
                file.setFormatter(logger.handlers[0].formatter)
                logger.addHandler(file)
            return logger

        setattr(module, "get_logger", get_logger)  # noqa: B010  # it is there by this name

    sys.meta_path.insert(0, _Finder("ppocr.utils.logging", change))


class _Finder(MetaPathFinder):
    """Changes a module as soon as it is loaded."""

    def __init__(self, name: str, change: Callable[[ModuleType], None]) -> None:
        self._name, self._change = name, change

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Python's own spec, with a loader that changes what it has loaded."""
        spec = PathFinder.find_spec(fullname, path, target) if fullname == self._name else None
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                load(module)
                self._change(module)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec
