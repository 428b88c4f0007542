"""The words of a picture: its title, what all curves have in common, the legend."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from textwrap import wrap
from weakref import WeakKeyDictionary

from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from ppocr_lr.curve.summary import summarize
from ppocr_lr.language import OF_PICTURES, speaking
from ppocr_lr.numbers_text import amount, plain_text, shortened, width
from ppocr_lr.plotting.fonts import drawable
from ppocr_lr.plotting.names import HANDLE, shared
from ppocr_lr.plotting.style import NARROW, NARROW_BELOW
from ppocr_lr.training_config.plan import PlannedRun

_LETTER = 0.6  # width of an average letter, as a multiple of its font's size
_SHORTEST = 12  # letters to which a name is cut
_TITLE_SHARE = 0.96  # of the width, for a line of the title: some lines have wider letters than the average one
_LEGEND_SHARE = 0.2  # of the height, beyond which names are cut to be beside each other, and then the picture grows
_LINE = 1.4  # height of a legend's line, as a multiple of its font's size
_KEY_AND_VALUE = re.compile(r"(\S.*) ([-+]?[\d.]+(?:e-?\d+)?(?:it|%)?|true|false)")
_KEPT = "\N{NO-BREAK SPACE}"
_grown: WeakKeyDictionary[Figure, float] = WeakKeyDictionary()  # by how many inches, for the legend
_FEW_FILES = 3  # that are named in a title


def figure_of(axes: Axes) -> Figure:
    """The figure that the axes are in; those of this project have no subfigures."""
    assert isinstance(axes.figure, Figure)
    return axes.figure


def is_narrow(figure: Figure) -> bool:
    """Whether it is as narrow as a column."""
    return bool(figure.get_figwidth() < NARROW_BELOW)


def put_legend(figure: Figure, title: str = "") -> None:
    """The legend of all panels, below them, where it covers nothing; in as many columns as fit.

    It replaces one that is there and keeps its title. A large one makes the picture higher.
    """
    for legend in list(figure.legends):
        title = title or legend.get_title().get_text()
        legend.remove()
    height = figure.get_figheight() - _grown.pop(figure, 0.0)
    entries = [entry for axes in figure.axes for entry in zip(*axes.get_legend_handles_labels(), strict=True)]
    if not entries:
        return
    handles, texts = zip(*entries, strict=True)
    size, letters = _legend_size(figure), int(_legend_letters(figure) / max(map(_wideness, texts)))
    line = _LINE * size / 72
    columns = _columns(texts, letters, _LEGEND_SHARE * height / line)
    lines = -(-len(texts) // columns) + bool(title)
    _grown[figure] = max(0.0, lines * line - _LEGEND_SHARE * height)
    figure.set_figheight(height + _grown[figure])
    shown = [drawable(shortened(text, letters // columns - HANDLE)) for text in texts]
    title, families = drawable(shortened(title, letters))
    legend = figure.legend(
        handles,
        [text for text, _ in shown],
        loc="outside lower center",
        ncols=columns,
        handlelength=3,
        labelspacing=0.3,
        columnspacing=1.2,
        fontsize=size,
        title=title or None,
    )
    legend.get_title().set(fontsize=size, fontfamily=families, parse_math=False)
    for entry, (_, families) in zip(legend.get_texts(), shown, strict=True):
        entry.set_fontfamily(families)
        entry.set_parse_math(False)


def _legend_size(figure: Figure) -> float:
    return float((NARROW if is_narrow(figure) else rcParams)["legend.fontsize"])


def _legend_letters(figure: Figure) -> int:
    """About how many letters fit in a line across the picture."""
    return int(72 * figure.get_figwidth() / (_LETTER * _legend_size(figure)))


def _wideness(text: str) -> float:
    """How many times as wide as an average letter those of a text are, at least 1: capitals are wider."""
    return max(1.0, _letter(text) / _LETTER)


def _letter(text: str) -> float:
    """The average width of its letters, as a multiple of the font's size."""
    shown, families = drawable(text.replace("\n", " "))
    across, *_ = text_to_path.get_text_width_height_descent(
        shown, FontProperties(family=families, size=1), ismath=False
    )
    return float(across) / width(text) if width(text) else _LETTER


def _columns(texts: Sequence[str], letters: int, most_rows: float) -> int:
    """As many as fit; more, with names cut as long as they differ, where the legend would be higher than it may be."""
    columns = max(1, letters // (HANDLE + max(map(width, texts))))
    while len(texts) / columns > most_rows:
        room = letters // (columns + 1) - HANDLE
        if room < _SHORTEST or len({shortened(text, room) for text in texts}) < len(texts):
            break
        columns += 1
    return columns


def titles(figure: Figure, runs: Sequence[PlannedRun], title: str | None) -> None:
    """What is drawn, and below it what all curves have in common."""
    files = list(dict.fromkeys(PurePath(run.source).name for run in runs))
    few = ", ".join(files) if len(files) <= _FEW_FILES else f"{len(files)} configs"
    told = [few if title is None else title, *common_facts(runs)]
    if len(runs) == 1:
        told = [f"{fact} (grey)" if fact.startswith("warmup ") else fact for fact in told]
    size = FontProperties(size=rcParams["figure.titlesize"]).get_size_in_points()
    room = _TITLE_SHARE * 72 * figure.get_figwidth() / size
    name = " ".join(told[0].split())  # a file name may hold a line break
    head = shortened(name, int(room / (_LETTER * _wideness(name))))
    letters = int(room / _letter(" · ".join(told[1:])))
    # No line ends within a fact that fits into one.
    facts = [fact.replace(" ", _KEPT) if len(fact) < letters else fact for fact in told[1:]]
    lines = [line.removesuffix(f"{_KEPT}·").replace(_KEPT, " ") for line in wrap(f"{_KEPT}· ".join(facts), letters)]
    text, families = drawable("\n".join([head, *lines] if head else lines))
    figure.suptitle(text, fontfamily=families, parse_math=False)


def in_common(figure: Figure, names: Sequence[str]) -> tuple[str, Sequence[str]]:
    """What all names say, for the title of the legend, and what is left of each.

    The keys of a sweep are said once. So is what long names begin and end with, `rec_…_v5.yml`.
    """
    keys = {", ".join(key for key, _ in _pairs(name)) for name in names}
    if len(names) > 1 and len(keys) == 1 and (key := keys.pop()):
        return key, [", ".join(value for _, value in _pairs(name)) for name in names]
    return shared(names, _legend_letters(figure))


def _pairs(name: str) -> list[tuple[str, str]]:
    """The keys and values that a name consists of; none if it is something else."""
    matches = [_KEY_AND_VALUE.fullmatch(part) for part in name.split(", ")]
    return [(match[1], match[2]) for match in matches if match] if all(matches) else []


@speaking(OF_PICTURES)
def common_facts(runs: Sequence[PlannedRun]) -> list[str]:
    """What is true of all curves, in the order of a title."""
    each = [list(_facts(run)) for run in runs]
    return [fact for fact in each[0] if all(fact in facts for facts in each)]


def _facts(run: PlannedRun) -> Iterator[str]:
    drawn = run.scaled or run
    summary = summarize(drawn.schedule, run.run)
    yield run.name
    yield f"{amount(run.run.epochs, 'epoch')} × {amount(run.run.iters_per_epoch, 'iteration')}"
    if summary.warmup_iters:
        yield f"warmup {amount(summary.warmup_iters / run.run.iters_per_epoch, 'epoch')}"
    yield f"peak {plain_text(summary.peak)}"
    if summary.final_step != summary.peak_step:
        yield f"final {plain_text(summary.final)}"
