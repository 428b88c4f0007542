"""What comments in a config propose of the batch that its rate is meant for."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppocr_lr.training_config.reference import proposed_reference
from ppocr_lr.training_config.yaml_file import read_yaml_document


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("learning_rate: 0.001 #(8*8c)", (8, 8)),
        ("learning_rate: 0.001 # 8gpus 192bs", (8, 192)),
        ("learning_rate: 0.00025 # 8gpus 64bs", (8, 64)),
        ("batch_size_per_card: 128 # bs: 128 × 8 cards", (8, 128)),
        ("batch_size_per_card: 128 # 128 x 4 GPUs", (4, 128)),
        ("learning_rate: 0.001 # 4 cards", (4, None)),
        ("learning_rate: 0.001 # for 8 GPUs, batch size 16", (8, 16)),
        ("learning_rate: 0.001 # 单机8卡", (8, None)),
        ("max_lr: 0.001 # 1 gpu", (1, None)),
        ("first_bs: &bs 192 # 8 gpus", (8, None)),
        # scaled already
        ("learning_rate: 0.000125 #(8*8c) 0.001/8", (1, 8)),
        ("learning_rate: 5.0e-4 # 1e-3 / 2, 8 gpus 2023/8/4", (4, None)),
        # neither cards nor a batch
        ("learning_rate: 0.0005 # 0.001/2, 1 gpu", None),
        ("learning_rate: 0.0005 # 0.001/0, 1 gpu", None),
        ("learning_rate: 0.001", None),
        ("learning_rate: 0.001 # was 0.0005", None),
        ("learning_rate: 0.001 # 0 cards", None),
        ("learning_rate: 0.001 # 192bs", None),
        ("num_workers: 4 # 8 gpus", None),
    ],
)
def test_comments(tmp_path: Path, line: str, expected: tuple[int, int | None] | None) -> None:
    path = tmp_path / "c.yml"
    path.write_text(f"Optimizer:\n  lr:\n    {line}\n", encoding="utf-8")
    found = proposed_reference(read_yaml_document(path))
    assert (found and (found.cards, found.batch_per_card)) == expected
