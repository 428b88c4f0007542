"""What the keys and the schedules of other libraries are called here."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from ppocr_lr.errors import LRConfigError, Problem, called, did_you_mean, shown
from ppocr_lr.language import later, tr

# What users of other libraries write for a key that is spelt quite differently here.
CALLED_ELSEWHERE = {
    "base_lr": ("learning_rate", "max_lr"),
    "lr": ("learning_rate", "max_lr"),
    "peak_lr": ("learning_rate", "max_lr"),
    "learning_rate": ("max_lr",),
    "max_lr": ("learning_rate",),
    "base_learning_rate": ("base_lr", "learning_rate"),
    "initial_learning_rate": ("learning_rate",),
    "max_learning_rate": ("max_lr", "learning_rate"),
    "eta_min": ("end_lr", "min_lr"),
    "end_lr": ("min_lr", "eta_min"),
    "min_lr": ("end_lr", "eta_min"),
    "lr_min": ("end_lr", "min_lr", "eta_min"),
    "end_learning_rate": ("end_lr", "min_lr", "eta_min"),
    "eta_max": ("learning_rate", "max_lr"),
    "warmup": ("warmup_epoch", "warmup_iters", "warmup_steps"),
    "warmup_steps": ("warmup_iters", "warmup_epoch"),
    "num_warmup_steps": ("warmup_iters", "warmup_steps"),
    "warmup_iters": ("warmup_epoch", "warmup_steps"),
    "warmup_epoch": ("warmup_iters",),
    "warmup_epochs": ("warmup_epoch", "warmup_steps"),
    "warmup_t": ("warmup_epoch", "warmup_steps", "cycle_warmup"),
    "warmup_factor": ("warmup_start_factor",),
    "warmup_method": ("warmup_mode",),
    "warmup_prefix": ("warmup_overlap",),
    "warmup_lr_init": ("warmup_start_lr", "start_lr"),
    "warmup_init_lr": ("warmup_start_lr", "start_lr"),
    "warmup_start": ("warmup_start_lr", "start_lr"),
    "start_lr": ("warmup_start_lr",),
    "warmup_start_lr": ("start_lr",),
    "boundaries": ("decay_epochs", "milestones", "knots"),
    "milestones": ("decay_epochs",),
    "decay_epochs": ("milestones", "decay_length", "step_size"),
    "decay_rate": ("gamma",),
    "power": ("decay_power", "factor"),
    "by_epoch": ("once_per_epoch",),
    "staircase": ("once_per_epoch",),
    "num_cycles": ("cycle_limit",),
    "decay_t": ("step_size", "milestones"),
    "decay_steps": ("decay_length", "step_size"),
    "num_decay_steps": ("decay_length",),
    "total_iters": ("decay_length",),
    "total_steps": ("decay_length",),
    "decay_epoch": ("step_size", "decay_epochs", "milestones"),
    "decay_type": ("decay_shape",),
    "lr_end": ("end_lr",),
    "T_0": ("cycle",),
    "t_initial": ("T_0", "cycle"),
    "cycle": ("T_0",),
    "cycle_mul": ("T_mult",),
    "cycle_decay": ("peak_decay",),
    "cycle_limit": ("cycles",),
    "k_decay": ("k",),
    "exp_gamma": ("gamma",),
    "scale_mode": ("mode",),
    "schedulers": ("stages",),
    "schedules": ("stages",),
}

# Everyday words, which mean something else outside an lr section.
_COMMON = frozenset({"cycle", "cycles", "k", "mode", "schedulers", "schedules", "stages", "warmup"})

# A run has these anyway; if no key of a name means the same, this is the answer.
LENGTH_OF_THE_RUN = frozenset({"T_max", "t_initial", "max_iters", "num_training_steps", "total_steps", "total_iters"})

INSTEAD: Mapping[object, str] = {
    "eta_min": later("a cosine with a minimum is name: LinearWarmupCosine with min_lr; Linear takes an end_lr"),
    "T_max": later("the decay lasts the whole run, Global.epoch_num epochs"),
    "regularizer": later("it belongs into Optimizer, beside lr: indent it less"),
}
"""What does the same here, for keys of other libraries that have no counterpart of their own; where another belongs."""

KNOWN_ELSEWHERE = frozenset(CALLED_ELSEWHERE).union(*CALLED_ELSEWHERE.values()) - _COMMON
"""Keys of learning-rate sections, here or in other libraries."""

_NO_FUNCTION = "a section holds no function"

_OR = ", or "  # between names, each of which is an answer

# What Paddle, PyTorch, PaddleOCR and others call the classes behind the names, mostly without `_ENDINGS`.
CLASSES_ELSEWHERE = {
    "Constant": "Const",
    "CosineAnnealing": "Cosine",
    "CosineAnnealingWarmRestarts": "CosineWarmRestarts",
    "CosineLRScheduler": "Cosine, or CosineWarmRestarts",
    "Chained": "Scale (any schedule times a factor)",
    "Composite": "Sequence",
    "Concat": "Sequence",
    "CosineDecayRestarts": "CosineWarmRestarts",
    "CosineRestart": "CosineWarmRestarts, or Sequence (of Cosine)",
    "InverseSquareRoot": "InverseSqrt",
    "Lambda": f"Sequence or PiecewiseLinear ({_NO_FUNCTION})",
    "LinearCyclical": "Cyclic",
    "LinearWarmup": "a name with warmup_epoch, such as Const or Cosine",
    "MultiStep": "MultiStepDecay",
    "Multiplicative": f"Exponential ({_NO_FUNCTION})",
    "Multiply": "Scale",
    "Plateau": "ReduceOnPlateau",
    "Poly": "Linear (with power), or Polynomial",
    "Polynomial": "Linear (with power), or Polynomial",
    "ReduceLROnPlateau": "ReduceOnPlateau",
    "SGDR": "CosineWarmRestarts",
    "SWA": "KDecay, or Linear (with decay_length and end_lr)",
    "Sequential": "Sequence",
    "StepWithFixedGamma": "MultiStepDecay",
    "TriStage": "WSD",
    "WarmupCosine": "Cosine (with warmup_epoch)",
    "WarmupStable": "WSD",
}
_ENDINGS = re.compile("(Decay|LR|Param|Schedule|Scheduler)+$")


def called_elsewhere(key: str) -> tuple[str, ...]:
    """The keys here that other libraries call `key`."""
    return CALLED_ELSEWHERE.get(key, ())


def is_peak(key: str) -> bool:
    """Whether a key is the peak rate's, here or elsewhere."""
    return key == "learning_rate" or "learning_rate" in called_elsewhere(key)


def unknown_name(name: object, known: Collection[str]) -> LRConfigError:
    """The error for a `name` that is none of `known`; its path begins inside the section."""
    suggestion = ""
    if isinstance(name, str):
        stem = _ENDINGS.sub("", name)
        meant = CLASSES_ELSEWHERE.get(name, CLASSES_ELSEWHERE.get(stem, stem if stem in known else "")).split(_OR)
        taken = _OR.join(each for each in meant if set(re.findall(r"[A-Z]\w+", each)) <= {*known})
        suggestion = tr("; did you mean {names}?", names=taken) if taken else did_you_mean(name, sorted(known))
    names = ", ".join(sorted(known))
    problem = tr(
        "{name} is not a schedule{suggestion} the schedules are {names}; more with {import_}",
        name=shown(name),
        suggestion=suggestion or tr(";"),
        names=names,
        import_=called("import"),
    )
    return LRConfigError(Problem(("name",), problem))
