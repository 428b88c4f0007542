"""What the counts of lines say of the length of an epoch, one process after another."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ppocr_lr.language import tr
from ppocr_lr.logs.intervals import most_agree

_MOST = 0.9  # of the lines agree, where one length is believed and the others are not
_UNBOUNDED = 1 << 62
_MOST_TRIED = 64  # lengths of a process whose begin is not shown
_RECENT = 4  # lengths of epochs that a process may continue with


class Length(NamedTuple):
    """Iterations per epoch, as the lines of one start show them; `most` is None if nothing bounds them."""

    least: int
    most: int | None
    likely: int
    """What is assumed at first: the least, as the last line of an epoch shows it; of a part of a log about the mean."""

    @property
    def exact(self) -> int | None:
        """The length, if only one is possible."""
        return self.least if self.least == self.most else None

    def allows(self, iters: int) -> bool:
        """Whether an epoch can have so many iterations."""
        return self.least <= iters <= (self.most or iters)

    def also(self, other: Length) -> Length | None:
        """What both allow, with what is likely for the other, or next to that; None if there is no such length."""
        least = max(self.least, other.least)
        most = min((each for each in (self.most, other.most) if each), default=None)
        likely = max(least, min(other.likely, most or other.likely))
        return Length(least, most, likely) if most is None or least <= most else None

    def __str__(self) -> str:
        if self.exact:
            return str(self.exact)
        if self.most is None:
            return tr("{least} or more", least=self.least)
        return tr("{low} to {high}", low=self.least, high=self.most)


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
    off: int
    """What they have more than the multiples at which lines are written: 1 where the log counts from 0."""
    said: int
    """Iterations per epoch, as its data loader has them; 0 if it does not say."""
    first: bool
    """The log shows none before it, and may begin within it."""
    goes_on: bool
    """The count is higher than all before it, so it is none that began anew."""
    from_zero: bool
    """The first epoch of the run may be number 0, not 1."""
    ended: bool
    """Its last line is of the run's last epoch."""

    @property
    def due(self) -> NDArray[np.int64]:
        """The counts, as lines are written at multiples of them."""
        return self.counts - self.off

    @property
    def stretch(self) -> tuple[int, int]:
        """Updates and epochs from the first line to the last."""
        return int(self.counts[-1] - self.counts[0]), int(self.before[-1] - self.before[0])

    @property
    def cut_off(self) -> bool:
        """It may have written lines before, which the log does not show."""
        if not self.first or self.said:
            return False
        return len(self.counts) == 1 or int(self.due[0]) > _usual_gap(self.before - self.before[0], self.due)


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
        if not length.exact and not (agreed.base and process.cut_off):
            length = _at_ends(before, process, length)
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
    cut_off = process.cut_off
    lengths = known | _between(process) if cut_off else known
    begins = {int(before[0] - (counts[0] - 1) // length) for length in lengths if length > 0} | {int(before[0])}
    anew = [] if process.goes_on else sorted((base for base in begins if base > 0), reverse=True)
    found = [(base, *_allowed(before - base, counts, said)) for base in (0, *[-1] * process.from_zero, *anew)]

    def likeliness(each: tuple[int, Length, NDArray[np.bool_]]) -> tuple[int, bool, bool]:
        return int(each[2].sum()), each[1].exact == said, any(map(each[1].allows, known))

    base, length, lines = max(found, key=likeliness)
    if lines.mean() < _MOST:  # a count from before the process had another length, or one of updates
        updates = _agreed(process._replace(said=0), known) if said else None
        if updates and updates.length and _of_several_batches(updates.length, said):
            return updates
        return _disagreeing(process)
    as_many = [each for each in found if each[2].sum() == lines.sum()]
    if base > 0 and cut_off:
        length = _any_of([length for _, length, _ in as_many], process)
    return Agreed(length, None if len({each[0] > 0 for each in as_many}) > 1 else base > 0, base, lines)


def _between(process: Counted) -> set[int]:
    """Lengths that an epoch may have, by what lies between the first and the last line."""
    done, epochs = process.stretch
    most = (done - 1) // (epochs - 1) if epochs > 1 else int(process.counts[0])
    return set(np.linspace(done // (epochs + 1) + 1, most, _MOST_TRIED, dtype=np.int64).tolist())


def _any_of(lengths: Sequence[Length], process: Counted) -> Length:
    """What at least one of these allows; likely is the mean."""
    if len(lengths) == 1:
        return lengths[0]
    done, epochs = process.stretch
    least, most = done // (epochs + 1) + 1, max(length.most or _UNBOUNDED for length in lengths)
    likely = min(max(round(done / epochs), least), most) if epochs else lengths[0].likely
    return Length(least, most if most < _UNBOUNDED else None, likely)


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


def change_of_length(before: NDArray[np.int64], counts: NDArray[np.int64], ended: bool) -> tuple[int, int] | None:
    """Where the epochs of a count that goes on become longer or shorter, as in a run that is resumed on other data.

    The first line of these and their length, if several epochs have it and several before had another, by their last
    lines.
    """
    if _allowed(before, counts, 0)[1].all():
        return None
    ends = np.flatnonzero(np.diff(before, append=before[-1] + ended))
    epochs, last = before[ends], counts[ends]
    if before[0] == 0:
        ends, epochs, last = (np.concatenate([[zero], each]) for zero, each in ((-1, ends), (-1, epochs), (0, last)))
    lengths = np.where(np.diff(epochs) == 1, np.diff(last), 0)
    begins = np.flatnonzero(np.diff(lengths, prepend=-1))
    several = np.diff(begins, append=len(lengths)) > 1
    found = [(int(ends[begin]) + 1, int(lengths[begin])) for begin in begins[several].tolist() if lengths[begin]]
    return next((after for one, after in pairwise(found) if after[1] != one[1]), None)


def _usual_gap(before: NDArray[np.int64], due: NDArray[np.int64]) -> int:
    """Iterations from one line to the next.

    Of those that are as frequent, one that no others exceed, and of which most lines are at multiples: the first line
    may be far from 0, in a part of a log.
    """
    gaps = Counter(np.diff(due, prepend=0 if before[0] == 0 else due[0]).tolist())
    del gaps[0]
    most = np.diff(due).max(initial=0)
    return max(gaps, key=lambda gap: (gaps[gap], gap >= most, int((due % gap == 0).sum()), gap), default=1)


def _at_ends(before: NDArray[np.int64], process: Counted, allowed: Length) -> Length:
    """The length, if last lines of epochs show it: their counts are none at which a line is written anyway."""
    counts, due = process.counts, process.due
    sure = due % _usual_gap(before, due) != 0
    sure[-1] |= process.ended and before[0] == 0  # no part of a log
    lengths = Counter(
        count // epochs
        for epochs, count in zip((before[sure] + 1).tolist(), counts[sure].tolist(), strict=True)
        if count % epochs == 0 and allowed.allows(count // epochs)
    )
    length, votes = (lengths.most_common(1) or [(0, 0)])[0]
    return exactly(length) if 2 * votes > int(sure.sum()) else allowed


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
