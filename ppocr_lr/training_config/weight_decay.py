"""The weight decay of a training config as a schedule: `Optimizer.regularizer`, and `Optimizer.weight_decay`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict

from ppocr_lr import schedules
from ppocr_lr.errors import LRConfigError, Problem, did_you_mean, shown, value_error
from ppocr_lr.language import tr
from ppocr_lr.lr_config import Run
from ppocr_lr.lr_config.kinds import LengthOrNone, Nonnegative, key
from ppocr_lr.lr_config.length import Length
from ppocr_lr.lr_config.registry import MODELS
from ppocr_lr.schedules import Schedule
from ppocr_lr.training_config.coefficient import Coefficient, follows_a_schedule, read_coefficient
from ppocr_lr.training_config.sections import ConfigSection, OptimizerSection, read

REGULARIZER = ("Optimizer", "regularizer")

_ADAMWS_OWN = 0.01  # what PaddleOCR's AdamW takes if the config says nothing


class WeightDecay(ConfigSection):
    """A constant coefficient."""

    model_config = ConfigDict(extra="forbid")

    # PaddleOCR passes these through float(), so a number that YAML reads as a string will do.
    takes_strings = frozenset({"factor", "end_factor"})

    factor: Nonnegative = key("the coefficient", 0.0)

    def to_schedule(self, run: Run) -> Schedule:
        """`factor`."""
        return schedules.Constant(self.factor)


class CosineWeightDecay(WeightDecay):
    """A coefficient that is held during the warmup and then follows half a cosine to `end_factor`."""

    factor: Nonnegative = key("the coefficient at the beginning", 5e-5)
    end_factor: Nonnegative = key("the coefficient at the end of the run", 0.0)
    warmup_epoch: LengthOrNone = key(
        "how long the coefficient stays at factor, like the lr's warmup (epochs)", Length(0)
    )

    def to_schedule(self, run: Run) -> Schedule:
        """With w updates of warmup and N in all: `factor` for k ≤ w, then the cosine over N − w updates."""
        held = run.iters(self.warmup_epoch)
        cosine = schedules.Decay(self.factor, max(1, run.total_iters - held), self.end_factor, schedules.Cosine())
        return schedules.Sequence(((schedules.Constant(self.factor), held),), cosine) if held else cosine


REGULARIZERS: Mapping[str, type[WeightDecay]] = {
    "L1Decay": WeightDecay,
    "L2Decay": WeightDecay,
    "CosineL2Decay": CosineWeightDecay,
}
"""By the name of PaddleOCR's class; a config may leave out its `Decay`, as PaddleOCR lets it."""

REGULARIZER_KEYS = tuple(
    dict.fromkeys((*REGULARIZER, key) for model in REGULARIZERS.values() for key in ("name", *model.model_fields))
)


def build_weight_decay_schedule(config: Mapping[str, Any] | None, epochs: int, iters_per_epoch: int) -> Schedule:
    """The weight decay coefficient of every optimizer update.

    Args:
        config: the section `Optimizer.regularizer`, as in
            `{'name': 'CosineL2Decay', 'factor': 5e-5, 'end_factor': 0, 'warmup_epoch': 5}` or `{'name': 'L2',
            'factor': 1e-5}`; or with any name of an lr section, as in `{'name': 'Cosine', 'start': 0.04, 'end':
            0.4}`. None for no regularizer. Never changed.
        epochs: length of the run, `Global.epoch_num`; an int ≥ 1.
        iters_per_epoch: optimizer updates in an epoch; an int ≥ 1.

    Returns:
        A `Schedule`: `schedule(k)` is the coefficient that update `k` (0-based) uses. CosineL2Decay, with w =
        round(warmup_epoch·iters_per_epoch) and N updates in all: factor for k < w, then end_factor +
        (factor − end_factor)/2·(1 + cos(π·p)), p = (k − w)/(N − w), at most 1: past the end it stays at end_factor.

    Raises:
        LRConfigError: the section cannot be used; names the key, the value and what is allowed.

    Source: PaddleOCR's `CosineWeightDecayScheduler`.
    """
    run = Run(epochs, iters_per_epoch)
    return schedules.Constant(0.0) if config is None else parse_regularizer(config).to_schedule(run)


def weight_decay_of(config: Mapping[str, Any], run: Run) -> Schedule:
    """The weight decay of a whole training config: `regularizer`, else `weight_decay`, else the optimizer's own.

    Raises:
        LRConfigError: as `build_weight_decay_schedule`.
    """
    optimizer = config.get("Optimizer") or {}
    if optimizer.get("regularizer") is not None:
        return parse_regularizer(optimizer["regularizer"]).to_schedule(run)
    own = _ADAMWS_OWN if optimizer.get("name") == "AdamW" else 0.0
    plain = optimizer.get("weight_decay")
    if plain is not None:
        own = read(OptimizerSection, {"weight_decay": plain}, ("Optimizer",)).weight_decay
    return schedules.Constant(own)


def parse_regularizer(section: object) -> WeightDecay | Coefficient:
    """The section `Optimizer.regularizer`, validated.

    Raises:
        LRConfigError: with the key, the value and what is allowed.
    """
    if not isinstance(section, Mapping):
        raise value_error(REGULARIZER, section, tr("a mapping such as {name: L2, factor: 1.0e-5}"))
    if follows_a_schedule(section):
        return read_coefficient(section, REGULARIZER)
    keys = dict(section)
    name = keys.pop("name", None)
    model = REGULARIZERS.get(name) or REGULARIZERS.get(f"{name}Decay") if isinstance(name, str) else None
    if model is None:
        given = tr("{name} is not a regularizer", name=shown(name)) if "name" in section else tr("is missing")
        suggestion = did_you_mean(name, [*REGULARIZERS, *sorted(MODELS)]) if isinstance(name, str) else ""
        problem = tr(
            "{given}{suggestion} the regularizers are {regularizers}, and any name of an lr section",
            given=given,
            suggestion=suggestion or tr(";"),
            regularizers=", ".join(REGULARIZERS),
        )
        raise LRConfigError(Problem((*REGULARIZER, "name"), problem))
    return read(model, keys, REGULARIZER)
