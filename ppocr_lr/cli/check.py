"""`ppocr-lr check`: what training configs will do that their authors may not have intended."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from ppocr_lr.check.baseline import new_in, read_baseline, write_baseline
from ppocr_lr.check.files import config_files, is_something_else
from ppocr_lr.check.formats import FORMATS
from ppocr_lr.check.render import as_dict, place_of, sentence, statistics, text_lines, totals
from ppocr_lr.check.report import Report, check_document, said_once, selection_of, unusable_report
from ppocr_lr.check.rules import RULES
from ppocr_lr.check.settings import FolderSettings, Settings, nearest_settings
from ppocr_lr.cli.fixes import Fixes, add_fixes
from ppocr_lr.cli.options import (
    Commands,
    add_command,
    add_configs,
    add_format,
    add_language,
    comma_list,
    configs_of,
    print_json,
    shows_colours,
)
from ppocr_lr.cli.run_options import add_run, add_scaling, run_flags
from ppocr_lr.errors import ArgumentError, LRConfigError, printable, reason
from ppocr_lr.finding import Severity
from ppocr_lr.language import tr
from ppocr_lr.lr_config.registry import faults_told
from ppocr_lr.numbers_text import amount
from ppocr_lr.training_config.logged_config import is_log
from ppocr_lr.training_config.yaml_file import (
    MAX_BYTES,
    YAMLDocument,
    decoded,
    read_yaml_document,
    yaml_document,
)

EXAMPLES = """\
examples:
  ppocr-lr check configs/
      every .yml and .yaml file below a folder
  ppocr-lr check c.yml --num-samples 10000 --gpus 4
      with the length of an epoch, so that more can be checked
  ppocr-lr check c.yml --reference-gpus 8 --gpus 1
      the rate for one card, of a config for eight
  ppocr-lr check c.yml --format github --fail-on error
  ppocr-lr check c.yml --diff --unsafe-fixes
      a patch with everything that can be fixed
  ppocr-lr check configs/ --fix
      fix what can be fixed without changing a curve
  ppocr-lr check - --stdin-filename c.yml
      the unsaved text of an editor, with the settings for c.yml
  ppocr-lr check --ignore LR303,LR5 c.yml
      without these; so does a comment in the file, "# ppocr-lr: ignore LR303"

exit code: 0 if no finding reaches --fail-on, 1 if one does, 2 if the input
cannot be used.
"""


def add(commands: Commands) -> None:
    """The command and its flags."""
    parser = add_command(
        commands,
        "check",
        run,
        "find what a config does that was not intended",
        "Find what training configs will do to the learning rate that their authors may not have intended.",
        EXAMPLES,
    )
    add_configs(parser)
    add_run(parser)
    add_scaling(parser)
    add_format(parser, *FORMATS)
    add_language(parser)
    levels = [str(severity) for severity in Severity]
    parser.add_argument("--fail-on", choices=levels, help="lowest severity that makes the exit code 1 (warning)")
    parser.add_argument(
        "--min-severity",
        choices=levels,
        default="note",
        help="findings below this are neither shown nor counted (note)",
    )
    for name, what in (("select", "show only these"), ("ignore", "leave these out")):
        parser.add_argument(
            f"--{name}", type=comma_list, action="extend", default=[], metavar="CODES",
            help=f"{what}: codes or families, such as LR303,LR5; may be repeated",
        )  # fmt: skip
    parser.add_argument(
        "--stdin-filename",
        type=Path,
        metavar="FILE",
        help="with -, which reads a config from standard input: its file name",
    )
    parser.add_argument(
        "--hook", action="store_true",
        help="treat named files like those in a folder: skip excluded ones and those that are not training configs",
    )  # fmt: skip
    parser.add_argument(
        "--baseline", type=Path, metavar="FILE", help="show and count only findings that are not in this file"
    )
    parser.add_argument("--write-baseline", action="store_true", help="write the current findings into that file")
    parser.add_argument(
        "--isolated", action="store_true", help="ignore the settings in ppocr-lr.toml and pyproject.toml"
    )
    parser.set_defaults(gpus=None)  # of the settings, where it is not given
    parser.add_argument("--statistics", action="store_true", help="count the findings by code instead of listing them")
    add_fixes(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check every file, print the findings."""
    given = configs_of(arguments)
    # Reported once, and before a config that is taken for a code is missed.
    selection_of(arguments.select, arguments.ignore)
    if not given:
        raise LRConfigError(tr("check: name at least one config or folder, before -o or after -c"))
    fixes = Fixes(arguments)
    _refuse_what_does_not_fit(arguments, given, fixes)
    known = read_baseline(arguments.baseline) if arguments.baseline and not arguments.write_baseline else Counter()
    checked = _checked(given, arguments, fixes)
    if fixes.alone:
        return fixes.finish()
    if arguments.write_baseline:
        _write_baseline(arguments.baseline, [each.report for each in checked])
        return fixes.finish()
    if known:
        checked = [each._replace(report=new_in(each.report, known, arguments.baseline)) for each in checked]
    reports = [each.report for each in checked]
    _show(reports, arguments)
    fixes.finish()
    unusable = [report for report in reports if report.planned is None and (report.findings or not known)]
    if arguments.quiet:  # findings go nowhere then, but why the exit code is 2 does not
        why = [
            f"{place_of(finding, report)}: {sentence(finding)}" for report in unusable for finding in report.findings
        ]
        if why:
            raise LRConfigError("\n".join(why))
    failing = any(finding.severity >= each.fail_on for each in checked for finding in each.report.findings)
    return 2 if unusable else int(failing)


