"""PaddleOCR's learning-rate schedules: build, draw and check them before training starts.

The names below are loaded when first used, so importing the package costs next to nothing and imports
neither Paddle nor matplotlib.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ppocr_lr.builder import build_lr_scheduler, build_schedule
    from ppocr_lr.errors import LRConfigError, LRConfigWarning
    from ppocr_lr.lr_config import LRConfig, Run, WarmupConfig, register_lr_config
    from ppocr_lr.schedules import Schedule
    from ppocr_lr.training.range_test import RangeTest, lr_range_test
    from ppocr_lr.training.scheduler_state import LoadedState, load_lr_state
    from ppocr_lr.training.weight_decay_stepper import WeightDecayStepper
    from ppocr_lr.training_config.weight_decay import build_weight_decay_schedule

__version__ = "0.1.0"

_HOMES = {
    "build_lr_scheduler": "ppocr_lr.builder",
    "build_schedule": "ppocr_lr.builder",
    "LRConfigError": "ppocr_lr.errors",
    "LRConfigWarning": "ppocr_lr.errors",
    "LRConfig": "ppocr_lr.lr_config",
    "Run": "ppocr_lr.lr_config",
    "WarmupConfig": "ppocr_lr.lr_config",
    "register_lr_config": "ppocr_lr.lr_config",
    "RangeTest": "ppocr_lr.training.range_test",
    "lr_range_test": "ppocr_lr.training.range_test",
    "LoadedState": "ppocr_lr.training.scheduler_state",
    "load_lr_state": "ppocr_lr.training.scheduler_state",
    "Schedule": "ppocr_lr.schedules",
    "WeightDecayStepper": "ppocr_lr.training.weight_decay_stepper",
    "build_weight_decay_schedule": "ppocr_lr.training_config.weight_decay",
}

__all__ = [
    "LRConfig",
    "LRConfigError",
    "LRConfigWarning",
    "LoadedState",
    "RangeTest",
    "Run",
    "Schedule",
    "WarmupConfig",
    "WeightDecayStepper",
    "build_lr_scheduler",
    "build_schedule",
    "build_weight_decay_schedule",
    "load_lr_state",
    "lr_range_test",
    "register_lr_config",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'ppocr_lr' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
