"""Baselines, as the command line writes and reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Command

BAD = "Global: {epoch_num: 20}\nOptimizer:\n  lr:\n    name: Cosine\n    learning_rate: 0.1\n    warmup_epochs: 5\n"
WORDS = ("check", "configs", "--iters-per-epoch", "100", "--baseline")


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "a.yml").write_text(BAD, encoding="utf-8")
    (tmp_path / "configs" / "torn.yml").write_text("Global: {epoch_num: [\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "status", "shown"),
    [
        (BAD, 0, "no findings in 2 files"),
        ("# moved\n\n" + BAD, 0, "no findings in 2 files"),
        (BAD.replace(": 5", ": 6"), 0, "no findings in 2 files"),
        (BAD + "    T_max: 3\n", 1, "1 warning in 2 files"),
        (BAD.replace("warmup_epochs", "warm_epochs"), 1, "1 warning in 2 files"),
        ("Global: [\n", 2, "1 error in 2 files"),
    ],
)
def test_only_what_is_new_counts(
    text: str, status: int, shown: str, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = command(*WORDS, "base.json", "--write-baseline")
    assert (done.returncode, done.stdout) == (0, "base.json: 2 findings in 2 files\n")
    written = (tmp_path / "base.json").read_bytes()
    command(*WORDS, "base.json", "--write-baseline")
    assert (tmp_path / "base.json").read_bytes() == written
    (tmp_path / "configs" / "a.yml").write_text(text, encoding="utf-8")
    done = command(*WORDS, "base.json")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (status, shown)
    monkeypatch.chdir(tmp_path / "configs")  # the files are named from the baseline's folder
    assert command("check", ".", *WORDS[2:], "../base.json").returncode == status


def test_what_is_known_once_is_new_a_second_time(command: Command, tmp_path: Path) -> None:
    command(*WORDS, "base.json", "--write-baseline")
    twice = BAD + "    warmup_epochs: 5\n"
    (tmp_path / "configs" / "a.yml").write_text(twice, encoding="utf-8")
    done = command(*WORDS, "base.json")
    assert (done.returncode, "LR106" in done.stdout, "LR101" in done.stdout) == (1, True, False)


ENDLESS = '{"findings": [{"file": "a.yml", "code": "LR101", "about": "", "count": 1e999}]}'


@pytest.mark.parametrize(
    "text", [None, "", "[]", "{}", '{"findings": 5}', '{"findings": [{}]}', ENDLESS, "[" * 10**5, "\0"]
)
def test_what_is_no_baseline(text: str | None, command: Command, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "base.json").write_text(text, encoding="utf-8")
    done = command(*WORDS, "base.json")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("error: --baseline base.json: ")


def test_a_baseline_that_cannot_be_written(command: Command) -> None:
    done = command(*WORDS, "gone/base.json", "--write-baseline")
    assert (done.returncode, done.stderr.startswith("error: gone/base.json: cannot be written")) == (2, True)
    assert command("check", "configs", "--write-baseline").stderr.startswith(
        "error: --write-baseline: needs --baseline"
    )


@pytest.mark.parametrize("name", ["configs/a.yml", "other.json", "large.json"])
def test_what_is_no_baseline_is_not_overwritten(name: str, command: Command, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"mine": 1}', encoding="utf-8")
    (tmp_path / "large.json").write_text(f'{{"findings": []{" " * (1 << 26)}}}', encoding="utf-8")
    before = (tmp_path / name).read_bytes()
    done = command(*WORDS, name, "--write-baseline")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: --baseline {name}: is not a baseline, so it is left as it is\n"
    assert (tmp_path / name).read_bytes() == before


def test_a_baseline_is_written_anew(command: Command) -> None:
    for _ in range(2):
        assert command(*WORDS, "lr.json", "--write-baseline").returncode == 0
