"""How numbers are written for people: rates as `1e-3`, long counts as `2.5e9`."""

from __future__ import annotations

import math
from itertools import accumulate
from unicodedata import east_asian_width

from ppocr_lr.language import tr

PLAIN = 1e-4
"""Below it `plain_text` writes exponents."""


def rate_text(rate: float, digits: int = 3) -> str:
    """A rate with up to `digits` digits, as `1e-3`, `2.5e-4`, `0`; from 1 to 999 as `1.5`."""
    mantissa, exponent = _rounded(rate, digits)
    if rate == 0 or 0 <= exponent < digits:
        return f"{float(f'{mantissa}e{exponent}'):g}"
    return f"{mantissa}e{exponent}"


def plain_text(number: float, digits: int = 3) -> str:
    """A number as people write it: `0.1`, `0.0025`, `6.2e-8`, `2.5e4`."""
    text = f"{number:.{digits}g}"
    mantissa, _, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else text


def setting_text(value: object) -> str:
    """The value of a key, much as in a config: `true`, `0.1`, `1e-5`, `[10, 15]`; a dash if there is none."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(setting_text, value))}]"
    return plain_text(value, 15) if isinstance(value, float) else str(value)


def shortened(text: str, most: int) -> str:
    """A text at most `most` letters wide, a longer one cut in the middle: both ends tell names apart."""
    if width(text) <= most:
        return text
    behind = (max(most, 3) - 1) // 2
    return f"{text[: _fitting(text, max(most, 3) - 1 - behind)]}…{text[len(text) - _fitting(text[::-1], behind) :]}"


def width(text: str) -> int:
    """The letters that a text is as wide as; a Chinese character is as wide as two."""
    return sum(map(_letters, text))


def padded(text: str, room: int) -> str:
    """A text with blanks behind it, so that the next one begins `room` letters further on."""
    return text + " " * (room - width(text))


def _fitting(text: str, room: int) -> int:
    """How many characters of its beginning are at most `room` letters wide."""
    return sum(end <= room for end in accumulate(map(_letters, text)))


def _letters(character: str) -> int:
    return 2 if east_asian_width(character) in "WF" else 1


def value_text(value: float, highest: float, digits: int = 4) -> str:
    """A weight decay or a momentum: as a rate where even the highest of its curve is below 0.1, else as `0.85`."""
    return f"{value:.{digits}g}" if highest >= 0.1 else rate_text(value, digits)


def count_text(count: float) -> str:
    """A count of iterations or epochs: `2000`, `0.02`, and `2.5e9` where all its digits would not help.

    An int, which may stand in a sum, keeps its digits up to a billion.
    """
    if isinstance(count, int) and abs(count) <= 10**9:
        return str(count)
    if round(abs(count)) < 10**6:
        return f"{round(count, 3 if abs(count) >= 1 else 6):.9g}"
    mantissa, exponent = _rounded(count, 4)
    return f"{mantissa}e{exponent}"


def _rounded(number: float, digits: int) -> tuple[str, int]:
    """Mantissa without trailing zeros, and exponent, after rounding."""
    mantissa, exponent = f"{number:.{digits - 1}e}".split("e")
    return mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa, int(exponent)


def times_text(ratio: float, other: str, digits: int = 4) -> str:
    """A ratio of two rates: `7.3 times as high as OTHER`, `1/3 of OTHER`."""
    if ratio == 1:
        return tr("as high as {other}", other=other)
    if 1e-5 < ratio < 1 and math.isclose(1 / ratio, round(1 / ratio), rel_tol=1e-9):
        return tr("1/{count} of {other}", count=round(1 / ratio), other=other)
    return tr("{ratio} times as high as {other}", ratio=plain_text(ratio, digits), other=other)


def amount(count: float, unit: str, units: str | None = None) -> str:
    """`1 epoch`, `2.5 epochs`, `2 batches`; a catalogue has one word for any count, as Chinese does."""
    one, text = f"{{count}} {unit}", count_text(count)
    said = tr(one, count=text)
    english = said == f"{text} {unit}" and count != 1
    return f"{text} {units or unit + 's'}" if english else said
