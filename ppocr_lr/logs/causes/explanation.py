"""Causes, and how well they explain the lines of a log."""

from __future__ import annotations

from dataclasses import dataclass

from ppocr_lr.finding import Proposal
from ppocr_lr.logs.lines import SIX_DECIMALS

_STRAYS_AT_BENDS = 50  # one of this many


@dataclass(frozen=True)
class Cause:
    """One thing that was not as planned."""

    kind: str
    words: str
    proposal: Proposal | None = None
    """What turns the plan into what was run, as far as this cause goes; None if nothing does, or if that was tried and
    the causes together lead to another plan than the one of the log."""

    @property
    def flag(self) -> str:
        """What to add to the command line for that."""
        return self.proposal.line if self.proposal else ""


@dataclass(frozen=True)
class Explanation:
    """Causes that together would make the log what it is, and how well."""

    causes: tuple[Cause, ...]
    explained: int
    lines: int
    strays: int
    """Lines that cannot be true if the others are explained."""
    largest: float
    """The largest distance of a logged rate from the explained one; rounding alone makes 5e-7."""
    rms: float
    """Root of the mean squared relative distance, over the lines whose rate is at least 1e-5."""
    of_these_lines: bool = False
    """The proposal is a plan for these lines only; others of the log do not follow it."""

    @property
    def proposal(self) -> Proposal | None:
        """What turns the plan into what was run."""
        proposals = [cause.proposal for cause in self.causes if cause.proposal]
        if not self.causes or len(proposals) < len(self.causes):
            return None
        overrides, flags = ([each for one in proposals for each in getattr(one, of)] for of in ("overrides", "flags"))
        return Proposal(tuple(overrides), tuple(flags))

    @property
    def complete(self) -> bool:
        """Every line that can be true is explained, within rounding; among many strays a few may lie at a bend."""
        left = self.lines - self.explained - self.strays
        return left == 0 or (left <= self.strays // _STRAYS_AT_BENDS and self.largest < 20 * SIX_DECIMALS)


@dataclass(frozen=True)
class Diagnosis:
    """What would explain the lines of some processes; if `found`, any of `explanations` does."""

    processes: tuple[int, ...]
    first: int
    """The first of these lines, by its index in the log."""
    explanations: tuple[Explanation, ...]
    found: bool


def override(*overrides: str) -> Proposal | None:
    """A proposal to set these keys, if there are any."""
    return Proposal(overrides) if overrides else None


def flag(name: str, value: int | str) -> Proposal:
    """A proposal to give this argument."""
    return Proposal(flags=((name, value),))
