"""The picture in a window, where there is a screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import matplotlib

from ppocr_lr.axis import Axis
from ppocr_lr.errors import LRConfigError
from ppocr_lr.plotting.figure import draw
from ppocr_lr.training_config import PlannedRun

if TYPE_CHECKING:
    from ppocr_lr.log_comparison import Comparison


def show(
    runs: Sequence[PlannedRun], log_scale: bool = False, axis: Axis = "epochs", logs: Sequence[Comparison] = ()
) -> None:
    """Open a window with the picture and wait until it is closed.

    Raises:
        LRConfigError: there is no screen, or matplotlib has no toolkit to open a window with.
    """
    from matplotlib import pyplot
    from matplotlib.backend_bases import FigureManagerBase

    window = pyplot.figure()
    if type(window.canvas.manager) is FigureManagerBase:
        raise LRConfigError(
            f"--show: no window can be opened here (matplotlib backend {matplotlib.get_backend().lower()}); "
            "the picture is in the file"
        )
    pyplot.close(window)
    figure = draw(runs, log_scale, axis=axis, logs=logs)
    manager = pyplot.figure().canvas.manager
    assert manager is not None
    manager.canvas.figure = figure
    figure.set_canvas(manager.canvas)
    pyplot.show()
