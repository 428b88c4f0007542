"""What findings propose, written into the text of a file: each change is checked again before it counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

from ppocr_lr.check.proposals import helps, kind_of
from ppocr_lr.check.report import Report
from ppocr_lr.errors import LRConfigError
from ppocr_lr.finding import Finding, Proposal
from ppocr_lr.training_config.changes import changed
from ppocr_lr.training_config.overrides import with_overrides
from ppocr_lr.training_config.yaml_edit import FileText, edited, read_file_text
from ppocr_lr.training_config.yaml_file import YAMLDocument, yaml_document

_MOST_FIXES = 100  # of one file


class Replacement(NamedTuple):
    """Lines of a file, from `first` to before `after`, both from 0 on, and what comes in their place."""

    first: int
    after: int
    text: str


@dataclass(frozen=True)
class Mended:
    """A file's text with fixes in it; nothing is written yet."""

    report: Report
    """Of the text as it is now."""
    file: FileText
    text: str
    fixed: tuple[Finding, ...]
    """What was found and is no more."""
    unsafe: int
    """Findings that a fix is left for which may change the curve."""
    refused: tuple[LRConfigError, ...]
    """Why fixes that would be written could not be."""

    def write(self) -> None:
        """Put the text in place of the file, where they differ.

        Raises:
            LRConfigError: it cannot be, or the file is no longer what was read.
        """
        if self.fixed:
            self.file.write(self.text)


def mended(file: FileText, check: Callable[[YAMLDocument], Report], *, unsafe: bool = False) -> Mended:
    """Write the fixes of a file into its text as long as they help: at once, or else one after the other.

    Args:
        file: a training YAML.
        check: finds what is to be said of it, and of what becomes of it.
        unsafe: take fixes as well that may change the curve.

    Raises:
        LRConfigError: `check` cannot use the file.
    """
    text, fixed, failed = file.text, list[Finding](), dict[Finding, LRConfigError | None]()
    document = yaml_document(text, file.path)
    report = check(document)

    def attempt(findings: Sequence[Finding]) -> tuple[str, YAMLDocument, Report] | None:
        """The text without these findings; None where one stays, or something else would come up."""
        new = _with_fixes(text, document, list(dict.fromkeys(each.fix for each in findings if each.fix)))
        after = yaml_document(new, file.path)
        found = check(after)
        before = {kind_of(each): each.severity for each in report.findings}
        now = {kind_of(each): each.severity for each in found.findings}
        helped = all(each.fix and helps(each.fix, each, before, now) for each in findings)
        return (new, after, found) if helped else None

    while len(fixed) < _MOST_FIXES:
        wanted = [each for each in report.findings if each.fix and (each.fix.safe or unsafe) and each not in failed]
        together = _apart(wanted)
        for some in ([together] if len(together) > 1 else []) + [[each] for each in wanted]:
            error = None
            try:
                done = attempt(some)
            except LRConfigError as refused:
                done, error = None, refused
            if done:
                fixed += some
                text, document, report = done
                failed.clear()
                break
            if len(some) == 1:
                failed[some[0]] = error
        else:
            break
    left = sum(each.fix is not None and not each.fix.safe for each in report.findings) if not unsafe else 0
    return Mended(report, file, text, tuple(fixed), left, tuple(filter(None, failed.values())))


def replacements(path: str, fixes: Sequence[Proposal]) -> list[list[Replacement]]:
    """For each fix the lines that it changes in the file; none where it cannot be written.

    Raises:
        LRConfigError: the file cannot be read.
    """
    file = read_file_text(path)
    document, lines = yaml_document(file.text, path), file.text.splitlines(keepends=True)
    found = []
    for fix in fixes:
        try:
            new = _with_fixes(file.text, document, [fix]).splitlines(keepends=True)
        except LRConfigError:
            new = lines
        steps = SequenceMatcher(a=lines, b=new, autojunk=False).get_opcodes()
        found.append([Replacement(i, j, "".join(new[k:m])) for tag, i, j, k, m in steps if tag != "equal"])
    return found


def _with_fixes(text: str, document: YAMLDocument, fixes: Sequence[Proposal]) -> str:
    changes = [change for fix in fixes for change in fix.changes]
    overrides = [override for fix in fixes for override in fix.overrides]
    return edited(text, changes, with_overrides(changed(document.data, changes), overrides), document.source)


def _apart(findings: Sequence[Finding]) -> list[Finding]:
    """Those whose fixes can be made at once: no two touch one key."""
    chosen: list[Finding] = []
    touched: dict[str, Proposal] = {}
    for finding in findings:
        keys = [f"{key}." for key in finding.fix.keys] if finding.fix else []
        if not any(
            proposal != finding.fix and (key.startswith(other) or other.startswith(key))
            for key in keys
            for other, proposal in touched.items()
        ):
            chosen.append(finding)
            touched.update((key, finding.fix) for key in keys if finding.fix)
    return chosen
