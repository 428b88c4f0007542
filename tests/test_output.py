from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO

import pytest

from ppocr_lr import LRConfigError
from ppocr_lr.output import PICTURES, output_kind, write_whole


@pytest.mark.parametrize(("name", "kind"), [("a.png", "png"), ("a.SVG", "svg"), ("a.b.pdf", "pdf")])
def test_format_by_ending(tmp_path: Path, name: str, kind: str) -> None:
    assert output_kind(tmp_path / name, PICTURES) == kind


def test_paths_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for name, message in (
        ("a.bmp", r"a\.bmp: the ending must be one of \.png, \.svg, \.pdf"),
        ("a", "the ending must be one of"),
        (".png", "the ending must be one of"),
        ("folder.png", "is a folder; give a file name"),
        ("n" * 300 + ".png", "cannot be written: File name too long"),
        ("a\0.png", r"a\\x00\.png: cannot be written: a file name cannot contain a NUL"),
        ("gone/a.png", "there is no folder .*gone"),
        ("file/a.png", "there is no folder .*file"),
    ):
        with pytest.raises(LRConfigError, match=message):
            output_kind(tmp_path / name, PICTURES)
    with pytest.raises(LRConfigError, match="cannot contain a NUL"):
        write_whole(tmp_path / "a\0", lambda file: None)


def test_a_file_appears_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.png"

    def write(file: BinaryIO) -> None:
        file.write(b"half")
        assert not path.exists()
        file.write(b" and half")

    write_whole(path, write)
    assert path.read_bytes() == b"half and half"
    assert stat.S_IMODE(path.stat().st_mode) & 0o444
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.skipif(os.name != "posix", reason="a folder in use stays there")
def test_in_a_folder_that_was_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gone").mkdir()
    os.chdir("gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(LRConfigError, match=r"^a\.png: cannot be written: "):
        write_whole(Path("a.png"), lambda file: None)


def test_a_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write_whole(path, lambda file: file.write(b"new") and None)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o640)


def read_only(path: Path) -> None:
    path.write_bytes(b"old")
    path.chmod(0o444)


@pytest.mark.skipif(os.name != "posix", reason="there are other kinds of files")
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (read_only, "is read-only, so it is left as it is"),
        (os.mkfifo, "is not a plain file"),
        (lambda path: path.symlink_to(os.devnull), "is not a plain file"),
        (lambda path: path.symlink_to(path.name), "cannot be written: "),
        (Path.mkdir, "is a folder"),
    ],
    ids=["read-only", "pipe", "device", "loop", "folder"],
)
def test_what_no_file_is_put_in_the_place_of(tmp_path: Path, make: Callable[[Path], None], message: str) -> None:
    path = tmp_path / "a.png"
    make(path)
    before = _identity(path)
    for ask in (lambda: output_kind(path, PICTURES), lambda: write_whole(path, lambda file: None)):
        with pytest.raises(LRConfigError, match=rf"a\.png: {message}"):
            ask()
    assert _identity(path) == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.png"]


def _identity(path: Path) -> tuple[int, ...]:
    """What stays as long as nothing is written; the time of the last look does not."""
    stat = path.lstat()
    return stat.st_ino, stat.st_mode, stat.st_size, stat.st_mtime_ns


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.png").write_bytes(b"old")
    (tmp_path / "link.png").symlink_to("real.png")
    write_whole(tmp_path / "link.png", lambda file: file.write(b"new") and None)
    assert (tmp_path / "link.png").is_symlink()
    assert (tmp_path / "real.png").read_bytes() == b"new"


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), RuntimeError("bug"), KeyboardInterrupt()])
def test_or_not_at_all(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old")

    def write(file: BinaryIO) -> None:
        file.write(b"half")
        raise error

    expected = LRConfigError if isinstance(error, OSError) else type(error)
    with pytest.raises(expected):
        write_whole(path, write)
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.png"]


def test_whenever_it_is_interrupted(tmp_path: Path) -> None:
    """By a signal, which comes between any two lines."""
    path = tmp_path / "a.png"
    for stop in count(1):
        lines = count(1)

        def trace(frame: FrameType, event: str, argument: object, stop: int = stop, lines: Any = lines) -> Any:
            if event == "line" and next(lines) == stop:
                raise KeyboardInterrupt
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            write_whole(path, lambda file: file.write(b"whole") and None)
        except KeyboardInterrupt:
            assert [entry.name for entry in tmp_path.iterdir()] in ([], ["a.png"])
            path.unlink(missing_ok=True)
        else:
            break
        finally:
            sys.settrace(before)
    assert stop > 20
    assert path.read_bytes() == b"whole"
