"""What is noticed about an input that can be used all the same."""

from __future__ import annotations

import re
import shlex
from enum import IntEnum
from typing import Any, Literal, NamedTuple

from ppocr_lr.errors import Path, Place, dotted, printable
from ppocr_lr.language import tr


class Severity(IntEnum):
    """How much a finding matters: `NOTE`, `WARNING` or `ERROR`; higher is worse."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()


_PLAIN = r"[\w@%+=:,./~-]+"  # to every shell
_LITERAL_IN_QUOTES = r'[^"$`\\!]*'


class Change(NamedTuple):
    """What no override can do to a key of a config, or to an item of a list: rename it, or remove it."""

    kind: Literal["rename", "remove", "keep last"]
    """`keep last`: of a key that occurs more than once, the one that counts."""
    path: Path
    key: str = ""
    """The new name."""

    def __str__(self) -> str:
        if self.kind == "rename":
            return tr("rename it to {key}", key=self.key)
        return tr("take it out") if self.kind == "remove" else tr("take the other one out")

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that it touches, with dots."""
        renamed = (dotted((*self.path[:-1], self.key)),) if self.key else ()
        return (dotted(self.path), *renamed)


class Proposal(NamedTuple):
    """What to add to a command line, or to change in a config: the hint is made from it, and `check --fix` writes it.

    It is tried before it is shown or written, and left out if it does not help.
    """

    overrides: tuple[str, ...] = ()
    """`KEY=VALUE`, as after `-o`; in a file, the value that the key is given there."""
    flags: tuple[tuple[str, Any], ...] = ()
    """Arguments of the run with their values."""
    words: str = "{}"
    """What is said; `{}` stands for what to paste."""
    clears: bool = True
    """The finding goes away with it."""
    changes: tuple[Change, ...] = ()
    """What is done to a file before that."""
    safe: bool = False
    """PaddleOCR's curve stays as it is, or there was none, as PaddleOCR could not run the config."""
    for_files: bool = True
    """False if it reaches so far that it is only shown."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that it touches, with dots."""
        return (
            *(each.partition("=")[0] for each in self.overrides),
            *(key for one in self.changes for key in one.keys),
        )

    def overlaps(self, other: Proposal) -> bool:
        """Both touch the same key, or one of them a key inside one of the other's."""
        ours, theirs = ([f"{key}." for key in each.keys] for each in (self, other))
        return any(one.startswith(two) or two.startswith(one) for one in ours for two in theirs)

    @property
    def renames(self) -> bool:
        """A key gets another name."""
        return any(each.kind == "rename" for each in self.changes)

    @property
    def line(self) -> str:
        """What to paste, quoted where a shell would read something else; or what to do to the file."""
        if self.changes:
            return tr(" and ").join(map(str, self.changes))
        words = ["-o", *self.overrides] if self.overrides else []
        for name, value in self.flags:
            words += [f"--{name.replace('_', '-')}", *([] if value is True else [str(value)])]
        return " ".join(map(_quoted, words))

    def __str__(self) -> str:
        return self.words.replace("{}", self.line)

    def under(self, *path: str | int) -> Proposal:
        """The same proposal, with its paths from further outside."""
        return self._replace(
            overrides=tuple(f"{dotted(path)}.{override}" for override in self.overrides),
            changes=tuple(change._replace(path=(*path, *change.path)) for change in self.changes),
        )


def renamed(key: object, *names: str) -> tuple[Proposal, ...]:
    """What gives a key of a section the name that it was meant to have; nothing if that is not one name."""
    return (Proposal(changes=(Change("rename", (str(key),), names[0]),)),) if len(names) == 1 else ()


def taken_out(key: object) -> tuple[Proposal, ...]:
    """What takes a key without effect out of a section."""
    return (Proposal(changes=(Change("remove", (str(key),)),), safe=True),)


def _quoted(word: str) -> str:
    if re.fullmatch(_PLAIN, word):
        return word
    return f'"{word}"' if re.fullmatch(_LITERAL_IN_QUOTES, word) else shlex.quote(word)


class Finding(NamedTuple):
    """One thing to know about one key: `build_*` warns with it, `ppocr-lr check` lists it."""

    path: Path
    """The path of the key, from the outside in; empty if it is not about a key."""
    message: str
    """One sentence, with the numbers of this run."""
    hint: str = ""
    """What to write instead, or to do."""
    code: str = ""
    """The code of the rule that finds it, as `LR303`: `check/rules`."""
    severity: Severity = Severity.NOTE
    """How much it matters: a note, a warning or an error."""
    place: Place | None = None
    """Where the key is in the file; None for a config that is no file."""
    proposals: tuple[Proposal, ...] = ()
    """What may be pasted instead; once they are tried, those that help, of which the hint is made."""

    @property
    def key(self) -> str:
        """The path with dots: `Optimizer.lr.stages.0.gamma`."""
        return dotted(self.path)

    @property
    def fix(self) -> Proposal | None:
        """What `check --fix` writes: of what is proposed, what leaves the curve as it is, else the first."""
        able = [each for each in self.proposals if each.clears and each.for_files and not each.flags]
        return next((each for each in able if each.safe), able[0] if able else None)

    def __str__(self) -> str:
        return printable(f"{self.key}: {self.message} ({self.code})")

    def under(self, *path: str | int) -> Finding:
        """The same finding, with its paths from further outside."""
        proposals = tuple(proposal.under(*path) for proposal in self.proposals)
        return self._replace(path=(*path, *self.path), proposals=proposals)
