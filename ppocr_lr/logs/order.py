"""The lines of a log in the order of training: which belong to one start of it, and which cannot be true.

A start shows in the log itself (what a process says when it starts, another format, a count that begins again). A
count that falls for a line or two is damage, one that falls all the time is a log whose lines were shuffled.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Key = tuple[int, int]
"""Epoch and step."""

_RECENT = 16  # lines back at which another rank may repeat a line
_LONGEST_SPIKE = 3
_BEHIND = 5  # lines of which most do not continue from a spike
_STRAYS = 2  # lines of a count that falls and comes back
_SEVERAL = 4  # starts without a mark are believed where the lines between do not jump to and fro
_OPEN = 8  # starts without a mark that a line may continue


@dataclass
class Order:
    """Indices of lines, start by start, and how many lines are left out."""

    starts: list[NDArray[np.int64]] = field(default_factory=list)
    repeated: int = 0
    shuffled: int = 0
    """Lines that were in no order and were sorted."""


def in_order(
    epochs: NDArray[np.int64],
    steps: NDArray[np.int64],
    rates: NDArray[np.float64],
    older: NDArray[np.bool_],
    marks: NDArray[np.int32],
) -> Order:
    """The order of lines with these epochs and steps.

    Args:
        epochs, steps: of each line.
        rates: its learning rate; a line that is repeated has the same.
        older: the step may count within the epoch.
        marks: how many starts of a process the log has shown before the line.
    """
    order = Order()
    anew = (np.diff(marks) != 0) | (np.diff(older) != 0)
    later = np.diff(epochs)
    strictly = np.where(
        older[1:], (later > 0) | ((later == 0) & (np.diff(steps) > 0)), (later >= 0) & (np.diff(steps) > 0)
    )
    bounds = [0, *(np.flatnonzero(anew) + 1).tolist(), len(epochs)] if len(epochs) else []
    for begin, end in pairwise(bounds):
        if strictly[begin : end - 1].all():
            order.starts.append(np.arange(begin, end))
            continue
        part = slice(begin, end)
        keys = list(zip(epochs[part].tolist(), steps[part].tolist(), strict=True))
        starts = _in_segment(order, keys, rates[part].tolist(), bool(older[begin]))
        order.starts += [np.array(start, dtype=np.int64) + begin for start in starts]
    return order


def _in_segment(order: Order, keys: Sequence[Key], rates: Sequence[float], older: bool) -> list[list[int]]:
    """The starts among lines between which the log shows none."""
    fresh: list[int] = []
    recent: deque[tuple[Key, float]] = deque(maxlen=_RECENT)
    for index, line in enumerate(zip(keys, rates, strict=True)):
        if line in recent and not _follows(keys[fresh[-1]], keys[index], older, strictly=True):
            order.repeated += 1
        else:
            fresh.append(index)
            recent.append(line)
    kept = _without_spikes(fresh, keys, older)
    chains = _chains(kept, keys, older)
    if chains is None:
        order.shuffled += len(fresh)
        return [_sorted(fresh, keys, rates, older, order)]
    return chains


def _follows(before: Key, after: Key, older: bool, strictly: bool = False) -> bool:
    if before == after:
        return not strictly
    return before < after and (older or before[1] <= after[1])


def _without_spikes(lines: list[int], keys: Sequence[Key], older: bool) -> list[int]:
    """Without the few lines that are far ahead of those before and after them."""
    kept: list[int] = []
    for position, index in enumerate(lines):
        if kept and not _follows(keys[kept[-1]], keys[index], older):
            behind = [keys[line] for line in lines[position : position + _BEHIND]]
            for count in range(1, min(_LONGEST_SPIKE, len(kept) - 1) + 1):
                spike = [keys[line] for line in kept[-count:]]
                if _follows(keys[kept[-count - 1]], behind[0], older) and all(
                    2 * sum(_follows(high, key, older) for key in behind) < len(behind) for high in spike
                ):
                    del kept[-count:]
                    break
        kept.append(index)
    return kept


def _chains(lines: list[int], keys: Sequence[Key], older: bool) -> list[list[int]] | None:
    """The lines of each start, without strays; None if they are in no order.

    A line continues the start whose last line it follows most closely; one that is behind all of them begins anew.
    """
    chains: list[list[int]] = []
    latest, jumps = -1, 0
    gaps: Counter[int] = Counter()
    usual = 0  # the gap that most lines have
    strays: set[int] = set()
    for done, index in enumerate(lines, 1):
        key = keys[index]
        fitting = [
            (max(_gap(keys[chains[number][-1]], key), usual), number != latest, -number)
            for number in range(max(0, len(chains) - _OPEN), len(chains))
            if _follows(keys[chains[number][-1]], key, older)
        ]
        chosen = -min(fitting)[2] if fitting else len(chains)
        if fitting:
            gap = _gap(keys[chains[chosen][-1]], key)
            gaps[gap] += 1
            usual = max(usual, gap, key=gaps.__getitem__)
        else:
            chains.append([])
        if chosen != latest and latest >= 0:
            jumps += 1
            if chosen < latest:
                strays |= {number for number in range(chosen + 1, len(chains)) if len(chains[number]) <= _STRAYS}
        chains[chosen].append(index)
        latest = chosen
        if len(chains) > 2 * _OPEN and 2 * jumps > done:
            return None
    if len(chains) > _SEVERAL and 2 * jumps > len(lines):
        return None
    return [chain for number, chain in enumerate(chains) if number not in strays or len(chain) > _STRAYS]


def _gap(before: Key, after: Key) -> int:
    return after[1] - before[1] if after[1] > before[1] else after[0] - before[0]


def _sorted(lines: list[int], keys: Sequence[Key], rates: Sequence[float], older: bool, order: Order) -> list[int]:
    """The lines by their count, without duplicates and those whose epoch does not fit their neighbours'."""
    ranked = sorted(lines, key=lambda index: keys[index] if older else keys[index][::-1])
    once = list({(keys[index], rates[index]): index for index in ranked}.values())
    order.repeated += len(ranked) - len(once)
    # The longest sequence of lines whose epochs do not fall.
    ends: list[int] = []  # the last epoch of the best sequence of each length
    tails: list[int] = []  # and its line, by its place in `once`
    before: list[int] = []
    for place, index in enumerate(once):
        epoch = keys[index][0]
        length = bisect_right(ends, epoch)
        before.append(tails[length - 1] if length else -1)
        ends[length : length + 1] = [epoch]
        tails[length : length + 1] = [place]
    row: list[int] = []
    place = tails[-1] if tails else -1
    while place >= 0:
        row.append(once[place])
        place = before[place]
    return row[::-1]
