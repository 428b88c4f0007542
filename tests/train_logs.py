"""Logs as PaddleOCR's trainer writes them: its loop, its window, its lines, around a scheduler that is really stepped."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

pytest.importorskip("paddle")

from paddle.optimizer import lr

from ppocr_lr import Run, build_lr_scheduler
from ppocr_lr.lr_config import parse_lr_config
from ppocr_lr.lr_config.in_paddleocr import own_keys
from ppocr_lr.lr_config.registry import IN_PADDLEOCR
from tests.paddleocr import build


def rounded(values: deque[float]) -> str:
    return f"{round(float(np.median(values)), 6):x<6f}"


class Trainer:
    """One training job: `train` writes the lines of one process; called again, of a resumed one."""

    def __init__(
        self,
        section: dict[str, Any],
        epochs: int,
        iters_per_epoch: int,
        window: int = 20,
        every: int = 10,
        left_out: int = 0,
        loss: Callable[[float], float] = lambda rate: 1.692174,
    ) -> None:
        self.loss = loss
        self.left_out = left_out  # on Windows the last batch of each epoch
        self.separator = "\\" if left_out else "/"
        self.section, self.epochs, self.iters_per_epoch = section, epochs, iters_per_epoch
        self.window, self.every = window, every
        self.done_epochs = self.global_step = 0
        self.new_scheduler()

    def new_scheduler(self) -> None:
        run = Run(self.epochs, self.iters_per_epoch)
        parsed = parse_lr_config(self.section, run)
        ours = parsed.name not in IN_PADDLEOCR or any(own_keys(self.section, parsed.config))
        builder = build_lr_scheduler if ours else build
        scheduler = builder(dict(self.section), self.epochs, self.iters_per_epoch)
        self.scheduler = lr.LambdaDecay(scheduler, lambda k: 1.0) if isinstance(scheduler, float) else scheduler

    def train(
        self, epochs: int | None = None, marked: bool = True, older: bool = False, first_epoch: int = 1
    ) -> Iterator[str]:
        """The lines of one process, `epochs` epochs long or to the end."""
        window: deque[float] = deque(maxlen=self.window)
        losses: deque[float] = deque(maxlen=self.window)
        if marked:
            yield "[2022/09/29 02:59:20] ppocr INFO: train with paddle 2.3.2 and device Place(gpu:0)"
            yield f"[2022/09/29 02:59:21] ppocr INFO: train dataloader has {self.iters_per_epoch} iters"
            yield "[2022/09/29 02:59:21] ppocr INFO: During the training process, after the 0th iteration, an evaluation is run every 2000 iterations"
        last = self.epochs if epochs is None else self.done_epochs + epochs
        for epoch in range(self.done_epochs, last):
            for index in range(self.iters_per_epoch - self.left_out):
                window.append(self.scheduler.last_lr)
                losses.append(self.loss(self.scheduler.last_lr))
                if (epoch, index) != (
                    self.epochs - 1,
                    self.iters_per_epoch - 1,
                ):  # OneCycle refuses the step past the end
                    self.scheduler.step()
                self.global_step += 1
                counted = self.global_step - older
                if (counted > 0 and counted % self.every == 0) or index == self.iters_per_epoch - 1:
                    place = f"epoch: [{epoch + first_epoch}/{self.epochs}]"
                    if older:
                        yield f"[2021/03/20 11:54:28] root INFO: {place}, iter: {counted}, lr: {rounded(window)}, loss: {rounded(losses)}, acc: 0.531250, reader_cost: 0.00007 s, batch_cost: 0.04810 s, samples: 256, ips: 5322.24591"
                    else:
                        yield f"[2022/09/29 02:59:23] ppocr INFO: {place}, global_step: {counted}, lr: {rounded(window)}, acc: 0.000000, loss: {rounded(losses)}, avg_reader_cost: 0.10000 s, avg_batch_cost: 0.2 s, avg_samples: 8.0, ips: 9.71838 samples/s, eta: 0:51:59"
            yield f"[2022/09/29 02:59:24] ppocr INFO: save model in ./output{self.separator}latest"
        self.done_epochs = last


def dumped(config: Any, depth: int = 0) -> Iterator[str]:
    """The lines in which PaddleOCR's trainer writes its config into the log."""
    for key, value in sorted(config.items()):
        of_mappings = isinstance(value, list) and value and isinstance(value[0], dict)
        inside = value if of_mappings else [value] if isinstance(value, dict) else None
        shown = "" if inside is not None else value
        yield f"[2022/09/29 02:59:03] ppocr INFO: {' ' * depth}{key} : {shown}"
        for each in inside or ():
            yield from dumped(each, depth + 4)


def write_log(path: Path, *parts: Iterator[str]) -> Path:
    path.write_text("".join(f"{line}\n" for part in parts for line in part), encoding="utf-8")
    return path


def write_config(
    path: Path, section: dict[str, Any], epochs: int, iters_per_epoch: int, window: int | None = None
) -> Path:
    settings = {"epoch_num": epochs, **({"log_smooth_window": window} if window else {})}
    config = {
        "Global": settings,
        "Optimizer": {"lr": section},
        "Train": {"dataset": {"num_samples": iters_per_epoch}, "loader": {"batch_size_per_card": 1}},
    }
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path
