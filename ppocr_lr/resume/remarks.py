"""What to know about a resume before it is made: remarks with hints."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ppocr_lr.errors import LRConfigError, called, printable
from ppocr_lr.finding import Finding, Proposal, Severity
from ppocr_lr.language import labelled, later, tr
from ppocr_lr.numbers_text import amount, count_text, rate_text
from ppocr_lr.resume.forecast import Resume
from ppocr_lr.resume.optimizers import saver_text
from ppocr_lr.training.scheduler_state import jump_text

LARGEST_JUMP = 0.05
"""A change of the rate by more than this fraction is a warning."""

_LIBRARY = later("start the training with ppocr-lr train: it continues at this update with the config's rate")

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
        leaves = tr("{} leaves it out") if len(keys) == 1 else tr("{} leaves them out")
        paddleocr = Proposal(flags=(("trainer", "paddleocr"),), words=leaves)
        ways = [str(paddleocr)] if resume.with_proposal(paddleocr) else []
        yield _warning(
            tr(
                "PaddleOCR does not read {keys} as this project does, so what is said about PaddleOCR here does not "
                "hold for this config",
                keys=", ".join(keys),
            ),
            tr("; or ").join([*ways, *_with_the_library(resume)]),
        )


def _loading(resume: Resume) -> Iterator[Finding]:
    state, failure = resume.checkpoint.state, resume.scheduler_failure
    stops = tr("PaddleOCR stops with {failure}", failure=failure)
    if not resume.known_to_paddleocr:
        yield _error(stops, _ways_on(resume))
    elif failure and state:
        config = resume.planned.parsed.config
        key = config.warmup_key or "warmup_epoch"
        yield _error(
            tr(
                "{stops}: the checkpoint was saved without a warmup around its scheduler, the config has one",
                stops=stops,
            ),
            _ways_on(resume, f"Optimizer.lr.{key}=0"),
        )
    elif failure:
        yield _error(
            tr("{stops}: the checkpoint has no scheduler state, as it was saved with a constant rate", stops=stops),
            _from_weights(resume)
            if resume.ours
            else tr(
                "give the optimizer the state of its own scheduler, then {call}",
                call=f"load_lr_state(…, update={resume.update})",
            ),
        )
    elif state and resume.bare_number:
        yield _note(tr("PaddleOCR does not use the scheduler state: Const without warmup is a bare number"))
    if resume.optimizer_failure:
        yield _error(
            tr(
                "PaddleOCR stops at the first update with {failure}: {saver} saved the checkpoint, the config has "
                "{optimizer}",
                failure=resume.optimizer_failure,
                saver=saver_text(resume.checkpoint.accumulators),
                optimizer=resume.optimizer,
            ),
            tr("use the optimizer of the saved run; or {otherwise}", otherwise=_from_weights(resume)),
        )


def _ways_on(resume: Resume, *overrides: str) -> str:
    """What leads to a run that trains on: `overrides` in PaddleOCR, this library, or else a new run. Each is tried."""
    ways = [Proposal(overrides).line] if overrides and resume.trained_on(*overrides) else []
    return tr("; or ").join([*ways, *_with_the_library(resume)]) or _from_weights(resume)


def _ways_to_live(resume: Resume) -> str:
    """The same where PaddleOCR continues with a rate of 0, or nearly so: more epochs do not help there."""
    return tr("; or ").join([*_with_the_library(resume), _from_weights(resume)])


def _with_the_library(resume: Resume) -> list[str]:
    return [tr(_LIBRARY)] if not resume.optimizer_failure and resume.trains_on(resume.schedule) else []


def _from_weights(resume: Resume) -> str:
    prefix = resume.checkpoint.prefix
    weights = Proposal((f"Global.pretrained_model={prefix}", "Global.checkpoints=null"))
    begin = tr("begin a new run with these weights")
    if resume.checkpoint_key != "Global.checkpoints":  # of a model that has no pretrained_model
        return begin
    if not Path(f"{prefix}.pdparams").is_file():
        return tr("begin a new run; the weights, {weights}, are not here", weights=f"{Path(prefix).name}.pdparams")
    try:
        config, _ = resume.planned.with_proposal(weights)
    except LRConfigError:
        return begin
    as_meant = config["Global"]["pretrained_model"] == prefix == printable(prefix)  # YAML may read something else
    return labelled(begin, weights.line) if as_meant else begin


def _rate(resume: Resume) -> Iterator[Finding]:
    before, jump = resume.rate_before, resume.jump
    if before is None or jump is None or abs(jump) <= LARGEST_JUMP or resume.failure or resume.nothing_left:
        return
    change = jump_text(before, resume.rate_now)
    saved = resume.saved_run()
    cause = ""
    if resume.warmup_added is not None:
        cause = (
            tr("; it was saved without a warmup around its scheduler, the config has one")
            if resume.warmup_added
            else tr("; it was saved with a warmup around its scheduler, the config has none")
        )
    if saved:
        length = f"{amount(saved.epochs, 'epoch')} × {amount(saved.iters_per_epoch, 'iteration')}"
        if resume.left_out:
            which = amount(saved.iters_per_epoch - resume.left_out, "of them runs", "of them run")
            length = tr("{length} ({which} on Windows)", length=length, which=which)
        cause = tr("; the checkpoint's rate is this config's with {length}", length=length)
    if resume.follows_config:
        first = resume.first_of_config
        change = jump_text(before, resume.planned.schedule(first))
        yield _warning(
            tr(
                "the rate jumps at update {update}: {change}{cause}",
                update=count_text(first),
                change=change,
                cause=cause,
            ),
            tr(
                "for a smooth resume keep the rate and the length of the saved run; or {otherwise}",
                otherwise=_from_weights(resume),
            ),
        )
    else:
        yield _warning(
            tr(
                "the config's rate has no effect in PaddleOCR ({change}): {name} without warmup multiplies the rate of "
                "the checkpoint{cause}",
                change=change,
                name=resume.planned.name,
                cause=cause,
            ),
            _ways_on(resume) if resume.trains_on(resume.paddleocr) else _ways_to_live(resume),
        )


def _epochs(resume: Resume) -> Iterator[Finding]:
    checkpoint, run, update = resume.checkpoint, resume.planned.run, resume.update
    epoch = checkpoint.epoch
    if epoch is None:
        if update or checkpoint.state is None:
            file, goes_on = checkpoint.states_path, ""
            if update:
                goes_on = tr(", while the schedule continues at update {update}", update=count_text(update))
            message = later("{file} holds no epoch") if file.exists() else later("{file} does not exist")
            problem = tr(message, file=file.name)
            yield _warning(
                tr("{problem}: PaddleOCR counts epochs from 1 again{goes_on}", problem=problem, goes_on=goes_on),
                _the_one_copied(resume),
            )
        return
    expected = epoch * run.iters_per_epoch
    if update == expected:
        return
    stands = tr(
        "the schedule is at update {update}, where {epochs} would be {expected}",
        update=count_text(update),
        epochs=amount(epoch, "epoch"),
        expected=count_text(expected),
    )
    length = resume.saved_iters_per_epoch
    if length:
        on_windows = Proposal(flags=(("windows", True),), words=tr("; on Windows add {}"))
        there = resume.with_proposal(on_windows)
        windows = on_windows if there and there.planned.run.iters_per_epoch == length else ""
        yield _warning(
            tr(
                "{stands}: an epoch of the saved run had {length}, one of this run has {iters}, so everything that the "
                "config counts in epochs moves",
                stands=stands,
                length=amount(length, "iteration"),
                iters=run.iters_per_epoch,
            ),
            tr("check the number of cards, the batch and the data{windows}", windows=windows),
        )
        return
    hint = "" if resume.nothing_left else _from_the_end_of_an_epoch(resume, expected)
    if expected - run.iters_per_epoch < update < expected:
        behind = ""
        if not resume.nothing_left:
            behind = tr(
                "; PaddleOCR continues with epoch {epoch}, and the schedule stays {updates} behind",
                epoch=epoch + 1,
                updates=amount(expected - update, "update"),
            )
        within = tr("{stands}: saved within epoch {epoch}{behind}", stands=stands, epoch=epoch, behind=behind)
        yield _note(within, hint)
    else:
        yield _warning(tr("{stands}: the schedule and the epochs of PaddleOCR have drifted apart", stands=stands), hint)


def _the_one_copied(resume: Resume) -> str:
    """PaddleOCR copies `best_accuracy` to `best_model/model`, without its `.states`."""
    folder = resume.checkpoint.path.parent
    prefix = folder.parent / "best_accuracy"  # "." has no name that could be another
    if folder.name != "best_model" or not prefix.with_name("best_accuracy.states").is_file():
        return ""
    option = Proposal((f"{resume.checkpoint_key}={prefix}",)).line
    return tr("{file}, of which it is a copy, has its epoch: {option}", file=prefix.name, option=option)


def _from_the_end_of_an_epoch(resume: Resume, update: int) -> str:
    """What keeps the schedule with the epochs: another checkpoint, or in a loop of one's own another update."""
    if other := resume.after_a_whole_epoch():
        return tr(
            "{file} was saved after epoch {epoch}: {option}",
            file=Path(other.checkpoint.prefix).name,
            epoch=other.checkpoint.epoch,
            option=Proposal((f"{resume.checkpoint_key}={other.checkpoint.prefix}",)).line,
        )
    if resume.ours:
        return ""
    return tr("in a loop of yours {call} brings the schedule there", call=f"load_lr_state(…, update={update})")


