"""What is foretold of a resume, against real Paddle schedulers and optimizers that do it."""

from __future__ import annotations

import inspect
import io
import json
import pickle
import re
import subprocess
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("paddle")

import paddle

from ppocr_lr import LRConfigError, build_schedule
from ppocr_lr.cli.main import run
from ppocr_lr.language import speaking
from ppocr_lr.resume.checkpoint import read_checkpoint
from ppocr_lr.resume.forecast import Resume, resumed_by_paddle
from ppocr_lr.resume.picture import draw_resume
from ppocr_lr.resume.remarks import remarks
from ppocr_lr.resume.report import as_dict, text_lines
from ppocr_lr.training_config.plan import plan_config
from ppocr_lr.training_config.run_flags import RunFlags
from tests import paddleocr
from tests.checkpoints import optimizer_for, save
from tests.chinese import not_chinese
from tests.conftest import ROOT, Command
from tests.training.test_paddle_scheduler import ALL, EPOCHS, ITERS, TOTAL

COSINE = {"name": "Cosine", "learning_rate": 0.1}
WARM = {**COSINE, "warmup_epoch": 2}
CONST = {"name": "Const", "learning_rate": 0.1}


def resume(
    checkpoint: Path, section: dict[str, Any], epochs: int, iters: int, optimizer: object = None, **flags: Any
) -> Resume:
    config = {"Global": {"epoch_num": epochs}, "Optimizer": {"name": optimizer, "lr": section}}
    planned = plan_config(config, "c.yml", RunFlags(iters_per_epoch=iters, **flags))
    return Resume(planned, read_checkpoint(checkpoint))


def said(result: Resume) -> list[str]:
    """Each remark; in Chinese, none of them is half English."""
    with speaking("zh"):
        assert not_chinese("\n".join(text_lines(replace(result)))) == []
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


def saved_state(prefix: Path) -> dict[str, Any]:
    state: dict[str, Any] = paddle.load(f"{prefix}.pdopt")["LR_Scheduler"]
    return state


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
        assert remarks(result)[0].hint.startswith("-o Optimizer.lr.warmup_epoch=0; or start the training with")
    elif stopped:  # an AssertionError, in Paddle 2 a KeyError
        assert "LR_Scheduler" in stopped
        assert f"{stopped.partition(':')[0]}: " in result.failure
        assert "update=100" in remarks(result)[0].hint
    else:
        assert result.paddleocr is not None
        assert optimizer.get_lr() == pytest.approx(result.paddleocr(100), rel=1e-12)


OPTIMIZERS = {"Momentum": ["Momentum"], "Adam": ["Adam", "AdamW"], "AdamW": ["Adam", "AdamW"], "RMSProp": ["RMSProp"],
              "Adadelta": ["Adadelta"], "SGD": ["SGD"]}  # fmt: skip


@pytest.mark.parametrize("section", [WARM, CONST])
@pytest.mark.parametrize("saved", OPTIMIZERS)
def test_which_optimizers_go_on(tmp_path: Path, saved: str, section: dict[str, Any]) -> None:
    """Into each optimizer, and two updates of it, as the second is not the one that makes the accumulators."""
    prefix = save(tmp_path / "latest", section, 20, 10, 100, epoch=10, kind=saved)
    state = paddle.load(f"{prefix}.pdopt")
    for loading in OPTIMIZERS:
        stopped = ""
        with paddle.utils.unique_name.guard():
            layer = paddle.nn.Linear(2, 2)
            options = {"rho": 0.95} if loading == "RMSProp" else {}
            scheduler = paddleocr.build(section, 20, 10)
            optimizer = getattr(paddle.optimizer, loading)(scheduler, parameters=layer.parameters(), **options)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                optimizer.set_state_dict(state)
            try:
                for _ in range(2):
                    layer(paddle.ones([1, 2])).sum().backward()
                    optimizer.step()
            except AssertionError as error:
                stopped = str(error)
        result = resume(prefix, section, 20, 10, optimizer=loading)
        assert bool(stopped) == bool(result.failure), (saved, loading)
        found = [line for line in said(result) if "at the first update" in line]
        assert len(found) == bool(stopped)
        if stopped:
            (line,) = found
            assert f": {' or '.join(OPTIMIZERS[saved])} saved the checkpoint, the config has {loading}" in line
            assert line.startswith("error: PaddleOCR stops at the first update with AssertionError: ")
            assert result.paddleocr is None
        assert as_dict(result)["saved_by"] == OPTIMIZERS[saved]


