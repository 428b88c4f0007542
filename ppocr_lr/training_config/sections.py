"""What is read of a training YAML outside `Optimizer.lr`: each key once, with its type, default and words.

The reading, the keys that `-o` knows, the JSON Schema and the findings come from these models. A key is validated where
it is used, so that one that decides nothing stops nothing.
"""

# No `from __future__ import annotations`: pydantic would compile the annotations that models inherit for each of them.

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, TypeVar

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, SkipValidation, Tag, ValidationError

from ppocr_lr.bounds import positive_integer
from ppocr_lr.errors import SECTION_PATH, LRConfigError, Path, Problem, nearest, value_error
from ppocr_lr.language import tr
from ppocr_lr.lr_config.kinds import Nonnegative, key, refused

M = TypeVar("M", bound="ConfigSection")


def _count(value: Any) -> int:
    try:
        return positive_integer(value)
    except ValueError as error:
        raise refused(str(error)) from None


def _window(value: Any) -> Any:
    if type(value) is not int or not 1 <= value <= LARGEST_WINDOW:
        raise refused(tr("an integer from 1 to {most}", most=LARGEST_WINDOW))
    return value


def _truth(value: Any) -> bool:
    if value in (False, True):  # and so 0 and 1, which are common
        return bool(value)
    raise refused(tr("true or false"))


def _files(value: Any) -> Any:
    names = [value] if isinstance(value, str) else value
    if names is not None and not (_is_list(names) and all(isinstance(name, str) for name in names)):
        raise refused(tr("a list of file names"))
    return names


def _ratios(value: Any) -> Any:
    for ratio in value if _is_list(value) else [value]:
        if not isinstance(ratio, (int, float)) or isinstance(ratio, bool) or not 0 <= ratio <= 1:
            raise refused(tr("a number from 0 to 1, or a list of one for each label file"))
    return value


def _pair(value: Any) -> Any:
    if not _is_list(value) or len(value) != 2:
        raise refused(tr("two positive integers, [width, height]"))
    return value


def _scales(value: Any) -> Any:
    if not _is_list(value) or not value:
        raise refused(tr("a list of [width, height]"))
    return value


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


LARGEST_WINDOW = 10_000

_ONE, _BOTH = "one number", "both numbers"  # pydantic puts them into the paths of a scale

Count = Annotated[int, Ge(1), BeforeValidator(_count)]
Truth = Annotated[bool, BeforeValidator(_truth)]
Ratio = Annotated[float, Ge(0), Le(1)]
Size = Annotated[list[Count], MinLen(2), MaxLen(2), BeforeValidator(_pair)]
Scale = Annotated[
    Annotated[Size, Tag(_BOTH)] | Annotated[Count, Tag(_ONE)],
    Discriminator(lambda value: _BOTH if _is_list(value) else _ONE),
]


