"""The kinds of values an lr section holds; each says in words what it allows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from ppocr_lr.lr_config.length import FORMS, Length, length_of
from ppocr_lr.lr_config.run import MAX_ITERS
from ppocr_lr.lr_config.values import number_in_text

SECTION_SCHEMA = "lr section"
"""Stands in a key's JSON Schema for the schema of a whole section, which `schema.py` puts there."""

LARGEST_RATE = 1e100  # no training has it, and no formula overflows below it


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


@dataclass(frozen=True)
class _Length:
    """Turns what YAML gave into a `Length`, or refuses it."""

    fits: Callable[[float], bool]
    bound: str = ""

    def __call__(self, value: Any) -> Length:
        length = length_of(value)
        if length is None or not self.fits(length.amount):
            raise refused(f"a length{self.bound}: {FORMS}")
        return length


@dataclass(frozen=True)
class _Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def __call__(self, value: Any) -> Any:
        if not isinstance(value, str) or value not in self.words:
            raise refused(", ".join(self.words[:-1]) + f" or {self.words[-1]}")
        return value


def _boolean(value: Any) -> bool:
    if isinstance(value, bool) or (type(value) is int and value in (0, 1)):
        return bool(value)
    raise refused("true or false")


def _a_list(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return value
    raise refused("a list, as in [1, 2]")


def _a_pair(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and len(value) == 2:
        return value
    raise refused("a pair of when and the rate there, as in [5, 0.1]")


@dataclass(frozen=True)
class Unit:
    """What a key counts, as a mark in its type: a `RATE` is scaled, `ITERATIONS` fit some epochs alone."""

    name: str


RATE = Unit("rate")
ITERATIONS = Unit("iterations")


@dataclass(frozen=True)
class Ours:
    """Marks a key that PaddleOCR swallows: this project's own, without effect unless it is written."""

    instead: str = ""
    """The nearest thing that PaddleOCR can do."""


def choice(*words: str) -> BeforeValidator:
    """The validator of a key that takes one of `words`; the type beside it is their `Literal`."""
    return BeforeValidator(_Choice(words))


def _length_schema(sign: str = r"\+?", **bound: float) -> dict[str, Any]:
    iterations = r"[0-9]+(\.0*)?([eE]\+?[0-9]+)?\s*it"  # whole ones
    share = r"([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?\s*%"
    above_0 = "(?=[^eE]*[1-9])" if "exclusiveMinimum" in bound else ""
    text = {"type": "string", "pattern": rf"^\s*{above_0}{sign}({iterations}|{share})\s*$"}
    return {"anyOf": [{"type": "number", **bound}, text]}


LENGTH_SCHEMA = _length_schema(exclusiveMinimum=0)
"""JSON Schema of a length above 0."""

PositiveRate = Annotated[
    float, BeforeValidator(_Number("a number above 0", lambda x: 0 < x < LARGEST_RATE)), Field(gt=0), RATE
]
Rate = Annotated[
    float, BeforeValidator(_Number("a number of at least 0", lambda x: 0 <= x < LARGEST_RATE)), Field(ge=0), RATE
]
Gamma = Annotated[
    float,
    BeforeValidator(_Number("a number above 0 and below 1", lambda x: 0 < x < 1)),
    Field(gt=0, lt=1),
]
Power = Annotated[float, BeforeValidator(_Number("a number above 0", lambda x: x > 0)), Field(gt=0)]
PositiveEpochs = Annotated[float, BeforeValidator(_Number("a number of epochs above 0", lambda x: x > 0)), Field(gt=0)]
EpochMark = Annotated[
    float, BeforeValidator(_Number("an epoch, a number of at least 0", lambda x: x >= 0)), Field(ge=0)
]
AnyIters = Annotated[
    int, BeforeValidator(_Number("a whole number of iterations, 0 for none", lambda x: True, whole=True)), ITERATIONS
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
AnyLength = Annotated[
    Length, BeforeValidator(_Length(lambda x: True, ", 0 for none")), WithJsonSchema(_length_schema(r"[-+]?"))
]
PositiveLength = Annotated[Length, BeforeValidator(_Length(lambda x: x > 0, " above 0")), WithJsonSchema(LENGTH_SCHEMA)]
LengthOrNone = Annotated[
    Length,
    BeforeValidator(_Length(lambda x: x >= 0, ", 0 for none, not below")),
    WithJsonSchema(_length_schema(minimum=0)),
]
Share = Annotated[float, BeforeValidator(_Number("a share from 0 to 1", lambda x: 0 <= x <= 1)), Field(ge=0, le=1)]
InnerShare = Annotated[
    float, BeforeValidator(_Number("a share above 0 and below 1", lambda x: 0 < x < 1)), Field(gt=0, lt=1)
]
Factor = Annotated[float, BeforeValidator(_Number("a number above 0", lambda x: 0 < x < LARGEST_RATE)), Field(gt=0)]
NoIters = Annotated[
    int,
    BeforeValidator(_Number("a whole number of iterations, 0 for none", lambda x: 0 <= x <= MAX_ITERS, whole=True)),
    Field(ge=0, le=MAX_ITERS),
    ITERATIONS,
]
Calls = Annotated[
    int,
    BeforeValidator(_Number("a whole number of calls, 0 for none", lambda x: 0 <= x <= MAX_ITERS, whole=True)),
    Field(ge=0, le=MAX_ITERS),
]
Count = Annotated[
    int,
    BeforeValidator(_Number("a whole number above 0", lambda x: 0 < x <= MAX_ITERS, whole=True)),
    Field(gt=0, le=MAX_ITERS),
]
AtLeastOne = Annotated[float, BeforeValidator(_Number("a number of at least 1", lambda x: x >= 1)), Field(ge=1)]
Growth = Annotated[
    float,
    BeforeValidator(_Number("1, or a number from 1.01 to 1000000", lambda x: x == 1 or 1.01 <= x <= 1e6)),
    Field(ge=1, le=1e6),
]
UpToOne = Annotated[
    float, BeforeValidator(_Number("a number above 0, at most 1", lambda x: 0 < x <= 1)), Field(gt=0, le=1)
]
Nonnegative = Annotated[float, BeforeValidator(_Number("a number of at least 0", lambda x: x >= 0)), Field(ge=0)]
Bound = Annotated[
    float, BeforeValidator(_Number("a number from -300 to 300", lambda x: -300 <= x <= 300)), Field(ge=-300, le=300)
]
Knot = Annotated[tuple[LengthOrNone, Rate], BeforeValidator(_a_pair)]
