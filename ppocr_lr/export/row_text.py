"""Rows of numbers as text, written exactly as `repr` writes them and several times as fast."""

from __future__ import annotations

from functools import cache
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic_core import to_json

if TYPE_CHECKING:
    from numpy.typing import NDArray

# pydantic's Rust finds the shortest digits ten times as fast as `repr` does. The digits are the same; the
# notation is not for small numbers, which are most of the rates of a decay:
#   from 1e-4 to 1e15   0.00015      0.00015     the same, and so is 0
#   from 1e-5 to 1e-4   0.000015     1.5e-05
#   from 1e-9 to 1e-5   1.5e-6       1.5e-06
# Those two are rewritten in the bytes; what is beyond them is rare and goes through `repr`.
_SAMPLES = (0.0, 1e-4, 0.00015, 123456789.5, 1e-5, 0.000015, 1e-6, 1.5e-9)
_SAMPLES_TEXT = b"[0.0,0.0001,0.00015,123456789.5,0.00001,0.000015,1e-6,1.5e-9]"

# Bytes that no number contains, for what becomes longer or goes away.
_GONE = ord('"')
_EXPONENT_5 = 5
_MINUS_0 = 6


def rows_text(
    steps: NDArray[np.int64],
    epochs: NDArray[np.float64],
    rates: NDArray[np.float64],
    not_finite: str | None = None,
) -> bytes:
    r"""`step,epoch,rate\n` for every row, floats as `repr` writes them; at least one row.

    `not_finite` is written for NaN and infinities; without it they are `nan` and `inf`.
    """
    cells: list[Any] = [None] * (3 * steps.size)
    cells[0::3] = steps.tolist()
    cells[1::3], quoted = _numbers(epochs, _plain(epochs), not_finite)
    tiny = rates >= 1e-9
    tiny &= rates < 1e-4
    if not _notation_is_known():
        tiny[:] = False
    cells[2::3], quoted_rates = _numbers(rates, _plain(rates) | tiny, not_finite)
    text = bytearray(to_json(cells))
    _end_lines(text, np.flatnonzero(tiny), rates)
    return _finished(text, bool(tiny.any()), quoted or quoted_rates)


def _plain(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where both notations are the same."""
    if not _notation_is_known():
        return np.zeros(values.shape, dtype=np.bool_)
    plain = values >= 1e-4
    plain &= values < 1e15
    # By its bits, since -0.0 equals 0.0 and is written otherwise.
    plain |= values.view(np.int64) == 0
    return plain


def _numbers(
    values: NDArray[np.float64], as_they_are: NDArray[np.bool_], not_finite: str | None
) -> tuple[list[Any], bool]:
    """The values for `to_json`, those not `as_they_are` as strings, and whether there are such."""
    numbers = values.tolist()
    others = np.flatnonzero(~as_they_are).tolist()
    for index in others:
        number = numbers[index]
        numbers[index] = repr(number) if not_finite is None or isfinite(number) else not_finite
    return numbers, bool(others)


def _end_lines(text: bytearray, tiny: NDArray[np.int64], rates: NDArray[np.float64]) -> None:
    """Every third comma becomes a line's end, and the rates at `tiny` are marked for the notation of `repr`."""
    codes = np.frombuffer(text, np.uint8)
    codes[-1] = ord(",")  # the list's closing bracket
    commas = np.flatnonzero(codes == ord(","))
    ends = commas[2::3]
    codes[ends] = ord("\n")
    if not tiny.size:
        return
    fixed = rates[tiny] >= 1e-5
    starts, after = commas[1::3][tiny[fixed]] + 1, ends[tiny[fixed]]
    # 0.000015 is 1.5e-05: five bytes go, the digit moves beside the others with a point between, the end tells.
    for offset in range(5):
        codes[starts + offset] = _GONE
    codes[starts + 5] = _GONE
    codes[after] = _EXPONENT_5
    pointed = starts[after - starts > 7]
    codes[pointed + 5] = codes[pointed + 6]
    codes[pointed + 6] = ord(".")
    # 1.5e-6 is 1.5e-06: the minus before the last digit tells.
    codes[ends[tiny[~fixed]] - 2] = _MINUS_0


def _finished(text: bytearray, tiny: bool, quoted: bool) -> bytes:
    done = bytes(memoryview(text)[1:])  # without the list's opening bracket
    if tiny:
        done = done.replace(bytes([_EXPONENT_5]), b"e-05\n").replace(bytes([_MINUS_0]), b"-0")
    return done.translate(None, bytes([_GONE])) if tiny or quoted else done


@cache
def _notation_is_known() -> bool:
    """Whether this pydantic writes numbers as assumed above; if not, all go through `repr`."""
    return to_json(list(_SAMPLES)) == _SAMPLES_TEXT
