"""`ppocr-lr scale` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from ppocr_lr.training_config.changes import yaml_text
from tests.conftest import ROOT, Command

TEXT = """Global:
  epoch_num: 20   # 轮数
Optimizer:
  lr:
    name: Piecewise
    values: [1.0e-3,  1.0e-4] # (8*4c)
    decay_epochs: [10]
Train: {loader: {batch_size_per_card: 8}}
"""
REAL = json.loads((ROOT / "tests" / "data" / "paddleocr_lr_sections.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    (tmp_path / "c.yml").write_text(TEXT, encoding="utf-8")


@pytest.mark.parametrize(
    ("flags", "values", "said"),
    [
        (
            ["--reference-gpus", "4"],
            "[0.00025,  2.5e-05]",
            "8 samples per update against 32: linear rule, rates 1/4 of",
        ),
        (["--reference-gpus", "4", "--rule", "sqrt"], "[0.0005,  5.0e-05]", "sqrt rule, rates 1/2 of"),
        (["--reference-batch", "16", "--gpus", "4"], "[0.002,  0.0002]", "rates 2 times as high as those written"),
        (["--reference-gpus", "4", "--gpus", "4"], "[1.0e-3,  1.0e-4]", "; nothing changes"),
        (["--reference-gpus", "4", "-o", "Optimizer.lr.values=[0.4, 0.2]"], "[0.1,  0.05]", "rates 1/4 of"),
    ],
)
def test_the_rates_alone_change(command: Command, tmp_path: Path, flags: list[str], values: str, said: str) -> None:
    done = command("scale", "c.yml", *flags, "--out", "one_card.yml")
    assert (done.returncode, done.stderr) == (0, "")
    expected = TEXT.replace("[1.0e-3,  1.0e-4]", values)
    assert (tmp_path / "one_card.yml").read_text(encoding="utf-8") == expected
    assert (tmp_path / "c.yml").read_text(encoding="utf-8") == TEXT
    first, *lines = done.stdout.splitlines()
    assert first.startswith("c.yml: ")
    assert said in first
    assert [line for line in lines if line.startswith(("- ", "+ "))] == (
        [] if expected == TEXT else ["-    values: [1.0e-3,  1.0e-4] # (8*4c)", f"+    values: {values} # (8*4c)"]
    )
    assert lines[-1] == "written: one_card.yml"


def test_nothing_is_written_unless_asked(command: Command, tmp_path: Path) -> None:
    assert command("scale", "c.yml", "--reference-gpus", "4").returncode == 0
    assert [each.name for each in tmp_path.iterdir()] == ["c.yml"]
    assert (tmp_path / "c.yml").read_text(encoding="utf-8") == TEXT
    assert command("scale", "c.yml", "--reference-gpus", "4", "--out", "c.yml").returncode == 0
    assert yaml.safe_load((tmp_path / "c.yml").read_text(encoding="utf-8"))["Optimizer"]["lr"]["values"] == [
        0.00025,
        2.5e-5,
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["c.yml"], 'c.yml: nothing says for which batch the rate is meant (a comment says "(8*4c)", which may mean '
                    "4 cards, 32 samples); give --reference-gpus or --reference-batch"),
        (["c.yml", "--reference-gpus", "0"], "--reference-gpus 0: must be a positive integer"),
        (["c.yml", "--reference-gpus", "2", "--out", "c.txt"], "the ending must be one of .yml, .yaml"),
        (["gone.yml", "--reference-gpus", "2"], "gone.yml: cannot be read: No such file or directory"),
        (["alias.yml", "--reference-gpus", "2"], "alias.yml: 'Optimizer.lr' cannot be changed by itself in the text"),
        (["nobatch.yml", "--reference-gpus", "2"], "nobatch.yml: Train.loader.batch_size_per_card"),
    ],
)  # fmt: skip
def test_what_cannot_be_scaled(command: Command, tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "alias.yml").write_text(
        "b: &b {name: Const, learning_rate: 0.1}\nOptimizer: {lr: *b}\nGlobal: {epoch_num: 2}\n"
        "Train: {loader: {batch_size_per_card: 8}}\n", encoding="utf-8",
    )  # fmt: skip
    (tmp_path / "nobatch.yml").write_text(TEXT.replace("batch_size_per_card: 8", ""), encoding="utf-8")
    files = sorted(tmp_path.iterdir())
    done = command("scale", *arguments)
    assert (done.returncode, done.stdout, sorted(tmp_path.iterdir())) == (2, "", files)
    assert message in done.stderr


@pytest.mark.parametrize("entry", REAL, ids=[entry["source"] for entry in REAL])
def test_a_real_section_there_and_back(command: Command, tmp_path: Path, entry: dict[str, object]) -> None:
    assert isinstance(entry["lr"], dict)
    lines = "".join(f"    {key}: {yaml_text(value)} # 键\n" for key, value in entry["lr"].items())
    text = TEXT[: TEXT.index("    name")].replace("20", str(entry["epochs"])) + lines + TEXT[TEXT.index("Train") :]
    (tmp_path / "c.yml").write_text(text, encoding="utf-8")
    there = command("scale", "c.yml", "--reference-gpus", "8", "--out", "one.yml")
    assert (there.returncode, there.stderr) == (0, "")
    back = command("scale", "one.yml", "--reference-gpus", "1", "--gpus", "8", "--out", "back.yml")
    assert (back.returncode, back.stderr) == (0, "")
    one, again = ((tmp_path / name).read_text(encoding="utf-8").splitlines() for name in ("one.yml", "back.yml"))
    kept = [line for line in text.splitlines() if line in one]
    changed = [line.split(":")[0].strip() for line in text.splitlines() if line not in one]
    assert changed
    assert set(changed) <= {"learning_rate", "max_lr", "values", "start_lr", "min_lr", "end_lr"}
    assert [line for line in again if line in kept] == kept
    section = yaml.safe_load("\n".join(again))["Optimizer"]["lr"]
    for key in changed:
        before = entry["lr"][key]
        before = [float(each) for each in before] if isinstance(before, list) else float(before)
        assert section[key] == pytest.approx(before, rel=1e-5)
