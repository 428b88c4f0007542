"""The comparison on drawn text, without its training: that takes an hour, and a clone of PaddleOCR."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from digits.results import Result
from ppocr_lr.training_config.plan import plan_run
from ppocr_lr.training_config.run_flags import RunFlags
from text.cli import _difference, run
from text.experiments import EXPERIMENTS
from text.runs import Place, TextCourse, TextRun, all_runs

EPOCH = """\
[2026/11/28 12:00:00] ppocr INFO: epoch: [{epoch}/{epochs}], global_step: {step}, lr: 0.001000, acc: 0.5, \
norm_edit_dis: 0.7, loss: {loss}, avg_reader_cost: 0.00431 s
[2026/11/28 12:00:01] ppocr INFO: cur metric, acc: {accuracy}, {similarity}fps: 248.7
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    for task in ("rec", "cls"):
        folder = tmp_path / "data" / task
        folder.mkdir(parents=True)
        for name in ("train", "test"):
            (folder / f"{name}.txt").write_text("picture.png\tlabel\n" * 2000, encoding="utf-8")
    return Place(tmp_path / "PaddleOCR", tmp_path / "data", tmp_path / "runs")


def test_every_schedule_is_one_of_paddleocrs_own_with_the_same_budget(place: Place) -> None:
    for experiment in EXPERIMENTS:
        runs = [TextRun(experiment, case, 0) for case in experiment.cases]
        assert len({run.folder(place) for run in runs}) == len(runs)
        planned = [plan_run(experiment.config, run.overrides(place), RunFlags(trainer="paddleocr")) for run in runs]
        assert len({each.run for each in planned}) == 1
        peaks = {each.schedule.extremes(0, each.run.total_iters - 1)[1] for each in planned}
        assert len(peaks) == 1
        assert f"peak {peaks.pop():g}" in experiment.title


def test_seeds_come_in_turn() -> None:
    runs = all_runs(EXPERIMENTS, 2)
    assert len(runs) == 2 * sum(len(experiment.cases) for experiment in EXPERIMENTS)
    assert [run.seed for run in runs] == sorted(run.seed for run in runs)


@pytest.mark.parametrize("reads", [True, False])
def test_a_run_is_what_its_log_says(place: Place, reads: bool) -> None:
    experiment = EXPERIMENTS[0]
    each = TextRun(experiment, experiment.cases[0], 0)
    epochs = each.planned(place).run.epochs
    assert each.course(place) is None
    rows = [
        EPOCH.format(
            epoch=epoch, epochs=epochs, step=62 * epoch, loss="nan" if epoch == epochs else 10 - epoch,
            accuracy=epoch / 10, similarity=f"norm_edit_dis: {epoch / 9}, " if reads else "",
        )
        for epoch in range(1, epochs + 1)
    ]  # fmt: skip
    folder = each.folder(place)
    folder.mkdir(parents=True)
    (folder / "train.log").write_text("".join(rows[:-1]), encoding="utf-8")
    assert each.course(place) is None, "it is not done"
    (folder / "train.log").write_text("".join(rows), encoding="utf-8")
    course = each.course(place)
    assert course is not None
    assert course.losses == tuple(10.0 - epoch for epoch in range(1, epochs))
    assert course.accuracies == tuple(epoch / 10 for epoch in range(1, epochs + 1))
    assert course.similarities == (tuple(epoch / 9 for epoch in range(1, epochs + 1)) if reads else ())


def test_what_is_not_told_apart_is_said(place: Place) -> None:
    def result(label: str, *accuracies: float) -> Result:
        each = TextRun(EXPERIMENTS[0], EXPERIMENTS[0].cases[0], 0)
        return Result(label, each.planned(place), tuple(TextCourse((), (share,), (share,)) for share in accuracies))

    text = _difference(result("A", 0.5, 0.6, 0.7), result("B", 0.6, 0.7, 0.8))
    assert text.startswith("B − A: +10.00, 95 % interval")
    assert "not told apart" not in text
    assert "not told apart" in _difference(result("A", 0.5, 0.6, 0.7), result("B", 0.6, 0.5, 0.8))
    assert "one seed tells nothing" in _difference(result("A", 0.5), result("B", 0.6))


def test_the_table_of_what_is_done(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    for each in all_runs(EXPERIMENTS, 2):
        reads = each.experiment.task == "rec"
        rows = [
            EPOCH.format(
                epoch=epoch, epochs=8, step=epoch, loss=1 / epoch, accuracy=0.5 + each.seed / 4,
                similarity="norm_edit_dis: 0.875, " if reads else "",
            )
            for epoch in range(1, each.planned(place).run.epochs + 1)
        ]  # fmt: skip
        each.folder(place).mkdir(parents=True)
        (each.folder(place) / "train.log").write_text("".join(rows), encoding="utf-8")
    place.data.rename(place.output / "data")
    picture = place.output / "text.png"
    assert run(["PaddleOCR", "--output", str(place.output), "--seeds", "2", "--table", "--out", str(picture)]) == 0
    rows = [row for row in capsys.readouterr().out.splitlines() if "2 seeds" in row]
    assert len(rows) == sum(len(experiment.cases) for experiment in EXPERIMENTS)
    assert all("62.50 ± 17.68 %" in row for row in rows)
    assert sum("correct characters  87.50 ± 0.00 %" in row for row in rows) == 5
    assert picture.is_file()


def test_without_a_run_there_is_no_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([str(tmp_path), "--output", str(tmp_path), "--table", "--out", str(tmp_path / "text.png")]) == 2
    assert re.match("error: ", capsys.readouterr().err)
    assert not (tmp_path / "text.png").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["absent"], "train.py: does not exist"),
        (["absent", "--seeds", "0"], "--seeds 0: must be a positive integer"),
        (["absent", "--jobs", "-1"], "--jobs -1: must be a positive integer"),
    ],
)
def test_what_cannot_be_used_is_told_before_anything_is_installed(
    words: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(words) == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
