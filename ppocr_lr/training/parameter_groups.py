"""Parameter groups for an optimizer of Paddle, from a table of patterns of names and factors of the rate."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from ppocr_lr.errors import ArgumentError, did_you_mean, shown
from ppocr_lr.lr_config.values import number_of


def parameter_groups(model: Any, factors: Mapping[str, float], *, keep_decay: bool = True) -> list[dict[str, Any]]:
    """What an optimizer of Paddle takes as `parameters`, so that some of them train at a multiple of the rate.

    Args:
        model: a `paddle.nn.Layer`.
        factors: how many times the rate each parameter has, by patterns of their names in
            `model.named_parameters()`, as in `{"backbone.*.bias": 2, "backbone.*": 0.1}`. `*` stands for anything,
            dots too, `?` for one character, `[01]` for one of these. A parameter has the factor of the first pattern
            that matches it. With 0 it does not change; Paddle still computes its gradient.
        keep_decay: keep the regularizer of a parameter that has one of its own (`ParamAttr`), as the `weight_decay` of
            its group. AdamW keeps it anyway and stops at one there: give it False.

    Returns:
        `[{"params": […], "learning_rate": factor}, …]`, in the order of the model: each parameter that trains,
        once. One that no pattern matches keeps its own factor (`ParamAttr`), which Paddle would drop.
        An optimizer writes both into the parameters, where another call finds them.

    Raises:
        LRConfigError: a pattern is not text, or a factor is not a number from 0 up; a pattern matches no parameter that
            trains, or none that an earlier one has left. Names the pattern.
    """
    for pattern, factor in factors.items():
        if not isinstance(pattern, str):
            allowed = "it must be text, such as 'backbone.*'"
            raise ArgumentError("factors", f"{shown(pattern)} is not allowed as a pattern; {allowed}")
        number = None if isinstance(factor, str) else number_of(factor)
        if number is None or number < 0:
            raise ArgumentError("factors", f"{shown(factor)} is not allowed; it must be a number from 0 up", pattern)
    every = dict(model.named_parameters())
    named = {name: parameter for name, parameter in every.items() if parameter.trainable}
    first = {name: next((pattern for pattern in factors if fnmatchcase(name, pattern)), None) for name in named}
    for pattern in factors:
        if pattern not in first.values():
            raise ArgumentError("factors", _no_match(pattern, every, first), pattern)
    groups: dict[Any, dict[str, Any]] = {}
    for name, parameter in named.items():
        taken, own = first[name], parameter.regularizer
        factor = float(parameter.optimize_attr["learning_rate"] if taken is None else factors[taken])
        kept = {"weight_decay": own} if keep_decay and own is not None else {}
        key = (factor, str(own) if kept else "")
        groups.setdefault(key, {"params": [], "learning_rate": factor, **kept})["params"].append(parameter)
    return list(groups.values())


def _no_match(pattern: str, every: Mapping[str, Any], first: Mapping[str, str | None]) -> str:
    taken = [earlier for name, earlier in first.items() if fnmatchcase(name, pattern)]
    if taken:
        return f"{taken[0]}, which comes before it, takes all parameters that it names; put the narrower one first"
    if any(fnmatchcase(name, pattern) for name in every):
        return "what it names does not train (stop_gradient is True)"
    if any(fnmatchcase(name, f"{pattern}.*") for name in first):
        return f"it names no parameter that trains; did you mean {pattern}.*?"
    return f"it names no parameter that trains{did_you_mean(pattern, list(first))}"
