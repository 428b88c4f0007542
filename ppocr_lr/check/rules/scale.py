"""LR6xx: the size of the rate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ppocr_lr.check.finding import Draft, Subject
from ppocr_lr.numbers_text import rate_text

# Peaks that trainings with the optimizer usually have; far outside them a rate was mostly meant for another kind.
_ADAPTIVE = (1e-7, 8e-3)
_PLAIN = (1e-5, 5.0)
_USUAL = {
    "Adam": _ADAPTIVE,
    "AdamW": _ADAPTIVE,
    "RMSProp": (1e-6, 5e-2),
    "Adadelta": (1e-3, 5.0),
    "Momentum": _PLAIN,
    "SGD": _PLAIN,
}

_A_FACTOR = 0.05  # Noam's factor is about 1; below this it was meant as a rate


def unusual_peak(subject: Subject) -> Iterator[Draft]:
    """LR601."""
    optimizer = subject.config.get("Optimizer")
    name = optimizer.get("name") if isinstance(optimizer, Mapping) else None
    peak = subject.summary.peak
    if not isinstance(name, str) or name not in _USUAL:
        return
    low, high = _USUAL[name]
    if not low <= peak <= high:
        kind = "high" if peak > high else "low"
        adaptive = _USUAL[name] is _ADAPTIVE
        why = (
            "it divides by the size of the gradient, so the rate is about the size of a step"
            if adaptive
            else "its steps are the rate times the gradient"
        )
        yield Draft(
            "LR601",
            "Optimizer.lr",
            f"a peak of {rate_text(peak)} is {kind} for {name}, which usually takes {rate_text(low)} to "
            f"{rate_text(high)}: {why}",
        )


def cards(subject: Subject) -> Iterator[Draft]:
    """LR602."""
    if subject.gpus > 1:
        peak = subject.summary.peak
        yield Draft(
            "LR602",
            "Optimizer.lr",
            f"the peak is {rate_text(peak)} with {subject.gpus} cards too; if it was meant for one, the linear rule "
            f"makes it {rate_text(peak * subject.gpus)}",
        )


def factor_as_rate(subject: Subject) -> Iterator[Draft]:
    """LR603."""
    factor = getattr(subject.lr, "learning_rate", 1.0)
    if subject.planned.name == "Noam" and factor < _A_FACTOR:
        peak = subject.schedule(subject.summary.warmup_iters)
        yield Draft(
            "LR603",
            subject.key("learning_rate"),
            f"under Noam it is a factor, not the peak: the peak is {rate_text(peak)}",
            f"-o {subject.key('learning_rate')}=1 makes the paper's peak, {rate_text(peak / factor)}",
        )


RULES = (unusual_peak, cards, factor_as_rate)
