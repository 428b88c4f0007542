"""What is foretold of a resume, against real Paddle schedulers and optimizers that do it."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import paddle
import pytest

from ppocr_lr import build_schedule
from ppocr_lr.resume.checkpoint import read_checkpoint
from ppocr_lr.resume.forecast import Resume, resumed_by_paddle
from ppocr_lr.resume.picture import draw_resume
from ppocr_lr.resume.report import remarks, text_lines
from ppocr_lr.training_config.plan import RunFlags, plan_config
from tests import paddleocr
from tests.checkpoints import optimizer_for, save
from tests.conftest import ROOT, Command
from tests.training.test_paddle_scheduler import ALL, EPOCHS, ITERS, TOTAL

COSINE = {"name": "Cosine", "learning_rate": 0.1}
WARM = {**COSINE, "warmup_epoch": 2}
CONST = {"name": "Const", "learning_rate": 0.1}


def resume(checkpoint: Path, section: dict[str, Any], epochs: int, iters: int, **flags: Any) -> Resume:
    config = {"Global": {"epoch_num": epochs}, "Optimizer": {"lr": section}}
    planned = plan_config(config, "c.yml", RunFlags(iters_per_epoch=iters, **flags))
    return Resume(planned, read_checkpoint(checkpoint))


def said(result: Resume) -> list[str]:
    return [f"{remark.severity}: {remark.message}" for remark in remarks(result)]


def paddles_rates(section: dict[str, Any], epochs: int, iters: int, state: dict[str, Any]) -> list[float]:
    """The rates of PaddleOCR's plain scheduler from a loaded state to the end of the run, and through another one."""
    scheduler = paddleocr.build(section, epochs, iters)
    assert not isinstance(scheduler, float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Paddle's, of unused values
        scheduler.set_state_dict(state)
    rates = []
    for _ in range(state["last_epoch"], epochs * iters * (1 if section["name"] == "OneCycle" else 2)):
        rates.append(scheduler())
        scheduler.step()
    return rates


LONG_TWO_STEP = {"name": "TwoStepCosine", "learning_rate": 0.1}


@pytest.mark.parametrize("rate", [0.0, 0.003, 0.05, 0.2])
@pytest.mark.parametrize(
    ("section", "epochs", "iters", "update"),
    [
        *((*case.values, EPOCHS, ITERS, update) for case in ALL for update in (0, 3, 7, 17, TOTAL - 1)),
        *((LONG_TWO_STEP, 210, 1, update) for update in (0, 150, 199, 200, 201, 205)),
    ],
)
def test_rates_after_a_resume_are_paddles(
    section: dict[str, Any], epochs: int, iters: int, update: int, rate: float
) -> None:
    schedule = build_schedule(section, epochs, iters)
    if section["name"] == "Const" and "warmup_epoch" not in section:
        return  # PaddleOCR has no scheduler there
    state = {"last_epoch": update, "last_lr": rate, "LinearWarmup_LR": {"last_epoch": 1, "last_lr": rate}}
    expected = paddles_rates(section, epochs, iters, state)
    steps = np.arange(update, update + len(expected))
    followed = resumed_by_paddle(schedule, update, rate)
    np.testing.assert_allclose(followed(steps), expected, rtol=1e-9, atol=1e-15)
    assert [followed(int(step)) for step in steps] == pytest.approx(expected, rel=1e-9, abs=1e-15)


def test_which_names_follow_the_config() -> None:
    """All but a cosine without warmup around it, which scales the rate of the checkpoint."""
    names = {}
    for section in (case.values[0] for case in ALL):
        schedule = build_schedule(section, EPOCHS, ITERS)
        warm = bool(section.get("warmup_epoch") or section.get("warmup_steps"))
        names[section["name"], warm] = resumed_by_paddle(schedule, 17, schedule(17) / 2).factor
    scaled = {name for name, factor in names.items() if factor != 1}
    assert scaled == {("Cosine", False), ("LinearWarmupCosine", False), ("TwoStepCosine", False)}


@pytest.mark.parametrize("loading", [COSINE, WARM, {**CONST, "warmup_epoch": 2}, CONST])
@pytest.mark.parametrize("saved", [COSINE, WARM, {**CONST, "warmup_epoch": 2}, CONST])
def test_what_stops_paddleocr(tmp_path: Path, saved: dict[str, Any], loading: dict[str, Any]) -> None:
    prefix = save(tmp_path / "latest", saved, 20, 10, 100, epoch=10)
    result = resume(prefix, loading, 20, 10)
    optimizer = optimizer_for(paddleocr.build(loading, 20, 10))
    stopped = ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            optimizer.set_state_dict(paddle.load(f"{prefix}.pdopt"))
    except (KeyError, AssertionError) as error:
        stopped = f"{type(error).__name__}: {error}"
    assert bool(stopped) == bool(result.failure)
    if stopped.startswith("KeyError: 'LinearWarmup_LR'"):
        assert result.failure == stopped
        assert said(result)[0].startswith("error: PaddleOCR stops with KeyError: 'LinearWarmup_LR': the checkpoint was")
        assert remarks(result)[0].hint.startswith("-o Optimizer.lr.warmup_epoch=0; or train with")
    elif stopped:  # an AssertionError, in Paddle 2 a KeyError
        assert "LR_Scheduler" in stopped
        assert f"{stopped.partition(':')[0]}: " in result.failure
        assert "update=100" in remarks(result)[0].hint
    else:
        assert result.paddleocr is not None
        assert optimizer.get_lr() == pytest.approx(result.paddleocr(100), rel=1e-12)


def test_keys_that_paddleocr_does_not_read_are_told(tmp_path: Path) -> None:
    save(tmp_path / "latest", COSINE, 20, 100, done=500, epoch=5)
    plain = said(resume(tmp_path / "latest", COSINE, 20, 100))
    cured = said(resume(tmp_path / "latest", {**COSINE, "decay_within_run": True, "end_lr": 1e-5}, 20, 100))
    assert not any("does not read" in line for line in plain)
    assert any("PaddleOCR does not read decay_within_run, end_lr as this project does" in line for line in cured)


def test_the_same_config_goes_on_and_nothing_is_said(tmp_path: Path) -> None:
    for section in (case.values[0] for case in ALL):
        prefix = save(tmp_path / "latest", section, EPOCHS, ITERS, 15, epoch=3)
        result = resume(prefix, section, EPOCHS, ITERS)
        assert said(result) == []
        assert result.follows_config
        assert result.jump is None or abs(result.jump) < 1e-12


class TestJumps:
    """Rows 1 and 2 of what users trip over."""

    def test_a_new_rate_has_no_effect_on_a_bare_cosine(self, tmp_path: Path) -> None:
        result = resume(
            save(tmp_path / "latest", COSINE, 20, 10, 100, epoch=10), {**COSINE, "learning_rate": 0.02}, 20, 10
        )
        assert not result.follows_config
        assert said(result) == [
            "warning: the config's rate has no effect in PaddleOCR (5e-2 → 1e-2, 80 % less): Cosine without warmup multiplies the rate of the checkpoint"
        ]
        assert any("scaled on: 5 times the config's rates" in line for line in text_lines(result))

    def test_a_warm_one_jumps(self, tmp_path: Path) -> None:
        result = resume(save(tmp_path / "latest", WARM, 20, 10, 100, epoch=10), {**WARM, "learning_rate": 0.02}, 20, 10)
        assert result.follows_config
        assert said(result) == ["warning: the rate jumps at update 101: 6.545e-2 → 1.309e-2, 80 % less"]

    def test_more_epochs_are_recognised(self, tmp_path: Path) -> None:
        result = resume(save(tmp_path / "latest", WARM, 20, 10, 100, epoch=10), WARM, 40, 10)
        assert said(result) == [
            "warning: the rate jumps at update 101: 6.545e-2 → 9.045e-2, 38.2 % more; the checkpoint's rate is this config's with 20 epochs × 10 iterations"
        ]

    def test_so_are_other_epochs_on_windows(self, tmp_path: Path) -> None:
        """The schedule is built for 10 iterations, 9 of which run."""
        result = resume(save(tmp_path / "latest", WARM, 20, 10, 90, epoch=10), WARM, 40, 10, windows=True)
        assert [line for line in said(result) if "jumps" in line] == [
            "warning: the rate jumps at update 91: 7.27e-2 → 9.263e-2, 27.4 % more; the checkpoint's rate is this config's with 20 epochs × 9 iterations"
        ]

    @pytest.mark.parametrize(
        ("rate", "warns"), [(0.1, False), (0.104, False), (0.096, False), (0.106, True), (0.09, True)]
    )
    def test_five_percent_are_let_pass(self, tmp_path: Path, rate: float, warns: bool) -> None:
        result = resume(save(tmp_path / "latest", WARM, 20, 10, 100, epoch=10), {**WARM, "learning_rate": rate}, 20, 10)
        assert bool(said(result)) == warns


class TestEpochs:
    """Row 22: PaddleOCR resumes by epoch, the schedule by update."""

    def test_saved_within_an_epoch(self, tmp_path: Path) -> None:
        result = resume(save(tmp_path / "best_accuracy", WARM, 20, 10, 96, epoch=10), WARM, 20, 10)
        assert said(result) == [
            "note: the schedule stands at update 96, 10 epochs are 100: saved within epoch 10; PaddleOCR goes on with epoch 11, and the schedule stays 4 updates behind",
            "note: PaddleOCR's last epoch ends 4 updates before the end of the config's run; the config's rate there is 3.81e-3",
        ]
        assert result.end == 196

    def test_epochs_of_another_length(self, tmp_path: Path) -> None:
        result = resume(save(tmp_path / "latest", WARM, 20, 5, 50, epoch=10), WARM, 20, 10)
        messages = said(result)
        assert "with 20 epochs × 5 iterations" in messages[0]
        assert "10 epochs are 100: an epoch of the saved run had 5 iterations, one of this run has 10" in messages[1]

    def test_a_windows_run_is_recognised(self, tmp_path: Path) -> None:
        prefix = save(tmp_path / "latest", WARM, 20, 10, 90, epoch=10)
        assert remarks(resume(prefix, WARM, 20, 10))[0].hint.endswith("on Windows add --windows")
        assert said(resume(prefix, WARM, 20, 10, windows=True)) == []

    def test_drifted_apart(self, tmp_path: Path) -> None:
        result = resume(save(tmp_path / "latest", WARM, 20, 10, 77, epoch=10), WARM, 20, 10)
        assert (
            said(result)[0]
            == "warning: the schedule stands at update 77, 10 epochs are 100: the schedule and the epochs of PaddleOCR have drifted apart"
        )

    def test_no_states_file(self, tmp_path: Path) -> None:
        result = resume(save(tmp_path / "latest", WARM, 20, 10, 100), WARM, 20, 10)
        assert (result.first_epoch, result.end) == (1, 300)
        assert said(result)[0] == (
            "warning: latest.states does not exist: PaddleOCR counts epochs from 1 again, while the schedule goes on at update 100"
        )

    def test_no_states_file_and_no_scheduler_state(self, tmp_path: Path) -> None:
        result = resume(save(tmp_path / "latest", CONST, 20, 10, 100), CONST, 20, 10)
        assert said(result) == ["warning: latest.states does not exist: PaddleOCR counts epochs from 1 again"]

    def test_nothing_left_to_train(self, tmp_path: Path) -> None:
        result = resume(save(tmp_path / "latest", WARM, 20, 10, 200, epoch=20), WARM, 20, 10)
        assert said(result) == ["warning: nothing is left to train: epoch 20 of 20 is done"]
        assert any("trains nothing" in line for line in text_lines(result))

    def test_a_schedule_that_paddleocr_does_not_have(self, tmp_path: Path) -> None:
        result = resume(save(tmp_path / "latest", WARM, 20, 10, 100, epoch=10), {**WARM, "name": "WSD"}, 20, 10)
        assert said(result)[0] == "error: PaddleOCR stops with AttributeError: it has no schedule WSD"

    @pytest.mark.parametrize("warmup", [0, 1])
    @pytest.mark.parametrize("done", [100, 103, 115])
    def test_one_cycle_stops_where_paddles_does(self, tmp_path: Path, warmup: int, done: int) -> None:
        section = {"name": "OneCycle", "max_lr": 0.1, "warmup_epoch": warmup}
        result = resume(save(tmp_path / "best_accuracy", section, 20, 10, done, epoch=10), section, 20, 10)
        scheduler = paddleocr.build(section, 20, 10)
        assert not isinstance(scheduler, float)
        scheduler.step(done)
        stopped = None
        for _ in range(10 * 10):
            try:
                scheduler.step()
            except ValueError:
                stopped = f"error: PaddleOCR stops with a ValueError at update {scheduler.last_epoch}: OneCycle"
                break
        assert stopped == next(
            (line.partition(" has no rate")[0] for line in said(result) if "ValueError" in line), None
        )


class TestPicture:
    def test_marks_and_paddleocrs_curve(self, tmp_path: Path) -> None:
        result = resume(
            save(tmp_path / "latest", COSINE, 20, 10, 100, epoch=10), {**COSINE, "learning_rate": 0.02}, 20, 10
        )
        axes = draw_resume(result).axes[0]
        by_label = {str(line.get_label()): line for line in axes.get_lines()}
        np.testing.assert_allclose(np.ravel(by_label["checkpoint: 5e-2"].get_data()), [10, 0.05])
        np.testing.assert_allclose(np.ravel(by_label["config at update 100: 1e-2"].get_data()), [10, 0.01])
        positions, rates = by_label["PaddleOCR from there on"].get_data()
        assert (positions[0], rates[0]) == (10, pytest.approx(0.05))
        assert axes.get_ylim()[1] > 0.05

    def test_past_the_end_of_the_run(self, tmp_path: Path) -> None:
        result = resume(save(tmp_path / "latest", COSINE, 20, 10, 150, epoch=15), COSINE, 10, 10)
        assert draw_resume(result).axes[0].get_xlim()[1] > 15


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    (tmp_path / "c.yml").write_text(
        "Global: {epoch_num: 20, checkpoints: ./output/latest}\nOptimizer: {lr: {name: Cosine, learning_rate: 0.1}}\n"
    )
    (tmp_path / "output").mkdir()
    return save(tmp_path / "output" / "latest", COSINE, 20, 10, 100, epoch=10)


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        ([], 0, "update 100 uses 5e-2, then the config's rates follow"),
        (["--checkpoint", "output/latest.pdopt"], 0, "ppocr_lr  goes on at update 100, with the config's rate, 5e-2"),
        (["-o", "Optimizer.lr.learning_rate=0.2"], 1, "warning: the config's rate has no effect"),
        (["-o", "Optimizer.lr.warmup_epoch=1"], 1, "error: PaddleOCR stops with KeyError: 'LinearWarmup_LR'"),
        (["-o", "Optimizer.lr.name=Linear"], 0, "unchanged"),
        (["-o", "Global.epoch_num=10"], 1, "nothing is left to train"),
        (["--checkpoint", "output"], 2, "error: --checkpoint output: is a folder; in it are the checkpoints latest"),
        (["--checkpoint", "output/last"], 2, "output/last.pdopt: does not exist; did you mean latest?"),
        (["--checkpoint", "c.yml"], 2, "c.yml: is not a file of paddle.save"),
        (["-o", "Global.checkpoints=null"], 2, "error: c.yml: there is no Global.checkpoints to resume from; give --checkpoint"),
        (["--out", "picture.txt"], 2, "the ending must be one of .png, .svg, .pdf"),
        (["d.yml"], 2, "error: resume: name one config"),
    ],
)  # fmt: skip
def test_the_command(saved: Path, command: Command, arguments: list[str], status: int, text: str) -> None:
    done = command("resume", "-c", "c.yml", "--iters-per-epoch", "10", *arguments)
    assert (done.returncode, bool(done.stderr)) == (status, status == 2)
    assert text in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_malicious_checkpoint_is_refused(saved: Path, command: Command, tmp_path: Path) -> None:
    path = Path(f"{saved}.pdopt")
    path.write_bytes(b"\x80\x02cposix\nsystem\nX\x0c\0\0\0touch it-ran\x85R.")
    done = command("resume", "c.yml", "--iters-per-epoch", "10")
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr
        == "error: output/latest.pdopt: holds 'posix.system', which is not part of an optimizer state; nothing was run\n"
    )
    assert not (tmp_path / "it-ran").exists()


