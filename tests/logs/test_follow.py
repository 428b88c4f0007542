"""A log that is followed while all kinds of things happen to it: between two looks at it, in place of the pause."""

from __future__ import annotations

import gzip
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ppocr_lr.cli.main import run
from ppocr_lr.logs import follow
from tests.train_logs import Trainer, dumped, write_config

COSINE = {"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 1}
EPOCHS, ITERS = 6, 20
LINES = [f"{line}\n" for line in Trainer(COSINE, EPOCHS, ITERS).train()]
FIRST, REST, WHOLE = "".join(LINES[:12]), "".join(LINES[12:]), "".join(LINES)
RESUME = f"[2022/09/29 02:59:21] ppocr INFO: resume from ./output/latest\n{REST}"
OTHER = "[04/12 11:03:47] ppdet.engine INFO: Epoch: [0] [   0/1250] learning_rate: 0.000333 loss: 3.1\n"


def add(log: Path, text: str | bytes) -> None:
    with log.open("ab") as file:
        file.write(text if isinstance(text, bytes) else text.encode())


def put(log: Path, text: str | bytes) -> None:
    log.write_bytes(text if isinstance(text, bytes) else text.encode())


def replace(log: Path, text: str | bytes) -> None:
    log.rename(log.with_suffix(".1"))
    put(log, text)


def in_parts(content: bytes, count: int) -> list[Callable[[Path], None]]:
    size = len(content) // count + 1
    return [lambda log, at=at: add(log, content[at : at + size]) for at in range(0, len(content), size)]


def wrapped(text: str, width: int) -> str:
    return "".join(f"{line[at : at + width]}\n" for line in text.splitlines() for at in range(0, len(line), width))


def link(log: Path, to: str) -> None:
    log.unlink()
    log.symlink_to(to)


FOLLOWED: dict[str, tuple[str | bytes, list[Callable[[Path], object]]]] = {
    "grows": (FIRST, [lambda log: add(log, REST)]),
    "is there from the beginning": (WHOLE, []),
    "is empty first": ("", [lambda log: add(log, WHOLE)]),
    "pauses": (FIRST, [lambda log: None, lambda log: None, lambda log: add(log, REST)]),
    "half lines": ("", in_parts(WHOLE.encode(), 7)),
    "single bytes": (WHOLE[:-60], in_parts(WHOLE[-60:].encode(), 60)),
    "UTF-16 in odd parts": (b"", in_parts(WHOLE.encode("utf-16"), 9)),
    "Windows line ends, torn": (b"", in_parts(WHOLE.replace("\n", "\r\n").encode(), 9)),
    "UTF-16, then UTF-8": (FIRST.encode("utf-16"), [lambda log: add(log, REST)]),
    "UTF-8, then UTF-16": (FIRST, [lambda log: add(log, REST.encode("utf-16"))]),
    "NUL bytes": (FIRST, [lambda log: add(log, b"\0" * 5000), lambda log: add(log, REST)]),
    "noise": (FIRST, [lambda log: add(log, b"\xff\x80\x00\x1b[" * 99), lambda log: add(log, f"\n{REST}")]),
    "a long line": (FIRST, [lambda log: add(log, "x" * 3_000_000), lambda log: add(log, f"\n{REST}")]),
    "a start anew": (FIRST, [lambda log: add(log, WHOLE)]),
    "a resume": (FIRST, [lambda log: add(log, RESUME)]),
    "emptied": (FIRST, [lambda log: put(log, ""), lambda log: put(log, WHOLE)]),
    "made shorter": (REST, [lambda log: put(log, FIRST), lambda log: add(log, REST)]),
    "replaced": (FIRST, [lambda log: replace(log, WHOLE)]),
    "replaced by as many lines": ("".join(LINES[:15]), [lambda log: replace(log, "".join(LINES[-12:]))]),
    "deleted for a while": (FIRST, [lambda log: log.unlink(), lambda log: None, lambda log: put(log, WHOLE)]),
    "a link in a circle for a while": (FIRST, [lambda log: link(log, "train.log"), lambda log: link(log, "whole.log")]),
    "a link that is moved": (FIRST, [lambda log: link(log, "whole.log")]),
    "replaced by an archive": (FIRST, [lambda log: replace(log, gzip.compress(WHOLE.encode()))]),
    "an archive": (gzip.compress(WHOLE.encode()), []),
    "an archive in parts": (gzip.compress(WHOLE.encode())[:200], in_parts(gzip.compress(WHOLE.encode())[200:], 3)),
    "replaced by no log for a while": (
        FIRST,
        [lambda log: replace(log, os.urandom(9999)), lambda log: None, lambda log: replace(log, WHOLE)],
    ),
    "wrapped": ("", in_parts(wrapped(WHOLE, 80).encode(), 9)),
    "wrapped from somewhere on": (FIRST, [lambda log: add(log, wrapped(REST, 100))]),
    "signs of a Chinese keyboard": (FIRST, [lambda log: add(log, REST.replace(": ", "：").replace(", ", "，"))]),
}


@pytest.fixture
def followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """The command, with what happens to the log in place of each pause, and an interrupt behind the last."""
    monkeypatch.chdir(tmp_path)
    write_config(tmp_path / "c.yml", COSINE, EPOCHS, ITERS)
    put(tmp_path / "whole.log", WHOLE)

    def follow_it(begin: str | bytes | None, *happens: Callable[[Path], object], config: bool = True) -> int:
        log = tmp_path / "train.log"
        if begin is not None:
            put(log, begin)
        events = iter(happens)

        def pause(seconds: float) -> None:
            event = next(events, None)
            if event is None:
                raise KeyboardInterrupt
            event(log)

        monkeypatch.setattr(follow.time, "sleep", pause)
        return run(["compare-log", *(["-c", "c.yml"] if config else []), "train.log", "--follow"])

    return follow_it


@pytest.mark.parametrize("name", FOLLOWED)
def test_what_happens_to_a_log(name: str, followed: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    begin, happens = FOLLOWED[name]
    assert followed(begin, *happens) == 0
    out, err = capsys.readouterr()
    assert f"global_step {EPOCHS * ITERS} in epoch {EPOCHS} of {EPOCHS}" in out
    assert "the run follows the plan" in out.splitlines()[-1]
    assert "truncated archive" not in out
    assert err == ""


@pytest.mark.parametrize(("columns", "widest"), [("50", 50), ("90", 90), ("300", 100)])
def test_the_drawing_is_as_wide_as_the_terminal(
    columns: str, widest: int, followed: Callable[..., int], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    pytest.importorskip("plotille")
    monkeypatch.setenv("COLUMNS", columns)
    assert followed(WHOLE) == 0
    (axis,) = (line for line in capsys.readouterr().out.splitlines() if "└┬" in line)
    assert widest - 4 < len(axis) <= widest  # a quarter is of whole characters


@pytest.mark.parametrize(
    "happens", [[], [lambda log: add(log, REST[:300])], [lambda log: log.unlink()], [lambda log: put(log, "")]]
)
@pytest.mark.parametrize("begin", ["", FIRST, FIRST[:200]])
def test_an_interrupt_at_any_time(
    begin: str,
    happens: list[Callable[[Path], object]],
    followed: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert followed(begin, *happens) == 130
    assert capsys.readouterr().err == "interrupted\n"


@pytest.mark.parametrize(
    ("begin", "happens", "message"),
    [
        (None, [], "train.log: cannot be read: No such file"),
        (OTHER, [], "train.log: is a log of PaddleDetection"),
        (FIRST, [lambda log: replace(log, OTHER)], "train.log: is a log of PaddleDetection"),
        (FIRST, [lambda log: (log.unlink(), log.mkdir())], "train.log: cannot be read: Is a directory"),
    ],
)
def test_what_ends_it(
    begin: str | None, happens: list[Callable[[Path], object]], message: str, followed: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert followed(begin, *happens) == 2
    assert message in capsys.readouterr().err


def test_a_pipe(tmp_path: Path, followed: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "train.log"
    os.mkfifo(log)
    writer = threading.Thread(target=log.write_text, args=(WHOLE,))
    writer.start()
    assert followed(None) == 0
    writer.join()
    assert "the run follows the plan: all" in capsys.readouterr().out


def test_a_config_that_comes_later(
    tmp_path: Path, followed: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    """PaddleOCR writes it before its first line."""
    config: dict[str, object] = {"Global": {"epoch_num": EPOCHS}, "Optimizer": {"lr": COSINE}}
    told = "".join(f"{line}\n" for line in dumped(config))
    assert followed("", lambda log: add(log, told[:70]), lambda log: add(log, told[70:] + WHOLE), config=False) == 0
    beside: Iterator[Callable[[Path], object]] = iter(
        [lambda log: write_config(tmp_path / "config.yml", COSINE, EPOCHS, ITERS), lambda log: add(log, WHOLE)]
    )
    assert followed("", *beside, config=False) == 0
    (tmp_path / "config.yml").unlink()
    assert followed(FIRST, config=False) == 2
    assert "holds no config, indented as PaddleOCR writes it, and there is no" in capsys.readouterr().err
