"""Paddle objects put back as they were, to the bit: trying an update out must leave no trace."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import numpy as np
import paddle
from paddle.amp import GradScaler
from paddle.nn import Layer
from paddle.optimizer import Optimizer
from paddle.optimizer.lr import LRScheduler
from paddle.utils import unique_name

_WITH_STATE = (Layer, Optimizer, LRScheduler, GradScaler)

Undo: TypeAlias = Callable[[], object]


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
    found: dict[int, object] = {}
    undo: list[Undo] = []
    for thing in objects:
        if not isinstance(thing, _WITH_STATE):
            kinds = ", ".join(kind.__name__ for kind in _WITH_STATE)
            raise TypeError(f"only {kinds} can be put back afterwards, received {thing!r}")
        _keep(thing, found, undo)
    python, numpy, device = random.getstate(), np.random.get_state(), paddle.get_rng_state()
    try:
        # An accumulator is named by a counter, and a checkpoint finds it by that name.
        with unique_name.guard():
            yield
    finally:
        for put_back in undo:
            put_back()
        random.setstate(python)
        np.random.set_state(numpy)
        paddle.set_rng_state(device)


def _keep(thing: Any, found: dict[int, object], undo: list[Undo]) -> None:
    """Find `thing` and what it holds, each object once, and how to restore it in place."""
    if not isinstance(thing, (*_WITH_STATE, paddle.Tensor, dict, list, set, tuple)) or id(thing) in found:
        return
    found[id(thing)] = thing  # held, so that no other object gets its id
    if isinstance(thing, paddle.Tensor):
        undo += _undo_of_tensor(thing)
    elif isinstance(thing, _WITH_STATE):
        _keep(vars(thing), found, undo)
    else:
        if not isinstance(thing, tuple):
            content, fill = thing.copy(), thing.extend if isinstance(thing, list) else thing.update
            undo += [thing.clear, lambda: fill(content)]
        for item in thing.values() if isinstance(thing, dict) else thing:
            _keep(item, found, undo)


def _undo_of_tensor(tensor: paddle.Tensor) -> Iterator[Undo]:
    value = tensor.detach().clone()
    yield lambda: tensor.set_value(value)
    if tensor.is_leaf and not tensor.stop_gradient:
        yield lambda: tensor.clear_gradient(False)  # no older Paddle takes `grad = None`
        if tensor.grad is not None:
            grad = tensor.grad.clone()
            yield lambda: setattr(tensor, "grad", grad)
