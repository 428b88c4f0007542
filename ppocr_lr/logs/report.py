"""A comparison with its diagnoses, in plain sentences and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from ppocr_lr.curve.summary import row, trainer_text
from ppocr_lr.errors import printable, shown
from ppocr_lr.language import labelled, later, tr
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
    head = later("{log} against {config}: {name}")
    if planned.source == log.source:
        head = later("{log} against its own config: {name}")
    yield printable(tr(head, log=log.source, config=planned.source, name=planned.name))
    yield row(tr("log"), _extent(comparison))
    epochs = amount(planned.run.epochs, "epoch")
    yield row(tr("plan"), tr("{epochs}; {arithmetic}", epochs=epochs, arithmetic=planned.length.arithmetic))
    if line := trainer_text(planned):
        yield row(tr("trainer"), line)
    for remark in _remarks(comparison):
        yield row(tr("note"), remark)
    yield row(tr("verdict"), verdict(comparison))
    for _, same in groupby(diagnoses, key=lambda each: (each.found, [one.causes for one in each.explanations])):
        alike = list(same)
        places = tr(" and from ").join(log.place(diagnosis.first) for diagnosis in alike)
        where = "" if len(diagnoses) == 1 else tr(", from {places} on", places=places)
        yield from _diagnosis(comparison, alike[0], where)
    looked_at = {process for diagnosis in diagnoses for process in diagnosis.processes}
    if left := len({*log.starts[~comparison.follows].tolist()} - looked_at):
        message = later("{starts} of the training was not examined")
        if left > 1:
            message = later("{starts} of the training were not examined")
        yield row("", tr(message, starts=amount(left, "more start")))


def _extent(comparison: Comparison) -> str:
    """How much the log holds of which run."""
    log = comparison.log
    stretch = log.place(0)
    if len(log) > 1:
        stretch = tr("{first} to {last}", first=stretch, last=log.place(-1))
    said = tr(
        "{lines} with a rate, {stretch}, {epochs} planned",
        lines=amount(len(log), "line"),
        stretch=stretch,
        epochs=amount(int(log.totals[-1]), "epoch"),
    )
    processes = len(set(log.starts.tolist()))
    return said + tr(", written by {count} starts of the training", count=processes) if processes > 1 else said


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
    rounding, digits = float(log.rounding.min()), tr("to six decimals")
    if rounding > SIX_DECIMALS:
        digits = tr("to the {count} decimals of the log", count=round(-math.log10(2 * rounding)))
    if len(log) == 1:
        if not log.step_key:
            return tr("the only line shows a rate that it has in its epoch")
        return tr("the only line shows its rate, {digits}", digits=digits)
    show = tr("show rates that it has in their epochs")
    if log.step_key:
        show = tr("show its rates, {digits}", digits=digits)
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
    return {
        "causes": [{"kind": cause.kind, "text": cause.words, "flag": cause.flag} for cause in explanation.causes],
        "of_these_lines": explanation.of_these_lines,
        "lines": explanation.lines,
        "lines_explained": explanation.explained,
        "largest_distance": explanation.largest,
        "rms_relative_distance": explanation.rms,
    }


def _remarks(comparison: Comparison) -> Iterator[str]:
    log, planned = comparison.log, comparison.planned
    yield from log.remarks
    again = (np.diff(log.starts) == 0) & (np.diff(log.epochs) == 0) & (np.diff(log.counts) == 0)
    other = int((again & (np.abs(np.diff(log.rates)) > 2 * log.rounding[1:])).sum())
    if log.step_key and other > _MOST_AGAIN * len(log):
        lines = tr("{count} of {lines}", count=other, lines=amount(len(log), "line"))
        message = later(
            "two or more runs write into this log: {lines} have the {key} of the line before and another rate"
        )
        if other == 1:
            message = later(
                "two or more runs write into this log: {lines} has the {key} of the line before and another rate"
            )
        yield tr(message, lines=lines, key=log.step_key)
    yield from _other_config(comparison)
    yield from _without_loss(comparison)
    if comparison.window != comparison.asked_window:
        shows = tr("each rate as it was used, not a median")
        if comparison.window > 1:
            shows = tr("the median of {updates}", updates=amount(comparison.window, "update"))
        yield tr("the log shows {shows}; the config does not say Global.log_smooth_window", shows=shows)
    if comparison.schedule != planned.schedule:
        yield tr("the log counts batches, {count} per epoch", count=comparison.iters_per_epoch)
    yield from _other_lengths(comparison)
    yield from _after_epochs_of_another_length(comparison)
    yield from _beyond_the_plan(comparison)
    totals = sorted(set(log.totals.tolist()) - {planned.run.epochs})
    if totals:
        logged = _several(totals, "epoch", later("{numbers} epochs"))
        yield tr("the log counts {logged}, the plan {planned}", logged=logged, planned=planned.run.epochs)
    if _low(comparison):
        yield tr("rates below 1e-5 have one digit or none in a log of six decimals, so they say little")
    if (comparison.lines.updates != log.counts).any():
        yield tr("a resume did not keep {key}; the epochs show where it continued", key=log.step_key)


def _other_lengths(comparison: Comparison) -> Iterator[str]:
    """Where the epochs of the log have another length than the plan's, or one that is surely longer."""
    log, planned = comparison.log, comparison.planned
    iters = comparison.iters_per_epoch
    told = [process.length for process in log.own if process.length]
    longer = [length for length in told if length.least > iters]
    if lengths := {length.exact for length in told if length.exact} - {iters}:
        logged = _several(sorted(lengths), "iteration", later("{numbers} iterations"))
    elif longer:
        logged = tr("{numbers} iterations", numbers=longer[-1])
    else:
        return
    yield tr(
        "the epochs of the log have {logged}, those of the plan {planned}",
        logged=logged,
        planned=planned.run.iters_per_epoch,
    )


