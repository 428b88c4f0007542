"""Reports as text, as JSON, and as GitHub's annotations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from ppocr_lr.check.report import Report
from ppocr_lr.errors import Place, printable
from ppocr_lr.finding import Finding, Severity
from ppocr_lr.numbers_text import amount

_COLOURS = {Severity.ERROR: "\x1b[1;31m", Severity.WARNING: "\x1b[1;33m", Severity.NOTE: "\x1b[1;36m"}
_BOLD, _DIM, _END = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_GITHUB = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


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
        width = max(map(len, places))
        for place, finding in sorted(zip(places, report.findings, strict=True), key=lambda pair: -pair[1].severity):
            mark = _COLOURS[finding.severity] if colour else ""
            sentence = printable(_sentence(finding.key, finding.message))
            yield f"  {place:>{width}}{finding.code} {mark}{finding.severity}{end} {sentence}"
            if finding.hint:
                yield f"  {'':{width}}{dim}hint: {printable(finding.hint)}{end}"
        yield ""
    counts = Counter(finding.severity for report in reports for finding in report.findings)
    files = amount(len(reports), "file")
    if counts:
        yield f"{', '.join(amount(counts[severity], str(severity)) for severity in sorted(counts)[::-1])} in {files}"
    else:
        yield f"no findings in {files}"


def statistics(reports: Sequence[Report]) -> list[tuple[int, str]]:
    """How often each code was found, the most frequent first."""
    counts = Counter(finding.code for report in reports for finding in report.findings)
    return sorted(((count, code) for code, count in counts.items()), key=lambda pair: (-pair[0], pair[1]))


def _place(finding: Finding, report: Report) -> Place:
    """Its line and column are 0 where it stands in no file, as what overrides and flags bring about."""
    return finding.place or Place(report.path)


def _sentence(key: str, message: str) -> str:
    return message if not key or message.startswith(key) else f"{key}: {message}"


def github_lines(reports: Sequence[Report]) -> Iterator[str]:
    """One annotation of GitHub's for each finding."""
    for report in reports:
        for finding in report.findings:
            hint = f" ({finding.hint})" if finding.hint else ""
            text = printable(_sentence(finding.key, finding.message) + hint).replace("%", "%25")
            path = printable(report.path).replace("%", "%25").replace(",", "%2C").replace(":", "%3A")
            kind = _GITHUB[finding.severity]
            place = _place(finding, report)
            yield f"::{kind} file={path},line={place.line},col={place.column},title={finding.code}::{text}"


def as_dict(report: Report) -> dict[str, object]:
    """The report for programs."""
    planned = report.planned
    return {
        "config": report.path,
        "name": planned.name if planned else None,
        "usable": planned is not None,
        "epochs": planned.run.epochs if planned else None,
        "iters_per_epoch": planned.run.iters_per_epoch if planned and planned.length.known else None,
        "findings": [
            {
                "code": finding.code,
                "severity": str(finding.severity),
                "key": finding.key,
                "line": _place(finding, report).line,
                "column": _place(finding, report).column,
                "message": finding.message,
                "hint": finding.hint,
            }
            for finding in report.findings
        ],
    }