def test_picture_and_json(saved: Path, command: Command, tmp_path: Path) -> None:
    done = command(
        "resume",
        "c.yml",
        "--iters-per-epoch",
        "10",
        "--format",
        "json",
        "--out",
        "resume.svg",
        "-o",
        "Optimizer.lr.learning_rate=0.02",
    )
    assert done.returncode == 1, done.stderr
    (report,) = json.loads(done.stdout)["results"]
    assert (report["update"], report["epoch"], report["epochs"], report["iters_per_epoch"]) == (100, 10, 20, 10)
    assert (report["rate_in_checkpoint"], report["rate_of_config"]) == pytest.approx((0.05, 0.01))
    assert report["jump"] == pytest.approx(-0.8)
    assert report["paddleocr"]["follows_config"] is False
    assert report["paddleocr"]["first_rates"][0] == pytest.approx(0.05)
    assert [remark["severity"] for remark in report["remarks"]] == ["warning"]
    assert (tmp_path / "resume.svg").read_text(encoding="utf-8").lstrip().startswith("<?xml")


def test_the_text_needs_neither_paddle_nor_numpy(saved: Path) -> None:
    program = (
        "import sys; from ppocr_lr.cli.main import run; "
        f"status = run(['resume', {str(saved.parent.parent / 'c.yml')!r}, '--checkpoint', {str(saved)!r}, '--iters-per-epoch', '10']); "
        "print(status, [name for name in ('paddle', 'matplotlib', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "0 []"
