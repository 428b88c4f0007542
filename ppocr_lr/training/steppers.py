"""Steppers for the other values that follow a schedule: each sets the one that a Paddle optimizer uses next."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from ppocr_lr.schedules import Schedule
from ppocr_lr.schedules.base import as_step

Setter = Callable[[float], None]


class _Stepper(ABC):
    """Keeps a value of the optimizer at `schedule(last_epoch)`."""

    _key: ClassVar[str]
    """The key of the value in the state."""

    def __init__(self, optimizer: Any, schedule: Schedule) -> None:
        self.schedule = schedule
        self._set = self._setter(optimizer)
        self.last_epoch = -1
        self.step()

    @staticmethod
    @abstractmethod
    def _setter(optimizer: Any) -> Setter:
        """What puts a value where this optimizer reads it; `TypeError` if there is no such place."""

    def step(self, epoch: int | None = None) -> None:
        """Go to the next update, or to update `epoch`."""
        self.last_epoch = self.last_epoch + 1 if epoch is None else as_step(epoch)
        self._last = self.schedule(self.last_epoch)
        self._set(self._last)

    def state_dict(self) -> dict[str, Any]:
        """`last_epoch`, the update it is at, and the value of that update."""
        return {"last_epoch": self.last_epoch, self._key: self._last}

    def set_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go to the update of the state, with this schedule's value there.

        Raises:
            KeyError: the state has no `last_epoch`.
            TypeError: `last_epoch` is not an integer.
        """
        self.step(as_step(state_dict["last_epoch"]))


class WeightDecayStepper(_Stepper):
    """Keeps the optimizer's weight decay at `schedule(last_epoch)`; replaces PaddleOCR's `CosineWeightDecayScheduler`.

    Build the optimizer with `weight_decay=schedule(0)`, and call `step()` after every optimizer update, beside
    the learning rate's scheduler. A parameter with a regularizer of its own (`ParamAttr`) keeps that, and so does a
    parameter group with a `weight_decay` other than the optimizer's. Save `state_dict()` in the checkpoint: PaddleOCR
    does not, and its decay starts over when a run is resumed.

    Args:
        optimizer: one of `paddle.optimizer` (Adam, AdamW, Momentum, SGD, …), with a weight decay.
        schedule: the coefficient of every update, as from `build_weight_decay_schedule`.

    Raises:
        TypeError: the optimizer has no weight decay that could be set: it was built without one, each of its
            parameter groups has its own, or it fuses its updates.
    """

    _key = "last_wd"

    @property
    def last_wd(self) -> float:
        """The coefficient of the next update."""
        return self._last

    def get_wd(self) -> float:
        """The coefficient of the next update."""
        return self._last

    @staticmethod
    def _setter(optimizer: Any) -> Setter:
        """PaddleOCR sets `regularization._coeff`, which is right for most.

        Momentum takes L2 into its update, AdamW and Lamb have a decay of their own: they have no `regularization`,
        so PaddleOCR's class fails there.
        """
        name = type(optimizer).__name__
        if getattr(optimizer, "regularization", None) is not None:
            _followers(optimizer, "weight_decay", optimizer.regularization)  # they share it
            return lambda coefficient: setattr(optimizer.regularization, "_coeff", coefficient)
        for own in ("weight_decay", "lamb_weight_decay"):
            if hasattr(optimizer, f"_{own}"):
                return _everywhere(optimizer, own)
        if getattr(optimizer, "_regularization_method", "") and not optimizer._use_multi_tensor:
            return _everywhere(optimizer, "regularization_coeff")
        why = "fuses its updates (use_multi_tensor)" if getattr(optimizer, "_use_multi_tensor", False) else "has none"
        raise TypeError(f"the weight decay of {name} cannot be set: it {why}; build it with weight_decay=schedule(0)")


class MomentumStepper(_Stepper):
    """Keeps the optimizer's momentum at `schedule(last_epoch)`: that of Momentum and RMSProp, `beta1` of Adam's kin.

    Build the optimizer with `momentum=schedule(0)`, or `beta1=schedule(0)`, and call `step()` after every optimizer
    update, beside the learning rate's scheduler. A parameter group with a momentum other than the optimizer's keeps
    that. Save `state_dict()` in the checkpoint.

    Args:
        optimizer: one of `paddle.optimizer`, with a momentum.
        schedule: the momentum of every update, as from `build_momentum_schedule`.

    Raises:
        TypeError: the optimizer has no momentum, or each of its parameter groups has its own.
    """

    _key = "last_momentum"

    def get_momentum(self) -> float:
        """The momentum of the next update."""
        return self._last

    @staticmethod
    def _setter(optimizer: Any) -> Setter:
        for own in ("momentum", "beta1"):
            if hasattr(optimizer, f"_{own}"):
                return _everywhere(optimizer, own)
        raise TypeError(f"{type(optimizer).__name__} has no momentum that could be set")


def _everywhere(optimizer: Any, name: str) -> Setter:
    """Sets a value of the optimizer where it reads it, and where its parameter groups do."""
    defaults = getattr(optimizer, "_default_dict", {})
    groups = _followers(optimizer, name, defaults.get(name))

    def set_value(value: float) -> None:
        setattr(optimizer, f"_{name}", value)
        for values in (defaults, *groups):
            values[name] = value

    return set_value


def _followers(optimizer: Any, name: str, default: Any) -> list[Any]:
    """The parameter groups with the optimizer's own value; none where there are no groups."""
    groups = [group for group in getattr(optimizer, "_param_groups", None) or () if isinstance(group, Mapping)]
    followers = [group for group in groups if group.get(name, default) == default]
    if groups and not followers:
        raise TypeError(f"each parameter group of this {type(optimizer).__name__} has a {name} of its own")
    return followers
