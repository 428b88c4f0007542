"""The loop: one optimizer update after another, in PaddleOCR's order, starting at any update."""

from __future__ import annotations

import io
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import paddle
from paddle.nn.functional import cross_entropy

from digits.data import Digits, shuffle, train_loader
from digits.network import build_network, build_optimizer
from ppocr_lr import LRConfigWarning, build_lr_scheduler
from ppocr_lr.training_config.plan import PlannedRun, plan_run
from ppocr_lr.training_config.run_flags import RunFlags


@dataclass(frozen=True)
class Update:
    """One update that has been made."""

    number: int
    """0-based, as a schedule counts."""
    epoch: int
    """0-based."""
    rate: float
    """What the optimizer used."""
    loss: float
    """Of this card's batch, before the update."""
    accuracy: float
    samples: int
    reader_seconds: float
    """Waiting for the batch."""
    seconds: float
    """The whole update, including the wait."""


@dataclass(frozen=True)
class Score:
    """How the network does on the test part."""

    right: int
    samples: int
    loss: float

    @property
    def accuracy(self) -> float:
        """The share of correct answers."""
        return self.right / self.samples


class Trainer:
    """A network in training.

    Args:
        config: training YAML, and `overrides` of it as after `-o`.
        seed: decides the first weights and the order of the samples.
        epochs, batch_size, momentum: win over the config.

    Raises:
        LRConfigError: the config cannot be used.
    """

    def __init__(
        self,
        digits: Digits,
        config: str | Path,
        overrides: Sequence[str],
        seed: int,
        epochs: int | None = None,
        batch_size: int | None = None,
        momentum: float | None = None,
    ) -> None:
        self.cards = paddle.distributed.get_world_size()
        samples = RunFlags(epochs=epochs, num_samples=len(digits.train), gpus=self.cards, batch_size=batch_size)
        planned = plan_run(config, overrides, samples)
        self.batch_size = planned.batch_per_card
        drop_last = bool((planned.config["Train"].get("loader") or {}).get("drop_last"))
        self._loader = train_loader(digits.train, self.batch_size, drop_last)
        # The loader's own length counts, whatever the config says about samplers.
        length = RunFlags(epochs=epochs, iters_per_epoch=len(self._loader), gpus=self.cards, batch_size=batch_size)
        self.planned: PlannedRun = plan_run(config, overrides, length)
        self.seed = seed
        self.done_iters = 0
        self._test = digits.test
        self.network = build_network(seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", LRConfigWarning)  # they stand in planned.parsed.remarks
            self.scheduler = build_lr_scheduler(self.planned.section, self.planned.run.epochs, len(self._loader))
        section = self.planned.config["Optimizer"]
        self.optimizer = build_optimizer(section, self.scheduler, self.network, momentum)
        self._forward = paddle.DataParallel(self.network) if self.cards > 1 else self.network

    def updates(self) -> Iterator[Update]:
        """Train from update `done_iters` to the end of the run."""
        run = self.planned.run
        while self.done_iters < run.total_iters:
            epoch, done = divmod(self.done_iters, run.iters_per_epoch)
            shuffle(self._loader, self.seed, epoch)
            start = time.perf_counter()
            for images, labels in islice(self._loader, done, None):
                reader = time.perf_counter() - start
                rate = float(self.optimizer.get_lr())
                loss, accuracy = self.learn(images, labels)
                self.scheduler.step()
                number, self.done_iters = self.done_iters, self.done_iters + 1
                seconds = time.perf_counter() - start
                yield Update(number, epoch, rate, loss, accuracy, len(images), reader, seconds)
                start = time.perf_counter()

    def batches(self) -> Iterator[Any]:
        """Batches without end, epoch after epoch."""
        epoch = 0
        while True:
            shuffle(self._loader, self.seed, epoch)
            yield from self._loader
            epoch += 1

    def learn(self, images: Any, labels: Any) -> tuple[float, float]:
        """One optimizer update at the rate that the optimizer has; the batch's loss and accuracy before it."""
        scores = self._forward(images)
        loss = cross_entropy(scores, labels)
        loss.backward()
        self.optimizer.step()
        self.optimizer.clear_grad()
        accuracy = float((scores.argmax(1) == labels).astype("float32").mean())
        return float(loss), accuracy

    def evaluate(self) -> Score:
        """The network on the test part."""
        self.network.eval()
        with paddle.no_grad():
            scores = self.network(paddle.to_tensor(self._test.images))
            labels = paddle.to_tensor(self._test.labels)
            right = int((scores.argmax(1) == labels).sum())
            loss = float(cross_entropy(scores, labels))
        self.network.train()
        return Score(right, len(self._test), loss)

    def is_finite(self) -> bool:
        """Whether every weight is a number; the loss shows it only one update later."""
        return all(bool(paddle.isfinite(weight).all()) for weight in self.network.parameters())

    def state(self) -> dict[str, bytes]:
        """Network and optimizer as `paddle.save` writes them, by file name."""
        return {
            "latest.pdparams": _saved(self.network.state_dict()),
            "latest.pdopt": _saved(self.optimizer.state_dict()),
        }

    def restore(self, files: Mapping[str, bytes], done_iters: int, scheduler_iters: int) -> None:
        """Continue from `files` at update `done_iters`, with this config's rate at its update `scheduler_iters`."""
        self.network.set_state_dict(paddle.load(io.BytesIO(files["latest.pdparams"])))
        self.scheduler.step(scheduler_iters)
        state = paddle.load(io.BytesIO(files["latest.pdopt"]))
        state["LR_Scheduler"] = self.scheduler.state_dict()
        self.optimizer.set_state_dict(state)
        self.done_iters = done_iters


def _saved(state: Any) -> bytes:
    file = io.BytesIO()
    paddle.save(state, file)
    return file.getvalue()
