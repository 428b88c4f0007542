"""A weight decay schedule at work: sets the coefficient that a Paddle optimizer uses in its next update."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ppocr_lr.schedules import Schedule
from ppocr_lr.schedules.base import as_step


class WeightDecayStepper:
    """Keeps the optimizer's weight decay at `schedule(last_epoch)`; replaces PaddleOCR's `CosineWeightDecayScheduler`.

    Build the optimizer with `weight_decay=schedule(0)`, and call `step()` after every optimizer update, beside
    the learning rate's scheduler. A parameter with a regularizer of its own (`ParamAttr`) keeps that. Save
    `state_dict()` in the checkpoint: PaddleOCR does not, and its decay starts over when a run is resumed.

    Args:
        optimizer: one of `paddle.optimizer` (Adam, AdamW, Momentum, SGD, …), with a weight decay.
        schedule: the coefficient of every update, as from `build_weight_decay_schedule`.

    Raises:
        TypeError: the optimizer has no weight decay that could be set: it was built without one, has parameter
            groups (each has a coefficient of its own), or fuses its updates.
    """

    def __init__(self, optimizer: Any, schedule: Schedule) -> None:
        self.schedule = schedule
        self._set = _setter(optimizer)
        self.last_epoch = -1
        self.step()

    def step(self, epoch: int | None = None) -> None:
        """Go to the next update, or to update `epoch`."""
        self.last_epoch = self.last_epoch + 1 if epoch is None else as_step(epoch)
        self.last_wd = self.schedule(self.last_epoch)
        self._set(self.last_wd)

    def get_wd(self) -> float:
        """The coefficient of the next update."""
        return self.last_wd

    def state_dict(self) -> dict[str, Any]:
        """`last_epoch`, the update it stands at, and `last_wd`, its coefficient."""
        return {"last_epoch": self.last_epoch, "last_wd": self.last_wd}

    def set_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go to the update that the state stands at, with this schedule's coefficient there.

        Raises:
            KeyError: the state has no `last_epoch`.
            TypeError: `last_epoch` is not an integer.
        """
        self.step(as_step(state_dict["last_epoch"]))


def _setter(optimizer: Any) -> Callable[[float], None]:
    """What puts a coefficient where this optimizer reads it.

    PaddleOCR sets `regularization._coeff`, which is right for most. Momentum takes L2 into its update, AdamW and
    Lamb have a decay of their own: they have no `regularization`, so PaddleOCR's class fails there.
    """
    name = type(optimizer).__name__
    groups = getattr(optimizer, "_param_groups", None)
    if groups and isinstance(groups[0], Mapping):
        raise TypeError(f"{name} has parameter groups, each with a weight decay of its own; this sets one for all")
    if getattr(optimizer, "regularization", None) is not None:
        return lambda coefficient: setattr(optimizer.regularization, "_coeff", coefficient)
    for own in ("_weight_decay", "_lamb_weight_decay"):
        if hasattr(optimizer, own):
            return lambda coefficient: setattr(optimizer, own, coefficient)
    if getattr(optimizer, "_regularization_method", "") and not optimizer._use_multi_tensor:
        return lambda coefficient: setattr(optimizer, "_regularization_coeff", coefficient)
    why = "fuses its updates (use_multi_tensor)" if getattr(optimizer, "_use_multi_tensor", False) else "has none"
    raise TypeError(f"the weight decay of {name} cannot be set: it {why}; build it with weight_decay=schedule(0)")
