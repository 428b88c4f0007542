"""The names of the curves of a legend, by matplotlib and by Plotly."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from ppocr_lr.numbers_text import width

HANDLE = 10
"""Letters that would fit where the legend shows a line."""
BESIDE = 3
"""Names in a line of the legend; where so many do not fit, what all have in common is said once."""
_WORTH_A_TITLE = 8  # letters that all names have


def shared(names: Sequence[str], letters: int) -> tuple[str, Sequence[str]]:
    """What many long names begin and end with, `rec_…_v5.yml`, for the title of the legend, and what is left of each.

    `letters` fit in a line of the legend.
    """
    if len(names) <= BESIDE or max(map(width, names)) <= letters // BESIDE - HANDLE:
        return "", names
    # Whole words: the names `run_10` and `run_11` differ in 10 and 11.
    first = re.sub(r"[^\W_]*\Z", "", _beginning(names))
    last = re.sub(r"\A[^\W_]*", "", _beginning([name[len(first) :][::-1] for name in names])[::-1])
    left = [name[len(first) : len(name) - len(last)] for name in names]
    return (f"{first}…{last}", left) if len(first + last) >= _WORTH_A_TITLE and all(left) else ("", names)


def _beginning(names: Sequence[str]) -> str:
    """The letters that all names begin with; `os.path.commonprefix` is deprecated from Python 3.15 on."""
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    return "".join(letters[0] for letters in alike)
