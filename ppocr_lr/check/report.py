"""From a config file to its findings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ppocr_lr.check.proposals import with_hints
from ppocr_lr.check.rule import findings_about
from ppocr_lr.check.rules import RULES
from ppocr_lr.check.rules.units import how_to_tell, unknown_epoch
from ppocr_lr.check.subject import subject_of
from ppocr_lr.errors import SECTION_PATH, ArgumentError, LRConfigError, Place, dotted
from ppocr_lr.finding import Finding, Proposal
from ppocr_lr.lr_config.parse import read_section
from ppocr_lr.training_config.overrides import with_overrides
from ppocr_lr.training_config.plan import PlannedRun, RunFlags, checked_sections, lr_section, plan_config
from ppocr_lr.training_config.reference import Reference, proposed_reference
from ppocr_lr.training_config.yaml_file import YAMLDocument, read_yaml_document

ASSUMED_ITERS = (1000, 10**6, 10**5, 10**4, 100, 10, 1)
"""Tried as iterations per epoch where they are unknown; findings that depend on them are left out."""

_IGNORE = re.compile(r"#\s*ppocr-lr:\s*ignore\s+(LR\d{3}(?:[,\s]+LR\d{3})*)")


@dataclass(frozen=True)
class Report:
    """The findings of one file, in the order of their lines."""

    path: str
    findings: tuple[Finding, ...]
    planned: PlannedRun | None
    """None where the lr section cannot be used."""


def check_file(
    path: str | Path, overrides: Iterable[str] = (), flags: RunFlags | None = None, *, ignore: Iterable[str] = ()
) -> Report:
    """Check one training YAML.

    Args:
        path, overrides, flags: as for `plan_run`. The length of an epoch may stay unknown.
        ignore: codes to leave out, besides those in comments: `# ppocr-lr: ignore LR303` behind a value counts
            for its line, on a line of its own for the file.

    Raises:
        LRConfigError: the file is not a training YAML, an override or a flag is wrong, or `ignore` names no code.
    """
    return check_document(read_yaml_document(path), path, overrides, flags, ignore=ignore)


def check_document(
    document: YAMLDocument,
    path: str | Path,
    overrides: Iterable[str] = (),
    flags: RunFlags | None = None,
    *,
    ignore: Iterable[str] = (),
) -> Report:
    """As `check_file`, for a file that has been read, or for what is to be written into it."""
    ignored = known_codes(ignore)
    sections = checked_sections(document.data, path)
    try:
        config, proposed = with_overrides(sections, overrides), proposed_reference(document)
        planned, found = _found(config, str(path), (flags or RunFlags()).beside(path), proposed)
    except LRConfigError as error:
        raise error.within(str(path)) from None
    found += findings_about(document)
    everywhere, by_line = _ignored_in(document)
    findings = [
        replace(finding, place=place)
        for finding in found
        if finding.code not in ignored | everywhere | by_line.get((place := _place(finding, document)).line, set())
    ]
    return Report(str(path), tuple(sorted(findings, key=lambda finding: (finding.place, finding.code))), planned)


def check_config(
    config: Mapping[str, Any], flags: RunFlags | None = None, *, ignore: Iterable[str] = (), source: str = "config"
) -> Report:
    """Check a training config that has been read; as `check_file`, its findings without places in a file.

    Args:
        config: the whole config, `{"Global": …, "Optimizer": …, "Train": …}`. Never changed.
        flags: as for `plan_run`. The length of an epoch may stay unknown.
        ignore: codes to leave out.
        source: what the report calls the config.

    Raises:
        LRConfigError: it is not a training config, a flag is wrong, or `ignore` names no code.
    """
    ignored = known_codes(ignore)
    try:
        planned, found = _found(checked_sections(config, source), source, flags or RunFlags())
    except LRConfigError as error:
        raise error.within(source) from None
    findings = (finding for finding in found if finding.code not in ignored)
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
        if any(problem.path[:2] != SECTION_PATH for problem in error.problems):
            raise
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
    """The plan; where the length of an epoch is not known, with the first assumed one that the section fits."""
    errors: list[LRConfigError] = []
    for assumed in ASSUMED_ITERS:
        try:
            return plan_config(config, source, flags, assumed)
        except LRConfigError as error:
            if errors and str(error) == str(errors[0]):  # whatever the length
                raise
            errors.append(error)
    if read_section(lr_section(config)).config.counts_iterations:
        raise _DependsOnTheEpochError(
            "the length of an epoch is not known, and the lr section fits some lengths at most: "
            f"at {ASSUMED_ITERS[0]} iterations it is {errors[0]}"
        )
    raise errors[0]


def known_codes(codes: Iterable[str]) -> set[str]:
    """The codes to leave out; `LRConfigError` where one of them is none."""
    known = set(codes)
    for code in sorted(known - set(RULES)):
        raise ArgumentError("ignore", "there is no such code; `ppocr-lr explain` lists them", code)
    return known


def unusable_report(path: str | Path, error: LRConfigError) -> Report:
    """The report of a file that `check_file` refused with `error`."""
    findings = (
        finding if finding.place and finding.place.line else replace(finding, place=Place(str(path), 1, 1))
        for finding in findings_about(error)
    )
    return Report(str(path), tuple(findings), None)


def check_planned(planned: PlannedRun) -> Report:
    """The findings about a run that is planned already, overrides and all; without places in a file."""
    findings = sorted(_findings(planned), key=lambda finding: finding.code)
    return Report(planned.source, tuple(findings), planned)


def _place(finding: Finding, document: YAMLDocument) -> Place:
    """Where the key stands, or the nearest mapping around it: an override or a missing key has no line."""
    for end in range(len(finding.path), 0, -1):
        if place := document.places.get(dotted(finding.path[:end])):
            return place
    return Place(document.source, 1, 1)


def _ignored_in(document: YAMLDocument) -> tuple[set[str], dict[int, set[str]]]:
    everywhere: set[str] = set()
    by_line: dict[int, set[str]] = {}
    for number, line in enumerate(document.lines, 1):
        match = _IGNORE.search(line)
        if match:
            codes = set(re.findall(r"LR\d{3}", match.group(1)))
            if line.lstrip().startswith("#"):
                everywhere |= codes
            else:
                by_line.setdefault(number, set()).update(codes)
    return everywhere, by_line
