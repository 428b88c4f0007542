"""Which findings count: chosen by the beginnings of their codes, and left out by comments in the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ppocr_lr.errors import ArgumentError, Place, listed
from ppocr_lr.finding import Finding
from ppocr_lr.language import tr

ALL = ("LR",)
"""The family of all codes."""

_COMMENT = r"#\s*ppocr-lr:\s*ignore\b\s*(LR\d+(?:[,\s]+LR\d+)*)?"

_TYPED = r"(?i)\W*(?:LR)?[\W_]*(\d+)\W*"


class Selection(NamedTuple):
    """Codes, or what they begin with. The longest match counts, as in ruff; of two equally long ones, `ignore`."""

    select: tuple[str, ...] = ALL
    ignore: tuple[str, ...] = ()

    def has(self, code: str) -> bool:
        """Whether findings with this code count."""
        return _longest(code, self.select) > _longest(code, self.ignore)


def _longest(code: str, beginnings: Iterable[str]) -> int:
    return max((len(each) for each in beginnings if code.startswith(each)), default=0)


def code_of(text: str) -> str:
    """A code or a family as it is spelt, `LR401`, of one as people type it: `lr401`, `LR-401`, `[401]`."""
    typed = re.fullmatch(_TYPED, text)
    return f"LR{typed[1]}" if typed else text


def check_codes(argument: str, codes: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    """The codes and families that an argument names; `ArgumentError` if nothing known begins with one."""
    given, known = tuple(map(code_of, listed(argument, codes))), tuple(known)
    for code in given:
        if not code.startswith("LR") or not any(each.startswith(code) for each in known):
            raise ArgumentError(argument, tr("there is no such code; `ppocr-lr explain` lists all"), code)
    return given


class IgnoreComment(NamedTuple):
    """One code in a comment `# ppocr-lr: ignore LR303`."""

    code: str
    """Empty where the comment has none."""
    place: Place
    """The place of the code."""
    whole_file: bool
    """It is on a line of its own; otherwise it counts for its line."""

    @property
    def key(self) -> tuple[str, int]:
        """One of the `keys_of` a finding that it leaves out."""
        return self.code, 0 if self.whole_file else self.place.line


def keys_of(finding: Finding) -> set[tuple[str, int]]:
    """Its code everywhere, and at its line."""
    return {(finding.code, 0), (finding.code, finding.place.line if finding.place else 0)}


def ignore_comments(lines: Iterable[str], source: str) -> Iterator[IgnoreComment]:
    """Every code that the comments of a file name."""
    for number, line in enumerate(lines, 1):
        if "ppocr-lr" in line and (match := re.search(_COMMENT, line)):
            whole_file = line.lstrip().startswith("#")
            for code in re.finditer(r"LR\d+", match[1] or ""):
                yield IgnoreComment(code[0], Place(source, number, match.start(1) + code.start() + 1), whole_file)
            if not match[1]:
                yield IgnoreComment("", Place(source, number, match.start() + 1), whole_file)
