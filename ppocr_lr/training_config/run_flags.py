"""What is given about a run beyond its config."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

Trainer = Literal["ppocr-lr", "paddleocr"]
TRAINERS: tuple[Trainer, ...] = get_args(Trainer)


class LoggedLength(NamedTuple):
    """What a log says of the length of an epoch, and of which data."""

    iters: int
    """Iterations of an epoch, as the data loader has them."""
    train: Mapping[str, Any]
    """The `Train` section that it was made from."""


class RunFlags(NamedTuple):
    """What is given about a run beyond its config; None for what is not given."""

    epochs: int | None = None
    """Length of the run, instead of `Global.epoch_num`."""
    iters_per_epoch: int | None = None
    """Iterations of an epoch, `len(train_dataloader)`."""
    iters_from: str = ""
    """Where `iters_per_epoch` was found, in words; empty if it was given."""
    num_samples: int | None = None
    """Training samples, shared by the cards; with the batch size they give the length of an epoch."""
    gpus: int = 1
    """Cards."""
    batch_size: int | None = None
    """Samples in a batch of one card, instead of the config's."""
    accumulate: int = 1
    """Batches for one optimizer update."""
    windows: bool = False
    """PaddleOCR's trainer on Windows runs one iteration less in each epoch than the schedule is built for."""
    reference_gpus: int | None = None
    """Cards that the config's rate is meant for."""
    reference_batch: int | None = None
    """The same, as samples of one optimizer update."""
    scaling: str = "linear"
    """The rule that scales a rate meant for another batch, if scaling is asked for."""
    trainer: Trainer | None = None
    """Whose builder the run is planned for: `paddleocr` swallows this project's keys and stops at its names.

    If it is not given, the run is planned for this project's builder, and findings say what PaddleOCR's own would do.
    """
    folder: Path | None = None
    """Where the config is: label files that are not in the working directory are looked for there."""
    logged: LoggedLength | None = None
    """What the log says that holds the config; it counts where the config alone does not give the length for sure."""

    def beside(self, config: str | Path, logged: LoggedLength | None = None) -> RunFlags:
        """The same for a config in this file, with what it says of the length of an epoch if it is a log."""
        return self._replace(folder=Path(config).parent, logged=logged)
