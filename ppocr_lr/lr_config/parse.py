"""From the mapping in the YAML file to a validated model, with every message a user may see on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from ppocr_lr.errors import SECTION, LRConfigError, did_you_mean, nearest, shown
from ppocr_lr.lr_config.base import LRConfig, NoEffect
from ppocr_lr.lr_config.fields import RATE
from ppocr_lr.lr_config.registry import IN_PADDLEOCR, MODELS
from ppocr_lr.lr_config.remarks import Remark
from ppocr_lr.lr_config.run import Run
from ppocr_lr.lr_config.values import number_in_text, yaml_number
from ppocr_lr.numbers_text import rate_text
from ppocr_lr.schedules import Schedule

_NO_NAME = "Const"  # what the newest PaddleOCR builds without a name
_UNKNOWN = "LR101"
_MOST_ERRORS = 5  # of one section in one message

# What users of other libraries write for a key that is spelt quite differently here.
_CALLED_ELSEWHERE = {
    "base_lr": ("learning_rate", "max_lr"),
    "lr": ("learning_rate", "max_lr"),
    "peak_lr": ("learning_rate", "max_lr"),
    "learning_rate": ("max_lr",),
    "max_lr": ("learning_rate",),
    "base_learning_rate": ("base_lr", "learning_rate"),
    "initial_learning_rate": ("learning_rate",),
    "max_learning_rate": ("max_lr", "learning_rate"),
    "eta_min": ("end_lr", "min_lr"),
    "end_lr": ("min_lr", "eta_min"),
    "min_lr": ("end_lr", "eta_min"),
    "lr_min": ("end_lr", "min_lr", "eta_min"),
    "end_learning_rate": ("end_lr", "min_lr", "eta_min"),
    "eta_max": ("learning_rate", "max_lr"),
    "warmup": ("warmup_epoch", "warmup_iters", "warmup_steps"),
    "warmup_steps": ("warmup_iters", "warmup_epoch"),
    "num_warmup_steps": ("warmup_iters", "warmup_steps"),
    "warmup_iters": ("warmup_epoch", "warmup_steps"),
    "warmup_epoch": ("warmup_iters",),
    "warmup_epochs": ("warmup_epoch", "warmup_steps"),
    "warmup_t": ("warmup_epoch", "warmup_steps", "cycle_warmup"),
    "warmup_factor": ("warmup_start_factor",),
    "warmup_lr_init": ("warmup_start_lr", "start_lr"),
    "warmup_init_lr": ("warmup_start_lr", "start_lr"),
    "warmup_start": ("warmup_start_lr", "start_lr"),
    "start_lr": ("warmup_start_lr",),
    "warmup_start_lr": ("start_lr",),
    "boundaries": ("decay_epochs", "milestones", "knots"),
    "milestones": ("decay_epochs",),
    "decay_epochs": ("milestones", "decay_length", "step_size"),
    "decay_rate": ("gamma",),
    "decay_t": ("step_size", "milestones"),
    "decay_steps": ("decay_length", "step_size"),
    "num_decay_steps": ("decay_length",),
    "total_iters": ("decay_length",),
    "total_steps": ("decay_length",),
    "decay_epoch": ("step_size", "decay_epochs", "milestones"),
    "decay_type": ("decay_shape",),
    "lr_end": ("end_lr",),
    "T_0": ("cycle",),
    "t_initial": ("T_0", "cycle"),
    "cycle": ("T_0",),
    "cycle_mul": ("T_mult",),
    "cycle_decay": ("peak_decay",),
    "cycle_limit": ("cycles",),
    "k_decay": ("k",),
    "exp_gamma": ("gamma",),
    "scale_mode": ("mode",),
    "schedulers": ("stages",),
    "schedules": ("stages",),
}

# Words of everyday life, which outside an lr section mean something else.
_COMMON = frozenset({"cycle", "cycles", "k", "mode", "schedulers", "schedules", "stages", "warmup"})

# A run has these anyway; where no key of a name means the same, that is the answer.
_LENGTH_OF_THE_RUN = frozenset({"T_max", "t_initial", "max_iters", "num_training_steps", "total_steps", "total_iters"})

KNOWN_ELSEWHERE = frozenset(_CALLED_ELSEWHERE).union(*_CALLED_ELSEWHERE.values()) - _COMMON
"""Keys of learning-rate sections, here or in other libraries."""

STAGE_KEYS = ("epochs", "until_end")
"""What a stage of a Sequence says of its length; the other keys are those of its lr section."""

_NO_FUNCTION = "a section holds no function"

# What Paddle, PyTorch, PaddleOCR and others call the classes behind the names.
_CLASSES_ELSEWHERE = {
    "Constant": "Const",
    "ConstantLR": "Const",
    "CosineAnnealingDecay": "Cosine",
    "CosineAnnealingLR": "Cosine",
    "ChainedScheduler": "Scale (any schedule times a factor)",
    "CosineAnnealingWarmRestarts": "CosineWarmRestarts",
    "CosineLRScheduler": "Cosine, or CosineWarmRestarts",
    "CyclicLR": "Cyclic",
    "CyclicalCosineDecay": "CyclicalCosine",
    "ExponentialDecay": "Exponential",
    "ExponentialLR": "Exponential",
    "InverseSquareRoot": "InverseSqrt",
    "InverseTimeDecay": "InverseTime",
    "LambdaDecay": f"Sequence or PiecewiseLinear ({_NO_FUNCTION})",
    "LambdaLR": f"Sequence or PiecewiseLinear ({_NO_FUNCTION})",
    "LinearWarmup": "a name with warmup_epoch, such as Const or Cosine",
    "MultiStepLR": "MultiStepDecay",
    "MultiplicativeDecay": f"Exponential ({_NO_FUNCTION})",
    "MultiplicativeLR": f"Exponential ({_NO_FUNCTION})",
    "Multiply": "Scale",
    "NaturalExpDecay": "NaturalExp",
    "NoamDecay": "Noam",
    "NoamLR": "Noam",
    "OneCycleDecay": "OneCycle",
    "OneCycleLR": "OneCycle",
    "PiecewiseDecay": "Piecewise",
    "PlateauLRScheduler": "ReduceOnPlateau",
    "Poly": "Linear (with power), or Polynomial",
    "PolyLR": "Linear (with power), or Polynomial",
    "PolyLRScheduler": "Linear (with power), or Polynomial",
    "PolynomialDecay": "Linear (with power), or Polynomial",
    "PolynomialLR": "Linear (with power), or Polynomial",
    "ReduceLROnPlateau": "ReduceOnPlateau",
    "SGDR": "CosineWarmRestarts",
    "SequentialLR": "Sequence",
    "StepDecay": "Step",
    "StepLR": "Step",
    "TanhLRScheduler": "Tanh",
    "TriStage": "WSD",
    "TriStageLRSchedule": "WSD",
    "TwoStepCosineDecay": "TwoStepCosine",
    "WarmupCosine": "Cosine (with warmup_epoch)",
    "WarmupStableDecay": "WSD",
}

_SET_BY_THE_RUN = {
    "epochs": NoEffect("the length of the run is Global.epoch_num", lambda config, value, run: value == run.epochs),
    "step_each_epoch": NoEffect(
        "the trainer sets it to the length of an epoch", lambda config, value, run: value == run.iters_per_epoch
    ),
}


class ParsedLRConfig(NamedTuple):
    """A section that can be used, and what is to be said about it."""

    name: str
    """The schedule's name; `Const` where the section has none."""
    config: LRConfig
    schedule: Schedule
    remarks: tuple[Remark, ...]


