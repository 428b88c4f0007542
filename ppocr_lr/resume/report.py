"""What to say about a resume: remarks, text for a terminal, JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from ppocr_lr.curve.summary import trainer_text
from ppocr_lr.errors import LRConfigError, printable
from ppocr_lr.finding import Finding, Proposal, Severity
from ppocr_lr.numbers_text import amount, count_text, rate_text, times_text
from ppocr_lr.resume.forecast import Resume
from ppocr_lr.resume.optimizers import savers
from ppocr_lr.training.resumed import ResumedByPaddle
from ppocr_lr.training.scheduler_state import jump_text

LARGEST_JUMP = 0.05
"""A change of the rate by more than this fraction is a warning."""

_LIBRARY = "train with ppocr_lr's build_lr_scheduler: it goes on at this update with the config's rate"


_error, _warning, _note = (
    partial(Finding, (), severity=severity) for severity in (Severity.ERROR, Severity.WARNING, Severity.NOTE)
)


def remarks(resume: Resume) -> list[Finding]:
    """What to know, worst first."""
    found = [*_own_keys(resume), *_loading(resume), *_rate(resume), *_epochs(resume), *_end(resume)]
    return sorted(found, key=lambda remark: -remark.severity)


def _own_keys(resume: Resume) -> Iterator[Finding]:
    keys = resume.planned.own_keys
    if keys and resume.known_to_paddleocr and not resume.ours:
        leaves = f"{{}} leaves {'it' if len(keys) == 1 else 'them'} out"
        paddleocr = Proposal(flags=(("trainer", "paddleocr"),), words=leaves)
        ways = [str(paddleocr)] if resume.with_proposal(paddleocr) else []
        yield _warning(
            f"PaddleOCR does not read {', '.join(keys)} as this project does, so what is said of PaddleOCR here "
            "does not hold for this config",
            "; or ".join([*ways, *_with_the_library(resume)]),
        )


def _loading(resume: Resume) -> Iterator[Finding]:
    state, failure = resume.checkpoint.state, resume.scheduler_failure
    stops = f"PaddleOCR stops with {failure}"
    if not resume.known_to_paddleocr:
        yield _error(stops, _ways_on(resume))
    elif failure and state:
        config = resume.planned.parsed.config
        key = config.warmup_key or "warmup_epoch"
        yield _error(
            f"{stops}: the checkpoint was saved without warmup around a scheduler, the config has one",
            _ways_on(resume, f"Optimizer.lr.{key}=0"),
        )
    elif failure:
        yield _error(
            f"{stops}: the checkpoint has no scheduler state, as it was saved with a constant rate",
            _from_weights(resume)
            if resume.ours
            else f"give the optimizer the state of its own scheduler, then load_lr_state(…, update={resume.update})",
        )
    elif state and resume.bare_number:
        yield _note("PaddleOCR does not use the scheduler state: Const without warmup is a bare number")
    if resume.optimizer_failure:
        yield _error(
            f"PaddleOCR stops at the first update with {resume.optimizer_failure}: {_saver(resume)} saved the "
            f"checkpoint, the config has {resume.optimizer}",
            f"take the optimizer of the saved run; or {_from_weights(resume)}",
        )


def _saver(resume: Resume) -> str:
    return " or ".join(savers(resume.checkpoint.accumulators)) or "another optimizer"


def _ways_on(resume: Resume, *overrides: str) -> str:
    """What leads to a run that trains on: `overrides` in PaddleOCR, this library, or else a new run. Each is tried."""
    ways = [Proposal(overrides).line] if overrides and resume.trained_on(*overrides) else []
    return "; or ".join([*ways, *_with_the_library(resume)]) or _from_weights(resume)


def _with_the_library(resume: Resume) -> list[str]:
    return [_LIBRARY] if not resume.optimizer_failure and resume.trains_on(resume.schedule) else []


def _from_weights(resume: Resume) -> str:
    prefix = resume.checkpoint.prefix
    weights = Proposal((f"Global.pretrained_model={prefix}", "Global.checkpoints=null"))
    begin = "begin a new run with these weights"
    if not Path(f"{prefix}.pdparams").is_file():
        return f"begin a new run; the weights, {Path(prefix).name}.pdparams, are not here"
    try:
        config, _ = resume.planned.with_proposal(weights)
    except LRConfigError:
        return begin
    as_meant = config["Global"]["pretrained_model"] == prefix == printable(prefix)  # YAML may read something else
    return f"{begin}: {weights.line}" if as_meant else begin


def _rate(resume: Resume) -> Iterator[Finding]:
    before, jump = resume.rate_before, resume.jump
    if before is None or jump is None or abs(jump) <= LARGEST_JUMP or resume.failure or resume.nothing_left:
        return
    change = jump_text(before, resume.rate_now)
    saved = resume.saved_run()
    cause = ""
    if saved:
        length = f"{amount(saved.epochs, 'epoch')} × {amount(saved.iters_per_epoch, 'iteration')}"
        cause = f"; the checkpoint's rate is this config's with {length}"
    if resume.follows_config:
        first = resume.first_of_config
        change = jump_text(before, resume.planned.schedule(first))
        yield _warning(
            f"the rate jumps at update {count_text(first)}: {change}{cause}",
            "" if saved else "for a smooth resume keep the rate and the length of the saved run",
        )
    else:
        yield _warning(
            f"the config's rate has no effect in PaddleOCR ({change}): {resume.planned.name} without warmup multiplies "
            f"the rate of the checkpoint{cause}",
            _ways_on(resume),
        )


def _epochs(resume: Resume) -> Iterator[Finding]:
    checkpoint, run, update = resume.checkpoint, resume.planned.run, resume.update
    epoch = checkpoint.epoch
    if epoch is None:
        if update or checkpoint.state is None:
            goes_on = f", while the schedule goes on at update {count_text(update)}" if update else ""
            problem = "holds no epoch" if checkpoint.states_path.exists() else "does not exist"
            yield _warning(
                f"{checkpoint.states_path.name} {problem}: PaddleOCR counts epochs from 1 again{goes_on}",
            )
        return
    expected = epoch * run.iters_per_epoch
    if update == expected:
        return
    stands = f"the schedule stands at update {count_text(update)}, {amount(epoch, 'epoch')} are {count_text(expected)}"
    length = resume.saved_iters_per_epoch
    if length:
        on_windows = Proposal(flags=(("windows", True),), words="; on Windows add {}")
        there = resume.with_proposal(on_windows)
        windows = on_windows if there and there.planned.run.iters_per_epoch == length else ""
        yield _warning(
            f"{stands}: an epoch of the saved run had {amount(length, 'iteration')}, one of this run has "
            f"{run.iters_per_epoch}, so everything that the config counts in epochs moves",
            f"check the number of cards, the batch and the data{windows}",
        )
    elif expected - run.iters_per_epoch < update < expected:
        goes_on = f"PaddleOCR goes on with epoch {epoch + 1}, and the schedule stays"
        behind = "" if resume.nothing_left else f"; {goes_on} {amount(expected - update, 'update')} behind"
        yield _note(f"{stands}: saved within epoch {epoch}{behind}")
    else:
        yield _warning(f"{stands}: the schedule and the epochs of PaddleOCR have drifted apart")


def _more_epochs(resume: Resume) -> str:
    """What more epochs lead to, told for twice as many."""
    more, after = f"Global.epoch_num={2 * (resume.checkpoint.epoch or 0)}", resume.update + 1
    longer = resume.trained_on(more)
    if longer is None or longer.paddleocr is None:
        return f"more epochs would not train on from here; {_from_weights(resume)}"
    rate = rate_text(longer.paddleocr(after), 4)
    instead = "" if resume.planned.flags.epochs is None else " instead of --epochs"
    way = (
        f"-o {more}{instead} (update {count_text(after)} then uses {rate}, as the schedule is made anew for all epochs)"
    )
    return f"{way}; or {_from_weights(resume)}"


def _end(resume: Resume) -> Iterator[Finding]:
    run = resume.planned.run
    if resume.nothing_left:
        yield _warning(
            f"nothing is left to train: epoch {resume.checkpoint.epoch} of {run.epochs} is done", _more_epochs(resume)
        )
        return
    past = resume.end - run.total_iters
    if past == 0 or resume.failure:
        return
    if resume.stops_at:
        yield _error(
            f"PaddleOCR stops with a ValueError at update {count_text(resume.stops_at)}: OneCycle has no rate past its "
            f"end, and the epochs left go up to update {count_text(resume.end)}",
        )
        return
    where = f"{amount(abs(past), 'update')} {'past' if past > 0 else 'before'} the end of the config's run"
    final = rate_text(resume.schedule(resume.end - 1))
    yield _note(f"PaddleOCR's last epoch ends {where}; the config's rate there is {final}")


def text_lines(resume: Resume, more: Sequence[Finding] = ()) -> Iterator[str]:
    """The report, for a terminal; `more` is what others know of the checkpoint."""
    checkpoint, run = resume.checkpoint, resume.planned.run
    yield printable(f"{checkpoint.path} with {resume.planned.source}: {resume.planned.name}")
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
    if not resume.ours:
        needed = "" if checkpoint.state or resume.bare_number else ", given to load_lr_state"
        if resume.optimizer_failure:
            needed += ", in the optimizer of the saved run"
        yield f"  ppocr_lr  goes on at {at}{needed}, with the config's rate, {rate_text(resume.rate_now, 4)}"
    for remark in (*remarks(resume), *more):
        yield f"{remark.severity}: {remark.message}"
        if remark.hint:
            yield f"    hint: {remark.hint}"


def _state(resume: Resume, at: str) -> str:
    state = resume.checkpoint.state
    if state is None:
        return f"none: saved with a constant rate, a bare number, by {_saver(resume)}"
    shape = "with" if state.wrapped else "without"
    epochs = count_text(resume.update / resume.planned.run.iters_per_epoch)
    return f"{at}, epoch {epochs} of the config's run; saved {shape} warmup, by {_saver(resume)}"


def _what_paddleocr_does(resume: Resume, at: str) -> str:
    followed = resume.paddleocr
    if followed is None:
        return f"stops: {resume.failure}"
    if resume.nothing_left:
        return "trains nothing: its last epoch is done"
    begins = f"goes on with epoch {resume.first_epoch}"
    if not isinstance(followed, ResumedByPaddle):
        return f"{begins} and the config's rate, {rate_text(resume.rate_now, 4)}"
    begins += f"; {at} uses {rate_text(followed.rate, 4)}"
    if resume.follows_config:
        return f"{begins}, then the config's rates follow"
    return f"{begins}, which is scaled on: " + times_text(followed.factor, "the config's rates")


def as_dict(resume: Resume, more: Sequence[Finding] = ()) -> dict[str, object]:
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
