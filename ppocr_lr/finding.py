"""What is noticed about an input that can be used all the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

from ppocr_lr.errors import Path, Place, dotted, printable


class Severity(IntEnum):
    """How much a finding matters; higher is worse."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Finding:
    """One thing to know about one key: `build_*` warns with it, `ppocr-lr check` lists it."""

    path: Path
    """The key that is meant, from the outside in; empty where it is no key."""
    message: str
    """One sentence, with the numbers of this run."""
    hint: str = ""
    """What to write instead."""
    code: str = ""
    """Of the rule that finds it, as `LR303`: `check/rules`."""
    severity: Severity = Severity.NOTE
    """As its rule has it."""
    place: Place | None = None

    @property
    def key(self) -> str:
        """The path with dots: `Optimizer.lr.stages.0.gamma`."""
        return dotted(self.path)

    def __str__(self) -> str:
        return printable(f"{self.key}: {self.message} ({self.code})")

    def under(self, *path: str | int) -> Finding:
        """The same finding, told from further outside."""
        return replace(self, path=(*path, *self.path))
