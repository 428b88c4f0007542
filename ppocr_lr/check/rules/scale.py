"""LR6xx: the size of the rate."""

from __future__ import annotations

from collections.abc import Iterator

from ppocr_lr.check.rule import example, rule, source
from ppocr_lr.check.subject import CurveSubject, Subject
from ppocr_lr.errors import SECTION_PATH, LRConfigError, called
from ppocr_lr.finding import Finding, Proposal, Severity
from ppocr_lr.language import tr
from ppocr_lr.numbers_text import amount, rate_text
from ppocr_lr.training_config.groups import GROUP_LR, Group
from ppocr_lr.training_config.plan import PlannedRun
from ppocr_lr.training_config.scaling import overrides_to, scaled_section, scaling_factor

# Peaks that trainings with the optimizer usually have; far outside them a rate was usually meant for another kind.
_ADAPTIVE = (2e-6, 8e-3)
_PLAIN = (1e-5, 5.0)
_USUAL = {
    "Adam": _ADAPTIVE,
    "AdamW": _ADAPTIVE,
    "RMSProp": (1e-6, 5e-2),
    "Adadelta": (1e-3, 5.0),
    "Momentum": _PLAIN,
    "SGD": _PLAIN,
}

_FEW = 4  # groups that a sentence names

_A_FACTOR = 0.05  # Noam's factor is about 1; below this it was meant as a rate


@rule("LR601", Severity.WARNING, "a peak that is unusual for this optimizer")
@example("Optimizer: {name: Adam, lr: {learning_rate: 0.1}}")
@source("Kingma and Ba, arXiv 1412.6980; Goyal et al., arXiv 1706.02677")
def unusual_peak(subject: Subject) -> Iterator[Finding]:
    """Adaptive optimizers divide by the size of the gradient, so the rate is about the size of a step; SGD multiplies
    the rate by the gradient, and needs much larger rates. With a rate carried over from the other kind, training
    usually diverges or the model hardly learns.
    """
    name, peak = subject.section("Optimizer").get("name"), subject.peak
    if not isinstance(name, str) or name not in _USUAL or subject.lr.tries_rates:
        return
    low, high = _USUAL[name]
    if not low <= peak <= high:
        kind, outcome = (tr("high"), tr("usually diverges")) if peak > high else (tr("low"), tr("hardly learns"))
        why = tr("its steps are the rate times the gradient")
        if _USUAL[name] is _ADAPTIVE:
            why = tr("it divides by the size of the gradient, so the rate is about the size of a step")
        said = tr(
            "a peak of {peak} is {kind} for {name}, whose rates are mostly {low} to {high}: {why}, and "
            "such a run {outcome}",
            peak=rate_text(peak),
            kind=kind,
            name=name,
            low=rate_text(low),
            high=rate_text(high),
            why=why,
            outcome=outcome,
        )
        yield Finding(SECTION_PATH, said)


@rule("LR602", Severity.NOTE, "the rate is meant for another number of cards")
@example("ppocr-lr check c.yml --gpus 1 --reference-gpus 8")
@source("PaddleOCR #1841 #7078 #7079, PaddleDetection #4756; Goyal et al., arXiv 1706.02677")
def cards(subject: Subject) -> Iterator[Finding]:
    """A config records the rate, but not the batch that it was meant for: the batch of one card, times the number of
    cards, times the batches accumulated for an update. With fewer cards the batch shrinks, and the common rule scales
    the rate with it. If you give no reference, as cards or as a batch, a comment beside the rate or the batch size is
    taken as a suggestion. Nothing is scaled unless you ask for it.
    """
    if subject.lr.tries_rates:  # as many samples as the run will have; that is its point
        return
    planned, proposed = subject.planned, subject.proposed
    peak = rate_text(subject.lr.highest_rate(subject.built_for.window))
    gpus, accumulate = planned.flags.gpus, planned.flags.accumulate
    try:
        batch, per_card = planned.batch, planned.batch_per_card
        reference = planned.reference_batch
    except LRConfigError:  # the config does not say the batch
        if planned.flags.reference_gpus or planned.flags.reference_batch:
            raise
        return
    run = tr("{cards} here, {samples} per update", cards=amount(gpus, "card"), samples=amount(batch, "sample"))
    condition = ""
    if reference is not None:
        meant = reference
        said = tr(
            "the peak of {peak} is meant for {samples} samples per update; {run}", peak=peak, samples=meant, run=run
        )
    elif proposed is not None:
        meant, condition = proposed.cards * (proposed.batch_per_card or per_card), tr("if so, ")
        means = amount(proposed.cards, "card")
        comment = tr('a comment says "{comment}", which may mean {cards}', comment=proposed.comment, cards=means)
        samples = amount(meant, "sample")
        said = tr("{comment}, {samples} per update; {run}", comment=comment, samples=samples, run=run)
    elif subject.section("Global").get("distributed") is True:
        said = tr(
            "the config is for several cards (Global.distributed: true) but does not say for how "
            "many its peak of {peak} is meant; {run}",
            peak=peak,
            run=run,
        )
        hint = tr(
            "{reference_gpus} R shows the rate for this batch if it is meant for R cards",
            reference_gpus=called("reference_gpus"),
        )
        yield Finding(SECTION_PATH, said, hint if _scaled(planned, batch, 2 * batch) else "")
        return
    elif gpus > 1:
        meant, condition = per_card, tr("if it was meant for one, ")
        with_ = amount(gpus, "card")
        if accumulate > 1:
            batches = amount(accumulate, "batch", "batches")
            with_ = tr("{cards} and {batches} of each for an update", cards=with_, batches=batches)
            condition = tr("if it was meant for one batch of one card, ")
        said = tr("the peak is still {peak} with {cards}", peak=peak, cards=with_)
    else:
        return
    if scaled := _scaled(planned, batch, meant, condition):
        yield Finding(SECTION_PATH, said, proposals=scaled)


