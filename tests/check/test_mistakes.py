"""The classic mistake with each name that PaddleOCR does not know, and a config of it that nothing is said about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ppocr_lr.finding import Severity
from ppocr_lr.lr_config import MODELS
from tests.check.test_report import (
    COSINE,
    CYCLIC,
    EXPONENTIAL,
    LINEAR_LR,
    LINES,
    NOAM,
    PLATEAU,
    POLYNOMIAL,
    RAMP,
    RESTARTS,
    WSD,
    config,
    findings,
    sequence,
)

PEAK = {"learning_rate": 0.1}
TWO_STAGES = sequence({"name": "Const", **PEAK}, {"name": "REX", **PEAK})

# the mistake, its code, what the message says, what was meant
MISTAKES: list[tuple[dict[str, Any], str, str, dict[str, Any]]] = [
    ({**POLYNOMIAL, "decay_length": 5}, "LR410", "the decay ends at epoch 5", {**POLYNOMIAL, "decay_length": 20}),
    (LINEAR_LR, "LR204", "over after 5 iterations", {**LINEAR_LR, "decay_length": 5}),
    ({"name": "REX", **PEAK, "warmup_epoch": 2}, "LR401", "is not shortened",
     {"name": "REX", **PEAK, "warmup_epoch": 2, "warmup_start_factor": 0.1, "decay_within_run": True}),
    ({"name": "KDecay", **PEAK, "k": 3, "warmup_epoch": 3}, "LR401", "is not shortened", {"name": "KDecay", **PEAK, "k": 3}),
    ({"name": "Tanh", **PEAK, "warmup_epoch": 8}, "LR401", "is not shortened", {"name": "Tanh", **PEAK}),
    ({"name": "Tanh", **PEAK, "lower": 3, "upper": -6}, "LR100", "above lower", {"name": "Tanh", **PEAK}),
    ({**RESTARTS, "T_mult": 2}, "LR405", "5 epochs into a cycle of 20", {**RESTARTS, "T_mult": 3}),
    ({**WSD, "decay_length": 25}, "LR100", "at most the 2000 iterations", WSD),
    ({"name": "Trapezoid", **PEAK, "warmup_epoch": 15, "decay_length": 10}, "LR100", "at most the 500 iterations",
     {"name": "Trapezoid", **PEAK}),
    ({"name": "InverseSqrt", **PEAK}, "LR100", "timescale", {"name": "InverseSqrt", **PEAK, "timescale": 1}),
    ({"name": "InverseTime", **PEAK, "gamma": 1, "step_size": 50}, "LR409", "does not know when the run ends",
     {"name": "InverseTime", **PEAK, "gamma": 1}),
    ({**NOAM, "learning_rate": 0.001}, "LR603", "is a factor", {**NOAM, "warmup_iters": 100}),
    ({**EXPONENTIAL, "step_size": "1it"}, "LR407", "prints as 0.000000", EXPONENTIAL),
    ({"name": "NaturalExp", **PEAK, "gamma": 0.9, "step_size": "1it"}, "LR410", "ends at epoch",
     {"name": "NaturalExp", **PEAK, "gamma": 0.1}),
    ({**LINES, "knots": [[0, 0.1], [25, 0]]}, "LR402", "at epoch 25, lies beyond the run", LINES),
    ({**CYCLIC, "step_size_up": 3}, "LR405", "2 epochs into a cycle of 6", CYCLIC),
    (sequence(COSINE, COSINE), "LR411", "jumps from", TWO_STAGES),
    ({**TWO_STAGES, "stages": TWO_STAGES["stages"][:1]}, "LR100", "write until_end: true", TWO_STAGES),
    ({"name": "Scale", "factor": 100, "schedule": COSINE}, "LR601", "is high for Momentum",
     {"name": "Scale", "factor": 0.5, "schedule": COSINE}),
    ({**RAMP, "end_lr": 1e-8}, "LR100", "above start_lr", RAMP),
    (PLATEAU, "LR412", "has no fixed curve", {**COSINE, "last_epoch": -1}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("mistake", "code", "words", "meant"), MISTAKES, ids=[f"{row[0]['name']}-{row[1]}" for row in MISTAKES]
)
def test_the_classic_mistake(
    mistake: dict[str, Any], code: str, words: str, meant: dict[str, Any], tmp_path: Path
) -> None:
    assert [
        words
        for finding in findings(tmp_path, config(mistake))
        if finding.code == code and words in f"{finding.key}: {finding.message}"
    ]
    rest = findings(tmp_path, config(meant))
    assert not [finding for finding in rest if finding.severity > Severity.NOTE or finding.code == code]


def test_every_new_name_has_one() -> None:
    ours = {name for name, model in MODELS.items() if model.nearest_in_paddleocr}
    assert {mistake["name"] for mistake, *_ in MISTAKES} == ours
