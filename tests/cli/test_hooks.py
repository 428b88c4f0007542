"""`ppocr-lr check` in front of other programs: pre-commit, and editors with stdin."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT, Command

BAD = "Global: {epoch_num: 20}\nOptimizer: {lr: {name: Cosine, learning_rate: 0.1, warmup_epochs: 5}}\n"
CLEAN = BAD.replace(", warmup_epochs: 5", "")
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
PRE_COMMIT = shutil.which("pre-commit") or shutil.which("pre-commit", path=str(Path(sys.executable).parent))


def given_on_stdin(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


@pytest.mark.parametrize(
    ("content", "words", "status", "shown"),
    [
        (BAD.encode(), [], 1, "-:2:52: LR101 warning "),
        (BAD.encode("utf-16"), [], 1, "-:2:52: LR101 warning "),
        (BAD.encode(), ["--stdin-filename", "deep/c.yml"], 1, "deep/c.yml:2:52: LR101 warning "),
        (BAD.encode(), ["--stdin-filename", "quiet/c.yml"], 0, "no findings in 1 file"),  # its settings
        (CLEAN.encode(), [], 0, "-:1:1: LR201 note "),
        (b"a: [\n", ["--stdin-filename", "c.yml"], 2, "c.yml:2:1: LR100 error is not YAML"),
        (b"a: 1\n", ["--hook"], 2, "-:1:1: LR100 error "),
        (b"\xff", [], 2, "-:1:1: LR100 error is not UTF-8"),
        (b"", [], 2, "-:1:1: LR100 error is empty"),
        (b"# " * (2**21 + 1), [], 2, "-:1:1: LR100 error "),
    ],
)
def test_stdin(
    content: bytes, words: list[str], status: int, shown: str,
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (tmp_path / "quiet").mkdir()
    (tmp_path / "quiet" / "ppocr-lr.toml").write_text("ignore = ['LR']", encoding="utf-8")
    (tmp_path / "c.yml").write_text("what is saved", encoding="utf-8")
    given_on_stdin(monkeypatch, content)
    done = command("check", "-", *words, "--format", "concise")
    assert (done.returncode, done.stderr) == (status, "")
    assert shown in done.stdout


def test_what_comes_from_stdin_cannot_be_mended(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    given_on_stdin(monkeypatch, BAD.encode())
    done = command("check", "-", "--fix")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: --fix: what comes from stdin is not a file that could be fixed\n"


def test_a_hook_passes_by_what_is_excluded_or_no_training_config(command: Command, tmp_path: Path) -> None:
    (tmp_path / "ppocr-lr.toml").write_text("exclude = ['old']", encoding="utf-8")
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "bad.yml").write_text(BAD, encoding="utf-8")
    (tmp_path / "other.yml").write_text("on: push\n", encoding="utf-8")
    (tmp_path / "torn.yml").write_text("Optimizer: [\n", encoding="utf-8")
    done = command("check", "--hook", "old/bad.yml", "other.yml")
    assert (done.returncode, done.stderr) == (0, "")
    assert command("check", "old/bad.yml").returncode == 1
    assert command("check", "--hook", "other.yml", "torn.yml").returncode == 2
    assert command("check", "--hook", "gone.yml").returncode == 2


@pytest.mark.skipif(not (PRE_COMMIT and shutil.which("git")), reason="needs pre-commit and git")
@pytest.mark.parametrize("hook", HOOKS)
def test_pre_commit(hook: str, tmp_path: Path) -> None:
    settings = dict(HOOKS[hook])
    # The environment of the tests instead of one that pre-commit would install first.
    python = f"'{sys.executable}' -m ppocr_lr"
    settings |= {"language": "system", "entry": settings["entry"].replace("ppocr-lr", python, 1)}
    config = {"repos": [{"repo": "local", "hooks": [settings]}]}
    (tmp_path / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    for name, text in {"clean.yml": CLEAN, "workflow.yml": "on: push\n", "a b.yaml": CLEAN}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    environment = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / ".git" / "home"), "PYTHONPATH": str(ROOT)}

    def run(*words: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL
        )

    assert run("git", "init", "-q").returncode == 0
    run("git", "add", "-A")
    done = run(PRE_COMMIT, "run", "--all-files")
    assert done.returncode == 0, done.stdout + done.stderr
    (tmp_path / "bad.yml").write_text(BAD.replace("0.1", "1e-1"), encoding="utf-8")
    run("git", "add", "-A")
    done = run(PRE_COMMIT, "run", "--all-files")
    assert (done.returncode, "bad.yml" in done.stdout, "LR101" in done.stdout) == (1, True, True)
    assert ("1e-1" in (tmp_path / "bad.yml").read_text(encoding="utf-8")) is ("--fix" not in settings["entry"])
