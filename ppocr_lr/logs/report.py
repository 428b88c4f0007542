"""A comparison with its diagnoses, in plain sentences and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from ppocr_lr.curve.summary import trainer_text
from ppocr_lr.errors import printable, shown
from ppocr_lr.language import tr
from ppocr_lr.logs.causes.explanation import Diagnosis, Explanation
from ppocr_lr.logs.compare import Comparison
from ppocr_lr.logs.lines import SIX_DECIMALS
from ppocr_lr.numbers_text import amount, count_text, rate_text
from ppocr_lr.training_config.logged_config import decisive

_MOST_SHOWN = 6
_MOST_AGAIN = 0.1  # of the lines of one run, that occur twice
_FEW = 5  # lines; with fewer no cause is certain
_ROUNDING = 1e-15  # of a rate that a log has in full, as both programs calculate it


def text_lines(comparison: Comparison, diagnoses: Sequence[Diagnosis]) -> Iterator[str]:
    """The report for a terminal."""
    log, planned = comparison.log, comparison.planned
    yield printable(f"{log.source} against {planned.source}: {planned.name}")
    processes = len(set(log.starts.tolist()))
    several = f", written by {processes} starts of the training" if processes > 1 else ""
    stretch = f"{log.place(0)} to {log.place(-1)}" if len(log) > 1 else log.place(0)
    epochs = amount(int(log.totals[-1]), "epoch")
    yield f"  log      {amount(len(log), 'line')} with a rate, {stretch}, {epochs} planned{several}"
    yield f"  plan     {amount(planned.run.epochs, 'epoch')}; {planned.length.arithmetic}"
    if line := trainer_text(planned):
        yield f"  trainer  {line}"
    for remark in _remarks(comparison):
        yield f"  note     {remark}"
    yield f"  verdict  {verdict(comparison)}"
    for _, same in groupby(diagnoses, key=lambda each: (each.found, [one.causes for one in each.explanations])):
        alike = list(same)
        places = " and from ".join(log.place(diagnosis.first) for diagnosis in alike)
        yield from _diagnosis(comparison, alike[0], "" if len(diagnoses) == 1 else f", from {places} on")
    looked_at = {process for diagnosis in diagnoses for process in diagnosis.processes}
    if left := len({*log.starts[~comparison.follows].tolist()} - looked_at):
        yield f"           {amount(left, 'more start')} of the training {'was' if left == 1 else 'were'} not examined"


def verdict(comparison: Comparison) -> str:
    """One sentence: does the run follow the plan, and where it leaves it."""
    first = comparison.first_difference
    if first is not None:
        return tr("the run does not follow the plan: {lines}", lines=_difference(comparison, first))
    lines = _agreement(comparison)
    if not comparison.ends_early_or_late:
        return tr("the run follows the plan: {lines}", lines=lines)
    return tr("the run has another length than the plan: {lines}, but {end}", lines=lines, end=_end(comparison))


def _agreement(comparison: Comparison) -> str:
    """That the lines show the plan's rates, but for a few that cannot be true."""
    log, strays = comparison.log, int(comparison.strays.sum())
    fewer = float(log.rounding.min()) > SIX_DECIMALS
    count = round(-math.log10(2 * float(log.rounding.min())))
    if len(log) == 1:
        if log.step_key and fewer:
            return tr("the only line shows its rate, to the {count} decimals of the log", count=count)
        if log.step_key:
            return tr("the only line shows its rate, to six decimals")
        return tr("the only line shows a rate that it has in its epoch")
    if log.step_key and fewer:
        show = tr("show its rates, to the {count} decimals of the log", count=count)
    else:
        show = tr("show its rates, to six decimals") if log.step_key else tr("show rates that it has in their epochs")
    lines = amount(len(log), "line")
    if not strays:
        return tr("all {lines} {show}", lines=lines, show=show)
    others = tr("the other contradicts these") if strays == 1 else tr("the others contradict these")
    return tr("{count} of {lines} {show}, {others}", count=len(log) - strays, lines=lines, show=show, others=others)


def _difference(comparison: Comparison, first: int) -> str:
    """How many lines do not, and what is different where they begin."""
    log, off = comparison.log, int((~comparison.follows).sum())
    rate, low, high = (float(rates[first]) for rates in (log.rates, comparison.expected.low, comparison.expected.high))
    plan = f"{low:.6f}" if high - low < 5e-7 else tr("{low} to {high}", low=f"{low:.6f}", high=f"{high:.6f}")
    lines, place = amount(len(log), "line"), log.place(first)
    if off == 1:
        where = tr("1 of {lines} differs, at {place}", lines=lines, place=place)
    else:
        where = tr("{off} of {lines} differ, from {place} on", off=off, lines=lines, place=place)
    return tr("{where}, where the log has {rate} and the plan {plan}", where=where, rate=f"{rate:.6f}", plan=plan)


