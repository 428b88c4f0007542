"""Metrics of evaluations: from a column and from logs, and the updates that were done at each."""

from __future__ import annotations

import gzip
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ppocr_lr import LRConfigError, Run
from ppocr_lr.logs.evaluations import Evaluations, evaluations_in, read_metrics
from ppocr_lr.logs.simulated import plan_simulated_run
from ppocr_lr.training_config.run_flags import RunFlags
from tests.conftest import ROOT
from tests.train_logs import Trainer, dumped, write_config, write_log

RUN = Run(4, 10)


def column(folder: Path, text: str, run: Run = RUN, **settings: Any) -> Evaluations:
    path = folder / "metrics.txt"
    path.write_text(text, encoding="utf-8")
    config = {"Global": settings}
    return evaluations_in(read_metrics(path, config), run, config)


@pytest.mark.parametrize(
    ("settings", "done", "words"),
    [
        ({}, [10, 20, 30], "one at the end of each epoch, none after epoch 3"),
        ({"eval_batch_step": None}, [10, 20, 30], "one at the end of each epoch"),
        ({"eval_batch_step": 7}, [7, 14, 21], "one every 7 updates (Global.eval_batch_step)"),
        ({"eval_batch_step": [0, 7]}, [7, 14, 21], "one every 7 updates (Global.eval_batch_step)"),
        ({"eval_batch_step": [5, 2]}, [7, 9, 11], "one every 2 updates (Global.eval_batch_step), the first after 7"),
        ({"eval_batch_step": [5, 2, 9]}, [7, 9, 11], "one every 2 updates"),
        ({"eval_batch_step": [5, 2], "eval_batch_epoch": 1}, [10, 20, 30], "every 10 updates (Global.eval_batch_epoch)"),
        ({"eval_batch_step": 7, "eval_batch_epoch": 1}, [7, 14, 21], "one every 7 updates"),
        ({"eval_batch_step": [0, 7], "eval_batch_epoch": 0}, [7, 14, 21], "one every 7 updates"),
        ({"eval_batch_step": [0, 15]}, [15, 30], "1 left out after the end of the run"),
    ],
    ids=str,
)  # fmt: skip
def test_a_column_is_one_an_evaluation(tmp_path: Path, settings: dict[str, Any], done: list[int], words: str) -> None:
    found = column(tmp_path, "0.5\n0.25\n1e-1\n", **settings)
    assert found.found == tuple(zip(done, (0.5, 0.25, 0.1), strict=False))
    assert words in found.words()
    assert found.words().startswith("3 metrics in ")


