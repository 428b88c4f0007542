"""Paddle objects put back as they were, to the bit: trying an update out must leave no trace."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import paddle
from paddle.amp import GradScaler
from paddle.nn import Layer
from paddle.optimizer import Optimizer
from paddle.optimizer.lr import LRScheduler
from paddle.utils import unique_name

_WITH_STATE = (Layer, Optimizer, LRScheduler, GradScaler)


@contextmanager
def restored(*objects: object) -> Iterator[None]:
    """After the block, also when it raises, each of `objects` is what it was before it.

    That goes for layers, optimizers, schedulers and gradient scalers, for the attributes they hold at any depth
    of lists, dicts, tuples and sets, and for tensors with their gradients; what is created inside the block, such as
    an optimizer's moments at its first update, is gone again. So are the numbers drawn inside: Python's,
    NumPy's and the current Paddle device's generators are put back too. Anything else is left alone.

    Costs one copy of every tensor, on its own device.

    Raises:
        TypeError: one of `objects` is of another kind, so it could not be put back.
    """
    kept = _Kept()
    for thing in objects:
        if not isinstance(thing, _WITH_STATE):
            kinds = ", ".join(kind.__name__ for kind in _WITH_STATE)
            raise TypeError(f"only {kinds} can be put back afterwards, received {thing!r}")
        kept.keep(thing)
    python, numpy, device = random.getstate(), np.random.get_state(), paddle.get_rng_state()
    try:
        # An accumulator is named by a counter, and a checkpoint finds it by that name.
        with unique_name.guard():
            yield
    finally:
        kept.put_back()
        random.setstate(python)
        np.random.set_state(numpy)
        paddle.set_rng_state(device)


class _Kept:
    """What was found, each object once, and how to restore it in place."""

    def __init__(self) -> None:
        self._found: dict[int, object] = {}
        self._undo: list[Callable[[], object]] = []

    def keep(self, thing: object) -> None:
        """Remember `thing` and what it holds."""
        if not isinstance(thing, (*_WITH_STATE, paddle.Tensor, dict, list, set, tuple)) or id(thing) in self._found:
            return
        self._found[id(thing)] = thing  # held, so that no other object gets its id
        if isinstance(thing, paddle.Tensor):
            self._keep_tensor(thing)
        elif isinstance(thing, _WITH_STATE):
            self.keep(vars(thing))
        elif isinstance(thing, dict):
            self._keep_content(thing, dict(thing), thing.update)
            for item in thing.values():
                self.keep(item)
        else:
            if isinstance(thing, list):
                self._keep_content(thing, list(thing), thing.extend)
            elif isinstance(thing, set):
                self._keep_content(thing, set(thing), thing.update)
            for item in thing:
                self.keep(item)

    def put_back(self) -> None:
        """Make everything what it was."""
        for undo in self._undo:
            undo()

    def _keep_content(self, thing: object, content: object, fill: Callable[..., object]) -> None:
        self._undo += [thing.clear, lambda: fill(content)]  # type: ignore[attr-defined]

    def _keep_tensor(self, tensor: paddle.Tensor) -> None:
        value = tensor.detach().clone()
        self._undo.append(lambda: tensor.set_value(value))
        if tensor.is_leaf and not tensor.stop_gradient:
            self._undo.append(lambda: tensor.clear_gradient(False))  # no older Paddle takes `grad = None`
            if tensor.grad is not None:
                grad = tensor.grad.clone()
                self._undo.append(lambda: setattr(tensor, "grad", grad))
