from __future__ import annotations

import bz2
import errno
import gzip
import importlib.util
import lzma
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ppocr_lr import LRConfigError
from ppocr_lr.language import speaking
from ppocr_lr.training_config.yaml_file import read_yaml_file, read_yaml_text, yaml_document

PACKED = {
    "gzip": gzip.compress(b"a: 1", mtime=0),  # the name of a test must not hold the time
    "bzip2": bz2.compress(b"a: 1"),
    "xz": lzma.compress(b"a: 1"),
    "zip": b"PK\3\4\x14\0",
    "zstd": b"\x28\xb5\x2f\xfd\4\0",
    "7z": b"7z\xbc\xaf\x27\x1c",
}
BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))

BAD = [
    ("a: !!python/object/apply:os.system ['touch hacked']", r"c\.yml:1:4: the tag !!python/object/apply:os\.system"),
    ("a: !!python/name:os.system", "the tag !!python/name:os.system is not allowed; a config is plain YAML"),
    ("a: !custom 1", r"c\.yml:1:4: the tag '!custom' is not allowed"),
    ("a: [1, 2", r"c\.yml:\d:\d: is not YAML"),
    ("a: 1\n b: 2", r"c\.yml:2:3: is not YAML: \w"),
    (
        "lr:\n  name: Cosine\n  rate:0.1\n",
        r"c\.yml:3:3: is not YAML: a space is missing after the colon; write 'rate: 0.1'",
    ),
    (
        "lr:\n  rate:0.1\n  name: Cosine\n",
        r"c\.yml:2:3: is not YAML: a space is missing after the colon; write 'rate: 0.1'",
    ),
    (
        "lr:\n  - {a: 1}\n  - rate:0.1\n    a: 1\n",
        r"c\.yml:3:5: is not YAML: a space is missing after the colon; write 'rate: 0.1'",
    ),
    ("lr:\n  path: C:\\a\n   b: 1\n", r"c\.yml:3:5: is not YAML: \w"),
    ("lr:\n  rate\uff1a0.1\n  a: 1", r"c\.yml:2:3: is not YAML: '：' is a full-width colon"),
    ("lr:\n  rate\n  name: Cosine\n", r"c\.yml:2:3: is not YAML: a colon is missing after rate"),
    ("\ta: 1", r"c\.yml:1:1: is not YAML"),
    ("{a: 1}: 2\n? [b]\n: 3", r"c\.yml:\d:\d: is not YAML: \w"),
    (BOMB, "unfolds into more than 50000 values"),
    ("a: &a [1, *a]", r"c\.yml:1:4: contains itself through an alias"),
    ("a: &a {b: [*a]}", r"c\.yml:1:4: contains itself through an alias"),
    ("? &a [*a]\n: 1", r"c\.yml:1:3: contains itself through an alias"),
    ("a: &a [1, 2]\nb: [" + "*a, " * 20_000 + "]", r"c\.yml:\d:\d: unfolds into more than 50000 values"),
    ("[" + "a, " * 50_000 + "]", r"c\.yml:1:1: unfolds into more than 50000 values"),
    ("a: *nothing", r"c\.yml:1:4: is not YAML: \w"),
    ("[" * 10_000, r"c\.yml:1:61: is nested more than 60 levels deep"),
    ("a:\n " + "[" * 50 + "\n " + "[" * 9_000, r"c\.yml:3:11: is nested more than 60 levels deep"),
    ("- " * 10_000 + "1", r"c\.yml:1:121: is nested more than 60 levels deep"),
    ("a: " + "{b: " * 100 + "1" + "}" * 100, "is nested more than 60 levels deep"),
    ("a: 2001-13-45", r"c\.yml:1:4: is not YAML: '2001-13-45' is not of the type timestamp"),
    ("a: 1" + "0" * 5000, r"c\.yml:1:4: is not YAML: a number has at most 1000 characters"),
    ("a: 1" + ":59" * 500, r"c\.yml:1:4: is not YAML: a number has at most 1000 characters"),
    ("a: 0x" + "f" * 1000, r"c\.yml:1:4: is not YAML: a number has at most 1000 characters"),
    ("a: 1." + "5" * 1000, r"c\.yml:1:4: is not YAML: a number has at most 1000 characters"),
    ("".join(f"a{key}: {key}\n" for key in range(1001)), r"c\.yml:1:1: is a mapping of more than 1000 keys"),
    (
        "a: 1\nb:\n- {" + ", ".join(f"a{key}: [1, {{}}]" for key in range(1001)) + "}",
        r"c\.yml:3:3: is a mapping of more",
    ),
    (
        "".join(f"%TAG !a{key}! tag:a,2000:\n" for key in range(11)) + "---\na: 1",
        r"c\.yml:11:1: has more than 10 direct",
    ),
    ("a: !!bool x", r"c\.yml:1:4: is not YAML: 'x' is not of the type bool"),
    ('a: [1, !!float ""]', r"c\.yml:1:8: is not YAML: '' is not of the type float"),
    ("a: {b: !!int _}", r"c\.yml:1:8: is not YAML: '_' is not of the type int"),
    ('a: !!int "-"', r"c\.yml:1:4: is not YAML: '-' is not of the type int"),
    ("a: !!timestamp x", r"c\.yml:1:4: is not YAML: 'x' is not of the type timestamp"),
    ('!!bool y"es": 1', r"c\.yml:1:1: is not YAML"),
    ("? !!timestamp x\n: 1", r"c\.yml:1:3: is not YAML: 'x' is not of the type timestamp"),
    (f"a: 1\n{2**61 - 1}: 2", r"c\.yml:2:1: is not YAML: an integer of more than 16 digits cannot be a key"),
    (f"a: {{{2**61 - 1:#x}: 2}}", "an integer of more than 16 digits cannot be a key"),
    (f"a: !!set {{{2**62 - 2}, 1}}", "an integer of more than 16 digits cannot be a key"),
    ("a: \x00", r"c\.yml:1:4: is not UTF-8 \(byte 3\)"),
    ("a: 1\nb: é\x0b", r"c\.yml:2:5: is not YAML: it holds the character U\+000B"),
    ("a: 1\n---\nb: 2", r"c\.yml:2:1: is not YAML: \w"),
]


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nb? 2\nc: 3",
        ">a: 1",
        "a: 1\n  b\n: c",
        "a:\n, b",
        "% a",
        "&  a: 1",
        "? {a: 1}\n: 2",
        "a: >0.9\n  b",
        "<<: 1",
    ],
)
def test_pyyaml_s_own_words_are_not_told(text: str) -> None:
    with speaking("zh"), pytest.raises(LRConfigError) as error:
        yaml_document(text, "c.yml")
    assert not re.search("[a-z]{2,} [a-z]{2,}", str(error.value))


