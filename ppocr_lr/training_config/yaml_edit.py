"""Changes of a YAML file in place: what is not changed stays as it is, character for character."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from textwrap import indent
from typing import Any, BinaryIO, NamedTuple, NoReturn

import yaml

from ppocr_lr.errors import LRConfigError, Place, Problem, dotted, printable, reason, shown
from ppocr_lr.errors import Path as KeyPath
from ppocr_lr.finding import Change
from ppocr_lr.language import tr
from ppocr_lr.output import write_whole
from ppocr_lr.training_config.changes import changed, same, yaml_text
from ppocr_lr.training_config.log_text import encoding_of
from ppocr_lr.training_config.yaml_file import YAMLDocument, decoded, raw_file, yaml_document, yaml_events

_ANCHOR = re.compile(r"(?:![^\s,\[\]{}]*\s+)*(&[^\s,\[\]{}]+\s+)")
_SEPARATOR = re.compile(r", *")
_DASH = re.compile(r"[ \t]*-[ \t]+")


@dataclass(frozen=True)
class FileText:
    """A file of text as it was read, so that it can be written back with nothing but a change in it."""

    path: str
    raw: bytes
    encoding: str
    """The encoding in which `text` gives `raw` again."""
    text: str
    """Without a byte order mark."""

    @property
    def mark(self) -> str:
        """The byte order mark that the file begins with; usually none."""
        return self.raw[: len(self.raw) - len(self.text.encode(self.encoding, "surrogatepass"))].decode(self.encoding)

    def write(self, text: str, out: Path | None = None) -> None:
        """Put `text` in place of the file, or into another one, whole or not at all.

        Raises:
            LRConfigError: it cannot be written, or the file is no longer what was read.
        """
        new = (self.mark + text).encode(self.encoding)

        def write(file: BinaryIO) -> None:
            file.write(new)
            file.flush()
            if out is None and self._read_again() != self.raw:
                raise self._error(tr("was changed by another program in the meantime, so it is left as it is"))

        write_whole(Path(self.path) if out is None else out, write)

    def _read_again(self) -> bytes:
        try:
            return Path(self.path).read_bytes()
        except OSError as error:
            raise self._error(tr("cannot be read again: {reason}", reason=reason(error))) from None

    def diff(self, text: str) -> Iterator[str]:
        """The lines of a patch that turns the file into `text`, without their line ends."""
        before, after = (list(StringIO(self.mark + each)) for each in (self.text, text))
        name = printable(self.path)
        if self.encoding != "utf-8" and text != self.text:
            # As a line before the patch, which every tool skips.
            yield tr(
                "{path}: is in {encoding}; the patch is UTF-8 and fits a copy in UTF-8 only",
                path=name,
                encoding=self.encoding.upper(),
            )
        for line in difflib.unified_diff(before, after, name, name):
            yield line.removesuffix("\n")
            if not line.endswith("\n"):
                yield "\\ No newline at end of file"

    def _error(self, problem: str) -> LRConfigError:
        return LRConfigError(Problem((), problem, Place(self.path)))


def read_file_text(path: str | Path) -> FileText:
    """The text of a YAML file, to be changed.

    Raises:
        LRConfigError: it cannot be read.
    """
    raw = raw_file(path)
    return FileText(str(path), raw, encoding_of(raw), decoded(raw, path))


@dataclass(frozen=True)
class Excerpt:
    """A value cut out of a text, to be edited by itself: without the indentation that all its lines share."""

    before: str
    text: str
    after: str
    indent: str = ""
    """The indentation of each line there."""

    @property
    def is_all(self) -> bool:
        """It is the whole text."""
        return not (self.before or self.after or self.indent)

    @property
    def first_line(self) -> int:
        """The line of the whole text with which the excerpt begins, from 1."""
        return self.before.count("\n") + 1

    def with_text(self, text: str) -> str:
        """The whole text, with another text in this place."""
        if not self.indent:
            return self.before + text + self.after
        lines = indent(text, self.indent).replace("\r\n", "\n")
        if self.after and not lines.endswith("\n"):
            lines += "\n"
        newline = "\r\n" if "\r\n" in self.before else "\n"
        return self.before + lines.replace("\n", newline) + self.after


def excerpt(text: str, path: KeyPath, source: str) -> Excerpt:
    """The value at `path`, cut out of `text`; all of it if there is no such value, or it has no lines of its own.

    Raises:
        LRConfigError: the text is no YAML.
    """
    tree = TextTree(yaml_document(text, source))
    key, node = None, tree.root
    for name in path:
        numbers = node.numbers(name) if node.kind == "mapping" else []
        if not numbers:
            return Excerpt("", text, "")
        key, node = node.keys[numbers[-1]], node.items[numbers[-1]]
    if key is None or node.kind != "mapping" or node.flow:
        return Excerpt("", text, "")
    start, first = tree.line_end(key.end), node.keys[0].start if node.keys else 0
    if tree.line_start(first) < start:  # anchored, or after its key
        return Excerpt("", text, "")
    margin = text[tree.line_start(first) : first]
    end = tree.line_end(node.items[-1].end)
    after = end
    for line in text[end:].splitlines(keepends=True):
        after += len(line)
        if line.startswith(margin) and line.lstrip().startswith("#"):
            end = after  # a comment belongs to the section in whose column it is, after empty lines too
        elif line.strip():
            break
    lines = text[start:end].replace("\r\n", "\n").splitlines(keepends=True)
    margins = [line[: len(line) - len(line.lstrip())] for line in lines if line.strip()]
    margin = min(margins, key=len)  # of a comment, maybe
    if not margin or margin.strip(" ") or not all(each.startswith(margin) for each in margins):
        return Excerpt("", text, "")
    own = "".join(line.removeprefix(margin) if line.strip() else line for line in lines)
    return Excerpt(text[:start], own, text[end:], margin)


class Edit(NamedTuple):
    """What comes in the place of `text[start:end]`."""

    start: int
    end: int
    text: str


@dataclass
class _Node:
    """A value of the text, and its place: `text[start:end]`, with its anchor and its tag."""

    kind: str
    """`scalar`, `alias`, `mapping` or `list`."""
    start: int
    end: int
    flow: bool = False
    """In brackets."""
    value: str = ""
    """The value of a scalar."""
    keys: list[_Node] = field(default_factory=list)
    items: list[_Node] = field(default_factory=list)

    def numbers(self, name: str | int) -> list[int]:
        """The numbers of the items that have a key, of which the last one counts; of a list, the item's own."""
        if self.kind == "list":
            return [int(name)] if str(name).isdecimal() and int(name) < len(self.items) else []
        return [number for number, key in enumerate(self.keys) if key.value == str(name)]

    def under(self, name: str | int) -> _Node | None:
        """What counts for a key, or an item of a list; None if it is not written here."""
        numbers = self.numbers(name)
        return self.items[numbers[-1]] if numbers else None


