"""`--import`: schedules of a module that is not installed. A config cannot ask for that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.conftest import Command

MODULE = """
from ppocr_lr import LRConfig, register_lr_config
from ppocr_lr.schedules import Constant


@register_lr_config("Imported{number}")
class ImportedConfig(LRConfig):
    learning_rate: float

    def curve(self, window):
        return Constant(self.learning_rate)
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "of_mine.py").write_text(MODULE.format(number=1))
    section = {"name": "Imported1", "learning_rate": 0.125}
    file = tmp_path / "c.yml"
    file.write_text(yaml.safe_dump({"Global": {"epoch_num": 2}, "Optimizer": {"name": "Momentum", "lr": section}}))
    return file


@pytest.mark.parametrize("module", ["of_mine", "of_mine.py"])
def test_the_commands_know_the_name(process: Command, config: Path, module: str) -> None:
    known = ["--import", module, "--iters-per-epoch", "10"]
    shown = process("show", str(config), *known)
    assert (shown.returncode, "1.25e-1" in shown.stdout) == (0, True), shown.stderr
    checked = process("check", str(config), *known, "--format", "json")
    assert [finding["code"] for finding in json.loads(checked.stdout)["results"][0]["findings"]] == ["LR506"]
    drawn = process("plot", str(config), *known, "--out", "p.png")
    assert (drawn.returncode, (config.parent / "p.png").exists()) == (0, True), drawn.stderr
    assert "Imported1" in process("schema", "--import", module).stdout


def test_without_it_the_name_is_not_known(process: Command, config: Path) -> None:
    shown = process("show", str(config), "--iters-per-epoch", "10")
    assert shown.returncode == 2
    assert "Optimizer.lr.name: 'Imported1' is not a schedule" in shown.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "ModuleNotFoundError"),
        ("1 / 0", "ZeroDivisionError"),
        ("x = (", "SyntaxError"),
        ("exit(3)", "SystemExit"),
    ],
)
def test_a_module_that_cannot_be_imported(process: Command, config: Path, text: str | None, said: str) -> None:
    if text is not None:
        (config.parent / "broken.py").write_text(text)
    done = process("show", str(config), "--import", "broken")
    assert done.returncode == 2
    assert done.stderr.startswith("error: --import broken: cannot be imported: " + said)
    assert "Traceback" not in done.stderr


FAULTY = """
from dataclasses import dataclass

from ppocr_lr import LRConfig, Schedule, register_lr_config


@dataclass(frozen=True)
class Broken(Schedule):
    peak: float

    def formula(self, k, fn=None):
        return 1 / 0 if getattr(k, "size", 1) > 10 else self.peak + 0 * k

    def corner_runs(self):
        return ()


@register_lr_config("Imported1")
class ImportedConfig(LRConfig):
    learning_rate: float
    also_called = {"lr": "nothing"}

    def curve(self, window):
        return Broken(self.learning_rate)
"""


def test_what_such_a_class_does_wrong_is_said_with_its_name(process: Command, config: Path) -> None:
    (config.parent / "of_mine.py").write_text(FAULTY)
    faults = {
        # what it does for the many updates of a table, and what only a schema looks at
        ("plot", "-c", "c.yml", "--iters-per-epoch", "100", "--out", "p.csv"): "the class Broken of of_mine:12",
        ("schema",): "the class ImportedConfig of of_mine",
    }
    for words, said in faults.items():
        done = process(*words, "--import", "of_mine")
        assert done.returncode == 2
        assert done.stderr.startswith(f"error: {said} does not work: "), done.stderr
        assert "Traceback" not in done.stderr


def test_a_folder_is_checked_whatever_one_of_them_does_late(process: Command, config: Path) -> None:
    late = FAULTY.replace('getattr(k, "size", 1) > 10', "isinstance(k, int) and 0 < k < 199")
    (config.parent / "of_mine.py").write_text(late)
    (config.parent / "d.yml").write_bytes(config.read_bytes().replace(b"Imported1", b"Const"))
    done = process("check", ".", "--import", "of_mine", "--iters-per-epoch", "100", "--format", "concise")
    assert done.returncode == 2
    assert "c.yml:1:1: LR100 error the class Broken of of_mine:12 does not work: ZeroDivisionError" in done.stdout
    assert "1 error in 2 files" in done.stdout
    assert done.stderr == ""
