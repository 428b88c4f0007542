"""Real training runs, whole and disturbed: killed, resumed, on two cards."""

from __future__ import annotations

import itertools
import os
import pickle
import random
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

pytest.importorskip("paddle")

import paddle

from digits.checkpoint import NAMES, save_checkpoint
from digits.cli import run
from digits.data import Digits, Pictures, load_digits
from digits.trainer import Trainer
from ppocr_lr import build_schedule
from ppocr_lr.training_config.plan import plan_run
from ppocr_lr.training_config.run_flags import RunFlags
from tests.conftest import ROOT

SCRIPT = ROOT / "tools" / "train_digits.py"
CONFIG = ROOT / "tools" / "digits" / "config.yml"
EPOCHS, ITERS_EPOCH = 3, 19
TOTAL = EPOCHS * ITERS_EPOCH
SCHEDULE = build_schedule({"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 1}, EPOCHS, ITERS_EPOCH)


def start(*arguments: object, launch: Sequence[object] = ()) -> subprocess.Popen[str]:
    """The script as a process of its own."""
    words = [sys.executable, *launch, SCRIPT, *arguments]
    return subprocess.Popen(
        list(map(str, words)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> str:
    output, _ = process.communicate(timeout=200)
    assert process.returncode == 0, output
    return output


def read(rates: Path) -> list[tuple[int, float, float]]:
    """The whole lines of a file of --rates."""
    lines = rates.read_text().split("\n")[:-1] if rates.exists() else []
    return [(int(number), float(rate), float(loss)) for number, rate, loss in map(str.split, lines)]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that nothing happened to."""
    output = tmp_path_factory.mktemp("undisturbed")
    text = finish(start("--epochs", EPOCHS, "--output", output, "--rates", output / "rates.txt"))
    accuracy = re.search(r"^test accuracy (0\.\d{4}) ", text, re.MULTILINE)
    assert accuracy
    assert float(accuracy[1]) > 0.9
    return output


def test_every_update_has_the_schedules_rate(undisturbed: Path) -> None:
    assert [(number, rate) for number, rate, _ in read(undisturbed / "rates.txt")] == [
        (k, SCHEDULE(k)) for k in range(TOTAL)
    ]


def test_the_log_is_paddleocrs(undisturbed: Path) -> None:
    rates = [SCHEDULE(k) for k in range(TOTAL)]
    losses = [loss for _, _, loss in read(undisturbed / "rates.txt")]
    lines = re.findall(
        r"^\[\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\] ppocr INFO: epoch: \[(\d+)/3\], global_step: (\d+), lr: (\d\.\d{6}), acc: \d\.\d{6}, "
        r"loss: (\d+\.\d{6}), avg_reader_cost: \d\.\d{5} s, avg_batch_cost: \d\.\d{5} s, avg_samples: [\d.]+, "
        r"ips: [\d.]+ samples/s, eta: \d:\d\d:\d\d$",
        (undisturbed / "train.log").read_text(),
        re.MULTILINE,
    )
    steps = [10, 19, 20, 30, 38, 40, 50, 57]  # every 10 updates and at the end of each epoch
    assert [int(step) for _, step, _, _ in lines] == steps
    assert [int(epoch) for epoch, _, _, _ in lines] == [(step - 1) // ITERS_EPOCH + 1 for step in steps]
    for _, step, rate, loss in lines:
        window = slice(max(0, int(step) - 20), int(step))
        assert rate == f"{statistics.median(rates[window]):.6f}"
        assert loss == f"{statistics.median(losses[window]):.6f}"


def test_paddleocr_can_resume_it(undisturbed: Path) -> None:
    """With what its `load_model` does."""
    parameters = paddle.load(str(undisturbed / "latest.pdparams"))
    optimizer = paddle.load(str(undisturbed / "latest.pdopt"))
    states = pickle.loads((undisturbed / "latest.states").read_bytes(), encoding="latin1")
    assert len(parameters) == 6
    assert optimizer["LR_Scheduler"]["last_epoch"] == TOTAL
    assert set(optimizer["LR_Scheduler"]) == {"last_epoch", "last_lr", "LinearWarmup_LR"}
    assert (states["epoch"], states["global_step"]) == (EPOCHS, TOTAL)
    assert states["best_model_dict"]["acc"] > 0.9


def test_killed_again_and_again_it_is_the_same_run(undisturbed: Path, tmp_path: Path) -> None:
    rates = tmp_path / "rates.txt"
    arguments = ("--epochs", EPOCHS, "--output", tmp_path / "run", "--save-every", 4, "--rates", rates, "--resume")
    chance = random.Random(4)
    for _ in range(2):
        at = len(read(rates)) + chance.randrange(5, 25)
        process = start(*arguments)
        while len(read(rates)) < at and process.poll() is None:
            time.sleep(0.002)
        process.kill()
        process.communicate()
        assert process.returncode == -9
    finish(start(*arguments))
    made: dict[int, tuple[float, float]] = {}
    for number, rate, loss in read(rates):
        assert made.setdefault(number, (rate, loss)) == (rate, loss)  # an update made again is the same
    assert [(number, *made[number]) for number in sorted(made)] == read(undisturbed / "rates.txt")
    assert len(read(rates)) > TOTAL
    same = [(undisturbed / name).read_bytes() == (tmp_path / "run" / name).read_bytes() for name in NAMES[:2]]
    assert same == [True, True]


def test_a_torn_checkpoint_is_skipped(undisturbed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "run"
    shutil.copytree(undisturbed, output, symlinks=True)
    newest = output / "checkpoints" / "current" / "latest.pdopt"
    newest.write_bytes(newest.read_bytes()[:-1000])
    rates = tmp_path / "rates.txt"
    assert run(["--epochs", "3", "--output", str(output), "--rates", str(rates), "--resume"]) == 0
    printed = capsys.readouterr().out
    assert "skipped:" in printed
    assert "latest.pdopt is not the file that was written there" in printed
    assert read(rates) == read(undisturbed / "rates.txt")[-ITERS_EPOCH:]  # the last epoch again
    for folder in (output / "checkpoints").glob("0*"):
        (folder / "latest.states").unlink()
    assert run(["--epochs", "3", "--output", str(output), "--resume"]) == 2
    assert f"{output}: no whole checkpoint is left" in capsys.readouterr().err


def test_two_cards(undisturbed: Path, tmp_path: Path) -> None:
    """A run of one card goes on with two that have half the batch each, as if nothing had happened.

    The gradients are averaged, and the rates are equal.
    """
    output, rates = tmp_path / "run", tmp_path / "rates.txt"
    shutil.copytree(undisturbed, output, symlinks=True)
    (output / "checkpoints" / "current" / "latest.pdopt").write_bytes(b"torn, so that the epoch before is the last")
    launch = (
        "-m", "paddle.distributed.launch", "--nproc_per_node", 2, "--backend", "gloo", "--log_dir", tmp_path / "logs",
    )  # fmt: skip
    arguments = ("--epochs", EPOCHS, "--batch-size", 32, "--output", output, "--rates", rates, "--resume")
    finish(start(*arguments, launch=launch))
    first, second = (read(tmp_path / f"rates.rank{rank}.txt") for rank in (0, 1))
    one_card = read(undisturbed / "rates.txt")[-ITERS_EPOCH:]
    assert [line[:2] for line in first] == [line[:2] for line in second] == [line[:2] for line in one_card]
    losses = [(a[2] + b[2]) / 2 for a, b in zip(first, second, strict=True)]
    assert losses == pytest.approx([loss for _, _, loss in one_card], rel=0.02)
    assert losses[:5] == pytest.approx([loss for _, _, loss in one_card[:5]], rel=1e-3)
    log = (output / "train.log").read_text().partition("resume from")[2]
    assert "cards 1 -> 2, batch per card 64 -> 32: an update has 64 -> 64 samples" in log
    assert log.count("global_step: 57, ") == 1
    assert "global_step: 57, lr: " in (tmp_path / "logs" / "workerlog.1").read_text()


def test_a_resume_with_more_samples_an_update(undisturbed: Path, tmp_path: Path) -> None:
    output, rates = tmp_path / "run", tmp_path / "rates.txt"
    shutil.copytree(undisturbed, output, symlinks=True)
    assert here("--epochs", 4, "--batch-size", 128, "--output", output, "--rates", rates, "--resume") == 0
    log = (output / "train.log").read_text()
    assert "cards 1 -> 1, batch per card 64 -> 128: an update has 64 -> 128 samples" in log
    assert "iterations per epoch 19 -> 10: update 57, epoch 3.000, continues as update 30, epoch 3.000" in log
    assert "rate of the next update 2.5e-2 -> 5e-2 (+100.0%)" in log  # the run has become longer
    longer = build_schedule({"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 1}, 4, 10)
    assert [line[:2] for line in read(rates)] == [(k, longer(k)) for k in range(30, 40)]


def here(*arguments: object) -> int:
    """The script in this process."""
    return run(list(map(str, arguments)))


CONFIGS = {path.stem: path for path in sorted((ROOT / "configs").glob("*.yml")) if path.stem != "reduce_on_plateau"}
EPOCHS_NEEDED = {"cosine_cured": 13, "piecewise_linear": 20, "scale": 7, "sequence": 20, "trapezoid": 7, "wsd": 2}


@pytest.mark.parametrize("name", CONFIGS)
def test_any_config_trains(name: str) -> None:
    epochs, batch = EPOCHS_NEEDED.get(name, 1), 4
    digits = load_digits()
    few = Pictures(digits.train.images[: ITERS_EPOCH * batch], digits.train.labels[: ITERS_EPOCH * batch])
    trainer = Trainer(Digits(few, digits.test), CONFIGS[name], (), seed=0, epochs=epochs, batch_size=batch)
    made = [update.rate for update in trainer.updates()]
    planned = plan_run(CONFIGS[name], flags=RunFlags(epochs=epochs, iters_per_epoch=ITERS_EPOCH))
    assert len(made) == planned.run.total_iters
    assert made == [planned.schedule(k) for k in range(len(made))]


def test_a_schedule_of_the_metric_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert here("-c", ROOT / "configs/reduce_on_plateau.yml", "--output", tmp_path / "run") == 2
    assert "depends on a metric" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("overrides", "gathered"),
    [
        (["Optimizer.name=Momentum"], {"velocity_0"}),
        (["Optimizer.name=SGD"], set()),
        (["Optimizer.name=Adam", "Optimizer.lr.learning_rate=1e-3"], {"moment1_0", "moment2_0", "beta1_pow_acc_0", "beta2_pow_acc_0"}),
        (["Optimizer.name=AdamW", "Optimizer.lr.learning_rate=1e-3"], {"moment1_0", "moment2_0", "beta1_pow_acc_0", "beta2_pow_acc_0"}),
    ],
)  # fmt: skip
def test_optimizers(overrides: list[str], gathered: set[str], tmp_path: Path) -> None:
    assert here("-o", *overrides, "--epochs", 1, "--output", tmp_path) == 0
    names = set(paddle.load(str(tmp_path / "latest.pdopt"))) - {"LR_Scheduler"}
    assert {name.partition("_0_")[2] or name.partition("w_0_")[2] for name in names} == gathered


def test_the_seed_decides_the_run(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert here("--epochs", 1, "--seed", seed, "--output", tmp_path / name) == 0
    a, b, c = ((tmp_path / name / "latest.pdparams").read_bytes() for name in "abc")
    assert a == b
    assert a != c


def test_a_run_that_is_there_is_not_overwritten_unasked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--epochs", 1, "--output", tmp_path)
    assert here(*arguments) == 0
    assert here(*arguments) == 2
    assert "holds a run; --resume continues it, --overwrite starts again" in capsys.readouterr().err
    assert here(*arguments, "--resume") == 0
    assert "nothing left to train: 19 updates are done, the run has 19" in capsys.readouterr().out
    assert here("--epochs", 2, "--output", tmp_path, "--resume") == 0
    capsys.readouterr()
    assert here(*arguments, "--resume") == 0  # a run made shorter
    assert "rate of the next update" not in capsys.readouterr().out  # there is none
    assert here("--epochs", 1, "--output", tmp_path, "--overwrite") == 0
    assert here(*arguments, "--resume", "-o", "Optimizer.lr.learning_rate=0.2", "--epochs", 2) == 0
    assert "rate of the next update 1e-1 -> 2e-1 (+100.0%)" in capsys.readouterr().out
    assert here(*arguments, "--overwrite", "--seed", 5) == 0
    assert here(*arguments, "--resume", "--seed", 6) == 2
    assert "--seed 6: the run to resume has the seed 5" in capsys.readouterr().err
    assert (tmp_path / "train.log").read_text().count("train from scratch") == 3


@pytest.mark.parametrize(
    ("flags", "what"), [((), r"the loss is (nan|inf)"), (("--save-every", 1), "a weight became NaN or infinite")]
)
def test_a_run_that_diverges_stops(
    flags: tuple[object, ...], what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Beyond float32, so that the first update spoils the weights on any machine.
    huge = ("-o", "Optimizer.lr.learning_rate=1e40", "Optimizer.lr.warmup_epoch=0")
    assert here("--epochs", 1, "--output", tmp_path, *huge, *flags) == 1
    assert re.search(rf"^error: update \d+, with a rate of \S+: {what}; training stops", capsys.readouterr().err)
    if (tmp_path / "latest.pdparams").exists():
        weights = paddle.load(str(tmp_path / "latest.pdparams"))
        assert all(bool(paddle.isfinite(weights[name]).all()) for name in weights)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-c", "missing.yml"], "error: missing.yml: "),
        (["-c", CONFIG, CONFIG], "error: -c: a run has one config, received 2"),
        (["-o", "Optimizer.name=Lamb"], "error: Optimizer.name: 'Lamb' is not allowed; it must be one of Momentum, SGD, Adam, AdamW here"),
        (["-o", "Optimizer.momentum=fast"], "error: Optimizer.momentum: 'fast' is not allowed; it must be a number from 0 to below 1"),
        (["-o", "Optimizer.name=SGD", "--momentum", 0.5], "error: --momentum 0.5: Optimizer.name is SGD, which has none"),
        (["-o", "Optimizer.lr.gama=2"], "Optimizer.lr.gama"),
        (["-o", "Optimizer.name=Lamb", "-o", "Optimizer.momentum=fast"], "leaves out Optimizer.name=Lamb; write all after one: -o Optimizer.name=Lamb Optimizer.momentum=fast\nerror: Optimizer.momentum: 'fast' is not allowed"),
        (["-o", "Global.print_batch_step=0"], "error: Global.print_batch_step: 0 is not allowed"),
        (["--epochs", 0], "argument --epochs: '0' is not an integer from 1 to 2^53"),
        (["--seed", 10**30], "is not an integer from 0 to 2^53"),
        (["--batch-size", 5000, "-o", "Train.loader.drop_last=true"], "an epoch has no iteration"),
        (["--resume", "--overwrite"], "not allowed with argument"),
        (["--compare", "-o", "Optimizer.lr.learning_rate=1"], "error: --compare: -o goes with two configs or more"),
        (["--compare", "--out", "picture.jpg"], "error: --out picture.jpg: the ending must be one of .png, .svg, .pdf"),
    ],
)  # fmt: skip
def test_wrong_input(
    arguments: list[object], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert here(*arguments) == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_checkpoints_of_another_program_stay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "latest.pdopt").write_bytes(b"PaddleOCR's")
    for flags in ((), ("--overwrite",), ("--resume",)):
        assert here("--epochs", 1, "--output", tmp_path, *flags) == 2
        assert "holds latest.pdopt of another program" in capsys.readouterr().err
    assert (tmp_path / "latest.pdopt").read_bytes() == b"PaddleOCR's"


class Touch:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> object:
        return (Path.touch, (self.path,))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_a_checkpoint_is_run(
    name: str, undisturbed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    side_effect = tmp_path / "touched"
    files = {file: (undisturbed / file).read_bytes() for file in NAMES}
    save_checkpoint(tmp_path, {**files, name: pickle.dumps({"LR_Scheduler": Touch(side_effect)})})
    assert here("--epochs", 4, "--output", tmp_path, "--resume") == 2
    assert f"{name}: " in capsys.readouterr().err
    assert not side_effect.exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_is_told_with_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "train.log").symlink_to("/dev/full")
    assert here("--epochs", 1, "--output", tmp_path) == 2
    assert "train.log" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flag", "module"), [("--find-lr", "find_lr"), ("--compare", "compare"), ("--resume", "session")]
)
def test_what_is_interrupted_says_how_to_go_on_if_it_can(
    flag: str, module: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"digits.{module}.load_digits", interrupted)
    assert here(flag, "--output", "nowhere") == 130
    assert ("--resume continues" in capsys.readouterr().err) == (flag == "--resume")


def test_find_lr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert here("--find-lr", "--out", tmp_path / "range.png") == 0
    rate = re.search(r"^suggestion: (\S+),", capsys.readouterr().out, re.MULTILINE)
    assert rate
    assert 1e-4 < float(rate[1]) < 0.5
    assert (tmp_path / "range.png").stat().st_size > 10_000


def test_compare(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "all.png"
    assert here("--compare", "--seeds", 1, "--epochs", 1, "--out", out) == 0
    rows = re.findall(r"^  (\S.*?) +(\d+\.\d\d) ±  0\.00 %", capsys.readouterr().out, re.MULTILINE)
    assert [name for name, _ in rows] == [
        "Const",
        "Piecewise",
        "Cosine",
        "no warmup",
        "1 epoch of warmup",
        "5 epochs of warmup",
    ]
    assert rows[0][1] == rows[1][1] == rows[2][1]  # one epoch of the same warmup

    huge = tmp_path / "huge.yml"
    huge.write_text(
        CONFIG.read_text()
        .replace("learning_rate: 0.1", "learning_rate: 1.0e+38")
        .replace("warmup_epoch: 1", "warmup_epoch: 0")
    )
    assert here("--compare", "-c", CONFIG, huge, "--seeds", 2, "--epochs", 2, "--out", out) == 0
    assert re.findall(r"(\d) of 2 diverged$", capsys.readouterr().out, re.MULTILINE) == ["2"]
    assert out.stat().st_size > 10_000


def test_help_needs_no_paddle() -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1]); from digits.cli import run; run(['--help']); print('paddle' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, SCRIPT.parent], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("False\n")
    assert all(f"--{option}" in done.stdout for option in itertools.chain(("resume", "find-lr", "compare", "rates")))
