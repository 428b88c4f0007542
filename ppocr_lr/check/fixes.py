"""What findings propose, written into the text of a file: each change is checked again before it counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ppocr_lr.check.proposals import helps, kind_of
from ppocr_lr.check.report import Report
from ppocr_lr.errors import LRConfigError
from ppocr_lr.finding import Finding
from ppocr_lr.training_config.overrides import with_overrides
from ppocr_lr.training_config.yaml_edit import FileText, changed, edited
from ppocr_lr.training_config.yaml_file import YAMLDocument, yaml_document

_MOST_FIXES = 100  # of one file


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
    """Write the fixes of a file into its text, one after the other, as long as each helps.

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

    def attempt(finding: Finding) -> tuple[str, YAMLDocument, Report] | None:
        """The text without the finding; None where something else would come up."""
        fix = finding.fix
        assert fix is not None  # of those that are asked for
        intended = with_overrides(changed(document.data, fix.changes), fix.overrides)
        new = edited(text, fix.changes, intended, file.path)
        after = yaml_document(new, file.path)
        found = check(after)
        before = {kind_of(each): each.severity for each in report.findings}
        now = {kind_of(each): each.severity for each in found.findings}
        return (new, after, found) if helps(fix, finding, before, now) else None

    while len(fixed) < _MOST_FIXES:
        for finding in report.findings:
            if finding.fix is None or not (finding.fix.safe or unsafe) or finding in failed:
                continue
            try:
                done = attempt(finding)
            except LRConfigError as error:
                done, failed[finding] = None, error
            if done:
                fixed.append(finding)
                text, document, report = done
                failed.clear()
                break
            failed.setdefault(finding, None)
        else:
            break
    left = sum(each.fix is not None and not each.fix.safe for each in report.findings) if not unsafe else 0
    return Mended(report, file, text, tuple(fixed), left, tuple(filter(None, failed.values())))
