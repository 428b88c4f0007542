"""Reading YAML that may come from anywhere: PyYAML's safe loader, with bounds on size and nesting."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

import yaml

from ppocr_lr.errors import LRConfigError, Place, Problem, dotted, shown
from ppocr_lr.errors import Path as KeyPath
from ppocr_lr.language import tr
from ppocr_lr.training_config.logged_config import config_in_log, is_log

# PyYAML's safe loader on libyaml where that is built in; the same loader in Python, ten times slower, if not.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_PLAIN_TAG = "tag:yaml.org,2002:"  # what `!!` stands for
_NUMBERS = (f"{_PLAIN_TAG}int", f"{_PLAIN_TAG}float")
_DIRECTIVE = re.compile("^%", re.MULTILINE)
_NO_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML 1.1 does not allow in a file."""

MAX_BYTES = 4 * 2**20
_MAX_DEPTH = 60
MAX_NODES = 50_000
MAX_KEYS = 1000
"""Of one mapping: what is said of each key is looked for among all that are known."""
_LONGEST_NUMBER = 1000  # characters; the time that one of sixties takes is the square of them
_LONGEST_KEY = 16
_MOST_DIRECTIVES = 10  # each is compared with all before it


@dataclass(frozen=True)
class YAMLDocument:
    """The content of a YAML file, and where each key stands."""

    source: str
    data: Any
    places: Mapping[str, Place]
    """By dotted key, as `Optimizer.lr.name`; items of lists by index."""
    repeated: tuple[KeyPath, ...]
    """Keys that stand again in the same mapping; the last one counts."""
    lines: tuple[str, ...]


def read_yaml_file(path: str | Path, *, any_tag: bool = False) -> Any:
    """The content of a YAML file as plain Python values; of a log of PaddleOCR's trainer, the config that it holds.

    With `any_tag`, what has an unknown tag is read as if it had none; nothing is ever run.

    Raises:
        LRConfigError: the file cannot be read, or is not plain YAML; says where.
    """
    if is_log(path):
        return config_in_log(path)
    return read_yaml_text(_text_of(path), str(path), any_tag=any_tag)


def read_yaml_document(path: str | Path) -> YAMLDocument:
    """As `read_yaml_file`, with the place of each key; a log has none."""
    if is_log(path):
        return YAMLDocument(str(path), config_in_log(path), {}, (), ())
    return yaml_document(_text_of(path), path)


def yaml_document(text: str, path: str | Path) -> YAMLDocument:
    """As `read_yaml_document`, for the text of a file that has been read."""
    places: dict[str, Place] = {}
    repeated: list[KeyPath] = []

    def note_places(root: Any) -> None:
        for key, place, again in _keys(root, str(path)):
            places[dotted(key)] = place
            if again:
                repeated.append(key)

    data = read_yaml_text(text, str(path), look=note_places)
    return YAMLDocument(str(path), data, places, tuple(repeated), tuple(text.splitlines()))


def _keys(node: Any, source: str, above: KeyPath = ()) -> Iterator[tuple[KeyPath, Place, bool]]:
    """The path of each key and each item of a list, where it stands, and whether its mapping had the key before."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            path = (*above, str(key.value))
            yield path, _place(source, key.start_mark), path in seen
            seen.add(path)
            yield from _keys(value, source, path)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*above, index), _place(source, value.start_mark), False
            yield from _keys(value, source, (*above, index))


def yaml_events(text: str) -> Iterator[Any]:
    """What PyYAML reads in a text, piece by piece, each with its marks."""
    return iter(yaml.parse(text, Loader=_SafeLoader))


def _text_of(path: str | Path) -> str:
    return decoded(raw_file(path), path)


def raw_file(path: str | Path) -> bytes:
    """The bytes of a YAML file; `LRConfigError` where it cannot be read, or is too large for one."""
    try:
        with open(path, "rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # a name that no file can have
        raise _error(
            Place(str(path)), tr("cannot be read: {reason}", reason=getattr(error, "strerror", None) or error)
        ) from None
    if len(raw) > MAX_BYTES:
        raise _error(
            Place(str(path)),
            tr("is larger than {size} MiB, so it is not a training config", size=MAX_BYTES >> 20),
        )
    return raw


def decoded(raw: bytes, path: str | Path) -> str:
    """The text of a YAML file, without a mark of the byte order; `LRConfigError` where it is none."""
    try:
        # One encoding for all, as PaddleOCR's own files have; "utf-8-sig" also takes Windows editors' mark.
        return raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise _error(Place(str(path)), tr("is not UTF-8 (byte {byte}); save it as UTF-8", byte=error.start)) from None


class _UnknownTagError(Exception):
    """A tag that is not plain YAML."""

    def __init__(self, node: Any) -> None:
        tag = node.tag
        self.shown = f"!!{tag.removeprefix(_PLAIN_TAG)}" if tag.startswith(_PLAIN_TAG) else f"'{tag}'"
        self.node = node


def _refuse_tag(loader: Any, node: Any) -> NoReturn:
    raise _UnknownTagError(node)


class _Loader(_SafeLoader):  # type: ignore[misc]  # one of two classes
    """The safe loader, with words of ours for a tag that it does not know and for a value that does not fit its tag."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        if node.tag in _NUMBERS and len(node.value) > _LONGEST_NUMBER:
            problem = tr("a number has at most {most} characters", most=_LONGEST_NUMBER)
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        try:
            return super().construct_object(node, deep)
        except (yaml.YAMLError, _UnknownTagError, RecursionError):
            raise
        except (LookupError, ValueError, OverflowError, AttributeError, TypeError) as error:
            problem = tr("{value} is no {kind}", value=shown(node.value), kind=node.tag.removeprefix(_PLAIN_TAG))
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark) from error

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            # Those of a file may all have the same hash; a table of them takes minutes.
            if key.tag == f"{_PLAIN_TAG}int" and len(key.value) > _LONGEST_KEY:
                problem = tr("an integer of more than {most} digits is no key", most=_LONGEST_KEY)
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
        return super().construct_mapping(node, deep)


