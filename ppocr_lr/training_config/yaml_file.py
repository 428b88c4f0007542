"""Reading YAML that may come from anywhere: PyYAML's safe loader, with bounds on size and nesting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from ppocr_lr.errors import LRConfigError

# PyYAML's safe loader on libyaml where that is built in; the same loader in Python, ten times slower, if not.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_MAX_BYTES = 4 * 2**20
_MAX_DEPTH = 60
_MAX_NODES = 200_000


class Place(NamedTuple):
    """Where a key stands in its file, counted from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class YAMLDocument:
    """The content of a YAML file, and where each key stands."""

    data: Any
    places: Mapping[str, Place]
    """By dotted key, as `Optimizer.lr.name`; items of lists by index."""
    repeated: tuple[tuple[str, Place], ...]
    """Keys that stand again in the same mapping; the last one counts."""
    lines: tuple[str, ...]


def read_yaml_file(path: str | Path) -> Any:
    """The content of a YAML file as plain Python values.

    Raises:
        LRConfigError: the file cannot be read, or is not plain YAML; says where.
    """
    return read_yaml_text(_text_of(path), str(path))


def read_yaml_document(path: str | Path) -> YAMLDocument:
    """As `read_yaml_file`, with the place of each key."""
    text = _text_of(path)
    data = read_yaml_text(text, str(path))
    places: dict[str, Place] = {}
    repeated: list[tuple[str, Place]] = []
    _find_places(yaml.compose(text, Loader=_SafeLoader), "", places, repeated)
    return YAMLDocument(data, places, tuple(repeated), tuple(text.splitlines()))


def _find_places(node: Any, prefix: str, places: dict[str, Place], repeated: list[tuple[str, Place]]) -> None:
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            name = f"{prefix}.{key.value}" if prefix else str(key.value)
            place = Place(key.start_mark.line + 1, key.start_mark.column + 1)
            if name in seen:
                repeated.append((name, place))
            seen.add(name)
            places[name] = place
            _find_places(value, name, places, repeated)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            name = f"{prefix}.{index}"
            places[name] = Place(value.start_mark.line + 1, value.start_mark.column + 1)
            _find_places(value, name, places, repeated)


def _text_of(path: str | Path) -> str:
    try:
        with open(path, "rb") as file:
            raw = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise LRConfigError(f"{path}: cannot be read: {error.strerror or error}") from None
    if len(raw) > _MAX_BYTES:
        raise LRConfigError(f"{path}: is larger than {_MAX_BYTES >> 20} MiB, so it is no training config")
    try:
        # One encoding for all, as PaddleOCR's own files have; "utf-8-sig" also takes Windows editors' mark.
        return raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise LRConfigError(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8") from None


def read_yaml_text(text: str, source: str) -> Any:
    """As `read_yaml_file`, for text; `source` names it in messages."""
    try:
        _check_size(text, source)
        return yaml.load(text, Loader=_SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{source}:{mark.line + 1}:{mark.column + 1}" if mark else source
        raise LRConfigError(f"{where}: {_problem(error)}") from None
    except yaml.YAMLError as error:
        raise LRConfigError(f"{source}: is not YAML: {' '.join(str(error).split())}") from None
    except (ValueError, OverflowError) as error:
        if isinstance(error, LRConfigError):
            raise
        raise LRConfigError(f"{source}: holds a value that YAML cannot read: {error}") from None


def _problem(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "is not YAML"
    if "could not determine a constructor for the tag" in problem:
        tag = problem.rpartition("'tag:yaml.org,2002:")[2].rstrip("'")
        shown = f"!!{tag}" if "tag:yaml.org,2002:" in problem else problem.partition("tag ")[2]
        return f"the tag {shown} is not allowed; a config is plain YAML and runs no code"
    return f"is not YAML: {problem}"


def _check_size(text: str, source: str) -> None:
    """Refuse nesting that would overflow the stack and aliases that would unfold into gigabytes."""
    complete: dict[str, int] = {}  # how many nodes an anchor stands for, once it is closed
    open_nodes: list[tuple[str | None, int]] = []
    total = 0
    for event in yaml.parse(text, Loader=_SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in complete:
                raise LRConfigError(f"{_at(source, event)}: the alias *{event.anchor} holds itself or is unknown")
            total += complete[event.anchor]
        elif isinstance(event, yaml.ScalarEvent):
            total += 1
            if event.anchor:
                complete[event.anchor] = 1
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            total += 1
            open_nodes.append((event.anchor, total))
            if len(open_nodes) > _MAX_DEPTH:
                raise LRConfigError(f"{_at(source, event)}: is nested more than {_MAX_DEPTH} levels deep")
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            anchor, before = open_nodes.pop()
            if anchor:
                complete[anchor] = total - before + 1
        if total > _MAX_NODES:
            raise LRConfigError(f"{_at(source, event)}: unfolds into more than {_MAX_NODES} values")


def _at(source: str, event: Any) -> str:
    mark = event.start_mark
    return f"{source}:{mark.line + 1}:{mark.column + 1}"
