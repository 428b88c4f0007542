"""The metrics of evaluations, from a column of numbers or from a log, and the updates that were done at each.

[2022/08/08 16:28:39] ppocr INFO: cur metric, precision: 0.115, recall: 0.197, hmean: 0.145, fps: 34.0
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator

from ppocr_lr.curve.axis import epoch_text
from ppocr_lr.errors import LRConfigError, Place, Problem, printable, shown
from ppocr_lr.language import tr
from ppocr_lr.logs.lines import UNCOUNTED, LogReader
from ppocr_lr.logs.train_log import train_log
from ppocr_lr.lr_config import Run
from ppocr_lr.lr_config.kinds import key, refused
from ppocr_lr.numbers_text import amount
from ppocr_lr.training_config.log_text import encoding_of, refuse_packed
from ppocr_lr.training_config.logged_config import is_log
from ppocr_lr.training_config.sections import ConfigSection, Count, read
from ppocr_lr.training_config.yaml_file import raw_file

_MOST_BYTES = 1 << 23  # of a column
_MOST = 200_000
_LONGEST_HEADER = 60
_QUOTES = "\"'"
_METRIC = re.compile(r"([^\s:,]+): *([^\s,]+)")
_INDICATORS = ("acc", "hmean")  # PaddleOCR's, where a config names none


def _times(value: Any) -> Any:
    first, each = value[:2] if isinstance(value, (list, tuple)) and len(value) > 1 else (0, value)
    if any(type(number) is not int for number in (first, each)) or first < 0 or each < 1:
        raise refused(
            tr("a positive integer, or a list of the update after which evaluations begin and a positive one")
        )
    return value


class _Evaluating(ConfigSection):
    """When the trainer evaluates: keys of Global that are read only here."""

    eval_batch_step: Annotated[int | list[Any] | None, BeforeValidator(_times)] = key(
        "updates from one evaluation to the next, or [begin, updates] where they begin later (updates)", None
    )
    eval_batch_epoch: Count = key(
        "epochs from one evaluation to the next, instead of the updates in a list of eval_batch_step (epochs)", None
    )


class Evaluation(NamedTuple):
    """A metric, and how many updates were done when it was measured."""

    done: int
    metric: float


class Metrics(NamedTuple):
    """The metrics in a file."""

    source: str
    values: Sequence[float]
    name: str = ""
    """Which of the metrics in a log, or the header of a column."""
    before: Sequence[int] = ()
    """How many lines of a log with a rate come before each."""
    lines: NDArray[np.void] = np.zeros(0, dtype=np.void)
    """Those lines; none for a column."""
    evaluates: tuple[int, int] | None = None
    """The update after which evaluations begin, and how many there are from one to the next, if a log says it."""
    iters_per_epoch: int | None = None
    """As a log says it."""
    windows: bool = False
    """A log says that the trainer ran one iteration less in each epoch than the schedule counts, as on Windows."""


class Evaluations(NamedTuple):
    """The evaluations of a run, in order."""

    found: tuple[Evaluation, ...]
    words: Callable[[], str]
    """Says where they come from, and when they were."""


def read_metrics(path: str | Path, config: Mapping[str, Any]) -> Metrics:
    """The metrics in a file: a column of numbers, with or without a header, or a log of PaddleOCR's trainer.

    Of the metrics in a log the one counts that `Metric.main_indicator` of `config` names, by which PaddleOCR keeps the
    best model.

    Raises:
        LRConfigError: the file cannot be read, holds no metric, or a line that is none.
    """
    metrics = _logged(path, config) if is_log(path) else _column(path)
    if len(metrics.values) > _MOST:
        said = tr("holds more than {most} metrics; no run has so many evaluations", most=_MOST)
        raise LRConfigError(said).within(str(path))
    return metrics


def evaluations_in(
    metrics: Metrics, run: Run, config: Mapping[str, Any], accumulate: int = 1, batches: int = 0
) -> Evaluations:
    """When each of the metrics was measured, in this run.

    A log shows where each of its evaluations was. Otherwise they are where `Global.eval_batch_step` has them, or at
    the end of each epoch. Where several batches make an update, log and config count batches.

    Args:
        metrics, run, config: what was measured, and in which run.
        accumulate, batches: how many batches make an update, and how many an epoch has, if several do.

    Raises:
        LRConfigError: `Global.eval_batch_step` cannot be used.
    """
    counted = Run(run.epochs, batches or run.iters_per_epoch)
    begin, each, key = _usual(config, counted)
    if len(metrics.lines):
        found = _logged_at(metrics, counted, metrics.evaluates or ((begin, each) if key else None))
    else:
        found = [Evaluation(begin + each * number, metric) for number, metric in enumerate(metrics.values, 1)]
    epochs = (divmod(evaluation.done, counted.iters_per_epoch) for evaluation in found)
    updates = [epoch * run.iters_per_epoch + rest // accumulate for epoch, rest in epochs]
    found = [evaluation._replace(done=done) for evaluation, done in zip(found, updates, strict=True)]
    inside = tuple(evaluation for evaluation in found if evaluation.done <= run.total_iters)

    def words() -> str:
        which = amount(len(metrics.values), "metric")
        if metrics.name:
            which = tr("{count} ({name})", count=which, name=metrics.name)
        if len(metrics.lines):
            how = tr("where the log has them")
        else:
            unit = amount(each, "batch", "batches") if batches else amount(each, "update")
            how = tr("one every {unit} ({key})", unit=unit, key=key) if key else tr("one at the end of each epoch")
            how += tr(", the first after {count}", count=begin + each) if begin else ""
        said = tr("{metrics} in {file}, {how}", metrics=which, file=metrics.source, how=how)
        if inside and inside[-1].done < run.total_iters:
            said += tr(", none after epoch {epoch}", epoch=epoch_text(inside[-1].done, run))
        if repeated := len(metrics.values) - len(found):
            if repeated == 1:
                said += tr("; 1 left out, as a resume went back to before it")
            else:
                said += tr("; {count} left out, as a resume went back to before them", count=repeated)
        if beyond := len(found) - len(inside):
            said += tr("; {count} left out after the end of the run", count=beyond)
        return said

    return Evaluations(inside, words)


def _usual(config: Mapping[str, Any], run: Run) -> tuple[int, int, str]:
    """The update after which evaluations begin, how many there are from one to the next, and the key that says so."""
    written = config.get("Global") or {}
    # PaddleOCR only tests whether eval_batch_epoch is true.
    keys = [key for key in ("eval_batch_step", "eval_batch_epoch") if written.get(key)]
    settings = read(_Evaluating, {key: written[key] for key in keys}, ("Global",))
    step, epochs = settings.eval_batch_step, settings.eval_batch_epoch
    if step is None:
        return 0, run.iters_per_epoch, ""
    if isinstance(step, int):
        return 0, step, "Global.eval_batch_step"
    if epochs:
        return 0, epochs * run.iters_per_epoch, "Global.eval_batch_epoch"
    return step[0], step[1], "Global.eval_batch_step"


def _logged_at(metrics: Metrics, run: Run, rhythm: tuple[int, int] | None) -> list[Evaluation]:
    """Each evaluation of a log: at the updates of the line before, or at the next ones at which one is due."""
    counts = _counts(metrics.lines, run.iters_per_epoch)
    found: list[Evaluation] = []
    last = 0  # the line after the evaluation before
    for before, metric in zip(metrics.before, metrics.values, strict=True):
        if before > last:
            at, lowest = int(counts[before - 1]), int(counts[last:before].min())
            while found and found[-1].done >= lowest:  # a resume went back to before it
                found.pop()
        else:
            at = found[-1].done + bool(rhythm) if found else 1
        if rhythm:
            begin, each = rhythm
            due = begin + max(1, -(-(at - begin) // each)) * each
            after = int(counts[before]) if before < len(counts) else due
            at = due if due <= after or after <= at else at
        found.append(Evaluation(at, metric))
        last = before
    return found


def _counts(lines: NDArray[np.void], iters_per_epoch: int) -> NDArray[np.int64]:
    """The updates done at each line.

    Its count may be of the run, or of its epoch; if it is neither, the end of the line's epoch counts.
    """
    begins = (lines["epoch"].astype(np.int64) - int(lines["epoch"].min() > 0)) * iters_per_epoch
    counts = np.where(lines["step"] == UNCOUNTED, 0, lines["step"] + lines["older"])
    inside = np.where(counts > iters_per_epoch, counts - begins, counts)
    inside = np.where((counts > begins) & (counts <= begins + iters_per_epoch), counts - begins, inside)
    return begins + np.where((inside > 0) & (inside <= iters_per_epoch), inside, iters_per_epoch)


def _column(path: str | Path) -> Metrics:
    content = raw_file(path, _MOST_BYTES)
    if len(content) > _MOST_BYTES:
        said = tr("holds more than {most} MiB, so it is not a column of metrics", most=_MOST_BYTES >> 20)
        raise LRConfigError(said).within(str(path))
    refuse_packed(content, path)
    text = content.decode(encoding_of(content), errors="replace").lstrip("\ufeff")
    values, header, not_a_column = list[float](), "", None
    for number, line in enumerate(text.splitlines(), 1):
        if not (written := line.partition("#")[0].strip()):
            continue
        try:
            values.append(float(written))
        except ValueError:
            said = tr(
                "{value} is not a number; a file of metrics has one on each line, or is a log of PaddleOCR's",
                value=shown(written),
            )
            error = LRConfigError(Problem((), said, Place(str(path), number)))
            words = written.strip(_QUOTES)
            if values or not_a_column or not words[:1].isalpha():
                raise (error if values else not_a_column or error) from None
            header, not_a_column = printable(words[:_LONGEST_HEADER]), error  # unless a number follows
    if not values:
        raise not_a_column or LRConfigError(tr("holds no metric")).within(str(path))
    return Metrics(str(path), values, header)


def _logged(path: str | Path, config: Mapping[str, Any]) -> Metrics:
    with closing(LogReader(path)) as reader:
        reader.read_on()
        lines, log = reader.so_far().copy(), train_log(reader)
    said = reader.said.evaluations
    if not said:
        missing = tr("holds no evaluation; PaddleOCR writes them as {example}", example="`cur metric, acc: 0.51, …`")
        raise LRConfigError(missing).within(str(path))
    told = [dict(_METRIC.findall(words)) for _, words in said]
    name = _indicator(config, told[0])
    values = []
    for metrics in told:
        try:
            values.append(float(metrics[name]))
        except (KeyError, ValueError):
            wrong = tr(
                "the metric that counts is {name}, and an evaluation has no such number: it has {metrics}",
                name=name,
                metrics=", ".join(metrics) or tr("none"),
            )
            raise LRConfigError(wrong).within(str(path)) from None
    before = [number for number, _ in said]
    return Metrics(str(path), values, name, before, lines, reader.said.evaluates, log.iters_per_epoch, log.windows)


def _indicator(config: Mapping[str, Any], metrics: Mapping[str, str]) -> str:
    """The metric by which PaddleOCR keeps the best model."""
    section = config.get("Metric")
    named = section.get("main_indicator") if isinstance(section, Mapping) else None
    usual = [*(name for name in _INDICATORS if name in metrics), *metrics, _INDICATORS[0]]
    return named if isinstance(named, str) else usual[0]
