"""From an lr section and the length of a run to a schedule, and to Paddle's scheduler."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ppocr_lr.errors import SECTION_PATH, ArgumentError, LRConfigWarning, arguments_called
from ppocr_lr.lr_config import ParsedLRConfig, Run, parse_lr_config
from ppocr_lr.schedules import Schedule

if TYPE_CHECKING:
    from paddle.optimizer.lr import LRScheduler

_AROUND = {"Optimizer": "config['Optimizer']['lr']", "lr": "config['lr']"}
"""Keys that show that what is given only contains an lr section, and what to give instead."""


def build_schedule(config: Mapping[str, Any], epochs: int, iters_per_epoch: int, *, strict: bool = False) -> Schedule:
    """The learning-rate curve of a run, as a pure function of the update number.

    Args:
        config: the section `Optimizer.lr` of a PaddleOCR config, as in
            `{'name': 'Cosine', 'learning_rate': 0.1, 'warmup_epoch': 2}`. Never changed. Without `name`
            it is `Const`. Its `last_epoch` says where training is on the curve; it does not move the curve.
        epochs: length of the run, `Global.epoch_num`; an int ≥ 1.
        iters_per_epoch: optimizer updates in an epoch, `len(train_dataloader)`; an int ≥ 1.
        strict: refuse a key that is not known, instead of warning.

    Returns:
        A `Schedule`: `schedule(k)` is the rate that update `k` (0-based) uses, for an int or an integer
        array, past the end of the run too.

    Raises:
        LRConfigError: the section cannot be used; names the key, the value and what is allowed.

    Warns:
        LRConfigWarning: the section can be used, but not in the way it is written.

    Source: the table of PaddleOCR's `ppocr/optimizer/learning_rate.py`.
    """
    return _parsed(config, Run(epochs, iters_per_epoch), strict).schedule


def build_lr_scheduler(
    config: Mapping[str, Any], epochs: int, iters_epoch: int, *, strict: bool = False
) -> LRScheduler:
    """The Paddle scheduler of a run; replaces PaddleOCR's function of this name.

    Args:
        config, epochs, strict: as for `build_schedule`.
        iters_epoch: optimizer updates in an epoch, the `iters_per_epoch` of `build_schedule`.

    Returns:
        A `paddle.optimizer.lr.LRScheduler`, always; of Paddle's own class where Paddle has it, for instance
        a `LinearWarmup` around a `CosineAnnealingDecay`. Call `step()` after every optimizer update.
        With `last_epoch: k` in the section it starts at update k + 1, with that update's rate.
        `get_lr()` changes nothing, `step(k)` jumps to update k, and a restored state continues with this
        config's rate at the restored update. Its `schedule` is what `build_schedule` returns.
        For `ReduceOnPlateau`, which has no schedule, it is Paddle's class itself: call `step(metric)`. After a
        warmup or other stages call `step()` after each update as well, and `step(metric)` at each evaluation.

    Raises:
        LRConfigError: as from `build_schedule`.
        ImportError: Paddle is not installed; says which extra to install.

    Warns:
        LRConfigWarning: as from `build_schedule`.

    Source: PaddleOCR's `ppocr/optimizer/__init__.py`, `build_lr_scheduler`.
    """
    from ppocr_lr.training.paddle_scheduler import on_plateau, to_paddle

    with arguments_called(lambda argument: "iters_epoch" if argument == "iters_per_epoch" else argument):
        run = Run(epochs, iters_epoch)
    parsed = _parsed(config, run, strict)
    if parsed.plateau is not None:
        return on_plateau(parsed.plateau, parsed.config.done_iters)
    return to_paddle(parsed.schedule, parsed.config.done_iters)


def _parsed(config: Mapping[str, Any], run: Run, strict: bool) -> ParsedLRConfig:
    for key, meant in _AROUND.items() if isinstance(config, Mapping) else ():
        if isinstance(config.get(key), Mapping):
            raise ArgumentError("config", f"contains an lr section but is none itself; give {meant}")
    parsed = parse_lr_config(config, run, strict=strict)
    for remark in parsed.remarks:
        warnings.warn(str(remark.under(*SECTION_PATH)), LRConfigWarning, stacklevel=3)
    return parsed
