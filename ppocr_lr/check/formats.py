"""Reports in the forms that other programs read; JSON in ASCII, so that no terminal acts on a name in it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ppocr_lr import __version__
from ppocr_lr.check.render import finding_dict, place_of, sentence, totals
from ppocr_lr.check.report import Report
from ppocr_lr.check.rules import RULES
from ppocr_lr.errors import LRConfigError, Place, printable
from ppocr_lr.finding import Finding, Proposal, Severity

_GITHUB = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_GITLAB = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}


def _each(reports: Sequence[Report]) -> Iterator[tuple[Report, Finding]]:
    return ((report, finding) for report in reports for finding in report.findings)


def _with_hint(finding: Finding) -> str:
    return printable(sentence(finding) + (f" ({finding.hint})" if finding.hint else ""))


def concise_lines(reports: Sequence[Report]) -> Iterator[str]:
    """One line for each finding, and a last one with the counts."""
    for report, finding in _each(reports):
        yield printable(f"{place_of(finding, report)}: {finding.code} {finding.severity} {sentence(finding)}")
    yield totals(reports)


def json_lines(reports: Sequence[Report]) -> Iterator[str]:
    """One JSON object for each finding, on a line of its own."""
    for report, finding in _each(reports):
        yield json.dumps({"config": report.path, **finding_dict(finding, report)})


def github_lines(reports: Sequence[Report]) -> Iterator[str]:
    """One annotation of GitHub's for each finding."""
    for report, finding in _each(reports):
        text = _with_hint(finding).replace("%", "%25")
        path = printable(report.path).replace("%", "%25").replace(",", "%2C").replace(":", "%3A")
        kind, place = _GITHUB[finding.severity], place_of(finding, report)
        yield f"::{kind} file={path},line={place.line},col={place.column},title={finding.code}::{text}"


def _fingerprints(reports: Sequence[Report]) -> Iterator[str]:
    """One for each finding, which stays while lines move: of its file, code and key, and a number among equal ones."""
    from hashlib import sha256  # which the other formats need not wait for

    seen: Counter[tuple[str, ...]] = Counter()
    for report, finding in _each(reports):
        identity = (Path(report.path).as_posix(), finding.code, finding.key or finding.message)
        seen[identity] += 1
        yield sha256(repr((*identity, seen[identity])).encode()).hexdigest()


def gitlab_lines(reports: Sequence[Report]) -> Iterator[str]:
    """A report for GitLab's Code Quality."""
    issues = [
        {
            "check_name": finding.code,
            "description": f"{finding.code}: {_with_hint(finding)}",
            "severity": _GITLAB[finding.severity],
            "fingerprint": fingerprint,
            "location": {
                "path": Path(report.path).as_posix(),
                "lines": {"begin": max(1, place_of(finding, report).line)},
            },
        }
        for (report, finding), fingerprint in zip(_each(reports), _fingerprints(reports), strict=True)
    ]
    yield json.dumps(issues, indent=2)


def junit_lines(reports: Sequence[Report]) -> Iterator[str]:
    """A JUnit report: each file a suite, each finding a failure."""
    from xml.etree import ElementTree  # which the other formats need not wait for

    counts = [len(report.findings) for report in reports]
    tests = sum(max(1, count) for count in counts)
    root = ElementTree.Element("testsuites", name="ppocr-lr", tests=str(tests), failures=str(sum(counts)))
    for report in reports:
        path, found = printable(report.path), len(report.findings)
        suite = ElementTree.SubElement(root, "testsuite", name=path, tests=str(max(1, found)), failures=str(found))
        if not found:
            ElementTree.SubElement(suite, "testcase", name="ppocr-lr", classname=path)
        for finding in report.findings:
            line = str(place_of(finding, report).line)
            case = ElementTree.SubElement(suite, "testcase", name=finding.code, classname=path, line=line)
            failure = ElementTree.SubElement(case, "failure", type=str(finding.severity))
            failure.set("message", printable(sentence(finding)))
            failure.text = f"line {line}: {_with_hint(finding)}"
    ElementTree.indent(root)
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield ElementTree.tostring(root, encoding="unicode")


def sarif_lines(reports: Sequence[Report]) -> Iterator[str]:
    """SARIF 2.1.0, as code scanning reads it."""
    codes = sorted({finding.code for _, finding in _each(reports)})
    driver = {"name": "ppocr-lr", "version": __version__, "rules": [_sarif_rule(code) for code in codes]}
    fingerprints, results = _fingerprints(reports), list[dict[str, Any]]()
    for report in reports:
        written = _written(report)
        for finding in report.findings:
            result = _sarif_result(report, finding, codes, next(fingerprints))
            if finding.fix and (edits := written.get(finding.fix)):
                result["fixes"] = [_sarif_fix(report, finding.fix, edits)]
            results.append(result)
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    yield json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=2)


def _sarif_rule(code: str) -> dict[str, Any]:
    return {
        "id": code,
        "shortDescription": {"text": RULES[code].title},
        "fullDescription": {"text": RULES[code].why},
        "help": {"text": f"example: {RULES[code].example}"},
        "defaultConfiguration": {"level": str(RULES[code].severity)},
    }


def _sarif_result(report: Report, finding: Finding, codes: Sequence[str], fingerprint: str) -> dict[str, Any]:
    place = place_of(finding, report)
    location: dict[str, Any] = {"artifactLocation": _sarif_file(report)}
    if place.line:
        location["region"] = {"startLine": place.line, "startColumn": place.column}
    return {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": str(finding.severity),
        "message": {"text": _with_hint(finding)},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"ppocrLr/v1": fingerprint},
    }


def _sarif_file(report: Report) -> dict[str, str]:
    path = Path(report.path)
    return {"uri": path.as_uri() if path.is_absolute() else quote(path.as_posix(), errors="replace")}


def _written(report: Report) -> Mapping[Proposal, Sequence[tuple[Place, Place, str]]]:
    """What each fix would write, also an unsafe one, from where to before where; nothing if the file has no text."""
    fixes = [finding.fix for finding in report.findings if finding.fix]
    if fixes:
        from ppocr_lr.check.fixes import replacements

        with suppress(LRConfigError):  # a log, or what came from stdin
            return replacements(report.path, fixes)
    return {}


def _sarif_fix(report: Report, fix: Proposal, edits: Sequence[tuple[Place, Place, str]]) -> dict[str, Any]:
    replacements = []
    for start, end, text in edits:
        region = {"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column}
        replacements.append({"deletedRegion": region, "insertedContent": {"text": text}})
    change = {"artifactLocation": _sarif_file(report), "replacements": replacements}
    return {"description": {"text": printable(str(fix))}, "artifactChanges": [change]}


FORMATS: dict[str, Callable[[Sequence[Report]], Iterator[str]]] = {
    "concise": concise_lines,
    "json-lines": json_lines,
    "github": github_lines,
    "gitlab": gitlab_lines,
    "junit": junit_lines,
    "sarif": sarif_lines,
}
"""Besides `text` and `json`."""
