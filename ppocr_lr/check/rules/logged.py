"""LR4xx: what the log will show of the decay."""

from __future__ import annotations

from collections.abc import Iterator

from ppocr_lr.check.rule import example, rule, source
from ppocr_lr.check.subject import CurveSubject
from ppocr_lr.curve.spans import count_below
from ppocr_lr.errors import SECTION_PATH
from ppocr_lr.finding import Finding, Severity
from ppocr_lr.language import tr
from ppocr_lr.numbers_text import amount, count_text

_LOG_STEP = 1e-6  # six decimals in PaddleOCR's log
_LONG_FLAT = 0.03  # of the run
_LONG_WAIT = 100  # epochs: PaddleOCR's own configs have at most 17 such
_LOG_MEDIAN = 10  # updates: the log prints the median of the last 20, so fewer small rates never show
_TWO_LINES = 20  # updates, of which PaddleOCR's configs print every tenth: fewer are one line, and not told


@rule("LR407", Severity.NOTE, "the log will show lr: 0.000000")
@example("the first and the last updates of a cosine with warmup")
@source("PaddleOCR #6544 #4045")
def too_small_for_the_log(subject: CurveSubject) -> Iterator[Finding]:
    """PaddleOCR's log has six decimals. Smaller rates only look like 0."""
    if not subject.length_is_known or subject.lr.tries_rates:
        return
    total, small = subject.run.total_iters, _LOG_STEP / 2
    below = count_below(subject.schedule, total, small)
    if below is not None and below > _TWO_LINES:
        early = count_below(subject.schedule, min(subject.lead.warmup_iters, total), small) or 0
        where = ""
        if early == below:
            where = tr("; all of them in the warmup")
        elif early > _LOG_MEDIAN:
            where = tr("; {early} of them in the warmup", early=count_text(early))
        said = tr(
            "{below} of {total} have a rate below 5e-7, which the log prints as 0.000000{where}",
            below=count_text(below),
            total=amount(total, "update"),
            where=where,
        )
        yield Finding(SECTION_PATH, said)


@rule("LR408", Severity.NOTE, "the log will show no change for a while")
@example("learning_rate: 5.0e-5, epoch_num: 5000")
@source("PaddleOCR #3891 #2120")
def flat_in_the_log(subject: CurveSubject) -> Iterator[Finding]:
    """A cosine is flat at its top; in six decimals the rate seems never to change."""
    lead, decay, end = subject.lead, subject.lead.behind, subject.lead.behind.end_of_decay()
    left = subject.run.total_iters - lead.iters
    if not end or decay(0) <= end.rate or left <= 0 or not subject.can_be_told:
        return
    below = count_below(decay, left, decay(0) - _LOG_STEP / 2)
    flat = 0 if below is None else left - below
    long = flat > _LONG_FLAT * subject.run.total_iters or subject.epoch(flat) > _LONG_WAIT
    if long and flat > _TWO_LINES and not decay.corner_steps(flat, 1)[0]:
        after = tr(" after the {lead}", lead=tr("hold") if lead.hold_iters else tr("warmup")) if lead.iters else ""
        epochs = round(subject.epoch(flat), 1)
        if not (epochs or subject.length_is_known):
            return
        length = amount(flat, "update") if epochs < 1 and subject.length_is_known else amount(epochs, "epoch")
        said = tr(
            "the log prints the same rate for the first {length}{after}, while the decay is flat",
            length=length,
            after=after,
        )
        yield Finding(SECTION_PATH, said)
