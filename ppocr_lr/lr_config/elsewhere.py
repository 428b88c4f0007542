"""What the keys and the schedules of other libraries are called here."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from ppocr_lr.errors import LRConfigError, Problem, called, did_you_mean, shown
from ppocr_lr.language import later, tr

# Keys here, the likeliest first, and what users of other libraries write for them that is spelt quite differently.
_KEYS = {
    "learning_rate max_lr": "base_lr lr peak_lr eta_max",
    "max_lr": "learning_rate",
    "learning_rate": "max_lr initial_learning_rate",
    "base_lr learning_rate": "base_learning_rate",
    "max_lr learning_rate": "max_learning_rate",
    "end_lr min_lr": "eta_min",
    "min_lr eta_min": "end_lr",
    "end_lr eta_min": "min_lr",
    "end_lr min_lr eta_min": "lr_min end_learning_rate",
    "warmup_epoch warmup_iters warmup_steps": "warmup",
    "warmup_iters warmup_epoch": "warmup_steps",
    "warmup_iters warmup_steps": "num_warmup_steps",
    "warmup_epoch warmup_steps": "warmup_iters warmup_epochs",
    "warmup_iters": "warmup_epoch",
    "warmup_epoch warmup_steps cycle_warmup": "warmup_t",
    "warmup_start_factor": "warmup_factor",
    "warmup_mode": "warmup_method",
    "warmup_overlap": "warmup_prefix",
    "warmup_start_lr start_lr": "warmup_lr_init warmup_init_lr warmup_start",
    "warmup_start_lr": "start_lr",
    "start_lr": "warmup_start_lr",
    "decay_epochs milestones knots": "boundaries",
    "decay_epochs": "milestones",
    "milestones decay_length step_size": "decay_epochs",
    "gamma": "decay_rate exp_gamma",
    "decay_power factor": "power",
    "once_per_epoch": "by_epoch staircase",
    "cycle_limit": "num_cycles",
    "step_size milestones": "decay_t",
    "decay_length step_size": "decay_steps",
    "decay_length": "num_decay_steps total_iters total_steps",
    "step_size decay_epochs milestones": "decay_epoch",
    "decay_shape": "decay_type",
    "end_lr": "lr_end",
    "cycle": "T_0",
    "T_0 cycle": "t_initial",
    "T_0": "cycle",
    "T_mult": "cycle_mul",
    "peak_decay": "cycle_decay",
    "cycles": "cycle_limit",
    "k": "k_decay",
    "mode": "scale_mode",
    "stages": "schedulers schedules",
}


def _by_word(table: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """What each word of a table means; for one in several lines, what all of them say."""
    meant: dict[str, tuple[str, ...]] = {}
    for here, words in table.items():
        for word in words.split():
            meant[word] = (*meant.get(word, ()), here)
    return meant


CALLED_ELSEWHERE = {word: tuple(" ".join(here).split()) for word, here in _by_word(_KEYS).items()}

# Everyday words, which mean something else outside an lr section.
_COMMON = frozenset({"cycle", "cycles", "k", "mode", "schedulers", "schedules", "stages", "warmup"})

# A run has these anyway; if no key of a name means the same, this is the answer.
LENGTH_OF_THE_RUN = frozenset({"T_max", "t_initial", "max_iters", "num_training_steps", "total_steps", "total_iters"})

INSTEAD: Mapping[object, str] = {
    "eta_min": later("a cosine with a minimum is name: LinearWarmupCosine with min_lr; Linear takes an end_lr"),
    "T_max": later("the decay lasts the whole run, Global.epoch_num epochs"),
    "regularizer": later("it belongs in Optimizer, beside lr: indent it less"),
}
"""What does the same here, for keys of other libraries that have no counterpart of their own; where another belongs."""

KNOWN_ELSEWHERE = frozenset(CALLED_ELSEWHERE).union(*CALLED_ELSEWHERE.values()) - _COMMON
"""Keys of learning-rate sections, here or in other libraries."""

# Names here, and what Paddle, PyTorch, PaddleOCR and others call the classes behind them, mostly without `_ENDINGS`.
_NAMES = {
    "Const": "Constant",
    "Cosine": "CosineAnnealing CosineLRScheduler",
    "CosineWarmRestarts": "CosineAnnealingWarmRestarts CosineDecayRestarts CosineLRScheduler CosineRestart SGDR",
    later("Sequence (of Cosine)"): "CosineRestart",
    later("Scale (any schedule times a factor)"): "Chained",
    "Sequence": "Composite Concat Sequential",
    "InverseSqrt": "InverseSquareRoot",
    later("Sequence or PiecewiseLinear (a section holds no function)"): "Lambda",
    "Cyclic": "LinearCyclical",
    later("a name with warmup_epoch, such as Const or Cosine"): "LinearWarmup",
    "MultiStepDecay": "MultiStep StepWithFixedGamma",
    later("Exponential (a section holds no function)"): "Multiplicative",
    later("Exponential (with step_size: 1it)"): "Exponential",  # theirs is per step()
    later("InverseTime (with step_size: 1it)"): "InverseTime",
    later("NaturalExp (with step_size: 1it)"): "NaturalExp",
    "Scale": "Multiply",
    "ReduceOnPlateau": "Plateau ReduceLROnPlateau",
    later("Linear (with power)"): "Poly Polynomial",
    "Polynomial": "Poly Polynomial",
    "KDecay": "SWA",
    later("Linear (with decay_length and end_lr)"): "SWA",
    "WSD": "TriStage WarmupStable",
    later("Cosine (with warmup_epoch)"): "WarmupCosine",
}
CLASSES_ELSEWHERE = _by_word(_NAMES)
_ENDINGS = "(Decay|LR|Param|Schedule|Scheduler)+$"


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
        stem = re.sub(_ENDINGS, "", name)
        here = (stem,) if stem in known else ()
        meant = CLASSES_ELSEWHERE.get(name, CLASSES_ELSEWHERE.get(stem, here))
        taken = tr(", or ").join(tr(each) for each in meant if {*re.findall(r"[A-Z]\w+", each)} <= {*known})
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
