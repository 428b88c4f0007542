"""Configs of PaddleOCR's sister projects, which look like its own and mean something else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_Config = Mapping[str, Any]
PADDLEX = "PaddleX"
"""It trains text models in PaddleOCR, with a config of PaddleOCR that it writes when a training starts.

Source: PaddleX, `BaseTrainer.dump_config`.
"""


def _in(config: _Config, section: str, *keys: str) -> bool:
    inside = config.get(section)
    return isinstance(inside, Mapping) and any(key in inside for key in keys)


_TOP_KEYS = {
    "PaddleClas 1.x": ("LEARNING_RATE",),
    "PaddleDetection": ("LearningRate", "OptimizerBuilder", "_BASE_"),
    "PaddleSeg, PaddleGAN or Paddle3D": ("lr_scheduler", "train_dataset", "_base_"),
    "PaddleVideo": ("OPTIMIZER",),
    "PaddleFormers or ERNIEKit (PaddleOCR-VL)": ("lr_scheduler_type", "model_name_or_path"),
    "OpenOCR / PytorchOCR": ("LRScheduler", "LRscheduler"),
}
"""Whose a config without a section Optimizer.lr is that has one of these keys at the top."""


def neighbour(config: _Config) -> str | None:
    """Whose config it is, if not PaddleOCR's."""
    # Both have an Optimizer.lr. PaddleClas has PaddleOCR's names in it, but its decay is shortened by the warmup.
    if "Architecture" not in config:
        if "Arch" in config:
            return "PaddleClas"
        if "Engine" in config:
            return "PaddleFleetX"
        if _in(config, "Global", "epochs") and not _in(config, "Global", "epoch_num"):
            return "PaddleClas (PaddleOCR's key is Global.epoch_num, not Global.epochs)"
    optimizer = config.get("Optimizer")
    rate = optimizer.get("lr") if isinstance(optimizer, Mapping) else None
    if isinstance(rate, Mapping):
        return None
    for name, keys in _TOP_KEYS.items():
        if any(key in config for key in keys):
            return name
    if "Optimizer" not in config and _in(config, "Train", "learning_rate"):
        return PADDLEX
    if isinstance(rate, int | float) and "Global" not in config:
        return "a project on PyTorch (its Optimizer.lr is a number)"
    of_1_x = _in(config, "Optimizer", "function", "base_lr", "decay") and not _in(config, "Optimizer", "lr", "name")
    return "PaddleOCR 1.x" if of_1_x or _in(config, "Global", "reader_yml") else None
