"""What Paddle's `ReduceOnPlateau` does with given metrics."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ppocr_lr.lr_config.base import LedPlateau
from ppocr_lr.schedules import PiecewiseConstant
from ppocr_lr.training.paddle_scheduler import LedReduceOnPlateau, on_plateau
from ppocr_lr.training_config.plan import Reduction


def simulate_plateau(
    led: LedPlateau, evaluations: Iterable[tuple[int, float]]
) -> tuple[PiecewiseConstant, tuple[Reduction, ...]]:
    """The rates behind what leads to a plateau, counted from its beginning, and where they are reduced.

    The scheduler that would train is stepped with the metrics.

    Args:
        led: the plateau.
        evaluations: the updates done at each evaluation, and its metric, in order.
    """
    scheduler: Any = on_plateau(led)
    rate = led.plateau.peak
    reductions = []
    for done, metric in evaluations:
        if isinstance(scheduler, LedReduceOnPlateau):
            scheduler.last_epoch = done  # as after so many calls of step()
        scheduler.step(metric)
        if done >= led.iters and scheduler.last_lr != rate:
            reductions.append(Reduction(done, rate, scheduler.last_lr))
            rate = scheduler.last_lr
    boundaries = tuple(reduction.update - led.iters for reduction in reductions)
    return PiecewiseConstant(boundaries, (led.plateau.peak, *(each.after for each in reductions))), tuple(reductions)
