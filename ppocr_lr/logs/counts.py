"""What the counts of lines say of the length of an epoch, one process after another."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ppocr_lr.logs.intervals import most_agree

_MOST = 0.9  # of the lines agree, where one length is believed and the others are not
_UNBOUNDED = 1 << 62
_RECENT = 4  # lengths of epochs that a process may continue with


class Length(NamedTuple):
    """Iterations per epoch, as the lines of one start show them; `most` is None if nothing bounds them."""

    least: int
    most: int | None
    likely: int
    """What the last lines of its epochs say, which only the trainer on Windows leaves out."""

    @property
    def exact(self) -> int | None:
        """The length, if only one is possible."""
        return self.least if self.least == self.most else None

    def allows(self, iters: int) -> bool:
        """Whether an epoch can have so many iterations."""
        return self.least <= iters <= (self.most or iters)

    def __str__(self) -> str:
        return f"{self.least} or more" if self.most is None else f"{self.least} to {self.most}"


ANY = Length(1, None, 1)
"""Nothing is known of it."""


def exactly(iters: int) -> Length:
    """The only possible length."""
    return Length(iters, iters, iters)


class Counted(NamedTuple):
    """The counts of one process."""

    before: NDArray[np.int64]
    """Epochs before that of each line."""
    counts: NDArray[np.int64]
    """Updates done at each line."""
    said: int
    """Iterations per epoch, as its data loader has them; 0 if it does not say."""
    goes_on: bool
    """The count is higher than all before it, so it is none that began anew."""
    from_zero: bool
    """The first epoch of the run may be number 0, not 1."""
    ended: bool
    """Its last line is of the run's last epoch."""


class Agreed(NamedTuple):
    """What most lines of a process agree on."""

    length: Length | None
    anew: bool | None
    """The process counts from its first epoch on, not from the run's; None where both may be."""
    base: int
    """Epochs before the one that the process counts from."""
    lines: NDArray[np.bool_]


class Lengths:
    """What has been learnt from the processes so far; `windows` if it is known that they run on Windows."""

    def __init__(self, windows: bool) -> None:
        self.windows = windows
        """The trainer runs one iteration less in each epoch than its data loader has."""
        self._recent: deque[int] = deque(maxlen=_RECENT)
        self._whole: set[int] = set()  # lengths of which all iterations run

    def of(self, process: Counted) -> Agreed:
        """What the lines of the next process say."""
        said = process.said
        agreed = _agreed(process, {said, said - 1, *self._recent})
        if said in self._whole and agreed.length == exactly(said - 1):  # a count that lacks an epoch looks so too
            agreed = _disagreeing(process)
        length, before = agreed.length, process.before - agreed.base
        if length is None:
            return agreed
        if not length.exact:
            length = _at_ends(before, process.counts, length, process.ended)
        self.windows |= length.exact == said - 1
        beyond = process.counts > (before + 1) * (said - 1)  # what the trainer on Windows runs
        if length == exactly(said) and beyond[agreed.lines].mean() > 1 - _MOST:
            self._whole.add(said)
        if length.exact and length.exact not in self._recent:
            self._recent.append(length.exact)
        return agreed._replace(length=length)


def _agreed(process: Counted, known: set[int]) -> Agreed:
    """Does the process count from the run's first epoch or from its own, and which lengths does that allow.

    By the `known` lengths a first line shows in which epoch the process began.
    """
    before, counts, said = process.before, process.counts, process.said
    begins = {int(before[0] - (counts[0] - 1) // length) for length in known if length > 0} | {int(before[0])}
    anew = [] if process.goes_on else sorted((base for base in begins if base > 0), reverse=True)
    found = [(base, *_allowed(before - base, counts, said)) for base in (0, *[-1] * process.from_zero, *anew)]
    base, length, lines = max(found, key=lambda each: (int(each[2].sum()), each[1].exact == said))
    if lines.mean() < _MOST:  # a count from before the process had another length, or one of updates
        updates = _agreed(process._replace(said=0), known) if said else None
        if updates and updates.length and _of_several_batches(updates.length, said):
            return updates
        return _disagreeing(process)
    as_many = {each[0] > 0 for each in found if each[2].sum() == lines.sum()}
    return Agreed(length, None if len(as_many) > 1 else base > 0, base, lines)


def _disagreeing(process: Counted) -> Agreed:
    """If the lines agree on nothing, what the data loader says is believed."""
    lines = np.ones(len(process.counts), dtype=bool)
    return Agreed(exactly(process.said) if process.said else None, None, 0, lines)


def _of_several_batches(updates: Length, batches: int) -> bool:
    """Whether an epoch of so many batches, or of one less, has so many updates of several batches each."""
    ways = ((each, each // updates.least) for each in (batches, batches - 1))
    return any(of_one > 1 and updates.allows(each // of_one) for each, of_one in ways)


def _allowed(before: NDArray[np.int64], counts: NDArray[np.int64], said: int) -> tuple[Length, NDArray[np.bool_]]:
    """The lengths that most lines allow, and these lines: in epoch e, count g says g/e ≤ length < g/(e − 1)."""
    least = -(-counts // (before + 1))
    most = np.where(before > 0, (counts - 1) // np.maximum(before, 1), _UNBOUNDED)
    if said:  # on Windows it runs one less
        agreeing = {iters: (least <= iters) & (iters <= most) for iters in (said, said - 1)}
        iters = max(agreeing, key=lambda iters: int(agreeing[iters].sum()))
        return exactly(iters), agreeing[said] | agreeing[said - 1]
    low, high, lines = most_agree(least, most)
    return Length(low, high if high < _UNBOUNDED else None, low), lines


def _at_ends(before: NDArray[np.int64], counts: NDArray[np.int64], allowed: Length, ended: bool) -> Length:
    """The length by the last lines of epochs: for sure where their count is none at which a line is written anyway."""
    gaps = Counter(np.diff(counts, prepend=0 if before[0] == 0 else counts[0]).tolist())
    del gaps[0]
    usual = max(gaps, key=lambda gap: (gaps[gap], gap), default=1)
    last = np.append(before[1:] > before[:-1], ended)
    sure = counts % usual != 0
    if ended:
        sure[-1] = True
    for ends in (sure, last):
        lengths = Counter(
            count // epochs
            for epochs, count in zip((before[ends] + 1).tolist(), counts[ends].tolist(), strict=True)
            if count % epochs == 0 and allowed.allows(count // epochs)
        )
        length, votes = (lengths.most_common(1) or [(0, 0)])[0]
        if 2 * votes > int(ends.sum()):
            return exactly(length) if ends is sure else allowed._replace(likely=length)
    return allowed


def counted_within_epochs(
    processes: Sequence[NDArray[np.int64]],
    epochs: NDArray[np.int64],
    steps: NDArray[np.int64],
    older: NDArray[np.bool_],
) -> tuple[bool, Sequence[NDArray[np.int64]]]:
    """Whether the step of the older format falls with nearly each new epoch, and the processes.

    Where it does not, a step that falls began again with a process, as where it is not kept across a resume.
    """
    lines = np.concatenate([np.zeros(0, dtype=np.int64), *processes])
    same = np.diff(np.repeat(np.arange(len(processes)), list(map(len, processes)))) == 0
    later = same & older[lines[1:]] & (np.diff(epochs[lines]) > 0)
    falls = later & (np.diff(steps[lines]) <= 0)
    if falls.sum() > _MOST * later.sum() or not falls.any():
        return bool(falls.any()), processes
    return False, np.split(lines, np.flatnonzero(~same | falls) + 1)
