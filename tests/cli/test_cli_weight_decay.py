"""`plot --weight-decay`, and the commands on a schedule without a curve, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Command

CONFIG = """Global: {epoch_num: 20}
Optimizer:
  name: Adam
  lr: {name: Cosine, learning_rate: 0.001, warmup_epoch: 2}
  regularizer: {name: CosineL2Decay, factor: 5.0e-5, end_factor: 5.0e-6, warmup_epoch: 2}
"""
PLATEAU = "Global: {epoch_num: 20}\nOptimizer: {lr: {name: ReduceOnPlateau, learning_rate: 0.1, patiance: 3}}\n"


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    (tmp_path / "wd.yml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "plateau.yml").write_text(PLATEAU, encoding="utf-8")


@pytest.mark.parametrize(
    ("overrides", "line"),
    [
        ([], "  wd       0 % 5e-5   25 % 4.699e-5   50 % 3.141e-5   75 % 1.304e-5   100 % 5e-6"),
        (
            ["Optimizer.regularizer.factor=1e-4", "Optimizer.regularizer.end_factor=1e-4"],
            "  wd       1e-4 throughout",
        ),
        (["Optimizer.regularizer={name: L2, factor: 2e-5}"], "  wd       2e-5 throughout"),
        (
            ["Optimizer.regularizer={name: Linear, start: 0.1, end: 0.3}"],
            "  wd       0 % 0.1   25 % 0.15   50 % 0.2   75 % 0.25   100 % 0.2999",
        ),
        (["Optimizer.regularizer=null", "Optimizer.weight_decay=0.05"], "  wd       5e-2 throughout"),
        (["Optimizer.regularizer=null", "Optimizer.name=AdamW"], "  wd       1e-2 throughout"),
        (["Optimizer.regularizer=null"], "  wd       0 throughout"),
    ],
)
@pytest.mark.parametrize("flag", [["--weight-decay"], ["--parameter", "lr,wd"]], ids=str)
def test_rate_and_weight_decay(
    command: Command, tmp_path: Path, flag: list[str], overrides: list[str], line: str
) -> None:
    done = command("plot", "wd.yml", "--iters-per-epoch", "100", *flag, "-o", *overrides, "Global.epoch_num=20")
    assert (done.returncode, done.stderr) == (0, "")
    assert line in done.stdout
    assert (tmp_path / "lr_wd.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["Optimizer.regularizer={name: L2, factor: 2e-5}"], "weight decay: 2e-5 throughout\n"),
        (["Optimizer.regularizer=null", "Optimizer.weight_decay=0.05"], "weight decay: 5e-2 throughout\n"),
        (["Optimizer.regularizer=null", "Optimizer.name=AdamW"], ""),
        (["Optimizer.regularizer=null"], ""),
    ],
)
def test_show_has_the_weight_decay_that_the_config_sets(command: Command, overrides: list[str], said: str) -> None:
    done = command("show", "wd.yml", "--iters-per-epoch", "100", "-o", *overrides)
    assert (done.returncode, done.stderr) == (0, "")
    assert "".join(line for line in done.stdout.splitlines(keepends=True) if "weight decay" in line) == said


MOMENTUM = """Global: {epoch_num: 20}
Optimizer:
  name: Momentum
  momentum: {name: OneCycle}
  lr: {name: OneCycle, max_lr: 0.1}
