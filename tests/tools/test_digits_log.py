"""Logs of real training runs, diagnosed: a changed rate, a changed epoch length, a resume."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("paddle")

from digits.cli import run
from digits.data import Digits, Pictures, load_digits
from ppocr_lr.logs.causes.diagnose import diagnose
from ppocr_lr.logs.compare import Comparison, compare_log, plan_logged_run
from ppocr_lr.logs.train_log import read_log
from ppocr_lr.training_config.run_flags import RunFlags
from tests.conftest import ROOT

CONFIG = ROOT / "tools" / "digits" / "config.yml"


@pytest.fixture(autouse=True)
def few_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as make 19 batches of 4: what is looked at here is the rate, not what is learnt."""
    train, test = ((part.images[:76], part.labels[:76]) for part in (load_digits().train, load_digits().test))
    monkeypatch.setattr("digits.session.load_digits", lambda: Digits(Pictures(*train), Pictures(*test)))


def train(output: Path, *arguments: str, epochs: int = 4) -> None:
    words = ["--epochs", str(epochs), "--batch-size", "4", "--print-every", "3", "--output", str(output), *arguments]
    assert run(words) == 0


def compared(output: Path, iters_per_epoch: int | None = 19) -> Comparison:
    log = read_log(output / "train.log")
    return compare_log(plan_logged_run(CONFIG, log, flags=RunFlags(epochs=4, iters_per_epoch=iters_per_epoch)), log)


def causes(comparison: Comparison) -> list[tuple[tuple[int, ...], list[str]]]:
    """The processes of each diagnosis, and the causes of its first explanation, in words."""
    found = diagnose(comparison)
    assert all(diagnosis.found for diagnosis in found)
    return [(each.processes, [cause.words for cause in each.explanations[0].causes]) for each in found]


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "run"


@pytest.mark.parametrize("iters_per_epoch", [19, None])
def test_as_planned(output: Path, iters_per_epoch: int | None) -> None:
    train(output)
    comparison = compared(output, iters_per_epoch)
    assert (comparison.planned.run.iters_per_epoch, comparison.first_difference) == (19, None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-o", "Optimizer.lr.learning_rate=0.4"], ["the rate is 4 times as high as the plan's"]),
        (["-o", "Optimizer.lr.learning_rate=0.025"], ["the rate is 1/4 of the plan's"]),
        (["--batch-size", "2"], ["an epoch has 38 iterations, not 19"]),
        (["-o", "Optimizer.lr.warmup_epoch=0"], ["there is no warmup"]),
        (["-o", "Optimizer.lr.warmup_epoch=2"], ["the warmup has 2 epochs, not 1"]),
        (["-o", "Optimizer.lr.name=Linear"], ["the schedule is Linear, not Cosine"]),
        (
            ["--batch-size", "2", "-o", "Optimizer.lr.learning_rate=0.05"],
            ["an epoch has 38 iterations, not 19", "the rate is 1/2 of the plan's"],
        ),
    ],
)
def test_one_thing_changed(output: Path, arguments: list[str], words: list[str]) -> None:
    train(output, *arguments)
    assert causes(compared(output)) == [((0,), words)]


def test_a_run_that_was_first_planned_shorter(output: Path) -> None:
    train(output, epochs=2)
    train(output, "--resume")
    comparison = compared(output)
    assert causes(comparison) == [((0,), ["the run has 2 epochs, not 4"])]
    assert comparison.follows[comparison.log.starts == 1].all()


def test_a_resume_with_another_rate(output: Path) -> None:
    train(output, epochs=2)
    train(output, "--resume", "-o", "Optimizer.lr.learning_rate=0.01")
    assert causes(compared(output)) == [
        ((0,), ["the run has 2 epochs, not 4"]),
        ((1,), ["the rate is 1/10 of the plan's"]),
    ]
