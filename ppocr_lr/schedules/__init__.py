"""Learning-rate schedules in iterations: pure, immutable, vectorised; NumPy only."""

from ppocr_lr.schedules.base import Corners, End, Lead, Schedule
from ppocr_lr.schedules.combine import Bounded, Product, Staircase
from ppocr_lr.schedules.compose import EndedAfter, From, HeldAfter, Mirrored, Scaled, Sequence, Stage
from ppocr_lr.schedules.cyclic import Cyclic
from ppocr_lr.schedules.decay import Constant, CosineWave, Decay, TwoStepCosine
from ppocr_lr.schedules.exponential import ExponentialDecay, ExponentialRise, NaturalExpDecay
from ppocr_lr.schedules.functions import SCALAR, Functions
from ppocr_lr.schedules.inverse import InverseSqrt, InverseTimeDecay, Noam
from ppocr_lr.schedules.one_cycle import OneCycle
from ppocr_lr.schedules.piecewise import MultiStepDecay, PiecewiseConstant, PiecewiseLinear, StepDecay
from ppocr_lr.schedules.restarts import CyclicalCosine, CyclicPolynomial, DividedRestarts, WarmRestarts
from ppocr_lr.schedules.shapes import (
    COSINE,
    LINEAR,
    Bent,
    Cosine,
    Exponential,
    Flat,
    HalfLife,
    OneMinusSqrt,
    Power,
    Reflected,
    Shape,
    Tanh,
)
from ppocr_lr.schedules.warmup import Warmup

__all__ = [
    "COSINE",
    "LINEAR",
    "SCALAR",
    "Bent",
    "Bounded",
    "Constant",
    "Corners",
    "Cosine",
    "CosineWave",
    "Cyclic",
    "CyclicPolynomial",
    "CyclicalCosine",
    "Decay",
    "DividedRestarts",
    "End",
    "EndedAfter",
    "Exponential",
    "ExponentialDecay",
    "ExponentialRise",
    "Flat",
    "From",
    "Functions",
    "HalfLife",
    "HeldAfter",
    "InverseSqrt",
    "InverseTimeDecay",
    "Lead",
    "Mirrored",
    "MultiStepDecay",
    "NaturalExpDecay",
    "Noam",
    "OneCycle",
    "OneMinusSqrt",
    "PiecewiseConstant",
    "PiecewiseLinear",
    "Power",
    "Product",
    "Reflected",
    "Scaled",
    "Schedule",
    "Sequence",
    "Shape",
    "Stage",
    "Staircase",
    "StepDecay",
    "Tanh",
    "TwoStepCosine",
    "WarmRestarts",
    "Warmup",
]
