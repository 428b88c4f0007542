"""What a checkpoint of PaddleOCR says about its learning rate: `latest.pdopt` and `latest.states`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ppocr_lr.errors import ArgumentError, LRConfigError, did_you_mean, shown
from ppocr_lr.resume.plain_pickle import ARRAY, read_plain_pickle
from ppocr_lr.training.scheduler_state import OPTIMIZER_KEY, SchedulerState, scheduler_state

_ENDINGS = (".pdopt", ".pdparams", ".states")
_NAME_TABLE = "StructuredToParameterName@@"  # paddle.save adds it to every dictionary of tensors
_NESTED = {OPTIMIZER_KEY, _NAME_TABLE, "master_weights", "UnpackBigParamInfor@@"}


@dataclass(frozen=True)
class Checkpoint:
    """One saved point of a training run."""

    path: Path
    """The file with the optimizer's state."""
    state: SchedulerState | None
    """None when the optimizer had no scheduler, as in PaddleOCR's `Const` without warmup."""
    states_path: Path
    """The file with the epoch, whether it exists or not."""
    epoch: int | None
    """The epoch, counted from 1, in or after which it was saved; None when no file says it."""


def read_checkpoint(given: str | Path) -> Checkpoint:
    """Read a checkpoint by its prefix, as PaddleOCR's `Global.checkpoints`, or by the name of one of its files.

    Nothing in the files is run and no tensor is read, so a file of any size costs little.

    Raises:
        LRConfigError: a file is missing, torn, or holds what a checkpoint does not.
    """
    path, prefix = _optimizer_file(Path(given))
    content = read_plain_pickle(path, "an optimizer state")
    _check_optimizer_state(path, content)
    states_path = Path(f"{prefix}.states")
    if not states_path.exists() and (prefix / "metric.states").exists():  # models for key information extraction
        states_path = prefix / "metric.states"
    try:
        state = scheduler_state(content) if OPTIMIZER_KEY in content else None
    except LRConfigError as error:
        raise LRConfigError(f"{path}: {OPTIMIZER_KEY}: {error}") from None
    return Checkpoint(path, state, states_path, _epoch(states_path) if states_path.exists() else None)


def _optimizer_file(given: Path) -> tuple[Path, Path]:
    """The optimizer's file, and the prefix that the files of a checkpoint share."""
    if given.suffix not in _ENDINGS and given.is_file():
        return given, given.with_suffix("")
    prefix = Path(str(given).removesuffix(given.suffix)) if given.suffix in _ENDINGS else given
    path = Path(f"{prefix}.pdopt")
    if path.exists():
        return path, prefix
    if Path(f"{prefix}.pdparams").exists():
        raise LRConfigError(
            f"{path}: does not exist, and {prefix.name}.pdparams holds the weights alone; PaddleOCR would warn, load "
            "these, and start the schedule at update 0"
        )
    folder = prefix if prefix.is_dir() else path.parent
    try:
        there = sorted(file.stem for file in folder.glob("*.pdopt"))
    except OSError:
        there = []
    if prefix.is_dir():
        inside = f"; in it are the checkpoints {', '.join(there[:5])}" if there else " and has no .pdopt file in it"
        raise ArgumentError("checkpoint", f"is a folder{inside}", given)
    raise LRConfigError(f"{path}: does not exist{did_you_mean(prefix.name, there)}")


def _check_optimizer_state(path: Path, content: Mapping[Any, Any]) -> None:
    names = content.get(_NAME_TABLE)
    if isinstance(names, Mapping) and any(key != name for key, name in names.items()):
        raise LRConfigError(f"{path}: holds a model's weights, which have no scheduler state; give the .pdopt file")
    strange = [key for key, value in content.items() if key not in _NESTED and not _is_tensor(value)]
    if strange:
        keys = shown(list(content))
        raise LRConfigError(f"{path}: is not the state of one optimizer, its keys are {keys}; PaddleOCR cannot load it")


def _is_tensor(value: object) -> bool:
    # Beside master weights paddle.save writes a tensor as (name, array); XPU saves a number beside each.
    return value is ARRAY or isinstance(value, (tuple, int, float))


def _epoch(path: Path) -> int | None:
    epoch = read_plain_pickle(path, "a .states file of PaddleOCR").get("epoch")
    if epoch is not None and (isinstance(epoch, bool) or not isinstance(epoch, int) or epoch < 0):
        raise LRConfigError(f"{path}: epoch: {shown(epoch)} is not allowed; it must be a whole number")
    return epoch
