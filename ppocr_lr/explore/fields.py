"""What a form shows for each key of a schedule, from the model that reads it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from ppocr_lr.bounds import limits
from ppocr_lr.language import later
from ppocr_lr.lr_config import MODELS, Run
from ppocr_lr.lr_config.kinds import RATE, AsLength, Number, Ours
from ppocr_lr.lr_config.length import Length, Unit, as_written, length_of
from ppocr_lr.training_config.changes import yaml_text

Kind = Literal["rate", "length", "number", "count", "choice", "switch", "list", "pair", "section"]

_LOWEST_RATE, _HIGHEST_RATE = 1e-8, 1.0
_STEPS = 200  # of a slider from end to end
_WIDEST = 1000.0  # that the bounds of a linear slider may be apart
_LINEAR = 10.0  # the highest bound of one that begins at 0
_DECADES = 2.0  # around the default, where it is not


@dataclass(frozen=True)
class Field:
    """One key, or one item of a list."""

    key: str
    kind: Kind
    description: str = ""
    default: Any = None
    required: bool = False
    ours: bool = False
    """PaddleOCR swallows it."""
    iterations: bool = False
    """A length without a unit counts them."""
    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    """`low` itself is not allowed."""
    open_high: bool = False
    choices: tuple[str, ...] = ()
    items: tuple[Field, ...] = ()
    """What an item of a list is, or the two of a pair."""


@cache
def fields_of(name: str) -> tuple[Field, ...]:
    """The keys of a section with this name: those that must be there first, this project's own last."""
    found = []
    for key, info in MODELS[name].model_fields.items():
        field = _field(key, info.annotation, tuple(info.metadata))
        default = None if info.is_required() else as_written(info.get_default(call_default_factory=True))
        ours = any(isinstance(mark, Ours) for mark in info.metadata)
        described = replace(
            field, description=info.description or "", default=default, required=info.is_required(), ours=ours
        )
        found.append(described)
    return tuple(sorted(found, key=lambda field: (not field.required, field.ours)))


@cache
def fields_inside(name: str, in_list: bool) -> tuple[Field, ...]:
    """The keys of a section inside another one; each of a list of stages has a length too."""
    length = (
        Field("epochs", "length", later("length of the stage (epochs)"), low=0, open_low=True),
        Field("until_end", "switch", later("the last stage lasts to the end of the run"), default=False),
    )
    own = tuple(field for field in fields_of(name) if field.key != "last_epoch")
    return (*length, *own) if in_list else own


def _field(key: str, annotation: Any, marks: tuple[Any, ...]) -> Field:
    while get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        marks = (*marks, *more)
    if length := next((mark for mark in marks if isinstance(mark, AsLength)), None):
        return _bounded(Field(key, "length", iterations=length.iterations), length.bounds)
    if get_origin(annotation) in (Union, UnionType):
        options = [option for option in get_args(annotation) if option is not NoneType]
        return _field(key, options[0], marks) if len(options) == 1 else Field(key, "section")
    if get_origin(annotation) is Literal:
        return Field(key, "choice", choices=tuple(map(str, get_args(annotation))))
    if annotation is bool:
        return Field(key, "switch")
    if get_origin(annotation) is tuple:
        inner = get_args(annotation)
        if inner[-1] is Ellipsis:
            item = _field(key, inner[0], ())
            return Field(key, "section") if item.kind == "section" else Field(key, "list", items=(item,))
        return Field(key, "pair", items=tuple(_field(key, each, ()) for each in inner))
    if annotation in (int, float) and any(isinstance(mark, Number) for mark in marks):
        kind: Kind = "rate" if RATE in marks else "count" if annotation is int else "number"
        return _bounded(Field(key, kind), marks)
    return Field(key, "section")  # another section inside, or a third party's type


def _bounded(field: Field, marks: tuple[Any, ...]) -> Field:
    for kind, limit in limits(marks):
        if kind.name in ("ge", "gt") and limit >= field.low:
            field = replace(field, low=float(limit), open_low=kind.name == "gt")
        elif kind.name in ("le", "lt") and limit <= field.high:
            field = replace(field, high=float(limit), open_high=kind.name == "lt")
    return field


@dataclass(frozen=True)
class Scale:
    """A slider: its positions run from `first` to `last` in steps of `step`."""

    first: float
    last: float
    step: float
    logarithmic: bool = False
    """A position is the decimal logarithm of the value."""
    zero: bool = False
    """Its first position is 0."""
    whole: bool = False

    def value(self, position: float) -> float:
        """The value at a position, with as many digits as the slider can tell apart."""
        if not self.logarithmic:
            value = round(position / self.step) * self.step
            return float(round(value)) if self.whole else float(f"{value:.6g}")
        if self.zero and position <= self.first:
            return 0.0
        value = float(f"{10**position:.2g}")
        return float(round(value)) if self.whole else value

    def position(self, value: float) -> float:
        """The place of a value; the nearest end for one that is outside."""
        if self.logarithmic:
            value = math.log10(value) if value > 0 else self.first
        return min(max(value, self.first), self.last)


def scale_of(field: Field, run: Run, unit: Unit = "epochs") -> Scale | None:
    """The slider of a key in a run; None for a key that has none."""
    zero = field.low == 0 and not field.open_low
    if field.kind == "rate":
        return Scale(math.log10(_LOWEST_RATE), math.log10(_HIGHEST_RATE), 0.02, True, zero)
    if field.kind == "length":
        unit = "it" if field.iterations and unit == "epochs" else unit
        end = {"epochs": run.epochs, "it": run.total_iters, "%": 100}[unit]
        return _linear(0.0, float(end), field, whole=unit == "it")
    if field.kind not in ("number", "count"):
        return None
    whole = field.kind == "count"
    if field.low < 0 or field.high <= _LINEAR:
        return _linear(field.low, field.high, field, whole) if field.high - field.low <= _WIDEST else None
    middle = math.log10(field.default or 1)
    first = max(middle - _DECADES, math.log10(field.low) if field.low else -math.inf)
    return Scale(0.0 if whole else first, middle + _DECADES, 0.02, True, zero, whole)


def _linear(low: float, high: float, field: Field, whole: bool) -> Scale:
    step = max(_nice((high - low) / _STEPS), 1.0 if whole else 0.0)
    return Scale(low + field.open_low * step, high - field.open_high * step, step, whole=whole)


def _nice(step: float) -> float:
    """1, 2 or 5 times a power of ten, near a step."""
    power = 10 ** math.floor(math.log10(step))
    return float(f"{min((1, 2, 5, 10), key=lambda times: abs(math.log(times * power / step))) * power:.3g}")


def amount_and_unit(value: Any) -> tuple[float, Unit]:
    """A length as it is written, taken apart; 0 epochs for anything else."""
    length = length_of(value)
    return (length.amount, length.unit) if length else (0.0, "epochs")


def written(field: Field, value: float, unit: Unit = "epochs") -> str:
    """A value that a slider or a field gives, as written in YAML."""
    if field.kind == "length":
        return yaml_text(Length(value, unit).written)
    return yaml_text(int(value) if field.kind == "count" or (value.is_integer() and abs(value) < 1e15) else value)
