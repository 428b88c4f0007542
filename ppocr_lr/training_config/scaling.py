"""The rates of a section for another batch size. Nothing is ever scaled without being asked.

The batch is what one optimizer update sees: the batch of one card, times the cards, times accumulated steps.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from pydantic import ValidationError

from ppocr_lr.errors import (
    SECTION,
    SECTION_PATH,
    LRConfigError,
    Path,
    Problem,
    did_you_mean,
    errors_under,
    positive_argument,
    shown,
    value_error,
)
from ppocr_lr.finding import Proposal
from ppocr_lr.language import tr
from ppocr_lr.lr_config import LRConfig
from ppocr_lr.lr_config.envelope import WARMUP
from ppocr_lr.lr_config.kinds import RATE
from ppocr_lr.lr_config.length import Length
from ppocr_lr.lr_config.parse import spelling
from ppocr_lr.lr_config.values import number_of
from ppocr_lr.training_config.changes import yaml_text

ScalingRule = Literal["linear", "sqrt", "none"]

SCALING_RULES: Final[tuple[ScalingRule, ...]] = get_args(ScalingRule)
"""The rules that `scaling_factor` knows."""

_DIGITS = 6  # of a scaled rate; more would only be the noise of the product


def scaling_factor(batch: int, reference_batch: int, rule: ScalingRule | str) -> float:
    """By what a rate tuned for batches of `reference_batch` is multiplied for batches of `batch`.

    With b = batch and r = reference_batch, both in samples per optimizer update:

    - `linear`: b/r. Goyal et al., Accurate, Large Minibatch SGD, https://arxiv.org/abs/1706.02677
    - `sqrt`: √(b/r), which keeps the variance of an update. Krizhevsky, One weird trick for parallelizing
      convolutional neural networks, https://arxiv.org/abs/1404.5997; Hoffer et al., Train longer, generalize
      better, https://arxiv.org/abs/1705.08741
    - `none`: 1.

    Raises:
        LRConfigError: a batch is not a positive integer, or there is no such rule.
    """
    ratio = positive_argument("batch", batch) / positive_argument("reference_batch", reference_batch)
    if rule == "linear":
        return ratio
    if rule == "sqrt":
        return math.sqrt(ratio)
    if rule == "none":
        return 1.0
    suggestion = did_you_mean(rule, SCALING_RULES) if isinstance(rule, str) else ""
    raise LRConfigError(f"scaling: {shown(rule)} is not a rule; it must be {', '.join(SCALING_RULES)}{suggestion}")


def rate_keys(model: type[LRConfig]) -> tuple[str, ...]:
    """The keys of a model that are learning rates, found by `RATE` in their types, as in `PositiveRate`.

    In a key like `tuple[Rate, ...]` every number is a rate.
    """
    return tuple(
        key for key, field in model.model_fields.items() if RATE in (*field.metadata, *_marks(field.annotation))
    )


def scaled_section(
    section: Mapping[str, Any], config: LRConfig, factor: float, digits: int = _DIGITS
) -> dict[str, Any]:
    """`section` with every rate times `factor`, to `digits` significant digits; `section` itself is not changed.

    A rate that the section leaves to its default is written out if scaling changes it, so that the schedule as
    a whole is `factor` times the one before. A key without effect, such as `learning_rate` under Piecewise, stays.

    Args:
        section: the lr section as written.
        config: the section as validated, `parse_lr_config(section, run).config`.
        factor: dimensionless, as of `scaling_factor`; 1 changes nothing.

    Raises:
        LRConfigError: `factor` is not a positive number, a scaled rate is too large or too small for one, or the
            model, a third party's, marks no key as a rate.
    """
    number = None if isinstance(factor, str) else number_of(factor)
    if number is None or number <= 0:
        raise value_error(("the scaling factor",), factor, "a number above 0")
    if number == 1:
        return dict(section)
    with errors_under(*SECTION_PATH):
        return _scaled_section(section, config, number, digits)


def _scaled_section(section: Mapping[str, Any], config: LRConfig, factor: float, digits: int) -> dict[str, Any]:
    if key := config.stages_key:
        stages = []
        for index, (written, stage) in enumerate(zip(section[key], getattr(config, key), strict=True)):
            with errors_under(key, index):
                stages.append(_scaled_section(written, stage.section.config, factor, digits))
        return {**section, key: stages}
    keys = rate_keys(type(config))
    if not set(keys) - set(WARMUP):
        raise LRConfigError(
            tr(
                "{model} does not say which of its keys are rates, so nothing can be scaled; declare them with the "
                "type PositiveRate or Rate of ppocr_lr.kinds",
                model=type(config).__name__,
            )
        )
    written_as = spelling(config.also_called, section)
    scaled, rates = dict(section), {}
    for key in keys:
        before, written = getattr(config, key), written_as.get(key, key)
        after = _scaled((written,), before, factor, digits)
        if written in section or after != before:
            scaled[written] = rates[key] = after
    _check_bounds(config, rates, factor)
    return scaled


def override_line(section: Mapping[str, Any], scaled: Mapping[str, Any]) -> str:
    """What to paste to turn `section` into `scaled`: `-o Optimizer.lr.learning_rate=0.004 …`.

    Only keys that differ are in it; it is empty if none does. Numbers are written so that YAML 1.1 reads them as
    numbers, for PaddleOCR's own `-o` too. A list is put in double quotes, which every shell understands.
    """
    return Proposal(overrides_to(section, scaled)).line


def overrides_to(section: Mapping[str, Any], scaled: Mapping[str, Any]) -> tuple[str, ...]:
    """The same as `KEY=VALUE` strings, one for each key that differs."""
    return tuple(f"{key}={yaml_text(value)}" for key, value in _changes(SECTION, section, scaled))


def _changes(path: str, section: Mapping[str, Any], scaled: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in scaled.items():
        if key in section and section[key] == value:
            continue
        if key == "stages":
            for index, (before, after) in enumerate(zip(section[key], value, strict=True)):
                yield from _changes(f"{path}.{key}.{index}", before, after)
        else:
            yield f"{path}.{key}", value


def _marks(annotation: Any) -> Iterator[Any]:
    """What `Annotated` says anywhere inside a type, as in `tuple[Rate, ...]` or `Rate | None`."""
    if get_origin(annotation) is Annotated:
        yield from annotation.__metadata__
        yield from _marks(annotation.__origin__)
    else:
        for inner in get_args(annotation):
            yield from _marks(inner)


def _scaled(path: Path, value: Any, factor: float, digits: int) -> Any:
    """One rate, or the rates of a list or a mapping; None, for a rate that is left out, stays."""
    if isinstance(value, Mapping):
        return {name: _scaled((*path, name), item, factor, digits) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_scaled((*path, index), item, factor, digits) for index, item in enumerate(value)]
    if isinstance(value, Length):  # of a knot, beside its rate
        return value.written
    return value if value is None else _scaled_rate(path, value, factor, digits)


def _scaled_rate(path: Path, rate: float, factor: float, digits: int) -> float:
    product = float(f"{rate * factor:.{digits}g}")
    if not math.isfinite(product) or (product == 0) != (rate == 0):
        allowed = tr(
            "a rate that is still one after scaling; times {factor} it is {product}",
            factor=f"{factor:g}",
            product=f"{product:g}",
        )
        raise value_error(path, rate, allowed)
    return product


def _check_bounds(config: LRConfig, rates: Mapping[str, Any], factor: float) -> None:
    """A rate that was allowed may be too large for its type after scaling."""
    try:
        type(config).model_validate({**dict(config), **rates})
    except ValidationError as error:
        details = error.errors(include_url=False)[0]
        problem = tr(
            "{value}, after scaling by {factor}, is not allowed; it must be {allowed}",
            value=shown(details["input"]),
            factor=f"{factor:g}",
            allowed=details["msg"],
        )
        raise LRConfigError(Problem(details["loc"], problem)) from None
