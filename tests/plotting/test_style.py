"""Styles of matplotlib, and files of its settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib import style

from ppocr_lr.plotting.figure import draw
from ppocr_lr.plotting.style import STYLE, look, use_style
from ppocr_lr.training_config.plan import plan_run
from tests.conftest import ROOT, Command


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.mplstyle").write_text("lines.linewidth: 3\nsvg.fonttype: none\n", encoding="utf-8")
    (tmp_path / "key.mplstyle").write_text("lines.linewidth: 3\nbogus.key: 1\n", encoding="utf-8")
    (tmp_path / "value.mplstyle").write_text("lines.linewidth: wide\n", encoding="utf-8")
    (tmp_path / "text.mplstyle").write_text("root\x1b[31m\n", encoding="utf-8")
    (tmp_path / "binary.mplstyle").write_bytes(b"\xff\xfe\x00\x01")


@pytest.mark.parametrize("name", ["grayscale", "ggplot", "mine.mplstyle"])
def test_a_style(process: Command, tmp_path: Path, name: str) -> None:
    done = process("plot", "--style", name, "--out", "a.png")
    assert (done.returncode, done.stderr) == (0, "")
    plain = process("plot", "--out", "b.png")
    assert plain.returncode == 0
    if name != "mine.mplstyle":  # the width of the curve is the picture's own
        assert (tmp_path / "a.png").read_bytes() != (tmp_path / "b.png").read_bytes()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ggplt", "did you mean ggplot?"),
        ("key.mplstyle", "not a file of matplotlib's settings: "),
        ("value.mplstyle", "not a file of matplotlib's settings: "),
        ("text.mplstyle", "not a file of matplotlib's settings: "),
        ("binary.mplstyle", "neither a style of matplotlib"),
        (".", "neither a style of matplotlib"),
    ],
)
def test_what_is_none_is_one_error(command: Command, tmp_path: Path, name: str, told: str) -> None:
    done = command("plot", "--style", name, "--out", "a.png")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: --style {name}: ")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert "\x1b" not in done.stderr
    assert not (tmp_path / "a.png").exists()


def test_a_style_that_nothing_can_be_drawn_with_is_one_error(process: Command, tmp_path: Path) -> None:
    (tmp_path / "narrow.mplstyle").write_text("figure.subplot.left: 0.99\n", encoding="utf-8")
    done = process("plot", "--style", "narrow.mplstyle", "--out", "a.png")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: --style narrow.mplstyle: matplotlib cannot draw with it: ValueError: ")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "a.png").exists()


def test_the_text_of_a_picture_is_never_latex(process: Command, tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\n", encoding="utf-8")
    done = process("plot")
    assert (done.returncode, done.stderr) == (0, "")


def test_marks_are_seen_on_a_dark_page() -> None:
    with style.context("dark_background"):
        lines = draw([plan_run(ROOT / "configs/cosine.yml")]).axes[0].lines
    assert [line.get_color() for line in lines if line.get_marker() == "o"] == ["white"]


def test_curves_have_the_colours_of_a_style(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ppocr_lr.plotting.style.STYLE", {**STYLE})
    use_style("dark_background")
    colours = [look(index)[0] for index in range(10)]
    assert colours == style.library["dark_background"]["axes.prop_cycle"].by_key()["color"]
    assert not {"black", "#000000"} & {*colours}  # nobody would see it
