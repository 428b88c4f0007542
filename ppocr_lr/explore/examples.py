"""A section of each name to begin with, for a run of any length; its keys are those without which it has no shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_PEAK = 0.001

EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "Const": {"learning_rate": _PEAK},
    "Linear": {"learning_rate": _PEAK},
    "Cosine": {"learning_rate": _PEAK, "warmup_epoch": "5%"},
    "LinearWarmupCosine": {"learning_rate": _PEAK, "warmup_steps": "5%"},
    "Step": {"learning_rate": _PEAK, "step_size": "25%", "gamma": 0.5},
    "Piecewise": {"decay_epochs": ["60%", "85%"], "values": [_PEAK, 0.1 * _PEAK, 0.01 * _PEAK]},
    "MultiStepDecay": {"learning_rate": _PEAK, "milestones": ["50%", "80%"], "gamma": 0.3},
    "CyclicalCosine": {"learning_rate": _PEAK, "cycle": "25%"},
    "OneCycle": {"max_lr": _PEAK},
    "DecayLearningRate": {"learning_rate": _PEAK},
    "TwoStepCosine": {"learning_rate": _PEAK},
    "Polynomial": {"learning_rate": _PEAK, "power": 2},
    "LinearLR": {"learning_rate": _PEAK, "start_factor": 0.1},
    "REX": {"learning_rate": _PEAK},
    "KDecay": {"learning_rate": _PEAK, "k": 2},
    "Tanh": {"learning_rate": _PEAK},
    "CosineWarmRestarts": {"learning_rate": _PEAK, "T_0": "14.3%", "T_mult": 2},
    "WSD": {"learning_rate": _PEAK, "warmup_ratio": 0.05, "decay_length": "20%"},
    "Trapezoid": {"learning_rate": _PEAK, "warmup_epoch": "10%", "decay_length": "20%"},
    "InverseSqrt": {"learning_rate": _PEAK, "warmup_epoch": "10%"},
    "InverseTime": {"learning_rate": _PEAK, "step_size": "10%", "gamma": 0.5},
    "Noam": {"d_model": 512, "warmup_iters": "10%"},
    "Exponential": {"learning_rate": _PEAK, "step_size": "10%", "gamma": 0.7},
    "NaturalExp": {"learning_rate": _PEAK, "step_size": "10%", "gamma": 0.3},
    "PiecewiseLinear": {"knots": [[0, 0], ["10%", _PEAK], ["60%", 0.3 * _PEAK], ["100%", 0]]},
    "Cyclic": {"base_lr": 0.1 * _PEAK, "max_lr": _PEAK, "step_size_up": "12%"},
    "Sequence": {
        "stages": [
            {"name": "Const", "learning_rate": _PEAK, "epochs": "50%"},
            {"name": "Cosine", "learning_rate": _PEAK, "until_end": True},
        ]
    },
    "Scale": {"factor": 0.5, "schedule": {"name": "Cosine", "learning_rate": 2 * _PEAK, "warmup_epoch": "5%"}},
    "ReduceOnPlateau": {"learning_rate": _PEAK, "factor": 0.5, "patience": 5},
    "RangeTest": {"start_lr": 1e-7, "end_lr": 1},
}
