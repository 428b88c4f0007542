"""`ppocr-lr check`: what training configs will do that their authors may not have meant."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ppocr_lr.check.files import config_files, is_something_else
from ppocr_lr.check.fixes import mended
from ppocr_lr.check.render import as_dict, github_lines, text_lines
from ppocr_lr.check.report import Report, check_document, check_file, known_codes, unusable_report
from ppocr_lr.cli.options import (
    Commands,
    add_command,
    add_configs,
    add_format,
    add_run,
    add_scaling,
    check_scaling,
    configs_of,
    print_error,
    print_json,
    run_flags,
    with_flags,
)
from ppocr_lr.errors import ArgumentError, LRConfigError
from ppocr_lr.finding import Severity
from ppocr_lr.numbers_text import amount
from ppocr_lr.training_config.logged_config import is_log
from ppocr_lr.training_config.yaml_edit import read_file_text
from ppocr_lr.training_config.yaml_file import YAMLDocument, yaml_document

EXAMPLES = """\
examples:
  ppocr-lr check configs/                            every .yml and .yaml below a folder
  ppocr-lr check c.yml --num-samples 10000 --gpus 4  with the length of an epoch, so that more is checked
  ppocr-lr check c.yml --reference-gpus 8 --gpus 1   the rate for one card, of a config for eight
  ppocr-lr check c.yml --format github --fail-on error
  ppocr-lr check configs/ --fix                      mend what can be mended without another curve
  ppocr-lr check c.yml --diff --unsafe-fixes         a patch with all that can be mended
  ppocr-lr check c.yml --ignore LR303                a comment does it too: # ppocr-lr: ignore LR303

exit code: 0 when nothing reaches --fail-on, 1 when something does, 2 for input that cannot be used.
"""


def add(commands: Commands) -> None:
    """The command and its flags."""
    parser = add_command(
        commands,
        "check",
        run,
        "find what is suspicious in configs before training starts",
        "Say what training configs will do to the learning rate that their authors may not have meant.",
        EXAMPLES,
    )
    add_configs(parser)
    add_run(parser)
    add_scaling(parser)
    add_format(parser, "github")
    levels = [str(severity) for severity in Severity]
    parser.add_argument("--fail-on", choices=levels, default="warning", help="least severity for exit code 1 (warning)")
    parser.add_argument(
        "--ignore", nargs="+", action="extend", default=[], metavar="CODE", help="leave these codes out, as LR303"
    )
    _add_fixes(parser)


def _add_fixes(parser: argparse.ArgumentParser) -> None:
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--fix", action="store_true", help="write fixes into the files, and say what is left")
    how.add_argument("--fix-only", action="store_true", help="write fixes, and say nothing of what is left")
    how.add_argument("--diff", action="store_true", help="show the fixes as a patch, and write nothing")
    parser.add_argument("--unsafe-fixes", action="store_true", help="also those that may change the curve")


def run(arguments: argparse.Namespace) -> int:
    """Check every file, print the findings."""
    check_scaling(arguments)
    given = configs_of(arguments)
    if not given:
        raise LRConfigError("check: name at least one config or folder, before -o and --ignore or behind -c")
    fixes = _Fixes(arguments)
    reports = _reports(given, arguments, fixes)
    if arguments.diff or arguments.fix_only:
        return fixes.finish()
    if arguments.format == "json":
        print_json(map(as_dict, reports))
    elif arguments.format == "github":
        print(*github_lines(reports), sep="\n")
    else:
        print(*text_lines(reports, colour=sys.stdout.isatty() and not os.environ.get("NO_COLOR")), sep="\n")
    if fixes.finish() == 2 or any(report.planned is None for report in reports):
        return 2
    least = Severity[arguments.fail_on.upper()]
    return int(any(finding.severity >= least for report in reports for finding in report.findings))


class _Fixes:
    """What `--fix`, `--fix-only` and `--diff` do with the fixes of each file."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.diff, self.unsafe = arguments.diff, arguments.unsafe_fixes
        self.asked = arguments.fix or arguments.fix_only or arguments.diff
        self.lines_are_read = arguments.diff or arguments.format != "text"
        self.fixed = self.more = self.failed = 0
        if self.unsafe and not self.asked:
            raise LRConfigError("--unsafe-fixes: goes with --fix, --fix-only or --diff")

    def of(self, path: str | Path, check: Callable[[YAMLDocument], Report]) -> Report:
        """The report of a file after its fixes; as it is, where it could not be written."""
        file = read_file_text(path)
        done = mended(file, check, unsafe=self.unsafe)
        for error in done.refused:
            self._failed(error)
        if self.diff:
            print(*file.diff(done.text), sep="\n", end="\n" if done.fixed else "")
        else:
            try:
                done.write()
            except LRConfigError as error:
                self._failed(error)
                return check(yaml_document(file.text, path))
        self.fixed += len(done.fixed)
        self.more += done.unsafe
        return done.report

    def _failed(self, error: LRConfigError) -> None:
        print_error(error)
        self.failed += 1

    def finish(self) -> int:
        """Say what was done; 1 where there is a patch, 2 where a fix could not be written."""
        if self.asked:
            more = f"; {self.more} more with --unsafe-fixes" if self.more else ""
            done = f"{'Would fix' if self.diff else 'Fixed'} {self.fixed}{more}"
            print(done, file=sys.stderr if self.lines_are_read else sys.stdout)
        return 2 if self.failed else int(self.diff and self.fixed > 0)


def _reports(paths: list[str], arguments: argparse.Namespace, fixes: _Fixes) -> list[Report]:
    flags, ignored = run_flags(arguments), known_codes(arguments.ignore)
    reports = []
    passed_by = 0
    for path, named in config_files(paths):
        try:
            if fixes.asked and not is_log(path):
                check = partial(check_document, path=path, overrides=arguments.overrides, flags=flags, ignore=ignored)
                reports.append(fixes.of(path, check))
            else:
                reports.append(check_file(path, arguments.overrides, flags, ignore=ignored))
        except LRConfigError as error:
            if not named and is_something_else(path):
                passed_by += 1
            elif isinstance(error, ArgumentError):  # no file's fault
                raise
            else:
                reports.append(unusable_report(path, with_flags(error)))
    if passed_by:
        others = amount(passed_by, "YAML file holds", "YAML files hold")
        print(f"note: {others} no training config of PaddleOCR's, passed by", file=sys.stderr)
    if not reports:
        raise LRConfigError(f"{', '.join(paths)}: holds no training config of PaddleOCR's")
    return reports
