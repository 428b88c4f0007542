"""LR5xx: where PaddleOCR itself does something else. LR501 and LR502 come from `parse_lr_config`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ppocr_lr.check.finding import Draft, Subject
from ppocr_lr.lr_config.in_paddleocr import own_keys as own_keys_of
from ppocr_lr.lr_config.length import length_of
from ppocr_lr.lr_config.registry import IN_PADDLEOCR
from ppocr_lr.numbers_text import count_text, rate_text
from ppocr_lr.schedules import Schedule
from ppocr_lr.training_config.weight_decay import REGULARIZER

# Paddle's optimizers that keep L2 elsewhere than in `regularization`.
_WITHOUT_REGULARIZATION = ("Momentum", "AdamW")


def last_epoch(subject: Subject) -> Iterator[Draft]:
    """LR503."""
    done = subject.lr.done_iters
    if done:
        wrong = subject.lr.last_epoch_in_paddleocr(subject.built_for)
        yield Draft(
            "LR503",
            subject.key("last_epoch"),
            f"counted in updates, training starts at {count_text(done)}, epoch {count_text(subject.epoch(done))}, "
            f"with {rate_text(subject.schedule(done))} here" + (f"; {wrong}" if wrong else ""),
            "take it out and resume with Global.checkpoints",
        )


def one_cycle_ends(subject: Subject) -> Iterator[Draft]:
    """LR504."""
    if subject.planned.name == "OneCycle":
        last = subject.summary.warmup_iters + subject.run.total_iters
        yield Draft(
            "LR504",
            subject.key("name"),
            f"PaddleOCR raises ValueError when it is stepped past update {count_text(last)}; here the rate holds",
        )


def own_keys(subject: Subject) -> Iterator[Draft]:
    """LR505."""
    known = subject.planned.name in IN_PADDLEOCR  # of other names PaddleOCR reads no key at all
    in_paddleocr, here = "", ""
    if subject.planned.paddleocr_schedule is not None:
        in_paddleocr = f", and its final rate is {_final(subject.planned.paddleocr_schedule, subject)}"
        here = f", and the final rate is {_final(subject.schedule, subject)}"
    for key, instead, length in own_keys_of(subject.planned.section, subject.lr) if known else ():
        if length is None:
            hint = f"what PaddleOCR can do: {instead}"
            yield Draft(
                "LR505", subject.key(key), f"PaddleOCR ignores this key{in_paddleocr}; here it counts{here}", hint
            )
        else:
            in_epochs = f"{subject.built_for.iters(length) / subject.built_for.iters_per_epoch:.6g}"
            yield Draft(
                "LR505",
                subject.key(key),
                f"PaddleOCR does not know {length} and stops; it counts epochs",
                f"-o {subject.key(key)}={in_epochs}" if subject.length_is_known or length.unit == "%" else "",
            )
    train = subject.config.get("Train")
    dataset = train.get("dataset") if isinstance(train, Mapping) else None
    if isinstance(dataset, Mapping) and "num_samples" in dataset:
        yield Draft(
            "LR505", "Train.dataset.num_samples", "PaddleOCR ignores this key; its data loader counts the samples"
        )


def _final(schedule: Schedule, subject: Subject) -> str:
    """The final rate, as far as it does not hang on a length of the epoch that is not known."""
    rate = schedule(subject.run.total_iters - 1)
    if subject.length_is_known:
        return rate_text(rate, 4)
    return rate_text(rate, 2) if rate > 1e-4 * subject.summary.peak else "nearly 0"


def own_name(subject: Subject) -> Iterator[Draft]:
    """LR506."""
    if subject.planned.name not in IN_PADDLEOCR:
        nearest = type(subject.lr).nearest_in_paddleocr
        yield Draft(
            "LR506",
            subject.key("name"),
            f"PaddleOCR has no {subject.planned.name} and would stop with an AttributeError; train with this project's "
            "build_lr_scheduler",
            f"the nearest that PaddleOCR has: {nearest}" if nearest else "",
        )


def cosine_weight_decay(subject: Subject) -> Iterator[Draft]:
    """LR507, LR508."""
    optimizer = subject.config["Optimizer"]
    section = optimizer.get("regularizer")
    if not isinstance(section, Mapping) or section.get("name") not in ("CosineL2", "CosineL2Decay"):
        return
    held = length_of(section.get("warmup_epoch", 0))
    if held and held.unit != "epochs":
        yield Draft(
            "LR505", f"{REGULARIZER}.warmup_epoch", f"PaddleOCR does not know {held} and stops; it counts epochs"
        )
    yield Draft(
        "LR507",
        REGULARIZER,
        "PaddleOCR does not save where the coefficient stands: a resumed run starts again at factor",
        "this project's WeightDecayStepper has a state_dict",
    )
    if optimizer.get("name") in _WITHOUT_REGULARIZATION:
        yield Draft(
            "LR508",
            REGULARIZER,
            f"PaddleOCR sets the coefficient where {optimizer['name']} has none, and stops at the first update with an "
            "AttributeError",
            "use Adam, or this project's WeightDecayStepper, which keeps its own count",
        )


RULES = (last_epoch, one_cycle_ends, own_keys, own_name, cosine_weight_decay)
