"""Every command and snippet of the README works, and its tables are complete."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ppocr_lr.check.catalogue import table
from ppocr_lr.lr_config import MODELS
from tests import checkpoints, train_logs
from tests.conftest import ROOT, Command

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("snippet", blocks("python"), ids=lambda snippet: snippet.splitlines()[-1][:50])
def test_snippets_run(snippet: str, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", snippet], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


SHOWN = [
    (command, output.splitlines())
    for block in blocks("console")
    for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]


@pytest.mark.parametrize(("line", "shown"), SHOWN, ids=[line for line, _ in SHOWN])
def test_commands_run_and_print_what_is_shown(line: str, shown: list[str], command: Command, tmp_path: Path) -> None:
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    words = shlex.split(line)
    assert words[0] == "ppocr-lr"
    done = command(*words[1:])
    assert (done.returncode, done.stderr) == (0, "")
    assert not shown or done.stdout.splitlines() == shown


def shown_text(start: str) -> tuple[list[str], list[str]]:
    """The words of the first command of the text block that starts so, and what it prints."""
    (block,) = [block for block in blocks("text") if block.startswith(f"$ {start}")]
    command, _, output = block.partition("\n")
    return shlex.split(command)[2:], re.split(r"^\$ ", output, maxsplit=1, flags=re.MULTILINE)[0].splitlines()


def test_the_resume_that_is_shown(command: Command, tmp_path: Path) -> None:
    section = {"name": "Cosine", "learning_rate": 0.1}
    (tmp_path / "c.yml").write_text(yaml.safe_dump({"Global": {"epoch_num": 20}, "Optimizer": {"lr": section}}))
    (tmp_path / "output").mkdir()
    checkpoints.save(tmp_path / "output/latest", section, epochs=20, iters=100, done=1000, epoch=10)
    words, shown = shown_text("ppocr-lr resume")
    done = command(*words)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == shown
    assert (tmp_path / "resume.png").exists()


def test_the_log_that_is_shown(command: Command, tmp_path: Path) -> None:
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    section = yaml.safe_load((ROOT / "configs/cosine.yml").read_text())["Optimizer"]["lr"]
    trainer = train_logs.Trainer(section, epochs=20, iters_epoch=100)
    lines = list(trainer.train(epochs=8))
    trainer.new_scheduler()  # the optimizer's state was not there
    trainer.global_step = 0
    (tmp_path / "output").mkdir()
    train_logs.write_log(tmp_path / "output/train.log", iter(lines), trainer.train())
    words, shown = shown_text("ppocr-lr compare-log")
    done = command(*words)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == shown
    (more,) = re.findall(r"^\$ ppocr-lr (plot .* --log .*)$", README, re.MULTILINE)
    assert command(*shlex.split(more)).returncode == 0
    assert (tmp_path / "run.png").exists()


def test_the_table_of_codes_is_the_catalogue() -> None:
    assert "\n".join(table()) in README


SHARED = {"H": "hold_epochs", "W": "decay_within_run", "C": "cooldown_epochs"}
WARMUP = {"warmup_epoch", "warmup_iters", "warmup_ratio", "warmup_start_lr", "warmup_start_factor", "warmup_mode"}


@pytest.mark.parametrize("name", sorted(MODELS))
def test_the_table_of_schedules_is_complete(name: str) -> None:
    rows = [line for line in README.splitlines() if line.startswith(f"| `{name}`")]
    assert len(rows) == 1
    fields = MODELS[name].model_fields
    for key, field in fields.items():
        if key in ({*WARMUP, "last_epoch", *SHARED.values()}) and not (name == "Noam" and key == "warmup_iters"):
            continue
        assert f"`{key}`" in rows[0]
        default = f"{field.default:g}" if isinstance(field.default, float) else str(field.default).lower()
        assert field.is_required() or default.replace("e-0", "e-") in rows[0]
    marks = re.search(r"\*([HWC ]+)\*", rows[0])
    letters = set(marks[1]) - {" "} if marks else set()
    keys = {SHARED[letter] for letter in letters} | ({"decay_within_run"} if "C" in letters else set())
    assert keys == set(SHARED.values()) & set(fields)
    for key in ("warmup_epoch", "last_epoch"):
        assert (f"no `{key}`" in rows[0]) == (key not in fields)


def test_every_option_is_in_the_table(command: Command) -> None:
    commands = ("plot", "show", "check", "diff", "compare-log", "resume", "explain", "schema")
    text = "".join(command(name, "--help").stdout for name in commands)
    options = set(re.findall(r"--[a-z-]+", text)) - {"--help", "--config", "--opt"}
    assert len(options) > 15
    assert [option for option in sorted(options) if not re.search(rf"`[^`\n]*{option}\b[^`\n]*`", README)] == []


def test_pictures_and_links_are_there() -> None:
    pictures = re.findall(r"!\[.*?\]\((.*?)\)", README)
    assert len(pictures) == 4
    assert all((ROOT / picture).stat().st_size < 150_000 for picture in pictures)
