"""Numbers as text: what YAML 1.1 reads as a string although it is a number."""

from __future__ import annotations

import re

# What YAML 1.2 calls a number; PyYAML reads YAML 1.1, where "1e-3" is a string.
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")


def number_in_text(text: str) -> float | None:
    """The number that `text` is, or None."""
    return float(text) if _NUMBER.fullmatch(text.strip()) else None


def yaml_number(number: float) -> str:
    """`number` in a form that YAML 1.1 reads as a number: it wants a dot before the exponent."""
    text = repr(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa if '.' in mantissa or not e else mantissa + '.0'}{e}{exponent}"