@pytest.mark.parametrize(("text", "message"), BAD, ids=[text[:40] for text, _ in BAD])
def test_what_is_not_plain_yaml(text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("c.yml")
    path.write_text(text, encoding="utf-8", newline="")
    with pytest.raises(LRConfigError, match=message) as caught:
        read_yaml_file(path)
    assert len(str(caught.value)) < 300
    assert [entry.name for entry in tmp_path.iterdir()] == ["c.yml"]


class Bounded(yaml.SafeLoader):
    """A library with a bound of its own, which it reaches while it reads ahead, and with words of its own."""

    def fetch_flow_collection_start(self, token: Any) -> None:
        if self.flow_level >= 100:
            raise yaml.scanner.ScannerError(None, None, "trop profond", self.get_mark())
        super().fetch_flow_collection_start(token)


@pytest.mark.parametrize(
    "text", ["[" * 101, "a: [" + "{b: " * 101, "a: 1\nb: " + "[" * 101 + "]" * 101], ids=["a list", "pairs", "closed"]
)
def test_our_bound_speaks_before_the_librarys(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "CSafeLoader", Bounded, raising=False)
    spec = importlib.util.find_spec(read_yaml_text.__module__)
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(reader := importlib.util.module_from_spec(spec))
    with pytest.raises(LRConfigError, match=r"c\.yml:\d:\d+: is nested more than 60 levels deep"):
        reader.read_yaml_text(text, "c.yml")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"a: 1", {"a": 1}),
        ("a: 学习率".encode(), {"a": "学习率"}),
        ("a: 学习率".encode("utf-8-sig"), {"a": "学习率"}),
        ("a: 学习率".encode("utf-16"), {"a": "学习率"}),
        ("a: 学习率".encode("utf-32"), {"a": "学习率"}),
        ("\ufeffa: 学习率".encode("utf-32-be"), {"a": "学习率"}),
        (b"a: &x [1, 2]\nb: *x\r\nc: *x", {"a": [1, 2], "b": [1, 2], "c": [1, 2]}),
        (b"base: &b {k: 1}\nchild: {<<: *b, m: 2}", {"base": {"k": 1}, "child": {"k": 1, "m": 2}}),
        (b"", None),
        (b"# only a comment\n", None),
        (b"%YAML 1.1\n---\na: 1", {"a": 1}),
        (b"a: 1\n" + b"# %\n" * 20, {"a": 1}),
        (b"".join(b"a%d: [1]\n" % key for key in range(1000)), {f"a{key}": [1] for key in range(1000)}),
        (b"a: " + b"1" * 1000, {"a": int("1" * 1000)}),
        (b"a: 1e-3\nb: 1.0e-3", {"a": "1e-3", "b": 0.001}),
        (b"a: !!python/tuple [1, [2]]\nb:\n- !!python/tuple\n  - 3", {"a": [1, [2]], "b": [[3]]}),
    ],
)
def test_what_is(raw: bytes, expected: object, tmp_path: Path) -> None:
    path = tmp_path / "c.yml"
    path.write_bytes(raw)
    assert read_yaml_file(path) == expected


