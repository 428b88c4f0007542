"""The kinds of values an lr section holds; each says in words what it allows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from ppocr_lr.lr_config.values import number_in_text

_LARGEST_RATE = 1e100  # no training has it, and no formula overflows below it


def refused(allowed: str) -> PydanticCustomError:
    """The error of a validator; the caller adds the key and the value."""
    return PydanticCustomError("lr_value", "{allowed}", {"allowed": allowed})


@dataclass(frozen=True)
class _Number:
    """Turns what YAML gave into a float (an int if `whole`) inside the bounds, or refuses it with `allowed`."""

    allowed: str
    fits: Callable[[float], bool]
    whole: bool = False

    def __call__(self, value: Any) -> float | int:
        number = self._number(value)
        if number is None or not math.isfinite(number) or not self.fits(number):
            raise refused(self.allowed)
        return int(number) if self.whole else number

    def _number(self, value: Any) -> float | None:
        if isinstance(value, bool) or not isinstance(value, (Real, str)):
            return None
        try:
            number = number_in_text(value) if isinstance(value, str) else float(value)
        except OverflowError:
            return None
        return None if number is None or (self.whole and not number.is_integer()) else number


def _boolean(value: Any) -> bool:
    if isinstance(value, bool) or (type(value) is int and value in (0, 1)):
        return bool(value)
    raise refused("true or false")


def _a_list(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return value
    raise refused("a list, as in [1, 2]")


@dataclass(frozen=True)
class Unit:
    """What the number of a key counts, as a mark in its type; `RATE` is what `scaling` looks for."""

    name: str


RATE = Unit("rate")

PositiveRate = Annotated[
    float, BeforeValidator(_Number("a number above 0", lambda x: 0 < x < _LARGEST_RATE)), Field(gt=0), RATE
]
Rate = Annotated[
    float, BeforeValidator(_Number("a number of at least 0", lambda x: 0 <= x < _LARGEST_RATE)), Field(ge=0), RATE
]
Gamma = Annotated[
    float,
    BeforeValidator(_Number("a number above 0 and below 1", lambda x: 0 < x < 1)),
    Field(gt=0, lt=1),
]
Power = Annotated[float, BeforeValidator(_Number("a number above 0", lambda x: x > 0)), Field(gt=0)]
AnyLength = Annotated[float, BeforeValidator(_Number("a number of epochs, 0 for none", lambda x: True))]
PositiveEpochs = Annotated[float, BeforeValidator(_Number("a number of epochs above 0", lambda x: x > 0)), Field(gt=0)]
EpochMark = Annotated[
    float, BeforeValidator(_Number("an epoch, a number of at least 0", lambda x: x >= 0)), Field(ge=0)
]
AnyIters = Annotated[
    int, BeforeValidator(_Number("a whole number of iterations, 0 for none", lambda x: True, whole=True))
]
LastEpoch = Annotated[
    int,
    BeforeValidator(
        _Number(
            "a whole number of at least -1: the last update done before, -1 for none",
            lambda x: x >= -1,
            whole=True,
        )
    ),
    Field(ge=-1),
]
Switch = Annotated[bool, BeforeValidator(_boolean)]
AList = BeforeValidator(_a_list)
