"""What a person most likely did where a text is not YAML: PyYAML only tells what it expected."""

from __future__ import annotations

import re
from typing import Any

from ppocr_lr.errors import Place
from ppocr_lr.language import later, tr

_NO_SPACE = re.compile(r"\s*(?:- +)?([A-Za-z_]\w+):(?!//)([^\s:#](?:[^:#]|:\S)*?)\s*(?:#.*)?$", re.ASCII)
_ALIAS = re.compile(r"\*([\w-]+)(?=[\s,\]}]|$)", re.ASCII)
_WIDE_COLON = re.compile(r"\s*(?:- +)?[\w.]+\s*：")
_NO_COLON = re.compile(r"\s*(?:- +)?([A-Za-z_]\w+)(?:\s+[^\s#:,]+)?\s*(?:#.*)?$", re.ASCII)
_SECOND_COLON = re.compile(r"\s*[^\s'\"#\[{][^#:]*:\s+[^\s'\"#\[{|>][^#]*?:\s")
_OF_ALL = (
    (
        re.compile(r"^<{7} ", re.MULTILINE),
        later("a merge conflict begins here; keep one of its sides, without the marks"),
    ),
    (re.compile(r"^```", re.MULTILINE), later("'```' is a mark of Markdown; keep only what is between two of them")),
    (re.compile(r"^@@ -\d", re.MULTILINE), later("this is a patch, not a config; apply it to one")),
)
"""What is seen anywhere in a text, wherever PyYAML stops in it."""
_HAS_VALUE = re.compile(r"[^#]*?:\s+[^\s#|>]")


def likely_mistake(text: str, place: Place, index: int, begin: Any) -> tuple[Place, str] | None:
    """Where it is and what it is, in a sentence; None if no mistake that people make is found.

    Args:
        text: what was read.
        place: where PyYAML stopped.
        index: the same, in characters.
        begin: PyYAML's mark of the beginning of what it then read; None if it gives none.
    """
    for sign, said in _OF_ALL:
        if found := sign.search(text):
            return Place(place.source, text.count("\n", 0, found.start()) + 1, 1), tr(said)
    if reason := _of_signs(text, index, begin):
        return place, reason
    lines = text.splitlines()
    number = min(place.line, len(lines)) - 1
    filled = [at for at in range(number) if lines[at].strip() and not lines[at].lstrip().startswith("#")]
    # An item such as '- exp' is whole, unless the next line belongs to it.
    suspect = [at for at in filled[-1:] if not _is_item(lines[at]) or _indent(lines[number]) > _indent(lines[at])]
    for at in (number, *suspect):
        if at >= 0 and (reason := _of_line(lines[at])):
            return Place(place.source, at + 1, _begin(lines[at]) + 1), reason
    reason = _of_levels([lines[at] for at in filled], lines[number]) if filled else ""
    return (place, reason) if reason else None


def _of_signs(text: str, index: int, begin: Any) -> str:
    at, opened = text[index : index + 1], text[begin.index : begin.index + 1] if begin else ""
    if opened in ("[", "{"):
        if "\uff0c" in text[begin.index : index]:
            return tr("'，' is a full-width comma; write ', '")
        return tr("the '{sign}' in line {line} is not closed", sign=opened, line=begin.line + 1)
    if opened in ("'", '"'):
        if not text[index:].strip():
            return tr("the quote that opens in line {line} is not closed", line=begin.line + 1)
        return tr("a backslash in double quotes begins an escape; put a path in single quotes, or write it with /")
    if (alias := _ALIAS.match(text, index)) and f"&{alias[1]}" not in text[:index]:
        return tr(
            "nothing above is marked &{name}, so *{name} stands for nothing; a value that begins with '*' has to be in "
            "quotes",
            name=alias[1],
        )
    if (sign := opened if opened == "*" else at) in ("@", "`", "%", "*"):
        return tr("a value that begins with '{sign}' has to be in quotes", sign=sign)
    if at in ("]", "}"):
        return tr("the '{sign}' closes nothing", sign=at)
    if text.startswith("---", index):
        return tr("a second document begins here; a config is a single one")
    return ""


def _of_line(line: str) -> str:
    blanks = line[: _indent(line)].strip(" ")
    if "\t" in blanks:
        return tr("the line is indented with a tab, and YAML takes spaces only")
    if blanks:
        return tr(
            "the line is indented with U+{code}, which only looks like a space; YAML takes spaces only",
            code=f"{ord(blanks[0]):04X}",
        )
    if _WIDE_COLON.match(line):
        return tr("'：' is a full-width colon; write ': '")
    if found := _NO_SPACE.match(line):
        return tr("a space is missing after the colon; write '{key}: {value}'", key=found[1], value=found[2])
    if line.startswith(("> ", ">\t")):
        return tr("the line begins with '>', as in a quotation; take that away")
    if line.strip() == "...":
        return tr("'...' stands for what an example leaves out; take the line out, or write what belongs there")
    if found := _NO_COLON.match(line):
        return tr("a colon is missing after {key}", key=found[1])
    return ""


def _of_levels(above: list[str], line: str) -> str:
    last, indent = above[-1], _indent(line)
    if indent == _indent(last) and _is_item(line) != _is_item(last):
        return tr("list items, which begin with '- ', and keys cannot be on the same level")
    if _SECOND_COLON.match(line):
        return tr("a value with ': ' in it has to be in quotes")
    if indent > _indent(last) and _HAS_VALUE.match(last):
        return tr("the line is indented further than the one above it, which already has a value")
    if line.strip() and indent not in _levels(above):
        return tr("the indentation of the line, {spaces}, matches no level above it", spaces=indent)
    return ""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _begin(line: str) -> int:
    """The first character that is not indentation."""
    return 0 if line[: _indent(line)].strip(" ") else _indent(line.replace("- ", "  "))


def _is_item(line: str) -> bool:
    return line.lstrip().startswith("- ")


def _levels(above: list[str]) -> list[int]:
    """The indentations of the mappings and lists that are open at the end of these lines."""
    levels: list[int] = []
    for indent in map(_indent, above):
        levels = [*(level for level in levels if level < indent), indent]
    return levels
