"""Real checkpoints, saved as PaddleOCR saves them."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("paddle")

import paddle

from tests import paddleocr


def optimizer_for(
    scheduler: paddle.optimizer.lr.LRScheduler | float, kind: str = "Momentum", **options: Any
) -> paddle.optimizer.Optimizer:
    """An optimizer that has made one update, so that it has accumulators."""
    with paddle.utils.unique_name.guard():
        layer = paddle.nn.Linear(2, 2)
        optimizer = getattr(paddle.optimizer, kind)(scheduler, parameters=layer.parameters(), **options)
        layer(paddle.ones([1, 2])).sum().backward()
        optimizer.step()
    return optimizer


def save(
    prefix: Path,
    section: dict[str, Any],
    epochs: int,
    iters: int,
    done: int,
    epoch: int | None = None,
    protocol: int = 4,
    kind: str = "Momentum",
    global_step: int | None = None,
) -> Path:
    """Train nothing, but stand `done` updates into a run and save; without `epoch` there is no `.states`.

    `global_step` is what the trainer counts, where that is not `done`.
    """
    scheduler = paddleocr.build(section, epochs, iters)
    optimizer = optimizer_for(scheduler, kind, **({"rho": 0.95} if kind == "RMSProp" else {}))
    if not isinstance(scheduler, float):
        for _ in range(done):
            scheduler.step()
    paddle.save(optimizer.state_dict(), f"{prefix}.pdopt", protocol=protocol)
    paddle.save(paddle.nn.Linear(2, 2).state_dict(), f"{prefix}.pdparams")
    if epoch is not None:
        with open(f"{prefix}.states", "wb") as file:
            states = {"best_model_dict": {"acc": 0.5}, "epoch": epoch, "global_step": global_step or done}
            pickle.dump(states, file, protocol=2)
    return prefix
