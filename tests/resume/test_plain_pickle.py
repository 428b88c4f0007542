"""Reading a pickle runs nothing, holds no array, and ends in one clear error whatever the file is."""

from __future__ import annotations

import collections
import os
import pickle
import struct
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

pytest.importorskip("paddle")

import paddle

from ppocr_lr import LRConfigError
from ppocr_lr.resume.plain_pickle import ARRAY, read_plain_pickle
from tests.checkpoints import optimizer_for

KIND = "an optimizer state"


def read(path: Path) -> dict[Any, Any]:
    return read_plain_pickle(path, KIND)


def written(folder: Path, content: bytes) -> Path:
    path = folder / "latest.pdopt"
    path.write_bytes(content)
    return path


def warm() -> paddle.optimizer.lr.LinearWarmup:
    return paddle.optimizer.lr.LinearWarmup(paddle.optimizer.lr.CosineAnnealingDecay(0.1, 50), 3, 0.0, 0.1)


@pytest.mark.parametrize("protocol", [2, 3, 4])
@pytest.mark.parametrize(
    ("kind", "options"),
    [("SGD", {}), ("Momentum", {}), ("Adam", {}), ("AdamW", {"multi_precision": True}), ("Lamb", {}), ("RMSProp", {"rho": 0.9})],
)  # fmt: skip
def test_real_optimizer_states(tmp_path: Path, kind: str, options: dict[str, Any], protocol: int) -> None:
    scheduler = warm()
    state = optimizer_for(scheduler, kind=kind, **options).state_dict()
    path = str(tmp_path / "latest.pdopt")
    paddle.save(state, path, protocol=protocol)
    plain = read(Path(path))
    assert plain.pop("StructuredToParameterName@@").keys() == state.keys() - {"LR_Scheduler"}
    assert plain["LR_Scheduler"] == scheduler.state_dict()
    assert plain.keys() == state.keys()
    assert all(value is ARRAY for key, value in plain.items() if key != "LR_Scheduler")


@pytest.mark.parametrize("protocol", [2, 4])
def test_master_weights_and_arrays_of_every_kind(tmp_path: Path, protocol: int) -> None:
    state = {
        "master_weights": {"w": paddle.ones([3]), "b": paddle.ones([2]).astype("bfloat16")},
        "moment": paddle.ones([500, 3]).astype("float16"),
        "empty": paddle.zeros([0]),
        "LR_Scheduler": {"last_epoch": 7, "last_lr": 0.1},
    }
    path = str(tmp_path / "latest.pdopt")
    paddle.save(state, path, protocol=protocol)
    plain = read(Path(path))
    assert plain["LR_Scheduler"] == state["LR_Scheduler"]
    assert [value[1] for value in plain["master_weights"].values()] == [ARRAY, ARRAY]
    assert plain["moment"][1] is plain["empty"][1] is ARRAY


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_plain_values_come_as_they_are(tmp_path: Path, protocol: int) -> None:
    data = {
        "epoch": 3, "long": 2**100, "negative": -70000, "half": 0.5, "none": None, "yes": True, "text": "学习率",
        "list": [1, [2, (3, 4)]], 5: "five", "f8": np.float64(0.25), "f4": np.float32(0.5), "i8": np.int64(-7),
        "big-endian": np.frombuffer(b"\0\0\0\7", dtype=">i4")[0], "bool": np.bool_(True),
        "ordered": collections.OrderedDict(a=1), "raw": b"\xff\0",
    }  # fmt: skip
    assert read(written(tmp_path, pickle.dumps(data, protocol))) == data
    arrays = {"array": np.arange(9.0), "dates": np.datetime64("2026-01-01")}
    assert read(written(tmp_path, pickle.dumps(arrays, protocol))) == {"array": ARRAY, "dates": ARRAY}


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def _attacks(marker: str) -> dict[str, tuple[str, bytes]]:
    """name: (what the refusal names, the pickle); each one runs something in Python's own reader."""
    mkdir, name = f"{os.name}", text(marker)
    code = text(f"__import__('os').mkdir({marker!r})")
    start = b"\x80\x02"
    return {
        "REDUCE": (f"{mkdir}.mkdir", start + f"c{mkdir}\nmkdir\n".encode() + name + b"\x85R."),
        "INST": (f"{mkdir}.mkdir", start + b"(" + name + f"i{mkdir}\nmkdir\n.".encode()),
        "OBJ": ("builtins.eval", start + b"(cbuiltins\neval\n" + code + b"o."),
        "eval": ("builtins.eval", start + b"cbuiltins\neval\n" + code + b"\x85R."),
        "eval of Python 2": ("__builtin__.eval", start + b"c__builtin__\neval\n" + code + b"\x85R."),
        "STACK_GLOBAL": (f"{mkdir}.mkdir", b"\x80\x04" + text(mkdir) + text("mkdir") + b"\x93" + name + b"\x85R."),
        "nested getattr": (
            "builtins.getattr",
            start + b"cbuiltins\ngetattr\ncbuiltins\n__import__\n" + text("os") + b"\x85R" + text("mkdir") + b"\x86R" + name + b"\x85R.",
        ),
        "behind a state": (f"{mkdir}.mkdir", start + b"}(" + text("LR_Scheduler") + b"}" + text("x") + f"c{mkdir}\nmkdir\n".encode() + name + b"\x85Ru."),
        "dotted name": ("os.path.os.mkdir", b"\x80\x04" + text("os") + text("path.os.mkdir") + b"\x93" + name + b"\x85R."),
        "numpy": ("numpy.f2py.os.mkdir", b"\x80\x04" + text("numpy.f2py") + text("os.mkdir") + b"\x93" + name + b"\x85R."),
    }  # fmt: skip


