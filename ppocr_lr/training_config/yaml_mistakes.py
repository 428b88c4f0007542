"""What a person most likely did where a text is not YAML: PyYAML tells what it expected instead."""

from __future__ import annotations

import re
from typing import Any

from ppocr_lr.language import tr

_NO_SPACE = re.compile(r"\s*(?:- +)?(\w{2,}):([^\s:/#][^:#]*?)\s*(?:#.*)?$", re.ASCII)
_WIDE_COLON = re.compile(r"\s*(?:- +)?[\w.]+\s*：")
_SECOND_COLON = re.compile(r"\s*[^\s'\"#\[{][^#:]*:\s+[^\s'\"#\[{|>][^#]*?:\s")
_HAS_VALUE = re.compile(r"[^#]*?:\s+[^\s#|>]")


def likely_mistake(text: str, mark: Any, begin: Any) -> str:
    """A sentence for people; empty where none is known.

    Args:
        text: what was read.
        mark: where PyYAML stopped.
        begin: where that began which it then read; None where it does not say.
    """
    at, opened = text[mark.index : mark.index + 1], text[begin.index : begin.index + 1] if begin else ""
    if opened in ("[", "{"):
        return tr("the '{sign}' in line {line} is not closed", sign=opened, line=begin.line + 1)
    if opened in ("'", '"'):
        if not text[mark.index :].strip():
            return tr("the quote that opens in line {line} is not closed", line=begin.line + 1)
        return tr("a backslash in double quotes begins an escape; put a path in single quotes, or write it with /")
    if (sign := opened if opened == "*" else at) in ("@", "`", "%", "*"):
        return tr("a value that begins with '{sign}' has to be in quotes", sign=sign)
    if at in ("]", "}"):
        return tr("the '{sign}' closes nothing", sign=at)
    if text.startswith("---", mark.index):
        return tr("a second document begins here; a config is a single one")
    lines = text.splitlines()
    above = [line for line in lines[: mark.line] if line.strip() and not line.lstrip().startswith("#")]
    return _of_lines(above, lines[mark.line] if mark.line < len(lines) else "")


def _of_lines(above: list[str], line: str) -> str:
    last = above[-1] if above else ""
    for each in (line, last):
        if "\t" in each[: _indent(each)]:
            return tr("the line is indented with a tab, and YAML takes spaces only")
        if _WIDE_COLON.match(each):
            return tr("'：' is a full-width colon; write ': '")
        if found := _NO_SPACE.match(each):
            return tr("a space is missing behind the colon; write '{key}: {value}'", key=found[1], value=found[2])
    indent = _indent(line)
    if indent == _indent(last) and _is_item(line) != _is_item(last):
        return tr("list items, which begin with '- ', and keys cannot stand at one level")
    if _SECOND_COLON.match(line):
        return tr("a value with ': ' in it has to be in quotes")
    if indent > _indent(last) and _HAS_VALUE.match(last):
        return tr("the line is indented further than the one above it, which has a value already")
    if line.strip() and last and indent not in _levels(above):
        return tr("the indentation of the line, {spaces}, matches no level above it", spaces=indent)
    return ""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _is_item(line: str) -> bool:
    return line.lstrip().startswith("- ")


def _levels(above: list[str]) -> list[int]:
    """The indentations of the mappings and lists that are open behind these lines."""
    levels: list[int] = []
    for indent in map(_indent, above):
        levels = [*(level for level in levels if level < indent), indent]
    return levels
