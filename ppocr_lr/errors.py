"""The one error and the one warning for input of any kind, and how values are shown in them."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence

SECTION = "Optimizer.lr"

_MAX_ITEMS = 8
_MAX_DEPTH = 1
_MAX_LENGTH = 100

_short = reprlib.Repr()
_short.maxstring = _short.maxother = _short.maxlong = 60


class LRConfigError(ValueError):
    """A config that cannot be used; the message names the key, the value and what is allowed."""


class LRConfigWarning(UserWarning):
    """A config that can be used, but not in the way it is written."""


def shown(value: object, depth: int = 0) -> str:
    """`value` much as YAML would write it, shortened so that no value, however large, floods a message."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple, dict)):
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        if value and depth == _MAX_DEPTH:
            return f"{opening}…{closing}"
        if isinstance(value, dict):
            items = [f"{_short.repr(key)}: {shown(item, depth + 1)}" for key, item in list(value.items())[:_MAX_ITEMS]]
        else:
            items = [shown(item, depth + 1) for item in value[:_MAX_ITEMS]]
        more = ", …" if len(value) > _MAX_ITEMS else ""
        text = f"{opening}{', '.join(items)}{more}{closing}"
        return text if len(text) <= _MAX_LENGTH else f"{text[:_MAX_LENGTH]}…{closing}"
    try:
        return _short.repr(value)
    except ValueError:  # Python writes no integer of more than 4300 digits
        return f"an {type(value).__name__} too long to show"


def key_error(key: str, value: object, allowed: str, section: str = SECTION) -> LRConfigError:
    """The error for one key: `Optimizer.lr.gamma: 2 is not allowed; it must be …`."""
    path = f"{section}.{key}" if section else key
    return LRConfigError(f"{path}: {shown(value)} is not allowed; it must be {allowed}")


def nearest(word: str, known: Sequence[str]) -> list[str]:
    """The names in `known` that `word` may have meant, best first; case does not count."""
    import difflib

    by_folded = {name.lower().replace("_", ""): name for name in known}
    folded = word.lower().replace("_", "")
    if folded in by_folded:
        return [by_folded[folded]]
    close = difflib.get_close_matches(folded, list(by_folded), n=3, cutoff=0.6)
    likeness = [difflib.SequenceMatcher(None, folded, match).ratio() for match in close]
    return [by_folded[match] for match, like in zip(close, likeness, strict=True) if like > likeness[0] - 0.06]


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """`; did you mean A or B?`, or nothing when no name is near."""
    names = nearest(word, known)
    return f"; did you mean {' or '.join(names)}?" if names else ""