class ConfigSection(BaseModel):
    """A section; what it does not name is the trainer's business."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    required: ClassVar[tuple[str, ...]] = ()
    """Keys that a config must have; if one is missing or null, an argument may take its place."""
    takes_strings: ClassVar[frozenset[str]] = frozenset()
    """Keys under which PaddleOCR itself takes a number that YAML reads as a string."""


class GlobalSection(ConfigSection):
    """Settings of the whole run."""

    required = ("epoch_num",)

    epoch_num: Count = key("length of the run (epochs)", None)
    log_smooth_window: Annotated[int, Ge(1), Le(LARGEST_WINDOW), BeforeValidator(_window)] = key(
        "updates whose median rate is shown in a line of the log (updates)", 20
    )
    checkpoints: Any = key("what a run is resumed from, without .pdopt", None)


def resumed_from(config: Mapping[str, Any]) -> tuple[Path, Any]:
    """The key that names the checkpoint of a resume, and its value; nothing there if it starts anew.

    PaddleOCR saves models for key information extraction as PaddleNLP does, and reads theirs at the backbone.
    """
    architecture = _mapping(config.get("Architecture"))
    if architecture.get("model_type") in ("kie", "vqa") and architecture.get("algorithm") != "SDMGR":
        return ("Architecture", "Backbone", "checkpoints"), _mapping(architecture.get("Backbone")).get("checkpoints")
    return ("Global", "checkpoints"), _mapping(config.get("Global")).get("checkpoints")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


class OptimizerSection(ConfigSection):
    """The optimizer and its learning rate."""

    required = ("lr",)

    name: SkipValidation[str] = key("the optimizer, such as Adam, AdamW or Momentum", None)
    lr: Any = key("the learning rate of each optimizer update", None)
    regularizer: Any = key("the weight decay", None)
    weight_decay: Nonnegative = key("the weight decay where there is no regularizer", None)
    momentum: Any = key("the momentum", None)


class Loader(ConfigSection):
    """How batches are made."""

    batch_size_per_card: Count = key("samples in one iteration on one card (samples)", None)
    drop_last: Truth = key("leave out the last batch of an epoch if it is not full", default=False)


class Dataset(ConfigSection):
    """The training samples."""

    label_file_list: Annotated[str | list[str] | None, BeforeValidator(_files)] = key(
        "text files with one sample a line; their lines are counted", None
    )
    ratio_list: Annotated[Ratio | list[Ratio], BeforeValidator(_ratios)] = key(
        "the share of each label file that is used (0 to 1), one for all or one for each", 1.0
    )
    num_samples: Count = key(
        "samples of an epoch where there are no label files to count (samples); PaddleOCR ignores it", None
    )
    name: SkipValidation[str] = key("the kind of data set, such as SimpleDataSet", None)
    batch_size_per_pair: Count = key("images of one size that LaTeXOCRDataSet makes into one of its items (samples)", 1)


class Sampler(ConfigSection):
    """How samples are put into batches; MultiScaleSampler is counted in rounds over its scales."""

    name: SkipValidation[str] = key("the sampler, such as MultiScaleSampler", None)
    scales: Annotated[list[Scale], MinLen(1), BeforeValidator(_scales)] = key(
        "the image sizes, each [width, height] or one number for both (pixels)", None
    )
    first_bs: Count = key("batch size at the first scale, on one card (samples)", 128)
    # PaddleOCR only tests whether it is true, so null is false; a word, which would always be true, is refused.
    fix_bs: Annotated[Truth, BeforeValidator(lambda value: value or False)] = key(
        "the same batch size at each scale; false: fewer large images, more small ones", default=True
    )
    divided_factor: Size = key("width and height are rounded down to multiples of these (pixels)", [8, 16])

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """Width and height of each scale, in pixels."""
        return [(size, size) if isinstance(size, int) else (size[0], size[1]) for size in self.scales]


class TrainSection(ConfigSection):
    """The training data, which decides the iterations of an epoch; sections may be empty."""

    loader: Loader = Field(default_factory=Loader)  # made where it is read
    dataset: Dataset = Field(default_factory=Dataset)
    sampler: Sampler = Field(default_factory=Sampler)


SECTIONS: Mapping[str, type[ConfigSection]] = {
    "Global": GlobalSection,
    "Optimizer": OptimizerSection,
    "Train": TrainSection,
}


def check_sections(config: Mapping[str, Any]) -> None:
    """Refuse a plain value where a section belongs; PaddleOCR stops at it, whatever is read of the section here.

    Raises:
        LRConfigError: with the section and the value.
    """
    _check_inside(config, SECTIONS, ())


def _check_inside(written: Mapping[str, Any], models: Mapping[str, type[ConfigSection]], path: Path) -> None:
    for name, model in models.items():
        section = written.get(name)
        if section is not None:  # nothing is an empty one
            if not isinstance(section, Mapping):
                raise value_error((*path, name), section, tr("a mapping"))
            _check_inside(section, inner_sections(model), (*path, name))


def inner_sections(model: type[ConfigSection]) -> dict[str, type[ConfigSection]]:
    """The sections inside a section."""
    fields = {name: field.annotation for name, field in model.model_fields.items()}
    return {name: kind for name, kind in fields.items() if isinstance(kind, type) and issubclass(kind, ConfigSection)}


OPTIMIZERS: Mapping[str, tuple[str, ...]] = {
    "Adadelta": ("rho", "epsilon"),
    "Adam": ("beta1", "beta2", "epsilon"),
    "AdamW": ("beta1", "beta2", "epsilon"),
    "Momentum": ("momentum",),
    "RMSProp": ("momentum", "rho", "epsilon"),
}
"""PaddleOCR's optimizers, each with the numbers that it hands to Paddle as they are written."""

