"""The network and its optimizer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import paddle
from paddle import nn

from ppocr_lr.errors import LRConfigError, value_error
from ppocr_lr.lr_config.values import number_in_text

# The keys of `Optimizer` that each name reads.
_KEYS = {
    "Momentum": ("momentum",),
    "SGD": (),
    "Adam": ("beta1", "beta2", "epsilon"),
    "AdamW": ("beta1", "beta2", "epsilon", "weight_decay"),
}
_MOMENTUM = 0.9


def build_network(seed: int) -> nn.Layer:
    """Two convolutions and a linear layer, 10 scores for an image; `seed` determines its initial weights."""
    # The optimizer's state is stored under names that count on from those of the process; a run begins with its own.
    paddle.utils.unique_name.switch()  # type: ignore[no-untyped-call]
    paddle.seed(seed)
    return nn.Sequential(
        nn.Conv2D(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.Conv2D(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2D(2),
        nn.Flatten(),
        nn.Linear(512, 10),
    )


def build_optimizer(section: Mapping[str, Any], scheduler: Any, network: nn.Layer, momentum: float | None) -> Any:
    """The optimizer that the config's section `Optimizer` names; `momentum`, if given, overrides the section.

    Raises:
        LRConfigError: another name than Momentum, SGD, Adam or AdamW, or a number that is none.
    """
    name = section.get("name", "Momentum")
    if name not in _KEYS:
        raise value_error(("Optimizer", "name"), name, f"one of {', '.join(_KEYS)} here")
    if momentum is not None:
        if name != "Momentum":
            raise LRConfigError(f"--momentum {momentum:g}: Optimizer.name is {name}, which has none")
        section = {**section, "momentum": momentum}
    arguments = {key: _share(section[key], f"Optimizer.{key}") for key in _KEYS[name] if key in section}
    if name == "Momentum":
        arguments.setdefault("momentum", _MOMENTUM)
    if "weight_decay" not in arguments and (factor := _l2_factor(section)):
        arguments["weight_decay"] = factor
    return getattr(paddle.optimizer, name)(scheduler, parameters=network.parameters(), **arguments)


def unread_keys(section: Mapping[str, Any]) -> list[str]:
    """Keys of `Optimizer` that PaddleOCR may know and this tool does not read."""
    return sorted(set(map(str, section)) - {"name", "lr", "regularizer", *_KEYS.get(section.get("name", ""), ())})


def _l2_factor(section: Mapping[str, Any]) -> float:
    regularizer = section.get("regularizer")
    if regularizer is None:
        return 0.0
    if not isinstance(regularizer, Mapping) or regularizer.get("name") != "L2":
        raise value_error(("Optimizer", "regularizer"), regularizer, "{name: L2, factor: NUMBER} here")
    return _share(regularizer.get("factor", 0), "Optimizer.regularizer.factor")


def _share(value: Any, key: str) -> float:
    """A number from 0 to below 1, as all of them are here."""
    number = number_in_text(value) if isinstance(value, str) else value  # YAML reads 1e-8 as a string
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not 0 <= number < 1:
        raise value_error((key,), value, "a number from 0 to below 1")
    return float(number)
