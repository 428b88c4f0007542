"""What to say about a resume: text for a terminal, JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from ppocr_lr.curve.summary import trainer_text
from ppocr_lr.errors import printable
from ppocr_lr.finding import Finding
from ppocr_lr.language import labelled, later, tr
from ppocr_lr.numbers_text import amount, count_text, padded, rate_text, times_text
from ppocr_lr.resume.forecast import Resume
from ppocr_lr.resume.optimizers import saver_text, savers
from ppocr_lr.resume.remarks import remarks
from ppocr_lr.training.resumed import ResumedByPaddle
from ppocr_lr.training.scheduler_state import jump_text


def text_lines(resume: Resume, more: Sequence[Finding] = ()) -> Iterator[str]:
    """The report, for a terminal; `more` is what else is known about the checkpoint."""
    source = resume.planned.source
    yield printable(
        tr(
            "{checkpoint} with {config}: {name}",
            checkpoint=resume.checkpoint.called or resume.checkpoint.path,
            config=source,
            name=resume.planned.name,
        )
    )
    for what, text in _rows(resume):
        yield printable(f"  {padded(tr(what), 10)}{text}")
    for remark in (*remarks(resume), *more):
        yield printable(labelled(tr(str(remark.severity)), remark.message))
        if remark.hint:
            yield printable(f"    {labelled(tr('hint'), remark.hint)}")


def _rows(resume: Resume) -> Iterator[tuple[str, str]]:
    checkpoint, run = resume.checkpoint, resume.planned.run
    at = tr("update {update}", update=count_text(resume.update))
    yield later("state"), _state(resume, at)
    iters = amount(run.iters_per_epoch, "iteration")
    if checkpoint.epoch is None:
        yield later("epochs"), tr("unknown; the config's run is {epochs} × {iters}", epochs=run.epochs, iters=iters)
    else:
        done = tr("update {update}", update=count_text(checkpoint.epoch * run.iters_per_epoch))
        told = tr(
            "{file}: epoch {epoch} of {epochs}, {product}",
            file=checkpoint.states_path.name,
            epoch=checkpoint.epoch,
            epochs=run.epochs,
            product=f"{checkpoint.epoch} × {run.iters_per_epoch} = {done}",
        )
        yield later("epochs"), told
    if line := trainer_text(resume.planned):
        yield later("trainer"), line
    if resume.rate_before is not None:
        yield later("rate"), tr("checkpoint → config: {jump}", jump=jump_text(resume.rate_before, resume.rate_now))
    yield "PaddleOCR", _what_paddleocr_does(resume, at)
    if not resume.ours:
        needed = "" if checkpoint.state or resume.bare_number else tr(", given to load_lr_state")
        if resume.optimizer_failure:
            needed += tr(", in the optimizer of the saved run")
        rate = rate_text(resume.rate_now, 4)
        yield (
            "ppocr_lr",
            tr("continues at {at}{needed}, with the config's rate, {rate}", at=at, needed=needed, rate=rate),
        )


def _state(resume: Resume, at: str) -> str:
    state, saver = resume.checkpoint.state, saver_text(resume.checkpoint.accumulators)
    if state is None:
        return tr("none: saved with a constant rate, a bare number, by {saver}", saver=saver)
    epochs = count_text(resume.update / resume.planned.run.iters_per_epoch)
    stands = tr("{at}, epoch {epochs} of the config's run", at=at, epochs=epochs)
    if state.wrapped:
        return tr("{stands}; saved with warmup, by {saver}", stands=stands, saver=saver)
    return tr("{stands}; saved without warmup, by {saver}", stands=stands, saver=saver)


def _what_paddleocr_does(resume: Resume, at: str) -> str:
    followed = resume.paddleocr
    if followed is None:
        return tr("stops: {failure}", failure=resume.failure)
    if resume.nothing_left:
        return tr("trains nothing: its last epoch is done")
    begins, rate = tr("continues with epoch {epoch}", epoch=resume.first_epoch), rate_text(resume.rate_now, 4)
    if not isinstance(followed, ResumedByPaddle):
        return tr("{begins} and the config's rate, {rate}", begins=begins, rate=rate)
    begins = tr("{begins}; {at} uses {rate}", begins=begins, at=at, rate=rate_text(followed.rate, 4))
    if resume.follows_config:
        return tr("{begins}, then the config's rates follow", begins=begins)
    if followed.factor == 0:
        return tr("{begins}, and the rate stays there", begins=begins)
    times = times_text(followed.factor, tr("the config's rates"))
    return tr("{begins}, and later rates are scaled alike: {times}", begins=begins, times=times)


def as_dict(resume: Resume, more: Sequence[Finding] = ()) -> dict[str, object]:
    """The report for programs."""
    checkpoint, run, jump = resume.checkpoint, resume.planned.run, resume.jump
    followed = resume.paddleocr
    return {
        "checkpoint": str(checkpoint.path),
        "config": resume.planned.source,
        "name": resume.planned.name,
        "update": resume.update,
        "epoch": checkpoint.epoch,
        "epochs": run.epochs,
        "iters_per_epoch": run.iters_per_epoch,
        "rate_in_checkpoint": resume.rate_before,
        "rate_of_config": resume.rate_now,
        "saved_by": savers(checkpoint.accumulators),
        "jump": jump if jump is not None and math.isfinite(jump) else None,
        "paddleocr": {
            "stops_with": resume.failure or None,
            "first_epoch": resume.first_epoch,
            "first_rates": [followed(resume.update + after) for after in (0, 1)] if followed else None,
            "follows_config": resume.follows_config if followed else None,
        },
        "remarks": [
            {"severity": str(remark.severity), "message": remark.message, "hint": remark.hint}
            for remark in (*remarks(resume), *more)
        ],
    }