@pytest.mark.parametrize("name", list(_attacks("")))
def test_malicious_pickles_are_refused_by_name_with_nothing_run(tmp_path: Path, name: str) -> None:
    marker = tmp_path / "it-ran"
    named, content = _attacks(str(marker))[name]
    path = written(tmp_path, content)
    with pytest.raises(LRConfigError) as caught:
        read(path)
    assert str(caught.value) == f"{path}: holds '{named}', which is not part of an optimizer state; nothing was run"
    assert not marker.exists()
    pickle.loads(content)  # the attack is a real one
    assert marker.exists()


@pytest.mark.parametrize(
    ("instruction", "content"),
    [
        ("PERSID", b"Pid\n."),
        ("BINPERSID", text("id") + b"Q."),
        ("NEWOBJ", b"cnumpy\nndarray\n)\x81."),
        ("NEWOBJ_EX", b"cnumpy\nndarray\n)}\x92."),
        ("OBJ", b"(cnumpy\nndarray\no."),
        ("EXT1", b"\x82\x01."),
        ("EXT4", b"\x84\x01\0\0\0."),
        ("NEXT_BUFFER", b"\x97."),
        ("LONG4", b"\x8b\x01\0\0\0\1."),
        ("GET", b"}g0\n."),
    ],
)
def test_other_instructions_are_refused_by_name(tmp_path: Path, instruction: str, content: bytes) -> None:
    with pytest.raises(LRConfigError, match=f"holds the pickle instruction {instruction}, which is not part of"):
        read(written(tmp_path, b"\x80\x04" + content))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "ends in the middle"),
        (b"Global:\n", "is not a file of paddle.save"),
        (b"PK\3\4 a zip file", "is not a file of paddle.save"),
        (pickle.dumps({}, 0), "is not a file of paddle.save"),
        (b"\x80\x04", "ends in the middle"),
        (pickle.dumps({"a": 1})[:-1], "ends in the middle"),
        (b"\x80\x04\x8e" + struct.pack("<Q", 2**62), "ends in the middle"),
        (pickle.dumps([1]), "holds no dictionary"),
        (pickle.dumps(np.ones(3)), "holds no dictionary"),
        (b"\x80\x04.", "is damaged"),
        (b"\x80\x04}R.", "is damaged"),
        (b"\x80\x04}}b.", "is damaged"),
        (b"\x80\x04h\x05.", "is damaged"),
        (b"\x80\x04t.", "is damaged"),
        (b"\x80\x04}\x86.", "is damaged"),
        (b"\x80\x04\xff.", "is damaged"),
        (b"\x80\x04})K\x01s.", "is damaged"),  # a key that is a tuple
        (b"\x80\x04)" + b"\x85" * 300_000 + b"\x94}h\0Ns.", "is damaged"),  # hash() of it would overrun the stack
        (b"\x80\x04}" + b"\x94" * 3 + (b"X\0\4\0\0" + b"x" * 1024) * 70_000, "holds far more than an optimizer state"),
    ],
)  # fmt: skip
def test_what_is_no_optimizer_state(tmp_path: Path, content: bytes, message: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(LRConfigError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: {message}")


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(LRConfigError, match=r"gone: cannot be read: No such file"):
        read(tmp_path / "gone")
    with pytest.raises(LRConfigError, match="is not a regular file, so"):
        read(tmp_path)


@pytest.mark.parametrize("code", [b"\x8e", b"X", b"B"])
def test_a_file_of_two_gigabytes_costs_no_memory(tmp_path: Path, code: bytes) -> None:
    """The tensor is a hole in a sparse file: as bytes, as text (protocol 2), as bytes of protocol 3."""
    size, path = 2**31, tmp_path / "latest.pdopt"
    with path.open("wb") as file:
        file.write(b"\x80\x04}(" + text("w_moment_0") + code + struct.pack("<Q" if code == b"\x8e" else "<I", size))
        file.seek(size, os.SEEK_CUR)
        file.write(text("LR_Scheduler") + b"}" + text("last_epoch") + b"K\x07su.")
    assert path.stat().st_size > size
    tracemalloc.start()
    try:
        assert read(path) == {"w_moment_0": ARRAY, "LR_Scheduler": {"last_epoch": 7}}
        assert tracemalloc.get_traced_memory()[1] < 200_000
    finally:
        tracemalloc.stop()


REAL = pickle.dumps(
    {
        "w_0_moment1_0": np.ones((3, 2), dtype="f4"),
        "LR_Scheduler": {"last_epoch": 300, "last_lr": 0.1, "LinearWarmup_LR": {"last_epoch": 0, "last_lr": 0.1}},
        "StructuredToParameterName@@": {"w_0_moment1_0": "w_0_moment1_0"},
        "scalar": np.float64(0.5),
    },
    2,
)


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    content = bytearray(REAL)
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, len(content) - 1))
        change = draw(st.sampled_from(["byte", "cut", "insert", "double"]))
        if change == "byte":
            content[place] = draw(st.integers(0, 255))
        elif change == "cut":
            del content[place : place + draw(st.integers(1, 9))]
        elif change == "insert":
            content[place:place] = draw(st.binary(max_size=9))
        else:
            content[place:place] = content[max(0, place - 40) : place]
    return bytes(content)