def _end(comparison: Comparison) -> str:
    """Where the run ends on the curve that it follows."""
    planned, logged = comparison.planned, int(comparison.log.totals[-1])
    runs = (logged, planned.run.epochs)
    end, arrival = (rate_text(planned.schedule(epochs * planned.run.iters_per_epoch - 1), 4) for epochs in runs)
    return tr(
        "it ends after {logged}, at {end}, the plan after {planned}, at {arrival}",
        logged=amount(logged, "epoch"),
        end=end,
        planned=planned.run.epochs,
        arrival=arrival,
    )


def json_value(comparison: Comparison, diagnoses: Sequence[Diagnosis]) -> dict[str, Any]:
    """The report for programs."""
    log, first = comparison.log, comparison.first_difference
    return {
        "log": log.source,
        "config": comparison.planned.source,
        "name": comparison.planned.name,
        "follows": comparison.as_planned,
        "lines": len(log),
        "lines_that_differ": int((~comparison.follows).sum()),
        "notes": list(_remarks(comparison)),
        "first_difference": None if first is None else _json_line(comparison, first),
        "diagnoses": [
            {
                "from": _json_line(comparison, diagnosis.first),
                "found": diagnosis.found,
                "explanations": [_json_explanation(explanation) for explanation in diagnosis.explanations],
            }
            for diagnosis in diagnoses
        ],
    }


def _json_line(comparison: Comparison, index: int) -> dict[str, Any]:
    log = comparison.log
    return {
        "epoch": int(log.epochs[index]),
        **({log.step_key: int(log.counts[index]) - (log.step_key == "iter")} if log.step_key else {}),
        "update": int(comparison.lines.updates[index]) - 1,
        "logged": float(log.rates[index]),
        "planned": [float(comparison.expected.low[index]), float(comparison.expected.high[index])],
    }


def _json_explanation(explanation: Explanation) -> dict[str, Any]:
    finite = bool(np.isfinite(explanation.largest))
    return {
        "causes": [{"kind": cause.kind, "text": cause.words, "flag": cause.flag} for cause in explanation.causes],
        "of_these_lines": explanation.of_these_lines,
        "lines": explanation.lines,
        "lines_explained": explanation.explained,
        "largest_distance": explanation.largest if finite else None,
        "rms_relative_distance": explanation.rms if finite else None,
    }


def _remarks(comparison: Comparison) -> Iterator[str]:
    log, planned = comparison.log, comparison.planned
    yield from log.remarks
    again = (np.diff(log.starts) == 0) & (np.diff(log.epochs) == 0) & (np.diff(log.counts) == 0)
    other = int((again & (np.abs(np.diff(log.rates)) > 2 * log.rounding[1:])).sum())
    if log.step_key and other > _MOST_AGAIN * len(log):
        have = f"{other} of {amount(len(log), 'line')} {'has' if other == 1 else 'have'}"
        yield f"two or more runs write into this log: {have} the {log.step_key} of the line before and another rate"
    yield from _other_config(comparison)
    yield from _without_loss(comparison)
    if comparison.window != comparison.asked_window:
        shows = "each rate as it was used, not a median"
        if comparison.window > 1:
            shows = f"the median of {amount(comparison.window, 'update')}"
        yield f"the log shows {shows}; the config does not say Global.log_smooth_window"
    if comparison.schedule != planned.schedule:
        yield f"the log counts batches, {comparison.iters_per_epoch} per epoch"
    yield from _other_lengths(comparison)
    yield from _after_epochs_of_another_length(comparison)
    yield from _beyond_the_plan(comparison)
    totals = sorted(set(log.totals.tolist()) - {planned.run.epochs})
    if totals:
        yield f"the log counts {_several(totals, 'epoch')}, the plan {planned.run.epochs}"
    if _low(comparison):
        yield "rates below 1e-5 have one digit or none in a log of six decimals, so they say little"
    if (comparison.lines.updates != log.counts).any():
        yield f"a resume did not keep {log.step_key}; the epochs show where it continued"


def _other_lengths(comparison: Comparison) -> Iterator[str]:
    """Where the epochs of the log have another length than the plan's, or one that is surely longer."""
    log, planned = comparison.log, comparison.planned
    iters = comparison.iters_per_epoch
    told = [process.length for process in log.own if process.length]
    longer = [length for length in told if length.least > iters]
    if lengths := {length.exact for length in told if length.exact} - {iters}:
        logged = _several(sorted(lengths), "iteration")
    elif longer:
        logged = f"{longer[-1]} iterations"
    else:
        return
    yield f"the epochs of the log have {logged}, those of the plan {planned.run.iters_per_epoch}"


def _after_epochs_of_another_length(comparison: Comparison) -> Iterator[str]:
    """Where a resume continued at the checkpoint's update, which the plan has in another epoch."""
    log, iters = comparison.log, comparison.iters_per_epoch
    before = (log.epochs - log.first_epoch) * iters
    exact = np.array([length == iters for length in log.lengths])[log.starts]
    updates = comparison.lines.updates - 1
    elsewhere = np.flatnonzero(exact & comparison.matches & ((updates < before) | (updates >= before + iters)))
    if len(elsewhere) and log.step_key:
        first = int(elsewhere[0])
        own, planned = count_text(int(updates[first])), count_text(int(before[first]))
        yield (
            f"at {log.place(first)} the schedule is at update {own}, while that epoch of the plan begins at update "
            f"{planned}: epochs before it had another length"
        )