def parse_lr_config(section: object, run: Run, strict: bool = False, beginning: bool = False) -> ParsedLRConfig:
    """Validate an lr section; `section` is never changed.

    With `strict` an unknown key is an error instead of a remark. With `beginning` a name that has no curve is taken
    as far as it is known.

    Raises:
        LRConfigError: with the key, the value and what is allowed.
    """
    if not isinstance(section, Mapping):
        raise LRConfigError(
            f"{SECTION} must be a mapping such as {{name: Cosine, learning_rate: 0.001}}, received {shown(section)}"
        )
    model = model_of(section)
    no_effect = {**_SET_BY_THE_RUN, **model.no_effect}
    unknown: list[Any] = []
    values: dict[str, Any] = {}
    for written, value in section.items():
        key = model.also_called.get(written, written) if isinstance(written, str) else written
        if key == "name":
            continue
        if key in values:
            other = next(name for name in section if name != written and model.also_called.get(name, name) == key)
            raise LRConfigError(f"{SECTION}: {other} and {written} are the same key; write one of them")
        if key in model.model_fields:
            values[key] = value
        elif key not in no_effect:
            unknown.append(key)
    config = _validated(model, section, values)
    name = str(section.get("name", _NO_NAME))
    written_as = spelling(model, section)
    try:  # with the checks that need the length of the run
        schedule = config.beginning(run) if beginning else config.to_schedule(run)
    except LRConfigError as error:
        raise LRConfigError(_respelt(str(error), written_as)) from None
    remarks = []
    for key in unknown:
        meant = _meant_by(key, model, section, schedule, run)
        if strict or not meant or meant.schedule != schedule:  # else nobody is misled
            remarks.append(_unknown(key, model, section, meant.ends() if meant else ""))
    if name in IN_PADDLEOCR:
        remarks += _numbers_in_strings(model, values)
    for key, value in section.items():
        if key in no_effect and key not in model.model_fields:
            rule = no_effect[key]
            if not rule.agrees(config, value, run):
                meant = _meant_by(key, model, section, schedule, run)
                ends = meant.ends() if meant else ""
                remarks.append(Remark("LR104", key, f"{shown(value)} has no effect: {rule.why}{ends}"))
    remarks += config.remarks(run)
    remarks = [remark._replace(key=_respelt_path(remark.key, written_as)) for remark in remarks]
    for code, key, message in remarks if strict else ():
        if code == _UNKNOWN:
            raise LRConfigError(f"{SECTION}.{key}: {message}")
    return ParsedLRConfig(name, config, schedule, tuple(remarks))


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


