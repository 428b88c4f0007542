"""Logs that were damaged, or kept where something became of them."""

from __future__ import annotations

import gzip
import html
import json
import re
import textwrap
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ppocr_lr import LRConfigError
from ppocr_lr.logs.causes.diagnose import diagnose
from ppocr_lr.logs.report import json_value, text_lines
from ppocr_lr.logs.train_log import read_log
from tests.conftest import Command
from tests.logs.comparing import EPOCHS, ITERS, SECTIONS, compared, kinds, times, whole_config
from tests.train_logs import Trainer, dumped, write_config, write_log


def damaged(lines: list[str], how: str, random: Random) -> list[str]:
    """As people's logs are: `how` says what was done to about one line in 25."""
    result = []
    for line in lines:
        hurt = random.random() < 0.04
        if how == "cut" and hurt:
            line = line[: random.randrange(30, len(line))]
        elif how == "front" and hurt:
            line = line[random.randrange(1, 60) :]
        elif how == "joined" and hurt and result:
            line = result.pop() + line
        elif how == "doubled" and hurt:
            result.append(line)
        elif how == "digits" and hurt:
            line = re.sub(r"global_step: (\d)", r"global_step: \1\1", line)
        elif how == "rate" and hurt:
            line = re.sub(r"lr: 0\.000", "lr: 0.010", line)
        elif how == "huge" and hurt:
            line = re.sub(r"lr: [\d.]+", random.choice(["lr: 9e307", "lr: 1e999", "lr: -0.001", "lr: nan"]), line)
        elif how == "epoch" and hurt:
            line = re.sub(r"epoch: \[(\d)", r"epoch: [9\1", line)
        elif how == "zero" and hurt:
            line = re.sub(r"global_step: \d+", "global_step: 0", line)
        elif how == "bytes" and hurt:
            line = "".join(chr(random.randrange(256)) for _ in range(80))
        elif how == "colour":
            line = f"\x1b[31m{line}\x1b[0m"
        result.append(line)
    if how == "shuffled":
        random.shuffle(result)
    return result


DAMAGE = ["cut", "front", "joined", "doubled", "digits", "rate", "huge", "epoch", "zero", "bytes", "colour", "shuffled"]


@pytest.mark.parametrize("how", DAMAGE)
@pytest.mark.parametrize("name", SECTIONS)
@pytest.mark.parametrize("seed", range(3))
def test_a_damaged_log_still_follows(tmp_path: Path, how: str, name: str, seed: int) -> None:
    lines = list(Trainer(SECTIONS[name], EPOCHS, ITERS, every=5).train(marked=how != "shuffled"))
    if how == "shuffled":
        lines = [line for line in lines if "lr:" in line]
    log = write_log(tmp_path / "train.log", iter(damaged(lines, how, Random(seed))))
    comparison = compared(tmp_path, SECTIONS[name], log)
    assert comparison.as_planned, comparison.log.remarks
    assert len(set(comparison.log.starts.tolist())) == 1
    assert comparison.matches.mean() > 0.85
    assert comparison.log.possible_lengths.exact == ITERS


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_log_of_another_rate_is_explained(tmp_path: Path, how: str) -> None:
    lines = list(Trainer(times(SECTIONS["Cosine"], 4), EPOCHS, ITERS, every=5).train(marked=how != "shuffled"))
    log = write_log(tmp_path / "train.log", iter(damaged(lines, how, Random(1))))
    (diagnosis,) = diagnose(compared(tmp_path, SECTIONS["Cosine"], log))
    assert (diagnosis.found, kinds(diagnosis)) == (True, [["factor"]])