def _scaled(planned: PlannedRun, batch: int, reference: int, condition: str = "") -> tuple[Proposal, ...]:
    """The rule and what to paste for this batch; nothing if nothing changes or nothing can be scaled."""
    try:
        factor = scaling_factor(batch, reference, planned.flags.scaling)
        changes = overrides_to(planned.section, scaled_section(planned.section, planned.parsed.config, factor))
    except LRConfigError:
        return ()
    # The finding stays: it is about what flags and comments say about the rate, whatever the rate is.
    words = tr("{condition}the {scaling} rule: {{}}", condition=condition, scaling=tr(planned.flags.scaling))
    return (Proposal(changes, words=words, clears=False),) if changes else ()


@rule("LR603", Severity.WARNING, "Noam's factor written as a rate")
@example("lr: {name: Noam, d_model: 512, learning_rate: 0.001}   # a peak of 7e-7")
@source("Vaswani et al., arXiv 1706.03762; Paddle's NoamDecay")
def factor_as_rate(subject: CurveSubject) -> Iterator[Finding]:
    """The learning_rate of Noam multiplies the whole curve, whose height comes from d_model and warmup_iters. A value
    that would be a good rate under other names makes the peak a thousand times too small.
    """
    factor = getattr(subject.lr, "learning_rate", 1.0)
    if subject.planned.name == "Noam" and factor < _A_FACTOR:
        peak = subject.schedule(subject.summary.warmup_iters)
        words = tr("{{}} makes the paper's peak, {peak}", peak=rate_text(peak / factor))
        said = tr("under Noam it is a factor, not the peak: the peak is {peak}", peak=rate_text(peak))
        yield Finding(subject.path("learning_rate"), said, proposals=(subject.setting("learning_rate", 1, words),))


@rule("LR604", Severity.NOTE, "parameters that train at another rate")
@example("Backbone: {name: PPLCNetV3}   # its affine blocks train at lab_lr: 0.1 of the rate")
@source("PaddleOCR's rec_lcnetv3.py and distillation_model.py; Paddle's ParamAttr")
def other_rates(subject: Subject) -> Iterator[Finding]:
    """PaddleOCR multiplies the rate of some parameters by a factor from the config, or by a default that no config
    shows, and freezes others. Its log has the rate of all the rest; `show` and `plot` give the rates of these
    parameters too.
    """
    groups = _groups(subject)
    if groups:
        told = [_told(group, subject) for group in groups[:_FEW]] + ["…"] * (len(groups) > _FEW)
        yield Finding(groups[0].key, tr("some parameters do not train at this rate: {told}", told=tr("; ").join(told)))


def _told(group: Group, subject: Subject) -> str:
    rate = tr("not at all")
    if group.trains:
        most = rate_text(group.factor * subject.peak)
        rate = tr("× {factor}, up to {most}", factor=group.factor_text, most=most)
    return tr("{label} ({names}) {rate}", label=group.label, names=group.names, rate=rate)


def _groups(subject: Subject) -> tuple[Group, ...]:
    try:
        return subject.planned.groups
    except LRConfigError:  # LR109
        return ()


@rule("LR605", Severity.WARNING, "a rate where Paddle takes a factor")
@example("Optimizer: {name: Adam, group_lr: true, training_step: LF_2}")
@source("PaddleOCR's optimizer.py; Paddle's optimizer.py")
def rate_as_factor(subject: Subject) -> Iterator[Finding]:
    """In VisionLAN's last step PaddleOCR gives a tenth of the first of `values` to a parameter group as its
    learning_rate. Paddle takes that as a factor of the rate, so that all but the language module nearly stand still.
    """
    for group in _groups(subject):
        if group.key == GROUP_LR:
            said = tr(
                "PaddleOCR gives Paddle the rate {factor} for {label}, and Paddle multiplies the rate by "
                "it: they train at {most} at most",
                factor=rate_text(group.factor),
                label=group.label,
                most=rate_text(group.factor * subject.peak),
            )
            yield Finding(group.key, said, tr("train with this project's parameter_groups and a factor of 0.1"))
