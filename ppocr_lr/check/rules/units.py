"""LR2xx: epochs, iterations, and how many iterations make an epoch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from ppocr_lr.check.rule import example, rule, source
from ppocr_lr.check.subject import CurveSubject, Subject, subject_of
from ppocr_lr.errors import LRConfigError, Path, called, dotted
from ppocr_lr.finding import Finding, Proposal, Severity
from ppocr_lr.language import tr
from ppocr_lr.lr_config.length import Length, items
from ppocr_lr.numbers_text import amount, count_text, rate_text
from ppocr_lr.training_config.epoch_length import what_tells
from ppocr_lr.training_config.plan import plan_config
from ppocr_lr.training_config.run_flags import RunFlags

_LOOKS_LIKE_ITERATIONS = 1000  # epochs; and far beyond the run
_LOOKS_LIKE_EPOCHS = 20  # iterations


@rule("LR201", Severity.NOTE, "the length of an epoch is not known")
@example("ppocr-lr check c.yml --num-samples 10000 --gpus 4")
@source("PaddleOCR #1094 #3127")
def unknown_epoch(subject: Subject) -> Iterator[Finding]:
    """Without it, lengths in iterations cannot be converted to epochs; findings that need it are left out."""
    if not subject.length_is_known:
        missing = subject.planned.length.arithmetic
        hint = how_to_tell(subject.config, subject.planned.flags)
        yield Finding(("Train",), tr("{missing}; lengths in iterations are not checked", missing=missing), hint)


def how_to_tell(config: Mapping[str, Any], flags: RunFlags) -> str:
    """What to give where the length of an epoch is not known."""
    told_by = what_tells(config.get("Train") or {}, flags)
    more = tr(", or {num_samples} N with {gpus} G", num_samples=called("num_samples"), gpus=called("gpus"))
    samples = more if "num_samples" in told_by else ""
    return tr("give {iters_per_epoch} N{samples}", iters_per_epoch=called("iters_per_epoch"), samples=samples)


@rule("LR202", Severity.NOTE, "the length of an epoch is an estimate")
@example("Train: {sampler: {name: MultiScaleSampler}}")
@source("PaddleOCR's multi_scale_sampler.py and latexocr_dataset.py")
def estimated_epoch(subject: Subject) -> Iterator[Finding]:
    """Some samplers, and data sets that make batches themselves, decide how many batches an epoch has; a schedule built
    for another number ends early or late.
    """
    length = subject.planned.length
    if length.known and length.estimate:
        which = "sampler" if subject.section("Train").get("sampler") else "dataset"
        yield Finding(("Train", which), length.arithmetic)


@rule("LR203", Severity.WARNING, "a number of epochs that looks like iterations")
@example("milestones: [30000, 60000]   # with epoch_num: 100")
@source("transformers #6673, PaddleDetection #5366")
def iterations_for_epochs(subject: Subject) -> Iterator[Finding]:
    """Lengths in the lr section are epochs (except warmup_steps). A number far beyond the run never takes effect."""
    epochs = subject.run.epochs
    for key, value in subject.lr:
        epochs_in = (item.amount for _, item in items(value) if isinstance(item, Length) and item.unit == "epochs")
        largest = max(epochs_in, default=0)
        if largest >= _LOOKS_LIKE_ITERATIONS and largest >= 5 * epochs:
            in_epochs = ""
            if subject.length_is_known:
                meant = subject.epochs_text(largest)
                in_epochs = tr("; {count} would be {epochs}", count=amount(largest, "iteration"), epochs=meant)
            said = tr(
                "{count} counts epochs, in a run of {epochs}; it looks like iterations{in_epochs}",
                count=count_text(largest),
                epochs=epochs,
                in_epochs=in_epochs,
            )
            yield Finding(subject.path(key), said)


@rule("LR204", Severity.WARNING, "a number of iterations that looks like epochs")
@example("lr: {name: LinearWarmupCosine, learning_rate: 1.0e-4, warmup_steps: 5}")
@source("transformers #6673")
def epochs_for_iterations(subject: CurveSubject) -> Iterator[Finding]:
    """warmup_steps of LinearWarmupCosine counts iterations. A warmup of a handful of them is over before it helps."""
    steps = subject.summary.warmup_iters
    short = steps <= _LOOKS_LIKE_EPOCHS and steps < subject.run.total_iters / 100
    if subject.counts_warmup_in_iterations and steps > 0 and short:
        key, longer = subject.lr.warmup_key, subject.warmup_text(steps * subject.run.iters_per_epoch)
        meant = subject.setting(key, longer, tr("for {epochs}: {{}}", epochs=amount(steps, "epoch")))
        said = tr("the warmup is over after {length}; the number looks like epochs", length=amount(steps, "iteration"))
        hint = tr("it counts iterations: epochs × iterations per epoch")
        yield Finding(subject.path(key), said, hint, proposals=(meant,) if subject.length_is_known else ())
    # The default of LinearLR is the five iterations of PyTorch's.
    end = subject.schedule.end_of_decay() if subject.planned.name == "LinearLR" else None
    if end and end.step is not None and end.step <= min(_LOOKS_LIKE_EPOCHS, subject.run.total_iters / 100):
        words = tr("for {epochs}: {{}}", epochs=amount(end.step, "epoch"))
        said = tr(
            "the change from {first} to {last} is over after {length}; the number looks like epochs",
            first=rate_text(subject.schedule(0)),
            last=rate_text(end.rate),
            length=amount(end.step, "iteration"),
        )
        yield Finding(subject.path("decay_length"), said, proposals=(subject.setting("decay_length", end.step, words),))


@rule("LR205", Severity.NOTE, "a length in iterations with accumulated batches")
@example("ppocr-lr check c.yml --num-samples 10000 --accumulate 2   # with cycle: 200it")
@source("transformers #26827, accelerate #225")
def iterations_when_accumulating(subject: Subject) -> Iterator[Finding]:
    """An iteration is an optimizer update. If k batches are accumulated for each update, an epoch has 1/k as many
    updates, and a length in iterations lasts k times as many epochs.
    """
    length, windows = subject.planned.length, subject.planned.flags.windows
    if not length.batches or not subject.length_is_known:
        return
    for (key, *inside), (value, lengths) in subject.lr.in_iterations.items():
        path = subject.path(str(key), *inside)
        lasts = tr("; ").join(
            tr(
                "{count} {epochs}, without accumulation {otherwise}",
                count=amount(iters, "of them lasts", "of them last"),
                epochs=amount(round(subject.epoch(iters), 3), "epoch"),
                otherwise=count_text(round(iters / (length.batches - windows), 3)),
            )
            for iters in lengths
        )
        said = tr(
            "counts optimizer updates, {updates} per epoch with {batches} batches each: {lasts}",
            updates=count_text(subject.run.iters_per_epoch),
            batches=subject.planned.flags.accumulate,
            lasts=lasts,
        )
        yield Finding(path, said, proposals=tuple(_as_without_accumulation(subject, path, value)))


def _as_without_accumulation(subject: Subject, path: Path, value: Any) -> Iterator[Proposal]:
    """What makes a length in iterations last as many epochs as without accumulation, if nothing else changes."""
    planned = subject.planned
    if isinstance(value, Length):
        written, why = f"{value.amount / planned.length.batches:.6g}", tr("counts in epochs, whatever is accumulated")
    elif isinstance(value, int):
        written = str(max(1, round(value * subject.built_for.iters_per_epoch / planned.length.batches)))
        why = tr("if batches were meant")
    else:
        return
    proposal = Proposal((f"{dotted(path)}={written}",), words=f"{{}} {why}", clears=False)
    with suppress(LRConfigError):
        config, flags = planned.with_proposal(proposal)
        cured = plan_config(config, planned.source, flags)
        if subject_of(cured).peak == subject.peak:  # that of Noam depends on its warmup
            yield proposal
