"""The keys around a curve: warmup, hold, cooldown, how the run limits the decay. Each section says which it takes."""

# No `from __future__ import annotations`: the annotations of `_Around` are read.

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import create_model

from ppocr_lr.lr_config import kinds
from ppocr_lr.lr_config.kinds import UP_TO_PEAK, Ours, key
from ppocr_lr.lr_config.length import Length

Keys: TypeAlias = dict[str, tuple[Any, Any]]
"""Types and fields by key; `WARMUP | HOLD` has the keys of both."""

_ALWAYS_LINEAR = Ours("the warmup of PaddleOCR is always linear")


class _Around:
    """Every key that is not a name's own; the groups below say which go together."""

    once_per_epoch: Annotated[kinds.Switch, Ours("Piecewise, with a value for each epoch")] = key(
        "the rate changes only at the end of an epoch", default=False
    )
    floor: Annotated[kinds.Rate | None, UP_TO_PEAK, Ours("LinearWarmupCosine has min_lr, Linear an end_lr")] = key(
        "the rate never falls below it after the warmup", default=None
    )
    ceiling: Annotated[kinds.PositiveRate | None, Ours("a lower learning_rate")] = key(
        "the rate never rises above it after the warmup", default=None
    )
    last_epoch: kinds.LastEpoch = key(
        "number of the last optimizer update already done (iterations); training continues with the next one",
        default=-1,
    )
    warmup_mode: Annotated[
        Literal[tuple(kinds.WARMUP_SHAPES)], _ALWAYS_LINEAR  # type: ignore[valid-type]  # the names of a table
    ] = key("shape of the warmup", default="linear")
    warmup_power: Annotated[kinds.Power, _ALWAYS_LINEAR] = key(
        "exponent of a linear warmup; 1 is a straight line", default=1.0
    )
    warmup_overlap: Annotated[
        Literal["none", "peak", "decay", "product"], Ours("the decay of PaddleOCR starts after the warmup")
    ] = key(
        "with none the decay starts after the warmup; otherwise both start together, and the warmup rises to the "
        "peak, rises to where the decay is by then, or multiplies the decay",
        default="none",
    )
    warmup_iters: Annotated[kinds.NoIters, Ours("warmup_epoch, iterations / iterations per epoch")] = key(
        "length of the warmup (iterations), instead of warmup_epoch", default=0
    )
    warmup_ratio: Annotated[kinds.Share, Ours("warmup_epoch, the share times Global.epoch_num")] = key(
        "length of the warmup as a share of the run's iterations (0 to 1)", default=0.0
    )
    warmup_start_lr: Annotated[kinds.Rate | None, Ours("LinearWarmupCosine has start_lr")] = key(
        "the rate of the first update of the warmup; 0 by default", default=None
    )
    warmup_start_factor: Annotated[kinds.Share | None, Ours("LinearWarmupCosine has start_lr")] = key(
        "the first rate of the warmup as a share of the peak (0 to 1)", default=None
    )
    warmup_epoch: kinds.AnyLength = key(
        "length of the warmup, from 0 if no key says otherwise (epochs, may be a fraction)", default=Length(0)
    )
    hold_epochs: Annotated[kinds.LengthOrNone, Ours("Piecewise holds its first value until the first boundary")] = key(
        "how long the rate stays at the peak after the warmup (epochs)", default=Length(0)
    )
    decay_within_run: Annotated[kinds.Switch, Ours("a shorter warmup, or Piecewise, whose last value is reached")] = (
        key("the decay ends with the run: warmup and hold shorten it", default=False)
    )
    cooldown_epochs: Annotated[kinds.LengthOrNone, Ours("Piecewise, whose last value holds")] = key(
        "how long the rate stays at its last value; the decay ends that long before the run does (epochs)",
        default=Length(0),
    )
    decay_length: Annotated[kinds.PositiveLength | None, Ours("the decay lasts the whole run")] = key(
        "length of the decay; without it, the run (epochs)", default=None
    )
    k_decay: Annotated[kinds.Power, Ours("Piecewise, with many values")] = key(
        "exponent of the share of the time that has passed; above 1 the rate stays high for longer", default=1.0
    )
    decay_power: Annotated[kinds.Power, Ours("Linear has a power")] = key(
        "exponent of the share of the way that is left; above 1 the rate falls faster", default=1.0
    )
    cycle_limit: Annotated[kinds.WholeCycles | None, Ours("Piecewise, whose last value holds")] = key(
        "number of cycles; after the last one the rate stays where that ended", default=None
    )
    lower: kinds.Bound = key("where on the hyperbolic tangent the decay begins", default=-6.0)
    upper: kinds.Bound = key("where on the hyperbolic tangent the decay ends; above lower", default=3.0)


def _group(*names: str) -> Keys:
    return {name: (_Around.__annotations__[name], vars(_Around)[name]) for name in names}


EVERY = _group("once_per_epoch", "floor", "ceiling")
"""What goes with every name that has a curve."""
LAST_EPOCH = _group("last_epoch")
WARMUP_MODE = _group("warmup_mode", "warmup_power", "warmup_overlap")
WARMUP_WITHOUT_EPOCHS = WARMUP_MODE | _group("warmup_iters", "warmup_ratio", "warmup_start_lr", "warmup_start_factor")
WARMUP = LAST_EPOCH | WARMUP_WITHOUT_EPOCHS | _group("warmup_epoch")
HOLD = _group("hold_epochs")
WITHIN_RUN = _group("decay_within_run")
OVER_THE_RUN = WITHIN_RUN | _group("cooldown_epochs", "decay_length")
K_DECAY = _group("k_decay")
POWER = _group("decay_power")
BENT = K_DECAY | POWER
CYCLES = _group("cycle_limit")
TANGENT = _group("lower", "upper")
ALL = EVERY | WARMUP | HOLD | OVER_THE_RUN | BENT
"""Every key around a curve; those of `CYCLES` and `TANGENT` are about the curve itself."""
STAGE_KEYS = ("epochs", "until_end")
"""The keys that say how long a stage of a Sequence is; its other keys are those of its lr section."""


def with_keys(model: Any, keys: Keys) -> Any:
    """The model with the keys it lacks added; the model itself if it lacks none."""
    more = {name: kind for name, kind in keys.items() if name not in model.model_fields}
    if not more:
        return model
    return derived(model, (model,), more)


def derived(model: Any, bases: tuple[Any, ...], keys: Keys) -> Any:
    """A class with more bases and keys than the model, and with its names and its words."""
    made = create_model(model.__name__, __base__=bases, __module__=model.__module__, **keys)  # type: ignore[call-overload]
    made.__doc__, made.__qualname__ = model.__doc__, model.__qualname__
    return made