def each_line(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: "".join(f"{change(line)}\n" for line in text.splitlines())


def folded(line: str, width: int) -> str:
    return "".join(f"{line[at : at + width]}\n" for at in range(0, len(line), width))


def in_json(line: str) -> str:
    return json.dumps({"log": line, "stream": "stdout"})


KEPT: dict[str, Callable[[str], str | bytes]] = {
    "colours": each_line(lambda line: f"\x1b[32m{line}\x1b[0m"),
    "a coloured level": each_line(lambda line: line.replace("INFO", "\x1b[1;32mINFO\x1b[0m")),
    "coloured values": each_line(lambda line: re.sub(r": ([\d.]+)", ": \033[36m\\1\033[0m", line)),
    "what is seen of colours": each_line(lambda line: f"[32m{line}[0m".replace("INFO", "[1;34mINFO[0m")),
    "colours of cat -v": each_line(lambda line: f"^[[32m{line}^[[0m"),
    "spaces of a typesetter": each_line(lambda line: line.replace(" ", "\u2009")),
    "spaces of a Chinese keyboard": each_line(lambda line: line.replace(" ", "\u3000")),
    "objects of JSON": each_line(lambda line: json.dumps({"time": 1, "msg": line})),
    "objects of JSON, in another order": each_line(lambda line: json.dumps({"msg": line, "level": "info"})),
    "progress bars": each_line(lambda line: f"\rtrain model::  10%|██▏     | 5/50 [00:10<00:20, 2.3it/s]\r{line}"),
    "docker logs -t": each_line(lambda line: f"2022-09-29T02:59:23.123456789Z {line}"),
    "a pod's file": each_line(lambda line: f"2022-09-29T02:59:23.123456789Z stdout F {line}"),
    "docker's file": each_line(lambda line: json.dumps({"log": f"{line}\n", "stream": "stdout", "time": "2022"})),
    "docker's file of a terminal": each_line(lambda line: json.dumps({"log": f"{line}\r\n", "stream": "stdout"})),
    "docker's file of colours": each_line(lambda line: json.dumps({"log": f"\x1b[1m{line}\x1b[0m\n".replace("INFO", "\x1b[1;32mINFO\x1b[0m")})),
    "docker's file in a file of its kind": each_line(lambda line: in_json(in_json(f"{line}\r\n"))),
    "objects of JSON in others of others": each_line(lambda line: in_json(in_json(in_json(line)))),
    "journald": each_line(lambda line: f"Sep 29 02:59:23 host python3[1234]: {line}"),
    "compose": each_line(lambda line: f"trainer-1  | {line}"),
    "kubectl --prefix": each_line(lambda line: f"[pod/train-0/main] {line}"),
    "mpirun": each_line(lambda line: f"[1,0]<stdout>:{line}"),
    "srun -l": each_line(lambda line: f"0: {line}"),
    "two ranks": each_line(lambda line: f"[0]:{line}\n[1]:{line}"),
    "tee into one file": each_line(lambda line: f"{line}\n{line}"),
    "a fence": lambda text: f"```\n{text}```\n",
    "a quotation": each_line(lambda line: f"> {line}"),
    "an indented block": each_line(lambda line: f"    {line}"),
    "an indented block of 76": each_line(lambda line: textwrap.indent(folded(line, 76), "    ").rstrip("\n")),
    "a quotation of 78": each_line(lambda line: textwrap.indent(folded(line, 78), "> ").rstrip("\n")),
    "HTML": html.escape,
    "lines of a web page": each_line(lambda line: f"{html.escape(line)}<br/>"),
    "rows of a web page": each_line(lambda line: f"<tr><td>{html.escape(line)}</td></tr>"),
    "the source of a web page": lambda text: html.escape(text).replace(" ", "&nbsp;"),
    "Markdown": lambda text: re.sub(r"[\[\]_]", r"\\\g<0>", text),
    "places for a line break": lambda text: re.sub(r"[/_]|, ", "\\g<0>\u200b", text),
    "a soft hyphen": each_line(lambda line: f"{line[:60]}\u00ad{line[60:]}"),
    "a table": each_line(lambda line: f"| {line} |"),
    "a column of CSV": each_line(lambda line: f'"{line}"'),
    "a pane of tmux": each_line(lambda line: f"{line:<250}│"),
    "hard spaces": lambda text: text.replace(" ", "\xa0"),
    "a notebook": lambda text: json.dumps({"cells": [{"text": text.splitlines(keepends=True)}]}, indent=1),
    "line numbers": each_line(lambda line: f"    12\t{line}"),
    "grep -n": each_line(lambda line: f"output/train.log:12:{line}"),
    "a diff": each_line(lambda line: f"+{line}"),
    "carriage returns": lambda text: text.replace("\n", "\r"),
    "carriage returns twice": lambda text: text.replace("\n", "\r\r\n"),
    "dates with -": lambda text: re.sub(r"(\d)/(\d\d)/(\d\d) ([\d:]+)\]", r"\1-\2-\3 \4,123]", text),
    "UTF-16 without its mark": lambda text: text.encode("utf-16-le"),
    "UTF-16, big": lambda text: text.encode("utf-16-be"),
    "UTF-16 in gzip": lambda text: gzip.compress(text.encode("utf-16")),
    "UTF-32": lambda text: text.encode("utf-32"),
    "two members of gzip": lambda text: gzip.compress(text[:5000].encode()) + gzip.compress(text[5000:].encode()),
    "a hole": lambda text: text[:5000] + "\0" * 100_000 + text[5000:],
    "lines of 80 behind a time": lambda text: "".join(folded(f"18:00:01 {line}", 80) for line in text.splitlines()),
    "lines of 80 behind a rank": lambda text: "".join(folded(f"[rank0]: {line}", 80) for line in text.splitlines()),
    "lines of 80": lambda text: "".join(folded(line, 80) for line in text.splitlines()),
}  # fmt: skip
"""What became of a log where people, or their tools, kept it."""


@cache
def log_of_times(factor: float) -> str:
    lines = Trainer(times(SECTIONS["Cosine"], factor), EPOCHS, ITERS, every=2).train()
    return "".join(f"{line}\n" for line in (*dumped(whole_config(SECTIONS["Cosine"], EPOCHS)), *lines))


@pytest.mark.parametrize("kept", KEPT.values(), ids=KEPT)
def test_a_log_as_it_was_kept(tmp_path: Path, command: Command, kept: Callable[[str], str | bytes]) -> None:
    for factor in (1, 4):
        written = kept(log_of_times(factor))
        (tmp_path / "train.log").write_bytes(written.encode() if isinstance(written, str) else written)
        done = command("compare-log", "train.log")
        assert (done.returncode, done.stderr) == (int(factor > 1), "")
        assert ("the rate is 4 times as high as the plan's" in done.stdout) is (factor > 1)
        assert "Windows" not in done.stdout  # a path has slashes, whatever is escaped with a backslash
        assert command("show", "train.log").returncode == 0


@pytest.mark.parametrize("width", range(68, 84))
def test_lines_that_end_at_a_width(tmp_path: Path, width: int) -> None:
    """As a terminal that does not wrap shows them: of a rate that is cut the rest is not taken for one."""
    lines = [line[:width] for line in Trainer(SECTIONS["Cosine"], EPOCHS, ITERS).train() if "lr:" in line]
    log = write_log(tmp_path / "train.log", iter(lines))
    if width > 77:
        assert compared(tmp_path, SECTIONS["Cosine"], log).as_planned
        return
    with pytest.raises(LRConfigError, match="100 lines with `epoch: "):
        read_log(log)


# lines that end up in one process, with counts that fall
FALLING = [
    (21, 119, False), (0, 100, False), (29, 1258, False), (0, 0, True), (17, 0, True), (0, 1000, False), (0, 165, True),
    (30, 944, False), (0, 0, True), (30, 0, False), (0, 0, False), (0, 973, True), (0, 15, True), (0, 434, True),
    (28, 265, False), (26, 1411, False), (0, 255, True), (0, 0, False), (0, 0, False), (0, 0, False), (0, 0, False),
    (0, 1622, True), (21, 0, True),
]  # fmt: skip


@example([(2, 8, "0.001000", True, "train dataloader has 7 iters\n"), (3, 0, "0.001000", True, "")], Random(0))
@settings(max_examples=30)  # each looks for all causes
@given(
    st.lists(
        st.tuples(
            st.integers(0, 30) | st.integers(0, 999_999),
            st.integers(0, 2000) | st.integers(0, 10**15 - 1) | st.none(),
            st.sampled_from(["0.001000", "0.000999", "0.000000", "9e307", "1e999", "5e-05", "3.2e-03", "1"]),
            st.booleans(),
            st.sampled_from(
                ["", *(f"train dataloader has {n} iters\n" for n in (0, 7, 999_999_999_999)), "INFO: resume from x\n"]
            ),
        ),
        min_size=1,
        max_size=60,
    ),
    st.randoms(use_true_random=False),
)
@example(
    [
        (epoch, step, "0.001000", older, "train dataloader has 7 iters\n" if place == 20 else "")
        for place, (epoch, step, older) in enumerate(FALLING)
    ],
    Random(0),
)
def test_any_lines_get_a_report(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, int | None, str, bool, str]], random: Any
) -> None:
    folder = tmp_path_factory.mktemp("log")
    total = random.choice([30, 999_999])
    lines = (
        f"{before}epoch: [{epoch}/{total}]"
        + ("" if step is None else f", {'iter' if older else 'global_step'}: {step}")
        + f", lr: {rate}, loss: 1"
        for epoch, step, rate, older, before in rows
    )
    log = write_log(folder / "train.log", lines)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            comparison = compared(folder, SECTIONS["OneCycle"], log)
        except LRConfigError:
            return
        diagnoses = diagnose(comparison)
        assert list(text_lines(comparison, diagnoses))
        assert json.dumps(json_value(comparison, diagnoses), allow_nan=False)


def test_a_damaged_log_of_many_runs_is_told_shortly(command: Command, tmp_path: Path) -> None:
    write_config(tmp_path / "c.yml", SECTIONS["Const"], EPOCHS, ITERS)
    line = next(line for line in Trainer(SECTIONS["Const"], EPOCHS, ITERS).train(1, marked=False))
    damaged = (line.replace(f"/{EPOCHS}]", f"/{1000 + number}]") for number in range(500))
    write_log(tmp_path / "train.log", (each.replace("step: 10,", f"step: {n + 10},") for n, each in enumerate(damaged)))
    done = command("compare-log", "-c", "c.yml", "train.log")
    assert (
        "the log counts 1000 and 1001 and 1002 and 1003 and 1004 and 1005 epochs and 494 other numbers" in done.stdout
    )
    assert len(done.stdout) < 3000