def config_of(section: Mapping[Any, Any]) -> LRConfig:
    """The validated model of a section, without what depends on the length of the run and without remarks."""
    model = model_of(section)
    written_as = spelling(model, section)
    keys = {key: written_as.get(key, key) for key in model.model_fields}
    return _validated(model, section, {key: section[written] for key, written in keys.items() if written in section})


def called_elsewhere(key: str) -> tuple[str, ...]:
    """The keys here that other libraries call `key`."""
    return _CALLED_ELSEWHERE.get(key, ())


def _unknown(key: object, model: type[LRConfig], section: Mapping[Any, Any], ends: str) -> Remark:
    known = sorted(model.model_fields)
    suggestion = ""
    if isinstance(key, str):
        names = [name for name in called_elsewhere(key) if name in known]
        if not names and key in _LENGTH_OF_THE_RUN:
            suggestion = "; the length of the run is Global.epoch_num"
        elif ends:
            suggestion = ends
        else:
            names = names or nearest(key, known)
            suggestion = f"; did you mean {' or '.join(names)}?" if names else f"; it takes {', '.join(known)}"
    return Remark(_UNKNOWN, _printable(key), f"is not a key of {_name(section)} and has no effect{suggestion}")


class _Meant(NamedTuple):
    """A section with a swallowed key written as the one that means it here, beside the section as it is."""

    written: str
    ours: bool
    """The key to write is this project's own."""
    schedule: Schedule
    as_it_is: Schedule
    run: Run

    def ends(self) -> str:
        """Where both curves end; empty where that is the same."""
        end, other = (rate_text(schedule(self.run.total_iters - 1)) for schedule in (self.as_it_is, self.schedule))
        if end == other:
            return ""
        whose = ", a key of this project that PaddleOCR ignores" if self.ours else ""
        return f"; the run ends at {end}, with {self.written}{whose}, at {other}"


