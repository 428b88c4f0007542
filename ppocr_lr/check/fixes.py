"""What findings propose, written into the text of a file: each change is checked again before it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ppocr_lr.check.proposals import by_kind, helps
from ppocr_lr.check.report import Report
from ppocr_lr.errors import LRConfigError, Place
from ppocr_lr.finding import Change, Finding, Proposal
from ppocr_lr.training_config.changes import changed
from ppocr_lr.training_config.overrides import with_overrides
from ppocr_lr.training_config.yaml_edit import FileText, TextTree, read_file_text
from ppocr_lr.training_config.yaml_file import YAMLDocument, yaml_document

_MOST_FIXES = 100  # of one file


@dataclass(frozen=True)
class Mended:
    """A file's text with fixes in it; nothing is written yet."""

    report: Report
    """The report of the text as it is now."""
    file: FileText
    text: str
    fixed: tuple[Finding, ...]
    """The findings that are gone."""
    unsafe: int
    """Findings left over whose fix may change the curve."""
    refused: tuple[LRConfigError, ...]
    """Why fixes that would be written could not be."""

    def write(self) -> None:
        """Put the text in place of the file, if they differ.

        Raises:
            LRConfigError: it cannot be, or the file is no longer what was read.
        """
        if self.fixed:
            self.file.write(self.text)


def mended(file: FileText, check: Callable[[YAMLDocument], Report], *, unsafe: bool = False) -> Mended:
    """Write the fixes of a file into its text as long as they help: all at once, or else one after the other.

    Args:
        file: a training YAML.
        check: reports the findings of a text: of the file's, and of what becomes of it.
        unsafe: take fixes as well that may change the curve.

    Raises:
        LRConfigError: `check` cannot use the file.
    """
    tree = TextTree(yaml_document(file.text, file.path))
    report = check(tree.document)
    fixed, failed = list[Finding](), dict[Finding, LRConfigError | None]()

    def attempt(findings: Sequence[Finding]) -> tuple[YAMLDocument, Report] | None:
        """The document without these findings; None where one stays, or something else would come up."""
        after = tree.edited(*_intended(tree, [each.fix for each in findings if each.fix]))
        try:
            found = check(after)
        except LRConfigError:  # an override is of a key that would be gone
            return None
        before, now = by_kind(report.findings), by_kind(found.findings)
        helped = all(each.fix and helps(each.fix, each, before, now) for each in findings)
        return (after, found) if helped else None

    while len(fixed) < _MOST_FIXES:
        wanted = [each for each in report.findings if each.fix and (each.fix.safe or unsafe) and each not in failed]
        if not wanted:
            break
        groups, done_before = [_apart(wanted)], len(fixed)
        while groups:
            some, error = groups.pop(0), None
            try:
                done = attempt(some)
            except LRConfigError as refused:
                done, error = None, refused
            if done:
                fixed += some
                tree, report = TextTree(done[0]), done[1]
            elif len(some) > 1:  # one of them is in the way
                groups[:0] = [some[: len(some) // 2], some[len(some) // 2 :]]
            else:
                failed[some[0]] = error
        if len(fixed) > done_before:
            failed.clear()  # it may help by now
    left = sum(each.fix is not None and not each.fix.safe for each in report.findings) if not unsafe else 0
    return Mended(report, file, tree.text, tuple(fixed), left, tuple(filter(None, failed.values())))


def replacements(path: str, fixes: Sequence[Proposal]) -> dict[Proposal, list[tuple[Place, Place, str]]]:
    """What each fix replaces in the file, from where to before where, and by what.

    A fix that cannot be written is left out, and so are those beyond about a hundred.

    Raises:
        LRConfigError: the file cannot be read.
    """
    tree = TextTree(yaml_document(read_file_text(path).text, path))
    found = {}
    for fix in fixes[:_MOST_FIXES]:
        with suppress(LRConfigError):
            intended = _intended(tree, [fix])
            tree.edited(*intended)
            found[fix] = [(tree.place(each.start), tree.place(each.end), each.text) for each in tree.edits(*intended)]
    return found


def _intended(tree: TextTree, fixes: Iterable[Proposal]) -> tuple[list[Change], Any]:
    """The changes of fixes, and what the text shall hold after them."""
    fixes = list(dict.fromkeys(fixes))
    changes = [change for fix in fixes for change in fix.changes]
    overrides = [override for fix in fixes for override in fix.overrides]
    return changes, with_overrides(changed(tree.document.data, changes), overrides)


def _apart(findings: Sequence[Finding]) -> list[Finding]:
    """Those whose fixes can be made at once: no two touch one key."""
    chosen: list[Finding] = []
    for finding in findings:
        others = (each.fix for each in chosen if each.fix and each.fix != finding.fix)
        if finding.fix and not any(map(finding.fix.overlaps, others)):
            chosen.append(finding)
    return chosen
