"""The kinds of values an lr section holds; each says in words what it allows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from ppocr_lr.errors import shown
from ppocr_lr.lr_config.remarks import Remark, remarks_of
from ppocr_lr.lr_config.values import number_in_text, yaml_number


def refused(allowed: str) -> PydanticCustomError:
    """The error of a validator; the caller adds the key and the value."""
    return PydanticCustomError("lr_value", "{allowed}", {"allowed": allowed})


@dataclass(frozen=True)
class _Number:
    """Turns what YAML gave into a float inside the bounds, or refuses it with `allowed`."""

    allowed: str
    fits: Callable[[float], bool]
    whole: bool = False
    strings_are_welcome: bool = False

    def __call__(self, value: Any, info: ValidationInfo) -> float | int:
        number = self._number(value)
        if number is None or not math.isfinite(number) or not self.fits(number):
            raise refused(self.allowed)
        if isinstance(value, str) and not self.strings_are_welcome:
            remarks_of(info).append(
                Remark(
                    "LR102",
                    str(info.field_name),
                    f"{shown(value)} is a string in YAML 1.1 and is taken as the number {number:g}; "
                    f"PaddleOCR itself fails on it, write {yaml_number(number)}",
                )
            )
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


PositiveRate = Annotated[float, BeforeValidator(_Number("a number above 0", lambda x: x > 0)), Field(gt=0)]
Rate = Annotated[float, BeforeValidator(_Number("a number of at least 0", lambda x: x >= 0)), Field(ge=0)]
# LinearWarmupCosine alone passes its rates through float(), so PaddleOCR takes "1e-4" there.
PositiveRateOrString = Annotated[
    float,
    BeforeValidator(_Number("a number above 0", lambda x: x > 0, strings_are_welcome=True)),
    Field(gt=0),
]
RateOrString = Annotated[
    float,
    BeforeValidator(_Number("a number of at least 0", lambda x: x >= 0, strings_are_welcome=True)),
    Field(ge=0),
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