CLIPPING = ("clip_norm", "clip_norm_global")
"""How PaddleOCR clips gradients, under any optimizer."""

FROM_PADDLEOCR = ("learning_rate", "grad_clip")
"""What PaddleOCR gives an optimizer beside its section, in which it may not stand as well."""

FOLLOWING = ("Optimizer.regularizer", "Optimizer.momentum")
"""Sections that may have a `name` of the lr section: what else follows a schedule."""

DECIDE_THE_RUN = ("epoch_num", "pretrained_model", "checkpoints")
_EPOCHS_ELSEWHERE = "(?i)(n|nb|num|max|total|train|num_train)?_?epochs?"
"""What other projects call the length of a run."""


def meant_at_the_top(key: object, config: Mapping[str, Any]) -> list[str]:
    """Which section that a config lacks another one, or its name, is a slip of."""
    missing = [name for name in SECTIONS if name not in config]
    return nearest(key, missing, least=0.7) if isinstance(key, str) and isinstance(config[key], Mapping) else []


def meant_in_global(key: object) -> list[str]:
    """Which of the keys in Global that decide the run a key may be a slip of, or another project's name for."""
    if not isinstance(key, str) or key in DECIDE_THE_RUN:
        return []
    if re.fullmatch(_EPOCHS_ELSEWHERE, key):
        return ["epoch_num"]
    if key.endswith("_num") and not nearest(key.removesuffix("_num"), ("epoch",)):
        return []  # char_num is like epoch_num in that alone
    if key.endswith("_pretrained_model"):
        return []  # a fork's student_pretrained_model is of a part of the model
    return nearest(key, DECIDE_THE_RUN)


def meant_in_optimizer(key: object) -> list[str]:
    """Which of the keys in Optimizer that are read a key is a slip of; no_weight_decay_name is none."""
    known = [*OptimizerSection.model_fields]
    return [] if not isinstance(key, str) or key in known else nearest(key, known, least=0.85)


def read(model: type[M], written: object, path: Path, *keys: str) -> M:
    """The section at `path`, validated; a missing one counts as empty.

    With `keys` only these are looked at.

    Raises:
        LRConfigError: with the key, the value and what is allowed.
    """
    if written is None:
        written = {}
    if not isinstance(written, Mapping):
        raise value_error(path, written, tr("a mapping"))
    values = {name: written[name] for name in keys or written if name in written}
    for name in model.required:
        if values.get(name, ...) is None:
            del values[name]
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problems = [problem for details in error.errors(include_url=False) for problem in _problems(details, model)]
    raise LRConfigError(problems).under(*path)


def _problems(details: Any, model: type[ConfigSection]) -> Iterator[Problem]:
    path = tuple(part for part in details["loc"] if part not in (_ONE, _BOTH))
    if details["type"] in ("extra_forbidden", "invalid_key"):
        # Not swallowed as in the lr section: PaddleOCR stops with a TypeError.
        yield Problem(path, tr("is not a key of it; it takes name, {keys}", keys=", ".join(model.model_fields)))
    else:
        yield from value_error(path, details["input"], details["ctx"]["allowed"]).problems


def read_keys(models: Mapping[str, type[ConfigSection]] = SECTIONS, path: Path = ()) -> Iterator[Path]:
    """The paths of the keys that are read; `Optimizer.lr` and the regularizer have keys of their own."""
    for name, model in models.items():
        inner = inner_sections(model)
        yield from ((*path, name, key) for key in model.model_fields if key not in inner)
        yield from read_keys(inner, (*path, name))


def holds_read_keys(path: Path) -> bool:
    """Whether there is a key that is read at this path, or below it in a section outside the lr section."""
    return any(key[: len(path)] == path for key in read_keys())


def is_read(path: Path) -> bool:
    """Whether something is read at this path, or below it in a section that is read as a whole."""
    whole = (SECTION_PATH, *(tuple(place.split(".")) for place in FOLLOWING))
    return holds_read_keys(path) or any(path[: len(section)] == section for section in whole)
