"""Reports as people read them."""

from __future__ import annotations

import re

import pytest

from ppocr_lr.check.render import text_lines
from ppocr_lr.check.report import Report, unusable_report
from ppocr_lr.errors import LRConfigError, Place, Problem
from ppocr_lr.finding import Finding, Severity

LR = ("Optimizer", "lr")
NOTE = Finding((*LR, "x"), "starts at 0", "", "LR303", Severity.NOTE, Place("a.yml", 9, 5))
WARNING = Finding((*LR, "y"), "ends high", "-o x=1", "LR401", Severity.WARNING, Place("a.yml", 13, 5))
ERROR = Finding(LR, "has no end", "", "LR301", Severity.ERROR, Place("a.yml", 110, 3))


def lines(*reports: Report, colour: bool = False) -> list[str]:
    return list(text_lines(reports, colour=colour))


def report(*findings: Finding, path: str = "a.yml") -> Report:
    return Report(path, findings, None)


def test_grouped_by_file_the_worst_first() -> None:
    assert lines(report(NOTE, WARNING, ERROR), report(path="clean.yml"), report(NOTE, NOTE, path="b.yml")) == [
        "a.yml",
        "  110:3 LR301 error Optimizer.lr: has no end",
        "   13:5 LR401 warning Optimizer.lr.y: ends high",
        "        hint: -o x=1",
        "    9:5 LR303 note Optimizer.lr.x: starts at 0",
        "",
        "b.yml",
        "  9:5 LR303 note Optimizer.lr.x: starts at 0",
        "  9:5 LR303 note Optimizer.lr.x: starts at 0",
        "",
        "1 error, 1 warning, 3 notes in 3 files",
    ]


def test_without_places() -> None:
    """A run planned from overrides and flags stands in no file."""
    assert lines(report(Finding((), "ends high", "-o x=1", "LR401", Severity.WARNING))) == [
        "a.yml", "  LR401 warning ends high", "  hint: -o x=1", "", "1 warning in 1 file",
    ]  # fmt: skip


@pytest.mark.parametrize(("count", "line"), [(1, "no findings in 1 file"), (2, "no findings in 2 files")])
def test_clean(count: int, line: str) -> None:
    assert lines(*[report()] * count) == [line]


def test_colour_changes_nothing_but_the_colour() -> None:
    coloured = lines(report(NOTE, WARNING, ERROR), colour=True)
    assert coloured[0] == "\x1b[1ma.yml\x1b[0m"
    assert [re.sub("\x1b\\[[0-9;]*m", "", line) for line in coloured] == lines(report(NOTE, WARNING, ERROR))


def test_a_file_that_cannot_be_used() -> None:
    for place, text in (
        (Place("c.yml", 2, 7), "2:7 LR100 error is not YAML"),
        (Place("c.yml"), "1:1 LR100 error is not YAML"),
        (None, "1:1 LR100 error is not YAML"),
    ):
        error = LRConfigError(Problem((), "is not YAML", place))
        assert lines(unusable_report("c.yml", error))[:2] == ["c.yml", f"  {text}"]
    assert len(unusable_report("c.yml", LRConfigError([Problem(("a",), "b"), Problem(("c",), "d")])).findings) == 2
