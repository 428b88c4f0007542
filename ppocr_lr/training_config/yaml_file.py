"""Reading YAML that may come from anywhere: PyYAML's safe loader, with bounds on size and nesting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import yaml

from ppocr_lr.errors import LRConfigError, Place, Problem, nearest, reason, shown
from ppocr_lr.errors import Path as KeyPath
from ppocr_lr.language import tr
from ppocr_lr.training_config.log_text import encoding_of, refuse_packed
from ppocr_lr.training_config.logged_config import is_log, run_in_log
from ppocr_lr.training_config.run_flags import LoggedLength

# PyYAML's safe loader on libyaml where that is built in; the same loader in Python, ten times slower, if not.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_PLAIN_TAG = "tag:yaml.org,2002:"  # what `!!` stands for
_NUMBERS = (f"{_PLAIN_TAG}int", f"{_PLAIN_TAG}float")
_DIRECTIVE = re.compile("^%", re.MULTILINE)
_NO_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML 1.1 does not allow in a file."""

_NEVER_TEXT = re.compile(rb"[\1-\x08\x0e-\x19]|\0{4}")
"""Bytes of programs, pictures, models and lost files; those of texts in other encodings are higher, or a few 0."""
_ENOUGH = 1000  # bytes that show what a file is
_WEB_PAGE = r"(?i)\s*(?:<!doctype|<html|<\?xml|404: Not Found)"

MAX_BYTES = 4 * 2**20
_MAX_DEPTH = 60
MAX_NODES = 50_000
MAX_KEYS = 1000
"""In one mapping; each unknown one is compared with all that are known."""
_LONGEST_NUMBER = 1000  # characters; reading a number in base 60 takes a time quadratic in them
_LONGEST_KEY = 16
_MOST_DIRECTIVES = 10  # each is compared with all before it


class YAMLDocument(NamedTuple):
    """The content of a YAML file, and the place of each key."""

    source: str
    data: Any
    text: str = ""
    repeated: tuple[KeyPath, ...] = ()
    """Keys that occur again in the same mapping; the last one counts."""
    root: Any = None
    """PyYAML's node of the whole, in which each mapping has what is merged into it; None of a log."""
    logged: LoggedLength | None = None
    """What a log says of the length of an epoch."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of the text."""
        return tuple(self.text.splitlines())

    def place(self, path: KeyPath) -> Place:
        """The place of a key or of an item of a list; of the nearest mapping or list around it, if it is absent."""
        node, place = self.root, Place(self.source, 1, 1)
        for part in path:
            if not (found := _entry(node, part)):
                break
            place, node = _place(self.source, found[0].start_mark), found[1]
        return place

    def value(self, path: KeyPath) -> Any:
        """The value at a path; None if there is none."""
        value = self.data
        for part in path:
            try:
                value = value[part]
            except (LookupError, TypeError):
                return None
        return value

    def holds_section(self, path: KeyPath) -> bool:
        """Whether a key has a mapping at any of the places where it is written."""
        *above, last = path
        node = self.root
        for part in above:
            _, node = _entry(node, part) or (None, None)
        return any(name == last and isinstance(value, yaml.MappingNode) for name, _, value in _entries(node))


def read_yaml_file(path: str | Path, *, any_tag: bool = False) -> Any:
    """The content of a YAML file as plain Python values; of a log of PaddleOCR's trainer, the config that it holds.

    With `any_tag`, a value with an unknown tag is read as if it had none; nothing is ever run.

    Raises:
        LRConfigError: the file cannot be read, or is not plain YAML; says where.
    """
    return read_yaml_document(path, any_tag=any_tag).data


def read_yaml_document(path: str | Path, *, any_tag: bool = False) -> YAMLDocument:
    """As `read_yaml_file`, with the place of each key; a log has none."""
    if is_log(path):
        config, length = run_in_log(path)
        return YAMLDocument(str(path), config, logged=length)
    return yaml_document(decoded(raw_file(path), path), path, any_tag=any_tag)


