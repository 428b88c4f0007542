"""What a run is drawn and compared along: its updates, its epochs, or the share of it that is done."""

from __future__ import annotations

from typing import Literal

from ppocr_lr.language import later
from ppocr_lr.lr_config import Run
from ppocr_lr.numbers_text import count_text

Axis = Literal["iters", "epochs", "progress"]

AXES: tuple[Axis, ...] = ("iters", "epochs", "progress")

LABELS: dict[Axis, str] = {
    "iters": later("iteration (optimizer update)"),
    "epochs": later("epoch"),
    "progress": later("fraction of the run"),
}


def updates_per_unit(run: Run, axis: Axis) -> int:
    """How many updates one unit of the axis holds: 1, an epoch's, or the whole run's."""
    return {"iters": 1, "epochs": run.iters_per_epoch, "progress": run.total_iters}[axis]


def epoch_text(step: int, run: Run) -> str:
    """The epochs before an update. The last update counts as the end of the run: 500 says what 499.993 means."""
    if step == run.total_iters - 1:
        return count_text(run.epochs)
    return count_text(round(step / run.iters_per_epoch, 3))
