"""What the keys in `envelope.py` do: they put bounds, a hold, a warmup and a cooldown around the curve of a section."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ppocr_lr import schedules
from ppocr_lr.errors import LRConfigError
from ppocr_lr.language import tr
from ppocr_lr.lr_config.kinds import LARGEST_RATE, UP_TO_PEAK, WARMUP_SHAPES
from ppocr_lr.lr_config.run import Window
from ppocr_lr.numbers_text import amount
from ppocr_lr.schedules import Schedule

if TYPE_CHECKING:
    from ppocr_lr.lr_config.base import LRConfig


def whole_schedule(config: LRConfig, window: Window) -> Schedule:
    """Warmup, hold and the curve between its bounds, each if there is any of it; in steps with `once_per_epoch`."""
    for key, field in type(config).model_fields.items() if config.has_key("warmup_mode") else ():
        if UP_TO_PEAK in field.metadata and (rate := getattr(config, key)) and rate > config.peak:
            raise config.error(key, tr("at most the peak, {peak}", peak=f"{config.peak:g}"))
    schedule = _bounded(config, _behind(config, window))
    if hold_iters := window.iters(config.around("hold_epochs")):
        schedule = schedules.Sequence(((schedules.Constant(config.peak), hold_iters),), schedule)
    schedule = warmed_up(config, schedule, config.warmup_length(window))
    return _in_steps(config, schedule, window) if config.around("once_per_epoch") else schedule


def _in_steps(config: LRConfig, schedule: Schedule, window: Window) -> Schedule:
    """The schedule in steps of the run's epochs; a stage may begin within one."""
    epoch = window.run.iters_per_epoch
    into = window.begin % epoch
    if into:
        schedule = schedules.Sequence(((schedules.Constant(schedule(0)), into),), schedule)
    try:
        stepped = schedules.Staircase(schedule, epoch)
    except LRConfigError:
        raise config.error("once_per_epoch", tr("false: its cycles are not whole numbers of epochs")) from None
    return schedules.From(stepped, into) if into else stepped


def _bounded(config: LRConfig, schedule: Schedule) -> Schedule:
    """The schedule between the section's `floor` and `ceiling`, if it has either."""
    bounds = {key: bound for key in ("floor", "ceiling") if (bound := config.around(key))}
    if not bounds:
        return schedule
    floor, ceiling = bounds.get("floor", 0.0), bounds.get("ceiling", LARGEST_RATE)
    if ceiling < floor:
        raise config.error("ceiling", tr("at least the floor, {floor}", floor=f"{floor:g}"))
    if config.has_key("warmup_mode") and ceiling < config.peak:
        raise config.error("ceiling", tr("at least the peak, {peak}", peak=f"{config.peak:g}"))
    return schedules.Bounded(schedule, **bounds)


def _behind(config: LRConfig, window: Window) -> Schedule:
    """What comes after warmup and hold: the curve, as long as the keys say."""
    lead_iters = config.lead_length(window)
    within_run = config.fills_the_run or config.around("decay_within_run")
    tail_iters = window.iters(config.around("cooldown_epochs"))
    if config.has_key("cooldown_epochs") and config.around("decay_length") is not None:
        if within_run or tail_iters:
            allowed = tr("left out with decay_within_run or cooldown_epochs, which say the length")
            raise config.error("decay_length", allowed)
        return config.curve(window._replace(length=config.some_iters("decay_length", window)))
    if not (within_run or tail_iters):
        return config.curve(window)
    rest = window.within(lead_iters, tail_iters)
    if not rest.decay_iters and config.has_key("cooldown_epochs"):
        key, allowed = ("cooldown_epochs", tr("shorter")) if tail_iters else ("decay_within_run", "false")
        why = tr(
            "{allowed}: {lead} of warmup and hold and {tail} of cooldown leave nothing of the run's {total}",
            allowed=allowed,
            lead=amount(lead_iters, "iteration"),
            tail=tail_iters,
            total=window.total_iters,
        )
        raise config.error(key, why)
    return schedules.HeldAfter(config.curve(rest), rest.decay_iters) if tail_iters else config.curve(rest)


def warmed_up(config: LRConfig, schedule: Schedule, iters: int) -> Schedule:
    """The schedule with a warmup before it or over its beginning; the schedule itself where `iters` is 0."""
    if not iters:
        return schedule
    start, mode, overlap = config.warmup_start, config.around("warmup_mode"), config.around("warmup_overlap")
    if mode in ("constant", "exponential") and not start:
        others = ", ".join(each for each in WARMUP_SHAPES if each not in ("constant", "exponential"))
        said = tr("one of {others} where the warmup starts at 0; give warmup_start_lr", others=others)
        raise config.error("warmup_mode", said)
    shape, power = WARMUP_SHAPES[mode], config.around("warmup_power")
    if power != 1:
        if mode != "linear":
            raise config.error("warmup_power", tr("1 unless warmup_mode is linear"))
        shape = schedules.Power(power)
    if overlap == "none":
        return schedules.Warmup(schedule, iters, config.peak, start, shape)
    if overlap == "product":
        factor = schedules.Warmup(schedules.Constant(1.0), iters, 1.0, start / config.peak, shape)
        try:
            return schedules.Product(schedule, factor)
        except LRConfigError:
            allowed = tr("another value: the decay turns too often during the warmup")
            raise config.error("warmup_overlap", allowed) from None
    rest = schedules.From(schedule, iters)
    top = config.peak if overlap == "peak" else rest(0)
    if top <= start:
        allowed = tr("another value: at the end of the warmup the decay is at {rate}", rate=f"{top:g}")
        raise config.error("warmup_overlap", allowed)
    return schedules.Warmup(rest, iters, top, start, shape)
