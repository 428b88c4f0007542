"""From a config file to its findings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ppocr_lr.check.catalogue import CODES
from ppocr_lr.check.finding import Draft, Finding, Subject
from ppocr_lr.check.rules import RULES
from ppocr_lr.check.rules.units import HOW_TO_TELL
from ppocr_lr.errors import SECTION, ArgumentError, LRConfigError
from ppocr_lr.lr_config.parse import read_section
from ppocr_lr.training_config.overrides import with_overrides
from ppocr_lr.training_config.plan import PlannedRun, RunFlags, checked_sections, lr_section, plan_config
from ppocr_lr.training_config.yaml_file import Place, YAMLDocument, read_yaml_document

ASSUMED_ITERS = (1000, 10**6, 10**5, 10**4, 100, 10, 1)
"""Tried as iterations per epoch where they are unknown; findings that depend on them are left out."""

# What a run's learning rate depends on; elsewhere in a config a repeated key is not this tool's business.
_READ = re.compile(
    r"(Global|Optimizer|Train)$|Global\.epoch_num$|Optimizer\.(name$|weight_decay$|(lr|regularizer)\b)|Train\.(loader|dataset|sampler)\b"
)

_IGNORE = re.compile(r"#\s*ppocr-lr:\s*ignore\s+(LR\d{3}(?:[,\s]+LR\d{3})*)")


@dataclass(frozen=True)
class Report:
    """The findings of one file, in the order of their lines."""

    path: str
    findings: tuple[Finding, ...]
    planned: PlannedRun | None
    """None where the lr section cannot be used."""


def check_file(
    path: str | Path, overrides: Iterable[str] = (), flags: RunFlags | None = None, ignore: Iterable[str] = ()
) -> Report:
    """Check one training YAML.

    Args:
        path, overrides, flags: as for `plan_run`. The length of an epoch may stay unknown.
        ignore: codes to leave out, besides those in comments: `# ppocr-lr: ignore LR303` behind a value counts
            for its line, on a line of its own for the file.

    Raises:
        LRConfigError: the file is not a training YAML, an override or a flag is wrong, or `ignore` names no code.
    """
    flags = flags or RunFlags()
    ignored = known_codes(ignore)
    document = read_yaml_document(path)
    sections = checked_sections(document.data, path)
    planned = None
    try:
        config = with_overrides(sections, overrides)
        planned = _planned(config, str(path), flags)
        drafts = _drafts(planned)
    except _DependsOnTheEpochError as error:
        drafts = [Draft("LR201", "Train", str(error), HOW_TO_TELL)]
    except LRConfigError as error:
        lines = str(error).splitlines()
        if not all(line.startswith(SECTION) for line in lines):
            raise error.within(str(path)) from None
        drafts = [Draft("LR100", _key_in(line), line) for line in lines]
    drafts += [
        Draft("LR106", key, "duplicate key in this mapping; this one counts", "take the other one out")
        for key, _ in document.repeated
        if _READ.match(key)
    ]
    everywhere, by_line = _ignored_in(document)
    findings = [
        finding
        for finding in _placed(drafts, document, str(path))
        if finding.code not in ignored | everywhere | by_line.get(finding.line, set())
    ]
    return Report(str(path), tuple(sorted(findings, key=lambda f: (f.line, f.column, f.code))), planned)


class _DependsOnTheEpochError(LRConfigError):
    """Whether a section can be used depends on the length of an epoch, which is not known."""


def _planned(config: Mapping[str, Any], source: str, flags: RunFlags) -> PlannedRun:
    """The plan; where the length of an epoch is not known, with the first assumed one that the section fits."""
    errors: list[LRConfigError] = []
    for assumed in ASSUMED_ITERS:
        try:
            return plan_config(config, source, flags, assumed, beginning=True)
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
    for code in sorted(known - set(CODES)):
        raise ArgumentError("ignore", "there is no such code; `ppocr-lr explain` lists them", code)
    return known


def unusable_report(path: str | Path, message: str) -> Report:
    """The report of a file that `check_file` refused with `message`."""
    return Report(str(path), tuple(_unusable(str(path), line) for line in message.splitlines()), None)


def _unusable(path: str, text: str) -> Finding:
    message = text.removeprefix(path).lstrip(": ")
    place = re.match(r"(\d+):(\d+): ", message)
    line, column = (int(place[1]), int(place[2])) if place else (1, 1)
    return Finding("LR100", path, "", line, column, message[place.end() :] if place else message)


def check_planned(planned: PlannedRun) -> Report:
    """The findings about a run that is planned already, overrides and all; without places in a file."""
    findings = [
        Finding(draft.code, planned.source, draft.key, 0, 0, draft.message, draft.hint) for draft in _drafts(planned)
    ]
    return Report(planned.source, tuple(sorted(findings, key=lambda finding: finding.code)), planned)


def _drafts(planned: PlannedRun) -> list[Draft]:
    subject = Subject(planned)
    return [draft for rule in RULES for draft in rule(subject)]


def _key_in(line: str) -> str:
    """The dotted key that a message about the section starts with."""
    return re.split(r"[:\s]", line, maxsplit=1)[0]


def _placed(drafts: Iterable[Draft], document: YAMLDocument, path: str) -> Iterator[Finding]:
    for draft in drafts:
        place = _place(draft.key, document)
        yield Finding(draft.code, path, draft.key, place.line, place.column, draft.message, draft.hint)


def _place(key: str, document: YAMLDocument) -> Place:
    """Where the key stands, or the nearest mapping around it: an override or a missing key has no line."""
    while key:
        if key in document.places:
            return document.places[key]
        key = key.rpartition(".")[0]
    return Place(1, 1)


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
