"""Range tests read from logs that PaddleOCR's trainer would have written."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ppocr_lr import LRConfigError, build_schedule
from ppocr_lr.logs.range_test import read_range_tests
from tests.train_logs import Trainer, dumped, write_log

RAMP = {"name": "RangeTest", "start_lr": 1e-6, "end_lr": 10, "updates": 141}  # 20 updates a decade
COSINE = {"name": "Cosine", "learning_rate": 0.1}
EPOCHS, ITERS = 3, 50


def valley(rate: float) -> float:
    """Falls from 30 to 10, half of it at 1e-3; behind 0.3 it rises."""
    return 20 - 10 * math.tanh(2 * math.log10(rate / 1e-3)) + max(0.0, rate - 0.3) * 20


def config(section: dict[str, Any], window: int = 1, every: int = 1) -> dict[str, Any]:
    return {
        "Global": {"epoch_num": EPOCHS, "log_smooth_window": window, "print_batch_step": every},
        "Optimizer": {"lr": section, "name": "Adam"},
        "Train": {"loader": {"batch_size_per_card": 8}},
    }


def lines(section: dict[str, Any], window: int = 1, every: int = 1, **keys: Any) -> Iterator[str]:
    """The log of one run, with its config."""
    yield from dumped(config(section, window, every))
    yield from Trainer(section, EPOCHS, ITERS, window, every, loss=valley).train(**keys)


def test_each_update_in_full(tmp_path: Path) -> None:
    """The log shows 1e-6 as 0.000001; the rates are those of the schedule."""
    ((test, planned),) = read_range_tests(write_log(tmp_path / "train.log", lines(RAMP)))
    rates = build_schedule(RAMP, EPOCHS, ITERS)(np.arange(len(test.rates)))
    np.testing.assert_allclose(test.rates, rates, rtol=1e-12)
    np.testing.assert_allclose(test.losses, [valley(rate) for rate in rates.tolist()], atol=1e-6)
    assert planned.name == "RangeTest"
    assert test.stopped is not None
    assert 20 * 5 < len(test.rates) < 141
    assert test.steepest.middle == pytest.approx(1e-3, rel=0.3)
    assert test.rises_from == pytest.approx(0.4, rel=0.3)


@pytest.mark.parametrize(("window", "every"), [(1, 2), (5, 1), (10, 5), (20, 10)])
def test_a_line_that_shows_medians_stands_for_the_middle_of_its_updates(
    window: int, every: int, tmp_path: Path
) -> None:
    ((test, _),) = read_range_tests(write_log(tmp_path / "train.log", lines(RAMP, window, every)))
    np.testing.assert_allclose(test.losses, [valley(rate) for rate in test.rates.tolist()], rtol=0.08)
    gap = every / 20  # decades from line to line
    assert math.log10(test.steepest.middle) == pytest.approx(-3, abs=0.1 + gap)
    assert math.log10(test.rises_from or 0) == pytest.approx(math.log10(0.4), abs=0.1 + gap)


def plainly(tmp_path: Path) -> Any:
    return read_range_tests(write_log(tmp_path / "plain.log", lines(RAMP)))[0].test


def resumed() -> Iterator[str]:
    """The test in two processes."""
    trainer = Trainer(RAMP, EPOCHS, ITERS, 1, 1, loss=valley)
    yield from dumped(config(RAMP))
    yield from trainer.train(epochs=1)
    yield from dumped(config(RAMP))
    yield from trainer.train()


def cut_off(section: dict[str, Any], count: int) -> Iterator[str]:
    """The first lines with a rate of a run."""
    for line in lines(section):
        count -= "global_step" in line
        if count >= 0:
            yield line


@pytest.mark.parametrize(
    "log",
    [
        [*lines(COSINE), *lines(RAMP)],
        [*lines(RAMP), *lines(COSINE)],
        [*cut_off({**RAMP, "end_lr": 5}, 60), *lines(RAMP)],
        [*cut_off(RAMP, 40), *lines(RAMP)],
        [*resumed()],
        [*lines(RAMP, older=True)],
        [line for line in lines(RAMP) if "global_step: 30," not in line],
        [line.replace("loss: 2", "acc: 2") if "global_step: 30," in line else line for line in lines(RAMP)],
    ],
    ids=["behind", "before", "other", "again", "resumed", "older", "a line less", "a loss less"],
)
def test_the_last_range_test_of_a_log(log: list[str], tmp_path: Path) -> None:
    test = read_range_tests(write_log(tmp_path / "train.log", iter(log)))[0].test
    plain = plainly(tmp_path)
    assert len(plain.rates) - len(test.rates) in (0, 1)
    assert test.rates[-1] == plain.rates[-1]
    np.testing.assert_allclose([test.choice.low, test.choice.high], [plain.choice.low, plain.choice.high], rtol=0.05)


def test_behind_the_test_the_rate_stays_and_says_no_more(tmp_path: Path) -> None:
    section = {**RAMP, "end_lr": 0.1, "updates": 101}
    test = read_range_tests(write_log(tmp_path / "train.log", lines(section)))[0].test
    assert len(test.rates) == 101
    assert test.choice.change == "higher end"


@pytest.mark.parametrize("bad", ["nanxxx", "infxxx", "nan", "-infxx"])
def test_a_loss_that_is_no_number_ends_the_test(bad: str, tmp_path: Path) -> None:
    broken = [
        re.sub(r"loss: [\d.]+", f"loss: {bad}", line) if "global_step: 90," in line else line for line in lines(RAMP)
    ]
    test = read_range_tests(write_log(tmp_path / "train.log", iter(broken)))[0].test
    assert len(test.losses) == 89
    assert test.stopped is not None
    assert re.search(r"the loss was -?(nan|inf) at rate 2.82e-2", test.stopped)


@pytest.mark.parametrize(
    ("log", "message"),
    [
        ([*lines(COSINE)], "holds no range test; train with name: RangeTest, not with Cosine"),
        ([line.replace(" loss:", " acc:") for line in lines(RAMP)], "no line has a loss"),
        (["nothing"], "holds no line with a learning rate"),
        ([line for line in lines(RAMP) if "Optimizer" not in line], r"holds no config.* there is no \S+config.yml$"),
    ],
)
def test_what_cannot_be_read(log: list[str], message: str, tmp_path: Path) -> None:
    with pytest.raises(LRConfigError, match=message):
        read_range_tests(write_log(tmp_path / "train.log", iter(log)))
