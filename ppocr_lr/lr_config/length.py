"""A length of time as written in YAML: epochs (`5`), iterations (`"500it"`) or a share of the run (`"10%"`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from ppocr_lr.errors import Path
from ppocr_lr.language import later
from ppocr_lr.lr_config.values import NUMBER, number_of, yaml_number

Unit = Literal["epochs", "it", "%"]

FORMS = later('epochs (5), iterations ("500it") or a share of the run ("10%")')

_WITH_UNIT = rf"\s*(?P<number>{NUMBER})\s*(?P<unit>it|%)\s*"


@dataclass(frozen=True)
class Length:
    """`amount` epochs, iterations or percent of the run; `Run.iters` converts it to iterations."""

    amount: float
    unit: Unit = "epochs"

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", float(self.amount))

    @classmethod
    def of_share(cls, share: float) -> Length:
        """A share of the run in percent, as it is written: 100 times the float 0.575 is less than 57.5."""
        return cls(float(Decimal(repr(share)) * 100), "%")

    @property
    def written(self) -> float | str:
        """As written in YAML: 5, "500it" or "10%"."""
        if self.unit != "epochs":
            return str(self)
        return int(self.amount) if self.amount.is_integer() else self.amount

    def __str__(self) -> str:
        return yaml_number(self.amount) + ("" if self.unit == "epochs" else self.unit)

    def __bool__(self) -> bool:
        return self.amount != 0


def items(value: Any, *path: str | int) -> Iterator[tuple[Path, Any]]:
    """A value of a section, or those in a list of lists at any depth, each with its path below `path`."""
    if isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from items(item, *path, index)
    else:
        yield path, value


def as_written(value: Any) -> Any:
    """A value of a section as YAML has it: lengths, also those in lists, as they were written."""
    if isinstance(value, Length):
        return value.written
    return tuple(map(as_written, value)) if isinstance(value, (tuple, list)) else value


def length_of(value: object) -> Length | None:
    """The length that a value from YAML is, or None if it is not one."""
    if isinstance(value, Length):
        return value
    match = re.fullmatch(_WITH_UNIT, value) if isinstance(value, str) else None
    unit: Any = match["unit"] if match else "epochs"
    number = number_of(match["number"] if match else value)
    if number is None or (unit == "it" and not number.is_integer()):
        return None
    return Length(number, unit)
