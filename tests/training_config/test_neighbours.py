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
    ("PaddleGAN", "epochs: 200\nlr_scheduler: {name: LinearDecay, learning_rate: 0.0002}\noptimizer: {name: Adam}\n"),
    ("PaddleVideo", "MODEL: {framework: x}\nOPTIMIZER: {name: Momentum, learning_rate: {name: CosineDecay}}\nepochs: 90\n"),
    ("PaddleOCR-VL", "model_name_or_path: PaddlePaddle/PaddleOCR-VL\nlearning_rate: 5.0e-4\nlr_scheduler_type: cosine\nwarmup_ratio: 0.01\n"),
    ("PaddleOCR-VL", "model_name_or_path: PaddlePaddle/PaddleOCR-VL\nlora: true\nlearning_rate: 5.0e-4\n"),
    ("PaddleFleetX", "Global: {device: gpu}\nEngine: {max_steps: 500}\nOptimizer: {lr: {decay_steps: 360, max_lr: 5.0e-5}}\n"),
    ("OpenOCR", "Global: {epoch_num: 20}\nOptimizer: {name: AdamW, lr: 0.00065}\nLRScheduler: {name: OneCycleLR, warmup_epoch: 1.5}\n"),
    ("PytorchOCR", "Global: {epoch_num: 500}\nOptimizer: {name: Adam, lr: 0.001}\nLRscheduler: {name: CosineAnnealingLR, warmup_epoch: 5}\n"),
    ("PaddleClas", CLAS.replace("Arch: {name: SwinTransformer_tiny_patch4_window7_224}\n", "").replace("DataLoader", "Loader")),
    ("PaddleClas", CLAS.replace("epochs: 300, ", "")),
    ("PaddleClas 1.x", "ARCHITECTURE: {name: ResNet50}\nepochs: 120\nLEARNING_RATE: {function: Piecewise, params: {lr: 0.1}}\nOPTIMIZER: {function: Momentum}\n"),
    ("PaddleDetection", "_BASE_: ['../datasets/coco_detection.yml', '_base_/optimizer_270e.yml']\nweights: output/x\n"),
    ("PaddleSeg", "_base_: '../_base_/cityscapes.yml'\nmodel: {type: FCN}\noptimizer: {weight_decay: 0.0005}\n"),
    ("PaddleOCR 1.x", "Global: {epoch_num: 72}\nOptimizer: {base_lr: 0.001, beta1: 0.9, beta2: 0.999}\n"),
    ("PaddleOCR 1.x", "Global: {epoch_num: 72}\nOptimizer: {base_lr: 0.001, decay: {step_each_epoch: 20, total_epoch: 1000}}\n"),
    ("PaddleOCR 1.x", "Global: {algorithm: CRNN, epoch_num: 72, reader_yml: ./configs/rec/rec_icdar15_reader.yml}\nLoss: {function: x}\n"),
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


PADDLEX = "Global: {model: PP-OCRv4_mobile_rec, mode: train, output: output}\nTrain: {epochs_iters: 20, learning_rate: 0.001}\n"


def test_paddlex_writes_a_config_that_can_be_read(tmp_path: Path, command: Command) -> None:
    (tmp_path / "x.yaml").write_text(PADDLEX, encoding="utf-8")
    assert "give PaddleOCR's config, which PaddleX writes to config.yaml" in command("show", "x.yaml").stderr
    # What its trainer adds to a config of PaddleOCR.
    (tmp_path / "config.yaml").write_text(
        """\
Global: {epoch_num: 20, save_model_dir: output, uniform_output_enabled: true, pdx_model_name: PP-OCRv4_mobile_rec,
  hpi_config_path: null, eval_batch_epoch: 1, to_static: false, use_xpu: false, use_npu: false, use_mlu: false}
Architecture: {model_type: rec, algorithm: SVTR_LCNet}
Optimizer: {name: Adam, lr: {name: Cosine, learning_rate: 0.001, warmup_epoch: 2}}
Train: {dataset: {name: MSTextRecDataset}, loader: {batch_size_per_card: 8}}
""",
        encoding="utf-8",
    )
    done = command("check", "config.yaml", "--num-samples", "2000", "--fail-on", "warning")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "extra",
    [
        "Global: {epoch_num: 20, epochs: 20}",
        "Global: {epoch_num: 20}\nDataLoader: {}",
        *(f"Global: {{epoch_num: 20}}\n{key}: {{a: 1}}" for key in ("LRScheduler", "LearningRate", "lr_scheduler", "_base_", "LEARNING_RATE")),
        "Global: {epoch_num: 20, reader_yml: a.yml}",
        "Global: {epoch_num: 20}\nArchitecture: {}\nArch: {}\nEngine: {}\nOPTIMIZER: {}",
    ],
)  # fmt: skip
def test_what_is_ours(tmp_path: Path, command: Command, extra: str) -> None:
    (tmp_path / "c.yml").write_text(
        f"{extra}\nOptimizer: {{lr: {{name: Cosine, learning_rate: 0.1}}}}\n", encoding="utf-8"
    )
    assert command("show", "c.yml", "--iters-per-epoch", "10").returncode == 0


def test_a_section_of_paddleocrs_with_a_slip_is_not_called_theirs(tmp_path: Path, command: Command) -> None:
    (tmp_path / "c.yml").write_text(
        "Global: {epoch_num: 20}\nOptimizer: {name: Adam, base_lr: 0.1}\n", encoding="utf-8"
    )
    assert "Optimizer: has no lr" in command("show", "c.yml").stderr
