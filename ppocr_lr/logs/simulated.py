"""A run that a metric decides, planned with given metrics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path

from ppocr_lr.errors import SECTION_PATH, ArgumentError, LRConfigError, Problem, errors_within, shown
from ppocr_lr.language import tr
from ppocr_lr.logs.evaluations import Evaluations, evaluations_in, read_metrics
from ppocr_lr.lr_config.base import LedPlateau
from ppocr_lr.schedules import PiecewiseConstant
from ppocr_lr.schedules.plateau import Plateau
from ppocr_lr.training_config.epoch_length import UnknownEpochLengthError
from ppocr_lr.training_config.overrides import with_overrides
from ppocr_lr.training_config.plan import (
    PlannedRun,
    Reduction,
    Simulation,
    plan_config,
    read_for_run,
)
from ppocr_lr.training_config.run_flags import RunFlags


def plan_simulated_run(
    path: str | Path, metrics: str | Path, overrides: Iterable[str] = (), flags: RunFlags | None = None
) -> PlannedRun:
    """As `plan_run`, of a schedule that a metric decides: with the curve that these metrics make.

    Args:
        path, overrides, flags: as for `plan_run`; if they do not give the length of an epoch, a log does.
        metrics: a column of numbers, or a log of PaddleOCR's trainer with its evaluations.

    Raises:
        LRConfigError: as `plan_run`; no metric decides the schedule; or the metrics cannot be used.
    """
    (config, flags), source = read_for_run(path, flags), str(path)
    with errors_within(source):
        config = with_overrides(config, overrides)
    given = read_metrics(metrics, config)
    flags = flags._replace(windows=flags.windows or given.windows)
    with errors_within(source):
        try:
            planned = plan_config(config, source, flags)
        except UnknownEpochLengthError:
            if not given.iters_per_epoch:
                raise
            iters = given.iters_per_epoch + flags.windows
            flags = flags._replace(iters_per_epoch=iters, iters_from=tr("from {file}", file=given.source))
            planned = plan_config(config, source, flags)
        batches = planned.length.batches and planned.length.batches - flags.windows
        evaluations = evaluations_in(given, planned.run, config, flags.accumulate, batches)
        return _simulated(planned, evaluations, given.name)


def simulate_plateau(
    led: LedPlateau, evaluations: Iterable[tuple[int, float]]
) -> tuple[PiecewiseConstant, tuple[Reduction, ...]]:
    """The rates of a plateau, counted from its beginning, and where they are reduced.

    Args:
        led: the plateau.
        evaluations: the updates done at each evaluation, and its metric, in order.
    """
    section = led.plateau.model_dump()
    keys = {each.name: section[each.name] for each in fields(Plateau) if each.name in section}
    plateau = Plateau(led.plateau.peak, **keys)
    reductions = []
    for done, metric in evaluations:
        before = plateau.rate
        if done >= led.iters:
            plateau.tell(metric)
        if plateau.rate != before:
            reductions.append(Reduction(done, before, plateau.rate))
    boundaries = tuple(reduction.update - led.iters for reduction in reductions)
    return PiecewiseConstant(boundaries, (led.plateau.peak, *(each.after for each in reductions))), tuple(reductions)


def _simulated(planned: PlannedRun, evaluations: Evaluations, metric: str) -> PlannedRun:
    parsed, led = planned.parsed, planned.parsed.plateau
    if led is None:
        problem = tr("{name} has a curve without metrics; they simulate ReduceOnPlateau", name=shown(planned.name))
        raise LRConfigError(Problem((*SECTION_PATH, "name"), problem))
    if planned.reference_batch is not None:
        raise ArgumentError("metrics", tr("simulate the rates as they are written, not scaled for another batch"))
    rates, reductions = simulate_plateau(led, evaluations.found)
    whole = parsed.config.led_plateau(planned.built_for.window, rates).before
    wrong_way = metric and "loss" not in metric and getattr(led.plateau, "mode", "") == "min"

    def words() -> str:
        said = evaluations.words()
        if wrong_way:
            said += tr("; {metric} should rise, and with mode: min it improves by falling", metric=metric)
        return said

    seen = tuple(each for each in reductions if each.update < planned.run.total_iters)
    return replace(planned, parsed=parsed._replace(curve=whole), simulation=Simulation(words, seen))
