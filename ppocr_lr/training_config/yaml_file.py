"""Reading YAML that may come from anywhere: PyYAML's safe loader, with bounds on size and nesting."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import yaml

from ppocr_lr.errors import LRConfigError

# PyYAML's safe loader on libyaml where that is built in; the same loader in Python, ten times slower, if not.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_PLAIN_TAG = "tag:yaml.org,2002:"  # what `!!` stands for
_NO_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML 1.1 does not allow in a file."""

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
        raise LRConfigError(f"{path}: is larger than {_MAX_BYTES >> 20} MiB, so it is not a training config")
    try:
        # One encoding for all, as PaddleOCR's own files have; "utf-8-sig" also takes Windows editors' mark.
        return raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise LRConfigError(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8") from None


class _UnknownTagError(Exception):
    """A tag that is not plain YAML."""

    def __init__(self, node: Any) -> None:
        tag = node.tag
        self.shown = f"!!{tag.removeprefix(_PLAIN_TAG)}" if tag.startswith(_PLAIN_TAG) else f"'{tag}'"
        self.node = node


def _refuse_tag(loader: Any, node: Any) -> NoReturn:
    raise _UnknownTagError(node)


class _Loader(_SafeLoader):  # type: ignore[misc]  # one of two classes
    """The safe loader; of a tag that it does not know it says so in our words."""


_Loader.add_constructor(None, _refuse_tag)


def read_yaml_text(text: str, source: str) -> Any:
    """As `read_yaml_file`, for text; `source` names it in messages."""
    try:
        _check_size(text, source)
        return yaml.load(text, Loader=_Loader)
    except _UnknownTagError as error:
        where = _at(source, error.node.start_mark)
        raise LRConfigError(
            f"{where}: the tag {error.shown} is not allowed; a config is plain YAML and runs no code"
        ) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if mark:
            _check_size_before(mark.index, text, source)
        raise LRConfigError(
            f"{_at(source, mark) if mark else source}: is not YAML: {error.problem or error.context}"
        ) from None
    except yaml.YAMLError as error:
        if found := _NO_TEXT.search(text):
            before = text[: found.start()]
            where = f"{source}:{before.count(chr(10)) + 1}:{found.start() - before.rfind(chr(10))}"
            raise LRConfigError(f"{where}: is not YAML: it holds the character U+{ord(found[0]):04X}") from None
        raise LRConfigError(f"{source}: is not YAML: {' '.join(str(error).split())}") from None
    except (ValueError, OverflowError) as error:
        if isinstance(error, LRConfigError):
            raise
        raise LRConfigError(f"{source}: holds a value that YAML cannot read: {error}") from None


def _check_size_before(end: int, text: str, source: str) -> None:
    """Look for what is too much before the place that the library stumbles over.

    It reads far ahead of what it hands out, so that a bound of its own may end it before ours is asked.
    """
    with suppress(yaml.YAMLError):
        _check_size(text[:end], source)


def _check_size(text: str, source: str) -> None:
    """Refuse nesting that would overflow the stack and aliases that would unfold into gigabytes."""
    complete: dict[str, int] = {}  # how many nodes an anchor stands for, once it is closed
    open_nodes: list[tuple[str | None, int]] = []
    total = 0
    for event in yaml.parse(text, Loader=_SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in complete:
                raise LRConfigError(
                    f"{_at(source, event.start_mark)}: the alias *{event.anchor} holds itself or is unknown"
                )
            total += complete[event.anchor]
        elif isinstance(event, yaml.ScalarEvent):
            total += 1
            if event.anchor:
                complete[event.anchor] = 1
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            total += 1
            open_nodes.append((event.anchor, total))
            if len(open_nodes) > _MAX_DEPTH:
                raise LRConfigError(f"{_at(source, event.start_mark)}: is nested more than {_MAX_DEPTH} levels deep")
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            anchor, before = open_nodes.pop()
            if anchor:
                complete[anchor] = total - before + 1
        if total > _MAX_NODES:
            raise LRConfigError(f"{_at(source, event.start_mark)}: unfolds into more than {_MAX_NODES} values")


def _at(source: str, mark: Any) -> str:
    return f"{source}:{mark.line + 1}:{mark.column + 1}"
