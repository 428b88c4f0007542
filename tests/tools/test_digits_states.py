"""Reading `latest.states` runs nothing."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from digits.states import States, read_states, to_bytes
from ppocr_lr.errors import LRConfigError

STATES = States(57, 58, 0.1, 19, 1, 64, 0, "Momentum", 0.95, 3)


def read(data: bytes, folder: Path) -> States:
    path = folder / "latest.states"
    path.write_bytes(data)
    return read_states(path)


def test_there_and_back(tmp_path: Path) -> None:
    assert read(to_bytes(STATES), tmp_path) == STATES


class Touch:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> object:
        return (Path.touch, (self.path,))


def test_a_pickle_that_would_run_something_is_refused(tmp_path: Path) -> None:
    side_effect = tmp_path / "touched"
    data = pickle.dumps({**pickle.loads(to_bytes(STATES)), "seed": Touch(side_effect)}, protocol=2)
    with pytest.raises(LRConfigError, match=r"latest\.states: .*(getattr|pathlib)"):
        read(data, tmp_path)
    assert not side_effect.exists()


@pytest.mark.parametrize(
    "data", [b"", b"not a pickle", pickle.dumps([1]), pickle.dumps({"epoch": 3}), to_bytes(STATES)[:-20]]
)
def test_something_else_is_refused(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(LRConfigError, match=r"latest\.states: "):
        read(data, tmp_path)