@pytest.mark.parametrize(
    ("saved", "options", "loading", "stops", "savers"),
    [
        ("Adam", {"amsgrad": True}, "AdamW", False, ["Adam", "AdamW"]),
        ("AdamW", {"multi_precision": True}, "Momentum", True, ["Adam", "AdamW"]),
        ("Lamb", {}, "Adam", False, ["Adam", "AdamW"]),  # the same keys
        ("Adamax", {}, "Adam", True, []),
        ("NAdam", {}, "Adam", True, []),
        ("Adamax", {}, "SGD", False, []),
        ("Adamax", {}, "Lion", False, []),  # not known here, so nothing is said
        ("Momentum", {}, ["Adam"], False, ["Momentum"]),
        ("Momentum", {}, None, False, ["Momentum"]),
    ],
)
def test_optimizers_that_paddleocr_does_not_have(
    tmp_path: Path, saved: str, options: dict[str, Any], loading: object, stops: bool, savers: list[str]
) -> None:
    optimizer = getattr(paddle.optimizer, saved, None)
    if optimizer is None or options.keys() - inspect.signature(optimizer.__init__).parameters:
        pytest.skip(f"Paddle {paddle.__version__} has no {saved} with {list(options)}")
    prefix = save(tmp_path / "latest", WARM, 20, 10, 100, epoch=10)
    state = optimizer_for(paddleocr.build(WARM, 20, 10), saved, **options).state_dict()
    paddle.save(state, f"{prefix}.pdopt")
    result = resume(prefix, WARM, 20, 10, optimizer=loading)
    assert bool(result.optimizer_failure) is stops
    assert as_dict(result)["saved_by"] == savers


