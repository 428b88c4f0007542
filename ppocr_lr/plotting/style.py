"""What every picture looks like, by matplotlib, by Plotly and in characters: colours, dashes, shades, limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ppocr_lr.errors import ArgumentError, LRConfigError, did_you_mean
from ppocr_lr.language import tr

if TYPE_CHECKING:
    from ppocr_lr.curve.polyline import Curve

COLOURS = ("#0072B2", "#E69F00", "#000000", "#56B4E9", "#009E73", "#CC79A7")
"""Colours of the first run, the second, …: Okabe and Ito's, which colour-blind readers can tell apart."""
ALERT = "#D55E00"
"""What is not as planned: Okabe and Ito's vermilion, which no run has."""
GREY = "#666666"
GRID = "#dddddd"
WARMUP = ("#000000", 0.08)
"""Colour and opacity of the shade behind a warmup."""

DASHES: tuple[tuple[float, ...], ...] = ((), (5, 2), (1, 1.2), (6, 2, 1, 2), (3, 1, 1, 1, 1, 1))
"""Lengths of dash and gap in line widths, which carry the difference between runs where there is no colour."""
PADDLEOCR_DASHES: tuple[float, ...] = (7, 4)
"""Dashes of the thin line that PaddleOCR's own trainer would follow."""
OWN_DASHES: tuple[float, ...] = (3, 2)
"""Dashes of a config's own curve beside the scaled one."""
MARK_DASHES: tuple[float, ...] = (2, 3)
WIDTH, THIN = 1.8, 0.9

MARKERS = "osD^vPX"
"""Markers of the first run, the second, …: with the dashes, which are fewer, they tell curves apart in print."""

DPI = 120.0
NARROW_BELOW = 5.0
"""Inches; the texts of a narrower picture, a column's, are smaller."""

FEW = 60
"""Updates; in a run of at most this many, each is a dot."""
MOST_ENTRIES = 14
"""Entries of a legend, at most."""
ROOM = 0.06
"""Share of the height that stays free above the curves, where nothing is written there."""
_LOWEST_SHARE = 1e-6  # of the highest rate: a cosine's last updates are many decades down and would squeeze the rest

STYLE: Any = {
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.titlecolor": GREY,
    "axes.titlesize": 8.5,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "legend.fontsize": 8.5,
    "legend.framealpha": 0.9,
    "figure.titlesize": 11,
    "font.size": 10,
    "pdf.fonttype": 42,
    # A picture that is drawn again from the same config is the same file.
    "svg.hashsalt": "ppocr_lr",
    "svg.fonttype": "none",  # text stays text, which can be searched and edited
    "text.usetex": False,  # names of files and keys are not LaTeX
}
"""Matplotlib's settings, for its `rc_context`."""
PANEL_HEIGHT = 1 / 2.2
"""Height of a small panel, as a share of the large one's."""
PANEL_ROOM = 0.32
"""How much higher a picture is for each small panel, as a share of its height without one."""
NARROW: Any = {"font.size": 8, "legend.fontsize": 7, "axes.titlesize": 7, "figure.titlesize": 8}
"""What is different in a narrow picture."""


def use_style(name: str) -> None:
    """Let every picture of this process follow a style of matplotlib too: a name, or a file of its settings.

    Raises:
        ArgumentError: there is no such style and no such file, or a line of the file is no setting.
    """
    from matplotlib import rc_params_from_file, style

    if name in style.library:
        STYLE.update(style.library[name])
        return
    try:
        with _complaints() as complaints:
            settings = rc_params_from_file(name, use_default_template=False)
    except (OSError, ValueError) as error:
        names = [known for known in style.available if not known.startswith("_")]
        told = tr("neither a style of matplotlib ({names}) nor a file of settings", names=", ".join(names))
        raise ArgumentError("style", told + did_you_mean(name, names), name) from error
    if complaints:
        complaint = " ".join(complaints[0].getMessage().split())
        told = tr("not a file of matplotlib's settings: {complaint}", complaint=complaint)
        raise ArgumentError("style", told, name)
    STYLE.update(settings)


@contextmanager
def blamed_on_style(name: str | None) -> Iterator[None]:
    """What matplotlib stops at inside is the fault of the user's style, if there is one: it may hold any number.

    Raises:
        ArgumentError: instead of an error of matplotlib's.
    """
    try:
        yield
    except LRConfigError:
        raise
    except Exception as error:
        if name is None:
            raise
        said = f"{type(error).__name__}: {error}".partition("\n")[0]  # what LaTeX says goes on for pages
        raise ArgumentError("style", tr("matplotlib cannot draw with it: {error}", error=said), name) from error


@contextmanager
def _complaints() -> Iterator[list[Any]]:
    """The records of what matplotlib reports meanwhile, which it only logs."""
    import logging
    from logging.handlers import BufferingHandler

    logger, listener = logging.getLogger("matplotlib"), BufferingHandler(10**6)
    level = logger.level
    logger.addHandler(listener)
    logger.setLevel(logging.WARNING)
    try:
        yield listener.buffer
    finally:
        logger.removeHandler(listener)
        logger.setLevel(level)


def look(index: int) -> tuple[str, tuple[float, ...]]:
    """Colour and dashes of the run at `index`; the colours of a style of the user's, if it has any."""
    cycle = STYLE.get("axes.prop_cycle")
    colours = cycle.by_key().get("color", COLOURS) if cycle else COLOURS
    return colours[index % len(colours)], DASHES[index % len(DASHES)]


def line_style(dashes: tuple[float, ...]) -> Any:
    """The dashes as matplotlib's `linestyle`."""
    return (0, dashes) if dashes else "-"


def linear_limits(curves: Sequence[Curve], room: float = ROOM) -> tuple[float, float]:
    """The ends of a linear axis for the rates, from 0 up unless a rate is below it."""
    highest = max(float(curve.high.max()) for curve in curves)
    lowest = min(float(curve.low.min()) for curve in curves)
    return min(0.0, lowest * 1.1), highest / (1 - room) if highest > 0 else 1.0


def beside_limits(curves: Sequence[Curve], log_scale: bool = False) -> tuple[bool, float, float]:
    """Whether the axis of a small panel is logarithmic, which is asked for where it is possible, and its ends."""
    low, high = min(float(curve.low.min()) for curve in curves), max(float(curve.high.max()) for curve in curves)
    if log_scale and 0 < low < high / 2:
        return True, low / 1.5, high * 1.5
    room = (high - low) / 10
    # Far from 0, as a momentum is, only what moves is of interest.
    return False, *((low - room, high + room) if high / 2 < low < high else (0.0, 1.1 * high or 1.0))


def log_limits(curves: Sequence[Curve], room: float = ROOM) -> tuple[float, float]:
    """The ends of a logarithmic axis for the rates.

    Raises:
        ArgumentError: no rate is above 0.
    """
    edges = [edge[edge > 0] for curve in curves for edge in (curve.low, curve.high)]
    positive = [edge for edge in edges if edge.size]
    if not positive:
        raise ArgumentError("log_scale", tr("no rate is above 0, so there is nothing to draw"))
    highest = max(float(edge.max()) for edge in positive)
    bottom = max(min(float(edge.min()) for edge in positive), highest * _LOWEST_SHARE) / 1.5
    return bottom, highest * max(2.0, (highest / bottom) ** (room / (1 - room)))
