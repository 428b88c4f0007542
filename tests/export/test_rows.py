"""Every update in a file: exact, whole, and in bounded memory."""

from __future__ import annotations

import csv
import io
import json
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ppocr_lr import LRConfigError
from ppocr_lr.export.rows import MOST_ROWS, write_csv, write_json
from ppocr_lr.schedules import Constant
from ppocr_lr.training_config.plan import PlannedRun, plan_config, plan_run
from ppocr_lr.training_config.run_flags import RunFlags

CONFIGS = Path(__file__).parents[2] / "configs"
NAMES = ["cosine", "rec_crnn", "det_db", "compare_piecewise"]


def planned(source: str = "a.yml", epochs: int = 3, iters: int = 10, **section: object) -> PlannedRun:
    lr = {"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 1, **section}
    config = {"Global": {"epoch_num": epochs}, "Optimizer": {"lr": lr}}
    return plan_config(config, source, RunFlags(iters_per_epoch=iters))


def expected(run: PlannedRun, every: int = 1) -> list[tuple[int, float, float]]:
    last = run.run.total_iters - 1
    steps = [*range(0, last, every), last]
    rates = run.schedule(np.array(steps)).tolist()
    return [(k, k / run.run.iters_per_epoch, rate) for k, rate in zip(steps, rates, strict=True)]


def csv_text(*runs: PlannedRun, every: int = 1) -> str:
    file = io.BytesIO()
    write_csv(runs, file, every)
    return file.getvalue().decode("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_csv_is_the_schedule(name: str, tmp_path: Path) -> None:
    run = plan_run(CONFIGS / f"{name}.yml", flags=RunFlags(epochs=9, iters_per_epoch=4321))
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        write_csv([run], file)
    lines = path.read_bytes().decode("utf-8").split("\n")
    assert lines[0] == "iteration,epoch,rate"
    assert lines[1:] == [*(f"{k},{epoch!r},{rate!r}" for k, epoch, rate in expected(run)), ""]


@pytest.mark.parametrize("every", [1, 2, 7, 29, 30, 31, 2**53])
@pytest.mark.parametrize("epochs", [1, 3, 5000])
def test_every_ends_with_the_last_update(every: int, epochs: int) -> None:
    run = planned(epochs=epochs)
    rows = [
        (int(k), float(epoch), float(rate))
        for k, epoch, rate in list(csv.reader(csv_text(run, every=every).splitlines()))[1:]
    ]
    assert rows == expected(run, every)
    assert rows[-1][0] == run.run.total_iters - 1


@pytest.mark.parametrize("write", [write_csv, write_json])
@pytest.mark.parametrize(("epochs", "every", "enough"), [(10**8 + 1, 1, 3), (9 * 10**9, 2, 91), (10**15, 10**6, None)])
def test_a_file_has_no_more_rows_than_a_disk_holds(write: Any, epochs: int, every: int, enough: int | None) -> None:
    run = planned(epochs=epochs, iters=1, warmup_epoch=0)
    file = io.BytesIO()
    with pytest.raises(LRConfigError, match=f"^every {every}: .*more than {MOST_ROWS}") as told:
        write([run], file, every)
    assert file.getvalue() == b""
    assert enough is None or f"; {enough} is enough" in str(told.value)


@pytest.mark.parametrize("rows", [2**14 - 1, 2**14, 2**14 + 1, 2**15])
@pytest.mark.parametrize("every", [1, 3])
def test_no_row_is_lost_where_blocks_meet(rows: int, every: int) -> None:
    for iters in ((rows - 1) * every + 1, (rows - 1) * every):  # the last update on the grid, and beside it
        text = csv_text(planned(epochs=1, iters=iters, warmup_epoch=0), every=every)
        found = [int(line.split(",")[0]) for line in text.splitlines()[1:]]
        assert found == [*range(0, iters - 1, every), iters - 1]


def test_one_update() -> None:
    assert csv_text(planned(epochs=1, iters=1, warmup_epoch=0)) == "iteration,epoch,rate\n0,0.0,0.1\n"


def test_the_longest_run_there_is() -> None:
    run = planned(epochs=2**33, iters=2**20, warmup_epoch=0)
    rows = csv_text(run, every=2**51).splitlines()[1:]
    assert rows == [f"{k},{epoch!r},{rate!r}" for k, epoch, rate in expected(run, 2**51)]


def test_several_runs_are_told_apart() -> None:
    runs = [planned(), planned(warmup_epoch=0, learning_rate=0.2)]
    lines = csv_text(*runs).splitlines()
    assert lines[0] == "run,iteration,epoch,rate"
    rows = list(csv.DictReader(lines))
    assert [row["run"] for row in rows] == ["learning_rate 0.1, warmup_epoch 1"] * 30 + [
        "learning_rate 0.2, warmup_epoch 0"
    ] * 30
    assert [float(row["rate"]) for row in rows] == [rate for run in runs for *_, rate in expected(run)]


def test_the_header_says_where_paddleocr_differs() -> None:
    first, header, *rows = csv_text(planned(end_lr=0.01)).splitlines()
    assert first.startswith("# a.yml: PaddleOCR's own trainer ignores end_lr: its final rate is ")
    assert (header, len(rows)) == ("iteration,epoch,rate", 30)
    file = io.BytesIO()
    write_json([planned(end_lr=0.01), planned()], file)
    told, quiet = [run["trainer"] for run in json.loads(file.getvalue())["results"]]
    assert "ignores end_lr" in told
    assert quiet is None


@pytest.mark.parametrize("name", ['a"b,c.yml', "学习率.yml", "two\nlines.yml", "old\rlines.yml"])
def test_labels_are_quoted(name: str) -> None:
    # Two runs that do not differ are named by their files.
    rows = list(csv.reader(io.StringIO(csv_text(planned(name), planned("other.yml")), newline="")))
    assert {row[0] for row in rows[1:]} == {name, "other.yml"}
    assert {len(row) for row in rows} == {4}


@pytest.mark.parametrize("name", ["=1+1.yml", "+cmd.yml", "-2.yml", "@sum.yml", "\t=1.yml"])
def test_no_label_is_a_formula(name: str) -> None:
    rows = list(csv.reader(io.StringIO(csv_text(planned(name), planned("other.yml")), newline="")))
    assert {row[0] for row in rows[1:]} == {f"'{name}", "other.yml"}
    assert all(float(row[3]) >= 0 for row in rows[1:])


def test_a_name_that_is_no_utf8() -> None:
    runs = [planned("\udcff.yml"), planned("other.yml")]
    assert csv_text(*runs).splitlines()[1].startswith("\\udcff.yml,0,")
    file = io.BytesIO()
    write_json(runs, file)
    assert json.loads(file.getvalue())["results"][0]["config"] == "\udcff.yml"


@pytest.mark.parametrize("every", [1, 4, 100])
@pytest.mark.parametrize("epochs", [3, 3000])
def test_json(every: int, epochs: int) -> None:
    runs = [planned('a"b<学>.yml', epochs), planned("c.yml", epochs, 20)]
    file = io.BytesIO()
    write_json(runs, file, every)
    document = json.loads(file.getvalue().decode("utf-8"))
    assert [list(run) for run in document["results"]] == [
        ["config", "name", "label", "trainer", "simulation", "epochs", "iters_per_epoch", "groups", "columns", "rows"]
    ] * 2
    for run, written in zip(runs, document["results"], strict=True):
        assert written["label"] == f"iterations per epoch {run.run.iters_per_epoch}"
        assert (written["config"], written["epochs"], written["iters_per_epoch"]) == (
            run.source,
            epochs,
            run.run.iters_per_epoch,
        )
        assert written["columns"] == ["iteration", "epoch", "rate"]
        assert [tuple(row) for row in written["rows"]] == expected(run, every)


def with_backbone(source: str = "a.yml", **keys: object) -> PlannedRun:
    run = planned(source)
    return plan_config({**run.config, "Architecture": {"Backbone": {"name": "PPLCNetV3", **keys}}}, source, run.flags)


TENTH, NINTH, FROZEN = with_backbone(), with_backbone("b.yml", lab_lr=1 / 9), with_backbone("c.yml", lab_lr=0)


@pytest.mark.parametrize(
    ("runs", "columns"),
    [
        ([TENTH], {"rate*0.1": [0.1]}),
        ([FROZEN], {}),
        ([FROZEN, planned(), NINTH, TENTH], {"rate*0.111111111111": [None, None, 1 / 9, None], "rate*0.1": [None, None, None, 0.1]}),
    ],
)  # fmt: skip
def test_other_rates_are_further_columns(runs: list[PlannedRun], columns: dict[str, list[float | None]]) -> None:
    first = ["run"] * (len(runs) > 1) + ["iteration", "epoch", "rate"]
    header, *rows = csv.reader(io.StringIO(csv_text(*runs)))
    assert header == [*first, *columns]
    written = {name: [row[header.index(name)] for row in rows] for name in columns}
    wanted = {
        name: [repr(factor * rate) if factor else "" for run, factor in zip(runs, factors, strict=True) for *_, rate in expected(run)]
        for name, factors in columns.items()
    }  # fmt: skip
    assert written == wanted


def test_other_rates_in_json() -> None:
    file = io.BytesIO()
    write_json([TENTH, FROZEN, planned()], file, 7)
    tenth, frozen, none = json.loads(file.getvalue())["results"]
    about = {"label": "affine blocks", "parameters": ["backbone.*.lab.*"], "key": "Architecture.Backbone.lab_lr"}
    assert tenth["groups"] == [{**about, "factor": 0.1, "column": "rate*0.1"}]
    assert frozen["groups"] == [{**about, "factor": 0.0, "column": None}]
    assert none["groups"] == []
    assert tenth["columns"] == [*none["columns"], "rate*0.1"] == [*frozen["columns"], "rate*0.1"]
    assert [row[3] for row in tenth["rows"]] == [0.1 * row[2] for row in tenth["rows"]]
    assert frozen["rows"] == none["rows"]


@pytest.mark.parametrize("write", [write_csv, write_json])
def test_progress_counts_the_rows_of_all_runs(write: object) -> None:
    seen: list[tuple[int, int]] = []
    write([planned(epochs=5000), planned(epochs=10)], io.BytesIO(), 2, lambda done, total: seen.append((done, total)))  # type: ignore[operator]
    total = 25_001 + 51
    assert {all_rows for _, all_rows in seen} == {total}
    assert [done for done, _ in seen] == [2**14, 25_001, total]


@pytest.mark.parametrize("every", [0, -1, 1.5, True, "2"])
def test_every_that_is_none(every: object) -> None:
    file = io.BytesIO()
    with pytest.raises(LRConfigError, match=r"^every .*: must be a positive integer"):
        write_csv([planned()], file, every)  # type: ignore[arg-type]
    assert not file.getvalue()


def test_what_is_no_number_is_null_in_json() -> None:
    class Broken(Constant):
        def formula(self, k: Any, fn: Any = None) -> Any:
            return k * math.nan

    run = planned(epochs=1, iters=2)
    run = replace(run, parsed=run.parsed._replace(curve=Broken(0.1)))  # a third party's
    file = io.BytesIO()
    write_json([run], file)
    assert [row[2] for row in json.loads(file.getvalue())["results"][0]["rows"]] == [None, None]


MEMORY = """
import resource, sys
from ppocr_lr.export.rows import write_csv, write_json
from ppocr_lr.training_config.plan import DEFAULT_CONFIG, plan_run
from ppocr_lr.training_config.run_flags import RunFlags
write = {"csv": write_csv, "json": write_json}[sys.argv[1]]
run = plan_run(DEFAULT_CONFIG, flags=RunFlags(epochs=100, iters_per_epoch=int(sys.argv[2]) // 100))
with open(sys.argv[3], "wb") as file:
    write([run, run], file)
assert "matplotlib" not in sys.modules
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the module resource is not there")
@pytest.mark.parametrize("form", ["csv", "json"])
def test_memory_does_not_grow_with_the_rows(form: str, tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        command = [sys.executable, "-c", MEMORY, form, str(rows), str(tmp_path / "out")]
        return int(subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout)

    # 600,000 rows are 20 MB of text, and more as numbers; the process without them has about 60.
    assert peak(6 * 10**5) < 1.15 * peak(10**4)