_Loader.add_constructor(None, _refuse_tag)


def _without_tag(loader: Any, node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


class _AnyTagLoader(_Loader):
    """The same, for which an unknown tag says nothing."""


_AnyTagLoader.add_constructor(None, _without_tag)


def read_yaml_text(
    text: str, source: str, *, any_tag: bool = False, look: Callable[[Any], None] = lambda root: None
) -> Any:
    """As `read_yaml_file`, for text; `source` names it in messages. `look` gets the nodes before keys are merged."""
    try:
        _check_size(text, source)
        loader = (_AnyTagLoader if any_tag else _Loader)(text)
        try:  # as yaml.load
            root = loader.get_single_node()
            look(root)
            return None if root is None else loader.construct_document(root)
        finally:
            loader.dispose()
    except _UnknownTagError as error:
        where = _place(source, error.node.start_mark)
        theirs = "" if error.shown.startswith("!!") else tr("; PaddleDetection's have tags, PaddleOCR's do not")
        plain = tr(
            "the tag {tag} is not allowed; a config is plain YAML and runs no code{theirs}",
            tag=error.shown,
            theirs=theirs,
        )
        raise _error(where, plain) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if mark:
            _check_size_before(mark.index, text, source)
        if error.context == "while scanning a simple key":  # noticed only where the next one begins
            mark = error.context_mark
        where = _place(source, mark) if mark else Place(source)
        raise _error(where, tr("is not YAML: {reason}", reason=error.problem or error.context)) from None
    except yaml.YAMLError as error:
        if found := _NO_TEXT.search(text):
            before = text[: found.start()]
            where = Place(source, before.count("\n") + 1, found.start() - before.rfind("\n"))
            raise _error(
                where, tr("is not YAML: it holds the character U+{code}", code=f"{ord(found[0]):04X}")
            ) from None
        raise _error(Place(source), tr("is not YAML: {reason}", reason=" ".join(str(error).split()))) from None
    except (ValueError, OverflowError) as error:
        if isinstance(error, LRConfigError):
            raise
        raise _error(Place(source), tr("holds a value that YAML cannot read: {error}", error=error)) from None


def _check_size_before(end: int, text: str, source: str) -> None:
    """Look for what is too much before the place that the library stumbles over.

    It reads far ahead of what it hands out, so that a bound of its own may end it before ours is asked.
    """
    with suppress(yaml.YAMLError):
        _check_size(text[:end], source)


class _Open:
    """A list or a mapping that is not closed yet."""

    def __init__(self, event: Any, before: int) -> None:
        self.event, self.before, self.children = event, before, 0
        self.most = 2 * MAX_KEYS if isinstance(event, yaml.MappingStartEvent) else MAX_NODES


def _check_size(text: str, source: str) -> None:
    """Refuse nesting that would overflow the stack and aliases that would unfold into gigabytes."""
    if directive := next(islice(_DIRECTIVE.finditer(text), _MOST_DIRECTIVES, None), None):
        line = text.count("\n", 0, directive.start()) + 1
        raise _error(Place(source, line, 1), tr("has more than {most} directives", most=_MOST_DIRECTIVES))
    complete: dict[str, int] = {}  # how many nodes an anchor stands for, once it is closed
    open_nodes: list[_Open] = []
    total = 0
    for event in yaml_events(text):
        if open_nodes and isinstance(event, yaml.NodeEvent):
            open_nodes[-1].children += 1
            if open_nodes[-1].children > open_nodes[-1].most:
                where = _place(source, open_nodes[-1].event.start_mark)
                raise _error(where, tr("is a mapping of more than {most} keys", most=MAX_KEYS))
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in complete:
                raise _error(
                    _place(source, event.start_mark),
                    tr("the alias *{anchor} holds itself or is unknown", anchor=event.anchor),
                )
            total += complete[event.anchor]
        elif isinstance(event, yaml.ScalarEvent):
            total += 1
            if event.anchor:
                complete[event.anchor] = 1
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            total += 1
            open_nodes.append(_Open(event, total))
            if len(open_nodes) > _MAX_DEPTH:
                raise _error(
                    _place(source, event.start_mark),
                    tr("is nested more than {most} levels deep", most=_MAX_DEPTH),
                )
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            opened = open_nodes.pop()
            if opened.event.anchor:
                complete[opened.event.anchor] = total - opened.before + 1
        if total > MAX_NODES:
            raise _error(_place(source, event.start_mark), tr("unfolds into more than {most} values", most=MAX_NODES))


def _place(source: str, mark: Any) -> Place:
    return Place(source, mark.line + 1, mark.column + 1)


def _error(place: Place, text: str) -> LRConfigError:
    return LRConfigError(Problem((), text, place))