"""
"""Its regularizer is to be written."""


@pytest.mark.parametrize(
    ("overrides", "line"),
    [
        ([], "  momentum 0 % 0.95   25 % 0.8566   50 % 0.8689   75 % 0.9218   100 % 0.95"),
        (["Optimizer.momentum.base_momentum=0.5"], "  momentum 0 % 0.95   25 % 0.5297   50 % 0.5851"),
        (["Optimizer.momentum=0.9"], "  momentum 0.9 throughout"),
        (["Optimizer.momentum=null"], "  momentum 0.9 throughout"),
        (["Optimizer.momentum=null", "Optimizer.name=SGD"], "  momentum 0 throughout"),
        (["Optimizer.momentum=null", "Optimizer.name=Adam", "Optimizer.beta1=0.5"], "  momentum 0.5 throughout"),
        (["Optimizer.momentum={name: Linear, start: 0.8, end: 0.9}"], "  momentum 0 % 0.8   25 % 0.825   50 % 0.85"),
    ],
    ids=str,
)
def test_momentum(command: Command, tmp_path: Path, overrides: list[str], line: str) -> None:
    (tmp_path / "m.yml").write_text(MOMENTUM)
    run = (
        "m.yml",
        "--iters-per-epoch",
        "100",
        "-o",
        *overrides,
        "Optimizer.regularizer={name: Linear, start: 0.01, end: 0.05}",
    )
    done = command("plot", *run, "--momentum", "--weight-decay", "--out", "m.svg")
    assert (done.returncode, done.stderr) == (0, "")
    assert line in done.stdout
    assert "  wd       0 % 1e-2   25 % 2e-2   50 % 3e-2   75 % 4e-2" in done.stdout
    drawn = (tmp_path / "m.svg").read_text(encoding="utf-8")
    assert ">momentum<" in drawn
    assert ">weight decay<" in drawn
    assert command("plot", *run, "--momentum", "--out", "m.csv").returncode == 0
    header, *rows = (tmp_path / "m.csv").read_text().splitlines()
    assert header == "iteration,epoch,rate,momentum"
    assert len(rows) == 2000
    shown = command("show", *run)
    assert shown.returncode == 0
    assert "weight decay: 0 % 1e-2   25 % 2e-2" in shown.stdout
    assert (line.replace("  momentum", "momentum:") in shown.stdout) is ("Optimizer.momentum=null" not in overrides)


@pytest.mark.parametrize(
    ("name", "said"), [("Adam", "0.9 throughout; Adam ignores Optimizer.momentum"), ("SGD", "0.5 throughout")]
)
def test_show_says_whose_momentum_it_is(command: Command, tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "m.yml").write_text(MOMENTUM)
    done = command("show", "m.yml", "--iters-per-epoch", "9", "-o", f"Optimizer.name={name}", "Optimizer.momentum=0.5")
    assert f"momentum: {said}\n" in done.stdout


@pytest.mark.parametrize("override", ["Optimizer.regularizer={name: L2, coeff: 1}", "Optimizer.momentum=1"])
def test_show_has_a_finding_where_the_weight_decay_or_the_momentum_cannot_be_used(
    command: Command, tmp_path: Path, override: str
) -> None:
    (tmp_path / "m.yml").write_text(MOMENTUM)
    done = command("show", "m.yml", "--iters-per-epoch", "9", "-o", "Optimizer.regularizer=null", override)
    assert (done.returncode, done.stderr) == (0, "")
    assert "LR107 error Optimizer." in done.stdout


def test_diff_tells_of_the_momentum(command: Command, tmp_path: Path) -> None:
    (tmp_path / "m.yml").write_text(MOMENTUM)
    (tmp_path / "n.yml").write_text(MOMENTUM.replace("{name: OneCycle}", "0.9"))
    done = command("diff", "m.yml", "n.yml", "--iters-per-epoch", "100")
    assert "Optimizer.momentum.name: OneCycle → –" in done.stdout
    assert "Optimizer.momentum: – → 0.9" in done.stdout


def test_numbers(command: Command, tmp_path: Path) -> None:
    """A column behind the rate, of each run."""
    run = ("plot", "wd.yml", "--iters-per-epoch", "100", "--weight-decay", "--every", "1000")
    sweep = ("--sweep", "Optimizer.regularizer.end_factor=0,5e-5")
    for out in ("a.csv", "a.json"):
        done = command(*run, *sweep, "--out", out)
        assert (done.returncode, done.stderr) == (0, "")
    header, *rows = (line.rsplit(",", 4) for line in (tmp_path / "a.csv").read_text().splitlines())
    assert header == ["run", "iteration", "epoch", "rate", "weight_decay"]
    assert [float(row[4]) for row in rows] == pytest.approx([5e-5, 2.934120e-5, 3.808e-11, *[5e-5] * 3], rel=1e-3)
    results = json.loads((tmp_path / "a.json").read_text())["results"]
    assert [result["columns"] for result in results] == [["iteration", "epoch", "rate", "weight_decay"]] * 2
    assert [[str(number) for number in row] for result in results for row in result["rows"]] == [
        row[1:] for row in rows
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--weight-decay", "-o", "Optimizer.regularizer.name=L3"],
            "wd.yml: Optimizer.regularizer.name: 'L3' is not a",
        ),
        (
            ["--momentum", "-o", "Optimizer.name=Momentum", "Optimizer.momentum=1"],
            "wd.yml: Optimizer.momentum: 1 is not allowed",
        ),
        (
            ["--momentum", "-o", "Optimizer.momentum={name: OneCycle}"],
            "Optimizer.momentum.name: moves opposite to a rate of the",
        ),
        (["-o", "Optimizer.regularizer.end_facor=1"], "did you mean Optimizer.regularizer.end_factor"),
    ],
)
def test_what_cannot_be_drawn(command: Command, tmp_path: Path, arguments: list[str], message: str) -> None:
    done = command("plot", "wd.yml", "--iters-per-epoch", "100", *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert message in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plateau.yml", "wd.yml"]


@pytest.mark.parametrize(
    "arguments",
    [["plot"], ["plot", "--out", "a.csv"], ["plot", "--out", "a.html"], ["show"], ["diff", "wd.yml"]],
    ids=str,
)
def test_without_a_curve_there_is_nothing_to_draw(command: Command, arguments: list[str]) -> None:
    done = command(arguments[0], "plateau.yml", *arguments[1:], "--iters-per-epoch", "9")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: plateau.yml: Optimizer.lr.name: this schedule depends on a metric")
    assert len(done.stderr.splitlines()) == 1


def test_without_a_curve_a_log_is_compared_with_nothing(command: Command, tmp_path: Path) -> None:
    line = "[2022/09/29 02:59:23] ppocr INFO: epoch: [1/20], global_step: 10, lr: 0.100000, loss: 1.692174\n"
    length = "[2022/09/29 02:59:21] ppocr INFO: train dataloader has 100 iters\n"  # so that the log tells it
    (tmp_path / "train.log").write_text(length + line)
    done = command("compare-log", "-c", "plateau.yml", "train.log", "--iters-per-epoch", "9")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: plateau.yml: Optimizer.lr.name: this schedule depends on a metric")


def test_without_a_curve_the_keys_are_checked_all_the_same(command: Command) -> None:
    done = command("check", "plateau.yml", "--iters-per-epoch", "9")
    assert done.returncode == 1
    assert "LR101 warning Optimizer.lr.patiance: is not a key of ReduceOnPlateau" in done.stdout
    assert "LR412 note Optimizer.lr.name: has no fixed curve: the rate starts at 1e-1" in done.stdout
    assert command("check", "plateau.yml", "--iters-per-epoch", "9", "--ignore", "LR101").returncode == 0
    assert command("check", "plateau.yml", "-o", "Optimizer.lr.factor=2").returncode == 2