@pytest.mark.parametrize(
    ("name", "weights", "way"),
    [
        ("my run/latest", True, ' with these weights: -o "Global.pretrained_model={}" Global.checkpoints=null'),
        ("$HOME/latest", True, " with these weights: -o 'Global.pretrained_model={}' Global.checkpoints=null"),
        ("latest", False, "; the weights, latest.pdparams, are not here"),
        ("a: b/latest", True, " with these weights"),  # a mapping to YAML, which reads the values of -o
        ("a\x1b[2J/latest", True, " with these weights"),  # not shown as it is
    ],
)
def test_a_new_run_is_proposed_where_its_weights_are(tmp_path: Path, name: str, weights: bool, way: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    prefix = save(tmp_path / name, COSINE, 20, 10, 200, epoch=20)
    if not weights:
        Path(f"{prefix}.pdparams").unlink()
    hint = remarks(resume(prefix, COSINE, 20, 10))[0].hint
    assert hint.endswith(f"begin a new run{way.format(prefix)}")


@pytest.mark.parametrize(
    ("section", "hint"),
    [
        (WARM, "--trainer paddleocr leaves it out; or start the training with ppocr-lr train: "),
        ({**COSINE, "learning_rate": "1e-1"}, "start the training with ppocr-lr train: "),  # PaddleOCR stops
    ],
)
def test_paddleocrs_trainer_is_proposed_where_it_trains(tmp_path: Path, section: dict[str, Any], hint: str) -> None:
    prefix = save(tmp_path / "latest", WARM, 20, 10, 100, epoch=10)
    found = remarks(resume(prefix, {**section, "end_lr": 1e-3}, 20, 10))
    (own_keys,) = (remark for remark in found if "PaddleOCR does not read" in remark.message)
    assert own_keys.hint.startswith(hint)


def test_both_failures_are_told(tmp_path: Path) -> None:
    prefix = save(tmp_path / "latest", COSINE, 20, 10, 100, epoch=10, kind="Adam")
    warmup, optimizer = remarks(resume(prefix, WARM, 20, 10, optimizer="Momentum"))[:2]
    assert "LinearWarmup_LR" in warmup.message
    assert "…_velocity_0 should in state dict" in optimizer.message
    assert optimizer.hint.endswith(f"-o Global.pretrained_model={prefix} Global.checkpoints=null")


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
        assert any(
            "and later rates are scaled alike: 5 times as high as the config's rates" in line
            for line in text_lines(result)
        )

    def test_a_warm_one_jumps(self, tmp_path: Path) -> None:
        result = resume(save(tmp_path / "latest", WARM, 20, 10, 100, epoch=10), {**WARM, "learning_rate": 0.02}, 20, 10)
        assert result.follows_config
        assert said(result) == ["warning: the rate jumps at update 101: 6.545e-2 → 1.294e-2, 80.2 % less"]

    def test_more_epochs_are_recognised(self, tmp_path: Path) -> None:
        result = resume(save(tmp_path / "latest", WARM, 20, 10, 100, epoch=10), WARM, 40, 10)
        assert said(result) == [
            "warning: the rate jumps at update 101: 6.545e-2 → 9.022e-2, 37.8 % more; the checkpoint's rate is this config's with 20 epochs × 10 iterations"
        ]
        (hint,) = [remark.hint for remark in remarks(result)]
        assert hint.startswith("for a smooth resume keep the rate and the length of the saved run; or begin a new run")

    def test_no_length_is_named_where_a_warmup_is_what_differs(self, tmp_path: Path) -> None:
        """Another length of the cosine alone would have the same rate there, by chance."""
        prefix = save(tmp_path / "latest", {**COSINE, "warmup_epoch": 2}, 20, 125, 1250, epoch=10)
        (line,) = said(resume(prefix, COSINE, 20, 125))
        assert line.endswith("; it was saved with a warmup around its scheduler, the config has none")

    def test_a_jump_is_between_the_rates_of_two_updates(self, tmp_path: Path) -> None:
        """Update 500 uses the checkpoint's rate once more, 501 the config's: its own, not that of update 500."""
        section = {"name": "Cosine", "learning_rate": 0.01, "warmup_epoch": 1}
        result = resume(save(tmp_path / "latest", section, 10, 50, 500, epoch=10), section, 14, 50)
        before, after = (f"{rate:.4g}" for rate in paddles_rates(section, 14, 50, saved_state(tmp_path / "latest"))[:2])
        (jump,) = (line for line in said(result) if "jumps" in line)
        assert "jumps at update 501: 2.447e-4 → 2.81e-3" in jump
        assert (before, after) == ("0.0002447", "0.00281")

    def test_so_are_other_epochs_on_windows(self, tmp_path: Path) -> None:
        """The schedule is built for 10 iterations, 9 of which run."""
        result = resume(save(tmp_path / "latest", WARM, 20, 10, 90, epoch=10), WARM, 40, 10, windows=True)
        assert [line for line in said(result) if "jumps" in line] == [
            "warning: the rate jumps at update 91: 7.27e-2 → 9.243e-2, 27.1 % more; the checkpoint's rate is this config's with 20 epochs × 10 iterations (9 of them run on Windows)"
        ]

    @pytest.mark.parametrize(
        ("rate", "warns"), [(0.1, False), (0.104, False), (0.096, False), (0.106, True), (0.09, True)]
    )
    def test_five_percent_are_let_pass(self, tmp_path: Path, rate: float, warns: bool) -> None:
        result = resume(save(tmp_path / "latest", WARM, 20, 10, 100, epoch=10), {**WARM, "learning_rate": rate}, 20, 10)
        assert bool(said(result)) == warns


def dead(rates: list[float], section: dict[str, Any]) -> bool:
    """Most rates are so low that nothing is learnt."""
    return float(np.median(rates)) < 1e-3 * build_schedule(section, EPOCHS, ITERS).extremes(0, TOTAL - 1)[1]


@pytest.mark.parametrize("section", [*ALL, COSINE, {"name": "TwoStepCosine", "learning_rate": 0.1, "warmup_epoch": 1}])
def test_a_finished_run(tmp_path: Path, section: dict[str, Any]) -> None:
    """More epochs are proposed just where Paddle trains on with them; a bare cosine keeps its last rate, 0, for good."""
    prefix = save(tmp_path / "latest", section, EPOCHS, ITERS, TOTAL, epoch=EPOCHS)
    result = resume(prefix, section, EPOCHS, ITERS)
    (finished,) = remarks(result)
    longer = remarks(resume(prefix, section, 2 * EPOCHS, ITERS))
    assert "nothing is left to train" in finished.message
    assert finished.hint.endswith(f"-o Global.pretrained_model={prefix} Global.checkpoints=null")
    way = re.match(r"-o Global\.epoch_num=16 \(update 41 then uses (\S+), as the schedule is rebuilt", finished.hint)
    if section["name"] == "Const" and "warmup_epoch" not in section:
        rates = [section["learning_rate"]] * 2
    else:
        rates = paddles_rates(section, 2 * EPOCHS, ITERS, saved_state(prefix))[:TOTAL]
    assert bool(way) is not dead(rates, section)
    if way:
        assert float(way[1]) == pytest.approx(rates[1], rel=1e-3)
    else:
        assert finished.hint.startswith("more epochs would not help from here; begin a new run")
        assert longer[0].hint.endswith(f"-o Global.pretrained_model={prefix} Global.checkpoints=null")


@pytest.mark.parametrize("loading_epochs", [10, 14, 20, 40, 400])
@pytest.mark.parametrize(("epochs", "epoch"), [(20, 20), (20, 19), (20, 10), (10, 10), (1000, 14)])
def test_leaving_out_the_warmup_is_proposed_where_it_trains(
    tmp_path: Path, epochs: int, epoch: int, loading_epochs: int
) -> None:
    """Paddle's bare cosine multiplies the checkpoint's rate, so one from near the end of its run stays near 0."""
    prefix = save(tmp_path / "latest", COSINE, epochs, 10, 10 * epoch, epoch=epoch)
    hint = remarks(resume(prefix, WARM, loading_epochs, 10))[0].hint
    left = 10 * max(0, loading_epochs - epoch)
    rates = paddles_rates(COSINE, loading_epochs, 10, saved_state(prefix))[:left] if left else [0.0]
    assert ("-o Optimizer.lr.warmup_epoch=0" in hint) is not dead(rates, COSINE)
    assert ("ppocr-lr train" in hint) is (left > 0)
    assert ("Global.pretrained_model" in hint) is (left == 0)


def test_more_epochs_are_more_than_those_done(tmp_path: Path) -> None:
    """A config that was cut to fewer epochs than the checkpoint has behind it."""
    result = resume(save(tmp_path / "latest", WARM, 20, 10, 200, epoch=20), WARM, 10, 10)
    assert remarks(result)[0].message == "nothing is left to train: epoch 20 of 10 is done"
    assert remarks(result)[0].hint.startswith("-o Global.epoch_num=40 (update 201 then uses 5.")


def test_nothing_jumps_where_nothing_is_left_to_train(tmp_path: Path) -> None:
    result = resume(save(tmp_path / "best_accuracy", WARM, 20, 10, 196, epoch=20), {**WARM, "learning_rate": 1}, 20, 10)
    assert said(result) == [
        "warning: nothing is left to train: epoch 20 of 20 is done",
        "note: the schedule is at update 196, where 20 epochs would be 200: saved within epoch 20",
    ]


class TestEpochs:
    """Row 22: PaddleOCR resumes by epoch, the schedule by update."""

    def test_saved_within_an_epoch(self, tmp_path: Path) -> None:
        result = resume(save(tmp_path / "best_accuracy", WARM, 20, 10, 96, epoch=10), WARM, 20, 10)
        assert said(result) == [
            "note: the schedule is at update 96, where 10 epochs would be 100: saved within epoch 10; PaddleOCR continues with epoch 11, and the schedule stays 4 updates behind",
            "note: PaddleOCR's last epoch ends 4 updates before the end of the config's run; the config's rate there is 3.81e-3",
        ]
        assert result.end == 196

    @pytest.mark.parametrize("done", [96, 37])
    @pytest.mark.parametrize(
        ("others", "named"),
        [
            ({}, None),
            ({"latest": (120, 12)}, "latest was saved after epoch 12"),
            ({"latest": (180, 18), "iter_epoch_9": (90, 9), "iter_epoch_3": (30, 3)}, "iter_epoch_9 was saved after"),
            ({"latest": (126, 13), "iter_epoch_6": (60, 6)}, "iter_epoch_6 was saved after epoch 6"),
            ({"latest": (200, 20)}, None),  # nothing is left to train from there
            ({"latest": (126, 13), "best_model": (120, 12)}, None),
        ],
    )
    def test_another_checkpoint_keeps_the_schedule_with_the_epochs(
        self, tmp_path: Path, others: dict[str, tuple[int, int]], named: str | None, done: int
    ) -> None:
        for name, (update, epoch) in others.items():
            save(tmp_path / name, WARM, 20, 10, update, epoch=epoch)
        (tmp_path / "iter_epoch_10.pdopt").write_bytes(b"a copy that stopped")
        (tmp_path / "iter_epoch_copy2.pdopt").touch()
        result = resume(save(tmp_path / "best_accuracy", WARM, 20, 10, done, epoch=10), WARM, 20, 10)
        (hint,) = (each.hint for each in remarks(result) if "where 10 epochs would be 100" in each.message)
        if named is None:
            assert hint == "in a loop of yours load_lr_state(…, update=100) brings the schedule there"
            return
        assert named in hint
        option = hint.partition(": -o Global.checkpoints=")[2]
        other = resume(Path(option), WARM, 20, 10)
        assert said(other) == []

    def test_the_copy_of_the_best_lacks_the_epoch_that_the_original_has(self, tmp_path: Path) -> None:
        save(tmp_path / "best_accuracy", WARM, 20, 10, 96, epoch=10)
        (tmp_path / "best_model").mkdir()
        result = resume(save(tmp_path / "best_model" / "model", WARM, 20, 10, 96), WARM, 20, 10)
        (hint,) = (each.hint for each in remarks(result) if "counts epochs from 1 again" in each.message)
        assert hint.endswith(f" has its epoch: -o Global.checkpoints={tmp_path / 'best_accuracy'}")

    def test_a_checkpoint_of_the_working_directory_may_lack_its_epoch(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        save(tmp_path / "model", WARM, 20, 10, 96)
        monkeypatch.chdir(tmp_path)
        assert any("counts epochs from 1 again" in each for each in said(resume(Path("model"), WARM, 20, 10)))

    @pytest.mark.parametrize(("name", "done"), [("latest", 100), ("best_accuracy", 98)])
    def test_the_run_that_ended_with_the_epoch_is_recognised(self, tmp_path: Path, name: str, done: int) -> None:
        result = resume(save(tmp_path / name, WARM, 10, 10, done, epoch=10), WARM, 20, 10)
        (jump,) = (each.message for each in remarks(result) if "the rate jumps at update" in each.message)
        assert jump.endswith("; the checkpoint's rate is this config's with 10 epochs × 10 iterations")

    def test_with_uniform_output_each_checkpoint_has_a_folder(self, tmp_path: Path) -> None:
        for name, done, epoch in (("best_accuracy", 96, 10), ("iter_epoch_6", 60, 6), ("iter_epoch_9", 90, 9)):
            (tmp_path / name).mkdir()
            save(tmp_path / name / name, WARM, 20, 10, done, epoch=epoch)
        save(tmp_path / "latest", WARM, 20, 10, 100, epoch=10)  # of another run, whose checkpoints have none
        result = resume(tmp_path / "best_accuracy" / "best_accuracy", WARM, 20, 10)
        (hint,) = (each.hint for each in remarks(result) if "where 10 epochs would be 100" in each.message)
        assert hint.endswith(f": -o Global.checkpoints={tmp_path / 'iter_epoch_9' / 'iter_epoch_9'}")

    def test_epochs_of_another_length(self, tmp_path: Path) -> None:
        result = resume(save(tmp_path / "latest", WARM, 20, 5, 50, epoch=10), WARM, 20, 10)
        messages = said(result)
        assert "with 20 epochs × 5 iterations" in messages[0]
        assert (
            "10 epochs would be 100: an epoch of the saved run had 5 iterations, one of this run has 10" in messages[1]
        )

    def test_a_windows_run_is_recognised(self, tmp_path: Path) -> None:
        prefix = save(tmp_path / "latest", WARM, 20, 10, 90, epoch=10)
        assert remarks(resume(prefix, WARM, 20, 10))[0].hint.endswith("on Windows add --windows")
        assert said(resume(prefix, WARM, 20, 10, windows=True)) == []

    def test_more_epochs_than_can_be_counted(self, tmp_path: Path) -> None:
        prefix = save(tmp_path / "latest", WARM, 20, 10, 90, epoch=2**53)
        with pytest.raises(
            LRConfigError, match=r"latest\.states: epoch: 9007199254740992 is not allowed; with 10 iter"
        ):
            resume(prefix, WARM, 20, 10)

    def test_drifted_apart(self, tmp_path: Path) -> None:
        result = resume(save(tmp_path / "latest", WARM, 20, 10, 77, epoch=10), WARM, 20, 10)
        assert (
            said(result)[0]
            == "warning: the schedule is at update 77, where 10 epochs would be 100: the schedule and the epochs of PaddleOCR have drifted apart"
        )

    def test_no_states_file(self, tmp_path: Path) -> None:
        result = resume(save(tmp_path / "latest", WARM, 20, 10, 100), WARM, 20, 10)
        assert (result.first_epoch, result.end) == (1, 300)
        assert said(result)[0] == (
            "warning: latest.states does not exist: PaddleOCR counts epochs from 1 again, while the schedule continues at update 100"
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
        np.testing.assert_allclose(np.ravel(by_label["checkpoint: 0.05"].get_data()), [10, 0.05])
        np.testing.assert_allclose(np.ravel(by_label["config at update 100: 0.01"].get_data()), [10, 0.01])
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
        (["--checkpoint", "output/latest.pdopt"], 0, "ppocr_lr  continues at update 100, with the config's rate, 5e-2"),
        (["-o", "Optimizer.lr.learning_rate=0.2"], 1, "warning: the config's rate has no effect"),
        (["-o", "Optimizer.lr.warmup_epoch=1"], 1, "error: PaddleOCR stops with KeyError: 'LinearWarmup_LR'"),
        (["-o", "Optimizer.lr.name=Linear"], 0, "unchanged"),
        (["-o", "Optimizer.name=Momentum"], 0, "saved without warmup, by Momentum"),
        (["-o", "Optimizer.name=Adam"], 1, "error: PaddleOCR stops at the first update with AssertionError"),
        (["-o", "Global.epoch_num=10"], 1, "hint: -o Global.epoch_num=20 (update 101 then uses"),
        (["--epochs", "10"], 1, "hint: -o Global.epoch_num=20 instead of --epochs (update 101 then uses"),
        (["--checkpoint", "output"], 2, "error: --checkpoint output: is a folder; in it is the checkpoint latest"),
        (["--checkpoint", "output/last"], 2, "output/last.pdopt: does not exist; did you mean output/latest?"),
        (["--checkpoint", "."], 2, "error: --checkpoint .: is a folder; in it is the checkpoint output/latest"),
        (["--checkpoint", "c.yml"], 2, "c.yml: is not a file of paddle.save"),
        (["-o", "Architecture={model_type: kie, algorithm: LayoutXLM}"], 2, "there is no Architecture.Backbone.checkpoints"),
        (["-o", "Architecture={model_type: kie, algorithm: SDMGR}"], 0, "update 100 uses 5e-2"),
        (["-o", "Global.checkpoints=null"], 2, "error: c.yml: there is no Global.checkpoints to resume from; give --checkpoint"),
        (["-o", "Global.checkpoints=", "Global.pretrained_model=output/latest"], 2, "Global.pretrained_model begins a new run, at update 0; give --checkpoint"),
        (["--out", "picture.txt"], 2, "the ending must be one of .png, .svg, .pdf"),
        (["d.yml"], 2, "error: resume: name one config, before -o or after -c; received 2\n"),
        (["out/latest"], 2, "received 2; if out/latest is the checkpoint: --checkpoint out/latest\n"),
    ],
)  # fmt: skip
def test_the_command(saved: Path, command: Command, arguments: list[str], status: int, text: str) -> None:
    done = command("resume", "-c", "c.yml", "--iters-per-epoch", "10", *arguments)
    assert (done.returncode, bool(done.stderr)) == (status, status == 2)
    assert text in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    chinese = command("resume", "-c", "c.yml", "--iters-per-epoch", "10", *arguments, "--lang", "zh")
    assert chinese.returncode == status
    assert not_chinese(chinese.stdout + chinese.stderr.removeprefix("error: ")) == []


NUMBERS = st.one_of(
    st.integers(0, 400), st.sampled_from([-1, 2**31, 2**53 + 1, 2**62, 2**63 - 1, 2**63, 10**18, 2**2000]), st.integers(),
    st.floats(), st.sampled_from([0.0, -0.0, 0.1, 1e-320, 1e308, -5.0]), st.none(), st.booleans(), st.text(max_size=3),
    st.just(np.float64(0.1)), st.just(np.int64(7)), st.just(np.ones(3)),
)  # fmt: skip
STATES = st.fixed_dictionaries(
    {"last_epoch": NUMBERS | st.integers(0, 400), "last_lr": NUMBERS | st.floats(0, 1)},
    optional={"LinearWarmup_LR": st.just({"last_epoch": 1, "last_lr": 0.1}), "T_cur": NUMBERS},
)
ACCUMULATORS = st.dictionaries(
    st.sampled_from(
        ["w_0_velocity_0", "w_0_moment1_0", "w_0__avg_squared_grad_0", "\x1b[31m_0", "velocity", "", 5, 0.5]
    ),
    st.just(np.ones(2, "f4")),
    max_size=3,
)


@given(
    section=st.sampled_from([case.values[0] for case in ALL] + [COSINE, WARM, {**WARM, "name": "WSD"}]),
    optimizer=st.sampled_from(["Adam", "Momentum", "SGD", "Other", None]),
    epochs=st.sampled_from([1, 8, 40, 10_000]),
    accumulators=ACCUMULATORS,
    state=st.none() | STATES | NUMBERS,
    states=st.dictionaries(st.sampled_from(["epoch", "global_step", "best_model_dict"]), NUMBERS | st.integers(0, 50)),
    protocol=st.integers(0, 5),
    cut=st.none() | st.integers(0, 200),
)
def test_whatever_a_checkpoint_holds_the_command_answers(
    tmp_path_factory: pytest.TempPathFactory,
    section: dict[str, Any],
    optimizer: str | None,
    epochs: int,
    accumulators: dict[object, object],
    state: object,
    states: dict[str, object],
    protocol: int,
    cut: int | None,
) -> None:
    """A report with exit code 0 or 1, or one line of an error with 2; no warning of a library."""
    folder = tmp_path_factory.getbasetemp()
    config = {"Global": {"epoch_num": epochs}, "Optimizer": {"name": optimizer, "lr": section}}
    (folder / "any.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    content = accumulators if state is None else {**accumulators, "LR_Scheduler": state}
    (folder / "any.pdopt").write_bytes(pickle.dumps(content, protocol)[:cut])
    (folder / "any.states").write_bytes(pickle.dumps(states, protocol))
    for kind in ("text", "json"):
        words = [
            "resume",
            f"{folder}/any.yml",
            "--checkpoint",
            f"{folder}/any",
            "--iters-per-epoch",
            "5",
            "--format",
            kind,
        ]
        with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as error, warnings.catch_warnings():
            warnings.simplefilter("error")
            status = run(words)
        assert (status == 2) is bool(error.getvalue()) is not bool(out.getvalue())
        assert len(error.getvalue().splitlines()) <= 1
        assert "\x1b" not in out.getvalue() + error.getvalue()


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
