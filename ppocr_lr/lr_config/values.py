"""Numbers as text: what YAML 1.1 reads as a string although it is a number."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from numbers import Real

UNSIGNED = r"([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?"
NUMBER = rf"[-+]?{UNSIGNED}"
"""What YAML 1.2 calls a number; PyYAML reads YAML 1.1, where "1e-3" is a string."""
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d"
QUOTES = "\u2018\u2019\u201c\u201d"
UNSEEN = "\u200b\u2060\ufeff"
_PLAIN = str.maketrans({**dict.fromkeys(DASHES, "-"), **dict.fromkeys(QUOTES + UNSEEN, "")})


def number_of(value: object) -> float | None:
    """The finite number that a value from YAML is, in a string too; None if it is none."""
    number = any_number_of(value)
    return number if number is not None and math.isfinite(number) else None


def any_number_of(value: object) -> float | None:
    """As `number_of`, but the number may also be NaN, or infinite, as one too large for a float is."""
    if isinstance(value, str):
        return number_in_text(value)
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    try:
        return float(value)
    except OverflowError:  # an int with hundreds of digits
        return -math.inf if value < 0 else math.inf


def number_in_text(text: str) -> float | None:
    """The number that `text` is, or None."""
    return float(text) if re.fullmatch(NUMBER, text.strip()) else None


def as_typed(value: object, read: Callable[[str], object]) -> str:
    """A text in plain signs, where an editor, a web page or a keyboard has put others and only those can be `read`."""
    plain = unicodedata.normalize("NFKC", value).translate(_PLAIN).strip() if isinstance(value, str) else ""
    return plain if plain != value and read(plain) is not None else ""


def yaml_number(number: float, kind: type = int) -> str:
    """`number` in a form that YAML 1.1 reads as a number: it wants a dot before the exponent.

    With `float` as the kind it is none of an integer either.
    """
    whole = kind is int and float(number).is_integer() and abs(number) < 1e15
    text = repr(int(number)) if whole else repr(float(number))
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa if '.' in mantissa or not e else mantissa + '.0'}{e}{exponent}"
