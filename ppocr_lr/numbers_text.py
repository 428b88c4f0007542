"""How numbers are written for people: rates as `1e-3`, long counts as `2.5e9`."""

from __future__ import annotations


def rate_text(rate: float, digits: int = 3) -> str:
    """A rate with up to `digits` digits, as `1e-3`, `2.5e-4`, `0`; from 1 to 999 as `1.5`."""
    if rate == 0:
        return "0"
    if 1 <= abs(rate) < 1000:
        return f"{rate:.{digits}g}"
    mantissa, exponent = f"{rate:.{digits - 1}e}".split("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}"


def count_text(count: float) -> str:
    """A count of iterations or epochs: `2000`, `0.02`, and `2.5e9` where all its digits would not help."""
    if abs(count) >= 1e6:
        mantissa, exponent = f"{count:.3e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    return f"{count:.6g}"


def amount(count: float, unit: str) -> str:
    """`1 epoch`, `2.5 epochs`."""
    return f"{count_text(count)} {unit if count == 1 else unit + 's'}"
