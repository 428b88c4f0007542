"""What users of LR schedulers trip over, by the number of the row, as far as a config shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ppocr_lr.training_config.run_flags import RunFlags
from tests.check.test_report import COSINE, CYCLE, KNOWN, LWC, MULTI, ONE, PIECEWISE, TWO, WSD, config, findings

ROWS: list[tuple[int, str, Any, RunFlags, str]] = [
    # row, the code that answers it, a config that shows it, how the run is started, what is said
    (1, "LR511", config(COSINE, Global={"epoch_num": 20, "checkpoints": "./latest"}), KNOWN, "it has no effect"),
    (4, "LR102", config({**COSINE, "learning_rate": "1e-3"}), KNOWN, "write 0.001"),
    (5, "LR602", config(COSINE, Train={"loader": {"batch_size_per_card": 1}}), RunFlags(num_samples=99, gpus=8),
     "the peak is still 1e-1 with 8 cards"),
    (6, "LR103", config({"learning_rate": 0.1}), KNOWN, "no name, so the rate is the same"),
    (6, "LR408", config({**COSINE, "learning_rate": 5e-5}, epochs=5000), KNOWN, "prints the same rate for the first"),
    (6, "LR402", config({**PIECEWISE, "decay_epochs": [100, 200]}), KNOWN, "the rate stays at 1e-1"),
    (7, "LR407", config({**COSINE, "learning_rate": 0.001}, epochs=500), KNOWN, "prints as 0.000000"),
    (7, "LR407", config({**COSINE, "learning_rate": 0.001, "warmup_epoch": 5}, epochs=500), RunFlags(iters_per_epoch=156_250), "prints as 0.000000; 391 of them in the warmup"),
    (8, "LR101", config({**COSINE, "warmup_epochs": 2}), KNOWN, "did you mean warmup_epoch?"),
    (8, "LR105", {**config(COSINE), "Optimizer": {"base_lr": 1, "lr": COSINE}}, KNOWN, "only from Optimizer.lr"),
    (9, "LR401", config({**COSINE, "warmup_epoch": 8}), KNOWN, "is not shortened"),
    (10, "LR301", config({**COSINE, "warmup_epoch": 25}), KNOWN, "takes the whole run"),
    (10, "LR302", config({**MULTI, "warmup_epoch": 12}), KNOWN, "after the first of milestones (10)"),
    (11, "LR402", config({**PIECEWISE, "decay_epochs": [700, 800]}, epochs=500), KNOWN, "700, 800 lie beyond the run"),
    (12, "LR501", config({**PIECEWISE, "values": [0.1, 0.01]}), KNOWN, "2 values for 2 decay_epochs"),
    (13, "LR100", config({"name": "OneCycle", "learning_rate": 0.1}), KNOWN, "is missing; OneCycle needs it"),
    (13, "LR304", config({**ONE, "warmup_epoch": 2}), KNOWN, "OneCycle has a rise of its own"),
    (13, "LR504", config(ONE), KNOWN, "stepped past update 2000"),
    (14, "LR406", config(TWO, epochs=300), KNOWN, "exactly 0 from epoch 200"),
    (16, "LR201", config(COSINE), RunFlags(), "length of an epoch is not known"),
    (17, "LR503", config({**COSINE, "last_epoch": 499}), KNOWN, "a cosine without warmup from a wrong rate"),
    (19, "LR303", config({**COSINE, "warmup_epoch": 2}), KNOWN, "the first update has a rate of 0"),
    (20, "LR505", config({**COSINE, "end_lr": 1e-5}), KNOWN,
     "PaddleOCR ignores this key and ends at a rate of 6.169e-8; here it counts, and the final rate is 1.006e-5"),
    (20, "LR505", config({**COSINE, "end_lr": 1e-3}), RunFlags(), "PaddleOCR ignores this key and ends at a rate of nearly 0; here it counts, and the final rate is 1e-3"),
    (20, "LR101", config({**COSINE, "eta_min": 1e-5}), KNOWN,
     "the run ends at 6.17e-8; with end_lr: 1.0e-05, a key of this project that PaddleOCR ignores, it would end at 1.01e-5"),
    (20, "LR101", config({**MULTI, "eta_min": 1e-5}), KNOWN, "is not a key of MultiStepDecay and has no effect"),
    (23, "LR100", config({**COSINE, "warmup_epoch": 2, "warmup_iters": 200}), KNOWN, "the same in two ways"),
    (23, "LR204", config({**LWC, "warmup_steps": 5}), KNOWN, "looks like epochs"),
    (23, "LR203", config({**COSINE, "warmup_epoch": 5000}), KNOWN, "looks like iterations"),
    (23, "LR101", config({**CYCLE, "warmup_steps": 500}), KNOWN, "did you mean warmup_iters or warmup_epoch?"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "code", "content", "flags", "message"), ROWS, ids=[f"{row[0]}-{row[1]}" for row in ROWS]
)
def test_row(row: int, code: str, content: Any, flags: RunFlags, message: str, tmp_path: Path) -> None:
    found = [finding.message for finding in findings(tmp_path, content, flags) if finding.code == code]
    assert any(message in text for text in found), found


CURES: list[tuple[int, str, Any, str]] = [
    # row, the code, a config, the key that its hint names
    (9, "LR401", config({**COSINE, "warmup_epoch": 8}), "-o Optimizer.lr.decay_within_run=true"),
    (14, "LR406", config(TWO, epochs=300), "-o Optimizer.lr.first_epochs=300"),
    (19, "LR303", config({**WSD, "warmup_epoch": 2}), "-o Optimizer.lr.warmup_start_factor=0.01"),
    (19, "LR303", config({**LWC, "start_lr": 0}), "-o Optimizer.lr.start_lr=0.0001"),
    (20, "LR505", config({**COSINE, "end_lr": 1e-5}), "LinearWarmupCosine with min_lr"),
    (20, "LR101", config({**COSINE, "eta_min": 1e-5}), "LinearWarmupCosine with min_lr"),
    (23, "LR505", config({**COSINE, "warmup_iters": 200}), "warmup_epoch"),
]


@pytest.mark.parametrize(("row", "code", "content", "words"), CURES, ids=[f"{row[0]}-{row[1]}" for row in CURES])
def test_the_hint_names_the_cure(row: int, code: str, content: Any, words: str, tmp_path: Path) -> None:
    hints = [finding.hint for finding in findings(tmp_path, content) if finding.code == code]
    assert any(words in hint for hint in hints), hints


def test_row_21_and_24_are_answered_by_the_length_of_an_epoch(tmp_path: Path) -> None:
    """More cards, accumulation and Windows change what a step is; the arithmetic says how."""
    from ppocr_lr.training_config.plan import plan_config

    content = config(COSINE, Train={"loader": {"batch_size_per_card": 4}})
    for flags, words in (
        (RunFlags(num_samples=100, gpus=5), "100 samples (as given) / 5 cards / 4 per batch"),
        (RunFlags(num_samples=100, accumulate=5), "5 of them for one update = 5 updates per epoch"),
        (RunFlags(num_samples=100, windows=True), "on Windows 24 of them run, the schedule counts all"),
        # 25 batches: 12 updates, and 12 of 24; 26 batches: 13, and 12 of 25
        (RunFlags(num_samples=100, accumulate=2, windows=True), "= 12 updates per epoch; on Windows 24 of the 25"),
        (RunFlags(num_samples=104, accumulate=2, windows=True), "make 12 updates, the schedule counts all"),
    ):
        assert words in plan_config(content, "c.yml", flags).length.arithmetic
