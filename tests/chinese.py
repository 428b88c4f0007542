"""What is not Chinese in a text that should be."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from ppocr_lr import LRConfigError
from ppocr_lr.language import speaking

# Words of English in a row, or as a label; keys, names and commands stand alone.
_ENGLISH = re.compile(r"(?<![\w.'{-])[a-z]{2,} [a-z]{2,}|^ *(?!epoch)[a-z]{2,}  ")
# What Paddle says.
_PADDLES = re.compile("Error: (Optimizer set error, .*? should in state dict|LR_Scheduler state must be included)")

# Chinese has no spaces between its words, none around its marks but one before a number, and marks and brackets of its
# own. What is put together from parts may say a word twice.
UNCHINESE = re.compile(
    r"[一-鿿] [一-鿿]|[一-鿿]\d|[一-鿿] ?[,;:?!]|[,;?!] ?[一-鿿]|[一-鿿]\(|\([一-鿿]|[一-鿿]\)|[，。；：？！）”] | [，。；：？！（“”]|在在|[，。；：]{2}"
)


_NUMBER = re.compile(r"(?<![A-Za-z_.])\d[\d.]*(?:e-?\d+)?")


def numbers(text: str) -> list[str]:
    """The numbers in a text, which are the same in every language, in their own order."""
    return sorted(_NUMBER.findall(text))


def is_refused_in_chinese(work: Callable[[], object]) -> None:
    """Asserts that the error of `work` is all Chinese for a Chinese reader."""
    with speaking("zh"), pytest.raises(LRConfigError) as error:
        work()
    assert not_chinese(str(error.value)) == [], str(error.value)


def not_chinese(text: str) -> list[str]:
    """The lines with words of English, or set as English is."""
    lines = (_PADDLES.sub("", line) for line in text.splitlines())
    return [line for line in lines if _ENGLISH.search(line) or UNCHINESE.search(line)]
