"""`ppocr-lr compare-log`, and `plot` with logs, as a user runs them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.logs.comparing import EPOCHS, ITERS, LENGTHLESS, SECTIONS, times
from tests.train_logs import Trainer, write_config, write_log


@pytest.fixture
def scaled_log(tmp_path: Path) -> Path:
    write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    return write_log(tmp_path / "train.log", Trainer(times(SECTIONS["Cosine"], 4), EPOCHS, ITERS).train())


def test_compare_log(command: Command, scaled_log: Path) -> None:
    done = command("compare-log", "-c", "c.yml", "train.log")
    assert (done.returncode, done.stderr) == (1, "")
    assert (
        "100 of 100 lines differ, from global_step 10 in epoch 1 on, where the log has 0.000180 and the plan 0.000045"
        in done.stdout
    )
    assert "cause    the rate is 4 times as high as the plan's\n           explains 100 of 100 lines" in done.stdout
    line = next(line for line in done.stdout.splitlines() if "to plan this run: " in line)
    done = command("compare-log", "-c", "c.yml", "train.log", *line.split("to plan this run: ")[1].split())
    assert (done.returncode, done.stderr) == (0, "")
    assert "the run follows the plan: all 100 lines show its rates, to six decimals" in done.stdout


def test_compare_log_as_json(command: Command, scaled_log: Path) -> None:
    done = command("compare-log", "-c", "c.yml", "train.log", "--format", "json")
    (value,) = json.loads(done.stdout)["results"]
    assert (done.returncode, value["follows"], value["lines_that_differ"]) == (1, False, 100)
    assert value["first_difference"] == {
        "epoch": 1, "global_step": 10, "update": 9, "logged": 0.00018, "planned": [4.5e-5, 4.5e-5],
    }  # fmt: skip
    (diagnosis,) = value["diagnoses"]
    (explanation,) = diagnosis["explanations"]
    assert explanation["causes"][0] == {
        "kind": "factor", "text": "the rate is 4 times as high as the plan's", "flag": "-o Optimizer.lr.learning_rate=0.004",
    }  # fmt: skip
    assert explanation["lines_explained"] == explanation["lines"] == 100
    assert explanation["largest_distance"] <= 5e-7
    several = json.loads(command("compare-log", "-c", "c.yml", "train.log", "train.log", "--format", "json").stdout)[
        "results"
    ]
    assert several == [value, value]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["-c", "c.yml", "none.log"], "none.log: cannot be read"),
        (["-c", "none.yml", "train.log"], "none.yml: cannot be read"),
        (["-c", "c.yml", "no.log"], "no.log: holds no line with a learning rate"),
        (["c.yml", "train.log"], "c.yml: is a config, not a log; write -c c.yml"),
        (["-c", "c.yml", "none.yml"], "none.yml: cannot be read"),
        (["-c", "c.yml", "packed.log"], "packed.log: is compressed (zip); unpack it first"),
        (["-c", "c.yml", "train.log", "--gpus", "0,1,3"], "own numbers; say how many there are: --gpus 3"),
        (["-c", "c.yml", "train.log", "--gpus", "two"], "error: --gpus two: must be a positive integer"),
        (["train.log"], "holds no config, indented as PaddleOCR writes it, and there is no config.yml; give --config"),
        (["-c", "c.yml", "train.log", "train.log", "--follow"], "--follow: takes one log"),
        (["-c", "c.yml", "train.log", "--follow", "--format", "json"], "--follow: takes one log, and --format text"),
        (["-c", "c.yml", ".", "--follow", "--accumulate", "51"], "--accumulate 51: an epoch has only 50 batches"),
        (["-c", "no_length.yml", "train.log", "--accumulate", "99999999"], "an epoch has only 50 batches"),
        (["-c", "c.yml", "other.log", "--follow"], "other.log: is a log of PaddleSeg; only those of PaddleOCR from"),
        (["-c", "c.yml", "comma.log"], "holds no line with a learning rate, 1 line with `epoch: [` in another form"),
    ],
)
def test_unusable_input(command: Command, scaled_log: Path, arguments: list[str], part: str) -> None:
    others = {
        "no_length.yml": LENGTHLESS.format(EPOCHS, json.dumps(SECTIONS["Cosine"])),
        "other.log": "2021-08-12 10:00:00 [INFO] [TRAIN] epoch: 1, iter: 10/1000, loss: 2.6, lr: 0.009919, cost: 0.1\n",
        "packed.log": "PK\3\4",
        "no.log": "Global:\n  epoch_num: 20\n",
        "comma.log": "epoch: [1/20], global_step: 10, lr: 0,000045, loss: 1,692174\n",
    }
    for name, text in others.items():
        scaled_log.with_name(name).write_text(text, encoding="utf-8")
    done = command("compare-log", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert part in done.stderr
    assert "Traceback" not in done.stderr


def test_a_log_and_its_folder_may_be_called_as_a_config_is(command: Command, scaled_log: Path) -> None:
    folder = scaled_log.with_name("run.yml")
    folder.mkdir()
    for log in (folder / "train.log", scaled_log.with_name("log.yml")):
        log.write_bytes(scaled_log.read_bytes())
    verdicts = [
        command("compare-log", "-c", "c.yml", name).stdout.splitlines()[1:]
        for name in ("train.log", "run.yml", "log.yml")
    ]
    assert verdicts[0] == verdicts[1] == verdicts[2] != []


def test_the_text_needs_neither_paddle_nor_matplotlib(scaled_log: Path) -> None:
    code = (
        "import sys; from ppocr_lr.cli.main import run; run(['compare-log', '-c', 'c.yml', 'train.log']); "
        "print([name for name in ('paddle', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=scaled_log.parent, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("axis", ["iters", "epochs", "progress"])
@pytest.mark.parametrize("scale", [[], ["--log-scale"]])
def test_plot_with_logs(command: Command, scaled_log: Path, axis: str, scale: list[str]) -> None:
    (scaled_log.parent / "é.log").write_bytes(scaled_log.read_bytes())
    done = command("plot", "-c", "c.yml", "--log", "train.log", "--log", "é.log", "--out", "l.png", "--x", axis, *scale)
    assert (done.returncode, done.stderr) == (0, "")
    assert "train.log: the run does not follow the plan" in done.stdout
    assert (scaled_log.parent / "l.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "against"),
    [
        (["-c", "c.yml"], ""),
        (["-c", "c.yml", "d.yml"], " against {first}"),
        (["-c", "d.yml", "c.yml"], " against {first}"),
        (["-c", "c.yml", "--sweep", "Optimizer.lr.learning_rate=0.01,0.02"], " against {first}"),
    ],
)
def test_of_several_plans_the_one_of_the_dots_is_named(
    command: Command, scaled_log: Path, arguments: list[str], against: str
) -> None:
    config = (scaled_log.parent / "c.yml").read_text(encoding="utf-8")
    (scaled_log.parent / "d.yml").write_text(config.replace("epoch_num: ", "epoch_num: 1"), encoding="utf-8")
    done = command("plot", *arguments, "--log", "train.log", "--out", "l.svg")
    assert (done.returncode, done.stderr) == (0, "")
    curves = [line.removeprefix("  curve    ") for line in done.stdout.splitlines() if line.startswith("  curve    ")]
    against = against.format(first=curves[0] if curves else "")
    assert f"\ntrain.log{against}: the run " in done.stdout
    assert f">train.log{against}: " in (scaled_log.parent / "l.svg").read_text(encoding="utf-8")


def test_a_log_is_drawn_in_a_picture_alone(command: Command, scaled_log: Path) -> None:
    done = command("plot", "-c", "c.yml", "--log", "train.log", "--out", "l.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--log: a log is drawn in a picture" in done.stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
@pytest.mark.parametrize(
    ("words", "content", "code", "found"),
    [
        (["compare-log", "-c", "c.yml", "pipe"], "train.log", 1, "cause    the rate is 4 times as high as the plan's"),
        (["compare-log", "-c", "pipe", "train.log"], "c.yml", 1, "train.log against pipe: "),
        (["check", "pipe"], "c.yml", 0, "LR505"),
        (["show", "-c", "pipe"], "c.yml", 0, "pipe: Cosine"),
    ],
)
def test_a_pipe_that_nobody_writes_into_is_told(
    scaled_log: Path, words: list[str], content: str, code: int, found: str
) -> None:
    pipe = scaled_log.with_name("pipe")
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [sys.executable, "-m", "ppocr_lr", *words],
        cwd=scaled_log.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stderr.readline() == "pipe: is a pipe; waiting for a program that writes into it\n"
    pipe.write_bytes(scaled_log.with_name(content).read_bytes())
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (code, "")
    assert found in stdout


@pytest.mark.parametrize("missing", ["", "plotille"])
def test_follow(scaled_log: Path, missing: str) -> None:
    """The log is written by a real process, after what was read so far is drawn; the command ends with the run."""
    lines = scaled_log.read_text(encoding="utf-8").splitlines(keepends=True)
    growing = scaled_log.with_name("growing.log")
    growing.write_text("".join(lines[:40]), encoding="utf-8")
    code = f"import sys; sys.modules.update(dict.fromkeys({missing.split()}))\nfrom ppocr_lr.cli.main import run\nsys.exit(run(['compare-log', '-c', 'c.yml', 'growing.log', '--follow']))"
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=scaled_log.parent, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert process.stdout is not None
    seen = []
    while not (seen and seen[-1].startswith("the run does not")):
        seen.append(process.stdout.readline())
    assert ("(log)" if missing else "•") in "".join(seen)
    with growing.open("a", encoding="utf-8") as file:
        file.writelines(lines[40:])
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "global_step 1000 in epoch 20 of 20" in rest
    assert "cause    the rate is 4 times as high as the plan's" in rest


@pytest.mark.parametrize("at_start", [signal.SIG_DFL, signal.SIG_IGN], ids=["foreground", "background"])
def test_follow_ends_on_an_interrupt(scaled_log: Path, at_start: signal.Handlers) -> None:
    """A shell's background job, and all that nohup starts from a script, begins with SIGINT ignored."""
    log = scaled_log.read_text(encoding="utf-8").splitlines(keepends=True)
    scaled_log.write_text("".join(log[:40]), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "ppocr_lr", "compare-log", "-c", "c.yml", "train.log", "--follow"],
        cwd=scaled_log.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        preexec_fn=lambda: signal.signal(signal.SIGINT, at_start),
    )  # fmt: skip
    assert process.stdout is not None
    try:
        while not process.stdout.readline().startswith("the run does not"):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=10)
    finally:
        process.kill()
    assert (process.returncode, stderr) == (130, "interrupted\n")
