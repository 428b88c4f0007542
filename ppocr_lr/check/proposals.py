"""What findings propose is tried before it is shown: the finding goes away, and nothing as bad comes up instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import NamedTuple, TypeAlias

from ppocr_lr.errors import LRConfigError, Path, printable
from ppocr_lr.finding import Finding, Proposal, Severity
from ppocr_lr.language import tr

Kind: TypeAlias = "tuple[str, Path]"
"""The code of a finding and the key that it is about."""

Found: TypeAlias = "Mapping[Kind, Severity]"

_MOST_TRIED = 30  # of one config; each costs as much as its check
_MOST_FOUND = 3000  # findings, while they are tried


class _Helping(NamedTuple):
    """A proposal that was tried and helps."""

    proposal: Proposal
    cleared: set[Kind]
    severity: Severity


def with_hints(findings: Iterable[Finding], findings_with: Callable[[Proposal], Iterable[Finding]]) -> list[Finding]:
    """The findings, each with those of its proposals that help, and the hint that they make.

    Of several proposals for one key, the one that clears most findings counts; it is given with each of these.

    Args:
        findings: of a run.
        findings_with: those of the same run with a proposal; `LRConfigError` where it is refused.
    """
    findings = list(findings)
    known = by_kind(findings)
    helping: dict[Proposal, _Helping] = {}
    proposed = ((each, made) for each in findings for made in each.proposals)
    for finding, proposal in islice(proposed, min(_MOST_TRIED, _MOST_FOUND // max(1, len(findings)))):
        try:
            after = by_kind(findings_with(proposal))
        except LRConfigError:
            continue
        if printable(proposal.line) != proposal.line:
            continue
        said = proposal
        if not helps(proposal, finding, known, after):
            # Once renamed, its value counts, and is wrong itself; it needs the other name all the same.
            come = sorted({code for code, _ in _new(known, after, Severity.WARNING)})
            if not proposal.renames or not come or kind_of(finding) in after:
                continue
            words = tr("{fix}, which brings up {codes}", fix="{}", codes=", ".join(come))
            said = proposal._replace(words=words, for_files=False)
        helping[proposal] = _Helping(said, known.keys() - after.keys(), finding.severity)
    ranked = sorted(
        helping.values(), key=lambda each: (not each.proposal.for_files, -len(each.cleared), -each.severity)
    )

    def hinted(finding: Finding) -> Finding:
        own = [helping[proposal] for proposal in finding.proposals if proposal in helping]
        best = (next(each for each in ranked if each.proposal.overlaps(one.proposal)) for one in own)
        clears = any(proposal.clears for proposal in finding.proposals)
        said = tuple(each.proposal for each in best if each in own or (clears and kind_of(finding) in each.cleared))
        hint = tr("; or ").join(dict.fromkeys(map(str, said)))
        return finding._replace(hint=hint or finding.hint, proposals=said)

    return list(map(hinted, findings))


def helps(proposal: Proposal, finding: Finding, before: Found, after: Found) -> bool:
    """No new error or warning comes up, and nothing at all if it is safe; what should clear the finding does, without
    another one as bad in its place.
    """
    if _new(before, after, Severity.NOTE if proposal.safe else Severity.WARNING):
        return False
    as_bad = [sum(severity >= finding.severity for severity in each.values()) for each in (after, before)]
    return not proposal.clears or (kind_of(finding) not in after and as_bad[0] < as_bad[1])


def _new(before: Found, after: Found, least: Severity) -> Found:
    """New findings of at least this severity."""
    return {kind: severity for kind, severity in after.items() if kind not in before and severity >= least}


def by_kind(findings: Iterable[Finding]) -> Found:
    """How bad the findings of each kind are."""
    return {kind_of(finding): finding.severity for finding in findings}


def kind_of(finding: Finding) -> Kind:
    """What makes two findings, before and after a change, the same one."""
    return finding.code, finding.path
