"""What a checkpoint of PaddleOCR says about its learning rate: `latest.pdopt` and `latest.states`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ppocr_lr.bounds import MAX_COUNT
from ppocr_lr.errors import ArgumentError, LRConfigError, errors_under, errors_within, nearest, shown, value_error
from ppocr_lr.language import tr
from ppocr_lr.lr_config.kinds import LARGEST_RATE
from ppocr_lr.resume.optimizers import accumulators
from ppocr_lr.resume.plain_pickle import ARRAY, read_plain_pickle
from ppocr_lr.training.scheduler_state import OPTIMIZER_KEY, SchedulerState, scheduler_state

_ENDINGS = (".pdopt", ".pdparams", ".states")
_NAME_TABLE = "StructuredToParameterName@@"  # paddle.save adds it to every dictionary of tensors
_PADDLE_1 = "@LR_DECAY_COUNTER@"  # its schedules were part of the program, and this was the count of its updates
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
    count: int | None
    """Updates done: the `global_step` of `.states`, else the scheduler's; None when neither is there."""
    accumulators: frozenset[str]
    """What the optimizer keeps for each parameter, which tells its kind."""
    called: str = ""
    """What to call it for somebody who knows it by another name than its path."""

    @property
    def within_epoch(self) -> bool:
        """PaddleOCR saves `best_accuracy` within an epoch, the others after one."""
        return self.path.name.startswith("best_accuracy")

    @property
    def has_own_folder(self) -> bool:
        """PaddleOCR saves `latest/latest.pdopt` instead of `latest.pdopt` if `Global.uniform_output_enabled` is set."""
        return self.path.parent.name == self.path.stem

    @property
    def run_folder(self) -> Path:
        """`Global.save_model_dir` of the run that saved it."""
        return self.path.parent.parent if self.has_own_folder else self.path.parent

    def others(self, pattern: str) -> Iterator[Path]:
        """The optimizers' files of the run's checkpoints whose names match."""
        return self.run_folder.glob(f"{pattern}/{pattern}.pdopt" if self.has_own_folder else f"{pattern}.pdopt")

    @property
    def prefix(self) -> str:
        """As `Global.checkpoints` and `Global.pretrained_model` have it."""
        return str(self.path).removesuffix(".pdopt")


def read_checkpoint(given: str | Path) -> Checkpoint:
    """Read a checkpoint by its prefix, as PaddleOCR's `Global.checkpoints`, or by the name of one of its files.

    Nothing in the files is run and no tensor is read, so a file of any size costs little.

    Raises:
        LRConfigError: a file is missing or truncated, or holds what no checkpoint does.
    """
    path, prefix = _optimizer_file(Path(given))
    content = read_plain_pickle(path, tr("an optimizer state"))
    with errors_within(str(path)):
        _check_optimizer_state(content)
        with errors_under(OPTIMIZER_KEY):
            state = _scheduler_state(content) if OPTIMIZER_KEY in content else None
    states_path = Path(f"{prefix}.states")
    if not states_path.exists() and (prefix / "metric.states").exists():  # models for key information extraction
        states_path = prefix / "metric.states"
    kind = tr("a .states file of PaddleOCR")
    states = read_plain_pickle(states_path, kind) if states_path.exists() else {}
    with errors_within(str(states_path)):
        epoch, count = (_whole_number(states, key) for key in ("epoch", "global_step"))
    if count is None and state:
        count = state.update
    return Checkpoint(path, state, states_path, epoch, count, accumulators(content.keys() - _NESTED))


def _optimizer_file(given: Path) -> tuple[Path, Path]:
    """The optimizer's file, and the prefix that the files of a checkpoint share."""
    if given.suffix not in _ENDINGS and os.path.isfile(given):
        return given, given.with_suffix("")
    prefix = given
    if given.suffix in _ENDINGS and not os.path.exists(f"{given}.pdopt"):
        prefix = Path(str(given).removesuffix(given.suffix))
    path = Path(f"{prefix}.pdopt")
    if os.path.exists(path):  # False for a name that no file can have
        return path, prefix
    if os.path.islink(path):
        raise LRConfigError(tr("is a link that leads to no file")).within(str(path))
    if os.path.exists(f"{prefix}.pdparams"):
        raise LRConfigError(
            tr(
                "does not exist, and {weights} holds only the weights; PaddleOCR would warn, load these, and "
                "start the schedule at update 0",
                weights=f"{prefix.name}.pdparams",
            )
        ).within(str(path))
    folder = prefix if os.path.isdir(prefix) else path.parent
    if os.path.isdir(folder) and not os.access(folder, os.R_OK | os.X_OK):
        raise LRConfigError(tr("cannot be read: {reason}", reason=tr("Permission denied"))).within(str(folder))
    try:
        files = [file for pattern in ("*.pdopt", "*/*.pdopt") for file in folder.glob(pattern)]
        there = sorted(str(file.relative_to(folder).with_suffix("")) for file in files)
    except OSError:
        there = []
    if os.path.isdir(prefix):
        if not there:
            problem = tr("is a folder and has no .pdopt file in it")
        elif len(there) == 1:
            problem = tr("is a folder; in it is the checkpoint {name}", name=there[0])
        else:
            problem = tr("is a folder; in it are the checkpoints {names}", names=", ".join(there[:5]))
        raise ArgumentError("checkpoint", problem, given)
    meant = tr(" or ").join(str(prefix.parent / name) for name in nearest(prefix.name, there))
    suggestion = tr("; did you mean {names}?", names=meant) if meant else ""
    if there and not meant:
        suggestion = tr("; its folder has {names}", names=", ".join(there[:5]))
    raise LRConfigError(tr("does not exist{suggestion}", suggestion=suggestion)).within(str(path))


def _check_optimizer_state(content: Mapping[Any, Any]) -> None:
    if _PADDLE_1 in content:
        raise LRConfigError(tr("was saved by PaddleOCR 1.x with Paddle 1, and no later version can continue from it"))
    names = content.get(_NAME_TABLE)
    if isinstance(names, Mapping) and any(key != name for key, name in names.items()):
        raise LRConfigError(tr("holds a model's weights, which have no scheduler state; give the .pdopt file"))
    strange = [key for key, value in content.items() if key not in _NESTED and not _is_tensor(value)]
    if strange:
        keys = shown(list(content))
        raise LRConfigError(
            tr(
                "is not the state of a single optimizer: its keys are {keys}; PaddleOCR cannot load it",
                keys=keys,
            )
        )


def _is_tensor(value: object) -> bool:
    # Beside master weights paddle.save writes a tensor as (name, array); XPU saves a number beside each.
    return value is ARRAY or isinstance(value, (tuple, int, float))


def _scheduler_state(content: Mapping[Any, Any]) -> SchedulerState:
    state = scheduler_state(content)
    if state.update > MAX_COUNT:
        raise value_error(("last_epoch",), state.update, tr("at most 2^53"))
    if not 0 <= state.rate < LARGEST_RATE:
        raise value_error(("last_lr",), state.rate, tr("at least 0 and below {most}", most=f"{LARGEST_RATE:.0e}"))
    return state


def _whole_number(states: Mapping[Any, Any], key: str) -> int | None:
    value = states.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_COUNT):
        raise value_error((key,), value, tr("a whole number, at most 2^53"))
    return value
