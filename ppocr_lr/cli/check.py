"""`ppocr-lr check`: what training configs will do that their authors may not have meant."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial

from ppocr_lr.check.files import config_files, is_something_else
from ppocr_lr.check.render import as_dict, github_lines, text_lines
from ppocr_lr.check.report import Report, check_document, check_file, known_codes, unusable_report
from ppocr_lr.cli.fixes import Fixes, add_fixes
from ppocr_lr.cli.options import (
    Commands,
    add_command,
    add_configs,
    add_format,
    add_run,
    add_scaling,
    check_scaling,
    configs_of,
    print_json,
    run_flags,
    with_flags,
)
from ppocr_lr.errors import ArgumentError, LRConfigError
from ppocr_lr.finding import Severity
from ppocr_lr.numbers_text import amount
from ppocr_lr.training_config.logged_config import is_log

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
    add_fixes(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check every file, print the findings."""
    check_scaling(arguments)
    given = configs_of(arguments)
    if not given:
        raise LRConfigError("check: name at least one config or folder, before -o and --ignore or behind -c")
    fixes = Fixes(arguments)
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


def _reports(paths: list[str], arguments: argparse.Namespace, fixes: Fixes) -> list[Report]:
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
