"""A config of another project is named as that, and never read as PaddleOCR's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Command

CLAS = """\
Global: {epochs: 300, output_dir: ./output/}
Arch: {name: SwinTransformer_tiny_patch4_window7_224}
Optimizer:
  name: AdamW
  lr: {name: Cosine, learning_rate: 1.0e-3, eta_min: 2.0e-5, warmup_epoch: 20, warmup_start_lr: 2.0e-5}
DataLoader: {Train: {sampler: {batch_size: 128}}}
"""

THEIRS = [
    ("PaddleClas", CLAS),
    ("PaddleDetection", "epoch: 12\nLearningRate:\n  base_lr: 0.01\n  schedulers:\n  - {name: CosineDecay, max_epochs: 12}\n"),
    ("PaddleDetection", "epoch: 12\nLearningRate:\n  base_lr: 0.01\n  schedulers:\n  - !LinearWarmup {start_factor: 0.1, steps: 500}\n"),
    ("PaddleDetection", "OptimizerBuilder: {optimizer: {momentum: 0.9, type: Momentum}}\n"),
    ("PaddleSeg", "iters: 80000\nlr_scheduler: {type: PolynomialDecay, learning_rate: 0.01, end_lr: 0, power: 0.9}\n"),
    ("PaddleSeg", "train_dataset: {type: Dataset}\noptimizer: {type: sgd, momentum: 0.9}\n"),
    ("OpenOCR", "Global: {epoch_num: 20}\nOptimizer: {name: AdamW, lr: 0.00065}\nLRScheduler: {name: OneCycleLR, warmup_epoch: 1.5}\n"),
    ("PaddleX", "Global: {model: PP-OCRv4_mobile_det, mode: train}\nTrain: {epochs_iters: 100, learning_rate: 0.001}\n"),
    ("PaddleOCR 1.x", "Global: {epoch_num: 72}\nOptimizer: {function: 'ppocr.optimizer,AdamDecay', base_lr: 0.001}\n"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), THEIRS)
@pytest.mark.parametrize("words", [["check"], ["show"], ["plot"], ["diff", "theirs.yml"]], ids=" ".join)
def test_it_is_named(tmp_path: Path, command: Command, name: str, text: str, words: list[str]) -> None:
    (tmp_path / "theirs.yml").write_text(text, encoding="utf-8")
    done = command(*words, "theirs.yml", "--epochs", "300", "--iters-per-epoch", "100")
    assert done.returncode == 2
    assert name in done.stdout + done.stderr
    assert "did you mean" not in done.stdout + done.stderr


@pytest.mark.parametrize("extra", ["Global: {epoch_num: 20, epochs: 20}", "Global: {epoch_num: 20}\nDataLoader: {}"])
def test_what_is_ours(tmp_path: Path, command: Command, extra: str) -> None:
    (tmp_path / "c.yml").write_text(
        f"{extra}\nOptimizer: {{lr: {{name: Cosine, learning_rate: 0.1}}}}\n", encoding="utf-8"
    )
    assert command("show", "c.yml", "--iters-per-epoch", "10").returncode == 0
