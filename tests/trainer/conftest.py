"""PaddleOCR's own loop: its sdist from the package registry, with a small stand-in for what that lacks."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image

from tests.conftest import ROOT

SOURCE = ROOT / ".paddleocr" / "paddleocr-3.7.0"
"""Where `.ci/run` unpacks it."""
STAND_IN = Path(__file__).parent / "stand_in"
PACKAGES = ("albumentations", "cv2", "lmdb", "pyclipper", "rapidfuzz", "requests", "shapely", "skimage", "tqdm")
"""What ppocr/data imports, of the extra `trainer`."""

Train = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def paddleocr(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as PaddleOCR's, in which `tools/train.py` trains."""
    pytest.importorskip("paddle")
    if not SOURCE.is_dir():
        pytest.skip(f"PaddleOCR's sdist is not in {SOURCE.relative_to(ROOT)}; .ci/run downloads it")
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"the extra `trainer` is not installed: {', '.join(missing)}")
    folder = tmp_path_factory.mktemp("paddleocr")
    for name in ("ppocr", "tools"):
        shutil.copytree(SOURCE / name, folder / name)
    shutil.copytree(STAND_IN, folder, dirs_exist_ok=True)
    data = folder / "data"
    data.mkdir()
    for number in range(40):
        image = Image.new("RGB", (16, 8), (255, 255, 255))
        image.paste((0, 0, 0), (0, 4 * (number % 2), 16, 4 + 4 * (number % 2)))
        image.save(data / f"{number}.png")
    (data / "train.txt").write_text("".join(f"{number}.png\t{number % 2}\n" for number in range(40)))
    return folder


def config(section: dict[str, Any], output: str, **settings: Any) -> dict[str, Any]:
    """A config of 10 iterations an epoch, small enough for a test."""

    def data(shuffle: bool) -> dict[str, Any]:
        steps = [
            {"DecodeImage": {"img_mode": "BGR", "channel_first": False}},
            {"ClsLabelEncode": None},
            {"ClsResizeImg": {"image_shape": [3, 8, 16]}},
            {"KeepKeys": {"keep_keys": ["image", "label"]}},
        ]
        # A share below 1 has PaddleOCR seed the order by the epoch, so that a run can be repeated.
        files = {"label_file_list": ["data/train.txt"], "ratio_list": [0.999]}
        return {
            "dataset": {"name": "SimpleDataSet", "data_dir": "data", **files, "transforms": steps},
            "loader": {"shuffle": shuffle, "batch_size_per_card": 4, "drop_last": False, "num_workers": 0},
        }

    return {
        "Global": {
            "use_gpu": False,
            "epoch_num": 3,
            "log_smooth_window": 20,
            "print_batch_step": 1,
            "save_model_dir": output,
            "save_epoch_step": 100,
            "eval_batch_step": [1000, 1000],
            "pretrained_model": None,
            "checkpoints": None,
            "label_list": ["0", "1"],
            **settings,
        },
        "Architecture": {"model_type": "cls", "algorithm": "CLS", "Head": {"name": "ClsHead"}},
        "Loss": {"name": "ClsLoss"},
        "Optimizer": {"name": "Adam", "lr": section},
        "PostProcess": {"name": "ClsPostProcess"},
        "Metric": {"name": "ClsMetric", "main_indicator": "acc"},
        "Train": data(shuffle=True),
        "Eval": data(shuffle=False),
    }


ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "PYTHONWARNINGS": "ignore"}
OURS = ("-m", "ppocr_lr", "train")


@pytest.fixture
def train(paddleocr: Path, tmp_path: Path) -> Train:
    """Trains in PaddleOCR's folder: `train(section, "-o", …)`, as a process, into `out` of the test's folder."""

    def run(
        section: dict[str, Any],
        *words: str,
        before: tuple[str, ...] = OURS,
        interrupt_after: str = "",
        **settings: Any,
    ) -> subprocess.CompletedProcess[str]:
        file = tmp_path / "c.yml"
        file.write_text(yaml.safe_dump(config(section, str(tmp_path / "out"), **settings)))
        with subprocess.Popen(
            [sys.executable, *before, "tools/train.py", "-c", str(file), *words],
            cwd=paddleocr, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=ENVIRONMENT,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        ) as process:  # fmt: skip
            if interrupt_after:
                assert process.stdout is not None
                while interrupt_after not in process.stdout.readline():
                    assert process.poll() is None
                process.send_signal(signal.SIGINT)
            stdout, stderr = process.communicate(timeout=300)
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    return run


def logged(folder: Path) -> list[str]:
    """The lines of `train.log` that tell a rate, up to the loss; the rest of them is time."""
    lines = (folder / "train.log").read_text(encoding="utf-8").splitlines()
    return [line.partition(", avg_reader_cost")[0].partition("epoch: ")[2] for line in lines if "global_step" in line]