def _after_epochs_of_another_length(comparison: Comparison) -> Iterator[str]:
    """Where a resume continued at the checkpoint's update, which the plan has in another epoch."""
    log, iters = comparison.log, comparison.iters_per_epoch
    before = (log.epochs - log.first_epoch) * iters
    exact = np.array([length == iters for length in log.lengths])[log.starts]
    updates = comparison.lines.updates - 1
    elsewhere = np.flatnonzero(exact & comparison.matches & ((updates < before) | (updates >= before + iters)))
    if len(elsewhere) and log.step_key:
        first = int(elsewhere[0])
        yield tr(
            "at {place} the schedule is at update {own}, while that epoch of the plan begins at update {planned}: "
            "epochs before it had another length",
            place=log.place(first),
            own=count_text(int(updates[first])),
            planned=count_text(int(before[first])),
        )


def _beyond_the_plan(comparison: Comparison) -> Iterator[str]:
    """Where the log counts more than the planned run has."""
    end = comparison.planned.run.epochs * comparison.iters_per_epoch
    beyond = np.flatnonzero(comparison.lines.updates > end)
    if len(beyond):
        message = later("{lines} are beyond the plan, from {place} on: it has {updates}")
        if len(beyond) == 1:
            message = later("{lines} is beyond the plan, at {place}: it has {updates}")
        place, lines = comparison.log.place(int(beyond[0])), amount(len(beyond), "line")
        yield tr(message, lines=lines, place=place, updates=amount(end, "iteration"))


def _several(numbers: Sequence[int], noun: str, nouns: str) -> str:
    """Some of them, and how many more there are; `nouns` is the message for more than one."""
    if len(numbers) == 1:
        return amount(numbers[0], noun)
    said = tr(nouns, numbers=tr(" and ").join(map(count_text, numbers[:_MOST_SHOWN])))
    left = len(numbers) - _MOST_SHOWN
    return tr("{several} and {more}", several=said, more=amount(left, "other number")) if left > 0 else said


