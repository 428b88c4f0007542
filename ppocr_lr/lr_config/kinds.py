"""The kinds of values an lr section holds. Each is a type with its bounds and its unit; what is read, what an error
says and the JSON Schema come from them. They are public: a section of your own uses them for its keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from ppocr_lr import schedules
from ppocr_lr.bounds import KINDS, beyond, in_words, inside, limits
from ppocr_lr.language import later, tr
from ppocr_lr.lr_config.length import FORMS, Length, length_of
from ppocr_lr.lr_config.values import UNSIGNED, any_number_of, as_typed, number_in_text, number_of
from ppocr_lr.schedules import Shape, kinds

SECTION_SCHEMA = "lr section"
"""Placeholder in a key's JSON Schema for the schema of a whole section, which `schema.py` puts there."""

LARGEST_RATE = 1e100  # no training uses it, and no formula overflows below it

WARMUP_SHAPES: Mapping[str, Shape] = {
    "linear": schedules.LINEAR,
    "constant": schedules.Flat(),
    "cosine": schedules.COSINE,
    "1-sqrt": schedules.OneMinusSqrt(),
    "exponential": schedules.Exponential(),
    "half-life": schedules.HalfLife(),
}
"""What `warmup_mode` may be."""
DECAY_SHAPES: Mapping[str, Shape] = {
    **{word: shape for word, shape in WARMUP_SHAPES.items() if word != "constant"},
    "tanh": schedules.Tanh(),
}
"""What `decay_shape` may be."""


def key(description: str, default: Any = ...) -> Any:
    """One key of a section; without `default` it must be written."""
    return Field(default=default, description=description)


def refused(allowed: str) -> PydanticCustomError:
    """The error of a validator; the caller adds the key and the value."""
    return PydanticCustomError("lr_value", "{allowed}", {"allowed": allowed})


def _plainly(allowed: str, value: Any, read: Callable[[str], object]) -> str:
    """What is allowed, with the value in plain signs if that is all it lacks."""
    plain = as_typed(value, read)
    return tr("{allowed}; in plain signs it is {plain}", allowed=allowed, plain=plain) if plain else allowed


class Number(NamedTuple):
    """Marks a number from YAML, in quotes too: the bounds beside this mark say which are allowed."""

    noun: str = later("a number")
    said: str = ""
    """What is allowed, where bounds do not say it well enough."""
    fits: Callable[[float], bool] = lambda number: True

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        schema: Any = handler(source)
        marks = [mark(schema[kind.name]) for mark, kind in KINDS.items() if kind.name in schema]
        whole = schema["type"] == "int"

        def check(value: Any) -> float | int:
            number = number_of(value)
            if number is None or (whole and not number.is_integer()):
                raise refused(_plainly(self._allowed(marks, any_number_of(value)), value, number_in_text))
            if not (inside(number, marks) and self.fits(number)):
                raise refused(self._allowed(marks, number))
            return int(number) if whole else number

        return core_schema.no_info_before_validator_function(check, schema)

    def _allowed(self, marks: list[Any], number: float | None) -> str:
        if self.said:
            return beyond(tr(self.said), marks, number)
        bounds = in_words(marks, number)
        return tr("{noun} {bounds}", noun=tr(self.noun), bounds=bounds) if bounds else tr(self.noun)


class AsLength(NamedTuple):
    """Marks a length or a mark in time, with its bounds and the units that it may have."""

    bounds: tuple[Any, ...] = ()
    said: str = later("a length, 0 for none: {forms}")
    """What is allowed; may name the `{forms}` of a length, or the `{share}` that a number of iterations may be."""
    iterations: bool = False
    """A number without a unit counts iterations: it must be whole, and stays an int."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        def check(value: Any) -> Length | int:
            length = length_of(value)
            counts = self.iterations and length is not None and length.unit == "epochs"
            if length is None or not inside(length.amount, self.bounds) or (counts and not length.amount.is_integer()):
                said = tr(self.said, forms=tr(FORMS), share=tr(_OR_SHARE))
                said = beyond(said, self.bounds, length.amount if length else None)
                raise refused(_plainly(said, value, length_of))
            return int(length.amount) if counts else length

        return core_schema.no_info_plain_validator_function(check)

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        number = {"type": "integer" if self.iterations else "number"}
        number |= {kind.in_json_schema: limit for kind, limit in limits(self.bounds)}
        sign = r"\+?" if self.bounds else r"[-+]?"
        iterations = r"[0-9]+(\.0*)?([eE]\+?[0-9]+)?\s*it"  # whole ones
        share = rf"{UNSIGNED}\s*%"
        above_0 = "(?=[^eE]*[1-9])" if "exclusiveMinimum" in number else ""
        return {"anyOf": [number, {"type": "string", "pattern": rf"^\s*{above_0}{sign}({iterations}|{share})\s*$"}]}


def _only(fits: Callable[[Any], bool], allowed: str) -> BeforeValidator:
    """Refuses what does not fit, in words of this project."""

    def check(value: Any) -> Any:
        if fits(value):
            return value
        raise refused(tr(allowed))

    return BeforeValidator(check)


RATE, ITERATIONS = "learning rate", "iterations"
"""What a key counts, as a mark in its type: a `RATE` is scaled, `ITERATIONS` fit only some lengths of an epoch."""
UP_TO_PEAK = "up to the peak"
"""Marks a rate that may not be above the peak, under a name that warms up to one."""


class Ours(NamedTuple):
    """Marks a key that PaddleOCR swallows: it is this project's own and has no effect unless written."""

    instead: str = ""
    """The nearest thing that PaddleOCR can do."""


