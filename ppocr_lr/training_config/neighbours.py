"""Configs of the neighbours of PaddleOCR, which look like its own and mean something else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_Config = Mapping[str, Any]


def _in(config: _Config, section: str, key: str) -> bool:
    inside = config.get(section)
    return isinstance(inside, Mapping) and key in inside


# PaddleClas has PaddleOCR's names under Optimizer.lr, but its decay is shortened by the warmup.
_SIGNS: dict[str, Callable[[_Config], bool]] = {
    "PaddleClas": lambda config: _in(config, "Global", "epochs") and ("Arch" in config or "DataLoader" in config),
    "PaddleDetection": lambda config: "LearningRate" in config or "OptimizerBuilder" in config,
    "PaddleSeg": lambda config: "lr_scheduler" in config or ("optimizer" in config and "train_dataset" in config),
    "OpenOCR": lambda config: "LRScheduler" in config,
    "PaddleX": lambda config: _in(config, "Train", "learning_rate") and "Optimizer" not in config,
    "PaddleOCR 1.x": lambda config: _in(config, "Optimizer", "function") and not _in(config, "Optimizer", "lr"),
}


def neighbour(config: _Config) -> str | None:
    """Whose config it is, if not PaddleOCR's."""
    return next((name for name, is_theirs in _SIGNS.items() if is_theirs(config)), None)
