"""A plain value where a section belongs: one clear error in every command, whatever the flags make of the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ppocr_lr.cli.main import run
from tests.conftest import ROOT

CONFIG: dict[str, Any] = {
    "Global": {"epoch_num": 20, "checkpoints": "output/latest"},
    "Optimizer": {"name": "Momentum", "lr": {"name": "Cosine", "learning_rate": 0.001}},
    "Train": {"loader": {"batch_size_per_card": 8}, "dataset": {"num_samples": 800}, "sampler": {"name": "Own"}},
}
SECTIONS = ["Global", "Optimizer", "Optimizer.lr", "Train", "Train.loader", "Train.dataset", "Train.sampler"]
LOG = str(ROOT / "tests" / "data" / "logs" / "newer.log")
COMMANDS = [
    ["check", "c.yml"], ["check", "c.yml", "--reference-gpus", "8"], ["show", "c.yml"],
    ["plot", "c.yml", "--out", "a.csv"], ["plot", "c.yml", "--out", "a.png", "--weight-decay"],
    ["plot", "c.yml", "--out", "a.png", "--log", LOG], ["plot", "c.yml", "--out", "a.html", "--reference-batch", "8"],
    ["diff", "c.yml", "c.yml"], ["resume", "c.yml"], ["resume", "c.yml", "--checkpoint", "gone"],
    ["compare-log", "-c", "c.yml", LOG],
]  # fmt: skip
FLAGS = [[], ["--epochs", "3", "--iters-per-epoch", "5"], ["--epochs", "3", "--num-samples", "90", "--batch-size", "9"]]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("value", ["1e-320", "[1, 2]", "false"])
def test_one_error(
    section: str, value: str, command: list[str],
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    outside, _, name = section.rpartition(".")
    for way in ("file", "override"):
        config = yaml.safe_load(yaml.safe_dump(CONFIG))
        if way == "file":
            (config[outside] if outside else config)[name] = yaml.safe_load(value)
        Path("c.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
        for flags in FLAGS:
            assert run([*command, *flags, *(["-o", f"{section}={value}"] if way == "override" else [])]) == 2
            out, err = capsys.readouterr()
            said = [line for line in (out if command[0] == "check" else err).splitlines() if "error" in line]
            assert f"{section}: {value} is not allowed; it must be a mapping" in said[0].replace("'1e-320'", "1e-320")
            assert said[0].startswith("error: c.yml: ") or command[0] == "check"
            assert [entry.name for entry in tmp_path.iterdir()] == ["c.yml"]
            assert len(err.splitlines()) == (command[0] != "check")


@pytest.mark.parametrize("command", [["schema"], ["schema", "--section"], ["explain"], ["explain", "LR401"]])
def test_what_reads_no_config_takes_no_override(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command, "-o", "Global=1e-320"]) == 2
    assert capsys.readouterr().err.count("error: ") == 1