def _entry(node: Any, part: str | int) -> tuple[Any, Any] | None:
    """The nodes of a key, the last one of that name, and of its value; of an item of a list, the item's twice.

    A list is not gone through, as there may be thousands of findings in a long one.
    """
    if isinstance(node, yaml.MappingNode):
        return next((pair for pair in reversed(node.value) if str(pair[0].value) == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and str(part).isdecimal() and int(part) < len(node.value):
        return node.value[int(part)], node.value[int(part)]
    return None


def _entries(node: Any) -> Iterator[tuple[str | int, Any, Any]]:
    """Each key of a mapping and each number of a list, with its node and that of its value."""
    if isinstance(node, yaml.MappingNode):
        yield from ((str(key.value), key, value) for key, value in node.value)
    elif isinstance(node, yaml.SequenceNode):
        yield from ((index, value, value) for index, value in enumerate(node.value))


def _repeated(node: Any, above: KeyPath = ()) -> Iterator[KeyPath]:
    seen = set()
    for name, _, value in _entries(node):
        if name in seen:
            yield (*above, name)
        seen.add(name)
        if isinstance(value, yaml.CollectionNode):
            yield from _repeated(value, (*above, name))


def yaml_events(text: str) -> Iterator[Any]:
    """What PyYAML reads in a text, event by event, each with its marks."""
    return iter(yaml.parse(text, Loader=_SafeLoader))


def raw_file(path: str | Path, most: int = MAX_BYTES) -> bytes:
    """The bytes of a file, and one more than `most` of a larger one; `LRConfigError` if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read(most + 1)
    except (OSError, ValueError) as error:  # a name that no file can have
        said = tr("cannot be read: {reason}", reason=reason(error))
        if isinstance(error, FileNotFoundError):
            said += _did_you_mean_beside(Path(path))
        raise _error(Place(str(path)), said) from None


def _did_you_mean_beside(path: Path) -> str:
    """Which YAML files of the folder a name may have meant."""
    with suppress(OSError):
        files = (each for each in path.parent.iterdir() if each.suffix in (".yml", ".yaml") and each.is_file())
        beside = {each.stem: str(each) for each in files}
        if names := [beside[stem] for stem in nearest(path.stem, sorted(beside), 0.8)]:
            return tr("; did you mean {names}?", names=tr(" or ").join(names))
    return ""


def decoded(raw: bytes, path: str | Path) -> str:
    """The text of a YAML file, without a byte order mark; `LRConfigError` if it is too large, or not text."""
    refuse_packed(raw, path)
    if len(raw) > MAX_BYTES:
        too_large = tr("is larger than {size} MiB, so it is not a training config", size=MAX_BYTES >> 20)
        raise _error(Place(str(path)), too_large)
    encoding = encoding_of(raw)
    try:
        text, ended, _ = raw.decode(encoding).partition("\0")  # as every second byte of UTF-16 without its mark is
    except UnicodeDecodeError as error:
        text, ended = raw[: error.start].decode(encoding), "\0"
    byte = len(text.encode(encoding)) if ended else 0
    # Windows editors write the mark, and some of them another one before it; libyaml does not count it, so that its
    # places would all be one character too early.
    text = text.lstrip("\ufeff")
    if ended and _NEVER_TEXT.search(raw, 0, _ENOUGH):
        raise _error(Place(str(path)), tr("is not text, so it is not a training config"))
    if ended:
        raise _error(_end_of(text, path), tr("is not UTF-8 (byte {byte}); save it as UTF-8", byte=byte))
    return text


class _UnknownTagError(Exception):
    """A tag that is not plain YAML."""

    def __init__(self, node: Any) -> None:
        tag = node.tag
        self.shown = f"!!{tag.removeprefix(_PLAIN_TAG)}" if tag.startswith(_PLAIN_TAG) else f"'{tag}'"
        self.node = node


def _refuse_tag(loader: Any, node: Any) -> NoReturn:
    raise _UnknownTagError(node)


class _Loader(_SafeLoader):  # type: ignore[misc]  # one of two classes
    """The safe loader, with bounds, and with our words for an unknown tag and for a value that does not fit its tag."""

    def __init__(self, text: str, source: str) -> None:
        super().__init__(text)
        self._source, self._depth, self._nodes = source, 0, 0

    def descend_resolver(self, above: Any, index: Any) -> None:
        """What PyYAML calls before each node; refuses what would overflow the stack or take minutes."""
        self._depth += 1
        self._nodes += 1
        if self._depth > _MAX_DEPTH + 1:
            problem = tr("is nested more than {most} levels deep", most=_MAX_DEPTH)
        elif self._nodes > MAX_NODES:
            problem = tr("unfolds into more than {most} values", most=MAX_NODES)
        elif isinstance(above, yaml.MappingNode) and len(above.value) >= MAX_KEYS:
            problem = tr("is a mapping of more than {most} keys", most=MAX_KEYS)
        else:
            return
        raise _error(_place(self._source, above.start_mark), problem)

    def ascend_resolver(self) -> None:
        """What PyYAML calls after each node."""
        self._depth -= 1

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        if node.tag in _NUMBERS and len(node.value) > _LONGEST_NUMBER:
            problem = tr("a number has at most {most} characters", most=_LONGEST_NUMBER)
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        try:
            return super().construct_object(node, deep)
        except (yaml.YAMLError, _UnknownTagError, RecursionError):
            raise
        except (LookupError, ValueError, OverflowError, AttributeError, TypeError) as error:
            problem = tr(
                "{value} is not of the type {kind}", value=shown(node.value), kind=node.tag.removeprefix(_PLAIN_TAG)
            )
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark) from error

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            # Those of a file may all have the same hash; a table of them takes minutes.
            if key.tag == f"{_PLAIN_TAG}int" and len(key.value) > _LONGEST_KEY:
                problem = tr("an integer of more than {most} digits cannot be a key", most=_LONGEST_KEY)
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
        return super().construct_mapping(node, deep)


_Loader.add_constructor(None, _refuse_tag)
# A tag of Python's that runs nothing: augmentations in PaddleOCR's configs have it, and PyYAML writes it for a tuple.
_Loader.add_constructor(f"{_PLAIN_TAG}python/tuple", _Loader.construct_sequence)


def _without_tag(loader: Any, node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


class _AnyTagLoader(_Loader):
    """The same, but it ignores unknown tags."""


_AnyTagLoader.add_constructor(None, _without_tag)


def read_yaml_text(text: str, source: str) -> Any:
    """As `read_yaml_file`, for text; `source` names it in messages."""
    return yaml_document(text, source).data


def yaml_document(text: str, path: str | Path, *, any_tag: bool = False) -> YAMLDocument:
    """As `read_yaml_document`, for the text of a file that has been read."""
    source = str(path)
    if re.match(_WEB_PAGE, text):
        raise _error(Place(source, 1, 1), tr("is a web page, not a config; download the file itself, its raw text"))
    try:
        _check_directives(text, source)
        loader = (_AnyTagLoader if any_tag else _Loader)(text, source)
        try:  # as yaml.load
            root = loader.get_single_node()
            if "&" in text:
                _check_unfolded(root, source, {})
            repeated = tuple(_repeated(root))  # before others are merged in
            data = None if root is None else loader.construct_document(root)
            return YAMLDocument(source, data, text, repeated, root)
        finally:
            loader.dispose()
    except _UnknownTagError as error:
        theirs = "" if error.shown.startswith("!!") else tr("; PaddleDetection's have tags, PaddleOCR's do not")
        said = tr(
            "the tag {tag} is not allowed; a config is plain YAML and runs no code{theirs}",
            tag=error.shown,
            theirs=theirs,
        )
        raise _error(_place(source, error.node.start_mark), said) from None
    except yaml.MarkedYAMLError as error:
        where, reason = _mistake(error, text, source)
        raise _error(where, tr("is not YAML: {reason}", reason=reason)) from None
    except yaml.YAMLError as error:
        if found := _NO_TEXT.search(text):
            raise _error(
                _end_of(text[: found.start()], source),
                tr("is not YAML: it holds the character U+{code}", code=f"{ord(found[0]):04X}"),
            ) from None
        raise _error(Place(source), tr("is not YAML: {reason}", reason=" ".join(str(error).split()))) from None
    except (ValueError, OverflowError) as error:
        if isinstance(error, LRConfigError):
            raise
        raise _error(Place(source), tr("holds a value that YAML cannot read: {error}", error=error)) from None


def _mistake(error: yaml.MarkedYAMLError, text: str, source: str) -> tuple[Place, str]:
    """Where PyYAML stopped and why; never in its own words, which tell of its insides and know no Chinese."""
    mark = error.problem_mark or error.context_mark
    if mark:
        # PyYAML reads far ahead of what it hands out, so that a bound of its own may end it before ours is asked.
        with suppress(yaml.YAMLError):
            _Loader(text[: mark.index], source).get_single_node()
    if error.context == "while scanning a simple key":  # noticed only where the next one begins
        mark = error.context_mark
    where = _place(source, mark) if mark else Place(source)
    if isinstance(error, yaml.constructor.ConstructorError):
        if mark and text.startswith("{{", mark.index - 1):
            return where, tr("'{sign}' begins what a template fills in; write the value itself", sign="{{")
        if error.context:  # ours have none
            return where, tr("a key is a word or a number, and '<<' takes a mapping")
        return where, str(error.problem)
    if mark:
        from ppocr_lr.training_config.yaml_mistakes import likely_mistake  # most files need none

        if found := likely_mistake(text, where, mark.index, error.context_mark):
            return found
    return where, tr("this is neither 'key: value' nor '- item'; look at the line above, too")


def _check_directives(text: str, source: str) -> None:
    if directive := next(islice(_DIRECTIVE.finditer(text), _MOST_DIRECTIVES, None), None):
        line = text.count("\n", 0, directive.start()) + 1
        raise _error(Place(source, line, 1), tr("has more than {most} directives", most=_MOST_DIRECTIVES))


def _check_unfolded(node: Any, source: str, counts: dict[int, int]) -> int:
    """How many values a node stands for; refuses aliases that would unfold into gigabytes, or never end."""
    if not (count := counts.setdefault(id(node), 0)):
        counts[id(node)] = -1  # until all that is inside is counted
        count = 1
        for _, key, value in _entries(node):
            for inside in {id(key): key, id(value): value}.values():
                count += _check_unfolded(inside, source, counts)
            if count > MAX_NODES:
                raise _error(_place(source, key.start_mark), tr("unfolds into more than {most} values", most=MAX_NODES))
        counts[id(node)] = count
    elif count < 0:
        raise _error(_place(source, node.start_mark), tr("contains itself through an alias"))
    return count


def _place(source: str, mark: Any) -> Place:
    return Place(source, mark.line + 1, mark.column + 1)


def _end_of(before: str, path: str | Path) -> Place:
    """The place of what comes after the beginning of a file."""
    return Place(str(path), before.count("\n") + 1, len(before) - before.rfind("\n"))


def _error(place: Place, text: str) -> LRConfigError:
    return LRConfigError(Problem((), text, place))