def _refuse_what_does_not_fit(arguments: argparse.Namespace, given: list[str], fixes: Fixes) -> None:
    """An error for flags that do not go together, or not with these configs."""
    if arguments.write_baseline and not arguments.baseline:
        raise LRConfigError(tr("--write-baseline: needs --baseline FILE, which it writes"))
    if arguments.write_baseline and fixes.alone:
        raise LRConfigError(tr("--write-baseline: does not go with --diff or --fix-only, which report no findings"))
    if arguments.stdin_filename and "-" not in given:
        raise LRConfigError(tr("--stdin-filename: goes with a config -, which is read from stdin"))
    if fixes.asked and "-" in given:
        flag = next(name for name in ("fix", "fix_only", "diff") if getattr(arguments, name))
        raise ArgumentError(flag, tr("what comes from stdin is not a file that could be fixed"))
    if arguments.statistics and arguments.format not in ("text", "concise", "json"):
        raise LRConfigError(f"--statistics: has the formats text and json, not {arguments.format}")


def _write_baseline(baseline: Path, reports: list[Report]) -> None:
    count = write_baseline(baseline, reports)
    findings, files = amount(count, "finding"), amount(len(reports), "file")
    print(printable(tr("{baseline}: {findings} in {files}", baseline=baseline, findings=findings, files=files)))


class _Checked(NamedTuple):
    """A report, and the least severity in it that makes the exit code 1."""

    report: Report
    fail_on: Severity


def _show(reports: list[Report], arguments: argparse.Namespace) -> None:
    if arguments.statistics:
        counted = statistics(reports)
        if arguments.format == "json":
            print_json({"code": code, "count": count, "title": RULES[code].title} for count, code in counted)
        else:
            width = len(str(max((count for count, _ in counted), default=0)))
            for count, code in counted:
                print(f"{count:>{width}}  {code}  {tr(RULES[code].title)}")
            if not counted:
                print(totals(reports))
        return
    if "json" not in arguments.format:  # where each file has its whole report
        reports = said_once(reports)
    if arguments.format == "json":
        print_json(map(as_dict, reports))
    elif arguments.format in FORMATS:
        for line in FORMATS[arguments.format](reports):
            print(line)
    else:
        print(*text_lines(reports, colour=shows_colours()), sep="\n")


def _checked(paths: list[str], arguments: argparse.Namespace, fixes: Fixes) -> list[_Checked]:
    settings_in, checked, passed_by = nearest_settings(isolated=arguments.isolated), [], 0
    for path, named in config_files(paths):
        content = None
        if named and str(path) == "-" and "-" in paths:  # ./- is a file
            path, content = arguments.stdin_filename or path, _stdin()
        named = named and not arguments.hook
        settings = settings_in(path.absolute().parent)
        if not named and settings.excludes(path):
            continue
        told = _with_settings(arguments, settings.values)
        try:
            with faults_told():
                report = _check(path, told, settings, fixes, content)
        except LRConfigError as error:
            if not named and content is None and is_something_else(path):
                passed_by += 1
                continue
            if isinstance(error, ArgumentError):  # no file's fault
                raise
            if fixes.alone:
                fixes.problems += error.problems
            report = unusable_report(path, error, arguments.overrides, content)
        checked.append(_Checked(report, Severity[told.fail_on.upper()]))
    if passed_by and not arguments.hook:
        others = amount(passed_by, "YAML file holds", "YAML files hold")
        print(tr("note: {others} no training config of PaddleOCR's; skipped", others=others), file=sys.stderr)
    if not checked and not arguments.hook:
        raise LRConfigError(tr("holds no training config of PaddleOCR's")).within(", ".join(paths))
    return checked


def _stdin() -> bytes:
    if sys.stdin is None:
        raise LRConfigError(tr("cannot be read: {reason}", reason=tr("standard input is closed"))).within("-")
    try:
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    except OSError as error:
        raise LRConfigError(tr("cannot be read: {reason}", reason=reason(error))).within("-") from None


def _with_settings(arguments: argparse.Namespace, settings: Settings) -> argparse.Namespace:
    """The arguments, with the settings in place of those that are not given."""
    values = {**vars(arguments)}
    for name in ("fail_on", "trainer", "gpus", "num_samples", "reference_gpus"):
        if values[name] is None:
            values[name] = getattr(settings, name)
    if arguments.reference_batch is not None:  # the other way to say it
        values["reference_gpus"] = None
    if not arguments.select:  # which chooses anew; `--ignore` alone leaves out more
        values |= {"select": settings.select, "ignore": [*settings.ignore, *arguments.ignore]}
    return argparse.Namespace(**values)


def _check(
    path: Path, arguments: argparse.Namespace, settings: FolderSettings, fixes: Fixes, content: bytes | None
) -> Report:
    flags = run_flags(arguments)
    least, left_out = Severity[arguments.min_severity.upper()], settings.ignores(path)

    def check(document: YAMLDocument) -> Report:
        report = check_document(document, arguments.overrides, flags, select=arguments.select, ignore=arguments.ignore)
        findings = (
            finding
            for finding in report.findings
            if finding.severity >= least and not finding.code.startswith(left_out)
        )
        return report._replace(findings=tuple(findings))

    if content is not None:
        report = check(yaml_document(decoded(content, path), path))
        # A file of that name holds something else, so no fix of it is mentioned.
        return report._replace(findings=tuple(finding._replace(proposals=()) for finding in report.findings))
    if fixes.asked and not is_log(path):
        return fixes.of(path, check)
    return check(read_yaml_document(path))
