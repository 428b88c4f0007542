"""The one error and the one warning a learning-rate section can give."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence

SECTION = "Optimizer.lr"

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 60
_short.maxlist = _short.maxtuple = _short.maxdict = 8


class LRConfigError(ValueError):
    """A config that cannot be used; the message names the key, the value and what is allowed."""


class LRConfigWarning(UserWarning):
    """A config that can be used, but not in the way it is written."""


def shown(value: object) -> str:
    """`value` as YAML would write it where that is short, else a shortened repr (safe for huge values)."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return _short.repr(value)


def key_error(key: str, value: object, allowed: str, section: str = SECTION) -> LRConfigError:
    """The error for one key: `Optimizer.lr.gamma: 2 is not allowed; it must be …`."""
    path = f"{section}.{key}" if section else key
    return LRConfigError(f"{path}: {shown(value)} is not allowed; it must be {allowed}")


def nearest(word: str, known: Sequence[str]) -> list[str]:
    """The names in `known` that `word` may have meant, best first; case does not count."""
    import difflib

    by_folded = {name.lower().replace("_", ""): name for name in known}
    close = difflib.get_close_matches(word.lower().replace("_", ""), list(by_folded), n=3, cutoff=0.6)
    return [by_folded[match] for match in close]


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """`; did you mean A or B?`, or nothing when no name is near."""
    names = nearest(word, known)
    return f"; did you mean {' or '.join(names)}?" if names else ""
