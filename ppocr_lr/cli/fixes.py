"""The flags of `check` that write fixes, and what they do."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from ppocr_lr.check.report import Report
from ppocr_lr.errors import LRConfigError, Problem
from ppocr_lr.language import tr
from ppocr_lr.training_config.yaml_file import YAMLDocument, yaml_document


def add_fixes(parser: argparse.ArgumentParser) -> None:
    """Whether fixes are written, shown, or neither."""
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--fix", action="store_true", help="write the safe fixes into the files and report what is left")
    how.add_argument("--fix-only", action="store_true", help="write the fixes without reporting what is left")
    how.add_argument("--diff", action="store_true", help="show the fixes as a patch and write nothing")
    parser.add_argument("--unsafe-fixes", action="store_true", help="include fixes that may change the curve")


class Fixes:
    """What `--fix`, `--fix-only` and `--diff` do with the fixes of each file."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.diff, self.unsafe = arguments.diff, arguments.unsafe_fixes
        self.asked = arguments.fix or arguments.fix_only or arguments.diff
        self.alone = arguments.fix_only or arguments.diff
        """What is left is not reported."""
        self.lines_are_read = arguments.diff or arguments.format != "text"
        self.fixed = self.more = 0
        self.problems: list[Problem] = []
        """Why files are as they were."""
        if self.unsafe and not self.asked:
            raise LRConfigError(tr("--unsafe-fixes: goes with --fix, --fix-only or --diff"))

    def of(self, path: str | Path, check: Callable[[YAMLDocument], Report]) -> Report:
        """The report of a file after its fixes; as it is, if it could not be written."""
        from ppocr_lr.check.fixes import mended
        from ppocr_lr.training_config.yaml_edit import read_file_text

        file = read_file_text(path)
        done = mended(file, check, unsafe=self.unsafe)
        for error in done.refused:
            self.problems += error.problems
        if self.diff:
            print(*file.diff(done.text), sep="\n", end="\n" if done.fixed else "")
        else:
            try:
                done.write()
            except LRConfigError as error:
                self.problems += error.problems
                return check(yaml_document(file.text, path))
        self.fixed += len(done.fixed)
        self.more += done.unsafe
        return done.report

    def finish(self) -> int:
        """Say what was done; 1 if there is a patch.

        Raises:
            LRConfigError: a file could not be fixed; with everything that could not.
        """
        if self.asked:
            more = tr("; {more} more with --unsafe-fixes", more=self.more) if self.more else ""
            said = tr("Would fix {count}", count=self.fixed) if self.diff else tr("Fixed {count}", count=self.fixed)
            print(said + more, file=sys.stderr if self.lines_are_read else sys.stdout)
        if self.problems:
            raise LRConfigError(self.problems)
        return int(self.diff and self.fixed > 0)
