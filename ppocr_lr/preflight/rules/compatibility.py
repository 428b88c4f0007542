"""LR5xx: where PaddleOCR itself does something else. LR501 and LR502 come from `parse_lr_config`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ppocr_lr.numbers_text import count_text, rate_text
from ppocr_lr.preflight.finding import Draft, Subject


def last_epoch(subject: Subject) -> Iterator[Draft]:
    """LR503."""
    done = subject.lr.done_iters
    if done:
        elsewhere = {
            "Cosine": "; PaddleOCR starts a bare cosine from a wrong rate",
            "CyclicalCosine": "; PaddleOCR stops there with an AttributeError",
        }.get(subject.planned.name, "")
        yield Draft(
            "LR503",
            subject.key("last_epoch"),
            f"counted in updates, training starts at {count_text(done)}, epoch {count_text(subject.epoch(done))}, "
            f"with {rate_text(subject.schedule(done))} here{elsewhere}",
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
    train = subject.config.get("Train")
    dataset = train.get("dataset") if isinstance(train, Mapping) else None
    if isinstance(dataset, Mapping) and "num_samples" in dataset:
        yield Draft(
            "LR505", "Train.dataset.num_samples", "PaddleOCR ignores this key; its data loader counts the samples"
        )


RULES = (last_epoch, one_cycle_ends, own_keys)
