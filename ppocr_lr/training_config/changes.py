"""A config after changes, and a value as YAML has it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from numbers import Real
from typing import Any

from ppocr_lr.errors import LRConfigError, Problem
from ppocr_lr.errors import Path as KeyPath
from ppocr_lr.finding import Change
from ppocr_lr.lr_config.values import yaml_number
from ppocr_lr.training_config.yaml_file import read_yaml_text

_PLAIN_WORD = r"[A-Za-z0-9_./-][\w.%/-]*"
_NOT_IN_A_LINE = "[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]"
"""What JSON takes as it is, and YAML does not, or takes for a line break; compiled where it is used: few texts are."""


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def yaml_text(value: Any) -> str:
    """`value` on one line, so that YAML 1.1 reads it back."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{yaml_text(name)}: {yaml_text(item)}" for name, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(yaml_text, value))}]"
    if isinstance(value, str):
        plain = re.fullmatch(_PLAIN_WORD, value) and read_yaml_text(value, value) == value
        return value if plain else re.sub(_NOT_IN_A_LINE, _escape, json.dumps(value, ensure_ascii=False))
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(value, (int, date)):
        return str(value)
    if not isinstance(value, Real):
        return json.dumps(str(value))
    return yaml_number(float(value), float if value else int)  # Paddle takes no integer for a rate that never changes


def same(one: Any, other: Any, *, typed: bool = False) -> bool:
    """Whether both are the same YAML; 1 and 1.0 are unless types count, 0 and 0.0 always, 1 and true never."""
    if one is other:
        return True
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key], typed=typed) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(*pair, typed=typed) for pair in zip(one, other, strict=True))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    if type(one) is not type(other) and (not numbers or (typed and one)):
        return False
    return bool(one == other) or (one != one and other != other)


def changed(config: Any, changes: Sequence[Change]) -> Any:
    """`config` after `changes`; `config` itself is not changed.

    Raises:
        LRConfigError: there is no such key, or its new name is taken.
    """
    for change in changes:
        config = _changed(config, change.path, change)
    return config


def _changed(node: Any, path: KeyPath, change: Change) -> Any:
    head, *rest = path
    if isinstance(node, Sequence) and not isinstance(node, str) and isinstance(head, int) and head < len(node):
        inner = [_changed(node[head], tuple(rest), change)] if rest else []  # all that happens to an item: it goes
        return [*node[:head], *inner, *node[head + 1 :]]
    if not isinstance(node, Mapping) or str(head) not in map(str, node):
        raise LRConfigError(Problem(change.path, "there is no such key"))
    if rest:
        return {
            key: _changed(value, tuple(rest), change) if str(key) == str(head) else value for key, value in node.items()
        }
    if change.kind == "keep last":
        return node
    if change.kind == "remove":
        return {key: value for key, value in node.items() if str(key) != str(head)}
    if change.key in node:
        raise LRConfigError(Problem(change.path, f"there is already a key {change.key}"))
    return {change.key if str(key) == str(head) else key: value for key, value in node.items()}