def _other_config(comparison: Comparison) -> Iterator[str]:
    """Where the config in the log differs from the one of the plan."""
    logged, planned = (decisive(config or {}) for config in (comparison.log.config, comparison.planned.config))
    keys = [key for key in {**logged, **planned} if logged and logged.get(key) != planned.get(key)]
    for key in keys[:_MOST_SHOWN]:
        ours, theirs = (shown(values[key]) if key in values else tr("missing") for values in (logged, planned))
        yield tr(
            "{key} is {logged} in the config that the log holds, {planned} in that of the plan",
            key=key,
            logged=ours,
            planned=theirs,
        )
    if (left := len(keys) - _MOST_SHOWN) > 0:
        message = later("{keys} of the config that the log holds differ")
        if left == 1:
            message = later("{keys} of the config that the log holds differs")
        yield tr(message, keys=amount(left, "more key"))


def _without_loss(comparison: Comparison) -> Iterator[str]:
    """Where the loss stopped being a number, and how high the rate was there."""
    log, planned = comparison.log, comparison.planned
    if log.finite.all():
        return
    first = int(np.argmin(log.finite))
    update = int(comparison.lines.updates[first]) - 1
    warmup = planned.parsed.config.warmup_length(planned.built_for.window)
    peak = planned.schedule.extremes(0, planned.run.total_iters - 1)[1]
    if update < warmup:
        where = tr("in the warmup, which ends at update {update}", update=count_text(warmup))
    else:
        where = tr("{percent} % of the plan's peak", percent=f"{100 * float(log.rates[first]) / peak:.4g}")
    rest = tr("in every line from there on")
    if log.finite[first:].any():
        rest = tr("in {lines} in all", lines=amount(int((~log.finite).sum()), "line"))
    yield tr(
        "the loss is nan or inf at {place} (update {update}), at the rate {rate}, {where}; {rest}",
        place=log.place(first),
        update=count_text(update),
        rate=rate_text(float(log.rates[first]), 4),
        where=where,
        rest=rest,
    )


def _low(comparison: Comparison) -> bool:
    """Whether the rates have so few digits that they say little."""
    return bool(comparison.log.rates.max() < 1e-5)


def _diagnosis(comparison: Comparison, diagnosis: Diagnosis, where: str) -> Iterator[str]:
    likely = diagnosis.explanations[:_MOST_SHOWN]
    doubt = ""
    if any(each.lines < _FEW for each in likely):
        doubt = later("too few lines to be sure{where}; what fits:")
    elif _low(comparison) and not all(cause.kind == "constant" for each in likely for cause in each.causes):
        doubt = later("rates too low to be sure{where}; what fits:")
    certain = diagnosis.found and len(likely) == 1 and not doubt
    if certain:
        said = f"{_causes(likely[0])}{where}"
    elif diagnosis.found and doubt:
        said = tr(doubt, where=where)
    elif diagnosis.found:
        said = tr("one of these{where}; this log cannot tell them apart:", where=where)
    elif likely:
        said = tr("no known cause explains every line{where}; the nearest are:", where=where)
    else:
        said = tr("no known cause explains every line{where}", where=where)
    yield row(tr("cause"), said)
    if certain:
        yield row("", tr("explains {lines}", lines=_fit(likely[0])))
    for explanation in () if certain else likely:
        yield row("", f"- {labelled(_causes(explanation), _fit(explanation))}")
    proposal = likely[0].proposal if certain else None
    if proposal:
        what = tr("to plan these lines alone") if likely[0].of_these_lines else tr("to plan this run")
        yield row("", labelled(what, proposal.line))


def _causes(explanation: Explanation) -> str:
    return tr(", and ").join(cause.words for cause in explanation.causes)


def _fit(explanation: Explanation) -> str:
    lines = tr("{count} of {lines}", count=explanation.explained, lines=amount(explanation.lines, "line"))
    if explanation.strays == 1:
        lines += tr(", 1 contradicts these")
    elif explanation.strays:
        lines += tr(", {count} contradict these", count=explanation.strays)
    largest = 0.0 if explanation.largest < _ROUNDING else explanation.largest
    return tr("{lines}, largest distance {distance}", lines=lines, distance=rate_text(largest, 2))
