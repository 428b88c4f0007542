"""The picture in a window, where there is a screen."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib
from matplotlib.figure import Figure

from ppocr_lr.errors import ArgumentError
from ppocr_lr.language import tr


def show(make_figure: Callable[[], Figure]) -> None:
    """Open a window with the picture and wait until it is closed.

    Raises:
        LRConfigError: there is no screen, or matplotlib has no toolkit to open a window with.
    """
    from matplotlib import pyplot
    from matplotlib.backend_bases import FigureManagerBase

    window = pyplot.figure()
    if type(window.canvas.manager) is FigureManagerBase:
        backend = matplotlib.get_backend().lower()
        problem = tr(
            "no window can be opened here (matplotlib backend {backend}); the file is written", backend=backend
        )
        raise ArgumentError("show", problem)
    pyplot.close(window)
    figure = make_figure()
    manager = pyplot.figure().canvas.manager
    assert manager is not None
    manager.canvas.figure = figure
    figure.set_canvas(manager.canvas)
    pyplot.show()