def _meant_by(
    key: object, model: type[LRConfig], section: Mapping[Any, Any], schedule: Schedule, run: Run
) -> _Meant | None:
    """None but for a rate under a name that PaddleOCR has too, and where the key that means it is not written."""
    if not isinstance(key, str) or section.get("name", _NO_NAME) not in IN_PADDLEOCR:
        return None
    fields = model.model_fields
    meant = next((name for name in called_elsewhere(key) if name in fields and RATE in fields[name].metadata), None)
    if meant is None or meant in section:
        return None
    known = {name: value for name, value in section.items() if name == "name" or name in fields}
    try:
        other = parse_lr_config({**known, meant: section[key]}, run)
    except LRConfigError:
        return None
    return _Meant(f"{meant}: {shown(section[key])}", bool(model.ours(meant)), other.schedule, schedule, run)


def _printable(key: object) -> str:
    """A key from anywhere, fit for a terminal: no control characters, no endless text."""
    text = str(key) if isinstance(key, (str, int, float)) else shown(key)
    text = "".join(character if character.isprintable() else "?" for character in text[:80])
    return text if len(text) < 80 else f"{text}…"


def spelling(model: type[LRConfig], section: Mapping[Any, Any]) -> dict[str, str]:
    """How a section spells the keys that it writes in another way than the model."""
    return {key: written for written, key in model.also_called.items() if written in section}


def _respelt_path(path: str, written_as: Mapping[str, str]) -> str:
    key, dot, rest = path.partition(".")
    return f"{written_as.get(key, key)}{dot}{rest}"


def _respelt(message: str, written_as: Mapping[str, str]) -> str:
    for key, written in written_as.items():
        message = message.replace(f"{SECTION}.{key}: ", f"{SECTION}.{written}: ")
    return message


def _name(section: Mapping[Any, Any]) -> str:
    return str(section.get("name", f"{_NO_NAME} (no name is given)"))


def _numbers_in_strings(model: type[LRConfig], values: Mapping[str, Any]) -> Iterator[Remark]:
    """Those under keys that PaddleOCR reads, and does not convert."""
    for key, value in values.items():
        swallowed = key in model.takes_strings or model.ours(key)
        for path, item in () if swallowed else _items(key, value):
            number = number_in_text(item) if isinstance(item, str) else None
            if number is not None:
                yield Remark(
                    "LR102",
                    path,
                    f"{shown(item)} is a string in YAML 1.1 and is taken as the number {number:g}; "
                    f"PaddleOCR itself fails on it, write {yaml_number(number)}",
                )


def _items(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The values in lists at any depth, each with its path."""
    if isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _items(f"{path}.{index}", item)
    else:
        yield path, value


def _validated(model: type[LRConfig], section: Mapping[Any, Any], values: dict[str, Any]) -> LRConfig:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        lines = [_line(details, model, section) for details in error.errors(include_url=False)]
    raise LRConfigError("\n".join(lines[:_MOST_ERRORS]))


def _line(details: Any, model: type[LRConfig], section: Mapping[Any, Any]) -> str:
    key, *items = details["loc"]
    key = spelling(model, section).get(key, key)
    path = ".".join(str(part) for part in (key, *items))
    if details["type"] == "missing":
        meant = [key for key in section if path in called_elsewhere(key)]
        meant += [key for key in section if key not in model.model_fields and path in nearest(str(key), [path])]
        instead = f"; {meant[0]} is not read under this name" if meant else ""
        what = model.model_fields[path].description or "no description"
        return f"{SECTION}.{path} is missing: {_name(section)} needs it, {what}{instead}"
    allowed = f"; it must be {details['ctx']['allowed']}" if details["type"] == "lr_value" else f": {details['msg']}"
    return f"{SECTION}.{path}: {shown(details['input'])} is not allowed{allowed}"