class TextTree:
    """The text of a document as a tree of places."""

    def __init__(self, document: YAMLDocument) -> None:
        self.document, self.text = document, document.text
        events = [event for event in yaml_events(self.text) if isinstance(event, yaml.NodeEvent | _ENDS)]
        self.aliases = {event.anchor for event in events if isinstance(event, yaml.AliasEvent)}
        self.root = _node(self.text, events[0], iter(events[1:])) if events else _Node("scalar", 0, 0)

    def edited(self, changes: Sequence[Change], intended: Any) -> YAMLDocument:
        """The document after `changes`, and with values changed until it holds `intended`.

        Raises:
            LRConfigError: it cannot be done by changing single places, as inside an alias.
        """
        text = self.text
        # From the end, so that places before stay true; of those at one place the first is put in last.
        for _, edit in sorted(enumerate(self.edits(changes, intended)), key=lambda pair: (-pair[1].start, -pair[0])):
            text = text[: edit.start] + edit.text + text[edit.end :]
        with suppress(LRConfigError):
            after = yaml_document(text, self.document.source)
            if same(after.data, intended, typed=True):
                return after
        problem = tr("cannot be changed in its text without changing something else, so it is left as it is")
        raise LRConfigError(Problem((), problem, Place(self.document.source)))

    def edits(self, changes: Sequence[Change], intended: Any) -> list[Edit]:
        """What `edited` does to the text; it does not check whether the outcome is what is meant.

        Raises:
            LRConfigError: it cannot be done by changing single places.
        """
        edits, gone = list[Edit](), dict[KeyPath, set[int]]()
        for change in changes:
            *above, name = change.path
            node = self._around(tuple(above), change)
            numbers = node.numbers(name)
            if not numbers:
                self._refuse(change.path)
            if change.kind == "rename":
                key = node.keys[numbers[-1]]
                quote = self.text[key.start] if self.text[key.start] in "'\"" else ""
                edits.append(Edit(key.start, key.end, f"{quote}{change.key}{quote}"))
            else:
                gone.setdefault(tuple(above), set()).update(numbers[:-1] if change.kind == "keep last" else numbers)
        for path, these in gone.items():
            node = self._around(path, changes[0])
            if len(these) == len(node.items) and not node.flow:  # an empty block is null
                self._refuse(path)
            edits += self._removals(node, sorted(these), path)
        return edits + list(self._edits(self.root, changed(self.document.data, changes), intended, ()))

    def place(self, index: int) -> Place:
        """The place of a character of the text."""
        return Place(self.document.source, self.text.count("\n", 0, index) + 1, index - self.line_start(index) + 1)

    def _around(self, path: KeyPath, change: Change) -> _Node:
        node = self.root
        for name in path:
            node = node.under(name) or self._refuse(change.path)
        return node

    def _edits(self, node: _Node, before: Any, after: Any, path: KeyPath) -> Iterator[Edit]:
        if same(before, after, typed=True):
            return
        if node.kind == "scalar" or (node.flow and not _share(before, after)):
            yield self._replacement(node, yaml_text(after), path)
        elif node.kind == "mapping" and isinstance(before, Mapping) and isinstance(after, Mapping):
            gone = [node.numbers(str(key)) for key in before if key not in after]
            if not all(gone):  # merged in from elsewhere
                self._refuse(path)
            yield from self._removals(node, sorted(number for numbers in gone for number in numbers), path)
            for key, value in after.items():
                inner = node.under(str(key))
                if key in before and inner is not None:
                    yield from self._edits(inner, before[key], value, (*path, str(key)))
                elif key not in before or not same(before[key], value, typed=True):
                    yield self._addition(node, f"{yaml_text(key)}: {yaml_text(value)}", (*path, str(key)))
        elif node.kind == "list" and isinstance(before, list) and isinstance(after, list):
            for index, (old, new) in enumerate(zip(before, after, strict=False)):
                yield from self._edits(node.items[index], old, new, (*path, index))
            yield from self._removals(node, range(len(after), len(before)), path)
            for index in range(len(before), len(after)):
                yield self._addition(node, yaml_text(after[index]), (*path, index))
        elif node.kind == "alias":
            self._refuse(path)
        else:  # a block that becomes something else
            yield self._replacement(node, yaml_text(after), path)

    def _replacement(self, node: _Node, new: str, path: KeyPath) -> Edit:
        anchor = _ANCHOR.match(self.text, node.start, node.end)
        if anchor and anchor[1].strip()[1:] in self.aliases:  # which would change, too
            self._refuse(path)
        is_block = node.kind != "scalar" and not node.flow
        start = len(self.text[: node.start].rstrip()) if is_block else node.start  # a block is below its key
        space = " " if start == node.end or is_block else ""  # nothing came after the colon
        new = space + (anchor[1] if anchor else "") + new
        if node.kind != "scalar":
            return self._unless_comments(start, node.end, path, new)
        return Edit(start, node.end, new)

    def _addition(self, node: _Node, new: str, path: KeyPath) -> Edit:
        """A key or an item after the last one of its kind."""
        if node.flow:
            between = self.text[node.items[-2].end : node.items[-1].start] if len(node.items) > 1 else ""
            separator = between if node.kind == "list" and _SEPARATOR.fullmatch(between) else ", "
            return Edit(node.items[-1].end, node.items[-1].end, separator + new)
        first = (node.keys or node.items)[0].start
        line = self.text[self.line_start(first) : first]
        if node.kind == "list":
            if not _DASH.fullmatch(line):
                self._refuse(path)
        else:
            line = re.sub(r"[^ \t]", " ", line)  # of `- name: Const`, too
        end, newline = self.line_end(node.items[-1].end), self._newline
        if end and self.text[end - 1] == "\n":
            return Edit(end, end, f"{line}{new}{newline}")
        return Edit(end, end, f"{newline}{line}{new}")  # the last line has no end

    def _removals(self, node: _Node, gone: Sequence[int], path: KeyPath) -> Iterator[Edit]:
        """Keys with their values, or items, by number; whole lines, where they have lines of their own."""
        starts, ends = node.keys or node.items, node.items
        if node.flow:
            first = next((number for number, each in enumerate([*gone, None]) if number != each), 0)  # that stays
            if first:
                end = starts[first].start if first < len(starts) else node.end - 1
                yield self._unless_comments(starts[0].start, end, path)
            for index in gone[first:]:
                yield self._unless_comments(ends[index - 1].end, ends[index].end, path)
            return
        for index in gone:
            start, end = starts[index].start, ends[index].end
            if node.keys and self.text[self.line_start(start) : start].strip(" \t"):  # `- name: Const`
                if index + 1 == len(starts):
                    self._refuse(path)
                yield self._unless_comments(start, starts[index + 1].start, path)
            else:
                yield Edit(self.line_start(start), self.line_end(end), "")

    def _unless_comments(self, start: int, end: int, path: KeyPath, new: str = "") -> Edit:
        """A place in brackets is given up, but no comment with it."""
        if "#" in self.text[start:end]:
            self._refuse(path)
        return Edit(start, end, new)

    def line_start(self, place: int) -> int:
        """Where the line around a place begins."""
        return self.text.rfind("\n", 0, place) + 1

    def line_end(self, place: int) -> int:
        """The place after the line in which a value ends."""
        end = self.text.find("\n", place)
        return len(self.text) if end < 0 else end + 1

    @property
    def _newline(self) -> str:
        first = self.text.find("\n")
        return "\r\n" if first > 0 and self.text[first - 1] == "\r" else "\n"

    def _refuse(self, path: KeyPath) -> NoReturn:
        problem = tr("{key} cannot be changed by itself in the text", key=shown(dotted(path)))
        raise LRConfigError(Problem((), problem, Place(self.document.source)))


def _share(before: Any, after: Any) -> bool:
    """Whether a key or an item of a mapping or list is still there in the one that comes in its place."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return not before.keys().isdisjoint(after)
    return isinstance(before, list) and isinstance(after, list) and bool(before and after)


_ENDS = yaml.MappingEndEvent | yaml.SequenceEndEvent


def _node(text: str, event: Any, events: Iterator[Any]) -> _Node:
    start, end = event.start_mark.index, event.end_mark.index
    if isinstance(event, yaml.AliasEvent):
        return _Node("alias", start, end)
    if isinstance(event, yaml.ScalarEvent):
        # The mark after a block of text is where the next thing begins; the empty lines before that stay.
        return _Node("scalar", start, start + len(text[start:end].rstrip()), value=event.value)
    node = _Node("mapping" if isinstance(event, yaml.MappingStartEvent) else "list", start, end, bool(event.flow_style))
    for inner in events:
        if isinstance(inner, _ENDS):
            # The mark after a block is where the next thing begins.
            mark: Any = inner.end_mark
            node.end = mark.index if node.flow or not node.items else node.items[-1].end
            break
        if node.kind == "mapping":
            node.keys.append(_node(text, inner, events))
            inner = next(events)
        node.items.append(_node(text, inner, events))
    return node
