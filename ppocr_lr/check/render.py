"""Reports as text and as JSON."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ppocr_lr.check.report import Report
from ppocr_lr.errors import Place, printable
from ppocr_lr.finding import Finding, Severity
from ppocr_lr.language import labelled, tr
from ppocr_lr.numbers_text import amount, width

_COLOURS = {Severity.ERROR: "\x1b[1;31m", Severity.WARNING: "\x1b[1;33m", Severity.NOTE: "\x1b[1;36m"}
_BOLD, _DIM, _END = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_KEY = r"""["][^"]*["]|['][^']*[']|[^\s:,#\[\]{}]*"""
_AROUND = 60  # characters of a line that are shown before a key, and after it


def text_lines(reports: Sequence[Report], *, colour: bool = False) -> Iterator[str]:
    """Findings below the name of their file, the worst first, and a last line with the counts."""
    bold, dim, end = (_BOLD, _DIM, _END) if colour else ("", "", "")
    for report in reports:
        if not report.findings:
            continue
        yield f"{bold}{printable(report.path)}{end}"
        places = [
            f"{finding.place.line}:{finding.place.column} " if finding.place else "" for finding in report.findings
        ]
        indent = max(map(len, places))
        for place, finding in sorted(zip(places, report.findings, strict=True), key=lambda pair: -pair[1].severity):
            mark = _COLOURS[finding.severity] if colour else ""
            severity = f"{mark}{tr(str(finding.severity))}{end}"
            yield f"  {place:>{indent}}{finding.code} {severity} {printable(sentence(finding))}"
            for line in _snippet(finding, report):
                yield f"  {'':{indent}}{dim}|{end} {line}"
            if finding.hint:
                yield f"  {'':{indent}}{dim}{labelled(tr('hint'), printable(finding.hint))}{end}"
        yield ""
    yield totals(reports)


def _snippet(finding: Finding, report: Report) -> Iterator[str]:
    """The line of the key in its file, and carets below the key; nothing where another key or value is meant.

    A missing key has the place of the section around it.
    """
    place = finding.place
    if place is None or not 0 < place.line <= len(report.lines) or finding.key.startswith(report.overridden):
        return
    line, begin = report.lines[place.line - 1], place.column - 1
    key = re.match(_KEY, line[begin:])
    word = key[0][:_AROUND].replace("\t", " ") if key else ""
    if finding.path and word.strip("\"'") not in map(str, finding.path) and isinstance(finding.path[-1], str):
        return
    left = max(0, begin - _AROUND) if len(line) > 2 * _AROUND else 0  # a whole file may be one line
    before = ("…" if left else "") + _on_one_line(line[left:begin])
    after = _on_one_line(line[begin : left + 2 * _AROUND]) + ("…" if len(line) > left + 2 * _AROUND else "")
    yield before + after
    yield " " * width(before) + "^" * max(1, width(printable(word)))


def _on_one_line(part: str) -> str:
    """A part of a line alone, as there may be thousands of findings in a long one; a tab is as wide as it counts."""
    return printable(part.replace("\t", " "))


def totals(reports: Sequence[Report]) -> str:
    """How many findings there are of each severity, in how many files."""
    counts = Counter(finding.severity for report in reports for finding in report.findings)
    files = amount(len(reports), "file")
    if counts:
        found = tr(", ").join(amount(counts[severity], str(severity)) for severity in sorted(counts)[::-1])
        return tr("{found} in {files}", found=found, files=files)
    return tr("no findings in {files}", files=files)


def statistics(reports: Sequence[Report]) -> list[tuple[int, str]]:
    """How often each code was found, the most frequent first."""
    counts = Counter(finding.code for report in reports for finding in report.findings)
    return sorted(((count, code) for code, count in counts.items()), key=lambda pair: (-pair[0], pair[1]))


def place_of(finding: Finding, report: Report) -> Place:
    """Line and column are 0 if the finding is in no file, such as one that overrides or flags bring about."""
    return finding.place or Place(report.path)


def sentence(finding: Finding) -> str:
    """The message, after the key."""
    return ": ".join(filter(None, (finding.key, finding.message)))


def as_dict(report: Report) -> dict[str, object]:
    """The report for programs."""
    planned = report.planned
    return {
        "config": report.path,
        "name": planned.name if planned else None,
        "usable": planned is not None,
        "epochs": planned.run.epochs if planned else None,
        "iters_per_epoch": planned.run.iters_per_epoch if planned and planned.length.known else None,
        "findings": [finding_dict(finding, report) for finding in report.findings],
    }


def finding_dict(finding: Finding, report: Report) -> dict[str, object]:
    """A finding for programs."""
    place = place_of(finding, report)
    return {
        "code": finding.code,
        "severity": str(finding.severity),
        "key": finding.key,
        "line": place.line,
        "column": place.column,
        "message": finding.message,
        "hint": finding.hint,
    }