def _more_epochs(resume: Resume) -> str:
    """What more epochs lead to, shown for twice as many."""
    more, after = f"Global.epoch_num={2 * (resume.checkpoint.epoch or 0)}", resume.update + 1
    longer = resume.trained_on(more)
    if longer is None or longer.paddleocr is None:
        return tr("more epochs would not help from here; {otherwise}", otherwise=_from_weights(resume))
    rate = rate_text(longer.paddleocr(after), 4)
    given = resume.planned.flags.epochs is not None
    instead = tr(" instead of {epochs}", epochs=called("epochs")) if given else ""
    way = tr(
        "{options}{instead} (update {update} then uses {rate}, as the schedule is rebuilt for all epochs)",
        options=Proposal((more,)).line,
        instead=instead,
        update=count_text(after),
        rate=rate,
    )
    return tr("; or ").join((way, _from_weights(resume)))


def _end(resume: Resume) -> Iterator[Finding]:
    run = resume.planned.run
    if resume.nothing_left:
        yield _warning(
            tr(
                "nothing is left to train: epoch {epoch} of {epochs} is done",
                epoch=resume.checkpoint.epoch,
                epochs=run.epochs,
            ),
            _more_epochs(resume),
        )
        return
    past = resume.end - run.total_iters
    if past == 0 or resume.failure:
        return
    if resume.stops_at:
        yield _error(
            tr(
                "PaddleOCR stops with a ValueError at update {update}: OneCycle has no rate past its end, and the "
                "remaining epochs run to update {end}",
                update=count_text(resume.stops_at),
                end=count_text(resume.end),
            ),
        )
        return
    updates = amount(abs(past), "update")
    if past > 0:
        where = tr("{updates} past the end of the config's run", updates=updates)
    else:
        where = tr("{updates} before the end of the config's run", updates=updates)
    final = rate_text(resume.schedule(resume.end - 1))
    yield _note(tr("PaddleOCR's last epoch ends {where}; the config's rate there is {final}", where=where, final=final))
