"""What is noticed about an input that can be used all the same."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ppocr_lr.errors import Path, Place, dotted


@dataclass(frozen=True)
class Finding:
    """One thing to know about one key: `build_*` warns with it, `ppocr-lr check` lists it."""

    code: str
    """Which kind of finding it is, as `LR303`; `check/` has the catalogue."""
    path: Path
    """The key that is meant, from the outside in."""
    message: str
    """One sentence, with the numbers of this run."""
    hint: str = ""
    """What to write instead."""
    place: Place | None = None

    @property
    def key(self) -> str:
        """The path with dots: `Optimizer.lr.stages.0.gamma`."""
        return dotted(self.path)

    def __str__(self) -> str:
        return f"{self.key}: {self.message} ({self.code})"

    def under(self, *path: str | int) -> Finding:
        """The same finding, told from further outside."""
        return replace(self, path=(*path, *self.path))
