"""From a config file to its findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from os.path import isfile
from pathlib import Path
from typing import Any, NamedTuple

from ppocr_lr.check.proposals import with_hints
from ppocr_lr.check.rule import findings_about
from ppocr_lr.check.rules import RULES
from ppocr_lr.check.rules.input import unused_comment
from ppocr_lr.check.rules.units import how_to_tell, unknown_epoch
from ppocr_lr.check.selection import ALL, Selection, check_codes, ignore_comments, keys_of
from ppocr_lr.check.subject import subject_of
from ppocr_lr.errors import LRConfigError, Place, errors_within, listed
from ppocr_lr.finding import Finding, Proposal
from ppocr_lr.language import tr
from ppocr_lr.lr_config.parse import read_section
from ppocr_lr.training_config.overrides import Override, with_overrides
from ppocr_lr.training_config.plan import PlannedRun, checked_sections, lr_section, plan_config
from ppocr_lr.training_config.reference import Reference, proposed_reference
from ppocr_lr.training_config.run_flags import RunFlags
from ppocr_lr.training_config.yaml_file import YAMLDocument, decoded, raw_file, read_yaml_document

ASSUMED_ITERS = (1000, 10**6, 10**5, 10**4, 100, 10, 1)
"""Tried as iterations per epoch where they are unknown; findings that depend on them are left out."""


class Report(NamedTuple):
    """The findings of one file, in the order of their lines."""

    path: str
    """The file, or what the config is called."""
    findings: tuple[Finding, ...]
    """What is left after `select`, `ignore` and the comments in the file."""
    planned: PlannedRun | None
    """None where the lr section cannot be used."""
    lines: tuple[str, ...] = ()
    """The lines of the file, as far as it could be read."""
    overridden: tuple[str, ...] = ()
    """Keys whose values are not those of the file."""


def check_file(
    path: str | Path,
    overrides: Iterable[str] = (),
    flags: RunFlags | None = None,
    *,
    select: Iterable[str] = ALL,
    ignore: Iterable[str] = (),
) -> Report:
    """Check one training YAML.

    Args:
        path, overrides, flags: as for `plan_run`. The length of an epoch may stay unknown.
        select, ignore: codes, or what they begin with, to keep and to leave out; the longest match counts.
            Comments leave out codes too: `# ppocr-lr: ignore LR303` after a value counts for its line, on a line of
            its own for the file.

    Returns:
        A `Report`: what `ppocr-lr check` lists, as data, and the run that was planned.

    Raises:
        LRConfigError: the file is not a training YAML, an override or a flag is wrong, or there is no such code.
    """
    return check_document(read_yaml_document(path), overrides, flags, select=select, ignore=ignore)


def check_document(
    document: YAMLDocument,
    overrides: Iterable[str] = (),
    flags: RunFlags | None = None,
    *,
    select: Iterable[str] = ALL,
    ignore: Iterable[str] = (),
) -> Report:
    """As `check_file`, for a file that has been read, or for what is to be written into it."""
    selection, overrides, source = selection_of(select, ignore), listed("overrides", overrides), document.source
    sections = checked_sections(document.data, source)
    try:
        config, proposed = with_overrides(sections, overrides), proposed_reference(document)
        planned, found = _found(config, source, (flags or RunFlags()).beside(source, document.logged), proposed)
    except LRConfigError as error:
        raise _placed(error, document) from None
    found += findings_about(document)
    if flags is None or flags.trainer != "ppocr-lr":
        found += [finding for each in overrides for finding in findings_about(Override.of(each))]
    found = [finding._replace(place=document.place(finding.path)) for finding in found]
    comments = {comment.key: comment for comment in reversed([*ignore_comments(document.lines, source)])}
    idle = comments.keys() - set().union(*map(keys_of, found))
    found += [finding for key in idle if _would_be_found(key[0], planned) for finding in findings_about(comments[key])]
    findings = [
        finding for finding in found if selection.has(finding.code) and comments.keys().isdisjoint(keys_of(finding))
    ]
    findings.sort(key=lambda finding: (finding.place, finding.code))
    return Report(source, tuple(findings), planned, document.lines, _keys_of(overrides))


def _placed(error: LRConfigError, document: YAMLDocument) -> LRConfigError:
    """The error, with the places of the keys that it is about."""
    if not any(problem.path for problem in error.problems):
        return error.within(document.source)
    return LRConfigError(each._replace(place=each.place or document.place(each.path)) for each in error.problems)


def _keys_of(overrides: Iterable[str]) -> tuple[str, ...]:
    return tuple(override.partition("=")[0] for override in overrides)


def _would_be_found(code: str, planned: PlannedRun | None) -> bool:
    """False if the finding may exist but is not looked for; a code that does not exist is never found."""
    if code not in RULES:
        return True
    if planned is None or not planned.length.known or code == unused_comment.code:
        return False
    return not (RULES[code].of_paddleocrs_builder and planned.flags.trainer == "ppocr-lr")


def check_config(
    config: Mapping[str, Any],
    flags: RunFlags | None = None,
    *,
    select: Iterable[str] = ALL,
    ignore: Iterable[str] = (),
    source: str = "config",
) -> Report:
    """Check a training config that has been read; as `check_file`, its findings without places in a file.

    Args:
        config: the whole config, `{"Global": …, "Optimizer": …, "Train": …}`. Never changed.
        flags, select, ignore: as for `check_file`.
        source: what the report calls the config.

    Raises:
        LRConfigError: it is not a training config, a flag is wrong, or one of the codes does not exist.
    """
    selection = selection_of(select, ignore)
    with errors_within(source):
        planned, found = _found(checked_sections(config, source), source, flags or RunFlags())
    findings = (finding for finding in found if selection.has(finding.code))
    return Report(source, tuple(sorted(findings, key=lambda finding: finding.code)), planned)


def _found(
    config: Mapping[str, Any], source: str, flags: RunFlags, proposed: Reference | None = None
) -> tuple[PlannedRun | None, list[Finding]]:
    """The plan, if the lr section can be used, and what is found in it."""
    try:
        planned = plan_at_any_length(config, source, flags)
    except _DependsOnTheEpochError as error:
        return None, [unknown_epoch.found(Finding(("Train",), str(error), how_to_tell(config, flags)))]
    except LRConfigError as error:
        if any(len(problem.path) < 2 or problem.path[0] != "Optimizer" for problem in error.problems):
            raise  # it is not about the lr section, nor about a key of it that stands beside it
        return None, [*findings_about(error)]
    return planned, _findings(planned, proposed)


def _findings(planned: PlannedRun, proposed: Reference | None = None) -> list[Finding]:
    """What the rules find in a run, with what has been tried against it."""

    def findings_with(proposal: Proposal) -> Iterable[Finding]:
        config, flags = planned.with_proposal(proposal)
        return findings_about(subject_of(plan_at_any_length(config, planned.source, flags), proposed))

    return with_hints(findings_about(subject_of(planned, proposed)), findings_with)


class _DependsOnTheEpochError(LRConfigError):
    """Whether a section can be used depends on the length of an epoch, which is not known."""


def plan_at_any_length(config: Mapping[str, Any], source: str, flags: RunFlags) -> PlannedRun:
    """The plan; if the length of an epoch is not known, with the first assumed one that fits the section."""
    errors: list[LRConfigError] = []
    for assumed in ASSUMED_ITERS:
        try:
            return plan_config(config, source, flags, assumed)
        except LRConfigError as error:
            errors.append(error)
    if all(error.problems == errors[0].problems for error in errors):  # whatever the length
        raise errors[0]
    if read_section(lr_section(config)).config.in_iterations:
        problem = tr(
            "the length of an epoch is not known, and the lr section fits only some lengths: "
            "with {iters} iterations, {error}",
            iters=ASSUMED_ITERS[0],
            error=errors[0],
        )
        raise _DependsOnTheEpochError(problem)
    raise errors[0]


def selection_of(select: Iterable[str], ignore: Iterable[str]) -> Selection:
    """The codes to keep; `LRConfigError` if one of them does not exist."""
    return Selection(check_codes("select", select, RULES), check_codes("ignore", ignore, RULES))


def unusable_report(
    path: str | Path, error: LRConfigError, overrides: Iterable[str] = (), content: bytes | None = None
) -> Report:
    """The report of a file that `check_file` refused with `error`."""
    findings = (
        finding if finding.place and finding.place.line else finding._replace(place=Place(str(path), 1, 1))
        for finding in findings_about(error)
    )
    text = ""
    with suppress(LRConfigError):  # what is no text has no lines to show
        if content is None and isfile(path):  # a pipe has been read already
            content = raw_file(path)
        text = decoded(content or b"", path)
    return Report(str(path), tuple(findings), None, tuple(text.splitlines()), _keys_of(overrides))


def said_once(reports: Iterable[Report]) -> list[Report]:
    """The reports with what is true of the whole run, the unknown length of an epoch, in the first of them only."""
    reports = list(reports)
    having = [index for index, each in enumerate(reports) if each.planned and any(map(_is_of_the_run, each.findings))]
    if len(having) > 1:
        for index in having:
            same = tr("; the same in {count} files", count=len(having))
            findings = (
                finding._replace(message=finding.message + same) if _is_of_the_run(finding) else finding
                for finding in reports[index].findings
                if index == having[0] or not _is_of_the_run(finding)
            )
            reports[index] = reports[index]._replace(findings=tuple(findings))
    return reports


def _is_of_the_run(finding: Finding) -> bool:
    return finding.code == unknown_epoch.code


def check_planned(planned: PlannedRun) -> Report:
    """The findings about a run that is planned already, overrides and all; without places in a file."""
    findings = sorted(_findings(planned), key=lambda finding: finding.code)
    return Report(planned.source, tuple(findings), planned)
