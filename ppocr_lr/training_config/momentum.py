"""The momentum of a training config as a schedule: `Optimizer.momentum`, and `beta1` of Adam and its kin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from annotated_types import Ge, Gt, Lt
from pydantic import ConfigDict

from ppocr_lr.errors import LRConfigError, Path, Problem, shown, value_error
from ppocr_lr.language import tr
from ppocr_lr.lr_config import ParsedLRConfig, Run, parse_lr_config
from ppocr_lr.lr_config.kinds import Number, key
from ppocr_lr.numbers_text import rate_text
from ppocr_lr.schedules import Constant, Schedule
from ppocr_lr.training_config.coefficient import read_coefficient
from ppocr_lr.training_config.sections import ConfigSection, read

MOMENTUM: Path = ("Optimizer", "momentum")

USUAL_MOMENTUM = 0.9
"""Paddle's default for every optimizer that has one, except RMSProp."""
_BETA1 = ("Adam", "AdamW", "Adamax", "NAdam", "RAdam", "Lamb")
WITHOUT_MOMENTUM = ("Adadelta", "Adam", "AdamW")
"""Those of PaddleOCR's that ignore the key `momentum`."""
_BELOW_1 = Annotated[float, Gt(0), Lt(1), Number()]


class PlainMomentum(ConfigSection):
    """A constant momentum, under either key."""

    momentum: Annotated[float, Ge(0), Lt(1), Number()] = key("the momentum", USUAL_MOMENTUM)
    beta1: Annotated[float, Ge(0), Lt(1), Number()] = key("the momentum of Adam and its kin", USUAL_MOMENTUM)


class OppositeMomentum(ConfigSection):
    """A momentum that moves opposite to the cycle of the rate: low where the rate is high."""

    model_config = ConfigDict(extra="forbid")

    base_momentum: _BELOW_1 = key("the momentum at the peak of the rate", 0.85)
    max_momentum: _BELOW_1 = key("the momentum where the rate is low", 0.95)


class CyclicMomentum(OppositeMomentum):
    """As PyTorch's CyclicLR has it."""

    base_momentum: _BELOW_1 = key("the momentum at the peak of the rate", 0.8)
    max_momentum: _BELOW_1 = key("the momentum where the rate is low", 0.9)


OPPOSITE: Mapping[str, type[OppositeMomentum]] = {"OneCycle": OppositeMomentum, "Cyclic": CyclicMomentum}
"""The names under which the momentum moves opposite to the rate, which must have the same name."""


def build_momentum_schedule(
    config: Mapping[str, Any] | float, epochs: int, iters_per_epoch: int, lr: Mapping[str, Any] | None = None
) -> Schedule:
    """The momentum of every optimizer update.

    Args:
        config: `Optimizer.momentum`: a number, or a section with any `name` of an lr section, as in `{'name': 'Linear',
            'start': 0.85, 'end': 0.95}`. With `{'name': 'OneCycle'}` or `{'name': 'Cyclic'}` it moves opposite to the
            rate, from max_momentum (0.95; 0.9) to base_momentum (0.85; 0.8) at its peak, as in PyTorch. Never changed.
        epochs: length of the run, `Global.epoch_num`; an int ≥ 1.
        iters_per_epoch: optimizer updates in an epoch; an int ≥ 1.
        lr: the section `Optimizer.lr`, for a momentum that moves opposite to the rate.

    Returns:
        A `Schedule`: `schedule(k)` is the momentum that update `k` (0-based) uses, past the end of the run too.

    Raises:
        LRConfigError: the section cannot be used; names the key, the value and what is allowed.

    Source: Smith and Topin (arXiv 1708.07120); PyTorch's `OneCycleLR` and `CyclicLR`.
    """
    run = Run(epochs, iters_per_epoch)
    return _schedule(config, run, None if lr is None else parse_lr_config(lr, run))


def is_ignored(momentum: object, optimizer: object) -> bool:
    """Whether an optimizer ignores the key. A section is for the MomentumStepper, which sets a `beta1` too."""
    return not isinstance(momentum, Mapping) and optimizer in WITHOUT_MOMENTUM


def momentum_of(config: Mapping[str, Any], run: Run, lr: ParsedLRConfig) -> Schedule:
    """The momentum of a whole training config: `momentum`, else `beta1`, else the optimizer's own; 0 if it has none.

    Raises:
        LRConfigError: as `build_momentum_schedule`.
    """
    optimizer = config["Optimizer"]
    momentum, name = optimizer.get("momentum"), optimizer.get("name")
    if momentum is not None and not is_ignored(momentum, name):
        return _schedule(momentum, run, lr)
    if name in _BETA1:
        return Constant(read(PlainMomentum, optimizer, MOMENTUM[:1], "beta1").beta1)
    return Constant(USUAL_MOMENTUM if name == "Momentum" else 0.0)


def _schedule(momentum: object, run: Run, lr: ParsedLRConfig | None) -> Schedule:
    if not isinstance(momentum, Mapping):
        return Constant(read(PlainMomentum, {"momentum": momentum}, MOMENTUM[:1]).momentum)
    if (name := momentum.get("name")) in [*OPPOSITE]:
        return _opposite(momentum, OPPOSITE[str(name)], lr)
    if "name" not in momentum:
        raise value_error(
            MOMENTUM, momentum, tr("a number of at least 0 and below 1, or a section with a name as in lr")
        )
    schedule = read_coefficient(momentum, MOMENTUM).to_schedule(run)
    low, high = schedule.extremes(0, run.total_iters - 1)
    if not 0 <= low <= high < 1:
        worst = rate_text(low if low < 0 else high, 4)
        raise LRConfigError(
            Problem(MOMENTUM, tr("reaches {worst} in the run; a momentum must be at least 0 and below 1", worst=worst))
        )
    return schedule


def _opposite(section: Mapping[Any, Any], model: type[OppositeMomentum], lr: ParsedLRConfig | None) -> Schedule:
    keys = {name: value for name, value in section.items() if name != "name"}
    ends = read(model, keys, MOMENTUM)
    if ends.base_momentum > ends.max_momentum:
        raise value_error(
            (*MOMENTUM, "base_momentum"),
            ends.base_momentum,
            tr("at most max_momentum, {max_momentum}", max_momentum=f"{ends.max_momentum:g}"),
        )
    same = lr is not None and lr.name == section["name"] and lr.curve
    opposite = same.opposite(ends.base_momentum, ends.max_momentum) if same else None
    if opposite is None:
        has = tr("Optimizer.lr has {name}", name=shown(lr.name)) if lr else tr("there is none")
        problem = tr("moves opposite to a rate of the same name; {has}", has=has)
        raise LRConfigError(Problem((*MOMENTUM, "name"), problem))
    return opposite
