"""What to say about a resume: remarks, text for a terminal, JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from ppocr_lr.check.catalogue import Severity
from ppocr_lr.curve.summary import trainer_text
from ppocr_lr.numbers_text import amount, count_text, rate_text
from ppocr_lr.resume.forecast import Resume
from ppocr_lr.training.resumed import ResumedByPaddle
from ppocr_lr.training.scheduler_state import jump_text

LARGEST_JUMP = 0.05
"""A change of the rate by more than this fraction is a warning."""

_LIBRARY = "train with ppocr_lr's build_lr_scheduler: it goes on at this update with the config's rate"


class Remark(NamedTuple):
    """One thing to know about a resume."""

    severity: Severity
    message: str
    hint: str = ""


def remarks(resume: Resume) -> list[Remark]:
    """What to know, worst first."""
    found = [*_own_keys(resume), *_loading(resume), *_rate(resume), *_epochs(resume), *_end(resume)]
    return sorted(found, key=lambda remark: -remark.severity)


def _own_keys(resume: Resume) -> Iterator[Remark]:
    keys = resume.planned.own_keys
    if keys and resume.known_to_paddleocr:
        yield Remark(
            Severity.WARNING,
            f"PaddleOCR does not read {', '.join(keys)} as this project does, so what is said of PaddleOCR here "
            "does not hold for this config",
            f"--trainer paddleocr leaves {'it' if len(keys) == 1 else 'them'} out; or {_LIBRARY}",
        )


def _loading(resume: Resume) -> Iterator[Remark]:
    state, stops = resume.checkpoint.state, f"PaddleOCR stops with {resume.failure}"
    if not resume.known_to_paddleocr:
        yield Remark(Severity.ERROR, stops, _LIBRARY)
    elif resume.failure and state:
        config = resume.planned.parsed.config
        key = config.warmup_key or "warmup_epoch"
        yield Remark(
            Severity.ERROR,
            f"{stops}: the checkpoint was saved without warmup around a scheduler, the config has one",
            f"-o Optimizer.lr.{key}=0; or {_LIBRARY}",
        )
    elif resume.failure:
        yield Remark(
            Severity.ERROR,
            f"{stops}: the checkpoint has no scheduler state, as it was saved with a constant rate",
            f"give the optimizer the state of its own scheduler, then load_lr_state(…, update={resume.update})",
        )
    elif state and resume.bare_number:
        yield Remark(Severity.NOTE, "PaddleOCR does not use the scheduler state: Const without warmup is a bare number")


def _rate(resume: Resume) -> Iterator[Remark]:
    before, jump = resume.rate_before, resume.jump
    if before is None or jump is None or abs(jump) <= LARGEST_JUMP or resume.failure:
        return
    change = jump_text(before, resume.rate_now)
    saved = resume.saved_run()
    cause = ""
    if saved:
        length = f"{amount(saved.epochs, 'epoch')} × {amount(saved.iters_per_epoch, 'iteration')}"
        cause = f"; the checkpoint's rate is this config's with {length}"
    if resume.follows_config:
        when = count_text(resume.update + (not resume.bare_number))
        yield Remark(
            Severity.WARNING,
            f"the rate jumps at update {when}: {change}{cause}",
            "" if saved else "for a smooth resume keep the rate and the length of the saved run",
        )
    else:
        yield Remark(
            Severity.WARNING,
            f"the config's rate has no effect in PaddleOCR ({change}): {resume.planned.name} without warmup multiplies "
            f"the rate of the checkpoint{cause}",
            _LIBRARY,
        )


def _epochs(resume: Resume) -> Iterator[Remark]:
    checkpoint, run, update = resume.checkpoint, resume.planned.run, resume.update
    epoch = checkpoint.epoch
    if epoch is None:
        if update or checkpoint.state is None:
            goes_on = f", while the schedule goes on at update {count_text(update)}" if update else ""
            problem = "holds no epoch" if checkpoint.states_path.exists() else "does not exist"
            yield Remark(
                Severity.WARNING,
                f"{checkpoint.states_path.name} {problem}: PaddleOCR counts epochs from 1 again{goes_on}",
            )
        return
    expected = epoch * run.iters_per_epoch
    if update == expected:
        return
    stands = f"the schedule stands at update {count_text(update)}, {amount(epoch, 'epoch')} are {count_text(expected)}"
    length = resume.saved_iters_per_epoch
    if length:
        windows = "; on Windows add --windows" if length == run.iters_per_epoch - 1 else ""
        yield Remark(
            Severity.WARNING,
            f"{stands}: an epoch of the saved run had {amount(length, 'iteration')}, one of this run has "
            f"{run.iters_per_epoch}, so everything that the config counts in epochs moves",
            f"check the number of cards, the batch and the data{windows}",
        )
    elif expected - run.iters_per_epoch < update < expected:
        yield Remark(
            Severity.NOTE,
            f"{stands}: saved within epoch {epoch}; PaddleOCR goes on with epoch {epoch + 1}, and the schedule stays "
            f"{amount(expected - update, 'update')} behind",
        )
    else:
        yield Remark(Severity.WARNING, f"{stands}: the schedule and the epochs of PaddleOCR have drifted apart")


def _end(resume: Resume) -> Iterator[Remark]:
    run = resume.planned.run
    if resume.first_epoch > run.epochs:
        yield Remark(
            Severity.WARNING,
            f"nothing is left to train: epoch {resume.checkpoint.epoch} of {run.epochs} is done",
            "raise Global.epoch_num; a decay over the whole run is then stretched",
        )
        return
    past = resume.end - run.total_iters
    if past == 0 or resume.failure:
        return
    warmup = resume.schedule.lead().warmup_iters
    # The schedule is built for the epochs as they are written, which on Windows are longer than what runs.
    limit = warmup + run.epochs * (run.iters_per_epoch + resume.planned.flags.windows)
    if resume.planned.name == "OneCycle" and resume.end > limit:
        yield Remark(
            Severity.ERROR,
            f"PaddleOCR stops with a ValueError at update {count_text(max(limit, resume.update) + 1)}: OneCycle has no "
            f"rate past its end, and the epochs left go up to update {count_text(resume.end)}",
        )
        return
    where = f"{amount(abs(past), 'update')} {'past' if past > 0 else 'before'} the end of the config's run"
    final = rate_text(resume.schedule(resume.end - 1))
    yield Remark(Severity.NOTE, f"PaddleOCR's last epoch ends {where}; the config's rate there is {final}")


def text_lines(resume: Resume) -> Iterator[str]:
    """The report, for a terminal."""
    checkpoint, run = resume.checkpoint, resume.planned.run
    yield f"{checkpoint.path} with {resume.planned.source}: {resume.planned.name}"
    at = f"update {count_text(resume.update)}"
    yield f"  state     {_state(resume, at)}"
    if checkpoint.epoch is None:
        yield f"  epochs    unknown; the config's run is {run.epochs} × {amount(run.iters_per_epoch, 'iteration')}"
    else:
        product = (
            f"{checkpoint.epoch} × {run.iters_per_epoch} = update {count_text(checkpoint.epoch * run.iters_per_epoch)}"
        )
        yield f"  epochs    {checkpoint.states_path.name}: epoch {checkpoint.epoch} of {run.epochs}, {product}"
    if line := trainer_text(resume.planned):
        yield f"  trainer   {line}"
    if resume.rate_before is not None:
        yield f"  rate      checkpoint → config: {jump_text(resume.rate_before, resume.rate_now)}"
    yield f"  PaddleOCR {_what_paddleocr_does(resume, at)}"
    needed = "" if checkpoint.state or resume.bare_number else ", given to load_lr_state"
    yield f"  ppocr_lr  goes on at {at}{needed}, with the config's rate, {rate_text(resume.rate_now, 4)}"
    for remark in remarks(resume):
        yield f"{remark.severity}: {remark.message}"
        if remark.hint:
            yield f"    hint: {remark.hint}"


def _state(resume: Resume, at: str) -> str:
    state = resume.checkpoint.state
    if state is None:
        return "none: saved with a constant rate, a bare number"
    epochs = count_text(resume.update / resume.planned.run.iters_per_epoch)
    return f"{at}, epoch {epochs} of the config's run; saved {'with' if state.wrapped else 'without'} warmup"


def _what_paddleocr_does(resume: Resume, at: str) -> str:
    followed = resume.paddleocr
    if followed is None:
        return f"stops: {resume.failure}"
    if resume.first_epoch > resume.planned.run.epochs:
        return "trains nothing: its last epoch is done"
    begins = f"goes on with epoch {resume.first_epoch}"
    if not isinstance(followed, ResumedByPaddle):
        return f"{begins} and the config's rate, {rate_text(resume.rate_now, 4)}"
    begins += f"; {at} uses {rate_text(followed.rate, 4)}"
    if resume.follows_config:
        return f"{begins}, then the config's rates follow"
    return f"{begins}, which is scaled on: {followed.factor:.4g} times the config's rates"


def as_dict(resume: Resume) -> dict[str, object]:
    """The report for `--format json`."""
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
        "jump": jump if jump is not None and math.isfinite(jump) else None,
        "paddleocr": {
            "stops_with": resume.failure or None,
            "first_epoch": resume.first_epoch,
            "first_rates": [followed(resume.update + after) for after in (0, 1)] if followed else None,
            "follows_config": resume.follows_config if followed else None,
        },
        "remarks": [
            {"severity": str(remark.severity), "message": remark.message, "hint": remark.hint}
            for remark in remarks(resume)
        ],
    }
