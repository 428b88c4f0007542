"""What is noticed about an input that can be used all the same."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from ppocr_lr.errors import Path, Place, dotted, printable


class Severity(IntEnum):
    """How much a finding matters; higher is worse."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()


_PLAIN = re.compile(r"[\w@%+=:,./~-]+")  # to every shell
_LITERAL_IN_QUOTES = re.compile(r'[^"$`\\!]*')


@dataclass(frozen=True)
class Proposal:
    """What to add to a command line. It is tried before it is said, and left out where it does not help."""

    overrides: tuple[str, ...] = ()
    """`KEY=VALUE`, as after `-o`."""
    flags: tuple[tuple[str, Any], ...] = ()
    """Arguments of the run with their values."""
    words: str = "{}"
    """What is said; `{}` stands for what to paste."""
    clears: bool = True
    """The finding goes away with it."""

    @property
    def line(self) -> str:
        """What to paste, quoted where a shell would read something else."""
        words = ["-o", *self.overrides] if self.overrides else []
        for name, value in self.flags:
            words += [f"--{name.replace('_', '-')}", *([] if value is True else [str(value)])]
        return " ".join(map(_quoted, words))

    def __str__(self) -> str:
        return self.words.replace("{}", self.line)

    def under(self, *path: str | int) -> Proposal:
        """The same proposal, told from further outside."""
        return replace(self, overrides=tuple(f"{dotted(path)}.{override}" for override in self.overrides))


def _quoted(word: str) -> str:
    if _PLAIN.fullmatch(word):
        return word
    return f'"{word}"' if _LITERAL_IN_QUOTES.fullmatch(word) else shlex.quote(word)


@dataclass(frozen=True)
class Finding:
    """One thing to know about one key: `build_*` warns with it, `ppocr-lr check` lists it."""

    path: Path
    """The key that is meant, from the outside in; empty where it is no key."""
    message: str
    """One sentence, with the numbers of this run."""
    hint: str = ""
    """What to write instead, or to do."""
    code: str = ""
    """Of the rule that finds it, as `LR303`: `check/rules`."""
    severity: Severity = Severity.NOTE
    """As its rule has it."""
    place: Place | None = None
    proposals: tuple[Proposal, ...] = ()
    """What may be pasted instead; those that help become the hint."""

    @property
    def key(self) -> str:
        """The path with dots: `Optimizer.lr.stages.0.gamma`."""
        return dotted(self.path)

    def __str__(self) -> str:
        return printable(f"{self.key}: {self.message} ({self.code})")

    def under(self, *path: str | int) -> Finding:
        """The same finding, told from further outside."""
        proposals = tuple(proposal.under(*path) for proposal in self.proposals)
        return replace(self, path=(*path, *self.path), proposals=proposals)
