"""The command behind `train`, taken apart as PaddleOCR's own parser does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ppocr_lr.errors import LRConfigError
from ppocr_lr.trainer.command import is_first_process, launched, read_command


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tools").mkdir()
    for name in ("tools/train.py", "c.yml", "run.sh"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("words", "config", "overrides"),
    [
        ("-c c.yml", "c.yml", ()),
        ("--config c.yml -o A.b=1 C.d=2", "c.yml", ("A.b=1", "C.d=2")),
        ("-o A.b=1 --config=c.yml", "c.yml", ("A.b=1",)),
        ("--conf c.yml --op A.b=1", "c.yml", ("A.b=1",)),  # argparse takes the beginnings of flags
        ("-c a.yml -c c.yml -o A.b=1 -o C.d=2", "c.yml", ("C.d=2",)),  # of two the last counts
        ("-c c.yml -p batch_range=[1,2] -o A.b=1", "c.yml", ("A.b=1",)),
        ("-c c.yml --of-a-fork 3", "c.yml", ()),
        ("--help", None, ()),
        ("-c", None, ()),  # the script will say that
        ("", None, ()),
    ],
)
def test_config_and_overrides(words: str, config: str | None, overrides: tuple[str, ...]) -> None:
    command = read_command(["tools/train.py", *words.split()])
    assert (command.script, command.words) == ("tools/train.py", tuple(words.split()))
    assert (command.config, command.overrides) == (config, overrides)
    assert command.lost.endswith("write all after one: -o A.b=1 C.d=2" if words.count("-o") > 1 else "")
    assert bool(command.lost) == (words.count("-o") > 1)


@pytest.mark.parametrize("python", ["python", "python3", "python3.11 -u", "/usr/bin/python3", "python.exe"])
def test_the_word_python_may_stand_before_the_script(python: str) -> None:
    assert read_command([*python.split(), "tools/train.py", "-c", "c.yml"]) == read_command(
        ["tools/train.py", "-c", "c.yml"]
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "name the script that trains"),
        ("python", "name the script that trains"),
        (" -c c.yml", "name the script that trains"),  # a variable that is unset
        ("CUDA_VISIBLE_DEVICES=0 python tools/train.py -c c.yml", "CUDA_VISIBLE_DEVICES=0: write it before ppocr-lr"),
        ("uv run python3 tools/train.py -c c.yml", "uv run: write it before ppocr-lr, as in uv run ppocr-lr …"),
        ("nohup tools/train.py -c c.yml", "nohup: write it before ppocr-lr, as in nohup ppocr-lr …"),
        ("python -m tools.train", "name the script that trains"),
        ("-c c.yml tools/train.py", "name the script that trains"),
        ("tools/trian.py -c c.yml", "tools/trian.py: does not exist; did you mean tools/train.py?"),
        ("c.yml", "c.yml: is not a Python script; name that first: tools/train.py -c c.yml"),
        ("run.sh -c c.yml", "run.sh: is not a Python script; name that first: tools/train.py -c config.yml"),
        ("sh run.sh", "sh: is not a Python script; name that first: tools/train.py -c config.yml"),
        ("train.py -c c.yml", f"{os.sep}train.py: does not exist"),  # with its folder, which may be the wrong one
        ("tools -c c.yml", f"{os.sep}tools: is a folder; give a file name"),
        (
            "python -m paddle.distributed.launch --gpus 0,1 tools/train.py -c c.yml",
            "python -m paddle.distributed.launch --gpus 0,1 $(which ppocr-lr) train tools/train.py -c c.yml",
        ),
    ],
)
def test_what_is_no_command(words: str, said: str) -> None:
    with pytest.raises(LRConfigError) as caught:
        read_command(words.split(" ") if words else [])
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("number", "of", "first", "cards"),
    [("", "", True, 1), ("0", "4", True, 4), ("3", "4", False, 4), ("x", "x", True, 1), ("0", "0", True, 1)],
)
def test_a_process_of_the_launcher(
    monkeypatch: pytest.MonkeyPatch, number: str, of: str, first: bool, cards: int
) -> None:
    monkeypatch.setenv("PADDLE_TRAINER_ID", number)
    monkeypatch.setenv("PADDLE_TRAINERS_NUM", of)
    assert (is_first_process(), launched().gpus) == (first, cards)