@given(st.one_of(st.binary(max_size=200).map(lambda tail: b"\x80\x04" + tail), broken()))
@example(b"\x80\x04" + b"(" * 1000 + b"t" * 1000 + b".")
def test_whatever_the_bytes_are_there_is_data_or_one_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = written(tmp_path_factory.getbasetemp(), content)
    try:
        outcome: object = read(path)
    except LRConfigError as error:
        outcome = str(error)
    assert isinstance(outcome, dict) or str(outcome).startswith(str(path))


FLOOD = 1_000_000  # instructions, about as many as are read
FLOODS: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"N" * FLOOD,
    "marks": lambda: b"(" * FLOOD,
    "dictionaries": lambda: b"}" * FLOOD,
    "a tuple in a tuple": lambda: b")" + b"\x85" * FLOOD,
    "a list in a list": lambda: b"]" * (FLOOD // 2) + b"a" * (FLOOD // 2 - 1),
    "a dictionary in a dictionary": lambda: (text("a") + b"}") * (FLOOD // 4) + b"s" * (FLOOD // 4),
    "marks and tuples": lambda: b"(" * (FLOOD // 2) + b"t" * (FLOOD // 2),
    "memoized": lambda: b"}" + b"\x94" * FLOOD,
    "memoized far apart": lambda: b"}" + b"".join(b"r" + struct.pack("<I", 4093 * index) for index in range(FLOOD)),
    "tuples of tuples": lambda: b"(" + b"N" * 100 + b"t\x94" + b"".join(b"(" + (b"h" + bytes([i])) * 9 + b"t\x94" for i in range(200)),
    "a list that holds itself": lambda: b"]\x94" + b"h\0a" * (FLOOD // 3),
    "a dictionary that holds itself": lambda: b"}\x94" + text("LR_Scheduler") + b"h\0s",
    "many keys": lambda: b"}" + b"".join(b"J" + struct.pack("<i", index) + b"Ns" for index in range(FLOOD // 3)),
    "floats with one hash": lambda: b"}" + b"".join(b"G" + struct.pack(">d", 2.0 ** (61 * k) * m) + b"Ns" for k in range(-16, 17) for m in range(1, 9000)),
    "nan as a key": lambda: b"}" + (b"G" + struct.pack(">d", float("nan")) + b"Ns") * (FLOOD // 3),
    "large integers": lambda: b"(" + (b"\x8a\xff" + b"\x7f" * 255) * 100_000 + b"t",
    "texts": lambda: b"(" + (b"X\0\4\0\0" + b"x" * 1024) * 20_000 + b"t",
    "calls": lambda: (b"ccollections\nOrderedDict\n)R") * (FLOOD // 3),
}  # fmt: skip


READ_ALL = """
import resource, sys
from pathlib import Path
from ppocr_lr import LRConfigError
from ppocr_lr.resume.plain_pickle import read_plain_pickle

for path in map(Path, sys.argv[1:]):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        read_plain_pickle(path, "an optimizer state")
    except LRConfigError:
        pass
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_flood_is_refused_or_fits(tmp_path: Path) -> None:
    """In a process of its own, whose memory is only what they take."""
    pytest.importorskip("resource")
    paths = [tmp_path / str(number) for number in range(len(FLOODS))]
    for path, flood in zip(paths, FLOODS.values(), strict=True):
        path.write_bytes(b"\x80\x04}" + text("w") + flood() + b"s.")
    done = subprocess.run([sys.executable, "-c", READ_ALL, *paths], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    unit = 1 if sys.platform == "darwin" else 1024
    more = dict(zip(FLOODS, (int(line) * unit for line in done.stdout.split()), strict=True))
    assert sum(more.values()) < 200_000_000, more  # the peak, by who raised it


def test_the_bound_is_told(tmp_path: Path) -> None:
    with pytest.raises(
        LRConfigError, match="holds far more than an optimizer state does: over 16 MiB beside its arrays"
    ):
        read(written(tmp_path, b"\x80\x04" + b"N" * 2_000_000 + b"."))


def test_the_state_of_a_large_model_is_within_it(tmp_path: Path) -> None:
    """AdamW with master weights keeps four tensors of each of 4,000 parameters."""
    kept = ("moment1", "moment2", "beta1_pow_acc", "beta2_pow_acc")
    names = [f"conv2d_{index}.w_0" for index in range(4000)]
    state: dict[str, Any] = {
        f"{name}_fp32_master_0_{own}_0": (name, np.ones(1, "f4")) for name in names for own in kept
    }
    state["master_weights"] = {name: (name, np.ones(1, "f4")) for name in names}
    state["StructuredToParameterName@@"] = {key: key for key in state}
    for protocol in (2, 4):
        assert len(read(written(tmp_path, pickle.dumps(state, protocol)))) == 4 * 4000 + 2


@pytest.mark.parametrize("key", [2**61 - 1, -(2**61), 2**100])
def test_keys_that_no_state_has_make_no_table_slow(tmp_path: Path, key: int) -> None:
    with pytest.raises(LRConfigError, match="is damaged"):
        read(written(tmp_path, pickle.dumps({key: 1}, protocol=4)))