PositiveRate = Annotated[kinds.PositiveRate, Lt(LARGEST_RATE), Number(), RATE]
Rate = Annotated[kinds.Rate, Lt(LARGEST_RATE), Number(), RATE]
EndRate = Annotated[
    Rate, UP_TO_PEAK, Ours("a cosine with a minimum is LinearWarmupCosine with min_lr; Linear takes an end_lr")
]
Gamma = Annotated[kinds.Gamma, Number()]
Power = Annotated[kinds.Positive, Number()]
Factor = Annotated[kinds.Positive, Lt(LARGEST_RATE), Number()]
FactorOrZero = Annotated[kinds.Rate, Lt(LARGEST_RATE), Number()]
Nonnegative = Annotated[float, Ge(0), Number()]
AtLeastOne = Annotated[float, Ge(1), Number()]
UpToOne = Annotated[kinds.UpToOne, Number()]
Share = Annotated[float, Ge(0), Le(1), Number(later("a share"))]
InnerShare = Annotated[kinds.Gamma, Number(later("a share"))]
Cycles = Annotated[float, Gt(0), Le(500), Number()]
Bound = Annotated[kinds.OnTheTangent, Number()]
WholeCycles = Annotated[kinds.Cycles, Number(later("a whole number"))]
Growth = Annotated[kinds.Growth, Number(said=later("1, or a number from 1.01 to 1000000"), fits=kinds.is_growth)]
Count = Annotated[kinds.Iters, Number(later("a whole number"))]
Calls = Annotated[kinds.Update, Number(said=later("a whole number of calls, 0 for none"))]
_OR_SHARE = later('or a share of the run ("10%")')
_NO_ITERS = later("a whole number of iterations, 0 for none, {share}")
_SOME_ITERS = later("a whole number of iterations above 0, {share}")
NoIters = Annotated[int | Length, AsLength((Ge(0), Le(kinds.MAX_ITERS)), _NO_ITERS, iterations=True), ITERATIONS]
AnyIters = Annotated[int | Length, AsLength((), _NO_ITERS, iterations=True), ITERATIONS]
Iters = Annotated[int | Length, AsLength((Gt(0), Le(kinds.MAX_ITERS)), _SOME_ITERS, iterations=True), ITERATIONS]
LastEpoch = Annotated[
    int,
    Ge(-1),
    Lt(kinds.MAX_ITERS),
    Number(said=later("a whole number of at least -1, the last update done before or -1 for none")),
]
AnyLength = Annotated[Length, AsLength()]
LengthOrNone = Annotated[Length, AsLength((Ge(0),), later("a length, 0 for none, not below: {forms}"))]
PositiveLength = Annotated[Length, AsLength((Gt(0),), later("a length above 0: {forms}"))]
Mark = Annotated[Length, AsLength((Ge(0),), later("a mark in time, not below 0: {forms}"))]
DecayShape: TypeAlias = Literal[tuple(DECAY_SHAPES)]  # type: ignore[valid-type]
Switch = Annotated[bool, _only(lambda value: type(value) in (bool, int) and value in (0, 1), later("true or false"))]
AList = _only(lambda value: isinstance(value, (list, tuple)), later("a list, as in [1, 2]"))
_PAIR = later("a pair of when and the rate there, as in [5, 0.1]")
Knot = Annotated[tuple[Mark, Rate], _only(lambda value: isinstance(value, (list, tuple)) and len(value) == 2, _PAIR)]

PEAK = key("the rate at the end of the warmup, the peak")
END = key("the rate at the end of the decay", default=0.0)
ETA_MIN = {"eta_min": "end_lr"}
"""What PyTorch, Paddle and SGDR call the end of a decay."""
