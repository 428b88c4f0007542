"""Learning-rate schedules in iterations: pure, immutable, vectorised; NumPy only."""

from ppocr_lr.schedules.base import Corners, Schedule
from ppocr_lr.schedules.compose import LinearWarmup
from ppocr_lr.schedules.cyclic import CyclicalCosine, OneCycle
from ppocr_lr.schedules.decay import Constant, CosineDecay, PolynomialDecay, TwoStepCosine
from ppocr_lr.schedules.piecewise import MultiStepDecay, PiecewiseConstant, StepDecay

__all__ = [
    "Constant",
    "Corners",
    "CosineDecay",
    "CyclicalCosine",
    "LinearWarmup",
    "MultiStepDecay",
    "OneCycle",
    "PiecewiseConstant",
    "PolynomialDecay",
    "Schedule",
    "StepDecay",
    "TwoStepCosine",
]
