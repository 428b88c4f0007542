"""A log against its plan: what follows is never called deviating, and what deviates is explained."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppocr_lr import LRConfigError
from ppocr_lr.logs.causes import Diagnosis, diagnose
from ppocr_lr.logs.compare import Comparison, compare_log, plan_logged_run
from ppocr_lr.logs.train_log import read_log
from ppocr_lr.training_config.plan import RunFlags
from tests import strategies
from tests.conftest import ROOT, Command
from tests.train_logs import Trainer, write_config, write_log

REAL = ROOT / "tests" / "data" / "logs"
EPOCHS, ITERS = 20, 50

SECTIONS: dict[str, dict[str, Any]] = {
    "Cosine": {"name": "Cosine", "learning_rate": 0.001, "warmup_epoch": 2},
    "Linear": {"name": "Linear", "learning_rate": 0.001, "end_lr": 1e-5},
    "Piecewise": {"name": "Piecewise", "decay_epochs": [8, 14], "values": [0.001, 5e-4, 1e-4], "warmup_epoch": 1},
    "Step": {"name": "Step", "learning_rate": 0.001, "step_size": 5, "gamma": 0.5},
    "Const": {"name": "Const", "learning_rate": 0.001, "warmup_epoch": 3},
    "OneCycle": {"name": "OneCycle", "max_lr": 0.001},
    "CyclicalCosine": {"name": "CyclicalCosine", "learning_rate": 0.001, "cycle": 7},
}

of_every_name = pytest.mark.parametrize("section", SECTIONS.values(), ids=SECTIONS)


def times(section: dict[str, Any], factor: float) -> dict[str, Any]:
    scaled = {key: section[key] * factor for key in ("learning_rate", "max_lr", "end_lr") if key in section}
    return {**section, **scaled, **({"values": [v * factor for v in section["values"]]} if "values" in section else {})}


def compared(folder: Path, section: dict[str, Any], log: Path, window: int | None = None, **flags: Any) -> Comparison:
    config = write_config(folder / "c.yml", section, EPOCHS, ITERS, window)
    read = read_log(log)
    return compare_log(plan_logged_run(config, read, flags=RunFlags(**flags)), read)


def kinds(diagnosis: Diagnosis) -> list[list[str]]:
    return [[cause.kind for cause in explanation.causes] for explanation in diagnosis.explanations]


def diagnosed(folder: Path, section: dict[str, Any], trainer: Trainer) -> Diagnosis:
    comparison = compared(folder, section, write_log(folder / "train.log", trainer.train()))
    (diagnosis,) = diagnose(comparison)
    assert diagnosis.found
    assert diagnosis.first == 0
    return diagnosis


def test_a_log_of_paddleocrs_own_trainer_is_known(tmp_path: Path) -> None:
    section = {**SECTIONS["Cosine"], "end_lr": 1e-4}
    log = write_log(tmp_path / "train.log", Trainer(SECTIONS["Cosine"], EPOCHS, ITERS).train())
    (diagnosis,) = diagnose(compared(tmp_path, section, log))
    (explanation,) = diagnosis.explanations
    (cause,) = explanation.causes
    assert (diagnosis.found, cause.words) == (True, "trained by PaddleOCR, which ignores end_lr")
    assert cause.flag == "--trainer paddleocr"
    assert compared(tmp_path, section, log, trainer="paddleocr").first_difference is None


# A run that follows its plan


@st.composite
def logged_runs(draw: st.DrawFn) -> tuple[dict[str, Any], int, int, list[str], int]:
    section, epochs, iters_per_epoch = draw(strategies.planned)
    window = draw(st.sampled_from([1, 2, 5, 20, 50]))
    trainer = Trainer(section, epochs, iters_per_epoch, window, every=draw(st.sampled_from([1, 2, 3, 7, 10, 25])))
    older = draw(st.booleans())
    lines: list[str] = []
    for _ in range(draw(st.integers(0, 2))):
        if trainer.done_epochs < epochs - 1:
            lines += trainer.train(draw(st.integers(1, epochs - trainer.done_epochs - 1)), older=older)
            if draw(st.booleans()):
                trainer.global_step = 0  # what PaddleOCR does
    lines += trainer.train(older=older)
    return section, epochs, iters_per_epoch, lines, window


@given(logged_runs(), st.randoms(use_true_random=False))
def test_a_run_that_follows_is_never_called_deviating(
    tmp_path_factory: pytest.TempPathFactory, run: tuple[dict[str, Any], int, int, list[str], int], random: Any
) -> None:
    section, epochs, iters_per_epoch, lines, window = run
    folder = tmp_path_factory.mktemp("log")
    config = write_config(folder / "c.yml", section, epochs, iters_per_epoch, window)
    if random.random() < 0.5:  # several ranks
        lines = [line for line in lines for _ in range(2)]
    log = write_log(folder / "train.log", iter(lines))
    read = read_log(log)
    comparison = compare_log(plan_logged_run(config, read), read)
    assert comparison.first_difference is None
    assert diagnose(comparison) == []


def test_the_excerpts_of_real_logs_follow_their_configs(tmp_path: Path) -> None:
    for name, section, epochs, iters, window in (
        ("older.log", {"name": "Cosine", "learning_rate": 0.001}, 10, 7, 20),
        ("newer.log", {"name": "Cosine", "learning_rate": 0.001, "warmup_epoch": 5}, 500, 1, 20),
        ("window_of_10.log", {"name": "Linear", "learning_rate": 5e-5, "warmup_epoch": 2}, 200, 19, 10),
    ):
        log = read_log(REAL / name)
        config = write_config(tmp_path / "c.yml", section, epochs, iters, window)
        assert compare_log(plan_logged_run(config, log), log).first_difference is None
        # and not another one
        config = write_config(tmp_path / "c.yml", {**section, "learning_rate": 0.0011}, epochs, iters, window)
        assert compare_log(plan_logged_run(config, log), log).follows.mean() < 0.2


def test_the_window_is_the_configs(tmp_path: Path) -> None:
    log = write_log(tmp_path / "train.log", Trainer(SECTIONS["Cosine"], EPOCHS, ITERS, window=5).train())
    assert compared(tmp_path, SECTIONS["Cosine"], log, window=5).first_difference is None
    assert compared(tmp_path, SECTIONS["Cosine"], log).first_difference is not None
    with pytest.raises(
        LRConfigError, match=r"Global.log_smooth_window: 20000 is not allowed; it must be an integer from"
    ):
        compared(tmp_path, SECTIONS["Cosine"], log, window=20000)


def test_the_length_of_an_epoch_is_the_logs_where_nothing_else_tells_it(tmp_path: Path) -> None:
    log = read_log(write_log(tmp_path / "train.log", Trainer(SECTIONS["Cosine"], EPOCHS, ITERS).train()))
    config = write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    config.write_text(config.read_text(encoding="utf-8").partition("Train:")[0], encoding="utf-8")
    planned = plan_logged_run(config, log)
    assert (planned.run.iters_per_epoch, planned.length.arithmetic) == (50, "50 iterations per epoch, from the log")
    assert compare_log(planned, log).first_difference is None
    assert plan_logged_run(config, log, flags=RunFlags(iters_per_epoch=40)).run.iters_per_epoch == 40
    with pytest.raises(LRConfigError, match="the length of an epoch is not known"):
        plan_logged_run(config, read_log(REAL / "window_of_10.log"))


def test_a_resume_that_the_log_does_not_mark(tmp_path: Path) -> None:
    trainer = Trainer(SECTIONS["Cosine"], EPOCHS, ITERS)
    log = write_log(tmp_path / "train.log", trainer.train(6, marked=False), trainer.train(marked=False))
    assert compared(tmp_path, SECTIONS["Cosine"], log).first_difference is None


def test_dots_lie_on_the_curve(tmp_path: Path) -> None:
    """After a resume too, where the window fills anew."""
    trainer = Trainer(SECTIONS["Linear"], EPOCHS, ITERS)
    comparison = compared(
        tmp_path, SECTIONS["Linear"], write_log(tmp_path / "train.log", trainer.train(6), trainer.train())
    )
    schedule, positions = comparison.planned.schedule, comparison.positions
    beside = [schedule(np.floor(positions).astype(int)), schedule(np.ceil(positions).astype(int))]
    np.testing.assert_allclose(np.mean(beside, axis=0), comparison.log.rates, atol=5.1e-7)


@pytest.mark.parametrize("iters", [50, 10])
@pytest.mark.parametrize("marked", [False, True])
def test_a_first_line_in_the_second_epoch_is_no_resume(tmp_path: Path, iters: int, marked: bool) -> None:
    """On Windows, where an epoch is one short and its last line is not written; also in epochs shorter than planned."""
    lines = Trainer(SECTIONS["Linear"], EPOCHS, iters, every=iters, left_out=1).train(marked=marked)
    log = write_log(tmp_path / "train.log", lines)
    comparison = compared(tmp_path, SECTIONS["Linear"], log, iters_per_epoch=iters)
    assert comparison.log.epochs[0] == 2
    assert comparison.first_difference is None


def test_a_run_on_windows(tmp_path: Path) -> None:
    trainer = Trainer(SECTIONS["Cosine"], EPOCHS, ITERS, left_out=1)
    log = write_log(tmp_path / "train.log", trainer.train(6), trainer.train())
    assert compared(tmp_path, SECTIONS["Cosine"], log, windows=True).first_difference is None
    trainer = Trainer(SECTIONS["Cosine"], EPOCHS, ITERS, left_out=1)
    first = list(trainer.train(6))
    trainer.global_step = 0
    log = write_log(tmp_path / "train.log", iter(first), trainer.train())
    assert compared(tmp_path, SECTIONS["Cosine"], log, windows=True).first_difference is None


@pytest.mark.parametrize("kept", [False, True])
def test_a_resume_on_other_cards(tmp_path: Path, kept: bool) -> None:
    before, after = Trainer(SECTIONS["Cosine"], EPOCHS, ITERS), Trainer(SECTIONS["Cosine"], EPOCHS, 2 * ITERS)
    first = list(before.train(6))
    after.scheduler.step(before.scheduler.last_epoch)
    after.done_epochs, after.global_step = 6, before.global_step * kept
    comparison = compared(tmp_path, SECTIONS["Cosine"], write_log(tmp_path / "train.log", iter(first), after.train()))
    assert comparison.follows[:30].all()
    (diagnosis,) = diagnose(comparison)
    assert (diagnosis.found, diagnosis.processes) == (True, (1,))
    assert kinds(diagnosis) == [["epoch length"]]


# One cause


@of_every_name
@pytest.mark.parametrize(
    ("factor", "words"), [(4, "4 times"), (1 / 3, "1/3 of"), (0.7, "0.7 times"), (1.25, "1.25 times")]
)
def test_a_constant_factor(tmp_path: Path, section: dict[str, Any], factor: float, words: str) -> None:
    diagnosis = diagnosed(tmp_path, section, Trainer(times(section, factor), EPOCHS, ITERS))
    assert kinds(diagnosis)[0] == ["factor"]
    cause = diagnosis.explanations[0].causes[0]
    assert cause.words == f"the rate is {words} the plan's"
    assert cause.flag.startswith("-o ")


@of_every_name
@pytest.mark.parametrize("iters", [25, 49, 200])
def test_another_number_of_iterations(tmp_path: Path, section: dict[str, Any], iters: int) -> None:
    trainer = Trainer(section, EPOCHS, iters, every=10)
    diagnosis = diagnosed(tmp_path, section, trainer) if section["name"] != "Step" or iters != 49 else None
    if diagnosis:
        assert kinds(diagnosis) == [["epoch length"]]
        assert diagnosis.explanations[0].causes[0].flag == f"--iters-per-epoch {iters}"


@pytest.mark.parametrize("name", ["Cosine", "Linear", "Piecewise", "OneCycle"])
def test_an_epoch_length_that_the_log_does_not_tell(tmp_path: Path, name: str) -> None:
    lines = Trainer(SECTIONS[name], EPOCHS, 33).train(marked=False)
    on_windows = [
        line for line in lines if "global_step" in line and int(line.split("global_step: ")[1].split(",")[0]) % 10 == 0
    ]
    log = write_log(tmp_path / "train.log", iter(on_windows))
    (diagnosis,) = diagnose(compared(tmp_path, SECTIONS[name], log))
    assert diagnosis.found
    assert kinds(diagnosis)[0] == ["epoch length"]
    found = int(diagnosis.explanations[0].causes[0].flag.split()[1])
    assert found == 33 or (name == "Piecewise" and abs(found - 33) <= 1)


@pytest.mark.parametrize("name", ["Cosine", "Linear", "OneCycle"])
def test_another_epoch_count(tmp_path: Path, name: str) -> None:
    diagnosis = diagnosed(tmp_path, SECTIONS[name], Trainer(SECTIONS[name], 30, ITERS))
    assert kinds(diagnosis) == [["epochs"]]
    assert diagnosis.explanations[0].causes[0].words == "the run has 30 epochs, not 20"


@pytest.mark.parametrize("name", ["Piecewise", "Step", "Const", "CyclicalCosine"])
def test_an_epoch_count_that_changes_no_rate(tmp_path: Path, name: str) -> None:
    log = write_log(tmp_path / "train.log", Trainer(SECTIONS[name], 30, ITERS).train())
    assert compared(tmp_path, SECTIONS[name], log).first_difference is None
    # it is no part of another cause either
    diagnosis = diagnosed(tmp_path, SECTIONS[name], Trainer(times(SECTIONS[name], 2), 30, ITERS))
    assert kinds(diagnosis)[0] == ["factor"]


@of_every_name
def test_no_warmup(tmp_path: Path, section: dict[str, Any]) -> None:
    planned = {**section, "warmup_epoch": 2}
    diagnosis = diagnosed(tmp_path, planned, Trainer({**section, "warmup_epoch": 0}, EPOCHS, ITERS))
    assert kinds(diagnosis) == [["no warmup"]] or (section["name"] == "Const" and kinds(diagnosis)[0] == ["no warmup"])
    assert diagnosis.explanations[0].causes[0].flag == "-o Optimizer.lr.warmup_epoch=0"


@of_every_name
@pytest.mark.parametrize("length", [0.5, 4, 5])
def test_another_warmup(tmp_path: Path, section: dict[str, Any], length: float) -> None:
    diagnosis = diagnosed(tmp_path, section, Trainer({**section, "warmup_epoch": length}, EPOCHS, ITERS))
    assert kinds(diagnosis)[0] == ["warmup"]
    assert diagnosis.explanations[0].causes[0].words.startswith(f"the warmup has {length:g} epoch")


@of_every_name
def test_a_constant_rate(tmp_path: Path, section: dict[str, Any]) -> None:
    diagnosis = diagnosed(tmp_path, section, Trainer({"name": "Const", "learning_rate": 0.0007}, EPOCHS, ITERS))
    assert kinds(diagnosis)[0] == ["constant"]
    assert diagnosis.explanations[0].causes[0].words == "the rate is constant, 7e-4"


def resumed(
    folder: Path, section: dict[str, Any], over: bool, offset: int = 0, marked: bool = True, kept: bool = True
) -> Comparison:
    trainer = Trainer(section, EPOCHS, ITERS)
    first = list(trainer.train(6))
    if over:
        trainer.new_scheduler()
    for _ in range(offset):
        trainer.scheduler.step()
    trainer.global_step *= kept
    return compared(folder, section, write_log(folder / "train.log", iter(first), trainer.train(13, marked=marked)))


@of_every_name
@pytest.mark.parametrize("marked", [False, True])
@pytest.mark.parametrize("kept", [False, True])
def test_a_resume_that_started_over(tmp_path: Path, section: dict[str, Any], marked: bool, kept: bool) -> None:
    comparison = resumed(tmp_path, section, over=True, marked=marked, kept=kept)
    (diagnosis,) = diagnose(comparison)
    assert diagnosis.found
    assert kinds(diagnosis)[0] == ["started over"]
    assert comparison.follows[:30].all()


@pytest.mark.parametrize(("name", "offset"), [("Cosine", 37), ("Linear", 37), ("CyclicalCosine", 37), ("Linear", 50)])
def test_a_resume_at_another_place(tmp_path: Path, name: str, offset: int) -> None:
    (diagnosis,) = diagnose(resumed(tmp_path, SECTIONS[name], over=False, offset=offset))
    assert diagnosis.found
    assert kinds(diagnosis)[0] == ["offset"]
    words = diagnosis.explanations[0].causes[0].words
    assert words.startswith(f"the schedule is {offset} updates ahead of the count of the log")


def test_an_offset_between_drops_is_a_range(tmp_path: Path) -> None:
    (diagnosis,) = diagnose(resumed(tmp_path, SECTIONS["Piecewise"], over=False, offset=37))
    words = diagnosis.explanations[0].causes[0].words
    low, high = map(int, words.split("(")[1].split(" fit")[0].split(" to "))
    assert low <= 37 <= high < low + 10


@pytest.mark.parametrize("every", [1, 2, 3, 10])
@pytest.mark.parametrize("epochs", [12, 30])
def test_a_resume_whose_first_update_had_the_rate_of_the_checkpoint(tmp_path: Path, every: int, epochs: int) -> None:
    """Paddle's schedulers use the loaded rate once, then the config's: here with another number of epochs."""
    section = {**SECTIONS["Cosine"], "learning_rate": 0.1}
    before, after = Trainer(section, epochs, ITERS, every=every), Trainer(section, EPOCHS, ITERS, every=every)
    first = list(before.train(6))
    after.scheduler.set_state_dict(before.scheduler.state_dict())
    after.done_epochs = 6
    comparison = compared(tmp_path, section, write_log(tmp_path / "train.log", iter(first), after.train()))
    length, *loaded = diagnose(comparison)
    assert (length.processes, kinds(length)) == ((0,), [["epochs"]])
    if every < 3 or loaded:  # a median of three and more may hide one rate
        assert [(each.found, each.processes, kinds(each)) for each in loaded] == [(True, (1,), [["loaded rate"]])]


def test_another_schedule(tmp_path: Path) -> None:
    diagnosis = diagnosed(
        tmp_path, SECTIONS["Cosine"], Trainer({**SECTIONS["Cosine"], "name": "Linear"}, EPOCHS, ITERS)
    )
    assert kinds(diagnosis) == [["name"]]
    assert diagnosis.explanations[0].causes[0].words == "the schedule is Linear, not Cosine"


# Two causes, ties, none


@of_every_name
def test_a_factor_and_another_length(tmp_path: Path, section: dict[str, Any]) -> None:
    assert kinds(diagnosed(tmp_path, section, Trainer(times(section, 2), EPOCHS, 25)))[0] == ["epoch length", "factor"]


@pytest.mark.parametrize("name", ["Cosine", "Linear", "Piecewise", "OneCycle", "CyclicalCosine"])
def test_a_factor_and_no_warmup(tmp_path: Path, name: str) -> None:
    planned, run = ({**SECTIONS[name], "warmup_epoch": length} for length in (2, 0))
    assert kinds(diagnosed(tmp_path, planned, Trainer(times(run, 2), EPOCHS, ITERS))) == [["no warmup", "factor"]]


def test_several_runs_with_causes_of_their_own(tmp_path: Path) -> None:
    section = SECTIONS["Cosine"]
    trainers = [
        Trainer(changed, EPOCHS, ITERS) for changed in (section, times(section, 2), {**section, "warmup_epoch": 5})
    ]
    log = write_log(tmp_path / "train.log", *(trainer.train() for trainer in trainers))
    found = diagnose(compared(tmp_path, section, log))
    assert [diagnosis.processes for diagnosis in found] == [(1,), (2,)]
    assert [kinds(diagnosis)[0] for diagnosis in found] == [["factor"], ["warmup"]]


def test_a_few_lines_cannot_tell_causes_apart(tmp_path: Path, command: Command) -> None:
    lines = [
        line for line in Trainer(times(SECTIONS["Linear"], 2), EPOCHS, ITERS, window=1).train() if "global_step" in line
    ]
    log = write_log(tmp_path / "train.log", iter(lines[39:40]))
    (diagnosis,) = diagnose(compared(tmp_path, SECTIONS["Linear"], log))
    assert diagnosis.found
    assert len(diagnosis.explanations) > 1
    assert ["factor"] in kinds(diagnosis)
    assert "this log cannot tell them apart" in command("compare-log", str(log), "-c", "c.yml").stdout


def test_nothing_explains_noise(tmp_path: Path, command: Command) -> None:
    rates = np.random.default_rng(7).random(100) * 1e-3
    log = tmp_path / "train.log"
    log.write_text(
        "".join(
            f"epoch: [{1 + i // 5}/20], global_step: {10 * i + 10}, lr: {rate:.6f}, \n" for i, rate in enumerate(rates)
        )
    )
    (diagnosis,) = diagnose(compared(tmp_path, SECTIONS["Cosine"], log))
    assert not diagnosis.found
    done = command("compare-log", str(log), "-c", "c.yml")
    assert done.returncode == 1
    assert "no known cause explains every line" in done.stdout


@pytest.mark.parametrize("factor", [2.0, 0.5])
def test_rates_that_six_decimals_do_not_show(tmp_path: Path, command: Command, factor: float) -> None:
    section = {"name": "Cosine", "learning_rate": 4e-7}
    log = write_log(tmp_path / "train.log", Trainer(times(section, 0.5), EPOCHS, ITERS).train())
    assert compared(tmp_path, section, log).first_difference is None
    assert "so they say little" in command("compare-log", str(log), "-c", "c.yml").stdout


# The commands


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
    assert "cause    the rate is 4 times the plan's\n           explains 100 of 100 lines" in done.stdout
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
        "kind": "factor", "text": "the rate is 4 times the plan's", "flag": "-o Optimizer.lr.learning_rate=0.004",
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
        (["-c", "c.yml", "c.yml"], "c.yml: holds no line with a learning rate"),
        (["train.log"], "required: -c/--config"),
        (["-c", "c.yml", "train.log", "train.log", "--follow"], "--follow: takes one log"),
        (["-c", "c.yml", "train.log", "--follow", "--format", "json"], "--follow: takes one log, and --format text"),
    ],
)
def test_unusable_input(command: Command, scaled_log: Path, arguments: list[str], part: str) -> None:
    done = command("compare-log", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert part in done.stderr
    assert "Traceback" not in done.stderr


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
    (scaled_log.parent / "好.log").write_bytes(scaled_log.read_bytes())
    done = command(
        "plot", "-c", "c.yml", "--log", "train.log", "--log", "好.log", "--out", "l.png", "--x", axis, *scale
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "train.log: the run does not follow the plan" in done.stdout
    assert (scaled_log.parent / "l.png").read_bytes().startswith(b"\x89PNG")


def test_a_log_is_drawn_in_a_picture_alone(command: Command, scaled_log: Path) -> None:
    done = command("plot", "-c", "c.yml", "--log", "train.log", "--out", "l.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--log: a log is drawn in a picture" in done.stderr


def test_dots_tell_what_is_planned(tmp_path: Path) -> None:
    from ppocr_lr.logs.dots import draw_logs
    from ppocr_lr.plotting.figure import draw

    comparison = resumed(tmp_path, SECTIONS["Cosine"], over=True)
    axes = draw([comparison.planned]).axes[0]
    draw_logs(axes, [comparison], "epochs")
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["train.log: 30 as planned", "train.log: 65 not as planned"]
    dots = [line for line in axes.lines if str(line.get_label()).startswith("train.log")]
    assert [len(line.get_xdata()) for line in dots] == [30, 65]
    assert 0 < dots[0].get_xdata()[0] < dots[1].get_xdata()[-1] < EPOCHS


@pytest.mark.parametrize("missing", ["", "plotext"])
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
    assert "cause    the rate is 4 times the plan's" in rest


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
