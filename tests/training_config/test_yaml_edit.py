"""A YAML text is changed in one place; the rest stays as it is, character for character."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from ppocr_lr import LRConfigError
from ppocr_lr.errors import dotted
from ppocr_lr.finding import Change
from ppocr_lr.training_config.changes import changed, yaml_text
from ppocr_lr.training_config.overrides import with_overrides
from ppocr_lr.training_config.yaml_edit import TextTree, excerpt, read_file_text
from ppocr_lr.training_config.yaml_file import MAX_BYTES, YAMLDocument, read_yaml_text, yaml_document


def rename(path: str, key: str) -> Change:
    return Change("rename", tuple(path.split(".")), key)


def remove(path: str) -> Change:
    return Change("remove", tuple(path.split(".")))


def keep_last(path: str) -> Change:
    return Change("keep last", tuple(path.split(".")))


def edited(text: str, changes: list[Change], intended: Any) -> str:
    return TextTree(yaml_document(text, "c.yml")).edited(changes, intended).text


def after(text: str, *steps: Change | str) -> str:
    """`text` after changes, and overrides, which come last."""
    changes = [step for step in steps if isinstance(step, Change)]
    data = changed(read_yaml_text(text, "c.yml"), changes)
    intended = with_overrides(data, [f"Global.{step}" for step in steps if isinstance(step, str)])
    result = edited(text, changes, intended)
    assert read_yaml_text(result, "c.yml") == intended
    return result


EDITS: list[tuple[str, tuple[Any, ...], str]] = [
    # a value
    ("Global: {a: 1e-3, b: 2}\n", ("a=0.001",), "Global: {a: 0.001, b: 2}\n"),
    ("Global:\n  a:   '1e-3'   # 学习率\n", ("a=0.001",), "Global:\n  a:   0.001   # 学习率\n"),
    ("Global:\r\n  a: 1e-3\r\n  b: 2\r\n", ("a=0.001",), "Global:\r\n  a: 0.001\r\n  b: 2\r\n"),
    ("Global:\n  a:\t1e-3\t# tab\n", ("a=0.001",), "Global:\n  a:\t0.001\t# tab\n"),
    ("Global:\n  a: &x 1e-3\n", ("a=0.001",), "Global:\n  a: &x 0.001\n"),
    ("Global:\n  a: &x 1e-3 # *x, {b: *x}\n", ("a=0.001",), "Global:\n  a: &x 0.001 # *x, {b: *x}\n"),
    ("Global:\n  a: !!str 0.001\n", ("a=0.001",), "Global:\n  a: 0.001\n"),
    ("Global:\n  a:\n  b: 1\n", ("a=5",), "Global:\n  a: 5\n  b: 1\n"),
    ("Global:\n  '😀': 1\n  a: 2\n", ("a=5",), "Global:\n  '😀': 1\n  a: 5\n"),
    ("Global:\n  a: 1", ("a=5",), "Global:\n  a: 5"),
    ("---\n# top\nGlobal:\n  a: 1\n...\n", ("a=5",), "---\n# top\nGlobal:\n  a: 5\n...\n"),
    ("Global:\n  a: [1, 2,  3] # c\n", ("a=[1, 5, 3]",), "Global:\n  a: [1, 5,  3] # c\n"),
    ("Global:\n  a:\n  - x: 1 # c\n    y: 2\n", ("a.0.y=5",), "Global:\n  a:\n  - x: 1 # c\n    y: 5\n"),
    ("Global:\n  a: |\n    text\n  b: 1\n", ("a=1",), "Global:\n  a: 1\n  b: 1\n"),
    ("Global:\r\n  a: &x >-\r\n    1e-3\r\n", ("a=1",), "Global:\r\n  a: &x 1\r\n"),
    ("Global:\n  a: |\n    text\n\n\nT: 1\n", ("a=1",), "Global:\n  a: 1\n\n\nT: 1\n"),
    # a block becomes something else
    ("Global:\n  a:\n    - x\n  b: 1\n", ("a=5",), "Global:\n  a: 5\n  b: 1\n"),
    ("Global:\n  a:\n  - x\n  - y # c\n\nT: 1\n", ("a=5",), "Global:\n  a: 5 # c\n\nT: 1\n"),
    ("Global:\r\n  a:\r\n    x: 1", ("a=[5]",), "Global:\r\n  a: [5]"),
    # a list grows and shrinks
    ("Global: {a: [1,2]}\n", ("a=[1, 2, 3]",), "Global: {a: [1,2,3]}\n"),
    ("Global: {a: [1]}\n", ("a=[1, 3]",), "Global: {a: [1, 3]}\n"),
    ("Global: {a: []}\n", ("a=[3]",), "Global: {a: [3]}\n"),
    ("Global: {a: [], b: {}} # c\n", ("a=[3, 4]", "b={x: 1, y: 2}"), "Global: {a: [3, 4], b: {x: 1, y: 2}} # c\n"),
    ("Global: {a: {x: 1}}\n", ("a={y: 2, z: 3}",), "Global: {a: {y: 2, z: 3}}\n"),
    ("Global:\n  a: [1, # one\n      2] # two\n", ("a=[1, 2, 3]",), "Global:\n  a: [1, # one\n      2, 3] # two\n"),
    ("Global:\n  a:\n    - 1 # one\n    -  2 # two\n  b: 1\n", ("a=[1, 2, 3]",),
     "Global:\n  a:\n    - 1 # one\n    -  2 # two\n    - 3\n  b: 1\n"),
    ("Global:\n  a:\n  - 1\n  - 2", ("a=[1, 2, 3]",), "Global:\n  a:\n  - 1\n  - 2\n  - 3"),
    ("Global:\r\n  a:\r\n  - 1", ("a=[1, 2]",), "Global:\r\n  a:\r\n  - 1\r\n  - 2"),
    ("Global: {a: [1, 2, 3]}\n", ("a=[1, 2]",), "Global: {a: [1, 2]}\n"),
    ("Global: {a: [1, 2,], b: [\n  3,\n]}\n", ("a=[]", "b=[]"), "Global: {a: [], b: []}\n"),
    ("Global:\n  a:\n  - 1\n  - 2 # two\n  b: 1\n", ("a=[1]",), "Global:\n  a:\n  - 1\n  b: 1\n"),
    # a key is added
    ("Global: {a: 1}\n", ("b=2",), "Global: {a: 1, b: 2}\n"),
    ("Global: {a: 1,}\n", ("b=2",), "Global: {a: 1, b: 2,}\n"),
    ("Global: {}\n", ("b=2",), "Global: {b: 2}\n"),
    ("Global:\n    a: 1 # one\n\nTrain: 1\n", ("b=2",), "Global:\n    a: 1 # one\n    b: 2\n\nTrain: 1\n"),
    ("Global:\n  a: 1", ("b=2", "c=text"), "Global:\n  a: 1\n  b: 2\n  c: text"),
    ("Global:\n  a: |\n    1\n    2\nTrain: 1\n", ("b=2",), "Global:\n  a: |\n    1\n    2\n  b: 2\nTrain: 1\n"),
    ("Global:\n  a: |\n    1\n\nTrain: 1\n", ("b=2",), "Global:\n  a: |\n    1\n  b: 2\n\nTrain: 1\n"),
    ("Global:\n  x:\n  - a: 1\n    b: 2\n", ("x.0.c=3",), "Global:\n  x:\n  - a: 1\n    b: 2\n    c: 3\n"),
    ("m: &m {a: 1}\nGlobal:\n  <<: *m\n  b: 2\n", ("a=5",), "m: &m {a: 1}\nGlobal:\n  <<: *m\n  b: 2\n  a: 5\n"),
    # a key is renamed
    ("Global:\n  a : 1 # c\n", (rename("Global.a", "b"),), "Global:\n  b : 1 # c\n"),
    ("Global: {'a': 1, \"c\": 2}\n", (rename("Global.a", "b"), rename("Global.c", "d")), "Global: {'b': 1, \"d\": 2}\n"),
    ("Global:\n  a: &x {y: 1}\nz: *x\n", (rename("Global.a", "b"),), "Global:\n  b: &x {y: 1}\nz: *x\n"),
    # an item is taken out
    ("Global:\n  # x\n  - a # c\n  - b # d\nT: 1\n", (Change("remove", ("Global", 0)),), "Global:\n  # x\n  - b # d\nT: 1\n"),
    ("Global: [a, b, c] # d\n", (Change("remove", ("Global", 1)),), "Global: [a, c] # d\n"),
    # a key is removed
    ("Global:\n  a: 1 # c\n  # of b\n  b: 2\n", (remove("Global.a"),), "Global:\n  # of b\n  b: 2\n"),
    ("Global:\n  a: 1\n  # of b\n  b: [2,\n    3] # c\nT: 1\n", (remove("Global.b"),), "Global:\n  a: 1\n  # of b\nT: 1\n"),
    ("Global:\n  a: 1\n  b:\n  - 2\n  - 3\n\nT: 1\n", (remove("Global.b"),), "Global:\n  a: 1\n\nT: 1\n"),
    ("Global:\r\n  a: 1\r\n  b: 2\r\n", (remove("Global.a"),), "Global:\r\n  b: 2\r\n"),
    ("Global:\n  b: 2\n  a: >\n    1\n\nT: 1\n", (remove("Global.a"),), "Global:\n  b: 2\n\nT: 1\n"),
    ("Global: {a: 1, b: 2,}\n", (remove("Global.b"), remove("Global.a")), "Global: {}\n"),
    ("Global: {a: 1, b: 2, c: 3}\n", (remove("Global.a"),), "Global: {b: 2, c: 3}\n"),
    ("Global: {a: 1, b: 2, c: 3}\n", (remove("Global.b"),), "Global: {a: 1, c: 3}\n"),
    ("Global: {a: 1, b: 2, c: 3}\n", (remove("Global.c"),), "Global: {a: 1, b: 2}\n"),
    ("Global: {a: 1}\n", (remove("Global.a"),), "Global: {}\n"),
    ("x: &x 1\nGlobal:\n  a: *x # c\n  b: 2\n", (remove("Global.a"),), "x: &x 1\nGlobal:\n  b: 2\n"),
    ("Global:\n  x:\n  - a: 1\n    b: 2\n", (Change("remove", ("Global", "x", 0, "a")),), "Global:\n  x:\n  - b: 2\n"),
    # a key that stands more than once
    ("Global:\n  a: 1 # 1\n  b: 2\n  a: 3 # 3\n  a: 4 # 4\n", (keep_last("Global.a"),), "Global:\n  b: 2\n  a: 4 # 4\n"),
    ("Global: {b: 3, a: 1, a: 2, a: 4}\n", (keep_last("Global.a"),), "Global: {b: 3, a: 4}\n"),
    ("Global: {a: [1, 2], b: [1]}\n", ("a=[]", "b=[]"), "Global: {a: [], b: []}\n"),
    ("Global: {a: 1, a: 2, b: 3, a: 4}\n", (keep_last("Global.a"),), "Global: {b: 3, a: 4}\n"),
    ("Global:\n  a:\n    x: 1\n  a:\n    x: 2\n", (keep_last("Global.a"),), "Global:\n  a:\n    x: 2\n"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "steps", "result"), EDITS, ids=range(len(EDITS)))
def test_one_place_changes(text: str, steps: tuple[Any, ...], result: str) -> None:
    assert after(text, *steps) == result


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("m: &m {a: 1}\nGlobal: *m\n", ("a=5",)),  # it would change m as well
        ("m: &m [1, 2]\nGlobal: {a: *m}\n", ("a=[1, 2, 3]",)),
        ("m: &m {a: 1}\nGlobal:\n  <<: *m\n  b: 1\n", (remove("Global.a"),)),  # it stands elsewhere
        ("Global: {a: &x 1e-3, b: *x}\n", ("a=0.001",)),
        ("Global:\n  a: 1\n", (remove("Global.a"),)),  # null is left of a block, no mapping
        ("Global: {a: 1, # c\n  b: 2}\n", (remove("Global.b"),)),  # the comment would go
        ("Global:\n  a:\n  - 1 # one\n  - 2\n", ("a=5",)),
        ("Global:\n  a: # none\n  - 1\n", ("a=5",)),
        ("Global:\n  a: &m\n  - 1\nT: *m\n", ("a=5",)),
        ("Global: {a: [ # none\n  ]}\n", ("a=[1]",)),
        ("Global: {a: [1, # one\n  2]}\n", ("a=1",)),
        ("Global:\n  a: &x 1\n  a: *x\n", (keep_last("Global.a"),)),
        ("Global:\n  x:\n  - a: 1 # c\n    b: 2\n", (Change("remove", ("Global", "x", 0, "a")),)),
        ("Global:\n  ? a\n  : 1\n  b: 1\n", (remove("Global.b"), "c=1")),
    ],
)
def test_what_cannot_be_changed_by_itself_is_left(text: str, steps: tuple[Any, ...]) -> None:
    with pytest.raises(LRConfigError, match=r"c\.yml.*cannot be changed"):
        after(text, *steps)


def test_a_change_that_is_none() -> None:
    config = {"a": {"b": 1, "c": [{"d": 1}]}}
    for change, message in (
        (remove("a.x"), "a.x: there is no such key"),
        (remove("a.b.x"), "there is no such key"),
        (rename("a.b", "c"), "a.b: there is already a key c"),
        (Change("remove", ("a", "c", 3, "d")), "there is no such key"),
    ):
        with pytest.raises(LRConfigError, match=message):
            changed(config, [change])
    assert changed(config, [Change("rename", ("a", "c", 0, "d"), "e")]) == {"a": {"b": 1, "c": [{"e": 1}]}}


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8") | st.sampled_from("\x00\n\x7f\x85\u2028\ufeff\uffff"))
    | st.sampled_from(["yes", "1e-3", "null", "~", "a: b", "#", "100it", "10%", "%", "- a", "[", "0x1f", "1:30", "="])
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner), max_leaves=6
)


@given(VALUES)
def test_a_value_is_read_back(value: Any) -> None:
    assert yaml.safe_load(f"a: [{yaml_text(value)}] # c") == {"a": [value]}


@given(st.dictionaries(st.sampled_from("abcd"), VALUES, min_size=1), st.dictionaries(st.sampled_from("abcd"), VALUES, min_size=1),
       st.sampled_from([None, False, True]))  # fmt: skip
def test_any_mapping_becomes_any_other_or_stays(before: Any, then: Any, flow: bool | None) -> None:
    lines = yaml.safe_dump(before, default_flow_style=flow, allow_unicode=True).splitlines()
    block = f" {' '.join(lines)}" if flow else "".join(f"\n  {line}" for line in lines)
    text = f"# 上\nx: 1\nGlobal:{block}\ny: 2 # c\n"
    try:
        assume(read_yaml_text(text, "c.yml")["Global"] == before)
    except LRConfigError:
        assume(False)
    intended = {"x": 1, "Global": then, "y": 2}
    try:
        result = edited(text, [], intended)
    except LRConfigError:
        return  # what is left alone, and how that is said, is above
    assert yaml.safe_load(result) == intended
    assert result.startswith("# 上\nx: 1\nGlobal:")
    assert result.endswith("y: 2 # c\n")


Piece = tuple[tuple[str, ...], str]
"""Lines of a text, and the key that they belong to; none for those between keys."""

BETWEEN = ["", "", "", "\n", "  \n", "# c\n", "{indent}# d: 1\n", " # {{e: [\n\n"]
KEYS = ["{name}:", "{name}:", "{name} :", "'{name}':", '"{name}":']
TEXTS = [
    "1", "1e-3", "'a # b'", '"\\u5b66 \\""', "学习率 😀", "!!str 5", "&{anchor} 0.5", "[]", "[1, 2,  3]", "{{x: 1, y: [2]}}",
    "[1, # one\n{indent}  2,\n{indent}]", "word\n{indent}  more", "'two\n{indent}  # lines'", "", "*base", "&{anchor} [*base]",
]  # fmt: skip
TAILS = ["", "", "  ", "\t# c", " #", " # {{a: [1, *x &y"]
BLOCKS = [" |\n{indent}  text\n{indent}  # text\n", " >- # c\n{indent}  folded\n\n{indent}   more\n"]


@st.composite
def sections(draw: st.DrawFn, above: tuple[str, ...] = (), indent: str = "") -> list[Piece]:
    """A mapping as people write them."""
    pieces: list[Piece] = []
    for name in draw(st.lists(st.sampled_from("abc"), min_size=1, unique=True)):
        pieces.append(((), draw(st.sampled_from(BETWEEN)).format(indent=indent)))
        key = indent + draw(st.sampled_from(KEYS)).format(name=name)
        tail = draw(st.sampled_from(TAILS)) + "\n"
        section = (
            draw(sections((*above, name), indent + draw(st.sampled_from(["  ", "    "]))))
            if len(above) < 3 and draw(st.booleans())
            else []
        )
        if section:
            text = draw(st.sampled_from(["", " &{anchor}"])) + tail
        else:
            text = draw(st.sampled_from([*(f" {text}{tail}" for text in TEXTS), *BLOCKS]))
        pieces.append(((*above, name), key + text.format(indent=indent, anchor="_".join((*above, name)))))
        pieces += section
    return pieces


def with_value(config: Any, path: tuple[str, ...], value: Any) -> Any:
    return {**config, path[0]: with_value(config[path[0]], path[1:], value)} if path else value


@given(sections(), st.sampled_from(["set", "add", "rename", "remove"]), st.sampled_from(["\n", "\r\n"]), st.data())
def test_nothing_else_changes(pieces: list[Piece], kind: str, newline: str, data: st.DataObject) -> None:
    pieces = [(path, text.replace("\n", newline)) for path, text in [(("base",), "base: &base {x: 1}\n"), *pieces]]
    path = data.draw(st.sampled_from([path for path, _ in pieces if path]))
    inside = [number for number, (each, _) in enumerate(pieces) if each[: len(path)] == path]
    texts = [text for _, text in pieces]
    first, last = inside[0], inside[-1] + 1
    before, own, after = ("".join(each) for each in (texts[:first], texts[first:last], texts[last:]))
    config = read_yaml_text(before + own + after, "c.yml")
    value = YAMLDocument("c.yml", config).value(path)
    changes = {"rename": [rename(dotted(path), "z")], "remove": [remove(dotted(path))]}.get(kind, [])
    intended = changed(config, changes)
    if kind == "add":
        assume(isinstance(value, dict) and len(inside) > 1)
        intended = with_value(config, path, {**value, "z": 0})
    elif kind == "set":
        intended = with_value(config, path, data.draw(st.sampled_from([5, "1e-3", [1, 2, 3, 4], {"y": 1}, None])))
    around = YAMLDocument("c.yml", config).value(path[:-1])
    try:
        result = edited(before + own + after, changes, intended)
    except LRConfigError:
        is_block = len(inside) > 1 and not isinstance(YAMLDocument("c.yml", intended).value(path), dict)
        would_go = is_block or "# one" in own
        assert "*" in own or path == ("base",) or len(around) == 1 or (kind == "set" and would_go)
        return
    assert read_yaml_text(result, "c.yml") == intended
    if kind == "set":
        assert result.startswith(before)
        assert result.endswith(after)
    elif kind == "add":
        line = pieces[inside[1]][1].partition(":")[0]
        indent = line[: len(line) - len(line.lstrip())]
        assert result == f"{before}{own}{indent}z: 0{newline}{after}"
    elif kind == "rename":
        assert result == before + own.replace(path[-1], "z", 1) + after
    else:
        assert result == before + after


@given(
    sections(("Optimizer", "lr"), "    "),
    st.sampled_from(["Global:\n", "# end\n", ""]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_a_section_is_cut_out_and_put_back(pieces: list[Piece], after: str, newline: str, ends: bool) -> None:
    text = f"base: &base {{x: 1}}\nOptimizer:\n  lr:\n{''.join(text for _, text in pieces)}{after}".replace(
        "\n", newline
    )
    text = text if ends else text.rstrip()
    section = excerpt(text, ("Optimizer", "lr"), "c.yml")
    assert section.with_text(section.text) == text
    if section.before:  # otherwise it is the whole text, as a comment of the section is in the first column
        more = section.with_text(f"{section.text}\n{'    '.removeprefix(section.indent)}z: 0")
        assert read_yaml_text(more, "c.yml")["Optimizer"]["lr"]["z"] == 0


# Files.


MARKS = {
    b"": "utf-8", b"\xef\xbb\xbf": "utf-8", b"\xef\xbb\xbf" * 2: "utf-8", b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be", b"\xff\xfe\0\0": "utf-32-le",
}  # fmt: skip


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_file_keeps_its_encoding_and_mode(mark: bytes, newline: str, tmp_path: Path) -> None:
    path = tmp_path / "c.yml"
    encoding = MARKS[mark]
    path.write_bytes(mark + f"a: 1{newline}# 学习率 😀{newline}b: 2".encode(encoding))
    path.chmod(0o640)
    file = read_file_text(path)
    new = edited(file.text, [], {"a": 3, "b": 2})
    first, *patch = file.diff(new)
    wide = encoding != "utf-8"
    assert (encoding.upper() in first, patch[0][:4] == "--- ") == (wide, wide)  # the patch is not
    assert list(file.diff(file.text)) == []
    file.write(new)
    assert path.read_bytes() == mark + f"a: 3{newline}# 学习率 😀{newline}b: 2".encode(encoding)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_the_target_of_a_link_is_written(tmp_path: Path) -> None:
    (tmp_path / "real.yml").write_text("a: 1\n", encoding="utf-8")
    (tmp_path / "link.yml").symlink_to("real.yml")
    read_file_text(tmp_path / "link.yml").write("a: 2\n")
    assert (tmp_path / "link.yml").is_symlink()
    assert (tmp_path / "real.yml").read_text(encoding="utf-8") == "a: 2\n"


def test_a_file_that_changed_meanwhile_is_left(tmp_path: Path) -> None:
    path = tmp_path / "c.yml"
    path.write_text("a: 1\n", encoding="utf-8")
    file = read_file_text(path)
    path.write_text("a: 1 \n", encoding="utf-8")
    with pytest.raises(LRConfigError, match=r"c\.yml: was changed by another program in the meantime"):
        file.write("a: 2\n")
    assert [(each.name, each.read_text(encoding="utf-8")) for each in tmp_path.iterdir()] == [("c.yml", "a: 1 \n")]
    path.unlink()
    with pytest.raises(LRConfigError, match=r"c\.yml: cannot be read again"):
        file.write("a: 2\n")
    assert not list(tmp_path.iterdir())


def test_a_read_only_file_is_left(tmp_path: Path) -> None:
    path = tmp_path / "c.yml"
    path.write_text("a: 1\n", encoding="utf-8")
    path.chmod(0o444)
    other = tmp_path / "d.yml"
    other.write_text("a: 3\n", encoding="utf-8")
    for file, out in ((path, None), (other, path)):
        with pytest.raises(LRConfigError, match=r"c\.yml: is read-only"):
            read_file_text(file).write("a: 2\n", out)
        assert path.read_text(encoding="utf-8") == "a: 1\n"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "c.yml"
    path.write_text("a: 1\n", encoding="utf-8")
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(LRConfigError, match=r"c\.yml: cannot be written: "):
            read_file_text(path).write("a: 2\n")
    finally:
        tmp_path.chmod(0o755)


def test_a_file_as_large_as_may_be() -> None:
    filler = "# 占位\n" * ((MAX_BYTES - 100) // len("# 占位\n".encode()))
    text = f"{filler}Global:\n  a: 1 # c\n  b: 2\n{filler[:0]}"
    assert after(text, "a=5") == text.replace("a: 1", "a: 5")


def test_the_patch_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "c.yml"
    path.write_bytes(b"a: 1\r\nb: 2\r\nc: 3")
    file = read_file_text(path)
    assert list(file.diff("a: 1\r\nb: 5\r\nc: 6")) == [
        f"--- {path}", f"+++ {path}", "@@ -1,3 +1,3 @@", " a: 1\r", "-b: 2\r", "-c: 3", "\\ No newline at end of file",
        "+b: 5\r", "+c: 6", "\\ No newline at end of file",
    ]  # fmt: skip
    assert list(file.diff(file.text)) == []
