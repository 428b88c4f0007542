"""From the mapping in the YAML file to a validated model, with every message a user may see on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from ppocr_lr.errors import SECTION, LRConfigError, did_you_mean, nearest, shown
from ppocr_lr.lr_config.base import LRConfig, NoEffect
from ppocr_lr.lr_config.registry import MODELS
from ppocr_lr.lr_config.remarks import Remark
from ppocr_lr.lr_config.run import Run
from ppocr_lr.lr_config.values import number_in_text, yaml_number
from ppocr_lr.schedules import Schedule

_NO_NAME = "Const"  # what the newest PaddleOCR builds without a name
_MOST_ERRORS = 5  # of one section in one message

# What users of other libraries write for a key that is spelt quite differently here.
_CALLED_ELSEWHERE = {
    "base_lr": ("learning_rate", "max_lr"),
    "lr": ("learning_rate", "max_lr"),
    "peak_lr": ("learning_rate", "max_lr"),
    "learning_rate": ("max_lr",),
    "max_lr": ("learning_rate",),
    "eta_min": ("end_lr", "min_lr"),
    "end_lr": ("min_lr",),
    "min_lr": ("end_lr",),
    "warmup_steps": ("warmup_epoch",),
    "warmup_iters": ("warmup_epoch", "warmup_steps"),
    "warmup_epochs": ("warmup_epoch", "warmup_steps"),
    "boundaries": ("decay_epochs", "milestones"),
    "milestones": ("decay_epochs",),
    "decay_epochs": ("milestones",),
    "decay_rate": ("gamma",),
    "decay_epoch": ("step_size", "decay_epochs", "milestones"),
    "T_0": ("cycle",),
}

KNOWN_ELSEWHERE = frozenset({*_CALLED_ELSEWHERE, *(key for keys in _CALLED_ELSEWHERE.values() for key in keys)})
"""Keys of learning-rate sections, here or in other libraries."""

# What Paddle, PyTorch and PaddleOCR call the classes behind the names.
_CLASSES_ELSEWHERE = {
    "Constant": "Const",
    "ConstantLR": "Const",
    "CosineAnnealingDecay": "Cosine",
    "CosineAnnealingLR": "Cosine",
    "CosineAnnealingWarmRestarts": "CyclicalCosine",
    "CyclicalCosineDecay": "CyclicalCosine",
    "LinearWarmup": "a name with warmup_epoch, such as Const or Cosine",
    "MultiStepLR": "MultiStepDecay",
    "OneCycleDecay": "OneCycle",
    "OneCycleLR": "OneCycle",
    "PiecewiseDecay": "Piecewise",
    "Polynomial": "Linear (with power)",
    "PolynomialDecay": "Linear (with power)",
    "StepDecay": "Step",
    "StepLR": "Step",
    "TwoStepCosineDecay": "TwoStepCosine",
}

_SET_BY_THE_RUN = {
    "epochs": NoEffect("the length of the run is Global.epoch_num", lambda config, value, run: value == run.epochs),
    "step_each_epoch": NoEffect(
        "the trainer sets it to the length of an epoch", lambda config, value, run: value == run.iters_epoch
    ),
}


class ParsedLRConfig(NamedTuple):
    """A section that can be used, and what is to be said about it."""

    name: str
    """The schedule's name; `Const` where the section has none."""
    config: LRConfig
    schedule: Schedule
    remarks: tuple[Remark, ...]


def parse_lr_config(section: object, run: Run, strict: bool = False) -> ParsedLRConfig:
    """Validate an lr section; `section` is never changed.

    With `strict` an unknown key is an error instead of a remark.

    Raises:
        LRConfigError: with the key, the value and what is allowed.
    """
    if not isinstance(section, Mapping):
        raise LRConfigError(
            f"{SECTION} must be a mapping such as {{name: Cosine, learning_rate: 0.001}}, received {shown(section)}"
        )
    model = model_of(section)
    no_effect = {**_SET_BY_THE_RUN, **model.no_effect}
    remarks: list[Remark] = []
    values: dict[str, Any] = {}
    for key, value in section.items():
        if key == "name":
            continue
        if key in model.model_fields:
            values[key] = value
        elif key not in no_effect:
            remarks.append(_unknown(key, model, section, strict))
    config = _validated(model, section, values)
    remarks += _numbers_in_strings(model, values)
    schedule = config.to_schedule(run)  # with the checks that need the length of the run
    for key, value in section.items():
        if key in no_effect and key not in model.model_fields:
            rule = no_effect[key]
            if not rule.agrees(config, value, run):
                remarks.append(Remark("LR104", key, f"{shown(value)} has no effect: {rule.why}"))
    return ParsedLRConfig(str(section.get("name", _NO_NAME)), config, schedule, (*remarks, *config.remarks(run)))


