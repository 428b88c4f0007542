"""`--find-lr`: a learning-rate range test of the network, before anything is trained."""

from __future__ import annotations

import argparse
from pathlib import Path

from digits.data import load_digits
from digits.trainer import Trainer
from ppocr_lr import lr_range_test
from ppocr_lr.output import PICTURES, output_kind


def find_lr(arguments: argparse.Namespace) -> int:
    """Ramp the rate up, print what to choose, draw loss against rate."""
    out: Path = arguments.out or Path("lr_range_test.png")
    output_kind(out, PICTURES)
    trainer = Trainer(
        load_digits(),
        arguments.configs[0],
        arguments.overrides,
        arguments.seed or 0,
        batch_size=arguments.batch_size,
        momentum=arguments.momentum,
    )
    batches = trainer.batches()
    test = lr_range_test(
        lambda: trainer.learn(*next(batches))[0],
        start=1e-4,
        end=10.0,
        num_iters=100,
        model=trainer.network,
        optimizer=trainer.optimizer,
    )
    print(test)
    test.save(out)
    print(f"picture: {out}")
    return 0
