"""What a run is drawn and compared along: its updates, its epochs, or the share of it that is done."""

from __future__ import annotations

from typing import Literal

from ppocr_lr.lr_config import Run

Axis = Literal["iters", "epochs", "progress"]

AXES: tuple[Axis, ...] = ("iters", "epochs", "progress")

LABELS: dict[Axis, str] = {
    "iters": "iteration (optimizer update)",
    "epochs": "epoch",
    "progress": "fraction of the run",
}


def updates_per_unit(run: Run, axis: Axis) -> int:
    """How many updates one unit of the axis holds: 1, an epoch's, or the whole run's."""
    return {"iters": 1, "epochs": run.iters_per_epoch, "progress": run.total_iters}[axis]
