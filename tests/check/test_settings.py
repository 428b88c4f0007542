"""Settings in files, as the command line reads them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.conftest import Command

BAD = (
    "Global: {epoch_num: 20}\nOptimizer:\n  name: Momentum\n  lr:\n    name: Cosine\n    learning_rate: 0.1\n"
    "    warmup_epoch: 1\n    warmup_epochs: 5\n    end_lr: 0.001\n"
)  # with a known epoch: LR101, LR303, LR505


def codes(command: Command, *words: str) -> dict[str, list[str]]:
    done = command("check", *words, "--format", "json")
    assert done.returncode < 2, done.stderr
    return {
        each["config"]: [finding["code"] for finding in each["findings"]] for each in json.loads(done.stdout)["results"]
    }


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    for name in ("a.yml", "deep/b.yml", "deep/er/c.yml"):
        (tmp_path / name).write_text(BAD, encoding="utf-8")


def everything(*left: str) -> list[str]:
    return sorted({"LR101", "LR303", "LR505"} - {*left})


@pytest.mark.parametrize(
    ("settings", "words", "expected"),
    [
        ("", ["--iters-per-epoch", "100"], everything()),
        ("num-samples = 1600", [], everything()),
        ("num-samples = 1600\nignore = ['LR3']", [], everything("LR303")),
        ("num-samples = 1600\nignore = ['LR3']", ["--ignore", "LR101"], everything("LR303", "LR101")),
        ("num-samples = 1600\nignore = ['LR3']", ["--select", "LR3"], ["LR303"]),
        ("num-samples = 1600\nignore = ['LR3']", ["--isolated", "--iters-per-epoch", "100"], everything()),
        ("num-samples = 1600\nselect = ['LR1']", [], ["LR101"]),
        ("num-samples = 1600\nselect = ['LR1']\nper-file-ignores = {'*.yml' = ['LR10']}", [], []),
        ("num-samples = 1600\nselect = ['LR1']\nper-file-ignores = {'b.yml' = ['LR10']}", [], ["LR101"]),
        ("num-samples = 1600\ntrainer = 'ppocr-lr'", [], everything("LR505")),
        ("num-samples = 1600\ntrainer = 'ppocr-lr'", ["--trainer", "paddleocr", "--select", "LR505"], []),
        ("gpus = 2\nnum-samples = 1600\nreference-gpus = 8\nselect = ['LR602']", [], ["LR602"]),
        ("gpus = 2\nnum-samples = 1600\nreference-gpus = 8\nselect = ['LR602']", ["--gpus", "8"], []),
        ("gpus = 2\nreference-gpus = 8\nselect = ['LR602']", ["--reference-batch", "32"], []),
    ],
)  # fmt: skip
def test_what_settings_do(
    settings: str, words: list[str], expected: list[str], command: Command, tmp_path: Path
) -> None:
    (tmp_path / "a.yml").write_text(BAD + "Train: {loader: {batch_size_per_card: 16}}\n", encoding="utf-8")
    for name, head in (("ppocr-lr.toml", ""), ("pyproject.toml", "[tool.ppocr-lr]\n")):
        (tmp_path / name).write_text(head + settings, encoding="utf-8")
        assert sorted(set(codes(command, "a.yml", *words)["a.yml"])) == expected
        (tmp_path / name).unlink()


def test_the_nearest_folder_counts_and_is_not_merged(command: Command, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.ppocr-lr]\nselect = ['LR101']\n", encoding="utf-8")
    (tmp_path / "deep" / "pyproject.toml").write_text("[tool.other]\n", encoding="utf-8")  # none of ours
    (tmp_path / "deep" / "er" / "ppocr-lr.toml").write_text("select = ['LR201']\n", encoding="utf-8")
    (tmp_path / "deep" / "er" / "pyproject.toml").write_text("[tool.ppocr-lr]\nselect = ['LR3']\n", encoding="utf-8")
    assert codes(command, ".") == {"a.yml": ["LR101"], "deep/b.yml": ["LR101"], "deep/er/c.yml": ["LR201"]}


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("deep", ["a.yml"]),
        ("er", ["a.yml", "deep/b.yml"]),
        ("deep/*.yml", ["a.yml"]),
        ("b.yml", ["a.yml", "deep/er/c.yml"]),
        ("./deep/b.yml", ["a.yml", "deep/er/c.yml"]),
        ("./deep/er/", ["a.yml", "deep/b.yml"]),
        ("**/c.yml", ["a.yml", "deep/b.yml"]),
        ("**/*.yml", []),
        ("deep/**/c.yml", ["a.yml", "deep/b.yml"]),
        ("eep", ["a.yml", "deep/b.yml", "deep/er/c.yml"]),
    ],
)
def test_exclude_holds_for_what_is_found_in_folders(
    pattern: str, left: list[str], command: Command, tmp_path: Path
) -> None:
    (tmp_path / "ppocr-lr.toml").write_text(f"exclude = ['{pattern}']", encoding="utf-8")
    if left:
        assert list(codes(command, ".")) == left
    else:
        assert "holds no training config" in command("check", ".").stderr
    assert list(codes(command, "deep/b.yml")) == ["deep/b.yml"]  # named


def test_fail_on(command: Command, tmp_path: Path) -> None:
    (tmp_path / "ppocr-lr.toml").write_text("fail-on = 'error'", encoding="utf-8")
    assert command("check", "a.yml").returncode == 0
    assert command("check", "a.yml", "--fail-on", "warning").returncode == 1


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("ppocr-lr.toml", "\nignor = ['LR3']", "ppocr-lr.toml:2:1: ignor: is not a setting; did you mean ignore?"),
        ("pyproject.toml", "[a]\nzzz = 1\n[tool.ppocr-lr]\nzzz = 1", "pyproject.toml:4:1: tool.ppocr-lr.zzz: is not a setting; the settings are"),
        ("pyproject.toml", "[tool]\nppocr-lr = 5", "pyproject.toml: tool.ppocr-lr: 5 is not allowed; it must be a table"),
        ("ppocr-lr.toml", "[tool.ppocr-lr]\ngpus = 1", "ppocr-lr.toml:1:2: tool: the header [tool.ppocr-lr] belongs in pyproject.toml only"),
        ("ppocr-lr.toml", "tool.ppocr-lr.gpus = 1", "ppocr-lr.toml:1:1: tool: the header [tool.ppocr-lr] belongs in"),
        ("pyproject.toml", "[tool.ppocr-lr.tool]", "tool.ppocr-lr.tool: is not a setting"),
        ("ppocr-lr.toml", "gpus = 0", "ppocr-lr.toml:1:1: gpus: 0 is not allowed; it must be a positive integer"),
        ("ppocr-lr.toml", "gpus = 9007199254740993", "gpus: 9007199254740993 is not allowed; it must be a positive integer up to 2^53"),
        ("ppocr-lr.toml", "gpus = true", "gpus: true is not allowed"),
        ("ppocr-lr.toml", "ignore = 'LR3'", "ppocr-lr.toml:1:1: ignore: 'LR3' is not allowed; it must be a list of codes"),
        ("ppocr-lr.toml", "ignore = ['LR9']", "ignore: ['LR9'] is not allowed; it must be a list of codes"),
        ("ppocr-lr.toml", "fail-on = 'never'", "fail-on: 'never' is not allowed; it must be note, warning or error"),
        ("ppocr-lr.toml", "fail_on = 'note'", "fail_on: is not a setting; did you mean fail-on?"),
        ("ppocr-lr.toml", "[per-file-ignores]\n'a' = 5", "ppocr-lr.toml:1:2: per-file-ignores: 5 is not allowed"),
        ("ppocr-lr.toml", "gpus = ", "ppocr-lr.toml: is not TOML"),
        ("ppocr-lr.toml", "gpus = " + "9" * 5000, "ppocr-lr.toml: is not TOML"),
        ("pyproject.toml", "[tool.other]\nline-len", "pyproject.toml: is not TOML"),  # torn before what may be for us
        ("ppocr-lr.toml", "a = " + "[" * 5000, "ppocr-lr.toml: "),
    ],
)  # fmt: skip
def test_wrong_settings_are_one_clear_error(name: str, text: str, told: str, command: Command, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    done = command("check", "a.yml")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert told in done.stderr
    assert command("check", "a.yml", "--isolated").returncode == 1


@pytest.mark.skipif(os.name != "posix", reason="there are no pipes in folders")
def test_settings_in_a_pipe_are_not_waited_for(command: Command, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ppocr-lr.toml")
    done = command("check", "a.yml")
    told = f"error: {tmp_path / 'ppocr-lr.toml'}: is a pipe, so it holds no settings\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", told)


@pytest.mark.parametrize("name", ["ppocr-lr.toml", "pyproject.toml"])
@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("gone.toml", "cannot be read: No such file or directory; it is a link to "),
        pytest.param(
            "/dev/zero", "is not TOML: ", marks=pytest.mark.skipif(os.name != "posix", reason="no file without an end")
        ),
    ],
)
def test_settings_behind_a_link_that_leads_to_none_are_an_error(
    name: str, target: str, told: str, command: Command, tmp_path: Path
) -> None:
    (tmp_path / name).symlink_to(tmp_path / target)
    done = command("check", "a.yml")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"error: {tmp_path / name}: {told}")
