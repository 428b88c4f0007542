from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from ppocr_lr.plotting.terminal import terminal_lines
from tests.plotting.test_figure import COSINE, EIGHT_CARDS, PIECEWISE, SCALED_LABELS, planned

CYCLES = {"name": "CyclicalCosine", "learning_rate": 0.1, "cycle": 1}


@pytest.mark.parametrize("plotille", [True, False])
@pytest.mark.parametrize("section", [COSINE, PIECEWISE, CYCLES], ids=lambda section: section["name"])
@pytest.mark.parametrize(("epochs", "iters"), [(1, 1), (3, 1), (20, 100), (10**9, 1000)])
def test_any_run_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, section: dict[str, Any], epochs: int, iters: int, plotille: bool
) -> None:
    if not plotille:
        monkeypatch.setitem(sys.modules, "plotille", None)
    lines = list(terminal_lines(planned(tmp_path, section, epochs=epochs, iters=iters), width=60, height=12))
    assert len(lines) == (12 if plotille else 2)
    assert max(map(len, lines)) <= 60
    if plotille:
        assert float(lines[-1].split()[-1]) == epochs


@pytest.mark.parametrize("width", [20, 30])
def test_a_narrow_one_holds_the_whole_axis(tmp_path: Path, width: int) -> None:
    *_, axis = terminal_lines(planned(tmp_path, COSINE, epochs=10**9, iters=1000), width=width)
    assert axis.split() == ["epoch", "0", "2.5e8", "5e8", "7.5e8", "1e9"]


def test_the_rates_at_the_axis_are_those_of_their_lines(tmp_path: Path) -> None:
    lines = terminal_lines(planned(tmp_path, {"name": "Const", "learning_rate": 0.007}))
    assert [line.split("┤")[0].strip() for line in lines if "┤" in line] == [
        "7e-3",
        "5.25e-3",
        "3.5e-3",
        "1.75e-3",
        "0",
    ]


def test_cycles_too_fine_to_draw_show_their_peaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "plotille", None)
    bars, _ = terminal_lines(planned(tmp_path, CYCLES, epochs=10**6), width=60)
    assert bars == "█" * 60


@pytest.mark.parametrize("plotille", [True, False])
def test_a_scaled_run_is_drawn_with_the_one_of_the_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plotille: bool
) -> None:
    if not plotille:
        monkeypatch.setitem(sys.modules, "plotille", None)
    run = planned(tmp_path, PIECEWISE, flags=EIGHT_CARDS)
    plain, both = (list(terminal_lines(each, width=60)) for each in (planned(tmp_path, PIECEWISE), run))
    assert [label in "\n".join(both) for label in SCALED_LABELS] == [True, True]
    assert max(map(len, both)) <= 60
    if plotille:
        assert [line[:7] for line in both[:16]] == [line[:7] for line in plain]  # the axis holds both
        assert "·" in "".join(both[:12])
    else:
        assert both[:2] == ["▂" * 30 + "▁" * 30, plain[0]]
