"""A run as a few phases: warmup, decay, plateau, restart, rise."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ppocr_lr.schedules import Schedule

Kind = Literal["warmup", "plateau", "rise", "restart", "decay"]


class Phase(NamedTuple):
    """Neighbouring updates `first` … `last` (both included) in which the rate moves in one direction."""

    kind: Kind
    first: int
    last: int
    first_rate: float
    last_rate: float


def phases_of(schedule: Schedule, total_iters: int, limit: int = 30) -> tuple[list[Phase], bool]:
    """The first `limit` phases of updates 0 … `total_iters` − 1, as corners divide them; whether these are all.

    `warmup` is a linear warmup, `plateau` a constant rate, `decay` a falling and `rise` a rising one; a `restart` is a
    decay that begins with a jump upwards, not one from the top of a rise. A piece of a single update belongs to the
    phase before it, unless it is such a jump.
    """
    inner, complete = schedule.corner_steps(total_iters - 1, limit)
    end = total_iters if complete else inner[-1]
    warmup = schedule.lead().warmup_iters > 0
    starts = [0, *(step for step in inner if step < end)]
    found: list[Phase] = []
    for first, after in zip(starts, [*starts[1:], end], strict=True):
        if found and after - first == 1 and not _jumps_up(schedule, first):
            previous = found.pop()
            first = previous.first
        found.append(_phase(schedule, first, after - 1, found[-1] if found else None, warmup))
    return found, complete


def _phase(schedule: Schedule, first: int, last: int, previous: Phase | None, warmup: bool) -> Phase:
    start, end = schedule(first), schedule(last)
    if first == 0 and warmup:
        kind: Kind = "warmup"
    elif end > start:
        kind = "rise"
    elif (end < start or first == last) and previous and previous.kind != "warmup" and _jumps_up(schedule, first):
        kind = "restart"
    elif start == end:
        kind = "plateau"
    else:
        kind = "decay"
    return Phase(kind, first, last, start, end)


def _jumps_up(schedule: Schedule, step: int) -> bool:
    """Whether the rate goes up into `step` by much more than it went up just before."""
    before = schedule(step - 1)
    slope = before - schedule(step - 2) if step > 1 else 0.0
    return schedule(step) - before > 2 * max(slope, 0.0)