def test_what_a_column_may_hold(tmp_path: Path) -> None:
    text = "\ufeff# loss\n\n 5.0e-1  # epoch 1\nnan\r\n-inf\n3"
    values = [metric for _, metric in column(tmp_path, text).found]
    assert math.isnan(values.pop(1))
    assert values == [0.5, -math.inf, 3]
    named = column(tmp_path, '# of a table\n"acc, 验证"\n0.5\n0.6\n')
    assert [metric for _, metric in named.found] == [0.5, 0.6]
    assert named.words().startswith("2 metrics (acc, 验证) in ")
    (tmp_path / "metrics.txt").write_bytes("0.5\r\n0.6\r\n".encode("utf-16"))  # as PowerShell's > writes it
    assert read_metrics(tmp_path / "metrics.txt", {}).values == [0.5, 0.6]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0.5\n\nhalf\n", r"metrics.txt:3: 'half' is not a number; a file of metrics has one on each line"),
        ("0.5, 0.6\n", r"metrics.txt:1: '0.5, 0.6' is not a number"),
        ("acc\nhmean\n0.5\n", r"metrics.txt:1: 'acc' is not a number"),
        ("acc\n0.5\nhalf\n", r"metrics.txt:3: 'half' is not a number"),
        ("0.5.1\n0.6\n", r"metrics.txt:1: '0.5.1' is not a number"),
        ("x" * 900, r"metrics.txt:1: '\w+\.\.\.\w+' is not a number"),
        ("\x1b[31m", r"metrics.txt:1: '\\x1b"),
        ("# only words\n\n", r"metrics.txt: holds no metric"),
        ("1\n" * (1 << 22) + "1", r"metrics.txt: holds more than 8 MiB"),
        ("1\n" * 200_001, r"metrics.txt: holds more than 200000 metrics"),
    ],
)
def test_a_wrong_column(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(LRConfigError, match=message) as raised:
        column(tmp_path, text)
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize("name", ["missing.txt", ".", "a\0b"])
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(LRConfigError, match="cannot be read"):
        read_metrics(tmp_path / name if "\0" not in name else name, {})


@pytest.mark.parametrize("value", ["often", [0], [0, 0], [-1, 5], 0, -3, 2.5, [0, "7"], True])
def test_a_wrong_rhythm(tmp_path: Path, value: Any) -> None:
    if not value:
        assert column(tmp_path, "1", eval_batch_step=value).found == ((10, 1.0),)
        return
    with pytest.raises(LRConfigError, match=r"^Global.eval_batch_step: .* is not allowed; it must be a positive int"):
        column(tmp_path, "1", eval_batch_step=value)


SECTION = {"name": "Const", "learning_rate": 0.1, "warmup_epoch": 1}


def evaluated(lines: Iterator[str], begin: int, each: int, name: str = "acc") -> Iterator[str]:
    """A log with an evaluation, whose metric is its update, behind each `each` updates after `begin`.

    The trainer writes a line at the end of an epoch and at some updates between, before it evaluates.
    """
    due = begin + each
    for line in lines:
        if "global_step: " in line:
            count = int(line.split("global_step: ")[1].split(",")[0])
            while due < count:
                yield f"[2022/09/29 02:59:23] ppocr INFO: cur metric, fps: 12.5, {name}: {due}, norm_edit_dis: 0.5"
                due += each
            yield line
            if due == count:
                yield f"[2022/09/29 02:59:23] ppocr INFO: cur metric, fps: 12.5, {name}: {due}, norm_edit_dis: 0.5"
                yield f"[2022/09/29 02:59:23] ppocr INFO: best metric, {name}: 999, best_epoch: 1"
                due += each
        else:
            yield line


def started(begin: int, each: int) -> str:
    return (
        f"[2022/09/29 02:59:21] ppocr INFO: During the training process, after the {begin}th iteration, an evaluation "
        f"is run every {each} iterations"
    )


@pytest.mark.parametrize(("begin", "each"), [(0, 10), (0, 7), (5, 3), (0, 1), (3, 4)])
@pytest.mark.parametrize("every", [1, 2, 10, 1000])
@pytest.mark.parametrize("told_by", ["log", "config"])
def test_the_log_tells_where_they_were(tmp_path: Path, begin: int, each: int, every: int, told_by: str) -> None:
    trainer = Trainer(SECTION, epochs=4, iters_per_epoch=10, every=every)
    trained = list(trainer.train(marked=False))
    head = [started(begin, each)] if told_by == "log" else []
    config = {"Global": {"eval_batch_step": [begin, each] if told_by == "config" else [0, 9]}}
    path = write_log(tmp_path / "train.log", iter(head), evaluated(iter(trained), begin, each))
    metrics = read_metrics(path, config)
    found = evaluations_in(metrics, RUN, config)
    expected = list(range(begin + each, 41, each))
    assert [tuple(evaluation) for evaluation in found.found] == [(update, update) for update in expected]
    assert found.words().startswith(f"{len(expected)} metrics (acc) in {path}, where the log has them")
    assert metrics.iters_per_epoch == (10 if every < 1000 else metrics.iters_per_epoch)


def test_without_a_rhythm_they_were_at_the_line_before(tmp_path: Path) -> None:
    trained = Trainer(SECTION, epochs=4, iters_per_epoch=10, every=5).train(marked=False)
    path = write_log(tmp_path / "train.log", evaluated(trained, 0, 7))
    found = evaluations_in(read_metrics(path, {}), RUN, {})
    assert [tuple(evaluation) for evaluation in found.found] == [(5, 7), (10, 14), (20, 21), (25, 28), (35, 35)]


@pytest.mark.parametrize(("accumulate", "updates"), [(2, 5), (3, 3), (4, 2), (10, 1)])
def test_where_several_batches_make_an_update_batches_are_counted(
    accumulate: int, updates: int, tmp_path: Path
) -> None:
    path = write_log(tmp_path / "train.log", evaluated(Trainer(SECTION, 4, 10).train(marked=False), 0, 7))
    run, config = Run(4, updates), {"Global": {"eval_batch_step": 7}}
    in_log = evaluations_in(read_metrics(path, config), run, config, accumulate, 10)
    expected = [(at // 10) * updates + min(at % 10 // accumulate, updates) for at in range(7, 41, 7)]
    assert [evaluation.done for evaluation in in_log.found] == expected
    (tmp_path / "column.txt").write_text("".join(f"{metric}\n" for _, metric in in_log.found))
    in_column = evaluations_in(read_metrics(tmp_path / "column.txt", config), run, config, accumulate, 10)
    assert in_column.found == in_log.found
    assert "one every 7 batches" in in_column.words()


def test_a_resume_goes_back_behind_some(tmp_path: Path) -> None:
    first = Trainer(SECTION, epochs=4, iters_per_epoch=10)
    lines = [*evaluated(first.train(epochs=3, marked=False), 0, 5)]
    again = Trainer(SECTION, epochs=4, iters_per_epoch=10)
    list(again.train(epochs=1))
    path = write_log(
        tmp_path / "train.log", iter([started(0, 5)]), iter(lines), iter([started(0, 5)]), evaluated(again.train(marked=False), 10, 5)
    )  # fmt: skip
    found = evaluations_in(read_metrics(path, {}), RUN, {})
    assert [evaluation.done for evaluation in found.found] == [5, 10, 15, 20, 25, 30, 35, 40]
    assert "4 left out, as a resume went back to before them" in found.words()


@pytest.mark.parametrize(
    ("lines", "done"),
    [
        (["epoch: [0/4], iter: 3, lr: 0.1, loss: 1"], 4),
        (["epoch: [1/4], iter: 3, lr: 0.1, loss: 1", "epoch: [2/4], iter: 3, lr: 0.1, loss: 1"], 14),
        (["epoch: [3/4], lr: 0.1, loss: 1"], 30),
        (["epoch: [3/4], global_step: 99, lr: 0.1, loss: 1"], 30),
        (["epoch: [3/4], global_step: 25, lr: 0.1, loss: 1"], 25),
        ([], 10),
    ],
)
def test_lines_of_other_kinds(tmp_path: Path, lines: list[str], done: int) -> None:
    metric = "[2022/09/29 02:59:23] root INFO: cur metric, acc: 0.5"
    path = write_log(tmp_path / "train.log", iter([*lines, metric]))
    assert evaluations_in(read_metrics(path, {}), RUN, {}).found == ((done, 0.5),)


@pytest.mark.parametrize("flag", [False, True])
def test_a_log_of_a_run_on_windows(tmp_path: Path, flag: bool) -> None:
    """9 of the 10 iterations of an epoch run, and the warmup is one of 10."""
    plateau = {"name": "ReduceOnPlateau", "learning_rate": 0.01, "warmup_epoch": 1}
    config = write_config(tmp_path / "c.yml", plateau, epochs=4, iters_per_epoch=10)
    config.write_text(config.read_text(encoding="utf-8").replace("num_samples", "other"), encoding="utf-8")
    lines = evaluated(Trainer(SECTION, epochs=4, iters_per_epoch=10, every=3, left_out=1).train(), 0, 9)
    path = write_log(tmp_path / "train.log", iter([*lines, started(0, 9)]))
    planned = plan_simulated_run(config, path, flags=RunFlags(windows=flag))
    assert (planned.run.iters_per_epoch, planned.built_for.iters_per_epoch) == (9, 10)
    assert planned.schedule.lead().warmup_iters == 10
    assert planned.length.arithmetic == (
        f"10 iterations per epoch, from {path}; on Windows 9 of them run, the schedule counts all"
    )


def test_a_log_that_is_packed(tmp_path: Path) -> None:
    lines = [*evaluated(Trainer(SECTION, epochs=4, iters_per_epoch=10).train(), 0, 10)]
    (tmp_path / "train.log.gz").write_bytes(gzip.compress("\n".join([*lines, ""]).encode()))
    metrics = read_metrics(tmp_path / "train.log.gz", {})
    assert (metrics.values, metrics.iters_per_epoch) == ([10, 20, 30, 40], 10)


def test_a_real_log() -> None:
    metrics = read_metrics(ROOT / "tests/data/logs/window_of_10.log", {})
    assert (metrics.name, metrics.values) == ("hmean", [0.14564265817747712])
    found = evaluations_in(metrics, Run(200, 19), {})
    assert found.found == ((19, 0.14564265817747712),)


@pytest.mark.parametrize(
    ("metric", "written", "expected"),
    [
        ({}, "fps: 3, acc: 0.5, hmean: 0.6", 0.5),
        ({}, "precision: 0.1, hmean: 0.6", 0.6),
        ({}, "exp_rate: 0.25, fps: 3", 0.25),
        ({}, "acc: nan", math.nan),
        ({"main_indicator": "exp_rate"}, "acc: 0.5, exp_rate: 0.25", 0.25),
        ({"main_indicator": "acc"}, "acc: 9.1e-05, best_epoch: 3", 9.1e-5),
    ],
    ids=str,
)
def test_which_metric_counts(tmp_path: Path, metric: dict[str, str], written: str, expected: float) -> None:
    path = write_log(tmp_path / "train.log", iter([f"[2022/09/29 02:59:23] ppocr INFO: cur metric, {written}"]))
    values = read_metrics(path, {"Metric": {"name": "RecMetric", **metric}}).values
    assert values == pytest.approx([expected], nan_ok=True)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["epoch: [1/4], global_step: 1, lr: 0.1, loss: 1"], "holds no evaluation; PaddleOCR writes them as `cur metric"),
        (["ppocr INFO: cur metric, acc: 0.5"], "counts is hmean, and an evaluation has no such number: it has acc$"),
        (["ppocr INFO: cur metric, hmean: many"], "counts is hmean, and an evaluation has no such number: it has hmean$"),
        (["ppocr INFO: cur metric, "], "it has none$"),
    ],
)  # fmt: skip
def test_a_log_without_its_metric(tmp_path: Path, lines: list[str], message: str) -> None:
    begin = "[2022/09/29 02:59:23] "
    path = write_log(tmp_path / "train.log", (begin + line for line in ["ppocr INFO: train", *lines]))
    with pytest.raises(LRConfigError, match=message) as raised:
        read_metrics(path, {"Metric": {"main_indicator": "hmean"}})
    assert str(raised.value).startswith(f"{path}: ")


def test_evaluations_change_nothing_that_a_log_says_of_its_rates(tmp_path: Path) -> None:
    from ppocr_lr.logs.train_log import read_log

    config = {"Global": {"epoch_num": 4}, "Optimizer": {"lr": SECTION}}
    lines = [*dumped(config), *Trainer(SECTION, epochs=4, iters_per_epoch=10).train()]
    plain = read_log(write_log(tmp_path / "plain.log", iter(lines)))
    beside = read_log(write_log(tmp_path / "evaluated.log", evaluated(iter(lines), 0, 3)))
    assert plain.counts.tolist() == beside.counts.tolist()
    assert (plain.processes, plain.remarks) == (beside.processes, beside.remarks)
