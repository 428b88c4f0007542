"""LR1xx: what is written, and what is read of it. The codes of the section's own keys come from `parse_lr_config`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ppocr_lr.check.finding import Draft, Subject
from ppocr_lr.errors import LRConfigError
from ppocr_lr.lr_config.parse import KNOWN_ELSEWHERE, called_elsewhere
from ppocr_lr.training_config.weight_decay import weight_decay_of

# Keys that PaddleOCR's optimizers take themselves, although they sound like the learning rate's.
_OPTIMIZERS_OWN = {"name", "lr", "regularizer", "epsilon", "momentum", "weight_decay"}

# What does the same here, for keys of other libraries that have no name of their own.
_INSTEAD = {
    "eta_min": "a cosine with a minimum is name: LinearWarmupCosine with min_lr; Linear takes an end_lr",
    "T_max": "the decay lasts the whole run, Global.epoch_num epochs",
}


def remarks(subject: Subject) -> Iterator[Draft]:
    """What was noticed while the section was read."""
    for remark in subject.planned.parsed.remarks:
        yield Draft(
            remark.code,
            subject.key(remark.key),
            remark.message,
            _INSTEAD.get(remark.key, "") if remark.code == "LR101" else "",
        )


def no_name(subject: Subject) -> Iterator[Draft]:
    """LR103."""
    if "name" not in subject.planned.section:
        first = "the end of the warmup" if subject.summary.warmup_iters else "the first"
        yield Draft(
            "LR103",
            "Optimizer.lr",
            f"there is no name, so the rate is the same from {first} to the last update",
            "if that is meant, write name: Const, which older releases of PaddleOCR understand as well",
        )


def outside_the_section(subject: Subject) -> Iterator[Draft]:
    """LR105."""
    fields = {*type(subject.lr).model_fields, *KNOWN_ELSEWHERE}
    for section_name in ("Optimizer", "Global"):
        section = subject.config.get(section_name)
        for key in section if isinstance(section, Mapping) else ():
            if not isinstance(key, str) or key in _OPTIMIZERS_OWN:
                continue
            here = [name for name in (key, *called_elsewhere(key)) if name in fields]
            if here:
                takes = [name for name in here if name in type(subject.lr).model_fields]
                yield Draft(
                    "LR105",
                    f"{section_name}.{key}",
                    f"PaddleOCR reads the learning rate from Optimizer.lr alone; {section_name}.{key} has no effect",
                    f"write it as {subject.key(takes[0])}" if takes else "",
                )


def weight_decay(subject: Subject) -> Iterator[Draft]:
    """LR107."""
    try:
        weight_decay_of(subject.config, subject.run)
    except LRConfigError as error:
        yield Draft("LR107", str(error).partition(":")[0], str(error))
    optimizer = subject.config["Optimizer"]
    if optimizer.get("regularizer") is not None and "weight_decay" in optimizer:
        yield Draft(
            "LR107",
            "Optimizer.weight_decay",
            "there is a regularizer as well, and PaddleOCR hands both to the optimizer, which stops with a TypeError",
            "take one of them out",
        )


RULES = (remarks, no_name, outside_the_section, weight_decay)
