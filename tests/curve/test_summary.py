from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from ppocr_lr import Run, build_schedule
from ppocr_lr.curve.axis import epoch_text
from ppocr_lr.curve.summary import summarize, text_lines
from ppocr_lr.numbers_text import amount, count_text, rate_text, times_text
from ppocr_lr.training_config.plan import DEFAULT_CONFIG, plan_run
from ppocr_lr.training_config.run_flags import RunFlags
from tests.strategies import planned


@given(planned)
def test_peak_and_final_are_those_of_every_update(drawn: tuple[dict[str, object], int, int]) -> None:
    section, epochs, iters = drawn
    schedule = build_schedule(section, epochs, iters)
    rates = schedule(np.arange(epochs * iters))
    summary = summarize(schedule, Run(epochs, iters))
    assert summary.peak == pytest.approx(rates.max(), rel=1e-12)
    assert rates[summary.peak_step] == pytest.approx(summary.peak, rel=1e-12)
    assert (rates[: summary.peak_step] <= summary.peak).all()
    assert (summary.final_step, summary.final) == (epochs * iters - 1, schedule(epochs * iters - 1))


def test_the_lines_of_the_default_config() -> None:
    planned_run = plan_run(DEFAULT_CONFIG)
    text = "\n".join(text_lines(planned_run))
    for part in (
        "default_config.yml: Cosine",
        "20 epochs × 100 iterations = 2000 updates",
        "6400 samples (num_samples of the config) / 1 card / 64 per batch, rounded up = 100 iterations per epoch",
        "warmup   2 epochs = 200 iterations, starting from 0",
        "peak     1e-1, first at update 200 (epoch 2)",
        "final    2.472e-3 at update 1999 (epoch 20)",
        "0 % 0   25 % 9.455e-2   50 % 6.545e-2   75 % 2.73e-2   100 % 2.472e-3",
    ):
        assert part in text


def test_a_resumed_run_says_where_it_starts() -> None:
    lines = list(text_lines(plan_run(DEFAULT_CONFIG, ["Optimizer.lr.last_epoch=499"])))
    assert lines[-1] == "  resume   last_epoch: the scheduler starts at update 500 (epoch 5)"


def test_a_run_of_one_update() -> None:
    planned_run = plan_run(DEFAULT_CONFIG, ["Optimizer.lr.warmup_epoch=0"], RunFlags(epochs=1, iters_per_epoch=1))
    text = "\n".join(text_lines(planned_run))
    assert "1 epoch × 1 iteration = 1 update" in text
    assert "warmup   none" in text


@pytest.mark.parametrize(
    ("rate", "text"),
    [(0, "0"), (0.001, "1e-3"), (0.00025, "2.5e-4"), (0.1, "1e-1"), (1.0, "1"), (1.5, "1.5"), (9.9999e-5, "1e-4"),
     (1234.0, "1.23e3"), (-0.002, "-2e-3"), (2.472e-3, "2.47e-3"), (5e-324, "4.94e-324"),
     (100.0, "100"), (999.9, "1e3"), (0.99999, "1")],
)  # fmt: skip
def test_rate_text(rate: float, text: str) -> None:
    assert rate_text(rate) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (2000, "2000"),
        (0.02, "0.02"),
        (10**6, "1000000"),
        (1e6, "1e6"),
        (10**12, "1e12"),
        (2.5e9, "2.5e9"),
        (123456, "123456"),
        (999999.99, "1e6"),
        (19.9904, "19.99"),
    ],
)
def test_count_text(count: float, text: str) -> None:
    assert count_text(count) == text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(7.3, "7.3 times as high as the first"), (2, "2 times as high as the first"), (0.7, "0.7 times as high as the first"),
     (1 / 3, "1/3 of the first"), (0.25, "1/4 of the first"), (1, "as high as the first"),
     (0, "0 times as high as the first"), (1234.5678, "1235 times as high as the first"),
     (25960.4, "2.596e4 times as high as the first")],
)  # fmt: skip
def test_times_text(ratio: float, text: str) -> None:
    assert times_text(ratio, "the first") == text


@pytest.mark.parametrize(
    ("step", "epochs", "iters", "text"),
    [(74999, 500, 150, "500"), (74998, 500, 150, "499.987"), (74850, 500, 150, "499"), (0, 500, 150, "0"),
     (149, 500, 150, "0.993"), (0, 1, 1, "1"), (1, 2, 1, "2"), (1, 3, 1, "1"), (200, 20, 100, "2")],
)  # fmt: skip
def test_epoch_text(step: int, epochs: int, iters: int, text: str) -> None:
    """The last update is the end of the run."""
    assert epoch_text(step, Run(epochs, iters)) == text


def test_amount() -> None:
    assert (amount(1, "epoch"), amount(2.5, "epoch"), amount(0, "card")) == ("1 epoch", "2.5 epochs", "0 cards")


def test_paths_are_shown_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yml").write_text(DEFAULT_CONFIG.read_text(encoding="utf-8"), encoding="utf-8")
    assert next(iter(text_lines(plan_run("a.yml")))) == "a.yml: Cosine"
