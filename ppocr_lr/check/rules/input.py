"""LR1xx: what is written, and what of it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from ppocr_lr.check.rule import RULES, example, rule, source
from ppocr_lr.check.selection import IgnoreComment
from ppocr_lr.check.subject import CurveSubject, Subject
from ppocr_lr.errors import SECTION_PATH, LRConfigError, Problem, shown
from ppocr_lr.finding import Change, Finding, Proposal, Severity, renamed, taken_out
from ppocr_lr.language import tr
from ppocr_lr.lr_config.elsewhere import KNOWN_ELSEWHERE, called_elsewhere
from ppocr_lr.lr_config.parse import accepts
from ppocr_lr.lr_config.values import number_in_text, yaml_number
from ppocr_lr.training_config.sections import (
    FROM_PADDLEOCR,
    OPTIMIZERS,
    SECTIONS,
    is_read,
    meant_at_the_top,
    meant_in_global,
    meant_in_optimizer,
    read,
)
from ppocr_lr.training_config.yaml_file import YAMLDocument

# Keys that PaddleOCR's optimizers take themselves, although they sound like the learning rate's.
_OPTIMIZERS_OWN = {*SECTIONS["Optimizer"].model_fields, "epsilon"}
_FACTORS_ELSEWHERE = frozenset({"layer_decay", "layerwise_decay", "lr_mult", "lr_mult_list", "param_groups"})
"""Factors of the rate, which optimizers of PaddleClas, PaddleDetection, PaddleSeg and ERNIE take."""


@rule("LR100", Severity.ERROR, "the lr section cannot be used")
@example("lr: {name: cosine, learning_rate: 0.001}   # the name is Cosine")
@source("PaddleOCR's learning_rate.py: getattr by name, keywords passed through")
def unusable(error: LRConfigError) -> Iterator[Finding]:
    """Neither PaddleOCR nor this project can build a schedule from it. PaddleOCR stops after the model and the data
    are loaded, usually with a message from inside Paddle that names no key.
    """
    for problem in error.problems:
        yield Finding(problem.path, problem.text, place=problem.place)


@rule("LR101", Severity.WARNING, "a key that nothing reads")
@example("lr: {name: Cosine, learning_rate: 0.001, warmup_epochs: 5}   # warmup_epoch")
@source("PaddleOCR #11868")
def unknown_key(subject: Subject) -> Iterable[Finding]:
    """PaddleOCR silently swallows unknown keys of the lr section, so a misspelt key, or one of another library, leaves
    the default in place for the whole training.
    """
    return ()  # noticed while the section is read


@rule("LR102", Severity.ERROR, "a number that YAML reads as a string")
@example("learning_rate: 1e-3   # write 0.001 or 1.0e-3")
@source("PaddleSeg #1302, PaddleRec #198")
def number_in_a_string(subject: Subject) -> Iterator[Finding]:
    """PyYAML follows YAML 1.1, where 1e-3 is a string and 1.0e-3 is a number. PaddleOCR then fails with a TypeError
    inside Paddle, except under LinearWarmupCosine, which converts its rates.
    """
    # Those of the lr section are noticed while it is read.
    optimizer = subject.section("Optimizer")
    plain = ("weight_decay",) if optimizer.get("regularizer") is None else ()
    for key in (*OPTIMIZERS.get(str(optimizer.get("name")), ()), *plain):
        value = optimizer.get(key)
        number = number_in_text(value) if isinstance(value, str) else None
        if number is not None:
            said = tr("{value} is a string in YAML 1.1, and Paddle stops at it", value=shown(value))
            proposal = Proposal((f"Optimizer.{key}={yaml_number(number)}",), safe=True)
            yield Finding(("Optimizer", key), said, proposals=(proposal,))


@rule("LR103", Severity.NOTE, "no name, so the rate is constant")
@example("lr: {learning_rate: 0.001}")
@source("PaddleOCR #72 #3622")
def no_name(subject: CurveSubject) -> Iterator[Finding]:
    """Without a name the newest PaddleOCR builds Const, with its warmup; older releases return the bare number and
    drop warmup_epoch.
    """
    if "name" not in subject.planned.section:
        first = tr("the end of the warmup") if subject.summary.warmup_iters else tr("the first")
        words = tr("{} if that is meant; older releases of PaddleOCR understand it as well")
        said = tr("there is no name, so the rate is the same from {first} to the last update", first=first)
        yield Finding(SECTION_PATH, said, proposals=(subject.setting("name", "Const", words),))


@rule("LR104", Severity.WARNING, "a key without effect under this name")
@example("lr: {name: DecayLearningRate, learning_rate: 0.007, end_lr: 1.0e-5}   # ends at 0")
@source("PaddleOCR's learning_rate.py")
def no_effect(subject: Subject) -> Iterable[Finding]:
    """PaddleOCR accepts the key under this name but does not use it, so it has no effect."""
    return ()  # noticed while the section is read


@rule("LR105", Severity.WARNING, "a learning-rate key outside the lr section")
@example("Optimizer: {name: Adam, base_lr: 0.001, lr: {learning_rate: 0.0001}}")
@source("PaddleOCR #11868; Optimizer.base_lr is still advertised")
def outside_the_section(subject: Subject) -> Iterator[Finding]:
    """PaddleOCR reads the learning rate only from Optimizer.lr. Keys beside it are passed on or dropped, and -o
    creates them without complaint.
    """
    fields = {*type(subject.lr).model_fields, *KNOWN_ELSEWHERE}
    for section_name in ("Optimizer", "Global"):
        for key, value in subject.section(section_name).items():
            if not isinstance(key, str) or key in _OPTIMIZERS_OWN:
                continue
            if section_name == "Optimizer" and key in FROM_PADDLEOCR and subject.has_a_model:
                continue  # LR512
            if section_name == "Optimizer" and key in _FACTORS_ELSEWHERE:
                said = tr("PaddleOCR's optimizers drop this key, so no parameter gets a rate of its own")
                hint = tr("in a training loop of your own, ppocr_lr.parameter_groups makes groups with factors")
                yield Finding((section_name, key), said, hint)
            here = [name for name in (key, *called_elsewhere(key)) if name in fields]
            if here:
                takes = [name for name in here if accepts(type(subject.lr), name, value)]
                said = tr(
                    "PaddleOCR reads the learning rate only from Optimizer.lr; {section}.{key} has no effect",
                    section=section_name,
                    key=key,
                )
                hint = tr("write it as {key}", key=subject.key(takes[0])) if takes else ""
                yield Finding((section_name, key), said, hint)


@rule("LR106", Severity.WARNING, "a duplicate key")
@example("lr: {name: Cosine, learning_rate: 0.001, learning_rate: 0.01}")
@source("PyYAML")
def duplicate_key(document: YAMLDocument) -> Iterator[Finding]:
    """YAML silently keeps the last one, so an edit of the first changes nothing."""
    for path in document.repeated:
        if is_read(path) or path[0] == "Global":
            message = tr("duplicate key in this mapping; this one counts")
            if document.value(path) is None:  # the other one is rather what is wanted
                yield Finding(path, message)
                continue
            # A section may hold much that was meant to be joined with the other one.
            copies = Proposal(changes=(Change("keep last", path),), safe=not document.holds_section(path))
            yield Finding(path, message, str(copies), proposals=(copies,))


@rule("LR108", Severity.WARNING, "a misspelt key that decides the run")
@example("Global: {epoch_num: 20, pretrain_weights: ./best_accuracy}   # pretrained_model")
@source("PaddleOCR's program.py and save_load.py, which ask Global for each key by its name")
def misspelt(subject: Subject) -> Iterator[Finding]:
    """PaddleOCR accepts any key in Global and looks up those that it knows. If one is misspelt, it may train from
    random weights, start again at the first epoch, or train for another number of epochs. Its optimizers accept any key
    too, and one of its own configs says weight_deacy. If a whole section is missing, PaddleOCR stops with a KeyError.
    """
    for key in subject.config:
        if meant := meant_at_the_top(key, subject.config):
            suggestion = tr("; did you mean {names}?", names=meant[0])
            said = tr("nothing reads it{suggestion}", suggestion=suggestion)
            yield Finding((key,), said, proposals=renamed(key, *meant))
    for section, meanings in (("Global", meant_in_global), ("Optimizer", meant_in_optimizer)):
        for key, value in subject.section(section).items():
            if meant := meanings(key):
                takes = [name for name in meant if not _problems(partial(read, SECTIONS[section], {name: value}, ()))]
                suggestion = tr("; did you mean {names}?", names=tr(" or ").join(takes)) if takes else ""
                proposals = renamed(key, *takes)
                if subject.section(section).get("regularizer") is not None and takes == ["weight_decay"]:
                    suggestion = tr("; it looks like weight_decay, at which PaddleOCR stops beside a regularizer")
                    proposals = taken_out(key)
                said = tr("nothing reads it{suggestion}", suggestion=suggestion)
                yield Finding((section, key), said, proposals=tuple(each.under(section) for each in proposals))


def _problems(use: Callable[[], object]) -> tuple[Problem, ...]:
    """Why something of a config cannot be used; none if it can."""
    try:
        use()
    except LRConfigError as error:
        return error.problems
    return ()


@rule("LR107", Severity.ERROR, "the weight decay or the momentum cannot be used")
@example("regularizer: {name: L2, coeff: 1.0e-5}   # the key is factor")
@source("PaddleOCR's regularizer.py")
def weight_decay(subject: Subject) -> Iterator[Finding]:
    """PaddleOCR builds the regularizer from this section, with its keys as arguments, and stops at one it does not
    know or cannot take as a number. A momentum of 1 or more never forgets a gradient.
    """
    run = subject.planned
    for problem in (*_problems(lambda: run.weight_decay), *_problems(lambda: run.momentum)):
        yield Finding(problem.path, problem.text)
    optimizer = subject.config["Optimizer"]
    if optimizer.get("regularizer") is not None and "weight_decay" in optimizer:
        said = tr(
            "there is a regularizer as well, and PaddleOCR passes both to the optimizer, which stops with a TypeError"
        )
        yield Finding(("Optimizer", "weight_decay"), said, tr("take one of them out"))


@rule("LR109", Severity.ERROR, "a factor of the rate that cannot be used")
@example("Backbone: {name: PPLCNetV3, lr_mult_list: [0.1, 0.1]}   # it has six stages")
@source("PaddleOCR's rec_lcnetv3.py, rec_pphgnetv2.py, tps.py and optimizer.py")
def factors(subject: Subject) -> Iterator[Finding]:
    """PaddleOCR multiplies the rate of some parameters by these keys, and stops at a value that is not a number, a list
    of another length than the model has stages, or a scheduler that it cannot ask for its values.
    """
    for problem in _problems(lambda: subject.planned.groups):
        yield Finding(problem.path, problem.text)


@rule("LR110", Severity.NOTE, "an ignore comment without effect")
@example("learning_rate: 0.1   # ppocr-lr: ignore LR303, where the first update has no rate of 0")
@source("ruff's RUF100")
def unused_comment(comment: IgnoreComment) -> Iterator[Finding]:
    """What the comment was meant for is gone, or is elsewhere. Left there, it would hide the next finding with its
    code. This is only a note, because other options of the run may bring the finding back.
    """
    if not comment.code:
        message = tr("the comment names no code, so it ignores nothing")
        yield Finding((), message, tr("name the codes, as in # ppocr-lr: ignore LR303"), place=comment.place)
        return
    known = comment.code in RULES
    where = tr("in this file") if comment.whole_file else tr("on this line")
    nothing = tr("the comment ignores {code}, which is not found {where}", code=comment.code, where=where)
    message = nothing if known else tr("the comment ignores {code}, but there is no such code", code=comment.code)
    yield Finding((), message, tr("remove it from the comment"), place=comment.place)
