"""Scikit-learn's handwritten digits, 1797 grey images of 8 × 8 pixels, split into fixed training and test parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import paddle
from numpy.typing import NDArray

from ppocr_lr.errors import MissingExtraError

_TEST_SAMPLES = 597
"""A third of all, so that the accuracy has steps of 0.17 %."""


class Pictures(paddle.io.Dataset):  # type: ignore[type-arg]  # it is not a generic class before Paddle 3
    """Images as float32 of shape (n, 1, 8, 8) from 0 to 1, and their digits as int64 of shape (n,)."""

    def __init__(self, images: NDArray[np.float32], labels: NDArray[np.int64]) -> None:
        self.images, self.labels = images, labels

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], np.int64]:
        return self.images[index], self.labels[index]


@dataclass(frozen=True)
class Digits:
    """The two parts, split in the same way in every run, whatever its seed."""

    train: Pictures
    test: Pictures


def load_digits() -> Digits:
    """Read the data that comes with scikit-learn.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    try:
        from sklearn import datasets
    except ModuleNotFoundError:
        raise MissingExtraError("scikit-learn", "train") from None
    digits = datasets.load_digits()
    images = (digits.images[:, None] / 16).astype(np.float32)
    labels = digits.target.astype(np.int64)
    order = np.random.default_rng(0).permutation(len(labels))
    test, train = order[:_TEST_SAMPLES], order[_TEST_SAMPLES:]
    return Digits(Pictures(images[train], labels[train]), Pictures(images[test], labels[test]))


def train_loader(pictures: Pictures, batch_size: int, drop_last: bool) -> Any:
    """A `paddle.io.DataLoader` of this card's share, sampled as PaddleOCR samples."""
    sampler = paddle.io.DistributedBatchSampler(pictures, batch_size, shuffle=True, drop_last=drop_last)
    return paddle.io.DataLoader(pictures, batch_sampler=sampler)


def shuffle(loader: Any, seed: int, epoch: int) -> None:
    """Put the loader into the order of this epoch, a function of the two numbers alone."""
    loader.batch_sampler.set_epoch(int(np.random.SeedSequence([seed, epoch]).generate_state(1)[0]))
