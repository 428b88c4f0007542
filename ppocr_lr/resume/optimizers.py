"""Which optimizer saved a state, judged by what it keeps for each parameter, and which one can continue with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ppocr_lr.language import tr

_ADAMS = frozenset({"moment1", "moment2", "beta1_pow_acc", "beta2_pow_acc"})

ACCUMULATORS: Mapping[str, frozenset[str]] = {
    "Adam": _ADAMS,
    "AdamW": _ADAMS,
    "Momentum": frozenset({"velocity"}),
    "RMSProp": frozenset({"momentum", "mean_square", "mean_grad"}),
    "Adadelta": frozenset({"_avg_squared_grad", "_avg_squared_update"}),
    "SGD": frozenset(),
}
"""What an optimizer of PaddleOCR, and SGD, saves for each parameter: under the parameter's name, an underscore, one
of these, and a number."""

_KNOWN = sorted(frozenset().union(*ACCUMULATORS.values()))


def accumulators(keys: Iterable[object]) -> frozenset[str]:
    """What the tensors with these keys are; one that no optimizer in the table saves is its whole key."""
    return frozenset(map(_accumulator, map(str, keys)))


def _accumulator(key: str) -> str:
    stem, _, number = key.rpartition("_")
    return next((known for known in _KNOWN if stem.endswith(f"_{known}") and number.isdecimal()), key)


def savers(found: frozenset[str]) -> list[str]:
    """The optimizers that save `found`; it may hold more, as the third moment of an Adam with amsgrad."""
    return [name for name, own in ACCUMULATORS.items() if (own <= found if own else not found)]


def saver_text(found: frozenset[str]) -> str:
    """The optimizers that save `found`, for a sentence."""
    return tr(" or ").join(savers(found)) or tr("another optimizer")


def lacking(found: frozenset[str], optimizer: object) -> list[str]:
    """What `optimizer` lacks in `found`, at which Paddle stops at the first update; nothing for one not in the table.

    Where nothing at all was saved Paddle begins with new accumulators.
    """
    own = ACCUMULATORS.get(optimizer, frozenset()) if isinstance(optimizer, str) else frozenset()
    return sorted(own - found) if found else []