def model_of(section: Mapping[Any, Any]) -> type[LRConfig]:
    """The model for the section's `name`; without a name it is Const, as in PaddleOCR."""
    name = section.get("name", _NO_NAME)
    if isinstance(name, str) and name in MODELS:
        return MODELS[name]
    suggestion = ""
    if isinstance(name, str):
        elsewhere = _CLASSES_ELSEWHERE.get(name)
        suggestion = f"; did you mean {elsewhere}?" if elsewhere else did_you_mean(name, list(MODELS))
    names = ", ".join(sorted(MODELS))
    raise LRConfigError(f"{SECTION}.name: {shown(name)} is not a schedule{suggestion or ';'} the schedules are {names}")


def called_elsewhere(key: str) -> tuple[str, ...]:
    """The keys here that other libraries call `key`."""
    return _CALLED_ELSEWHERE.get(key, ())


def _unknown(key: object, model: type[LRConfig], section: Mapping[Any, Any], strict: bool) -> Remark:
    known = sorted(model.model_fields)
    suggestion = ""
    if isinstance(key, str):
        elsewhere = [name for name in called_elsewhere(key) if name in known]
        names = elsewhere or nearest(key, known)
        suggestion = f"; did you mean {' or '.join(names)}?" if names else f"; it takes {', '.join(known)}"
    message = f"is not a key of {_name(section)} and has no effect{suggestion}"
    if strict:
        raise LRConfigError(f"{SECTION}.{_printable(key)}: {message}")
    return Remark("LR101", _printable(key), message)


def _printable(key: object) -> str:
    """A key from anywhere, fit for a terminal: no control characters, no endless text."""
    text = str(key) if isinstance(key, (str, int, float)) else shown(key)
    text = "".join(character if character.isprintable() else "?" for character in text[:80])
    return text if len(text) < 80 else f"{text}…"


def _name(section: Mapping[Any, Any]) -> str:
    return str(section.get("name", f"{_NO_NAME} (no name is given)"))


def _numbers_in_strings(model: type[LRConfig], values: Mapping[str, Any]) -> Iterator[Remark]:
    for key, value in values.items():
        if key in model.takes_strings:
            continue
        items = [(f"{key}.{i}", item) for i, item in enumerate(value)] if isinstance(value, (list, tuple)) else []
        for path, item in [(key, value), *items]:
            number = number_in_text(item) if isinstance(item, str) else None
            if number is not None:
                yield Remark(
                    "LR102",
                    path,
                    f"{shown(item)} is a string in YAML 1.1 and is taken as the number {number:g}; "
                    f"PaddleOCR itself fails on it, write {yaml_number(number)}",
                )


def _validated(model: type[LRConfig], section: Mapping[Any, Any], values: dict[str, Any]) -> LRConfig:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        lines = [_line(details, model, section) for details in error.errors(include_url=False)]
    raise LRConfigError("\n".join(lines[:_MOST_ERRORS]))


def _line(details: Any, model: type[LRConfig], section: Mapping[Any, Any]) -> str:
    path = ".".join(str(part) for part in details["loc"])
    if details["type"] == "missing":
        meant = [key for key in section if path in called_elsewhere(key)]
        meant += [key for key in section if key not in model.model_fields and path in nearest(str(key), [path])]
        instead = f"; {meant[0]} is not read under this name" if meant else ""
        what = model.model_fields[path].description or "no description"
        return f"{SECTION}.{path} is missing: {_name(section)} needs it, {what}{instead}"
    allowed = f"; it must be {details['ctx']['allowed']}" if details["type"] == "lr_value" else f": {details['msg']}"
    return f"{SECTION}.{path}: {shown(details['input'])} is not allowed{allowed}"
