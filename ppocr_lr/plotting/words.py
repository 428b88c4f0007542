"""The words of a picture: its title, what all curves have in common, the legend."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from textwrap import wrap

from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ppocr_lr.curve.summary import summarize
from ppocr_lr.numbers_text import amount, plain_text, shortened, width
from ppocr_lr.plotting.fonts import drawable
from ppocr_lr.plotting.style import NARROW, NARROW_BELOW
from ppocr_lr.training_config.plan import PlannedRun

_HANDLE = 10  # letters that would fit where the legend shows a line
_SHORTEST = 12  # letters to which a name is cut
_LEGEND_SHARE = 0.3  # of the height, beyond which names are cut so that more of them are beside each other
_KEY_AND_VALUE = re.compile(r"(\S.*) ([-+]?[\d.]+(?:e-?\d+)?(?:it|%)?|true|false)")
_FEW_FILES = 3  # that are named in a title


def figure_of(axes: Axes) -> Figure:
    """The figure that the axes are in; those of this project have no subfigures."""
    assert isinstance(axes.figure, Figure)
    return axes.figure


def is_narrow(figure: Figure) -> bool:
    """Whether it is as narrow as a column."""
    return bool(figure.get_figwidth() < NARROW_BELOW)


def put_legend(figure: Figure, title: str = "") -> None:
    """What all panels have to tell, below them, where it covers nothing; in columns as far as they fit.

    Instead of one that is there, which leaves its title.
    """
    for legend in list(figure.legends):
        title = title or legend.get_title().get_text()
        legend.remove()
    entries = [entry for axes in figure.axes for entry in zip(*axes.get_legend_handles_labels(), strict=True)]
    if not entries:
        return
    handles, texts = zip(*entries, strict=True)
    size = (NARROW if is_narrow(figure) else rcParams)["legend.fontsize"]
    letters = int(72 * figure.get_figwidth() / (0.6 * size))  # of a line across the picture, about
    columns = _columns(texts, letters, _LEGEND_SHARE * 72 * figure.get_figheight() / (1.4 * size))
    shown = [drawable(shortened(text, letters // columns - _HANDLE)) for text in texts]
    title, families = drawable(title)
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


def _columns(texts: Sequence[str], letters: int, most_rows: float) -> int:
    """As many as fit; more, with names cut as long as they differ, where the legend would be higher than it may be."""
    columns = max(1, letters // (_HANDLE + max(map(width, texts))))
    while len(texts) / columns > most_rows:
        room = letters // (columns + 1) - _HANDLE
        if room < _SHORTEST or len({shortened(text, room) for text in texts}) < len(texts):
            break
        columns += 1
    return columns


def titles(figure: Figure, runs: Sequence[PlannedRun], title: str | None) -> None:
    """What is drawn, and below it what all curves have in common."""
    files = list(dict.fromkeys(PurePath(run.source).name for run in runs))
    few = ", ".join(files) if len(files) <= _FEW_FILES else f"{len(files)} configs"
    told = [title or few, *common_facts(runs)]
    if len(runs) == 1:
        told = [f"{fact} (grey)" if fact.startswith("warmup ") else fact for fact in told]
    letters = int(72 * figure.get_figwidth() / (0.52 * rcParams["font.size"]))
    head = shortened(" ".join(told[0].split()), int(0.8 * letters))  # a file name may hold a line break
    text, families = drawable("\n".join([head, *wrap(" · ".join(told[1:]), letters)]))
    figure.suptitle(text, fontfamily=families, parse_math=False)


def common_key(names: Sequence[str]) -> str:
    """The keys with whose values all curves are named, as those of a sweep are; empty where there are none."""
    keys = {", ".join(key for key, _ in _pairs(name)) for name in names}
    return keys.pop() if len(names) > 1 and len(keys) == 1 else ""


def without_keys(name: str) -> str:
    """The values of a name, where `common_key` says the keys."""
    return ", ".join(value for _, value in _pairs(name))


def _pairs(name: str) -> list[tuple[str, str]]:
    """The keys and values that a name consists of; none where it is another one."""
    matches = [_KEY_AND_VALUE.fullmatch(part) for part in name.split(", ")]
    return [(match[1], match[2]) for match in matches if match] if all(matches) else []


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
