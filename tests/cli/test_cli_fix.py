"""`ppocr-lr check --fix` and its flags as a user runs them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ppocr_lr.cli import check
from tests.conftest import Command

BAD = """Global:
  epoch_num: 20
Optimizer:
  name: Momentum
  lr:
    name: Cosine
    learning_rate: 1e-1  # 学习率
    warmup_epochs: 1
    T_max: 20
"""
SAFE = BAD.replace("1e-1", "0.1").replace("    T_max: 20\n", "")
MENDED = SAFE.replace("warmup_epochs", "warmup_epoch")
KNOWN = ("--iters-per-epoch", "100")


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text(BAD, encoding="utf-8")


def text(tmp_path: Path, name: str = "bad.yml") -> str:
    return (tmp_path / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("flags", "status", "after", "last"),
    [
        ([], 1, BAD, "1 error, 2 warnings in 1 file"),
        (["--fix"], 1, SAFE, "Fixed 2; 1 more with --unsafe-fixes"),
        (["--fix", "--unsafe-fixes"], 0, MENDED, "Fixed 3"),
        (["--fix-only"], 0, SAFE, "Fixed 2; 1 more with --unsafe-fixes"),
        (["--fix-only", "--unsafe-fixes"], 0, MENDED, "Fixed 3"),
        (["--diff"], 1, BAD, "     warmup_epochs: 1\n-    T_max: 20"),
        (["--diff", "--unsafe-fixes"], 1, BAD, "-    T_max: 20\n+    learning_rate: 0.1  # 学习率\n+    warmup_epoch: 1"),
        (["--fix", "--ignore", "LR101,LR102"], 0, BAD, "Fixed 0"),
        (["--fix", "-o", "Optimizer.lr.learning_rate=0.2"], 1, SAFE.replace("0.1", "1e-1"),
         "Fixed 1; 1 more with --unsafe-fixes"),
    ],
)  # fmt: skip
def test_flags(command: Command, tmp_path: Path, flags: list[str], status: int, after: str, last: str) -> None:
    done = command("check", "bad.yml", *KNOWN, *flags)
    assert (done.returncode, text(tmp_path)) == (status, after)
    assert done.stdout.endswith(f"{last}\n")


def test_the_patch_is_one(command: Command, tmp_path: Path) -> None:
    done = command("check", "bad.yml", *KNOWN, "--diff", "--unsafe-fixes")
    assert done.stderr == "Would fix 3\n"
    subprocess.run(
        ["git", "apply", "-p0", "-"], input=done.stdout, text=True, check=True, cwd=tmp_path, encoding="utf-8"
    )
    assert text(tmp_path) == MENDED
    again = command("check", "bad.yml", *KNOWN, "--diff", "--unsafe-fixes")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "Would fix 0\n")


def test_a_format_for_programs_stays_one(command: Command, tmp_path: Path) -> None:
    done = command("check", "bad.yml", *KNOWN, "--fix", "--format", "json")
    assert [each["code"] for each in json.loads(done.stdout)["results"][0]["findings"]] == ["LR101"]
    assert done.stderr == "Fixed 2; 1 more with --unsafe-fixes\n"


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--unsafe-fixes"], "error: --unsafe-fixes: goes with --fix, --fix-only or --diff"),
        (["--fix", "--diff"], "not allowed with argument --fix"),
    ],
)
def test_flags_that_do_not_go_together(command: Command, tmp_path: Path, flags: list[str], message: str) -> None:
    done = command("check", "bad.yml", *flags)
    assert (done.returncode, message in done.stderr, text(tmp_path)) == (2, True, BAD)


def test_a_file_that_cannot_be_written_stops_no_other(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(BAD, encoding="utf-8")
    (tmp_path / "a.yml").chmod(0o444)
    (tmp_path / "torn.yml").write_text("a: [", encoding="utf-8")
    (tmp_path / "link.yaml").symlink_to("bad.yml")
    done = command("check", "a.yml", "link.yaml", *KNOWN, "--fix-only", "--quiet")
    assert (done.returncode, done.stderr) == (2, "error: a.yml: is read-only, so it is left as it is\n")
    assert (text(tmp_path, "a.yml"), text(tmp_path), (tmp_path / "link.yaml").is_symlink()) == (BAD, SAFE, True)
    done = command("check", "a.yml", "torn.yml", "bad.yml", *KNOWN, "--fix", "--unsafe-fixes")
    assert (done.returncode, text(tmp_path)) == (2, MENDED)
    assert "torn.yml\n  2:1 LR100 error is not YAML" in done.stdout
    assert "LR102" in done.stdout  # of the file that is as it was


def test_a_file_that_is_written_meanwhile(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = check.check_document

    def saved_meanwhile(*given: Any, **named: Any) -> object:
        (tmp_path / "bad.yml").write_text(BAD + "# saved\n", encoding="utf-8")
        return checked(*given, **named)

    monkeypatch.setattr(check, "check_document", saved_meanwhile)
    done = command("check", "bad.yml", *KNOWN, "--fix-only")
    assert (done.returncode, text(tmp_path)) == (2, BAD + "# saved\n")
    assert done.stderr == "error: bad.yml: was changed by another program in the meantime, so it is left as it is\n"


def test_what_cannot_be_changed_is_said(command: Command, tmp_path: Path) -> None:
    aliased = "b: &b {name: Cosine, learning_rate: 1e-1}\nGlobal: {epoch_num: 20}\nOptimizer: {lr: *b}\n"
    (tmp_path / "bad.yml").write_text(aliased, encoding="utf-8")
    done = command("check", "bad.yml", *KNOWN, "--fix-only")
    assert (done.returncode, text(tmp_path)) == (2, aliased)
    assert done.stderr == "error: bad.yml: 'Optimizer.lr' cannot be changed by itself in the text\n"


@pytest.mark.parametrize("flag", ["--fix-only", "--diff"])
@pytest.mark.parametrize(
    ("name", "problem"), [("torn.yml", "torn.yml:2:1: is not YAML"), ("gone.yml", "gone.yml: cannot be read")]
)
def test_a_file_that_cannot_be_read_is_told(
    flag: str, name: str, problem: str, command: Command, tmp_path: Path
) -> None:
    """Also where nothing is said of what is left."""
    (tmp_path / "torn.yml").write_text("a: [", encoding="utf-8")
    done = command("check", name, "bad.yml", *KNOWN, flag)
    assert (done.returncode, text(tmp_path)) == (2, SAFE if flag == "--fix-only" else BAD)
    assert f"error: {problem}" in done.stderr


def test_a_baseline_of_what_is_left(command: Command, tmp_path: Path) -> None:
    words = ("check", "bad.yml", *KNOWN, "--baseline", "b.json", "--write-baseline")
    done = command(*words, "--fix")
    assert (done.returncode, done.stdout) == (0, "b.json: 1 finding in 1 file\nFixed 2; 1 more with --unsafe-fixes\n")
    for flag in ("--diff", "--fix-only"):
        done = command(*words, flag)
        assert (done.returncode, "--write-baseline: does not go with" in done.stderr) == (2, True)


def test_a_log_has_no_text_to_mend(command: Command, tmp_path: Path) -> None:
    log = (Path(__file__).parents[1] / "data" / "logs").glob("*.log")
    name = sorted(log)[0]
    before = name.read_bytes()
    done = command("check", name, "--iters-per-epoch", "10", "--fix")
    assert ("Traceback" in done.stderr, name.read_bytes()) == (False, before)
