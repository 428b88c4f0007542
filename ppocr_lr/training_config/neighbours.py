"""Configs of PaddleOCR's sister projects, which look like its own and mean something else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_Config = Mapping[str, Any]


def _in(config: _Config, section: str, *keys: str) -> bool:
    inside = config.get(section)
    return isinstance(inside, Mapping) and any(key in inside for key in keys)


# Those without a section Optimizer.lr.
_SIGNS: dict[str, Callable[[_Config], bool]] = {
    "PaddleClas 1.x": lambda config: "LEARNING_RATE" in config,
    "PaddleDetection": lambda config: any(key in config for key in ("LearningRate", "OptimizerBuilder", "_BASE_")),
    "PaddleSeg": lambda config: any(key in config for key in ("lr_scheduler", "train_dataset", "_base_")),
    "OpenOCR / PytorchOCR": lambda config: any(key in config for key in ("LRScheduler", "LRscheduler")),
    "PaddleX": lambda config: _in(config, "Train", "learning_rate") and "Optimizer" not in config,
    "PaddleOCR 1.x": lambda config: (
        _in(config, "Global", "reader_yml")
        or (_in(config, "Optimizer", "function", "base_lr", "decay") and not _in(config, "Optimizer", "lr", "name"))
    ),
}


def neighbour(config: _Config) -> str | None:
    """Whose config it is, if not PaddleOCR's."""
    # PaddleClas has PaddleOCR's names under Optimizer.lr, but its decay is shortened by the warmup.
    if "Architecture" not in config:
        if "Arch" in config:
            return "PaddleClas"
        if _in(config, "Global", "epochs") and not _in(config, "Global", "epoch_num"):
            return "PaddleClas (PaddleOCR's key is Global.epoch_num, not Global.epochs)"
    optimizer = config.get("Optimizer")
    if isinstance(optimizer, Mapping) and isinstance(optimizer.get("lr"), Mapping):
        return None
    return next((name for name, is_theirs in _SIGNS.items() if is_theirs(config)), None)
