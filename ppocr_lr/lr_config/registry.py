"""Which model reads a section by its `name`; a third party adds its own with one decorator."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

from ppocr_lr.errors import LRConfigError, LRConfigWarning, MissingExtraError

if TYPE_CHECKING:
    from ppocr_lr.lr_config.base import LRConfig

    Model = TypeVar("Model", bound=type[LRConfig])

# The names by their modules. Creating a pydantic model takes longer than checking a config, so a module is imported
# when one of its names is asked for.
_IN_PADDLEOCR = {
    "decay": ("Const", "Linear", "DecayLearningRate"),
    "cosine": ("Cosine",),
    "cosine_variants": ("LinearWarmupCosine", "TwoStepCosine"),
    "piecewise": ("Step", "Piecewise", "MultiStepDecay"),
    "cyclic": ("CyclicalCosine", "OneCycle"),
}
_OUR_OWN = {
    "decay": ("Polynomial", "LinearLR"),
    "shapes": ("REX", "KDecay", "Tanh", "WSD", "Trapezoid"),
    "cyclic": ("CosineWarmRestarts", "Cyclic"),
    "endless": ("InverseSqrt", "InverseTime", "Noam", "Exponential", "NaturalExp"),
    "piecewise": ("PiecewiseLinear",),
    "sequence": ("Sequence", "Scale"),
    "plateau": ("ReduceOnPlateau",),
    "range_test": ("RangeTest",),
}
_HOMES = {name: module for homes in (_IN_PADDLEOCR, _OUR_OWN) for module, names in homes.items() for name in names}

IN_PADDLEOCR = frozenset().union(*_IN_PADDLEOCR.values())
"""The names that PaddleOCR has too."""

ENTRY_POINTS = "ppocr_lr.schedules"
"""An installed package names a module here, as `mine = "my_package.schedules"`, whose import registers schedules."""

_registered: dict[str, type[LRConfig]] = {}


class _Models(Mapping[str, "type[LRConfig]"]):
    """All models by `name`, read-only: this project's, and those registered by others."""

    def __getitem__(self, name: str) -> type[LRConfig]:
        if name not in _registered:
            if name in _HOMES:
                import_module(f"ppocr_lr.lr_config.{_HOMES[name]}")
            else:
                _import_installed()
        return _registered[name]

    def __iter__(self) -> Iterator[str]:
        _import_installed()
        return iter([*_HOMES, *(name for name in _registered if name not in _HOMES)])

    def __len__(self) -> int:
        return sum(1 for _ in self)


@cache
def _import_installed() -> None:
    """Once, and only for a name that is not ours: searching all installed packages takes time."""
    from importlib.metadata import entry_points

    for entry in entry_points(group=ENTRY_POINTS):
        try:
            entry.load()
        except Exception as error:  # another project's fault, and no reason to stop a config that does not need it
            said = f"{entry.value} cannot be imported: {type(error).__name__}: {error}"
            warnings.warn(f"{ENTRY_POINTS}: {said}", LRConfigWarning, stacklevel=2)


MODELS: Mapping[str, type[LRConfig]] = _Models()


def register_lr_config(name: str) -> Callable[[Model], Model]:
    """Class decorator: sections with `name: NAME` are read by this subclass of `LRConfig`, with the keys it `takes`.

    Raises:
        TypeError: `name` is no text, or the decorated class is not a subclass of `LRConfig`.
        ValueError: `name` is taken by another class, or a key is called as something that every section has.
    """
    from ppocr_lr.lr_config.base import LRConfig
    from ppocr_lr.lr_config.envelope import EVERY, with_keys

    if not (isinstance(name, str) and name):
        raise TypeError(f"register_lr_config takes the name of a schedule, received {name!r}")

    def register(model: Model) -> Model:
        if not (isinstance(model, type) and issubclass(model, LRConfig)):
            raise TypeError(f"the schedule {name!r} must be a subclass of LRConfig, received {model!r}")
        home = f"ppocr_lr.lr_config.{_HOMES[name]}" if name in _HOMES else model.__module__
        taken = _identity(_registered.get(name, model)) if model.__module__ == home else home
        if taken != _identity(model):
            raise ValueError(f"the schedule name {name!r} is taken by {taken}")
        without_curve = vars(model).get("has_curve") is False
        keys = model.takes if without_curve else {**model.takes, **EVERY}
        if name in _HOMES:
            made: Model = with_keys(model, keys)
        else:
            from ppocr_lr.lr_config.foreign import guarded

            made = with_keys(guarded(name, model), keys)
        _registered[name] = made
        return made

    return register


@contextmanager
def faults_told() -> Iterator[None]:
    """Whatever a schedule of another project does wrong becomes an `LRConfigError` that names its class."""
    try:
        yield
    except (LRConfigError, MissingExtraError, OSError, Warning):
        raise  # no schedule's fault
    except Exception as error:
        from ppocr_lr.lr_config.foreign import fault_of_another

        if (fault := fault_of_another(error)) is None:
            raise
        raise fault from error


def _identity(model: type[LRConfig]) -> str:
    return f"{model.__module__}.{model.__qualname__}"
