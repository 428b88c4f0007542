"""Findings that are known already, in a file, so that only new ones count."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from ppocr_lr.check.report import Report
from ppocr_lr.errors import ArgumentError, reason
from ppocr_lr.language import tr
from ppocr_lr.output import JSON_VERSION, write_whole

_MOST_BYTES = 1 << 26  # half a million findings; a longer file is cut, and so no baseline

Known: TypeAlias = "Counter[tuple[str, str, str]]"
"""How often each finding is known: by file, code and key. Lines and numbers are left out, as they move."""


def write_baseline(path: Path, reports: Iterable[Report]) -> int:
    """Write all findings of the reports and return their number.

    Raises:
        LRConfigError: the file cannot be written, or holds something else, such as a config named in the wrong place.
    """
    if path.is_file():
        read_baseline(path)
    known = Counter(each for report in reports for each in _identities(report, path))
    findings = [
        {"file": file, "code": code, "about": about, "count": count}
        for (file, code, about), count in sorted(known.items())
    ]
    text = json.dumps({"version": JSON_VERSION, "findings": findings}, indent=1, ensure_ascii=True)
    write_whole(path, lambda file: file.write(text.encode() + b"\n"))
    return known.total()


def read_baseline(path: Path) -> Known:
    """The findings of a baseline.

    Raises:
        ArgumentError: the file cannot be read, or was not written by `write_baseline`.
    """
    try:
        with open(path, "rb") as file:
            findings = json.loads(file.read(_MOST_BYTES))["findings"]
        return Counter({(each["file"], each["code"], each["about"]): int(each["count"]) for each in findings})
    except OSError as error:
        raise ArgumentError("baseline", tr("cannot be read: {reason}", reason=reason(error)), path) from None
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError):
        raise ArgumentError("baseline", tr("is not a baseline, so it is left as it is"), path) from None


def new_in(report: Report, known: Known, path: Path) -> Report:
    """The report without the known findings, each dropped as often as it is known; `path` is the baseline's file."""
    new = []
    for finding, identity in zip(report.findings, _identities(report, path), strict=True):
        if known[identity]:
            known[identity] -= 1
        else:
            new.append(finding)
    return report._replace(findings=tuple(new))


def _identities(report: Report, path: Path) -> Iterator[tuple[str, str, str]]:
    """Files are named from the folder of the baseline, wherever the command is run; no words, which have a language."""
    file = Path(os.path.relpath(report.path, path.parent)).as_posix()
    for finding in report.findings:
        yield file, finding.code, finding.key