def _beyond_the_plan(comparison: Comparison) -> Iterator[str]:
    """Where the log counts more than the planned run has."""
    end = comparison.planned.run.epochs * comparison.iters_per_epoch
    beyond = np.flatnonzero(comparison.lines.updates > end)
    if len(beyond):
        place, lines = comparison.log.place(int(beyond[0])), amount(len(beyond), "line")
        where = f"is beyond the plan, at {place}" if len(beyond) == 1 else f"are beyond the plan, from {place} on"
        yield f"{lines} {where}: it has {amount(end, 'iteration')}"


def _several(numbers: Sequence[int], noun: str) -> str:
    """Some of them, and how many more there are."""
    if len(numbers) == 1:
        return amount(numbers[0], noun)
    left = len(numbers) - _MOST_SHOWN
    more = f" and {amount(left, 'other number')}" if left > 0 else ""
    return f"{' and '.join(map(count_text, numbers[:_MOST_SHOWN]))} {noun}s{more}"


def _other_config(comparison: Comparison) -> Iterator[str]:
    """Where the config in the log differs from the one of the plan."""
    logged, planned = (decisive(config or {}) for config in (comparison.log.config, comparison.planned.config))
    keys = [key for key in {**logged, **planned} if logged and logged.get(key) != planned.get(key)]
    for key in keys[:_MOST_SHOWN]:
        values = (shown(values[key]) if key in values else "missing" for values in (logged, planned))
        yield f"{key} is {' in the config that the log holds, '.join(values)} in that of the plan"
    if (left := len(keys) - _MOST_SHOWN) > 0:
        yield f"{amount(left, 'more key')} of the config that the log holds {'differs' if left == 1 else 'differ'}"


def _without_loss(comparison: Comparison) -> Iterator[str]:
    """Where the loss stopped being a number, and how high the rate was there."""
    log, planned = comparison.log, comparison.planned
    if log.finite.all():
        return
    first = int(np.argmin(log.finite))
    update = int(comparison.lines.updates[first]) - 1
    warmup = planned.parsed.config.warmup_length(planned.built_for.window)
    peak = planned.schedule.extremes(0, planned.run.total_iters - 1)[1]
    where = (
        f"in the warmup, which ends at update {count_text(warmup)}"
        if update < warmup
        else f"{100 * float(log.rates[first]) / peak:.4g} % of the plan's peak"
    )
    lines = int((~log.finite).sum())
    rest = "in every line from there on" if not log.finite[first:].any() else f"in {amount(lines, 'line')} in all"
    yield (
        f"the loss is nan or inf at {log.place(first)} (update {count_text(update)}), at the rate "
        f"{rate_text(float(log.rates[first]), 4)}, {where}; {rest}"
    )


def _low(comparison: Comparison) -> bool:
    """Whether the rates have so few digits that they say little."""
    return bool(comparison.log.rates.max() < 1e-5)


def _diagnosis(comparison: Comparison, diagnosis: Diagnosis, where: str) -> Iterator[str]:
    likely = diagnosis.explanations[:_MOST_SHOWN]
    doubt = "too few lines" if any(each.lines < _FEW for each in likely) else ""
    if _low(comparison) and not all(cause.kind == "constant" for each in likely for cause in each.causes):
        doubt = doubt or "rates too low"
    certain = diagnosis.found and len(likely) == 1 and not doubt
    if certain:
        yield f"  cause    {_causes(likely[0])}{where}"
        yield f"           explains {_fit(likely[0])}"
    elif diagnosis.found and doubt:
        yield f"  cause    {doubt} to be sure{where}; what fits:"
    elif diagnosis.found:
        yield f"  cause    one of these{where}; this log cannot tell them apart:"
    else:
        yield f"  cause    no known cause explains every line{where}" + ("; the nearest are:" if likely else "")
    for explanation in () if certain else likely:
        yield f"           - {_causes(explanation)}: {_fit(explanation)}"
    proposal = likely[0].proposal if certain else None
    if proposal:
        what = "these lines alone" if likely[0].of_these_lines else "this run"
        yield f"           to plan {what}: {proposal.line}"


def _causes(explanation: Explanation) -> str:
    return ", and ".join(cause.words for cause in explanation.causes)


def _fit(explanation: Explanation) -> str:
    lines = f"{explanation.explained} of {amount(explanation.lines, 'line')}"
    if explanation.strays:
        lines += f", {explanation.strays} {'contradicts' if explanation.strays == 1 else 'contradict'} these"
    largest = 0.0 if explanation.largest < _ROUNDING else explanation.largest
    return f"{lines}, largest distance {rate_text(largest, 2)}"
