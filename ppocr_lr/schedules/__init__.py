"""Learning-rate schedules in iterations: pure, immutable, vectorised; NumPy only.

The names below are loaded when first used: making a dataclass takes longer than asking it for a rate.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ppocr_lr.schedules.base import Corners, Schedule
    from ppocr_lr.schedules.compose import HeldAfter, Scaled, Sequence
    from ppocr_lr.schedules.cyclic import Cyclic
    from ppocr_lr.schedules.decay import Constant, CosineDecay, PolynomialDecay, TwoStepCosine
    from ppocr_lr.schedules.exponential import ExponentialDecay, NaturalExpDecay
    from ppocr_lr.schedules.inverse import InverseSqrt, InverseTimeDecay, Noam
    from ppocr_lr.schedules.one_cycle import OneCycle
    from ppocr_lr.schedules.piecewise import MultiStepDecay, PiecewiseConstant, PiecewiseLinear, StepDecay
    from ppocr_lr.schedules.restarts import CyclicalCosine, CyclicPolynomial, WarmRestarts
    from ppocr_lr.schedules.shaped import DECAY_SHAPES, Decay, KDecay, TanhDecay
    from ppocr_lr.schedules.warmup import ConstantWarmup, CosineWarmup, ExponentialWarmup, LinearWarmup, Warmup

_HOMES = {
    "base": "Corners, Schedule",
    "compose": "HeldAfter, Scaled, Sequence",
    "cyclic": "Cyclic",
    "decay": "Constant, CosineDecay, PolynomialDecay, TwoStepCosine",
    "exponential": "ExponentialDecay, NaturalExpDecay",
    "inverse": "InverseSqrt, InverseTimeDecay, Noam",
    "one_cycle": "OneCycle",
    "piecewise": "MultiStepDecay, PiecewiseConstant, PiecewiseLinear, StepDecay",
    "restarts": "CyclicalCosine, CyclicPolynomial, WarmRestarts",
    "shaped": "DECAY_SHAPES, Decay, KDecay, TanhDecay",
    "warmup": "ConstantWarmup, CosineWarmup, ExponentialWarmup, LinearWarmup, Warmup",
}

__all__ = [
    "DECAY_SHAPES",
    "Constant",
    "ConstantWarmup",
    "Corners",
    "CosineDecay",
    "CosineWarmup",
    "Cyclic",
    "CyclicPolynomial",
    "CyclicalCosine",
    "Decay",
    "ExponentialDecay",
    "ExponentialWarmup",
    "HeldAfter",
    "InverseSqrt",
    "InverseTimeDecay",
    "KDecay",
    "LinearWarmup",
    "MultiStepDecay",
    "NaturalExpDecay",
    "Noam",
    "OneCycle",
    "PiecewiseConstant",
    "PiecewiseLinear",
    "PolynomialDecay",
    "Scaled",
    "Schedule",
    "Sequence",
    "StepDecay",
    "TanhDecay",
    "TwoStepCosine",
    "WarmRestarts",
    "Warmup",
]


def is_loaded(name: str) -> bool:
    """False where nobody has used the class yet, so that there is no schedule of it and no need to load it."""
    return name in globals() or any(
        f"ppocr_lr.schedules.{module}" in sys.modules for module, names in _HOMES.items() if name in names.split(", ")
    )


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names.split(", "):
            value = getattr(import_module(f"ppocr_lr.schedules.{module}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module 'ppocr_lr.schedules' has no attribute {name!r}")
