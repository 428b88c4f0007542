"""A kill at any moment, a torn or a mixed set: what is loaded was written together."""

from __future__ import annotations

import errno
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from digits import checkpoint
from digits.checkpoint import NAMES, claim, load_checkpoint, save_checkpoint
from ppocr_lr.errors import LRConfigError


def files(update: int) -> dict[str, bytes]:
    return {name: f"{name} of update {update}".encode() * 100 for name in NAMES}


class Killed(BaseException):
    pass


def save_killed_at(moment: int, output: Path) -> bool:
    """Save update 3, and die when the code of saving, or of what it calls in shutil, comes to its line `moment`."""
    traced = (checkpoint.__file__, shutil.__file__)
    lines = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal lines
        if frame.f_code.co_filename not in traced:
            return None
        if event == "line":
            lines += 1
            if lines == moment:
                sys.settrace(None)
                raise Killed
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        save_checkpoint(output, files(3))
        return False
    except (Killed, OSError):  # dying within shutil can make its own tidying-up fail
        assert lines == moment
        return True
    finally:
        sys.settrace(before)


@pytest.mark.parametrize("saved", [0, 2])
def test_a_kill_at_any_moment_leaves_the_old_set_or_the_new_one(saved: int, tmp_path: Path) -> None:
    seen = set()
    for moment in range(1, 10_000):
        output = tmp_path / str(moment)
        output.mkdir()
        for update in range(saved):
            save_checkpoint(output, files(update))
        killed = save_killed_at(moment, output)
        found = load_checkpoint(output)
        allowed = [files(3)] + ([files(saved - 1)] if saved else [])
        assert found.files in allowed if found else saved == 0
        assert not found or found.torn == ()
        if saved:  # PaddleOCR's names lead to one set at every moment
            assert {name: (output / name).read_bytes() for name in NAMES} in allowed
        seen.add(found is not None and found.files == files(3))
        save_checkpoint(output, files(4))  # and the next one works
        assert {name: (output / name).read_bytes() for name in NAMES} == files(4)
        again = load_checkpoint(output)
        assert again is not None
        assert again.files == files(4)
        shutil.rmtree(output)
        if not killed:
            break
    assert not killed
    assert moment > 50
    assert seen == {False, True}


def test_a_full_disk_is_told_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    save_checkpoint(tmp_path, files(0))
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match=r"No space left.*latest\.pdparams"):
        save_checkpoint(tmp_path, files(1))
    found = load_checkpoint(tmp_path)
    assert found is not None
    assert (found.files, found.torn) == (files(0), ())


def test_two_sets_are_kept(tmp_path: Path) -> None:
    for update in range(12):
        save_checkpoint(tmp_path, files(update))
    assert sorted(path.name for path in (tmp_path / "checkpoints").iterdir()) == ["000011", "000012", "current"]


def truncate(newest: Path, older: Path) -> None:
    (newest / "latest.pdopt").write_bytes(files(1)["latest.pdopt"][:-1])


def empty(newest: Path, older: Path) -> None:
    (newest / "latest.states").write_bytes(b"")


def remove(newest: Path, older: Path) -> None:
    (newest / "latest.pdparams").unlink()


def mix(newest: Path, older: Path) -> None:
    shutil.copy(older / "latest.pdopt", newest / "latest.pdopt")


def lose_the_sums(newest: Path, older: Path) -> None:
    (newest / "sha256").write_bytes(b"\xff")


@pytest.mark.parametrize("damage", [truncate, empty, remove, mix, lose_the_sums])
def test_a_damaged_set_is_never_loaded(damage: Callable[[Path, Path], None], tmp_path: Path) -> None:
    for update in (0, 1):
        save_checkpoint(tmp_path, files(update))
    newest, older = (tmp_path / "checkpoints" / name for name in ("000002", "000001"))
    damage(newest, older)
    found = load_checkpoint(tmp_path)
    assert found is not None
    assert (found.folder, found.files) == (older, files(0))
    assert len(found.torn) == 1
    assert found.torn[0].startswith(f"{newest}: ")

    shutil.rmtree(older)
    with pytest.raises(LRConfigError, match="no whole checkpoint is left; --overwrite starts again"):
        load_checkpoint(tmp_path)
    claim(tmp_path, resume=False, overwrite=True)
    assert load_checkpoint(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
