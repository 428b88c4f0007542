"""`plot` and `show` with `--metrics`: a plateau as it would have been, as a user runs them."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
import yaml

from tests.conftest import Command
from tests.train_logs import Trainer, dumped, write_log

CONFIG = {
    "Global": {"epoch_num": 10},
    "Optimizer": {"lr": {"name": "ReduceOnPlateau", "learning_rate": 0.01, "patience": 1, "warmup_epoch": 1}},
}
COLUMN = "0.9\n0.8\n0.9\nnan\n0.8\n0.8\n0.7\n"
"""The second in a row that is not better is that of epoch 4, and of epoch 6."""
REDUCED = [(40, 0.01, 0.001), (60, 0.001, 1e-4)]
LINES = ["reduced at epoch 4: 1e-2 → 1e-3", "reduced at epoch 6: 1e-3 → 1e-4"]


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    (tmp_path / "plateau.yml").write_text(yaml.safe_dump(CONFIG))
    (tmp_path / "cosine.yml").write_text(
        "Global: {epoch_num: 10}\nOptimizer: {lr: {name: Cosine, learning_rate: 0.1}}\n"
    )
    (tmp_path / "loss.txt").write_text(COLUMN)


@pytest.mark.parametrize(
    "arguments", [["show"], ["plot"], ["plot", "--out", "a.csv"], ["plot", "--out", "a.html"]], ids=str
)
def test_the_reductions_are_told(command: Command, tmp_path: Path, arguments: list[str]) -> None:
    done = command(*arguments, "plateau.yml", "--metrics", "loss.txt", "--iters-per-epoch", 10)
    assert (done.returncode, done.stderr) == (0, "")
    assert "simulated with 7 metrics in loss.txt, one at the end of each epoch, none after epoch 7\n" in done.stdout
    assert [line.strip() for line in done.stdout.splitlines() if "reduced at" in line] == LINES
    if "a.html" in arguments:
        assert all(line in (tmp_path / "a.html").read_text(encoding="utf-8") for line in LINES)


def test_numbers(command: Command, tmp_path: Path) -> None:
    for out in ("a.csv", "a.json"):
        done = command("plot", "plateau.yml", "--metrics", "loss.txt", "--iters-per-epoch", 10, "--out", out)
        assert done.returncode == 0
    comments, rows = [], []
    for line in (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines():
        (comments if line.startswith("#") else rows).append(line)
    assert comments[1:] == [f"# plateau.yml: {line}" for line in LINES]
    rates = [float(row["rate"]) for row in csv.DictReader(rows)]
    assert rates == pytest.approx([0.001 * k for k in range(10)] + [0.01] * 30 + [0.001] * 20 + [1e-4] * 40, rel=1e-12)
    (result,) = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["results"]
    assert [row[2] for row in result["rows"]] == rates
    assert result["simulation"]["metrics"].startswith("7 metrics in loss.txt")
    told = result["simulation"]["reductions"]
    assert [list(each) for each in told] == [["iteration", "before", "after"]] * 2
    assert [tuple(each.values()) for each in told] == [pytest.approx(each, rel=1e-12) for each in REDUCED]


def test_the_reductions_are_marked(command: Command, tmp_path: Path) -> None:
    run = ("plot", "plateau.yml", "--metrics", "loss.txt", "--iters-per-epoch", 10)
    assert command(*run, "--out", "a.svg").returncode == 0
    marked = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "reduced 2 times by the metrics" in marked
    assert command(*run, "--out", "b.svg", "--sweep", "Optimizer.lr.patience=0,1,9").returncode == 0
    assert command(*run, "--out", "c.svg", "-o", "Optimizer.lr.patience=9").returncode == 0
    assert "reduced 0 times by the metrics" in (tmp_path / "c.svg").read_text(encoding="utf-8")


def test_never_reduced(command: Command) -> None:
    done = command(
        "show", "plateau.yml", "--metrics", "loss.txt", "--iters-per-epoch", 10, "-o", "Optimizer.lr.patience=9"
    )
    assert "never reduced" in done.stdout


def test_many_reductions_are_not_all_told(command: Command, tmp_path: Path) -> None:
    (tmp_path / "loss.txt").write_text("1\n" * 100)
    overrides = ["Optimizer.lr.patience=0", "Optimizer.lr.factor=0.9", "Optimizer.lr.warmup_epoch=0"]
    done = command(
        "plot", "plateau.yml", "--metrics", "loss.txt", "--iters-per-epoch", 1, "--epochs", 100, "-o", *overrides
    )
    assert done.stdout.count("reduced at epoch") == 20
    assert re.search(r"and 7\d more times", done.stdout)


def test_a_log_tells_the_epoch_and_where_it_evaluated(command: Command, tmp_path: Path) -> None:
    lines = list(Trainer({"name": "Const", "learning_rate": 0.1}, epochs=10, iters_per_epoch=10).train())
    lines = [line.replace("every 2000", "every 20") for line in lines]
    for epoch, accuracy in ((2, 0.5), (4, 0.6), (6, 0.5), (8, 0.6), (10, 0.7)):
        at = next(n for n, line in enumerate(lines) if f"global_step: {10 * epoch}," in line)
        lines.insert(at + 1, f"[2022/09/29 02:59:23] ppocr INFO: cur metric, acc: {accuracy}, fps: 3.5")
    write_log(tmp_path / "train.log", dumped({**CONFIG, "Metric": {"main_indicator": "acc"}}), iter(lines))
    for config, source in (("plateau.yml", "train.log"), ("train.log", "the log")):
        done = command("plot", config, "--metrics", "train.log", "--out", "a.png", "-o", "Optimizer.lr.mode=max")
        assert (done.returncode, done.stderr) == (0, "")
        assert f"10 iterations per epoch, from {source}" in done.stdout
        assert "simulated with 5 metrics (acc) in train.log, where the log has them\n" in done.stdout
        assert [line.strip() for line in done.stdout.splitlines() if "reduced at" in line] == [
            LINES[0].replace("4", "8")
        ]
    # Of an epoch's 10 batches, 3 make an update and 1 is left over.
    done = command("plot", "plateau.yml", "--metrics", "train.log", "--accumulate", 3, "-o", "Optimizer.lr.mode=max")
    assert "10 iterations per epoch, from train.log; 3 of them for one update = 3 updates per epoch" in done.stdout
    assert [line.strip() for line in done.stdout.splitlines() if "reduced at" in line] == [LINES[0].replace("4", "8")]
    done = command("show", "plateau.yml", "--metrics", "train.log")
    assert "acc should rise, and with mode: min it improves by falling" in " ".join(done.stdout.split())


@pytest.mark.parametrize("command_of", ["show", "plot"])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["cosine.yml", "--metrics", "loss.txt"], "cosine.yml: Optimizer.lr.name: 'Cosine' has a curve without metrics"),
        (["plateau.yml", "--metrics", "none.txt"], "none.txt: cannot be read: No such file or directory"),
        (["plateau.yml", "--metrics", "plateau.yml"], "plateau.yml:1: 'Global:' is not a number"),
        (["none.yml", "--metrics", "loss.txt"], "none.yml: cannot be read"),
        (
            ["plateau.yml", "--metrics", "loss.txt", "-o", "Global.eval_batch_step=often"],
            "plateau.yml: Global.eval_batch_step: 'often' is not allowed; it must be a positive integer",
        ),
        (["plateau.yml", "--metrics", "loss.txt", "-o", "Optimizer.lr.patience=-1"], "plateau.yml: Optimizer.lr.patience: -1"),
        (["plateau.yml", "--metrics", "loss.txt", "--reference-batch", 64, "--batch-size", 32], "--metrics: simulate the rates"),
    ],
)  # fmt: skip
def test_what_cannot_be_simulated(
    command: Command, tmp_path: Path, command_of: str, arguments: list[str], message: str
) -> None:
    before = sorted(path.name for path in tmp_path.iterdir())
    done = command(command_of, *arguments, "--iters-per-epoch", 10)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {message}")
    assert len(done.stderr.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_the_length_of_an_epoch_must_be_known(command: Command) -> None:
    done = command("show", "plateau.yml", "--metrics", "loss.txt")
    assert done.returncode == 2
    assert "--iters-per-epoch" in done.stderr


def test_a_log_as_dots_and_metrics_do_not_go_together(command: Command) -> None:
    done = command("plot", "plateau.yml", "--metrics", "loss.txt", "--log", "train.log", "--out", "a.png")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("error: --metrics: make a curve of their own")


def test_it_needs_no_paddle(process: Command, tmp_path: Path) -> None:
    (tmp_path / "paddle.py").write_text("raise ModuleNotFoundError(\"No module named 'paddle'\", name='paddle')\n")
    done = process("plot", "plateau.yml", "--metrics", "loss.txt", "--iters-per-epoch", 10)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.strip() for line in done.stdout.splitlines() if "reduced at" in line] == LINES
