"""The plan of a run before and after PaddleOCR's loader has counted, and what is said about both."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip("paddle")

from paddle.optimizer.lr import LRScheduler

from ppocr_lr import build_schedule
from ppocr_lr.errors import LRConfigError
from ppocr_lr.language import speaking
from ppocr_lr.trainer.command import read_command
from ppocr_lr.trainer.session import Session
from tests import checkpoints
from tests.chinese import not_chinese, numbers
from tests.train_logs import Trainer, write_log

COSINE = {"name": "Cosine", "learning_rate": 0.1}


class Told(Session):
    """Keeps what it tells."""

    def __init__(self, folder: Path, config: dict[str, Any] | None, *words: str) -> None:
        self.lines: list[str] = []
        (folder / "train.py").touch()
        file = folder / "c.yml"
        if config is not None:
            file.write_text(yaml.safe_dump(config))
        given = [] if config is None else ["-c", str(file)]
        super().__init__(read_command([str(folder / "train.py"), *given, *words]), self._keep)

    def _keep(self, lines: Iterable[str]) -> None:
        self.lines += lines

    def news(self) -> list[str]:
        """What was told since the last time."""
        told, self.lines[:] = self.lines[:], []
        return told


def config(section: dict[str, Any] = COSINE, train: dict[str, Any] | None = None, **settings: Any) -> dict[str, Any]:
    loader = {"loader": {"batch_size_per_card": 8}}
    return {
        "Global": {"epoch_num": 4, **settings},
        "Optimizer": {"name": "Momentum", "lr": section},
        "Train": {**loader, **(train or {"dataset": {"num_samples": 80}})},
    }


def test_a_run_as_planned_is_told_once(tmp_path: Path) -> None:
    session = Told(tmp_path, config())
    assert session.plan()
    assert [line.split()[0] for line in session.news()[1:6]] == ["run", "epoch", "warmup", "peak", "final"]
    scheduler = session.build_lr_scheduler(COSINE, 4, 10)
    assert session.news() == []
    schedule = build_schedule(COSINE, 4, 10)
    rates = []
    for _ in range(40):
        assert isinstance(scheduler, LRScheduler)
        rates.append(scheduler())
        scheduler.step()
    assert rates == [schedule(k) for k in range(40)]


@pytest.mark.parametrize(
    ("train", "iters", "said"),
    [
        ({"dataset": {"num_samples": 80}}, 12, "instead of the planned 10: 80 samples (num_samples of the config) / 1 card / 8 per "
         "batch, rounded up = 10 iterations per epoch; so its data set has 89 to 96 samples"),
        ({"dataset": {"num_samples": 80}, "loader": {"batch_size_per_card": 8, "drop_last": True}}, 12,
         "so its data set has 96 to 103 samples"),
        ({"dataset": {"num_samples": 80}, "sampler": {"name": "MultiScaleSampler", "scales": [[32, 32]], "first_bs": 8}},
         11, "= about 10 iterations per epoch, an estimate"),
        ({"dataset": {"label_file_list": ["80.txt"]}}, 12, "80 samples (1 label file)"),
    ],
)  # fmt: skip
def test_another_length_is_told_with_its_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, train: dict[str, Any], iters: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "80.txt").write_text("a.png\t0\n" * 80)
    session = Told(tmp_path, config(train=train))
    assert session.plan()
    session.news()
    session.build_lr_scheduler(COSINE, 4, iters)
    cause, *plan = session.news()
    assert cause.startswith(f"the run is not as planned: the data loader has {iters} iterations in an epoch")
    assert said in cause
    assert plan[1:3] == [
        f"  run      4 epochs × {iters} iterations = {4 * iters} updates",
        f"  epoch    {iters} iterations per epoch, as the data loader counts",
    ]


@pytest.mark.parametrize("train", [{"dataset": {"num_samples": 80}}, {"dataset": {"name": "LMDBDataSet"}}])
@pytest.mark.parametrize("section", [COSINE, {**COSINE, "warmup_epochs": 1}, {"name": "Cosin", "learning_rate": 0.1}])
def test_all_is_told_in_chinese(tmp_path: Path, train: dict[str, Any], section: dict[str, Any]) -> None:
    settings = {"checkpoints": "nowhere", "save_model_dir": str(tmp_path)}
    told = []
    for language in ("en", "zh"):
        (tmp_path / "train.log").unlink(missing_ok=True)
        session = Told(tmp_path, config(section, train, **settings))
        with speaking(language):
            session.plan()
            session.build_lr_scheduler({**COSINE, "warmup_epoch": 1}, 4, 12)
            write_log(tmp_path / "train.log", Trainer(COSINE, 4, 12).train())
            session.end()
        told.append("\n".join(session.news()))
    assert not_chinese(told[1]) == []
    assert numbers(told[1]) == numbers(told[0])


def test_with_several_cards_each_has_its_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PADDLE_TRAINERS_NUM", "4")
    session = Told(tmp_path, config())
    session.plan()
    assert session.news()[2] == (
        "  epoch    80 samples (num_samples of the config) / 4 cards / 8 per batch, rounded up = 3 iterations per epoch"
    )
    session.build_lr_scheduler(COSINE, 4, 4)
    assert "97 to 128 samples" in session.news()[0]


def test_a_length_that_only_the_loader_knows(tmp_path: Path) -> None:
    session = Told(tmp_path, config(train={"dataset": {"name": "LMDBDataSet"}}))
    assert session.plan()
    lines = session.news()
    assert not any(line.startswith("  run ") for line in lines)
    assert not any("--iters-per-epoch" in line for line in lines)  # no flag of this command
    session.build_lr_scheduler(COSINE, 4, 10)
    assert session.news()[1] == "  run      4 epochs × 10 iterations = 40 updates"


@pytest.mark.parametrize(
    ("asked", "epochs", "said"),
    [
        ({**COSINE, "learning_rate": 0.2}, 4, "the trainer has changed Optimizer.lr: {'name': 'Cosine', 'learning_rate'"),
        (COSINE, 5, "the run is not as planned: 5 epochs instead of the planned 4"),
    ],
)  # fmt: skip
def test_what_the_trainer_has_changed_is_told(tmp_path: Path, asked: dict[str, Any], epochs: int, said: str) -> None:
    session = Told(tmp_path, config())
    session.plan()
    session.news()
    session.build_lr_scheduler(asked, epochs, 10)
    assert session.news()[0].startswith(said)


def test_the_section_is_left_as_it_is(tmp_path: Path) -> None:
    session, section = Told(tmp_path, config()), dict(COSINE)
    session.plan()
    session.build_lr_scheduler(section, 4, 10)
    assert section == COSINE


def test_where_paddleocr_has_a_bare_number_so_has_this(tmp_path: Path) -> None:
    section = {"name": "Const", "learning_rate": 0.1}
    session = Told(tmp_path, config(section))
    session.plan()
    assert session.build_lr_scheduler(section, 4, 10) == 0.1
    assert isinstance(session.build_lr_scheduler({**section, "warmup_epoch": 1}, 4, 10), LRScheduler)


def test_without_a_config_the_trainers_section_is_all(tmp_path: Path) -> None:
    session = Told(tmp_path, None)
    assert session.plan()
    assert session.news() == ["no plan: the command names no config with -c"]
    session.build_lr_scheduler({"name": "WSD", "learning_rate": "1e-3"}, 4, 10)
    assert session.news()[4] == "  peak     1e-3, first at update 0 (epoch 0)"


ERRORS = [
    ({"name": "Cosine", "learning_rate": -1}, "learning_rate"),
    ({"name": "Cosin", "learning_rate": 0.1}, "did you mean Cosine"),
]


@pytest.mark.parametrize(("section", "said"), ERRORS)
def test_errors_stop(tmp_path: Path, section: dict[str, Any], said: str) -> None:
    session = Told(tmp_path, config(section))
    assert not session.plan()
    assert said in "\n".join(session.news())


@pytest.mark.parametrize(("section", "said"), ERRORS)
def test_unchecked_they_stop_when_the_schedule_is_built(tmp_path: Path, section: dict[str, Any], said: str) -> None:
    session = Told(tmp_path, config(section))
    assert session.plan(check=False)
    assert session.news() == []
    with pytest.raises(LRConfigError, match=said):
        session.build_lr_scheduler(section, 4, 10)


@pytest.mark.parametrize(
    "section",
    [
        {"name": "Piecewise", "decay_epochs": [1], "values": [0.1]},  # LR501: Paddle stops, this builder does not
        {"name": "Step", "learning_rate": 0.1, "step_size": 1.5, "gamma": 0.5},  # LR502
        {"name": "WSD", "learning_rate": 0.1},  # LR506
        {"name": "Cosine", "learning_rate": 0.1, "end_lr": 0.01},  # LR505
    ],
)
def test_what_paddleocrs_builder_would_do_is_not_told(tmp_path: Path, section: dict[str, Any]) -> None:
    session = Told(tmp_path, config(section))
    assert session.plan()
    assert "LR50" not in "\n".join(session.news())
    session.build_lr_scheduler(section, 4, 10)


def test_hints_are_for_this_builder(tmp_path: Path) -> None:
    session = Told(tmp_path, config({"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 1}))
    session.plan()
    told = "\n".join(session.news())
    assert "-o Optimizer.lr.decay_within_run=true shortens it\n" in told
    assert "ignores" not in told


def test_a_metric_decides_no_rate_in_that_trainer(tmp_path: Path) -> None:
    session = Told(tmp_path, config({"name": "ReduceOnPlateau", "learning_rate": 0.1}))
    with pytest.raises(LRConfigError, match="ReduceOnPlateau"):
        session.plan()
    assert session.plan(check=False)
    with pytest.raises(LRConfigError, match="ReduceOnPlateau"):
        session.build_lr_scheduler({"name": "ReduceOnPlateau", "learning_rate": 0.1}, 4, 10)


@pytest.mark.parametrize(
    "optimizer", [{"regularizer": {"name": "Cosine", "start": 0.1}}, {"momentum": {"name": "Const", "start": 0.9}}]
)
def test_what_only_this_project_steps_stops_the_run(tmp_path: Path, optimizer: dict[str, Any]) -> None:
    written = config({"name": "Cosine", "learning_rate": 0.1})
    session = Told(tmp_path, {**written, "Optimizer": {**written["Optimizer"], **optimizer}})
    assert not session.plan()
    assert "LR509 error" in "\n".join(session.news())
    assert Told(tmp_path, written).plan()


def test_a_run_that_logs_nothing_is_not_taken_for_a_log_without_rates(tmp_path: Path) -> None:
    log = write_log(tmp_path / "train.log", Trainer(COSINE, 4, 10).train())
    session = Told(tmp_path, config(save_model_dir=str(tmp_path)))
    session.plan()
    session.build_lr_scheduler(COSINE, 4, 10)
    with pytest.raises(LRConfigError) as caught:
        session.end()
    assert str(caught.value) == f"{log}: has no new line with a learning rate"


# A resume.

WARMUP = {**COSINE, "warmup_epoch": 1}
CONST = {"name": "Const", "learning_rate": 0.1}


@pytest.mark.parametrize(
    ("saved", "resumed", "fine", "told"),
    [
        (COSINE, COSINE, True, "PaddleOCR continues with epoch 3 and the config's rate, 5e-2"),
        (COSINE, WARMUP, True, "PaddleOCR continues with epoch 3 and the config's rate"),  # Paddle's own: KeyError
        (COSINE, {**COSINE, "learning_rate": 0.2}, True, "the rate jumps at update 20: 5e-2 → 1e-1"),
        (COSINE, {"name": "WSD", "learning_rate": 0.1}, True, "PaddleOCR continues with epoch 3"),
        (CONST, CONST, True, "PaddleOCR continues with epoch 3 and the config's rate, 1e-1"),
        (CONST, COSINE, False, "LR_Scheduler state must be included"),
    ],
)  # fmt: skip
def test_a_resume_is_foretold(
    tmp_path: Path, saved: dict[str, Any], resumed: dict[str, Any], fine: bool, told: str
) -> None:
    prefix = tmp_path / "latest"
    checkpoints.save(prefix, saved, epochs=4, iters=10, done=20, epoch=2)
    session = Told(tmp_path, config(resumed, checkpoints=str(prefix)))
    assert session.plan() == fine
    text = "\n".join(session.news())
    assert told in text
    assert "build_lr_scheduler" not in text  # that it is what trains is plain


def test_a_model_of_paddlenlp_is_resumed_from_its_backbone(tmp_path: Path) -> None:
    prefix = checkpoints.save(tmp_path / "latest", COSINE, epochs=4, iters=10, done=20)
    prefix.mkdir()
    (prefix / "metric.states").write_bytes(pickle.dumps({"epoch": 2}, 2))
    written = config(checkpoints="not read")
    written["Optimizer"]["momentum"] = 0.9
    written["Architecture"] = {"model_type": "kie", "algorithm": "LayoutXLM", "Backbone": {"checkpoints": f"{prefix}/"}}
    session = Told(tmp_path, written)
    assert session.plan()
    assert "  PaddleOCR continues with epoch 3 and the config's rate, 5e-2" in session.news()


def test_the_lag_of_a_checkpoint_from_within_an_epoch_is_the_cause_that_is_told(tmp_path: Path) -> None:
    prefix = tmp_path / "best_accuracy"
    checkpoints.save(prefix, WARMUP, epochs=4, iters=10, done=28, epoch=3)
    settings = {"checkpoints": str(prefix), "save_model_dir": str(tmp_path), "log_smooth_window": 1}
    session = Told(tmp_path, config(WARMUP, **settings))
    session.plan()
    scheduler = session.build_lr_scheduler(WARMUP, 4, 10)
    assert isinstance(scheduler, LRScheduler)
    scheduler.step(28)
    lines = ["[2026/11/29 21:00:00] ppocr INFO: train dataloader has 10 iters"]
    for done in range(1, 6):  # PaddleOCR counts from 1 again
        lines.append(
            f"[2026/11/29 21:00:00] ppocr INFO: epoch: [4/4], global_step: {done}, lr: {scheduler():.6f}, loss: 1.0"
        )
        scheduler.step()
    (tmp_path / "train.log").write_text("\n".join(lines))
    session.news()
    session.end()
    *_, cause, explained = session.news()
    assert cause == "  cause    the schedule is 2 updates behind the count of the log"
    assert explained.startswith("           explains 5 of 5 lines")


def test_a_checkpoint_that_is_not_there_is_the_trainers_affair(tmp_path: Path) -> None:
    session = Told(tmp_path, config(checkpoints="nowhere"))
    assert session.plan()
    assert any(
        line.startswith("what a resume does cannot be predicted: nowhere.pdopt: does not") for line in session.news()
    )


def test_the_resume_waits_for_the_length(tmp_path: Path) -> None:
    prefix = tmp_path / "latest"
    checkpoints.save(prefix, COSINE, epochs=4, iters=10, done=20, epoch=2)
    session = Told(tmp_path, config(train={"dataset": {}}, checkpoints=str(prefix)))
    session.plan()
    assert "continues with epoch 3" not in "\n".join(session.news())
    session.build_lr_scheduler(COSINE, 4, 10)
    assert "continues with epoch 3" in "\n".join(session.news())
