"""What would explain a log that does not follow its plan.

Each candidate is the plan's own schedule, built again from its section with something changed, and compared with every
line. The simplest that explain all lines are returned: first what the log itself says of its length, then one cause,
then causes that the log speaks against, then a cause together with a constant factor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ppocr_lr.errors import LRConfigError
from ppocr_lr.language import tr
from ppocr_lr.logs.causes.curve import changed, constant, multiplied, trained_by_paddleocr
from ppocr_lr.logs.causes.explanation import Cause, Diagnosis, Explanation, override
from ppocr_lr.logs.causes.length import epoch_length, with_logged_epochs, with_logged_length
from ppocr_lr.logs.causes.search import Candidate, Search
from ppocr_lr.logs.causes.steps import (
    accumulated,
    ahead_or_behind,
    at_another_pace,
    at_another_place,
    once_per_epoch,
    with_a_loaded_rate,
)
from ppocr_lr.logs.compare import Comparison, compare_log
from ppocr_lr.lr_config import Run
from ppocr_lr.numbers_text import amount
from ppocr_lr.training_config.logged_config import decisive
from ppocr_lr.training_config.plan import plan_config

_PLAIN, _NOT_FOUND = 3, 100  # strange: what one cause explains, and what none does
_MOST_ALONE = 3  # processes that are diagnosed one by one
_NEAREST = 3


def diagnose(comparison: Comparison) -> list[Diagnosis]:
    """What would explain each process that does not follow the plan; those with one explanation together."""
    found = []
    for each in _likeliest(comparison):
        tried = [_with_tried(comparison, each, one) for one in each.explanations]
        told = [one for one in tried if each.found and _is_told(comparison, each, one)]
        found.append(replace(each, explanations=tuple(told or tried)))
    return found


def _is_told(comparison: Comparison, diagnosis: Diagnosis, explanation: Explanation) -> bool:
    """Whether the config in the log has the values that make the plan what was run; of others, rates may look alike."""
    if explanation.proposal is None:
        return False
    config, _ = comparison.planned.with_proposal(explanation.proposal)
    own = comparison.log.processes[diagnosis.processes[-1]].config or {}
    logged, planned, proposed = map(decisive, (own, comparison.planned.config, config))
    changed = [key for key, value in proposed.items() if planned.get(key) != value]
    return bool(changed) and all(logged.get(key) == proposed[key] for key in changed)


def _with_tried(comparison: Comparison, diagnosis: Diagnosis, explanation: Explanation) -> Explanation:
    """Without its proposals, where its lines of the log do not follow the plan that they make."""
    proposal = explanation.proposal
    if proposal and explanation.complete:
        try:
            config, flags = comparison.planned.with_proposal(proposal)
            tried = compare_log(plan_config(config, comparison.planned.source, flags), comparison.log)
        except LRConfigError:
            tried = None
        if tried and tried.as_planned:
            return explanation
        which = np.isin(comparison.log.starts, diagnosis.processes)
        which[: diagnosis.first] = False
        to_the_end = which[-1] and tried and tried.ends_early_or_late
        if tried and tried.follows[which].all() and not to_the_end:
            return replace(explanation, of_these_lines=True)
    return replace(explanation, causes=tuple(replace(cause, proposal=None) for cause in explanation.causes))


def _likeliest(comparison: Comparison) -> list[Diagnosis]:
    """Among the diagnoses under each window that the log may show, those with the fewest causes."""
    found = list(_diagnoses(comparison))
    strange = max(map(_strangeness, found), default=0)
    if strange <= _PLAIN or (strange < _NOT_FOUND and comparison.window_is_told):
        return found
    for other in comparison.with_other_windows:
        others = _with_another_window(other)
        if others and (less := max(map(_strangeness, others))) <= strange:
            found = others if less < strange else _either(found, others)
            strange = less
    return found


def _strangeness(diagnosis: Diagnosis) -> int:
    """By how many causes explain it; a schedule that is so many updates ahead or behind is rarely the true one."""
    if not diagnosis.found:
        return _NOT_FOUND
    kinds = ([cause.kind for cause in each.causes] for each in diagnosis.explanations)
    return min(2 * len(each) + ("offset" in each) for each in kinds)


def _either(some: list[Diagnosis], others: list[Diagnosis]) -> list[Diagnosis]:
    """The explanations of both, where they are of the same processes; else the first."""
    if [each.processes for each in some] != [each.processes for each in others]:
        return some
    pairs = zip(some, others, strict=True)
    return [replace(one, explanations=one.explanations + other.explanations) for one, other in pairs]


def _with_another_window(comparison: Comparison) -> list[Diagnosis] | None:
    """The diagnoses, if there is one for each process."""
    window = comparison.window
    asked = comparison.asked_window
    if window == 1:
        words = tr("the log shows each rate as it was used, not the median of {asked}", asked=asked)
    else:
        median = amount(window, "update")
        words = tr("the log shows the median of {updates}, not of {asked}", updates=median, asked=asked)
    cause = Cause("window", words, override(f"Global.log_smooth_window={window}"))
    if comparison.first_difference is None:
        search = Search(comparison, np.unique(comparison.log.starts).tolist())
        alone = search.explanation(search.plan.because(cause))
        return [Diagnosis(search.processes, search.first, (alone,), True)]
    found = []
    for diagnosis in _diagnoses(comparison):
        if not diagnosis.found:
            return None
        explanations = (replace(each, causes=(*each.causes, cause)) for each in diagnosis.explanations)
        found.append(replace(diagnosis, explanations=tuple(explanations)))
    return found


def _diagnoses(comparison: Comparison) -> Iterator[Diagnosis]:
    """Of the processes that do not follow the plan: of all together or, if nothing explains them so, one by one."""
    processes = np.unique(comparison.log.starts[~comparison.follows]).tolist()
    if not processes:
        return
    together = _diagnosis(Search(comparison, processes))
    if together.found:
        yield together
        return
    for process in processes[:_MOST_ALONE]:
        whole = together if len(processes) == 1 else _diagnosis(Search(comparison, [process]))
        yield _from_a_difference_on(comparison, whole)


def _from_a_difference_on(comparison: Comparison, whole: Diagnosis) -> Diagnosis:
    """The diagnosis of a process, or of its lines from the first difference on, where it was resumed without a mark."""
    (process,) = whole.processes
    differing = np.flatnonzero((comparison.log.starts == process) & ~comparison.follows)
    if whole.found or differing[0] == whole.first:
        return whole
    rest = _diagnosis(Search(comparison, [process], int(differing[0])))
    return rest if rest.found else whole


def _diagnosis(search: Search) -> Diagnosis:
    """The simplest explanations; where none explains every line the nearest, each of which explains half of them."""
    tried: list[tuple[Explanation, Candidate]] = []
    told = with_logged_epochs(search, with_logged_length(search, search.plan))
    for level in (_what_the_log_says, _one_cause, _stepped_otherwise, _against_the_log, _with_a_factor):
        new = [(search.explanation(candidate, search.many), candidate) for candidate in level(search, told)]
        promising = [(search.explanation(candidate), candidate) for first, candidate in new if first.complete]
        complete = [_without_idle_causes(search, *pair) for pair in promising if pair[0].complete]
        if complete:
            distinct = {
                explanation.causes: explanation for explanation in _without_detours(complete, search.resumed_in_log)
            }
            return Diagnosis(search.processes, search.first, tuple(distinct.values()), True)
        tried += [pair for pair in new if 2 * pair[0].explained >= pair[0].lines]
    nearest = {candidate.causes: candidate for _, candidate in sorted(tried, key=lambda pair: _rank(pair[0]))}
    best = [search.explanation(candidate) for candidate in list(nearest.values())[:_NEAREST]]
    return Diagnosis(search.processes, search.first, tuple(sorted(best, key=_rank)), False)


def _what_the_log_says(search: Search, told: Candidate) -> Iterator[Candidate]:
    either = (with_logged_length(search, search.plan), with_logged_epochs(search, search.plan))
    yield from (candidate for candidate in either if candidate.causes)
    if all(candidate.causes for candidate in either):
        yield told


def _one_cause(search: Search, base: Candidate) -> Iterator[Candidate]:
    yield from trained_by_paddleocr(search, base)
    if search.resumed_in_log:
        yield from with_a_loaded_rate(search, base)
        yield from at_another_place(search, base)
    yield from multiplied(search, base)
    yield from changed(search, base)
    yield from constant(search, base)
    yield from once_per_epoch(search, base)
    if search.logged_length is None:
        yield from epoch_length(search, base, counted=True)
    if not search.resumed_in_log:
        yield from at_another_place(search, base)


def _stepped_otherwise(search: Search, base: Candidate) -> Iterator[Candidate]:
    if not search.resumed_in_log:
        yield from ahead_or_behind(search, base)
    yield from at_another_pace(search, base)
    yield from accumulated(search, base)


def _against_the_log(search: Search, told: Candidate) -> Iterator[Candidate]:
    base = search.plan
    if told.causes:
        yield from at_another_place(search, base)
        yield from multiplied(search, base)
        yield from changed(search, base)
    yield from epoch_length(search, base, counted=False)


def _with_a_factor(search: Search, base: Candidate) -> Iterator[Candidate]:
    for candidate in (
        *at_another_place(search, base, scaled=True),
        *changed(search, base, scaled=True),
        *epoch_length(search, base, scaled=True),
    ):
        yield from multiplied(search, candidate)


def _without_idle_causes(search: Search, explanation: Explanation, candidate: Candidate) -> Explanation:
    """What the log says of the length may make no difference to the rates."""
    for kind, run in (
        ("epoch length", Run(candidate.run.epochs, search.plan.run.iters_per_epoch)),
        ("epochs", Run(search.plan.run.epochs, candidate.run.iters_per_epoch)),
    ):
        fewer = tuple(cause for cause in candidate.causes if cause.kind != kind)
        if 0 < len(fewer) < len(candidate.causes):
            simpler = replace(candidate, causes=fewer, run=run)
            if (better := search.explanation(simpler)).complete:
                explanation, candidate = better, simpler
    return explanation


def _rank(explanation: Explanation) -> tuple[int, float]:
    return -explanation.explained, explanation.rms


def _without_detours(explanations: list[Explanation], resumed: bool) -> list[Explanation]:
    """Where no warmup at all would do, a short one or short epochs would too; a constant rate says itself how the
    schedule may be stepped; and where the log shows a resume at another place, a long warmup would do, that put it off.
    """
    kinds = [{cause.kind for cause in explanation.causes} for explanation in explanations]
    plainer = {"no warmup": {"warmup", "epoch length"}, "constant": {"pace"}}
    if resumed:
        plainer |= {"started over": {"warmup"}, "offset": {"warmup"}}
    detours = {detour for plain, those in plainer.items() if any(plain in each for each in kinds) for detour in those}
    return [
        explanation
        for explanation, each in zip(explanations, kinds, strict=True)
        if each & set(plainer) or not each & detours
    ]
