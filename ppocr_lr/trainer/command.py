"""The command that trains, as its user wrote it: the script, its config, and which of several processes this is."""

from __future__ import annotations

import argparse
import os
import platform
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from shutil import which
from typing import NoReturn

from ppocr_lr.errors import LRConfigError, did_you_mean, printable
from ppocr_lr.language import tr
from ppocr_lr.training_config.overrides import last_given
from ppocr_lr.training_config.run_flags import RunFlags

_PYTHON = re.compile(r"python[\d.]*(\.exe)?")
_NO_PYTHON = (".yml", ".yaml", ".sh", ".bat", ".ipynb")


@dataclass(frozen=True)
class TrainerCommand:
    """`tools/train.py -c config.yml -o KEY=VALUE …`, taken apart and unchanged."""

    script: str
    words: tuple[str, ...]
    """What comes after the script."""
    config: str | None
    """The training YAML; None if the command names none, which the trainer will report."""
    overrides: tuple[str, ...]
    lost: str = ""
    """A warning that the trainer will ignore some of the words."""


def read_command(words: Sequence[str]) -> TrainerCommand:
    """The parts of the words that start a training, with or without `python` before them.

    Raises:
        LRConfigError: they name no script that exists.
    """
    given, words = list(words), without_python(words)
    if words[:1] == ["-m"] and "paddle.distributed.launch" in words:
        command = _below_launch(given)
        raise LRConfigError(tr("the launcher starts this command, not the other way round: {command}", command=command))
    if not words or not words[0].strip() or words[0].startswith("-"):
        example = "tools/train.py -c config.yml"
        raise LRConfigError(tr("name the script that trains, with its flags after it: {example}", example=example))
    script, *rest = words
    is_program = not Path(script).is_file() and which(script) is not None
    if not Path(script).is_file() and not is_program:
        there = sorted(str(file) for file in Path(script).parent.glob("*.py"))
        said = tr("does not exist{suggestion}", suggestion=did_you_mean(script, there))
        if Path(script).is_dir():
            said = tr("is a folder; give a file name")
        raise LRConfigError(f"{Path(script).absolute()}: {said}")
    if is_program or script.endswith(_NO_PYTHON):
        example = f"tools/train.py -c {script if script.endswith(('.yml', '.yaml')) else 'config.yml'}"
        raise LRConfigError(
            tr("{file}: is not a Python script; name that first: {example}", file=script, example=example)
        )
    config, assignments = _config(rest)
    overrides, lost = last_given(assignments)
    return TrainerCommand(script, tuple(rest), config, tuple(overrides), lost)


def without_python(words: Sequence[str]) -> list[str]:
    """The words behind `python`.

    Raises:
        LRConfigError: something comes first that belongs before the whole command: `nohup`, `CUDA_VISIBLE_DEVICES=0`.
    """
    words = list(words)
    while words and (_PYTHON.fullmatch(Path(words[0]).name) or words[0] == "-u"):
        words.pop(0)
    first = words[0] if words and not Path(words[0]).is_file() else "-"
    if not first.startswith("-") and not first.endswith(".py") and any(word.endswith(".py") for word in words):
        before = takewhile(lambda word: not _PYTHON.fullmatch(Path(word).name) and not word.endswith(".py"), words)
        raise LRConfigError(tr("{word}: write it before ppocr-lr, as in {word} ppocr-lr …", word=shlex.join(before)))
    return words


def _below_launch(words: list[str]) -> str:
    script = next((place for place, word in enumerate(words) if word.endswith(".py")), len(words))
    # With some of its flags the launcher runs nothing but Python files, which an installed command is one of.
    return printable(f"{shlex.join(words[:script])} $(which ppocr-lr) train {shlex.join(words[script:])}")


class _TheirParser(argparse.ArgumentParser):
    """Reads as `ArgsParser` in PaddleOCR's tools/program.py does."""

    def error(self, message: str) -> NoReturn:
        raise LRConfigError(message)


def _config(words: list[str]) -> tuple[str | None, list[list[str]]]:
    """The config and the words behind each `-o`; nothing if the trainer will refuse the words, or takes others."""
    parser = _TheirParser(add_help=False)
    parser.add_argument("-c", "--config")
    parser.add_argument("-o", "--opt", nargs="+", action="append", default=[])
    parser.add_argument("-p", "--profiler_options")
    try:
        options = parser.parse_known_args(words)[0]
    except LRConfigError:
        return None, []
    return options.config, [[word.strip() for word in words] for words in options.opt]  # as PaddleOCR does


def is_first_process() -> bool:
    """Whether this process is the one that logs: the others train in silence, numbered by paddle.distributed.launch."""
    return _number("PADDLE_TRAINER_ID") == 0


def launched() -> RunFlags:
    """What the way this process was started says about the run."""
    return RunFlags(gpus=max(1, _number("PADDLE_TRAINERS_NUM")), windows=platform.system() == "Windows")


def _number(variable: str) -> int:
    """What the launcher has set; 0 if it has not."""
    text = os.environ.get(variable, "")
    return int(text) if text.isascii() and text.isdigit() else 0