PLACES = """base: &b
  warmup_epoch: 5
  gamma: 1
Optimizer:
  lr:
    <<: *b
    gamma: 2
    stages: [1, {name: Cosine}]
    name: x
    name: y
"""


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        (("Optimizer", "lr", "name"), 10, 5),
        (("Optimizer", "lr", "stages", 1, "name"), 8, 18),
        (("Optimizer", "lr", "stages", "1"), 8, 17),
        (("Optimizer", "lr", "stages", 2, "name"), 8, 5),
        (("Optimizer", "lr", "stages", "²"), 8, 5),
        (("Optimizer", "lr", "gone", "name"), 5, 3),
        (("Optimizer", "lr", "warmup_epoch"), 2, 3),  # where it is written
        (("Optimizer", "lr", "gamma"), 7, 5),
        (("Optimizer", "lr", "name", "deeper"), 10, 5),
        (("Gone",), 1, 1),
        ((), 1, 1),
    ],
)
def test_the_place_of_a_key(path: tuple[Any, ...], line: int, column: int) -> None:
    document = yaml_document(PLACES, "c.yml")
    assert document.place(path)[1:] == (line, column)
    assert document.repeated == (("Optimizer", "lr", "name"),)  # and nothing that is merged in


def test_places_in_a_long_list_are_found_without_going_through_it_each_time() -> None:
    looks = 0

    class Counted(list[Any]):
        def __iter__(self) -> Any:
            nonlocal looks
            looks += 1
            return super().__iter__()

    document = yaml_document(f"stages: [{', '.join(['{gamma: 2}'] * 500)}]", "c.yml")
    _, stages = document.root.value[0]
    stages.value = Counted(stages.value)
    assert [document.place(("stages", index, "gamma")).column for index in (0, 1, 499)] == [11, 23, 5999]
    assert looks <= 1


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(LRConfigError, match=rf"gone\.yml: cannot be read: {os.strerror(errno.ENOENT)}"):
        read_yaml_file(tmp_path / "gone.yml")
    with pytest.raises(LRConfigError, match=rf"cannot be read: {os.strerror(errno.EISDIR)}"):
        read_yaml_file(tmp_path)
    (tmp_path / "link.yml").symlink_to("lost.yml")
    with pytest.raises(LRConfigError, match=r"link\.yml: cannot be read: No such .*; it is a link to lost\.yml$"):
        read_yaml_file(tmp_path / "link.yml")
    gbk = tmp_path / "gbk.yml"
    gbk.write_bytes("# 学习率\n".encode() + "a: 学习率".encode("gbk"))
    with pytest.raises(LRConfigError, match=r"gbk\.yml:2:6: is not UTF-8 \(byte 19\); save it as UTF-8"):
        read_yaml_file(gbk)
    gbk.write_bytes("a: 1".encode("utf-16-le"))  # without its mark
    with pytest.raises(LRConfigError, match=r"gbk\.yml:1:2: is not UTF-8 \(byte 1\); save it as UTF-8"):
        read_yaml_file(gbk)
    large = tmp_path / "large.yml"
    large.write_bytes(b"#" * (5 * 2**20))
    with pytest.raises(LRConfigError, match=r"large\.yml: is larger than 4 MiB"):
        read_yaml_file(large)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        *((raw, rf"is compressed \({kind}\); unpack it first") for kind, raw in PACKED.items()),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1", "is not text, so it is not a training config"),
        (b"\x80\x02}q\x00.", "is not text"),
        (b"\0" * 16, "is not text"),  # as a crash of the machine leaves a file
        (b"\n <!DOCTYPE html>\n<html lang='en'>\n", "c.yml:1:1: is a web page, not a config; download the file itself"),
        (b"404: Not Found", "is a web page"),
    ],
)
def test_files_of_another_kind(raw: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "c.yml").write_bytes(raw)
    with pytest.raises(LRConfigError, match=said):
        read_yaml_file(tmp_path / "c.yml")


def test_text_is_named_by_its_source() -> None:
    with pytest.raises(LRConfigError, match=r"-o a\.b:\d:\d: is not YAML"):
        read_yaml_text("[", "-o a.b")


TAGS = [
    "",
    "!!bool",
    "!!int",
    "!!float",
    "!!null",
    "!!timestamp",
    "!!binary",
    "!!set",
    "!!omap",
    "!!pairs",
    "!!seq",
    "!!map",
    "!!str",
    "!!merge",
    "!!value",
    "!!python/tuple",
]


@given(
    tag=st.sampled_from(TAGS),
    value=st.text(alphabet="0123456789abxeyn.:_-+TZ <=~", max_size=12)
    | st.sampled_from(["", "[a, b]", "{a: b}", "[[a, b]]", "2001-01-01T99:99:99", "190:20:30", ".inf", "&a [*a]"]),
    place=st.sampled_from(["a: %s", "? %s\n: 1", "- [%s, 1]", "{a: 1, %s: 2}"]),
)
def test_a_value_that_does_not_fit_its_tag_is_one_clear_error(tag: str, value: str, place: str) -> None:
    with suppress(LRConfigError):  # and nothing else
        read_yaml_text(place % f"{tag} {value}", "c.yml")
