"""Learning-rate schedules in iterations: pure, immutable, vectorised; NumPy only."""

from ppocr_lr.schedules.base import Corners, End, Lead, Schedule
from ppocr_lr.schedules.compose import HeldAfter, Scaled, Sequence
from ppocr_lr.schedules.cyclic import Cyclic
from ppocr_lr.schedules.decay import Constant, CosineDecay, PolynomialDecay, TwoStepCosine
from ppocr_lr.schedules.exponential import ExponentialDecay, NaturalExpDecay
from ppocr_lr.schedules.functions import SCALAR, Functions
from ppocr_lr.schedules.inverse import InverseSqrt, InverseTimeDecay, Noam
from ppocr_lr.schedules.one_cycle import OneCycle
from ppocr_lr.schedules.piecewise import MultiStepDecay, PiecewiseConstant, PiecewiseLinear, StepDecay
from ppocr_lr.schedules.restarts import CyclicalCosine, CyclicPolynomial, WarmRestarts
from ppocr_lr.schedules.shaped import DECAY_SHAPES, Decay, KDecay, TanhDecay
from ppocr_lr.schedules.warmup import ConstantWarmup, CosineWarmup, ExponentialWarmup, LinearWarmup, Warmup

__all__ = [
    "DECAY_SHAPES",
    "SCALAR",
    "Constant",
    "ConstantWarmup",
    "Corners",
    "CosineDecay",
    "CosineWarmup",
    "Cyclic",
    "CyclicPolynomial",
    "CyclicalCosine",
    "Decay",
    "End",
    "ExponentialDecay",
    "ExponentialWarmup",
    "Functions",
    "HeldAfter",
    "InverseSqrt",
    "InverseTimeDecay",
    "KDecay",
    "Lead",
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
