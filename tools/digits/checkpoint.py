"""Checkpoints that a kill at any moment leaves whole.

    OUTPUT/checkpoints/000007/latest.pdparams, .pdopt, .states and sha256
    OUTPUT/checkpoints/current     -> 000007
    OUTPUT/latest.pdopt and so on  -> checkpoints/current/latest.pdopt

Three files cannot be replaced in one move, but the link `current` can: PaddleOCR's names lead to three
files of one update at every moment. A numbered folder gets its name when everything in it is on the disk.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from digits.naming import naming
from ppocr_lr.errors import LRConfigError

NAMES = ("latest.pdparams", "latest.pdopt", "latest.states")
_SUMS = "sha256"  # of the three, as the command sha256sum writes and checks it
_KEPT = 2  # so that there is one to fall back on


@dataclass(frozen=True)
class Checkpoint:
    """A set of files that were written together."""

    folder: Path
    files: Mapping[str, bytes]
    torn: tuple[str, ...]
    """What is wrong with newer sets, one sentence each."""


def save_checkpoint(output: Path, files: Mapping[str, bytes]) -> None:
    """Write the three `files` as the newest set of the folder `output`."""
    root = output / "checkpoints"
    root.mkdir(parents=True, exist_ok=True)
    serial = max((int(folder.name) for folder in _sets(output)), default=0) + 1
    new = root / ".new"
    if new.exists():  # of a run that was killed here
        shutil.rmtree(new)
    new.mkdir()
    for name in NAMES:
        _write(new / name, files[name])
    _write(new / _SUMS, "".join(f"{_sum(name, files)}\n" for name in NAMES).encode())
    _sync(new)
    whole = root / f"{serial:06d}"
    os.rename(new, whole)
    _sync(root)
    _link(root / "current", whole.name)
    for name in NAMES:
        if not (output / name).is_symlink():
            _link(output / name, f"checkpoints/current/{name}")
    for old in _sets(output)[:-_KEPT]:
        shutil.rmtree(old)


def load_checkpoint(output: Path) -> Checkpoint | None:
    """The newest whole set of the folder `output`; None where there has never been one.

    Raises:
        LRConfigError: there are sets and none is whole; says what is wrong with each.
    """
    torn: list[str] = []
    for folder in reversed(_sets(output)):
        try:
            files = {name: (folder / name).read_bytes() for name in NAMES}
            sums = (folder / _SUMS).read_text().splitlines()
        except (OSError, ValueError) as error:
            torn.append(f"{folder}: cannot be read: {getattr(error, 'strerror', None) or error}")
            continue
        wrong = [name for name in NAMES if _sum(name, files) not in sums]
        if not wrong:
            return Checkpoint(folder, files, tuple(torn))
        torn.append(f"{folder}: {' and '.join(wrong)} is not the file that was written there")
    if torn:
        raise LRConfigError("\n".join((*torn, f"{output}: no whole checkpoint is left; --overwrite starts again")))
    return None


def claim(output: Path, resume: bool, overwrite: bool) -> None:
    """Make `output` the folder of a run; of a new one unless `resume`.

    Raises:
        LRConfigError: it holds checkpoints that a new run may not overwrite, or files of another program.
    """
    foreign = [name for name in NAMES if (output / name).exists() and not (output / name).is_symlink()]
    if foreign:
        raise LRConfigError(f"--output {output}: holds {foreign[0]} of another program; name another folder")
    output.mkdir(parents=True, exist_ok=True)
    if resume or not _sets(output):
        return
    if not overwrite:
        raise LRConfigError(f"--output {output}: holds a run; --resume continues it, --overwrite starts again")
    for name in NAMES:
        (output / name).unlink(missing_ok=True)
    shutil.rmtree(output / "checkpoints")


def _sets(output: Path) -> list[Path]:
    root = output / "checkpoints"
    return sorted((path for path in root.glob("[0-9]*") if path.name.isdigit()), key=lambda path: int(path.name))


def _sum(name: str, files: Mapping[str, bytes]) -> str:
    return f"{hashlib.sha256(files[name]).hexdigest()}  {name}"


def _write(path: Path, data: bytes) -> None:
    with naming(path), open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Sync the names in `folder` to the disk, if the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _link(link: Path, target: str) -> None:
    """Point `link` to `target` in one atomic step."""
    new = link.with_name(f".{link.name}.new")
    new.unlink(missing_ok=True)
    os.symlink(target, new)
    os.replace(new, link)
