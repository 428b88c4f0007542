"""Which model reads the section with which `name`; a third party adds its own with one decorator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from ppocr_lr.lr_config.base import LRConfig

    Model = TypeVar("Model", bound=type[LRConfig])

_models: dict[str, type[LRConfig]] = {}

MODELS: Mapping[str, type[LRConfig]] = MappingProxyType(_models)
"""All registered models by `name`, read-only."""


def register_lr_config(name: str) -> Callable[[Model], Model]:
    """Class decorator: sections with `name: NAME` are read by this subclass of `LRConfig`.

    Raises:
        ValueError: `name` is taken by another class.
    """

    def register(model: Model) -> Model:
        taken = _models.get(name)
        if taken is not None and (taken.__module__, taken.__qualname__) != (model.__module__, model.__qualname__):
            raise ValueError(f"the schedule name {name!r} is taken by {taken.__module__}.{taken.__qualname__}")
        _models[name] = model
        return model

    return register
