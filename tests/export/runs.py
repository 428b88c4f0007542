"""Planned runs to export."""

from __future__ import annotations

from ppocr_lr.training_config.plan import PlannedRun, plan_config
from ppocr_lr.training_config.run_flags import RunFlags

COSINE = {"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 2}
BAND = {"name": "CyclicalCosine", "learning_rate": 0.1, "cycle": 1}  # 5000 restarts are more than a line has


def planned(source: str = "a.yml", epochs: int = 20, **section: object) -> PlannedRun:
    config = {"Global": {"epoch_num": epochs}, "Optimizer": {"lr": section or COSINE}}
    return plan_config(config, source, RunFlags(iters_per_epoch=100))
