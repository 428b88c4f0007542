"""LR5xx: where PaddleOCR itself does something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from ppocr_lr.check.rule import example, rule, source
from ppocr_lr.check.subject import CurveSubject, Subject
from ppocr_lr.errors import SECTION_PATH, nearest, printable, shown
from ppocr_lr.finding import Change, Finding, Proposal, Severity
from ppocr_lr.language import tr
from ppocr_lr.lr_config.in_paddleocr import UNKNOWN_LENGTH, of_another_type, own_keys
from ppocr_lr.lr_config.length import length_of
from ppocr_lr.lr_config.registry import IN_PADDLEOCR
from ppocr_lr.numbers_text import count_text, rate_text
from ppocr_lr.training_config.changes import yaml_text
from ppocr_lr.training_config.coefficient import follows_a_schedule
from ppocr_lr.training_config.momentum import MOMENTUM, USUAL_MOMENTUM, WITHOUT_MOMENTUM
from ppocr_lr.training_config.overrides import Override
from ppocr_lr.training_config.sections import CLIPPING, FROM_PADDLEOCR, OPTIMIZERS, is_read, resumed_from
from ppocr_lr.training_config.weight_decay import REGULARIZER

# Paddle's optimizers that keep L2 elsewhere than in `regularization`.
_WITHOUT_REGULARIZATION = ("Momentum", "AdamW")


@rule("LR501", Severity.ERROR, "as many values as boundaries", of_paddleocrs_builder=True)
@example("decay_epochs: [700, 800], values: [0.001, 0.0001]")
@source("PaddleOCR #3153 #10565")
def values_for_boundaries(subject: Subject) -> Iterable[Finding]:
    """N boundaries make N + 1 pieces. Here the last value holds; Paddle 2.6.2 and later stop with "The values have one
    more element than boundaries".
    """
    return ()  # noticed while the section is read


@rule("LR502", Severity.ERROR, "a number of a type that Paddle does not take", of_paddleocrs_builder=True)
@example("step_size: 2.5, warmup_steps: 500.0, or learning_rate: 1 where nothing changes it")
@source("Paddle's StepDecay, LinearWarmup and Optimizer")
def number_of_another_type(subject: Subject) -> Iterator[Finding]:
    """PaddleOCR hands these numbers on as they are written. Paddle takes only an integer as step_size or warmup_steps,
    not even 2.0, and only a float as a constant rate. Here a fractional step_size is rounded to iterations.
    """
    # A fraction is noticed while the section is read.
    for finding in of_another_type(subject.planned.section, subject.lr, subject.built_for.window):
        yield finding.under(*SECTION_PATH)


@rule("LR503", Severity.WARNING, "last_epoch in the config", of_paddleocrs_builder=True)
@example("lr: {name: Cosine, learning_rate: 0.1, last_epoch: 499}")
@source("Paddle #43004")
def last_epoch(subject: CurveSubject) -> Iterator[Finding]:
    """It counts updates, not epochs, and PaddleOCR restarts a cosine from the base rate there: the rate is wrong.
    Resume with Global.checkpoints instead. This project's scheduler gives the right rate.
    """
    done = subject.lr.done_iters
    if done:
        wrong = subject.lr.last_epoch_in_paddleocr(subject.built_for.window)
        said = tr("counted in updates, training starts at {done}", done=count_text(done))
        if subject.length_is_known:
            epoch, rate = count_text(subject.epoch(done)), rate_text(subject.schedule(done))
            said += tr(", epoch {epoch}, with {rate} here", epoch=epoch, rate=rate)
        hint = tr("take it out and resume with Global.checkpoints")
        yield Finding(subject.path("last_epoch"), said + (tr("; ") + wrong if wrong else ""), hint)


@rule("LR504", Severity.NOTE, "PaddleOCR's OneCycle stops past the end", of_paddleocrs_builder=True)
@example("lr: {name: OneCycle, max_lr: 0.001}")
@source("PaddleOCR #7742")
def one_cycle_ends(subject: CurveSubject) -> Iterator[Finding]:
    """One update past the end PaddleOCR raises "Tried to step …". It happens when a run is resumed with the same
    epoch_num and an epoch has more batches than before. Here the rate holds.
    """
    if subject.planned.name == "OneCycle":
        last = subject.summary.warmup_iters + subject.run.total_iters
        end = tr("update {update}", update=count_text(last))
        if not subject.length_is_known:
            end = tr("epoch {epoch}", epoch=count_text(subject.epoch(last))) if subject.can_be_told else tr("its end")
        said = tr("PaddleOCR raises ValueError when it is stepped past {end}; here the rate holds", end=end)
        yield Finding(subject.path("name"), said)


@rule("LR505", Severity.NOTE, "a key that only this project reads", of_paddleocrs_builder=True)
@example("lr: {name: Cosine, learning_rate: 0.001, end_lr: 1.0e-6}")
@source("this project")
def own_key(subject: Subject) -> Iterator[Finding]:
    """PaddleOCR silently ignores it. A config that is trained with PaddleOCR's own scheduler needs the nearest thing
    that it can do.
    """
    known = subject.planned.name in IN_PADDLEOCR  # of other names PaddleOCR reads no key at all
    in_paddleocr, here = "", ""
    if subject.planned.paddleocr_schedule is not None:
        final = partial(subject.run.window.final_text, digits=4)
        in_paddleocr = tr(" and ends at a rate of {final}", final=final(subject.planned.paddleocr_schedule))
        here = tr(", and the final rate is {final}", final=final(subject.planned.schedule))
    for key, instead, length in own_keys(subject.planned.section, subject.lr) if known else ():
        if length is None:
            said = tr(
                "PaddleOCR ignores this key{in_paddleocr}; here it counts{here}", in_paddleocr=in_paddleocr, here=here
            )
            yield Finding(subject.path(key), said, tr("what PaddleOCR can do: {instead}", instead=instead))
        else:
            in_epochs = f"{subject.built_for.iters(length) / subject.built_for.iters_per_epoch:.6g}"
            alone = length == getattr(subject.lr, key)
            as_long = alone and (subject.length_is_known or length.unit == "%")
            proposals = (subject.setting(key, in_epochs),) if as_long else ()
            yield Finding(subject.path(key), tr(UNKNOWN_LENGTH, length=length), proposals=proposals)
    held = length_of(_cosine_weight_decay(subject).get("warmup_epoch", 0))
    if held and held.unit != "epochs":
        yield Finding((*REGULARIZER, "warmup_epoch"), tr(UNKNOWN_LENGTH, length=held))
    if "num_samples" in subject.section("Train", "dataset"):
        said = tr("PaddleOCR ignores this key; its data loader counts the samples")
        yield Finding(("Train", "dataset", "num_samples"), said)


@rule("LR506", Severity.NOTE, "a schedule that only this project has", of_paddleocrs_builder=True)
@example("lr: {name: WSD, learning_rate: 0.001}")
@source("PaddleOCR's learning_rate.py")
def own_name(subject: Subject) -> Iterator[Finding]:
    """PaddleOCR looks the name up among its own classes and stops with an AttributeError after the data are loaded. It
    can be trained with `ppocr-lr train`, or in a loop with this project's build_lr_scheduler.
    """
    if subject.planned.name not in IN_PADDLEOCR:
        near = type(subject.lr).nearest_in_paddleocr
        how = tr("start the training with ppocr-lr train, or use this project's build_lr_scheduler in your own loop")
        if not subject.lr.has_curve:
            how = tr("use this project's build_lr_scheduler in your own loop; ppocr-lr train has no metric for it")
        name = subject.planned.name
        said = tr("PaddleOCR has no {name} and would stop with an AttributeError; {how}", name=name, how=how)
        hint = tr("the nearest that PaddleOCR has: {nearest}", nearest=tr(near)) if near else ""
        yield Finding(subject.path("name"), said, hint)


@rule("LR507", Severity.NOTE, "a weight decay that starts over on resume")
@example("regularizer: {name: CosineL2Decay, factor: 5.0e-5}")
@source("PaddleOCR's optimizer/__init__.py")
def weight_decay_starts_over(subject: Subject) -> Iterator[Finding]:
    """PaddleOCR's CosineL2Decay counts its steps from 0 in every process and is not saved in checkpoints. A run that is
    resumed late trains with the large coefficient of the beginning again.
    """
    if _cosine_weight_decay(subject):
        said = tr("PaddleOCR does not save how far the coefficient has come: a resumed run starts again at factor")
        hint = tr("this project's WeightDecayStepper has a state_dict")
        yield Finding(REGULARIZER, said, hint)


@rule("LR508", Severity.ERROR, "a weight decay schedule that PaddleOCR cannot set")
@example("Optimizer: {name: AdamW, regularizer: {name: CosineL2Decay}}")
@source("Paddle's momentum.py and adamw.py")
def weight_decay_stops(subject: Subject) -> Iterator[Finding]:
    """PaddleOCR sets optimizer.regularization._coeff. Momentum takes L2 into its own update and AdamW decays the
    weights itself, so there is no such object: 'NoneType' object has no attribute '_coeff'.
    """
    name = subject.config["Optimizer"].get("name")
    if subject.has_a_model and _cosine_weight_decay(subject) and name in _WITHOUT_REGULARIZATION:
        said = tr(
            "PaddleOCR sets the coefficient where {name} has none, and stops at the first update "
            "with an AttributeError",
            name=name,
        )
        hint = tr("this project's WeightDecayStepper keeps its own count")
        words = tr("{} or this project's WeightDecayStepper, which keeps its own count")
        adam = Proposal(("Optimizer.name=Adam",), words=words, for_files=False)
        yield Finding(REGULARIZER, said, hint, proposals=(adam,))


@rule("LR509", Severity.NOTE, "a weight decay or a momentum that only this project steps")
@example("regularizer: {name: Cosine, start: 0.04, end: 0.4}")
@source("PaddleOCR's optimizer/__init__.py")
def follows_a_schedule_here(subject: Subject) -> Iterator[Finding]:
    """PaddleOCR has L1, L2 and CosineL2; a name of the lr section is not one of its regularizers. Its Momentum and
    RMSProp pass momentum to Paddle's optimizer, which expects a number; its other optimizers ignore that key.
    """
    optimizer = subject.config["Optimizer"]
    section = optimizer.get("regularizer")
    if follows_a_schedule(section):
        said = tr(
            "PaddleOCR has no regularizer {name} and would stop with an AttributeError; train "
            "with this project's WeightDecayStepper",
            name=section["name"],
        )
        near = "L2" if section["name"] == "Const" else "CosineL2"
        yield Finding((*REGULARIZER, "name"), said, tr("the nearest that PaddleOCR has: {nearest}", nearest=near))
    if isinstance(optimizer.get("momentum"), Mapping):
        said = tr(
            "PaddleOCR passes the section to the optimizer and would stop with a TypeError; train "
            "with this project's MomentumStepper"
        )
        if (name := optimizer.get("name")) in WITHOUT_MOMENTUM:
            said = tr("PaddleOCR's {name} ignores momentum; train with this project's MomentumStepper", name=name)
        yield Finding(MOMENTUM, said, tr("the nearest that PaddleOCR has: {nearest}", nearest=tr("a number")))


@rule("LR512", Severity.ERROR, "an optimizer that PaddleOCR cannot build")
@example("Optimizer: {name: SGD}   # Momentum with a momentum of 0 is the same")
@source("PaddleOCR's optimizer.py")
def unusable_optimizer(subject: Subject) -> Iterator[Finding]:
    """PaddleOCR looks the name up among its own classes and calls the class with the keys of the section, a rate and a
    grad_clip. If they do not fit, it stops after the data are loaded, with an error from Python. A config without an
    Architecture is for a loop of your own, which may use any of Paddle's optimizers.
    """
    optimizer = subject.section("Optimizer")
    name, momentum = optimizer.get("name"), optimizer.get("momentum")
    if not subject.has_a_model:
        return
    if str(name) not in OPTIMIZERS:  # which may be a list
        said = tr("PaddleOCR has no {name} and stops; it has {names}", name=shown(name), names=", ".join(OPTIMIZERS))
        if name is None:
            said = tr("is missing, and PaddleOCR stops; it has {names}", names=", ".join(OPTIMIZERS))
        yield Finding(("Optimizer", "name"), said, proposals=_other_optimizer(str(name), momentum is None))
    elif name == "Momentum" and momentum is None:
        said = tr("PaddleOCR's Momentum has no default for it, and stops")
        usual = Proposal((_USUAL_MOMENTUM,), words=tr("{} is what Paddle's own Momentum takes"))
        yield Finding(MOMENTUM, said, proposals=(usual,))
    if name == "AdamW" and subject.section("Optimizer", "regularizer").get("name") in ("L1", "L1Decay"):
        said = tr("PaddleOCR's AdamW takes only L2, and stops")
        yield Finding((*REGULARIZER, "name"), said, proposals=(Proposal(("Optimizer.regularizer.name=L2",)),))
    null = tr("Paddle takes no null for it, and stops")
    second = tr("PaddleOCR gives the optimizer one itself, and stops at this one")
    numbers = (*OPTIMIZERS.get(str(name), ()), *CLIPPING)
    stops = {key: null for key in numbers if optimizer.get(key, 0) is None and (name, key) != ("Momentum", "momentum")}
    for key, said in (stops | {key: second for key in FROM_PADDLEOCR if key in optimizer}).items():
        path = ("Optimizer", key)
        yield Finding(path, said, proposals=(Proposal(changes=(Change("remove", path),)),))


_USUAL_MOMENTUM = f"Optimizer.momentum={USUAL_MOMENTUM}"


def _other_optimizer(name: str, without_momentum: bool) -> tuple[Proposal, ...]:
    if name.lower() == "sgd":
        none = ("Optimizer.momentum=0",) if without_momentum else ()
        return (Proposal(("Optimizer.name=Momentum", *none), words=tr("{} is the same"), safe=True),)
    if not (near := nearest(name, [*OPTIMIZERS])):
        return ()
    usual = (_USUAL_MOMENTUM,) if near[0] == "Momentum" and without_momentum else ()
    same = name.lower() == near[0].lower() and not usual
    return (Proposal((f"Optimizer.name={near[0]}", *usual), safe=same),)


def _cosine_weight_decay(subject: Subject) -> Mapping[str, Any]:
    section = subject.section("Optimizer", "regularizer")
    return section if section.get("name") in ("CosineL2", "CosineL2Decay") else {}


@rule("LR510", Severity.NOTE, "a number after -o that PaddleOCR reads as a string", of_paddleocrs_builder=True)
@example("-o Optimizer.lr.learning_rate=1e-4   # write 0.0001")
@source("PaddleOCR's program.py; PaddleSeg #1302")
def string_behind_o(override: Override) -> Iterator[Finding]:
    """After -o this command reads 1e-4 as the intended number. PaddleOCR's training script reads it as YAML 1.1,
    in which it is a string, and usually stops with a TypeError inside Paddle.
    """
    path = tuple(override.parts)
    if is_read(path) and override.is_another_in_paddleocr:
        said = tr("a number that PaddleOCR's own -o reads as a string: {text}", text=printable(override.text))
        line = Proposal((f"{override.key}={yaml_text(override.value)}",)).line
        yield Finding(path, said, tr("{line} means the same to both", line=line))


@rule("LR511", Severity.NOTE, "a resume that keeps the rate of its checkpoint", of_paddleocrs_builder=True)
@example("Global: {checkpoints: output/latest}, lr: {name: Cosine, learning_rate: 0.001}   # without a warmup")
@source("PaddleOCR #216 #500 #2827; Paddle's CosineAnnealingDecay")
def keeps_the_saved_rate(subject: Subject) -> Iterator[Finding]:
    """Paddle computes each rate of a cosine without warmup from the one before, and a resumed run takes that from the
    checkpoint. Even if the config now has another rate than the saved run had, Paddle goes on scaling the saved one.
    """
    warmup = subject.lr.warmup_length(subject.built_for.window)
    key, checkpoint = resumed_from(subject.config)
    if checkpoint and subject.lr.recursive_in_paddle and not warmup:
        said = tr(
            "PaddleOCR goes on from the rate in the checkpoint: if {key} has changed since, it has no effect",
            key=subject.key(subject.lr.peak_key),
        )
        yield Finding(key, said, tr("ppocr-lr resume shows what the rate will be"))
